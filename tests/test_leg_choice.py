"""Road or rail to a port: the constant between them by hand, and on which side of it goods go by train."""

from __future__ import annotations

from dataclasses import replace
from math import acos, cos, exp, log, radians, sin

import numpy as np
import pytest

from samarkand.world.freight import leg_choice
from samarkand.world.freight.assignment import LandChoice, NetworkState, Voyages, costs_by_road
from samarkand.world.freight.disruption import disrupt_freight
from samarkand.world.freight.gate_ways import GateSearch
from samarkand.world.freight.mode_choice import ModeChoice
from samarkand.world.freight.model import FreightModel, prepare_freight, skims_of
from samarkand.world.freight.path_finder import PathFinder
from samarkand.world.freight.skims import values_of_time
from samarkand.world.freight.subsets import costs_of_subsets
from samarkand.world.network.disruptions import close, find_closures
from samarkand.world.network.link_changes import LinkChange
from samarkand.world.network.tables import Network
from samarkand.world.parameters import Parameters, load_parameters
from toy import ECONOMIES, make_network

P = load_parameters()
LOW = values_of_time(P)[0]
CITY, PORT, HAMBURG, KM_OF_LINE = "AZE Baku", "GEPTI", "DEU Hamburg", 850.0
PARTIES = {"AZE", "GEO"}
# Road over rail: 3 at 10 US$ and no distance, 0.5 more with the logarithm of value, 1 less with each thousand km.
WEIGHTS = np.array([[2.0, -1.0, 0.0], [0.3, -0.2, 0.0], [-1.2, -0.2, 0.0], [4.0, 0.0, 0.0], [1.0, 0.0, 0.0]])


@pytest.fixture
def choice(monkeypatch: pytest.MonkeyPatch) -> ModeChoice:
    """A choice of modes of round figures between road and rail to ports."""
    made = ModeChoice(2.0, WEIGHTS)
    monkeypatch.setattr(leg_choice, "declared_choice", lambda _parameters: made)
    return made


def numbers(network: Network) -> tuple[int, int]:
    """Of the city and of the port."""
    return network.cities.index.get_loc(CITY), network.ports["id"].tolist().index(PORT)


def by_hand(value: float, parameters: Parameters = P) -> float:
    """The constant from Baku (40.40 N, 49.87 E) to Poti (42.15 N, 41.67 E), 712 km apart by the great circle."""
    one, other = radians(40.40), radians(42.15)
    km = 6371.0088 * acos(sin(one) * sin(other) + cos(one) * cos(other) * cos(radians(49.87 - 41.67)))
    assert 711 < km < 713
    km = int(km)
    apart = 3.0 + 0.5 * log(50_000 * 0.0005 / 24 / 10) - km / 1000  # 50,000 US$ a TEU lose 0.0005 of it a day
    by_road = (
        km
        * parameters["connector_detour"]
        * (parameters["connector_rate"] + value / parameters["road_speed"])
    )
    return by_road * (1 - exp(-apart / 2.0))


def check_subsets(model: FreightModel, network: Network, changes: tuple[LinkChange, ...]) -> None:
    """Subsets of changes cost what each of them costs alone."""
    several = [changes, (), (quicker_crossing(network, "road", 1.0),), *[changes] * 4]  # many: by labels
    whole = costs_of_subsets(model, several).all()
    for number, some in enumerate(several):
        alone = model.costs(some)["generalised_cost"].sel(variant="logsum").isel(state=-1)
        np.testing.assert_allclose(whole.isel(set=number), alone.transpose(*whole.dims[1:]), rtol=1e-9)


@pytest.mark.usefixtures("choice")
@pytest.mark.parametrize("value", [LOW, 20.0])
def test_the_constant_by_hand(value: float) -> None:
    network = make_network()
    found = leg_choice.rail_constant_of_ports(network, P, value)
    assert found[numbers(network)] == pytest.approx(by_hand(value), rel=1e-9)
    assert found.shape == (len(network.cities), len(network.ports))
    assert (found >= 0).all()


