"""Where an item lies: its lines and its place, in degrees, and lengths along them.

    length = sum of great circles over a line that is straight in longitude and latitude, cut every STEP degrees

Lines go straight from point to point of the programme's file. A line over the antimeridian is cut there.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np

from samarkand.core.conventions import Floats
from samarkand.core.geodesy import calc_chord_distance, unit_vectors
from samarkand.programme.model.models import Item, Point

STEP = 0.05  # degrees: 5.6 km at most
HALF, WHOLE = 180.0, 360.0


@dataclass(frozen=True, eq=False)
class Places:
    """Lines `[point, (longitude, latitude)]` of an item, each with its name, and its places by name."""

    lines: tuple[tuple[str, Floats], ...]
    points: tuple[tuple[str, float, float], ...]

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """West, south, east, north. Raises `ValueError` where there is neither line nor place."""
        corners = [line for _, line in self.lines] + [np.array([[lon, lat]]) for _, lon, lat in self.points]
        together = np.concatenate(corners)
        (west, south), (east, north) = together.min(axis=0), together.max(axis=0)
        return float(west), float(south), float(east), float(north)

    @cached_property
    def km(self) -> float:
        """Length of all lines as drawn."""
        return sum(calc_length(line) for _, line in self.lines)

    def __bool__(self) -> bool:
        return bool(self.lines or self.points)


def places_of(item: Item) -> Places:
    """The sections and routes of an item, and its place where it has one."""
    named = [
        (section.name or f"section {number}", section.points)
        for number, section in enumerate(item.section, 1)
    ]
    points = []
    for name, value in item.attributes:
        if isinstance(value, Point):
            points.append((value.name, value.longitude, value.latitude))
        elif isinstance(value, tuple):
            along = tuple(one for one in value if isinstance(one, Point))
            named += [(name, along)] if len(along) > 1 else []
    lines = [
        (name, part)
        for name, along in named
        for part in cut_at_antimeridian(np.array([(one.longitude, one.latitude) for one in along]))
    ]
    return Places(tuple(lines), tuple(points))


def cut_at_antimeridian(line: Floats) -> tuple[Floats, ...]:
    """The parts of a line `[point, (longitude, latitude)]`; a leg of more than half the world goes the other way."""
    parts, here = [], [line[0]]
    for one, other in pairwise(line):
        turn = other[0] - one[0]
        if abs(turn) > HALF:
            side = np.copysign(HALF, one[0])
            through = (WHOLE - abs(turn)) or 1.0
            latitude = one[1] + (other[1] - one[1]) * abs(side - one[0]) / through
            parts.append(np.array([*here, (side, latitude)]))
            here = [np.array([-side, latitude])]
        here.append(other)
    parts.append(np.array(here))
    return tuple(parts)


def densify(line: Floats, step: float = STEP) -> Floats:
    """The same line with points no farther apart than `step` degrees on either axis."""
    spans = np.abs(np.diff(line, axis=0)).max(axis=1)
    counts = np.maximum(np.ceil(spans / step).astype(np.int64), 1)
    pieces = [
        np.linspace(one, other, count, endpoint=False)
        for one, other, count in zip(line[:-1], line[1:], counts, strict=True)
    ]
    return np.concatenate([*pieces, line[-1:]])


def calc_lengths(line: Floats) -> Floats:
    """Great circles between neighbouring points of a line, km; `[point - 1]`."""
    on_sphere = unit_vectors(line[:, 1], line[:, 0])
    return calc_chord_distance(np.sqrt(((on_sphere[:, 1:] - on_sphere[:, :-1]) ** 2).sum(axis=0)))


def calc_length(line: Floats) -> float:
    """Length of a line in km."""
    return float(calc_lengths(densify(line)).sum())
