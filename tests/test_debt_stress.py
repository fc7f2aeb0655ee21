"""Stress tests of debt: the official template's growth test, residual financing by hand, and properties."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from debt_cases import COSTS, SIZES, TERMS, YEARS, baseline, changed
from samarkand.engines.debt import shocks
from samarkand.engines.debt.fan import debt_paths, draw_paths, percentiles
from samarkand.engines.debt.residual import Line, finance, unit_loan
from samarkand.engines.debt.shocks import Moments
from samarkand.engines.debt.stress import RATIOS, TESTS, run, run_alternative

# Official template of 12 August 2025 with its illustrative figures, 2024 to 2034, per cent: growth, deflator in US$,
# and present value of external debt over output without a shock and under B1; output under B1, US$ m.
GROWTH = [5.890694461231871, 8.859360587787224, 5.946712006192456, 5.111368229237456, 5.22043221380426]
DEFLATOR = [
    0.36712721194662734,
    -0.536652609270527,
    1.3606119504804948,
    1.529557818220595,
    1.8335895289394832,
]
WITHOUT = [44.885, 43.151, 41.226, 40.194, 38.604]
UNDER_B1 = [44.885, 46.955, 46.647, 45.479, 43.680]
OUTPUT_B1 = [45464.086073205704, 45239.05521556533, 46720.58699461124, 49859.793403264375, 53424.640512461716]
LOWERED = 3.429651461256367  # growth that the template gives to 2025 and 2026


def history_with(mean: float, deviation: float, years: int = 10) -> np.ndarray:
    """Ten years with this mean and this standard deviation of a sample."""
    swing = deviation * np.sqrt((years - 1) / years)
    return mean + swing * np.array([1.0, -1.0] * (years // 2))


def illustration() -> shocks.Baseline:
    """A baseline with the template's growth, deflator, output and present value."""
    growth, deflator = np.array(GROWTH) / 100, np.array(DEFLATOR) / 100
    step = (1 + growth) * (1 + deflator)
    gdp = OUTPUT_B1[0] * np.cumprod(step) / step[0]
    base = baseline(years=5)
    moments = Moments.of(history_with(0.06, 0.06 - LOWERED / 100))
    value, history = np.array(WITHOUT) / 100 * gdp, {**base.history, "growth": moments}
    return changed(base, growth=growth, gdp=gdp, pv_external=value, history=history)


def test_the_growth_test_is_that_of_the_official_template() -> None:
    base = illustration()
    under = shocks.output(base, SIZES)
    assert under.gdp == pytest.approx(OUTPUT_B1, rel=1e-12)  # both in double precision
    ratio = run(base, SIZES, TERMS, COSTS)["pv_gdp"]
    assert 100 * ratio[TESTS.index("B1")] == pytest.approx(
        UNDER_B1, abs=0.0011
    )  # both columns have three decimals
    times = ratio[TESTS.index("B1")] / ratio[0]
    assert times == pytest.approx([1, 1.08814, 1.13148, 1.13148, 1.13148], abs=5e-6)
    assert times[2:] == pytest.approx(times[2], rel=1e-14)


def test_the_lower_of_mean_and_baseline_is_settled_in_the_second_year() -> None:
    moments = Moments(np.array(0.04), np.array(0.02))
    assert shocks.lowered(np.array([0.05, 0.06, 0.01, 0.05]), moments, 1.0) == pytest.approx(
        [0.05, 0.02, 0.02, 0.05]
    )
    assert shocks.lowered(np.array([0.05, 0.03, 0.06, 0.05]), moments, 1.0) == pytest.approx(
        [0.05, 0.01, 0.04, 0.05]
    )
    assert shocks.lowered(np.array([0.05, 0.06, 0.06, 0.05]), moments, 0.5) == pytest.approx(
        [0.05, 0.03, 0.03, 0.05]
    )


def test_a_unit_loan_by_hand() -> None:
    stock, principal, left, interest = unit_loan(1, 3, 0.05, 5)
    assert stock == pytest.approx([1, 1, 0.5, 0, 0])
    assert principal == pytest.approx([0, 0, 0.5, 0.5, 0])
    assert left[0] == pytest.approx(0.5 / 1.05**2 + 0.5 / 1.05**3, rel=1e-15)
    assert interest[0] == pytest.approx(1 / 1.05 + 1 / 1.05**2 + 0.5 / 1.05**3, rel=1e-15)
    assert 0.05 * interest[0] + left[0] == pytest.approx(
        1, rel=1e-15
    )  # at the discount rate nothing is given
    with pytest.raises(ValueError, match="above grace"):
        unit_loan(3, 3, 0.05, 5)


