"""Measures of a solution: welfare, prices, trade, market access. Value added in trade is in `value_chains`.

Every function takes a `Solution` (or arrays) and returns plain arrays: `[n]` by economy, `[n, i, j]` by buyer,
seller and sector. Ratios are counterfactual over baseline; money is in units of the numeraire (world value added).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from samarkand.engines.equilibrium.accounts import EquilibriumAccounts
from samarkand.engines.equilibrium.equations import Array
from samarkand.engines.equilibrium.solution import Solution


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


def calc_baseline_trade_flow(accounts: EquilibriumAccounts) -> Array:
    """`[n, i, j]` purchases before tariffs in the baseline, money."""
    spent = accounts.trade_share * accounts.baseline_expenditure[:, None, :]
    return spent if accounts.wedge is None else spent / accounts.wedge


def calc_exports(trade_flow: Array) -> Array:
    """Sales to other economies `[i, j]`, money before tariffs."""
    exports: Array = np.einsum("nij,ni->ij", trade_flow, _abroad(trade_flow))
    return exports


def calc_imports(trade_flow: Array) -> Array:
    """Purchases from other economies `[n, j]`, money before tariffs."""
    imports: Array = np.einsum("nij,ni->nj", trade_flow, _abroad(trade_flow))
    return imports


def _abroad(trade_flow: Array) -> Array:
    # Own sales are left out of sums: taken off a sum that holds them, they would leave their rounding behind.
    abroad: Array = 1.0 - np.eye(trade_flow.shape[0])
    return abroad


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


def calc_trade_volume_hat(solution: Solution) -> Array:
    """Imports at baseline sellers' prices over baseline imports `[n]`; ratio, nan where nothing was imported.

    sum over i != n and j of M'[n,i,j] / c_hat[i,j], over the same of M.
    """
    before = calc_imports(calc_baseline_trade_flow(solution.accounts)).sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        hat = calc_imports(calc_real_trade_flow(solution)).sum(axis=1) / before
    volume: Array = np.where(before > 0, hat, np.nan)
    return volume


def calc_terms_of_trade_hat(solution: Solution) -> Array:
    """Price of exports over price of imports `[n]`; ratio, nan where either is nothing.

    Both at sellers' prices (before carriage and tariffs) and with the baseline's quantities:
    (sum_j E c_hat[n,j] / sum_j E) / (sum_ij M c_hat[i,j] / sum_ij M) over flows that cross a border.
    """
    flow = calc_baseline_trade_flow(solution.accounts)
    exports = calc_exports(flow)
    priced = calc_imports(flow * solution.unit_cost_hat[None])
    with np.errstate(invalid="ignore", divide="ignore"):
        sold = (exports * solution.unit_cost_hat).sum(axis=1) / exports.sum(axis=1)
        terms: Array = sold / (priced.sum(axis=1) / calc_imports(flow).sum(axis=1))
    return terms


@dataclass(frozen=True)
class RealWageParts:
    """log real_wage_hat[n], taken apart; the four add up to it exactly.

    - `final_goods`: the economy buys final goods where they are cheaper;
    - `intermediate_goods`: so do its producers;
    - `sector_linkages`: prices of inputs move against those of the sectors that use them;
    - `own_costs`: own productivity and the cost of own sales at home.
    """

    final_goods: Array
    intermediate_goods: Array
    sector_linkages: Array
    own_costs: Array

    @property
    def total(self) -> Array:
        return self.final_goods + self.intermediate_goods + self.sector_linkages + self.own_costs


def calc_real_wage_parts(solution: Solution) -> RealWageParts:
    """The real wage from own trade shares, taken apart as in Caliendo and Parro (2015, equation 15).

    With g = value_added_share, all of economy n:

    final goods         -sum_j alpha_j / theta_j log pi_hat[n,n,j]
    intermediate goods  -sum_j alpha_j / theta_j (1 - g_j) / g_j log pi_hat[n,n,j]
    sector linkages     -sum_j alpha_j / g_j sum_k input_share[k,j] log(P_hat[k] / P_hat[j])
    own costs            sum_j alpha_j / g_j (log productivity_hat[j] - log kappa_hat[n,n,j])

    Logarithms, `[n]`; nan for an economy that consumes what it does not make itself.
    """
    accounts, shock = solution.accounts, solution.shock
    alpha, g = accounts.consumption_share, accounts.value_added_share
    own = np.einsum("nnj->nj", solution.trade_share)
    own_before = np.einsum("nnj->nj", accounts.trade_share)
    own_cost = np.log(np.einsum("nnj->nj", shock.trade_cost_hat(accounts)))
    productivity = np.zeros_like(alpha)
    if shock.productivity_hat is not None:
        productivity += np.log(shock.productivity_hat).reshape(accounts.economy_count, -1)
    log_price = np.log(solution.price_hat)
    inputs = np.einsum("nk,nkj->nj", log_price, accounts.input_share)
    linked = inputs - accounts.input_share.sum(axis=1) * log_price
    with np.errstate(invalid="ignore", divide="ignore"):
        bought = np.where(alpha > 0, alpha / accounts.trade_elasticity * np.log(own / own_before), 0.0)
        weight = np.where(alpha > 0, alpha / g, 0.0)
        through_inputs = np.where(alpha > 0, bought * (1.0 - g) / g, 0.0)
    return RealWageParts(
        final_goods=-bought.sum(axis=1),
        intermediate_goods=-through_inputs.sum(axis=1),
        sector_linkages=-(weight * linked).sum(axis=1),
        own_costs=(weight * (productivity - own_cost)).sum(axis=1),
    )


def calc_autarky_real_wage_hat(accounts: EquilibriumAccounts) -> Array:
    """The real wage without any foreign trade over the baseline's `[n]`; ratio, closed form, no solution needed.

    log(w / P) = alpha (1 - input_share')^-1 (log pi[n,n,j] / theta[j]); with one sector and no inputs
    pi[n,n]^(1/theta). One minus it is the gain from trade (Costinot and Rodriguez-Clare 2014). Zero for an economy that
    needs what it does not make.
    """
    own = np.einsum("nnj->nj", accounts.trade_share)
    bought = accounts.trade_share.sum(axis=1) > 0
    with np.errstate(divide="ignore"):
        dearer = np.where(bought, np.log(np.where(bought, own, 1.0)), 0.0) / accounts.trade_elasticity
    inverse = np.linalg.inv(np.eye(accounts.sector_count) - accounts.input_share)
    # Weight of each sector's price in consumption, through all inputs: log P = (1 - input_share')^-1 (...).
    weight = np.matmul(inverse, accounts.consumption_share[:, :, None])[:, :, 0]
    real: Array = np.exp(np.where(weight != 0, weight * dearer, 0.0).sum(axis=1))
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


def calc_real_output_hat(solution: Solution) -> Array:
    """output / baseline output / unit_cost_hat `[n, j]`; ratio of quantities, nan where there was none."""
    baseline = solution.accounts.baseline_output
    with np.errstate(invalid="ignore", divide="ignore"):
        hat: Array = np.where(baseline > 0, solution.output / baseline / solution.unit_cost_hat, np.nan)
    return hat


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
