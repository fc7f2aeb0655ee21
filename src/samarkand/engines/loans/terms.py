"""Terms of a loan: what a contract says of time, rate, repayment and fees."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, get_args

from samarkand.engines.loans.day_count import CONVENTIONS, DayCount

Profile = Literal["equal_principal", "annuity", "bullet"]
PROFILES: tuple[Profile, ...] = get_args(Profile)
PERIODS = (1, 2, 4, 12)  # payments a year that end on the same day of a month


@dataclass(frozen=True)
class LoanTerms:
    """What a contract says of a loan.

    Parameters
    ----------
    rate
        Interest a year: the whole of it, or the margin over `base`.
    maturity
        Years from the first drawdown to the last repayment.
    grace
        Years without repayment; the first repayment comes one period after them.
    payments_a_year
        1, 2, 4 or 12.
    profile
        Equal repayments, equal payments of interest and repayment together, or all at the end.
    day_count
        How interest counts days.
    base
        Base rate by calendar year, which a period takes from the year in which it begins; empty where the rate is
        fixed. A year without a rate raises `KeyError` where it is needed.
    upfront_fee, insurance_premium
        Shares of the amount, paid on the day of the first drawdown.
    commitment_fee
        Share a year of what is not drawn yet.
    capitalised
        Interest during drawdown is added to the loan, not paid.

    Raises
    ------
    ValueError
        For terms that no loan can have.
    """

    rate: float
    maturity: float
    grace: float = 0.0
    payments_a_year: int = 2
    profile: Profile = "equal_principal"
    day_count: DayCount = "30/360"
    base: Mapping[int, float] = field(default_factory=dict)
    upfront_fee: float = 0.0
    insurance_premium: float = 0.0
    commitment_fee: float = 0.0
    capitalised: bool = False

    def __post_init__(self) -> None:
        if self.payments_a_year not in PERIODS:
            raise ValueError(f"payments a year are one of {', '.join(map(str, PERIODS))}")
        if self.profile not in PROFILES or self.day_count not in CONVENTIONS:
            raise ValueError("the profile or the day count is not known")
        if not 0 <= self.grace <= self.maturity or self.periods < 1:
            raise ValueError("grace lies between nothing and the maturity, which is a period or more")
        if not self.rate > -1:
            raise ValueError("the rate is above -100 %")

    @property
    def periods(self) -> int:
        """Periods from the first drawdown to the last repayment."""
        return round(self.maturity * self.payments_a_year)

    @property
    def first_repayment(self) -> int:
        """Number of the period at whose end the first repayment is due, from 1."""
        if self.profile == "bullet":
            return self.periods
        return min(round(self.grace * self.payments_a_year) + 1, self.periods)

    def rate_in(self, year: int) -> float:
        """The rate of a period that begins in a year: fixed, or base and margin."""
        return self.rate + self.base[year] if self.base else self.rate
