"""Value chains of states near a reference, beside dense inverses of their coefficients."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from equilibrium_cases import random_accounts, random_iceberg
from samarkand.engines.equilibrium import Shock, solve
from samarkand.engines.equilibrium import value_chains_nearby as nearby
from samarkand.engines.equilibrium.measures import calc_baseline_trade_flow, calc_exports
from samarkand.engines.equilibrium.value_chains import calc_input_coefficient, calc_value_chains
from samarkand.engines.equilibrium.value_chains_nearby import calc_reference, calc_value_chains_nearby

ROUNDING = 1e-12  # of c0, of single precision in what is small already, and of the dense inverse


def reference_of(accounts):
    exports = calc_exports(calc_baseline_trade_flow(accounts))
    return calc_reference(
        accounts.trade_share, accounts.wedge, accounts.value_added_share, accounts.input_share, exports
    )


def moved(reference, wedge, spread, seed):
    """Trade shares, wedges and exports of a state: all changed by about `spread`, shares adding up to one."""
    random = np.random.default_rng(seed)

    def factor(shape):
        return np.exp(random.normal(0.0, spread, shape))

    share = (reference.before if wedge is None else reference.before * wedge) * factor(reference.before.shape)
    total = share.sum(axis=1, keepdims=True)
    share = np.divide(share, total, out=np.zeros_like(share), where=total > 0)
    new_wedge = None if wedge is None else 1.0 + (wedge - 1.0) * factor(wedge.shape)
    return share, new_wedge, reference.exports * factor(reference.exports.shape)


def dense(reference, share, wedge, exports):
    """`calc_value_chains` from v (1 - A)^-1 with A written out."""
    N, J = exports.shape
    coefficient = calc_input_coefficient(share, wedge, reference.input_share).reshape(N * J, N * J)
    earned = np.repeat(np.eye(N), J, axis=1) * reference.value_added_share.ravel()
    return calc_value_chains((earned @ np.linalg.inv(np.eye(N * J) - coefficient)).reshape(N, N, J), exports)


def assert_within(found, expected, tolerance):
    exports = expected.exports
    np.testing.assert_allclose(found.exports, exports, rtol=1e-15)
    for name in ("domestic_value_added", "foreign_value_added"):
        gap = np.abs(getattr(found, name) - getattr(expected, name))
        assert (gap <= (2 * tolerance + ROUNDING) * exports).all(), name  # foreign is all less domestic
    for name in ("backward_participation", "forward_participation"):
        np.testing.assert_allclose(
            getattr(found, name), getattr(expected, name), rtol=0, atol=2 * tolerance + ROUNDING, err_msg=name
        )


@settings(deadline=None, max_examples=60)
@given(
    seed=st.integers(0, 10**6),
    economies=st.integers(2, 10),
    sectors=st.integers(1, 4),
    tariffs=st.booleans(),
    zeros=st.booleans(),
    spread=st.sampled_from([0.0, 1e-6, 1e-4, 1e-2]),
    tolerance=st.sampled_from([1e-3, 1e-6, 1e-9, 1e-12]),
)
def test_the_error_is_below_its_bound(seed, economies, sectors, tariffs, zeros, spread, tolerance):
    accounts = random_accounts(seed, economies, sectors, tariffs=tariffs, zeros=zeros)
    reference = reference_of(accounts)
    state = moved(reference, accounts.wedge, spread, seed)
    found = calc_value_chains_nearby(reference, *state, tolerance)
    if found is None:
        assert spread == 1e-2  # of all economies: not near for twelve digits
    else:
        assert_within(found, dense(reference, *state), tolerance)


@settings(deadline=None, max_examples=40)
@given(seed=st.integers(0, 10**6), tariffs=st.booleans(), spread=st.floats(1e-3, 3.0))
def test_a_far_state_is_exact_or_refused(seed, tariffs, spread):
    accounts = random_accounts(seed, 6, 3, tariffs=tariffs)
    reference = reference_of(accounts)
    state = moved(reference, accounts.wedge, spread, seed)
    found = calc_value_chains_nearby(reference, *state)
    if found is not None:
        assert_within(found, dense(reference, *state), 1e-12)


def test_a_far_state_is_refused():
    accounts = random_accounts(7, 6, 3)
    reference = reference_of(accounts)
    elsewhere = np.roll(accounts.trade_share, 1, axis=1)
    assert calc_value_chains_nearby(reference, elsewhere, None, reference.exports) is None


@pytest.mark.parametrize("tariffs", [False, True])
def test_solved_states(tariffs):
    accounts = random_accounts(8, 9, 4, tariffs=tariffs)
    reference = reference_of(accounts)
    solution = solve(accounts, Shock(iceberg_hat=random_iceberg(8, 9, spread=1e-4)), tolerance=1e-12)
    state = solution.trade_share, solution.wedge, calc_exports(solution.trade_flow)
    assert_within(calc_value_chains_nearby(reference, *state), dense(reference, *state), 1e-12)


def test_the_reference_itself():
    accounts = random_accounts(9, 7, 3, tariffs=True)
    reference = reference_of(accounts)
    state = accounts.trade_share, accounts.wedge, reference.exports
    assert calc_value_chains_nearby(reference, *state) is reference.chains
    assert_within(reference.chains, dense(reference, *state), 0.0)


def test_economies_that_move_more_than_single_precision_holds(monkeypatch):
    """Two economies of twelve change who they buy from: their own sums, and none of the others', need more digits."""
    accounts = random_accounts(14, 12, 3)
    reference = reference_of(accounts)
    share = accounts.trade_share.copy()
    share[:2] = moved(reference, None, 0.01, 14)[0][:2]
    state = share, None, reference.exports
    assert_within(calc_value_chains_nearby(reference, *state), dense(reference, *state), 1e-13)
    monkeypatch.setattr(nearby, "MOST_AGAIN", 0.0)
    assert calc_value_chains_nearby(reference, *state) is None


