"""Payments to carriers in the equilibrium: who pays once and who gets it, and that nothing is lost."""

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from equilibrium_cases import random_accounts, random_iceberg
from samarkand.engines.equilibrium import (
    Carriage,
    EquilibriumError,
    Shock,
    solve,
    solve_with_carriage,
    verify,
)
from samarkand.engines.equilibrium.carriage import NOTHING
from samarkand.engines.equilibrium.measures import calc_real_income_hat


def toll(rate, carrier, before=None):
    """Goods of all but the carrier pay it a part of what they are sold for abroad; `before`: what they paid before."""

    def carriage_of(solution):
        abroad = solution.trade_flow * (1.0 - np.eye(len(solution.income)))[:, :, None]
        abroad[carrier], abroad[:, carrier] = 0.0, 0.0
        paid = rate * abroad.sum(axis=0)
        if before is not None:
            paid = paid - before
        received = np.zeros(len(solution.income))
        received[carrier] = paid.sum()
        return Carriage(paid, received)

    return carriage_of


@given(
    seed=st.integers(0, 10_000), rate=st.floats(-0.02, 0.02), tariffs=st.booleans(), carrier=st.integers(0, 4)
)
@example(seed=0, rate=1e-15, tariffs=False, carrier=0)
@settings(max_examples=10, deadline=None)
def test_what_goods_pay_is_what_carriers_get(seed, rate, tariffs, carrier):
    accounts = random_accounts(seed, 5, 3, tariffs=tariffs)
    shock = Shock(iceberg_hat=random_iceberg(seed, 5, 3))
    carriage_of = toll(rate, carrier)
    solution = solve_with_carriage(accounts, shock, carriage_of)
    # Transfers hand on what buyers keep: over the world they add up to nothing.
    assert abs(solution.transfer.sum()) <= 1e-9 * accounts.value_added.sum()
    assert solution.certificate.carriage <= 1e-8  # the tolerance asked for
    assert verify(solution) < 1e-7
    wanted = carriage_of(solution)
    kept = np.einsum("nij,ij->n", solution.trade_flow, _rate(solution))
    if wanted.size <= NOTHING * accounts.value_added.sum():  # below the rounding of prices: nobody pays
        assert not np.any(solution.transfer)
        assert not np.any(kept)
        return
    assert solution.transfer + kept == pytest.approx(wanted.received, abs=1e-7 * max(wanted.size, 1e-12))
    # Spending of an economy is what it earns, its balance, duties, and what it gets as a carrier.
    duties = solution.wedge_revenue - kept
    spent = solution.value_added + duties + solution.deficit + wanted.received
    assert solution.private_spending == pytest.approx(spent, rel=1e-8)


def _rate(solution):
    rate = solution.shock.carriage_rate
    return np.zeros_like(solution.output) if rate is None else rate


def test_nothing_to_pay_is_the_solution_without_payments():
    accounts = random_accounts(3, 5, 3, tariffs=True)
    shock = Shock(iceberg_hat=random_iceberg(3, 5, 3))
    plain = solve(accounts, shock)
    same = solve_with_carriage(accounts, shock, toll(0.0, 1))
    assert same.shock.carriage_rate is None
    assert (same.price_hat == plain.price_hat).all()
    assert (same.private_spending == plain.private_spending).all()


def test_a_carrier_gains_what_is_no_longer_used_up():
    """To first order: one that carries for others gains the money, and the world no more and no less than it."""
    accounts = random_accounts(5, 6, 2, balanced=True)
    size = 1e-6
    hat = calc_real_income_hat(solve_with_carriage(accounts, Shock(), toll(size, 2)))
    spending = accounts.baseline_spending
    gain = (hat - 1.0) * spending
    paid = toll(size, 2)(solve(accounts)).paid.sum()
    assert gain.sum() == pytest.approx(paid, rel=0.02)
    assert gain[2] == pytest.approx(gain.max())
    # What others gain and lose is the terms of trade, which the carrier's purchases move.
    assert gain[2] > 0.5 * paid


def test_prices_to_buyers_are_those_without_payments_at_the_same_wages():
    """A rate alone, with no transfer: the sum of what is used up and what is kept is what it was."""
    accounts = random_accounts(8, 4, 3)
    rate = np.full((4, 3), 0.03)
    shock = Shock(iceberg_hat=random_iceberg(8, 4), carriage_rate=rate)
    assert shock.trade_cost_hat(accounts) == pytest.approx(
        Shock(iceberg_hat=shock.iceberg_hat).trade_cost_hat(accounts)
    )
    solution = solve(accounts, shock)
    assert verify(solution) < 1e-7
    assert solution.wedge_revenue == pytest.approx(0.03 * solution.trade_flow.sum(axis=(1, 2)), rel=1e-8)


def test_what_is_paid_beyond_the_baseline_alone_moves():
    """What was paid in the accounts already is taken off: an unchanged toll on unchanged trade moves nothing."""
    accounts = random_accounts(11, 5, 3)
    before = toll(0.02, 0)(solve(accounts)).paid
    same = solve_with_carriage(accounts, Shock(), toll(0.02, 0, before))
    assert calc_real_income_hat(same) == pytest.approx(np.ones(5), abs=1e-9)


def test_payments_out_of_balance_or_beyond_sales_are_refused():
    accounts = random_accounts(4, 4, 2)
    with pytest.raises(EquilibriumError, match="more than they receive"):
        solve_with_carriage(accounts, Shock(), lambda s: Carriage(0.01 * s.output, np.zeros(4)))
    huge = lambda s: Carriage(0.9 * s.output, 0.9 * s.output.sum(axis=1))  # noqa: E731
    with pytest.raises(EquilibriumError, match="more than half"):
        solve_with_carriage(accounts, Shock(), huge)
    with pytest.raises(EquilibriumError, match="above -1"):
        solve(accounts, Shock(carriage_rate=np.full((4, 2), -1.0)))
    with pytest.raises(EquilibriumError, match="cannot become a baseline"):
        solve(accounts, Shock(carriage_rate=np.full((4, 2), 0.01))).to_accounts()
