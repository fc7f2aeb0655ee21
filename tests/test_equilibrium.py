"""The equilibrium against hand calculations and closed forms, and what must make it fail."""

import os
import subprocess
import sys
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

from equilibrium_cases import random_accounts, random_flows, random_iceberg
from samarkand.engines.equilibrium import (
    EquilibriumAccounts,
    EquilibriumError,
    Shock,
    accounts_from_flows,
    armington_accounts,
    solve,
    verify,
)
from samarkand.engines.equilibrium.measures import (
    calc_baseline_trade_flow,
    calc_exports,
    calc_imports,
    calc_real_income_hat,
    calc_real_wage_hat,
    calc_sector_labour_hat,
    calc_tariff_revenue,
)
from samarkand.engines.equilibrium.preparation import _cache_folder, prepare


def test_hand_solved_armington_of_two_economies():
    """Two economies, one sector, theta = 1; economy 1 earns 2 and imports a quarter, economy 2 earns 1 and
    imports half, so trade (1/2 each way) balances. Economy 1's import cost changes by k. With v = w1 / w2,

        share of imports in 1:  (1/4)/(k w2) / ((3/4)/w1 + (1/4)/(k w2)) = v / (3 k + v)
        share of imports in 2:  (1/2)/w1 / ((1/2)/w1 + (1/2)/w2)         = 1 / (1 + v)
        balance:                v / (3 k + v) * 2 v = 1 / (1 + v)   =>   k = (2 v^3 + 2 v^2 - v) / 3

    so that choosing v = 4/5 gives k = 188/375. The numeraire is 2 w1 + w2 = 3: w2 = 3 / (2 v + 1) = 15/13,
    w1 = 12/13. P1 = 1 / ((3/4)/w1 + (1/4)/(k w2)), P2 = 1 / ((1/2)/w1 + (1/2)/w2).
    """
    v = Fraction(4, 5)
    k = (2 * v**3 + 2 * v**2 - v) / 3
    assert k == Fraction(188, 375)
    w2 = 3 / (2 * v + 1)
    w1 = v * w2
    p1 = 1 / (Fraction(3, 4) / w1 + Fraction(1, 4) / (k * w2))
    p2 = 1 / (Fraction(1, 2) / w1 + Fraction(1, 2) / w2)
    accounts = armington_accounts([[1.5, 0.5], [0.5, 0.5]], 1.0)
    solution = solve(accounts, Shock(iceberg_hat=np.array([[1.0, float(k)], [1.0, 1.0]])), tolerance=1e-12)
    np.testing.assert_allclose(solution.wage_hat, [float(w1), float(w2)], rtol=1e-11)
    np.testing.assert_allclose(solution.price_hat[:, 0], [float(p1), float(p2)], rtol=1e-11)
    np.testing.assert_allclose(calc_real_income_hat(solution), [float(w1 / p1), float(w2 / p2)], rtol=1e-11)
    exports_of_1 = float(w2 / (1 + v))
    assert solution.trade_flow[1, 0, 0] == pytest.approx(exports_of_1, rel=1e-11)
    assert calc_imports(solution.trade_flow)[0, 0] == pytest.approx(exports_of_1, rel=1e-11)


def test_autarky_has_its_closed_form():
    # One sector, no inputs, balanced: real income falls to pi_nn^(1/theta) (Arkolakis, Costinot, Rodriguez-Clare
    # 2012). Costs a million times higher leave trade shares of order 1e-24 at theta = 4.
    flow, _, _ = random_flows(3, 6, 1, balanced=True)
    accounts = armington_accounts(flow[:, :, 0].T, 4.0)
    hat = np.full((6, 6), 1e6)
    np.fill_diagonal(hat, 1.0)
    solution = solve(accounts, Shock(iceberg_hat=hat))
    own = np.einsum("nnj->n", accounts.trade_share)
    np.testing.assert_allclose(calc_real_income_hat(solution), own**0.25, rtol=1e-7)


