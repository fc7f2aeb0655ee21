"""Turns a raw land graph into a compact one: clusters, economies, border links, contraction."""

from __future__ import annotations

import numpy as np
import shapely
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components

from data.network.read import Graph, great_circle_km, read_polygons, unique_links


def unwrap(ring: list[tuple[float, float]]) -> list[list[tuple[float, float]]]:
    """A ring that jumps over the date line, as two rings on either side of it; any other ring as it is."""
    longitudes = np.array([x for x, _ in ring])
    if np.abs(np.diff(longitudes)).max() < 180:
        return [ring]
    east = [(x + 360 if x < 0 else x, y) for x, y in ring]
    return [east, [(x - 360, y) for x, y in east]]


def economies_of(lat, lon, reach_degrees: float = 1.0) -> np.ndarray:
    """ISO3 (or the map's own code) of the polygon a point lies in; else of the nearest within reach; else ''."""
    codes, shapes = [], []
    for code, polygons in read_polygons():
        for rings in polygons:
            if len(rings[0]) < 4:  # a speck that the map's simplification left without area
                continue
            for shell in unwrap(rings[0]):
                codes.append(code)
                holes = [ring for ring in rings[1:] if len(ring) > 3]
                shapes.append(shapely.make_valid(shapely.Polygon(shell, holes)))
    tree = shapely.STRtree(shapes)
    points = shapely.points(np.asarray(lon, float), np.asarray(lat, float))
    found = np.full(len(points), -1)
    inside = tree.query(points, predicate="intersects")
    found[inside[0]] = inside[1]
    out = np.flatnonzero(found < 0)
    near = tree.query_nearest(points[out], max_distance=reach_degrees, all_matches=False)
    found[out[near[0]]] = near[1]
    # The map's codes of its own become the economy that runs the place for freight, or stay as they are.
    own = {"CYN": "CYN", "SOL": "SOM", "KAS": "IND", "IOA": "AUS", "ATC": "AUS"}
    names = np.array([own.get(code, code) for code in codes] + [""])
    return names[found]


def cluster(graph: Graph, cell_degrees: np.ndarray) -> tuple[Graph, np.ndarray]:
    """Merges nodes that a chain of links joins inside one grid cell, and so never roads that do not meet.

    A link keeps its length, and where its ends moved to the clusters' mid-points, at least the great circle.
    Returns the merged graph and the cluster of each old node.
    """
    row = np.floor((graph.lat + 90) / cell_degrees).astype(np.int64)
    column = np.floor((graph.lon + 180) / cell_degrees).astype(np.int64)
    cell = (row * 100_000 + column) * 1000 + np.round(cell_degrees * 1000).astype(np.int64)
    same = cell[graph.u] == cell[graph.v]
    n = len(graph.lat)
    join = csr_matrix((np.ones(same.sum()), (graph.u[same], graph.v[same])), shape=(n, n))
    count, label = connected_components(join, directed=False)
    size = np.bincount(label, minlength=count)
    lat = np.bincount(label, graph.lat, count) / size
    lon = np.bincount(label, graph.lon, count) / size
    cross = ~same
    u, v = label[graph.u[cross]], label[graph.v[cross]]
    km = np.maximum(graph.km[cross], great_circle_km(lat[u], lon[u], lat[v], lon[v]))
    return Graph(np.round(lat, 4), np.round(lon, 4), *unique_links(u, v, km, count)), label


def smooth_economies(graph: Graph, economy: np.ndarray, most_nodes: int = 3) -> np.ndarray:
    """Relabels slivers: a road along a border is not to change economies at every bend of a 1:50 m line.

    A connected group of at most `most_nodes` nodes of one economy takes the label that most of its links
    outside lead to, unless the group has no other neighbours.
    """
    economy = economy.copy()
    n = len(economy)
    for _ in range(4):
        same = economy[graph.u] == economy[graph.v]
        join = csr_matrix((np.ones(same.sum()), (graph.u[same], graph.v[same])), shape=(n, n))
        count, label = connected_components(join, directed=False)
        size = np.bincount(label, minlength=count)
        votes: dict[int, dict[str, int]] = {}
        for a, b in zip(graph.u[~same].tolist(), graph.v[~same].tolist(), strict=True):
            for one, other in ((a, b), (b, a)):
                if size[label[one]] <= most_nodes and size[label[other]] > size[label[one]]:
                    tally = votes.setdefault(int(label[one]), {})
                    tally[economy[other]] = tally.get(economy[other], 0) + 1
        if not votes:
            return economy
        # A sliver between two economies is a real border; only one enclosed by a single economy is noise.
        change = {g: min(t) for g, t in votes.items() if len(t) == 1 and sum(t.values()) >= 2}
        if not change:
            return economy
        for node in np.flatnonzero(np.isin(label, list(change))):
            economy[node] = change[int(label[node])]
    return economy


def contract(graph: Graph, keep: np.ndarray) -> tuple[Graph, np.ndarray]:
    """Removes nodes with two neighbours (their links joined) and dead ends, except where `keep` is true.

    Returns the contracted graph and the old number of each node that remains.
    """
    n = len(graph.lat)
    neighbours: list[dict[int, float]] = [{} for _ in range(n)]
    for a, b, d in zip(graph.u.tolist(), graph.v.tolist(), graph.km.tolist(), strict=True):
        neighbours[a][b] = neighbours[b][a] = d
    alive = np.ones(n, bool)
    queue = [i for i in range(n) if not keep[i] and len(neighbours[i]) <= 2]
    while queue:
        node = queue.pop()
        around = neighbours[node]
        if not alive[node] or keep[node] or len(around) > 2:
            continue
        alive[node] = False
        ends = list(around)
        for end in ends:
            del neighbours[end][node]
        if len(ends) == 2:
            a, b = ends
            length = around[a] + around[b]
            if length < neighbours[a].get(b, np.inf):
                neighbours[a][b] = neighbours[b][a] = length
        neighbours[node] = {}
        queue.extend(end for end in ends if not keep[end] and len(neighbours[end]) <= 2)
    old = np.flatnonzero(alive)
    new = np.full(n, -1)
    new[old] = np.arange(len(old))
    links = [(new[a], new[b], d) for a in old.tolist() for b, d in neighbours[a].items() if a < b]
    u, v, km = (np.array(x) for x in zip(*links, strict=True))
    return Graph(graph.lat[old], graph.lon[old], *unique_links(u, v, np.round(km, 1), len(old))), old
