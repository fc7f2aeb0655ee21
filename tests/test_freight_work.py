"""Freight work: tonnes from values, and tonne-kilometres equal to tonnes times the length of each way."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr
from pydantic import ValidationError

from samarkand.world.accounts.tables import load_accounts
from samarkand.world.assumptions import load_assumptions
from samarkand.world.freight.assignment import calc_freight_work, calc_tonnes, nearest_class
from samarkand.world.freight.commodities import freight_table, load_freight
from samarkand.world.freight.mode_choice import classes_of_time
from samarkand.world.freight.path_finder import PathFinder
from samarkand.world.freight.skims import MODES, values_of_time
from samarkand.world.freight.unit_values import UnitValueRow, unit_values
from samarkand.world.network.tables import load_network

ENDS = ["GEO", "KGZ"]  # few cities, three modes between them


@pytest.fixture(scope="module")
def parameters():
    return load_assumptions().parameters


def test_tonnes_are_value_over_value_density_and_none_at_home():
    freight = freight_table(load_freight())
    flow = xr.DataArray(
        np.full((2, 2, 2), 3.0),
        {"origin": ["A", "B"], "destination": ["A", "B"], "sector": ["coal", "construction"]},
        ("origin", "destination", "sector"),
    )
    tonnes = calc_tonnes(flow, freight)
    coal = freight.sel(sector="coal")
    by_hand = 3e6 * float(coal["network_share"]) / float(coal["value_per_tonne"])
    assert float(tonnes.sel(origin="A", destination="B").sum()) == pytest.approx(by_hand)
    assert float(tonnes.sel(origin="A", destination="A").sum()) == 0.0
    assert float(tonnes.sum()) == pytest.approx(2 * by_hand)  # construction has no weight on the network


def test_an_exporter_s_own_value_of_a_tonne_counts_where_it_is_declared():
    freight = freight_table(load_freight())
    flow = xr.DataArray(
        np.full((3, 3, 2), 3.0),
        {"origin": ["MNG", "LUX", "AUS"], "destination": ["MNG", "LUX", "AUS"], "sector": ["ores", "metals"]},
        ("origin", "destination", "sector"),
    )
    of_ores = calc_tonnes(flow.sel(sector=["ores"]), freight).sum("vot_class")
    ores = freight.sel(sector="ores")
    own = own_values("ores")
    assert "LUX" not in own
    for exporter, value in {
        "MNG": own["MNG"],
        "AUS": own["AUS"],
        "LUX": float(ores["value_per_tonne"]),
    }.items():
        by_hand = 2 * 3e6 * float(ores["network_share"]) / value
        assert float(of_ores.sel(origin=exporter).sum()) == pytest.approx(by_hand, rel=1e-12)
    # 3.24 thousand million US$ of ores that Mongolia exports in the accounts; Montsame, 20 October 2022, counts 4.8
    # million tonnes in the year so far. At the sector's value they would be 18 million.
    assert 3240 / own["MNG"] == pytest.approx(4.8 * 12 / 9.65, rel=0.1)


def own_values(sector: str) -> dict[str, float]:
    return {row.exporter: row.value_per_tonne for row in unit_values() if row.sector == sector}


def test_values_of_a_tonne_beside_other_sources():
    coal, ores = own_values("coal"), own_values("ores")
    # January to July 2022: 16.4 million tonnes for 457.4 million US$ (https://www.mercosurnews.com/2022/09/02/
    # coal-exports-from-kazakhstan-up-2-1-times-in-january-july-2022/); what went to Europe became dearer after it.
    # The world pays seven times as much for a tonne as Kazakhstan's neighbours do.
    assert 457.4 / 16.4 < coal["KAZ"] < 0.5 * load_freight()["coal.value_per_tonne"]
    # Iron ore, 2020: 867 million tonnes for 78 thousand million US$, 342 for 25.8 (Opportimes after the Australian
    # government); 1.11 times as dear in 2022 (World Bank Pink Sheet). Lithium and copper come on top.
    assert ores["AUS"] == pytest.approx(1.11 * 78_000 / 867, rel=0.2)
    assert ores["BRA"] == pytest.approx(1.11 * 25_800 / 342, rel=0.25)


def sold_abroad(sector: str) -> dict[str, float]:
    """US$ m a year that each economy of the accounts sells abroad of a sector, the part of it on the network."""
    trade = load_accounts().trade_flow.sel(sector=sector)
    abroad = trade.where(trade["origin"] != trade["destination"], 0.0).sum("destination").to_series()
    return (abroad * float(freight_table(load_freight())["network_share"].sel(sector=sector))).to_dict()


def test_grain_weighs_more_than_fruit():
    farm, sold = own_values("agriculture"), sold_abroad("agriculture")
    # Kazakhstan sent 7.7 million tonnes of wheat and flour abroad in 2022, flour counted as wheat (Kazinform, 17 August
    # 2023, https://www.inform.kz/en/kazakhstan-to-export-over-6mln-tons-of-grain-this-year_a4102328/amp); barley and
    # oil seeds come on top. At the sector's value its exports would weigh 5 million tonnes.
    assert 7.7 < sold["KAZ"] / farm["KAZ"] < 1.4 * 7.7
    # The United States: some 145 million tonnes of grain and oil seeds in 2021 (Federal Grain Inspection Service).
    assert 145 < sold["USA"] / farm["USA"] < 1.3 * 145
    assert max(farm[code] for code in ("ARG", "RUS", "UKR", "KAZ", "FRA")) < min(
        farm[code] for code in ("CHL", "ECU", "ESP", "MEX", "NLD")
    )


@pytest.mark.parametrize("sector", ["metals", "chemicals"])
def test_the_world_weighs_the_same_whoever_sells_what_of_a_sector(sector):
    """Values of a tonne by industry share the sector's tonnes out over exporters and leave the world's as they are."""
    sold = sold_abroad(sector)
    own = {
        row.exporter: row.value_per_tonne
        for row in unit_values()
        if row.sector == sector and "OECD" in row.source
    }
    mean = load_freight()[f"{sector}.value_per_tonne"]
    shared_out = sum(sold[code] / value for code, value in own.items())
    assert shared_out == pytest.approx(
        sum(sold[code] for code in own) / mean, rel=2e-3
    )  # three digits in the table
    assert len({round(value) for value in own.values()}) > 30


def test_steel_makes_a_tonne_cheaper_and_medicine_dearer():
    """Four fifths are iron, steel and ferro-alloys: a tonne is worth less than in the world's mix. Medicine makes a
    tonne of Switzerland's chemicals worth more."""
    assert (
        own_values("metals")["KAZ"] < load_freight()["metals.value_per_tonne"] < own_values("metals")["AUS"]
    )
    assert own_values("chemicals")["CHE"] > load_freight()["chemicals.value_per_tonne"]


