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

from samarkand.engines.routing import Graph, build_graph
from samarkand.world.changes import LinkChange
from samarkand.world.network import Network, land_costs, nearest_nodes
from samarkand.world.network_changes import Arc, arcs_of
from samarkand.world.parameters import Parameters

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Lines:
    """Open links of one mode (u, v, km, moving_hours, waiting_hours, usd, row, item) and the economy of each node.

    `row` is that of the mode's table of links, -1 for a link that the programme builds; `item` the item of the
    programme that builds or changes it.
    """

    links: pd.DataFrame
    economy: NDArray[np.str_]

    @cached_property
    def graph(self) -> Graph:
        """The links as a graph; hours are those on the move and at rest."""
        table = self.links
        hours = (table["moving_hours"] + table["waiting_hours"]).to_numpy(float)
        return build_graph(len(self.economy), table["u"], table["v"], hours, table["usd"])

    @cached_property
    def position(self) -> dict[tuple[int, int], int]:
        """Position in `links` by the pair of nodes, smaller number first."""
        pairs = zip(self.links["u"], self.links["v"], strict=True)
        return {(min(u, v), max(u, v)): at for at, (u, v) in enumerate(pairs)}

    def between(self, one: int, other: int) -> int:
        """Position in `links` of the link between two neighbouring nodes."""
        return self.position[min(one, other), max(one, other)]


def build_lines(
    network: Network, mode: str, parameters: Parameters, changes: Sequence[LinkChange] = ()
) -> Lines:
    """The open links of road or rail; those that changes of a programme build or better stand among them."""
    costs = land_costs(network, mode, parameters)
    tables = network.land(mode)
    links = pd.DataFrame(
        {
            "u": costs.u, "v": costs.v, "km": tables.links["km"].to_numpy(float)[costs.row],
            "moving_hours": costs.moving_hours, "waiting_hours": costs.waiting_hours, "usd": costs.usd,
            "row": costs.row, "item": "",
        }
    )  # fmt: skip
    economy = tables.nodes["economy"].to_numpy(str).tolist()
    where = {(min(u, v), max(u, v)): at for at, (u, v) in enumerate(zip(costs.u, costs.v, strict=True))}
    new: dict[tuple[int, int], dict[str, object]] = {}
    number: dict[str, int] = {}
    for change in changes:
        for arc in arcs_of([change], mode, network, parameters):
            ends = [_node(end, number, economy, tables.nodes) for end in (arc.tail, arc.head)]
            pair = (min(ends), max(ends))
            if pair in where:
                _better(links, where[pair], change, arc)
            elif pair not in new or arc.hours < float(str(new[pair]["hours"])):
                new[pair] = {
                    "u": pair[0], "v": pair[1], "km": change.km, "moving_hours": arc.hours - change.extra_hours,
                    "waiting_hours": change.extra_hours, "usd": arc.usd, "row": -1, "item": change.item,
                    "hours": arc.hours,
                }  # fmt: skip
    if new:
        built = pd.DataFrame(list(new.values())).drop(columns="hours")
        links = pd.concat([links, built], ignore_index=True)
    return Lines(links, np.array(economy, dtype=str))


def _node(end: int | str, number: dict[str, int], economy: list[str], nodes: pd.DataFrame) -> int:
    """Number of an end; a new node takes the next one and the economy of its nearest neighbour."""
    if not isinstance(end, str):
        return int(end)
    if end not in number:
        lat, lon = (np.array([float(word)]) for word in end.split())
        near, _ = nearest_nodes(nodes, lat, lon)
        number[end] = len(economy)
        economy.append(str(nodes["economy"].iloc[int(near[0])]))
    return number[end]


def _better(links: pd.DataFrame, at: int, change: LinkChange, arc: Arc) -> None:
    """Take over what is cheaper of a link that is there: an upgrade its time on the move, else its waiting."""
    before = float(links.at[at, "moving_hours"]) + float(links.at[at, "waiting_hours"])
    if arc.hours > before or arc.usd > float(links.at[at, "usd"]):
        return
    if change.action in ("upgrade", "new"):
        links.at[at, "moving_hours"] = arc.hours - float(links.at[at, "waiting_hours"])
    else:
        links.at[at, "waiting_hours"] = arc.hours - float(links.at[at, "moving_hours"])
    links.at[at, "usd"] = arc.usd
    links.at[at, "item"] = change.item
