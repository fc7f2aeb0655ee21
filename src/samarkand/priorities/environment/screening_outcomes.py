"""Screening of all projects of a programme as indicators: words by project and case, with the reason where there is
none."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

import numpy as np
import xarray as xr

from samarkand.core.gaps import Gap
from samarkand.engines.once import derived
from samarkand.priorities.base import Levels
from samarkand.priorities.environment.green_finance import outcomes_of_green_finance
from samarkand.priorities.environment.layers import Overlay, overlays
from samarkand.priorities.environment.places import Places, places_of
from samarkand.priorities.environment.screening import Finding, cases_of, standards
from samarkand.priorities.environment.screening_fields import screen_item
from samarkand.priorities.timeline import Timeline
from samarkand.programme.model.models import Item

NO_PROJECT = "the programme has no projects: a measure builds nothing that standards screen"


def screened(timeline: Timeline) -> dict[str, tuple[Finding, ...]]:
    """Findings by project, of those that the question does not leave out; what a map of areas says stands first."""
    facts, met = timeline.world.fact_table, areas_met(timeline)
    known = {name: {"protected_area": one.says} for name, one in met.items() if one.says is not None}
    return {
        item.id: screen_item(item, facts, known.get(item.id)) for item in timeline.items if is_screened(item)
    }


def areas_met(timeline: Timeline) -> dict[str, Overlay]:
    """What each project crosses of the map of areas; nothing without a map, and of projects without a place."""
    layers = timeline.layers
    if layers is None:
        return {}
    return derived(layers, timeline.without, partial(overlays, layers.protected, placed(timeline.items)))


def placed(items: Iterable[Item]) -> dict[str, Places]:
    """Lines and places of the projects that have any."""
    found = {item.id: places_of(item) for item in items if is_screened(item)}
    return {name: places for name, places in found.items() if places}


def is_screened(item: Item) -> bool:
    """Whether it is something that is built."""
    return item.kind_row.item == "project"


def outcomes_of_screening(timeline: Timeline) -> dict[str, Levels | Gap]:
    """What each standard says of each project, and of its finance."""
    found = screened(timeline)
    of_finance = outcomes_of_green_finance(timeline, found)
    if not found:
        return {name: Gap("environment", name, NO_PROJECT) for name in standards()} | of_finance
    return {name: _levels(name, found) for name in standards()} | of_finance


def _levels(standard: str, found: dict[str, tuple[Finding, ...]]) -> Levels:
    cases = cases_of(standard)
    of_standard = [[one for one in findings if one.standard == standard] for findings in found.values()]

    def array(words: list[list[str]]) -> xr.DataArray:
        both = xr.DataArray(
            np.array(words, dtype=object), {"project": list(found), "case": list(cases)}, ("project", "case")
        )
        return both if cases != ("",) else both.isel(case=0, drop=True)

    return Levels(
        change=array([[one.outcome for one in row] for row in of_standard]),
        reason=array([[one.reason for one in row] for row in of_standard]),
    )
