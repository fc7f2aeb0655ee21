"""Skims: hours, money and generalised cost per TEU between cities, by mode and value-of-time class.

Three kinds of legs are shortest paths on one graph each: by road (cities to cities, rail terminals and ports), by
rail (among terminals), by sea (among ports). A mode is a chain of legs that must use its main mode:

    road = road;  rail = road + rail + road;  sea = (road or road + rail) + sea + (road or road + rail)

with transfers between; to a port rail is taken where it is cheaper by more than a constant (`leg_choice`).
Freight changes between road and rail at the stations of its city, in the same economy, so that
borders are crossed by rail (`within_access`), and rail is offered where it is the main part of a way (`rail_offered`).
Links that get cheaper enter by closure of the legs over their end points, which equals a
recomputation (`freight`); the baseline's legs are computed once and cached by the content hash of their graph.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from samarkand.core.conventions import Floats
from samarkand.core.disk_cache import MOST_KEPT, load_entry, save_entry
from samarkand.core.hashing import fingerprint
from samarkand.engines.legs import find_legs
from samarkand.engines.once import derived
from samarkand.engines.routing import Graph, Legs, cheaper_legs, join_legs
from samarkand.engines.threads import run_all
from samarkand.world.freight.leg_choice import rail_constant_of_ports, settle_handicap
from samarkand.world.freight.sea_searches import SEA, routes_of_land, sea_searches, values_of_routes
from samarkand.world.network.geography import SURROUNDINGS_KM
from samarkand.world.network.nearest import distances, nearest_nodes
from samarkand.world.network.tables import FARTHEST_CONNECTOR_KM, Network, land_costs, sea_costs
from samarkand.world.parameters import Parameters

Progress = Callable[..., None]

SEARCH_CLASSES = ("low", "medium", "high", "very_high")
MODES = ("road", "rail", "sea")
HOURS_PER_DAY = 24.0
FARTHEST_QUAY_KM = 60.0  # a port within this of a city is beside it


@dataclass(frozen=True, eq=False)
class Component:
    """One graph with the places whose legs are wanted: legs run from `sources` to `targets` (numbers of nodes).

    searches: graph and value of time of each search; at sea those of `sea_searches`.
    """

    name: str
    graph: Graph
    searches: tuple[tuple[Graph, float], ...]
    sources: NDArray[np.int64]
    targets: NDArray[np.int64]
    key: str


@dataclass(frozen=True, eq=False)
class Attachment:
    """How places meet a graph: the nearest node, and hours and money to it (infinite where it is too far)."""

    node: NDArray[np.int64]
    hours: Floats
    usd: Floats


def values_of_time(parameters: Parameters) -> tuple[float, ...]:
    """US$ per TEU and hour by class: shipment value * share lost a day / 24."""
    return tuple(
        parameters["shipment_value"] * parameters[f"vot_rate_{name}"] / HOURS_PER_DAY
        for name in SEARCH_CLASSES
    )


def routes() -> list[str]:
    """Labels of the routes of a mode: by land those of the search classes, by sea by number of the search there; where
    there are more of these they are called by their number."""
    further = range(len(SEARCH_CLASSES), len(sea_searches()))
    return [*SEARCH_CLASSES, *(f"sea_{s}" for s in further)]


def components(network: Network, parameters: Parameters) -> dict[str, Component]:
    """The three graphs with their places."""
    return {name: component(name, network, parameters) for name in ("road", "rail", "sea")}


def component(name: str, network: Network, parameters: Parameters) -> Component:
    """The graph of road, rail or sea with its places."""
    values = values_of_time(parameters)
    if name == "sea":
        costs, nodes = sea_costs(network, parameters), network.sea_nodes
        sources = targets = attach_ports_at_sea(network, parameters).node
    elif name == "rail":
        costs, nodes = land_costs(network, name, parameters), network.rail.nodes
        sources = targets = network.terminals["node"].to_numpy(np.int64)
    else:
        costs, nodes = land_costs(network, name, parameters), network.road.nodes
        city, terminal, port = attach_by_road(network, parameters)
        sources, targets = city.node, np.r_[city.node, terminal.node, port.node]
    graph = costs.graph(len(nodes))
    searches = tuple((graph, value) for value in values)
    if name == "sea":
        barred = dict.fromkeys(search.barred for search in sea_searches())
        graphs = {passages: graph_of_ships(network, parameters, passages) for passages in barred}
        searches = tuple((graphs[search.barred], values[search.land]) for search in sea_searches())
    arcs = [array for one, _ in searches if one is not graph for array in (one.indptr, one.indices, one.usd)]
    of = np.array([value for _, value in searches])
    key = fingerprint(graph.indptr, graph.indices, graph.hours, graph.usd, sources, targets, of, *arcs)
    return Component(name, graph, searches, sources, targets, key)


def graph_of_ships(network: Network, parameters: Parameters, barred: Collection[str]) -> Graph:
    """The sea graph without passages that a kind of ship cannot sail."""
    return sea_costs(network, parameters, barred).graph(len(network.sea_nodes))


def attach_by_road(network: Network, parameters: Parameters) -> tuple[Attachment, Attachment, Attachment]:
    """Cities, rail terminals and ports to the nearest road (`attach_to_road`)."""
    city, terminal, port = (
        attach_to_road(table, network, parameters)
        for table in (network.cities, network.terminals, network.ports)
    )
    return city, terminal, port


def attach_to_road(places: pd.DataFrame, network: Network, parameters: Parameters) -> Attachment:
    """Places to the nearest road: great circle * detour, at road speed and connector rate."""
    node, km = nearest_nodes(network.road.nodes, places["lat"].to_numpy(float), places["lon"].to_numpy(float))
    length = np.where(km <= FARTHEST_CONNECTOR_KM, km * parameters["connector_detour"], np.inf)
    return Attachment(node, length / parameters["road_speed"], length * parameters["connector_rate"])


def attach_ports_at_sea(network: Network, parameters: Parameters) -> Attachment:
    """The network's ports to the nearest point of the sea graph (`attach_to_sea`)."""
    return attach_to_sea(network.ports, network, parameters)


