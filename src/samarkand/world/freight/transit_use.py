"""What goods pass of the places with a tariff of transit, by who sells and who buys, in a state of the network.

    passing[k, i, s] = sum over n of per_tonne[k, c(s), i, n] * tonnes[i, n, s]

for tariff k of `transit_tariffs.csv`, seller i, buyer n and sector s of class c: each tonne once where it passes a
canal or port, times kilometres on railways. What begins or ends in the economy of a tariff does not count for it. The
ways are those on which `assignment.calc_freight_work` lays goods; of oil and gas known in volumes, those of
`energy_loads` and the lines that they go by.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray
from scipy.sparse import csr_array

from samarkand.core.conventions import Floats, Ints
from samarkand.core.faults import Faults
from samarkand.engines.assignment import find_paths
from samarkand.engines.path_sums import sum_paths
from samarkand.engines.routing import Graph
from samarkand.engines.threads import run_all
from samarkand.world.freight.assignment import (
    LandChoice,
    NetworkState,
    Voyages,
    link_of_arcs,
    nearest_class,
    shares_of_cities,
)
from samarkand.world.freight.capacity import find_place
from samarkand.world.freight.energy import EnergyTrade, SeaReach
from samarkand.world.freight.mode_choice import VOT_CLASSES
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


def find_transit_use(
    network: Network,
    parameters: Parameters,
    mode_share: xr.DataArray,
    labels: Sequence[str],
    energy: EnergyTrade,
    tariffs: Sequence[TransitTariff],
    changes: Sequence[LinkChange] = (),
    shut: Sequence[str] = (),
    by_flow: Floats | None = None,
) -> TransitUse:
    """The ways in a state of the network.

    Arguments as `calc_freight_work` has them, but that shares of rail and sea are enough; labels: economies of the
    accounts; shut: pipelines that are closed; by_flow: of oil and gas, where it is known of the same seas and lines.
    """
    network = open_ports(network, changes)
    rows, places = tuple(tariffs), _Places.of(network, parameters, tariffs)
    code, weight = shares_of_cities(network, labels)
    between = weight[:, None] * weight
    state, values = NetworkState(network, parameters, changes), values_of_time(parameters)
    of_goods = nearest_class(parameters)
    others = [_cities_of_others(network, code.tolist(), labels, row.economy) for row in rows]

    def of_class(c: int) -> list[tuple[int, str, Floats]]:
        """Number of the tariff, class of goods, and what a tonne passes [seller, buyer]."""
        by_land = [name for name, number in of_goods.items() if number == c]
        by_sea = list(of_goods) if c == 0 else []
        if not by_land and not by_sea:
            return []
        passed, found = _passed(state, values[c], places, bool(by_sea)), []
        for mode, names in (("rail", by_land), ("sea", by_sea)):
            for name in names:
                flow = between * mode_share.sel(vot_class=name, mode=mode).to_numpy()
                for k, amount in passed.get(mode, {}).items():
                    found.append((k, name, (others[k] @ (others[k] @ (flow * amount)).T).T))
        return found

    found = np.zeros((len(rows), len(VOT_CLASSES), len(labels), len(labels)))
    for part in run_all(of_class, range(len(values))):
        for k, name, amount in part:
            found[k, VOT_CLASSES.index(name)] += amount
    found *= 1.0 - np.eye(len(labels))
    if by_flow is None:
        by_flow = _of_energy(energy, network, parameters, places, rows, shut)
    return TransitUse.of(rows, labels, found, by_flow, places.known(network, rows))


def _cities_of_others(
    network: Network, code: Sequence[str], labels: Sequence[str], economy: str
) -> csr_array:
    """One where a city lies in an economy of the accounts [economy, city], none for those of an economy: its goods are
    no transit."""
    number = {label: at for at, label in enumerate(labels)}
    iso3 = network.cities["iso3"].astype(str)
    mine = [at for at, own in enumerate(iso3) if code[at] in number and own != economy]
    where = ([number[code[at]] for at in mine], mine)
    return csr_array((np.ones(len(mine)), where), shape=(len(labels), len(code)))


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


def _passed(state: NetworkState, value: float, places: _Places, at_sea: bool) -> dict[str, dict[int, Floats]]:
    """What ways between cities pass, by mode and number of the tariff [a, b], at one value of time."""
    ways = LandChoice.at(state, value)
    km = sum_paths(state.rail.graph, ways.rail, places.on_rail(state))
    by_rail = dict(zip(places.rail, _along(km, ways.entry, ways.leave), strict=True))
    if not at_sea:
        return {"rail": by_rail}
    voyages = Voyages.at(state, value, ways.to_port, ways.by_rail)
    trips = _Trips.of(voyages)
    marks = sum_paths(state.sea_graph, voyages.paths, places.at_sea(state.sea, state.sea_graph)) > 0
    by_ship = {
        k: trips.laid(mark[trips.first, trips.last]) for k, mark in zip(places.sea, marks, strict=True)
    }
    by_ship |= {
        k: trips.laid((trips.first == port).astype(float) + (trips.last == port))
        for k, port in places.port.items()
    }
    by_train = trips.by_train(km, voyages, ways.entry, state)
    by_ship |= {k: trips.laid(one) for k, one in zip(places.rail, by_train, strict=True)}
    return {"rail": by_rail, "sea": by_ship}


def _along(km: Floats, entry: Ints, leave: Ints) -> list[Floats]:
    """Kilometres [kind, terminal, terminal] of trips between cities by rail, from terminal `entry` [city, terminal] to
    `leave` [city, city]."""
    one, other = np.nonzero(leave >= 0)
    end = leave[one, other]
    start = entry[one, end]
    found = np.zeros((len(km), *leave.shape))
    for into, of_kind in zip(found, km, strict=True):
        into[one, other] = of_kind[start, end]
    return list(found)


@dataclass(frozen=True, eq=False)
class _Trips:
    """Voyages between cities `one` and `other`, from port `first` to `last`; shape: of arrays between cities."""

    one: Ints
    other: Ints
    first: Ints
    last: Ints
    shape: tuple[int, ...]

    @classmethod
    def of(cls, voyages: Voyages) -> _Trips:
        one, other = np.nonzero(voyages.land >= 0)
        last = voyages.land[one, other]
        return cls(one, other, voyages.embark[one, last], last, voyages.land.shape)

    def laid(self, amount: Floats | NDArray[np.bool_]) -> Floats:
        """Amounts of the voyages between cities; zero where there is none."""
        found = np.zeros(self.shape)
        found[self.one, self.other] = amount
        return found

    def by_train(self, km: Floats, voyages: Voyages, entry: Ints, state: NetworkState) -> list[Floats]:
        """Kilometres [kind, terminal, terminal] by rail to and from the ports."""
        found = np.zeros((len(km), self.one.size))
        for city, at in ((self.one, self.first), (self.other, self.last)):
            by_train = np.flatnonzero(voyages.how[city, at] == 2)
            end = state.port_terminal[at[by_train]]
            start = entry[city[by_train], end]
            for into, of_kind in zip(found, km, strict=True):
                into[by_train] += of_kind[start, end]
        return list(found)


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
