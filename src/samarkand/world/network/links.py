"""Links of a land mode one by one, with what a programme changes: for following a single way through the network.

Skims know only totals between places; whoever wants to see the way (corridor profiles, loads of links) needs each
link's length, hours on the move and at rest, money, economies and border.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from samarkand.core.conventions import Floats
from samarkand.engines.routing import Graph
from samarkand.world.network.arcs import Arc, arcs_of
from samarkand.world.network.link_changes import LinkChange, merge_changes
from samarkand.world.network.nearest import nearest_nodes
from samarkand.world.network.tables import LinkCosts, Network, land_costs
from samarkand.world.parameters import Parameters

Pair = tuple[int, int]


@dataclass(frozen=True, eq=False)
class LinkTable:
    """Open links of one mode, their length and the economy of each node.

    `costs.row` is the row of the mode's table of links, -1 for a link that the programme builds; `item` names the
    item of the programme that builds or betters a link, else it is empty. `fee` is what is paid for borders and changes
    of gauge on a link that the programme builds, and `gauge_hours` and `gauge_usd` the part of the latter in what is
    waited and paid there, in `gauge_economy`; 0 and empty for other links.
    """

    costs: LinkCosts
    km: Floats
    item: NDArray[np.str_]
    economy: NDArray[np.str_]
    fee: Floats
    gauge_hours: Floats
    gauge_usd: Floats
    gauge_economy: NDArray[np.str_]

    @cached_property
    def graph(self) -> Graph:
        """The links as a graph; hours are those on the move and at rest."""
        return self.costs.graph(len(self.economy))

    @cached_property
    def position(self) -> dict[Pair, int]:
        """Number of a link by the pair of its nodes, smaller number first."""
        return _positions(self.costs)

    def between(self, one: int, other: int) -> int:
        """Number of the link between two neighbouring nodes."""
        return self.position[min(one, other), max(one, other)]


def _positions(costs: LinkCosts) -> dict[Pair, int]:
    low, high = np.minimum(costs.u, costs.v).tolist(), np.maximum(costs.u, costs.v).tolist()
    return {pair: at for at, pair in enumerate(zip(low, high, strict=True))}


def build_lines(
    network: Network, mode: str, parameters: Parameters, changes: Sequence[LinkChange] = ()
) -> LinkTable:
    """The open links of road or rail; those that changes of a programme build or better stand among them."""
    costs, tables = land_costs(network, mode, parameters), network.land(mode)
    moving, waiting, usd = costs.moving_hours.copy(), costs.waiting_hours.copy(), costs.usd.copy()
    item = np.full(costs.u.size, "", dtype=object)
    economy = tables.nodes["economy"].astype(str).tolist()
    where = _positions(costs)
    built: dict[Pair, tuple[LinkChange, Arc]] = {}
    new_nodes: dict[str, int] = {}
    for change in merge_changes(changes):
        for arc in arcs_of(change, network, parameters, costs) if change.mode == mode else ():
            ends = sorted(
                _node(end, own, new_nodes, economy, tables.nodes)
                for end, own in zip((arc.tail, arc.head), change.economies, strict=True)
            )
            pair = (ends[0], ends[1])
            if pair not in where:
                if pair not in built or arc.hours < built[pair][1].hours:
                    built[pair] = (change, arc)
                continue
            at = where[pair]
            if arc.hours > moving[at] + waiting[at] or arc.usd > usd[at]:
                continue
            if change.action in ("upgrade", "new"):  # time on the move; else time at rest
                moving[at] = arc.hours - waiting[at]
            else:
                waiting[at] = arc.hours - moving[at]
            usd[at], item[at] = arc.usd, change.item
    pairs = np.array(list(built), dtype=np.int64).reshape(-1, 2)
    rest = np.array([change.extra_hours for change, _ in built.values()])
    whole = LinkCosts(
        u=np.r_[costs.u, pairs[:, 0]],
        v=np.r_[costs.v, pairs[:, 1]],
        moving_hours=np.r_[moving, np.array([arc.hours for _, arc in built.values()]) - rest],
        waiting_hours=np.r_[waiting, rest],
        usd=np.r_[usd, [arc.usd for _, arc in built.values()]],
        row=np.r_[costs.row, np.full(len(built), -1, dtype=np.int64)],
    )
    km = np.r_[tables.links["km"].to_numpy(float)[costs.row], [change.km for change, _ in built.values()]]
    items = np.array([*item, *(change.item for change, _ in built.values())], dtype=str)
    fee, gauge_hours, gauge_usd = (
        np.r_[np.zeros(costs.u.size), [getattr(change, name) for change, _ in built.values()]]
        for name in ("extra_usd", "gauge_hours", "gauge_usd")
    )
    gauge_economy = np.array(
        [""] * costs.u.size + [change.gauge_economy for change, _ in built.values()], dtype=str
    )
    return LinkTable(
        whole, km, items, np.array(economy, dtype=str), fee, gauge_hours, gauge_usd, gauge_economy
    )


def _node(
    end: int | str, own: str, new_nodes: dict[str, int], economy: list[str], nodes: pd.DataFrame
) -> int:
    """Number of an end; a new node takes the next number and its own economy, else that of its nearest neighbour."""
    if not isinstance(end, str):
        return int(end)
    if end not in new_nodes:
        lat, lon = (np.array([float(word)]) for word in end.split())
        near, _ = nearest_nodes(nodes, lat, lon)
        new_nodes[end] = len(economy)
        economy.append(own or str(nodes["economy"].iloc[int(near[0])]))
    return new_nodes[end]
