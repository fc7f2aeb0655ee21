"""Freight work: tonnes on every link and tonne-kilometres by mode and economy, for trade between economies.

Trade of two economies is shared out over their cities by population, what they sell of coal, ores and grain by where
these are mined and grown (`origins`), over modes by the calibrated choice, and laid
on the links of the ways that the skims hold (`ways` shows one of them). Trade within an economy is left out: spread
over cities by population alone, without decay by distance, its hauls would be far too long.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from samarkand.core.conventions import REST_OF_WORLD, Floats, Ints
from samarkand.engines.assignment import Paths, assign, find_costs, find_paths, join_choice
from samarkand.engines.compiled import load_compiled
from samarkand.engines.routing import Graph
from samarkand.engines.threads import run_all
from samarkand.world.freight.commodities import IN_BOXES
from samarkand.world.freight.energy_loads import SeaLoads
from samarkand.world.freight.leg_choice import handicap_kept, rail_constant_of_ports, settle_handicap
from samarkand.world.freight.leg_flows import Legs, Trips
from samarkand.world.freight.mode_choice import VOT_CLASSES, add_by_class, classes_of_time
from samarkand.world.freight.model import FreightModel, RouteUpdate
from samarkand.world.freight.origin_weights import origin_weights
from samarkand.world.freight.sea_searches import (
    SeaSearch,
    is_own,
    routes_of_land,
    sea_search_of,
    sea_searches,
    searches_taken,
)
from samarkand.world.freight.skims import (
    MODES,
    SEARCH_CLASSES,
    Attachment,
    attach_by_road,
    attach_ports_at_sea,
    cities_beside_ports,
    values_of_time,
    within_access,
)
from samarkand.world.freight.trade_costs import FreightBaseline, load_kernels
from samarkand.world.freight.unit_values import values_of_exporters
from samarkand.world.network.arcs import port_savings
from samarkand.world.network.link_changes import LinkChange
from samarkand.world.network.links import LinkTable, build_lines
from samarkand.world.network.new_ports import open_ports, ports_before
from samarkand.world.network.tables import LinkCosts, Network, sea_costs
from samarkand.world.parameters import Parameters

HIGH_SEAS = "at sea"
SMALLEST_LOAD = 1e-12  # of the largest: weights that add up to nothing leave rounding


@dataclass(frozen=True, eq=False)
class FreightWork:
    """Loads of links and ports, and what found no way.

    links: one row a used link: mode, row (of the mode's table of links; -1 for one that the programme builds, and for
    the way between a port and the sea graph), item, economy_a, economy_b, km, tonnes and teu a year (goods in unit
    loads; not a number where none were given). ports: the same by port id, in and out, new ports last. work:
    tonne-kilometres a year by mode and economy, dims (mode, economy). tonnes: carried between economies by mode.
    stranded: tonnes of pairs of cities that nothing connects. own: of economies that were named, what begins or ends in
    them. passing: what of others passes each place that has a tariff of transit (`transit.calc_passing`).
    """

    links: pd.DataFrame
    ports: pd.DataFrame
    work: xr.DataArray
    tonnes: xr.DataArray
    stranded: float
    own: Mapping[str, OwnLoads] = field(default_factory=dict)
    passing: xr.DataArray | None = None


@dataclass(frozen=True, eq=False)
class OwnLoads:
    """Part of the loads: goods from or to an economy. links: by rail and sea, as `FreightWork`; ports: tonnes by id."""

    links: pd.DataFrame
    ports: pd.Series


def mean_work(parts: Sequence[tuple[float, FreightWork]]) -> FreightWork:
    """Weighted sum of loads and ports of several states; links that carry nothing in it are left out.

    Links without a row of their own (`FreightWork`) are one where they are equal in all that is known of them.
    """
    if len(parts) == 1:  # weights add up to one
        return parts[0][1]
    keys = ["mode", "row", "item", "economy_a", "economy_b", "km"]
    weighted = [
        one.links.assign(tonnes=weight * one.links["tonnes"], teu=weight * one.links["teu"])
        for weight, one in parts
    ]
    every = pd.concat(weighted, ignore_index=True)
    links = every.groupby(keys, sort=False, as_index=False)[["tonnes", "teu"]].sum(min_count=1)
    links = links[links["tonnes"] > SMALLEST_LOAD * float(links["tonnes"].max())]
    first = parts[0][1]
    ids = pd.Index(dict.fromkeys(name for _, one in parts for name in one.ports.index), name="id")
    at_ports = [
        weight * one.ports.reindex(ids, fill_value=0.0) for weight, one in parts
    ]  # some are built later
    return FreightWork(
        links=links.reset_index(drop=True),
        ports=sum(at_ports[1:], at_ports[0]),
        work=_work(links),
        tonnes=sum((weight * one.tonnes for weight, one in parts[1:]), parts[0][0] * first.tonnes),
        stranded=sum(weight * one.stranded for weight, one in parts),
        passing=_mean_passing(parts),
    )


def _mean_passing(parts: Sequence[tuple[float, FreightWork]]) -> xr.DataArray | None:
    known = [weight * one.passing for weight, one in parts if one.passing is not None]
    return sum(known[1:], known[0]) if len(known) == len(parts) else None


def calc_tonnes(flow: xr.DataArray, freight: xr.Dataset, *, at_home: bool = False) -> xr.DataArray:
    """Tonnes on the network by class of goods: sum over sectors and their cargoes of the class of flow * share / value.

    flow: US$ m a year, dims (origin, destination, sector); freight: as `freight_table`; the value of a tonne is the
    cargo's, in proportion to the exporter's own of the sector where one is declared (`unit_values`). Returns dims
    (origin, destination, vot_class), zero within an economy unless trade `at_home` is asked for too. Sectors without
    weight (services) carry nothing.
    """
    table = freight.sel(sector=flow["sector"])
    weight = tonnes_per_usd(table, flow["origin"].to_numpy().astype(str).tolist())
    return _sum_sectors(flow, weight, at_home)


def tonnes_per_usd(freight: xr.Dataset, exporters: Sequence[str]) -> xr.DataArray:
    """Tonnes on the network in a dollar of what an exporter sells, dims (origin, sector, vot_class).

    sum over cargoes of the class of share / value of a tonne, the value in proportion to the exporter's own of the
    sector where one is declared.
    """
    heavier = (freight["value_per_tonne"] / values_of_exporters(freight, exporters)).fillna(1.0)
    return heavier * add_by_class(freight, freight["cargo_share"] / freight["cargo_value_per_tonne"])


def calc_unit_loads(flow: xr.DataArray, freight: xr.Dataset) -> xr.DataArray:
    """TEU in unit loads by class of goods: sum over sectors of flow * containerised share / value per TEU of boxes.

    As `calc_tonnes`, TEU a year. Loaded units alone: boxes that travel empty are in no trade flow. Unit loads are
    containers, trailers and wagons; vehicles on their wheels and single pieces are none.
    """
    return _sum_sectors(flow, unit_loads_per_usd(freight.sel(sector=flow["sector"])))


def unit_loads_per_usd(freight: xr.Dataset) -> xr.DataArray:
    """TEU in unit loads in a dollar of a sector, dims (sector, vot_class)."""
    boxes = freight["cargo_share"].where(freight["cargo"].isin(IN_BOXES), 0.0)
    return add_by_class(freight, boxes / freight["cargo_value_per_teu"])


def calc_volumes(flow: xr.DataArray, freight: xr.Dataset) -> xr.DataArray:
    """TEU that all goods would fill, by class of goods: sum over sectors and their cargoes of flow * share / value.

    As `calc_tonnes`. It is the unit of which routes have costs, whatever carries the goods.
    """
    return _sum_sectors(flow, volumes_per_usd(freight.sel(sector=flow["sector"])))


def volumes_per_usd(freight: xr.Dataset) -> xr.DataArray:
    """TEU that all goods of a dollar of a sector would fill, dims (sector, vot_class)."""
    return add_by_class(freight, freight["cargo_share"] / freight["cargo_value_per_teu"])


def _sum_sectors(flow: xr.DataArray, per_usd: xr.DataArray, at_home: bool = False) -> xr.DataArray:
    """Weight or volume of flows (US$ m a year) by class of goods, nothing within an economy unless asked for.

    per_usd: of a class of goods in a dollar of a sector, dims (sector, vot_class) and any of those of the flow.
    """
    amount = (flow * 1e6).fillna(0.0)
    if not at_home:
        amount = amount.where(amount["origin"] != amount["destination"], 0.0)
    found: xr.DataArray = xr.dot(amount, per_usd, dim="sector")
    return found.transpose("vot_class", "origin", "destination")


def mode_shares(
    model: FreightModel, update: RouteUpdate | None = None, modes: Sequence[str] = MODES
) -> xr.DataArray:
    """Choice shares by pair of cities, dims (vot_class, origin_city, destination_city, mode), fractions.

    update: pairs whose routes differ in some state, which choose anew; a mode that was not offered stays so. Zero where
    no mode connects, and within a city. modes: those whose shares are asked for. Its coordinate `sea_search`
    (vot_class, origin_city, destination_city) tells whose way goods take at sea (`ships`).
    """
    baseline = model.baseline
    pairs, term = baseline.pairs, baseline.term
    if update is not None:
        term = term.copy()
        served = np.isfinite(update.usd + update.hours).any(axis=(1, 2))
        term[update.rows[~served]] = 0.0
        at = update.rows[served]
        term[at] = _terms(baseline, at, update.usd[served], update.hours[served])
    labels, wanted = model.network.cities.index.to_numpy(), np.array([MODES.index(mode) for mode in modes])
    by_city = np.zeros(
        (term.shape[1], wanted.size, labels.size, labels.size)
    )  # whole matrices are read by mode
    spread = load_compiled("samarkand.engines.assignment_kernels").spread_shares
    run_all(
        lambda c: spread(term, pairs.origin, pairs.destination, c, wanted, by_city[c]), range(len(by_city))
    )
    own_ways = pairs.own_ways
    if update is not None:
        own_ways = own_ways.copy()
        own_ways[update.rows, 1:] &= is_own(update.hours, update.usd)[:, 1 : own_ways.shape[1]]
    searches = np.zeros((len(by_city), labels.size, labels.size), np.int8)
    searches[:, pairs.origin, pairs.destination] = searches_taken(own_ways).T
    searches[:, pairs.destination, pairs.origin] = searches[:, pairs.origin, pairs.destination]
    return xr.DataArray(
        by_city.transpose(0, 2, 3, 1),
        {
            "vot_class": list(VOT_CLASSES),
            "origin_city": labels,
            "destination_city": labels,
            "mode": list(modes),
            "sea_search": (("vot_class", "origin_city", "destination_city"), searches),
        },
        ("vot_class", "origin_city", "destination_city", "mode"),
        name="mode_share",
    )


def _terms(baseline: FreightBaseline, rows: Ints, usd: Floats, hours: Floats) -> Floats:
    """Terms of the choice (row, class, mode) at new routes; the sea is offered where it was."""
    shape = (rows.size, baseline.values.size, len(MODES))
    term, pick = np.empty(shape), np.empty(shape, np.int8)
    load_kernels().prepare(
        usd, hours, baseline.segment[rows], baseline.values, baseline.sea_search, baseline.constants,
        baseline.choice.scale, baseline.pairs.by_sea[rows], term, pick,
    )  # fmt: skip
    return term


def nearest_class(parameters: Parameters) -> dict[str, int]:
    """Number of the skims' value-of-time class that is nearest (in logarithms) to each class of goods."""
    skims = np.log(values_of_time(parameters))
    goods = classes_of_time(parameters)
    return {
        str(label): int(np.abs(skims - np.log(float(goods.sel(vot_class=label)))).argmin())
        for label in goods["vot_class"].to_numpy()
    }


