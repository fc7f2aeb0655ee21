"""Land and water by the embedded outlines, and the check that no new line leads over open water."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from samarkand.programme import load_programme
from samarkand.programme.channels.over_water import over_water
from samarkand.world.economies.coast import farthest_from_land, is_land

LAND = {
    "Paris": (48.8, 2.3),
    "Tarim": (39.0, 82.0),
    "Alaska": (66.0, -155.0),
    "Chukotka": (67.0, 178.0),
    "Kabul": (34.5, 69.2),
    "Madagascar": (-19.0, 47.0),
    "Sahara": (22.0, 5.0),
    "Siberia": (67.0, 100.0),
    "Greenland": (72.0, -40.0),
    "Amazon": (-5.0, -60.0),
    "Australia": (-25.0, 134.0),
    "Iceland": (64.9, -18.5),
}
WATER = {
    "North Atlantic": (40.0, -40.0),
    "Caspian": (41.5, 50.8),
    "Black Sea": (43.0, 34.0),
    "Mozambique channel": (-18.0, 41.0),
    "South Pacific": (-30.0, -120.0),
    "Sea of Okhotsk": (54.0, 149.0),
    "Hudson Bay": (60.0, -86.0),
    "Red Sea": (20.0, 38.5),
}


@pytest.mark.parametrize("name", LAND)
def test_land(name) -> None:
    assert is_land(*LAND[name])[0]


@pytest.mark.parametrize("name", WATER)
def test_water(name) -> None:
    assert not is_land(*WATER[name])[0]


def test_how_far_out_a_line_leads() -> None:
    # Baku - Turkmenbashi is about 270 km over the Caspian: some 100 km from land half-way.
    assert farthest_from_land([(40.4, 49.9), (40.0, 53.0)]) == pytest.approx(100, abs=30)
    assert farthest_from_land([(43.2, 76.9), (55.75, 37.6)]) == 0.0
    # Rasht - Astara goes along a bent shore.
    assert farthest_from_land([(37.28, 49.58), (38.43, 48.87)]) < 40


def test_a_line_over_the_sea_is_a_fault() -> None:
    sections = [s for item in load_programme("eurasian-corridors").items for s in item.section]
    section = next(s for s in sections if s.effect == "new")
    start, end = (
        section.points[0].model_copy(update={"latitude": lat, "longitude": lon})
        for lat, lon in ((40.4, 49.9), (40.0, 53.0))
    )
    wrong = over_water(section.model_copy(update={"points": (start, end)}))
    assert wrong is not None
    assert "open water" in wrong[0]
    assert over_water(section) is None


@given(st.lists(st.tuples(st.floats(-90, 90), st.floats(-180, 180)), min_size=1, max_size=8))
def test_places_asked_about_together_are_what_each_is_alone(places) -> None:
    latitude, longitude = zip(*places, strict=True)
    assert is_land(latitude, longitude).tolist() == [bool(is_land(*place)[0]) for place in places]
