"""Checks between the tables of a network: ids that lead somewhere, lengths, borders, and parts that meet.

Geometry is checked on a sphere. Tolerances: places rounded to a thousandth of a degree and lengths to a tenth of a km
may make a straight link look 0.25 km shorter than the great circle.
"""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from samarkand.core.conventions import Floats, Ints
from samarkand.core.faults import did_you_mean
from samarkand.core.geodesy import calc_chord, calc_chord_distance, calc_great_circle_matrix, unit_vectors
from samarkand.world.freight.skims import FARTHEST_QUAY_KM
from samarkand.world.importers.frame import Import
from samarkand.world.importers.network_reading import Tables
from samarkand.world.network.tables import FARTHEST_CONNECTOR_KM, Network

ROUNDING_KM = 0.25
LONGEST_DETOUR, LEAST_SUSPECT_KM = (
    20.0,
    50.0,
)  # times the great circle; the embedded network has no more than 12
MOST_AT_ONE_PLACE = 10
GAP_KM = 1.0  # ends this near to each other, in parts that nothing joins, lack a link; 2 km in the embedded network
ASTRAY_KM, AT_HOME_KM = (
    500.0,
    200.0,
)  # exchanged coordinates: far from the economy, and near it the other way round
LANDING_KM = 60.0  # a node stands for its town and the port of it
FAR_FROM_SEA_KM = 200.0
LISTED = 3


def great_circle(nodes: pd.DataFrame, one: Ints, other: Ints) -> Floats:
    """Great-circle km between pairs of nodes, by their numbers; not a number where a place is not known."""
    at = unit_vectors(nodes["latitude"].to_numpy(float), nodes["longitude"].to_numpy(float))
    chord: Floats = np.sqrt(((at[:, one] - at[:, other]) ** 2).sum(axis=0))
    return calc_chord_distance(chord)


def resolve(task: Import, path: Path, cells: pd.Series[str], ids: list[str] | None, target: str) -> Ints:
    """Numbers of the rows that cells name, -1 where they are empty or a fault says that there is no such row."""
    if ids is None:  # a table with faults of its own
        return np.full(len(cells), -1, np.int64)
    number = {name: at for at, name in enumerate(ids)}
    for line, name in cells[~cells.isin(number) & (cells != "")].items():
        mend = did_you_mean(name, ids) if ids else f"{target} has no rows."
        task.fault(
            f"{path}, line {line}", f"{cells.name} {name!r} is not an id of {target}", mend, "unknown ids"
        )
    return np.array([number.get(name, -1) for name in cells], np.int64)


def check_links(task: Import, path: Path, links: pd.DataFrame, nodes: pd.DataFrame, u: Ints, v: Ints) -> None:
    """Lengths against the great circle, links from a node to itself, and links that stand there twice."""
    known = (u >= 0) & (v >= 0)
    lines = links.index.to_numpy()
    for line in lines[known & (u == v)]:
        task.fault(f"{path}, line {line}", "leads from a node to itself", "Remove it.", "links to themselves")
    known &= u != v
    pair = pd.DataFrame({"low": np.minimum(u, v), "high": np.maximum(u, v)}, lines)[known]
    for _, rows in pair[pair.duplicated(keep=False)].groupby(["low", "high"], sort=False):
        where = ", ".join(map(str, rows.index[:LISTED]))
        task.fault(
            f"{path}, lines {where}",
            f"join the same two nodes {len(rows)} times",
            "Keep one; a link is the same both ways. Put a node in the middle of a second way.",
            "repeated links",
        )
    km = links["km"].to_numpy(float)
    straight = np.full(len(links), np.nan)
    straight[known] = great_circle(nodes, u[known], v[known])
    for at in np.flatnonzero(km < straight - ROUNDING_KM).tolist():
        task.fault(
            f"{path}, line {lines[at]}",
            f"{km[at]:g} km are less than the great circle between its ends ({straight[at]:.1f} km)",
            "Correct the length, or the places of the two nodes.",
            "links shorter than the great circle",
        )
    for at in np.flatnonzero((km > LEAST_SUSPECT_KM) & (km > LONGEST_DETOUR * straight)).tolist():
        task.fault(
            f"{path}, line {lines[at]}",
            f"{km[at]:g} km are more than {LONGEST_DETOUR:g} times the great circle between its ends "
            f"({straight[at]:.1f} km)",
            "Give kilometres, not metres; or correct the places of the two nodes.",
            "links far too long",
        )


