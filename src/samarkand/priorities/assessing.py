"""Runs the functions of the priorities: on each state, on the timeline, on each project, and once.

A priority reads others only where its `priority.csv` declares it, and runs after them.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial, reduce
from importlib import import_module
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from samarkand.core.gaps import Gap
from samarkand.priorities.base import Granularity, Indicator, Levels, Outcomes, Part, Priority, Range
from samarkand.priorities.outcomes import PARTS, check_outcomes
from samarkand.priorities.registry import (
    HERE,
    NOT_CHOSEN,
    all_indicators,
    chosen_priorities,
    in_reading_order,
    missing_packages,
)
from samarkand.priorities.timeline import Timeline
from samarkand.programme.model.models import Item
from samarkand.state import State

NO_PROJECT = "the programme has no items"


@dataclass(frozen=True)
class Readable(Mapping[str, Outcomes]):
    """Results of other priorities, of those alone that the reader declares to read."""

    reader: Priority
    found: Mapping[str, Outcomes]

    def __getitem__(self, name: str) -> Outcomes:
        if name not in self.reader.reads:
            raise PermissionError(
                f"{self.reader.name} reads {name} and does not declare it: add it to reads in its priority.csv"
            )
        return self.found[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.reader.reads)

    def __len__(self) -> int:
        return len(self.reader.reads)


def assess_states(state: State, known: Outcomes | None = None, names: Collection[str] = ()) -> Outcomes:
    """Results of every assessed priority in one state, by name of indicator; of those of `names` if there are any.

    `known`: what they say of the same state before anybody pays; those that do not depend on it say the same.
    """
    found: dict[str, Outcomes] = {}
    chosen = chosen_priorities(names)
    for priority in in_reading_order():
        declared = declared_with(priority, "state")
        if not declared:
            continue
        if known is not None and not priority.depends_on_payment:
            found[priority.name] = {row.name: known[row.name] for row in declared}
            continue
        if priority.name not in chosen:
            found[priority.name] = _left_out(declared, priority)
            continue
        reading = replace(state, results=Readable(priority, found))
        found[priority.name] = _run(priority, "state", declared, partial(_call, reading))
    return {name: one for outcomes in found.values() for name, one in outcomes.items()}


def _left_out(declared: Sequence[Indicator], priority: Priority) -> Outcomes:
    return {row.name: Gap(priority.name, row.name, NOT_CHOSEN) for row in declared}


def assess_once(state: State, names: Collection[str] = ()) -> Outcomes:
    """Results that are worked out once, of the last state."""
    found: dict[str, Levels | Gap] = {}
    chosen = chosen_priorities(names)
    for priority in in_reading_order():
        if declared := declared_with(priority, "once"):
            if priority.name not in chosen:
                found |= _left_out(declared, priority)
                continue
            found |= _run(priority, "once", declared, partial(_call, state))
    return found


def assess_whole(timeline: Timeline, once: Outcomes, names: Collection[str] = ()) -> Outcomes:
    """Results of the timeline and of projects, and those worked out once; each priority after those that it reads."""
    whole: dict[str, Levels | Gap] = dict(once)
    chosen = chosen_priorities(names)
    for priority in in_reading_order():
        if priority.name not in chosen:
            rows = (*declared_with(priority, "project"), *declared_with(priority, "timeline"))
            whole |= _left_out(rows, priority)
            continue
        reading = replace(
            timeline,
            results=replace(timeline.results, whole=dict(whole)),
            readable=(priority.name, *priority.reads),
        )
        if declared := declared_with(priority, "project"):
            whole |= _run(priority, "project", declared, _by_project(reading, declared))
            reading = replace(reading, results=replace(timeline.results, whole=dict(whole)))
        if declared := declared_with(priority, "timeline"):
            whole |= _run(priority, "timeline", declared, partial(_call, reading))
    return whole


def _call(argument: State | Timeline, function: Callable[..., Outcomes]) -> Outcomes:
    return function(argument)


def declared_with(priority: Priority, granularity: Granularity) -> tuple[Indicator, ...]:
    """The indicators of a priority that have a granularity."""
    return tuple(row for row in all_indicators()[priority.name] if row.granularity == granularity)


def _run(
    priority: Priority,
    granularity: Granularity,
    declared: tuple[Indicator, ...],
    call: Callable[[Callable[..., Any]], Outcomes],
) -> Outcomes:
    """Outcomes of one function of a priority, checked; gaps where the packages of its extra are not installed."""
    if missing := missing_packages(priority.extra):
        reason = f"needs {', '.join(missing)}: pip install 'samarkand[{priority.extra}]'"
        return {row.name: Gap(priority.name, row.name, reason) for row in declared}
    name = f"assess_{granularity}"
    module = import_module(f"{HERE}.{priority.name}.assessment")
    if not hasattr(module, name):
        raise ValueError(
            f"{priority.name}/assessment.py has no {name}, and indicators.csv declares {granularity}"
        )
    return check_outcomes(priority.name, declared, call(getattr(module, name)), name)


def _by_project(
    timeline: Timeline, declared: tuple[Indicator, ...]
) -> Callable[[Callable[[Item, Timeline], Outcomes]], Outcomes]:
    """Results of each item put together along the dimension project."""

    def run(function: Callable[[Item, Timeline], Outcomes]) -> Outcomes:
        by_item = {item.id: function(item, timeline) for item in timeline.items}
        return {
            row.name: _join(row, {code: one[row.name] for code, one in by_item.items()}) for row in declared
        }

    return run


def _join(row: Indicator, by_item: Mapping[str, Levels | Gap]) -> Levels | Gap:
    known = {code: one for code, one in by_item.items() if isinstance(one, Levels)}
    if not known:
        reasons = dict.fromkeys(one.reason for one in by_item.values() if isinstance(one, Gap))
        return Gap("", row.name, "; ".join(reasons) or NO_PROJECT)
    joined: dict[str, xr.DataArray] = {}
    for part in PARTS:
        arrays = {code: getattr(one, part) for code, one in known.items() if getattr(one, part) is not None}
        if arrays:
            joined[part] = _along_projects(row, arrays, list(by_item))
    by_project = xr.DataArray(
        np.array([str(one.reason) for one in by_item.values()], dtype=object),
        {"project": list(by_item)},
        ("project",),
    )
    return Levels(**joined, reason=by_project, ranges=_join_ranges(row, known, list(by_item), joined))  # type: ignore[arg-type]


def _join_ranges(
    row: Indicator, known: Mapping[str, Levels], items: list[str], joined: Mapping[str, xr.DataArray]
) -> dict[Part, Range]:
    """Ranges along the labels of the values: items that have none may have parties, cases or years of their own."""
    found: dict[Part, Range] = {}
    for part in PARTS:
        ranges = {code: one.ranges[part] for code, one in known.items() if part in one.ranges}
        if ranges:
            first = next(iter(ranges.values()))
            if any(
                (one.basis, str(one.coverage)) != (first.basis, str(first.coverage))
                for one in ranges.values()
            ):
                raise ValueError(f"{row.name}: ranges of its projects have different bases or coverages")
            labels = {dim: joined[part][dim] for dim in joined[part].dims}
            low, high = (
                _along_projects(
                    row, {code: getattr(one, side) for code, one in ranges.items()}, items
                ).reindex(labels)
                for side in ("low", "high")
            )
            found[part] = Range(low, high, first.basis, first.coverage)
    return found


def _along_projects(row: Indicator, arrays: Mapping[str, xr.DataArray], items: list[str]) -> xr.DataArray:
    """Arrays of some items as one over all of them, missing for the others and for labels that are not theirs."""
    nothing: Any = "" if row.type == "category" else np.nan
    dims = list(dict.fromkeys(str(dim) for one in arrays.values() for dim in one.dims))
    labels = {
        dim: _all_labels([one.indexes[dim] for one in arrays.values() if dim in one.dims]) for dim in dims
    }
    shape = (len(items), *(len(labels[dim]) for dim in dims))
    values = np.full(shape, nothing, dtype=object if row.type == "category" else np.float64)
    for code, one in arrays.items():
        places = [
            labels[dim].get_indexer(one.indexes[dim]) if dim in one.dims else np.arange(len(labels[dim]))
            for dim in dims
        ]
        own = one.transpose(*(dim for dim in dims if dim in one.dims)).to_numpy()
        spread = own.reshape([one.sizes.get(dim, 1) for dim in dims])
        values[np.ix_(np.array([items.index(code)]), *places)] = spread
    return xr.DataArray(values, {"project": items, **labels}, ("project", *dims))


def _all_labels(indexes: Sequence[pd.Index[Any]]) -> pd.Index[Any]:
    """The labels of all: as they stand where all have the same, else sorted."""
    distinct = list({tuple(one): one for one in indexes}.values())
    return distinct[0] if len(distinct) == 1 else reduce(lambda a, b: a.union(b), distinct)
