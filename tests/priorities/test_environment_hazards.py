"""Expected annual damage of an item from maps of depths written here, by hand; and maps that cannot be used."""

from __future__ import annotations

import os
import tracemalloc

import numpy as np
import pytest

from samarkand.core.evidence import Evidence
from samarkand.core.faults import Faults
from samarkand.priorities.environment.depth_windows import read_window
from samarkand.priorities.environment.hazards import calc_damage_share, curve_of, hazard_loss
from samarkand.priorities.environment.places import calc_length
from samarkand.programme.model.kinds import kinds
from samarkand.programme.model.models import Point, Project, Section

tifffile = pytest.importorskip("tifffile", reason="tifffile (the extra `hazard`) is not installed")

GEOGRAPHIC = (1, 1, 0, 2, 1024, 0, 1, 2, 2048, 0, 1, 4326)
AT_1_M, AT_2_M = (
    0.396377205,
    0.694345844,
)  # of the published tables: roads at 1 m, industrial buildings at 2 m


def write(path, depth, west=69.0, north=1.0, step=0.01, nodata=None, **how):
    tags = [
        (34735, "H", len(GEOGRAPHIC), GEOGRAPHIC, True),
        (33550, "d", 3, (step, step, 0.0), True),
        (33922, "d", 6, (0.0, 0.0, 0.0, west, north, 0.0), True),
    ]
    if nodata is not None:
        tags.append((42113, "s", 0, str(nodata), True))
    tifffile.imwrite(path, depth, extratags=tags, metadata=None, **how)
    return path


def flooded(path, depth, until=71.0, **how):
    """Water from 69 E to `until`, 1 S to 1 N; dry beyond, to 73 E."""
    cells = np.zeros((200, 400), np.float32)
    cells[:, : round((until - 69.0) * 100)] = depth
    return write(path, cells, **how)


def figure(value, unit):
    return Evidence(value=value, unit=unit, source="x")


def line(kind="rail", capex=1000.0):
    """From 70 to 72 E along the equator."""
    ends = tuple(
        Point(name=name, latitude=0.0, longitude=east) for name, east in (("west", 70.0), ("east", 72.0))
    )
    section = Section(effect="new", points=ends, length=figure(222.0, "km"))
    named = {
        "id": "line",
        "title": "Line",
        "economies": ("KAZ",),
        "status": "proposed",
        "section": (section,),
    }
    return Project.of({"capex": figure(capex, "US$ m")} if capex else {}, kind=kind, **named)


def plant():
    place = Point(name="site", latitude=0.0, longitude=70.5)
    named = {
        "id": "plant",
        "title": "Plant",
        "economies": ("KAZ",),
        "status": "proposed",
        "kind": "power_plant",
    }
    return Project.of({"fuel": "gas", "place": place, "capex": figure(500.0, "US$ m")}, **named)


def loss(item, maps, protection=0.0):
    return hazard_loss(item, maps, 0.5, protection)


def test_expected_annual_damage_by_hand(tmp_path):
    maps = {10.0: flooded(tmp_path / "10.tif", 0.5, until=70.5), 100.0: flooded(tmp_path / "100.tif", 1.0)}
    found = loss(line(), maps)
    # A quarter of the line at 0.5 m, half of it at 1 m: of 1,000 US$ m.
    quarter, half = 0.25 * 0.232218453, 0.5 * AT_1_M
    damages = [one.damage for one in found.events]
    assert damages == pytest.approx(
        [quarter, half], rel=1e-6
    )  # the edge of the water lies on the edge of a piece
    for one in found.events:  # the stretches under water are as long as what is said of them
        assert sum(map(calc_length, one.wet)) == pytest.approx(one.wet_km, rel=1e-9)
    by_hand = 1000 * ((0.1 - 0.01) * (quarter + half) / 2 + 0.01 * half)
    assert found.money.total == pytest.approx(by_hand, rel=1e-6)
    assert found.money.tail == pytest.approx(1000 * 0.01 * half, rel=1e-6)
    # 0.5 m closes a railway: a closure of 20 days once in ten years, or once in 50 behind defences for 50 years.
    assert (found.cut_period, found.closed_days(20.0)) == (10.0, 2.0)
    defended = loss(line(), maps, protection=50.0)
    assert defended.closed_days(20.0) == pytest.approx(0.4)
    assert defended.money.total < found.money.total
    # Roads pass at 0.5 m and not at 1 m.
    assert loss(line("road"), maps).cut_period == 100.0


