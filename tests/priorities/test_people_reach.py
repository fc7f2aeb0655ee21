"""What reaches people: by hand on the toy world, each person once, cities without a way named.

Toy world, road speed 45 km/h and 9.9 hours at a border by road where nothing else is declared:

    Kashgar - Naryn - Bishkek   610 km: 610 / 45 + 9.9 = 23.46 hours; the road gate of the programme takes 2 off them
    Urumqi - Almaty             670 + 20 + 340 km: 32.79
    Baku - Poti                 850 km: 28.79

Urumqi has 200,000 inhabitants, Kashgar 100,000, Poti 40,000: where a market has 300,000, as assumed here, none of them
is one; all others are.
"""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import samarkand as sk
from samarkand.core.faults import Faults
from samarkand.engines.nearness import calc_hours_from
from samarkand.engines.routing import build_graph
from samarkand.priorities.social.command import people
from samarkand.priorities.social.page import page
from samarkand.priorities.social.reach import calc_people_within
from samarkand.priorities.social.reach_page import calc_groups, said_of_change
from samarkand.reports.pages import draw_chart, twin_of
from samarkand.session import Session
from toy import make_toy_world, toy_programme

ROAD_SPEED, BORDER = 45.0, 9.9


@pytest.fixture(scope="module")
def toy():
    return appraise(years=(2026, 2027, 2035))


def appraise(assumptions=None, years=(2035,), world=None, **terms):
    assumed = {"market_city": 300_000, **(assumptions or {})}
    where = world or make_toy_world()
    return sk.appraise(toy_programme(), where, session=Session(), years=years, assumptions=assumed, **terms)


def test_a_market_has_fifty_thousand_people_if_nobody_says_otherwise():
    found = appraise(assumptions={"market_city": 50_000}).array("people_left_out", "without").to_series()
    plain = sk.appraise(toy_programme(), make_toy_world(), session=Session(), years=(2035,))
    assert plain.array("people_left_out", "without").to_series().to_dict() == found.to_dict()
    assert found[found > 0].to_dict() == {"ROW": 40e3}  # Poti


def test_the_hours_of_the_module_are_those_of_the_parameters(toy):
    parameters = toy.states[-1].assumptions.parameters
    assert parameters["road_speed"] == ROAD_SPEED
    assert toy.array("city_market_hours", "without").sel(case="CHN Kashgar") == pytest.approx(
        610 / ROAD_SPEED + BORDER
    )


def test_people_within_hours_of_a_market_by_hand(toy):
    near = toy.array("people_near_market", "without")
    assert near.sel(economy="CHN").to_series().to_dict() == {
        "1 h": 37e6, "3 h": 37e6, "6 h": 37e6, "24 h": 37.1e6,
    }  # fmt: skip
    assert near.sel(economy="ROW").max() == 0  # Poti alone, 28.8 hours from Baku
    assert toy.array("people_left_out", "without").to_series().to_dict() == {
        "AZE": 0, "CHN": 300e3, "DEU": 0, "KAZ": 0, "KGZ": 0, "POL": 0, "ROW": 40e3,
    }  # fmt: skip


def test_hours_before_and_after_by_city(toy):
    change = toy["city_market_hours"]
    assert change.sel(case="CHN Kashgar") == pytest.approx(-2.0)  # the road gate: 6 hours become 4
    assert np.count_nonzero(change) == 1
    port = toy.array("city_port_hours", "without")
    assert port.sel(case="KAZ Almaty") > port.sel(case="CHN Urumqi") > 0
    assert port.sel(case="GEO Poti") == 0
    large = toy.array("city_large_city_hours", "without")
    assert large.sel(case="POL Gdansk") == pytest.approx(
        800 / ROAD_SPEED
    )  # to Hamburg; no border within the EU


@pytest.mark.parametrize(
    ("assumed", "economy", "case", "expected"),
    [
        ({"market_city": 150_000}, "CHN", "1 h", 37.2e6),  # Urumqi becomes a market
        ({"reach_freight_day": 23}, "CHN", "23 h", 37e6),  # Kashgar was at 23.5
        ({"reach_near": 0.5}, "CHN", "0.5 h", 37e6),
        ({"reach_half_day": 2}, "CHN", "2 h", 37e6),
    ],
)
def test_parameters_move_who_is_near(assumed, economy, case, expected):
    found = appraise(assumptions=assumed).array("people_near_market", "without")
    assert float(found.sel(economy=economy, case=case)) == expected


