"""A freight network of the user's own, as a folder of CSV tables; what is not in it is that of the base world.

The layout is declared in `network_columns.csv` (docs/network-tables.md); `samarkand world network --out FOLDER` writes
the tables of a world in it.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from samarkand.core.conventions import Ints
from samarkand.world.importers.frame import Import, Parts
from samarkand.world.importers.network_borders import make_crossings
from samarkand.world.importers.network_checks import (
    check_connected,
    check_exchanged,
    check_ferries,
    check_links,
    check_ports,
    check_reached,
    check_terminals,
    note_parts,
    resolve,
)
from samarkand.world.importers.network_layout import PARTS, TITLES, ids_of
from samarkand.world.importers.network_reading import Tables, find_files, read_tables
from samarkand.world.network.ferries import FerryLine
from samarkand.world.network.nearest import distances
from samarkand.world.network.tables import (
    LAND,
    LandTables,
    Network,
    city_labels,
    with_stations,
    without_places,
)

PORT_TO_RAIL_KM = (
    15.0  # a port of the base world is served by a terminal within this, as in the embedded network
)
GRAPHS = {"road": "road network", "rail": "rail network", "sea": "network at sea"}


def read(task: Import) -> Parts | None:
    """The network of the folder over that of the base world, and what was counted on the way."""
    files = find_files(task)
    read = read_tables(task, files)
    if files:
        task.paths = tuple(files.values())
    given = {part: all(name in files for name in names) for part, names in PARTS.items()}
    links = _Links(task, files, read, given)
    _check_places(task, files, read)
    if task.faults or not files:
        return None
    task.progress("putting the network together")
    network = _Builder(task.base.network, read, given, links).network()
    _note(task, network, given)
    parts = {
        part: tuple(files[name] for name in (*names, *_extras(part, files)))
        for part, names in PARTS.items()
        if given[part]
    }
    return Parts(
        year=task.year or task.base.accounts.year,
        network=network,
        network_parts=parts,
        measures=_measures(network, given),
    )


def _extras(part: str, files: dict[str, Path]) -> tuple[str, ...]:
    return tuple(name for name in ("crossings", "ferries") if part in LAND and name in files)


class _Links:
    """Which rows the ids of links, terminals, ports, ferries and crossings lead to, checked on the way."""

    def __init__(self, task: Import, files: dict[str, Path], read: Tables, given: dict[str, bool]) -> None:
        self.task, self.files, self.read, self.given = task, files, read, given
        base = ids_of(without_places(task.base.network))
        self.ends: dict[str, tuple[Ints, Ints]] = {}
        for part in GRAPHS:
            if f"{part}_nodes" in read and f"{part}_links" in read:
                self.ends[part] = self._graph(part)
        self.terminal_node = self._column("terminals", "node", self._ids("rail_nodes", base))
        self.port_terminal = self._column("ports", "terminal", self._ids("terminals", base))
        land = {mode: pair for mode, pair in self.ends.items() if mode in LAND}
        own = [mode for mode in LAND if f"{mode}_links" in files]
        for mode in land:
            self._ferries(mode)
        if "ferries" in read:
            check_ferries(task, files["ferries"], read, land, own)
        self.crossings = make_crossings(task, files.get("crossings"), read, land, own)

    def _graph(self, part: str) -> tuple[Ints, Ints]:
        links, nodes = self.read[f"{part}_links"], self.read[f"{part}_nodes"]
        ids, path = nodes["id"].tolist(), self.files[f"{part}_links"]
        u, v = (resolve(self.task, path, links[side], ids, f"{part}_nodes.csv") for side in ("from", "to"))
        check_links(self.task, path, links, nodes, u, v)
        number = check_connected(self.task, self.files[f"{part}_nodes"], nodes, u, v, what=GRAPHS[part])
        note_parts(self.task, number, nodes, what=GRAPHS[part])
        return u, v

    def _ferries(self, mode: str) -> None:
        """The ferry lines that links are; a line's name in a note would be taken for it."""
        ids = self._ids("ferries", {"ferries": []})
        self._column(f"{mode}_links", "ferry", ids)
        notes, path = self.read[f"{mode}_links"]["note"], self.files[f"{mode}_links"]
        for line, note in notes[notes.isin(ids or [])].items():
            mend = "Write it in the column ferry, or another note."
            self.task.fault(f"{path}, line {line}", f"the note {note!r} is the id of a ferry", mend)

    def _ids(self, file: str, base: dict[str, list[str]]) -> list[str] | None:
        """Ids of a file: those read, None where it could not be read, those of the base where it is not there."""
        if file in self.files:
            return self.read[file]["id"].tolist() if file in self.read else None
        return base[file]

    def _column(self, file: str, column: str, ids: list[str] | None) -> Ints:
        if file not in self.read:
            return np.zeros(0, np.int64)
        target = {"node": "rail_nodes", "terminal": "terminals", "ferry": "ferries"}[column]
        named = (
            f"{target}.csv" if target in self.files or target == "ferries" else f"the {target} of the base"
        )
        return resolve(self.task, self.files[file], self.read[file][column], ids, named)


