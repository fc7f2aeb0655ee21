"""Water depths from a GeoTIFF to closed links, with files written here in the true format."""

from __future__ import annotations

import numpy as np
import pytest

from samarkand.core.faults import Faults
from samarkand.world.network.hazards import calc_failure_share, find_flooded, read_raster
from samarkand.world.network.tables import load_network

tifffile = pytest.importorskip("tifffile", reason="tifffile (the extra `hazard`) is not installed")

GEOGRAPHIC = (1, 1, 0, 2, 1024, 0, 1, 2, 2048, 0, 1, 4326)
PROJECTED = (1, 1, 0, 2, 1024, 0, 1, 1, 3072, 0, 1, 32642)


def write(path, depth, west=66.0, north=27.0, step=0.05, keys=GEOGRAPHIC, nodata=None, placed=True):
    tags = [(34735, "H", len(keys), keys, True)]
    if placed:
        tags += [
            (33550, "d", 3, (step, step, 0.0), True),
            (33922, "d", 6, (0.0, 0.0, 0.0, west, north, 0.0), True),
        ]
    if nodata is not None:
        tags.append((42113, "s", 0, str(nodata), True))
    tifffile.imwrite(path, depth, extratags=tags, metadata=None)
    return path


def flood(rows=60, columns=60, depth=2.0):
    """Water over the lower Indus: 66-69 E, 24-27 N."""
    return np.full((rows, columns), depth, np.float32)


def test_flood_closes_the_roads_and_railways_below_it_and_no_others(tmp_path):
    network = load_network()
    closed = find_flooded(write(tmp_path / "indus.tif", flood()), network, 0.5)
    assert set(closed.links) == {"road", "rail"}
    for mode, rows in closed.links.items():
        tables = network.land(mode)
        for row in rows:
            ends = tables.nodes.iloc[tables.links[["u", "v"]].iloc[row]]
            # The line between the ends meets the box, so the boxes overlap.
            assert ends["lat"].min() <= 27.0
            assert ends["lat"].max() >= 24.0
            assert ends["lon"].min() <= 69.0
            assert ends["lon"].max() >= 66.0
    # Both ends of some link lie inside: it must be closed.
    tables = network.road
    inside = tables.nodes["lat"].between(24.1, 26.9) & tables.nodes["lon"].between(66.1, 68.9)
    both = inside.to_numpy()[tables.links["u"]] & inside.to_numpy()[tables.links["v"]]
    assert both.any()
    assert set(np.flatnonzero(both).tolist()) <= closed.links["road"]


def test_shallow_water_closes_railways_before_roads(tmp_path):
    closed = find_flooded(write(tmp_path / "shallow.tif", flood(depth=0.4)), load_network(), 0.5)
    assert set(closed.links) == {"rail"}


def test_curves_rise_with_depth_and_meet_their_points():
    depth = np.array([0.0, np.nan, 0.3, 0.8, 1.3, 50.0])
    # Straight from 0 at 0.3 m to 1 at 1.3 m.
    assert calc_failure_share(depth, "road") == pytest.approx([0, 0, 0, 0.5, 1, 1])
    fine = np.linspace(0, 3, 200)
    for mode in ("road", "rail"):
        assert (np.diff(calc_failure_share(fine, mode)) >= 0).all()


def test_no_data_is_dry(tmp_path):
    depth = flood()
    depth[:, :30] = -9999.0
    raster = read_raster(write(tmp_path / "half.tif", depth, nodata=-9999))
    assert np.isnan(raster.at(np.array([26.0]), np.array([66.1]))).all()
    assert raster.at(np.array([26.0]), np.array([68.9])) == pytest.approx(2.0)
    assert np.isnan(raster.at(np.array([50.0]), np.array([68.9]))).all()


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (lambda p: write(p, flood(), keys=PROJECTED), "is projected"),
        (lambda p: write(p, flood(), placed=False), "does not say where it lies"),
        (lambda p: write(p, np.zeros((8, 8, 3), np.uint8)), "has the shape"),
        (lambda p: write(p, flood(depth=4500.0)), "holds depths of up to"),
        (lambda p: write(p, flood(depth=-1.0), nodata=-1), "holds no depth"),
        (lambda p: write(p, flood(), west=-150.0, north=0.0), "lies where the network has no links"),
        (lambda p: write(p, flood(depth=0.0)), "closes no link"),
        (lambda p: p.write_bytes(b"not a tiff"), "cannot be read as a TIFF"),
        (lambda p: p.write_bytes(b""), "cannot be read as a TIFF"),
        (lambda p: p.mkdir(), "is not a file"),
    ],
)
def test_bad_rasters_say_what_is_wrong(tmp_path, make, reason):
    path = tmp_path / "depth.tif"
    make(path)
    with pytest.raises(Faults, match=reason):
        find_flooded(path, load_network(), 0.5)


def test_truncated_raster(tmp_path):
    path = write(tmp_path / "whole.tif", flood(400, 400))
    path.write_bytes(path.read_bytes()[:5000])
    with pytest.raises(Faults, match="cannot be read as a TIFF"):
        find_flooded(path, load_network(), 0.5)
