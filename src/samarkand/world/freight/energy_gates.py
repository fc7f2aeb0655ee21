"""Oil and gas from terminals of their own at full places: they do not pay, and take capacity all the same."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from samarkand.core.conventions import Floats
from samarkand.engines.path_sums import mark_paths
from samarkand.world.freight.assignment import link_of_arcs
from samarkand.world.freight.capacity import Facility
from samarkand.world.freight.energy import EnergyTrade
from samarkand.world.freight.energy_loads import energy_paths
from samarkand.world.freight.gate_ways import Gate
from samarkand.world.network.tables import Network, sea_costs
from samarkand.world.parameters import Parameters


def energy_at_gates(
    trade: EnergyTrade,
    network: Network,
    parameters: Parameters,
    facilities: Sequence[Facility],
    gates: Sequence[Gate],
) -> Floats:
    """Which flows of oil and gas pass each facility on its way over the sea, one or nothing [facility, flow].

    Those counted in TEU take none: oil and gas are in no box.
    """
    passes = np.zeros((len(gates), len(trade.flows)))
    found = energy_paths(trade, network, parameters)
    if found is None:
        return passes
    costs = sea_costs(network, parameters)
    marks = np.zeros(costs.row.size, np.int64)
    for f, (gate, facility) in enumerate(zip(gates, facilities, strict=True)):
        if facility.measure == "tonnes":
            marks[np.isin(costs.row, sorted(gate.links.get("sea", ())))] |= 1 << f
    bits = mark_paths(found.graph, found.paths, marks[link_of_arcs(found.graph, costs)])
    for row, source, target in found.trips:
        for f in range(len(gates)):
            passes[f, row] = bits[source, target] >> f & 1
    return passes
