"""Milestones kept and slipped.

    slippage = day on which it was met, else on which it is expected, less the day of the plan; in years

A milestone that is overdue has slipped to the day that the file describes, at least. A year without a day counts as its
middle; where a day and a year are compared, or two years, what may be in time is in time.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

import numpy as np
import xarray as xr

from samarkand.core.gaps import Gap
from samarkand.core.labels import labelled
from samarkand.priorities.base import Levels, Outcomes
from samarkand.priorities.governance.moments import moment
from samarkand.programme.model.models import Entry, Item, When

NONE = "no milestone is given"
NO_SLIPPAGE = "no milestone has a day by the plan and another beside it"
STANDINGS: Final[Mapping[str, str]] = {
    "kept": "met in time", "late": "met late", "overdue": "overdue", "slipping": "expected late",
    "scheduled": "on plan", "not_met": "not met", "no_plan": "without a plan",
}  # fmt: skip


class Milestone(NamedTuple):
    """A milestone: its days as years with their fraction, how it stands, by how many years it has slipped."""

    title: str
    planned: When | None
    now: When | None
    standing: str
    slippage: float | None


def milestones_of(item: Item, as_of: When | None) -> tuple[Milestone, ...]:
    """Milestones of an item in the order of the file; without `as_of` none is overdue."""
    return tuple(_read(row, as_of) for row in item.entries("milestone"))


def _read(row: Entry, as_of: When | None) -> Milestone:
    planned, expected, met = (_when(row, name) for name in ("planned", "expected", "met"))
    is_met = met is not None and row.get("status") != "partially_met"
    now = met if is_met else expected
    if planned is None:
        standing = "no_plan"
    elif is_met:
        assert met is not None
        standing = "late" if planned.is_before(met) else "kept"
    elif row.get("status") == "not_met":
        standing = "not_met"
    elif as_of is not None and planned.is_before(as_of):
        standing = "overdue"
        now = as_of if expected is None or expected.is_before(as_of) else expected
    else:
        standing = "slipping" if expected is not None and planned.is_before(expected) else "scheduled"
    known = planned is not None and now is not None and standing != "not_met"
    slippage = moment(now) - moment(planned) if known and now and planned else None
    return Milestone(str(row.get("title")), planned, now, standing, slippage)


def outcomes_of(item: Item, as_of: When | None) -> Outcomes:
    """Number of milestones by how they stand, and their mean slippage."""
    found = milestones_of(item, as_of)
    if not found:
        return {name: Gap(item.id, "milestones", NONE) for name in ("milestones", "milestone_slippage")}
    counts = np.array([float(sum(one.standing == name for one in found)) for name in STANDINGS])
    slipped = [one.slippage for one in found if one.slippage is not None]
    return {
        "milestones": Levels(change=labelled(counts, case=list(STANDINGS))),
        "milestone_slippage": Levels(change=xr.DataArray(sum(slipped) / len(slipped)))
        if slipped
        else Gap(item.id, "milestones", NO_SLIPPAGE),
    }


def _when(row: Entry, name: str) -> When | None:
    found = row.get(name)
    return found if isinstance(found, When) else None
