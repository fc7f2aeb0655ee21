"""Writes `world/network/port_ships.csv`: which kinds of ships call at the ports of the network (`port_calls.csv`).

    python -m data.network.port_ships

    calls at a port of the network = sum of calls at all ports of its economy within 60 km, and at members of it

A port of the network stands for the harbours around it, as a city within 60 km is beside it. Where the source has none
there its calls are not known: an empty cell. To be run when the ports of the embedded network change.
"""

from __future__ import annotations

import csv
from pathlib import Path

import pandas as pd

import samarkand
from samarkand.world.freight.skims import FARTHEST_QUAY_KM
from samarkand.world.network.nearest import distances
from samarkand.world.network.tables import load_network

CALLS = Path(__file__).with_name("port_calls.csv")
TABLE = Path(samarkand.__file__).parent / "world" / "network" / "port_ships.csv"
KINDS = ("container", "dry_bulk", "general_cargo", "roro", "tanker")
HEADER = (
    "# Calls of ships a year at the ports of the network, by kind of ship: means of the years since 2019 at the"
    " harbours within 60 km. Written by\n"
    "# `python -m data.network.port_ships`. Empty: the source has no harbour there, and any ship may call. Oil and gas"
    " land where tankers call;\n"
    "# ways of other goods do not read it.\n"
)
SOURCE = "IMF, PortWatch, ports database: {harbours}"
NONE = "IMF, PortWatch, ports database: no harbour of the economy within 60 km"
ADDRESS, READ_ON = "https://portwatch.imf.org", "2026-11-28"


def rows() -> list[list[str]]:
    """One row a port of the embedded network, in its order."""
    ports, calls = load_network().ports, pd.read_csv(CALLS, comment="#")
    km = distances(ports, calls)
    found = []
    for at, (port, name, economy) in enumerate(ports[["id", "name", "economy"]].itertuples(index=False)):
        near = (calls["economy"] == economy).to_numpy() & (km[at] <= FARTHEST_QUAY_KM)
        mine = calls[near | (calls["member_of"] == port).to_numpy()]
        counts = ["" if not len(mine) else str(int(mine[kind].sum())) for kind in KINDS]
        source = SOURCE.format(harbours=", ".join(mine["name"])) if len(mine) else NONE
        found.append(
            [port, name, *counts, source, ADDRESS, READ_ON, "derived" if len(mine) else "assumed", ""]
        )
    return found


def build() -> None:
    """Write the table."""
    with TABLE.open("w", encoding="utf-8", newline="") as stream:
        stream.write(HEADER)
        table = csv.writer(stream, lineterminator="\n")
        table.writerow(["port", "title", *KINDS, "source", "address", "read_on", "flag", "note"])
        table.writerows(rows())


if __name__ == "__main__":
    build()
