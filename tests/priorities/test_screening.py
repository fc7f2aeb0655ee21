"""Rules of screening: by hand, and that a missing field is never a pass."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from samarkand.core.evidence import Evidence
from samarkand.priorities.environment.lender_categories import categories_of, lender_categories
from samarkand.priorities.environment.screening import (
    cases_of,
    left_out,
    rules,
    screen,
    standards,
)
from samarkand.priorities.environment.screening_fields import DERIVED, choices, fields_of, screen_item
from samarkand.programme import load_programme
from samarkand.programme.model.kinds import attributes, kinds
from samarkand.programme.model.models import Project
from toy import make_toy_world

BUILT = tuple(name for name, row in kinds().items() if row.item == "project")


def plant(fuel, **keys):
    return Project.of(
        {"fuel": fuel, **keys}, id="it", title="It", kind="power_plant", economies=("KAZ",), status="proposed"
    )


def found(item, standard, case="", known=None):
    (one,) = [
        one
        for one in screen_item(item, make_toy_world().fact_table, known)
        if (one.standard, one.case) == (standard, case)
    ]
    return one


def test_coal_is_red_and_solar_green_each_with_its_clause():
    coal = found(plant("coal"), "brigc_class")  # wherever it stands: the other way to red changes nothing
    assert (coal.outcome, coal.rule.clause) == ("red", "classes of project: coal-fired power")
    solar = found(plant("solar", protected_area=False), "brigc_class")
    assert (solar.outcome, solar.rule.clause) == ("green", "classes of project: solar power")
    coal, solar = (found(plant(fuel), "eu_taxonomy_contribution") for fuel in ("coal", "solar"))
    assert (coal.outcome, coal.rule.clause) == ("does_not_contribute", "Regulation 2020/852, Article 19(3)")
    assert (solar.outcome, solar.rule.clause) == ("contributes", "Annex I, 4.1")
    assert all(one.rule.address and one.rule.read_on for one in (coal, solar))


def test_an_area_of_ecological_importance_turns_green_to_red_and_not_knowing_it_is_no_pass():
    open_ = found(plant("solar"), "brigc_class")
    assert (open_.outcome, open_.missing, open_.reason) == ("", ("protected_area",), "needs protected_area")
    assert open_.possible == ("red", "green")
    assert {(one.words, one.outcome) for one in open_.turns} == {("= yes", "red"), ("= no", "green")}
    inside = found(plant("solar", protected_area=True), "brigc_class")
    assert (inside.outcome, inside.rule.id) == ("red", "brigc-ecology")
    assert [(one.field, one.words, one.outcome) for one in inside.turns] == [
        ("protected_area", "= no", "green")
    ]
    # What a map says stands before the programme's own word.
    assert (
        found(plant("solar", protected_area=False), "brigc_class", known={"protected_area": "yes"}).outcome
        == "red"
    )


def test_hydropower_by_the_density_of_its_reservoir():
    def by(area):
        capacity, area = (
            Evidence(value=100, unit="MW", source="x"),
            Evidence(value=area, unit="km2", source="x"),
        )
        return found(plant("hydro", capacity=capacity, reservoir_area=area), "eu_taxonomy_contribution")

    # 100 MW over 19 km2 are 5.26 W/m2, over 20 km2 exactly 5: not above.
    assert by(19).outcome == "contributes"
    assert by(19).rule.clause == "Annex I, 4.5 (b)"
    thin = by(20)
    assert (thin.outcome, thin.missing) == ("", ("run_of_river", "life_cycle_intensity"))
    bare = found(plant("hydro"), "eu_taxonomy_contribution")
    assert "no rule at hand" not in bare.reason
    nuclear = found(plant("nuclear"), "eu_taxonomy_contribution")
    assert nuclear.reason.startswith("no rule at hand covers it: nuclear power (4.26 to 4.28)")
    assert "biomass" not in nuclear.reason
    assert "reservoir_area and capacity" in bare.reason


def test_gases_are_accounted_for_above_25_000_tonnes_a_year():
    def of(rate):
        keys = {
            "emission_intensity": Evidence(value=rate, unit="t CO2e/MWh", source="x"),
            "generation": Evidence(value=200, unit="GWh a year", source="x"),
        }
        return found(plant("gas", **keys), "ifc_performance_standards", "PS3")

    # 0.125 t/MWh x 200,000 MWh are the threshold itself.
    assert of(0.125).outcome == "does_not_apply"
    assert of(0.13).outcome == "applies"


def test_rules_are_written_in_fields_and_words_that_there_are():
    keys, known = attributes("item"), choices()
    for rule in rules():
        assert set(rule.kinds) <= {"*", *BUILT}, rule.id
        for one in rule.comparisons:
            assert one.field in keys or one.field in DERIVED, rule.id
            if one.field in known:
                assert set(one.words) <= set(known[one.field]), rule.id
            if one.field in keys and "*" not in rule.kinds:
                assert all(keys[one.field].belongs_to(kind) for kind in rule.kinds), rule.id
    for row in left_out():
        assert row.standard in standards()
        assert set(row.kinds) <= {"*", *BUILT}
        assert set(row.fuels) <= set(known["fuel"])


# Every field that rules name, with values on all sides of its thresholds.
SIDES = {}
for _rule in rules():
    for _one in _rule.comparisons:
        more = (
            [float(_one.value) + step for step in (-0.1, 0.0, 0.1)]
            if _one.is_number
            else [*_one.words, "yes", "no"]
        )
        SIDES.setdefault(_one.field, []).extend(more)
SIDES = {name: sorted(set(values), key=str) for name, values in SIDES.items()}


@settings(max_examples=60, deadline=None)
@given(st.data(), st.sampled_from(BUILT))
def test_what_is_said_with_fields_missing_is_said_however_they_are_filled(data, kind):
    whole = {name: data.draw(st.sampled_from(values), label=name) for name, values in SIDES.items()}
    hidden = data.draw(st.sets(st.sampled_from(sorted(SIDES))))
    some = {name: value for name, value in whole.items() if name not in hidden}
    for standard in standards():
        for case in cases_of(standard):
            with_all, with_some = (screen(kind, fields, standard, case) for fields in (whole, some))
            assert not with_all.missing
            if with_some.outcome:
                assert with_some.outcome == with_all.outcome
            else:
                assert with_some.reason
                # What may still be said holds what is said in the end; where no rule is left, nothing is.
                assert not with_all.outcome or with_all.outcome in with_some.possible
            for turn in with_some.turns:
                assert turn.outcome != with_some.outcome


def test_every_project_of_the_default_programme_is_screened_with_what_is_missing_named():
    programme = load_programme("eurasian-corridors")
    facts = make_toy_world().fact_table
    for item in programme.projects:
        screened = screen_item(item, facts)
        assert [(one.standard, one.case) for one in screened] == [
            (standard, case) for standard in standards() for case in cases_of(standard)
        ]
        for one in screened:
            assert bool(one.outcome) != bool(one.reason), (item.id, one)
            assert one.outcome or "needs " in one.reason or "no rule at hand" in one.reason
        assert fields_of(item, facts)["built"] == "yes"


@pytest.mark.parametrize("measure", ["china-serbia-fta", "china-kazakhstan-visa"])
def test_a_measure_builds_nothing(measure):
    (item,) = [one for one in load_programme("eurasian-corridors").measures if one.id == measure]
    assert fields_of(item, make_toy_world().fact_table)["built"] == "no"


def test_a_category_that_a_lender_published_gives_the_impacts_where_the_item_does_not():
    """Rogun: A of the AIIB, so that the Equator category is A; what the programme file says stands before it."""
    programme, facts = load_programme("eurasian-corridors"), make_toy_world().fact_table
    rogun = next(item for item in programme.projects if item.id == "rogun-hydropower")
    (decided,) = (one for one in screen_item(rogun, facts) if one.standard == "equator_category")
    assert (decided.outcome, decided.rule.id) == ("A", "equator-a")
    assert [row.category for row in categories_of(rogun.id)] == ["A"]
    assert fields_of(plant("coal"), facts).get("impacts") is None
    own = Project.of(
        {"fuel": "hydro", "impacts": "minimal"}, id=rogun.id, title="R", kind="power_plant", economies=("TJK",),
        status="proposed",
    )  # fmt: skip
    assert fields_of(own, facts)["impacts"] == "minimal"


def test_categories_of_lenders_are_of_items_that_there_are_and_verified():
    ids = {item.id for item in load_programme("eurasian-corridors").projects}
    for row in lender_categories():
        assert row.item in ids
        assert row.flag == "verified"
        assert row.address
