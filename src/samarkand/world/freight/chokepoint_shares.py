"""Which chokepoints sea freight between economies passes, on the network without changes.

The voyage of two cities is the one that the choice of modes offers them: between the ports of least cost, by the sea
path of least cost for the ships of the goods (`ships`). It passes a chokepoint where it uses any link of the named
passage. Cities of an economy weigh as in all trade costs (`FreightBaseline.weights_of`); pairs of cities also by the
share of the sea between them.

    passes[k, c, o, d] = sum over cities a of o, b of d of w_a w_b share_sea[a,b,c] [voyage a-b passes k]
                         / the same sum without the last factor

Worked out once for a network and kept on disk beside it.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from samarkand.core.conventions import Floats
from samarkand.core.disk_cache import load_entry, save_entry
from samarkand.core.hashing import fingerprint
from samarkand.engines.assignment import find_paths, join_choice
from samarkand.engines.once import derived
from samarkand.world.freight.mode_choice import VOT_CLASSES
from samarkand.world.freight.model import FreightModel
from samarkand.world.freight.sea_searches import SEA, sea_searches, searches_taken
from samarkand.world.freight.skims import attach_ports_at_sea
from samarkand.world.network.tables import LinkCosts, Network, sea_costs

Flags = NDArray[np.bool_]
FORMAT = "passages-5"
MOST_KEPT = 3


def passages_of(model: FreightModel) -> xr.DataArray:
    """Share of what two economies ship to each other by sea that passes each chokepoint; see the module.

    Fractions, dims (chokepoint, vot_class, origin, destination), zero where nothing goes by sea. A voyage may pass
    several chokepoints, so that they do not add up to one.
    """
    return derived(model, "chokepoint shares", lambda: _passages(model))


def _passages(model: FreightModel) -> xr.DataArray:
    names = [row.id for row in model.network.chokepoints]
    key = _key(model)
    stored = load_entry("passages", key)
    passes = stored["passes"] if stored else find_passages(model)
    if not stored:
        save_entry("passages", key, {"passes": passes}, MOST_KEPT)
    economies = list(model.economies)
    labels = {
        "chokepoint": names,
        "vot_class": list(VOT_CLASSES),
        "origin": economies,
        "destination": economies,
    }
    return xr.DataArray(passes, labels, tuple(labels))


def _key(model: FreightModel) -> str:
    words = [FORMAT, model.key, *(f"{row.id} {row.passage}" for row in model.network.chokepoints)]
    words += model.network.sea_links["passage"].astype(str).tolist()
    return fingerprint(np.frombuffer("\n".join(words).encode(), np.uint8))


def find_passages(model: FreightModel) -> Floats:
    """`passages_of` as an array, worked out now."""
    baseline = model.baseline
    pairs, zone = baseline.pairs, baseline.zones[0]
    count = len(model.economies)
    one, other = zone[pairs.origin], zone[pairs.destination]
    counted = (one >= 0) & (other >= 0) & (pairs.origin != pairs.destination)
    passes = np.zeros((len(model.network.chokepoints), len(VOT_CLASSES), count, count))
    picked = searches_taken(pairs.own_ways)
    there, back = baseline.weights_of(np.arange(len(pairs)))
    voyages = {s: voyages_of(model, s) for s in range(len(sea_searches()))}
    for g in range(len(VOT_CLASSES)):
        whole = baseline.term[:, g].sum(axis=-1)
        share = np.divide(baseline.term[:, g, SEA], whole, out=np.zeros_like(whole), where=whole > 0)
        share[~counted] = 0.0
        amounts = share * there[:, g], share * back[:, g]
        total = _between_economies(amounts, one, other, count)
        for k in range(len(passes)):
            crossing = np.zeros(len(pairs), np.bool_)
            for s, flags in voyages.items():
                mine = picked[:, g] == s
                crossing[mine] = flags[k, pairs.origin[mine], pairs.destination[mine]]
            crossed = [np.where(crossing, amount, 0.0) for amount in amounts]
            part = _between_economies(crossed, one, other, count)
            np.divide(part, total, out=passes[k, g], where=total > 0)
    return passes


def _between_economies(
    amounts: Sequence[Floats], one: NDArray[np.int32], other: NDArray[np.int32], count: int
) -> Floats:
    """Amounts of pairs, there and back, by their economies [origin, destination]."""
    ways = []
    for amount in amounts:
        used = amount > 0
        place = one[used].astype(np.int64) * count + other[used]
        total = np.bincount(place, amount[used], count * count).astype(np.float64)
        ways.append(total.reshape(count, count))
    return ways[0] + ways[1].T


def voyages_of(model: FreightModel, s: int) -> Flags:
    """Which chokepoints the voyage of search `s` between two cities passes, [chokepoint, city, city]."""
    network, parameters, search = model.network, model.parameters, sea_searches()[s]
    if not len(network.ports):
        return np.zeros((len(network.chokepoints), len(network.cities), len(network.cities)), np.bool_)
    base, value = model.path_update.base, float(model.baseline.pairs.search_values[SEA, s])
    to_port = np.ascontiguousarray((base.port_usd[s] + value * base.port_hours[s]).T)  # [city, port]
    sailing, embark = join_choice(to_port, base.sea_usd[s] + value * base.sea_hours[s])
    _, land = join_choice(sailing, np.ascontiguousarray(to_port.T))
    nodes = attach_ports_at_sea(network, parameters).node
    crossed = crossed_between(network, sea_costs(network, parameters, search.barred), value, nodes)
    city = np.arange(land.shape[0])[:, None]
    flags: Flags = crossed[:, embark[city, land], land] & (land >= 0)
    return flags


def crossed_between(network: Network, costs: LinkCosts, value: float, nodes: NDArray[np.int64]) -> Flags:
    """Which chokepoints the least-cost sea path between two nodes uses, [chokepoint, node, node]."""
    passage = network.sea_links["passage"].astype(str).to_numpy()[costs.row]
    graph = costs.graph(len(network.sea_nodes))
    before = find_paths(graph, value, nodes, nodes).before(graph)
    step = np.where(before >= 0, before, np.arange(graph.size))  # a source, and what is not reached, stays
    link = step * graph.size + np.arange(graph.size)
    bits = np.zeros(step.shape, np.uint32)  # one a chokepoint, of the step that leads to each node
    for k, row in enumerate(network.chokepoints):
        u, v = (end[passage == row.passage] for end in (costs.u, costs.v))
        bits[np.isin(link, np.r_[u * graph.size + v, v * graph.size + u])] |= np.uint32(1 << k)
    along = _along(step, bits)[:, nodes]
    number = np.arange(len(network.chokepoints), dtype=np.uint32)[:, None, None]
    return (along >> number) & 1 > 0


def _along(step: NDArray[np.int64], bits: NDArray[np.uint32]) -> NDArray[np.uint32]:
    """The bits of all steps from a node back to its source, [source, node]: by doubling the steps taken."""
    found, taken = bits, step
    while True:
        found = found | np.take_along_axis(found, taken, axis=1)
        further = np.take_along_axis(taken, taken, axis=1)
        if np.array_equal(further, taken):
            return found
        taken = further
