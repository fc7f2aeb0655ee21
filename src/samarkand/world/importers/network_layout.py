"""The layout of a freight network as a folder of CSV files: which tables there are, and their declared columns.

`network_columns.csv` declares every column. A part of a network is given whole or not at all; what is not given is that
of the base world.
"""

from __future__ import annotations

from functools import cache

import pandas as pd
from pydantic import BaseModel, ConfigDict

from samarkand.core.declarations import read_rows
from samarkand.world.network.tables import Network

# What a network is made of, and the files that each part takes; crossings and ferries belong to roads and railways.
PARTS = {
    "road": ("road_nodes", "road_links"),
    "rail": ("rail_nodes", "rail_links", "terminals"),
    "sea": ("sea_nodes", "sea_links"),
    "ports": ("ports",),
    "cities": ("cities",),
}
LAND_EXTRAS = ("crossings", "ferries")
TITLES = {
    "road": "roads",
    "rail": "railways and terminals",
    "sea": "sea",
    "ports": "ports",
    "cities": "cities",
}
NEVER_EMPTY = ("road_nodes", "road_links", "cities")  # the rest may have a header alone: the network has none


class Column(BaseModel):
    """A row of `network_columns.csv`: one column of one file."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    file: str
    column: str
    type: str
    unit: str = ""
    required: bool
    default: str = ""
    minimum: float | None = None
    above: float | None = None
    maximum: float | None = None
    description: str = ""

    @property
    def choices(self) -> tuple[str, ...]:
        """The words that may stand there; empty where any may."""
        return tuple(self._inside("choice").split("|")) if self.type.startswith("choice(") else ()

    @property
    def target(self) -> str:
        """The file whose ids stand there; empty where they are of none."""
        return self._inside("ref") if self.type.startswith("ref(") else ""

    def _inside(self, word: str) -> str:
        return self.type.removeprefix(f"{word}(").removesuffix(")")


@cache
def columns() -> dict[str, tuple[Column, ...]]:
    """The declared columns by file, both in their order."""
    found: dict[str, list[Column]] = {}
    for row in read_rows("samarkand.world.importers", "network_columns.csv", Column):
        found.setdefault(row.file, []).append(row)
    return {file: tuple(rows) for file, rows in found.items()}


def ids_of(network: Network) -> dict[str, list[str]]:
    """Ids of nodes, terminals, ports and cities by file: their own, or made from their numbers where they have none."""
    tables = {
        "road_nodes": network.road.nodes, "rail_nodes": network.rail.nodes, "sea_nodes": network.sea_nodes,
        "terminals": network.terminals, "ports": network.ports, "cities": network.cities,
    }  # fmt: skip
    return {file: _ids(table, file.split("_")[0].removesuffix("s")) for file, table in tables.items()}


def _ids(table: pd.DataFrame, word: str) -> list[str]:
    if "id" in table:
        return table["id"].astype(str).tolist()
    return [f"{word}_{number}" for number in range(len(table))]
