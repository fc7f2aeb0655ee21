"""From what a programme changes to arcs and ports of the network's graphs."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from samarkand.core.conventions import Ints
from samarkand.engines.once import derived
from samarkand.engines.routing import Graph, find_path
from samarkand.world.network.link_changes import LinkChange
from samarkand.world.network.nearest import nearest_nodes
from samarkand.world.network.tables import LandTables, LinkCosts, Network, crossing_costs, rate_at
from samarkand.world.parameters import Parameters

SAME_PLACE_KM = 0.01
WITHOUT_ARCS = ("port", "new_port", "clearance")
FASTEST = 1e9  # US$ an hour: the way along a line is the quickest one


class Arc(NamedTuple):
    """A new or cheaper arc between two ends, usable both ways; an end is a node, or the name of a new one."""

    tail: int | str
    head: int | str
    hours: float
    usd: float


def arcs_of(change: LinkChange, network: Network, parameters: Parameters, costs: LinkCosts) -> list[Arc]:
    """The arcs that a change brings to its mode, road or rail, whose links cost `costs`; a change of none has none."""
    if change.action in WITHOUT_ARCS:
        return []
    if change.action == "new":
        return [_new(change, network, parameters)]
    if change.action == "upgrade":
        return _upgrade(change, network, parameters, costs)
    return _cheaper(change, network, costs)


def _new(change: LinkChange, network: Network, parameters: Parameters) -> Arc:
    near = _nodes_at(change, network)
    ends = [
        int(node) if joins else f"{point[0]:.4f} {point[1]:.4f}"
        for node, joins, point in zip(near, change.joins, change.points, strict=True)
    ]
    hours = change.km / parameters[f"{change.mode}_speed"] if change.hours is None else change.hours
    rate = change.rate
    if rate is None:
        rate = float(np.mean([rate_at(network, change.mode, int(node), parameters) for node in near]))
    return Arc(ends[0], ends[1], hours + change.extra_hours, change.km * rate + change.extra_usd)


def _nodes_at(change: LinkChange, network: Network) -> Ints:
    """The nearest node of each point among those with links; a place without rails only at its very place."""
    tables = network.land(change.mode)
    places = np.array([p[0] for p in change.points]), np.array([p[1] for p in change.points])
    node, km = nearest_nodes(tables.nodes, *places)
    if tables.linked[node].all():
        return node
    lines = derived(tables, "nodes with links", lambda: tables.nodes[tables.linked])
    other, _ = nearest_nodes(lines, *places)
    return np.where(tables.linked[node] | (km < SAME_PLACE_KM), node, np.flatnonzero(tables.linked)[other])


def _upgrade(change: LinkChange, network: Network, parameters: Parameters, costs: LinkCosts) -> list[Arc]:
    """Every link on the quickest way along the points, with time on the move and cost of its km times their ratios."""
    near = _nodes_at(change, network)
    lines = derived(costs, "lines", lambda: _Lines.of(network.land(change.mode), parameters, costs))
    arcs = []
    for start, end in zip(near[:-1].tolist(), near[1:].tolist(), strict=True):
        path = find_path(lines.graph, FASTEST, start, end)
        for a, b in pairwise(path):
            k = lines.link_between(a, b)
            hours = costs.moving_hours[k] * min(change.hours_ratio, 1.0) + costs.waiting_hours[k]
            paid = float(lines.fee[costs.row[k]])
            usd = float(costs.usd[k])
            if change.usd_ratio < 1.0:
                usd = (usd - paid) * change.usd_ratio + paid
            arcs.append(Arc(a, b, float(hours), usd))
    return arcs


class _Lines(NamedTuple):
    """The links of a mode to find ways on, the same for all changes: fee: of borders, which no rate changes [link];
    keys: of the ends of each link with costs, order: from the least."""

    graph: Graph
    fee: NDArray[np.float64]
    keys: Ints
    order: Ints

    @classmethod
    def of(cls, tables: LandTables, parameters: Parameters, costs: LinkCosts) -> _Lines:
        """Those of the links that `costs` has."""
        fee = np.zeros(len(tables.links))
        fee[tables.crossings["link"].to_numpy(np.int64)] = crossing_costs(tables.crossings, parameters)[1]
        size = len(tables.nodes)
        keys = np.minimum(costs.u, costs.v) * size + np.maximum(costs.u, costs.v)
        return cls(costs.graph(size), fee, keys, np.argsort(keys))

    def link_between(self, a: int, b: int) -> int:
        """Number of the link between two neighbours."""
        key = min(a, b) * self.graph.size + max(a, b)
        return int(self.order[np.searchsorted(self.keys, key, sorter=self.order)])


def _cheaper(change: LinkChange, network: Network, costs: LinkCosts) -> list[Arc]:
    """The link of a crossing or ferry with what is saved taken off."""
    tables = network.land(change.mode)
    if change.action == "crossing":
        rows = tables.crossings.loc[tables.crossings["id"] == change.target, "link"].to_numpy(np.int64)
    else:
        rows = np.flatnonzero((tables.links["repair"] == change.target).to_numpy())
    if not rows.size:
        raise ValueError(
            f"{change.item}: there is no {change.action} {change.target} on the {change.mode} network"
        )
    arcs = []
    for k in np.flatnonzero(np.isin(costs.row, rows)):  # none where it is closed: it stays closed
        waiting = max(float(costs.waiting_hours[k]) - change.hours_saved, 0.0)
        usd = max(float(costs.usd[k]) - change.usd_saved, 0.0)
        arcs.append(Arc(int(costs.u[k]), int(costs.v[k]), float(costs.moving_hours[k]) + waiting, usd))
    return arcs


def port_savings(
    changes: Sequence[LinkChange], network: Network, parameters: Parameters
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Hours and US$ per TEU saved at each port: what changes save adds up, to no more than the port costs.

    A new port may cost more than others: it saves less than nothing then.
    """
    hours, usd = np.zeros(len(network.ports)), np.zeros(len(network.ports))
    built = [change for change in dict.fromkeys(changes) if change.action == "new_port"]
    for change in [*(change for change in changes if change.action == "port"), *built]:
        at = np.flatnonzero((network.ports["id"] == change.target).to_numpy())
        if not at.size:
            raise ValueError(f"{change.item}: there is no port {change.target} on the network")
        hours[at] += change.hours_saved
        usd[at] += change.usd_saved
    dwell = min(parameters["port_hours_road"], parameters["port_hours_rail"])
    return np.minimum(hours, dwell), np.minimum(usd, parameters["port_fee"])
