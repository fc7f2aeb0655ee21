"""What goods pass of the places with a tariff of transit, by who sells and who buys, in a state of the network.

    passing[k, i, s] = sum over n of per_tonne[k, c(s), i, n] * tonnes[i, n, s]

for tariff k of `transit_tariffs.csv`, seller i, buyer n and sector s of class c: each tonne once where it passes a
canal or port, times kilometres on railways. What begins or ends in the economy of a tariff does not count for it. The
ways are those on which `assignment.calc_freight_work` lays goods; of oil and gas known in volumes, those of
`energy_loads` and the lines that they go by.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from samarkand.core.conventions import Floats, Ints
from samarkand.core.faults import Faults
from samarkand.engines.assignment import find_paths
from samarkand.engines.path_sums import sum_paths
from samarkand.engines.routing import Graph
from samarkand.engines.threads import run_all
from samarkand.world.freight.assignment import (
    Aside,
    LandChoice,
    NetworkState,
    Voyages,
    costs_by_road,
    link_of_arcs,
    nearest_class,
    shares_of_cities,
)
from samarkand.world.freight.capacity import find_place
from samarkand.world.freight.energy import EnergyTrade, SeaReach
from samarkand.world.freight.mode_choice import VOT_CLASSES
from samarkand.world.freight.sea_searches import routes_of_land, sea_search_of, sea_searches
from samarkand.world.freight.skims import values_of_time
from samarkand.world.network.link_changes import LinkChange
from samarkand.world.network.new_ports import open_ports
from samarkand.world.network.tables import LinkCosts, Network, sea_costs
from samarkand.world.network.transit_tariffs import LINE, PORT, TransitTariff
from samarkand.world.parameters import Parameters


@dataclass(frozen=True, eq=False)
class TransitUse:
    """Ways of goods past places with tariffs. per_tonne: dims (tariff, vot_class, origin, destination); by_flow: of oil
    and gas [tariff, flow], in the order of `EnergyTrade.flows`; known: whether the network has the place [tariff]."""

    tariffs: tuple[TransitTariff, ...]
    per_tonne: xr.DataArray
    by_flow: Floats
    known: NDArray[np.bool_]

    @classmethod
    def of(
        cls,
        tariffs: Sequence[TransitTariff],
        labels: Sequence[str],
        per_tonne: Floats,
        by_flow: Floats,
        known: NDArray[np.bool_],
    ) -> TransitUse:
        """The ways from arrays; labels: economies of the accounts."""
        coords = {"tariff": [row.id for row in tariffs], "vot_class": list(VOT_CLASSES)}
        coords |= {name: list(labels) for name in ("origin", "destination")}
        return cls(tuple(tariffs), xr.DataArray(per_tonne, coords, tuple(coords)), by_flow, known)

    def passing(self, tonnes: xr.DataArray, energy: Floats) -> xr.DataArray:
        """Tonnes of transit a year by tariff, tonne-kilometres on railways, dims (tariff).

        tonnes: as `assignment.calc_tonnes`; energy: tonnes of oil and gas [flow]. Not a number where the network has no
        such place.
        """
        goods = xr.dot(self.per_tonne, tonnes, dim=("vot_class", "origin", "destination"))
        passing: xr.DataArray = (goods + self.by_flow @ energy).where(self.known)
        return passing


class TransitSearch:
    """Ways past places with tariffs in one state of the network, whatever shares of goods go by which mode and way.

    What passes on ways that prices of full places make the best is kept for the prices that were asked about last.

    Parameters
    ----------
    network, parameters, changes
        As `calc_freight_work` has them.
    labels
        Economies of the accounts.
    energy, shut
        Oil and gas in volumes, and the pipelines that are closed.
    tariffs
        Those asked about.
    by_flow
        `TransitUse.by_flow`, where it is known of the same seas and lines.
    """

    def __init__(
        self,
        network: Network,
        parameters: Parameters,
        labels: Sequence[str],
        energy: EnergyTrade,
        tariffs: Sequence[TransitTariff],
        changes: Sequence[LinkChange] = (),
        shut: Sequence[str] = (),
        by_flow: Floats | None = None,
    ) -> None:
        network = open_ports(network, changes)
        self.tariffs, self.labels = tuple(tariffs), list(labels)
        self._places = _Places.of(network, parameters, tariffs)
        self._known = self._places.known(network, tariffs)
        self._state, self._values = NetworkState(network, parameters, changes), values_of_time(parameters)
        self._goods = nearest_class(parameters)
        self._iso3 = network.cities["iso3"].astype(str).to_numpy()
        code, self._buyers, self._sellers = shares_of_cities(network, labels)
        self._zone: Ints = pd.Index(labels).get_indexer(pd.Index(code)).astype(np.int64)
        if by_flow is None:
            by_flow = _of_energy(energy, network, parameters, self._places, self.tariffs, shut)
        self._by_flow = by_flow
        self._kept: dict[Hashable, dict[str | int, dict[int, _Passed]]] = {}
        self._by_road: dict[float, Floats] = {}

    def use(self, mode_share: xr.DataArray, aside: Sequence[Aside] = ()) -> TransitUse:
        """What passes, with shares of pairs of cities on their first ways and on others, as `calc_freight_work` has
        them, but that those of rail and sea are enough."""
        asked = [(mode_share, ways) for ways in self._first()]
        for one in aside:
            share = one.mode_share()
            asked += [(share, ways) for ways in self._turned(one)]
        self._kept = {key: self._kept[key] for _, (key, *_) in asked if key in self._kept}
        size = len(self.labels)
        found = np.zeros((len(self.tariffs), len(VOT_CLASSES), size * size))
        for part in run_all(lambda one: self._between(*one), asked):
            for k, label, amount in part:
                found[k, VOT_CLASSES.index(label)] += amount
        per_tonne = found.reshape(*found.shape[:2], size, size)
        per_tonne *= 1.0 - np.eye(size)  # trade at home passes nobody
        return TransitUse.of(self.tariffs, self.labels, per_tonne, self._by_flow, self._known)

    def _first(self) -> list[_Asked]:
        """Ways without prices, by rail of the goods of each search class, by sea of those of each search there."""
        found = []
        for c in range(len(self._values)):
            goods: dict[str | int, tuple[str, ...]] = {"rail": self._of_class(c)}
            goods |= {s: self._of_ships(s) for s in routes_of_land(c)}
            if any(goods.values()):
                found.append(_Asked(("first", c), c, goods, lambda: self._state))
        return found

    def _turned(self, aside: Aside) -> list[_Asked]:
        """Ways at prices, which by land and by sea are not the same."""
        found = []
        for c in range(len(self._values)):
            if at_sea := routes_of_land(c):
                of_ships: dict[str | int, tuple[str, ...]] = {s: self._of_ships(s) for s in at_sea}
                found.append(
                    _Asked(("aside", aside.prices, "sea", c), c, of_ships, lambda: aside.by_sea(self._state))
                )
            if self._of_class(c):
                by_land = partial(aside.by_land, self._state, c)
                found.append(_Asked(("aside", aside.prices, c), c, {"rail": self._of_class(c)}, by_land))
        return found

    def _of_class(self, c: int) -> tuple[str, ...]:
        return tuple(label for label, number in self._goods.items() if number == c)

    @staticmethod
    def _of_ships(s: int) -> tuple[str, ...]:
        """Classes of goods that may take the way of a search at sea: its own, and the first is any's."""
        own = zip(VOT_CLASSES, sea_search_of().tolist(), strict=True)
        return tuple(label for label, number in own if s in (0, number))

    def _between(self, share: xr.DataArray, asked: _Asked) -> list[tuple[int, str, Floats]]:
        """Number of the tariff, class of goods, and what a tonne passes [pair of economies]."""
        found = []
        for way, passed in self._passed(asked).items():
            for label in asked.goods[way]:
                mode = "rail" if way == "rail" else "sea"
                taken = share.sel(vot_class=label, mode=mode).transpose("origin_city", "destination_city")
                part = taken.to_numpy().ravel()
                if (
                    mode == "sea"
                    and sea_search_of()[VOT_CLASSES.index(label)]
                    and "sea_search" in taken.coords
                ):
                    part = np.where(taken["sea_search"].to_numpy().ravel() == way, part, 0.0)
                elif way not in ("rail", 0):
                    continue
                if part.any():
                    sellers = self._sellers[VOT_CLASSES.index(label)]
                    found += [
                        (k, label, one.laid(part, sellers, len(self.labels))) for k, one in passed.items()
                    ]
        return found

    def _passed(self, asked: _Asked) -> dict[str | int, dict[int, _Passed]]:
        """What ways between cities pass by rail and by each search at sea, by number of the tariff."""
        if asked.key not in self._kept:
            state, value = asked.state(), float(self._values[asked.number])
            choice = LandChoice.of(state, value, self._costs_by_road(state, value))
            trips = _trips(state, value, choice, self._places, asked.goods)
            self._kept[asked.key] = {
                mode: {k: self._pass(k, one, amount) for k, amount in one.amount.items()}
                for mode, one in trips.items()
            }
        return self._kept[asked.key]

    def _costs_by_road(self, state: NetworkState, value: float) -> Floats:
        """Found once where no price is on a road."""
        if state.road is not self._state.road:
            return costs_by_road(state, value)
        if value not in self._by_road:
            self._by_road[value] = costs_by_road(state, value)
        return self._by_road[value]

    def _pass(self, k: int, trips: _Trips, amount: Floats) -> _Passed:
        """What trips pass of goods that neither begin nor end in the economy of a tariff: those are no transit."""
        others = self._iso3 != self.tariffs[k].economy
        amount = amount * others[trips.one] * np.where(others, self._buyers, 0.0)[trips.other]
        at = np.flatnonzero(amount)
        one, other = trips.one[at], trips.other[at]
        cell = self._zone[one] * len(self.labels) + self._zone[other]
        return _Passed(one * len(self._zone) + other, cell, amount[at])


