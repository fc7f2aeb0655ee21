"""What will change no trade is known before anything is solved, and is what a solution finds."""

from __future__ import annotations

import pytest

import samarkand as sk
from samarkand.programme.library import shipped_programmes
from samarkand.programme.overview import NO_OPENING, idle_items
from toy import make_toy_world, toy_programme

WORLD = make_toy_world()
PARAMETERS = WORLD.assumptions.parameters
PROGRAMME = toy_programme(WORLD)


def without_opening(name: str):
    items = [
        one.model_copy(update={"opening": None}) if one.id == name else one for one in PROGRAMME.projects
    ]
    return PROGRAMME.model_copy(update={"projects": tuple(items)})


def test_an_item_without_a_date_of_opening_is_idle():
    found = idle_items(without_opening("railway"), PARAMETERS)
    assert {gap.item: gap.reason for gap in found}["railway"] == NO_OPENING
    assert not [gap for gap in idle_items(PROGRAMME, PARAMETERS) if gap.item == "railway"]
    assert not idle_items(without_opening("railway"), PARAMETERS, PROGRAMME.ids)


def test_an_upgrade_without_speeds_is_idle():
    line = next(one for one in PROGRAMME.projects if one.id == "faster-line")
    slow = tuple(
        one.model_copy(
            update={"attributes": tuple(pair for pair in one.attributes if "speed" not in pair[0])}
        )
        for one in line.section
    )
    slower = line.model_copy(update={"section": slow})
    items = tuple(slower if one.id == "faster-line" else one for one in PROGRAMME.projects)
    found = idle_items(PROGRAMME.model_copy(update={"projects": items}), PARAMETERS)
    assert "speed" in {gap.item: gap.reason for gap in found}["faster-line"]


def test_what_is_idle_has_no_effect_once_solved():
    idle = {gap.item for gap in idle_items(PROGRAMME, PARAMETERS)}
    assert idle  # the power plant at least
    change = sk.appraise(PROGRAMME, WORLD, years=2045).timeline.states[2045].change
    models = {one.item for changes in change.effects.values() for one in changes}
    assert not idle & models


@pytest.mark.parametrize("name", shipped_programmes())
def test_shipped_programmes_say_of_each_idle_item_why(name: str):
    programme = sk.load_programme(name)
    found = idle_items(programme, PARAMETERS)
    assert len({gap.item for gap in found}) == len(found)
    assert all(gap.item in programme.ids and gap.reason for gap in found)
