"""Stations of cities: on the lines of their economy, else places that new lines may lead to."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from samarkand.core.gaps import Gap
from samarkand.programme.channels.network_effects import NewLine, effects_of
from samarkand.programme.channels.network_placing import place
from samarkand.programme.files.checks import check_file
from samarkand.programme.library import surroundings
from samarkand.programme.model.models import Point
from samarkand.world.freight.model import prepare_freight, skims_of
from samarkand.world.freight.path_finder import PathFinder
from samarkand.world.freight.skims import SEARCH_CLASSES, rail_offered, values_of_time, within_access
from samarkand.world.network.arcs import arcs_of
from samarkand.world.network.borders import border_parameters
from samarkand.world.network.link_changes import LinkChange
from samarkand.world.network.tables import Network, land_costs, load_network, with_stations
from samarkand.world.parameters import load_parameters
from toy import ECONOMIES, PLACES, make_network

P = load_parameters()
OSH = PLACES["Osh"]


def with_osh(lat: float = OSH[0], lon: float = OSH[1]) -> Network:
    """The toy network with a city at Osh, to which no railway leads."""
    network = make_network()
    city = pd.DataFrame(
        [(99, "Osh", "KGZ", lat, lon, 300_000)], columns=list(network.cities), index=["KGZ Osh"]
    )
    return with_stations(replace(network, cities=pd.concat([network.cities, city])))


def line(*points: str | tuple[str, float, float], km: float = 420.0, gauge: float | None = None) -> NewLine:
    """A railway by places of the toy world or others."""
    named = [(point, *PLACES[point][:2]) if isinstance(point, str) else point for point in points]
    made = tuple(Point(name=name, latitude=lat, longitude=lon, source="made up") for name, lat, lon in named)
    gauges = ((gauge,) if gauge else (),) * len(made)
    return NewLine("line", "rail", made, km, None, (), gauges)


def test_a_network_whose_cities_all_have_stations_stays_as_it_is():
    network = make_network()
    assert with_stations(network) is network
    assert with_stations(load_network()) is load_network()  # and a second time nothing is added


def test_a_city_beside_its_own_lines_has_a_station_on_them():
    """A city 11 km off Altynkol, which is a node of the toy railway and no terminal."""
    network = make_network()
    lat, lon, _ = PLACES["Altynkol"]
    city = pd.DataFrame(
        [(99, "Zharkent", "KAZ", lat + 0.1, lon, 40_000)],
        columns=list(network.cities),
        index=["KAZ Zharkent"],
    )
    wider = with_stations(replace(network, cities=pd.concat([network.cities, city])))
    assert len(wider.rail.nodes) == len(network.rail.nodes)
    added = wider.terminals.iloc[len(network.terminals) :]
    assert added[["lat", "lon"]].to_numpy().tolist() == [[lat, lon]]
    assert within_access(wider, P)[-1].tolist() == [False] * len(network.terminals) + [True]


def test_a_city_without_rails_has_a_place_that_nothing_leads_to():
    before, after = make_network(), with_osh()
    assert len(after.rail.nodes) == len(before.rail.nodes) + 1
    assert not after.rail.linked[-1]
    assert rail_offered(after, P)[-1, :-1].all()  # if a line comes
    skims = skims_of(prepare_freight(after, P, ECONOMIES))
    assert np.isinf(skims["usd"].sel(mode="rail", origin_city="KGZ Osh")).all()
    for name in ("usd", "hours"):  # the others go as they did
        old = skims_of(prepare_freight(before, P, ECONOMIES))[name]
        assert (
            skims[name]
            .sel(origin_city=old["origin_city"], destination_city=old["destination_city"])
            .equals(old)
        )


def test_an_old_line_far_off_serves_a_city_until_a_new_one_comes():
    """A city 100 km from Bishkek's terminal and its own without rails: both are its stations."""
    lat, lon, _ = PLACES["Bishkek"]
    network = with_osh(lat - 100 / 111.195, lon)
    bishkek, own = 5, len(network.terminals) - 1
    assert np.flatnonzero(within_access(network, P)[-1]).tolist() == [bishkek, own]


