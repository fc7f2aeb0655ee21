"""Properties that hold for any accounts and any shock."""

from dataclasses import replace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from equilibrium_cases import random_accounts, random_flows, random_iceberg
from samarkand.engines.equilibrium import (
    EquilibriumAccounts,
    Shock,
    accounts_from_flows,
    armington_accounts,
    solve,
    verify,
)
from samarkand.engines.equilibrium.measures import calc_baseline_trade_flow, calc_real_income_hat

seeds = st.integers(0, 10_000)
economies = st.integers(2, 9)
sectors = st.integers(1, 5)
rules = st.sampled_from(["fixed_nominal", "proportional", "purged"])
some = settings(max_examples=25, deadline=None)
# Solutions are asked for to 1e-11; two of them computed in different ways may differ by a few times the amplified
# residual.
CLOSE = 1e-8


@some
@given(seeds, economies, sectors, rules, st.booleans())
def test_no_shock_no_change(seed, n, j, rule, tariffs):
    accounts = random_accounts(seed, n, j, tariffs=tariffs)
    solution = solve(accounts, Shock(iceberg_hat=np.ones((n, n))), deficit_rule=rule)
    np.testing.assert_allclose(solution.wage_hat, 1.0, atol=1e-10)
    np.testing.assert_allclose(calc_real_income_hat(solution), 1.0, atol=1e-10)
    np.testing.assert_allclose(
        solution.trade_flow, calc_baseline_trade_flow(solution.accounts), rtol=1e-9, atol=0
    )


@some
@given(seeds, economies, sectors, rules, st.floats(1e-6, 1e6))
def test_scaling_all_nominal_values_changes_nothing_real(seed, n, j, rule, scale):
    accounts = random_accounts(seed, n, j, tariffs=True)
    scaled = replace(
        accounts,
        value_added=scale * accounts.value_added,
        deficit=scale * accounts.deficit,
        expenditure=scale * accounts.expenditure,
    )
    shock = Shock(iceberg_hat=random_iceberg(seed, n))
    one = solve(accounts, shock, deficit_rule=rule, tolerance=1e-11)
    other = solve(scaled, shock, deficit_rule=rule, tolerance=1e-11)
    np.testing.assert_allclose(calc_real_income_hat(other), calc_real_income_hat(one), rtol=CLOSE)
    np.testing.assert_allclose(other.trade_flow, scale * one.trade_flow, rtol=CLOSE)


@some
@given(seeds, economies, sectors, rules, st.booleans())
def test_shares_add_up_and_budgets_close(seed, n, j, rule, tariffs):
    accounts = random_accounts(seed, n, j, zeros=True, tariffs=tariffs)
    solution = solve(accounts, Shock(iceberg_hat=random_iceberg(seed, n, j)), deficit_rule=rule)
    np.testing.assert_allclose(solution.trade_share.sum(axis=1), 1.0, rtol=1e-12)
    flow = solution.trade_flow.sum(axis=2)
    balance = flow.sum(axis=1) - flow.sum(axis=0)
    np.testing.assert_allclose(balance / solution.income, solution.deficit / solution.income, atol=1e-7)
    np.testing.assert_allclose(solution.value_added.sum(), solution.accounts.value_added.sum(), rtol=1e-8)
    assert verify(solution) < 3e-8


@some
@given(seeds, economies, sectors)
def test_the_order_of_economies_and_sectors_does_not_matter(seed, n, j):
    accounts = random_accounts(seed, n, j, tariffs=True)
    random = np.random.default_rng(seed)
    p, q = random.permutation(n), random.permutation(j)
    assert accounts.tariff_rate is not None
    permuted = EquilibriumAccounts(
        trade_share=accounts.trade_share[p][:, p][:, :, q],
        consumption_share=accounts.consumption_share[p][:, q],
        value_added_share=accounts.value_added_share[p][:, q],
        input_share=accounts.input_share[p][:, q][:, :, q],
        tariff_rate=accounts.tariff_rate[p][:, p][:, :, q],
        trade_elasticity=accounts.trade_elasticity[q],
        value_added=accounts.value_added[p],
        deficit=accounts.deficit[p],
    )
    hat = random_iceberg(seed, n, j)
    one = solve(accounts, Shock(iceberg_hat=hat), tolerance=1e-11)
    other = solve(permuted, Shock(iceberg_hat=hat[p][:, p][:, :, q]), tolerance=1e-11)
    np.testing.assert_allclose(other.wage_hat, one.wage_hat[p], rtol=CLOSE)
    np.testing.assert_allclose(other.price_hat, one.price_hat[p][:, q], rtol=CLOSE)


@some
@given(seeds, economies, sectors, st.floats(0.2, 5.0))
def test_homogeneity_costs_that_all_change_alike_deflate_real_income_alike(seed, n, j, factor):
    """All iceberg costs, own ones included, times d: trade shares stay, and each price rises as if productivity
    had fallen by d in every sector."""
    accounts = random_accounts(seed, n, j)
    costs = solve(accounts, Shock(iceberg_hat=np.full((n, n), factor)), tolerance=1e-11)
    productivity = solve(accounts, Shock(productivity_hat=np.full(n, 1.0 / factor)), tolerance=1e-11)
    np.testing.assert_allclose(calc_real_income_hat(costs), calc_real_income_hat(productivity), rtol=CLOSE)
    np.testing.assert_allclose(costs.price_hat, productivity.price_hat, rtol=CLOSE)