def test_autarky_with_inputs_has_its_closed_form():
    # One sector with inputs: the exponent is divided by the share of value added (Costinot, Rodriguez-Clare 2014).
    flow, _, _ = random_flows(4, 5, 1, balanced=True)
    sales = flow[:, :, 0].sum(axis=1)
    share = np.array([0.4, 0.5, 0.6, 0.45, 0.55])
    use = ((1 - share) * sales)[:, None, None]
    accounts = accounts_from_flows(flow.transpose(1, 0, 2), use, (share * sales)[:, None], [5.0])
    hat = np.full((5, 5), 1e5)
    np.fill_diagonal(hat, 1.0)
    own = np.einsum("nnj->n", accounts.trade_share)
    solution = solve(accounts, Shock(iceberg_hat=hat))
    np.testing.assert_allclose(calc_real_income_hat(solution), own ** (1 / (5.0 * share)), rtol=1e-7)


def test_uniform_productivity_has_its_closed_form():
    # Unit costs divided by A everywhere: relative prices stay, real income rises by A^(1/value-added share); with
    # equal shares in all sectors that is exact.
    flow, _, _ = random_flows(5, 4, 3, balanced=True)
    sales, spent = flow.sum(axis=1), flow.sum(axis=0)
    use = (0.5 * sales)[:, None, :] * (spent / spent.sum(axis=1, keepdims=True))[:, :, None]
    accounts = accounts_from_flows(flow.transpose(1, 0, 2), use, 0.5 * sales, [3.0, 4.0, 5.0])
    solution = solve(accounts, Shock(productivity_hat=np.full(4, 1.1)))
    np.testing.assert_allclose(calc_real_income_hat(solution), 1.1 ** (1 / 0.5), rtol=1e-7)


def test_more_labour_everywhere_is_more_of_everything():
    accounts = random_accounts(6, 4, 3)
    solution = solve(accounts, Shock(labour_hat=np.full(4, 1.2)))
    np.testing.assert_allclose(solution.wage_hat, 1 / 1.2, rtol=1e-7)
    np.testing.assert_allclose(calc_real_income_hat(solution), 1.2, rtol=1e-7)


def test_income_tax_spent_on_the_consumption_basket_moves_no_price():
    accounts = random_accounts(7, 4, 3)
    rate = np.array([0.1, 0.0, 0.02, 0.0])
    solution = solve(accounts, Shock(tax_rate=rate))
    np.testing.assert_allclose(solution.price_hat, 1.0, atol=1e-8)
    lost = rate * accounts.value_added / accounts.baseline_spending
    np.testing.assert_allclose(calc_real_income_hat(solution), 1.0 - lost, atol=1e-8)
    lump = solve(accounts, Shock(lump_sum_tax=rate * accounts.value_added))
    np.testing.assert_allclose(calc_real_income_hat(lump), 1.0 - lost, atol=1e-7)


def test_public_purchases_follow_their_basket():
    accounts = random_accounts(8, 4, 3)
    basket = np.tile([0.0, 0.0, 1.0], (4, 1))
    shock = Shock(tax_rate=np.full(4, 0.05), public_basket=basket)
    solution = solve(accounts, shock)
    assert verify(solution) < 2e-8
    assert (calc_sector_labour_hat(solution)[:, 2] > 1.0).all()
    assert (calc_sector_labour_hat(solution)[:, :2] < 1.0).all()


def test_a_sector_that_nobody_used_can_be_bought_by_the_public():
    flow = np.zeros((2, 2, 2))
    flow[:, :, 0] = [[3.0, 1.0], [1.0, 2.0]]
    share = np.zeros((2, 2, 2))
    share[:, :, 0] = (flow[:, :, 0] / flow[:, :, 0].sum(axis=0)).T
    share[:, :, 1] = np.eye(2)
    accounts = EquilibriumAccounts(
        trade_share=share,
        consumption_share=np.array([[1.0, 0.0], [1.0, 0.0]]),
        value_added_share=np.ones((2, 2)),
        input_share=np.zeros((2, 2, 2)),
        tariff_rate=None,
        trade_elasticity=np.array([4.0, 4.0]),
        value_added=np.array([4.0, 3.0]),
        deficit=np.zeros(2),
    )
    shock = Shock(tax_rate=np.array([0.1, 0.0]), public_basket=np.array([[0.0, 1.0], [1.0, 0.0]]))
    solution = solve(accounts, shock)
    assert solution.output[0, 1] == pytest.approx(0.1 * solution.value_added[0], rel=1e-7)


