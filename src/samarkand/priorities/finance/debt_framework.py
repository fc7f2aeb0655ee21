"""The joint debt sustainability framework of the IMF and the World Bank for low-income countries, by vintage.

`debt_framework.csv` has its weights, thresholds, shocks and benchmarks, each with its source; `debt_economies.csv` the
economies to which it applies; `debt_ratings.csv` what was published of them. An economy that is not in the table has
access to markets: it gets financing needs and a fan, and no signal.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Literal

from samarkand.core.declarations import read_rows, read_table
from samarkand.core.evidence import Cited, Evidence
from samarkand.core.faults import Fault, Faults, did_you_mean

HERE = "samarkand.priorities.finance"
CLASSES = ("weak", "medium", "strong")
EXTERNAL = ("pv_gdp", "pv_exports", "service_exports", "service_revenue")
PUBLIC = "pv_public_gdp"
RATIOS = (*EXTERNAL, PUBLIC)
COMPONENTS = ("cpia", "growth", "remittances", "reserves", "world_growth")  # of the composite indicator
SIGNALS = ("low", "moderate", "high")
SPACES = ("limited", "some", "substantial")
TITLES = {
    "pv_gdp": "Present value of external public debt, % of GDP",
    "pv_exports": "Present value of external public debt, % of exports",
    "service_exports": "External public debt service, % of exports",
    "service_revenue": "External public debt service, % of revenue",
    "pv_public_gdp": "Present value of all public debt, % of GDP",
}


class FrameworkRow(Cited):
    """A figure of a vintage."""

    vintage: int
    name: str
    value: float
    unit: str
    description: str


class EconomyRow(Cited):
    """An economy to which the framework applies, with its name in the template."""

    economy: str
    name: str


class RatingRow(Cited):
    """A published rating, with the day of the analysis that gave it."""

    economy: str
    rating: Literal["low", "moderate", "high", "in distress"]
    published: date


@dataclass(frozen=True)
class Framework(Mapping[str, float]):
    """The figures of one vintage by name: `framework["weak_below"]`."""

    vintage: int
    rows: tuple[FrameworkRow, ...]

    def __getitem__(self, name: str) -> float:
        return self._row(name).value

    def __iter__(self) -> Iterator[str]:
        return (row.name for row in self.rows)

    def __len__(self) -> int:
        return len(self.rows)

    def _row(self, name: str) -> FrameworkRow:
        for row in self.rows:
            if row.name == name:
                return row
        raise KeyError(name)

    def evidence(self, name: str) -> Evidence:
        """What a figure rests on."""
        row = self._row(name)
        return row.cited(row.value, row.unit).model_copy(update={"note": row.description})

    def thresholds(self, capacity: str) -> dict[str, float]:
        """Threshold or benchmark of each ratio at a capacity, fractions."""
        return {ratio: self[f"threshold_{ratio}_{capacity}"] for ratio in RATIOS}


@cache
def vintages() -> tuple[int, ...]:
    """The vintages of the table, the oldest first."""
    return tuple(sorted({row.vintage for row in read_rows(HERE, "debt_framework.csv", FrameworkRow)}))


@cache
def framework(vintage: int | None = None) -> Framework:
    """The framework of a vintage, of the newest one by default. Raises `Faults` for one that is not there."""
    known = vintages()
    asked = known[-1] if vintage is None else vintage
    if asked not in known:
        reason = "is no vintage of the framework"
        raise Faults([Fault(f"vintage {asked}", reason, did_you_mean(str(asked), map(str, known)))])
    rows = read_rows(HERE, "debt_framework.csv", FrameworkRow)
    return Framework(asked, tuple(row for row in rows if row.vintage == asked))


@cache
def covered() -> dict[str, EconomyRow]:
    """Economies to which the framework applies, by ISO3 code."""
    return {row.economy: row for row in read_table(HERE, "debt_economies.csv", EconomyRow)}


@cache
def ratings() -> dict[str, RatingRow]:
    """Published ratings by ISO3 code."""
    return {row.economy: row for row in read_table(HERE, "debt_ratings.csv", RatingRow)}
