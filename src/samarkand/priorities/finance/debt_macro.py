"""Macroeconomic paths and terms of an economy, and what of them is missing for the stress tests.

The series are declared in `debt_series.csv`, the terms in `debt_terms.csv`. What is not known is missing,
never zero.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, cached_property

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict

from samarkand.core.declarations import read_table

HERE = "samarkand.priorities.finance"
# What an alternative scenario moves; its debt follows from them.
MOVED = ("growth", "gdp", "exports", "revenue", "grants", "spending", "balance", "fdi")


class SeriesRow(BaseModel):
    """A series of a macroeconomic file."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    unit: str
    needed: str = ""
    lowest: float
    highest: float
    sheet: str = ""
    row: int | None = None
    factor: float = 1.0
    local: str = ""
    description: str


class TermRow(BaseModel):
    """A term of an economy."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    unit: str
    needed: str = ""
    default: float | None = None
    lowest: float = -math.inf
    highest: float = math.inf
    cell: str = ""
    description: str


@cache
def series() -> dict[str, SeriesRow]:
    """Declared series by name."""
    return {row.name: row for row in read_table(HERE, "debt_series.csv", SeriesRow)}


@cache
def term_rows() -> dict[str, TermRow]:
    """Declared terms by name."""
    return {row.name: row for row in read_table(HERE, "debt_terms.csv", TermRow)}


@dataclass(frozen=True)
class Term:
    """A term as given: a number, or a word for a class; and its source."""

    value: float
    word: str = ""
    source: str = ""


@dataclass(frozen=True)
class Economy:
    """The paths and terms of one economy.

    `years` follow each other; `first` is the first of the projection; `values` by series, NaN where unknown.
    """

    code: str
    years: tuple[int, ...]
    first: int
    values: Mapping[str, NDArray[np.float64]]
    terms: Mapping[str, Term] = field(default_factory=dict)
    place: str = ""

    @cached_property
    def projection(self) -> tuple[int, ...]:
        """Years of the projection."""
        return tuple(year for year in self.years if year >= self.first)

    def of(self, name: str, first: int, last: int) -> NDArray[np.float64]:
        """A series from one year to another, NaN where there is no value."""
        found = np.full(last - first + 1, np.nan)
        values = self.values.get(name)
        if values is not None:
            for year, value in zip(self.years, values.tolist(), strict=True):
                if first <= year <= last:
                    found[year - first] = value
        return found

    def ahead(self, name: str) -> NDArray[np.float64]:
        """A series over the projection."""
        return self.of(name, self.first, self.years[-1])

    def term(self, name: str) -> float | None:
        """A term as given, else its default; None where there is neither."""
        given = self.terms.get(name)
        return term_rows()[name].default if given is None else given.value

    def word(self, name: str) -> str:
        """The word of a term that is a class; empty where it is not given."""
        given = self.terms.get(name)
        return "" if given is None else given.word

    def filled(self, other: Economy) -> Economy:
        """This economy with what another file knows of it where it knows nothing; the other's terms go first."""
        first, last = self.years[0], self.years[-1]
        known = set(self.values) | set(other.values)
        values = {}
        for name in known:
            mine = self.of(name, first, last)
            values[name] = np.where(np.isnan(mine), other.of(name, first, last), mine)
        return replace(self, values=values, terms={**self.terms, **other.terms})

    def changed(self, other: Economy) -> Economy:
        """This economy with the other's figures where it has any, in the years of this one."""
        first, last = self.years[0], self.years[-1]
        values = dict(self.values)
        for name in other.values:
            theirs = other.of(name, first, last)
            values[name] = np.where(np.isnan(theirs), self.of(name, first, last), theirs)
        return replace(self, values=values)

    def lacks(self, back: int = 10) -> tuple[str, ...]:
        """What the stress tests need and is not there, in words."""
        found = [self._gap(row, back) for row in series().values()]
        if self.term("market_access"):
            found += [self._missing_term(row) for row in term_rows().values() if row.needed == "market"]
        found += [self._missing_term(row) for row in term_rows().values() if row.needed == "always"]
        if (self.term("commodity_share") or 0.0) >= 0.5:
            found.append(self._missing_term(term_rows()["commodity_gap"]))
        if len(self.projection) < 3:
            found.append("three years of projection")
        return tuple(one for one in found if one)

    def _gap(self, row: SeriesRow, back: int) -> str:
        first, last = self.first, self.first + min(20, max(len(self.projection) - 1, 0))
        if row.needed == "market" and not self.term("market_access"):
            return ""
        if row.needed not in ("both", "projection", "market"):
            return ""
        start = first - back - (row.name in ("gdp", "exports")) if row.needed == "both" else first
        values = self.of(row.name, start, last)
        years = [start + k for k in np.flatnonzero(np.isnan(values)).tolist()]
        return f"{row.name} ({row.description}) of {spans(years)}" if years else ""

    def _missing_term(self, row: TermRow) -> str:
        return "" if self.term(row.name) is not None else f"{row.name} ({row.description})"


def spans(years: Sequence[int]) -> str:
    """`[2014, 2015, 2016, 2020]` as `2014 to 2016, 2020`."""
    found: list[list[int]] = []
    for year in years:
        if found and year == found[-1][-1] + 1:
            found[-1].append(year)
        else:
            found.append([year])
    return ", ".join(str(one[0]) if len(one) == 1 else f"{one[0]} to {one[-1]}" for one in found)
