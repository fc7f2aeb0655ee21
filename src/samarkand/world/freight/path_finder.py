"""Finds the way between two cities by one mode, as the skims do, and gives it step by step (`itinerary`).

A mode is a chain of legs, as in `skims`: road; road + rail + road; land + sea + land. The searches are scipy's, from
the two cities and from the terminals and ports they can use, on one state of the network.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np
from scipy.sparse.csgraph import dijkstra

from samarkand.core.conventions import Floats, Ints
from samarkand.engines.routing import Graph
from samarkand.world.freight.leg_choice import rail_constant_of_ports, settle_handicap
from samarkand.world.freight.skims import (
    Attachment,
    attach_by_road,
    attach_ports_at_sea,
    cities_beside_ports,
    rail_offered,
    within_access,
)
from samarkand.world.network.arcs import port_savings
from samarkand.world.network.itinerary import Itinerary, Step, merged, reverse, steps_along
from samarkand.world.network.link_changes import LinkChange
from samarkand.world.network.links import LinkTable, build_lines
from samarkand.world.network.new_ports import open_ports, ports_before
from samarkand.world.network.tables import Network, sea_costs
from samarkand.world.parameters import Parameters


class Trees:
    """Least-cost trees from several nodes: `cost[source, node]`, and the path from a source to a node."""

    def __init__(self, graph: Graph, sources: Ints, value_of_time: float) -> None:
        self.sources = np.asarray(sources)
        self.cost, self.before = dijkstra(
            graph.cost(value_of_time), indices=self.sources, return_predecessors=True
        )

    def path(self, source: int, node: int) -> list[int]:
        """Nodes from the source (by its number among the sources) to the node; the node must be reached."""
        path = [node]
        while path[-1] != self.sources[source]:
            path.append(int(self.before[source, path[-1]]))
        return path[::-1]


@dataclass(frozen=True, eq=False)
class OverLand:
    """Reach of a city over land: the road tree, costs to terminals, and to ports with how they are reached."""

    city: int
    road: Trees
    to_terminal: Floats  # infinite where it is too far
    start: Ints  # the terminals that are near enough
    rail: Trees  # from them
    to_port: Floats
    how: Ints  # 0 by road, 1 beside the port, 2 by rail
    entry: Ints  # number in `start` of the terminal where rail to the port begins
    handicap: Floats  # of rail to ports (`leg_choice`)


class PathFinder:
    """Itineraries on one state of the network (with a programme's changes, or closed links) at one value of time."""

    def __init__(
        self,
        network: Network,
        parameters: Parameters,
        value_of_time: float,
        changes: Sequence[LinkChange] = (),
    ) -> None:
        network = open_ports(network, changes)
        self.network, self.parameters, self.value = network, parameters, value_of_time
        self.road = build_lines(network, "road", parameters, changes)
        self.rail = build_lines(network, "rail", parameters, changes)
        self.sea = sea_costs(network, parameters)
        self.sea_graph = self.sea.graph(len(network.sea_nodes))
        self.city, self.terminal, self.port = attach_by_road(network, parameters)
        self.at_sea = attach_ports_at_sea(network, parameters)
        self.near = within_access(network, parameters)
        self.rail_offered = rail_offered(network, parameters)
        self.beside = cities_beside_ports(network, parameters)
        self.hours_saved, self.usd_saved = port_savings(changes, network, parameters)
        self.node_of_terminal: Ints = network.terminals["node"].to_numpy(np.int64)
        self.terminal_of_port: Ints = network.ports["terminal"].to_numpy(np.int64)
        before = ports_before(network)
        same = before is network and not changes
        self.before = None if same else PathFinder(before, parameters, value_of_time)

    def find(self, origin: str, destination: str, mode: str) -> Itinerary | None:
        """The way between two cities (labels of the network) by a mode; None where the mode does not connect them."""
        number = {str(label): at for at, label in enumerate(self.network.cities.index)}
        one, other = (self._over_land(number[label]) for label in (origin, destination))
        steps = {"road": self._by_road, "rail": self._by_rail, "sea": self._by_sea}[mode](one, other)
        return None if steps is None else Itinerary(origin, destination, mode, self.value, merged(steps))

    # -- modes

    def _by_road(self, one: OverLand, other: OverLand) -> list[Step] | None:
        end = int(self.city.node[other.city])
        if not np.isfinite(one.road.cost[0, end] + self._reach(self.city)[[one.city, other.city]].sum()):
            return None
        way = self._along(self.road, one.road.path(0, end), "road")
        ends = [self._access(self.city, end.city, self._economy(end)) for end in (one, other)]
        return [*ends[0], *way, *ends[1]]

    def _by_rail(self, one: OverLand, other: OverLand) -> list[Step] | None:
        if not self.rail_offered[one.city, other.city]:
            return None
        between = one.rail.cost[:, self.node_of_terminal[other.start]]
        chosen = _cheapest(
            one.to_terminal[one.start], between, other.to_terminal[other.start], one.start, other.start
        )
        if chosen is None:
            return None
        path = one.rail.path(chosen[0], int(self.node_of_terminal[other.start[chosen[1]]]))
        return [
            *self._to_terminal(one, int(one.start[chosen[0]])),
            *self._along(self.rail, path, "rail"),
            *reverse(self._to_terminal(other, int(other.start[chosen[1]]))),
        ]

    def _by_sea(self, one: OverLand, other: OverLand) -> list[Step] | None:
        start, end = (np.flatnonzero(np.isfinite(leg.to_port)) for leg in (one, other))
        if not start.size or not end.size:
            return None
        trees = Trees(self.sea_graph, self.at_sea.node[start], self.value)
        reach = self._reach(self.at_sea)
        between = trees.cost[:, self.at_sea.node[end]] + reach[start][:, None] + reach[end]
        chosen = _cheapest(one.to_port[start], between, other.to_port[end], start, end)
        if chosen is None:
            return None
        ports = (int(start[chosen[0]]), int(end[chosen[1]]))
        path = trees.path(chosen[0], int(self.at_sea.node[ports[1]]))
        return [
            *self._to_port(one, ports[0]),
            self._voyage(path, ports),
            *reverse(self._to_port(other, ports[1])),
        ]

    # -- over land

    def _over_land(self, city: int) -> OverLand:
        p, value = self.parameters, self.value
        road = Trees(self.road.graph, self.city.node[[city]], value)
        from_city = self._reach(self.city)[city] + road.cost[0]
        to_terminal = from_city[self.terminal.node] + self._reach(self.terminal)
        to_terminal = to_terminal + p["terminal_fee"] + value * p["terminal_hours"]
        to_terminal[~self.near[city]] = np.inf
        start = np.flatnonzero(np.isfinite(to_terminal))
        rail = Trees(self.rail.graph, self.node_of_terminal[start], value)

        served = np.flatnonzero((self.terminal_of_port >= 0) & (start.size > 0))
        at = self.terminal_of_port[served]
        along = to_terminal[start][:, None] + rail.cost[:, self.node_of_terminal[at]]
        along[start[:, None] == at] = np.inf  # a railway trip leaves its terminal
        by_rail, entry = np.full(self.terminal_of_port.size, np.inf), np.full(self.terminal_of_port.size, -1)
        if served.size:
            by_rail[served], entry[served] = along.min(axis=0), along.argmin(axis=0)
        by_road = from_city[self.port.node] + self._reach(self.port)
        beside = self.beside.usd[city] + value * self.beside.hours[city]
        dwell = [value * (p[f"port_hours_{mode}"] - self.hours_saved) for mode in ("road", "road", "rail")]
        ways = np.stack([by_road, beside, by_rail]) + np.stack(dwell) + p["port_fee"] - self.usd_saved
        handicap = self._handicap(city, np.minimum(ways[0], ways[1]), ways[2])
        ways[2] += handicap
        to_port, how = ways.min(axis=0), ways.argmin(axis=0)
        return OverLand(city, road, to_terminal, start, rail, to_port, how, entry, handicap)

    def _handicap(self, city: int, by_road: Floats, by_rail: Floats) -> Floats:
        """Of rail from a city to ports: settled here, or by the network before changes (`leg_choice`)."""
        if self.before is not None:
            return self.before._over_land(city).handicap
        constant = rail_constant_of_ports(self.network, self.parameters, self.value)[city]
        return settle_handicap(constant, by_road, by_rail)

    def _reach(self, place: Attachment) -> Floats:
        """Generalised cost from places to their nearest node."""
        return place.usd + self.value * place.hours

    # -- steps

    def _economy(self, land: OverLand) -> str:
        return str(self.network.cities["iso3"].iloc[land.city])

    def _along(self, lines: LinkTable, path: list[int], mode: str) -> list[Step]:
        return steps_along(lines, path, mode, self.network, self.parameters)

    def _access(self, place: Attachment, at: int, economy: str) -> list[Step]:
        """From a place in an economy to the nearest road; empty where it stands on one."""
        hours, usd = float(place.hours[at]), float(place.usd[at])
        km = hours * self.parameters["road_speed"]
        return [Step("access", "road", economy, km, hours, 0.0, usd)] if hours or usd else []

    def _to_terminal(self, land: OverLand, terminal: int) -> list[Step]:
        p, economy = self.parameters, str(self.rail.economy[self.node_of_terminal[terminal]])
        return [
            *self._access(self.city, land.city, self._economy(land)),
            *self._along(self.road, land.road.path(0, int(self.terminal.node[terminal])), "road"),
            *self._access(self.terminal, terminal, economy),
            Step("terminal", "rail", economy, 0.0, 0.0, p["terminal_hours"], p["terminal_fee"]),
        ]

    def _to_port(self, land: OverLand, port: int) -> list[Step]:
        p, how = self.parameters, int(land.how[port])
        steps: list[Step] = []
        if how == 0:
            steps += self._access(self.city, land.city, self._economy(land))
            steps += self._along(self.road, land.road.path(0, int(self.port.node[port])), "road")
            steps += self._access(self.port, port, str(self.network.ports["economy"].iloc[port]))
        elif how == 1:
            hours, usd = float(self.beside.hours[land.city, port]), float(self.beside.usd[land.city, port])
            steps.append(
                Step("access", "road", self._economy(land), hours * p["road_speed"], hours, 0.0, usd)
            )
        else:
            entry = int(land.entry[port])
            end = int(self.node_of_terminal[self.terminal_of_port[port]])
            steps += self._to_terminal(land, int(land.start[entry]))
            steps += self._along(self.rail, land.rail.path(entry, end), "rail")
            if handicap := float(land.handicap[port]):  # of goods that a change draws from the road
                steps.append(Step("constant", "rail", "rail over road", 0.0, 0.0, 0.0, handicap))
        dwell = p["port_hours_rail" if how == 2 else "port_hours_road"] - float(self.hours_saved[port])
        name = str(self.network.ports["name"].iloc[port])
        fee = p["port_fee"] - float(self.usd_saved[port])
        steps.append(Step("port", "sea", name, 0.0, 0.0, dwell, fee, passes=frozenset((("port", port),))))
        return steps

    def _voyage(self, path: list[int], ports: tuple[int, int]) -> Step:
        p, names = self.parameters, self.network.sea_links["passage"].astype(str).to_numpy()
        hours, usd = (float(of[list(ports)].sum()) for of in (self.at_sea.hours, self.at_sea.usd))
        passages, rows = [], set()
        for one, other in pairwise(path):
            link = self._sea_link[min(one, other), max(one, other)]
            hours += float(self.sea.moving_hours[link])
            usd += float(self.sea.usd[link])
            rows.add(("sea", int(self.sea.row[link])))
            passages.append(str(names[self.sea.row[link]]))
        titles = {row.passage: row.title for row in self.network.chokepoints}
        known = [titles[name] for name in dict.fromkeys(passages) if name in titles]
        km = hours * p["sea_speed"]
        name = "sea" + (f", by {', '.join(known)}" if known else "")
        return Step("move", "sea", name, km, hours, 0.0, usd, passes=frozenset(rows))

    @cached_property
    def _sea_link(self) -> dict[tuple[int, int], int]:
        ends = zip(self.sea.u.tolist(), self.sea.v.tolist(), strict=True)
        return {(min(u, v), max(u, v)): at for at, (u, v) in enumerate(ends)}


def _cheapest(first: Floats, between: Floats, last: Floats, start: Ints, end: Ints) -> tuple[int, int] | None:
    """Numbers of the cheapest start and end, which differ; None where nothing connects them."""
    if not between.size:
        return None
    cost = first[:, None] + between + last
    cost[start[:, None] == end] = np.inf
    one, other = np.unravel_index(int(cost.argmin()), cost.shape)
    return (int(one), int(other)) if np.isfinite(cost[one, other]) else None
