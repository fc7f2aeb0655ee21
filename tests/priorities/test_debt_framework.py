"""Capacity, thresholds and signals of the joint debt framework, against its guidance note and at every boundary."""

from __future__ import annotations

import math
from datetime import date

import numpy as np
import pytest

from samarkand.core.faults import Faults
from samarkand.engines.debt.signal import is_breached, market_pressure, most_extreme, risk_signal, space
from samarkand.priorities.finance.debt_capacity import capacity, composite_indicator, means_of, signal_of
from samarkand.priorities.finance.debt_framework import CLASSES, RATIOS, covered, framework, ratings, vintages

RULES = framework()
# Guidance note of 2018, tables 6 and 7, in per cent: weak, medium, strong.
PUBLISHED = {
    "pv_gdp": (30, 40, 55), "pv_exports": (140, 180, 240), "service_exports": (10, 15, 21),
    "service_revenue": (14, 18, 23), "pv_public_gdp": (35, 55, 70),
}  # fmt: skip


def test_the_composite_indicator_of_the_guidance_note() -> None:
    # Table 4, current period: 1.19 + 0.13 + 0.14 + 1.29 - 0.40 + 0.48 = 2.82, to its two decimals.
    means = {
        "cpia": 3.09, "growth": 0.0481, "remittances": 0.0671, "reserves": 0.3176, "world_growth": 0.0353,
    }  # fmt: skip
    assert composite_indicator(RULES, means) == pytest.approx(2.82, abs=0.005)
    assert signal_of(RULES, composite_indicator(RULES, means)) == "medium"


@pytest.mark.parametrize("ratio", RATIOS)
def test_thresholds_are_those_of_the_guidance_note(ratio: str) -> None:
    ours = tuple(100 * RULES.thresholds(name)[ratio] for name in CLASSES)
    assert ours == pytest.approx(PUBLISHED[ratio], rel=1e-15)


def test_both_ends_of_medium_are_medium() -> None:
    up, down = math.inf, -math.inf
    assert [signal_of(RULES, x) for x in (2.69, 3.05)] == ["medium", "medium"]
    assert signal_of(RULES, math.nextafter(2.69, down)) == "weak"
    assert signal_of(RULES, math.nextafter(3.05, up)) == "strong"


@pytest.mark.parametrize(
    ("signals", "start", "force"),
    [
        (["medium"], None, "medium"),
        (["medium", "strong"], None, "medium"),  # one signal alone changes nothing
        (["medium", "strong", "strong"], None, "strong"),
        (["medium", "strong", "weak", "strong"], None, "medium"),
        (["medium", "strong", "weak", "weak"], None, "weak"),
        (["strong"], "medium", "medium"),
        (["strong", "strong"], "medium", "strong"),
        ([], "weak", "weak"),
    ],
)
def test_two_signals_in_a_row_change_the_class(signals: list[str], start: str | None, force: str) -> None:
    assert capacity(signals, start) == force


def test_means_cap_remittances_by_year_and_repeat_the_last_cpia() -> None:
    series = {
        "cpia": [3.0, 3.0, 3.0, 3.2, 3.4], "growth": [0.04] * 10, "remittances": [0.05] * 5 + [0.30] * 5,
        "reserves": [0.2, 0.4] * 5, "world_growth": [0.03] * 10,
    }  # fmt: skip
    means = means_of(RULES, series)
    assert means["cpia"] == pytest.approx((3.0 * 3 + 3.2 + 3.4 * 6) / 10, rel=1e-15)
    assert means["remittances"] == pytest.approx((0.05 + 0.154938) / 2, rel=1e-15)
    assert means["reserves"] == pytest.approx(0.3, rel=1e-15)  # squared after the mean: 0.09, not 0.1
    with pytest.raises(ValueError, match="growth has 9 years"):
        means_of(RULES, {**series, "growth": [0.04] * 9})


def path(*high: int, threshold: float = 0.4, years: int = 21) -> np.ndarray:
    """A ratio at its threshold, above it in some years."""
    return np.array([np.nextafter(threshold, np.inf) if year in high else threshold for year in range(years)])


@pytest.mark.parametrize(
    ("high", "breached"),
    [((), False), ((3,), False), ((0,), False), ((3, 4), True), ((0, 10), True), ((10, 11), False), ((11, 12), False)],
)  # fmt: skip
def test_one_year_is_discounted_and_years_beyond_the_tenth_do_not_count(
    high: tuple[int, ...], breached: bool
) -> None:
    assert bool(is_breached(path(*high), 0.4)) is breached


