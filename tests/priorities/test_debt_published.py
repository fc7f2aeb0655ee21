"""Our signal beside published ratings, from what published analyses say of their breaches; nothing is tuned.

Their ratios by year stand in tables that no source within reach holds, so that the rules from breaches to a signal are
compared here, and those from an indicator to a class. Ghana's ratios by year stand in test_debt_template.py.
"""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

from samarkand.engines.debt.signal import is_breached, risk_signal
from samarkand.priorities.finance.debt_capacity import capacity, signal_of
from samarkand.priorities.finance.debt_framework import SIGNALS, covered, framework
from samarkand.priorities.finance.debt_macro import Economy, Term
from samarkand.priorities.finance.debt_outcome import distress_of

RULES = framework(2017)
PATH = Path(__file__).parent.parent / "fixtures" / "debt_published.csv"
# Where our signal is another than the published rating, and why.
DIFFERENT = {
    (
        "UZB",
        "2020",
    ): "a stress test breaches and the rating is low: one year alone, or judgment; the text says neither"
}


def analyses() -> list[dict[str, str]]:
    lines = [line for line in PATH.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    return list(csv.DictReader(lines))


ROWS = analyses()
LABELS = [f"{row['economy']} {row['analysis']}" for row in ROWS]


def flags(count: str) -> list[bool]:
    """As many of the four external ratios as breach; which ones does not matter to the rule."""
    return [k < int(count or 0) for k in range(4)]


def signals(row: dict[str, str]) -> tuple[str, str]:
    """External and overall; a breach without a shock is one under stress too."""
    base, stressed = flags(row["external"]), flags(row["external_stress"])
    public, shocked = row["public"] == "yes", "yes" in (row["public"], row["public_stress"])
    outside = int(risk_signal(base, np.logical_or(base, stressed)))
    overall = int(risk_signal([*base, public], [*np.logical_or(base, stressed), shocked]))
    return SIGNALS[outside], SIGNALS[overall]


def distressed(row: dict[str, str]) -> bool:
    terms = {"arrears": float(row["arrears"] or 0), "restructuring": float(row["restructuring"] == "yes")}
    economy = Economy(row["economy"], (2024,), 2024, {}, {k: Term(v) for k, v in terms.items()})
    return bool(distress_of(economy, RULES))


@pytest.mark.parametrize("row", ROWS, ids=LABELS)
def test_breaches_as_published_give_the_rating_as_published(row: dict[str, str]) -> None:
    assert row["economy"] in covered()
    external, overall = signals(row)
    assert distressed(row) is (row["rating"] == "in distress")
    if distressed(row):
        assert (external, overall) == ("high", "high")  # distress stands beside the signal
        return
    same = external == row["rating"] and overall in (row["overall"], row["overall"] or overall)
    assert same is ((row["economy"], row["analysis"]) not in DIFFERENT)


def test_there_are_all_ratings_and_differences_have_their_reasons() -> None:
    assert {row["rating"] for row in ROWS} == {"low", "moderate", "high", "in distress"}
    assert len({row["economy"] for row in ROWS}) == 8
    assert all(row["address"].startswith("http") and row["read_on"] for row in ROWS)
    assert set(DIFFERENT) <= {(row["economy"], row["analysis"]) for row in ROWS}


def test_a_stress_test_that_breaches_and_a_low_rating_go_together_for_one_year_alone() -> None:
    """Uzbekistan, 2020: with one year above a threshold our signal is low as published, with two it is moderate."""
    limit = RULES.thresholds("medium")["service_exports"]
    path = np.full(11, limit)
    for years, word in ((1, "low"), (2, "moderate")):
        path[:years] = 1.01 * limit
        assert SIGNALS[int(risk_signal([False], [bool(is_breached(path, limit))]))] == word


@pytest.mark.parametrize("row", [row for row in ROWS if row["indicator"]], ids=lambda row: row["economy"])
def test_indicators_as_published_give_the_class_as_published(row: dict[str, str]) -> None:
    assert signal_of(RULES, float(row["indicator"])) == row["capacity"]


def test_two_weak_signals_made_ethiopia_weak() -> None:
    """In April and October 2022; the class before was another, which one the text does not say."""
    assert capacity(["weak"], "medium") == "medium"
    assert capacity(["weak", "weak"], "medium") == "weak"


def test_tajikistans_service_breaches_the_threshold_of_its_class_and_its_rating_is_high() -> None:
    """15.9 % of exports in 2021, below the threshold by 2028; years between are above it, by how much is not said."""
    limit = RULES.thresholds("medium")["service_exports"]
    assert limit == 0.15
    path = np.array([0.159] + [np.nextafter(limit, 1)] * 6 + [np.nextafter(limit, 0)] * 4)
    assert bool(is_breached(path, limit))