class _Asked(NamedTuple):
    """Ways at the value of time of a search class in a state of the network, and which goods are asked about by rail
    and by search at sea; key: of what they pass.
    """

    key: Hashable
    number: int
    goods: Mapping[str | int, tuple[str, ...]]
    state: Callable[[], NetworkState]


class _Passed(NamedTuple):
    """Trips that pass a place: number of the pair of cities and of the pair of economies, and what of the goods that
    the first city sells to the second one's economy passes if all between the cities go so."""

    pair: Ints
    cell: Ints
    amount: Floats

    def laid(self, part: Floats, sellers: Floats, count: int) -> Floats:
        """What passes between economies [pair of economies], with the part of goods that goes so [pair of cities] and
        of what each city sells [city]."""
        amount = self.amount * part[self.pair] * sellers[self.pair // sellers.size]
        found = np.bincount(self.cell, amount, count * count)
        return found.astype(np.float64)


@dataclass(frozen=True, eq=False)
class _Places:
    """Where tariffs are, by number of the tariff: rows of sea links, economies of railways, numbers of ports."""

    sea: dict[int, Ints]
    rail: dict[int, str]
    port: dict[int, int]

    @classmethod
    def of(cls, network: Network, parameters: Parameters, tariffs: Sequence[TransitTariff]) -> _Places:
        ids = network.ports["id"].astype(str).tolist()
        places = cls({}, {}, {})
        for k, row in enumerate(tariffs):
            at = row.place.removeprefix(PORT)
            if row.kind == "port" and at in ids:
                places.port[k] = ids.index(at)
            elif row.kind == "railway":
                places.rail[k] = row.economy
            elif row.kind == "canal":
                try:
                    links = find_place(row.place, network, parameters).links["sea"]
                except Faults:  # the network has no such place
                    continue
                places.sea[k] = np.array(sorted(links), np.int64)
        return places

    def known(self, network: Network, tariffs: Sequence[TransitTariff]) -> NDArray[np.bool_]:
        """Whether the network has the place of each tariff; of pipelines it is not asked."""
        railways = set(network.rail.nodes["economy"])
        found = {*self.sea, *self.port, *(k for k, code in self.rail.items() if code in railways)}
        return np.array([k in found or row.kind == "pipeline" for k, row in enumerate(tariffs)], np.bool_)

    def at_sea(self, costs: LinkCosts, graph: Graph) -> Floats:
        """One for arcs of the places at sea [place, arc]."""
        marks = [np.isin(costs.row, rows).astype(float) for rows in self.sea.values()]
        return _on_arcs(graph, costs, marks)

    def on_rail(self, state: NetworkState) -> Floats:
        """Kilometres of an arc in the economies of railways [railway, arc]; half of a link across a border."""
        lines = state.rail
        ends = lines.economy[lines.costs.u], lines.economy[lines.costs.v]
        km = [
            lines.km * ((ends[0] == code).astype(float) + (ends[1] == code)) / 2.0
            for code in self.rail.values()
        ]
        return _on_arcs(lines.graph, lines.costs, km)


def _on_arcs(graph: Graph, costs: LinkCosts, of_links: Sequence[Floats]) -> Floats:
    """Values of links on their arcs, both ways [kind, arc]."""
    return np.array(of_links, np.float64).reshape(len(of_links), costs.u.size)[:, link_of_arcs(graph, costs)]


class _Trips(NamedTuple):
    """Trips between cities `one` and `other`, and what they pass by number of the tariff [trip]."""

    one: Ints
    other: Ints
    amount: dict[int, Floats]


def _trips(
    state: NetworkState, value: float, choice: LandChoice, places: _Places, ways: Collection[str | int]
) -> dict[str | int, _Trips]:
    """What trips between cities pass, by rail and by search at sea as far as asked for, at one value of time."""
    km = sum_paths(state.rail.graph, choice.rail, places.on_rail(state))
    found: dict[str | int, _Trips] = {}
    if "rail" in ways:
        one, other = np.nonzero(choice.leave >= 0)
        end = choice.leave[one, other]
        start = choice.entry[one, end]
        by_rail = [of_kind[start, end] for of_kind in km]
        found["rail"] = _Trips(one, other, dict(zip(places.rail, by_rail, strict=True)))
    for s in ways:
        if isinstance(s, int):
            found[s] = _by_ship(state.for_ships(sea_searches()[s]), value, choice, places, km)
    return found


def _by_ship(state: NetworkState, value: float, choice: LandChoice, places: _Places, km: Floats) -> _Trips:
    """What voyages pass, with the ways to and from ports; km: between terminals on railways [railway, terminal,
    terminal]."""
    voyages = Voyages.at(state, value, choice.to_port, choice.by_rail)
    one, other = np.nonzero(voyages.land >= 0)
    last = voyages.land[one, other]
    first = voyages.embark[one, last]
    marks = sum_paths(state.sea_graph, voyages.paths, places.at_sea(state.sea, state.sea_graph)) > 0
    amount = {k: mark[first, last].astype(float) for k, mark in zip(places.sea, marks, strict=True)}
    amount |= {k: (first == port).astype(float) + (last == port) for k, port in places.port.items()}
    by_train = np.zeros((len(km), one.size))
    for city, port in ((one, first), (other, last)):
        at = np.flatnonzero(voyages.how[city, port] == 2)
        end = state.port_terminal[port[at]]
        start = choice.entry[city[at], end]
        for into, of_kind in zip(by_train, km, strict=True):
            into[at] += of_kind[start, end]
    return _Trips(one, other, amount | dict(zip(places.rail, by_train, strict=True)))


def _of_energy(
    trade: EnergyTrade,
    network: Network,
    parameters: Parameters,
    places: _Places,
    tariffs: Sequence[TransitTariff],
    shut: Sequence[str],
) -> Floats:
    """What each flow of oil and gas passes [tariff, flow]: at sea, and by line; nothing by a line that is shut."""
    flows = trade.flows
    found = np.zeros((len(tariffs), len(flows)))
    if len(flows):
        found[list(places.sea)] = _voyages(trade, network, parameters, places)
    going = np.array([not set(shut) & set(by) for by in flows["by"]], np.bool_)
    for k, tariff in enumerate(tariffs):
        if tariff.kind == "pipeline":
            line = tariff.place.removeprefix(LINE)
            found[k] += np.array([line in by for by in flows["by"]], float) * going
        own = (flows["exporter"] == tariff.economy) | (flows["importer"] == tariff.economy)
        found[k] *= ~own.to_numpy(np.bool_)
    return found


def _voyages(
    trade: EnergyTrade, network: Network, parameters: Parameters, places: _Places
) -> NDArray[np.bool_]:
    """Whether each flow passes the places at sea [place at sea, flow]: from its terminal to the nearest port of its
    importer."""
    costs = sea_costs(network, parameters)
    graph = costs.graph(len(network.sea_nodes))
    landing = SeaReach(network, parameters, trade.sea.labels).landing
    loading, place = pd.factorize(trade.flows["place"])
    buying, importer = pd.factorize(trade.flows["importer"])
    loads, lands = (
        [table.get(str(name), np.zeros(0, np.int64)) for name in names]
        for table, names in ((trade.places, place), (landing, importer))
    )
    sources, targets = np.unique(np.concatenate(loads)), np.unique(np.concatenate(lands))
    paths = find_paths(graph, 0.0, sources, targets)
    marks = sum_paths(graph, paths, places.at_sea(costs, graph)) > 0
    # [place, target] and [place, importer]: the nearest terminal, the cost from there, the nearest port
    start = np.zeros((len(loads), targets.size), np.int64)
    cost = np.full(start.shape, np.inf)
    for one, nodes in enumerate(loads):
        if nodes.size:
            mine = np.searchsorted(sources, nodes)
            start[one] = mine[paths.cost[mine].argmin(axis=0)]
            cost[one] = paths.cost[mine].min(axis=0)
    end, sails = np.zeros((len(loads), len(lands)), np.int64), np.zeros((len(loads), len(lands)), np.bool_)
    for other, nodes in enumerate(lands):
        if nodes.size:
            at = np.searchsorted(targets, nodes)
            end[:, other] = at[cost[:, at].argmin(axis=1)]
            sails[:, other] = np.isfinite(cost[:, at]).any(axis=1)
    target = end[loading, buying]
    passed: NDArray[np.bool_] = marks[:, start[loading, target], target] & sails[loading, buying]
    return passed
