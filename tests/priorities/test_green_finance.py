"""Finance beside taxonomies, coal avoided and renewable shares, by hand."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

import samarkand as sk
from samarkand.core.evidence import Evidence
from samarkand.priorities.environment.green_finance import (
    STANDINGS,
    TAXONOMIES,
    amount_of,
    coal_avoided,
    label_share,
)
from samarkand.priorities.environment.green_finance_page import green_finance_tables
from samarkand.programme.model.models import Financing, Project
from samarkand.session import Session
from samarkand.world.assumptions import load_assumptions
from samarkand.world.economies.facts import COLUMNS, Facts
from toy import make_toy_world, toy_programme

MIX = {
    "coal": 40.0,
    "gas": 10.0,
    "oil": 1.0,
    "hydro": 8.0,
    "wind": 2.0,
    "solar": 1.0,
    "bio": 0.0,
    "total": 100.0,
}


def facts(economy="KAZ"):
    rows = [
        (economy, f"electricity_{name}", value, "", 2022, "made up", "observed")
        for name, value in MIX.items()
    ]
    return Facts(pd.DataFrame(rows, columns=list(COLUMNS)), 2022)


def figure(value, unit):
    return Evidence(value=value, unit=unit, source="x")


def plant(fuel, generation):
    named = {
        "id": "plant",
        "title": "Plant",
        "economies": ("KAZ",),
        "status": "proposed",
        "kind": "power_plant",
    }
    return Project.of({"fuel": fuel, "generation": figure(generation, "GWh a year")}, **named)


def line(amount, label=None):
    keys = {} if label is None else {"green_label": label}
    return Financing.of(keys, party="bank", instrument="loan", amount=figure(amount, "US$ m"))


def test_coal_is_displaced_after_dearer_fuels_and_a_coal_plant_burns_its_own():
    parameters = load_assumptions().parameters
    share = parameters["displaceable_share"]
    # Oil and gas go first: 11 TWh times the share that one plant can displace; what is left of 20 TWh displaces coal.
    expected = min(20_000 - share * 11_000, share * 40_000)
    assert coal_avoided(plant("wind", 20_000), facts(), parameters)[0] == pytest.approx(expected)
    assert coal_avoided(plant("coal", 20_000), facts(), parameters)[0] == pytest.approx(expected - 20_000)
    assert coal_avoided(plant("wind", 20_000), facts("CHN"), parameters)[1] == "needs electricity_coal of KAZ"


def test_the_share_with_a_label_is_by_amount_and_an_unknown_label_is_no_label_nor_none():
    item = plant("wind", 1.0)
    both = item.model_copy(update={"financing": (line(30.0, True), line(70.0, False))})
    assert label_share(both) == (pytest.approx(0.3), "")
    unknown = item.model_copy(update={"financing": (line(30.0, True), line(70.0))})
    assert label_share(unknown)[1] == "needs green_label of its lines of finance"
    assert label_share(item)[1] == "no financing is published"


def given(programme, **keys):
    """The toy programme with keys of its power plant."""
    projects = tuple(
        one.model_copy(update={"attributes": tuple(sorted((*one.attributes, *keys.items())))})
        if one.id == "power-plant"
        else one
        for one in programme.projects
    )
    return programme.model_copy(update={"projects": projects})


@pytest.fixture(scope="module")
def answer():
    world = replace(make_toy_world(), fact_table=facts("KGZ"))
    programme = given(toy_programme(world), generation=figure(25_000, "GWh a year"))
    return sk.appraise(programme, world, session=Session(), years=(2027, 2035))


def test_standings_of_a_party_add_up_to_its_lines_under_each_taxonomy(answer):
    found = answer.array("green_finance")
    lines = {}
    for item in answer.programme.projects:
        for one in item.financing:
            lines[one.party] = lines.get(one.party, 0.0) + (amount_of(one, item) or 0.0)
    assert set(found["party"].to_numpy()) == set(lines)
    for taxonomy in TAXONOMIES:
        mine = found.sel(case=[f"{taxonomy}: {word}" for word in STANDINGS]).sum("case").to_series()
        assert mine.to_dict() == pytest.approx(lines)
    (table,) = [one for one in green_finance_tables(answer) if one.title.startswith("Finance under the EU")]
    assert table.rows[0][0] == "all parties"
    assert table.rows[0][1:4] == ("0", "0", f"{sum(lines.values()):,.0f}")
    assert table.rows[0][4] == "0 % to 100 %"  # nothing is known of any project


def test_a_renewable_plant_raises_the_share_from_its_opening_on(answer):
    # Hydropower of Kyrgyzstan, open in 2029: 25 TWh beside 100, of which 11 are renewable.
    def share(scenario, year):
        return float(answer.array("renewable_share", scenario, year=year).sel(economy="KGZ"))

    assert [share("with", year) for year in (2027, 2035)] == pytest.approx([0.11, 36 / 125])
    assert [share("without", year) for year in (2027, 2035)] == pytest.approx([0.11, 0.11])
    (table,) = [one for one in green_finance_tables(answer) if one.title.startswith("Renewable")]
    assert table.rows[0][1:] == ("11.0 %", "28.8 %")


def test_a_plant_without_its_generation_leaves_the_share_unknown():
    world = replace(make_toy_world(), fact_table=facts("KGZ"))
    bare = sk.appraise(toy_programme(world), world, session=Session(), years=(2035,))
    frame = bare.to_dataframe()
    mine = frame[(frame["indicator"] == "renewable_share") & (frame["scenario"] == "with")]
    assert mine["value"].isna().all()
    assert mine["reason"].str.contains("needs generation").all()
