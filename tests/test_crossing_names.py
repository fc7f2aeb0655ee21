"""A crossing that a programme names is that crossing: Torugart is not Irkeshtam."""

from __future__ import annotations

from pathlib import Path

import pytest

from samarkand.programme import apply, check_programme, load_programme
from samarkand.world.network.geography import is_same_crossing
from samarkand.world.world import load_world
from toy import make_toy_world

GATE = """
[programme]
id = "gate"
title = "A gate"

[[measure]]
id = "gate"
title = "Shorter hours"
kind = "border_facilitation"
economies = ["CHN", "KGZ"]
status = "agreed"
opening = 2026
hours_before = {{ value = 20, unit = "hours", source = "made up", flag = "assumed" }}
hours_after = {{ value = 10, unit = "hours", source = "made up", flag = "assumed" }}

  [[measure.crossing]]
  economies = ["KGZ", "CHN"]
  mode = "road"
  {place}
"""


@pytest.fixture
def at(tmp_path: Path):
    """The crossings at which a measure acts that names its place so, and its gaps."""

    def targets(place: str) -> tuple[set[str], list[str]]:
        file = tmp_path / "gate.toml"
        file.write_text(GATE.format(place=place), encoding="utf-8")
        change = apply(load_programme(file), load_world(), 2030)
        return {one.target for one in change.network}, [gap.reason for gap in change.not_assessed]

    return targets


@pytest.mark.parametrize(
    "name", ["Torugart", "torugart", "Torugart (Kyrgyzstan)", "Naryn - Torugart", "torugart_road"]
)
def test_a_measure_acts_at_the_crossing_that_it_names(at, name):
    assert at(f'name = "{name}"')[0] == {"torugart_road"}


def test_without_a_name_or_a_place_it_acts_at_all_crossings_of_the_border(at):
    assert at("")[0] == {"torugart_road", "irkeshtam_road"}


def test_coordinates_say_where_a_name_that_nobody_knows_is(at):
    assert at('name = "The pass"\n  latitude = 39.7\n  longitude = 74.1')[0] == {"irkeshtam_road"}


def test_a_name_counts_before_a_nearer_crossing_of_another_name(at):
    """The place of Irkeshtam, by the name of Torugart, which is within reach of it."""
    assert at('name = "Torugart"\n  latitude = 39.9\n  longitude = 74.4')[0] == {"torugart_road"}


def test_a_name_that_no_crossing_has_is_a_fault_with_those_that_have(tmp_path: Path):
    file = tmp_path / "gate.toml"
    file.write_text(GATE.format(place='name = "Torugat"'), encoding="utf-8")
    (fault,) = check_programme(file)
    assert "Torugat is no crossing" in fault.reason
    assert "Torugart" in fault.mend
    assert "latitude" in fault.mend
    assert "line" in fault.place


def test_a_name_that_several_crossings_have_is_a_fault_that_lists_them(tmp_path: Path):
    """In the toy world two roads lead from Kashgar over the border; their whole names say which is meant."""
    file, world = tmp_path / "gate.toml", make_toy_world()
    file.write_text(GATE.format(place='name = "Kashgar"'), encoding="utf-8")
    (fault,) = check_programme(file, world)
    assert "Kashgar means 2 crossings of the network: Kashgar - Naryn, Kashgar - Osh" in fault.reason
    assert "line" in fault.place
    for rest in ('name = "Kashgar - Osh"', 'name = "Kashgar"\n  latitude = 40.0\n  longitude = 74.4'):
        file.write_text(GATE.format(place=rest), encoding="utf-8")
        assert check_programme(file, world) == []


def test_links_side_by_side_at_one_gate_are_one_crossing(tmp_path: Path):
    """Three railway links of the network are named Khorgos - Altynkol; two road links Mong Cai."""
    file = tmp_path / "gate.toml"
    text = GATE.replace('["KGZ", "CHN"]', '["CHN", "VNM"]').replace('["CHN", "KGZ"]', '["CHN", "VNM"]')
    file.write_text(text.format(place='name = "Mong Cai"'), encoding="utf-8")
    assert check_programme(file) == []


def test_shipped_programmes_name_each_crossing_or_give_its_place():
    """With neither, only what holds at every crossing of a border: consignment notes."""
    geography = load_world().network.geography
    crossings = [
        (item.id, crossing)
        for programme in ("eurasian-corridors", "lobito-corridor")
        for item in load_programme(programme).items
        for crossing in item.crossings
    ]
    assert crossings
    for item, crossing in crossings:
        named = geography.crossings_named(crossing.name, crossing.economies, crossing.mode)
        assert named or crossing.latitude is not None or item == "e-cmr-accessions"


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Mong Cai - Dongxing", "Dongxing - Mong Cai", True),
        ("Alakol (Dostyk)", "Alashankou - Dostyk", False),
        ("Kashgar - Naryn", "Kashgar - Osh", False),
        ("Bakhty", "Tacheng - Bakhty", True),
        ("Sakania and Kasumbalesa", "Kasumbalesa", True),
        ("Torugart", "Irkeshtam", False),
        ("Khorgos", "", False),
        ("", "", False),
    ],
)
def test_names_are_the_same_where_all_places_of_one_are_in_the_other(one, other, same):
    assert is_same_crossing(one, other) == same
