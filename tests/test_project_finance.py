"""Tax, debt service cover and loan life cover by hand."""

from __future__ import annotations

import numpy as np
import pytest

from samarkand.engines.project_finance import (
    calc_debt_service_cover,
    calc_loan_life_cover,
    calc_profit_tax,
)


def test_losses_are_carried_forward_until_they_are_set_off():
    # 30 + 20 of losses: 40 and 10 of the next profits are free, 15 of 25 is taxed.
    assert calc_profit_tax([-30, -20, 40, 25, 10], 0.2).tolist() == [0, 0, 0, 3, 2]
    two = calc_profit_tax([[-30, 40], [10, 40]], 0.5)
    assert two.tolist() == [[0, 5], [5, 20]]


def test_cover_is_cash_over_service_where_there_is_service():
    cover = calc_debt_service_cover([5, 12, 3], [0, 10, 4])
    assert np.isnan(cover[0])
    assert cover[1:].tolist() == [1.2, 0.75]


def test_loan_life_cover_is_the_value_of_cash_over_debt():
    """Debt 100 at 10 % over two equal payments of 57.62; cash 80 in each: 80 / 1.1 + 80 / 1.21 = 138.84."""
    cover = calc_loan_life_cover([0, 80, 80, 500], [0, 57.62, 57.62, 0], [0, 100, 52.38, 0], 0.1)
    assert cover[1] == pytest.approx((80 / 1.1 + 80 / 1.21) / 100)
    assert cover[2] == pytest.approx(80 / 1.1 / 52.38)
    assert np.isnan(cover[[0, 3]]).all()


def test_level_cash_over_a_level_loan_has_one_cover_throughout():
    """An annuity at the rate at which cash is discounted: both covers are cash over payment in every year."""
    rate, years, cash = 0.06, 8, 30.0
    payment = 100 * rate / (1 - (1 + rate) ** -years)
    owed = [100.0]
    for _ in range(years - 1):
        owed.append(owed[-1] * (1 + rate) - payment)
    life = calc_loan_life_cover(np.full(years, cash), np.full(years, payment), owed, rate)
    np.testing.assert_allclose(life, cash / payment, rtol=1e-12)


def test_nothing_is_covered_where_nothing_is_owed():
    assert np.isnan(calc_loan_life_cover([1, 2], [0, 0], [0, 0], 0.05)).all()
