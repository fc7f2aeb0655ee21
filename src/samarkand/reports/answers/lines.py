"""What items give economies and take from them, and what each priority says in one line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import NamedTuple

import numpy as np
from pydantic import BaseModel, ConfigDict

from samarkand.core.declarations import Words, read_rows
from samarkand.core.gaps import Gap
from samarkand.engines.once import derived
from samarkand.priorities.base import Indicator
from samarkand.priorities.ranges import BASES, TOGETHER
from samarkand.priorities.registry import find_indicator
from samarkand.priorities.results import unit_of
from samarkand.reports.figures import MINUS, NOTHING, digits, display_unit, figure
from samarkand.reports.summary import NOTHING_SHOWN
from samarkand.result import Appraisal
from samarkand.worth.net_worth import direct_charges, direct_gains
from samarkand.worth.worth import Worth

UNIT = "US$ m"


class PriorityLine(BaseModel):
    """A row of `priority_lines.csv`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    priority: str
    of_economy: Words = ()
    of_item: Words = ()


@cache
def priority_lines() -> Mapping[str, PriorityLine]:
    """Indicators of the lines by priority."""
    return {row.priority: row for row in read_rows(__package__, "priority_lines.csv", PriorityLine)}


class Line(NamedTuple):
    """What an item gives an economy and takes from it, US$ m a year.

    `trade`: what it would lose if the item alone were left out; `direct`: margins that no equilibrium holds.
    """

    item: str
    economy: str
    trade: float
    direct: float
    charge: float

    @property
    def parts(self) -> tuple[float, float, float]:
        """Trade, direct margins and charge."""
        return self.trade, self.direct, self.charge

    @property
    def net(self) -> float:
        """What is left."""
        return self.trade + self.direct - self.charge


def sums_of(lines: Sequence[Line]) -> tuple[float, float, float]:
    """Trade, direct margins and charge of several lines together."""
    trade, direct = sum(line.trade for line in lines), sum(line.direct for line in lines)
    return trade, direct, sum(line.charge for line in lines)


def cells_of(words: str, lines: Sequence[Line]) -> tuple[str, ...]:
    """Several lines as one row of a table: words, trade, direct margins, charge, and what is left."""
    trade, direct, charge = sums_of(lines)
    return (
        words,
        *(figure(value, UNIT, sign=True) if value else NOTHING for value in (trade, direct)),
        figure(charge, UNIT) if charge else NOTHING,
        figure(trade + direct - charge, UNIT, sign=True),
    )


def lines_of(appraisal: Appraisal, worth: Worth | None) -> list[Line]:
    """What each item of `worth` gives each economy in the last year and takes from it, the largest first.

    Without `worth` what each gives in trade is not known: it takes a solution without it.
    """
    if worth is not None:
        return _lines_of(appraisal, worth)
    return list(derived(appraisal, "lines", lambda: tuple(_lines_of(appraisal, None))))


def _lines_of(appraisal: Appraisal, worth: Worth | None) -> list[Line]:
    trade: dict[tuple[str, str], float] = {}
    for name, one in worth.items.items() if worth else ():
        for stream in one.streams:
            for (economy, _), amount in stream.amounts.items() if stream.owner == "equilibrium" else ():
                trade[name, economy] = trade.get((name, economy), 0.0) + amount.central
    year = appraisal.years[-1]
    direct: dict[tuple[str, str], float] = {}
    for gained in direct_gains(appraisal, year):
        key = gained.item, gained.economy
        direct[key] = direct.get(key, 0.0) + gained.amount.central
    charged: dict[tuple[str, str], float] = {}
    change = appraisal.timeline.states[year].change
    for charge in (*change.charges, *direct_charges(appraisal, year)):
        key = charge.item, charge.economy
        charged[key] = charged.get(key, 0.0) + charge.annual
    items = appraisal.programme.ids if worth is None else worth.items
    keys = dict.fromkeys(key for some in (trade, direct, charged) for key in some if key[0] in items)
    lines = [Line(*key, trade.get(key, 0.0), direct.get(key, 0.0), charged.get(key, 0.0)) for key in keys]
    shown = [line for line in lines if max(map(abs, line.parts)) > NOTHING_SHOWN]
    return sorted(shown, key=lambda line: (-max(map(abs, (*line.parts, line.net))), line.item, line.economy))


def certainty(appraisal: Appraisal, code: str) -> str:
    """How the accounts of an economy are known, and how wide the range of its headline is."""
    table = appraisal.to_dataframe("real_income_value", appraisal.years[-1])
    rows = table[table["economy"] == code].to_dict("records")
    if not rows:
        return "It has no accounts of its own."
    row = rows[0]
    grade = f"Its accounts are {row['grade'] or 'estimated'}"
    if not np.isfinite(row["low"]):
        return f"{grade}."
    low, high = (_written_out(float(row[side])) for side in ("low", "high"))
    coverage = f" in {row['coverage']:.0%} of cases" if np.isfinite(row["coverage"]) else ""
    rests = "; ".join(BASES.get(one, one) for one in row["basis"].split(TOGETHER))
    return f"{grade}; real income lies between {low} and {high} US$ m{coverage}, by: {rests}."


def _written_out(value: float) -> str:
    """An end of a range with its sign and two digits at least, however small: "between under" is no range."""
    return f"{MINUS if value < 0 else '+'}{digits(abs(value))}" if value else "0"


def in_words(appraisal: Appraisal, name: str, dim: str, label: str) -> str:
    """One indicator of an economy or an item in words; empty where it has no figure."""
    _, row = find_indicator(name)
    if isinstance(appraisal.arrays.outcome(row), Gap):
        return ""
    if row.type == "category":
        values = appraisal.words(name)
        known = dim in values.dims and label in values[dim].values
        word = str(values.sel({dim: label}).item()) if known else ""
        return f"{_lower(row)}: {word}" if word else ""
    values = appraisal.array(name)
    if dim not in values.dims or label not in values[dim].values:
        return ""
    value = float(values.sel({dim: label}))
    if not np.isfinite(value):
        return ""
    unit = unit_of(row, "change")
    shown = figure(value, unit, sign=row.grows_with != "nothing" or row.change != "direct")
    return f"{_lower(row)} {shown} {display_unit(unit)}".rstrip()


def _lower(row: Indicator) -> str:
    first, rest = row.title[0], row.title[1:]
    return f"{first if rest[:1].isupper() else first.lower()}{rest}"
