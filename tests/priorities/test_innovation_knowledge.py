"""Knowledge as people, on the toy world: published figures in the years of service; what is not published is said."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import samarkand as sk
from samarkand.core.faults import Faults
from samarkand.ledger import Claim, check_claims, claims_of
from samarkand.priorities.innovation.command import innovation
from samarkand.priorities.innovation.page import people
from samarkand.programme import load_programme
from samarkand.programme.channels.skills import calc_cohorts
from samarkand.session import Session
from samarkand.world.economies.facts import COLUMNS, Facts
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


# 100 places a year for two years of study at 5,000, offered in 2028 and 2029; 80 % complete it, for 10,000 a year.
COLLEGE = """
[[measure]]
id = "college"
title = "College"
kind = "scholarships"
economies = ["CHN", "KAZ", "KGZ"]
status = "agreed"
opening = { date = 2028 }
places = { value = 100, unit = "persons a year", source = "made up", flag = "assumed" }
intakes = { value = 2, unit = "years", source = "made up", flag = "assumed" }
duration = { value = 2, unit = "years", source = "made up", flag = "assumed" }
completion = { value = 0.8, unit = "fraction", source = "made up", flag = "assumed" }
wage = { value = 10000, unit = "US$ a year", price_year = 2024, source = "made up pay", flag = "assumed" }
value_per_place = { value = 5000, unit = "US$ a year", source = "made up", flag = "assumed" }
paid_by = { CHN = 1 }
work_in = { KAZ = 0.75, KGZ = 0.25 }

[[measure]]
id = "vocational"
title = "Vocational school"
kind = "scholarships"
economies = ["CHN", "KAZ"]
status = "agreed"
opening = { date = 2026 }
study = "vocational"
places = { value = 200, unit = "persons a year", source = "made up", flag = "assumed" }
"""


@pytest.fixture(scope="module")
def toy(tmp_path_factory):
    path = tmp_path_factory.mktemp("knowledge") / "toy.toml"
    path.write_text(PROGRAMME.read_text(encoding="utf-8") + ITEMS, encoding="utf-8")
    world = make_toy_world()
    return sk.appraise(load_programme(path, world), world, session=Session(), years=(2027, 2035))


def appraise_college(folder, changed="", **terms):
    """The toy world with a tenth of Kazakhstan's labour force out of work, and a fifth of that of Kyrgyzstan."""
    path = folder / "college.toml"
    text = COLLEGE
    for line in changed.splitlines():
        key = line.partition(" =")[0]
        (old,) = [one for one in text.splitlines() if one.startswith(f"{key} =") and "college" not in one][:1]
        text = text.replace(old, line, 1)
    path.write_text(PROGRAMME.read_text(encoding="utf-8") + text, encoding="utf-8")
    rows = [
        (code, "unemployment_rate", value, "", 2022, "made up", "observed")
        for code, value in {"KAZ": 0.1, "KGZ": 0.2}.items()
    ]
    world = replace(make_toy_world(), fact_table=Facts(pd.DataFrame(rows, columns=list(COLUMNS)), 2025))
    found = load_programme(path, world)
    return sk.appraise(found, world, session=Session(), years=range(2026, 2036), **terms)


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


def test_cohorts_by_hand():
    """From 2028 on, of two years of study and two intakes: 1, 2, 1, 0; of a year and a half: 1, 1.5 and 0.5."""
    years = range(2027, 2033)
    assert [calc_cohorts(2028, 2, 2.0, year) for year in years] == [0, 1, 2, 1, 0, 0]
    assert [calc_cohorts(2028, 2, 1.5, year) for year in years] == [0, 1, 1.5, 0.5, 0, 0]
    assert [calc_cohorts(2028, np.inf, 2.0, year) for year in years] == [0, 1, 2, 2, 2, 2]


def test_skills_in_the_ledger_by_hand(tmp_path):
    """A cohort: 100 x 0.8 graduates, 0.9 or 0.8 of them at work, who earn 2 x 9 % more than 10,000; it costs 500,000.

    KAZ 0.75 x 80 x 0.9 x 1,800 = 97,200 a year, KGZ 0.25 x 80 x 0.8 x 1,800 = 28,800, from 2030 for the first cohort
    and from 2031 for both; CHN pays 0.5, 1, 0.5 m in 2028 to 2030.
    """
    found = appraise_college(tmp_path)
    rows = found.ledger.select(margin="skills")
    of = rows.total(["economy", "year"])
    expected = {
        "KAZ": {2029: 0, 2030: 0.0972, 2031: 0.1944, 2035: 0.1944},
        "KGZ": {2029: 0, 2030: 0.0288, 2031: 0.0576},
        "CHN": {2028: -0.5, 2029: -1.0, 2030: -0.5, 2031: 0},
    }
    for economy, by_year in expected.items():
        for year, amount in by_year.items():
            assert of[economy, year] == pytest.approx(amount, abs=1e-15), (economy, year)
    table = rows.to_dataframe()
    assert set(table["year"]) == set(range(2028, 2036))
    assert set(table["price_year"]) == {2024}
    gains = table[(table["economy"] == "KAZ") & (table["year"] == 2031)].iloc[0]
    assert (gains["low"], gains["high"]) == (pytest.approx(0.1944 * 5 / 9), pytest.approx(0.1944 * 11 / 9))
    costs = table[(table["economy"] == "CHN") & (table["year"] == 2029)].iloc[0]
    assert costs["low"] == costs["high"] == costs["central"]


