"""The map of the world: outlines of the economies, their boundaries, and dots for what is too small to outline.

Read from the embedded `map.json` (Natural Earth at 1:50 m, simplified on the sphere by `data/map.py`). Which area
is coloured with whose figures, hatched or left without, and which boundaries are dashed, is declared with reasons
in `map_policy.csv` and `map_borders.csv`. Places are (longitude, latitude) in degrees; nothing is projected here.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.resources import files
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from samarkand.core.conventions import Floats
from samarkand.world.economies.map_policy import (
    BorderPolicy,
    area_policy,
    border_policy,
    too_small_to_outline,
)


@dataclass(frozen=True, eq=False)
class Outline:
    """One area of the map. `economy` is whose figures colour it, empty where none do.

    `rings` are closed, holes among them: fill by the even-odd rule. A ring over the date line goes on past 180
    degrees.
    """

    code: str
    economy: str
    drawn: Literal["coloured", "hatched", "plain"]
    rings: tuple[Floats, ...]
    area_km2: float


@dataclass(frozen=True, eq=False)
class Boundary:
    """A line between two areas; dashed where it is disputed or not final."""

    codes: tuple[str, str]
    points: Floats
    dashed: bool


@dataclass(frozen=True)
class Dot:
    """An economy without an outline, or with one too small to see."""

    economy: str
    longitude: float
    latitude: float


@dataclass(frozen=True, eq=False)
class WorldMap:
    """Outlines, boundaries and dots."""

    outlines: tuple[Outline, ...]
    boundaries: tuple[Boundary, ...]
    dots: tuple[Dot, ...]

    @cached_property
    def economies(self) -> frozenset[str]:
        """ISO3 codes that have an outline or a dot of their own, or are drawn hatched."""
        outlined = {outline.economy or outline.code for outline in self.outlines}
        return frozenset(outlined | {dot.economy for dot in self.dots})


@cache
def load_map() -> WorldMap:
    """The embedded map."""
    topology = json.loads((files("samarkand.world") / "embedded" / "map.json").read_text(encoding="utf-8"))
    scale = np.array(topology["transform"]["scale"])
    arcs = [np.cumsum(np.array(arc, float), axis=0) * scale for arc in topology["arcs"]]
    policy = area_policy()
    outlines: list[Outline] = []
    dots: list[Dot] = []
    users: dict[int, list[str]] = {}
    for geometry in topology["objects"]["economies"]["geometries"]:
        code, area = geometry["id"], float(geometry["properties"]["area_km2"])
        row = policy.get(code)
        drawn: Literal["coloured", "hatched", "plain"] = "coloured"
        economy = code
        if row is not None:
            economy = row.economy or (code if row.drawn == "own" else "")
            if row.drawn in ("hatched", "plain"):
                drawn = "hatched" if row.drawn == "hatched" else "plain"
        rings = [ring for polygon in geometry["arcs"] for ring in polygon]
        for number in {i if i >= 0 else ~i for ring in rings for i in ring}:
            users.setdefault(number, []).append(code)
        outlines.append(Outline(code, economy, drawn, tuple(_ring(ring, arcs) for ring in rings), area))
        if too_small_to_outline(area) and economy == code:
            longitude, latitude = geometry["properties"]["point"]
            dots.append(Dot(code, longitude, latitude))
    dots += [
        Dot(row.code, row.longitude, row.latitude)
        for row in policy.values()
        if row.drawn == "dot" and row.longitude is not None and row.latitude is not None
    ]
    boundaries = [
        boundary
        for number, codes in sorted(users.items())
        if len(codes) == 2
        for boundary in _boundaries((codes[0], codes[1]), arcs[number])
    ]
    return WorldMap(tuple(outlines), tuple(boundaries), tuple(sorted(dots, key=lambda dot: dot.economy)))


def _ring(numbers: list[int], arcs: list[Floats]) -> Floats:
    parts = [arcs[i] if i >= 0 else arcs[~i][::-1] for i in numbers]
    ring = np.concatenate([parts[0], *(part[1:] for part in parts[1:])])
    ring[:, 0] = np.unwrap(ring[:, 0], period=360)
    return ring


def _boundaries(codes: tuple[str, str], points: Floats) -> list[Boundary]:
    """The arc between two areas, cut where it enters or leaves a declared stretch."""
    policy = area_policy()
    if any(code in policy and policy[code].border == "dashed" for code in codes):
        return [Boundary(codes, points, dashed=True)]
    inside = np.zeros(len(points), bool)
    for row in border_policy():
        if {row.code_a, row.code_b} == set(codes):
            inside |= _in_box(points, row)
    side = inside[:-1] & inside[1:]  # a side is dashed where both its ends lie in the box
    starts = np.flatnonzero(np.diff(side, prepend=~side[:1]))
    ends = [*starts[1:].tolist(), len(side)]
    return [
        Boundary(codes, points[start : end + 1], dashed=bool(side[start]))
        for start, end in zip(starts.tolist(), ends, strict=True)
    ]


def _in_box(points: Floats, row: BorderPolicy) -> NDArray[np.bool_]:
    lon, lat = points[:, 0], points[:, 1]
    return (row.west <= lon) & (lon <= row.east) & (row.south <= lat) & (lat <= row.north)


def map_notes() -> list[dict[str, Any]]:
    """Every declared treatment with its reason, areas first: what the reader of a map is owed."""
    drawn = {
        "own": "coloured as an economy of its own",
        "with": "coloured with",
        "hatched": "hatched, without a figure",
        "plain": "land without an economy",
        "no": "not drawn",
        "dot": "a dot",
    }
    areas = [
        {
            "what": row.code,
            "drawn": f"{drawn[row.drawn]} {row.economy}".strip()
            + ("; border dashed" if row.border == "dashed" and row.drawn != "plain" else ""),
            "reason": row.reason,
            "source": row.source,
        }
        for row in area_policy().values()
    ]
    borders = [
        {"what": row.stretch, "drawn": "border dashed", "reason": row.reason, "source": row.source}
        for row in border_policy()
    ]
    return areas + borders
