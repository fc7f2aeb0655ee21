"""What an item crosses of a map of areas, with files written here; and maps that cannot be used."""

from __future__ import annotations

import os
import subprocess
import sys
import warnings
from pathlib import Path

import numpy as np
import pytest

from samarkand.core.faults import Faults
from samarkand.priorities.environment.layers import MOST_DRAWN, overlay, overlays
from samarkand.priorities.environment.places import (
    Places,
    calc_length,
    cut_at_antimeridian,
    densify,
    places_of,
)
from samarkand.programme import load_programme

pyogrio = pytest.importorskip("pyogrio", reason="pyogrio (the extra `geo`) is not installed")
shapely = pytest.importorskip("shapely", reason="shapely (the extra `geo`) is not installed")

DEGREE = 6371.0088 * np.pi / 180  # km of a degree of a great circle
EQUATOR = Places((("line", np.array([[70.0, 0.0], [80.0, 0.0]])),), (("site", 75.0, 0.0),))
AROUND = shapely.box(60, -20, 62, 20), shapely.box(88, -20, 90, 20)  # areas that only stretch the map


def write(path, areas, names=None, crs="EPSG:4326", kind="Polygon", append=False):
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "'crs' was not provided")  # what a file without one is made for
        pyogrio.raw.write(
            path, np.array([shapely.to_wkb(one) for one in areas], dtype=object),
            [np.array(names or [f"a{number}" for number in range(len(areas))], dtype=object)], ["NAME"],
            geometry_type=kind, crs=crs, append=append,
        )  # fmt: skip
    return path


@pytest.mark.parametrize("ending", ["gpkg", "shp"])
def test_kilometres_and_share_by_hand(tmp_path, ending):
    # 72 to 74 and 73 to 76 overlap: 4 of 10 degrees along the equator, each a great circle.
    areas = [shapely.box(72, -1, 74, 1), shapely.box(73, -1, 76, 1), shapely.box(78, 2, 79, 3), *AROUND]
    found = overlay(write(tmp_path / f"areas.{ending}", areas), EQUATOR)
    assert found.km == pytest.approx(4 * DEGREE, rel=1e-9)  # rounding of sums of great circles
    assert found.line_km == pytest.approx(10 * DEGREE, rel=1e-9)
    assert found.share == pytest.approx(0.4, rel=1e-9)
    assert found.areas == ("a0", "a1")
    assert (found.inside, found.says, found.covers) == (("site",), "yes", True)


def test_a_line_beside_all_areas_crosses_none_and_a_map_that_ends_says_nothing(tmp_path):
    beside = write(tmp_path / "beside.gpkg", [shapely.box(72, 1, 74, 2), *AROUND])
    assert overlay(beside, EQUATOR).says == "no"
    # A line along the edge of an area does not cross it, but the map ends west of the item's end.
    short = overlay(
        write(tmp_path / "short.gpkg", [shapely.box(72, 0.5, 74, 2), shapely.box(60, -5, 61, 5)]), EQUATOR
    )
    assert (short.km, short.covers, short.says) == (0.0, False, None)


def test_outlines_of_the_areas_met_are_kept_for_the_map(tmp_path):
    """Two areas are met and drawn by their corners; one beside the line is not, and of many the first ones are."""
    areas = [shapely.box(72, -1, 74, 1), shapely.box(78, -2, 79, 3), shapely.box(72, 4, 74, 5), *AROUND]
    found = overlay(write(tmp_path / "areas.gpkg", areas), EQUATOR)
    assert [name for name, _ in found.outlines] == ["a0", "a1"]
    assert {tuple(point) for point in found.outlines[0][1]} == {
        (72.0, -1.0),
        (74.0, -1.0),
        (74.0, 1.0),
        (72.0, 1.0),
    }
    strips = [shapely.box(70 + k / 10, -1, 70.05 + k / 10, 1) for k in range(60)]
    many = overlay(write(tmp_path / "many.gpkg", [*strips, *AROUND]), EQUATOR)
    assert (len(many.areas), len(many.outlines)) == (60, MOST_DRAWN)


