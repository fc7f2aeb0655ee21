"""Skims: hours, money and generalised cost per TEU between cities, by mode and value-of-time class.

Three kinds of legs are shortest paths on one graph each: by road (cities to cities, rail terminals and ports), by
rail (among terminals), by sea (among ports). A mode is a chain of legs that must use its main mode:

    road = road;  rail = road + rail + road;  sea = (road or road + rail) + sea + (road or road + rail)

with transfers between. Links that get cheaper enter by closure of the legs over their end points, which equals a
recomputation; the baseline's legs are shipped, and recomputed and cached when parameters of theirs are replaced.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from samarkand.engines.routing import Graph, Legs, calc_legs, cheaper_legs, close_over_ends, join_legs
from samarkand.world.changes import LinkChange
from samarkand.world.leg_store import End, ends_legs, stored_legs
from samarkand.world.network import (
    FARTHEST_CONNECTOR_KM,
    Network,
    fingerprint,
    land_costs,
    nearest_nodes,
    sea_costs,
)
from samarkand.world.network_changes import Arc, arcs_of, port_savings
from samarkand.world.parameters import Parameters

Floats = NDArray[np.float64]
Progress = Callable[..., None]

CLASSES = ("low", "medium", "high", "very_high")
MODES = ("road", "rail", "sea")
HOURS_PER_DAY = 24.0
Result = TypeVar("Result")
WORKERS = 2
FARTHEST_QUAY_KM = 60.0  # a port within this of a city is beside it


@dataclass(frozen=True, eq=False)
class Component:
    """One graph with the places whose legs are wanted: legs run from `sources` to `targets` (numbers of nodes)."""

    name: str
    graph: Graph
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
        parameters["shipment_value"] * parameters[f"vot_rate_{name}"] / HOURS_PER_DAY for name in CLASSES
    )


def components(network: Network, parameters: Parameters) -> dict[str, Component]:
    """The three graphs with their places."""
    vot = np.array(values_of_time(parameters))
    found = {}
    for name in ("road", "rail", "sea"):
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
        key = fingerprint(graph.indptr, graph.indices, graph.hours, graph.usd, sources, targets, vot)
        found[name] = Component(name, graph, sources, targets, key)
    return found


def attach_by_road(network: Network, parameters: Parameters) -> tuple[Attachment, Attachment, Attachment]:
    """Cities, rail terminals and ports to the nearest road: great circle * detour, at road speed and connector rate."""
    found = []
    for table in (network.cities, network.terminals, network.ports):
        node, km = nearest_nodes(
            network.road.nodes, table["lat"].to_numpy(float), table["lon"].to_numpy(float)
        )
        length = np.where(km <= FARTHEST_CONNECTOR_KM, km * parameters["connector_detour"], np.inf)
        found.append(
            Attachment(node, length / parameters["road_speed"], length * parameters["connector_rate"])
        )
    return found[0], found[1], found[2]


def attach_ports_at_sea(network: Network, parameters: Parameters) -> Attachment:
    """Ports to the nearest point of the sea graph, by the great circle at sea speed and rate."""
    node, km = nearest_nodes(
        network.sea_nodes, network.ports["lat"].to_numpy(float), network.ports["lon"].to_numpy(float)
    )
    if "closed" in network.ports:  # by a scenario (`closures`)
        km = np.where(network.ports["closed"].to_numpy(bool), np.inf, km)
    return Attachment(node, km / parameters["sea_speed"], km * parameters["sea_rate"])


def compute_component(part: Component, parameters: Parameters, progress: Progress) -> list[Legs]:
    """Legs of a component by class, rounded down to a thousandth of an hour and a cent (as they are shipped).

    Down, because legs over new arcs are exact: rounded up, an old path would seem to have become cheaper.
    """
    legs = []
    for number, vot in enumerate(values_of_time(parameters)):
        total = len(CLASSES) * part.sources.size

        def report(done: int, before: int = number * part.sources.size, total: int = total) -> None:
            progress(done=before + done, total=total)

        exact = calc_legs(part.graph, vot, part.sources, part.targets, report)
        legs.append(Legs(np.floor(exact.hours * 1000) / 1000, np.floor(exact.usd * 100) / 100))
    return legs


def baseline_legs(
    parts: dict[str, Component], parameters: Parameters, progress: Progress
) -> dict[str, list[Legs]]:
    """Legs of all components by class: shipped, cached, or computed now."""
    return {
        name: stored_legs(name, part.key, partial(compute_component, part, parameters, progress))
        for name, part in parts.items()
    }


def baseline_skims(
    network: Network, parameters: Parameters, progress: Progress = lambda *_words, **_fractions: None
) -> xr.Dataset:
    """Skims of the network as it is; see `assemble`."""
    parts = components(network, parameters)
    return assemble(network, parameters, baseline_legs(parts, parameters, progress))


def both_skims(
    changes: Sequence[LinkChange],
    network: Network,
    parameters: Parameters,
    meanwhile: Callable[[xr.Dataset], Result],
    progress: Progress = lambda *_words, **_fractions: None,
) -> tuple[Result, xr.Dataset]:
    """What `meanwhile` makes of the baseline's skims, and the skims with changes, side by side on two threads."""
    parts = components(network, parameters)
    legs = baseline_legs(parts, parameters, progress)
    with ThreadPoolExecutor(1) as beside:
        of_baseline = beside.submit(meanwhile, assemble(network, parameters, legs))
        changed = _with(changes, network, parameters, parts, legs, progress)
        return of_baseline.result(), changed


