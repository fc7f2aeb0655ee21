"""Ways of goods between cities when passing some gates costs more: hours, money without that, and the gates passed.

    way by a mode = least of usd + value of time * hours + prices of the gates on it

The searches are those by which goods are laid on links (`assignment`), so that flows at gates and on links agree.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from samarkand.core.conventions import Floats, Ints
from samarkand.core.hashing import fingerprint
from samarkand.engines.assignment import Paths, find_paths, join_choice
from samarkand.engines.path_sums import mark_paths, sum_paths
from samarkand.engines.routing import Graph, Legs
from samarkand.world.freight.assignment import NetworkState, Voyages, link_of_arcs
from samarkand.world.freight.sea_searches import SeaSearch, sea_searches
from samarkand.world.freight.skims import MODES, values_of_time
from samarkand.world.network.link_changes import LinkChange
from samarkand.world.network.tables import LinkCosts, Network
from samarkand.world.parameters import Parameters

MOST_GATES = 62  # bits of a number
MOST_LEGS = 2  # tables kept by mode and search class: each of the road takes tens of megabytes


@dataclass(frozen=True)
class Gate:
    """Links of the tables by mode, and ports, of which goods that pass any are counted once."""

    links: Mapping[str, frozenset[int]]
    ports: frozenset[int] = frozenset()


class Way(NamedTuple):
    """Ways of pairs of cities by one mode: hours, US$ without prices of gates, and bits of the gates, shape (pairs)."""

    hours: Floats
    usd: Floats
    gates: Ints

    def of(self, rows: Ints | slice) -> Way:
        """Those of some pairs."""
        return Way(self.hours[rows], self.usd[rows], self.gates[rows])

    def where(self, own: NDArray[np.bool_], other: Way) -> Way:
        """These where `own` says so, elsewhere others."""
        return Way(*(np.where(own, mine, theirs) for mine, theirs in zip(self, other, strict=True)))


class _Legs(NamedTuple):
    """Legs between places: cost with prices of gates, hours and US$ without them, bits of the gates."""

    cost: Floats
    hours: Floats
    usd: Floats
    gates: Ints

    def longer(self, hours: ArrayLike, usd: ArrayLike, value: float) -> _Legs:
        """The same with hours and money added (broadcast)."""
        more_hours, more_usd = np.asarray(hours, float), np.asarray(usd, float)
        cost = self.cost + more_usd + value * more_hours
        return _Legs(cost, self.hours + more_hours, self.usd + more_usd, self.gates)

    def part(self, columns: slice) -> _Legs:
        """Some of the columns."""
        return _Legs(
            self.cost[:, columns], self.hours[:, columns], self.usd[:, columns], self.gates[:, columns]
        )

    def at(self, one: Ints, other: Ints) -> Way:
        """Some of the legs."""
        return Way(self.hours[one, other], self.usd[one, other], self.gates[one, other])


class KeptLegs:
    """Legs on land that were found last: states that differ in one project have most of them in common."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, int], tuple[tuple[str, _Legs], ...]] = {}

    def find(self, mode: str, c: int, content: str, make: Callable[[], _Legs]) -> _Legs:
        """The legs of a mode and search class; content: a hash of all that they depend on."""
        kept = self._kept.get((mode, c), ())
        for known, legs in kept:
            if known == content:
                return legs
        found = make()
        self._kept[mode, c] = ((content, found), *kept[: MOST_LEGS - 1])
        return found


def _chain(*ways: Way) -> Way:
    """One way after another."""
    hours, usd = sum(way.hours for way in ways), sum(way.usd for way in ways)
    return Way(np.asarray(hours), np.asarray(usd), np.bitwise_or.reduce([way.gates for way in ways]))


def _where(open_: NDArray[np.bool_], way: Way) -> Way:
    """A way where it is open, else none."""
    return Way(
        np.where(open_, way.hours, np.inf), np.where(open_, way.usd, np.inf), np.where(open_, way.gates, 0)
    )


def add_prices(state: NetworkState, gates: Sequence[Gate], prices: Floats) -> NetworkState:
    """The state with prices (US$/TEU, by gate) added to its links and ports."""
    extra, at_ports = {}, np.zeros(len(state.port_terminal))
    for mode in MODES:
        row = _lines(state, mode)[1].row
        extra[mode] = np.zeros(row.size)
        for gate, price in zip(gates, prices.tolist(), strict=True):
            if price and gate.links.get(mode):
                extra[mode][np.isin(row, sorted(gate.links[mode]))] += price
    for gate, price in zip(gates, prices.tolist(), strict=True):
        at_ports[sorted(gate.ports)] += price
    return state.dearer(extra, at_ports)