def attach_to_sea(ports: pd.DataFrame, network: Network, parameters: Parameters) -> Attachment:
    """Ports to the nearest point of the sea graph, by the great circle at sea speed and rate."""
    node, km = nearest_nodes(network.sea_nodes, ports["lat"].to_numpy(float), ports["lon"].to_numpy(float))
    if "closed" in ports:  # by a scenario (`closures`)
        km = np.where(ports["closed"].to_numpy(bool), np.inf, km)
    return Attachment(node, km / parameters["sea_speed"], km * parameters["sea_rate"])


def compute_component(part: Component, progress: Progress) -> list[Legs]:
    """Legs of a component by search, the same there and back; those of equal searches are found once."""
    legs: list[Legs] = []
    total = len(part.searches) * part.sources.size
    for number, (graph, vot) in enumerate(part.searches):

        def report(done: int, before: int = number * part.sources.size) -> None:
            progress(done=before + done, total=total)

        # Goods that differ on their legs by land alone have one search at sea.
        same = (
            k for k, (other, value) in enumerate(part.searches[:number]) if other is graph and value == vot
        )
        if (known := next(same, None)) is not None:
            legs.append(legs[known])
            report(part.sources.size)
        else:
            legs.append(both_ways(find_legs(graph, vot, part.sources, part.targets, report)))
    return legs


def both_ways(legs: Legs) -> Legs:
    """Legs whose sources are the first of their targets, made the same there and back to the last digit."""
    size = legs.hours.shape[0]
    for array in (legs.hours, legs.usd):
        upper = np.triu(array[:, :size])
        array[:, :size] = upper + np.triu(upper, 1).T
    return legs


def baseline_legs(
    parts: dict[str, Component], parameters: Parameters, progress: Progress
) -> dict[str, list[Legs]]:
    """Legs of all components by class: cached, or computed now."""
    return {
        name: stored_legs(name, part.key, partial(compute_component, part, progress))
        for name, part in parts.items()
    }


