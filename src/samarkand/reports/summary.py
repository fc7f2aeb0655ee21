"""The few figures that the scorecard and the report open with, picked from the table of results."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import pandas as pd

from samarkand.priorities import priorities
from samarkand.reports.figures import money, plural

if TYPE_CHECKING:
    from samarkand.result import Appraisal

SMALLEST_EFFECT = 5e-7  # below a twentieth of a thousandth of a per cent an economy is shown as unaffected
SUMMARISED = ("real_income", "real_income_value", "real_income_unpaid_value", "programme_cost")

PRIORITY_MISSING = "not assessed yet: the priority is not built"


@dataclass(frozen=True)
class Summary:
    """Headline figures of one year. All come from the result table; sums and counts are all that is done.

    `real_income` is a fraction by economy, `real_income_value`, `unpaid_value` and `cost` are US$ m a year.
    """

    year: int
    real_income: pd.Series
    real_income_value: pd.Series
    unpaid_value: pd.Series
    cost: pd.Series

    @cached_property
    def gainers(self) -> pd.Series:
        """Fraction of real income by economy that gains, the largest fraction first."""
        sure = self.real_income.dropna()
        return sure[sure > SMALLEST_EFFECT].sort_values(ascending=False)

    @cached_property
    def losers(self) -> pd.Series:
        """Fraction of real income by economy that loses, the largest loss first."""
        sure = self.real_income.dropna()
        return sure[sure < -SMALLEST_EFFECT].sort_values()

    @property
    def unaffected(self) -> int:
        """Number of economies with next to no change."""
        return int((self.real_income.dropna().abs() <= SMALLEST_EFFECT).sum())

    @property
    def gains(self) -> float:
        """What the economies that gain gain together, US$ m a year."""
        return float(self.real_income_value.reindex(self.gainers.index).sum())

    @property
    def losses(self) -> float:
        """What the economies that lose lose together, US$ m a year; negative."""
        return float(self.real_income_value.reindex(self.losers.index).sum())

    @property
    def world_gain(self) -> float:
        """Sum of real income changes in money over all economies, US$ m a year."""
        return float(self.real_income_value.sum())

    @property
    def unpaid_gain(self) -> float:
        """The same sum before anybody pays, US$ m a year."""
        return float(self.unpaid_value.sum())

    @property
    def payers(self) -> pd.Series:
        """Economies that are charged, the largest first, US$ m a year."""
        return self.cost[self.cost > 0].sort_values(ascending=False)

    def by_value(self, group: pd.Series) -> pd.Series:
        """US$ m a year of the economies of a group, the largest effect first."""
        values = self.real_income_value.reindex(group.index)
        return values.sort_values(key=lambda column: -column.abs())


def pairs(series: pd.Series) -> list[tuple[str, float]]:
    """Code and value of each entry, in its order."""
    return [
        (str(code), float(value)) for code, value in zip(series.index, series.to_numpy(float), strict=True)
    ]


def change_by_economy(appraisal: Appraisal, indicator: str, year: int | None = None) -> pd.Series:
    """The change of one indicator by economy, in the last year if none is given; empty where it is not assessed."""
    change = appraisal.array(indicator, year=year)
    series: pd.Series = change.to_series() if change.dims else pd.Series(dtype=float)
    return series


def summarise(appraisal: Appraisal, year: int | None = None) -> Summary:
    """The headline figures of a year, the last one if none is given."""
    year = appraisal.years[-1] if year is None else year
    return Summary(year, *(change_by_economy(appraisal, name, year) for name in SUMMARISED))


def summarise_years(appraisal: Appraisal) -> dict[int, Summary]:
    """The headline figures of every year asked about."""
    changes = [appraisal.by_year(name).transpose("year", "economy") for name in SUMMARISED]
    return {
        year: Summary(
            year, *(pd.Series(change.to_numpy()[k], change.get_index("economy")) for change in changes)
        )
        for k, year in enumerate(appraisal.years)
    }


def answer(summary: Summary) -> list[str]:
    """The answer in two sentences: gains and losses apart, then who pays."""
    s = summary
    gain = (
        f"{plural(len(s.gainers), 'economy gains', 'economies gain')} {money(s.gains)} of real income a year"
    )
    lose = f"{plural(len(s.losers), 'loses', 'lose')} {money(-s.losses)}"
    if not len(s.gainers):
        gain = "No economy gains"
    if not len(s.losers):
        lose = "none loses"
    if not len(s.payers):
        paid = "Nobody is charged: of what changes the results no cost is known, or not who bears it."
    else:
        payers = plural(len(s.payers), "economy is", "economies are")
        paid = f"{payers} charged {money(float(s.cost.sum()))} a year for it."
    return [f"{gain}; {lose}.", paid]


@dataclass(frozen=True)
class MissingGroup:
    """One reason for which something has no figure, and all that it holds for."""

    reason: str
    entries: tuple[str, ...]


def missing_by_reason(appraisal: Appraisal) -> list[MissingGroup]:
    """What was not assessed, by reason in general: priorities first, then by frequency; all by their titles."""
    titles = {item.id: item.title for item in appraisal.programme.items}
    titles |= {row.name: row.title for row in priorities()}
    groups: dict[str, dict[str, list[str]]] = {}
    for gap in appraisal.not_assessed:
        parts = groups.setdefault(in_general(gap.reason), {}).setdefault(titles.get(gap.item, gap.item), [])
        if gap.what not in ("effect", "cost", "opening", "all indicators"):
            parts.append(gap.what.replace("_", " "))
    found = [
        MissingGroup(reason, tuple(_with_parts(title, parts) for title, parts in entries.items()))
        for reason, entries in groups.items()
    ]
    return sorted(found, key=lambda group: (group.reason != PRIORITY_MISSING, -len(group.entries)))


def in_general(reason: str) -> str:
    """A reason without what is particular to one item, so that like stands with like; the annex has it whole."""
    if reason.startswith("not assessed yet"):
        return PRIORITY_MISSING
    if re.match(r"effect not assessed: no (model|sourced coefficient)\b", reason):
        return "effect not assessed: no model and no sourced coefficient gives one"
    reason = re.sub(r" of US\$ [\d,.]+ m\b", "", reason)
    reason = re.sub(r"[\d.]+ ?%", "a part", reason)
    return re.sub(r"( published)? (for|from) [A-Z].*$", r"\1", reason)


def _with_parts(title: str, parts: list[str]) -> str:
    """`Title (one; other)`, at most three parts by name."""
    if not parts:
        return title
    more = f"; {len(parts) - 3} more" if len(parts) > 3 else ""
    return f"{title} ({'; '.join(parts[:3])}{more})"