@dataclass(frozen=True, eq=False)
class _Part:
    """Where goods went: loads of arcs by mode, and what passed ports. cities: those whose own goods alone count."""

    loads: dict[str, Floats]
    ports: Floats
    cities: NDArray[np.bool_] | None = None


@dataclass(frozen=True, eq=False)
class _Carried:
    """One quantity (tonnes or TEU) on its way: what is to go by class of goods and mode, and where it went.

    at_sea: what is to go by sea, by search there; own: by economy the part of it that begins or ends there; its ways by
    road are not looked at.
    """

    demand: dict[str, dict[str, Floats]]
    at_sea: dict[int, Floats]
    whole: _Part
    own: dict[str, _Part]

    def goes_by_land(self, label: str) -> bool:
        """Whether anything of a class of goods does."""
        return any(bool(self.demand[label][mode].any()) for mode in ("road", "rail"))

    def flow(self, mode: str, goods: Sequence[str]) -> Floats:
        """Between cities by a mode, of some classes of goods together."""
        first, *others = (self.demand[label][mode] for label in goods)
        return sum(others, first)


class NetworkState:
    """One state of the network: lines, places and how they are attached."""

    def __init__(self, network: Network, parameters: Parameters, changes: Sequence[LinkChange]) -> None:
        self.network, self.parameters = network, parameters
        self.road: LinkTable = build_lines(network, "road", parameters, changes)
        self.rail: LinkTable = build_lines(network, "rail", parameters, changes)
        self.sea: LinkCosts = sea_costs(network, parameters)
        self.sea_graph: Graph = self.sea.graph(len(network.sea_nodes))
        self.city, self.terminal, self.port = attach_by_road(network, parameters)
        self.at_sea = attach_ports_at_sea(network, parameters)
        self.near = within_access(network, parameters)
        self.beside = cities_beside_ports(network, parameters)
        self.hours_saved, self.usd_saved = port_savings(changes, network, parameters)
        self.terminal_node: Ints = network.terminals["node"].to_numpy(np.int64)
        self.port_terminal: Ints = network.ports["terminal"].to_numpy(np.int64)
        self.on_legs = 0.0  # of goods that are asked about (`SeaSearch`)

    def handicap(self, value: float) -> Floats:
        """Of rail to ports, [city, port]: that of the network before closures and other changes (`leg_choice`)."""
        before, p, search = ports_before(self.network), self.parameters, (value, self.on_legs)
        return handicap_kept(before, p, search, lambda: _find_handicap(before, p, *search))

    def nothing(self, cities: NDArray[np.bool_] | None = None) -> _Part:
        """No goods yet, of some cities or of all."""
        graphs = {"road": self.road.graph, "rail": self.rail.graph, "sea": self.sea_graph}
        loads = {mode: np.zeros(graph.indices.size) for mode, graph in graphs.items()}
        return _Part(loads, np.zeros(len(self.network.ports)), cities)

    def for_ships(self, search: SeaSearch) -> NetworkState:
        """The same with arcs at infinite cost that the ships of a search do not sail, and rail to ports as its goods
        choose it; all keep their places."""
        ships, graph = copy(self), self.sea_graph
        ships.on_legs = search.on_legs
        if not search.barred:
            return ships
        barred = self.network.sea_links["passage"].isin(search.barred).to_numpy()[self.sea.row]
        usd = np.where(barred[link_of_arcs(graph, self.sea)], np.inf, graph.usd)
        ships.sea_graph = replace(graph, usd=usd)
        return ships

    def dearer(self, usd: Mapping[str, Floats], at_ports: Floats) -> NetworkState:
        """The same with US$/TEU added to links, by mode in the order of their costs, and at ports."""
        dear = copy(self)

        def add(costs: LinkCosts, mode: str) -> LinkCosts:
            return replace(costs, usd=costs.usd + usd[mode])

        if usd["road"].any():
            dear.road = replace(self.road, costs=add(self.road.costs, "road"))
        if usd["rail"].any():
            dear.rail = replace(self.rail, costs=add(self.rail.costs, "rail"))
        if usd["sea"].any():
            dear.sea = add(self.sea, "sea")
            dear.sea_graph = dear.sea.graph(len(self.network.sea_nodes))
        dear.usd_saved = self.usd_saved - at_ports
        return dear