def test_several_items_are_read_in_one_pass_as_each_alone(tmp_path):
    """Two lines and a place far away: each as if it were alone; what no item is near may be broken."""
    north = Places((("line", np.array([[70.0, 10.0], [80.0, 10.0]])),), ())
    site = Places((), (("plant", 100.0, 50.0),))
    areas = [shapely.box(72, -1, 74, 1), shapely.box(75, 9, 77, 11), shapely.box(73, -2, 76, 12)]
    elsewhere = shapely.Polygon([(90, 20), (92, 22), (92, 20), (90, 22)])
    path = write(tmp_path / "areas.gpkg", [*areas, elsewhere, *AROUND])
    items = {"equator": EQUATOR, "north": north, "site": site}
    found = overlays(path, items)
    for name in ("equator", "north"):
        alone = overlay(path, items[name])
        assert found[name].km == alone.km
        assert (found[name].areas, found[name].says) == (alone.areas, alone.says)
    assert found["north"].km == pytest.approx(calc_length(np.array([[73.0, 10.0], [77.0, 10.0]])), rel=1e-9)
    assert (found["site"].touches, found["site"].says) == (False, None)  # beyond the map: nothing is known
    with pytest.raises(Faults, match=r"the item .*they do not meet"):
        overlay(path, site)
    with pytest.raises(Faults, match=r"a3.*is broken"):
        overlays(path, items | {"there": Places((("line", np.array([[89.0, 21.0], [93.0, 21.0]])),), ())})
    far = Places((), (("other", -100.0, -50.0),))
    with pytest.raises(Faults, match=r"the projects .*they do not meet"):
        overlays(path, {"site": Places((), (("plant", -101.0, -50.0),)), "other": far})


def test_holes_do_not_count(tmp_path):
    ring = shapely.box(71, -2, 79, 2).difference(shapely.box(73, -1, 77, 1))
    found = overlay(write(tmp_path / "ring.gpkg", [ring, *AROUND]), EQUATOR)
    assert found.km == pytest.approx(4 * DEGREE, rel=1e-9)
    assert found.inside == ()


def test_a_line_over_the_antimeridian_is_cut_there(tmp_path):
    line = np.array([[170.0, 10.0], [-170.0, 20.0]])
    west, east = cut_at_antimeridian(line)
    assert west.tolist() == [[170.0, 10.0], [180.0, 15.0]]
    assert east.tolist() == [[-180.0, 15.0], [-170.0, 20.0]]
    assert len(cut_at_antimeridian(np.array([[170.0, 0.0], [175.0, 0.0]]))) == 1
    flat = Places(
        tuple(("line", part) for part in cut_at_antimeridian(np.array([[175.0, 0.0], [-175.0, 0.0]]))), ()
    )
    assert flat.km == pytest.approx(10 * DEGREE, rel=1e-9)
    areas = [shapely.box(178, -1, 180, 1), shapely.box(-180, -1, -178, 1)]
    found = overlay(write(tmp_path / "cut.gpkg", areas), flat)
    assert found.km == pytest.approx(4 * DEGREE, rel=1e-9)


def test_a_line_is_read_finely_and_keeps_its_corners():
    line = np.array([[0.0, 0.0], [1.0, 0.2], [1.0, 0.21]])
    fine = densify(line)
    assert np.abs(np.diff(fine, axis=0)).max() <= 0.05 + 1e-12
    assert {tuple(point) for point in line.tolist()} <= {tuple(point) for point in fine.tolist()}


def test_places_of_items():
    programme = {item.id: item for item in load_programme("eurasian-corridors").projects}
    line, plant, cable = (
        places_of(programme[name]) for name in ("cku-railway", "rogun-hydropower", "casa-1000")
    )
    assert len(line.lines) == 2
    assert not line.points
    assert (len(plant.lines), len(plant.points)) == (0, 1)
    assert len(cable.lines) == 1
    assert not places_of(programme["uzbekistan-public-buildings"])


