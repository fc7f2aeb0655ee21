"""From a map of water depths to the links it closes: the user's GeoTIFF against the links of road and rail.

The raster holds depths in metres over longitude and latitude (EPSG:4326), north up. A link is a straight line between
its nodes, read every half cell; the deepest water on it decides, by a declared damage curve (`hazard_curves.csv`).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict

from samarkand.core.conventions import Floats
from samarkand.core.declarations import read_table
from samarkand.core.evidence import Flag
from samarkand.core.faults import Fault, FaultList, Faults
from samarkand.world.network.disruptions import Closures
from samarkand.world.network.tables import LAND, Network

DEEPEST = 200.0  # metres: deeper is another unit, or an elevation
MOST_CELLS = 400_000_000  # cells read into memory
MOST_POINTS = 2000  # on one link
GEOGRAPHIC, NORTH_UP = 4326, (33550, 33922)
GEO_KEYS, NO_DATA = 34735, 42113
MODEL_TYPE, GEOGRAPHIC_MODEL = 1024, 2


class CurvePoint(BaseModel):
    """A row of `hazard_curves.csv`: the share of links of a mode closed at a depth in metres."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    mode: str
    depth: float
    failure_share: float
    source: str
    address: str = ""
    read_on: date | None = None
    flag: Flag


@cache
def curve_points() -> tuple[CurvePoint, ...]:
    """The declared damage curves."""
    return read_table("samarkand.world.network", "hazard_curves.csv", CurvePoint)


def failure_modes() -> tuple[str, ...]:
    """Modes that have a curve."""
    return tuple(dict.fromkeys(row.mode for row in curve_points()))


def calc_failure_share(depth: Floats, mode: str) -> Floats:
    """Share of links closed at a depth: piecewise linear between the declared points, flat beyond them.

    depth: metres, any shape, not a number counts as dry. Returns fractions of the same shape.
    """
    points = sorted((row.depth, row.failure_share) for row in curve_points() if row.mode == mode)
    found: Floats = np.interp(np.nan_to_num(depth, nan=0.0), [p[0] for p in points], [p[1] for p in points])
    return np.where(np.nan_to_num(depth, nan=0.0) > 0, found, 0.0)


@dataclass(frozen=True, eq=False)
class Raster:
    """Depths in metres, rows from north to south; west, north: the outer corner; step: degrees a cell (x, y)."""

    depth: NDArray[np.float32]
    west: float
    north: float
    step: tuple[float, float]

    def at(self, latitude: Floats, longitude: Floats) -> Floats:
        """Depth at places; not a number outside the raster and where it has none."""
        row = np.floor((self.north - latitude) / self.step[1]).astype(np.int64)
        column = np.floor((longitude - self.west) / self.step[0]).astype(np.int64)
        rows, columns = self.depth.shape
        inside = (row >= 0) & (row < rows) & (column >= 0) & (column < columns)
        found = np.full(np.shape(latitude), np.nan)
        found[inside] = self.depth[row[inside], column[inside]]
        return found

    def meets(self, latitude: Floats, longitude: Floats) -> NDArray[np.bool_]:
        """Which boxes around pairs of places, [2, n], overlap the raster."""
        rows, columns = self.depth.shape
        south, east = self.north - rows * self.step[1], self.west + columns * self.step[0]
        met: NDArray[np.bool_] = (
            (latitude.min(axis=0) <= self.north) & (latitude.max(axis=0) >= south)
            & (longitude.min(axis=0) <= east) & (longitude.max(axis=0) >= self.west)
        )  # fmt: skip
        return met


@contextmanager
def open_depths(path: Path) -> Iterator[tuple[Any, dict[int, Any]]]:
    """The page of a GeoTIFF of depths and its tags. Raises `Faults` with all that is wrong with it, or with reading."""
    try:
        from tifffile import TiffFile, TiffFileError
    except ImportError:
        mend = 'Install it: pip install "samarkand[hazard]".'
        raise Faults([Fault(str(path), "cannot be read without the package tifffile", mend)]) from None
    if not path.is_file():
        raise Faults([Fault(str(path), "is not a file", "Give a GeoTIFF of water depths.")])
    try:
        with TiffFile(path) as tiff:
            page = tiff.pages.first
            faults, tags = FaultList(), {int(tag.code): tag.value for tag in page.tags.values()}
            _check(path, tags, page.shape, str(page.dtype), faults)
            faults.raise_if_any()
            yield page, tags
    except (TiffFileError, OSError, ValueError, RuntimeError) as error:
        reason = (
            f"cannot be read as a TIFF ({str(error).splitlines()[0] if str(error) else type(error).__name__})"
        )
        raise Faults([Fault(str(path), reason, "Give a whole GeoTIFF of water depths.")]) from error


