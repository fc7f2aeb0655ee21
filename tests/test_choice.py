"""Mode choice: hand calculation and algebraic properties."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from numpy.typing import NDArray

from samarkand.engines.choice import (
    calc_composite_cost,
    calc_composite_cost_hat,
    calc_logsum,
    calc_logsum_of_shares,
    calc_shares,
    calc_utility,
)

costs = hnp.arrays(np.float64, (4, 3), elements=st.floats(10.0, 50_000.0))
constants = hnp.arrays(np.float64, (3,), elements=st.floats(-5.0, 5.0))
scales = st.floats(0.5, 12.0)


def test_hand_calculation() -> None:
    # Two modes at 100 and 200 US$, scale 2, no constants. Weights 1/100^2 and 1/200^2 stand as 4 to 1:
    # shares 0.8 and 0.2. Composite cost = (1/100^2 + 1/200^2)^(-1/2) = 100 / sqrt(1.25) = 89.442719...
    utility = calc_utility([100.0, 200.0], [0.0, 0.0], 2.0)
    assert calc_shares(utility) == pytest.approx([0.8, 0.2], rel=1e-14)
    assert calc_composite_cost([100.0, 200.0], [0.0, 0.0], 2.0) == pytest.approx(
        100 / np.sqrt(1.25), rel=1e-14
    )
    # The second mode at half its cost: C_hat = (0.8 + 0.2 * 2^2)^(-1/2) = 1.6^(-1/2).
    assert calc_composite_cost_hat([1.0, 0.5], [0.8, 0.2], 2.0) == pytest.approx(1.6**-0.5, rel=1e-14)
    # A constant of ln 4 on the second mode makes the odds even.
    assert calc_shares(calc_utility([100.0, 200.0], [0.0, np.log(4)], 2.0)) == pytest.approx([0.5, 0.5])


def test_unreachable_modes_take_no_share() -> None:
    cost = np.array([[100.0, np.inf], [np.inf, np.inf]])
    utility = calc_utility(cost, [0.0, 3.0], 2.0)
    assert calc_shares(utility).tolist() == [[1.0, 0.0], [0.0, 0.0]]
    assert calc_composite_cost(cost, [0.0, 3.0], 2.0).tolist() == pytest.approx([100.0, np.inf])
    assert calc_composite_cost_hat([np.inf, 1.0], [1.0, 0.0], 2.0) == np.inf


@pytest.mark.parametrize("bad", [0.0, -1.0, np.nan])
def test_costs_that_are_no_costs_are_refused(bad: float) -> None:
    with pytest.raises(ValueError, match="generalised cost"):
        calc_utility([100.0, bad], [0.0, 0.0], 2.0)
    with pytest.raises(ValueError, match="scale"):
        calc_utility([100.0, 200.0], [0.0, 0.0], bad)


@given(costs, constants, scales)
def test_shares_add_to_one(cost: NDArray, constant: NDArray, scale: float) -> None:
    shares = calc_shares(calc_utility(cost, constant, scale))
    # Three terms: rounding of a few units in the last place.
    np.testing.assert_allclose(shares.sum(axis=-1), 1.0, rtol=1e-14)
    assert (shares >= 0).all()


@given(costs, constants, scales, st.integers(0, 3), st.integers(0, 2), st.floats(0.01, 1.0))
def test_a_cheaper_mode_never_lowers_the_logsum_or_raises_the_composite_cost(
    cost: NDArray, constant: NDArray, scale: float, pair: int, mode: int, factor: float
) -> None:
    cheaper = cost.copy()
    cheaper[pair, mode] *= factor
    before = calc_logsum(calc_utility(cost, constant, scale))
    after = calc_logsum(calc_utility(cheaper, constant, scale))
    assert (after >= before - 1e-12 * np.abs(before)).all()
    composite = calc_composite_cost(cost, constant, scale)
    # exp and log each round: 1e-12 relative is some thousand units in the last place, far below any effect.
    assert (calc_composite_cost(cheaper, constant, scale) <= composite * (1 + 1e-12)).all()


@given(costs, constants, scales)
def test_the_logsum_of_shares_is_scipys(cost: NDArray, constant: NDArray, scale: float) -> None:
    cost = cost.copy()
    cost[0, 0], cost[1, :] = np.inf, np.inf
    utility = calc_utility(cost, constant, scale)
    np.testing.assert_allclose(
        calc_logsum_of_shares(utility, calc_shares(utility)), calc_logsum(utility), rtol=1e-12, atol=1e-12
    )


@given(costs, constants, scales, st.floats(0.1, 10.0))
def test_composite_cost_is_homogeneous_of_degree_one(
    cost: NDArray, constant: NDArray, scale: float, factor: float
) -> None:
    np.testing.assert_allclose(
        calc_composite_cost(factor * cost, constant, scale),
        factor * calc_composite_cost(cost, constant, scale),
        rtol=1e-11,
    )


@given(costs, costs, constants, scales)
def test_hat_form_equals_ratio_of_levels(
    before: NDArray, after: NDArray, constant: NDArray, scale: float
) -> None:
    shares = calc_shares(calc_utility(before, constant, scale))
    ratio = calc_composite_cost(after, constant, scale) / calc_composite_cost(before, constant, scale)
    np.testing.assert_allclose(calc_composite_cost_hat(after / before, shares, scale), ratio, rtol=1e-9)