@dataclass(frozen=True, eq=False)
class Aside:
    """Goods on other ways: shares of pairs of cities, as `mode_share` of `calc_freight_work`, made when asked for as
    they are large, and the state of the network in which their ways are the best, by land for each search class and by
    sea. prices: a key of these states among those of one network."""

    mode_share: Callable[[], xr.DataArray]
    by_land: Callable[[NetworkState, int], NetworkState]
    by_sea: Callable[[NetworkState], NetworkState]
    prices: Hashable = None


def calc_freight_work(
    network: Network,
    parameters: Parameters,
    tonnes: xr.DataArray,
    mode_share: xr.DataArray,
    changes: Sequence[LinkChange] = (),
    unit_loads: xr.DataArray | None = None,
    at_sea: SeaLoads | None = None,
    own_of: Sequence[str] = (),
    aside: Sequence[Aside] = (),
) -> FreightWork:
    """Lay tonnes between economies on the network, and the TEU among them where they are given.

    tonnes: as `calc_tonnes`; unit_loads: as `calc_unit_loads`; mode_share: dims (vot_class, origin_city,
    destination_city, mode), fractions of each pair of cities; changes: what a programme does to the network; at_sea:
    tonnes that sail besides, from terminals of their own (`energy_loads`); own_of: economies, members of the rest of
    the world too, whose own goods are laid apart as well.
    All-or-nothing on the least-cost way of each mode; no congestion. By road and rail it is the way of the search class
    whose value of time is nearest to that of the goods; by sea that of the search which `mode_share` names in its
    coordinate `sea_search` (`mode_shares`), without it that of the first, as in the choice of modes
    (`mode_choice.revalue`): in haste a search by sea goes over land to a short crossing.
    """
    network = open_ports(network, changes)
    state = NetworkState(network, parameters, changes)
    values, of_goods = values_of_time(parameters), nearest_class(parameters)
    of_city = network.cities["iso3"].astype(str).to_numpy()
    carried, stranded = [], []
    amounts = (tonnes,) if unit_loads is None else (tonnes, unit_loads)
    for amount, codes in zip(amounts, (own_of, ()), strict=False):
        demand, left = city_flows(network, amount, mode_share)
        own = {code: state.nothing(of_city == code) for code in codes}
        carried.append(_Carried(demand, _by_ship(demand, mode_share), state.nothing(), own))
        stranded.append(left)
    goods_of: list[list[str]] = [[] for _ in SEARCH_CLASSES]
    for label, c in of_goods.items():
        goods_of[c].append(label)
    # By search class: goods that are turned aside mostly find the roads as they were.
    roads: dict[int, Paths] = {}

    def load(
        on: NetworkState, c: int, by_land: Sequence[str], by_sea: Sequence[int], what: list[_Carried]
    ) -> None:
        """Search for the ways of what there is to carry, and for those on the roads of the state once."""
        by_land = [label for label in by_land if any(one.goes_by_land(label) for one in what)]
        by_sea = [s for s in by_sea if any(one.at_sea[s].any() for one in what)]
        if not (by_land or by_sea):
            return
        same = on.road is state.road
        road = roads[c] if same and c in roads else find_roads(on, values[c])
        if same and aside:
            roads[c] = road
        _load_class(on, values[c], by_land, by_sea, what, road)

    for c, goods in enumerate(goods_of):
        load(state, c, goods, routes_of_land(c), carried)
    by_mode = [float(sum(of[mode].sum() for of in carried[0].demand.values())) for mode in MODES]
    for turned in aside:
        share = turned.mode_share()
        demands = [city_flows(network, amount, share)[0] for amount in amounts]
        # What they carry is added to the same loads.
        every = [
            replace(one, demand=demand, at_sea=_by_ship(demand, share))
            for one, demand in zip(carried, demands, strict=True)
        ]
        dearer = turned.by_sea(state)
        for c, goods in enumerate(goods_of):
            if goods:
                load(turned.by_land(state, c), c, goods, [], every)
            load(dearer, c, [], routes_of_land(c), every)
        for m, mode in enumerate(MODES):
            laid = float(sum(of[mode].sum() for of in demands[0].values()))
            by_mode[m] += laid
            stranded[0] -= laid
    if at_sea is not None:
        carried[0].whole.loads["sea"] += at_sea.loads
        for code, one in carried[0].own.items():
            one.loads["sea"] += at_sea.own[code]
    links = pd.concat(
        [
            _land_table("road", state.road, [one.whole.loads["road"] for one in carried]),
            _land_table("rail", state.rail, [one.whole.loads["rail"] for one in carried]),
            _sea_table(state, [one.whole for one in carried]),
        ],
        ignore_index=True,
    )
    by_mode[MODES.index("sea")] += 0.0 if at_sea is None else at_sea.tonnes
    ids = pd.Index(network.ports["id"].astype(str), name="id")
    return FreightWork(
        links=links,
        ports=pd.DataFrame(_measures([one.whole.ports for one in carried]), index=ids),
        work=_work(links),
        tonnes=xr.DataArray(by_mode, {"mode": list(MODES)}, ("mode",), attrs={"unit": "t/year"}),
        stranded=max(stranded[0], 0.0) if aside else stranded[0],
        own={code: _own_loads(state, one, ids) for code, one in carried[0].own.items()},
    )


