"""The embedded accounts: a closed system, observed where it says so, and near published totals."""

import json
from importlib.resources import files

import numpy as np
import pytest

from samarkand.core.conventions import REST_OF_WORLD
from samarkand.world.accounts.tables import calc_deficit, calc_input_share, calc_trade_share


def test_every_balance_holds(world):
    balances = world.accounts.balances()
    assert set(balances["balance"]) == {"supply", "cost", "spending", "world"}
    # Whole thousands of US$ added up in doubles: rounding of the sums only.
    assert balances["relative"].abs().max() < 1e-12


def test_no_cell_is_negative_and_everybody_trades(world):
    accounts = world.accounts
    for name in ("intermediate", "final_demand", "gross_output", "value_added"):
        assert float(getattr(accounts, name).min()) >= 0.0
    assert (accounts.exports > 0).all()
    assert (accounts.imports > 0).all()
    assert float(accounts.deficit.sum()) == pytest.approx(0.0, abs=1e-3)


def test_shares_add_up(world):
    accounts = world.accounts
    np.testing.assert_allclose(accounts.trade_share.sum("origin"), 1.0, rtol=1e-12)
    np.testing.assert_allclose(accounts.consumption_share.sum("sector"), 1.0, rtol=1e-12)
    costs = accounts.input_share.sum("sector").rename(use_sector="sector") + accounts.value_added_share
    np.testing.assert_allclose(costs, 1.0, rtol=1e-12)


def test_observed_flows_are_the_published_ones(world):
    """Single flows that the evidence of the source states, all sectors together, US$ m."""
    block = world.accounts.intermediate.sum(["sector", "use_sector"])
    for origin, destination, published in (
        ("CHN", "USA", 193_419),
        ("KAZ", "CHN", 13_686),
        ("CHN", "PAK", 5_086),
    ):
        # The figures are printed to a million; cells are kept to a thousand.
        assert float(block.sel(origin=origin, destination=destination)) == pytest.approx(published, abs=1.0)
    assert float(world.accounts.gross_output.sel(economy="USA").sum()) == pytest.approx(45.3e6, rel=2e-3)


def test_grades_say_what_is_observed(world):
    accounts = world.accounts
    assert accounts.grade("intermediate", "KAZ", "CHN") == "observed"
    assert accounts.grade("intermediate", "KAZ", REST_OF_WORLD) == "estimated"
    assert accounts.grade("final_demand", "KAZ") == "estimated"
    assert accounts.grade("intermediate", "KAZ", "UZB") == "estimated"
    assert accounts.grade("gross_output", "UZB") == "estimated"
    with pytest.raises(KeyError):
        accounts.grade("final_demand", "XXX")


def test_totals_are_near_published_ones(world):
    """Median absolute log error of exports and imports under 5 %; the balance is to these totals, hubs excepted."""
    facts = world.facts if world.facts.index.name == "iso3" else world.facts.set_index("iso3")
    for ours, published in ((world.accounts.exports, "exports"), (world.accounts.imports, "imports")):
        series = ours.to_series().drop(REST_OF_WORLD)
        error = np.log(series / (facts[published].reindex(series.index) / 1e6)).abs()
        assert error.median() < 0.05


def test_by_hand_two_economies_one_sector():
    import xarray as xr

    flow = xr.DataArray(
        [[[6.0], [2.0]], [[1.0], [3.0]]],
        {"origin": ["A", "B"], "destination": ["A", "B"], "sector": ["s"]},
        ("origin", "destination", "sector"),
    )
    share = calc_trade_share(flow)
    assert float(share.sel(destination="A", origin="B", sector="s")) == pytest.approx(1 / 7)
    assert calc_deficit(flow).to_series().to_dict() == {"A": -1.0, "B": 1.0}
    use = xr.DataArray(
        np.full((2, 1, 2, 1), 0.5),
        {"origin": ["A", "B"], "sector": ["s"], "destination": ["A", "B"], "use_sector": ["s"]},
        ("origin", "sector", "destination", "use_sector"),
    )
    output = xr.DataArray([[8.0], [4.0]], {"economy": ["A", "B"], "sector": ["s"]}, ("economy", "sector"))
    assert float(calc_input_share(use.sum("origin"), output).sel(economy="B")[0, 0]) == pytest.approx(0.25)


def test_the_manifest_describes_every_file_as_it_is(world):
    import hashlib

    folder = files("samarkand.world") / "embedded"
    there = {entry.name for entry in folder.iterdir() if entry.name.endswith((".parquet", ".npz", ".json"))}
    there.discard("manifest.json")
    listed = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["files"]
    assert there == set(listed)
    size = 0
    for name, entry in listed.items():
        content = (folder / name).read_bytes()
        size += len(content)
        assert hashlib.sha256(content).hexdigest() == entry["sha256"], name
        for source in entry["sources"]:
            assert source["licence"]
            assert source["attribution"]
            assert len(source["sha256"]) == 64
    assert size <= 11 * 2**20


def test_economies_and_the_rest(world):
    assert len(world.economies) >= 180
    assert all(len(code) == 3 for code in world.economies)
    corridors = {
        "UZB",
        "KGZ",
        "TJK",
        "TKM",
        "MNG",
        "IRN",
        "IRQ",
        "AZE",
        "GEO",
        "ARM",
        "LKA",
        "NPL",
        "KEN",
        "ETH",
    }
    corridors |= {"DJI", "TZA", "SRB", "AFG", "ZMB"}
    assert {"KAZ", "CHN", "PAK", "DEU"} | corridors <= set(world.economies)
    assert len(world.economies) - len(world.accounts.estimated) == 80
    assert "PRK" in world.inside_rest_of_world
    assert not set(world.economies) & set(world.inside_rest_of_world)


def test_estimated_economies_have_the_published_trade(world):
    """Exports and imports are balanced to the published ones, times or over the one factor that closes the world."""
    scale = world.manifest["files"]["accounts_flow.parquet"]["measures"]["scale_of_exports"]
    reduced = world.manifest["files"]["accounts_flow.parquet"]["measures"]["reduced_re_exports_usd_m"]
    for name, factor in (("exports", scale), ("imports", 1 / scale)):
        for code in world.accounts.estimated:
            published = float(world.facts.at[code, name]) / 1e6 - reduced.get(code, 0.0)
            found = float(getattr(world.accounts, name).sel(economy=code))
            # Flows under five thousand US$ are dropped from what is bought.
            assert found == pytest.approx(published * factor, rel=5e-3), (code, name)


def test_every_estimated_economy_says_what_from(world):
    from samarkand.world.accounts.tables import load_grades

    grades = load_grades()
    assert list(grades.index) == list(world.labels)
    assert set(grades.index[grades["grade"] == "estimated"]) == {*world.accounts.estimated, REST_OF_WORLD}
    assert (grades["estimated_from"] != "").all()
    assert "export partners" in grades.at["UZB", "estimated_from"]
    assert "sectors of GDP" in grades.at["VEN", "imputed"]
