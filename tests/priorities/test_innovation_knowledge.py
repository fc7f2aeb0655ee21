"""Knowledge as people, on the toy world: published figures in the years of service; what is not published is said."""

from __future__ import annotations

import numpy as np
import pytest

import samarkand as sk
from samarkand.priorities.innovation.page import people
from samarkand.programme import load_programme
from samarkand.session import Session
from toy import PROGRAMME, make_toy_world, toy_programme

ITEMS = """
[[measure]]
id = "courses"
title = "Courses"
kind = "scholarships"
economies = ["CHN", "KAZ"]
status = "agreed"
opening = { date = 2030 }
places = { value = 400, unit = "persons a year", source = "made up", flag = "assumed" }

[[measure]]
id = "laboratory"
title = "Laboratory"
kind = "joint_research"
economies = ["CHN", "KAZ"]
status = "agreed"
opening = { date = 2026 }
researchers = { value = 25, unit = "persons", source = "made up", flag = "assumed" }
"""


@pytest.fixture(scope="module")
def toy(tmp_path_factory):
    path = tmp_path_factory.mktemp("knowledge") / "toy.toml"
    path.write_text(PROGRAMME.read_text(encoding="utf-8") + ITEMS, encoding="utf-8")
    world = make_toy_world()
    return sk.appraise(load_programme(path, world), world, session=Session(), years=(2027, 2035))


def test_people_are_counted_from_the_opening_on(toy):
    places = toy.by_year("training_places").sel(project="courses")
    assert places.to_series().to_dict() == {2027: 0.0, 2035: 400.0}
    researchers = toy.by_year("joint_researchers").sel(project="laboratory")
    assert researchers.to_series().to_dict() == {2027: 25.0, 2035: 25.0}


def test_what_is_not_published_says_so(toy):
    rows = toy.to_dataframe(["training_places", "cost_per_place"])
    reasons = rows[rows["indicator"] == "cost_per_place"]["reason"]
    assert reasons.str.contains("no cost of a place is published").all()
    other = rows[(rows["indicator"] == "training_places") & (rows["project"] == "railway")]
    assert set(other["reason"]) == {"only of items of the kind scholarships"}


def test_people_move_no_money(toy):
    world = make_toy_world()
    plain = sk.appraise(toy_programme(world), world, session=Session(), years=(2027, 2035))
    for name in ("real_income", "programme_cost"):
        np.testing.assert_array_equal(toy[name].to_numpy(), plain[name].to_numpy())


def test_the_page_lists_them(toy):
    assert people(toy).rows == (("Courses", "400", "n/a", "n/a"), ("Laboratory", "n/a", "n/a", "25"))