def _own_loads(state: NetworkState, one: _Part, ids: pd.Index) -> OwnLoads:
    rail = _land_table("rail", state.rail, [one.loads["rail"]])
    links = pd.concat([rail, _sea_table(state, [one])], ignore_index=True)
    return OwnLoads(links, pd.Series(one.ports, index=ids))


def _measures(amounts: Sequence[Floats]) -> dict[str, Floats]:
    """Columns of tonnes and TEU; the second is not a number where it was not asked for."""
    teu = amounts[1] if len(amounts) > 1 else np.full(amounts[0].shape, np.nan)
    return {"tonnes": amounts[0], "teu": teu}


def shares_of_cities(network: Network, labels: Sequence[str]) -> tuple[pd.Series, Floats, Floats]:
    """The economy of each city among labels, or the rest of the world, and its part of the trade.

    Of what the economy buys, by population [city], and of what it sells, by class of goods [class, city]; zero of a
    city whose economy no label stands for.
    """
    iso3, population = network.cities["iso3"].astype(str), network.cities["population"].to_numpy(float)
    code = iso3.where(iso3.isin(labels), REST_OF_WORLD)
    known = code.isin(labels).to_numpy()
    weight = np.zeros(len(iso3))
    weight[known] = population[known] / pd.Series(population).groupby(code.to_numpy()).transform("sum")[known]
    zone = pd.Index(labels).get_indexer(pd.Index(code)).astype(np.int32)
    return code, weight, origin_weights(network.cities, zone, weight)