def test_a_longer_day_leaves_fewer_out_and_a_larger_city_fewer_near():
    assert (
        appraise(assumptions={"reach_day": 30}).array("people_left_out", "without").sum() == 200e3
    )  # Urumqi
    found = appraise(assumptions={"large_city": 20e6}).array("people_near_large_city", "without")
    assert found.sel(case="1 h").sum() == 24e6  # Shanghai


def test_people_near_items_by_hand(toy):
    """The railway ends in Kashgar and Bishkek; the port is at Poti; Aktau, of the ferry port, is no city."""
    near = toy["people_near_project"].sel(case="6 h").to_series()
    assert near["railway"] == 1.2e6
    assert near["sea-port"] == 40e3
    assert near["ferry-port"] == 0
    assert near["faster-line"] == 2e6  # Almaty; Samara is no city
    assert near["road-gate"] == 0
    assert np.isnan(near["power-plant"])
    rows = toy.to_dataframe(["people_near_project"]).set_index("project")
    assert "gives it a place" in rows.loc["power-plant", "reason"].iloc[0]


def test_people_near_several_items_are_counted_once(toy):
    """Bishkek and Almaty are 240 km apart, 15.2 hours with the border: within 16 hours of both lines, counted once."""
    assert toy.by_year("people_near_programme").sel(year=2026, economy="CHN").max() == 0  # Khorgos alone
    assert toy["people_near_programme"].sel(case="6 h").sum() == 1.2e6 + 2e6 + 40e3
    wide = appraise(assumptions={"reach_day": 16})
    each = wide["people_near_project"].sel(case="16 h")
    assert each.sel(project="railway") == 0.1e6 + 1.1e6 + 2e6
    assert each.sel(project="faster-line") == 2e6 + 1.1e6
    together = wide["people_near_programme"].sel(case="16 h")
    assert together.sel(economy="KGZ") == 1.1e6
    assert together.sel(economy="KAZ") == 2e6


def test_a_city_without_a_way_is_named():
    """Poti without its roads, its railway and its port."""
    world = make_toy_world()
    network = world.network

    def without_poti(tables):
        nodes = tables.nodes
        poti = nodes.index[(nodes["lat"] == 42.15) & (nodes["lon"] == 41.67)][0]
        keep = (tables.links["u"] != poti) & (tables.links["v"] != poti)
        number = np.cumsum(keep) - 1
        crossings = tables.crossings[keep[tables.crossings["link"]].to_numpy()]
        crossings = crossings.assign(link=number[crossings["link"]].to_numpy())
        return replace(
            tables,
            links=tables.links[keep].reset_index(drop=True),
            crossings=crossings.reset_index(drop=True),
        )

    cut = replace(
        network,
        road=without_poti(network.road),
        rail=without_poti(network.rail),
        ports=network.ports[network.ports["id"] != "GEPTI"].reset_index(drop=True),
    )
    found = appraise(world=replace(world, network=cut), without=("sea-port",))
    hours = found.array("city_market_hours", "with")
    assert [str(one) for one in hours["case"][hours.isnull()].to_numpy()] == ["GEO Poti"]
    assert found.array("people_left_out", "with").sel(economy="ROW") == 40e3
    (named,) = [table for table in page(found).tables if "no way" in table.title]
    assert named.rows == (("GEO Poti", "40,000"),)
    assert "no way" in people(found, "geo").tables[0].rows[0]


def test_the_page_and_the_command(toy):
    shown = page(toy)
    assert "45 million people" in shown.lead[0]  # 24 + 13 + 2.3 + 2 + 1.85 + 1.1 + 0.47 + 0.34
    (first,) = [table for table in shown.tables if table.title.startswith("People left out")]
    assert first.rows[0][1:] == ("300,000", "300,000", "0")
    assert people(toy).title == shown.title
    (cities,) = people(toy, "chn").tables
    assert [row[0] for row in cities.rows] == ["Shanghai", "Tianjin", "Urumqi", "Kashgar"]
    assert cities.rows[3][2:4] == ("23.5", "21.5")
    with pytest.raises(Faults, match="no economy with a city on the network"):
        people(toy, "XYZ")


