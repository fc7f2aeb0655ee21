"""Recognition of standards by hand calculation, and that it reaches the equilibrium."""

from __future__ import annotations

from pathlib import Path

import pytest
import xarray as xr

import samarkand as sk
from samarkand.programme.channels.recognition import (
    TradeCostChange,
    calc_recognition_cost_hat,
    recognise,
    trade_cost_hat,
)
from samarkand.programme.model.models import Item
from samarkand.world.parameters import load_parameters

FILE = """
[programme]
id = "recognition"
title = "Recognition"

[[measure]]
id = "tests"
title = "Tests of machinery are accepted"
kind = "standards_recognition"
economies = ["CHN", "KAZ"]
status = "agreed"
opening = { date = 2026, source = "test" }
instrument = "conformity_assessment"
importers = ["CHN", "KAZ"]
exporters = ["CHN", "KAZ"]
"""


def measure(text: str, tmp_path: Path) -> Item:
    path = tmp_path / "recognition.toml"
    path.write_text(FILE + text)
    return sk.load_programme(path).measures[0]


def test_recognition_by_hand() -> None:
    """Half of trade is dearer by 9 % and saves 22.5 % of it: 1 - 0.5 x 0.02025 / 1.09 = 0.9907110; a fifth of it."""
    assert calc_recognition_cost_hat(1, 0.5, 0.09, 0.225) == pytest.approx(0.9907110, abs=1e-7)
    assert calc_recognition_cost_hat(0.2, 0.5, 0.09, 0.225) == pytest.approx(0.9981422, abs=1e-7)
    assert calc_recognition_cost_hat(1, 1, 0.09, 1) == pytest.approx(
        1 / 1.09
    )  # all of the rise is taken away


def test_goods_alone_between_economies_with_accounts(tmp_path: Path) -> None:
    one = measure('sectors = ["machinery", "business"]\n', tmp_path)
    (change,), gaps = recognise(one, load_parameters(), ("CHN", "KAZ", "ROW"))
    assert change.sectors == ("machinery",)
    assert [gap.what for gap in gaps] == ["business"]
    changes, gaps = recognise(one, load_parameters(), ("CHN", "ROW"))
    assert changes == []  # the rest of the world recognises nothing as a whole
    assert [gap.what for gap in gaps] == ["KAZ", "business"]


def test_only_the_named_pairs_and_nothing_twice() -> None:
    codes = ["CHN", "KAZ", "DEU"]
    freight = xr.DataArray(
        [[[0.98, 1.0]] * 3] * 3,
        dims=("origin", "destination", "sector"),
        coords={"origin": codes, "destination": codes, "sector": ["machinery", "business"]},
    )
    changes = [
        TradeCostChange("a", ("KAZ", "CHN"), ("CHN", "KAZ"), ("machinery",), 0.95),
        TradeCostChange("b", ("KAZ",), ("CHN",), ("machinery",), 0.99),
    ]
    hat = trade_cost_hat(changes, freight)
    both = {("CHN", "KAZ"), ("KAZ", "CHN")}
    for origin in codes:
        for destination in codes:
            pair = hat.sel(origin=origin, destination=destination)
            expected = 0.95 * 0.98 if (origin, destination) in both else 0.98
            assert float(pair.sel(sector="machinery")) == pytest.approx(expected)
            assert float(pair.sel(sector="business")) == 1.0


def test_recognition_reaches_the_equilibrium_and_not_the_freight_network(world, tmp_path: Path) -> None:
    path = tmp_path / "recognition.toml"
    path.write_text(FILE)
    appraisal = sk.appraise(path, world)
    income = appraisal["real_income"]
    assert (
        float(income.sel(economy="KAZ")) > float(income.sel(economy="CHN")) > 0
    )  # the smaller one trades more
    assert float(abs(appraisal["shipment_time"]).max()) == 0
    assert appraisal.counts.with_effect == 1
    # By hand, to first order and over the world (Hulten): what is saved on the trade of the pair, both ways.
    (change,), _ = recognise(measure("", tmp_path), load_parameters(), world.labels)
    flow = world.accounts.trade_flow.sel(sector=list(change.sectors))
    traded = float(
        flow.sel(origin="CHN", destination="KAZ").sum() + flow.sel(origin="KAZ", destination="CHN").sum()
    )
    spending = world.accounts.final_demand.sum(["origin", "sector"]).rename(destination="economy")
    gained = float((income * spending).sum())
    # Of second order: trade grows by theta (about 5) times 0.9 %, half of which counts: 2 %.
    assert gained == pytest.approx((1 - change.cost_hat) * traded, rel=0.04)