@pytest.mark.usefixtures("choice")
def test_in_north_america_its_own_constants_come_on_top() -> None:
    network = make_network()
    city, port = numbers(network)
    cities, ports = network.cities.assign(iso3="USA"), network.ports.assign(economy="MEX")
    there = replace(network, cities=cities, ports=ports)
    g = by_hand(LOW) / (1 - exp(-leg_apart(network, 0.0) / 2.0))
    wanted = g * (1 - exp(-leg_apart(network, 4.0 + log(50_000 * 0.0005 / 24 / 10)) / 2.0))
    assert leg_choice.rail_constant_of_ports(there, P, LOW)[city, port] == pytest.approx(wanted, rel=1e-9)


def leg_apart(network: Network, more: float) -> float:
    """Road's constant less rail's on the leg."""
    km = int(leg_choice.distances(network.cities, network.ports)[numbers(network)])
    return float(3.0 + 0.5 * log(50_000 * 0.0005 / 24 / 10) - km / 1000 + more)


@pytest.mark.usefixtures("choice")
def test_a_longer_leg_has_no_smaller_constant() -> None:
    """From Shanghai to Hamburg it is 8,500 km, and road's constant the lower one: it stays at the most of any shorter
    leg, and no railway of 8,500 km is preferred to one of 2,000."""
    network = make_network()
    row = network.cities.index.get_loc("CHN Shanghai")
    per_km = P["connector_detour"] * (P["connector_rate"] + LOW / P["road_speed"])
    apart = 3.0 + 0.5 * log(50_000 * 0.0005 / 24 / 10)
    most = max(n * per_km * (1 - exp(-(apart - n / 1000) / 2.0)) for n in range(8_000))
    assert apart < 8.5
    assert leg_choice.rail_constant_of_ports(network, P, LOW)[row, 2] == pytest.approx(most, rel=1e-12)


def with_rail_cheaper_by(usd: float) -> Network:
    """The toy network whose line from Baku to Poti makes the leg by rail cheaper than by road by so much."""
    network = make_network()
    city, port = numbers(network)
    state = NetworkState(network, P, ())
    choice = LandChoice.of(state, LOW, costs_by_road(state, LOW))
    road = choice.to_port[city, port] + LOW * P["port_hours_road"]
    rail = choice.by_rail[city, state.port_terminal[port]] + LOW * P["port_hours_rail"]
    links = network.rail.links
    line = (links["km"] == KM_OF_LINE).to_numpy()
    assert line.sum() == 1
    rate = P["rail_rate_standard"] + (road - usd - rail) / KM_OF_LINE
    assert rate > 0
    changed = links.assign(rate=np.where(line, rate, np.nan))
    return replace(network, rail=replace(network.rail, links=changed))


def how_goods_reach_the_port(network: Network, changes: tuple[LinkChange, ...] = ()) -> int:
    """0 by road, 2 by rail, of Baku to Poti, as tonnes are laid on links."""
    state = NetworkState(network, P, changes)
    ways = LandChoice.of(state, LOW, costs_by_road(state, LOW))
    return int(Voyages.at(state, LOW, ways.to_port, ways.by_rail).how[numbers(network)])


def drawn(network: Network, changes: tuple[LinkChange, ...] = ()) -> tuple[float, set[str], list[float]]:
    """Cost of the way by sea from Baku to Hamburg as it is drawn, modes of its way to Poti, and constants told."""
    way = PathFinder(network, P, LOW, changes).find(CITY, HAMBURG, "sea")
    assert way is not None
    on_land = [step for step in way.steps if step.name in ("AZE", "GEO", "AZE - GEO") and step.km > 1]
    told = [step.usd for step in way.steps if step.kind == "constant"]
    return way.generalised_cost, {step.mode for step in on_land}, told


def cost_by_sea(model: FreightModel, changes: tuple[LinkChange, ...] = ()) -> float:
    """Generalised cost of that way as closure has it."""
    at = {"vot_class": "low", "mode": "sea", "origin_city": CITY, "destination_city": HAMBURG}
    return float(skims_of(model, changes)["generalised_cost"].sel(at))


def cost_searched(network: Network, changes: tuple[LinkChange, ...]) -> float:
    """The same by the search for ways past gates, without any."""
    pair = tuple(np.array([network.cities.index.get_loc(name)]) for name in (CITY, HAMBURG))
    search = GateSearch(network, P, changes, (), pair)
    way = search.find(0, np.empty(0), by_land=False, by_sea=True)["sea"]
    return float(way.usd[0] + LOW * way.hours[0])