def city_flows(
    network: Network, tonnes: xr.DataArray, mode_share: xr.DataArray
) -> tuple[dict[str, dict[str, Floats]], float]:
    """Tonnes by class of goods and mode between cities, and what no mode carries."""
    cities = network.cities
    code, buyers, sellers = shares_of_cities(network, tonnes["origin"].to_numpy().astype(str).tolist())
    known = code.isin(tonnes["origin"].to_numpy().astype(str)).to_numpy()
    found, stranded = {}, 0.0
    for label in tonnes["vot_class"].to_numpy():
        by_pair = np.zeros((len(cities), len(cities)))
        picked = tonnes.sel(
            vot_class=label, origin=code[known].to_numpy(), destination=code[known].to_numpy()
        )
        by_pair[np.ix_(known, known)] = picked.transpose("origin", "destination").to_numpy()
        by_pair *= sellers[VOT_CLASSES.index(label)][:, None] * buyers
        share = mode_share.sel(vot_class=label)
        by_mode = {
            mode: by_pair * share.sel(mode=mode).transpose("origin_city", "destination_city").to_numpy()
            for mode in MODES
        }
        stranded += float(by_pair.sum() - sum(flow.sum() for flow in by_mode.values()))
        found[str(label)] = by_mode
    return found, max(stranded, 0.0)


