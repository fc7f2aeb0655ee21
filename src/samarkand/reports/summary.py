"""The few figures that the scorecard and the report open with, picked from the table of results."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

if TYPE_CHECKING:
    from samarkand.outcome import Appraisal

SMALLEST_EFFECT = 5e-7  # below a twentieth of a thousandth of a per cent an economy is shown as unaffected


@dataclass(frozen=True)
class Summary:
    """Headline figures of one year. All come from the result table; sums and counts are all that is done."""

    year: int
    real_income: pd.Series
    real_income_value: pd.Series
    cost: pd.Series
    gainers: pd.Series
    losers: pd.Series
    unaffected: int

    @property
    def world_gain(self) -> float:
        """Sum of real income changes in money over all economies, US$ m a year."""
        return float(self.real_income_value.sum())

    @property
    def payers(self) -> pd.Series:
        """Economies that are charged, the largest first."""
        return self.cost[self.cost > 0].sort_values(ascending=False)


def change_by_economy(appraisal: Appraisal, indicator: str, year: int | None = None) -> pd.Series:
    """The change of one indicator by economy."""
    series: pd.Series = appraisal.array(indicator, year=year).to_series()
    return series


def summarise(appraisal: Appraisal) -> Summary:
    """The headline figures of the last year appraised."""
    income = change_by_economy(appraisal, "real_income")
    sure = income.dropna()
    return Summary(
        year=appraisal.years[-1],
        real_income=income,
        real_income_value=change_by_economy(appraisal, "real_income_value"),
        cost=change_by_economy(appraisal, "programme_cost"),
        gainers=sure[sure > SMALLEST_EFFECT].sort_values(ascending=False),
        losers=sure[sure < -SMALLEST_EFFECT].sort_values(),
        unaffected=int((sure.abs() <= SMALLEST_EFFECT).sum()),
    )