def test_a_port_beside_a_place_without_rails_is_served_by_it():
    network = make_network()
    port = pd.DataFrame([("KGOSH", "Osh", "KGZ", OSH[0] + 0.1, OSH[1], -1)], columns=list(network.ports))
    far = port.assign(id="FAR", lat=OSH[0] + 0.2)
    city = pd.DataFrame(
        [(99, "Osh", "KGZ", *OSH[:2], 300_000)], columns=list(network.cities), index=["KGZ Osh"]
    )
    ports = pd.concat([network.ports, port, far], ignore_index=True)
    wider = with_stations(replace(network, cities=pd.concat([network.cities, city]), ports=ports))
    assert wider.ports["terminal"].tolist() == [*network.ports["terminal"], len(wider.terminals) - 1, -1]


def test_a_new_line_to_a_place_without_rails_brings_trains_there():
    """Kashgar-Osh, 420 km: from Osh to Kashgar by one train of that length, over one border."""
    network = with_osh()
    changes, gaps = place([line("Kashgar", "Osh")], network.geography, P)
    assert not gaps
    (link,) = changes
    assert (link.joins, link.economies, link.km) == ((True, True), ("CHN", "KGZ"), pytest.approx(420.0))
    model = prepare_freight(network, P, ECONOMIES)
    skims = skims_of(model, changes).sel(vot_class=list(SEARCH_CLASSES))
    here = {"mode": "rail", "origin_city": "KGZ Osh", "destination_city": "CHN Kashgar"}
    hours = 420 / P["rail_speed"] + 2 * P["terminal_hours"] + P["border_hours_carec_rail"]
    assert skims["hours"].sel(here).to_numpy() == pytest.approx(hours)
    way = PathFinder(network, P, values_of_time(P)[1], changes).find("KGZ Osh", "CHN Kashgar", "rail")
    assert way is not None
    assert way.km == pytest.approx(420.0)
    assert way.hours == pytest.approx(hours)
    assert np.isfinite(skims["usd"].sel(here | {"destination_city": "DEU Hamburg"})).all()


def test_a_new_line_stops_at_the_cities_that_it_names():
    """Kashgar-Osh-Bishkek: Osh has trains to both; by a point 25 km from it too, not by one 35 km off."""
    network = with_osh()
    for north, stops in ((0.0, True), (25.0, True), (35.0, False)):
        by = ("Osh", OSH[0] + north / 111.195, OSH[1])
        changes, _ = place([line("Kashgar", by, "Bishkek", km=1040.0)], network.geography, P)
        assert len(changes) == 2 + stops
        skims = skims_of(prepare_freight(network, P, ECONOMIES), changes).sel(vot_class=list(SEARCH_CLASSES))
        for other in ("CHN Kashgar", "KGZ Bishkek"):
            usd = skims["usd"].sel(mode="rail", origin_city="KGZ Osh", destination_city=other)
            assert np.isfinite(usd).all() == stops
        if stops:
            assert changes[-1].km == pytest.approx(max(north, 0.1), rel=1e-3)


def test_a_new_line_meets_the_lines_of_a_city_that_it_passes():
    """Kashgar-Bishkek-Aktau: stops at Bishkek. Of standard gauge, trains are changed there."""
    network = make_network()
    for gauge, hours in ((None, 0.0), (1520.0, 0.0), (1435.0, P["terminal_hours"])):
        changes, _ = place(
            [line("Kashgar", "Bishkek", "Aktau", km=3000.0, gauge=gauge)], network.geography, P
        )
        stop = changes[-1]
        assert (stop.points[0], stop.points[1]) == (PLACES["Bishkek"][:2], PLACES["Bishkek"][:2])
        assert (stop.joins, stop.gauge_hours, stop.extra_hours) == ((False, True), hours, hours)


