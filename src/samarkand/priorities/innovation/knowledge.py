"""Knowledge as people: places of training, who completes them, what that costs, and researchers of joint laboratories.

    completing = places x completion          cost of a graduate = value of a place x years of study / completion
    cost of a researcher = budget / researchers

Completion is that of the item where one is published, else a declared one of its kind of study. Money is in the
ledger's margin of skills, where all that it needs is known (`programme.channels.skills`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import xarray as xr

from samarkand.core.gaps import Gap
from samarkand.priorities.base import Levels, Outcomes, Range
from samarkand.priorities.timeline import Timeline
from samarkand.programme.channels.skills import COMPLETION, completion_of, intakes_of
from samarkand.programme.model.models import Item

TRAINING, RESEARCH = "scholarships", "joint_research"
MILLION = 1e6


@dataclass(frozen=True)
class OfPeople:
    """An indicator of people: the kind of items that it is of, the figures that it takes, and what is said without.

    `value`: of the figures, in their order, and of the completion where it takes one; `ends`: zero once no new places
    are offered.
    """

    kind: str
    keys: tuple[str, ...]
    missing: str
    value: Callable[..., float]
    completes: bool = False
    ends: bool = True


OF_PEOPLE = {
    "training_places": OfPeople(TRAINING, ("places",), "no number of places is published", lambda places: places),
    "training_completed": OfPeople(
        TRAINING, ("places",), "no number of places is published", lambda places, part: places * part, completes=True
    ),
    "cost_per_place": OfPeople(
        TRAINING, ("value_per_place",), "no cost of a place is published", lambda value: value
    ),
    "cost_per_graduate": OfPeople(
        TRAINING, ("value_per_place", "duration"), "no cost of a place, or no duration of study, is published",
        lambda value, years, part: value * years / part, completes=True,
    ),
    "joint_researchers": OfPeople(
        RESEARCH, ("researchers",), "no number of researchers is published", lambda researchers: researchers,
        ends=False,
    ),
    "cost_per_researcher": OfPeople(
        RESEARCH, ("budget", "researchers"), "no budget, or no number of researchers, is published",
        lambda budget, researchers: MILLION * budget / researchers, ends=False,
    ),
}  # fmt: skip


def people_of(item: Item, timeline: Timeline) -> Outcomes:
    """The figures of an item in the years in which it is in service; 0 before and after, nothing for other kinds."""
    return {name: _by_year(name, row, item, timeline) for name, row in OF_PEOPLE.items()}


def _by_year(name: str, row: OfPeople, item: Item, timeline: Timeline) -> Levels | Gap:
    if item.kind != row.kind:
        return Gap(item.id, name, f"only of items of the kind {row.kind}")
    figures = [figure.value for key in row.keys if (figure := item.figure(key)) is not None]
    known = [value for value in figures if value is not None]
    if len(known) < len(row.keys) or (not row.completes and len(known) > 1 and not known[-1]):
        return Gap(item.id, name, row.missing)
    if not row.completes:
        return Levels(change=_in_service(row.value(*known), row, item, timeline), ramped=False)
    parts = _completion(item, timeline)
    if parts is None or not all(parts):
        named = ", ".join(COMPLETION)
        return Gap(item.id, name, f"no completion is published, nor declared for its kind of study ({named})")
    low, central, high = (_in_service(row.value(*known, part), row, item, timeline) for part in parts)
    if parts[0] == parts[2]:
        return Levels(change=central, ramped=False)
    bounds = low.clip(max=high), low.clip(min=high)  # a cost falls with completion
    return Levels(change=central, ranges={"change": Range(*bounds, "published")}, ramped=False)


def _completion(item: Item, timeline: Timeline) -> tuple[float, float, float] | None:
    """Low, central and high; the central one at all three where there is no range."""
    source = completion_of(item)
    if not source:
        return None
    parameters = timeline.assumptions.parameters
    found = item.figure("completion") if source == "completion" else parameters.evidence(source)
    return None if found is None or found.value is None else found.ends


def _in_service(value: float, row: OfPeople, item: Item, timeline: Timeline) -> xr.DataArray:
    """By year: the value while the item is in service, and while it offers places."""
    years = list(timeline.years)
    end = item.opening.year + intakes_of(item) if row.ends and item.opening is not None else np.inf
    values = [value if timeline.phase(item, year) == "service" and year < end else 0.0 for year in years]
    return xr.DataArray(np.array(values), {"year": years}, ("year",))