def _check_places(task: Import, files: dict[str, Path], read: Tables) -> None:
    """Where nodes, ports and cities lie."""
    base = task.base.network
    for name in ("road_nodes", "rail_nodes", "ports", "cities"):
        if name in read:
            check_exchanged(task, files[name], read[name], base)
    if "terminals" in read:
        check_terminals(task, files["terminals"], read["terminals"])
    nodes, ports, sea = (
        _lat_lon(read, files, name, table)
        for name, table in (
            ("road_nodes", base.road.nodes),
            ("ports", base.ports),
            ("sea_nodes", base.sea_nodes),
        )
    )
    if "cities" in read and nodes is not None and ports is not None:
        check_reached(task, files["cities"], read["cities"], nodes, ports)
    if ports is not None and sea is not None and ("ports" in read or "sea_nodes" in read):
        check_ports(task, files.get("ports", files.get("sea_nodes")), read.get("ports"), ports, sea)


def _lat_lon(read: Tables, files: dict[str, Path], name: str, base: pd.DataFrame) -> pd.DataFrame | None:
    """Places of a table: as read, of the base where the file is not there, None where it could not be read."""
    if name in read:
        return read[name][["latitude", "longitude"]].set_axis(["lat", "lon"], axis=1)
    return None if name in files else base[["lat", "lon"]]


