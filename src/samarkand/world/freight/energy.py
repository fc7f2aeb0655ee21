"""Oil and gas in volumes: who exports what to whom by which way, and what a closure leaves of it.

A flow leaves a node of its exporter by lines, or loads at a terminal and sails to the ports of its importer. In a
closure it has no way where one of its lines is closed, or where no sea path joins terminal and importer any more. What
has no way may go round by lines, from its node or from the sea it is shut in, as far as they can spare it:

    spare of a line = capacity - use + what it carried that has no way now
    by line         = most that spares let through from where it is stranded to the open side of the closure
    remaining       = exports - without a way + by line

Larger flows go first where several exporters share a line. Nothing else goes round: no oil by lorry, and liquefied gas
by no pipeline. A longer way by sea is a way; `passing` counts what must take it.

Importers of what is shipped are those of the accounts, by value; what comes to them by line is taken out first. Which
terminal serves whom makes the exporter's voyages cheapest in all. Ships load and land at ports where tankers call
(`network.port_ships`). An economy without a port lands at the port nearest to its largest city, unless a city of the
exporter is nearer: that trade goes over land, and is left to its routes.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from samarkand.core.conventions import REST_OF_WORLD, Floats, Ints
from samarkand.engines.once import derived
from samarkand.world.freight.cargo import DEFAULT, PORTS, EnergyTables
from samarkand.world.freight.skims import attach_ports_at_sea
from samarkand.world.network.nearest import distances, nearest_nodes
from samarkand.world.network.port_ships import takes_tankers
from samarkand.world.network.tables import Network, sea_costs
from samarkand.world.parameters import Parameters

AXES = ("origin", "destination", "sector")
REACH = 200.0  # km from a terminal to the sea graph: farther off, the network lacks its sea
LEAST = 1e-9  # of all that an exporter ships: what rounding leaves
SAME = 1e-9  # of the cost of a voyage: the same way searched twice
FINE = 1000.0  # volumes are whole barrels a day and million cubic metres where lines share them out
ENDLESS = 2**31 - 1
FLOW_COLUMNS = ("exporter", "importer", "cargo", "node", "place", "by", "volume")
READS = ("sea_speed", "sea_rate", "canal_tolls", "tanker_calls_least")  # parameters of energy on its way
CLOSED_COLUMNS = ("passing", "without_way", "by_line", "cut_off", "remaining")


@dataclass(frozen=True, eq=False)
class SeaReach:
    """The sea of a network, open or closed: which economies' ports a loading place reaches, and at what cost."""

    network: Network
    parameters: Parameters
    labels: tuple[str, ...]

    @cached_property
    def _graph(self) -> Any:
        return sea_costs(self.network, self.parameters).graph(len(self.network.sea_nodes)).cost(0.0)

    @cached_property
    def part(self) -> Ints:
        """Number of the connected part of the sea of each node."""
        from scipy.sparse.csgraph import connected_components  # see `least_sailing`

        found: Ints = connected_components(self._graph, directed=False)[1]
        return found

    @cached_property
    def landing(self) -> dict[str, Ints]:
        """Sea nodes of each economy's ports that take tankers; of one without ports, that of the nearest such port to
        its largest city."""
        ports = self.network.ports
        usable = np.isfinite(attach_ports_at_sea(self.network, self.parameters).hours)
        usable &= takes_tankers(self.network, self.parameters)
        node, _ = nearest_at_sea(self.network, ports["lat"].to_numpy(float), ports["lon"].to_numpy(float))
        owner = ports["economy"].astype(str)
        codes = owner.where(owner.isin(self.labels), REST_OF_WORLD).to_numpy()
        found = {code: np.unique(node[usable & (codes == code)]) for code in self.labels}
        cities = self.network.cities
        largest = cities.loc[cities.groupby("iso3")["population"].idxmax()].set_index("iso3")
        without = [code for code, nodes in found.items() if not nodes.size and code in largest.index]
        if without and usable.any():
            km = np.where(usable, distances(largest.loc[without], ports), np.inf)
            found |= dict(zip(without, node[km.argmin(axis=1)][:, None], strict=True))
        return found

    @cached_property
    def overland(self) -> NDArray[np.bool_]:
        """Whether [exporter, importer] trade over land: the importer has no port, and a city of the exporter is nearer
        to its largest city than any port."""
        cities, ports = self.network.cities, self.network.ports
        found = np.zeros((len(self.labels), len(self.labels)), np.bool_)
        owners, codes = set(ports["economy"].astype(str)), cities["iso3"].astype(str)
        for d, code in enumerate(self.labels):
            mine = cities[codes == code]
            if code in owners or not len(mine) or not len(ports):
                continue
            largest = mine.loc[[mine["population"].idxmax()]]
            nearest = pd.Series(distances(largest, cities)[0]).groupby(codes.to_numpy()).min()
            nearer = nearest[nearest < distances(largest, ports).min()].index
            found[[self.labels.index(one) for one in nearer if one in self.labels], d] = True
        return found

    def own_ports(self, economy: str) -> Ints:
        """Sea nodes of an economy's own ports."""
        owners = self.network.ports["economy"].astype(str).to_numpy()
        none = np.zeros(0, np.int64)
        return self.landing.get(economy, none) if economy in owners else none

    def cost(self, nodes: Ints) -> Floats:
        """US$ per TEU from the nearest of some nodes to the ports of each economy, infinite where no way leads."""
        if not nodes.size:
            return np.full(len(self.labels), np.inf)
        from scipy.sparse.csgraph import dijkstra  # see `least_sailing`

        found = dijkstra(self._graph, indices=nodes, min_only=True)
        node, first, served = self._landings
        cost = np.full(len(self.labels), np.inf)
        if node.size:
            cost[served] = np.minimum.reduceat(found[node], first)
        return cost

    @cached_property
    def _landings(self) -> tuple[Ints, Ints, Ints]:
        """`landing` in one row: sea nodes economy by economy, where each begins, and which economies have any."""
        nodes = [self.landing[code] for code in self.labels]
        size = np.array([one.size for one in nodes])
        served = np.flatnonzero(size)
        return np.concatenate(nodes), np.r_[0, size[served].cumsum()[:-1]], served


