"""Stations of cities: where lines of its own economy pass a city, and where a line may come to it later.

The table of terminals has the nearest node of the railway for each city, whoever owns it. A city without a station of
its own economy in its surroundings gets one here: at the nearest node of its economy's lines if they pass there, else
a place without rails, at the city itself. Nothing leads there until a programme builds a line to it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from samarkand.core.conventions import Floats, Ints
from samarkand.world.network.geography import SURROUNDINGS_KM
from samarkand.world.network.nearest import distances

QUAY_TO_STATION_KM = 15.0  # from a port, as the embedded network joins ports to railways


def add_stations(
    cities: pd.DataFrame, nodes: pd.DataFrame, linked: NDArray[np.bool_], terminals: pd.DataFrame
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Nodes of the railway and terminals, such that each city has a station of its economy in its surroundings.

    linked: which nodes lines lead to. What is new comes last; both tables are as they were where nothing is missing,
    and where there are no railways.
    """
    lines, at = np.flatnonzero(linked), terminals["node"].to_numpy(np.int64)
    owner = nodes["economy"].to_numpy(str)
    lonely = cities[_nearest_own(cities, terminals, owner[at])[1] > SURROUNDINGS_KM]
    if lonely.empty or not lines.size:
        return nodes, terminals
    node, km = _nearest_own(lonely, nodes.iloc[lines], owner[lines])
    passed = km <= SURROUNDINGS_KM
    new = lonely[~passed]
    on_lines = np.setdiff1d(lines[node[passed]], at)
    ids = [*(f"node {n}" for n in on_lines.tolist()), *new.index]
    places = {"lat": new["lat"], "lon": new["lon"], "economy": new["iso3"], "id": new.index}
    stations = {
        "node": np.r_[on_lines, len(nodes) + np.arange(len(new))],
        "lat": np.r_[nodes["lat"].iloc[on_lines], new["lat"]],
        "lon": np.r_[nodes["lon"].iloc[on_lines], new["lon"]],
        "id": ids,
    }
    return _extended(nodes, places), _extended(terminals, stations)


def _extended(table: pd.DataFrame, rows: Mapping[str, Any]) -> pd.DataFrame:
    """A table with further rows, of its own columns."""
    return pd.DataFrame({name: np.r_[table[name], np.asarray(rows[name])] for name in table.columns})


def serve_ports(ports: pd.DataFrame, terminals: pd.DataFrame, has_line: NDArray[np.bool_]) -> pd.DataFrame:
    """Ports, those without a terminal with the place without rails beside them, if there is one."""
    terminal = ports["terminal"].to_numpy(np.int64).copy()
    alone, places = np.flatnonzero(terminal < 0), np.flatnonzero(~has_line)
    if not alone.size or not places.size:
        return ports
    away = distances(ports.iloc[alone], terminals.iloc[places])
    beside = away.min(axis=1) <= QUAY_TO_STATION_KM
    terminal[alone[beside]] = places[away.argmin(axis=1)[beside]]
    return ports.assign(terminal=terminal)


def _nearest_own(
    cities: pd.DataFrame, places: pd.DataFrame, economy: NDArray[np.str_]
) -> tuple[Ints, Floats]:
    """Number of the nearest place in the economy of each city and the km to it; infinite where there is none."""
    nearest, km = np.zeros(len(cities), np.int64), np.full(len(cities), np.inf)
    for iso3, rows in cities.groupby("iso3").indices.items():
        own = np.flatnonzero(economy == iso3)
        if own.size:
            away = distances(cities.iloc[rows], places.iloc[own])
            nearest[rows], km[rows] = own[away.argmin(axis=1)], away.min(axis=1)
    return nearest, km
