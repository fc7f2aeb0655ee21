"""Reads the seven priorities' tables and runs their functions into one table of results."""

from __future__ import annotations

from functools import cache
from importlib import import_module

import pandas as pd
import xarray as xr

from samarkand.core.declarations import read_table
from samarkand.core.faults import Fault, Faults, did_you_mean
from samarkand.core.results import gather, not_assessed, records
from samarkand.priorities.base import Indicator, Inputs, Levels, NotAssessed, Priority


@cache
def priorities() -> tuple[Priority, ...]:
    """The seven, in their order."""
    return read_table("samarkand.priorities", "priorities.csv", Priority)


@cache
def all_indicators() -> dict[str, tuple[Indicator, ...]]:
    """Declared indicators by priority; none for a priority that is not built."""
    return {
        priority.name: read_table(f"samarkand.priorities.{priority.name}", "indicators.csv", Indicator)
        for priority in priorities()
        if priority.assessed
    }


def find_indicator(name: str) -> tuple[Priority, Indicator]:
    """An indicator by its name, with its priority. Raises `Faults` with the nearest names."""
    for priority in priorities():
        for indicator in all_indicators().get(priority.name, ()):
            if indicator.name == name:
                return priority, indicator
    known = [row.name for rows in all_indicators().values() for row in rows]
    raise Faults([Fault(f"indicator {name}", "is not an indicator", did_you_mean(name, known))])


def assess_all(inputs: Inputs) -> pd.DataFrame:
    """All seven priorities as one table in the result schema."""
    frames = []
    for priority in priorities():
        if not priority.assessed:
            frames.append(
                not_assessed(priority=priority.name, indicator="", year=inputs.year, reason=priority.reason)
            )
            continue
        assess = import_module(f"samarkand.priorities.{priority.name}").assess
        outcome = assess(inputs)
        declared = all_indicators()[priority.name]
        if set(outcome) != {row.name for row in declared}:
            raise ValueError(f"{priority.name}: the outcome and indicators.csv name different indicators")
        for row in declared:
            frames += rows(priority, row, outcome[row.name], inputs.year)
    return gather(frames)


def rows(
    priority: Priority, indicator: Indicator, outcome: Levels | NotAssessed, year: int
) -> list[pd.DataFrame]:
    """One indicator's outcome as rows towards the result schema: without, with, change."""
    if isinstance(outcome, NotAssessed):
        return [
            not_assessed(
                priority=priority.name,
                indicator=indicator.name,
                year=year,
                unit=indicator.unit,
                reason=outcome.reason,
            )
        ]
    parts: dict[str, tuple[xr.DataArray, str]] = {}
    if indicator.change == "direct":
        if outcome.change is None:
            raise ValueError(f"{indicator.name} is declared direct and gives no change")
        parts["change"] = (outcome.change, indicator.unit)
    else:
        if outcome.without is None or outcome.with_ is None:
            raise ValueError(f"{indicator.name} is declared {indicator.change} and lacks a level")
        without, with_ = xr.align(outcome.without, outcome.with_, join="exact")
        relative = indicator.change == "relative"
        change = with_ / without.where(without != 0) - 1.0 if relative else with_ - without
        parts = {
            "without": (without, indicator.unit),
            "with": (with_, indicator.unit),
            "change": (change, "fraction" if relative else indicator.unit),
        }
    return [
        records(
            values.transpose(*indicator.dims),
            priority=priority.name,
            indicator=indicator.name,
            year=year,
            scenario=scenario,
            unit=unit,
            grade=indicator.grade,
            reason=outcome.reason or "no trade or no connection in the baseline",
        )
        for scenario, (values, unit) in parts.items()
    ]
