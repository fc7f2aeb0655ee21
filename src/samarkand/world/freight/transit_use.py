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
import xarray as xr
from numpy.typing import NDArray

from samarkand.core.conventions import REST_OF_WORLD, Floats, Ints
from samarkand.core.faults import Faults
from samarkand.engines.assignment import find_paths
from samarkand.engines.path_sums import sum_paths
from samarkand.engines.routing import Graph
from samarkand.world.freight.assignment import (
    LandWays,
    NetworkState,
    Voyages,
    city_flows,
    link_of_arcs,
    nearest_class,
)
from samarkand.world.freight.capacity import find_place
from samarkand.world.freight.energy import EnergyTrade, SeaReach
from samarkand.world.freight.skims import SEARCH_CLASSES, values_of_time
from samarkand.world.network.link_changes import LinkChange
from samarkand.world.network.new_ports import open_ports
from samarkand.world.network.tables import LinkCosts, Network, sea_costs
from samarkand.world.network.transit_tariffs import LINE, PORT, TransitTariff
from samarkand.world.parameters import Parameters


@dataclass(frozen=True, eq=False)
class TransitUse:
    """Ways of goods past places with tariffs. per_tonne: dims (tariff, vot_class, origin, destination); by_flow: of oil
    and gas [tariff, flow], in the order of `EnergyTrade.flows`."""

    tariffs: tuple[TransitTariff, ...]
    per_tonne: xr.DataArray
    by_flow: Floats


def find_transit_use(
    network: Network,
    parameters: Parameters,
    mode_share: xr.DataArray,
    labels: Sequence[str],
    energy: EnergyTrade,
    tariffs: Sequence[TransitTariff],
    changes: Sequence[LinkChange] = (),
    shut: Sequence[str] = (),
) -> TransitUse:
    """The ways in a state of the network.

    Arguments as `calc_freight_work` has them; labels: economies of the accounts; shut: pipelines that are closed.
    """
    network = open_ports(network, changes)
    rows, places = tuple(tariffs), _Places.of(network, parameters, tariffs)
    classes = mode_share["vot_class"].to_numpy().astype(str).tolist()
    one = 1.0 - np.eye(len(labels))
    each = xr.DataArray(
        np.broadcast_to(one, (len(classes), *one.shape)),
        {"vot_class": classes, "origin": list(labels), "destination": list(labels)},
        ("vot_class", "origin", "destination"),
    )
    by_mode, _ = city_flows(network, each, mode_share)
    iso3 = network.cities["iso3"].astype(str).to_numpy()
    zone = np.array([labels.index(code) if code in labels else _rest(labels) for code in iso3], np.int64)
    found = np.zeros((len(rows), len(classes), len(labels), len(labels)))
    for passed, by_land, by_sea in _by_class(NetworkState(network, parameters, changes), parameters, places):
        for mode, labels_of in (("rail", by_land), ("sea", by_sea)):
            for k, amount in passed.get(mode, {}).items():
                others = (iso3 != rows[k].economy).astype(float)
                ends = _ends(zone, len(labels)) * others[:, None]
                for label in labels_of:
                    found[k, classes.index(label)] += ends.T @ (by_mode[label][mode] * amount) @ ends
    coords = {"tariff": [row.id for row in rows], **{name: each[name] for name in each.dims}}
    per_tonne = xr.DataArray(found, coords, ("tariff", *each.dims))
    return TransitUse(rows, per_tonne, _of_energy(energy, network, parameters, places, rows, shut))


def _rest(labels: Sequence[str]) -> int:
    """Number of the rest of the world, -1 where the labels have none."""
    return labels.index(REST_OF_WORLD) if REST_OF_WORLD in labels else -1


def _ends(zone: Ints, count: int) -> Floats:
    """One where a city lies in an economy [city, economy]."""
    known = np.flatnonzero(zone >= 0)
    ends = np.zeros((zone.size, count))
    ends[known, zone[known]] = 1.0
    return ends


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