@dataclass(frozen=True, eq=False)
class EnergyTrade:
    """Energy on its way on an open network. flows: one row a flow, `FLOW_COLUMNS`; cost: its voyage, US$ per TEU."""

    tables: EnergyTables
    sea: SeaReach
    places: dict[str, Ints]
    flows: pd.DataFrame
    cost: Floats

    def known(self, like: xr.DataArray) -> xr.DataArray:
        """Which pairs and sectors are known in volumes; like: any array with origin, destination and sector."""
        ordered = like.transpose(*AXES)

        def find() -> NDArray[np.bool_]:
            found = np.zeros(ordered.shape, np.bool_)
            found[self.cells(ordered)] = True
            found.flags.writeable = False  # all who ask share it
            return found

        return ordered.copy(deep=False, data=derived(self, ("known", _labels_of(like)), find))

    def cells(self, like: xr.DataArray) -> tuple[Ints, Ints, Ints]:
        """Place of each flow in an array with the dims (origin, destination, sector)."""
        labels = _labels_of(like)

        def find() -> tuple[Ints, Ints, Ints]:
            sectors = self.flows["cargo"].map({name: row.sector for name, row in self.tables.cargoes.items()})
            named = self.flows["exporter"], self.flows["importer"], sectors
            one, other, sector = (
                pd.Index(along).get_indexer(pd.Index(of)) for along, of in zip(labels, named, strict=True)
            )
            return one, other, sector

        return derived(self, ("cells", labels), find)

    def close(self, closed: Network, lines: Iterable[str] = ()) -> EnergyClosure:
        """What a network with closed places, and closed lines, leave of it."""
        sea = SeaReach(closed, self.sea.parameters, self.sea.labels)
        shut, flows = set(lines), self.flows
        cost = _voyages(flows, self.places, sea)
        no_line = np.array([bool(shut & set(by)) for by in flows["by"]], np.bool_)
        without_way = no_line | (np.isfinite(self.cost) & ~np.isfinite(cost))
        longer = cost > self.cost * (1.0 + SAME)
        volume = flows["volume"].to_numpy(float)
        blocked = np.where(without_way, volume, 0.0)
        by_line, taken = _go_round(self, sea, blocked, shut)
        cut_off = np.maximum(blocked - by_line, 0.0)
        measures = (np.where(longer | no_line, volume, 0.0), blocked, by_line, cut_off, volume - cut_off)
        result = flows.assign(**dict(zip(CLOSED_COLUMNS, measures, strict=True)))
        return EnergyClosure(self.tables, result, taken, (self.cost, cost))


