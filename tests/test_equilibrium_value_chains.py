"""Value added in trade: by hand, its adding-up, and beside pymrio's Leontief inverse."""

import numpy as np
import pytest

from equilibrium_cases import random_accounts, random_iceberg
from samarkand.engines.equilibrium import EquilibriumError, Shock, accounts_from_flows, solve
from samarkand.engines.equilibrium.measures import calc_baseline_trade_flow, calc_exports
from samarkand.engines.equilibrium.value_chains import (
    calc_backward_participation,
    calc_baseline_value_chains,
    calc_domestic_value_added,
    calc_forward_participation,
    calc_input_coefficient,
    calc_solution_final_flow,
    calc_solution_value_chains,
    calc_value_added_absorbed,
    calc_value_added_content,
    calc_value_added_content_of_table,
    calc_value_added_in_exports,
)


def test_value_added_in_exports_adds_up():
    accounts = random_accounts(29, 6, 4)
    solution = solve(accounts, Shock(iceberg_hat=random_iceberg(29, 6)), tolerance=1e-12)
    for chains in (calc_baseline_value_chains(accounts), calc_solution_value_chains(solution)):
        total = chains.domestic_value_added + chains.foreign_value_added
        np.testing.assert_allclose(total, chains.exports, rtol=1e-11)
        # What is foreign in somebody's exports is somebody's forward participation.
        assert (chains.forward_participation * chains.exports).sum() == pytest.approx(
            chains.foreign_value_added.sum(), rel=1e-11
        )


def test_value_chains_by_hand():
    """Economy 1 sells parts for 1 to economy 2, made of labour alone; economy 2 sells back goods worth 1, half of
    whose cost is parts (2 of 4): exports of 2 contain half foreign value added, exports of 1 none."""
    flow = np.zeros((2, 2, 2))
    flow[0, 0] = [0.0, 3.0]
    flow[0, 1] = [2.0, 0.0]
    flow[1, 0] = [0.0, 2.0]
    flow[1, 1] = [0.0, 2.0]
    use = np.zeros((2, 2, 2))
    use[1, 0, 1] = 2.0
    earned = np.array([[2.0, 3.0], [0.0, 2.0]])
    chains = calc_baseline_value_chains(accounts_from_flows(flow.transpose(1, 0, 2), use, earned, [4.0, 4.0]))
    np.testing.assert_allclose(chains.exports, [2.0, 2.0])
    np.testing.assert_allclose(chains.domestic_value_added, [2.0, 1.0])
    np.testing.assert_allclose(chains.backward_participation, [0.0, 0.5])
    np.testing.assert_allclose(chains.forward_participation, [0.5, 0.0])


def model_content(accounts):
    return calc_value_added_content(
        accounts.trade_share, accounts.wedge, accounts.value_added_share, accounts.input_share
    )


@pytest.mark.parametrize("tariffs", [False, True])
def test_content_is_that_of_pymrio(tariffs):
    pymrio = pytest.importorskip("pymrio", reason="the extra `mrio` is not installed")
    accounts = random_accounts(50, 7, 4, tariffs=tariffs)
    content = model_content(accounts)
    size = 7 * 4
    coefficient = calc_input_coefficient(accounts.trade_share, accounts.wedge, accounts.input_share)
    inverse = pymrio.calc_L(coefficient.reshape(size, size))
    earned = np.repeat(np.eye(7), 4, axis=1) * accounts.value_added_share.ravel()
    np.testing.assert_allclose(content.reshape(7, size), earned @ inverse, rtol=0, atol=1e-13)
    # Tariffs are part of costs and nobody's value added.
    assert (content.sum(axis=0).max() < 1.0 - 1e-4) == tariffs


def test_a_table_in_the_models_proportions_gives_the_models_content():
    accounts = random_accounts(51, 6, 3)
    output = accounts.baseline_output
    table = calc_input_coefficient(accounts.trade_share, None, accounts.input_share) * output[None, None]
    content = calc_value_added_content_of_table(table, accounts.value_added_share * output)
    np.testing.assert_allclose(content, model_content(accounts), rtol=0, atol=1e-13)


def test_a_sector_that_produces_nothing_has_no_content():
    table = np.zeros((2, 2, 2, 2))
    table[0, 0, 1, 0] = 1.0
    content = calc_value_added_content_of_table(table, np.array([[2.0, 0.0], [1.0, 0.0]]))
    np.testing.assert_allclose(content[:, 1, 0], [0.5, 0.5])
    assert not content[:, :, 1].any()


def test_functions_by_economy_agree_with_the_totals():
    accounts = random_accounts(52, 5, 3)
    content, exports = model_content(accounts), calc_exports(calc_baseline_trade_flow(accounts))
    chains = calc_baseline_value_chains(accounts)
    domestic = calc_domestic_value_added(content, exports)
    np.testing.assert_allclose(domestic.sum(axis=1), chains.domestic_value_added, rtol=1e-13)
    np.testing.assert_array_equal(
        calc_backward_participation(content, exports), chains.backward_participation
    )
    np.testing.assert_array_equal(calc_forward_participation(content, exports), chains.forward_participation)
    by_source = calc_value_added_in_exports(content, exports)
    np.testing.assert_allclose(by_source.sum(axis=0), exports.sum(axis=1), rtol=1e-12)


def test_what_is_finally_used_absorbs_all_value_added():
    accounts = random_accounts(53, 6, 4)
    shock = Shock(iceberg_hat=random_iceberg(53, 6), tax_rate=np.full(6, 0.05))
    solution = solve(accounts, shock, tolerance=1e-12)
    content = calc_value_added_content(
        solution.trade_share, solution.wedge, accounts.value_added_share, accounts.input_share
    )
    absorbed = calc_value_added_absorbed(content, calc_solution_final_flow(solution))
    np.testing.assert_allclose(absorbed.sum(axis=1), solution.value_added, rtol=1e-11)
    np.testing.assert_allclose(absorbed.sum(axis=0), solution.private_spending + solution.tax, rtol=1e-11)


def test_no_exports_no_participation():
    content, exports = model_content(random_accounts(54, 3, 2)), np.zeros((3, 2))
    assert np.isnan(calc_backward_participation(content, exports)).all()
    assert np.isnan(calc_forward_participation(content, exports)).all()


def test_inputs_without_end_are_refused():
    everything = np.ones((1, 1, 1))
    with pytest.raises(EquilibriumError, match="never end"):
        calc_value_added_content(everything, None, np.full((1, 1), 0.1), everything)
