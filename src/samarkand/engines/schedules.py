"""Schedules of payments: arrays in, arrays out."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray


def calc_annuity(
    present_value: ArrayLike, interest_rate: ArrayLike, periods: ArrayLike
) -> NDArray[np.float64]:
    """Equal payment at the end of each period that repays a present value: `a = P r / (1 - (1 + r)^-n)`.

    At `r = 0` its limit `P / n`. Arrays of one shape, or that broadcast to one; `interest_rate` a fraction a
    period, above -1; `periods` above 0; the result in the unit of `present_value` a period. Raises
    `ValueError` for a rate of -1 or less and for periods of 0 or less. Source: the annuity formula of any
    text on finance; the payment function of spreadsheets with payment at the end and no future value.
    """
    principal, rate, n = np.broadcast_arrays(
        np.asarray(present_value, dtype=np.float64),
        np.asarray(interest_rate, dtype=np.float64),
        np.asarray(periods, dtype=np.float64),
    )
    if np.any(rate <= -1) or np.any(n <= 0):
        raise ValueError("the rate must be above -1 and the number of periods above 0")
    return np.asarray(principal / _annuity_factor(rate, n), dtype=np.float64)


def calc_present_value_of_annuity(
    payment: ArrayLike, interest_rate: ArrayLike, periods: ArrayLike
) -> NDArray[np.float64]:
    """Present value of equal payments at the end of each period: `P = a (1 - (1 + r)^-n) / r`.

    The inverse of `calc_annuity`, with the same shapes, units and errors.
    """
    a, rate, n = np.broadcast_arrays(
        np.asarray(payment, dtype=np.float64),
        np.asarray(interest_rate, dtype=np.float64),
        np.asarray(periods, dtype=np.float64),
    )
    if np.any(rate <= -1) or np.any(n <= 0):
        raise ValueError("the rate must be above -1 and the number of periods above 0")
    return np.asarray(a * _annuity_factor(rate, n), dtype=np.float64)


def _annuity_factor(rate: NDArray[np.float64], n: NDArray[np.float64]) -> NDArray[np.float64]:
    """`(1 - (1 + r)^-n) / r`, and n at r = 0; expm1 and log1p keep the digits at small rates."""
    safe = np.where(rate == 0, 1.0, rate)
    return np.where(rate == 0, n, -np.expm1(-n * np.log1p(safe)) / safe)


def calc_loan_service(
    drawn: ArrayLike, interest_rate: float, grace: int, maturity: int
) -> NDArray[np.float64]:
    """Interest and repayment by period of a loan that is repaid in equal parts after its grace.

        s[k] = r B[k-1] + q[k],   B[k] = B[k-1] - q[k] + D[k],   q[k] = B[k-1] / (M - k + 1) for G < k <= M, else 0

    `sum over k of s[k] / (1 + r)^k = sum over k of D[k] / (1 + r)^k`: at its own rate a loan is worth what is drawn.

    Parameters
    ----------
    drawn
        D: what is drawn at the end of each period from the first on, in any unit; all of it before the last repayment.
        What is drawn when repayment has begun is repaid in equal parts over what is left of the term.
    interest_rate
        r: fraction a period, above -1.
    grace, maturity
        G, M: periods from the first drawing after which repayment begins and by which all is repaid, G below M.

    Returns
    -------
    array
        By period from the first drawing on, M + 1 of them, in the unit of `drawn`.

    Raises
    ------
    ValueError
        For a rate of -1 or less, a grace that is negative or not below the maturity, and drawings after the loan ends.

    Notes
    -----
    Equal payments of principal are what the International Monetary Fund assumes of official loans whose profile is not
    known (calculator of the grant element).
    """
    drawn = np.asarray(drawn, dtype=np.float64)
    if interest_rate <= -1 or not 0 <= grace < maturity or drawn.size > maturity:
        raise ValueError("the rate must be above -1, the grace below the maturity, all drawn before the end")
    service, owed = np.zeros(maturity + 1), 0.0
    for k in range(maturity + 1):
        repaid = owed / (maturity - k + 1) if k > grace else 0.0
        service[k] = interest_rate * owed + repaid
        owed += (drawn[k] if k < drawn.size else 0.0) - repaid
    return service


def calc_ramp_up(years_open: ArrayLike, ramp_up_years: float) -> NDArray[np.float64]:
    """Share of the full effect in force: `min(1, (t + 1) / (T + 1))` for `t >= 0`, and 0 before opening.

    `years_open` t counts full years since the year of opening; `ramp_up_years` T is the number of years after
    the year of opening in which the effect is not yet full: T = 0 is full effect at once. A straight line is
    our own simplest form. Raises `ValueError` for a negative T.
    """
    if ramp_up_years < 0:
        raise ValueError("the ramp-up cannot take a negative number of years")
    t = np.asarray(years_open, dtype=np.float64)
    return np.where(t < 0, 0.0, np.minimum(1.0, (t + 1) / (ramp_up_years + 1)))
