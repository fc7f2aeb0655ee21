"""The freight network: tables of nodes, links, crossings, ports and cities, and what its links cost.

Rail and road are compacted OpenStreetMap graphs (ODbL), the sea that of searoute; hours and money of a link follow
from its length and the declared parameters. Closed crossings and passages are no links.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from functools import cache, cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from samarkand.core.conventions import Floats, Ints
from samarkand.core.hashing import content_hash, data_hash
from samarkand.engines.once import derived
from samarkand.engines.routing import Graph, build_graph
from samarkand.world.economies.tables import load_economies
from samarkand.world.embedded import read_frame
from samarkand.world.network.chokepoints import Chokepoint, chokepoints
from samarkand.world.network.ferries import FerryLine, embedded_ferries
from samarkand.world.network.geography import CrossingPlace, Geography, Places
from samarkand.world.network.rail_rates import rail_rates
from samarkand.world.network.stations import add_stations, serve_ports
from samarkand.world.network.tolls import tolls_of_links
from samarkand.world.parameters import Parameters

LAND = ("road", "rail")
HIGH_RATE_INCOME = (
    "Low income",
    "Lower middle income",
)  # the class of a road is not known: by income of the economy
FARTHEST_CONNECTOR_KM = 150.0  # a city or port farther than this from a road is not on the road network


@dataclass(frozen=True, eq=False)
class LandTables:
    """One land mode: nodes (lat, lon, economy), links (u, v, km, repair) and the crossings among its links.

    Links of a network of the user's may have a `speed` (km/h) and a `rate` (US$/TEU-km) of their own, its crossings
    `hours` and `usd` (US$/TEU); where they are missing the declared parameters hold.
    """

    nodes: pd.DataFrame
    links: pd.DataFrame
    crossings: pd.DataFrame

    @cached_property
    def linked(self) -> NDArray[np.bool_]:
        """Nodes that have a link, open or closed; others are places that a new line may lead to (`stations`)."""
        found = np.zeros(len(self.nodes), np.bool_)
        found[self.links["u"].to_numpy(np.int64)] = found[self.links["v"].to_numpy(np.int64)] = True
        return found


@dataclass(frozen=True, eq=False)
class Network:
    """The freight network as tables. `cities` are indexed by label (`ISO3 name`), with iso3, lat, lon, population.

    `ferries` are the lines that links of road and rail name in `repair`. `single_roads`: economies whose roads cost the
    rate of single carriageways.
    """

    road: LandTables
    rail: LandTables
    sea_nodes: pd.DataFrame
    sea_links: pd.DataFrame
    ports: pd.DataFrame
    terminals: pd.DataFrame
    cities: pd.DataFrame
    ferries: tuple[FerryLine, ...] = ()
    single_roads: frozenset[str] = frozenset()

    @cached_property
    def hash(self) -> str:
        """Content hash of all tables."""
        return data_hash(self)

    @cached_property
    def geography(self) -> Geography:
        """Where things are on the network."""
        return _geography(self)

    @cached_property
    def chokepoints(self) -> tuple[Chokepoint, ...]:
        """The declared chokepoints that are passages of this network."""
        passages = frozenset(self.sea_links["passage"].astype(str))
        return tuple(row for row in chokepoints() if row.passage in passages)

    @cached_property
    def names_hash(self) -> str:
        """SHA-256 of what things are called: crossings, ferries, ports, passages. Costs do not tell it."""
        words = [*self.ports["id"], *self.ports["name"], *self.sea_links["passage"]]
        for tables in (self.road, self.rail):
            crossings = tables.crossings
            words += [*tables.links["repair"], *crossings["id"], *crossings["link"], *crossings["status"]]
            words += [*crossings["name"]]  # a programme places its measures by them
        words += [line.model_dump_json() for line in self.ferries]
        return content_hash(list(map(str, words)))

    def land(self, mode: str) -> LandTables:
        """The tables of road or rail."""
        return self.road if mode == "road" else self.rail


def changed(network: Network, **tables: Any) -> Network:
    """The network with other tables, as something is closed or ports are built; it knows the one `unchanged`."""
    found = replace(network, **tables)
    vars(found)["_unchanged"] = unchanged(network)
    return found


def unchanged(network: Network) -> Network:
    """The network before `changed`: itself where nothing was. What is settled once for all states is settled on it."""
    found: Network = vars(network).get("_unchanged", network)
    return found


@dataclass(frozen=True, eq=False)
class LinkCosts:
    """Costs of each link of a mode: hours on the move, hours of borders and waits, money. Closed ones are absent."""

    u: Ints
    v: Ints
    moving_hours: Floats
    waiting_hours: Floats
    usd: Floats
    row: Ints  # of the mode's table of links

    def graph(self, size: int) -> Graph:
        """The links as a graph of `size` nodes."""
        return build_graph(size, self.u, self.v, self.moving_hours + self.waiting_hours, self.usd)


@cache
def load_network() -> Network:
    """The embedded network."""
    cities = read_frame("cities.parquet").rename(columns={"economy": "iso3"})
    cities.index = pd.Index(city_labels(cities))
    crossings = read_frame("osm_crossings.parquet")
    tables = {}
    for mode in LAND:
        nodes = read_frame(
            f"osm_{mode}_nodes.parquet"
        )  # places in thousandths of a degree, lengths in tenths of a km
        nodes = nodes.assign(
            lat=nodes["lat"] / 1000, lon=nodes["lon"] / 1000, economy=nodes["economy"].astype(str)
        )
        links = read_frame(f"osm_{mode}_links.parquet")
        links = links.assign(km=links["km"] / 10, repair=links["repair"].astype(str))
        tables[mode] = LandTables(nodes, links, crossings[crossings["mode"] == mode].reset_index(drop=True))
    network = Network(
        road=tables["road"],
        rail=tables["rail"],
        sea_nodes=read_frame("sea_nodes.parquet"),
        sea_links=read_frame("sea_links.parquet"),
        ports=read_frame("ports.parquet"),
        terminals=read_frame("osm_terminals.parquet"),
        cities=cities,
        ferries=embedded_ferries(),
        single_roads=single_road_economies(load_economies()),
    )
    return with_stations(network)


def with_stations(network: Network) -> Network:
    """The network with a station for each city (`stations`), as it is read."""
    terminals, rail = network.terminals, network.rail
    nodes, wider = add_stations(network.cities, rail.nodes, rail.linked, terminals)
    if wider is terminals:
        return network
    rail = replace(rail, nodes=nodes)
    has_line = rail.linked[wider["node"].to_numpy(np.int64)]
    return replace(network, rail=rail, terminals=wider, ports=serve_ports(network.ports, wider, has_line))


def without_places(network: Network) -> Network:
    """The network without places that no line leads to: what its tables on file have; `with_stations` adds them."""
    linked = network.rail.linked
    if linked.all():
        return network
    nodes = network.rail.nodes[linked]  # the places are the last ones
    terminals = network.terminals[network.terminals["node"].to_numpy(np.int64) < len(nodes)]
    terminal = network.ports["terminal"]
    ports = network.ports.assign(terminal=terminal.where(terminal < len(terminals), -1))
    return replace(network, rail=replace(network.rail, nodes=nodes), terminals=terminals, ports=ports)


def city_labels(cities: pd.DataFrame) -> pd.Series[str]:
    """Labels of cities: `ISO3 name`, with the id where that is not the only one."""
    label = cities["iso3"] + " " + cities["name"]
    return label.where(~label.duplicated(keep=False), label + " " + cities["id"].astype(str))


def _geography(network: Network) -> Geography:
    ports, lines = network.ports, network.ferries
    columns = (
        "id", "mode", "economy_a", "economy_b", "lat", "lon", "status", "hours_parameter", "usd_parameter",
        "name",
    )  # fmt: skip
    crossings = tuple(
        CrossingPlace(
            str(i),
            str(mode),
            (str(a), str(b)),
            float(lat),
            float(lon),
            status == "open",
            str(hours_parameter),
            str(usd_parameter),
            hours,
            usd,
            str(name),
        )
        for table in (network.road.crossings, network.rail.crossings)
        for i, mode, a, b, lat, lon, status, hours_parameter, usd_parameter, name, hours, usd in zip(
            *(table[column] for column in columns),
            *(own_figures(table, name).tolist() for name in ("hours", "usd")),
            strict=True,
        )
    )
    station = network.terminals["node"].to_numpy(np.int64)
    return Geography(
        nodes={mode: _places(network.land(mode).nodes[network.land(mode).linked]) for mode in LAND},
        stations=_places(network.rail.nodes.iloc[station]),
        has_line=network.rail.linked[station],
        ports=_places(ports, ports["name"].to_numpy(str)),
        sea=_places(network.sea_nodes.assign(economy="")),
        port_ids=tuple(ports["id"].astype(str)),
        ferries=Places(
            np.array([line.id for line in lines] * 2, str),
            np.array([""] * 2 * len(lines), str),
            np.array([line.from_lat for line in lines] + [line.to_lat for line in lines], float),
            np.array([line.from_lon for line in lines] + [line.to_lon for line in lines], float),
        ),
        ferry_lines=lines,
        crossings=crossings,
    )


def _places(table: pd.DataFrame, names: NDArray[np.str_] | None = None) -> Places:
    return Places(
        np.full(len(table), "") if names is None else names,
        table["economy"].astype(str).to_numpy(str),
        table["lat"].to_numpy(float),
        table["lon"].to_numpy(float),
    )


def land_costs(network: Network, mode: str, parameters: Parameters) -> LinkCosts:
    """Costs of the open links of road or rail.

    moving_hours = km / speed; usd = km * rate, the mean of the rates of the economies of both ends (by road of income
    groups, by rail `rail_rates`); a ferry has its own speed, wait and fare, or rate where its fare is not known; a link
    that crosses a border adds the hours and fees of its crossing. Speeds and rates are the link's own where it has
    them. TEU, hours, US$.
    """
    tables = network.land(mode)
    links = tables.links
    km = links["km"].to_numpy(float)
    speed, rate = (own_figures(links, name) for name in ("speed", "rate"))
    moving = km / np.where(np.isnan(speed), parameters[f"{mode}_speed"], speed)
    usd = km * np.where(np.isnan(rate), _rate_per_km(network, mode, parameters), rate)
    waiting = np.zeros(len(links))
    wait_of = {line.id: line.wait_hours for line in network.ferries}
    ferry = links["repair"].isin(list(wait_of)).to_numpy()
    by_ferry = ferry & np.isnan(speed)
    moving[by_ferry] = km[by_ferry] / parameters["ferry_speed"]
    by_ferry = ferry & np.isnan(rate)
    fare = (
        links["repair"][by_ferry]
        .map({line.id: line.usd_per_teu or np.nan for line in network.ferries})
        .to_numpy(float)
    )
    usd[by_ferry] = np.where(np.isnan(fare), km[by_ferry] * parameters["ferry_rate"], fare)
    waiting[ferry] = parameters["ferry_wait"] + links["repair"][ferry].map(wait_of).to_numpy(float)
    crossings = tables.crossings
    at = crossings["link"].to_numpy(np.int64)
    hours, fees = crossing_costs(crossings, parameters)
    waiting[at] += hours
    usd[at] += fees
    is_open = np.ones(len(links), bool)
    is_open[at[(crossings["status"] == "closed").to_numpy()]] = False
    if "closed" in links:  # by a scenario (`closures`)
        is_open &= ~links["closed"].to_numpy(bool)
    row = np.flatnonzero(is_open)
    u, v = links["u"].to_numpy(np.int64), links["v"].to_numpy(np.int64)
    return LinkCosts(u[row], v[row], moving[row], waiting[row], usd[row], row)


def own_figures(table: pd.DataFrame, name: str) -> Floats:
    """A column of figures that rows may have of their own; not a number where they have none."""
    found: Floats = table[name].to_numpy(float) if name in table else np.full(len(table), np.nan)
    return found


def crossing_costs(crossings: pd.DataFrame, parameters: Parameters) -> tuple[Floats, Floats]:
    """Hours and US$ per TEU of each crossing: its own where it has them, else those of its parameters."""
    found = []
    for name in ("hours", "usd"):
        own = own_figures(crossings, name)
        declared = np.array([parameters[row] for row in crossings[f"{name}_parameter"]], float)
        found.append(np.where(np.isnan(own), declared, own))
    return found[0], found[1]


def rate_at(network: Network, mode: str, node: int, parameters: Parameters) -> float:
    """Freight rate per TEU-km for a new link at a node: the rate of the economy it lies in."""
    if mode == "rail":
        return float(rail_rates([str(network.rail.nodes["economy"].iloc[node])], parameters)[0])
    low = network.road.nodes["economy"].iloc[node] in network.single_roads
    return parameters["road_rate_single" if low else "road_rate_dual"]


def _rate_per_km(network: Network, mode: str, parameters: Parameters) -> Floats:
    tables = network.land(mode)
    if mode == "rail":
        codes, at = derived(tables, "economies", lambda: _economies_of(tables.nodes))
        rate = rail_rates(codes, parameters)[at]
    else:
        low = tables.nodes["economy"].isin(network.single_roads).to_numpy()
        rate = np.where(low, parameters["road_rate_single"], parameters["road_rate_dual"])
    ends: Floats = (rate[tables.links["u"].to_numpy()] + rate[tables.links["v"].to_numpy()]) / 2
    return ends


def _economies_of(nodes: pd.DataFrame) -> tuple[list[str], Ints]:
    """The economies that nodes lie in, and which of them each lies in."""
    at, codes = pd.factorize(nodes["economy"].astype(str))
    return codes.tolist(), at.astype(np.int64)


def single_road_economies(facts: pd.DataFrame) -> frozenset[str]:
    """Economies of lower income, by the facts of economies: the class of a road is not known."""
    return frozenset(map(str, facts.index[facts["income_level"].isin(HIGH_RATE_INCOME)]))


def sea_costs(network: Network, parameters: Parameters, barred: Collection[str] = frozenset()) -> LinkCosts:
    """Costs of the open links at sea: hours = km / speed, usd = km * rate + the toll of a canal (`tolls`).

    barred: passages that a kind of ship cannot sail, which are absent too.
    """
    links = network.sea_links
    usd = parameters["canal_tolls"] * derived(
        links, "tolls", lambda: tolls_of_links(links, network.sea_nodes)
    )
    is_open = (links["status"] == "open").to_numpy()
    if "closed" in links:  # by a scenario (`closures`)
        is_open &= ~links["closed"].to_numpy(bool)
    if barred:
        is_open &= ~links["passage"].isin(barred).to_numpy()
    links = links[is_open]
    km = np.maximum(links["km"].to_numpy(float), 0.1)
    zeros = np.zeros(len(links))
    return LinkCosts(
        links["u"].to_numpy(np.int64),
        links["v"].to_numpy(np.int64),
        km / parameters["sea_speed"],
        zeros,
        km * parameters["sea_rate"] + usd[is_open],
        links.index.to_numpy(np.int64),
    )