def placed(tags: dict[int, Any]) -> tuple[float, float, tuple[float, float]]:
    """West and north of the outer corner, and the degrees of a cell (x, y)."""
    scale, tie = tags[NORTH_UP[0]], tags[NORTH_UP[1]]
    west = float(tie[3]) - float(tie[0]) * float(scale[0])
    north = float(tie[4]) + float(tie[1]) * float(scale[1])
    return west, north, (float(scale[0]), float(scale[1]))


def no_data(tags: dict[int, Any]) -> float | None:
    """The value of cells without data; None where none is declared."""
    return float(str(tags[NO_DATA]).strip("\x00 ")) if NO_DATA in tags else None


def check_depths(path: Path, depth: NDArray[np.float32], may_be_dry: bool = False) -> None:
    """Raise `Faults` where values are no depths in metres, or there are none (`may_be_dry`: which says it is dry)."""
    known = depth[np.isfinite(depth)]
    if not known.size and not may_be_dry:
        raise Faults([Fault(str(path), "holds no depth at all", "Check its no-data value.")])
    if known.size and known.max() > DEEPEST:
        reason = f"holds depths of up to {known.max():,.0f}"
        raise Faults([Fault(str(path), reason, "Give depths in metres, not centimetres or elevations.")])


def read_raster(path: Path) -> Raster:
    """Read a GeoTIFF of depths. Raises `Faults` with all that is wrong with it."""
    with open_depths(path) as (page, tags):
        if page.shape[0] * page.shape[1] > MOST_CELLS:
            reason = f"has {page.shape[0] * page.shape[1]:,} cells"
            raise Faults([Fault(str(path), reason, "Cut it to the region, or make it coarser.")])
        depth = page.asarray().astype(np.float32)
    missing = no_data(tags)
    if missing is not None:
        depth[depth == np.float32(missing)] = np.nan
    check_depths(path, depth)
    west, north, step = placed(tags)
    return Raster(depth, west, north, step)


def _check(path: Path, tags: dict[int, Any], shape: tuple[int, ...], dtype: str, faults: FaultList) -> None:
    place = str(path)
    if any(code not in tags for code in NORTH_UP):
        faults.add(
            place, "does not say where it lies (no pixel scale and tie point)", "Give a GeoTIFF, north up."
        )
    keys = list(tags.get(GEO_KEYS, ()))
    model = {keys[i]: keys[i + 3] for i in range(4, len(keys) - 3, 4)}
    if model.get(MODEL_TYPE, GEOGRAPHIC_MODEL) != GEOGRAPHIC_MODEL:
        mend = f"Reproject it: gdalwarp -t_srs EPSG:{GEOGRAPHIC} IN OUT."
        faults.add(place, "is projected, not in longitude and latitude", mend)
    if len(shape) != 2:
        faults.add(place, f"has the shape {' x '.join(map(str, shape))}", "Give one band of depths.")
    if dtype.startswith("complex"):
        faults.add(place, f"holds values of type {dtype}", "Give depths as numbers.")


def find_flooded(
    path: Path, network: Network, failure_share: float, may_close_none: bool = False
) -> Closures:
    """The links that a raster of depths closes: those whose deepest point fails with at least this share.

    Raises `Faults` for a raster that cannot be read, lies off the network or closes nothing (`may_close_none`: which is
    an answer too).
    """
    raster = read_raster(path)
    links: dict[str, frozenset[int]] = {}
    met = 0
    for mode in LAND:
        tables = network.land(mode)
        lat, lon = (tables.nodes[name].to_numpy(float) for name in ("lat", "lon"))
        ends = np.stack([tables.links["u"].to_numpy(np.int64), tables.links["v"].to_numpy(np.int64)])
        rows = np.flatnonzero(raster.meets(lat[ends], lon[ends]))
        met += rows.size
        deepest = [_deepest(raster, lat[ends[:, row]], lon[ends[:, row]]) for row in rows]
        failed = calc_failure_share(np.array(deepest), mode) >= failure_share
        if failed.any():
            links[mode] = frozenset(rows[failed].tolist())
    if not met:
        raise Faults(
            [Fault(str(path), "lies where the network has no links", "Check its corner and cell size.")]
        )
    if not links and not may_close_none:
        mend = f"No link fails with a probability of {failure_share:g}: nothing is to be tested."
        raise Faults([Fault(str(path), "closes no link", mend)])
    return Closures((f"hazard:{path.name}",), links)


def _deepest(raster: Raster, lat: Floats, lon: Floats) -> float:
    """Deepest water on the straight line between two places, read every half cell."""
    cells = max(abs(lat[1] - lat[0]) / raster.step[1], abs(lon[1] - lon[0]) / raster.step[0])
    part = np.linspace(0.0, 1.0, int(min(max(np.ceil(2 * cells) + 1, 2), MOST_POINTS)))
    depth = raster.at(lat[0] + part * (lat[1] - lat[0]), lon[0] + part * (lon[1] - lon[0]))
    return float(np.nanmax(depth)) if np.isfinite(depth).any() else 0.0
