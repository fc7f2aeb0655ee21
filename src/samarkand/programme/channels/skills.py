"""Skills: what completed places of training add to the pay of those who have them, and what the places cost.

    gain of a cohort in a year = places x completion x employed x years of study x return of a year x pay without it
    cost of a cohort in a year = places x value of a place, while it studies

Money of the ledger alone: no route and no equilibrium depends on it, and nobody is charged for the places in the
equilibrium. The return of a year of schooling and the completion of studies of which none is published are declared
(world/parameters/innovation.csv); all else is of the item, or a fact of the economy in which graduates work.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from samarkand.core.gaps import Gap
from samarkand.programme.channels.channel import Channel, Effects
from samarkand.programme.model.models import Item
from samarkand.world.world import World

# By kind of study, the parameter that gives its completion where an item publishes none of its own.
COMPLETION = {"vocational": "completion_vocational", "bachelor": "completion_bachelor"}
PER_MILLION = 1e6
# Figures of an item without which its money is not known, as readers see them.
NEEDED = {
    "places": "places a year",
    "duration": "the duration of study",
    "value_per_place": "the value of a place",
    "wage": "pay without the training",
}
SHARES = {"work_in": "where graduates work", "paid_by": "who pays for the places"}


@dataclass(frozen=True)
class SkillsChange:
    """Places of an item and what they cost and add: of a year's cohort, US$ m a year, by economy.

    `opening`: the year of the first cohort; one begins in each of `intakes` years. `duration` of study, years; `gain`
    in each of `working_life` years after it, `cost` in each year of study.
    """

    item: str
    opening: int
    intakes: float
    duration: float
    working_life: float
    gain: tuple[tuple[str, float], ...]
    cost: tuple[tuple[str, float], ...]


def completion_of(item: Item) -> str:
    """Where the completion of an item comes from: `completion` of its own, a parameter, or nothing."""
    if item.figure("completion") is not None:
        return "completion"
    return COMPLETION.get(str(item.get("study")), "")


def calc_cohorts(opening: int, intakes: float, span: float, year: int) -> float:
    """Cohorts within `span` years of their beginning in a year: sum over cohorts of the part of the year; a number.

    One begins at the start of every year from `opening` on, in `intakes` years: `clip(begun + span - year, 0, 1)`.
    """
    begun = np.arange(opening, year + 1)
    begun = begun[begun < opening + intakes]
    return float(np.clip(begun + span - year, 0.0, 1.0).sum())


def intakes_of(item: Item) -> float:
    """Years in which new places are offered: every year where no end is given."""
    figure = item.figure("intakes")
    return np.inf if figure is None or figure.value is None else figure.value


def calc_net_of(change: SkillsChange, year: int, factor: float = 1.0) -> dict[str, float]:
    """Gains of graduates, times a factor, less what places cost in a year, US$ m by economy."""
    studying, until_the_end = (
        calc_cohorts(change.opening, change.intakes, span, year)
        for span in (change.duration, change.duration + change.working_life)
    )
    working = until_the_end - studying
    net: dict[str, float] = {}
    for amounts, cohorts in ((change.gain, factor * working), (change.cost, -studying)):
        for economy, amount in amounts:
            net[economy] = net.get(economy, 0.0) + cohorts * amount
    return net


def _effects_of(item: Item, world: World, parameters: Mapping[str, float]) -> Effects:
    figures = {name: item.figure(name) for name in NEEDED}
    lacks = [words for name, words in NEEDED.items() if figures[name] is None]
    lacks += [words for name, words in SHARES.items() if not item.get(name)]
    source = completion_of(item)
    lacks += [] if source else ["completion"]
    gaps = [
        Gap(item.id, economy, "effect not assessed: the economy has no accounts of its own")
        for name in SHARES
        for economy, _ in _shares(item, name)
        if economy not in world.labels
    ]
    employed = {economy: _employed(world, economy) for economy, _ in _shares(item, "work_in")}
    lacks += [f"unemployment in {economy}" for economy, part in employed.items() if part is None]
    if lacks:
        gaps.insert(0, Gap(item.id, "effect", f"effect not assessed: not published: {', '.join(lacks)}"))
    if gaps:
        return Effects((), tuple(gaps))
    places, duration, value, wage = (figures[name].value or 0.0 for name in NEEDED)  # type: ignore[union-attr]
    own = item.figure("completion")
    completed = places * ((own.value or 0.0) if own is not None else parameters[source])
    added = duration * parameters["schooling_return"] * wage / PER_MILLION
    assert item.opening is not None  # an open item has one
    return Effects(
        (
            SkillsChange(
                item.id, item.opening.year, intakes_of(item), duration, parameters["skills_working_life"],
                tuple(
                    (economy, share * completed * (employed[economy] or 0.0) * added)
                    for economy, share in _shares(item, "work_in")
                ),
                tuple(
                    (economy, share * places * value / PER_MILLION) for economy, share in _shares(item, "paid_by")
                ),
            ),
        )
    )  # fmt: skip


def _shares(item: Item, name: str) -> tuple[tuple[str, float], ...]:
    found = item.get(name)
    return found if isinstance(found, tuple) else ()


def _employed(world: World, economy: str) -> float | None:
    """Part of those who seek work that has it."""
    unemployed = world.fact(economy, "unemployment_rate").value
    return None if unemployed is None else 1.0 - unemployed


CHANNEL = Channel(_effects_of, on_models=False)
