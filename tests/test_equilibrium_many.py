"""Many shocks side by side, and many starts for one."""

import pickle

import numpy as np
import pytest

from equilibrium_cases import random_accounts, random_iceberg
from samarkand.engines.equilibrium import EquilibriumError, Shock, find_equilibria, solve, solve_many, verify
from samarkand.engines.equilibrium.measures import calc_real_income_hat


def test_several_starts_end_in_the_same_place():
    accounts = random_accounts(25, 8, 4, tariffs=True)
    shock = Shock(iceberg_hat=random_iceberg(25, 8, 4))
    solution = solve(accounts, shock)
    random = np.random.default_rng(25)
    for _ in range(3):
        other = solve(accounts, shock, wage_guess=np.exp(random.normal(0, 0.5, 8)))
        np.testing.assert_allclose(other.wage_hat, solution.wage_hat, rtol=1e-7)
    near = solve(accounts, shock, start=solution)
    assert near.certificate.sweeps == 1


@pytest.mark.parametrize("tariffs", [False, True])
def test_flows_of_the_search_are_those_of_the_equations(tariffs):
    """Whatever is solved between them: the search's kernels are overwritten by the next."""
    accounts = random_accounts(27, 8, 4, tariffs=tariffs)
    cheaper = accounts.tariff_rate * 0.5 if tariffs else None
    shock = Shock(iceberg_hat=random_iceberg(27, 8, 4), tariff_rate=cheaper)
    found = solve(accounts, shock, with_flows=True)
    plain = solve(accounts, shock)
    np.testing.assert_allclose(found.trade_flow, plain.trade_flow, rtol=1e-12)
    np.testing.assert_allclose(found.trade_flow.sum(axis=0), found.output, rtol=1e-12)


def test_many_are_the_same_one_by_one_and_side_by_side():
    accounts = random_accounts(26, 10, 5)
    shocks = [Shock(iceberg_hat=random_iceberg(seed, 10)) for seed in range(12)]
    alone = [solve(accounts, shock) for shock in shocks]
    for workers in (1, 2, 3):
        together = solve_many(accounts, shocks, workers=workers)
        for one, other in zip(alone, together, strict=True):
            np.testing.assert_array_equal(one.wage_hat, other.wage_hat)
            np.testing.assert_array_equal(one.expenditure, other.expenditure)


@pytest.mark.parametrize(("n", "j"), [(5, 1), (9, 6), (13, 3)])
def test_the_last_bit_does_not_depend_on_what_runs_beside(n, j):
    """Side by side, memory lies differently every time; sums must not depend on where."""
    accounts = random_accounts(38, n, j, tariffs=True)
    shocks = [Shock(iceberg_hat=random_iceberg(seed, n, j)) for seed in range(10)]
    alone = solve_many(accounts, shocks)
    for _ in range(10):
        for one, other in zip(alone, solve_many(accounts, shocks, workers=3), strict=True):
            np.testing.assert_array_equal(other.wage_hat, one.wage_hat)
            np.testing.assert_array_equal(other.expenditure, one.expenditure)


@pytest.mark.parametrize("rule", ["fixed_nominal", "purged"])
def test_processes_give_what_threads_give_to_the_last_bit(rule):
    accounts = random_accounts(32, 8, 4)
    shocks = [Shock(iceberg_hat=random_iceberg(seed, 8)) for seed in range(5)]
    here = solve_many(accounts, shocks, deficit_rule=rule)
    there = solve_many(accounts, shocks, deficit_rule=rule, workers=2, by="processes")
    for one, other, shock in zip(here, there, shocks, strict=True):
        np.testing.assert_array_equal(other.wage_hat, one.wage_hat)
        np.testing.assert_array_equal(other.trade_flow, one.trade_flow)
        assert other.shock is shock
        assert other.certificate == one.certificate
        assert verify(other) < 2e-8


def test_processes_send_back_the_measure_alone():
    accounts = random_accounts(33, 6, 2)
    shocks = [Shock(iceberg_hat=random_iceberg(seed, 6)) for seed in range(3)]
    expected = [calc_real_income_hat(solve(accounts, shock)) for shock in shocks]
    for by in ("threads", "processes"):
        found = solve_many(accounts, shocks, workers=2, by=by, measure=calc_real_income_hat)
        np.testing.assert_array_equal(found, expected)


def test_a_process_that_fails_says_which_shock_and_where():
    accounts = random_accounts(27, 4, 2)
    shocks = [Shock(), Shock(lump_sum_tax=np.array([0.0, 0.0, 1e9, 0.0]))]
    with pytest.raises(EquilibriumError, match="shock 1: economy 2") as caught:
        solve_many(accounts, shocks, workers=2, by="processes")
    assert caught.value.economy == "economy 2"


def test_many_name_the_shock_that_fails():
    accounts = random_accounts(27, 4, 2)
    with pytest.raises(EquilibriumError, match="shock 1"):
        solve_many(accounts, [Shock(), Shock(lump_sum_tax=np.full(4, 1e9))])


def test_only_threads_and_processes():
    with pytest.raises(EquilibriumError, match="'threads' or 'processes'"):
        solve_many(random_accounts(27, 4, 2), [Shock()], by="magic")


def test_solutions_travel():
    solution = solve(random_accounts(34, 5, 2), Shock(iceberg_hat=random_iceberg(34, 5)))
    other = pickle.loads(pickle.dumps(solution))
    np.testing.assert_array_equal(other.trade_flow, solution.trade_flow)
    assert verify(other) == verify(solution)


def test_eight_starts_find_one_equilibrium():
    accounts = random_accounts(35, 7, 3, tariffs=True)
    shock = Shock(iceberg_hat=random_iceberg(35, 7, 3), tax_rate=np.full(7, 0.05))
    found = find_equilibria(accounts, shock)
    assert found.is_one
    assert found.starts == (8,)
    assert found.failed == 0
    same = solve(accounts, shock)
    np.testing.assert_array_equal(found.solutions[0].wage_hat, same.wage_hat)


def test_where_no_start_finds_anything_the_reason_is_given():
    accounts = random_accounts(35, 4, 2)
    with pytest.raises(EquilibriumError, match="private spending"):
        find_equilibria(accounts, Shock(lump_sum_tax=np.full(4, 1e9)), starts=2)


@pytest.mark.parametrize("guess", [np.ones(3), np.zeros(4), np.full(4, np.nan)])
def test_a_wage_guess_that_makes_no_sense_is_refused(guess):
    with pytest.raises(EquilibriumError, match="wage_guess must be 4 positive numbers"):
        solve(random_accounts(36, 4, 2), wage_guess=guess)


def test_a_start_of_another_size_is_refused():
    with pytest.raises(EquilibriumError, match="another size"):
        solve(random_accounts(36, 4, 2), start=solve(random_accounts(36, 5, 2)))