def stored_legs(name: str, key: str, compute: Callable[[], list[Legs]]) -> list[Legs]:
    """The legs of a component by class: cached, or computed now and cached."""
    found = load_entry(f"legs-{name}", key)
    if found is not None:
        return [Legs(hours, usd) for hours, usd in zip(found["hours"], found["usd"], strict=True)]
    legs = compute()
    hours, usd = np.stack([part.hours for part in legs]), np.stack([part.usd for part in legs])
    save_entry(f"legs-{name}", key, {"hours": hours, "usd": usd}, MOST_KEPT)
    return legs


def baseline_skims(
    network: Network, parameters: Parameters, progress: Progress = lambda *_words, **_fractions: None
) -> xr.Dataset:
    """Skims of the network as it is; see `assemble`."""
    parts = components(network, parameters)
    return assemble(network, parameters, baseline_legs(parts, parameters, progress))


@dataclass(frozen=True, eq=False)
class Chains:
    """Chains of legs of one search class, with the parts they are made of (places in brackets).

    road: by road [city, city + terminal + port]; to_terminal: by road to a terminal, change included, infinite where
    it is too far [city, terminal]; rail: [terminal, terminal]; along: by road and rail [city, terminal];
    by_road, by_rail: two modes [city, city], infinite on the diagonal; by_sea: the third by number of the search at
    sea, of those that have these legs by road and by rail.
    """

    road: Legs
    to_terminal: Legs
    rail: Legs
    along: Legs
    by_road: Legs
    by_rail: Legs
    by_sea: Mapping[int, Voyages]


class Voyages(NamedTuple):
    """Ways of one search at sea: to_port: by road or by road and rail, port included [city, port]; handicap: of rail to
    ports (`leg_choice`) [city, port]; sea [port, port]; over_sea: to a port and on [city, port]; whole [city, city],
    infinite on the diagonal."""

    to_port: Legs
    handicap: Floats
    sea: Legs
    over_sea: Legs
    whole: Legs


def chain_legs(
    network: Network,
    parameters: Parameters,
    legs: dict[str, Legs],
    at_sea: Mapping[int, Legs],
    value_of_time: float,
    handicap: Floats | None = None,
) -> Chains:
    """The three modes of one search class from its legs by road and rail, and those at sea by number of the search.

    handicap: of rail to ports [search at sea, port, city], where that is settled by another state of the network
    (`leg_choice`).
    """
    city, terminal, port = attach_by_road(network, parameters)
    near = within_access(network, parameters)
    cities, terminals = len(network.cities), len(network.terminals)
    port_terminal = network.ports["terminal"].to_numpy(np.int64)
    served = np.flatnonzero(port_terminal >= 0)
    fee = parameters["port_fee"]

    road = legs["road"].plus(
        city.hours[:, None] + np.r_[city.hours, terminal.hours, port.hours],
        city.usd[:, None] + np.r_[city.usd, terminal.usd, port.usd],
    )
    by_road = _columns(road, slice(0, cities))
    to_terminal = _columns(road, slice(cities, cities + terminals))
    to_terminal = Legs(np.where(near, to_terminal.hours, np.inf), np.where(near, to_terminal.usd, np.inf))
    to_terminal = to_terminal.plus(parameters["terminal_hours"], parameters["terminal_fee"])
    rail = _apart(legs["rail"])  # a railway trip leaves its terminal
    along = join_legs(to_terminal, rail, value_of_time)
    by_rail = _apart(join_legs(along, to_terminal.transposed, value_of_time))
    offered = rail_offered(network, parameters)
    by_rail = Legs(np.where(offered, by_rail.hours, np.inf), np.where(offered, by_rail.usd, np.inf))

    beside = cities_beside_ports(network, parameters)
    by_truck = cheaper_legs(_columns(road, slice(cities + terminals, None)), beside, value_of_time).plus(
        parameters["port_hours_road"], fee
    )
    by_train = Legs(np.full_like(by_truck.hours, np.inf), np.full_like(by_truck.usd, np.inf))
    by_train.hours[:, served] = along.hours[:, port_terminal[served]]
    by_train.usd[:, served] = along.usd[:, port_terminal[served]]
    by_train = by_train.plus(parameters["port_hours_rail"], fee)
    legs_to_ports: dict[float, tuple[Legs, Floats]] = {}  # by what goods have on legs

    def to_ports(s: int) -> tuple[Legs, Floats]:
        on_legs = sea_searches()[s].on_legs
        if on_legs not in legs_to_ports:
            if handicap is None:
                constant = rail_constant_of_ports(network, parameters, value_of_time, on_legs)
                costs = (legs.cost(value_of_time) for legs in (by_truck, by_train))
                own = settle_handicap(constant, *costs)
            else:
                own = handicap[s].T
            found = cheaper_legs(by_truck, by_train.plus(0.0, own), value_of_time)
            legs_to_ports[on_legs] = found, own
        return legs_to_ports[on_legs]

    voyages = {s: sail(network, parameters, one, *to_ports(s), value_of_time) for s, one in at_sea.items()}
    return Chains(road, to_terminal, rail, along, _apart(by_road), by_rail, voyages)


