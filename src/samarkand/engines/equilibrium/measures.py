"""What a solution says: welfare, prices, trade, market access. Value added in trade is in `value_chains`.

Every function takes a `Solution` (or arrays) and returns plain arrays: `[n]` by economy, `[n, i, j]` by buyer,
seller and sector. Ratios are counterfactual over baseline; money is in units of the numeraire (world value added).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from samarkand.engines.equilibrium.model import Accounts, Array
from samarkand.engines.equilibrium.solver import Solution


def calc_consumer_price_hat(solution: Solution) -> Array:
    """P_hat[n] = prod_j price_hat[n,j]^consumption_share[n,j]; ratio: the price of consumption."""
    accounts = solution.accounts
    price: Array = np.exp((accounts.consumption_share * np.log(solution.price_hat)).sum(axis=1))
    return price


def calc_real_income_hat(solution: Solution) -> Array:
    """Private final spending over its baseline, deflated by the price of consumption; ratio, exact.

    What taxes buy is not in it: only the income that is left buys welfare.
    """
    baseline = solution.accounts.baseline_spending
    real: Array = solution.private_spending / baseline / calc_consumer_price_hat(solution)
    return real


def calc_equivalent_variation(solution: Solution) -> Array:
    """EV[n] = (real_income_hat[n] - 1) * baseline final spending[n]; money at baseline prices, exact.

    Preferences are Cobb-Douglas over sectors, so the expenditure function is linear in utility and this holds for
    shocks of any size. It is welfare, not real GDP.
    """
    variation: Array = (calc_real_income_hat(solution) - 1.0) * solution.accounts.baseline_spending
    return variation


def calc_real_wage_hat(solution: Solution) -> Array:
    """wage_hat[n] / P_hat[n]; ratio. Without tariffs, deficits and taxes it is also real income."""
    real: Array = solution.wage_hat / calc_consumer_price_hat(solution)
    return real


def calc_real_value_added_hat(solution: Solution) -> Array:
    """Value added over its baseline, deflated by the price of consumption; ratio."""
    real: Array = solution.value_added / solution.accounts.value_added / calc_consumer_price_hat(solution)
    return real


@dataclass(frozen=True)
class FirstOrderWelfare:
    """Fractions of baseline final spending, `[n]`: `total` = `terms_of_trade` + `volume_of_trade`."""

    terms_of_trade: Array
    volume_of_trade: Array

    @property
    def total(self) -> Array:
        return self.terms_of_trade + self.volume_of_trade


def calc_first_order_welfare(solution: Solution) -> FirstOrderWelfare:
    """The first-order formula of Caliendo and Parro (2015, equation 16), terms and volume of trade.

    terms[n]  = sum_j (E[n,j] (c_hat[n,j] - 1) - sum_i M[n,i,j] (c_hat[i,j] - 1)) / I[n]
    volume[n] = sum_ij t[n,i,j] M[n,i,j] (M_hat[n,i,j] - c_hat[i,j]) / I[n]

    with exports E, imports M (before tariffs, own sales included: they cancel), wedges t, final spending I, all
    of the baseline, and equilibrium changes. It is the derivative of real income with respect to tariffs,
    evaluated at finite changes: use it beside published tables, never in place of `calc_real_income_hat`. Iceberg
    costs are not in it.
    """
    accounts = solution.accounts
    baseline = calc_baseline_trade_flow(accounts)
    cost_change = solution.unit_cost_hat - 1.0
    spending = accounts.baseline_spending
    earned = (baseline.sum(axis=0) * cost_change).sum(axis=1)
    paid = np.einsum("nij,ij->n", baseline, cost_change)
    volume = np.zeros_like(spending)
    if accounts.wedge is not None:
        real_change = solution.trade_flow - baseline * solution.unit_cost_hat[None]
        volume = ((accounts.wedge - 1.0) * real_change).sum(axis=(1, 2)) / spending
    return FirstOrderWelfare((earned - paid) / spending, volume)


def calc_baseline_trade_flow(accounts: Accounts) -> Array:
    """`[n, i, j]` purchases before tariffs in the baseline, money."""
    spent = accounts.trade_share * accounts.baseline_expenditure[:, None, :]
    return spent if accounts.wedge is None else spent / accounts.wedge


def calc_exports(trade_flow: Array) -> Array:
    """Sales to other economies `[i, j]`, money before tariffs."""
    own = np.einsum("nnj->nj", trade_flow)
    exports: Array = trade_flow.sum(axis=0) - own
    return exports


def calc_imports(trade_flow: Array) -> Array:
    """Purchases from other economies `[n, j]`, money before tariffs."""
    own = np.einsum("nnj->nj", trade_flow)
    imports: Array = trade_flow.sum(axis=1) - own
    return imports


def calc_trade_hat(solution: Solution) -> Array:
    """trade_flow over its baseline `[n, i, j]`; ratio of nominal values, nan where the baseline is zero."""
    baseline = calc_baseline_trade_flow(solution.accounts)
    with np.errstate(invalid="ignore", divide="ignore"):
        hat: Array = np.where(baseline > 0, solution.trade_flow / baseline, np.nan)
    return hat


def calc_real_trade_flow(solution: Solution) -> Array:
    """Flows at baseline sellers' prices `[n, i, j]`: trade_flow / unit_cost_hat of the seller; money."""
    real: Array = solution.trade_flow / solution.unit_cost_hat[None]
    return real


def calc_tariff_revenue(solution: Solution) -> Array:
    """sum_ij tariff_rate[n,i,j] * border value[n,i,j]; money `[n]`. Rents come on top of tariffs, and apart."""
    shock, accounts = solution.shock, solution.accounts
    tariff = accounts.tariff_rate if shock.tariff_rate is None else shock.tariff_rate
    if tariff is None:
        return np.zeros(accounts.economy_count)
    rent = shock.new_rent_rate(accounts)
    border = solution.trade_flow if rent is None else solution.trade_flow * (1.0 + rent)
    revenue: Array = (tariff * border).sum(axis=(1, 2))
    return revenue


def calc_sector_labour_hat(solution: Solution) -> Array:
    """Primary factor employed by sector over its baseline `[n, j]`; ratio, nan where there was none.

    Value added of the sector over its baseline, deflated by the wage. Full employment: it is reallocation only.
    """
    accounts = solution.accounts
    with np.errstate(invalid="ignore", divide="ignore"):
        hat = solution.output / accounts.baseline_output / solution.wage_hat[:, None]
    used: Array = np.where(accounts.value_added_share * accounts.baseline_output > 0, hat, np.nan)
    return used


def calc_consumer_access_hat(solution: Solution) -> Array:
    """price_hat[n,j]^-theta[j]; ratio: how well `n` can buy `j` (inward multilateral resistance, inverted).

    Redding and Venables (2004), Journal of International Economics 62(1): supplier access.
    """
    access: Array = solution.price_hat**-solution.accounts.trade_elasticity
    return access


def calc_firm_access_hat(solution: Solution) -> Array:
    """output_hat[i,j] * unit_cost_hat[i,j]^theta[j]; ratio: demand that `i` can reach at given costs.

    The demand shifter sum_n X[n,j] P[n,j]^theta kappa[n,i,j]^-theta / wedge[n,i,j] over its baseline; nan where
    nothing was sold. Redding and Venables (2004): market access.
    """
    baseline = solution.accounts.baseline_output
    with np.errstate(invalid="ignore", divide="ignore"):
        hat = solution.output / baseline * solution.unit_cost_hat**solution.accounts.trade_elasticity
    access: Array = np.where(baseline > 0, hat, np.nan)
    return access