@dataclass(frozen=True, eq=False)
class EnergyClosure:
    """Energy with something closed. flows: `FLOW_COLUMNS` and `CLOSED_COLUMNS`, in the units of the cargoes; taken:
    what goes round by each line; voyages: their cost open and closed, US$ per TEU."""

    tables: EnergyTables
    flows: pd.DataFrame
    taken: dict[str, float]
    voyages: tuple[Floats, Floats]

    def by_exporter(self) -> pd.DataFrame:
        """One row an exporter and cargo that the closure touches, the largest loss in value first; see `_summed`."""
        return self._summed("exporter")

    def by_importer(self) -> pd.DataFrame:
        """The same by importer."""
        return self._summed("importer")

    def _summed(self, side: str) -> pd.DataFrame:
        """Columns: volume, passing, without_way, by_line, cut_off, remaining (in unit), remaining_share, and what is
        cut off in million tonnes and US$ m a year."""
        names = ["volume", *CLOSED_COLUMNS]
        table = self.flows.groupby([side, "cargo"], sort=False)[names].sum().reset_index()
        table = table[table["passing"] > 0].copy()
        rows = [self.tables.cargoes[name] for name in table["cargo"]]
        table.insert(2, "unit", [row.unit for row in rows])
        table["remaining_share"] = table["remaining"] / table["volume"]
        table["cut_off_tonnes"] = table["cut_off"] * [row.tonnes for row in rows]
        table["cut_off_value"] = table["cut_off"] * [row.unit_value for row in rows]
        ordered = table.sort_values(["cut_off_value", "passing"], ascending=False, kind="stable")
        return ordered.reset_index(drop=True)


def _labels_of(like: xr.DataArray) -> tuple[tuple[str, ...], ...]:
    """Labels along `AXES`, under which places of flows are kept: they are the same wherever the labels are."""
    return tuple(tuple(like[dim].to_numpy().astype(str).tolist()) for dim in AXES)


def energy_trade(
    tables: EnergyTables, trade_flow: xr.DataArray, network: Network, parameters: Parameters
) -> EnergyTrade:
    """Exports of the tables (and of the accounts where they have no row), shared out over importers.

    trade_flow: US$ m, dims (origin, destination, sector). Economies, terminals and ways that the world lacks are left
    out.
    """
    labels = tuple(trade_flow["origin"].to_numpy().astype(str).tolist())
    sea = SeaReach(network, parameters, labels)
    places = _terminals(tables, network)
    places |= {f"{PORTS} {code}": sea.own_ports(code) for code in labels}
    rows: list[tuple[object, ...]] = []
    for sector in sorted({cargo.sector for cargo in tables.cargoes.values()}):
        if sector in trade_flow["sector"]:
            value = trade_flow.sel(sector=sector).transpose("origin", "destination", ...).to_numpy()
            rows += _flows_of(sector, tables, sea, places, np.asarray(value, float))
    flows = table_of_flows(rows)
    return EnergyTrade(tables, sea, places, flows, _voyages(flows, places, sea))


def table_of_flows(rows: Sequence[tuple[object, ...]]) -> pd.DataFrame:
    """`EnergyTrade.flows` of rows."""
    return pd.DataFrame(rows, columns=list(FLOW_COLUMNS)).astype({"volume": float})


def energy_tonnes(energy: EnergyTrade, flow: xr.DataArray, before: xr.DataArray) -> Floats:
    """Oil and gas by flow: volumes of the tables, times trade of a solution over that of the accounts."""
    cells = energy.cells(before.transpose("origin", "destination", "sector"))
    after, was = (
        one.transpose("origin", "destination", "sector").to_numpy()[cells] for one in (flow, before)
    )
    ratio = np.divide(after, was, out=np.ones_like(was), where=was > 0)
    weight = energy.flows["cargo"].map({name: row.tonnes for name, row in energy.tables.cargoes.items()})
    tonnes: Floats = energy.flows["volume"].to_numpy(float) * weight.to_numpy(float) * 1e6 * ratio
    return tonnes


def nearest_at_sea(network: Network, latitude: Floats, longitude: Floats) -> tuple[Ints, Floats]:
    """The nearest sea node of each place and the km to it, of those that a link outside all named passages touches.

    A port at the mouth of a canal is not shut in with it.
    """
    links = network.sea_links
    free = links[links["passage"].astype(str) == ""]
    node = np.unique(np.r_[free["u"].to_numpy(np.int64), free["v"].to_numpy(np.int64)])
    if not node.size:  # a network without a sea
        return np.zeros(len(latitude), np.int64), np.full(len(latitude), np.inf)
    nearest, km = nearest_nodes(network.sea_nodes.iloc[node], latitude, longitude)
    return node[nearest], km


def _terminals(tables: EnergyTables, network: Network) -> dict[str, Ints]:
    terminals = list(tables.network.terminals.values())
    at = (np.array([getattr(row, name) for row in terminals], float) for name in ("lat", "lon"))
    node, km = nearest_at_sea(network, *at)
    return {row.id: node[[k]] if km[k] <= REACH else node[:0] for k, row in enumerate(terminals)}


