"""Named results of a solution against closed forms and identities."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from equilibrium_cases import random_accounts, random_flows, random_iceberg
from samarkand.engines.equilibrium import Shock, accounts_from_flows, armington_accounts, solve
from samarkand.engines.equilibrium.measures import (
    calc_autarky_real_wage_hat,
    calc_baseline_trade_flow,
    calc_exports,
    calc_first_order_welfare,
    calc_imports,
    calc_real_income_hat,
    calc_real_output_hat,
    calc_real_value_added_hat,
    calc_real_wage_hat,
    calc_real_wage_parts,
    calc_sector_labour_hat,
    calc_terms_of_trade_hat,
    calc_trade_hat,
    calc_trade_volume_hat,
)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000), st.integers(2, 8), st.integers(1, 5), st.booleans())
def test_the_parts_of_the_real_wage_add_up_to_it(seed, n, j, tariffs):
    accounts = random_accounts(seed, n, j, tariffs=tariffs)
    random = np.random.default_rng(seed)
    hat = random_iceberg(seed, n, j)
    hat[0, 0] = 1.05  # moving goods at home gets dearer too
    shock = Shock(iceberg_hat=hat, productivity_hat=np.exp(random.normal(0, 0.1, (n, j))))
    solution = solve(accounts, shock, tolerance=1e-12)
    parts = calc_real_wage_parts(solution)
    np.testing.assert_allclose(parts.total, np.log(calc_real_wage_hat(solution)), atol=1e-10)
    if j == 1:
        np.testing.assert_allclose(parts.sector_linkages, 0.0, atol=1e-15)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000), st.integers(2, 8), st.integers(1, 5))
def test_autarky_in_closed_form_is_the_limit_of_solutions(seed, n, j):
    accounts = random_accounts(seed, n, j)
    hat = np.full((n, n), 1e6)
    np.fill_diagonal(hat, 1.0)
    solution = solve(accounts, Shock(iceberg_hat=hat), deficit_rule="purged")
    # Theta is at least 2: a foreign share of 1e-12 at most is left. The purged baseline is the one to compare.
    closed = calc_autarky_real_wage_hat(solution.accounts)
    np.testing.assert_allclose(calc_real_income_hat(solution), closed, rtol=1e-7)


def test_autarky_is_nothing_to_who_needs_what_it_does_not_make():
    flow = np.array([[[2.0, 0.0], [1.0, 0.0]], [[0.0, 1.0], [1.0, 1.0]]])
    accounts = accounts_from_flows(flow.transpose(1, 0, 2), np.zeros((2, 2, 2)), flow.sum(axis=1), [4.0, 4.0])
    real = calc_autarky_real_wage_hat(accounts)
    assert real[0] == 0.0
    assert real[1] == pytest.approx(0.5 ** (0.25 * 2 / 3))


def test_terms_and_volume_of_trade_by_hand():
    # Productivity doubles in economy 0, one sector: its price halves against the rest in its own units of account.
    flow, _, _ = random_flows(60, 3, 1, balanced=True)
    accounts = armington_accounts(flow[:, :, 0].T, 4.0)
    solution = solve(accounts, Shock(productivity_hat=np.array([2.0, 1.0, 1.0])), tolerance=1e-12)
    cost = solution.unit_cost_hat[:, 0]
    before = calc_baseline_trade_flow(accounts)[:, :, 0]
    after = solution.trade_flow[:, :, 0]
    # Exports of one good: their price is its cost. Imports of 0 come from 1 and 2.
    paid = (before[0, 1] * cost[1] + before[0, 2] * cost[2]) / (before[0, 1] + before[0, 2])
    assert calc_terms_of_trade_hat(solution)[0] == pytest.approx(cost[0] / paid, rel=1e-13)
    bought = after[0, 1] / cost[1] + after[0, 2] / cost[2]
    volume = bought / (before[0, 1] + before[0, 2])
    assert calc_trade_volume_hat(solution)[0] == pytest.approx(volume, rel=1e-13)


def test_without_trade_there_are_no_terms():
    accounts = armington_accounts(np.diag([1.0, 2.0]), 4.0)
    solution = solve(accounts)
    assert np.isnan(calc_terms_of_trade_hat(solution)).all()
    assert np.isnan(calc_trade_volume_hat(solution)).all()


def test_no_shock_leaves_every_ratio_at_one():
    accounts = random_accounts(61, 5, 3, tariffs=True)
    solution = solve(accounts, Shock(iceberg_hat=np.ones((5, 5))), tolerance=1e-12)
    for calc in (
        calc_real_income_hat, calc_real_wage_hat, calc_real_value_added_hat, calc_terms_of_trade_hat,
        calc_trade_volume_hat, calc_trade_hat, calc_real_output_hat, calc_sector_labour_hat,
    ):  # fmt: skip
        np.testing.assert_allclose(calc(solution), 1.0, rtol=1e-10)
    np.testing.assert_allclose(calc_first_order_welfare(solution).total, 0.0, atol=1e-10)
    np.testing.assert_allclose(calc_real_wage_parts(solution).total, 0.0, atol=1e-10)


def test_real_output_moves_as_labour_where_there_are_no_inputs():
    flow, use, _ = random_flows(62, 4, 3)
    accounts = accounts_from_flows(
        flow.transpose(1, 0, 2), np.zeros_like(use), flow.sum(axis=1), [4.0, 5.0, 6.0]
    )
    solution = solve(accounts, Shock(iceberg_hat=random_iceberg(62, 4)), tolerance=1e-12)
    np.testing.assert_allclose(calc_real_output_hat(solution), calc_sector_labour_hat(solution), rtol=1e-10)


def test_a_partial_effect_is_what_trade_does_at_given_prices():
    flow, _, _ = random_flows(63, 4, 1, balanced=True)
    accounts = armington_accounts(flow[:, :, 0].T, 4.0)
    effect = np.zeros((4, 4))
    effect[0, 1] = effect[1, 0] = 0.3
    solution = solve(accounts, Shock.from_partial_effect(effect, 4.0), tolerance=1e-12)
    # trade_hat over what incomes and price indices do to it is exp(effect), by the gravity equation.
    cost, price = solution.unit_cost_hat, solution.price_hat
    spent = solution.expenditure / accounts.baseline_expenditure
    multilateral = (cost[None, :, 0] / price[:, None, 0]) ** -4.0 * spent[:, None, 0]
    np.testing.assert_allclose(calc_trade_hat(solution)[:, :, 0] / multilateral, np.exp(effect), rtol=1e-11)


def test_world_exports_are_world_imports():
    accounts = random_accounts(64, 6, 3, tariffs=True)
    flow = solve(accounts, Shock(iceberg_hat=random_iceberg(64, 6))).trade_flow
    np.testing.assert_allclose(calc_exports(flow).sum(axis=0), calc_imports(flow).sum(axis=0), rtol=1e-12)