def test_parameters_of_training_move_the_ledger(tmp_path):
    plain = appraise_college(tmp_path).ledger.select(margin="skills").total(["economy", "year"])
    more = appraise_college(tmp_path, assumptions={"schooling_return": 0.18}).ledger.select(margin="skills")
    assert more.total(["economy", "year"])["KAZ", 2035] == pytest.approx(2 * plain["KAZ", 2035])
    short = appraise_college(tmp_path, assumptions={"skills_working_life": 2}).ledger.select(margin="skills")
    by_year = short.total(["economy", "year"])["KAZ"]
    assert by_year[2031] == pytest.approx(
        plain["KAZ", 2031]
    )  # both cohorts, in their second and first year of work
    assert by_year[2032] == pytest.approx(plain["KAZ", 2030])
    assert by_year[2033] == pytest.approx(0)


def test_completion_is_the_items_own_or_that_of_its_kind_of_study(tmp_path):
    found = appraise_college(tmp_path)
    completed = found.by_year("training_completed")
    assert completed.sel(project="college").to_series()[[2027, 2028, 2029, 2030]].tolist() == [0, 80, 80, 0]
    assert float(found["training_completed"].sel(project="vocational")) == 140
    rows = found.to_dataframe(["training_completed"], 2035).set_index("project").loc["vocational"]
    assert (rows["low"], rows["high"], rows["basis"]) == (140, pytest.approx(146), "published")
    moved = appraise_college(tmp_path, assumptions={"completion_vocational": 0.5})
    assert float(moved["training_completed"].sel(project="vocational")) == 100
    cost = found.by_year("cost_per_graduate").sel(project="college")
    assert float(cost.sel(year=2029)) == pytest.approx(5000 * 2 / 0.8)
    bachelor = 'study = "bachelor"'
    other = appraise_college(tmp_path, bachelor)
    assert float(other["training_completed"].sel(project="vocational")) == pytest.approx(200 * 0.68)
    lower = appraise_college(tmp_path, bachelor, assumptions={"completion_bachelor": 0.4})
    assert float(lower["training_completed"].sel(project="vocational")) == pytest.approx(80)
    doctors = appraise_college(tmp_path, 'study = "doctorate"')
    rows = doctors.to_dataframe(["training_completed"], 2035).set_index("project")
    assert rows.loc["vocational", "reason"].startswith("no completion is published")


def test_what_is_missing_for_the_money_is_named(tmp_path):
    found = appraise_college(tmp_path)
    (gap,) = [one for one in found.not_assessed if one.item == "vocational"]
    for words in ("duration of study", "value of a place", "pay without", "where graduates work", "who pays"):
        assert words in gap.reason
    assert "vocational" not in set(found.ledger.to_dataframe()["item"])
    away = appraise_college(tmp_path, "work_in = { GEO = 1 }")  # inside the rest of the world
    reasons = [one.reason for one in away.not_assessed if one.item == "college"]
    assert any("no accounts of its own" in reason for reason in reasons)
    assert any("unemployment in GEO" in reason for reason in reasons)


def test_the_page_of_an_item_has_its_people_and_its_money(tmp_path):
    found = appraise_college(tmp_path)
    shown = innovation(found, "college")
    people_, skills = shown.tables
    cells = {row[0]: row[1:] for row in people_.rows}
    assert cells["Places of training that will be completed"][:5] == (
        "0 persons a year", "0 persons a year", "80 persons a year", "80 persons a year", "0 persons a year",
    )  # fmt: skip
    assert {row[0] for row in skills.rows} == {"CHN", "KAZ", "KGZ"}
    by_year = dict(zip(map(str, found.years), {row[0]: row[1:] for row in skills.rows}["CHN"], strict=True))
    assert (by_year["2027"], by_year["2029"], by_year["2031"]) == ("+0.000", "-1.000", "+0.000")
    (sentence,) = innovation(found, "vocational").lead
    assert "duration of study" in sentence
    with pytest.raises(Faults, match="neither an economy nor an item"):
        innovation(found, "colege")


def test_a_second_owner_of_skills_is_refused(tmp_path):
    found = appraise_college(tmp_path).programme
    kinds = {item.id: item.kind for item in found.items}
    second = Claim("college", "KAZ", "skills", "any", "direct", "a study of graduates")
    with pytest.raises(Faults, match="claimed twice: by kind scholarships and by a study of graduates"):
        check_claims((*claims_of(found), second), kinds)
    with pytest.raises(Faults, match="may not have it"):
        check_claims((Claim("railway", "KAZ", "skills", "any", "direct", "somebody"),), kinds)


def test_the_page_lists_them(toy):
    assert people(toy).rows == (
        ("Courses", "400", "n/a", "n/a", "n/a", "n/a", "n/a"),
        ("Laboratory", "n/a", "n/a", "n/a", "n/a", "25", "n/a"),
    )