def check_connected(
    task: Import, path: Path, nodes: pd.DataFrame, u: Ints, v: Ints, *, what: str
) -> NDArray[np.int64]:
    """Number of the connected part of each node; faults for nodes without a link and for parts that nearly meet."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components
    from scipy.spatial import cKDTree

    known = (u >= 0) & (v >= 0)
    size = len(nodes)
    graph = coo_array((np.ones(int(known.sum())), (u[known], v[known])), shape=(size, size))
    _, part = connected_components(graph, directed=False)
    part = np.asarray(part, np.int64)
    alone = np.ones(size, bool)
    alone[u[known]] = alone[v[known]] = False
    lines, ids = nodes.index.to_numpy(), nodes["id"].to_numpy()
    for at in np.flatnonzero(alone).tolist():
        task.fault(
            f"{path}, line {lines[at]}", f"no link leads to {ids[at]!r}", "Add one, or remove the node.",
            "nodes without a link",
        )  # fmt: skip
    placed = np.flatnonzero(~alone & nodes[["latitude", "longitude"]].notna().all(axis=1).to_numpy())
    if placed.size and not _crowded(task, path, nodes):
        where = unit_vectors(
            nodes["latitude"].to_numpy(float)[placed], nodes["longitude"].to_numpy(float)[placed]
        )
        near = cKDTree(where.T).query_pairs(float(calc_chord(GAP_KM)), output_type="ndarray")
        seen: set[tuple[int, int]] = set()
        for one, other in placed[near].tolist():
            parts = (min(part[one], part[other]), max(part[one], part[other]))
            if parts[0] == parts[1] or parts in seen:
                continue
            seen.add(parts)
            km = float(great_circle(nodes, np.array([one]), np.array([other]))[0])
            task.fault(
                f"{path}, lines {lines[one]}, {lines[other]}",
                f"{ids[one]!r} and {ids[other]!r} are {km:.2f} km apart, in two parts of the {what} that nothing joins",
                "Join them by a link, or make them one node.",
                "parts that nearly meet",
            )
    return part


def _crowded(task: Import, path: Path, nodes: pd.DataFrame) -> bool:
    """Whether many nodes stand at one place, as where coordinates were never filled in; a fault says so."""
    counts = nodes.dropna(subset=["latitude", "longitude"]).value_counts(["latitude", "longitude"])
    crowds = counts[counts > MOST_AT_ONE_PLACE]
    for (lat, lon), count in zip(crowds.index.tolist(), crowds.tolist(), strict=True):
        reason = f"{count} nodes stand at one place ({lat:g} north, {lon:g} east)"
        task.fault(str(path), reason, "Give each its own place.", "crowded places")
    return len(crowds) > 0


def note_parts(task: Import, part: NDArray[np.int64], nodes: pd.DataFrame, *, what: str) -> None:
    """Say into how many parts a graph falls; islands do, and so does a network that lacks a link."""
    sizes = np.bincount(part)
    if sizes.size < 2:
        return
    order = np.argsort(-sizes, kind="stable")
    first = {
        int(number): str(nodes["id"].iloc[int(np.argmax(part == number))]) for number in order[1 : 1 + LISTED]
    }
    listed = ", ".join(f"{sizes[number]} nodes about {name}" for number, name in first.items())
    more = "" if sizes.size <= 1 + LISTED else ", ..."
    task.notes.append(
        f"the {what} falls into {sizes.size} parts that no link joins: {sizes[order[0]]} nodes, {listed}{more}"
    )


def check_exchanged(task: Import, path: Path, table: pd.DataFrame, base: Network) -> None:
    """Places far from the economy that they name, and within it with latitude and longitude exchanged."""
    from scipy.spatial import cKDTree

    nodes = base.road.nodes
    astray, at_home = calc_chord([ASTRAY_KM, AT_HOME_KM])
    for economy, rows in table.dropna(subset=["latitude", "longitude"]).groupby("economy"):
        home = nodes[nodes["economy"] == economy]
        exchangeable = rows["longitude"].abs() <= 90
        if home.empty or not exchangeable.any():
            continue
        tree = cKDTree(unit_vectors(home["lat"].to_numpy(float), home["lon"].to_numpy(float)).T)
        lat, lon = rows["latitude"].to_numpy(float), rows["longitude"].to_numpy(float)
        away = tree.query(unit_vectors(lat, lon).T)[0]
        other = tree.query(unit_vectors(np.clip(lon, -90, 90), lat).T)[0]
        for at in np.flatnonzero((away > astray) & (other < at_home) & exchangeable.to_numpy()).tolist():
            task.fault(
                f"{path}, line {rows.index[at]}",
                f"{lat[at]:g} north, {lon[at]:g} east is not in {economy}, but {lon[at]:g} north, {lat[at]:g} east is",
                "Exchange latitude and longitude.",
                "exchanged coordinates",
            )


def check_reached(
    task: Import, path: Path, cities: pd.DataFrame, nodes: pd.DataFrame, ports: pd.DataFrame
) -> None:
    """Cities from which neither a road nor a port beside them leads anywhere. nodes, ports: lat and lon."""
    from scipy.spatial import cKDTree

    placed = cities.dropna(subset=["latitude", "longitude"])
    if placed.empty:
        return
    lat, lon = placed["latitude"].to_numpy(float), placed["longitude"].to_numpy(float)
    places = nodes.dropna(subset=["lat", "lon"])
    tree = cKDTree(unit_vectors(places["lat"].to_numpy(float), places["lon"].to_numpy(float)).T)
    road = calc_chord_distance(tree.query(unit_vectors(lat, lon).T)[0])
    quay = np.full(len(placed), np.inf)
    harbours = ports.dropna(subset=["lat", "lon"])
    if len(harbours):
        quay = calc_great_circle_matrix(
            lat, lon, harbours["lat"].to_numpy(float), harbours["lon"].to_numpy(float)
        ).min(axis=1)
    off = (road > FARTHEST_CONNECTOR_KM) & (quay > FARTHEST_QUAY_KM) & (placed["reached"] != "no").to_numpy()
    for at in np.flatnonzero(off).tolist():
        task.fault(
            f"{path}, line {placed.index[at]}",
            f"{placed['name'].iloc[at]} lies {road[at]:.0f} km from the nearest road, and no port is beside it",
            "Correct its place or extend the roads; if nothing reaches it, write no in its column reached.",
            "cities off the network",
        )


def check_ferries(
    task: Import, path: Path, read: Tables, given: dict[str, tuple[Ints, Ints]], own: Collection[str]
) -> None:
    """Ferry lines that no link is, that are of another mode, or that land far from the ends of their link.

    given: numbers of the nodes of each link, of the modes that could be read; own: modes whose files are there.
    """
    ferries = read["ferries"]
    for line, row in ferries.iterrows():
        place = f"{path}, line {line}"
        name, mode = str(row["id"]), str(row["mode"])
        if mode and mode not in own:
            mend = f"Add {mode}_nodes.csv and {mode}_links.csv, or remove the row."
            task.fault(
                place, f"the {mode} links are those of the base world, ferries and all", mend, "other ferries"
            )
            continue
        used = False
        for of, (u, v) in given.items():
            links, nodes = read[f"{of}_links"], read[f"{of}_nodes"]
            for at in np.flatnonzero((links["ferry"] == name).to_numpy() & (u >= 0) & (v >= 0)).tolist():
                used = True
                if of != mode:
                    task.fault(
                        place, f"is a ferry by {mode}, but a link by {of} is it", "Make two lines of them."
                    )
                _check_landing(task, place, row, nodes.iloc[[u[at], v[at]]], int(str(links.index[at])))
        if not used and name and set(own) <= set(given):
            mend = f"Write {name} in the column ferry of its link, or remove the row."
            task.fault(place, "no link is this ferry", mend, "ferries without a link")


def _check_landing(task: Import, place: str, row: pd.Series, ends: pd.DataFrame, line: int) -> None:
    landings = np.array(
        [[row[f"{side}_latitude"], row[f"{side}_longitude"]] for side in ("from", "to")], np.float64
    )
    nodes = ends[["latitude", "longitude"]].to_numpy(float)
    if not (np.isfinite(landings).all() and np.isfinite(nodes).all()):
        return
    km = calc_great_circle_matrix(landings[:, 0], landings[:, 1], nodes[:, 0], nodes[:, 1])
    away = min(max(km[0, 0], km[1, 1]), max(km[0, 1], km[1, 0]))
    if away > LANDING_KM:
        task.fault(
            place,
            f"lands {away:.0f} km from an end of its link (line {line})",
            "Correct the landing or the node.",
            "ferries that land elsewhere",
        )


def check_terminals(task: Import, path: Path, terminals: pd.DataFrame) -> None:
    """No two terminals at one node."""
    nodes = terminals["node"]
    for node, rows in terminals[nodes.duplicated(keep=False) & (nodes != "")].groupby("node", sort=False):
        where = ", ".join(map(str, rows.index[:LISTED]))
        task.fault(
            f"{path}, lines {where}", f"stand at one node, {node!r}", "Keep one.", "terminals at one node"
        )


def check_ports(
    task: Import, path: Path | None, own: pd.DataFrame | None, ports: pd.DataFrame, sea: pd.DataFrame
) -> None:
    """Ports need a sea; those far from its nearest point are noted."""
    from scipy.spatial import cKDTree

    if ports.empty:
        return
    if sea.empty:
        mend = "Give sea_nodes.csv and sea_links.csv with rows, or a ports.csv with its header alone."
        task.fault(str(path), "has ports, but the network has no sea", mend)
        return
    placed, points = ports.dropna(), sea.dropna()
    if placed.empty or points.empty:
        return
    tree = cKDTree(unit_vectors(points["lat"].to_numpy(float), points["lon"].to_numpy(float)).T)
    km = calc_chord_distance(
        tree.query(unit_vectors(placed["lat"].to_numpy(float), placed["lon"].to_numpy(float)).T)[0]
    )
    far = np.flatnonzero(km > FAR_FROM_SEA_KM)
    if own is not None and far.size:
        names = own.loc[placed.index[far], "name"].tolist()
        listed = ", ".join(
            f"{name} ({km[at]:.0f} km)" for name, at in list(zip(names, far, strict=True))[:LISTED]
        )
        task.notes.append(f"ports more than {FAR_FROM_SEA_KM:g} km from the nearest point at sea: {listed}")