@pytest.mark.parametrize("ratio", range(4))
@pytest.mark.parametrize("capacity", CLASSES)
def test_the_signal_at_the_threshold_of_each_ratio(ratio: int, capacity: str) -> None:
    limits = np.array([RULES.thresholds(capacity)[name] for name in RATIOS[:4]])
    calm = np.stack([path(threshold=one) for one in limits])
    loud = calm.copy()
    loud[ratio] = path(2, 3, threshold=float(limits[ratio]))
    quiet, breach = is_breached(calm, limits), is_breached(loud, limits)
    assert [int(risk_signal(*one)) for one in ((quiet, quiet), (quiet, breach), (breach, quiet))] == [0, 1, 2]


def test_the_most_extreme_test_is_the_highest_after_the_first_year_and_single_spikes_are_discounted() -> None:
    flat, spike, missing = np.full(21, 0.30), np.full(21, 0.20), np.full(21, np.nan)
    spike[5] = 0.50
    assert int(most_extreme(np.stack([spike, flat, missing]), 0.4)) == 1  # 0.20 after the discount
    assert int(most_extreme(np.stack([spike, flat, missing]), 0.6)) == 0  # no breach, no discount
    first = spike.copy()
    first[0] = 0.45
    assert int(most_extreme(np.stack([first, flat]), 0.4)) == 0  # two breaches with the first year
    assert int(most_extreme(np.stack([flat, flat]), 0.4)) == 0  # the first of equals


def test_space_at_its_boundaries() -> None:
    # Box 1: a median shock of 20 % of the threshold (12 % for service), an upper quartile from 40 % (35 %).
    limits, median, upper = np.array([0.40, 0.15]), np.array([0.20, 0.12]), np.array([0.40, 0.35])

    def found(stock: float, service: float) -> int:
        return int(space(np.array([[stock] * 21, [service] * 21]), limits, median, upper))

    # Sums of a threshold and its share are exact here only in binary fractions; a hair is 1e-12.
    assert found(0.40 * 0.6 - 1e-12, 0.15 * 0.65 - 1e-12) == 2
    assert found(0.40 * 0.6 + 1e-12, 0.15 * 0.65 - 1e-12) == 1
    assert found(0.40 * 0.8 - 1e-12, 0.05) == 1
    assert found(0.40 * 0.8 + 1e-12, 0.05) == 0
    assert found(0.10, 0.15 * 0.88 + 1e-12) == 0
    one = np.array(
        [[0.1] * 4 + [0.41] + [0.1] * 16, [0.01] * 21]
    )  # a breach of one year is left out of the peak
    assert int(space(one, limits, median, upper)) == 2


@pytest.mark.parametrize(
    ("need", "spread", "pressure"),
    [(0.14, 0.057, 0), (0.15, 0.057, 1), (0.14, 0.058, 1), (0.15, 0.058, 2), (0.15, math.nan, 1)],
)
def test_market_pressure_at_its_benchmarks(need: float, spread: float, pressure: int) -> None:
    path = np.array([0.1, 0.1, need, 0.5])  # the fourth year does not count
    assert (
        int(market_pressure(path, RULES["benchmark_financing_need"], spread, RULES["benchmark_spread"]))
        == pressure
    )


def test_a_vintage_that_is_not_there_is_a_fault() -> None:
    assert vintages() == (2017,)
    with pytest.raises(Faults, match="vintage 2012: is no vintage"):
        framework(2012)
    assert "table 6" in RULES.evidence("threshold_pv_gdp_weak").source


def test_ratings_are_of_economies_under_the_framework_and_market_access_is_not_in_it() -> None:
    assert set(ratings()) < set(covered())
    assert len(covered()) == 70
    assert not {"MNG", "PAK", "MNE", "KAZ", "CHN", "GEO"} & set(covered())
    assert (ratings()["KGZ"].rating, ratings()["KGZ"].published) == ("moderate", date(2025, 6, 4))
    assert ratings()["TJK"].rating == ratings()["KEN"].rating == "high"
    assert ratings()["UZB"].rating == "low"
    assert ratings()["LAO"].rating == ratings()["DJI"].rating == ratings()["ETH"].rating == "in distress"