def _lines(state: NetworkState, mode: str) -> tuple[Graph, LinkCosts]:
    if mode == "sea":
        return state.sea_graph, state.sea
    table = state.road if mode == "road" else state.rail
    return table.graph, table.costs


class GateSearch:
    """Searches on one state of the network, with its gates. kept: legs that other states may share; own_ways: [pair,
    search at sea], as of `Pairs`, all by default."""

    def __init__(
        self,
        network: Network,
        parameters: Parameters,
        changes: Sequence[LinkChange],
        gates: Sequence[Gate],
        pairs: tuple[Ints, Ints],
        kept: KeptLegs | None = None,
        own_ways: NDArray[np.bool_] | None = None,
    ) -> None:
        if len(gates) > MOST_GATES:
            raise ValueError(f"there are more than {MOST_GATES} gates")
        self.state = NetworkState(network, parameters, changes)
        self.values = values_of_time(parameters)
        self.gates = tuple(gates)
        self.pairs = pairs
        every = np.ones((pairs[0].size, len(sea_searches())), np.bool_)
        self._own_ways = every if own_ways is None else own_ways
        self._bits = {mode: self._bits_of_arcs(mode) for mode in MODES}
        self._at_ports = np.zeros(len(self.state.port_terminal), np.int64)
        for number, gate in enumerate(gates):
            self._at_ports[sorted(gate.ports)] |= 1 << number
        self._kept = KeptLegs() if kept is None else kept
        self._unpriced: dict[int, Way] = {}  # by search at sea

    def _bits_of_arcs(self, mode: str) -> Ints:
        graph, costs = _lines(self.state, mode)
        bits = np.zeros(costs.row.size, np.int64)
        for number, gate in enumerate(self.gates):
            bits[np.isin(costs.row, sorted(gate.links.get(mode, ())))] |= 1 << number
        found: Ints = bits[link_of_arcs(graph, costs)]
        return found

    def at_sea(self, prices: Floats) -> list[Way]:
        """The ways by sea of all pairs of cities at prices in US$/TEU, by search there; goods that take the way of the
        first search have it in the place of their own.

        Goods in haste of whose way something has a price take the first, as where it is closed
        (`sea_searches.turns_aside`); without it their way remains one that is known.
        """
        priced = sum(1 << number for number in np.flatnonzero(prices).tolist())
        found: list[Way] = []
        for s, search in enumerate(sea_searches()):
            if search.may_turn:
                way = self._without_prices(s)
                own = self._own_ways[:, s] & (way.gates & priced == 0)
            else:
                way = self.find(search.land, prices, by_land=False, by_sea=True, ships=search)["sea"]
                own = self._own_ways[:, s]
            found.append(way.where(own, found[0]) if s else way)
        return found

    def _without_prices(self, s: int) -> Way:
        """The way of a search at sea where nothing has a price, kept."""
        if s not in self._unpriced:
            search, nothing = sea_searches()[s], np.zeros(len(self.gates))
            found = self.find(search.land, nothing, by_land=False, by_sea=True, ships=search)
            self._unpriced[s] = found["sea"]
        return self._unpriced[s]

    def find(
        self, c: int, prices: Floats, by_land: bool, by_sea: bool, ships: SeaSearch | None = None
    ) -> dict[str, Way]:
        """The ways of all pairs of cities for one search class at prices in US$/TEU, by the modes that are wanted.

        ships: the search at sea, by default the first.
        """
        state, p, value = self.state, self.state.parameters, self.values[c]
        priced = add_prices(state, self.gates, prices)
        one, other = self.pairs
        cities, terminals = state.city.node.size, state.terminal_node.size
        places = (state.city, state.terminal, state.port)
        road = self._legs(
            "road", c, priced, state.city.node, np.concatenate([place.node for place in places])
        )
        hours, usd = (np.concatenate([getattr(place, name) for place in places]) for name in ("hours", "usd"))
        road = road.longer(state.city.hours[:, None] + hours, state.city.usd[:, None] + usd, value)
        changing = road.part(slice(cities, cities + terminals))
        changing = changing.longer(p["terminal_hours"], p["terminal_fee"], value)
        to_terminal = np.where(state.near, changing.cost, np.inf)
        rail = self._legs("rail", c, priced, state.terminal_node, state.terminal_node)
        between = rail.cost.copy()
        np.fill_diagonal(between, np.inf)
        by_rail, entry = join_choice(to_terminal, between)
        found: dict[str, Way] = {}
        if by_land:
            found["road"] = road.at(one, other)
            _, leave = join_choice(by_rail, np.ascontiguousarray(to_terminal.T))
            open_ = leave[one, other] >= 0
            end = np.maximum(leave[one, other], 0)
            start = entry[one, end]
            found["rail"] = _where(
                open_, _chain(changing.at(one, start), rail.at(start, end), changing.at(other, end))
            )
        if by_sea:
            to_port = road.part(slice(cities + terminals, None))
            ships = sea_searches()[0] if ships is None else ships
            voyages = Voyages.at(priced.for_ships(ships), value, to_port.cost, by_rail)
            legs, bits = _along(state.sea_graph, voyages.paths, self._bits["sea"])
            at_sea = state.at_sea
            sea = _Legs(voyages.paths.cost, legs.hours, legs.usd, bits).longer(
                at_sea.hours[:, None] + at_sea.hours, at_sea.usd[:, None] + at_sea.usd, value
            )
            open_ = voyages.land[one, other] >= 0
            last = np.maximum(voyages.land[one, other], 0)
            first = voyages.embark[one, last]
            handicap = state.for_ships(ships).handicap(value)
            ends = [
                self._to_port(city, port, voyages.how[city, port], to_port, changing, rail, entry, handicap)
                for city, port in ((one, first), (other, last))
            ]
            found["sea"] = _where(open_, _chain(ends[0], sea.at(first, last), ends[1]))
        return found

    def _legs(self, mode: str, c: int, priced: NetworkState, sources: Ints, targets: Ints) -> _Legs:
        """Legs of a mode on land, found now or before for the same links, prices and places."""
        priced_graph = (priced.road if mode == "road" else priced.rail).graph
        graph, value, gates = _lines(self.state, mode)[0], self.values[c], self._bits[mode]

        def make() -> _Legs:
            paths = find_paths(priced_graph, value, sources, targets)
            legs, bits = _along(graph, paths, gates)
            return _Legs(paths.cost, legs.hours, legs.usd, bits)

        content = fingerprint(
            graph.indptr,
            graph.indices,
            graph.hours,
            graph.usd,
            priced_graph.usd,
            gates,
            sources,
            targets,
            value,
        )
        return self._kept.find(mode, c, content, make)

    def _to_port(
        self,
        city: Ints,
        port: Ints,
        how: Ints,
        by_road: _Legs,
        changing: _Legs,
        rail: _Legs,
        entry: Ints,
        handicap: Floats,
    ) -> Way:
        """From cities to ports, dwell, fees, rail's `handicap` [city, port] included: by road (0), beside it (1) or by
        rail (2)."""
        state, p = self.state, self.state.parameters
        end = np.maximum(state.port_terminal[port], 0)
        start = np.maximum(entry[city, end], 0)
        beside = Way(
            state.beside.hours[city, port], state.beside.usd[city, port], np.zeros(city.size, np.int64)
        )
        ways = by_road.at(city, port), beside, _chain(changing.at(city, start), rail.at(start, end))
        hours, usd, gates = (
            np.choose(how, [getattr(way, name) for way in ways]) for name in ("hours", "usd", "gates")
        )
        dwell = np.where(how == 2, p["port_hours_rail"], p["port_hours_road"]) - state.hours_saved[port]
        fee = p["port_fee"] - state.usd_saved[port]
        fee = fee + np.where(how == 2, handicap[city, port], 0.0)
        return Way(hours + dwell, usd + fee, gates | self._at_ports[port])


def _along(graph: Graph, paths: Paths, gates: Ints) -> tuple[Legs, Ints]:
    """Hours and money of the arcs on each path, infinite where there is none, and the bits of all its gates."""
    hours, usd = np.where(
        np.isfinite(paths.cost), sum_paths(graph, paths, np.stack([graph.hours, graph.usd])), np.inf
    )
    return Legs(hours, usd), mark_paths(graph, paths, gates)
