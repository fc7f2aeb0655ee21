"""Balancing: the flows nearest to a prior (in cross-entropy) that meet given totals.

Iterative proportional fitting in factors. Zeros of the prior stay zero, no flow becomes negative, and every
fitted flow is the prior times one factor per seller and sector, one per buyer, one per exporter and one per
pair with a published share.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from samarkand.core.conventions import Floats


@dataclass(frozen=True)
class Balanced:
    """Balanced flows, the number of rounds, the largest relative miss of any total, and the factors a, b, c."""

    flows: Floats
    rounds: int
    miss: float
    factors: tuple[Floats, Floats, Floats]


def _ratio(target: Floats, current: Floats) -> Floats:
    """Target over current; 1 where both are zero, 0 where only the target is."""
    both_zero = (target == 0) & (current == 0)
    safe = np.where(current > 0, current, 1.0)
    return np.where(both_zero, 1.0, target / safe)


def balance_flows(
    prior: Floats,
    supply: Floats,
    purchases: Floats,
    exports: Floats | None = None,
    pairs: Floats | None = None,
    *,
    trust: float = 1.0,
    tolerance: float = 1e-10,
    max_rounds: int = 20_000,
    start: Balanced | None = None,
) -> Balanced:
    """Fit ``flows[origin, sector, destination]`` to totals.

        flows[i, s, n] = prior[i, s, n] * a[i, s] * b[n] * (c[i] if i != n else 1) * d[i, n]

    with a, b, c such that ``sum_n flows = supply[i, s]``, ``sum_is flows = purchases[n]`` and, where
    ``exports[i]`` is given (not NaN), ``sum_{s, n != i} flows = exports[i]``. Where ``pairs[i, n]`` is given,
    ``d = (pairs / sum_s flows without d) ** trust``: met exactly at 1, and below it as nearly as a penalty of
    relative entropy of weight ``trust / (1 - trust)`` weighs it against the prior.

    Args:
        prior: non-negative, shape (n, s, n).
        supply: shape (n, s).
        purchases: shape (n,), of the same sum as ``supply``.
        exports: shape (n,), NaN where an economy's exports are not to be fitted; None to fit none.
        pairs: shape (n, n), NaN where a pair's total is not known; None if none is.
        trust: between 0 and 1.
        tolerance: largest relative miss of a total at which to stop.
        max_rounds: rounds after which to give up.
        start: a balance of nearly the same prior, whose factors are begun with.

    Returns:
        Flows that meet ``supply`` to rounding and the other totals to ``tolerance``.

    Raises:
        ValueError: a total is negative or NaN, the totals do not agree, a positive total has no prior cell to
            put it in, or the totals cannot be met together.
    """
    origins, _, destinations = prior.shape
    exports = np.full(origins, np.nan) if exports is None else exports
    pairs = np.full((origins, destinations), np.nan) if pairs is None else pairs
    fitted = ~np.isnan(exports)
    for name, values in (("prior", prior), ("supply", supply), ("purchases", purchases)):
        if not np.all(values >= 0):
            raise ValueError(f"{name} must not be negative or missing")
    if not np.all(exports[fitted] >= 0):
        raise ValueError("exports must not be negative")
    if abs(supply.sum() - purchases.sum()) > 1e-9 * max(supply.sum(), 1e-300):
        raise ValueError(f"supply adds up to {supply.sum():.9g}, purchases to {purchases.sum():.9g}")
    if np.any((supply > 0) & (prior.sum(axis=2) == 0)):
        raise ValueError("a seller has supply but no buyer in the prior")
    if np.any((purchases > 0) & (prior.sum(axis=(0, 1)) == 0)):
        raise ValueError("a buyer has purchases but no seller in the prior")
    abroad = np.ones((origins, destinations))
    if origins == destinations:
        np.fill_diagonal(abroad, 0.0)
    known = ~np.isnan(pairs) & (prior.sum(axis=1) > 0)
    wanted = np.where(known, pairs, 1.0)
    a = np.ones(supply.shape)
    b, c, d = np.ones(destinations), np.ones(origins), np.ones((origins, destinations))
    if start is not None:
        a, b, c = start.factors
    totals = np.where(fitted, exports, 0.0)
    for rounds in range(1, max_rounds + 1):
        weights = np.matmul(a[:, None, :], prior)[:, 0, :]
        scale = np.where(abroad > 0, c[:, None], 1.0) * b[None, :]
        if known.any():
            bare = weights * scale
            d = np.where(known, _ratio(wanted, bare) ** trust, 1.0)
        sold = (weights * scale * d * abroad).sum(axis=1)
        factor = np.where(fitted, _ratio(totals, sold), 1.0)
        miss = float(np.abs(factor - 1).max())
        c = c * factor
        scale = np.where(abroad > 0, c[:, None], 1.0) * d
        factor = _ratio(purchases, b * (weights * scale).sum(axis=0))
        miss = max(miss, float(np.abs(factor - 1).max()))
        b = b * factor
        through = scale * b[None, :]
        made = a * np.matmul(prior, through[:, :, None])[:, :, 0]
        factor = _ratio(supply, made)
        miss = max(miss, float(np.abs(factor - 1).max()))
        a = a * factor
        if miss < tolerance:
            return Balanced(prior * a[:, :, None] * through[:, None, :], rounds, miss, (a, b, c))
    raise ValueError(f"the totals cannot be met together: {miss:.3g} is missed after {max_rounds} rounds")


def fit_margins(prior: Floats, rows: Floats, columns: Floats, *, rounds: int = 200) -> Floats:
    """``prior[i, n]`` scaled by rows and columns to the totals of ``columns`` (and, as nearly, of ``rows``).

    Both totals are first made to agree by scaling ``columns``. Zeros stay zero.
    """
    columns = columns * (rows.sum() / columns.sum()) if columns.sum() > 0 else columns
    a, b = np.ones(len(rows)), np.ones(len(columns))
    for _ in range(rounds):
        a = _ratio(rows, prior @ b)
        b = _ratio(columns, prior.T @ a)
    return a[:, None] * prior * b[None, :]


def spread_under_caps(
    amounts: Floats, weights: Floats, caps: Floats, *, tolerance: float = 1e-9, max_rounds: int = 10_000
) -> Floats:
    """Spread each amount over uses in proportion to weights, no use getting more than its cap.

    Args:
        amounts: ``amounts[s]`` to spread, non-negative.
        weights: ``weights[s, u]``, non-negative; every row with an amount needs a use without a cap.
        caps: ``caps[u]``, infinite where a use has none.

    Returns:
        ``spread[s, u]`` with ``sum_u spread = amounts`` to rounding and ``sum_s spread <= caps`` to
        ``tolerance``.

    Raises:
        ValueError: an amount has no use without a cap, or the caps are not met in time.
    """
    uncapped = np.isinf(caps)
    if np.any((amounts > 0) & (weights[:, uncapped].sum(axis=1) == 0)):
        raise ValueError("an amount has no use without a cap to go to")
    spread = weights * _ratio(amounts, weights.sum(axis=1))[:, None]
    for _ in range(max_rounds):
        used = spread.sum(axis=0)
        if np.all(used <= caps * (1 + tolerance)):
            return spread
        over = np.where(used > caps, caps / np.where(used > 0, used, 1.0), 1.0)
        spread *= over[None, :]
        spread *= _ratio(amounts, spread.sum(axis=1))[:, None]
    raise ValueError("the caps cannot be met")
