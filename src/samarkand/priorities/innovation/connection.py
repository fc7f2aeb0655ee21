"""Connection: cables as a network of capacity, and who loses it when a cable, a landing or a strait is cut.

Each system is a trunk with a branch to each of its landings; within an economy all landings are joined. Where a system
passes a strait within an economy, as all do in Egypt, the landings on its two sides are joined by a way that passes
it too. An economy is connected where it reaches a hub, over others if need be. Its capacity is the greatest flow to all
hubs together, over the systems whose capacity is published.

    cable:smw5            a system, or an item of the programme by its id
    landing:PAK Karachi   a place, for all systems that land there
    suez                  a chokepoint, as in stress tests: all systems that pass it
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property, partial
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from samarkand.core.conventions import Floats
from samarkand.core.faults import FaultList, did_you_mean
from samarkand.core.gaps import Gap
from samarkand.core.geodesy import calc_great_circle_distance
from samarkand.engines.cut_networks import UNLIMITED, calc_capacity, calc_reaches
from samarkand.engines.once import derived
from samarkand.programme.model.models import Item, Point
from samarkand.state import State
from samarkand.world.cables import Cables, Landing, System, SystemRow
from samarkand.world.network.nearest import nearest_nodes
from samarkand.world.world import World

KIND = "fibre_cable"
NO_ROUTE = "no route is published: where it lands is not known"
Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class CableNetwork:
    """Systems as edges between economies and junctions of trunks.

    `economies`: those that are no hubs, in the order of all results; the others are hubs.
    """

    systems: tuple[System, ...]
    economies: tuple[str, ...]
    hubs: tuple[str, ...]

    @cached_property
    def edges(self) -> Edges:
        """Trunks and branches of all systems."""
        number = {code: at for at, code in enumerate((*self.economies, *self.hubs))}
        ends: list[tuple[int, int]] = []
        capacity: list[int] = []
        owner: list[str] = []
        landing: list[str] = []
        straits: list[frozenset[str]] = []

        def join(begin: int, end: int, limit: int, system: str, name: str, passed: Iterable[str]) -> None:
            ends.append((begin, end))
            capacity.append(limit)
            owner.append(system)
            landing.append(name)
            straits.append(frozenset(passed))

        size = len(number)
        beyond: dict[int, int] = {}
        divided = divided_economies(self.systems)
        for code, passed in sorted((code, passed) for code, (passed, _) in divided.items()):
            beyond[number[code]] = size
            join(number[code], size, UNLIMITED, "", "", passed)
            size += 1
        for system in self.systems:
            limit = (system.row.capacity or 0) if system.is_cut_as_one else UNLIMITED
            for place, one in enumerate(system.landings):
                junction = size
                size += 1
                node = number[one.economy]
                if one.economy in divided and one.name in divided[one.economy][1]:
                    node = beyond[node]
                join(junction, node, limit, system.row.system, one.name, one.branch)
                if place:
                    join(junction - 1, junction, limit, system.row.system, "", one.passes)
        return Edges(
            size, np.array(ends, np.int64).reshape(-1, 2), np.array(capacity, np.int64), tuple(owner), tuple(landing),
            tuple(straits), beyond,
        )  # fmt: skip

    @property
    def cases(self) -> tuple[str, ...]:
        """Names of all single cuts: systems, landings, straits."""
        cut = [one for one in self.systems if one.is_cut_as_one]
        landings = sorted({place.name for one in cut for place in one.landings})
        straits = sorted(
            {word for one in cut for place in one.landings for word in (*place.passes, *place.branch)}
        )
        return (
            *(f"cable:{one.row.system}" for one in cut), *(f"landing:{name}" for name in landings), *straits,
        )  # fmt: skip


def divided_economies(systems: Iterable[System]) -> dict[str, tuple[tuple[str, ...], frozenset[str]]]:
    """Economies within which a system passes a strait: the strait, and the names of the landings beyond it.

    A landing that no such system names lies on the side of the nearest that one does.
    """
    systems = tuple(systems)
    straits: dict[str, tuple[str, ...]] = {}
    sides: dict[str, tuple[dict[str, Landing], dict[str, Landing]]] = {}
    for system in systems:
        for one, other in pairwise(system.landings):
            if one.economy == other.economy and other.passes:
                straits.setdefault(one.economy, other.passes)
                near, far = sides.setdefault(one.economy, ({}, {}))
                near[one.name], far[other.name] = one, other
    found = {}
    for code, (near, far) in sides.items():
        beyond = set(far)
        for place in (place for system in systems for place in system.landings if place.economy == code):
            if place.name not in near and place.name not in far:
                apart = [_nearest(place, side.values()) for side in (near, far)]
                beyond |= {place.name} if apart[1] < apart[0] else set()
        found[code] = (straits[code], frozenset(beyond))
    return found


def _nearest(place: Landing, others: Iterable[Landing]) -> float:
    """Km from a place to the nearest of others."""
    return min(
        calc_great_circle_distance(place.latitude, place.longitude, one.latitude, one.longitude)
        for one in others
    )


@dataclass(frozen=True)
class Edges:
    """Edges of a cable network: nodes, capacity (Gbit/s), system, landing (of branches) and straits of each.

    `beyond`: the node of an economy's landings on the far side of a strait within it, by the node of the economy.
    """

    size: int
    ends: NDArray[np.int64]
    capacity: NDArray[np.int64]
    system: tuple[str, ...]
    landing: tuple[str, ...]
    straits: tuple[frozenset[str], ...]
    beyond: Mapping[int, int]

    def open_without(self, cases: Collection[str], closed: Collection[str] = ()) -> Bools:
        """Which edges are open once the cases are cut and the systems in `closed` are not there."""
        return np.array(
            [
                system not in closed
                and f"cable:{system}" not in cases
                and (not landing or f"landing:{landing}" not in cases)
                and not straits & set(cases)
                for system, landing, straits in zip(self.system, self.landing, self.straits, strict=True)
            ],
            dtype=bool,
        )


@dataclass(frozen=True)
class Connection:
    """Who is connected and how well, and what each cut takes away, for the economies that are asked about.

    `landing`: systems that land; `reaches`: whether a hub is reached; `capacity`: to the hubs, Gbit/s, not a number
    where none that lands is published or where the way is a mesh; all dims (economy). `cut_off`, `left`: who loses a
    connection that it had, and the capacity that is left, dims (economy, case).
    """

    network: CableNetwork
    closed: tuple[str, ...]
    economies: tuple[str, ...]
    cases: tuple[str, ...]
    landing: Floats
    reaches: Bools
    capacity: Floats
    cut_off: Bools
    left: Floats


def connection_of(state: State) -> Connection:
    """Connection in a state of the programme: its cables that are open then count."""
    network, items = _network(state)
    return _kept(state, network, tuple(one for one in items if one not in state.change.open))


def connection_without(state: State) -> Connection:
    """Connection without the programme, over the same economies and cases."""
    network, items = _network(state)
    return _kept(state, network, items)


def _network(state: State) -> tuple[CableNetwork, tuple[str, ...]]:
    """The network with all cables of the programme, and which systems are those."""
    systems, _ = systems_of(state.programme.items, state.world)
    return network_of(state.world.cables, systems), tuple(one.row.system for one in systems)


def _kept(state: State, network: CableNetwork, closed: tuple[str, ...]) -> Connection:
    economies = tuple(code for code in network.economies if code in state.world.cables.covered)
    make = partial(connect, network, closed, economies)
    return derived(state.world, ("connection", network, closed, economies), make)


def cases_of_table(state: State) -> tuple[str, ...]:
    """Cuts of what the table has, which are the same whatever the programme holds or the question leaves out."""
    return network_of(state.world.cables).cases


def network_of(cables: Cables, further: Iterable[System] = ()) -> CableNetwork:
    """The network of a table of systems and of further ones."""
    systems = (*cables.systems, *further)
    landed = {code for one in systems for code in one.economies}
    return CableNetwork(systems, tuple(sorted(landed - set(cables.hubs))), cables.hubs)


def systems_of(items: Iterable[Item], world: World) -> tuple[tuple[System, ...], tuple[Gap, ...]]:
    """The cables among items as systems, and those whose landings are not known.

    A point of the route lies in the economy of the nearest road, or in that of the item of which a city is nearest.
    """
    systems, gaps = [], []
    for item in items:
        if item.kind != KIND:
            continue
        route = item.get("route") or ()
        if len(route) < 2:
            gaps.append(Gap(item.id, "connection", NO_ROUTE))
            continue
        bandwidth = item.figure("bandwidth")
        cited = bandwidth or item.figure("length")
        row = SystemRow(
            system=item.id, title=item.title, kind="land" if item.get("cable") == "land" else "submarine",
            capacity=None if bandwidth is None or bandwidth.value is None else round(bandwidth.value),
            source=cited.source if cited else "the programme", flag="derived",
        )  # fmt: skip
        systems.append(System(row, tuple(_landing(item, point, world) for point in route)))
    return tuple(systems), tuple(gaps)


def _landing(item: Item, point: Point, world: World) -> Landing:
    network = world.network
    economy = network.geography.economy_at(point.latitude, point.longitude)
    mine = network.cities[network.cities["iso3"].isin(item.economies)]
    if economy not in item.economies:
        economy = item.economies[0]
        if len(mine):
            nearest, _ = nearest_nodes(mine, np.array([point.latitude]), np.array([point.longitude]))
            economy = str(mine["iso3"].iloc[int(nearest[0])])
    return Landing(
        system=item.id,
        landing=point.name,
        economy=economy,
        latitude=point.latitude,
        longitude=point.longitude,
    )


def connect(network: CableNetwork, closed: tuple[str, ...], economies: tuple[str, ...]) -> Connection:
    """Connection of some economies where the systems in `closed` are not there, and after each single cut."""
    edges, cases = network.edges, network.cases
    nodes = np.array([network.economies.index(code) for code in economies], np.int64)
    present = [one for one in network.systems if one.row.system not in closed]
    meshed = {code for one in present if not one.is_cut_as_one for code in one.economies}
    published = {code for one in present if one.row.capacity for code in one.economies} - meshed
    known = np.array([code in published for code in economies], dtype=bool)
    whole = edges.open_without((), closed)
    reaches = _reaches(network, whole)[nodes]
    flows = {int(node): _flow(network, whole, int(node)) for node in nodes[known]}
    capacity = np.full(len(economies), np.nan)
    capacity[known] = [float(flow) for flow, _ in flows.values()]
    cut_off = np.zeros((len(economies), len(cases)), dtype=bool)
    left = np.repeat(capacity[:, None], len(cases), axis=1)
    for column, case in enumerate(cases):
        still = edges.open_without((case,), closed)
        cut_off[:, column] = reaches & ~_reaches(network, still)[nodes]
        gone = whole & ~still
        for row in np.flatnonzero(known):
            node = int(nodes[row])
            if (flows[node][1] & gone).any():
                left[row, column] = _flow(network, still, node)[0]
    landing = [
        float(sum(code in one.economies for one in present if one.is_cut_as_one)) for code in economies
    ]
    return Connection(network, closed, economies, cases, np.array(landing), reaches, capacity, cut_off, left)


def cut(found: Connection, names: Collection[str]) -> tuple[Bools, Floats]:
    """Who loses connection, and the capacity left to each, where all of some are cut together.

    Raises `Faults` with every name that cuts nothing.
    """
    faults = FaultList()
    for name in names:
        if name not in found.cases:
            faults.add(f"--cut {name}", "cuts nothing", did_you_mean(name, found.cases))
    faults.raise_if_any()
    network = found.network
    still = network.edges.open_without(names, found.closed)
    nodes = [network.economies.index(code) for code in found.economies]
    left = [
        float(_flow(network, still, node)[0]) if known else np.nan
        for node, known in zip(nodes, np.isfinite(found.capacity), strict=True)
    ]
    return found.reaches & ~_reaches(network, still)[nodes], np.array(left)


def _hubs(network: CableNetwork) -> NDArray[np.int64]:
    hubs = range(len(network.economies), len(network.economies) + len(network.hubs))
    beyond = network.edges.beyond
    return np.array([*hubs, *(beyond[hub] for hub in hubs if hub in beyond)], np.int64)


def _reaches(network: CableNetwork, is_open: Bools) -> Bools:
    """By node; an economy reaches a hub where one of its sides does."""
    edges = network.edges
    reaches = calc_reaches(edges.size, edges.ends, is_open, _hubs(network))
    for node, other in edges.beyond.items():
        reaches[node] |= reaches[other]
    return reaches


def _flow(network: CableNetwork, is_open: Bools, node: int) -> tuple[int, Bools]:
    """Of both sides of an economy together, where a strait divides it."""
    edges = network.edges
    if node not in edges.beyond:
        return calc_capacity(edges.size, edges.ends, edges.capacity, is_open, node, _hubs(network))
    source, sides = edges.size, (node, edges.beyond[node])
    ends = np.vstack([edges.ends, [(source, side) for side in sides]])
    capacity, still = np.r_[edges.capacity, UNLIMITED, UNLIMITED], np.r_[is_open, True, True]
    flow, used = calc_capacity(edges.size + 1, ends, capacity, still, source, _hubs(network))
    return flow, used[: len(edges.ends)]