class _Builder:
    """Puts a network together from sound tables, and from the base where a part is not given."""

    def __init__(self, base: Network, read: Tables, given: dict[str, bool], links: _Links) -> None:
        self.base, self.read, self.given, self.links = without_places(base), read, given, links

    def network(self) -> Network:
        """The network."""
        base, given = self.base, self.given
        terminals = self._terminals() if given["rail"] else base.terminals
        ports = self._ports() if given["ports"] else base.ports
        if given["rail"] and not given["ports"]:
            ports = ports.assign(terminal=_nearest_terminal(ports, terminals))
        network = Network(
            road=self._land("road") if given["road"] else base.road,
            rail=self._land("rail") if given["rail"] else base.rail,
            sea_nodes=self._nodes("sea_nodes") if given["sea"] else base.sea_nodes,
            sea_links=self._sea_links() if given["sea"] else base.sea_links,
            ports=ports,
            terminals=terminals,
            cities=self._cities() if given["cities"] else base.cities,
            ferries=self._ferries(),
            single_roads=base.single_roads,
        )
        return with_stations(network)

    def _nodes(self, name: str) -> pd.DataFrame:
        table = self.read[name].rename(columns={"latitude": "lat", "longitude": "lon"})
        return table.reset_index(drop=True)

    def _land(self, mode: str) -> LandTables:
        links, (u, v) = self.read[f"{mode}_links"].reset_index(drop=True), self.links.ends[mode]
        repair = links["ferry"].where(links["ferry"] != "", links["note"])
        table = pd.DataFrame(
            {"u": u.astype(np.int32), "v": v.astype(np.int32), "km": links["km"], "repair": repair}
        )
        for name, column in (("speed", "speed_km_per_hour"), ("rate", "usd_per_teu_km")):
            if links[column].notna().any():
                table[name] = links[column]
        return LandTables(self._nodes(f"{mode}_nodes"), table, self.links.crossings[mode])

    def _terminals(self) -> pd.DataFrame:
        node = self.links.terminal_node
        places = self._nodes("rail_nodes").iloc[node]
        return pd.DataFrame(
            {
                "node": node,
                "lat": places["lat"].to_numpy(),
                "lon": places["lon"].to_numpy(),
                "id": self.read["terminals"]["id"].to_numpy(),
            }
        )

    def _ports(self) -> pd.DataFrame:
        return self._nodes("ports").assign(terminal=self.links.port_terminal)

    def _sea_links(self) -> pd.DataFrame:
        links, (u, v) = self.read["sea_links"].reset_index(drop=True), self.links.ends["sea"]
        ends = pd.DataFrame({"u": u.astype(np.int32), "v": v.astype(np.int32)})
        return pd.concat([ends, links[["km", "passage", "status"]]], axis=1)

    def _cities(self) -> pd.DataFrame:
        cities = self._nodes("cities").rename(columns={"economy": "iso3"})
        cities.index = pd.Index(city_labels(cities))
        return cities[["id", "name", "iso3", "lat", "lon", "population"]]

    def _ferries(self) -> tuple[FerryLine, ...]:
        kept = tuple(line for line in self.base.ferries if not self.given[line.mode])
        if "ferries" not in self.read:
            return kept
        names = {f"{side}_{long}": f"{side}_{short}" for side in ("from", "to") for long, short in
                 (("latitude", "lat"), ("longitude", "lon"))}  # fmt: skip
        rows = self.read["ferries"].rename(columns=names).to_dict("records")
        return (*kept, *(FerryLine.model_validate(row) for row in rows))


def _nearest_terminal(ports: pd.DataFrame, terminals: pd.DataFrame) -> Ints:
    """Number of the terminal nearest to each port, -1 where none is within PORT_TO_RAIL_KM."""
    if terminals.empty or ports.empty:
        return np.full(len(ports), -1, np.int64)
    km = distances(ports, terminals)
    return np.where(km.min(axis=1) <= PORT_TO_RAIL_KM, km.argmin(axis=1), -1).astype(np.int64)


# -- notes and measures


def _note(task: Import, network: Network, given: dict[str, bool]) -> None:
    """Notes on what the network means for a question: what is the base's, and what is not reached."""
    kept = [TITLES[part] for part, own in given.items() if not own]
    if kept:
        task.notes.append(f"of the base world are: {', '.join(kept)}")
    if given["rail"] and not given["ports"]:
        served = int((network.ports["terminal"] >= 0).sum())
        task.notes.append(
            f"ports of the base world are served by the terminal within {PORT_TO_RAIL_KM:g} km: {served} of them"
        )
    labels = set(network.cities["iso3"])
    missing = [code for code in task.base.economies if code not in labels]
    if missing:
        shown = ", ".join(missing[:12]) + (f" and {len(missing) - 12} more" if len(missing) > 12 else "")
        task.notes.append(
            f"{len(missing)} economies have no city, so that their trade costs are held unchanged: {shown}"
        )


def _measures(network: Network, given: dict[str, bool]) -> dict[str, object]:
    """How much there is of what."""
    found: dict[str, object] = {"given": [TITLES[part] for part, own in given.items() if own]}
    for mode in LAND:
        tables = network.land(mode)
        crossings = tables.crossings["status"]
        found[f"{mode}_nodes"] = len(tables.nodes)
        found[f"{mode}_links"] = len(tables.links)
        found[f"{mode}_km"] = round(float(tables.links["km"].sum()))
        found[f"{mode}_crossings"] = {
            "open": int((crossings == "open").sum()),
            "closed": int((crossings == "closed").sum()),
        }
    for name in ("terminals", "ports", "cities"):
        found[name] = len(getattr(network, name))
    found["sea_links"] = len(network.sea_links)
    found["ferries"] = len(network.ferries)
    return found
