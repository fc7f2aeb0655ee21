"""Which harbours for dry bulk have a port of the network, and which have none: `python -m data.network.bulk_ports`.

    in the network = dry bulk carriers call at least CALLS times a year and container ships at least BOXES times

A harbour counts as served by a port of its economy within 60 km, as a city counts as beside one, or by that of which it
is a member. Container ships are
those at all harbours of the economy within 60 km of it. Where only ore, coal or grain is loaded there is no port: ways
are found for a load of goods, not by cargo, and boxes would sail from Port Hedland. The Great Lakes are left out too:
only ports at the sea count. The rule was written down before the model was run with the ports that it brings.
"""

from __future__ import annotations

import pandas as pd

from data.network.port_ships import CALLS as TABLE
from samarkand.world.freight.skims import FARTHEST_QUAY_KM
from samarkand.world.network.nearest import distances
from samarkand.world.network.tables import load_network

CALLS = 365  # a bulk carrier a day
BOXES = 12  # a container ship a month, as for tankers (`tanker_calls_least`)
LAKES = frozenset(("Detroit", "Duluth", "Hamilton", "Sarnia", "Thunder Bay"))


def bulk_harbours() -> pd.DataFrame:
    """Harbours with their economy, dry_bulk, container (of all within reach), port (of the network, or why none)."""
    ports, calls = load_network().ports, pd.read_csv(TABLE, comment="#")
    large = calls[calls["dry_bulk"] >= CALLS].reset_index(drop=True)
    to_port, to_harbour = distances(large, ports), distances(large, calls)
    rows = []
    for at, harbour in enumerate(large.itertuples(index=False)):
        mine = (ports["economy"] == harbour.economy).to_numpy() & (to_port[at] <= FARTHEST_QUAY_KM)
        near = (calls["economy"] == harbour.economy).to_numpy() & (to_harbour[at] <= FARTHEST_QUAY_KM)
        boxes = int(calls.loc[near, "container"].sum())
        if isinstance(harbour.member_of, str):
            port = harbour.member_of
        elif mine.any():
            port = str(ports["id"][ports.index[mine][to_port[at][mine].argmin()]])
        elif harbour.name in LAKES:
            port = "none: on the Great Lakes"
        else:
            port = "missing" if boxes >= BOXES else "none: no boxes"
        rows.append((harbour.name, harbour.economy, int(harbour.dry_bulk), boxes, port))
    found = pd.DataFrame(rows, columns=["name", "economy", "dry_bulk", "container", "port"])
    return found.sort_values("dry_bulk", ascending=False, ignore_index=True)


if __name__ == "__main__":
    print(bulk_harbours().to_string())
