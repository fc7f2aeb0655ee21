"""Oil and gas on the sea: from terminals of their own, by tanker, to where their importers land them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from samarkand.core.conventions import Floats
from samarkand.engines.assignment import Paths, assign, find_paths
from samarkand.engines.routing import Graph
from samarkand.world.freight.energy import EnergyTrade, SeaReach
from samarkand.world.network.tables import Network, sea_costs
from samarkand.world.parameters import Parameters


@dataclass(frozen=True, eq=False)
class SeaLoads:
    """Tonnes a year on the arcs of the sea graph, in the order of its indices, and what sails in all.

    own: of economies that were named, the loads of what they export or import.
    """

    loads: Floats
    tonnes: float
    own: Mapping[str, Floats] = field(default_factory=dict)


class EnergyPaths(NamedTuple):
    """Ways of oil and gas over the sea: paths from terminals to landing places, and of each flow that has one its
    number, source and target."""

    graph: Graph
    paths: Paths
    trips: tuple[tuple[int, int, int], ...]


def energy_paths(trade: EnergyTrade, network: Network, parameters: Parameters) -> EnergyPaths | None:
    """From its terminal, or the nearest port of its exporter, to the nearest port of its importer; None where nothing
    goes by sea. What goes by line all the way has no trip."""
    graph = sea_costs(network, parameters).graph(len(network.sea_nodes))
    sea = SeaReach(network, parameters, trade.sea.labels)
    sources = np.unique(np.concatenate([*trade.places.values(), np.zeros(0, np.int64)]))
    targets = np.unique(np.concatenate([*sea.landing.values(), np.zeros(0, np.int64)]))
    if not (sources.size and targets.size and len(trade.flows)):
        return None
    paths = find_paths(graph, 0.0, sources, targets)
    lands = {code: np.searchsorted(targets, nodes) for code, nodes in sea.landing.items() if nodes.size}
    importers, trips = trade.flows["importer"].to_numpy(), []
    for place, rows in trade.flows.groupby("place").indices.items():
        nodes = trade.places.get(str(place))
        if nodes is None or not nodes.size:
            continue
        loading = np.searchsorted(sources, nodes)
        nearest = paths.cost[loading].argmin(axis=0)
        cost = paths.cost[loading].min(axis=0)
        for row in np.asarray(rows, np.int64).tolist():
            at = lands.get(importers[row], loading[:0])
            if at.size:
                target = int(at[cost[at].argmin()])
                trips.append((row, int(loading[nearest[target]]), target))
    return EnergyPaths(graph, paths, tuple(trips))


def energy_loads(
    trade: EnergyTrade,
    tonnes: Floats,
    network: Network,
    parameters: Parameters,
    own_of: Sequence[str] = (),
) -> SeaLoads:
    """Lay oil and gas on the sea of a network: tonnes a year of each flow of the trade, on its way (`energy_paths`).

    What goes by line all the way is on no link. own_of: economies whose exports and imports are laid apart as well.
    """
    found = energy_paths(trade, network, parameters)
    if found is None:
        nothing = np.zeros(sea_costs(network, parameters).graph(len(network.sea_nodes)).indices.size)
        return SeaLoads(nothing, 0.0, dict.fromkeys(own_of, nothing))
    graph, paths, trips = found
    flow = np.zeros(paths.cost.shape)
    own = {code: np.zeros(paths.cost.shape) for code in own_of}
    ends = trade.flows[["exporter", "importer"]].to_numpy()
    for row, source, target in trips:
        flow[source, target] += tonnes[row]
        for code in own.keys() & set(ends[row]):
            own[code][source, target] += tonnes[row]
    for amount in (flow, *own.values()):
        amount[~np.isfinite(paths.cost)] = 0.0
    parts = {code: assign(graph, paths, amount) for code, amount in own.items()}
    return SeaLoads(assign(graph, paths, flow), float(flow.sum()), parts)
