"""Values of a project over its life: arrays of yearly flows in, figures out.

Flows are those of whole years, the first at time 0: what happens in it is not discounted.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
LOWEST_RATE, HIGHEST_RATE = -0.99, 100.0  # between them a rate of return is looked for
TOLERANCE = 1e-13
ROUNDING = 1e-12


class Rate(NamedTuple):
    """A rate of return as a fraction a year; not a number with the `reason` where there is none, or more than one."""

    value: float
    reason: str = ""


def calc_present_value(flows: ArrayLike, rate: float) -> float:
    """`P = sum over t of x[t] / (1 + r)^t`, with t = 0 for the first year.

    Parameters
    ----------
    flows
        By year, in any unit.
    rate
        Fraction a year, above -1.

    Raises
    ------
    ValueError
        For a rate of -1 or less.

    Notes
    -----
    Source: the definition of present value; the function of spreadsheets (NPV) puts the first flow at the end of a
    year, and so is this over (1 + r).
    """
    if not rate > -1:
        raise ValueError("the rate must be above -1")
    x = _flows(flows)
    return float(x @ np.power(1.0 + rate, -np.arange(x.size, dtype=np.float64)))


def calc_rate_of_return(flows: ArrayLike) -> Rate:
    """The rate at which the present value is zero: `sum over t of x[t] / (1 + r)^t = 0`.

    Given only where the flows change sign once, from cost to benefit: then there is one such rate, and a project is
    worth doing at every lower one. Else not a number, with the reason.

    Parameters
    ----------
    flows
        By year, in any unit.

    Notes
    -----
    Source: Descartes' rule of signs: flows with one change of sign have exactly one rate above -1.
    """
    x = _flows(flows)
    signs = np.sign(x[x != 0])
    changes = int((np.diff(signs) != 0).sum())
    if signs.size == 0 or (changes == 0 and signs[0] > 0):
        return Rate(np.nan, "there is no cost")
    if changes == 0:
        return Rate(np.nan, "there is no year in which benefits exceed costs")
    if changes > 1:
        return Rate(np.nan, f"the flows change sign {changes} times, so that there may be several rates")
    if signs[0] > 0:
        return Rate(np.nan, "benefits come before costs")
    low, high = (calc_present_value(x, rate) for rate in (LOWEST_RATE, HIGHEST_RATE))
    if not (np.isfinite(low) and low > 0):
        return Rate(np.nan, f"benefits are below {1 + LOWEST_RATE:.0%} of costs")
    if high > 0:
        return Rate(np.nan, f"it is above {HIGHEST_RATE:.0%}")
    from scipy.optimize import brentq  # takes long to import, and only this needs it

    return Rate(
        float(brentq(lambda rate: calc_present_value(x, rate), LOWEST_RATE, HIGHEST_RATE, xtol=TOLERANCE))
    )


def calc_benefit_cost_ratio(benefits: ArrayLike, costs: ArrayLike, rate: float) -> float:
    """`P(benefits) / P(costs)` with both positive; not a number where there are no costs.

    Parameters
    ----------
    benefits, costs
        By year, in one unit.
    rate
        Fraction a year, above -1.

    Raises
    ------
    ValueError
        For a rate of -1 or less.
    """
    paid = calc_present_value(costs, rate)
    return calc_present_value(benefits, rate) / paid if paid > 0 else float("nan")


def calc_payback(flows: ArrayLike, rate: float = 0.0) -> float:
    """Years from the first one until the discounted flows add up to zero or more, for good.

    Within the year in which the sum becomes positive its flow is spread evenly. Not a number where it never does.

    Parameters
    ----------
    flows
        By year, costs below zero.
    rate
        Fraction a year, above -1; zero for the plain period.

    Raises
    ------
    ValueError
        For a rate of -1 or less.
    """
    if not rate > -1:
        raise ValueError("the rate must be above -1")
    x = _flows(flows)
    x = x * np.power(1.0 + rate, -np.arange(x.size, dtype=np.float64))
    total = np.cumsum(x)
    below = np.flatnonzero(
        total < -ROUNDING * np.abs(x).sum()
    )  # who breaks even in the last year has paid back
    if below.size == 0:
        return 0.0
    last = int(below[-1])
    if last == x.size - 1:
        return float("nan")
    return last + 1 + float(-total[last] / x[last + 1])


def calc_switching_value(part: ArrayLike, all_flows: ArrayLike, rate: float) -> float:
    """Relative change of one part of the flows at which the present value of all is zero: `-P(all) / P(part)`.

    Parameters
    ----------
    part
        The flows that change together, by year.
    all_flows
        All flows, the part among them, by year.
    rate
        Fraction a year, above -1.

    Returns
    -------
    float
        A fraction: 0.5 where half as much again makes the project break even, below -1 where not even the loss of the
        whole part would; not a number where the part has no present value.
    """
    value = calc_present_value(part, rate)
    return -calc_present_value(all_flows, rate) / value if value else float("nan")


def calc_growth(years: ArrayLike, rate: float, full: float, fading: float) -> Floats:
    """Level after a number of years of growth that fades: `G(n) = product over k = 1..n of (1 + g[k])`.

    `g[k] = rate` for `k <= full`; then it falls in equal steps to zero after `fading` more years.

    Parameters
    ----------
    years
        Whole numbers of years from the year at which the level is 1; before it the growth is taken off.
    rate
        Growth a year, a fraction above -1.
    full, fading
        Years of full growth, and years in which it then falls to zero.

    Raises
    ------
    ValueError
        For a rate of -1 or less, or negative years of growth.
    """
    if not rate > -1 or full < 0 or fading < 0:
        raise ValueError("growth must be above -1, and the years in which it lasts and fades not negative")
    n = np.asarray(years, dtype=np.int64)
    most = max(int(n.max(initial=0)), 0)
    k = np.arange(1, most + 1, dtype=np.float64)
    share = np.clip(1.0 - (k - full) / (fading + 1.0), 0.0, 1.0)
    level = np.concatenate([[1.0], np.cumprod(1.0 + rate * share)])
    return np.where(n >= 0, level[np.clip(n, 0, None)], np.power(1.0 + rate, np.minimum(n, 0)))


def _flows(flows: ArrayLike) -> Floats:
    x = np.asarray(flows, dtype=np.float64)
    if x.ndim != 1 or x.size == 0 or not np.isfinite(x).all():
        raise ValueError("flows are finite numbers by year, at least one")
    return x
