"""The equations of the model in plain numpy, one each, free of any method of solution.

Multi-sector trade with input-output linkages and tariff revenue in exact hat algebra (Dekle, Eaton, Kortum
2008; Caliendo and Parro 2015, Review of Economic Studies 82(1)). With one sector and no inputs it is the
Armington model.

Axes: `n` the economy that buys (or, for an economy's own variables, the economy), `i` the economy that sells,
`j` the sector, `k` the sector of an input. A trade array is always `[n, i, j]`: destination first.
`_hat` is counterfactual over baseline. All nominal values are in one unit of money, and the numeraire is
**world value added**: its nominal sum is the same before and after.

`verify` recomputes a solution with these functions alone, never with the compiled sweep that found it.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
DeficitRule = Literal["fixed_nominal", "proportional", "purged"]
DEFICIT_RULES: tuple[DeficitRule, ...] = ("fixed_nominal", "proportional", "purged")


def calc_unit_cost_hat(
    wage_hat: Array,
    price_hat: Array,
    value_added_share: Array,
    input_share: Array,
    productivity_hat: Array | float = 1.0,
) -> Array:
    """c_hat[n,j] = w_hat[n]^va_share[n,j] * prod_k P_hat[n,k]^input_share[n,k,j] / productivity_hat[n,j].

    Ratios, shape [N, J]. Caliendo and Parro (2015), equation (10), with total factor productivity.
    """
    productivity = np.asarray(productivity_hat, dtype=np.float64)
    if productivity.ndim == 1:
        productivity = productivity[:, None]
    log_cost = value_added_share * np.log(wage_hat)[:, None]
    log_cost = log_cost + np.einsum("nk,nkj->nj", np.log(price_hat), input_share)
    cost: Array = np.exp(log_cost) / productivity
    return cost


def calc_price_hat(
    trade_share: Array, trade_cost_hat: Array, unit_cost_hat: Array, trade_elasticity: Array
) -> Array:
    """P_hat[n,j] = (sum_i trade_share[n,i,j] (kappa_hat[n,i,j] c_hat[i,j])^-theta[j])^(-1/theta[j]).

    Ratios, shape [N, J]; one where nothing is bought. Caliendo and Parro (2015), equation (11).
    """
    power = trade_share * (trade_cost_hat * unit_cost_hat[None]) ** -trade_elasticity
    total = power.sum(axis=1)
    price: Array = np.where(total > 0, total, 1.0) ** (-1.0 / trade_elasticity)
    return price


def calc_trade_share(
    trade_share: Array, trade_cost_hat: Array, unit_cost_hat: Array, price_hat: Array, trade_elasticity: Array
) -> Array:
    """pi'[n,i,j] = pi[n,i,j] (kappa_hat[n,i,j] c_hat[i,j] / P_hat[n,j])^-theta[j]; shares, shape [N, N, J].

    Caliendo and Parro (2015), equation (12).
    """
    # In logarithms, of which most costs need none: they do not change.
    dearer = np.log(trade_cost_hat, out=np.zeros_like(trade_cost_hat), where=trade_cost_hat != 1.0)
    dearer += np.log(unit_cost_hat)[None]
    dearer -= np.log(price_hat)[:, None, :]
    dearer *= -trade_elasticity
    share: Array = np.exp(dearer, out=dearer)
    share *= trade_share
    return share


def calc_output(trade_share: Array, wedge: Array | None, expenditure: Array) -> Array:
    """Y[i,j] = sum_n trade_share[n,i,j] / wedge[n,i,j] * X[n,j]; money before tariffs, shape [N, J]."""
    before = trade_share if wedge is None else trade_share / wedge
    output: Array = np.einsum("nij,nj->ij", before, expenditure)
    return output


def calc_wedge_revenue(trade_share: Array, wedge: Array | None, expenditure: Array) -> Array:
    """R[n] = sum_ij trade_share[n,i,j] (1 - 1 / wedge[n,i,j]) X[n,j]; money, shape [N]."""
    if wedge is None:
        return np.zeros(expenditure.shape[0])
    revenue: Array = np.einsum("nij,nj->n", trade_share * (1.0 - 1.0 / wedge), expenditure)
    return revenue


def calc_expenditure(
    output: Array,
    private_spending: Array,
    public_spending: Array,
    input_share: Array,
    consumption_share: Array,
    public_basket: Array | None = None,
) -> Array:
    """X[n,k] = sum_j input_share[n,k,j] Y[n,j] + consumption_share[n,k] C[n] + public_basket[n,k] G[n].

    Money, shape [N, J]. Caliendo and Parro (2015), equation (13), with public purchases G paid by taxes.
    """
    basket = consumption_share if public_basket is None else public_basket
    demand: Array = np.matmul(input_share, output[:, :, None])[:, :, 0]
    return demand + consumption_share * private_spending[:, None] + basket * public_spending[:, None]


def calc_labour_income(output: Array, value_added_share: Array) -> Array:
    """Value added that sellers pay, sum_j value_added_share[n,j] Y[n,j]; money, shape [N]."""
    paid: Array = (value_added_share * output).sum(axis=1)
    return paid


def calc_balance(
    income: Array, deficit: Array, rule: DeficitRule, baseline_income: Array
) -> tuple[Array, float]:
    """The counterfactual's deficit[n] by rule, and the one factor that lets the balances sum to zero.

    - `fixed_nominal`: D'[n] = D[n], in units of the numeraire (world value added is constant, so this is also
      "a constant share of world value added");
    - `proportional`: spending is a constant multiple of own income, delta[n] = 1 + D[n] / I[n], times one
      world factor f: D'[n] = (f delta[n] - 1) I'[n], f = sum I' / sum(delta I') (the multiplicative rule of
      Baier, Yotov, Zylkin 2019);
    - `purged`: zero.

    Money, shape [N]; the factor is 1 for the other two rules.
    """
    if rule == "purged":
        return np.zeros_like(income), 1.0
    if rule == "fixed_nominal":
        return deficit, 1.0
    multiple = 1.0 + deficit / baseline_income
    factor = float(income.sum() / (multiple * income).sum())
    balance: Array = (factor * multiple - 1.0) * income
    return balance, factor