def test_interest_on_what_was_borrowed_is_borrowed_and_principal_only_where_it_is_refinanced() -> None:
    need = np.array([100.0, 0.0, 0.0, 0.0, 0.0])
    line = Line(1.0, 0.10, 1, 3)
    (added,) = finance(need, [line], 0.05)
    # 100, then 10 on it, then 11 on 110, with 50 repaid of the first: 0 + 10, 110 + 11 - 50, ...
    assert added.interest == pytest.approx([0, 10, 11, 7.1, 2.31], rel=1e-15)
    assert added.principal == pytest.approx([0, 0, 50, 55, 10.5], rel=1e-15)
    assert added.present_value == pytest.approx(
        added.stock, rel=1e-15
    )  # dearer than 5 %: no more than is owed
    (rolled,) = finance(need, [line], 0.05, refinance=True)
    assert rolled.stock == pytest.approx(100 * 1.1 ** np.arange(5), rel=1e-14)  # nothing is ever paid back
    (cheap,) = finance(need, [Line(1.0, 0.0, 1, 3)], 0.05)
    assert cheap.present_value[:3] == pytest.approx(
        [50 / 1.05**2 + 50 / 1.05**3, 50 / 1.05 + 50 / 1.05**2, 50 / 1.05], rel=1e-15
    )


def test_no_shock_changes_nothing_and_a_shock_starts_in_the_second_year() -> None:
    base = baseline((3,))
    ratios = run(base, SIZES, TERMS, COSTS)
    expected = {
        "pv_gdp": base.pv_external / base.gdp, "pv_exports": base.pv_external / base.exports,
        "service_exports": base.service_external / base.exports,
        "service_revenue": base.service_external / base.revenue, "pv_public_gdp": base.pv_public / base.gdp,
    }  # fmt: skip
    for name in RATIOS:
        assert ratios[name][:, 0] == pytest.approx(expected[name], rel=1e-14)
        assert ratios[name][..., 0] == pytest.approx(
            np.repeat(expected[name][:, :1], len(TESTS), axis=1), rel=1e-14
        )


def test_many_economies_side_by_side_are_each_as_alone() -> None:
    many = baseline((4,), seed=2)
    together = run(many, SIZES, TERMS, COSTS)
    for k in range(4):
        paths = {name: value[k] for name, value in vars(many).items() if isinstance(value, np.ndarray)}
        paths = {name: value for name, value in paths.items() if name in many.__dataclass_fields__}
        history = {name: Moments(one.mean[k], one.deviation[k]) for name, one in many.history.items()}
        alone = run(shocks.Baseline(**paths, history=history), SIZES, TERMS, COSTS)
        for name in RATIOS:
            assert together[name][k] == pytest.approx(alone[name], rel=1e-12)


@pytest.mark.parametrize("test", [one for one in TESTS if one not in ("baseline", "A1", "C3")])
def test_a_shock_of_no_size_is_no_shock(test: str) -> None:
    """C3 and A1 have their own: no gap of prices, and means that are the baseline."""
    base = baseline()
    low = {
        name: Moments(np.array(9.0), np.array(0.0)) for name in base.history
    }  # the baseline is lower, no spread
    sized = (
        "depreciation",
        "disaster_debt",
        "disaster_growth",
        "disaster_exports",
        "calls",
        "market_depreciation",
    )
    none = replace(SIZES, **dict.fromkeys(sized, 0.0))
    costs = replace(COSTS, market_cost=0.0, market_maturity=10, market_share=1.0)
    ratios = run(changed(base, history=low), none, TERMS, costs)
    for name in RATIOS:
        # B3 takes growth off where exports shrink by themselves, as the template does: here they grow in both years.
        assert ratios[name][TESTS.index(test)] == pytest.approx(ratios[name][0], rel=1e-12)


