"""By which mode goods cross the border of an economy: what external trade statistics count.

Their mode of transport is the means by which goods enter or leave the economic territory of who reports (United
Nations, International Merchandise Trade Statistics: Concepts and Definitions 2010, chapter VII; for trade of members
with others Eurostat counts at the border of the Union). A ship that calls at a neighbour's port and is met by lorries
is a way by sea of the model, and road in the statistics of the economy without that port. Of each way counts

    the leg of the other end    where the ship calls at a port of the economy there
    the sea                     where it calls at a port of the economy on this side
    the leg of this end         where both ports are elsewhere

and of a leg by land the mode on which it crosses the border. What counts is the active means of transport: of a lorry
on a ship it is the ship (Finnish Customs, product description of foreign trade transports), so that a ferry is the sea
where no other crossing is on the leg. The line from Dover to Calais stands for ferries and the shuttle trains of the
tunnel, which carry lorries as a part of the road: it counts as either, in proportion to the value that each carries.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from samarkand.baseline import Baseline
from samarkand.core.conventions import Floats, Ints
from samarkand.engines.assignment import Paths
from samarkand.engines.path_sums import sum_paths
from samarkand.world.freight.assignment import LandWays, NetworkState, Voyages, link_of_arcs
from samarkand.world.freight.mode_choice import MODES
from samarkand.world.freight.sea_searches import routes_of_land, sea_searches, searches_taken
from samarkand.world.freight.skims import values_of_time
from samarkand.world.freight.trade_costs import FreightBaseline
from samarkand.world.network.links import LinkTable

Bools = NDArray[np.bool_]
Modes = NDArray[np.int8]

ROAD, RAIL, SEA = (MODES.index(mode) for mode in ("road", "rail", "sea"))
NOT_CROSSED = -1
CHANNEL = len(MODES)  # neither sea nor road alone
# Crossings by ferry and across the Channel in one sum with the others, of which no way has as many.
FERRY, BY_CHANNEL = 1e3, 1e6
CHANNEL_LINE = "ferry_dover_calais"
# Per cent of the trade of the United Kingdom with the Union: the tunnel (International Railway Journal, "Eurotunnel
# ready for no deal", 2019) and the port of Dover (FreshPlaza after the port, December 2023), read on 28 November 2026.
BY_SHUTTLE, BY_SHIP = 26.0, 33.0
# What each number of a mode counted is of the modes [number, mode].
PARTS = np.vstack([np.eye(len(MODES)), np.zeros(len(MODES))])
PARTS[CHANNEL, [ROAD, SEA]] = np.array([BY_SHUTTLE, BY_SHIP]) / (BY_SHUTTLE + BY_SHIP)


@dataclass(frozen=True, eq=False)
class BorderModes:
    """What counts at one border. rows: pairs of cities with one end inside; counted: for each, class of goods and mode
    of the whole way, the number of the mode at the border, a row of `PARTS`."""

    rows: Ints
    counted: Modes


def find_border_modes(baseline: Baseline, parties: Sequence[Sequence[str]]) -> list[BorderModes]:
    """The modes that count at the border of each party, a list of economies, on the ways that goods take without a
    programme."""
    model = baseline.state.model
    freight, network = model.baseline, model.network
    state = NetworkState(network, freight.parameters, ())
    code = network.cities["iso3"].astype(str).to_numpy()
    inside = [np.isin(code, list(party)) for party in parties]
    found = [_start(freight, mine) for mine in inside]
    for c, value in enumerate(values_of_time(freight.parameters)):
        ways = LandWays.at(state, value)
        voyages = {
            s: Voyages.at(state.for_ships(sea_searches()[s]), value, ways.choice.to_port, ways.choice.by_rail)
            for s in routes_of_land(c)
        }
        for party, mine, one in zip(parties, inside, found, strict=True):
            border = _Border.of(party, state, ways)
            _count(one, c, freight, mine, border, voyages)
    return found


def _start(freight: FreightBaseline, inside: Bools) -> BorderModes:
    rows = np.flatnonzero(inside[freight.pairs.origin] != inside[freight.pairs.destination])
    shape = (rows.size, freight.values.size, len(MODES))
    return BorderModes(rows, np.broadcast_to(np.arange(len(MODES), dtype=np.int8), shape).copy())


def _count(
    one: BorderModes,
    c: int,
    freight: FreightBaseline,
    inside: Bools,
    border: _Border,
    voyages: Mapping[int, Voyages],
) -> None:
    """Fill in what goods count that take the ways of a search class, and of searches at sea."""
    first, last = freight.pairs.origin[one.rows], freight.pairs.destination[one.rows]
    here = np.where(inside[first], first, last).astype(np.int64)
    there = np.where(inside[first], last, first).astype(np.int64)
    by_land = (border.by_road(here, there), border.by_rail(here, there))
    for m, mode in zip((ROAD, RAIL), by_land, strict=True):
        taken = freight.pick[one.rows, :, m] == c
        one.counted[..., m] = np.where(taken, mode[:, None], one.counted[..., m])
    searches = searches_taken(freight.pairs.own_ways[one.rows])
    for s, way in voyages.items():
        by_sea = border.by_sea(here, there, way)
        one.counted[..., SEA] = np.where(searches == s, by_sea[:, None], one.counted[..., SEA])


@dataclass(frozen=True, eq=False)
class _Border:
    """Crossings of one border on legs by land at one value of time, in sums where a ferry counts `FERRY` and the line
    across the Channel `BY_CHANNEL`.

    road: from cities to cities, terminals and ports; rail: between terminals; port_inside: whether ports belong to the
    party.
    """

    road: Floats
    rail: Floats
    ways: LandWays
    port_inside: Bools
    port_terminal: Ints
    cities: int
    terminals: int

    @classmethod
    def of(cls, party: Sequence[str], state: NetworkState, ways: LandWays) -> _Border:
        """The border of a party, economies by code."""
        return cls(
            _crossings(party, state, "road", state.road, ways.road),
            _crossings(party, state, "rail", state.rail, ways.choice.rail),
            ways,
            state.network.ports["economy"].isin(list(party)).to_numpy(),
            state.port_terminal,
            len(state.city.node),
            len(state.terminal_node),
        )

    def by_road(self, here: Ints, there: Ints) -> Modes:
        """Road, or the sea where a ferry alone crosses."""
        return _or(_of_sum(self.road[here, there], ROAD), ROAD)

    def by_rail(self, here: Ints, there: Ints) -> Modes:
        """Rail, or what crosses where the railway does not: lorries to a terminal of a neighbour."""
        leave = np.maximum(self.ways.choice.leave[here, there], 0)  # none: no goods go this way
        along = self._along(here, leave)
        return _or(_else(along, self._to_terminal(there, leave)), RAIL)

    def by_sea(self, here: Ints, there: Ints, voyages: Voyages) -> Modes:
        """The sea, or the mode of the leg to a port of others."""
        land = np.maximum(voyages.land[here, there], 0)
        embark = np.maximum(voyages.embark[here, land], 0)
        legs = [
            _or(self._to_port(city, port, voyages), SEA) for city, port in ((there, land), (here, embark))
        ]
        at_sea = np.full(here.size, SEA, np.int8)
        return np.where(self.port_inside[land], legs[0], np.where(self.port_inside[embark], at_sea, legs[1]))

    def _to_port(self, city: Ints, port: Ints, voyages: Voyages) -> Modes:
        by_road = _of_sum(self.road[city, self.cities + self.terminals + port], ROAD)
        by_rail = self._along(city, np.maximum(self.port_terminal[port], 0))
        beside = np.full(city.size, ROAD, np.int8)
        return np.choose(voyages.how[city, port], (by_road, beside, by_rail)).astype(np.int8)

    def _along(self, city: Ints, terminal: Ints) -> Modes:
        entry = np.maximum(self.ways.choice.entry[city, terminal], 0)
        return _else(_of_sum(self.rail[entry, terminal], RAIL), self._to_terminal(city, entry))

    def _to_terminal(self, city: Ints, terminal: Ints) -> Modes:
        return _of_sum(self.road[city, self.cities + terminal], ROAD)


def _crossings(
    party: Sequence[str], state: NetworkState, mode: str, lines: LinkTable, paths: Paths
) -> Floats:
    """Crossings of a party's border on paths [source, target], in sums as of `_Border`."""
    inside = np.isin(lines.economy, list(party))
    across = inside[lines.costs.u] != inside[lines.costs.v]
    links = state.network.land(mode).links
    ferry = links["repair"].isin([line.id for line in state.network.ferries]).to_numpy()[lines.costs.row]
    channel = (links["repair"] == CHANNEL_LINE).to_numpy()[lines.costs.row]
    of_link = np.select([~across, channel, ferry], [0.0, BY_CHANNEL, FERRY], 1.0)
    found: Floats = sum_paths(lines.graph, paths, of_link[link_of_arcs(lines.graph, lines.costs)][None])[0]
    return found


def _of_sum(crossings: Floats, mode: int) -> Modes:
    """The mode on which a leg crosses: its own, the sea where ferries alone cross, `NOT_CROSSED` where none does."""
    by_ship = np.where(crossings % BY_CHANNEL > 0, SEA, CHANNEL)
    crosses = np.where(crossings % FERRY > 0, mode, by_ship)
    return np.where(crossings > 0, crosses, NOT_CROSSED).astype(np.int8)


def _else(first: Modes, other: Modes) -> Modes:
    """The first, and the other where that does not cross."""
    return np.where(first == NOT_CROSSED, other, first).astype(np.int8)


def _or(found: Modes, mode: int) -> Modes:
    """What was found, and the mode of the whole way where no crossing was: the map puts a place across the border."""
    return _else(found, np.full(found.size, mode, np.int8))
