"""Lorenz curves from shares of income, and poverty under a line: arrays in, arrays out.

    general quadratic   L (1 - L) = a (p^2 - L) + b L (p - 1) + c (p - L)     Villasenor & Arnold (1989)
    beta                L = p - theta p^gamma (1 - p)^delta                   Kakwani (1980)
    lognormal           L = Phi(PhiInv(p) - sigma)                            where the Gini index alone is known

`L(p)`: what the poorest `p` of the people have of the whole; `L'(p)`: the income of a person at `p` over the mean.
The first two are linear in their coefficients (in logarithms), as in Datt (1998), Computational Tools for Poverty
Measurement and Analysis, IFPRI, which the World Bank's POVCAL follows.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

Floats = NDArray[np.float64]
Curve = Callable[[Floats], Floats]

EDGE = 1e-9  # people nearer to either end than this share are left to the end itself
# Where incomes have to rise and be no debt. Below, both curves may fall under zero; there nobody has less than nothing.
GRID = np.linspace(0.01, 0.999, 990)
NODES, WEIGHTS = np.polynomial.legendre.leggauss(128)
STEPS = 60  # halvings, to 1e-18


@dataclass(frozen=True)
class Lorenz:
    """`share(p)` is `L`, `slope(p)` is `L'` and never below zero; `gini` is a fraction."""

    name: str
    share: Curve
    slope: Curve
    gini: float


@dataclass(frozen=True)
class Poverty:
    """Headcount, gap and severity (Foster, Greer & Thorbecke 1984), fractions, one for each line."""

    headcount: Floats
    gap: Floats
    severity: Floats


def fit_lorenz(people: Floats, shares: Floats) -> Lorenz | None:
    """The general quadratic or the beta curve, by least squares.

    Of both that one is taken whose shares of the groups are nearer to the given ones, relative to each:
    `sum_k (found_k / given_k - 1)^2`, so that the poorest tenth counts as much as the richest.

    Parameters
    ----------
    people
        Cumulative shares of people, rising, strictly between 0 and 1: `[0.1, 0.2, ...]` for tenths.
    shares
        What they have of the whole, `[group]`.

    Returns
    -------
    Lorenz or None
        None where neither is a Lorenz curve: income rising and not below zero from the poorest hundredth on.
    """
    given = np.diff(np.r_[0.0, shares, 1.0])
    if (given <= 0).any() or (np.diff(given / np.diff(np.r_[0.0, people, 1.0])) < 0).any():
        return None

    def distance(curve: Lorenz) -> float:
        return float(((np.diff(np.r_[0.0, curve.share(people), 1.0]) / given - 1.0) ** 2).sum())

    fitted = [
        curve for fit in (fit_general_quadratic, fit_beta) if (curve := fit(people, shares)) is not None
    ]
    return min(fitted, key=distance, default=None)


def fit_general_quadratic(p: Floats, share: Floats) -> Lorenz | None:
    """Least squares of `L (1 - L)` on `p^2 - L`, `L (p - 1)`, `p - L`; None where it is no Lorenz curve."""
    columns = np.stack([p**2 - share, share * (p - 1.0), p - share], axis=1)
    (a, b, c), *_ = np.linalg.lstsq(columns, share * (1.0 - share), rcond=None)
    e = -(a + b + c + 1.0)
    m, n = b**2 - 4.0 * a, 2.0 * b * e - 4.0 * c

    def root(at: Floats) -> Floats:
        found: Floats = np.sqrt(np.maximum(m * at**2 + n * at + e**2, 0.0))
        return found

    if e >= 0 or (root(GRID) <= 0).any():
        return None

    def slope(at: Floats) -> Floats:
        found: Floats = -b / 2.0 - (2.0 * m * at + n) / (4.0 * root(at))
        return found

    return _curve("general quadratic", lambda at: -0.5 * (b * at + e + root(at)), slope)


def fit_beta(p: Floats, share: Floats) -> Lorenz | None:
    """Least squares of `ln(p - L)` on `1`, `ln p`, `ln(1 - p)`; None where it is no Lorenz curve."""
    if (share >= p).any():
        return None
    columns = np.stack([np.ones_like(p), np.log(p), np.log1p(-p)], axis=1)
    (theta, gamma, delta), *_ = np.linalg.lstsq(columns, np.log(p - share), rcond=None)

    def bulge(at: Floats) -> Floats:
        found: Floats = np.exp(theta) * at**gamma * (1.0 - at) ** delta
        return found

    def slope(at: Floats) -> Floats:
        found: Floats = 1.0 - bulge(at) * (gamma / at - delta / (1.0 - at))
        return found

    return _curve("beta", lambda at: at - bulge(at), slope)


def _curve(name: str, share: Curve, slope: Curve) -> Lorenz | None:
    """The curve where it is one. `gini = 1 - 2 int L dp`."""
    rising = slope(GRID)
    if not np.isfinite(rising).all() or (rising < 0).any() or (np.diff(rising) < 0).any():
        return None
    # The integral of L over 0 to 1 is half the weighted sum over the nodes of -1 to 1: twice it is the sum.
    gini = float(1.0 - (WEIGHTS * share((NODES + 1.0) / 2.0)).sum())
    return Lorenz(name, share, lambda at: np.maximum(slope(at), 0.0), gini)


def calc_lognormal_sigma(gini: float) -> float:
    """`sigma = sqrt(2) PhiInv((1 + G) / 2)`; `G` strictly between 0 and 1. Aitchison & Brown (1957)."""
    return float(np.sqrt(2.0) * ndtri((1.0 + gini) / 2.0))


def make_lognormal(gini: float) -> Lorenz:
    """The Lorenz curve of a lognormal: `L(p) = Phi(PhiInv(p) - sigma)`, `L' = exp(sigma PhiInv(p) - sigma^2 / 2)`."""
    sigma = calc_lognormal_sigma(gini)
    return Lorenz(
        "lognormal",
        lambda at: np.asarray(ndtr(ndtri(at) - sigma)),
        lambda at: np.asarray(np.exp(sigma * ndtri(at) - sigma**2 / 2.0)),
        gini,
    )


def calc_poverty(curve: Lorenz, line: Floats) -> Poverty:
    """Poverty under lines over the mean, `line[k]`.

    `headcount H: L'(H) = line`; `gap = int_0^H (1 - L'(p) / line) dp`; `severity = int_0^H (1 - L'(p) / line)^2 dp`.
    """
    low, high = np.full(line.shape, EDGE), np.full(line.shape, 1.0 - EDGE)
    nobody = curve.slope(low) >= line
    for _ in range(STEPS):
        middle = 0.5 * (low + high)
        below = curve.slope(middle) < line
        low, high = np.where(below, middle, low), np.where(below, high, middle)
    # p = H u^2: the curves are steep where nearly nobody is.
    u = (NODES + 1.0) / 2.0
    short = np.maximum(1.0 - curve.slope(low[:, None] * u**2) / line[:, None], 0.0)
    per_node = WEIGHTS * u * low[:, None]  # dp = 2 H u du, and half of it to a node of -1 to 1
    headcount, gap, severity = (
        np.where(nobody, 0.0, found)
        for found in (low, (per_node * short).sum(1), (per_node * short**2).sum(1))
    )
    return Poverty(headcount, gap, severity)