def _by_class(
    state: NetworkState, parameters: Parameters, places: _Places
) -> list[tuple[dict[str, dict[int, Floats]], list[str], list[str]]]:
    """By search class: what a way between cities passes, by mode and tariff [a, b]; which goods go by land, by sea."""
    values, of_goods, found = values_of_time(parameters), nearest_class(parameters), []
    for c in range(len(SEARCH_CLASSES)):
        by_land = [label for label, number in of_goods.items() if number == c]
        by_sea = list(of_goods) if c == 0 else []
        if by_land or by_sea:
            found.append((_passed(state, values[c], places, bool(by_sea)), by_land, by_sea))
    return found


def _passed(state: NetworkState, value: float, places: _Places, at_sea: bool) -> dict[str, dict[int, Floats]]:
    """What ways between cities pass, by mode and number of the tariff [a, b], at one value of time."""
    ways = LandWays.at(state, value)
    km = sum_paths(state.rail.graph, ways.rail, places.on_rail(state))
    km_of = dict(zip(places.rail, km, strict=True))
    by_rail = {k: _along(one, ways.entry, ways.leave) for k, one in km_of.items()}
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
    by_ship |= {k: trips.laid(trips.by_train(one, voyages, ways.entry, state)) for k, one in km_of.items()}
    return {"rail": by_rail, "sea": by_ship}


def _along(km: Floats, entry: Ints, leave: Ints) -> Floats:
    """Kilometres of trips between cities by rail, from terminal `entry` [city, terminal] to `leave` [city, city]."""
    trips = leave >= 0
    one, _ = np.nonzero(trips)
    end = leave[trips]
    found = np.zeros(leave.shape)
    found[trips] = km[entry[one, end], end]
    return found


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

    def by_train(self, km: Floats, voyages: Voyages, entry: Ints, state: NetworkState) -> Floats:
        """Kilometres by rail to and from the ports."""
        amount = np.zeros(self.one.size)
        for city, at in ((self.one, self.first), (self.other, self.last)):
            by_train = voyages.how[city, at] == 2
            end = state.port_terminal[at[by_train]]
            amount[by_train] += km[entry[city[by_train], end], end]
        return amount


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
    ends = flows[["exporter", "importer"]].astype(str).to_numpy().reshape(len(flows), 2)
    going = np.array([not set(shut) & set(by) for by in flows["by"]], np.bool_)
    costs = sea_costs(network, parameters)
    graph = costs.graph(len(network.sea_nodes))
    sea = SeaReach(network, parameters, trade.sea.labels)
    sources = np.unique(np.concatenate([*trade.places.values(), np.zeros(0, np.int64)]))
    targets = np.unique(np.concatenate([*sea.landing.values(), np.zeros(0, np.int64)]))
    if sources.size and targets.size and len(flows):
        paths = find_paths(graph, 0.0, sources, targets)
        marks = sum_paths(graph, paths, places.at_sea(costs, graph)) > 0
        for place, rows in flows.groupby("place").indices.items():
            nodes = trade.places.get(str(place))
            if nodes is None or not nodes.size:
                continue
            loading = np.searchsorted(sources, nodes)
            nearest, cost = paths.cost[loading].argmin(axis=0), paths.cost[loading].min(axis=0)
            for row in np.asarray(rows, np.int64).tolist():
                at = np.searchsorted(targets, sea.landing.get(ends[row, 1], nodes[:0]))
                if at.size and np.isfinite(cost[at]).any():
                    target = at[cost[at].argmin()]
                    found[list(places.sea), row] += marks[:, loading[nearest[target]], target]
    for k, tariff in enumerate(tariffs):
        if tariff.kind == "pipeline":
            line = tariff.place.removeprefix(LINE)
            found[k] += np.array([line in by for by in flows["by"]], float) * going
        found[k] *= ~(ends == tariff.economy).any(axis=1)
    return found