def _by_ship(demand: Mapping[str, Mapping[str, Floats]], mode_share: xr.DataArray) -> dict[int, Floats]:
    """What goes by sea between cities, by search there, of the goods of `city_flows`."""
    found = {s: np.zeros_like(next(iter(demand.values()))["sea"]) for s in range(len(sea_searches()))}
    own = dict(zip(VOT_CLASSES, sea_search_of().tolist(), strict=True))
    for label, of in demand.items():
        if own[label] == 0 or "sea_search" not in mode_share.coords:
            found[0] += of["sea"]
            continue
        taken = mode_share["sea_search"].sel(vot_class=label).transpose("origin_city", "destination_city")
        for s in {0, own[label]}:
            found[s] += np.where(taken.to_numpy() == s, of["sea"], 0.0)
    return found


def access_cost(place: Attachment, value: float) -> Floats:
    """Generalised cost of getting from places to the network, `usd + value * hours`."""
    return place.usd + value * place.hours


def costs_by_road(state: NetworkState, value: float) -> Floats:
    """Costs [city, terminal and port] at one value of time, where nobody asks for the ways."""
    places = (state.terminal, state.port)
    targets = np.concatenate([place.node for place in places])
    cost = find_costs(state.road.graph, value, state.city.node, targets)
    beyond = np.concatenate([access_cost(place, value) for place in places])
    found: Floats = cost + access_cost(state.city, value)[:, None] + beyond
    return found


@dataclass(frozen=True, eq=False)
class LandChoice:
    """Where least-cost ways by land change at one value of time.

    rail: paths between terminals; to_port: cost [city, port] by road; by_rail: cost [city, terminal] by road to the
    terminal `entry` [city, terminal] and from there by rail; leave: terminal at which a trip by rail ends [city, city],
    negative where there is none.
    """

    rail: Paths
    to_port: Floats
    by_rail: Floats
    entry: Ints
    leave: Ints

    @classmethod
    def of(cls, state: NetworkState, value: float, by_road: Floats) -> LandChoice:
        """The ways in a state of the network, with its costs by road [city, terminal and port]."""
        p, terminals = state.parameters, len(state.terminal_node)
        to_terminal = by_road[:, :terminals] + p["terminal_fee"] + value * p["terminal_hours"]
        to_terminal = np.where(state.near, to_terminal, np.inf)
        rail = find_paths(state.rail.graph, value, state.terminal_node, state.terminal_node)
        between = rail.cost.copy()
        np.fill_diagonal(between, np.inf)  # a railway trip leaves its terminal
        by_rail, entry = join_choice(to_terminal, between)
        _, leave = join_choice(by_rail, np.ascontiguousarray(to_terminal.T))
        return cls(rail, by_road[:, terminals:], by_rail, entry, leave)