def _flows_of(
    sector: str, tables: EnergyTables, sea: SeaReach, places: dict[str, Ints], value: Floats
) -> list[tuple[object, ...]]:
    """Flows of the cargoes of one sector; value: US$ m [origin, destination]."""
    labels, known = sea.labels, set(sea.labels)
    cargoes = {name: row for name, row in tables.cargoes.items() if row.sector == sector}
    abroad = np.where(np.eye(len(labels), dtype=bool), 0.0, value)
    mine = [row for row in tables.exports if row.cargo in cargoes and row.economy in known]
    declared = {row.economy for row in mine}
    found: list[tuple[object, ...]] = []
    by_sea: list[tuple[str, str, str, str, tuple[str, ...], float]] = [
        (r.economy, r.cargo, r.node, r.target, r.lines, r.volume)
        for r in mine
        if not _by_land(r.target, tables)
    ]
    for row in mine:
        if _by_land(row.target, tables) and row.target in known:
            found.append((row.economy, row.target, row.cargo, row.node, "", row.lines, row.volume))
            one, other = labels.index(row.economy), labels.index(row.target)
            abroad[one, other] -= row.volume * cargoes[row.cargo].unit_value
    default, terminals = DEFAULT[sector], np.array([code in tables.lng_importers for code in labels])
    for code, total in zip(labels, abroad.sum(axis=1).tolist(), strict=True):
        if code not in declared and total > 0:
            by_sea.append((code, default, code, PORTS, (), total / cargoes[default].unit_value))
    for economy, cargo in sorted({(one[0], one[1]) for one in by_sea}):
        ways = [one for one in by_sea if one[:2] == (economy, cargo)]
        loads = [f"{PORTS} {economy}" if one[3] == PORTS else one[3] for one in ways]
        cost = np.array([sea.cost(places[place]) for place in loads])
        number = labels.index(economy)
        reached = np.isfinite(cost).any(axis=0) & ~sea.overland[number]
        weight = np.where(reached, np.maximum(abroad[number], 0.0), 0.0)
        weight = np.where(terminals, weight, 0.0) if cargo == "lng" else weight
        parts = least_sailing(np.array([one[5] for one in ways]), weight, cost)
        for k, d in zip(*np.nonzero(parts > 0), strict=True):
            found.append((economy, labels[d], cargo, ways[k][2], loads[k], ways[k][4], float(parts[k, d])))
    return found


def least_sailing(supply: Floats, weight: Floats, cost: Floats) -> Floats:
    """Volumes from loading places to importers, [place, importer], at the least cost in all (a transport problem).

    supply: [place]; weight: [importer], in the proportions of which all of it is bought; cost: [place, importer],
    infinite where no way leads. What reaches nobody stays at home.
    """
    parts: Floats = np.zeros(cost.shape)
    place, buyer = np.flatnonzero(np.isfinite(cost[:, weight > 0]).any(axis=1)), np.flatnonzero(weight > 0)
    if not place.size or not buyer.size:
        return parts
    supply, cost = supply[place], cost[np.ix_(place, buyer)]
    wanted = supply.sum() * weight[buyer] / weight[buyer].sum()
    if place.size == 1:
        parts[place[0], buyer] = wanted
        return parts
    # Taking long to import, scipy is loaded where it is used: energy that is read from the disk needs none of it.
    from scipy.optimize import linprog
    from scipy.sparse import coo_array

    open_ways = np.isfinite(cost)
    one, other = np.nonzero(open_ways)
    columns = np.arange(one.size)
    ends = coo_array(
        (np.ones(2 * one.size), (np.r_[one, place.size + other], np.r_[columns, columns])),
        shape=(place.size + buyer.size, one.size),
    ).tocsr()
    found = linprog(cost[open_ways], A_eq=ends[:-1], b_eq=np.r_[supply, wanted][:-1])
    if found.status != 0:
        raise ValueError(f"exports cannot be shared out over importers ({found.message})")
    parts[place[one], buyer[other]] = np.where(found.x > LEAST * supply.sum(), found.x, 0.0)
    return parts


def _by_land(target: str, tables: EnergyTables) -> bool:
    """Whether a flow ends at an importer, by line all the way."""
    return target != PORTS and target not in tables.network.terminals


def _voyages(flows: pd.DataFrame, places: dict[str, Ints], sea: SeaReach) -> Floats:
    """Cost of the voyage of each flow, US$ per TEU; not a number for one that goes by line all the way."""
    number = {code: k for k, code in enumerate(sea.labels)}
    cost = np.full(len(flows), np.nan)
    at = flows["importer"].map(number).to_numpy()
    for place, rows in flows.groupby("place").indices.items():
        if place:
            cost[rows] = sea.cost(places[str(place)])[at[rows].astype(np.int64)]
    return cost


