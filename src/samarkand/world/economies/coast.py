"""Land or water: the outlines of the embedded map, for checks of what a programme draws across them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from samarkand.core.conventions import Floats
from samarkand.core.geodesy import EARTH_RADIUS_KM, unit_vectors

STEP_KM = 5.0


@cache
def _coast() -> Floats:
    """Stretches of coast [stretch, (lon, lat, lon, lat)]: arcs of the map that bound one economy alone."""
    topology: dict[str, Any] = json.loads(
        (files("samarkand.world") / "embedded" / "map.json").read_text(encoding="utf-8")
    )
    used = np.zeros(len(topology["arcs"]), int)

    def count(arcs: Any) -> None:
        for one in arcs:
            if isinstance(one, list):
                count(one)
            else:
                used[one if one >= 0 else ~one] += 1

    for shape in topology["objects"].values():
        for geometry in shape.get("geometries", []):
            count(geometry.get("arcs") or [])
    scale, start = (np.array(topology["transform"][name], float) for name in ("scale", "translate"))
    stretches = []
    for number in np.flatnonzero(used % 2):
        points = np.cumsum(np.array(topology["arcs"][number], float), axis=0) * scale + start
        stretches.append(np.hstack([points[:-1], points[1:]]))
    return np.concatenate(stretches)


def is_land(latitude: ArrayLike, longitude: ArrayLike) -> NDArray[np.bool_]:
    """Whether places lie inside an outline: the way to the open Atlantic crosses the coast an odd number of times.

    Degrees. The outlines are simplified to some ten kilometres, islands below 200 km2 are left out. Chukotka beyond
    the date line counts as land.
    """
    lat, lon = (np.atleast_1d(np.asarray(a, float))[:, None] for a in (latitude, longitude))
    open_water = np.where(lat > 60, -9.0, -30.0)  # a meridian that no land touches there
    coast = _coast()
    south, north = np.minimum(coast[:, 1], coast[:, 3]), np.maximum(coast[:, 1], coast[:, 3])
    # Stretches beyond the latitudes of all places span none of them.
    crossed = (south <= lat.max(initial=-90.0)) & (north >= lat.min(initial=90.0))
    lon1, lat1, lon2, lat2 = coast[crossed].T
    spans = ((lat1 > lat) != (lat2 > lat)) & (np.abs(lon2 - lon1) < 180)
    with np.errstate(divide="ignore", invalid="ignore"):
        at = lon1 + (lat - lat1) / (lat2 - lat1) * (lon2 - lon1)
    between = (at > np.minimum(lon, open_water)) & (at < np.maximum(lon, open_water))
    inside: NDArray[np.bool_] = (spans & between).sum(axis=1) % 2 == 1
    return inside | ((lon < -168.9) & (lat > 60))[:, 0]


def farthest_from_land(points: Sequence[tuple[float, float]]) -> float:
    """How far from land, km, the great circles from point to point (latitude, longitude) lead at most."""
    farthest = 0.0
    for one, other in pairwise(points):
        a, b = (unit_vectors(*point) for point in (one, other))
        angle = float(np.arccos(np.clip(a @ b, -1.0, 1.0)))
        if angle < 1e-9:
            continue
        count = max(3, int(np.ceil(angle * EARTH_RADIUS_KM / STEP_KM)) + 1)
        part = np.linspace(0.0, 1.0, count)[:, None]
        on = (np.sin((1 - part) * angle) * a + np.sin(part * angle) * b) / np.sin(angle)
        lat, lon = np.degrees(np.arcsin(on[:, 2])), np.degrees(np.arctan2(on[:, 1], on[:, 0]))
        wet = ~is_land(lat, lon)
        if wet.any():
            farthest = max(farthest, float(_to_coast(lat[wet], lon[wet]).max()))
    return farthest


def _to_coast(latitude: Floats, longitude: Floats) -> Floats:
    """Distance of places to the nearest stretch of coast, km, on the plane that touches the Earth at the place."""
    per_degree = np.pi / 180 * EARTH_RADIUS_KM
    lon1, lat1, lon2, lat2 = _coast().T
    found = np.empty(latitude.size)
    for number, (lat, lon) in enumerate(zip(latitude, longitude, strict=True)):
        shrink = np.cos(np.radians(lat)) * per_degree
        x1, x2 = (((side - lon + 180) % 360 - 180) * shrink for side in (lon1, lon2))
        y1, y2 = ((side - lat) * per_degree for side in (lat1, lat2))
        dx, dy = x2 - x1, y2 - y1
        squared = dx**2 + dy**2
        part = np.clip(-(x1 * dx + y1 * dy) / np.where(squared > 0, squared, 1.0), 0.0, 1.0)
        found[number] = np.sqrt((x1 + part * dx) ** 2 + (y1 + part * dy) ** 2).min()
    return found