def sail(
    network: Network,
    parameters: Parameters,
    at_sea: Legs,
    to_port: Legs,
    handicap: Floats,
    value_of_time: float,
) -> Voyages:
    """Ways by sea of one search.

    at_sea: legs between the points of the sea graph at the ports; to_port, handicap: as in `Voyages`.
    """
    quay = attach_ports_at_sea(network, parameters)
    sea = _taken_apart(at_sea.plus(quay.hours[:, None] + quay.hours, quay.usd[:, None] + quay.usd))
    over_sea = join_legs(to_port, sea, value_of_time)
    whole = _taken_apart(join_legs(over_sea, to_port.transposed, value_of_time))
    return Voyages(to_port, handicap, sea, over_sea, whole)


def _apart(legs: Legs) -> Legs:
    """Legs without those from a place to itself."""
    return _taken_apart(Legs(legs.hours.copy(), legs.usd.copy()))


def _taken_apart(legs: Legs) -> Legs:
    """The same in place, of legs that nobody else has."""
    np.fill_diagonal(legs.hours, np.inf)
    np.fill_diagonal(legs.usd, np.inf)
    return legs


def each_chain(
    network: Network,
    parameters: Parameters,
    legs: dict[str, list[Legs]],
    take: Callable[[int, Chains], None],
    handicap: Floats | None = None,
) -> None:
    """Give the chains of every search class to `take`, two at a time: the compiled joins release the lock.

    handicap: as `chain_legs`.
    """
    values = values_of_time(parameters)

    def one(c: int) -> None:
        on_land = {name: legs[name][c] for name in ("road", "rail")}
        at_sea = {s: legs["sea"][s] for s in routes_of_land(c)}
        take(c, chain_legs(network, parameters, on_land, at_sea, values[c], handicap))

    run_all(one, range(len(values)))


def assemble(
    network: Network, parameters: Parameters, legs: dict[str, list[Legs]], handicap: Floats | None = None
) -> xr.Dataset:
    """Chains of legs between cities by mode and search class, at sea by search there; handicap: as `each_chain`.

    Returns hours, usd and generalised_cost (= usd + value of time * hours), dims (vot_class, mode, origin_city,
    destination_city), per TEU; infinite where a mode does not connect, and where there are fewer searches at sea. The
    diagonal is infinite: trade within a city follows a rule of its own (`trade_costs`).
    """
    size = len(network.cities)
    labels_of_routes = routes()
    shape = (len(labels_of_routes), len(MODES), size, size)
    hours, usd = np.full(shape, np.inf), np.full(shape, np.inf)

    def take(c: int, chains: Chains) -> None:
        for m, mode in enumerate((chains.by_road, chains.by_rail)):
            hours[c, m], usd[c, m] = mode.hours, mode.usd
        for s, voyages in chains.by_sea.items():
            hours[s, SEA], usd[s, SEA] = voyages.whole.hours, voyages.whole.usd

    each_chain(network, parameters, legs, take, handicap)
    values = values_of_time(parameters)
    of_routes = values_of_routes(np.array(values))
    cost = usd + of_routes.T[:, :, None, None] * hours
    dims = ("vot_class", "mode", "origin_city", "destination_city")
    labels = network.cities.index.to_numpy()
    coords = {
        "vot_class": labels_of_routes,
        "value_of_time": ("vot_class", of_routes[0]),
        "mode": list(MODES),
        "origin_city": labels,
        "destination_city": labels,
    }
    return xr.Dataset(
        {"hours": (dims, hours), "usd": (dims, usd), "generalised_cost": (dims, cost)}, coords=coords
    )


