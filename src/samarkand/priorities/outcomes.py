"""What a priority gives, held against what it declares: names, dimensions, categories, ranges.

What is wrong is a fault of the priority's author, placed and with its remedy like those of users.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import get_args

import numpy as np
import xarray as xr

from samarkand.core.faults import FaultList, did_you_mean
from samarkand.core.gaps import Gap
from samarkand.priorities.base import Indicator, Levels, Outcomes, Part, Range
from samarkand.priorities.ranges import BASES, TOGETHER

PARTS: tuple[Part, ...] = get_args(Part)
SLACK = 1e-9  # by which rounding may carry a value out of its range, relative to the range


def check_outcomes(
    priority: str, declared: Sequence[Indicator], outcomes: Outcomes, function: str
) -> Outcomes:
    """The outcomes with categories as places in their order. Raises `Faults` with all that is wrong with them."""
    faults = FaultList()
    names = {row.name for row in declared}
    for name in sorted(names - set(outcomes)):
        faults.add(
            f"priority {priority}, indicator {name}",
            f"is declared and {function} does not give it",
            "Give Levels or a Gap with the reason, or remove its row from indicators.csv.",
        )
    for name in sorted(set(outcomes) - names):
        faults.add(
            f"priority {priority}, indicator {name}",
            f"is given by {function} and not declared",
            did_you_mean(name, names) + " Else add a row to indicators.csv.",
        )
    found = {
        row.name: _checked(f"priority {priority}, indicator {row.name}", row, outcomes[row.name], faults)
        for row in declared
        if row.name in outcomes
    }
    faults.raise_if_any()
    return found


def _checked(place: str, row: Indicator, outcome: Levels | Gap, faults: FaultList) -> Levels | Gap:
    if isinstance(outcome, Gap):
        return outcome
    needed: tuple[Part, ...] = ("change",) if row.change == "direct" else ("without", "with_")
    encoded: dict[str, xr.DataArray] = {}
    for part in PARTS:
        values = getattr(outcome, part)
        if values is None:
            if part in needed:
                faults.add(
                    f"{place}, {part.strip('_')}",
                    f"is missing, and change is declared {row.change}",
                    f"Give {' and '.join(one.strip('_') for one in needed)}.",
                )
            continue
        _check_dims(f"{place}, {part.strip('_')}", row, values, faults)
        if row.type == "category":
            encoded[part] = _places(f"{place}, {part.strip('_')}", row, values, faults)
    for part, one in outcome.ranges.items():
        _check_range(f"{place}, range of {part.strip('_')}", one, getattr(outcome, part), faults)
    return replace(outcome, **encoded) if encoded else outcome  # type: ignore[arg-type]


def _check_dims(place: str, row: Indicator, values: xr.DataArray, faults: FaultList) -> None:
    own_years = row.granularity in ("timeline", "project")
    given = set(map(str, values.dims)) - ({"year"} if own_years else set())
    if given != set(row.dims):
        faults.add(
            place,
            f"has the dimensions {_listed(given)}, and {_listed(row.dims)} are declared",
            "Correct dims in indicators.csv, or the array.",
        )


def _places(place: str, row: Indicator, words: xr.DataArray, faults: FaultList) -> xr.DataArray:
    """Place of each word in the declared order, from 0; not a number for an empty one."""
    order = {word: float(number) for number, word in enumerate(row.categories)}
    flat = [str(word) for word in words.to_numpy().ravel()]
    for word in sorted(set(flat) - {*order, "", "nan"}):
        faults.add(
            place,
            f"gives {word!r}, which is none of its categories {' < '.join(row.categories)}",
            "Give one of them, or add it to categories in indicators.csv, in its order.",
        )
    return words.copy(data=np.array([order.get(word, np.nan) for word in flat]).reshape(words.shape))


def _check_range(place: str, one: Range, values: xr.DataArray | None, faults: FaultList) -> None:
    if not set(one.basis.split(TOGETHER)) <= set(BASES):
        said = f"has the basis {one.basis!r}, which is not declared" if one.basis else "has no basis"
        faults.add(place, said, f"Name what it rests on: {', '.join(BASES)}.")
    if not (np.isnan(one.coverage) or 0.0 < one.coverage < 1.0):
        faults.add(place, f"has a coverage of {one.coverage:g}", "Give a share between 0 and 1.")
    if values is None:
        faults.add(place, "is a range of nothing", "Give the values as well.")
        return
    slack = SLACK * np.abs(one.high - one.low)
    outside = int(((values < one.low - slack) | (values > one.high + slack)).sum())
    if outside:
        faults.add(place, f"does not hold {outside} of its own values", "Give low <= value <= high.")


def _listed(names: Collection[str]) -> str:
    return " ".join(sorted(names)) or "none"