def skims_with(
    changes: Sequence[LinkChange],
    network: Network,
    parameters: Parameters,
    progress: Progress = lambda *_words, **_fractions: None,
) -> xr.Dataset:
    """Skims with changes of the network that lower costs, by closure over the ends of what changes."""
    parts = components(network, parameters)
    return _with(changes, network, parameters, parts, baseline_legs(parts, parameters, progress), progress)


def _with(
    changes: Sequence[LinkChange],
    network: Network,
    parameters: Parameters,
    parts: dict[str, Component],
    legs: dict[str, list[Legs]],
    progress: Progress,
) -> xr.Dataset:
    legs = dict(legs)
    for mode in ("road", "rail"):
        arcs = arcs_of(changes, mode, network, parameters)
        if arcs:
            legs[mode] = close_component(parts[mode], legs[mode], arcs, parameters, progress)
    hours, usd = port_savings(changes, network)
    return assemble(network, parameters, legs, hours, usd)


def close_component(
    part: Component, legs: list[Legs], arcs: Sequence[Arc], parameters: Parameters, progress: Progress
) -> list[Legs]:
    """Legs of a component after new or cheaper arcs are added."""
    ends: list[End] = sorted({end for arc in arcs for end in (arc.tail, arc.head)}, key=str)
    number = {end: i for i, end in enumerate(ends)}
    old = [end for end in ends if isinstance(end, int)]
    rows = ends_legs(part.name, part.key, part.graph, values_of_time(parameters), old, part.targets, progress)
    at = np.array([number[end] for end in old], dtype=np.int64)
    closed = []
    for c, vot in enumerate(values_of_time(parameters)):
        # A new node (an end that is not on the network yet) is reached by new arcs only.
        shape = (len(ends), part.targets.size)
        from_ends = Legs(np.full(shape, np.inf), np.full(shape, np.inf))
        from_ends.hours[at], from_ends.usd[at] = rows.targets[c].hours, rows.targets[c].usd
        square = (len(ends), len(ends))
        among = Legs(np.full(square, np.inf), np.full(square, np.inf))
        among.hours[np.ix_(at, at)], among.usd[np.ix_(at, at)] = rows.between[c].hours, rows.between[c].usd
        new = Legs(np.full(square, np.inf), np.full(square, np.inf))
        for arc in arcs:
            for a, b in ((number[arc.tail], number[arc.head]), (number[arc.head], number[arc.tail])):
                if arc.usd + vot * arc.hours < new.usd[a, b] + vot * new.hours[a, b]:
                    new.hours[a, b], new.usd[a, b] = arc.hours, arc.usd
        # Sources are the first of the targets, and the graph has no direction.
        to_ends = Legs(
            np.ascontiguousarray(from_ends.hours[:, : part.sources.size].T),
            np.ascontiguousarray(from_ends.usd[:, : part.sources.size].T),
        )
        closed.append(close_over_ends(legs[c], from_ends, to_ends, among, new, vot))
    return closed


