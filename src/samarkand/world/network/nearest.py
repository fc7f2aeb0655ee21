"""The nearest node of each of some places, by the chord through the sphere.

For a few places all nodes are looked through; for many they are searched as a tree, and what is found is kept on disk:
loading the library of the tree takes longer than the search.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from samarkand.core.conventions import Floats, Ints
from samarkand.core.disk_cache import load_entry, save_entry
from samarkand.core.geodesy import (
    calc_chord_distance,
    calc_great_circle_matrix,
    calc_squared_chord,
    unit_vectors,
)
from samarkand.core.hashing import fingerprint
from samarkand.engines.once import derived

FORMAT = 1.0  # part of the content hash
FEW, MOST_KEPT = 16, 24  # places; tables of places on disk, some 20 kB each


def distances(one: pd.DataFrame, other: pd.DataFrame) -> Floats:
    """Great-circle km from each place of one table (columns lat, lon) to each of another."""
    lat, lon, other_lat, other_lon = (
        table[name].to_numpy(float) for table in (one, other) for name in ("lat", "lon")
    )
    return calc_great_circle_matrix(lat, lon, other_lat, other_lon)


def nearest_nodes(nodes: pd.DataFrame, latitude: Floats, longitude: Floats) -> tuple[Ints, Floats]:
    """Number of the nearest node of each place and the great-circle km to it."""
    vectors = derived(
        nodes,
        "unit vectors",
        lambda: unit_vectors(nodes["lat"].to_numpy(float), nodes["lon"].to_numpy(float)),
    )
    places = unit_vectors(latitude, longitude)
    find = _look_through if places.shape[1] <= FEW else _stored
    node, chord = find(vectors, places)
    return node, calc_chord_distance(chord)


def _look_through(nodes: Floats, places: Floats) -> tuple[Ints, Floats]:
    node, chord = np.zeros(places.shape[1], np.int64), np.zeros(places.shape[1])
    for number, place in enumerate(places.T):
        squared = calc_squared_chord(nodes, place)
        node[number] = np.argmin(squared)
        chord[number] = np.sqrt(squared[node[number]])
    return node, chord


def _stored(nodes: Floats, places: Floats) -> tuple[Ints, Floats]:
    key = fingerprint(np.float64(FORMAT), nodes, places)
    content = load_entry("nearest", key)
    if content is None:
        node, chord = _search(nodes, places)
        content = {"node": node, "chord": chord}
        save_entry("nearest", key, content, MOST_KEPT)
    return content["node"], content["chord"]


def _search(nodes: Floats, places: Floats) -> tuple[Ints, Floats]:
    from scipy.spatial import cKDTree

    chord, node = cKDTree(nodes.T).query(places.T)
    return node.astype(np.int64), chord
