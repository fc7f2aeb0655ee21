"""What areas of a user's map an item crosses: polygons of a GeoPackage or shapefile against its lines and places.

    km = length of the union of what of the lines lies in an area;   share = km / length of the lines

Areas that overlap count once. The file is read in batches, and of it only what meets the box around the item, so that
its size does not matter. Needs the extra `geo`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

from samarkand.core.conventions import Floats
from samarkand.core.faults import Fault, FaultList, Faults
from samarkand.priorities.environment.places import HALF, Places, calc_length

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
    pyogrio, shapely = _packages(path)
    info = _checked(path, places, pyogrio)
    lines = [shapely.LineString(line) for _, line in places.lines]
    points = [shapely.Point(longitude, latitude) for _, longitude, latitude in places.points]
    pieces: list[list[Any]] = [[] for _ in lines]
    areas: dict[str, None] = {}
    inside: set[int] = set()
    outlines: list[tuple[str, Floats]] = []
    west, south, east, north = places.bounds
    coarse = COARSE * max(east - west, north - south)
    faults, broken = FaultList(), 0
    for number, name, area in _areas(path, info, places, pyogrio, shapely):
        wrong = _wrong(area, shapely)
        if wrong:
            broken += 1
            if broken <= MOST_NAMED:
                faults.add(f"{path}, area {number}{f' ({name})' if name else ''}", *wrong)
            continue
        if broken:
            continue
        met = shapely.intersection(lines, area) if lines else []
        within = np.flatnonzero(shapely.intersects(points, area)) if points else ()
        if any(shapely.length(part) > 0 for part in met) or len(within):
            if len(areas) < MOST_DRAWN:
                drawn = shapely.get_parts(shapely.simplify(area, coarse))
                rings = (shapely.get_coordinates(shapely.get_exterior_ring(part)) for part in drawn)
                outlines += [(name or f"area {number}", ring) for ring in rings]
            areas.setdefault(name or f"area {number}")
        for kept, part in zip(pieces, met, strict=True):
            kept += [part] if shapely.length(part) > 0 else []
        inside.update(int(one) for one in within)
    if broken > MOST_NAMED:
        faults.add(str(path), f"has {broken - MOST_NAMED} more areas of this kind", REPAIR)
    faults.raise_if_any()
    crossed = tuple(part for kept in pieces for part in _parts(shapely.union_all(kept), shapely))
    km = sum(calc_length(part) for part in crossed)
    named = tuple(places.points[at][0] for at in sorted(inside))
    return Overlay(path.name, km, places.km, tuple(areas), named, info["covers"], crossed, tuple(outlines))


def _packages(path: Path) -> tuple[Any, Any]:
    try:
        return import_module("pyogrio"), import_module("shapely")
    except ImportError as error:
        remedy = 'Install them: pip install "samarkand[geo]".'
        reason = f"cannot be read without the packages pyogrio and shapely ({error.name} is missing)"
        raise Faults([Fault(str(path), reason, remedy)]) from None


def _checked(path: Path, places: Places, pyogrio: Any) -> dict[str, Any]:
    """What the file says of itself: one layer of polygons in degrees around the item."""
    place, want = str(path), "Give a GeoPackage or shapefile of areas."
    if not path.is_file():
        raise Faults([Fault(place, "is not a file", want)])
    try:
        layers = [(str(name), str(kind)) for name, kind in pyogrio.list_layers(path)]
        drawn = [name for name, kind in layers if kind in POLYGONS]
        if len(drawn) != 1:
            raise Faults([_not_one_layer(place, layers, drawn)])
        info: dict[str, Any] = pyogrio.read_info(
            path, layer=drawn[0], force_feature_count=True, force_total_bounds=True
        )
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError) as error:
        raise Faults([Fault(place, f"cannot be read as a map ({_first_line(error)})", want)]) from error
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
    west, south, east, north = places.bounds
    covers = bool(bounds[0] <= west and bounds[1] <= south and bounds[2] >= east and bounds[3] >= north)
    if not faults and (bounds[0] > east or bounds[2] < west or bounds[1] > north or bounds[3] < south):
        reason = (
            f"reaches from {bounds[0]:.1f}, {bounds[1]:.1f} to {bounds[2]:.1f}, {bounds[3]:.1f} degrees and the item "
            f"from {west:.1f}, {south:.1f} to {east:.1f}, {north:.1f}: they do not meet"
        )
        faults.add(
            place,
            reason,
            "Give a map of the areas around the item; check that longitude stands before latitude.",
        )
    faults.raise_if_any()
    return {"layer": drawn[0], "fields": [str(one) for one in info["fields"]], "covers": covers}


def _not_one_layer(place: str, layers: list[tuple[str, str]], drawn: list[str]) -> Fault:
    if drawn:
        remedy = "Write the one that is meant to a file of its own: ogr2ogr OUT.gpkg IN LAYER."
        return Fault(place, f"has several layers of areas: {', '.join(drawn)}", remedy)
    has = ", ".join(f"{name} ({kind if kind != 'None' else 'no geometry'})" for name, kind in layers)
    return Fault(place, f"has no layer of areas{f': {has}' if has else ''}", "Give polygons.")


def _areas(
    path: Path, info: dict[str, Any], places: Places, pyogrio: Any, shapely: Any
) -> Iterator[tuple[int, str, Any]]:
    """Number, name and polygon of each area that meets the box around the item; None for one that is no geometry."""
    named = next((one for wanted in NAMES for one in info["fields"] if one.lower() == wanted), None)
    try:
        with pyogrio.open_arrow(
            path, layer=info["layer"], columns=[named] if named else [], bbox=places.bounds, batch_size=BATCH,
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
        reason = f"cannot be read to its end ({_first_line(error)})"
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


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0].removesuffix(".")