def assemble(
    network: Network,
    parameters: Parameters,
    legs: dict[str, list[Legs]],
    port_hours_saved: Floats | float = 0.0,
    port_usd_saved: Floats | float = 0.0,
) -> xr.Dataset:
    """Chains of legs between cities by mode and class.

    Returns hours, usd and generalised_cost (= usd + value of time * hours), dims (vot_class, mode, origin_city,
    destination_city), per TEU; infinite where a mode does not connect. The diagonal is infinite: trade within a
    city follows a rule of its own (`trade_costs`).
    """
    city, terminal, port = attach_by_road(network, parameters)
    at_sea = attach_ports_at_sea(network, parameters)
    near = within_access(network, parameters)
    cities, terminals = len(network.cities), len(network.terminals)
    port_terminal = network.ports["terminal"].to_numpy(np.int64)
    served = np.flatnonzero(port_terminal >= 0)
    fee = parameters["port_fee"] - port_usd_saved
    own = np.arange(cities)
    beside = cities_beside_ports(network, parameters)
    values = values_of_time(parameters)

    def chains(c: int) -> tuple[Floats, Floats]:
        vot = values[c]
        road = legs["road"][c].plus(
            city.hours[:, None] + np.r_[city.hours, terminal.hours, port.hours],
            city.usd[:, None] + np.r_[city.usd, terminal.usd, port.usd],
        )
        to_city = _columns(road, slice(0, cities))
        to_terminal = _columns(road, slice(cities, cities + terminals))
        to_terminal = Legs(np.where(near, to_terminal.hours, np.inf), np.where(near, to_terminal.usd, np.inf))
        to_terminal = to_terminal.plus(parameters["terminal_hours"], parameters["terminal_fee"])
        rail = Legs(legs["rail"][c].hours.copy(), legs["rail"][c].usd.copy())
        same = np.arange(terminals)
        rail.hours[same, same] = rail.usd[same, same] = np.inf  # a railway trip leaves its terminal
        along = join_legs(to_terminal, rail, vot)
        by_rail = join_legs(along, to_terminal.transposed, vot)

        to_port = cheaper_legs(_columns(road, slice(cities + terminals, None)), beside, vot).plus(
            parameters["port_hours_road"] - port_hours_saved, fee
        )
        to_port_by_rail = Legs(np.full_like(to_port.hours, np.inf), np.full_like(to_port.usd, np.inf))
        to_port_by_rail.hours[:, served] = along.hours[:, port_terminal[served]]
        to_port_by_rail.usd[:, served] = along.usd[:, port_terminal[served]]
        to_port_by_rail = to_port_by_rail.plus(parameters["port_hours_rail"] - port_hours_saved, fee)
        to_port = cheaper_legs(to_port, to_port_by_rail, vot)
        sea = legs["sea"][c].plus(at_sea.hours[:, None] + at_sea.hours, at_sea.usd[:, None] + at_sea.usd)
        quay = np.arange(len(network.ports))
        sea.hours[quay, quay] = sea.usd[quay, quay] = np.inf
        by_sea = join_legs(join_legs(to_port, sea, vot), to_port.transposed, vot)
        modes = (to_city, by_rail, by_sea)
        for mode in modes:
            mode.hours[own, own] = mode.usd[own, own] = np.inf
        return np.stack([m.hours for m in modes]), np.stack([m.usd for m in modes])

    # The compiled joins release the interpreter lock: two classes at a time, the result does not depend on it.
    with ThreadPoolExecutor(WORKERS) as pool:
        by_class = list(pool.map(chains, range(len(values))))
    hours = np.stack([pair[0] for pair in by_class])
    usd = np.stack([pair[1] for pair in by_class])
    cost = usd + np.array(values_of_time(parameters))[:, None, None, None] * hours
    dims = ("vot_class", "mode", "origin_city", "destination_city")
    labels = network.cities.index.to_numpy()
    coords = {
        "vot_class": list(CLASSES),
        "mode": list(MODES),
        "origin_city": labels,
        "destination_city": labels,
    }
    return xr.Dataset(
        {"hours": (dims, hours), "usd": (dims, usd), "generalised_cost": (dims, cost)}, coords=coords
    )


def cities_beside_ports(network: Network, parameters: Parameters) -> Legs:
    """Legs from cities to the ports beside them by the great circle * detour, [city, port]; infinite to others.

    Small islands have ports but no roads on the network.
    """
    km = _distances(network.cities, network.ports)
    length = np.where(km <= FARTHEST_QUAY_KM, km * parameters["connector_detour"], np.inf)
    return Legs(length / parameters["road_speed"], length * parameters["connector_rate"])


def within_access(network: Network, parameters: Parameters) -> NDArray[np.bool_]:
    """Which terminals are near enough to a city for freight to go to them by road, [city, terminal]."""
    near: NDArray[np.bool_] = (
        _distances(network.cities, network.terminals) <= parameters["rail_access_distance"]
    )
    return near


def _distances(one: pd.DataFrame, other: pd.DataFrame) -> Floats:
    """Great-circle km from each place of one table to each of another."""
    from samarkand.world.mode_choice import great_circle

    both = pd.concat([one[["lat", "lon"]], other[["lat", "lon"]]])
    km: Floats = great_circle(both["lat"].to_numpy(float), both["lon"].to_numpy(float))
    return km[: len(one), len(one) :]


def _columns(legs: Legs, part: slice) -> Legs:
    return Legs(np.ascontiguousarray(legs.hours[:, part]), np.ascontiguousarray(legs.usd[:, part]))