def test_hours_from_several_places_by_hand():
    """A line 0 - 1 - 2 - 3 of 2 hours each, and 4 apart; places half an hour from 0 and three from 2, one nowhere."""
    graph = build_graph(5, [0, 1, 2], [1, 2, 3], [2.0, 2.0, 2.0], [1.0, 1.0, 1.0])
    nodes, hours = np.array([0, 2, 4]), np.array([0.5, 3.0, np.inf])
    found = calc_hours_from(graph, nodes, hours, np.inf)
    np.testing.assert_allclose(found, [0.5, 2.5, 3.0, 5.0, np.inf])
    np.testing.assert_allclose(calc_hours_from(graph, nodes, hours, 2.6), [0.5, 2.5, np.inf, np.inf, np.inf])
    assert np.isinf(calc_hours_from(graph, nodes, np.full(3, np.inf), np.inf)).all()
    twice = calc_hours_from(graph, np.array([0, 0]), np.array([1.0, 0.0]), np.inf)
    np.testing.assert_allclose(twice[:4], [0, 2, 4, 6])


@given(
    st.lists(st.floats(0, 50) | st.just(float("nan")), min_size=6, max_size=6),
    st.floats(0, 50),
    st.floats(0, 50),
)
def test_more_hours_never_reach_fewer_and_economies_add_up(hours, one, other):
    hours, people_ = np.array(hours), np.arange(1.0, 7.0)
    zone, limits = np.array([0, 0, 1, 1, 2, -1], np.int32), np.sort([one, other])
    found = calc_people_within(hours, people_, zone, 4, limits)
    assert (found[:3, 0] <= found[:3, 1]).all()
    assert np.isnan(found[3]).all()  # an economy without a city
    inside = zone >= 0
    for k, limit in enumerate(limits):
        assert found[:3, k].sum() == people_[inside & (hours <= limit)].sum()


def test_cities_are_grouped_by_the_first_limit_that_holds_them():
    hours = np.array([0.0, 1.0, 1.1, 6.0, 24.5, np.nan])
    assert calc_groups(hours, np.array([1.0, 3.0, 6.0, 24.0])).tolist() == [0, 0, 1, 2, 4, 5]


def test_the_map_of_reach_shows_each_city_once_and_its_twin_counts_all_people(toy):
    """Poti, Shanghai and others lie at the sea; Almaty is farther than a day, Kashgar too."""
    (chart,) = page(toy).charts
    cities = make_toy_world().network.cities
    assert len(chart.spots) == len(cities)
    hours = toy.array("city_port_hours", "with").to_series()
    by_place = {(spot.longitude, spot.latitude): spot for spot in chart.spots}
    almaty = by_place[76.90, 43.25]
    assert chart.groups[almaty.group] == "farther"
    assert f"{hours['KAZ Almaty']:.1f} h after" in almaty.words
    assert chart.groups[by_place[41.67, 42.15].group] == "within 1 h"
    assert sum(float(row[3]) for row in chart.twin.rows) == pytest.approx(
        cities["population"].sum() / 1e6, abs=0.03
    )
    assert sum(int(row[2]) for row in chart.twin.rows) == len(cities)
    before, after = np.array([5.0, np.nan, 3.0, np.nan, 2.0]), np.array([4.0, 9.0, 3.5, np.nan, 2.0])
    assert said_of_change(before, after) == "In 2 cities hours are fewer with the programme, in 1 more."
    drawn = draw_chart(chart)
    painted = re.sub(r"<pattern.*?</pattern>", "", drawn)  # the dots of a pattern are none of them
    assert painted.count("<circle") == len(cities) + len(chart.groups)
    assert almaty.words in drawn
    assert twin_of(chart) is chart.twin


def test_the_page_of_an_item(toy):
    """People near it as in the results; what is not assessed with its reason; ids in either case."""
    shown = people(toy, "Railway")
    near = toy["people_near_project"].sel(project="railway")
    (table,) = [one for one in shown.tables if one.title == "People near an item"]
    assert table.rows == tuple(
        (str(case), f"{float(near.sel(case=case)):,.0f}") for case in near["case"].to_numpy()
    )
    (gaps,) = [one for one in shown.tables if one.title == "Not assessed"]
    assert ("Journeys", "the item is no visa regime") in gaps.rows
    assert any("ilostat" in why for _, why in gaps.rows)
    assert shown.lead[0].endswith(".")
    with pytest.raises(Faults, match="Did you mean railway"):
        people(toy, "railwai")
