"""Expected annual damage against integrals by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from samarkand.engines.expected_damage import calc_expected_damage

FIVE = np.array([10.0, 50.0, 100.0, 500.0, 1000.0])


def log_damage(periods, first=10.0, scale=7.0):
    """D = c ln(T / T0) from T0 on. Its integral over p = 1 / T is `c / T0`: with u = p T0, c / T0 times that of -ln u
    over (0, 1), which is 1."""
    return scale * np.log(np.asarray(periods) / first)


def power_damage(periods, first=10.0, scale=7.0, power=0.4):
    """D = c ((T / T0)^a - 1). Its integral is `c / T0 (1 / (1 - a) - 1)`."""
    return scale * ((np.asarray(periods) / first) ** power - 1.0)


@pytest.mark.parametrize(
    ("damage", "exact"),
    [(log_damage, 7.0 / 10.0), (power_damage, 7.0 / 10.0 * (1.0 / 0.6 - 1.0))],
    ids=["logarithm", "power"],
)
def test_200_return_periods_come_within_one_per_cent_of_the_integral(damage, exact, capsys):
    """The issue asks for 1 %. The tail beyond the rarest event is held at its damage, a lower bound: it must be far out
    for the power, whose tail carries p^(1 - a)."""
    periods = np.geomspace(10.0, 1e6, 200)
    found = calc_expected_damage(periods, damage(periods))
    assert found.total == pytest.approx(exact, rel=0.01)
    few = calc_expected_damage(FIVE, damage(FIVE))
    with capsys.disabled():
        print(
            f"\n{damage.__name__}: 200 return periods {found.total / exact - 1:+.2%}, "
            f"five {few.total / exact - 1:+.2%} (tail {few.tail_share:.0%} of the total)"
        )
    # By hand for the logarithm: sum (p[k] - p[k+1]) (D[k] + D[k+1]) / 2 + p D at 1,000 years.
    p, d = 1 / FIVE, damage(FIVE)
    by_hand = sum((p[k] - p[k + 1]) * (d[k] + d[k + 1]) / 2 for k in range(4)) + p[4] * d[4]
    assert few.total == pytest.approx(by_hand, rel=1e-12)  # the same sum in another order
    assert few.total > exact  # trapezoids lie above a curve that bends upwards


def test_protection_takes_away_what_is_more_frequent():
    periods = np.geomspace(10.0, 1e6, 200)
    # Integral of c ln(1 / (p T0)) from 0 to 1 / 100: c / 100 (ln 10 + 1).
    found = calc_expected_damage(periods, log_damage(periods), protection=100.0)
    assert found.total == pytest.approx(7.0 / 100.0 * (np.log(10.0) + 1.0), rel=0.01)  # as above
    assert found.before == 0.0


def test_two_events_by_hand():
    # p 0.1 and 0.01, D 10 and 40: 0.09 x 25 = 2.25; tail 0.01 x 40 = 0.4; before 0.9 x 10 = 9.
    found = calc_expected_damage(np.array([100.0, 10.0]), np.array([40.0, 10.0]))
    assert found == pytest.approx((2.25, 0.4, 9.0))
    assert found.tail_share == pytest.approx(0.4 / 2.65)
    # Defences to 20 years: p 0.05, D there 10 + 30 x 0.05 / 0.09; 0.04 x (26.67 + 40) / 2 = 1.3333.
    assert calc_expected_damage(np.array([10.0, 100.0]), np.array([10.0, 40.0]), 20.0) == pytest.approx(
        (4 / 3, 0.4, 0.0)
    )
    # To 200 years: only rarer events are left, and of them the damage at 100 years is all that is known.
    assert calc_expected_damage(np.array([10.0, 100.0]), np.array([10.0, 40.0]), 200.0) == (0.0, 0.2, 0.0)
    # One event alone has a tail and nothing else.
    assert calc_expected_damage(np.array([50.0]), np.array([3.0])).total == pytest.approx(0.06)
    assert np.isnan(calc_expected_damage(np.array([50.0]), np.array([0.0])).tail_share)


@settings(max_examples=50, deadline=None)
@given(
    st.lists(
        st.tuples(st.floats(1, 1e4), st.floats(0, 1e6)), min_size=1, max_size=8, unique_by=lambda x: x[0]
    ),
    st.floats(0, 2e4),
)
@example([(1.0, 2.0)], 2.2250738585072014e-308)
def test_more_protection_never_adds_damage_and_it_is_linear(events, protection):
    periods, damage = (np.array(column) for column in zip(*events, strict=True))
    damage = np.sort(damage)[np.argsort(np.argsort(periods))]  # rarer events do no less
    bare = calc_expected_damage(periods, damage)
    defended = calc_expected_damage(periods, damage, protection)
    slack = 1e-9 * (1.0 + bare.total)
    assert defended.total <= bare.total + slack
    assert calc_expected_damage(periods, 2 * damage, protection).total == pytest.approx(2 * defended.total)
    assert bare.total <= damage.max() + slack


@pytest.mark.parametrize(
    ("periods", "damage", "said"),
    [
        ([], [], "one damage"),
        ([10.0], [1.0, 2.0], "one damage"),
        ([0.5], [1.0], "from 1 on"),
        ([10.0, 10.0], [1.0, 2.0], "each once"),
        ([10.0], [-1.0], "from zero"),
        ([10.0], [float("nan")], "from zero"),
    ],
)
def test_events_that_cannot_be(periods, damage, said):
    with pytest.raises(ValueError, match=said):
        calc_expected_damage(np.array(periods), np.array(damage))
