"""Spillovers of research through trade: by hand, as a range that begins at nothing, and never a headline."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import samarkand as sk
from samarkand.priorities.innovation.spillovers import calc_spillovers
from samarkand.priorities.registry import find_indicator
from samarkand.session import Session
from samarkand.world.economies.facts import COLUMNS, Facts
from toy import make_toy_world, toy_programme

SPENDING = {"CHN": 0.024, "DEU": 0.031, "POL": 0.014}


def test_spillovers_by_hand():
    """Two suppliers of equal size with research 100 and 300: mean 200; a quarter and three quarters: 250.

    With imports half of output and an elasticity of 0.3: 0.15 ln(250 / 200). Who buys from an unknown third one alone
    has none; own sales do not count.
    """
    research = np.array([100.0, 300.0, np.nan, 50.0])
    without = np.array([[9.0, 1, 1, 0], [1, 9, 1, 0], [1, 1, 9, 0], [2, 2, 0, 9]])
    with_ = without.copy()
    with_[3] = [1, 3, 0, 9]
    found = calc_spillovers(without, with_, research, np.full(4, 0.5), 0.3)
    assert found[3] == pytest.approx(0.15 * np.log(250 / 200))
    assert found[0] == pytest.approx(0)  # half of its imports are of known research
    without[0] = [9, 1, 2, 0]
    assert np.isnan(calc_spillovers(without, without, research, np.full(4, 0.5), 0.3)[0])


def world():
    rows = [
        (code, name, value, "", 2022, "made up", "observed")
        for code, share in SPENDING.items()
        for name, value in (("research_spending_share", share), ("gdp", 1e12))
    ]
    return replace(make_toy_world(), fact_table=Facts(pd.DataFrame(rows, columns=list(COLUMNS)), 2025))


def test_the_range_goes_from_nothing_to_the_estimate():
    found = sk.appraise(toy_programme(), world(), session=Session(), years=(2035,))
    rows = found.to_dataframe(["trade_spillovers"]).set_index("economy")
    kaz = rows.loc["KAZ"]
    assert kaz["value"] != 0
    assert sorted((kaz["low"], kaz["high"])) == pytest.approx(sorted((0.0, kaz["value"])), abs=1e-18)
    assert kaz["basis"] == "published"
    half = sk.appraise(
        toy_programme(), world(), session=Session(), years=(2035,), assumptions={"research_spillover": 0.147}
    )
    assert float(half["trade_spillovers"].sel(economy="KAZ")) == pytest.approx(kaz["value"] / 2, rel=1e-9)


def test_no_shock_no_spillovers():
    every = tuple(item.id for item in toy_programme().items)
    found = sk.appraise(toy_programme(), world(), session=Session(), years=(2035,), without=every)
    assert float(np.nanmax(np.abs(found["trade_spillovers"]))) == 0.0


def test_without_research_spending_the_file_is_named_and_it_is_no_headline():
    found = sk.appraise(toy_programme(), make_toy_world(), session=Session(), years=(2035,))
    assert found.reason_of("trade_spillovers") == "needs file: research spending: samarkand world import wdi"
    assert not find_indicator("trade_spillovers")[1].is_headline
    with_figures = sk.appraise(toy_programme(), world(), session=Session(), years=(2035,))
    assert "trade_spillovers" not in set(with_figures.headlines()["indicator"])