def test_whatever_output_the_reference_starts_from(monkeypatch):
    """The identity holds for any x0: a bad one only takes longer."""
    accounts = random_accounts(10, 8, 3)
    state = moved(reference_of(accounts), None, 1e-6, 10)
    monkeypatch.setattr(nearby, "START", 1.0)
    reference = reference_of(accounts)
    assert np.abs(reference.lacking).max() > 1e-2 * reference.exports.max()
    assert_within(calc_value_chains_nearby(reference, *state), dense(reference, *state), 1e-12)


def test_an_economy_that_no_longer_exports():
    accounts = random_accounts(11, 5, 3)
    reference = reference_of(accounts)
    share, wedge, exports = moved(reference, None, 1e-3, 11)
    exports[2] = 0.0
    found = calc_value_chains_nearby(reference, share, wedge, exports)
    expected = dense(reference, share, wedge, exports)
    assert found.domestic_value_added[2] == found.foreign_value_added[2] == 0.0
    assert np.isnan([found.backward_participation[2], found.forward_participation[2]]).all()
    assert_within(found, expected, 1e-12)


def test_negative_inputs_have_no_bound():
    accounts = random_accounts(12, 4, 3)
    inputs, earned = accounts.input_share.copy(), accounts.value_added_share.copy()
    earned[1, 0] += inputs[1, 2, 0] + 0.01
    inputs[1, 2, 0] = -0.01
    accounts = replace(accounts, input_share=inputs, value_added_share=earned, expenditure=None)
    reference = reference_of(accounts)
    state = moved(reference, None, 1e-4, 12)
    assert calc_value_chains_nearby(reference, *state) is None


def test_what_was_kept_gives_the_same_reference():
    accounts = random_accounts(13, 5, 2)
    reference = reference_of(accounts)
    again = calc_reference(
        accounts.trade_share, accounts.wedge, accounts.value_added_share, accounts.input_share,
        reference.exports, reference.solved,
    )  # fmt: skip
    state = moved(reference, None, 1e-3, 13)
    one, other = (calc_value_chains_nearby(each, *state) for each in (reference, again))
    np.testing.assert_array_equal(one.domestic_value_added, other.domestic_value_added)
    np.testing.assert_array_equal(one.forward_participation, other.forward_participation)
