"""The figures of docs/plausibility.md: means of changes by hand, and published costs that have the published means."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr
from docs import plausibility
from docs.plausibility import Variant, changes, mean_import_cost, published_costs, variant_table

from samarkand.appraisal import find_baseline
from samarkand.session import Session
from toy import make_toy_world, toy_programme

PLACES = ["AAA", "BBB", "CCC"]


def test_means_of_changes_by_hand() -> None:
    """Two classes of goods. AAA-BBB falls by 10 and 30 % at weights 3 and 1, so by 15 %; AAA-CCC by 40 % at weight 4.

    World: (4 x 15 + 4 x 40) / 8 = 27.5 %, plain (15 + 40) / 2; inside AAA and BBB 15 % both ways. Trade of an economy
    with itself, and a pair without a way, count nowhere.
    """
    dims = ("state", "vot_class", "origin", "destination")
    figure = np.full((2, 2, 3, 3), 100.0)
    figure[1, 0, 0, 1], figure[1, 1, 0, 1], figure[1, :, 0, 2] = 90.0, 70.0, 60.0
    figure[1, :, 0, 0] = 1.0
    figure[:, :, 2, 0] = np.nan
    trade = np.zeros((3, 3, 2))
    trade[0, 1], trade[0, 2], trade[0, 0], trade[2, 0] = (3, 1), (2, 2), (9, 9), (5, 5)
    coords = {"origin": PLACES, "destination": PLACES, "vot_class": ["low", "high"]}
    weighted, plain = changes(
        xr.DataArray(figure, {"state": ["without", "with"], **coords}, dims),
        xr.DataArray(trade, coords, ("origin", "destination", "vot_class")),
        {"AAA", "BBB"},
    )
    assert weighted == pytest.approx((-0.275, -0.15))
    assert plain == pytest.approx((-0.275, -0.15))


def test_published_costs_have_the_published_means() -> None:
    """Over goods that cross a border, by the trade of the toy world; services and trade at home keep their cost."""
    session, world = Session(), make_toy_world()
    baseline = find_baseline(session.ask(toy_programme(world), world, years=(2035,)), session)
    inside = {"CHN", "KAZ", "KGZ"}
    hat = published_costs(baseline, -0.011, -0.015, inside)
    goods = world.accounts.trade_flow.sel(sector=["agriculture", "metals", "machinery"])
    abroad = goods.where(goods["origin"] != goods["destination"], 0.0)
    between = abroad.where(
        abroad["origin"].isin(list(inside)) & abroad["destination"].isin(list(inside)), 0.0
    )
    for weight, mean in ((abroad, -0.011), (between, -0.015)):
        assert float(((hat - 1) * weight).sum() / weight.sum()) == pytest.approx(mean)
    assert (hat.sel(sector=["construction", "business"]) == 1).all()
    assert (hat.where(hat["origin"] == hat["destination"], 1) == 1).all()


def test_cost_of_imports_by_hand() -> None:
    """AAA buys 3 at 10 % from BBB and 1 at 30 % from CCC: 15 %. Its own goods, and what has no cost, do not count."""
    dims = {"origin": PLACES, "destination": PLACES, "sector": ["grain"]}
    cost, trade = np.full((3, 3, 1), 0.5), np.zeros((3, 3, 1))
    cost[1, 0], cost[2, 0], cost[0, 2] = 0.1, 0.3, np.nan
    trade[1, 0], trade[2, 0], trade[0, 0], trade[0, 2], trade[1, 2] = 3, 1, 9, 5, 2
    arrays = [xr.DataArray(one, dims, tuple(dims)) for one in (cost, trade)]
    assert mean_import_cost(*arrays, ["AAA"]) == pytest.approx(0.15)
    assert mean_import_cost(*arrays, ["CCC"]) == pytest.approx(0.5)


def test_the_table_leaves_out_what_is_not_known() -> None:
    row = Variant("straight in", *[(float("nan"),) * 2] * 4, (0.0012, 0.0034))
    assert list(variant_table(iter([row])))[-1] == "| straight in |  |  |  |  | +0.1200 / +0.3400 |"


def test_variants_are_read_as_they_were_written(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(plausibility, "VARIANTS", tmp_path / "variants.csv")
    rows = [
        Variant("lines", (-0.01, -0.02), (-0.03, -0.04), (-0.05, -0.06), (-0.07, -0.08), (0.001, 0.002)),
        Variant("straight in", *[(float("nan"),) * 2] * 4, (0.0012, 0.0034)),
    ]
    plausibility.write_variants(iter(rows))
    assert list(variant_table(plausibility.read_variants())) == list(variant_table(iter(rows)))
    assert list(variant_table(plausibility.read_variants()))[-2] == (
        "| lines | -1.00 / -2.00 | -3.00 / -4.00 | -5.00 / -6.00 | -7.00 / -8.00 | +0.1000 / +0.2000 |"
    )
