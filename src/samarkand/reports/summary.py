"""The few figures that the scorecard and the report open with, picked from the table of results."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from samarkand.engines.once import derived
from samarkand.priorities.registry import priorities
from samarkand.reports.figures import NOISE, SMALLEST, money, plural

if TYPE_CHECKING:
    from samarkand.result import Appraisal

SMALLEST_EFFECT = (
    5e-7  # up to a twentieth of a thousandth of a per cent an economy is called next to unaffected
)
NOTHING_SHOWN = (
    NOISE * SMALLEST["US$ m"]
)  # US$ m: what is smaller is shown as 0, and is neither gain nor loss
SUMMARISED = ("real_income", "real_income_value", "real_income_unpaid_value", "programme_cost")

WHOLE = (
    "effect",
    "cost",
    "opening",
    "all indicators",
)  # what is missing of an entry, where it is no part of it
PRIORITY_MISSING = "not assessed yet: the priority is not built"


@dataclass(frozen=True)
class Group:
    """Economies that gain, that lose or that pay, in the order in which they are shown, and what they have together.

    `shown` and `others` make up the whole, and so do their sums: nobody is left out of a total.
    """

    shown: tuple[str, ...]
    others: tuple[str, ...]

    @classmethod
    def of(cls, ranked: pd.Series, most: int) -> Group:
        """The first `most` of a ranking by name, the rest as one; a rest of a single economy is named too."""
        codes = tuple(map(str, ranked.index))
        cut = len(codes) if len(codes) == most + 1 else most
        return cls(codes[:cut], codes[cut:])

    @property
    def members(self) -> tuple[str, ...]:
        """All of them."""
        return self.shown + self.others

    @property
    def count(self) -> str:
        """How many they are, in words; empty for none."""
        return plural(len(self.members), "economy", "economies") if self.members else ""


@dataclass(frozen=True)
class Summary:
    """Headline figures of one year. All come from the result table; sums and counts are all that is done.

    `real_income` is a fraction by economy, `real_income_value`, `unpaid_value` and `cost` are US$ m a year. Who gains
    and who loses goes by money, and every economy whose figure is not shown as nothing is one or the other, so that
    gains and losses add up to the sum over all economies.
    """

    year: int
    real_income: pd.Series
    real_income_value: pd.Series
    unpaid_value: pd.Series
    cost: pd.Series

    @property
    def economies(self) -> tuple[str, ...]:
        """All economies of the world."""
        return tuple(map(str, self.real_income.index))

    @cached_property
    def gainers(self) -> pd.Series:
        """US$ m a year by economy that gains, the largest gain first."""
        return self._moved(1.0)

    @cached_property
    def losers(self) -> pd.Series:
        """US$ m a year by economy that loses, the largest loss first."""
        return self._moved(-1.0)

    def _moved(self, sign: float) -> pd.Series:
        values = self.real_income_value.to_numpy()
        mine = np.flatnonzero(sign * values > NOTHING_SHOWN)
        return self.real_income_value.iloc[mine[np.argsort(-np.abs(values[mine]))]]

    def by_share(self, group: pd.Series) -> pd.Series:
        """Fraction of real income of the economies of a group, the largest effect first."""
        return self.real_income.reindex(group.index).sort_values(key=lambda column: -column.abs())

    @property
    def unaffected(self) -> int:
        """Number of economies that change by `SMALLEST_EFFECT` of their income or less."""
        return int((self.real_income.dropna().abs() <= SMALLEST_EFFECT).sum())

    @property
    def gains(self) -> float:
        """What the economies that gain gain together, US$ m a year."""
        return float(self.gainers.sum())

    @property
    def losses(self) -> float:
        """What the economies that lose lose together, US$ m a year; negative."""
        return float(self.losers.sum())

    @property
    def world_gain(self) -> float:
        """Sum of real income changes in money over all economies, US$ m a year."""
        return float(self.real_income_value.sum())

    @property
    def unpaid_gain(self) -> float:
        """The same sum before anybody pays, US$ m a year."""
        return float(self.unpaid_value.sum())

    @property
    def charged(self) -> float:
        """What all economies are charged together, US$ m a year."""
        return float(self.cost.sum())

    @property
    def payment_effect(self) -> float:
        """What being charged does to real income beyond the charge itself, US$ m a year, all economies together.

        `world_gain - (unpaid_gain - charged)`: taxes move demand, and prices with it.
        """
        return self.world_gain - (self.unpaid_gain - self.charged)

    @property
    def payers(self) -> pd.Series:
        """Economies that are charged, the largest first, US$ m a year."""
        return self.cost[self.cost > 0].sort_values(ascending=False)


def pairs(series: pd.Series) -> list[tuple[str, float]]:
    """Code and value of each entry, in its order."""
    return [
        (str(code), float(value)) for code, value in zip(series.index, series.to_numpy(float), strict=True)
    ]


def change_by_economy(appraisal: Appraisal, indicator: str, year: int | None = None) -> pd.Series:
    """The change of one indicator by economy, in the last year if none is given; empty where it is not assessed."""
    year = appraisal.years[-1] if year is None else year

    def make() -> pd.Series:
        change = appraisal.array(indicator, year=year)
        return change.to_series() if change.dims else pd.Series(dtype=float)

    return derived(appraisal, ("change by economy", indicator, year), make)


def summarise(appraisal: Appraisal, year: int | None = None) -> Summary:
    """The headline figures of a year, the last one if none is given."""
    year = appraisal.years[-1] if year is None else year

    def make() -> Summary:
        return Summary(year, *(change_by_economy(appraisal, name, year) for name in SUMMARISED))

    return derived(appraisal, ("summary", year), make)


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
        paid = f"{payers} charged {money(s.charged)} a year for it."
    return [f"{gain}; {lose}.", paid]


def unaffected(summary: Summary) -> str:
    """How many economies change by next to nothing, in a sentence. Their money is in the sums all the same."""
    few, all_ = summary.unaffected, plural(len(summary.real_income), "economy", "economies")
    return (
        f"{few} of {all_} {'is' if few == 1 else 'are'} next to unaffected: {100 * SMALLEST_EFFECT:.5f} % of income "
        "or less."
    )


@dataclass(frozen=True)
class MissingGroup:
    """One reason for which something has no figure, and all that it holds for, by title."""

    reason: str
    entries: tuple[str, ...]


def missing_by_reason(appraisal: Appraisal) -> list[MissingGroup]:
    """What was not assessed by reason in general, entries as in the annex: priorities first, then by frequency."""
    titles = {item.id: item.title for item in appraisal.programme.items}
    titles |= {row.name: row.title for row in priorities()}
    groups: dict[str, list[str]] = {}
    for gap in appraisal.not_assessed:
        title = titles.get(gap.item, gap.item)
        part = "" if gap.what in WHOLE else f" ({gap.what.replace('_', ' ')})"
        groups.setdefault(in_general(gap.reason), []).append(title + part)
    found = [MissingGroup(reason, tuple(entries)) for reason, entries in groups.items()]
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