def find_roads(state: NetworkState, value: float) -> Paths:
    """Paths by road from cities to cities, terminals and ports, in this order, at one value of time."""
    targets = np.r_[state.city.node, state.terminal.node, state.port.node]
    return find_paths(state.road.graph, value, state.city.node, targets)


@dataclass(frozen=True, eq=False)
class LandWays:
    """Least-cost ways by land at one value of time.

    road: paths from cities to cities, terminals and ports; choice: where they change.
    """

    road: Paths
    choice: LandChoice

    @classmethod
    def at(cls, state: NetworkState, value: float, road: Paths | None = None) -> LandWays:
        """The ways in a state of the network. road: its `find_roads`, where they are known."""
        from_city = access_cost(state.city, value)
        beyond = np.r_[from_city, access_cost(state.terminal, value), access_cost(state.port, value)]
        road = find_roads(state, value) if road is None else road
        cost = road.cost + from_city[:, None] + beyond
        return cls(road, LandChoice.of(state, value, cost[:, from_city.size :]))


def _load_class(
    state: NetworkState,
    value: float,
    by_land: Sequence[str],
    by_sea: Sequence[int],
    carried: Sequence[_Carried],
    road: Paths,
) -> None:
    """Add flows at one value of time to the loads of arcs and ports: some classes of goods by land, and those of some
    searches at sea. road: as `find_roads`."""
    cities, terminals = len(state.city.node), len(state.terminal_node)
    ways = LandWays.at(state, value, road)
    choice = ways.choice
    voyages = {
        s: Voyages.at(state.for_ships(sea_searches()[s]), value, choice.to_port, choice.by_rail)
        for s in by_sea
    }

    for one in carried:
        trains = Trips.of(one.flow("rail", by_land), choice.leave) if by_land else None
        sails = {s: Trips.of(one.at_sea[s], way.land) for s, way in voyages.items()}
        for part in (one.whole, *one.own.values()):
            legs = Legs.none(cities, terminals, len(state.port.node), on_road=part is one.whole)
            if by_land and legs.on_road is not None:
                legs.on_road[:, :cities] += one.flow("road", by_land)
            if trains is not None:
                legs.add_trains(trains.some(part.cities), choice.entry)
            for s, way in voyages.items():
                trips = sails[s].some(part.cities)
                legs.at_sea[:] = 0.0
                first = way.embark[trips.one, trips.last]
                legs.add_voyages(trips, part.ports, first, way.how, choice.entry, state.port_terminal)
                part.loads["sea"] += assign(state.sea_graph, way.paths, legs.at_sea)
            if legs.on_road is not None:
                part.loads["road"] += assign(state.road.graph, ways.road, legs.on_road)
            part.loads["rail"] += assign(state.rail.graph, choice.rail, legs.on_rail)


def _ways_to_ports(state: NetworkState, value: float, by_road: Floats, along: Floats) -> Floats:
    """Costs of ways to ports, dwell and fees included: by road, beside the port, by rail [way, city, port]; costs
    [city, port or terminal]."""
    p, served = state.parameters, state.port_terminal >= 0
    by_rail = np.full(by_road.shape, np.inf)
    by_rail[:, served] = along[:, state.port_terminal[served]]
    beside = state.beside.usd + value * state.beside.hours
    dwell = [value * (p[f"port_hours_{mode}"] - state.hours_saved) for mode in ("road", "road", "rail")]
    ways = np.stack([part + wait for part, wait in zip((by_road, beside, by_rail), dwell, strict=True)])
    return np.asarray(ways + p["port_fee"] - state.usd_saved)


def _find_handicap(network: Network, parameters: Parameters, value: float, on_legs: float) -> Floats:
    """Of rail to ports on a network without changes, [city, port]."""
    state = NetworkState(network, parameters, ())
    choice = LandChoice.of(state, value, costs_by_road(state, value))
    by_road, beside, by_rail = _ways_to_ports(state, value, choice.to_port, choice.by_rail)
    constant = rail_constant_of_ports(network, parameters, value, on_legs)
    return settle_handicap(constant, np.minimum(by_road, beside), by_rail)


