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
