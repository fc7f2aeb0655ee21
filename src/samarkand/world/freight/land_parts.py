"""Which economies goods cross on their way to a port that is not their own's.

A ship that ends where the lorry or the train came through is no way by sea: from Iran by Türkiye to a port of Georgia,
and back to Istanbul. Crossed are the economies of the nodes along the way to the port, the port's own among them, that
of the city not: coasts of one economy may be joined by sea, and a landlocked one may use the port of a neighbour.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from samarkand.core.conventions import Floats, Ints
from samarkand.world.freight.skims import Chains, attach_by_road
from samarkand.world.network.tables import Network, land_costs
from samarkand.world.parameters import Parameters

Bools = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Mode:
    """The graph of a land mode with its generalised costs, and the number of the economy of each node."""

    cost: csr_array
    economy: Ints


class LandParts:
    """Economies crossed between cities and ports by the ways of one search class, of a search at sea."""

    def __init__(
        self,
        network: Network,
        parameters: Parameters,
        chains: Chains,
        handicap: Floats,
        value_of_time: float,
    ) -> None:
        self.network, self.chains, self.value = network, chains, value_of_time
        self.handicap = handicap  # of rail to ports, [city, port]
        self.city, _, self.port = attach_by_road(network, parameters)
        owners = [network.land(mode).nodes["economy"].to_numpy(str) for mode in ("road", "rail")]
        port = network.ports["economy"].to_numpy(str)
        self.labels = np.unique(np.concatenate([*owners, port, network.cities["iso3"].to_numpy(str)]))
        self.at_port = np.searchsorted(self.labels, port)
        self.at_city = np.searchsorted(self.labels, network.cities["iso3"].to_numpy(str))
        self.modes = {
            mode: Mode(
                land_costs(network, mode, parameters).graph(len(owner)).cost(value_of_time),
                np.searchsorted(self.labels, owner),
            )
            for mode, owner in zip(("road", "rail"), owners, strict=True)
        }
        self.rail_node: Ints = network.terminals["node"].to_numpy(np.int64)
        self.terminal: Ints = network.ports["terminal"].to_numpy(np.int64)
        self.extra = {
            mode: value_of_time * parameters[f"port_hours_{mode}"] + parameters["port_fee"]
            for mode in ("road", "rail")
        }

    def ends_where_it_passed(self, first: Ints, last: Ints, pairs: Bools) -> Bools:
        """Pairs of cities whose ship ends in an economy that one of its two land parts crosses, [city, city].

        first, last: the ports of each pair, on the side of its first and of its second city; pairs: those asked about.
        """
        cities, ports = pairs.shape[0], len(self.network.ports)
        wanted = np.zeros((cities, ports), np.bool_)
        one, other = np.nonzero(pairs)
        wanted[one, first[one, other]] = wanted[other, last[one, other]] = True
        wanted &= self.at_city[:, None] != self.at_port
        row = np.full((cities, ports), -1)
        row[wanted] = np.arange(wanted.sum())
        crossed = np.zeros((wanted.sum() + 1, self.labels.size), np.bool_)  # the last one: nothing
        for port in np.flatnonzero(wanted.any(axis=0)).tolist():
            self._cross(port, np.flatnonzero(wanted[:, port]), row[:, port], crossed)
        found = np.zeros_like(pairs)
        found[one, other] = (
            crossed[row[one, first[one, other]], self.at_port[last[one, other]]]
            | crossed[row[other, last[one, other]], self.at_port[first[one, other]]]
        )
        return found

    def _cross(self, port: int, cities: Ints, row: Ints, crossed: Bools) -> None:
        """Mark the economies between one port and some cities."""
        terminal = int(self.terminal[port])
        road, rail = self._tree("road", int(self.port.node[port])), None
        if terminal >= 0:
            rail = self._tree("rail", int(self.rail_node[terminal]))
        number = self.chains.road.hours.shape[1] - len(self.network.ports) + port
        by_road = self.chains.road.usd[:, number] + self.value * self.chains.road.hours[:, number]
        for city in cities.tolist():
            mode, node, before = "road", int(self.city.node[city]), road
            if rail is not None:
                along = (
                    self.chains.along.usd[city, terminal]
                    + self.value * self.chains.along.hours[city, terminal]
                )
                if (
                    along + self.extra["rail"] + self.handicap[city, port]
                    < by_road[city] + self.extra["road"]
                ):
                    mode, node, before = "rail", self._boards(city, terminal), rail
            passed = {int(self.at_port[port])}
            while node >= 0:  # negative before the port and where nothing leads
                passed.add(int(self.modes[mode].economy[node]))
                node = int(before[node])
            crossed[row[city], list(passed - {int(self.at_city[city])})] = True

    def _boards(self, city: int, terminal: int) -> int:
        """The node of the railway at which goods of a city begin their way to a terminal."""
        to, rail = self.chains.to_terminal, self.chains.rail
        cost = to.usd[city] + rail.usd[:, terminal] + self.value * (to.hours[city] + rail.hours[:, terminal])
        return int(self.rail_node[cost.argmin()])

    def _tree(self, mode: str, node: int) -> Ints:
        """The next node towards `node` on the least-cost way, from each node of a mode."""
        _, before = dijkstra(self.modes[mode].cost, indices=node, return_predecessors=True)
        return np.asarray(before, np.int64)