def test_upgrades_are_found_on_lines_though_a_place_without_rails_is_nearer():
    """Of a place 11 km north of a city without rails and 33 km south of Bishkek the upgrade begins at Bishkek."""
    network = with_osh(PLACES["Bishkek"][0] - 0.4, PLACES["Bishkek"][1])
    near = (PLACES["Bishkek"][0] - 0.3, PLACES["Bishkek"][1])
    change = LinkChange("u", "upgrade", "rail", (near, PLACES["Almaty"][:2]), hours_ratio=0.5)
    (arc,) = arcs_of(change, network, P, land_costs(network, "rail", P))
    border = P[border_parameters("KAZ", "KGZ", "rail")[0]]
    assert arc.hours == pytest.approx(240 / P["rail_speed"] / 2 + border)


def test_where_neither_a_line_nor_a_city_is_the_line_has_no_effect():
    nowhere = ("Nowhere", 38.0, 80.0)
    changes, gaps = place([line("Kashgar", nowhere)], with_osh().geography, P)
    assert not changes
    reason = "effect not assessed: neither a line nor a city of the network is at Nowhere"
    assert gaps == [Gap("line", "effect", reason)]


RAILWAY = """
[programme]
id = "one"
as_of = 2026-01-01
title = "One railway"
[[project]]
id = "line"
title = "A line"
kind = "rail"
economies = {economies}
status = "proposed"
status_as_of = {{ date = 2026, source = "made up", flag = "assumed" }}
opening = {{ date = 2030, source = "made up", flag = "assumed" }}
  [[project.section]]
  effect = "new"
  points = [
    {{ name = "{one[0]}", latitude = {one[1]}, longitude = {one[2]}, source = "made up" }},
    {{ name = "{two[0]}", latitude = {two[1]}, longitude = {two[2]}, source = "made up" }},
  ]
  length = {{ value = {km}, unit = "km", source = "made up", flag = "assumed" }}
"""
REAL = {  # name: economies, from, to, km, and two cities between which trains then run
    "Gwadar": (["PAK"], ("Jacobabad", 28.281, 68.438), ("Gwadar", 25.1216, 62.3254), 950, "PAK Karachi"),
    "Kyaukpyu": (["MMR"], ("Mandalay", 21.975, 96.084), ("Kyaukpyu", 19.4279, 93.5513), 650, "MMR Yangon"),
    "Her\u0101t": (["IRN", "AFG"], ("Torbat", 35.27, 59.22), ("Herat", 34.3482, 62.1997), 400, "IRN Tehran"),
}


@pytest.mark.parametrize("name", list(REAL))
def test_railways_to_places_without_rails_are_accepted_and_used(name, tmp_path):
    economies, one, two, km, origin = REAL[name]
    destination = f"{economies[-1]} {name}"
    file = tmp_path / "one.toml"
    file.write_text(
        RAILWAY.format(economies=economies, one=one, two=two, km=km).replace("'", '"'), encoding="utf-8"
    )
    programme, faults = check_file(file, surroundings())
    assert not faults, faults
    (item,) = programme.items
    network = load_network()
    effects, missing = effects_of(item, P)
    changes, gaps = place(effects, network.geography, P)
    assert not missing
    assert not gaps
    assert PathFinder(network, P, values_of_time(P)[1]).find(origin, destination, "rail") is None
    way = PathFinder(network, P, values_of_time(P)[1], changes).find(origin, destination, "rail")
    assert way is not None
    assert {step.mode for step in way.steps if step.kind == "border"} <= {"rail"}


def test_a_railway_to_nowhere_is_refused(tmp_path):
    file = tmp_path / "one.toml"
    text = RAILWAY.format(economies=["PAK"], one=REAL["Gwadar"][1], two=("Panjgur", 26.97, 64.1), km=700)
    file.write_text(text.replace("'", '"'), encoding="utf-8")
    _, faults = check_file(file, surroundings())
    (fault,) = faults
    assert "Panjgur lies off the rail network" in fault.reason
    assert "A new railway may also lead to a city." in fault.mend