BOW = shapely.Polygon([(72, -1), (74, 1), (74, -1), (72, 1)])


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda p: None, "is not a file"),
        (
            lambda p: p.write_bytes(b"no map"),
            r"as a map \(not recognized as being in a supported file format\)",
        ),
        (lambda p: p.write_bytes(b""), "is empty"),
        (lambda p: write(p, [shapely.box(72, -1, 74, 1)], crs=None), r"no CRS"),
        (
            lambda p: write(p, [shapely.box(8e6, -1e5, 9e6, 1e5)], crs="EPSG:3857"),
            "not in longitude and latitude",
        ),
        (lambda p: write(p, [shapely.box(8e6, -1e5, 9e6, 1e5)]), "which are no degrees"),
        (lambda p: write(p, [shapely.box(-1, 70, 1, 80)]), "do not meet"),
        (lambda p: write(p, [shapely.box(170, -1, 190, 1)]), "beyond the antimeridian"),
        (lambda p: write(p, [shapely.box(-179, -1, 179, 1)]), "not cut at the antimeridian"),
        (lambda p: write(p, []), "holds no area"),
        (lambda p: write(p, [shapely.Point(75, 0)], kind="Point"), "no layer of areas"),
        (lambda p: write(p, [BOW, *AROUND], ["Bow", "x", "y"]), r"Bow\): is broken \(Self-intersection"),
    ],
)
def test_maps_that_cannot_be_used_say_why(tmp_path, make, said):
    path = tmp_path / "map.gpkg"
    make(path)
    with pytest.raises(Faults, match=said) as found:
        overlay(path, EQUATOR)
    assert all(fault.mend for fault in found.value.faults)


def test_all_broken_areas_are_counted_and_those_elsewhere_do_not_matter(tmp_path):
    with pytest.raises(Faults) as found:
        overlay(write(tmp_path / "many.gpkg", [BOW] * 5), EQUATOR)
    assert len(found.value.faults) == 4
    assert "2 more areas" in str(found.value)
    far = shapely.Polygon([(100, -1), (102, 1), (102, -1), (100, 1)])
    assert overlay(write(tmp_path / "far.gpkg", [far, *AROUND]), EQUATOR).says == "no"


def test_a_file_cut_short(tmp_path):
    path = write(tmp_path / "cut.gpkg", [shapely.box(70 + n / 100, -1, 71 + n / 100, 1) for n in range(900)])
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(Faults, match=r"cannot be read .*\(database disk image is malformed\)"):
        overlay(path, EQUATOR)


MEASURE = """
import resource, sys
from pathlib import Path
import numpy as np
from samarkand.priorities.environment.layers import MOST_DRAWN, overlay
from samarkand.priorities.environment.places import Places
import shapely, pyogrio, pyarrow
places = Places((("line", np.array([[70.0, 0.0], [80.0, 0.0]])),), ())
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
found = overlay(Path(sys.argv[1]), places)
print(found.share, (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024)
"""


@pytest.mark.parametrize("megabytes", [10, pytest.param(500, marks=pytest.mark.soak)])
@pytest.mark.parametrize("ending", ["gpkg", "shp"])
def test_memory_does_not_grow_with_the_file(tmp_path, megabytes, ending):
    """500 MB of polygons of a thousand points, all over the item's line: batches of them pass, none stays."""
    if megabytes > 100 and os.environ.get("SAMARKAND_SOAK") != "1":
        pytest.skip("writes 500 MB: make soak")
    turn = np.linspace(0, 2 * np.pi, 1000, endpoint=False)
    path, step = tmp_path / f"large.{ending}", 1000
    written = 0
    chance = np.random.default_rng(5)
    while written < megabytes * 1e6:
        at = chance.uniform([70, -0.4], [80, 0.4], (step, 2))
        rings = at[:, None] + 0.05 * np.stack([np.cos(turn), np.sin(turn)], axis=1)
        write(path, shapely.polygons(rings), append=written > 0)
        written += step * 16 * turn.size
    said = subprocess.run(
        [sys.executable, "-c", MEASURE, str(path)], capture_output=True, text=True, check=True, env=os.environ
    )
    share, grown = map(float, said.stdout.split())
    assert share > 0.5
    assert Path(path).stat().st_size > 0.9e6 * megabytes
    assert grown < 150  # MB: GDAL's own caches take 5 % of the machine's memory at most, and a batch 8 MB
