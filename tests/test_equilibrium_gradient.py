"""The adjoint gradient against central differences of exact solutions."""

import numpy as np
import pytest

from equilibrium_cases import random_accounts, random_iceberg
from samarkand.engines.equilibrium import EquilibriumError, Shock, calc_gradient, exposure, solve
from samarkand.engines.equilibrium.measures import calc_real_income_hat

STEP = 1e-4
# Central differences err by STEP^2 times the third derivative (1e-8 here) and by the solutions' 1e-12 / STEP.
CLOSE = 1e-7


def outcome(accounts, weights, rule, **shock):
    solution = solve(accounts, Shock(**shock), deficit_rule=rule, tolerance=1e-12)
    return float(weights @ np.log(calc_real_income_hat(solution)))


@pytest.mark.parametrize("rule", ["fixed_nominal", "proportional", "purged"])
@pytest.mark.parametrize("tariffs", [False, True])
def test_gradient_is_the_central_difference(rule, tariffs):
    accounts = random_accounts(40, 7, 3, tariffs=tariffs)
    hat = random_iceberg(40, 7, 3)
    rate = np.full(7, 0.03)
    weights = np.array([1.0, 0.0, 0.5, 0.0, -0.2, 0.0, 0.0])
    solution = solve(accounts, Shock(iceberg_hat=hat, tax_rate=rate), deficit_rule=rule, tolerance=1e-12)
    gradient = calc_gradient(solution, weights)
    assert gradient.residual < 1e-8
    random = np.random.default_rng(41)
    for n, i, j in [(0, 0, 0), (0, 3, 1), (2, 0, 2)] + [tuple(random.integers((7, 7, 3))) for _ in range(5)]:
        sides = []
        for sign in (1, -1):
            moved = hat.copy()
            moved[n, i, j] *= np.exp(sign * STEP)
            sides.append(outcome(accounts, weights, rule, iceberg_hat=moved, tax_rate=rate))
        assert gradient.iceberg[n, i, j] == pytest.approx((sides[0] - sides[1]) / (2 * STEP), abs=CLOSE)
    for n, j in [(0, 0), (3, 2), (4, 1)]:
        sides = []
        for sign in (1, -1):
            productivity = np.ones((7, 3))
            productivity[n, j] = np.exp(sign * STEP)
            shock = {"iceberg_hat": hat, "tax_rate": rate, "productivity_hat": productivity}
            sides.append(outcome(accounts, weights, rule, **shock))
        assert gradient.productivity[n, j] == pytest.approx((sides[0] - sides[1]) / (2 * STEP), abs=CLOSE)


def test_the_largest_derivatives_hold_to_a_millionth():
    """Central differences of solutions at 1e-12, extrapolated from two steps: they err by STEP^4 and 1e-12 / STEP."""
    accounts = random_accounts(47, 9, 4, tariffs=True)
    hat = random_iceberg(47, 9, 4)
    weights = np.eye(9)[3]
    solution = solve(accounts, Shock(iceberg_hat=hat), tolerance=1e-12)
    gradient = calc_gradient(solution, weights).iceberg
    for flat in np.argsort(-np.abs(gradient), axis=None)[:40:5]:
        cell = np.unravel_index(flat, gradient.shape)
        slopes = []
        for step in (2e-3, 1e-3):
            sides = []
            for sign in (1, -1):
                moved = hat.copy()
                moved[cell] *= np.exp(sign * step)
                sides.append(outcome(accounts, weights, "fixed_nominal", iceberg_hat=moved))
            slopes.append((sides[0] - sides[1]) / (2 * step))
        assert gradient[cell] == pytest.approx((4 * slopes[1] - slopes[0]) / 3, rel=1e-6)


def test_the_gradient_under_transfers_labour_and_public_purchases():
    accounts = random_accounts(48, 6, 3, tariffs=True)
    weights = np.array([0.0, 1.0, 0.0, 0.3, 0.0, 0.0])
    given = 0.02 * accounts.value_added[1]
    rest = {
        "labour_hat": np.linspace(0.9, 1.2, 6),
        "transfer": np.array([given, -given, 0.0, 0.0, 0.0, 0.0]),
        "lump_sum_tax": 0.03 * accounts.value_added,
        "public_basket": np.tile([0.0, 0.2, 0.8], (6, 1)),
    }
    hat = random_iceberg(48, 6, 3)
    gradient = calc_gradient(solve(accounts, Shock(iceberg_hat=hat, **rest), tolerance=1e-12), weights)
    for cell in [(1, 1, 0), (1, 3, 2), (3, 1, 1), (0, 5, 2)]:
        sides = []
        for sign in (1, -1):
            moved = hat.copy()
            moved[cell] *= np.exp(sign * STEP)
            sides.append(outcome(accounts, weights, "fixed_nominal", iceberg_hat=moved, **rest))
        assert gradient.iceberg[cell] == pytest.approx((sides[0] - sides[1]) / (2 * STEP), abs=CLOSE)


def test_all_costs_together_are_minus_all_productivities_together():
    # Costs times d everywhere, own ones included, are productivity divided by d everywhere.
    accounts = random_accounts(42, 9, 4, tariffs=True)
    gradient = calc_gradient(solve(accounts, tolerance=1e-12), np.eye(9)[2])
    assert gradient.iceberg.sum() == pytest.approx(-gradient.productivity.sum(), rel=1e-7)


def test_odd_sizes_and_zero_flows():
    accounts = random_accounts(43, 5, 1, zeros=True)
    weights = np.eye(5)[4]
    gradient = calc_gradient(solve(accounts, tolerance=1e-12), weights)
    assert not gradient.iceberg[accounts.trade_share == 0].any()
    hat = np.ones((5, 5))
    sides = []
    for sign in (1, -1):
        hat[4, 1] = np.exp(sign * STEP)
        sides.append(outcome(accounts, weights, "fixed_nominal", iceberg_hat=hat))
    assert gradient.iceberg[4, 1].sum() == pytest.approx((sides[0] - sides[1]) / (2 * STEP), abs=CLOSE)


def test_exposure_is_first_order_and_no_more():
    accounts = random_accounts(44, 8, 3, balanced=True)
    weights = np.eye(8)[1]
    direction = np.log(random_iceberg(44, 8))
    sizes = np.array([1e-3, 1e-2, 1e-1])
    shocks = [Shock(iceberg_hat=np.exp(size * direction)) for size in sizes]
    shocks.append(Shock(productivity_hat=np.full(8, 1.001)))
    screened = exposure(accounts, shocks, weights)
    exact = [
        outcome(accounts, weights, "fixed_nominal", iceberg_hat=shock.iceberg_hat) for shock in shocks[:3]
    ]
    # The error is of second order: a tenth of the shock, a hundredth of the error.
    error = np.abs(screened[:3] - exact)
    assert error[0] < 0.02 * error[1] < 0.0004 * error[2] * 1.5
    assert screened[3] == pytest.approx(
        outcome(accounts, weights, "fixed_nominal", productivity_hat=np.full(8, 1.001)), rel=1e-2
    )


def test_exposure_refuses_what_it_does_not_cover():
    accounts = random_accounts(45, 4, 2)
    with pytest.raises(EquilibriumError, match="shock 1: exposure covers"):
        exposure(accounts, [Shock(), Shock(labour_hat=np.ones(4))], np.eye(4)[0])


def test_weights_of_another_size_are_refused():
    accounts = random_accounts(46, 4, 2)
    with pytest.raises(EquilibriumError, match="weights must have the shape"):
        calc_gradient(solve(accounts), np.ones(5))
