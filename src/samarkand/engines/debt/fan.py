"""Fans of debt ratios: many paths of growth, prices, rates and balances, drawn as they varied before."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]
VARIABLES = ("growth", "deflator", "rate", "primary")


def draw_paths(means: ArrayLike, history: ArrayLike, paths: int, seed: int) -> Array:
    """Paths of variables around their means, shape (paths, variables, years).

    `x = mean + L z`, with `L` a root of the covariance of the history (variables, years of data) and `z` standard
    normal, independent from year to year. The seed alone decides what is drawn.
    """
    centre, before = np.asarray(means, dtype=np.float64), np.asarray(history, dtype=np.float64)
    covariance = np.atleast_2d(np.cov(before, ddof=1))
    values, vectors = np.linalg.eigh(covariance)
    root = vectors * np.sqrt(np.clip(values, 0.0, None))
    drawn = np.random.default_rng(seed).standard_normal((paths, *centre.shape))
    return np.asarray(centre + np.einsum("kj,pjy->pky", root, drawn), dtype=np.float64)


def debt_paths(start: ArrayLike, drawn: ArrayLike, other: ArrayLike = 0.0) -> Array:
    """Debt over output by path and year: `d' = d (1 + i) / ((1 + g)(1 + pi)) - b + o`.

    `drawn`: (paths, variables, years) in the order of `VARIABLES`; i the effective rate on debt, b the primary balance
    over output, o other flows that create debt, over output. Source: the accounting identity of any text on debt.
    """
    growth, deflator, rate, primary = np.moveaxis(np.asarray(drawn, dtype=np.float64), 1, 0)
    flows = np.broadcast_to(np.asarray(other, dtype=np.float64), growth.shape)
    debt = np.broadcast_to(np.asarray(start, dtype=np.float64), growth.shape[:1])
    found = np.empty(growth.shape)
    snowball = (1.0 + rate) / ((1.0 + growth) * (1.0 + deflator))
    for year in range(growth.shape[1]):
        debt = debt * snowball[:, year] - primary[:, year] + flows[:, year]
        found[:, year] = debt
    return found


def percentiles(paths: ArrayLike, shares: ArrayLike = (0.05, 0.25, 0.5, 0.75, 0.95)) -> Array:
    """Quantiles over paths, shape (shares, years)."""
    return np.asarray(np.quantile(np.asarray(paths), np.asarray(shares), axis=0), dtype=np.float64)


def gross_financing_need(primary: ArrayLike, service: ArrayLike, other: ArrayLike = 0.0) -> Array:
    """What a government must raise in a year: `n = s - b + o`, service less primary balance and other needs, any unit.

    Source: IMF (2022), Staff Guidance Note on the Sovereign Risk and Debt Sustainability Framework for Market Access
    Countries, gross financing needs.
    """
    return np.asarray(np.asarray(service) - np.asarray(primary) + np.asarray(other), dtype=np.float64)