@dataclass(frozen=True, eq=False)
class Voyages:
    """Least-cost ways by sea at one value of time: paths between ports; where the ways between cities embark [city,
    port of landing] and land [city, city]; how each city reaches each port (0 by road, 1 beside it, 2 by rail)."""

    paths: Paths
    embark: Ints
    land: Ints
    how: Ints

    @classmethod
    def at(cls, state: NetworkState, value: float, by_road: Floats, along: Floats) -> Voyages:
        """By road to the ports, or along the railway to those that have a terminal; costs [city, port or terminal]."""
        ways = _ways_to_ports(state, value, by_road, along)
        ways[2] += state.handicap(value)
        to_port, how = ways.min(axis=0), ways.argmin(axis=0)
        paths = find_paths(state.sea_graph, value, state.at_sea.node, state.at_sea.node)
        sea = paths.cost + access_cost(state.at_sea, value)[:, None] + access_cost(state.at_sea, value)
        np.fill_diagonal(sea, np.inf)
        sailing, embark = join_choice(to_port, sea)
        _, land = join_choice(sailing, np.ascontiguousarray(to_port.T))
        return cls(paths, embark, land, how)


def link_of_arcs(graph: Graph, costs: LinkCosts) -> Ints:
    """Number of the link of each arc of a graph."""
    tail = np.repeat(np.arange(graph.size), np.diff(graph.indptr))
    low, high = np.minimum(tail, graph.indices), np.maximum(tail, graph.indices)
    keys = np.minimum(costs.u, costs.v) * graph.size + np.maximum(costs.u, costs.v)
    order = np.argsort(keys)
    link: Ints = order[np.searchsorted(keys, low * graph.size + high, sorter=order)]
    return link


def _by_link(graph: Graph, costs: LinkCosts, loads: Sequence[Floats]) -> list[Floats]:
    """Load of each link, both ways together, from the loads of arcs."""
    link = link_of_arcs(graph, costs)
    return [np.bincount(link, weights=load, minlength=costs.u.size).astype(np.float64) for load in loads]


def _land_table(mode: str, lines: LinkTable, loads: Sequence[Floats]) -> pd.DataFrame:
    costs = lines.costs
    table = pd.DataFrame(
        {
            "mode": mode, "row": costs.row, "item": lines.item, "economy_a": lines.economy[costs.u],
            "economy_b": lines.economy[costs.v], "km": lines.km,
            **_measures(_by_link(lines.graph, costs, loads)),
        }
    )  # fmt: skip
    return table[table["tonnes"] > 0]


def _sea_table(state: NetworkState, parts: Sequence[_Part]) -> pd.DataFrame:
    """Links at sea, and the way from each port to the sea graph as a row of its own (row -1)."""
    costs, speed = state.sea, state.parameters["sea_speed"]
    by_link = _by_link(state.sea_graph, costs, [part.loads["sea"] for part in parts])
    by_port = [part.ports for part in parts]
    table = pd.DataFrame(
        {
            "mode": "sea",
            "row": np.r_[costs.row, np.full(by_port[0].size, -1)],
            "item": "",
            "economy_a": HIGH_SEAS,
            "economy_b": HIGH_SEAS,
            "km": np.r_[costs.moving_hours, state.at_sea.hours] * speed,
            **_measures([np.r_[load, port] for load, port in zip(by_link, by_port, strict=True)]),
        }
    )
    return table[table["tonnes"] > 0]


def _work(links: pd.DataFrame) -> xr.DataArray:
    """Tonne-kilometres by mode and economy; a link across a border counts half on each side."""
    half = links["tonnes"] * links["km"] / 2
    both = pd.concat(
        [
            pd.DataFrame({"mode": links["mode"], "economy": links[side], "work": half})
            for side in ("economy_a", "economy_b")
        ]
    )
    table = both.pivot_table("work", "mode", "economy", aggfunc="sum", fill_value=0.0)
    table = table.reindex(list(MODES), fill_value=0.0)
    return xr.DataArray(
        table.to_numpy(),
        {"mode": list(MODES), "economy": table.columns.astype(str).to_numpy()},
        ("mode", "economy"),
        name="freight_work",
        attrs={"unit": "t km/year"},
    )
