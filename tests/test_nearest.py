"""The nearest nodes: looked through, searched and kept are the same."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from samarkand.core.geodesy import calc_chord, calc_chord_distance, unit_vectors
from samarkand.world.network import nearest

LATITUDE, LONGITUDE = st.floats(-90, 90), st.floats(-180, 180)


def _haversine(latitude, longitude, at_latitude, at_longitude):
    p, q = np.radians(latitude), np.radians(at_latitude)
    turn = np.radians(longitude) - np.radians(at_longitude)
    h = np.sin((p - q) / 2) ** 2 + np.cos(p) * np.cos(q) * np.sin(turn / 2) ** 2
    return 2 * 6371.0088 * np.arcsin(np.sqrt(h))


@settings(deadline=None)  # the first example loads the library of the tree
@given(st.lists(st.tuples(LATITUDE, LONGITUDE), min_size=1, max_size=20), LATITUDE, LONGITUDE)
def test_a_few_places_are_looked_through_as_the_tree_does(nodes, latitude, longitude):
    vectors = unit_vectors(*np.array(nodes).T)
    place = unit_vectors(np.array([latitude]), np.array([longitude]))
    (_, found), (_, expected) = nearest._look_through(vectors, place), nearest._search(vectors, place)
    np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-15)


def test_distances_are_those_of_the_sphere():
    """A degree of the equator is 2 pi R / 360; the far side of the Earth is half its round."""
    nodes = pd.DataFrame({"lat": [0.0, 10.0], "lon": [1.0, 0.0]})
    node, km = nearest.nearest_nodes(nodes, np.array([0.0]), np.array([0.0]))
    assert node.tolist() == [0]
    assert km[0] == pytest.approx(2 * np.pi * 6371.0088 / 360)
    _, km = nearest.nearest_nodes(nodes.iloc[:1], np.array([0.0]), np.array([-179.0]))
    assert km[0] == pytest.approx(np.pi * 6371.0088)


def test_what_is_kept_is_what_was_found_and_a_damaged_file_is_found_again(tmp_path, monkeypatch):
    monkeypatch.setenv("SAMARKAND_CACHE_DIR", str(tmp_path))
    random = np.random.default_rng(5)
    nodes = pd.DataFrame({"lat": random.uniform(-80, 80, 500), "lon": random.uniform(-180, 180, 500)})
    latitude, longitude = random.uniform(-80, 80, 40), random.uniform(-180, 180, 40)
    first = nearest.nearest_nodes(nodes, latitude, longitude)
    (kept,) = tmp_path.glob("nearest-*")
    km = _haversine(nodes["lat"].to_numpy(), nodes["lon"].to_numpy(), latitude[:, None], longitude[:, None])
    np.testing.assert_array_equal(first[0], km.argmin(axis=1))
    np.testing.assert_allclose(first[1], km.min(axis=1), rtol=1e-12)
    monkeypatch.setattr(nearest, "_search", lambda *_vectors: pytest.fail("kept, yet searched for"))
    for one, other in zip(first, nearest.nearest_nodes(nodes, latitude, longitude), strict=True):
        np.testing.assert_array_equal(one, other)
    monkeypatch.undo()
    monkeypatch.setenv("SAMARKAND_CACHE_DIR", str(tmp_path))
    kept.write_bytes(kept.read_bytes()[:200])
    for one, other in zip(first, nearest.nearest_nodes(nodes, latitude, longitude), strict=True):
        np.testing.assert_array_equal(one, other)


@given(st.floats(0.0, 20_000.0))
def test_chord_and_distance_are_each_others_inverse(km: float) -> None:
    """To a millimetre over all distances but the antipode, where the chord hardly changes (20,015 km)."""
    assert float(calc_chord_distance(calc_chord(km))) == pytest.approx(km, abs=1e-6)
