"""Balancing: the flows nearest to a prior (in cross-entropy) that meet given totals.

Iterative proportional fitting in three dimensions. Zeros of the prior stay zero, no flow becomes negative,
and every fitted flow is the prior times one factor per seller and sector, one per buyer, one per exporter.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Balanced:
    """Balanced flows, the number of rounds, and the largest relative miss of any total."""

    flows: Floats
    rounds: int
    miss: float


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
    *,
    tolerance: float = 1e-10,
    max_rounds: int = 5_000,
) -> Balanced:
    """Fit ``flows[origin, sector, destination]`` to totals.

        flows[i, s, n] = prior[i, s, n] * a[i, s] * b[n] * (c[i] if i != n else 1)

    with a, b, c such that ``sum_n flows = supply[i, s]``, ``sum_is flows = purchases[n]`` and, where
    ``exports[i]`` is given (not NaN), ``sum_{s, n != i} flows = exports[i]``.

    Args:
        prior: non-negative, shape (n, s, n).
        supply: shape (n, s).
        purchases: shape (n,), of the same sum as ``supply``.
        exports: shape (n,), NaN where an economy's exports are not to be fitted; None to fit none.
        tolerance: largest relative miss of a total at which to stop.
        max_rounds: rounds after which to give up.

    Returns:
        Flows that meet ``supply`` to rounding and the other totals to ``tolerance``.

    Raises:
        ValueError: a total is negative or NaN, the totals do not agree, a positive total has no prior cell to
            put it in, or the totals cannot be met together.
    """
    origins, _, destinations = prior.shape
    exports = np.full(origins, np.nan) if exports is None else exports
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
    flows = prior.copy()
    miss = np.inf
    for rounds in range(1, max_rounds + 1):
        sold_abroad = np.einsum("isn,in->i", flows, abroad)
        factor = np.where(fitted, _ratio(np.where(fitted, exports, 0.0), sold_abroad), 1.0)
        miss = float(np.abs(factor - 1).max())
        flows *= np.where(abroad[:, None, :] > 0, factor[:, None, None], 1.0)
        factor = _ratio(purchases, flows.sum(axis=(0, 1)))
        miss = max(miss, float(np.abs(factor - 1).max()))
        flows *= factor[None, None, :]
        factor = _ratio(supply, flows.sum(axis=2))
        miss = max(miss, float(np.abs(factor - 1).max()))
        flows *= factor[:, :, None]
        if miss < tolerance:
            return Balanced(flows, rounds, miss)
    raise ValueError(f"the totals cannot be met together: {miss:.3g} is missed after {max_rounds} rounds")


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