def test_a_transfer_is_a_transfer():
    accounts = random_accounts(9, 4, 2)
    given = 0.03 * accounts.value_added[0]
    transfer = np.array([-given, given, 0.0, 0.0])
    solution = solve(accounts, Shock(transfer=transfer))
    real = calc_real_income_hat(solution)
    assert real[0] < 1.0 < real[1]
    balance = (calc_imports(solution.trade_flow) - calc_exports(solution.trade_flow)).sum(axis=1)
    np.testing.assert_allclose(balance, accounts.deficit + transfer, atol=1e-6 * accounts.value_added.min())
    same = solve(accounts, Shock(deficit=accounts.deficit + transfer))
    np.testing.assert_allclose(calc_real_income_hat(same), real, rtol=1e-7)


def test_purged_baseline_has_no_deficits_and_is_an_equilibrium():
    accounts = random_accounts(10, 5, 3, tariffs=True)
    solution = solve(accounts, Shock(), deficit_rule="purged")
    assert not solution.deficit.any()
    np.testing.assert_allclose(calc_real_income_hat(solution), 1.0, atol=1e-11)
    balance = (calc_imports(solution.trade_flow) - calc_exports(solution.trade_flow)).sum(axis=1)
    assert np.abs(balance).max() < 1e-10 * accounts.value_added.sum()


def test_proportional_rule_keeps_spending_over_income_but_for_one_world_factor():
    accounts = random_accounts(11, 5, 3)
    shock = Shock(iceberg_hat=random_iceberg(11, 5))
    solution = solve(accounts, shock, deficit_rule="proportional")
    multiple = solution.private_spending / solution.income
    baseline = accounts.baseline_spending / accounts.baseline_income
    np.testing.assert_allclose(multiple / baseline, solution.balance_factor, rtol=1e-12)
    assert abs(solution.deficit.sum()) < 1e-9 * accounts.value_added.sum()


def test_rents_replace_a_burning_barrier():
    accounts = random_accounts(12, 4, 2)
    hat = np.full((4, 4), 1.1)
    np.fill_diagonal(hat, 1.0)
    burnt = solve(accounts, Shock(non_tariff_hat=hat))
    iceberg = solve(accounts, Shock(iceberg_hat=hat))
    np.testing.assert_allclose(calc_real_income_hat(burnt), calc_real_income_hat(iceberg), rtol=1e-12)
    rents = solve(accounts, Shock(non_tariff_hat=hat, non_tariff_burns=False))
    rate = np.repeat(hat[:, :, None] - 1.0, 2, axis=2)
    tariff = solve(accounts, Shock(tariff_rate=rate))
    np.testing.assert_allclose(calc_real_income_hat(rents), calc_real_income_hat(tariff), rtol=1e-7)
    assert not calc_tariff_revenue(rents).any()
    np.testing.assert_allclose(calc_tariff_revenue(tariff), tariff.wedge_revenue, rtol=1e-9)
    assert (calc_real_income_hat(rents) > calc_real_income_hat(burnt)).all()


def test_rents_cannot_fall_below_the_baselines():
    accounts = random_accounts(12, 4, 2)
    with pytest.raises(EquilibriumError, match="rent_rate"):
        solve(accounts, Shock(non_tariff_hat=np.full((4, 4), 0.9), non_tariff_burns=False))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"iceberg_hat": np.zeros((4, 4))}, "must be positive"),
        ({"iceberg_hat": np.ones((4, 3))}, "must have the shape"),
        ({"iceberg_hat": np.full((4, 4), np.nan)}, "not a finite number"),
        ({"tariff_rate": np.full((4, 4, 2), -1.0)}, "above -1"),
        ({"tax_rate": np.full(4, 1.0)}, "fraction"),
        ({"transfer": np.array([1.0, 0.0, 0.0, 0.0])}, "not to zero"),
        ({"public_basket": np.ones((4, 2))}, "add up to one"),
        ({"lump_sum_tax": np.full(4, -1.0)}, "negative"),
        ({"lump_sum_tax": np.full(4, 1e9)}, "private spending"),
    ],
)
def test_shocks_that_make_no_sense_are_refused(change, message):
    accounts = random_accounts(20, 4, 2)
    with pytest.raises(EquilibriumError, match=message):
        solve(accounts, Shock(**change))


