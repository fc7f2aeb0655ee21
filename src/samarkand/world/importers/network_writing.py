"""Writes a network in the layout in which it is imported, for a user to start from."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from samarkand.core.durable import new_folder
from samarkand.core.faults import Fault, Faults
from samarkand.core.geodesy import calc_great_circle_matrix
from samarkand.world.freight.skims import FARTHEST_QUAY_KM
from samarkand.world.importers.network_layout import columns, ids_of
from samarkand.world.network.nearest import nearest_nodes
from samarkand.world.network.tables import FARTHEST_CONNECTOR_KM, LAND, Network, own_figures, without_places


def write_network_tables(network: Network, folder: Path) -> list[Path]:
    """Write all tables of a network as CSV into a new or empty folder, whole or not at all; gives their paths.

    Reading them back gives the same network (`samarkand world import network FOLDER`). Raises `Faults` where the folder
    holds something already or cannot be written to.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise Faults([Fault(f"--out {folder}", "is not an empty folder", "Name one that is not there yet.")])
    tables = network_tables(network)
    with new_folder(folder, f"--out {folder}") as made:
        for name, table in tables.items():
            table.to_csv(made / f"{name}.csv", index=False, encoding="utf-8")
    return [folder / f"{name}.csv" for name in tables]


def network_tables(network: Network) -> dict[str, pd.DataFrame]:
    """The tables of a network by file, with the declared columns in their order."""
    network = without_places(network)
    ids = {file: np.array(names, dtype=object) for file, names in ids_of(network).items()}
    tables: dict[str, pd.DataFrame] = {}
    for mode in LAND:
        tables[f"{mode}_nodes"] = _places(network.land(mode).nodes).assign(id=ids[f"{mode}_nodes"])
        tables[f"{mode}_links"] = _links(network, mode, ids[f"{mode}_nodes"])
    tables["terminals"] = pd.DataFrame(
        {"id": ids["terminals"], "node": ids["rail_nodes"][network.terminals["node"].to_numpy(np.int64)]}
    )
    tables["crossings"] = pd.concat(
        [_crossings(network, mode, ids[f"{mode}_nodes"]) for mode in LAND], ignore_index=True
    )
    tables["ferries"] = pd.DataFrame(
        [
            (
                line.id,
                line.mode,
                line.from_lat,
                line.from_lon,
                line.to_lat,
                line.to_lon,
                line.wait_hours,
                line.usd_per_teu,
            )
            for line in network.ferries
        ],
        columns=[row.column for row in columns()["ferries"]],
    )
    tables["sea_nodes"] = _places(network.sea_nodes).assign(id=ids["sea_nodes"])
    sea = network.sea_links
    tables["sea_links"] = pd.DataFrame(
        {
            "from": ids["sea_nodes"][sea["u"].to_numpy(np.int64)],
            "to": ids["sea_nodes"][sea["v"].to_numpy(np.int64)],
            "km": sea["km"].to_numpy(float),
            "passage": sea["passage"].astype(str).to_numpy(),
            "status": sea["status"].astype(str).to_numpy(),
        }
    )
    terminal = network.ports["terminal"].to_numpy(np.int64)
    served = np.full(len(terminal), "", dtype=object)
    served[terminal >= 0] = ids["terminals"][terminal[terminal >= 0]]
    tables["ports"] = _places(network.ports).assign(id=ids["ports"], terminal=served)
    tables["cities"] = _places(network.cities.rename(columns={"iso3": "economy"})).assign(
        id=ids["cities"], reached=np.where(_reached(network), "yes", "no")
    )
    return {
        file: tables[file].reindex(columns=[row.column for row in declared])
        for file, declared in columns().items()
    }


def _places(table: pd.DataFrame) -> pd.DataFrame:
    return table.reset_index(drop=True).rename(columns={"lat": "latitude", "lon": "longitude"})


def _links(network: Network, mode: str, ids: np.ndarray) -> pd.DataFrame:
    links = network.land(mode).links
    lines = {line.id for line in network.ferries}
    repair = links["repair"].astype(str)
    ferry = repair.isin(list(lines))
    return pd.DataFrame(
        {
            "from": ids[links["u"].to_numpy(np.int64)],
            "to": ids[links["v"].to_numpy(np.int64)],
            "km": links["km"].to_numpy(float),
            "speed_km_per_hour": own_figures(links, "speed"),
            "usd_per_teu_km": own_figures(links, "rate"),
            "ferry": repair.where(ferry, "").to_numpy(),
            "note": repair.where(~ferry, "").to_numpy(),
        }
    )


def _crossings(network: Network, mode: str, ids: np.ndarray) -> pd.DataFrame:
    tables = network.land(mode)
    rows = tables.crossings
    link = rows["link"].to_numpy(np.int64)
    hours, usd = (own_figures(rows, name) for name in ("hours", "usd"))
    return pd.DataFrame(
        {
            "mode": mode,
            "from": ids[tables.links["u"].to_numpy(np.int64)[link]],
            "to": ids[tables.links["v"].to_numpy(np.int64)[link]],
            "id": rows["id"].to_numpy(),
            "name": rows["name"].to_numpy(),
            "status": rows["status"].to_numpy(),
            "hours": hours,
            "usd_per_teu": usd,
            "hours_parameter": rows["hours_parameter"].where(np.isnan(hours), "").to_numpy(),
            "usd_parameter": rows["usd_parameter"].where(np.isnan(usd), "").to_numpy(),
            "latitude": rows["lat"].to_numpy(float),
            "longitude": rows["lon"].to_numpy(float),
            "note": rows["reason"].to_numpy(),
        }
    )


def _reached(network: Network) -> np.ndarray:
    """Which cities a road or a port beside them reaches, as an import checks it."""
    lat, lon = (network.cities[name].to_numpy(float) for name in ("lat", "lon"))
    _, road = nearest_nodes(network.road.nodes, lat, lon)
    reached = road <= FARTHEST_CONNECTOR_KM
    if len(network.ports):
        ports = [network.ports[name].to_numpy(float) for name in ("lat", "lon")]
        reached = reached | (calc_great_circle_matrix(lat, lon, *ports).min(axis=1) <= FARTHEST_QUAY_KM)
    return np.asarray(reached)
