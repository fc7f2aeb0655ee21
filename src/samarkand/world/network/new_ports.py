"""Ports that a programme builds: rows of the table of ports behind those of the network, while they are open."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from samarkand.engines.once import derived
from samarkand.world.network.link_changes import LinkChange
from samarkand.world.network.nearest import distances
from samarkand.world.network.stations import QUAY_TO_STATION_KM
from samarkand.world.network.tables import Network, changed, unchanged

# On the Caspian Sea ferries alone sail, which are links of road and rail: its ships reach no other sea.
CASPIAN_LATITUDES, CASPIAN_LONGITUDES = (36.4, 47.2), (46.5, 55.0)
FARTHEST_SEA_KM = 250.0  # from a port to the graph of the sea, which is coarse: to Chabahar it is 217 km


def is_on_the_caspian(latitude: float, longitude: float) -> bool:
    """Whether a port there lies on the Caspian Sea."""
    low, high = CASPIAN_LATITUDES
    west, east = CASPIAN_LONGITUDES
    return low <= latitude <= high and west <= longitude <= east


def new_ports(changes: Sequence[LinkChange], network: Network) -> pd.DataFrame:
    """Rows of ports that changes build, as in `Network.ports`; the same change twice builds one.

    A railway serves a port where a station, or a place that waits for rails, is within `QUAY_TO_STATION_KM`.
    """
    built = {change.target: change for change in changes if change.action == "new_port"}.values()
    return derived(network, ("new ports", tuple(built)), lambda: _new_ports(list(built), network))


def _new_ports(built: Sequence[LinkChange], network: Network) -> pd.DataFrame:
    places = np.array([change.points[0] for change in built], float).reshape(-1, 2)
    table = pd.DataFrame(
        {
            "id": pd.Series([change.target for change in built], dtype=object),
            "name": pd.Series([change.name for change in built], dtype=object),
            "economy": pd.Series([change.economies[0] for change in built], dtype=object),
            "lat": places[:, 0],
            "lon": places[:, 1],
            "terminal": np.full(len(built), -1, np.int64),
        }
    )
    if not len(table) or not len(network.terminals):
        return table
    away = distances(table, network.terminals)
    nearest = np.where(away.min(axis=1) <= QUAY_TO_STATION_KM, away.argmin(axis=1), -1)
    return table.assign(terminal=nearest.astype(np.int64))


def ports_before(network: Network) -> Network:
    """The network before closures (`unchanged`), its new ports as if they had been there."""
    base = unchanged(network)
    new = network.ports[base.ports.columns].iloc[len(base.ports) :]
    if not len(new):
        return base
    key = ("with ports", tuple(map(tuple, new.to_numpy().tolist())))
    ports = pd.concat([base.ports, new], ignore_index=True)
    return derived(base, key, lambda: replace(base, ports=ports))


def open_ports(network: Network, changes: Sequence[LinkChange]) -> Network:
    """The network with the ports that changes build; itself where they build none."""
    table = new_ports(changes, network)
    if not len(table):
        return network
    columns = {
        name: np.r_[
            network.ports[name].to_numpy(),
            table[name].to_numpy() if name in table else np.zeros(len(table), bool),  # none is closed
        ]
        for name in network.ports.columns
    }
    return changed(network, ports=pd.DataFrame(columns))
