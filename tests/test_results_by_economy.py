"""The snapshot of results by economy: sums by hand on the toy world, and changes in their order."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from docs import results_by_economy
from docs.results_by_economy import COLUMNS, TABLE, largest_changes, read, snapshot

import samarkand as sk
from samarkand.session import Session
from toy import make_toy_world, toy_programme


def test_a_snapshot_has_what_results_say(monkeypatch):
    monkeypatch.setattr(results_by_economy, "YEAR", 2035)
    world = make_toy_world()
    appraisal = sk.appraise(toy_programme(), world, session=Session(), years=(2035,))
    found = snapshot(appraisal)
    assert found.index.tolist() == list(world.labels)
    table = appraisal.results
    mine = table[
        (table["indicator"] == "real_income") & (table["scenario"] == "change") & (table["year"] == 2035)
    ].set_index("economy")["value"]
    np.testing.assert_allclose(found["real_income"], mine[found.index], rtol=1e-4)

    baseline = appraisal.states[-1].solved.baseline
    spent = bought = 0.0
    for sector in ("agriculture", "metals", "machinery"):
        share = float(baseline.setting.commodities["network_share"].sel(sector=sector))
        for origin in world.labels:
            if origin != "KAZ":
                at = {"origin": origin, "destination": "KAZ", "sector": sector}
                value = share * float(world.accounts.trade_flow.sel(at))
                spent += value * float(baseline.ad_valorem_cost.sel(at))
                bought += value
    assert found.loc["KAZ", "freight_cost_of_imports"] == pytest.approx(spent / bought, rel=1e-4)
    links = baseline.assignment.links.query("mode == 'rail'")
    ends = (links["economy_a"] == "KAZ").astype(float) + (links["economy_b"] == "KAZ")
    by_hand = (links["tonnes"] * links["km"] * ends).sum() / 2 / 1e9
    assert found.loc["KAZ", "work_rail"] == pytest.approx(by_hand, rel=1e-4)
    assert by_hand > 0


def test_changes_are_ranked_by_their_size_beside_the_figures():
    old = pd.DataFrame({name: [1.0, 1.0] for name in COLUMNS}, index=pd.Index(["AAA", "BBB"], name="economy"))
    new = old.copy()
    new.loc["BBB", "real_income"] = 2.0  # a half of the larger one
    new.loc["AAA", "work_rail"] = 0.25  # three quarters
    old.loc["AAA", "real_income"], new.loc["AAA", "real_income"] = 1e-9, 2e-9  # next to nothing
    table = largest_changes(old, new)
    assert table[["economy", "column", "change"]].to_numpy().tolist() == [
        ["AAA", "work_rail", -0.75],
        ["BBB", "real_income", 0.5],
    ]
    assert len(largest_changes(old, new, 1)) == 1


@pytest.mark.parametrize("name", [TABLE.name, "results-by-economy-before.csv"])
def test_the_committed_snapshots_have_every_economy(world, name):
    table = read(TABLE.with_name(name))
    assert table.index.tolist() == list(world.labels)
    assert table.columns.tolist() == list(COLUMNS)
    assert table.drop(columns="freight_cost_of_imports").notna().all(axis=None)
