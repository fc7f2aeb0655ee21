"""Reforms as measures beside the programme: exact differences of appraisals, and what a dollar spent gives."""

from __future__ import annotations

import pytest

from samarkand.appraisal import appraise
from samarkand.session import Session
from samarkand.world.parameters import table_names
from samarkand.worth import Worth, appraise_worth
from samarkand.worth.page import reforms_page
from samarkand.worth.reforms import BORDERS, DOCUMENTS, Reformed, appraise_reforms, crossings_of, reforms
from toy import make_toy_world, toy_programme

WORLD = make_toy_world()
YEAR = 2035
CROSSINGS = WORLD.network.geography.crossings


@pytest.fixture(scope="module")
def session() -> Session:
    return Session()


@pytest.fixture(scope="module")
def worth(session: Session) -> Worth:
    return appraise_worth(toy_programme(WORLD), WORLD, years=(YEAR,), items=["power-plant"], session=session)


@pytest.fixture(scope="module")
def found(worth: Worth, session: Session) -> tuple[Reformed, ...]:
    return appraise_reforms(worth, session)


def test_reforms_act_at_every_open_crossing_between_economies_of_the_programme(worth: Worth) -> None:
    places = crossings_of(worth.programme, (), CROSSINGS)
    hosts = {code for item in worth.programme.items for code in item.economies}
    assert places
    assert {row.id for row in places} == {
        row.id for row in CROSSINGS if row.is_open and {*row.economies} <= hosts
    }
    borders, documents = reforms(places, YEAR, worth.asked.assumptions.parameters)
    assert borders.capex is not None
    assert borders.capex.value == pytest.approx(83.3 * len(places))
    assert documents.capex is not None
    assert documents.capex.value == pytest.approx(5 * len({code for row in places for code in row.economies}))


def test_a_reform_is_worth_the_difference_of_two_appraisals(
    worth: Worth, found: tuple[Reformed, ...], session: Session
) -> None:
    """And half of the hours and fees of each crossing is taken off."""
    places = crossings_of(worth.programme, (), CROSSINGS)
    parameters = worth.asked.assumptions.parameters
    borders = reforms(places, YEAR, parameters)[0]
    more = worth.programme.model_copy(update={"measures": (*worth.programme.measures, borders)})
    given = {"years": (YEAR,), "assumptions": {"ramp_up_years": 0}, "session": session}
    with_, without = (appraise(of, WORLD, **given) for of in (more, worth.programme))  # type: ignore[arg-type]
    value = "real_income_unpaid_value"
    by_hand = float((with_[value] - without[value]).sum())
    (one,) = (one.worth for one in found if one.worth.item.id == BORDERS)
    assert by_hand > 0
    # Two solutions, each within the tolerance of the engine, of incomes of some 1e7.
    assert one.streams[0].total.central == pytest.approx(by_hand, abs=1e-5)
    saved = {c.target: c for c in with_.timeline.last.change.network if c.item == BORDERS}
    for row in places:
        assert saved[row.id].hours_saved == pytest.approx(0.5 * row.hours(parameters))


def test_a_dollar_gives_benefits_over_costs(worth: Worth, found: tuple[Reformed, ...]) -> None:
    (table,) = reforms_page(worth, found).tables
    rows = {row[0]: row for row in table.rows}
    for one in found:
        assert one.worth.item.id in (BORDERS, DOCUMENTS)
        row = rows[one.worth.item.title]
        assert row[1] == "reform"
        assert row[-1] == f"{one.worth.values(0.09).benefit_cost_ratio:.2f}"
    ratios = [float(row[-1]) for row in table.rows]
    assert ratios == sorted(ratios, reverse=True)


@pytest.mark.parametrize("name", table_names("reforms.csv"))
def test_its_parameters_move_it(worth: Worth, name: str) -> None:
    places = crossings_of(worth.programme, (), CROSSINGS)
    parameters = worth.asked.assumptions.parameters
    half = parameters.replace({name: 0.5 * parameters[name]})
    assert reforms(places, YEAR, parameters) != reforms(places, YEAR, half)
