"""What areas of a user's map an item crosses: polygons of a GeoPackage or shapefile against its lines and places.

    km = length of the union of what of the lines lies in an area;   share = km / length of the lines

Areas that overlap count once. The file is read once, in batches, and of it only what meets the box around the items, so
that its size does not matter. Needs the extra `geo`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np

from samarkand.core.conventions import Floats
from samarkand.core.faults import Fault, FaultList, Faults
from samarkand.priorities.environment.places import HALF, Places, calc_length

Bounds: TypeAlias = tuple[float, float, float, float]  # west, south, east, north

# Longitude and latitude of these are the same to a metre: WGS 84, ETRS89, CGCS2000.
DEGREES = ("EPSG:4326", "OGC:CRS84", "EPSG:4979", "EPSG:4258", "EPSG:4490")
BATCH = 500  # polygons at a time
MOST_DRAWN = 50  # areas on a map
COARSE = 0.002  # of the size of the item: what is left out of an outline is narrower than a line of the map
MOST_NAMED = 3  # faults of single polygons that are named
POLYGONS = (
    "Polygon",
    "MultiPolygon",
    "Unknown",
    "Polygon Z",
    "MultiPolygon Z",
    "2.5D Polygon",
    "2.5D MultiPolygon",
)
NAMES = ("name", "name_eng", "orig_name", "site_name", "title")  # columns in which an area's name stands
REPROJECT = "Reproject it: ogr2ogr -t_srs EPSG:4326 OUT.gpkg IN."
REPAIR = "Repair it: ogr2ogr -makevalid OUT.gpkg IN."
SPLIT = "Cut it there: ogr2ogr -wrapdateline OUT.gpkg IN."


@dataclass(frozen=True)
class Overlay:
    """What an item crosses of a map of areas.

    km, line_km: length of its lines within the areas, and of all its lines as drawn. areas: names, in the order of the
    file. inside: its places that lie in one. covers: whether the map reaches all around the item; where it does not,
    nothing is known of what lies beyond it. pieces: what of its lines lies within, `[point, (longitude, latitude)]`.
    outlines: names and rings of the areas met, of the first `MOST_DRAWN` of them, coarse enough to be drawn.
    """

    layer: str
    km: float
    line_km: float
    areas: tuple[str, ...]
    inside: tuple[str, ...]
    covers: bool
    pieces: tuple[Floats, ...]
    outlines: tuple[tuple[str, Floats], ...] = ()

    @property
    def share(self) -> float:
        """Share of the lines within the areas; not a number where it has none."""
        return self.km / self.line_km if self.line_km else float("nan")

    @property
    def touches(self) -> bool:
        """Whether it crosses an area or lies in one."""
        return self.km > 0 or bool(self.inside)

    @property
    def says(self) -> str | None:
        """Whether the item lies in an area, in the word of rules: yes, no, or None where the map does not reach."""
        return "yes" if self.touches else "no" if self.covers else None


def overlay(path: Path, places: Places) -> Overlay:
    """What of a map of areas an item crosses. Raises `Faults` with all that is wrong with the map."""
    return overlays(path, {"": places})[""]


def overlays(path: Path, of_items: Mapping[str, Places]) -> dict[str, Overlay]:
    """What of a map of areas each of several items crosses, in one pass over the file.

    Raises `Faults` with all that is wrong with the map; for one that meets none of the items.
    """
    pyogrio, shapely = _packages(path)
    info = _checked(path, pyogrio)
    crossings = {name: _Crossing(places, shapely) for name, places in of_items.items()}
    around = _around(crossings.values())
    _refuse_apart(path, info["bounds"], around, len(crossings))
    faults, broken = FaultList(), 0
    for number, name, area in _areas(path, info, around, pyogrio, shapely):
        bounds = None if area is None else shapely.bounds(area)
        near = [one for one in crossings.values() if bounds is None or _meet(one.places.bounds, bounds)]
        wrong = _wrong(area, shapely) if near else None
        if wrong:
            broken += 1
            if broken <= MOST_NAMED:
                faults.add(f"{path}, area {number}{f' ({name})' if name else ''}", *wrong)
        for one in near if not broken else ():
            one.add(name or f"area {number}", area)
    if broken > MOST_NAMED:
        faults.add(str(path), f"has {broken - MOST_NAMED} more areas of this kind", REPAIR)
    faults.raise_if_any()
    return {name: one.overlay(path.name, info["bounds"]) for name, one in crossings.items()}


class _Crossing:
    """One item while a map is read: what of its lines lies within areas so far."""

    def __init__(self, places: Places, shapely: Any) -> None:
        self.places, self.shapely = places, shapely
        self.lines = [shapely.LineString(line) for _, line in places.lines]
        self.points = [shapely.Point(longitude, latitude) for _, longitude, latitude in places.points]
        self.pieces: list[list[Any]] = [[] for _ in self.lines]
        self.areas: dict[str, None] = {}
        self.inside: set[int] = set()
        self.outlines: list[tuple[str, Floats]] = []
        west, south, east, north = places.bounds
        self.coarse = COARSE * max(east - west, north - south)

    def add(self, name: str, area: Any) -> None:
        """Take an area that may meet the item."""
        shapely = self.shapely
        met = shapely.intersection(self.lines, area) if self.lines else []
        within = np.flatnonzero(shapely.intersects(self.points, area)) if self.points else ()
        if any(shapely.length(part) > 0 for part in met) or len(within):
            if len(self.areas) < MOST_DRAWN:
                drawn = shapely.get_parts(shapely.simplify(area, self.coarse))
                rings = (shapely.get_coordinates(shapely.get_exterior_ring(part)) for part in drawn)
                self.outlines += [(name, ring) for ring in rings]
            self.areas.setdefault(name)
        for kept, part in zip(self.pieces, met, strict=True):
            kept += [part] if shapely.length(part) > 0 else []
        self.inside.update(int(one) for one in within)

    def overlay(self, layer: str, bounds: Bounds) -> Overlay:
        """What was crossed of a map with these bounds."""
        shapely, places = self.shapely, self.places
        crossed = tuple(part for kept in self.pieces for part in _parts(shapely.union_all(kept), shapely))
        km = sum(calc_length(part) for part in crossed)
        named = tuple(places.points[at][0] for at in sorted(self.inside))
        west, south, east, north = places.bounds
        covers = bounds[0] <= west and bounds[1] <= south and bounds[2] >= east and bounds[3] >= north
        return Overlay(layer, km, places.km, tuple(self.areas), named, covers, crossed, tuple(self.outlines))


def _around(crossings: Iterable[_Crossing]) -> Bounds:
    west, south, east, north = zip(*(one.places.bounds for one in crossings), strict=True)
    return min(west), min(south), max(east), max(north)


def _meet(one: Bounds, other: Bounds) -> bool:
    return one[0] <= other[2] and other[0] <= one[2] and one[1] <= other[3] and other[1] <= one[3]


def _refuse_apart(path: Path, bounds: Bounds, around: Bounds, items: int) -> None:
    """Raise `Faults` where a map and the items do not meet."""
    if _meet(bounds, around):
        return
    west, south, east, north = around
    what = "item" if items == 1 else "projects"
    reason = (
        f"reaches from {bounds[0]:.1f}, {bounds[1]:.1f} to {bounds[2]:.1f}, {bounds[3]:.1f} degrees and the {what} "
        f"from {west:.1f}, {south:.1f} to {east:.1f}, {north:.1f}: they do not meet"
    )
    remedy = f"Give a map of the areas around the {what}; check that longitude stands before latitude."
    raise Faults([Fault(str(path), reason, remedy)])


def _packages(path: Path) -> tuple[Any, Any]:
    try:
        return import_module("pyogrio"), import_module("shapely")
    except ImportError as error:
        remedy = 'Install them: pip install "samarkand[geo]".'
        reason = f"cannot be read without the packages pyogrio and shapely ({error.name} is missing)"
        raise Faults([Fault(str(path), reason, remedy)]) from None


def _checked(path: Path, pyogrio: Any) -> dict[str, Any]:
    """What the file says of itself: one layer of polygons in degrees."""
    place, want = str(path), "Give a GeoPackage or shapefile of areas."
    if not path.is_file():
        raise Faults([Fault(place, "is not a file", want)])
    if not path.stat().st_size:
        raise Faults([Fault(place, "is empty", want)])
    try:
        layers = [(str(name), str(kind)) for name, kind in pyogrio.list_layers(path)]
        drawn = [name for name, kind in layers if kind in POLYGONS]
        if len(drawn) != 1:
            raise Faults([_not_one_layer(place, layers, drawn)])
        info: dict[str, Any] = pyogrio.read_info(
            path, layer=drawn[0], force_feature_count=True, force_total_bounds=True
        )
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError) as error:
        raise Faults([Fault(place, f"cannot be read as a map ({_said(error, path)})", want)]) from error
    faults = FaultList()
    code, bounds = str(info["crs"] or ""), info["total_bounds"]
    if not info["features"] or bounds is None or not np.isfinite(bounds).all():
        raise Faults([Fault(place, "holds no area", want)])
    if not code or "undefined" in code.lower():
        faults.add(
            place,
            "does not say in which coordinates it is (no CRS)",
            "State it: ogr2ogr -a_srs EPSG:CODE OUT.gpkg IN.",
        )
    elif code not in DEGREES and not (code.startswith("GEOG") and "WGS" in code):
        faults.add(place, f"is in {code[:40]}, not in longitude and latitude", REPROJECT)
    elif max(abs(bounds[0]), abs(bounds[2])) > 2 * HALF or max(abs(bounds[1]), abs(bounds[3])) > HALF / 2:
        reason = (
            f"says {code[:40]} and reaches from {bounds[0]:g}, {bounds[1]:g} to {bounds[2]:g}, {bounds[3]:g}"
        )
        faults.add(
            place,
            f"{reason}, which are no degrees",
            "State its true CRS: ogr2ogr -a_srs EPSG:CODE OUT.gpkg IN.",
        )
    elif max(abs(bounds[0]), abs(bounds[2])) > HALF:
        faults.add(
            place,
            f"has longitudes up to {max(abs(bounds[0]), abs(bounds[2])):g}, beyond the antimeridian",
            SPLIT,
        )
    faults.raise_if_any()
    return {
        "layer": drawn[0],
        "fields": [str(one) for one in info["fields"]],
        "bounds": tuple(float(one) for one in bounds),
    }


def _not_one_layer(place: str, layers: list[tuple[str, str]], drawn: list[str]) -> Fault:
    if drawn:
        remedy = "Write the one that is meant to a file of its own: ogr2ogr OUT.gpkg IN LAYER."
        return Fault(place, f"has several layers of areas: {', '.join(drawn)}", remedy)
    has = ", ".join(f"{name} ({kind if kind != 'None' else 'no geometry'})" for name, kind in layers)
    return Fault(place, f"has no layer of areas{f': {has}' if has else ''}", "Give polygons.")


def _areas(
    path: Path, info: dict[str, Any], around: Bounds, pyogrio: Any, shapely: Any
) -> Iterator[tuple[int, str, Any]]:
    """Number, name and polygon of each area that meets the box around the items; None for one that is no geometry."""
    named = next((one for wanted in NAMES for one in info["fields"] if one.lower() == wanted), None)
    try:
        with pyogrio.open_arrow(
            path, layer=info["layer"], columns=[named] if named else [], bbox=around, batch_size=BATCH,
            return_fids=True, use_pyarrow=True,
        ) as (meta, reader):  # fmt: skip
            geometry, fid = meta["geometry_name"] or "wkb_geometry", meta.get("fid_column") or "OGC_FID"
            for batch in reader:
                columns = set(batch.schema.names)
                numbers = batch[fid].to_pylist() if fid in columns else range(batch.num_rows)
                names = batch[named].to_pylist() if named else [""] * batch.num_rows
                areas = shapely.from_wkb(batch[geometry].to_pylist(), on_invalid="ignore")
                yield from zip(numbers, (str(one or "") for one in names), areas, strict=True)
    except (pyogrio.errors.DataSourceError, pyogrio.errors.FeatureError, OSError) as error:
        reason = f"cannot be read to its end ({_said(error, path)})"
        raise Faults([Fault(str(path), reason, "Give the whole file.")]) from error


def _wrong(area: Any, shapely: Any) -> tuple[str, str] | None:
    """Reason and remedy where a polygon cannot be used."""
    if area is None:
        return "has no geometry that can be read", REPAIR
    west, _, east, _ = shapely.bounds(area)
    if east - west > HALF:
        return (
            f"reaches over {east - west:.0f} degrees of longitude: it is not cut at the antimeridian",
            SPLIT,
        )
    if not shapely.is_valid(area):
        return f"is broken ({shapely.is_valid_reason(area)})", REPAIR
    return None


def _parts(geometry: Any, shapely: Any) -> Iterator[Any]:
    """Arrays of coordinates of all lines in a geometry."""
    for part in shapely.get_parts(geometry):
        if shapely.length(part) > 0:
            yield shapely.get_coordinates(part)


def _said(error: Exception, path: Path) -> str:
    """What GDAL says is wrong, without the path, the query and the advice around it."""
    line = (str(error).splitlines() or [type(error).__name__])[0]
    first = line.partition("; ")[0].rpartition(" failed: ")[2]
    return first.removeprefix(f"'{path}' ").removesuffix(".")
