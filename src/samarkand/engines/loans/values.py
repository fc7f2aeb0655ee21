"""Values of loans: present value, grant element, cost of borrowing, concentration."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date

import numpy as np
from numpy.typing import ArrayLike

from samarkand.engines.loans.day_count import DayCount, calc_year_fraction
from samarkand.engines.loans.schedule import LoanSchedule, make_schedule
from samarkand.engines.loans.terms import LoanTerms

LARGE = 10**12  # cents: so large that rounding to the cent is far below any digit shown
ANY_DAY = date(2001, 1, 1)  # rules of grant elements count periods, not days
TOLERANCE = 1e-14
LOWEST, HIGHEST = -0.99, 100.0


def calc_present_value(
    flows: Sequence[tuple[date, float]], rate: float, start: date, day_count: DayCount = "act/365"
) -> float:
    """`P = sum of x / (1 + r)^t`, t the years since `start` as the day count has them.

    In the unit of the flows; the rate a fraction a year, above -1. With act/365 this is the XNPV of spreadsheets.
    """
    if not rate > -1:
        raise ValueError("the rate must be above -1")
    amounts = np.array([float(amount) for _, amount in flows])
    years = np.array([float(calc_year_fraction(start, day, day_count)) for day, _ in flows])
    return float(amounts @ np.power(1.0 + rate, -years))


def calc_effective_rate(flows: Sequence[tuple[date, float]]) -> float:
    """The rate at which dated flows are worth nothing: `sum of x / (1 + r)^(days / 365) = 0`; a fraction a year.

    The XIRR of spreadsheets. Not a number where the flows have one sign, or no rate within -99 % and 10,000 %.
    """
    amounts = np.array([float(amount) for _, amount in flows])
    if amounts.size == 0 or (amounts >= 0).all() or (amounts <= 0).all():
        return float("nan")
    first = min(day for day, _ in flows)
    years = np.array([(day - first).days / 365.0 for day, _ in flows])
    amounts = amounts / np.abs(amounts).max()

    def value(rate: float) -> float:
        return float(amounts @ np.power(1.0 + rate, -years))

    if not np.sign(value(LOWEST)) * np.sign(value(HIGHEST)) < 0:
        return float("nan")
    from scipy.optimize import brentq  # takes long to import, and only this needs it

    return float(brentq(value, LOWEST, HIGHEST, xtol=TOLERANCE, rtol=8.9e-16))


def calc_service_value(schedule: LoanSchedule, rate: float) -> float:
    """Present value of all service at the first drawdown, in cents, at a rate a year; months count as twelfths."""
    service = [(schedule.start, schedule.at_signing), *((one.day, one.service) for one in schedule.payments)]
    return calc_present_value(service, rate, schedule.start, "30/360")


def calc_grant_element(terms: LoanTerms, discount_rate: float) -> float:
    """`(nominal - present value of service) / nominal` of a loan drawn at once; a fraction.

    Parameters
    ----------
    terms
        Of the loan; its fees count as service.
    discount_rate
        Fraction a year: 5 % under the unified rule of IMF and World Bank, by income group under that of OECD DAC.

    Notes
    -----
    For equal repayments at a fixed rate without fees this is the formula of the OECD, which the IMF uses too:
    `(1 - (r / a) / d) (1 - (v^(aG) - v^(aM)) / (d a (M - G)))` with a payments a year, d = (1 + D)^(1 / a) - 1,
    v = 1 / (1 + d), grace G and maturity M. A floating rate counts as it is in the first year.
    """
    base = {}
    if terms.base:  # the calendar does not matter: the rate of the first year is that of the rule
        first = terms.base[min(terms.base)]
        base = {ANY_DAY.year + k: first for k in range(int(terms.maturity) + 2)}
    schedule = make_schedule(replace(terms, day_count="30/360", base=base), [(ANY_DAY, LARGE)])
    return 1.0 - calc_service_value(schedule, discount_rate) / LARGE


def calc_cost_of_borrowing(schedules: Iterable[LoanSchedule]) -> float:
    """All-in cost: the rate a year at which drawdowns and service, fees among it, are worth the same; a fraction."""
    return calc_effective_rate([flow for one in schedules for flow in one.lender_flows()])


def calc_concentration(amounts: ArrayLike) -> float:
    """`sum of (x / sum of x)^2`, from 1 / n for n equal ones to 1 for one alone: the index of Herfindahl and Hirschman.

    Not a number where there is nothing.
    """
    x = np.asarray(amounts, dtype=np.float64)
    x = x[np.isfinite(x)]
    if x.size == 0 or not x.sum() > 0:
        return float("nan")
    shares = x / x.sum()
    return float(shares @ shares)