def test_gold_weighs_nothing():
    """Uzbekistan sold 4.6 of its 5.4 thousand million US$ of metals in gold, platinum metals and aluminium (BACI), at
    1.24 million US$ a tonne; the rest at the sector's 1,600: 1 / (0.843 / 1,240,000 + 0.157 / 1,600) = 10,200 a tonne.
    Ghana's 9.9 thousand million weighed 5 million tonnes at the sector's value, and Mali's gold 3 million.
    """
    own, sold = own_values("metals"), sold_abroad("metals")
    assert own["UZB"] == pytest.approx(1 / (0.843 / 1.24e6 + 0.157 / 1600), rel=0.01)
    assert sold["MLI"] / own["MLI"] < 1e-3  # million tonnes
    assert sold["GHA"] / own["GHA"] < 0.3
    assert "KAZ" in own  # of who is in the published table by its industries


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"value_per_tonne": 0, "low": 0}, "worth more than zero"),
        ({"low": -5}, "worth more than zero"),
        ({"value_per_tonne": 500}, "outside its range"),
        ({"flag": "verified"}, "address"),
        ({"year": "soon"}, "valid integer"),
    ],
)
def test_a_broken_value_of_a_tonne_is_refused(change, reason):
    row = {"exporter": "KAZ", "sector": "coal", "value_per_tonne": 66, "low": 30, "high": 200, "year": 2022}
    cited = {"source": "made up", "flag": "assumed"}
    assert UnitValueRow.model_validate(row | cited).value_per_tonne == 66
    with pytest.raises(ValidationError, match=reason):
        UnitValueRow.model_validate(row | cited | change)