def cities_beside_ports(network: Network, parameters: Parameters) -> Legs:
    """Legs from cities to the network's ports beside them (`beside_ports`)."""
    return beside_ports(network.ports, network, parameters)


def beside_ports(ports: pd.DataFrame, network: Network, parameters: Parameters) -> Legs:
    """Legs from cities to the ports beside them by the great circle * detour, [city, port]; infinite to others.

    Small islands have ports but no roads on the network.
    """
    km = distances(network.cities, ports)
    length = np.where(km <= FARTHEST_QUAY_KM, km * parameters["connector_detour"], np.inf)
    return Legs(length / parameters["road_speed"], length * parameters["connector_rate"])


def within_access(network: Network, parameters: Parameters) -> NDArray[np.bool_]:
    """The terminals at which freight of a city changes to rail, [city, terminal].

    Those of its own economy in its surroundings; where none has a line the nearest one that has, within
    `rail_access_distance`, as well: a place without rails may get some.
    """
    farthest = parameters["rail_access_distance"]

    def find() -> NDArray[np.bool_]:
        km, has_line = _distances_within_economies(network), terminals_with_lines(network)
        reach = np.maximum(km[:, has_line].min(axis=1, initial=np.inf), SURROUNDINGS_KM)
        reach = np.minimum(reach, farthest)[:, None]
        return np.asarray(km <= np.where(has_line, reach, SURROUNDINGS_KM))

    return derived(network, ("within access", farthest), find)


def terminals_with_lines(network: Network) -> NDArray[np.bool_]:
    """The terminals that lines lead to, open or closed."""
    found: NDArray[np.bool_] = network.rail.linked[network.terminals["node"].to_numpy(np.int64)]
    return found


def rail_offered(network: Network, parameters: Parameters) -> NDArray[np.bool_]:
    """The pairs of cities between which rail is the main part of the way, [city, city].

    km to the farthest terminal used by one + the same of the other <= (1 - rail_main_part) * km between the two, by the
    great circle. It depends on places alone: no change of links gives or takes a choice. False without a terminal.
    """
    key = ("rail offered", parameters["rail_access_distance"], parameters["rail_main_part"])

    def find() -> NDArray[np.bool_]:
        near = within_access(network, parameters)
        farthest = np.where(near, _distances_within_economies(network), 0.0).max(axis=1, initial=0.0)
        hauled = np.where(near.any(axis=1), farthest, np.inf)
        between = distances(network.cities, network.cities)
        return np.asarray(hauled[:, None] + hauled <= (1 - parameters["rail_main_part"]) * between)

    return derived(network, key, find)


def _distances_within_economies(network: Network) -> Floats:
    """Great-circle km from cities to terminals of their own economy, [city, terminal]; infinite to others."""
    economy = network.rail.nodes["economy"].to_numpy(str)[network.terminals["node"].to_numpy(np.int64)]
    own = network.cities["iso3"].to_numpy(str)[:, None] == economy
    return np.where(own, distances(network.cities, network.terminals), np.inf)


def _columns(legs: Legs, part: slice) -> Legs:
    return Legs(np.ascontiguousarray(legs.hours[:, part]), np.ascontiguousarray(legs.usd[:, part]))
