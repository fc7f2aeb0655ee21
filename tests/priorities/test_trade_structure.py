"""What trade is made of: by hand, beside pymrio on the embedded table, and what must add up."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from samarkand.engines.equilibrium import Shock, accounts_from_flows, solve
from samarkand.engines.equilibrium.measures import calc_exports
from samarkand.engines.equilibrium.value_chains import (
    calc_input_coefficient,
    calc_value_added_content,
    calc_value_chains,
)
from samarkand.priorities.trade.structure import (
    calc_comparative_advantage,
    calc_employment_shift,
    calc_largest_supplier_share,
    calc_supplier_concentration,
    calc_supplier_share,
    structure_of,
)

PARTS, CARS = 0, 1


@pytest.fixture
def pair():
    """Two economies, two sectors: parts of labour alone, cars of parts and labour; each sells the other one thing.

    Sales: A makes 4 parts (3 at home, 1 to B); B makes 3 parts (2 at home, 1 to A) and 6 cars (4 at home, 2 to A).
    All parts go into cars: A buys 3 + 1 parts and makes no cars, so they are final; B's cars use its 3 parts.
    """
    flow = np.zeros((2, 2, 2))  # [origin, destination, sector]
    flow[0, 0, PARTS], flow[0, 1, PARTS] = 3.0, 1.0
    flow[1, 0, PARTS], flow[1, 1, PARTS] = 1.0, 2.0
    flow[1, 0, CARS], flow[1, 1, CARS] = 2.0, 4.0
    use = np.zeros((2, 2, 2))  # [economy, input, user]
    use[1, PARTS, CARS] = 3.0
    earned = np.array([[4.0, 0.0], [3.0, 3.0]])
    return accounts_from_flows(flow.transpose(1, 0, 2), use, earned, [4.0, 4.0])


def test_value_added_in_exports_by_hand(pair):
    """B's cars of 6 use parts of 3, a third of them from A: a car of 1 holds 1/6 of A's value added and 5/6 of B's.

    Exports of B: 1 of parts (all its own) and 2 of cars (1/3 foreign). Exports of A: 1 of parts (all its own).
    """
    chains = structure_of(solve(pair, Shock())).chains
    np.testing.assert_allclose(chains.exports, [1.0, 3.0], rtol=1e-9)
    np.testing.assert_allclose(chains.domestic_value_added, [1.0, 3.0 - 1 / 3], rtol=1e-9)
    np.testing.assert_allclose(chains.foreign_value_added, [0.0, 1 / 3], atol=1e-9)
    np.testing.assert_allclose(chains.backward_participation, [0.0, 1 / 9], atol=1e-9)
    np.testing.assert_allclose(chains.forward_participation, [1 / 3, 0.0], atol=1e-9)


def test_suppliers_and_employment_by_hand(pair):
    made = structure_of(solve(pair, Shock()))
    # B's industries use 3 of parts: 1 from A, 2 from itself. A's use nothing.
    np.testing.assert_allclose(made.suppliers[1], [1 / 3, 2 / 3], rtol=1e-9)
    assert np.isnan(made.suppliers[0]).all()
    assert made.largest_supplier[1] == pytest.approx(1 / 3)
    assert made.concentration[1] == pytest.approx(1.0)  # one supplier abroad
    np.testing.assert_allclose(made.employment, [[1.0, 0.0], [0.5, 0.5]], rtol=1e-9)
    np.testing.assert_allclose(
        calc_employment_shift(made.employment, np.array([[1, 0], [0.4, 0.6]])), [0, 0.1]
    )


def test_comparative_advantage_by_hand():
    # Of 8 exported, half is of the first sector; the first economy exports it alone.
    exports = np.array([[2.0, 0.0], [2.0, 4.0], [0.0, 0.0]])
    expected = [[2.0, 0.0], [2 / 3, 4 / 3], [np.nan, np.nan]]
    np.testing.assert_allclose(calc_comparative_advantage(exports), expected)
    assert np.isnan(calc_comparative_advantage(np.array([[1.0, 0.0]]))[0, 1])  # nobody exports it


@given(arrays(float, (4, 3), elements=st.floats(0.1, 1e6)))
def test_the_worlds_mean_advantage_is_one(exports):
    weight = exports.sum(axis=1) / exports.sum()
    np.testing.assert_allclose(weight @ calc_comparative_advantage(exports), 1.0, rtol=1e-9)


@given(arrays(float, (5, 5), elements=st.floats(0.001, 1.0)))
def test_concentration_lies_between_equal_suppliers_and_one(raw):
    share = raw / raw.sum(axis=1, keepdims=True)
    concentration = calc_supplier_concentration(share)
    assert (concentration >= 1 / 4 - 1e-12).all()
    assert (concentration <= 1 + 1e-12).all()
    assert (calc_largest_supplier_share(share) <= 1).all()


@given(st.integers(0, 10**6))
def test_supplier_shares_add_up_to_one(seed):
    rng = np.random.default_rng(seed)
    share = rng.random((4, 4, 3)) + 0.01
    share /= share.sum(axis=1, keepdims=True)
    suppliers = calc_supplier_share(share, None, rng.random((4, 3, 3)), rng.random((4, 3)) + 0.1)
    np.testing.assert_allclose(suppliers.sum(axis=1), 1.0, rtol=1e-12)


def test_content_of_the_embedded_accounts_is_that_of_pymrio(appraisal):
    pymrio = pytest.importorskip("pymrio", reason="the extra `mrio` is not installed")
    accounts = appraisal.states[-1].without.accounts
    N, J = accounts.value_added_share.shape
    coefficient = calc_input_coefficient(accounts.trade_share, accounts.wedge, accounts.input_share)
    inverse = pymrio.calc_L(coefficient.reshape(N * J, N * J))
    earned = np.repeat(np.eye(N), J, axis=1) * accounts.value_added_share.ravel()
    expected = (earned @ inverse).reshape(N, N, J)
    solution = appraisal.states[-1].with_
    near = calc_value_added_content(
        solution.trade_share, solution.wedge, accounts.value_added_share, accounts.input_share
    )
    for start in (None, near):
        content = calc_value_added_content(
            accounts.trade_share, accounts.wedge, accounts.value_added_share, accounts.input_share, start
        )
        np.testing.assert_allclose(
            content, expected, rtol=0, atol=1e-12
        )  # two ways to sum a series of thousands


def test_decomposition_and_shares_of_the_default_programme_add_up(appraisal):
    for scenario in ("without", "with"):
        exports, own, foreign = (
            appraisal.array(name, scenario)
            for name in ("exports", "domestic_value_added_in_exports", "foreign_value_added_in_exports")
        )
        np.testing.assert_allclose(own + foreign, exports, rtol=1e-9)
        backward, forward = (
            appraisal.array(f"{way}_participation", scenario) for way in ("backward", "forward")
        )
        for share in (backward, forward):
            assert float(share.min()) >= 0
            assert float(share.max()) <= 1
        # What is foreign in somebody's exports is in somebody's forward participation.
        assert float((forward * exports).sum()) == pytest.approx(float(foreign.sum()), rel=1e-9)
        np.testing.assert_allclose(appraisal.array("supplier_share", scenario).sum("partner"), 1.0, rtol=1e-9)
        np.testing.assert_allclose(
            appraisal.array("employment_share", scenario).sum("sector"), 1.0, rtol=1e-9
        )
    moved = appraisal["employment_share"].where(lambda change: change > 0, 0.0).sum("sector")
    # What some sectors gain others lose; the shift of a programme that is ramped up is half of both.
    np.testing.assert_allclose(appraisal["employment_shift"], moved, atol=1e-12)


def test_value_chains_of_states_near_the_baseline_are_those_of_their_content(appraisal):
    state = appraisal.states[-1]
    before = structure_of(state.without)
    after = structure_of(state.with_, near=before)
    for solution, found in ((state.without, before.chains), (state.with_, after.chains)):
        accounts = solution.accounts
        content = calc_value_added_content(
            solution.trade_share, solution.wedge, accounts.value_added_share, accounts.input_share
        )
        expected = calc_value_chains(content, calc_exports(solution.trade_flow))
        for name in ("domestic_value_added", "foreign_value_added"):
            gap = np.abs(getattr(found, name) - getattr(expected, name)) / expected.exports
            assert gap.max() < 2e-12  # the bound, and a rounding of c0
        for name in ("backward_participation", "forward_participation"):
            np.testing.assert_allclose(getattr(found, name), getattr(expected, name), rtol=0, atol=2e-12)
    assert np.abs(after.chains.domestic_value_added / before.chains.domestic_value_added - 1).max() > 1e-6


def test_a_solution_far_from_the_other_is_solved_for_itself(pair):
    far = np.array([[1.0, 0.2], [0.2, 1.0]])
    near = structure_of(solve(pair, Shock()))
    solution = solve(pair, Shock(iceberg_hat=far))
    found = structure_of(solution, near=near).chains
    expected = structure_of(solve(pair, Shock(iceberg_hat=far))).chains
    np.testing.assert_allclose(found.domestic_value_added, expected.domestic_value_added, rtol=1e-11)
    np.testing.assert_allclose(found.forward_participation, expected.forward_participation, rtol=1e-11)


def test_the_baseline_is_kept_and_a_damaged_one_is_computed_again(pair, tmp_path, monkeypatch):
    monkeypatch.setenv("SAMARKAND_CACHE_DIR", str(tmp_path))
    first = structure_of(solve(pair, Shock())).chains
    (kept,) = tmp_path.glob("chains-*")
    for content in (kept.read_bytes(), b"damaged"):
        kept.write_bytes(content)
        again = structure_of(solve(pair, Shock())).chains
        np.testing.assert_array_equal(again.domestic_value_added, first.domestic_value_added)
    assert kept.read_bytes() != b"damaged"
    structure_of(solve(pair, Shock(iceberg_hat=np.array([[1.0, 1.1], [1.1, 1.0]]))))
    assert len(list(tmp_path.glob("chains-*"))) == 2
