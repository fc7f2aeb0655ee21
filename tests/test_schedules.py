"""Annuities against hand calculations, an independent sum of discounted payments, and their properties."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from samarkand.engines.schedules import calc_annuity, calc_present_value_of_annuity, calc_ramp_up


def test_annuity_by_hand() -> None:
    """1,000 over 3 years at 10 %: 1.1^-3 = 0.751314800902; 100 / (1 - 0.751314800902) = 402.1148036254."""
    assert calc_annuity(1000, 0.1, 3) == pytest.approx(402.1148036253776, rel=1e-12)
    # Paid down: 1000 -> 697.885 -> 365.559 -> 0.
    balance = 1000.0
    for _ in range(3):
        balance = balance * 1.1 - 402.1148036253776
    assert balance == pytest.approx(0, abs=1e-9)


def test_annuity_at_no_interest_is_the_principal_over_the_periods() -> None:
    assert calc_annuity(1200, 0.0, 24) == pytest.approx(50)
    assert calc_annuity(1200, 1e-12, 24) == pytest.approx(50, rel=1e-9)


def test_annuity_over_one_period_is_principal_and_interest() -> None:
    assert calc_annuity(100, 0.07, 1) == pytest.approx(107)


def test_annuity_of_arrays() -> None:
    result = calc_annuity(np.array([1000.0, 1200.0]), np.array([0.1, 0.0]), np.array([3.0, 24.0]))
    np.testing.assert_allclose(result, [402.1148036253776, 50.0], rtol=1e-12)
    assert calc_annuity(np.ones((2, 1)), np.full(3, 0.05), 10).shape == (2, 3)


@given(st.floats(0.001, 1e9), st.floats(0, 0.5), st.integers(1, 100))
def test_present_value_of_the_payments_is_the_principal(principal: float, rate: float, periods: int) -> None:
    """The sum of the payments, each discounted on its own, is what was borrowed."""
    payment = float(calc_annuity(principal, rate, periods))
    discounted = sum(payment / (1 + rate) ** period for period in range(1, periods + 1))
    # 100 terms each rounded to 1e-16, powers to 1e-14
    assert discounted == pytest.approx(principal, rel=1e-11)
    assert float(calc_present_value_of_annuity(payment, rate, periods)) == pytest.approx(principal, rel=1e-12)


@given(st.floats(0, 0.5), st.integers(1, 60))
def test_a_longer_life_costs_less_a_year_and_more_interest_costs_more(rate: float, periods: int) -> None:
    assert calc_annuity(1, rate, periods + 1) < calc_annuity(1, rate, periods)
    assert calc_annuity(1, rate + 0.01, periods) > calc_annuity(1, rate, periods)


@pytest.mark.parametrize(("rate", "periods"), [(-1, 10), (-2, 10), (0.05, 0), (0.05, -3)])
def test_impossible_terms_are_refused(rate: float, periods: float) -> None:
    for function in (calc_annuity, calc_present_value_of_annuity):
        with pytest.raises(ValueError, match="rate must be above -1"):
            function(100, rate, periods)


def test_ramp_up_by_hand() -> None:
    """Three years of ramp-up: a quarter in the year of opening, then a half, three quarters, all."""
    np.testing.assert_allclose(calc_ramp_up([-1, 0, 1, 2, 3, 9], 3), [0, 0.25, 0.5, 0.75, 1, 1])
    np.testing.assert_allclose(calc_ramp_up([-1, 0, 5], 0), [0, 1, 1])
    with pytest.raises(ValueError, match="negative"):
        calc_ramp_up(1, -1)
