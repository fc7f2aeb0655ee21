"""How far an item has come against its plan: slippage, the opening to be expected, the budget at risk by party.

With start S, planned duration D with the days of agreed change orders, day of the progress t, share done p and mean
schedule overrun m of the class:

    to be expected    t + (1 - p) D (1 + m)      what is left takes as long as it took projects of the class
    at the pace       S + (t - S) / p            what is left goes on as what is done

A year without a day counts as its middle. What is suspended has no pace, and no opening is forecast: it opens no sooner
than if works went on again on the day t, which is the first of the two.
"""

from __future__ import annotations

import numpy as np
import xarray as xr

from samarkand.core.gaps import Gap
from samarkand.core.labels import labelled
from samarkand.priorities.base import Levels, Outcomes, Range
from samarkand.priorities.governance.delivery_risk import BASIS, overrun_of
from samarkand.priorities.governance.moments import DAYS_A_YEAR, moment
from samarkand.priorities.reference_fit import COVERAGE, Fitted, class_of
from samarkand.priorities.timeline import Timeline
from samarkand.programme.model.change_orders import added_days
from samarkand.programme.model.models import Item, When

IN_SERVICE = "it is in service"
SUSPENDED = "it is suspended: what is left has no pace"
NO_PLAN = "no opening by the plan is given: planned_opening"
NO_START = "no start of construction is published"
NO_PROGRESS = "no progress with its day is given: progress, progress_as_of"
NO_CLASS = "no reference class of schedules of its kind is declared"
NOT_SUSPENDED = "it is not suspended"
NO_SHARES = "it has no published cost, reference class or share of a party"


def progress_of(item: Item, timeline: Timeline) -> Outcomes:
    """Slippage, openings to be expected and budget at risk of an item."""
    found: dict[str, float | str] = {
        "opening_slippage": slippage_of(item),
        "opening_to_be_expected": expected_opening(item),
        "opening_at_pace": opening_at_pace(item),
        "opening_if_resumed": opening_if_resumed(item),
    }
    outcomes: dict[str, Levels | Gap] = {
        name: Gap(item.id, name, one) if isinstance(one, str) else Levels(change=xr.DataArray(one))
        for name, one in found.items()
    }
    return {**outcomes, "budget_at_risk": budget_at_risk(item, timeline)}


def slippage_of(item: Item) -> float | str:
    """Years between the opening as published now and that of the plan."""
    planned = _when(item, "planned_opening")
    if planned is None:
        return NO_PLAN
    return "no opening is published" if item.opening is None else moment(item.opening) - moment(planned)


def expected_opening(item: Item) -> float | str:
    """`t + (1 - p) D (1 + m)`, a year with its fraction; or why there is none."""
    if item.status == "in_service":
        return IN_SERVICE
    return SUSPENDED if item.status == "suspended" else _opening_by_class(item)


def opening_if_resumed(item: Item) -> float | str:
    """Of what is suspended, the opening if works went on again on the day of the progress; or why there is none."""
    return _opening_by_class(item) if item.status == "suspended" else NOT_SUSPENDED


def _opening_by_class(item: Item) -> float | str:
    planned = _when(item, "planned_opening") or item.opening
    progress, day = item.figure("progress"), _when(item, "progress_as_of")
    if planned is None:
        return NO_PLAN
    if item.construction_start is None:
        return NO_START
    if progress is None or progress.value is None or day is None:
        return NO_PROGRESS
    found = class_of(item, "schedule")
    if found is None:
        return NO_CLASS
    overrun = found.distribution.mean - 1.0 if isinstance(found, Fitted) else found.mean
    duration = moment(planned) + added_days(item) / DAYS_A_YEAR - moment(item.construction_start)
    return calc_expected_opening(moment(day), progress.value, duration, overrun)


def calc_expected_opening(day: float, progress: float, duration: float, overrun: float) -> float:
    """`t + (1 - p) D (1 + m)`: years as numbers, p a share from 0 to 1, m a fraction."""
    return day + (1.0 - progress) * duration * (1.0 + overrun)


def opening_at_pace(item: Item) -> float | str:
    """`S + (t - S) / p`, a year with its fraction; or why there is none."""
    if item.status == "in_service":
        return IN_SERVICE
    if item.status == "suspended":
        return SUSPENDED
    progress, day = item.figure("progress"), _when(item, "progress_as_of")
    if item.construction_start is None:
        return NO_START
    if progress is None or day is None:
        return NO_PROGRESS
    if not progress.value:
        return "nothing is done yet: there is no pace"
    start = moment(item.construction_start)
    return start + (moment(day) - start) / progress.value


def budget_at_risk(item: Item, timeline: Timeline) -> Levels | Gap:
    """Share of each party in capex x capex x overrun still to come, US$ m, with its range."""
    overrun = overrun_of(item, timeline.assumptions.parameters)
    shares: dict[str, float] = {}
    for line in item.financing:
        share = line.share_of(item.capex)
        if share is not None:
            shares[line.party] = shares.get(line.party, 0.0) + share
    if isinstance(overrun, str) or not shares or item.capex is None or item.capex.value is None:
        return Gap(item.id, "budget_at_risk", NO_SHARES)
    amounts = labelled(item.capex.value * np.array(list(shares.values())), party=list(shares))
    figure, *ends = (amounts * one for one in overrun)
    if not ends:
        return Levels(change=figure)
    low, high = ends
    return Levels(change=figure, ranges={"change": Range(low, high, BASIS, COVERAGE)})


def _when(item: Item, key: str) -> When | None:
    found = item.get(key)
    return found if isinstance(found, When) else None
