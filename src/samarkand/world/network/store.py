"""A network of the user's on disk: its tables as Parquet files in the folder of a world."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

import pandas as pd

from samarkand.world.network.ferries import FerryLine
from samarkand.world.network.tables import LAND, LandTables, Network, city_labels, with_stations

PREFIX = "own_network_"
EMBEDDED_PREFIXES = (
    "osm_",
    "sea_",
    "cities.",
    "ports.",
)  # files of the embedded world that it takes the place of
FERRY_COLUMNS = tuple(FerryLine.model_fields)


def holds_network(files: Collection[str]) -> bool:
    """Whether a network of its own is among the files of a world."""
    return f"{PREFIX}cities.parquet" in files


def write_network(folder: Path, network: Network) -> tuple[str, ...]:
    """Write all tables of a network; gives the names of the files."""
    tables = {
        **{
            f"{mode}_{name}": getattr(network.land(mode), name)
            for mode in LAND
            for name in ("nodes", "links", "crossings")
        },
        **{
            name: getattr(network, name)
            for name in ("sea_nodes", "sea_links", "ports", "terminals", "cities")
        },
        "ferries": pd.DataFrame([_row(line) for line in network.ferries], columns=list(FERRY_COLUMNS)),
        "single_roads": pd.DataFrame({"economy": sorted(network.single_roads)}, dtype=str),
    }
    for name, table in tables.items():
        table.to_parquet(folder / f"{PREFIX}{name}.parquet", index=False, compression="zstd")
    return tuple(f"{PREFIX}{name}.parquet" for name in tables)


def read_network(folder: Path) -> Network:
    """The network in the folder of a world."""

    def read(name: str) -> pd.DataFrame:
        return pd.read_parquet(folder / f"{PREFIX}{name}.parquet")

    cities = read("cities")
    cities.index = pd.Index(city_labels(cities))
    land = {
        mode: LandTables(*(read(f"{mode}_{name}") for name in ("nodes", "links", "crossings")))
        for mode in LAND
    }
    network = Network(
        road=land["road"],
        rail=land["rail"],
        **{name: read(name) for name in ("sea_nodes", "sea_links", "ports", "terminals")},
        cities=cities,
        ferries=tuple(FerryLine.model_validate(row) for row in read("ferries").to_dict("records")),
        single_roads=frozenset(map(str, read("single_roads")["economy"])),
    )
    for name, nodes, links in (
        ("road_links", network.road.nodes, network.road.links),
        ("rail_links", network.rail.nodes, network.rail.links),
        ("sea_links", network.sea_nodes, network.sea_links),
    ):
        _check_ends(name, nodes, links)
    return with_stations(network)


def _check_ends(name: str, nodes: pd.DataFrame, links: pd.DataFrame) -> None:
    """Raise `ValueError` where a link ends at no node: a number that is missing would be cast to any other."""
    ends = links[["u", "v"]].to_numpy(float)
    if not ((ends >= 0) & (ends < len(nodes)) & (ends % 1 == 0)).all():
        raise ValueError(f"{PREFIX}{name}.parquet: a link ends at no node")


def _row(line: FerryLine) -> dict[str, object]:
    return {name: getattr(line, name) for name in FERRY_COLUMNS}


def part_of(file: str) -> str:
    """The part of a network that a stored table belongs to; the rates of roads belong to none."""
    name = file.removeprefix(PREFIX).removesuffix(".parquet")
    return {"terminals": "rail", "ferries": "road"}.get(name, name.split("_")[0])


def published_file(file: str) -> str:
    """The embedded file that a stored table comes from where it is not the user's."""
    name = file.removeprefix(PREFIX).removesuffix(".parquet")
    if name in ("sea_nodes", "sea_links", "ports", "cities"):
        return f"{name}.parquet"
    if name == "single_roads":
        return "economies.parquet"
    if name.endswith("crossings"):
        return "osm_crossings.parquet"
    return f"osm_{'road_links' if name == 'ferries' else name}.parquet"
