"""Rail is rail: a change of mode at a station of the city, borders by rail, and rail for the main part."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from samarkand.core.geodesy import calc_great_circle_distance
from samarkand.world.freight.model import prepare_freight, skims_of
from samarkand.world.freight.path_finder import PathFinder
from samarkand.world.freight.skims import MODES, SEARCH_CLASSES, rail_offered, values_of_time, within_access
from samarkand.world.network.itinerary import Itinerary
from samarkand.world.network.link_changes import LinkChange
from samarkand.world.network.tables import Network, load_network
from samarkand.world.parameters import load_parameters
from toy import CITIES, ECONOMIES, PLACES, TERMINALS, make_network

P = load_parameters()
RAIL = MODES.index("rail")
NEIGHBOURS = [
    ("ETH Addis Ababa", "DJI Djibouti"),
    ("VNM Hanoi", "CHN Kunming"),
    ("KAZ Almaty", "UZB Tashkent"),
    ("UZB Tashkent", "RUS Moscow"),
    ("CHN Kashgar", "UZB Andijon"),
]


def borders(way: Itinerary) -> list[str]:
    """Modes by which a way gets from one economy to another."""
    return [step.mode for step in way.steps if step.kind == "border"]


def moved(network: Network, city: str, km: float) -> Network:
    """The toy network with a city so much farther north than its terminal."""
    cities = network.cities.copy()
    cities.loc[network.cities["name"] == city, "lat"] += km / 111.195  # km of a degree of latitude
    return replace(network, cities=cities)


def access(network: Network, city: str, parameters=P) -> list[str]:
    """The toy terminals that a city uses."""
    row = within_access(network, parameters)[list(CITIES).index(city)]
    return [TERMINALS[at] for at in np.flatnonzero(row)]


def test_a_city_uses_the_stations_around_it_else_the_nearest_one():
    """Almaty's terminal 29, 31, 149 and 151 km off; Bishkek's, 190 km from Almaty, is another economy's."""
    network = make_network()
    for km, expected in ((29.0, ["Almaty"]), (31.0, ["Almaty"]), (149.0, ["Almaty"]), (151.0, [])):
        assert access(moved(network, "Almaty", km), "Almaty") == expected, km
    far = P.replace({"rail_access_distance": 300.0})
    assert access(moved(network, "Almaty", 151.0), "Almaty", far) == ["Almaty"]


def test_a_station_across_a_border_is_no_station_of_a_city():
    """Bishkek without its own terminal has none, though Almaty's is within reach."""
    network, lenient = make_network(), P.replace({"rail_access_distance": 300.0})
    terminals = network.terminals.copy()
    terminals.loc[TERMINALS.index("Bishkek"), "lat"] = -60.0
    assert access(replace(network, terminals=terminals), "Bishkek", lenient) == []
    almaty, bishkek = PLACES["Almaty"], PLACES["Bishkek"]
    assert calc_great_circle_distance(*almaty[:2], *bishkek[:2]) < 300.0


def test_rail_is_offered_where_it_is_the_main_part():
    """Almaty and Bishkek lie 190 km apart. To the stations 80 and 0 km: 110 of 190 km are left for rail, 58 %."""
    network = make_network()
    one, other = (list(CITIES).index(name) for name in ("Almaty", "Bishkek"))
    terminals = network.terminals.copy()
    terminals.loc[TERMINALS.index("Almaty"), "lat"] += 80.0 / 111.195
    network = replace(network, terminals=terminals)
    between = calc_great_circle_distance(*PLACES["Almaty"][:2], *PLACES["Bishkek"][:2])
    left = 1 - 80.0 / between
    for part, expected in ((left - 0.01, True), (left + 0.01, False)):
        offered = rail_offered(network, P.replace({"rail_main_part": part}))
        assert offered[one, other] == offered[other, one] == expected


def test_what_is_not_offered_has_no_way_and_gets_none_by_a_quicker_line():
    """Almaty's terminal is 120 km off: no train to Bishkek, 190 km away, not even on a line that costs nothing."""
    network = make_network()
    terminals = network.terminals.copy()
    terminals.loc[TERMINALS.index("Almaty"), "lat"] += 120.0 / 111.195
    network = replace(network, terminals=terminals)
    model = prepare_freight(network, P, ECONOMIES)
    points = tuple(PLACES[name][:2] for name in ("Almaty", "Bishkek"))
    line = LinkChange("line", "new", "rail", points, joins=(True, True), km=1.0, hours=0.1)
    for changes in ((), (line,)):
        usd = skims_of(model, changes)["usd"].sel(mode="rail", vot_class=list(SEARCH_CLASSES))
        assert np.isinf(usd.sel(origin_city="KAZ Almaty", destination_city="KGZ Bishkek")).all()
        assert np.isfinite(usd.sel(origin_city="KAZ Almaty", destination_city="CHN Shanghai")).all()
        assert PathFinder(network, P, 10.0, changes).find("KAZ Almaty", "KGZ Bishkek", "rail") is None
    before, after = (
        skims_of(model, some)["usd"].sel(
            mode="rail",
            vot_class=list(SEARCH_CLASSES),
            origin_city="KGZ Bishkek",
            destination_city="CHN Urumqi",
        )
        for some in ((), (line,))
    )
    assert (after < before).all()  # others use it


@pytest.mark.parametrize(("one", "other"), NEIGHBOURS, ids=lambda name: name.split()[-1])
def test_neighbours_that_were_reached_by_lorry_are_reached_by_train(one, other):
    """Over 85 % of the kilometres and every border by rail."""
    way = PathFinder(load_network(), P, values_of_time(P)[1]).find(one, other, "rail")
    assert way is not None
    by_rail = sum(step.km for step in way.steps if step.mode == "rail")
    assert by_rail > 0.85 * way.km
    assert set(borders(way)) == {"rail"}


def test_drawn_ways_cross_borders_by_rail_and_are_rail_for_the_main_part():
    """Pairs of cities of two economies within 4,000 km, drawn anew from the whole network by a fixed seed."""
    network = load_network()
    ways, draw = PathFinder(network, P, values_of_time(P)[1]), np.random.default_rng(15)
    cities, found = network.cities, 0
    while found < 12:
        one, other = (cities.iloc[int(at)] for at in draw.choice(len(cities), 2, replace=False))
        apart = calc_great_circle_distance(one["lat"], one["lon"], other["lat"], other["lon"])
        if one["iso3"] == other["iso3"] or apart > 4000:
            continue
        way = ways.find(str(one.name), str(other.name), "rail")
        if way is None:
            continue
        found += 1
        assert set(borders(way)) <= {"rail"}, (one.name, other.name)
        by_rail = sum(step.km for step in way.steps if step.mode == "rail")
        assert by_rail >= P["rail_main_part"] * way.km, (one.name, other.name)