def quicker_crossing(network: Network, mode: str, usd: float) -> LinkChange:
    """A measure at the crossing between Azerbaijan and Georgia that spares so much at the value of time `low`."""
    tables = network.land(mode)
    owner = tables.nodes["economy"].to_numpy(str)
    ends = [{owner[u], owner[v]} for u, v in tables.links[["u", "v"]].to_numpy()]
    rows = tables.crossings
    (target,) = [
        str(name) for name, link in zip(rows["id"], rows["link"], strict=True) if ends[link] == PARTIES
    ]
    return LinkChange("quicker", "crossing", mode, target=target, hours_saved=usd / LOW)


@pytest.mark.usefixtures("choice")
@pytest.mark.parametrize(("more", "by_rail"), [(-1.0, False), (1.0, True)])
def test_rail_is_taken_where_it_is_cheaper_by_more_than_the_constant(more: float, by_rail: bool) -> None:
    """One US$ on either side of it; the way drawn, the way that tonnes are laid on and the skims say the same, and
    tell nothing but what is paid and lasts."""
    network = with_rail_cheaper_by(by_hand(LOW) + more)
    assert how_goods_reach_the_port(network) == (2 if by_rail else 0)
    cost, modes, told = drawn(network)
    assert modes == {"rail" if by_rail else "road"}
    assert told == []
    assert cost == pytest.approx(cost_by_sea(prepare_freight(network, P, ECONOMIES)), rel=1e-12)


@pytest.mark.usefixtures("choice")
def test_goods_that_a_quicker_railway_draws_gain_what_it_spares_beyond_the_constant() -> None:
    """Rail lacks one US$ to be taken, and gets three cheaper: by hand two are gained, whoever works it out."""
    network = with_rail_cheaper_by(by_hand(LOW) - 1.0)
    model, changes = prepare_freight(network, P, ECONOMIES), (quicker_crossing(network, "rail", 3.0),)
    before = cost_by_sea(model)
    assert cost_by_sea(model, changes) == pytest.approx(before - 2.0, rel=1e-12)
    assert cost_searched(network, changes) == pytest.approx(before - 2.0, rel=1e-12)
    assert how_goods_reach_the_port(network, changes) == 2
    cost, modes, told = drawn(network, changes)
    assert cost == pytest.approx(before - 2.0, rel=1e-12)
    assert modes == {"rail"}
    assert told == pytest.approx([by_hand(LOW)], rel=1e-9)
    check_subsets(model, network, changes)


@pytest.mark.usefixtures("choice")
def test_a_cheaper_road_draws_no_goods_to_dearer_ways() -> None:
    """Rail is taken, and the road gets ten US$ cheaper: by its constant it would be taken, and cost hundreds more."""
    network = with_rail_cheaper_by(by_hand(LOW) + 1.0)
    model, changes = prepare_freight(network, P, ECONOMIES), (quicker_crossing(network, "road", 10.0),)
    assert how_goods_reach_the_port(network, changes) == 2
    assert cost_by_sea(model, changes) == cost_by_sea(model)
    assert drawn(network, changes)[0] == pytest.approx(cost_by_sea(model), rel=1e-12)


@pytest.mark.usefixtures("choice")
@pytest.mark.parametrize(("mode", "more"), [("road", -1.0), ("rail", 1.0)])
def test_closed_ways_send_goods_to_the_other_at_what_the_constant_says(mode: str, more: float) -> None:
    """The road closed, goods that it carried by one US$ lose one by rail; rail closed, they lose all that it spared."""
    network = with_rail_cheaper_by(by_hand(LOW) + more)
    model, closures = (
        prepare_freight(network, P, ECONOMIES),
        find_closures([f"border:AZE-GEO:{mode}"], network),
    )
    closed = disrupt_freight(model, closures).closed
    loss = 1.0 if mode == "road" else by_hand(LOW) + 1.0
    wanted = pytest.approx(cost_by_sea(model) + loss, rel=1e-12)
    assert cost_by_sea(closed) == wanted
    assert cost_searched(close(network, closures), ()) == wanted
    assert drawn(close(network, closures))[0] == wanted
