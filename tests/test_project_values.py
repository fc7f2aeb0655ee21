"""Present values, rates of return and what else is said of a project's flows: beside peers and hand sums."""

from __future__ import annotations

import math

import numpy as np
import pytest
import pyxirr
from hypothesis import given
from hypothesis import strategies as st

from samarkand.engines.project_values import (
    calc_benefit_cost_ratio,
    calc_growth,
    calc_payback,
    calc_present_value,
    calc_rate_of_return,
    calc_switching_value,
)

MONEY = st.floats(0.01, 1e6)
RATES = st.floats(-0.5, 0.5)


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=60), RATES)
def test_a_present_value_is_that_of_pyxirr(flows: list[float], rate: float) -> None:
    # pyxirr adds the same products up in another order.
    scale = calc_present_value(np.abs(flows), rate)
    assert calc_present_value(flows, rate) == pytest.approx(pyxirr.npv(rate, flows), abs=1e-12 * scale, rel=0)


@given(st.lists(MONEY, min_size=1, max_size=10), st.lists(MONEY, min_size=1, max_size=50))
def test_a_rate_of_return_is_that_of_pyxirr(costs: list[float], benefits: list[float]) -> None:
    flows = [-one for one in costs] + benefits
    ours, theirs = calc_rate_of_return(flows).value, pyxirr.irr(flows)
    if math.isnan(ours):  # benefits are next to nothing, or of another size than costs
        assert sum(benefits) < 0.02 * sum(costs) or sum(benefits) > 50 * sum(costs)
    elif theirs is not None:
        assert ours == pytest.approx(theirs, abs=1e-6)
    # Whatever the peer says: at this rate the present value is zero, to the rounding of its parts.
    if not math.isnan(ours):
        parts = calc_present_value(np.abs(flows), ours)
        assert abs(calc_present_value(flows, ours)) <= 1e-8 * parts


def test_the_benefits_of_a_published_sample() -> None:
    """Sample EIRR Calculation 1 of the Asian Development Bank's Introductory Course on Economic Analysis of Investment
    Projects, session 2.4
    (info.5y1.org/calculate-npv-of-a-project_1_5d850e.html, read 2026-11-27): benefits from 2004 to
    2034 in US$ m, present values 48.1, 972.2 and 1020.3 at 12 %, the first year discounted too.

    What is printed is rounded to 0.1, up to 0.05 in each of 26 years whose factors add up to 4.5: 0.22 in the sum.
    """
    replacing = [0.0] * 5 + [1.5, 10.2, 11.0, 11.9] + [12.4] * 21 + [10.3]
    additional = [0.0] * 5 + [36.2, 243.3] + [239.6] * 23 + [247.6]
    both = [0.0] * 5 + [37.7, 253.5, 250.5, 251.4] + [251.9] * 21 + [257.9]
    for flows, printed in ((replacing, 48.1), (additional, 972.2), (both, 1020.3)):
        assert calc_present_value(flows, 0.12) / 1.12 == pytest.approx(printed, abs=0.22)


def test_the_rate_of_a_textbook() -> None:
    """100 paid, 10 a year for two years and 110: the rate of a bond at par is its coupon."""
    assert calc_rate_of_return([-100, 10, 10, 110]).value == pytest.approx(0.10, abs=1e-12)


@pytest.mark.parametrize(
    ("flows", "reason"),
    [
        ([-100, 230, -132], "change sign 2 times"),
        ([-1, -2], "no year in which benefits exceed costs"),
        ([5, 6], "there is no cost"),
        ([100, -50, -60], "benefits come before costs"),
        ([-1e9, 1e-9], "below"),
        ([-1, 1e6], "above"),
    ],
)
def test_a_rate_that_is_none_says_why(flows: list[float], reason: str) -> None:
    found = calc_rate_of_return(flows)
    assert math.isnan(found.value)
    assert reason in found.reason


def test_the_period_in_which_a_project_pays_back() -> None:
    assert calc_payback([-100, 30, 30, 30, 30, 30]) == pytest.approx(
        4 + 1 / 3
    )  # 90 after four years, 10 of 30 more
    assert math.isnan(calc_payback([-100, 30, 30]))
    assert calc_payback([10, 10]) == 0
    assert calc_payback([-10, 20, -20, 20]) == pytest.approx(3.5)  # the first time is not for good
    assert calc_payback([-100, 110], 0.1) == pytest.approx(2, abs=1e-9)  # all of the second year is needed


def test_a_switching_value_brings_the_whole_to_zero() -> None:
    costs, benefits = np.array([-100.0, 0, 0]), np.array([0.0, 66, 60.5])
    change = calc_switching_value(benefits, costs + benefits, 0.1)
    assert change == pytest.approx(100 / 110 - 1)  # worth 60 + 50
    assert calc_present_value(costs + (1 + change) * benefits, 0.1) == pytest.approx(0, abs=1e-12)
    assert math.isnan(calc_switching_value([0, 0], [1, 1], 0.1))


def test_a_ratio_of_benefits_and_costs() -> None:
    assert calc_benefit_cost_ratio([0, 110], [50, 55], 0.1) == pytest.approx(1.0)
    assert math.isnan(calc_benefit_cost_ratio([1], [0], 0.1))


def test_growth_lasts_and_fades() -> None:
    """2 % for two years; then 2/3, 1/3 and nothing of it."""
    by_hand = np.cumprod([1, 1.02, 1.02, 1 + 0.02 * 2 / 3, 1 + 0.02 / 3, 1, 1])
    assert calc_growth(range(7), 0.02, 2, 2) == pytest.approx(by_hand, rel=1e-15)
    assert calc_growth([-1], 0.02, 2, 2) == pytest.approx([1 / 1.02])
    assert calc_growth([5], 0.02, 2, 0) == pytest.approx([1.02**2])  # no fading: it ends at once


@pytest.mark.parametrize(
    "call",
    [
        lambda: calc_present_value([1, 2], -1),
        lambda: calc_present_value([], 0.1),
        lambda: calc_present_value([1, np.nan], 0.1),
        lambda: calc_present_value([[1, 2]], 0.1),
        lambda: calc_payback([1, 2], -2),
        lambda: calc_growth([1], -1, 1, 1),
        lambda: calc_growth([1], 0.1, -1, 1),
    ],
)
def test_what_has_no_value_is_refused(call: object) -> None:
    with pytest.raises(ValueError):
        call()  # type: ignore[operator]
