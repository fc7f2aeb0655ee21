"""Events of a programme over the years, before openings too: starts of construction, drawdown, openings.

They follow from the programme alone. An item without a published day has no event for it, and its phase is unknown
where the day would say it.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal

from samarkand.programme.model.models import Item, Programme

Happening = Literal["construction_start", "drawdown", "opening"]
Phase = Literal["before", "construction", "service", "unknown"]
ORDER: tuple[Happening, ...] = ("construction_start", "drawdown", "opening")


@dataclass(frozen=True)
class Event:
    """Something that happens to an item in a year; of a drawdown also the number of its financing, from 1."""

    year: int
    item: str
    what: Happening
    party: str = ""
    financing: int = 0


def events_of(programme: Programme, without: Collection[str] = ()) -> tuple[Event, ...]:
    """All events of the items that are not left out, in order of time.

    Each financing is drawn down in every year of construction, from its start to the year before the opening, or in the
    year of the opening where construction takes no longer; what it amounts to is for whoever reads it.
    """
    found: list[Event] = []
    for item in programme.items:
        if item.id in without:
            continue
        if item.construction_start is not None:
            found.append(Event(item.construction_start.year, item.id, "construction_start"))
        if item.opening is not None:
            found.append(Event(item.opening.year, item.id, "opening"))
        found += [
            Event(year, item.id, "drawdown", line.party, number)
            for year in years_of_construction(item)
            for number, line in enumerate(item.financing, 1)
            if line.instrument != "guarantee"
        ]
    return tuple(sorted(found, key=lambda one: (one.year, ORDER.index(one.what), one.item, one.financing)))


def years_of_construction(item: Item) -> range:
    """Years in which it is built; none where one of the two days is not published."""
    if item.construction_start is None or item.opening is None:
        return range(0)
    return range(item.construction_start.year, max(item.opening.year, item.construction_start.year + 1))


def phase_of(item: Item, year: int) -> Phase:
    """What an item is at the end of a year; unknown where the day that would say so is not published."""
    if item.is_open(year):
        return "service"
    if item.construction_start is None:
        return "unknown"
    return "before" if year < item.construction_start.year else "construction"