def test_each_declared_value_of_a_tonne_is_of_a_sector_that_has_one():
    """A row of a sector or an economy that the accounts do not have would count for nothing, unseen."""
    declared, labels = load_freight(), set(load_accounts().trade_flow["origin"].to_numpy().tolist())
    for row in unit_values():
        assert declared[f"{row.sector}.value_per_tonne"] > 0
        assert row.exporter in labels


@pytest.mark.parametrize("mode", MODES)
def test_work_is_tonnes_times_the_length_of_the_way(mode, parameters):
    network = load_network()
    labels = classes_of_time(parameters)["vot_class"].to_numpy()
    goods = str(labels[2])
    tonnes = xr.DataArray(
        np.zeros((2, 2, labels.size)),
        {"origin": ENDS, "destination": ENDS, "vot_class": labels},
        ("origin", "destination", "vot_class"),
    )
    tonnes.loc["KGZ", "GEO", goods] = 1000.0
    cities = network.cities
    share = xr.DataArray(
        np.zeros((labels.size, len(cities), len(cities), len(MODES))),
        {
            "vot_class": labels,
            "origin_city": cities.index,
            "destination_city": cities.index,
            "mode": list(MODES),
        },
        ("vot_class", "origin_city", "destination_city", "mode"),
    )
    # By sea all goods take the way of the first search class: these, in haste, would cross the Caspian alone.
    search_class = 0 if mode == "sea" else nearest_class(parameters)[goods]
    ways = PathFinder(network, parameters, values_of_time(parameters)[search_class])
    by_hand, carried = {"road": 0.0, "rail": 0.0, "sea": 0.0}, 0.0
    for origin, one in cities[cities["iso3"] == "KGZ"].iterrows():
        for destination, other in cities[cities["iso3"] == "GEO"].iterrows():
            way = ways.find(origin, destination, mode)
            if way is None:
                continue
            parts = [
                place["population"] / cities.loc[cities["iso3"] == place["iso3"], "population"].sum()
                for place in (one, other)
            ]
            share.loc[{"origin_city": origin, "destination_city": destination, "mode": mode}] = 1.0
            carried += 1000.0 * parts[0] * parts[1]
            for step in way.steps:
                if step.kind not in ("access", "terminal", "port"):
                    by_hand[step.mode] += 1000.0 * parts[0] * parts[1] * step.km
    work = calc_freight_work(network, parameters, tonnes, share)

    # Both add up the same links; connectors of cities, terminals and ports to the road are on neither side.
    for each in MODES:
        measured = float(work.work.sel(mode=each).sum())
        assert measured == pytest.approx(by_hand[each], rel=1e-9)
    assert float(work.tonnes.sel(mode=mode)) == pytest.approx(carried)
    assert work.stranded == pytest.approx(1000.0 - carried)
    assert (carried < 999.0) == (mode == "rail")  # Osh and Karakol are far from the stations of their economy
    assert (work.ports["tonnes"].sum() > 0) == (mode == "sea")
    assert work.links["teu"].isna().all()  # none were given

    # What is laid in unit loads takes the same ways: twice the tonnes are twice the load of every link and port.
    both = calc_freight_work(network, parameters, tonnes, share, unit_loads=2 * tonnes)
    assert np.allclose(both.links["teu"], 2 * both.links["tonnes"], rtol=1e-12)
    assert np.allclose(both.ports["teu"], 2 * both.ports["tonnes"], rtol=1e-12)
    assert np.array_equal(both.links["tonnes"], work.links["tonnes"])
