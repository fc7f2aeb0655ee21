"""Cash of a project and the debt on it: tax, debt service cover, loan life cover; by year along the last axis."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]


def calc_profit_tax(profit: ArrayLike, rate: float) -> Floats:
    """`t max(0, p[y] - losses of earlier years not set off yet)`, in the unit of the profit.

    Losses are carried forward without end. `profit` by year along the last axis, after depreciation and interest.
    """
    p = np.asarray(profit, dtype=np.float64)
    tax, carried = np.zeros_like(p), np.zeros(p.shape[:-1])
    for year in range(p.shape[-1]):
        left = p[..., year] - carried
        tax[..., year] = rate * np.maximum(left, 0.0)
        carried = np.maximum(-left, 0.0)
    return tax


def calc_debt_service_cover(cash: ArrayLike, service: ArrayLike) -> Floats:
    """`c[y] / s[y]`: cash before debt service over debt service; not a number in years without service."""
    c, s = np.broadcast_arrays(np.asarray(cash, np.float64), np.asarray(service, np.float64))
    cover: Floats = np.divide(c, s, out=np.full(s.shape, np.nan), where=s > 0)
    return cover


def calc_loan_life_cover(cash: ArrayLike, service: ArrayLike, owed_before: ArrayLike, rate: float) -> Floats:
    """`sum over k >= y of c[k] / (1 + r)^(k - y + 1) / D[y]` over the years with service; not a number elsewhere.

    Parameters
    ----------
    cash, service
        By year, in one unit: cash before debt service, and debt service.
    owed_before
        What is owed at the beginning of each year.
    rate
        At which cash is discounted, a fraction a year: the cost of the loans.

    Notes
    -----
    Cash counts at the end of its year, up to the last year with service.
    """
    c, s, d = (np.asarray(one, np.float64) for one in (cash, service, owed_before))
    paying = np.flatnonzero(s > 0)
    found = np.full(s.shape, np.nan)
    if paying.size == 0:
        return found
    value = 0.0
    for year in range(int(paying[-1]), -1, -1):
        value = (value + float(c[year])) / (1.0 + rate)
        if s[year] > 0 and d[year] > 0:
            found[year] = value / d[year]
    return found
