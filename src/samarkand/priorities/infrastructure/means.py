"""Means of what freight costs: over classes of goods, over partners, over sectors.

Pure functions on arrays. Axes: `o` the origin and `d` the destination, the same economies in the same order; `c` a
value-of-time class, `j` a sector; leading axes (`...`) are states and variants. Baseline trade is the weight in both
states, so that a change is a change of cost and not of composition.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from samarkand.core.conventions import Floats


def calc_class_mean(values: Floats, trade: Floats) -> Floats:
    """sum_c w[c,o,d] v[..,c,o,d] / sum_c w[c,o,d]; the plain mean over classes where a pair trades nothing.

    `values[..., c, o, d]`, nan where nothing connects; `trade[c, o, d]`, physical trade of the baseline. The result is
    `[..., o, d]` in the unit of `values`.
    """
    total = trade.sum(axis=0)
    share = np.divide(trade, total, out=np.full_like(trade, 1.0 / len(trade)), where=total > 0)
    return np.asarray(np.einsum("...cod,cod->...od", values, share))


def calc_partner_mean(pair: Floats, trade: Floats, connected: NDArray[np.bool_]) -> Floats:
    """Mean over partners, both directions, weighted by trade with them; unit of `pair`, `[..., e]`.

    mean[e] = sum_{p != e} (x[e,p] t[e,p] + x[p,e] t[p,e]) / sum_{p != e} (t[e,p] + t[p,e])

    over the pairs `connected[..., o, d]`; nan where there are none. `pair[..., o, d]`, `trade[o, d]`.
    """
    counted = connected & ~np.eye(trade.shape[0], dtype=bool)
    weight = np.where(counted, trade, 0.0)
    total = _both_ways(weight)
    return _both_ways(np.where(counted, pair, 0.0) * weight) / np.where(total > 0, total, np.nan)


def calc_pair_trade_cost_change(hat: Floats, flow: Floats) -> Floats:
    """sum_j flow[o,d,j] (hat[o,d,j] - 1) / sum_j flow[o,d,j]; fraction `[o, d]`, nan where a pair trades nothing.

    `hat[o, d, j]`: counterfactual over baseline iceberg cost; `flow[o, d, j]`: trade of the baseline, money.
    """
    total = flow.sum(axis=2)
    return _cost_added(hat, flow) / np.where(total > 0, total, np.nan)


def calc_trade_cost_change(hat: Floats, flow: Floats) -> Floats:
    """Trade-weighted mean of hat - 1 over partners, sectors and both directions; fraction `[e]`.

    Arrays as in `calc_pair_trade_cost_change`; nan for an economy that trades with nobody.
    """
    abroad = 1.0 - np.eye(flow.shape[0])
    total = _both_ways(flow.sum(axis=2) * abroad)
    change = _both_ways(_cost_added(hat, flow) * abroad)
    return change / np.where(total > 0, total, np.nan)


def calc_market_access(cost: Floats, spending: Floats, elasticity: Floats) -> Floats:
    """MA[o] = sum_{d,j} spending[d,j] cost[o,d,j]^-elasticity[j]; the unit of `spending`, `[o]`.

    `cost[o, d, j]`: one plus freight cost over value; nan where nothing connects, which counts as boundless cost; an
    economy that nothing connects has nan. Donaldson and Hornbeck (2016), Quarterly Journal of Economics 131(2), with
    freight in place of all trade costs.
    """
    connected = ~np.isnan(cost)
    reached = np.power(cost, -elasticity, out=np.zeros_like(cost), where=connected)
    access = np.einsum("dj,odj->o", spending, reached)
    return np.where(connected.any(axis=(1, 2)), access, np.nan)


def calc_market_access_change(cost: Floats, hat: Floats, spending: Floats, elasticity: Floats) -> Floats:
    """Change of `calc_market_access` where costs become `cost` x `hat[o, d, j]`; the unit of `spending`, `[o]`.

    sum over d, j of spending[d,j] cost[o,d,j]^-elasticity[j] (hat[o,d,j]^-elasticity[j] - 1): exactly nothing where no
    cost changes.
    """
    o, d, j = np.nonzero((hat != 1.0) & ~np.isnan(cost))
    theta, cost, hat = elasticity[j], cost[o, d, j], hat[o, d, j]
    change = spending[d, j] * cost**-theta * np.expm1(-theta * np.log(hat))
    return np.bincount(o, change, spending.shape[0]).astype(np.float64, copy=False)


def _cost_added(hat: Floats, flow: Floats) -> Floats:
    """sum_j flow[o,d,j] (hat[o,d,j] - 1); exactly nothing where no cost changes."""
    added: Floats = np.einsum("odj,odj->od", flow, hat - 1.0)
    return added


def _both_ways(values: Floats) -> Floats:
    """Sum over partners as destinations and as origins."""
    out: Floats = values.sum(axis=-1) + values.sum(axis=-2)
    return out