def test_accounts_that_make_no_sense_are_refused():
    accounts = random_accounts(21, 3, 2)
    for change, message in [
        (
            {"trade_share": 0.9 * accounts.trade_share},
            r"trade shares of economy \d, sector \d add up to 0\.9",
        ),
        ({"consumption_share": 0.5 * accounts.consumption_share}, "consumption shares"),
        ({"value_added_share": 0.5 * accounts.value_added_share}, "cost shares"),
        ({"deficit": accounts.deficit + 1.0}, "not to zero"),
        ({"value_added": accounts.value_added[:2]}, "shape"),
        ({"trade_elasticity": np.array([0.0, 4.0])}, "positive"),
    ]:
        with pytest.raises(EquilibriumError, match=message):
            replace(accounts, **change)


def test_a_table_that_does_not_balance_is_refused_with_its_place():
    flow, use, earned = random_flows(22, 3, 2)
    earned[1, 0] *= 1.001
    with pytest.raises(EquilibriumError, match="UZB, food: sales"):
        accounts_from_flows(
            flow.transpose(1, 0, 2),
            use,
            earned,
            [4.0, 4.0],
            economies=("KAZ", "UZB", "CHN"),
            sectors=("food", "ore"),
        )


def test_baseline_of_a_balanced_table_is_an_equilibrium_to_rounding():
    accounts = random_accounts(23, 10, 6, tariffs=True)
    solution = solve(accounts, Shock(), tolerance=1e-12)
    assert solution.certificate.sweeps == 1
    assert solution.certificate.largest < 1e-12
    np.testing.assert_allclose(solution.trade_flow, calc_baseline_trade_flow(accounts), rtol=1e-11)


@pytest.mark.parametrize(("seed", "n", "j"), [(3, 40, 8), (1, 20, 4), (5, 60, 12)])
def test_money_that_is_too_high_everywhere_is_no_mode_of_its_own(seed, n, j):
    """All wages, costs and spending higher alike are another unit of account: no sweep is spent on it.

    Where the numeraire moved wages alone, spending stayed too high by the same amount in one sweep after another, until
    the acceleration had seen enough of them.
    """
    accounts, random = random_accounts(seed, n, j), np.random.default_rng(0)
    hat = 1.0 + 0.02 * random.random((n, n, j))
    hat[np.arange(n), np.arange(n)] = 1.0
    shock = Shock(iceberg_hat=hat)
    goals = 10.0 ** -np.arange(2.0, 11.0)
    told = [solve(accounts, shock, tolerance=goal).certificate.sweeps for goal in goals]
    assert max(np.diff(told)) <= 2, "each sweep or two is worth a digit"


def test_expenditure_implied_by_the_shares_is_the_tables():
    accounts = random_accounts(24, 6, 4, tariffs=True)
    implied = replace(accounts, expenditure=None).baseline_expenditure
    np.testing.assert_allclose(implied, accounts.expenditure, rtol=1e-12)


def test_pair_costs_and_the_same_by_sector_agree():
    accounts = random_accounts(28, 7, 3)
    hat = random_iceberg(28, 7)
    by_pair = solve(accounts, Shock(iceberg_hat=hat), tolerance=1e-12)
    by_sector = solve(accounts, Shock(iceberg_hat=np.repeat(hat[:, :, None], 3, axis=2)), tolerance=1e-12)
    np.testing.assert_allclose(by_pair.wage_hat, by_sector.wage_hat, rtol=1e-11)
    assert verify(by_pair) < 3e-12


def test_real_wage_is_real_income_without_tariffs_and_deficits():
    flow, _, _ = random_flows(30, 5, 1, balanced=True)
    accounts = armington_accounts(flow[:, :, 0].T, 5.0)
    solution = solve(accounts, Shock(iceberg_hat=random_iceberg(30, 5)), tolerance=1e-12)
    np.testing.assert_allclose(calc_real_wage_hat(solution), calc_real_income_hat(solution), rtol=1e-10)


def test_solutions_keep_no_second_copy_of_the_accounts():
    accounts = random_accounts(31, 4, 2)
    assert solve(accounts, Shock()).accounts is accounts
    assert prepare(accounts) is prepare(accounts)


def test_nothing_compiled_is_loaded_before_the_first_solution():
    code = "import samarkand.engines.equilibrium, sys; sys.exit('numba' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_compiled_code_is_cached_and_found_again():
    folder = _cache_folder()
    solve(random_accounts(37, 3, 2), Shock(iceberg_hat=random_iceberg(37, 3)))
    stored = list(folder.rglob("*.nbi"))
    # An environment may point numba elsewhere.
    assert stored or os.environ.get("NUMBA_CACHE_DIR")
