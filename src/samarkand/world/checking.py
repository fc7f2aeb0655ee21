"""Checks a world whole: adding-up of the accounts, components of the network, known distances, stale figures.

Every bound is declared: `world_bounds.csv` for totals, `world_distances.csv` for ways.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components, dijkstra

from samarkand.core.conventions import REST_OF_WORLD
from samarkand.core.declarations import read_table
from samarkand.world.network.nearest import nearest_nodes
from samarkand.world.network.tables import LinkCosts, land_costs, sea_costs
from samarkand.world.parameters import Parameters
from samarkand.world.world import World

SEA_REACH_KM = 100.0  # a known way at sea begins within this of a point of the network
ENDS = 3  # nearest nodes tried at each end of a way: some are stubs at a closed gate


class Bound(BaseModel):
    """A row of `world_bounds.csv`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    title: str
    unit: str
    low: float = -math.inf
    high: float = math.inf
    reason: str


class Distance(BaseModel):
    """A row of `world_distances.csv`: a way of known length in km; `closed` names a sea passage."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    mode: str
    from_lat: float
    from_lon: float
    to_lat: float
    to_lon: float
    km: float
    tolerance: float
    closed: str = ""
    source: str


@dataclass(frozen=True)
class Check:
    """One thing checked: its part of the world, what it is, the value found and the bounds it must keep."""

    part: str
    title: str
    value: float
    low: float
    high: float
    unit: str
    note: str = ""

    @property
    def ok(self) -> bool:
        """Whether the value is within its bounds; one that is not a number is not."""
        return self.low <= self.value <= self.high


def bounds() -> dict[str, Bound]:
    """The declared bounds by name."""
    return {row.name: row for row in read_table("samarkand.world", "world_bounds.csv", Bound)}


def distances() -> tuple[Distance, ...]:
    """The declared ways."""
    return read_table("samarkand.world", "world_distances.csv", Distance)


def check_world(world: World) -> tuple[Check, ...]:
    """Everything that is checked of a world, in the order of the tables."""
    return (*_accounts(world), *_network(world), *_ways(world), _stale(world))


def _held(name: str, part: str, value: float, note: str = "") -> Check:
    bound = bounds()[name]
    return Check(part, bound.title, value, bound.low, bound.high, bound.unit, note)


def _accounts(world: World) -> Iterator[Check]:
    accounts, part = world.accounts, "accounts"
    balances = accounts.balances()
    size = balances["relative"].abs()
    for name in ("supply", "cost", "spending", "world"):
        of = size[balances["balance"] == name]
        worst = balances.loc[of.idxmax()]
        sector = worst["sector"] if isinstance(worst["sector"], str) else ""
        yield _held(name, part, float(of.max()), f"at {worst['economy']} {sector}".strip())
    arrays = (accounts.intermediate, accounts.final_demand, accounts.gross_output, accounts.value_added)
    yield _held("negative_cells", part, float(sum(int((array.to_numpy() < 0).sum()) for array in arrays)))
    idle = [
        code
        for code in accounts.economies
        if min(float(accounts.exports.sel(economy=code)), float(accounts.imports.sel(economy=code))) <= 0
    ]
    yield _held("untraded", part, float(len(idle)), ", ".join(idle[:8]))
    measures = world.manifest["files"].get("accounts_intermediate.parquet", {}).get("measures", {})
    published = measures.get("observed_sum_published_usd_m")
    if published:
        seen = [code for code in accounts.economies if code not in {REST_OF_WORLD, *accounts.estimated}]
        found = float(accounts.intermediate.sel(origin=seen, destination=seen).sum())
        yield _held("observed_block", part, abs(found / published - 1), f"{len(seen)} economies")


def _open_links(
    world: World, mode: str, parameters: Parameters
) -> tuple[LinkCosts, NDArray[np.float64], int]:
    """Open links of a mode, their km, and the number of nodes."""
    network = world.network
    if mode == "sea":
        costs, table, size = sea_costs(network, parameters), network.sea_links, len(network.sea_nodes)
    else:
        costs, table = land_costs(network, mode, parameters), network.land(mode).links
        size = len(network.land(mode).nodes)
    return costs, table["km"].to_numpy(float)[costs.row], size


def _network(world: World) -> Iterator[Check]:
    parameters = world.assumptions.parameters
    for mode in ("road", "rail", "sea"):
        costs, _, size = _open_links(world, mode, parameters)
        graph = csr_array((np.ones(len(costs.u)), (costs.u, costs.v)), shape=(size, size))
        count, label = connected_components(graph, directed=False)
        sizes = np.bincount(label[costs.u], minlength=count)
        if not sizes.any():  # the network has none of the mode
            continue
        used = int((sizes > 0).sum())
        share = float(sizes.max() / sizes.sum())
        yield _held(f"{mode}_main", "network", share, f"{used} components")
    cities, ports = world.network.cities, world.network.ports
    costs, _, size = _open_links(world, "road", parameters)
    graph = csr_array((np.ones(len(costs.u)), (costs.u, costs.v)), shape=(size, size))
    _, label = connected_components(graph, directed=False)
    nodes = world.network.road.nodes
    at_city, at_port = (
        label[nearest_nodes(nodes, table["lat"].to_numpy(float), table["lon"].to_numpy(float))[0]]
        for table in (cities, ports)
    )
    neighbours = pd.Series(at_city).map(pd.Series(at_city).value_counts()).to_numpy()
    alone = (neighbours < 2) & ~np.isin(at_city, at_port)
    yield _held("cities_unreachable", "network", float(alone.mean()), ", ".join(cities.index[alone][:8]))


def _ways(world: World) -> Iterator[Check]:
    parameters = world.assumptions.parameters
    for row in distances():
        if not _has(world, row, parameters):
            continue
        km = _shortest(world, row, parameters)
        yield Check(
            "distance", f"{row.name}, {row.mode}", km, row.km * (1 - row.tolerance), row.km * (1 + row.tolerance),
            "km", row.source,
        )  # fmt: skip


def _has(world: World, row: Distance, parameters: Parameters) -> bool:
    """Whether the network has the two ends of a known way; one of another part of the world has not."""
    nodes = world.network.sea_nodes if row.mode == "sea" else world.network.land(row.mode).nodes
    if nodes.empty:
        return False
    ends = np.array([row.from_lat, row.to_lat]), np.array([row.from_lon, row.to_lon])
    _, km = nearest_nodes(nodes, *ends)
    return bool((km <= (SEA_REACH_KM if row.mode == "sea" else parameters["end_snap_distance"])).all())


def _shortest(world: World, row: Distance, parameters: Parameters) -> float:
    """Km of the shortest way over open links, from the nearest few nodes to the nearest few; infinite where none."""
    costs, km, size = _open_links(world, row.mode, parameters)
    if row.closed:
        passage = world.network.sea_links["passage"].astype(str).to_numpy()[costs.row]
        keep = passage != row.closed
        u, v, km = costs.u[keep], costs.v[keep], km[keep]
    else:
        u, v = costs.u, costs.v
    graph = csr_array((np.maximum(km, 0.01), (u, v)), shape=(size, size))
    nodes = world.network.sea_nodes if row.mode == "sea" else world.network.land(row.mode).nodes
    start, end = (_near(nodes, *place) for place in ((row.from_lat, row.from_lon), (row.to_lat, row.to_lon)))
    if row.mode == "sea":
        start, end = start[:1], end[:1]
    reached = dijkstra(graph, directed=False, indices=start)
    return float(reached[:, end].min())


def _near(nodes: pd.DataFrame, latitude: float, longitude: float) -> NDArray[np.int64]:
    """Numbers of the nearest few nodes, nearest first."""
    lat, lon = np.radians(nodes["lat"].to_numpy(float)), np.radians(nodes["lon"].to_numpy(float))
    phi, other = np.radians(latitude), np.radians(longitude)
    cosine = np.sin(phi) * np.sin(lat) + np.cos(phi) * np.cos(lat) * np.cos(lon - other)
    nearest: NDArray[np.int64] = np.argsort(-cosine, kind="stable")[:ENDS]
    return nearest


def _stale(world: World) -> Check:
    facts = world.fact_table
    known = facts.table["year"].notna()
    old = [
        facts.is_stale(variable, int(year))
        for variable, year in facts.table.loc[known, ["variable", "year"]].itertuples(index=False)
    ]
    note = f"{sum(old):,} of {len(old):,} figures, counted from {facts.as_of}"
    return _held("stale", "figures", sum(old) / max(len(old), 1), note)


def stale_figures(world: World) -> pd.DataFrame:
    """Stale figures by variable: how many, and the oldest year. Columns ``variable, economies, oldest``."""
    facts = world.fact_table
    table = facts.table.dropna(subset=["year"])
    old = np.array(
        [facts.is_stale(v, int(y)) for v, y in table[["variable", "year"]].itertuples(index=False)], bool
    )
    grouped = table[old].groupby("variable")
    found = pd.DataFrame(
        {"economies": grouped["economy"].nunique(), "oldest": grouped["year"].min().astype(int)}
    )
    return found.sort_values("economies", ascending=False).reset_index()
