"""Reads the seven priorities' tables and runs their functions on one state."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import import_module

from samarkand.core.declarations import read_table
from samarkand.core.faults import Fault, Faults, did_you_mean
from samarkand.core.gaps import Gap
from samarkand.priorities.base import Indicator, Inputs, Levels, Priority

Outcomes = Mapping[str, Levels | Gap]


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


def assess_all(inputs: Inputs, known: Outcomes | None = None) -> Outcomes:
    """Results of every assessed priority in one state, by name of indicator.

    `known`: what they say of the same state before anybody pays; those that do not depend on it say the same.
    """
    found: dict[str, Levels | Gap] = {}
    for priority in priorities():
        declared = all_indicators().get(priority.name, ())
        if not priority.assessed:
            continue
        if known is not None and not priority.depends_on_payment:
            found |= {row.name: known[row.name] for row in declared}
            continue
        outcome = import_module(f"samarkand.priorities.{priority.name}").assess(inputs)
        if set(outcome) != {row.name for row in declared}:
            raise ValueError(f"{priority.name}: the outcome and indicators.csv name different indicators")
        found |= outcome
    return found