def _go_round(
    trade: EnergyTrade, sea: SeaReach, blocked: Floats, shut: set[str]
) -> tuple[Floats, dict[str, float]]:
    """What of blocked flows lines take, by flow, and by line."""
    by_line: Floats = np.zeros(blocked.size)
    flows, taken = trade.flows.assign(blocked=blocked)[blocked > 0], dict[str, float]()
    lines = {name: row for name, row in trade.tables.network.lines.items() if name not in shut}
    spare = {name: row.spare for name, row in lines.items()}
    for by, volume in zip(flows["by"], flows["blocked"], strict=True):
        for name in by:
            if name in spare:
                spare[name] += volume
    part = _largest_part(sea)
    flows["afloat"] = [
        place != "" and not shut & set(by) for place, by in zip(flows["place"], flows["by"], strict=True)
    ]
    flows["target"] = flows["importer"].where(flows["place"] == "", flows["importer"].map(part).astype(str))
    groups = [group for _, group in flows.groupby(["exporter", "node", "cargo", "target"], sort=True)]
    for group in sorted(groups, key=lambda one: -float(one["blocked"].sum())):
        cargo, node, wanted = group["cargo"].iloc[0], group["node"].iloc[0], float(group["blocked"].sum())
        mine = [row for row in lines.values() if row.cargo == cargo]
        if not mine:
            continue
        importers = set(group["importer"])
        ends = {f"sea {part[name]}" for name in importers} | (importers - {row.source_node for row in mine})
        arcs = [("start", node, wanted, "")]
        for place, volume in group[group["afloat"]].groupby("place")["blocked"].sum().items():
            arcs.append(("start", _joint(str(place), trade, sea), float(volume), ""))
        for row in mine:
            tail, head = (_joint(name, trade, sea) for name in (row.source_node, row.target_node))
            if tail not in ends:
                arcs.append((tail, head, spare[row.id], row.id))
        arcs += [(end, "end", np.inf, "") for end in sorted(ends)]
        used, total = most_through(arcs, wanted)
        by_line[group.index.to_numpy()] = group["blocked"] * min(total / wanted, 1.0)
        for name, volume in used.items():
            spare[name] -= volume
            taken[name] = taken.get(name, 0.0) + volume
    return by_line, taken


def _largest_part(sea: SeaReach) -> dict[str, int]:
    """The part of the sea that each economy's ports lie on, the largest of them; -1 for none."""
    size = np.bincount(sea.part)
    return {
        code: int(max(sea.part[nodes].tolist(), key=lambda one: int(size[one]))) if nodes.size else -1
        for code, nodes in sea.landing.items()
    }


def _joint(name: str, trade: EnergyTrade, sea: SeaReach) -> str:
    """A terminal is the part of the sea that it lies on; other nodes of lines are themselves."""
    nodes = trade.places.get(name)
    if nodes is None:
        return name
    return f"sea {sea.part[nodes[0]]}" if nodes.size else f"nowhere {name}"


def most_through(arcs: list[tuple[str, str, float, str]], wanted: float) -> tuple[dict[str, float], float]:
    """Most of `wanted` that gets from `start` to `end` by arcs (from, to, limit, name), and what named ones carry.

    Limits are rounded to a thousandth of a unit. Arcs between the same ends are filled in their order.
    """
    from scipy.sparse import coo_array  # see `least_sailing`
    from scipy.sparse.csgraph import maximum_flow

    arcs = [("begin", "start", wanted, ""), *arcs]
    names: dict[Hashable, int] = {}
    ends = np.array([[names.setdefault(end, len(names)) for end in arc[:2]] for arc in arcs], np.int32)
    limit = np.minimum([round(min(arc[2], ENDLESS / FINE) * FINE) for arc in arcs], ENDLESS // 4).astype(
        np.int32
    )
    graph = coo_array((limit, (ends[:, 0], ends[:, 1])), shape=(len(names), len(names))).tocsr()
    if "end" not in names:
        return {}, 0.0
    found = maximum_flow(graph, names["begin"], names["end"])
    left = {pair: max(int(found.flow[pair]), 0) for pair in {(int(a), int(b)) for a, b in ends}}
    used: dict[str, float] = {}
    for arc, (a, b), most in zip(arcs, ends.tolist(), limit.tolist(), strict=True):
        amount = min(left[a, b], most)
        left[a, b] -= amount
        if arc[3] and amount:
            used[arc[3]] = amount / FINE
    return used, found.flow_value / FINE
