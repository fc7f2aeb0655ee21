"""Mends the raw land graphs: breaks of a few kilometres by rule, all else by the rows of the repairs table.

Two rules: where two components of the source come within `reach` km of each other the line goes on; and where two
lines end within `ENDS_REACH_KM` of each other, with a way between their ends of more than `ENDS_APART_KM` or none. Each
join becomes a row with its reason. What the rules cannot know stands in `network_repairs.csv`, written by hand.
"""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components, dijkstra
from scipy.spatial import cKDTree

from data.network.read import EARTH_RADIUS_KM, Graph, great_circle_km, unique_links

TABLE = Path(__file__).resolve().parents[2] / "src/samarkand/world/network/network_repairs.csv"
FARTHEST_END_KM = 30.0
ENDS_REACH_KM = 3.0  # two lines that end this near to each other
ENDS_APART_KM = 100.0  # and are this far apart by the network: a break, not two termini of a town


def sphere(lat, lon) -> np.ndarray:
    """Points on the sphere in km, for trees of nearest neighbours."""
    p, q = np.radians(np.asarray(lat, float)), np.radians(np.asarray(lon, float))
    return EARTH_RADIUS_KM * np.stack([np.cos(p) * np.cos(q), np.cos(p) * np.sin(q), np.sin(p)], axis=-1)


def read_repairs() -> list[dict[str, str]]:
    """Rows of the repairs table."""
    lines = [x for x in TABLE.read_text(encoding="utf-8").splitlines() if x and not x.startswith("#")]
    return list(csv.DictReader(lines))


def find_joins(
    graph: Graph, reach_km: float, smallest_km: float = 20.0, apart_km: float = 100.0
) -> list[dict]:
    """Breaks between components, shortest first; a second join of the same two only `apart_km` away."""
    n = len(graph.lat)
    matrix = csr_matrix((np.ones(len(graph.u)), (graph.u, graph.v)), shape=(n, n))
    count, label = connected_components(matrix, directed=False)
    size = np.bincount(label[graph.u], graph.km, count)
    pairs = cKDTree(sphere(graph.lat, graph.lon)).query_pairs(reach_km, output_type="ndarray")
    a, b = pairs.min(axis=1), pairs.max(axis=1)
    fit = (label[a] != label[b]) & (size[label[a]] >= smallest_km) & (size[label[b]] >= smallest_km)
    a, b = a[fit], b[fit]
    km = great_circle_km(graph.lat[a], graph.lon[a], graph.lat[b], graph.lon[b])
    made: dict[tuple[int, int], list[int]] = {}
    out = []
    for k in np.lexsort((b, a, np.round(km, 3))).tolist():
        both = (int(label[a[k]]), int(label[b[k]]))
        places = made.setdefault((min(both), max(both)), [])
        lat, lon = graph.lat[a[k]], graph.lon[a[k]]
        if any(great_circle_km(graph.lat[i], graph.lon[i], lat, lon) < apart_km for i in places):
            continue
        places.append(int(a[k]))
        out.append({"u": int(a[k]), "v": int(b[k]), "km": round(max(float(km[k]), 0.1), 1)})
    return out


def find_broken_ends(graph: Graph) -> list[dict]:
    """Breaks inside a component: pairs of dead ends near each other and far apart by the network, shortest first."""
    n = len(graph.lat)
    matrix = csr_matrix((np.maximum(graph.km, 0.05), (graph.u, graph.v)), shape=(n, n))
    matrix = (matrix + matrix.T).tocsr()
    dead_end = np.bincount(np.r_[graph.u, graph.v], minlength=n) == 1
    pairs = cKDTree(sphere(graph.lat, graph.lon)).query_pairs(ENDS_REACH_KM, output_type="ndarray")
    pairs = pairs[dead_end[pairs].all(axis=1)]
    a, b = pairs.min(axis=1), pairs.max(axis=1)
    km = great_circle_km(graph.lat[a], graph.lon[a], graph.lat[b], graph.lon[b])
    taken: set[int] = set()
    out = []
    for k in np.lexsort((b, a, np.round(km, 3))).tolist():
        one, other = int(a[k]), int(b[k])
        if taken & {one, other}:
            continue
        if dijkstra(matrix, directed=False, indices=one, limit=ENDS_APART_KM)[other] < ENDS_APART_KM:
            continue
        taken |= {one, other}
        out.append({"u": one, "v": other, "km": round(max(float(km[k]), 0.1), 1), "ends": True})
    return out


def mend(graph: Graph, mode: str, reach_km: float) -> tuple[Graph, list[dict], list[dict]]:
    """The graph with joins and repairs; the joins; the repairs with their nodes (`u`, `v`)."""
    n = len(graph.lat)
    u, v, km = graph.u, graph.v, graph.km
    rows = [row for row in read_repairs() if row["mode"] == mode]
    tree = cKDTree(sphere(graph.lat, graph.lon))
    for row in (r for r in rows if r["action"] == "remove"):
        # Every link with an end inside the circle goes: the row says where and how far around.
        inside = tree.query_ball_point(
            sphere(float(row["from_lat"]), float(row["from_lon"])), float(row["km"])
        )
        keep = ~(np.isin(u, inside) | np.isin(v, inside))
        if keep.all():
            raise ValueError(f"repair {row['id']}: nothing to remove there")
        u, v, km = u[keep], v[keep], km[keep]
    joins = find_joins(Graph(graph.lat, graph.lon, u, v, km), reach_km)
    joined = unique_links(
        *(np.r_[old, [x[name] for x in joins]] for old, name in ((u, "u"), (v, "v"), (km, "km"))), n
    )
    joins += find_broken_ends(Graph(graph.lat, graph.lon, *joined))
    repairs = []
    places = [graph.lat, graph.lon]
    for row in (r for r in rows if r["action"] in ("add", "ferry", "branch")):
        ends = []
        for side in ("from", "to"):
            place = float(row[f"{side}_lat"]), float(row[f"{side}_lon"])
            if row["action"] == "branch" and side == "to":  # a place that the source leaves out
                ends.append(len(places[0]))
                places = [np.r_[known, new] for known, new in zip(places, place, strict=True)]
                continue
            distance, node = tree.query(sphere(*place))
            if distance > FARTHEST_END_KM:
                raise ValueError(f"repair {row['id']}: no {mode} node within {FARTHEST_END_KM} km of its end")
            ends.append(int(node))
        straight = great_circle_km(*(x[i] for i in ends for x in places))
        length = max(float(row["km"]) if row["km"] else float(straight), float(straight), 0.1)
        repairs.append({**row, "u": ends[0], "v": ends[1], "km": round(length, 1)})
    new = joins + repairs
    u = np.r_[u, [x["u"] for x in new]].astype(np.int64)
    v = np.r_[v, [x["v"] for x in new]].astype(np.int64)
    km = np.r_[km, [x["km"] for x in new]].astype(float)
    return Graph(*places, *unique_links(u, v, km, len(places[0]))), joins, repairs