def test_a_plant_by_the_depth_at_its_place(tmp_path):
    found = loss(plant(), {100.0: flooded(tmp_path / "100.tif", 2.0)})
    assert found.money.total == pytest.approx(500 * 0.01 * AT_2_M)
    dry = loss(plant(), {100.0: flooded(tmp_path / "dry.tif", 2.0, until=70.0)})
    assert (dry.money.total, dry.cut_period, dry.closed_days(9.0)) == (0.0, None, 0.0)


def test_without_a_published_cost_there_is_a_share_and_no_money(tmp_path):
    found = loss(line(capex=None), {100.0: flooded(tmp_path / "100.tif", 1.0)})
    assert found.money is None
    assert found.share.total == pytest.approx(0.01 * 0.5 * AT_1_M, rel=1e-6)


def test_curves_rise_from_nothing_to_all_and_belong_to_one_kind_each():
    depth = np.array([np.nan, -1.0, 0.0, 0.25, 1.0, 6.0, 50.0])
    found = calc_damage_share(depth, "rail")
    assert found == pytest.approx([0, 0, 0, 0.232218453 / 2, AT_1_M, 1, 1])
    for kind in kinds():
        points = curve_of(kind)
        assert len({one.curve for one in points}) <= 1, kind
        assert [one.damage for one in points] == sorted(one.damage for one in points)


@pytest.mark.parametrize(
    "how", [{}, {"tile": (64, 64)}, {"rowsperstrip": 7}, {"tile": (64, 64), "compression": "zlib"}]
)
def test_a_window_is_the_part_of_the_whole(tmp_path, how):
    cells = np.random.default_rng(3).uniform(0, 5, (200, 400)).astype(np.float32)
    cells[50:60, 100:120] = -9999
    path = write(tmp_path / "map.tif", cells, nodata=-9999, **how)
    window = read_window(path, (69.805, 0.202, 70.403, 0.609))
    row, column = round((1.0 - window.north) / 0.01), round((window.west - 69.0) / 0.01)
    rows, columns = window.depth.shape
    expected = np.where(cells == -9999, np.nan, cells)[row : row + rows, column : column + columns]
    np.testing.assert_array_equal(window.depth, expected)
    assert (rows, columns) == (41, 61)


@pytest.mark.parametrize("side", [4_000, pytest.param(11_200, marks=pytest.mark.soak)])
def test_memory_does_not_grow_with_the_map(tmp_path, side):
    """64 MB, and 500 MB in the soak: what is read is the window and a tile."""
    if side > 5_000 and os.environ.get("SAMARKAND_SOAK") != "1":
        pytest.skip("writes 500 MB: make soak")
    tile = np.full((400, 400), 1.5, np.float32)
    tiles = (tile for _ in range((side // 400) ** 2))
    path = write(
        tmp_path / "large.tif", tiles, shape=(side, side), dtype=np.float32, tile=(400, 400), step=0.001
    )
    assert path.stat().st_size > 3.9 * side**2
    tracemalloc.start()
    window = read_window(path, (69.5, -0.2, 69.6, -0.1))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert (window.depth == 1.5).all()
    assert peak < 4e6  # a tile of 640 kB as read and as decoded, a window of 41 kB, and the list of tiles


@pytest.mark.parametrize(
    ("maps", "said"),
    [
        (lambda p: {}, "are none"),
        (lambda p: {0.5: p / "x.tif"}, "below one year"),
        (lambda p: {10.0: p / "x.tif", 20.0: p / "y.tif"}, "x.tif: is not a file.*\n.*y.tif: is not a file"),
        (
            lambda p: {10.0: flooded(p / "a.tif", 2.0), 20.0: flooded(p / "b.tif", 1.0)},
            "less damage at 20 years",
        ),
        (lambda p: {10.0: flooded(p / "far.tif", 1.0, west=10.0)}, "not around the item"),
        (lambda p: {10.0: flooded(p / "part.tif", 1.0, west=70.5)}, "ends within the box"),
        (lambda p: {10.0: flooded(p / "deep.tif", 900.0)}, "holds depths of up to 900"),
    ],
)
def test_maps_that_cannot_be_used_say_why(tmp_path, maps, said):
    with pytest.raises(Faults, match=said) as found:
        loss(line(), maps(tmp_path))
    assert all(fault.mend for fault in found.value.faults)


def test_kinds_without_a_curve_and_items_without_a_place_are_not_assessed(tmp_path):
    with pytest.raises(Faults, match="neither a line nor a place"):
        loss(plant().model_copy(update={"attributes": ()}), {10.0: tmp_path / "x.tif"})
    with pytest.raises(Faults, match="no damage curve"):
        loss(plant().model_copy(update={"kind": "fibre_cable"}), {10.0: tmp_path / "x.tif"})