@some
@given(seeds, economies, st.integers(2, 5))
def test_many_equal_sectors_are_one(seed, n, j):
    """Sectors with the same shares and elasticity, whatever their weight in consumption, are one sector."""
    flow, _, _ = random_flows(seed, n, 1, balanced=True)
    sales = flow[:, :, 0].sum(axis=1)
    share = np.random.default_rng(seed).uniform(0.4, 0.9, n)
    use = ((1 - share) * sales)[:, None, None]
    one = accounts_from_flows(flow.transpose(1, 0, 2), use, (share * sales)[:, None], [4.0])
    weight = np.random.default_rng(seed + 1).dirichlet(np.ones(j))
    many = EquilibriumAccounts(
        trade_share=np.repeat(one.trade_share, j, axis=2),
        consumption_share=np.tile(weight, (n, 1)),
        value_added_share=np.repeat(one.value_added_share, j, axis=1),
        input_share=one.input_share[:, :, :] * weight[None, :, None] * np.ones((1, 1, j)),
        tariff_rate=None,
        trade_elasticity=np.full(j, 4.0),
        value_added=one.value_added,
        deficit=one.deficit,
    )
    shock = Shock(iceberg_hat=random_iceberg(seed, n))
    a, b = solve(one, shock, tolerance=1e-11), solve(many, shock, tolerance=1e-11)
    np.testing.assert_allclose(calc_real_income_hat(b), calc_real_income_hat(a), rtol=CLOSE)


@some
@given(seeds, economies, st.integers(2, 5))
def test_one_sector_is_the_limit_of_many(seed, n, j):
    """Sectors whose shares and elasticities draw near to each other's draw near to the one sector, in proportion."""
    flow, _, _ = random_flows(seed, n, 1, balanced=True)
    one = armington_accounts(flow[:, :, 0].T, 4.0)
    random = np.random.default_rng(seed)
    apart = random.normal(0, 1, (n, n, j))
    theta = random.uniform(-1, 1, j)
    hat = random_iceberg(seed, n)
    limit = calc_real_income_hat(solve(one, Shock(iceberg_hat=hat), tolerance=1e-11))

    def gap(size):
        # Each sector's flows differ from the one's by `size`; made symmetric, so that trade stays balanced.
        different = flow * np.exp(size * (apart + apart.transpose(1, 0, 2))) / j
        many = accounts_from_flows(
            different.transpose(1, 0, 2),
            np.zeros((n, j, j)),
            different.sum(axis=1),
            4.0 * np.exp(size * theta),
        )
        return np.abs(
            calc_real_income_hat(solve(many, Shock(iceberg_hat=hat), tolerance=1e-11)) - limit
        ).max()

    assert gap(0.0) < CLOSE
    assert gap(1e-4) < 0.2 * gap(1e-3) + CLOSE
    assert gap(1e-3) < 0.01


@some
@given(seeds, economies, sectors, st.floats(0.2, 0.8))
def test_one_economy_or_two_alike_is_the_same(seed, n, j, part):
    """Economy 0 cut into two that buy from each other as from themselves."""
    flow, use, earned = random_flows(seed, n, j)
    theta = np.linspace(3.0, 6.0, j)
    cut = np.zeros((n + 1, n))
    cut[:n, :n] = np.eye(n)
    cut[0, 0], cut[n, 0] = part, 1.0 - part
    flow_cut = np.einsum("ai,bn,inj->abj", cut, cut, flow)
    use_cut = np.einsum("an,nkj->akj", cut, use)
    whole = accounts_from_flows(flow.transpose(1, 0, 2), use, earned, theta)
    halves = accounts_from_flows(flow_cut.transpose(1, 0, 2), use_cut, cut @ earned, theta)
    hat = random_iceberg(seed, n)
    which = np.r_[np.arange(n), 0]
    hat_cut = hat[np.ix_(which, which)]
    a = solve(whole, Shock(iceberg_hat=hat), tolerance=1e-11)
    b = solve(halves, Shock(iceberg_hat=hat_cut), tolerance=1e-11)
    np.testing.assert_allclose(b.wage_hat, a.wage_hat[which], rtol=CLOSE)
    np.testing.assert_allclose(calc_real_income_hat(b), calc_real_income_hat(a)[which], rtol=CLOSE)


@some
@given(seeds, economies, st.floats(1.0, 9.0), st.floats(0.3, 0.99), st.booleans())
def test_a_lower_own_import_cost_never_lowers_own_real_income(seed, n, theta, cut, one_partner):
    flow, _, _ = random_flows(seed, n, 1, balanced=True)
    accounts = armington_accounts(flow[:, :, 0].T, theta)
    hat = np.ones((n, n))
    hat[0, 1:] = cut
    if one_partner:
        hat[0, 2:] = 1.0
    solution = solve(accounts, Shock(iceberg_hat=hat), tolerance=1e-11)
    assert calc_real_income_hat(solution)[0] >= 1.0 - 1e-9
