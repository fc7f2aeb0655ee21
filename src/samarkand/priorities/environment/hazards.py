"""What natural hazards do to an item in a year: depths of water from the user's maps, damage curves, capital at risk.

    damage of an event  = capex x sum over the line of length x f(depth) / length       (a place: capex x f(depth))
    expected annual     = integral of damage over the probability that a year exceeds it (`engines.expected_damage`)
    days closed a year  = days that a closure lasts x probability of the least event that cuts the item

f is the damage curve of its kind (`hazard_damage_curves.csv`). Capital cost stands for what it costs to rebuild: most
of a tunnel or an embankment survives, so that it is too much rather than too little. Direct damage and days of closure
are apart: what a day of closure costs is worked out where benefits are (`samarkand worth`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, partial
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import numpy as np

from samarkand.core.conventions import Floats
from samarkand.core.declarations import Words, read_table
from samarkand.core.evidence import Cited
from samarkand.core.faults import FaultList
from samarkand.engines.expected_damage import ExpectedDamage, calc_expected_damage
from samarkand.priorities.environment.depth_windows import read_window
from samarkand.priorities.environment.places import Places, calc_lengths, densify, places_of
from samarkand.programme.model.models import Item
from samarkand.world.network.hazards import Raster, calc_failure_share, failure_modes

FALL = 1e-6  # relative: by rounding alone
READ = 0.002  # degrees: 220 m, where cells are not finer


class CurvePoint(Cited):
    """A row of `hazard_damage_curves.csv`: the part of the capital that water of a depth destroys."""

    id: str
    curve: str
    kinds: Words
    depth: float
    damage: float


class Event(NamedTuple):
    """What the event of a return period does.

    damage: part of the capital destroyed. wet_km: length under water. cut: whether it closes. wet: what of its lines is
    under water, `[point, (longitude, latitude)]`.
    """

    period: float
    damage: float
    wet_km: float
    deepest: float
    cut: bool
    wet: tuple[Floats, ...] = ()


@dataclass(frozen=True)
class HazardLoss:
    """What hazards do to an item.

    events: frequent ones first. share: expected annual damage as a share of the capital. money: US$ m a year; None
    without a published capex. cut_period: return period of the least event that cuts it; None where none does.
    """

    events: tuple[Event, ...]
    protection: float
    share: ExpectedDamage
    money: ExpectedDamage | None
    cut_period: float | None

    def closed_days(self, days: float) -> float:
        """Days a year that it is expected to be closed, where a closure lasts so many days."""
        if self.cut_period is None:
            return 0.0
        return days / max(self.cut_period, self.protection)


@cache
def curve_points() -> tuple[CurvePoint, ...]:
    """The declared curves."""
    return read_table(__package__, "hazard_damage_curves.csv", CurvePoint)


def curve_of(kind: str) -> tuple[CurvePoint, ...]:
    """The points of the curve of a kind, shallow ones first; none where no curve is declared."""
    return tuple(sorted((one for one in curve_points() if kind in one.kinds), key=lambda one: one.depth))


def calc_damage_share(depth: Floats, kind: str) -> Floats:
    """Part of the capital destroyed, straight between the points of the curve; zero where it is dry.

    depth: metres, any shape; not a number is dry. Returns fractions of the same shape.
    """
    points = curve_of(kind)
    known = np.nan_to_num(depth, nan=0.0)
    found: Floats = np.interp(known, [one.depth for one in points], [one.damage for one in points])
    return np.where(known > 0, found, 0.0)


def hazard_loss(
    item: Item, maps: Mapping[float, Path], failure_share: float, protection: float = 0.0
) -> HazardLoss:
    """What hazards do to an item.

    Parameters
    ----------
    maps
        GeoTIFFs of depths in metres, by return period in years.
    failure_share
        Share of links closed at a depth from which it is cut, as in stress tests (`hazard_failure_share`).
    protection
        Return period up to which defences hold; zero: none.

    Raises
    ------
    Faults
        With all that is wrong: the item has no place or its kind no curve, periods that cannot be, maps that cannot be
        read, events that do less damage than more frequent ones.
    """
    places, faults = places_of(item), FaultList()
    if not places:
        faults.add(item.id, "has neither a line nor a place", "Give its sections, its route or its place.")
    if not curve_of(item.kind):
        faults.add(
            item.id, f"is of the kind {item.kind}, which has no damage curve", "Its damage is not assessed."
        )
    for period in maps:
        if not period >= 1:
            faults.add(f"return period {period:g}", "is below one year", "Give years from 1 on.")
    if protection < 0:
        faults.add("protection", f"is {protection:g} years", "Give a return period in years, or none.")
    if not maps:
        faults.add("maps", "are none", "Give at least one GeoTIFF of depths with its return period.")
    faults.raise_if_any()
    events = []
    for period, path in sorted(maps.items()):
        raster = faults.attempt(partial(read_window, path, places.bounds))
        if raster is not None:
            _check_reach(path, places, raster, faults)
            events.append(_event(period, item, places, raster, failure_share))
    faults.raise_if_any()
    for less, more in pairwise(events):
        if more.damage < less.damage * (1 - FALL):
            faults.add(
                str(maps[more.period]),
                f"does less damage at {more.period:g} years ({more.damage:.2%} of the capital) than "
                f"{maps[less.period]} at {less.period:g} ({less.damage:.2%})",
                "Check which map is of which return period.",
            )
    faults.raise_if_any()
    periods = np.array([one.period for one in events])
    share = calc_expected_damage(periods, np.array([one.damage for one in events]), protection)
    capex = None if item.capex is None else item.capex.value
    money = None if capex is None else ExpectedDamage(*(capex * part for part in share))
    cut = next((one.period for one in events if one.cut), None)
    return HazardLoss(tuple(events), protection, share, money, cut)


def _check_reach(path: Path, places: Places, raster: Raster, faults: FaultList) -> None:
    """Add a fault where a map does not reach all around the item: what is not mapped is not dry."""
    west, south, east, north = places.bounds
    rows, columns = raster.depth.shape
    reached = (
        raster.west, raster.north - rows * raster.step[1], raster.west + columns * raster.step[0], raster.north
    )  # fmt: skip
    if reached[0] > west or reached[1] > south or reached[2] < east or reached[3] < north:
        reason = f"ends within the box around the item, {west:.2f} to {east:.2f} E and {south:.2f} to {north:.2f} N"
        faults.add(
            str(path), reason, "Give a map of the whole box: what is not mapped is not known to be dry."
        )


def _event(period: float, item: Item, places: Places, raster: Raster, failure_share: float) -> Event:
    """Of the lines where it has any, else of its places."""
    if not places.lines:
        latitude, longitude = (np.array([one[at] for one in places.points]) for at in (2, 1))
        depth = np.nan_to_num(raster.at(latitude, longitude), nan=0.0)
        damage = calc_damage_share(depth, item.kind)
        return Event(
            period, float(damage.mean()), 0.0, float(depth.max()), _is_cut(depth, item, failure_share)
        )
    fine = max(min(raster.step) / 2, READ)
    lines = [densify(line, fine) for _, line in places.lines]
    lengths = np.concatenate([calc_lengths(line) for line in lines])
    middle = np.concatenate([(line[1:] + line[:-1]) / 2 for line in lines])
    depth = np.nan_to_num(raster.at(middle[:, 1], middle[:, 0]), nan=0.0)
    wet = tuple(part for line in lines for part in _wet_parts(line, raster))
    lost = float((lengths * calc_damage_share(depth, item.kind)).sum() / lengths.sum())
    wet_km, deepest = float(lengths[depth > 0].sum()), float(depth.max())
    return Event(period, lost, wet_km, deepest, _is_cut(depth, item, failure_share), wet)


def _wet_parts(line: Floats, raster: Raster) -> Iterator[Floats]:
    """Stretches of a line whose legs are under water in their middle."""
    middle = (line[1:] + line[:-1]) / 2
    wet = np.nan_to_num(raster.at(middle[:, 1], middle[:, 0]), nan=0.0) > 0
    turns = np.flatnonzero(np.diff(np.r_[False, wet, False]))
    for first, last in turns.reshape(-1, 2).tolist():
        yield line[first : last + 1]


def _is_cut(depth: Floats, item: Item, failure_share: float) -> bool:
    """Whether the deepest water closes it: by the curve of its mode, a plant or port by that of roads."""
    mode = item.kind_row.mode if item.kind_row.mode in failure_modes() else "road"
    return bool((calc_failure_share(depth, mode) >= failure_share).any())
