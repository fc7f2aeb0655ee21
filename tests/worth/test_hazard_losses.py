"""Hazard losses in the ledger of an appraisal and in the worth of an item, by hand, on the toy world."""

from __future__ import annotations

import numpy as np
import pytest

import samarkand as sk
from samarkand.core.evidence import Evidence
from samarkand.ledger.entries import DAMAGE
from samarkand.session import Session
from samarkand.worth.hazards import hazard_streams
from samarkand.worth.streams import Amount, Stream
from samarkand.worth.worth import appraise_worth
from toy import make_toy_world, toy_programme


def with_hazards(programme, item, **keys):
    """The programme with figures of one of its projects."""
    projects = tuple(
        one.model_copy(update={"attributes": tuple(sorted((*one.attributes, *keys.items())))})
        if one.id == item
        else one
        for one in programme.projects
    )
    return programme.model_copy(update={"projects": projects})


DAMAGES = Evidence(value=30.0, low=20.0, high=50.0, unit="US$ m a year", source="maps", price_year=2022)
CLOSED = Evidence(value=7.3, unit="days", source="maps")


@pytest.fixture(scope="module")
def world():
    return make_toy_world()


@pytest.fixture(scope="module")
def programme(world):
    return with_hazards(toy_programme(world), "railway", hazard_damage=DAMAGES, closed_days=CLOSED)


def test_expected_damage_is_in_the_ledger_of_each_year_in_service(world, programme):
    years = (2027, 2028, 2035)
    session = Session()
    with_, without = (
        sk.appraise(one, world, session=session, years=years) for one in (programme, toy_programme(world))
    )
    rows = with_.ledger.select(margin="hazard_loss").to_dataframe()
    # The railway opens in 2028 between China and Kyrgyzstan: half of 30 each, and of the ends 20 and 50.
    assert sorted(set(rows["year"])) == [2028, 2035]
    assert set(rows["economy"]) == {"CHN", "KGZ"}
    assert set(zip(rows["low"], rows["central"], rows["high"], strict=True)) == {(-25.0, -15.0, -10.0)}
    assert set(rows["case"]) == {DAMAGE}
    assert without.ledger.select(margin="hazard_loss").rows.empty
    assert with_.ledger.total("year")[2035] == pytest.approx(without.ledger.total("year")[2035] - 30.0)
    # Nothing else moves: damage is no cost that the equilibrium pays for.
    assert np.array_equal(with_.array("real_income"), without.array("real_income"))


def test_worth_bears_damage_at_once_and_loses_benefits_on_days_of_closure(world, programme):
    session, year = Session(), 2035
    with_, without = (
        appraise_worth(one, world, session=session, items=["railway"], years=(year,)).items["railway"]
        for one in (programme, toy_programme(world))
    )
    by_margin = with_.flows_by_margin()
    before = without.flows_by_margin()
    assert set(by_margin) - set(before) == {"hazard_loss"}
    open_ = np.array(with_.life.years) >= 2028
    # 7.3 days are 2 % of a year: of all benefits, each in its own course; 30 a year from the first day on.
    benefits = sum(before[name] for name in before if name not in ("capex", "upkeep", "residual"))
    assert by_margin["hazard_loss"] == pytest.approx(-0.02 * benefits - 30.0 * open_)
    assert with_.values(0.06).net.central < without.values(0.06).net.central


def test_the_two_are_cases_of_their_own_in_the_ledger_of_worth(world, programme):
    found = appraise_worth(programme, world, session=Session(), items=["railway"], years=(2035,))
    rows = found.ledger.select(margin="hazard_loss").to_dataframe()
    assert set(rows["case"]) == {DAMAGE, "closure, trade_cost"}


def test_transfers_are_left_as_they_are_and_an_item_without_benefits_has_no_loss(programme):
    (railway,) = [one for one in programme.projects if one.id == "railway"]
    amounts = {("KGZ", ""): Amount(8.0, 10.0, 20.0)}
    fare, hours = (
        Stream(margin, "any", "direct", amounts, "grows", 2030, "estimated", "x")
        for margin in ("fare", "passenger_hours")
    )
    _, closure = hazard_streams(railway, [fare, hours])
    assert closure.case == "closure, passenger_hours"
    assert closure.amounts["KGZ", ""] == pytest.approx((-0.4, -0.2, -0.16))
    assert (closure.course, closure.base_year) == ("grows", 2030)
    assert hazard_streams(railway, []) == hazard_streams(railway, [fare]) == []