def test_a_commodity_shock_closes_after_six_years() -> None:
    under = shocks.commodity(baseline(), SIZES)
    base = baseline()
    lost = 1 - under.exports / base.exports
    assert lost[:8] == pytest.approx([0, *(0.12 * k / 6 for k in (6, 5, 4, 3, 2, 1)), 0], abs=1e-15)
    share = base.revenue / base.gdp - under.revenue / under.gdp
    assert share[:8] == pytest.approx([0, *[0.015] * 3, 0.01125, 0.0075, 0.00375, 0], abs=1e-15)


def test_a_larger_gap_of_overvaluation_is_a_larger_fall() -> None:
    base = baseline()
    small, large = (
        run(base, replace(SIZES, depreciation=one), TERMS, COSTS)["pv_gdp"][TESTS.index("B5")]
        for one in (0.3, 0.45)
    )
    assert np.all(large[1:] > small[1:])


def test_paths_of_other_shapes_are_refused() -> None:
    with pytest.raises(ValueError, match="different shapes"):
        changed(baseline(), gdp=np.ones(3))


def test_a_fan_by_hand_and_its_spread() -> None:
    drawn = np.array([[[0.05, 0.04], [0.02, 0.02], [0.06, 0.06], [-0.01, 0.01]]])
    first = 0.5 * 1.06 / (1.05 * 1.02) + 0.01
    assert debt_paths(0.5, drawn)[0] == pytest.approx([first, first * 1.06 / (1.04 * 1.02) - 0.01], rel=1e-15)
    means = np.zeros((4, 5))
    history = np.random.default_rng(1).standard_normal((4, 10)) * np.array([[1.0], [2.0], [0.5], [0.1]])
    paths = draw_paths(means, history, 20_000, seed=7)
    # The spread of 100,000 draws of each variable: a standard error of 1/sqrt(2 x 100,000) = 0.22 %, four of them.
    spread = paths.transpose(1, 0, 2).reshape(4, -1)
    assert spread.std(axis=1) == pytest.approx(history.std(axis=1, ddof=1), rel=0.009)
    assert np.corrcoef(spread) == pytest.approx(np.corrcoef(history), abs=0.013)  # 4 / sqrt(100,000)
    assert np.array_equal(paths, draw_paths(means, history, 20_000, seed=7))
    without = draw_paths(means + 0.03, np.full((4, 10), 0.1), 3, seed=7)
    assert without == pytest.approx(np.full((3, 4, 5), 0.03), rel=1e-15)  # a history without spread: one path
    assert percentiles(np.array([[1.0], [2.0], [3.0]]), [0.5]) == pytest.approx(np.array([[2.0]]))


def test_an_alternative_scenario_by_hand_and_against_historical_averages() -> None:
    base = baseline()
    same = run_alternative(base, base, TERMS, COSTS)
    whole = run(base, SIZES, TERMS, COSTS)
    for name in RATIOS:
        assert np.array_equal(same[name], whole[name][0])  # no other path, no other debt
    # The means of A1 as paths of one's own are A1.
    means = {name: moments.mean for name, moments in base.history.items()}
    later = np.arange(YEARS) > 0
    step = np.where(later, (1 + means["growth"]) * (1 + means["deflator"]), base.gdp[0])
    gdp = np.cumprod(step)
    balance = np.where(later, (means["balance"] + means["fdi"]) * gdp - base.fdi, base.balance)
    spending = np.where(
        later, base.revenue * gdp / base.gdp + base.grants - means["primary"] * gdp, base.spending
    )
    other = changed(
        base, gdp=gdp, exports=base.exports * gdp / base.gdp, revenue=base.revenue * gdp / base.gdp, balance=balance,
        spending=spending,
    )  # fmt: skip
    found = run_alternative(base, other, TERMS, COSTS)
    for name in RATIOS:
        assert found[name] == pytest.approx(whole[name][TESTS.index("A1")], rel=1e-12)
    # One point of output less of the current account in one year is borrowed and bears 4 % from the next year on.
    less = base.balance.copy()
    less[1] -= 100.0
    more = run_alternative(base, changed(base, balance=less), TERMS, COSTS)
    added = (more["service_exports"] - same["service_exports"]) * base.exports
    assert added[:3] == pytest.approx([0.0, 0.0, 4.0], abs=1e-9)
