"""Training over a life: pay of graduates and what places cost, beside hand sums; once in net worth and ledger."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from test_net_worth import WORLD, figure

from samarkand.appraisal import appraise
from samarkand.engines.project_values import calc_present_value
from samarkand.programme.files.checks import programme_of
from samarkand.programme.files.tables import to_tables
from samarkand.programme.library import surroundings
from samarkand.programme.model.models import Programme
from samarkand.session import Session
from samarkand.worth import Worth, appraise_worth, explain_item
from samarkand.worth.cohorts import Cohorts
from samarkand.worth.net_worth import net_worth
from samarkand.worth.page import item_page, worth_page
from samarkand.worth.whole_ledger import whole_ledger
from toy import toy_programme

ITEM = "training"
YEAR = 2032
FIGURES = {
    "places": figure(100, "persons a year"), "completion": figure(0.5, "fraction"), "duration": figure(2, "years"),
    "value_per_place": figure(5000, "US$ a year"), "wage": figure(2000, "US$ a year"), "intakes": figure(2, "years"),
    "work_in": {"KGZ": 1.0}, "paid_by": {"CHN": 1.0},
}  # fmt: skip


def programme(**given: Any) -> Programme:
    item = {
        "id": ITEM, "title": "Training", "kind": "scholarships", "economies": ["CHN", "KGZ"], "status": "agreed",
        "opening": {"date": 2030}, "study": "vocational", **FIGURES, **given,
    }  # fmt: skip
    figures = {key: value for key, value in item.items() if value is not None}
    tables = to_tables(toy_programme(WORLD))
    tables.setdefault("measure", []).append(figures)
    return programme_of(tables, surroundings(WORLD))


@pytest.fixture(scope="module")
def session() -> Session:
    return Session()


@pytest.fixture(scope="module")
def worth(session: Session) -> Worth:
    return appraise_worth(programme(), WORLD, years=(YEAR,), items=[ITEM], session=session)


def test_cohorts_by_hand() -> None:
    """Two cohorts of two years each study in three years: 1, 2, 1; then they work for three: 1, 2, 2, 1."""
    studying, working = Cohorts(2.0, 0.0, 2.0), Cohorts(2.0, 2.0, 5.0)
    years = np.arange(-1.0, 8.0)
    assert studying.most * studying.shares(years) == pytest.approx([0, 1, 2, 1, 0, 0, 0, 0, 0])
    assert working.most * working.shares(years) == pytest.approx([0, 0, 0, 1, 2, 2, 1, 0, 0])
    for_ever = Cohorts(np.inf, 0.0, 1.5)  # of half a year more, one and a half study at a time
    assert for_ever.most * for_ever.shares(years)[1:4] == pytest.approx([1, 1.5, 1.5])


def test_a_training_by_hand(worth: Worth) -> None:
    """48 of 100 work: 100 x 0.5 x 0.96; each gains 2 x 9 % of 2,000 US$ in each of 30 years. Two cohorts: 60 of these
    years. 100 places cost 0.5 m a year for two years each: 4 x 0.5 m."""
    one = worth.items[ITEM]
    life = one.life
    assert life is not None
    assert (life.start, life.opening, len(life.years)) == (2030, 2030, 33)
    gained, paid = one.benefits(growing=False), one.costs(growing=False)
    assert gained.sum() == pytest.approx(60 * 48 * 2 * 0.09 * 2000 / 1e6)
    assert gained[[1, 2, 3, 31, 32]] == pytest.approx(48 * 360 / 1e6 * np.array([0, 1, 2, 2, 1]))
    assert paid[:4] == pytest.approx([0.5, 1.0, 0.5, 0])
    assert one.is_assessed
    values = one.values(0.09, growing=False)
    assert values.net.central == pytest.approx(calc_present_value(gained - paid, 0.09))
    assert values.benefit_cost_ratio == pytest.approx(
        calc_present_value(gained, 0.09) / calc_present_value(paid, 0.09)
    )
    assert values.net.low < values.net.central < values.net.high
    assert one.flows_by_margin()["skills"] == pytest.approx(one.flows())


def test_who_gains_and_who_pays(worth: Worth) -> None:
    rows = worth.ledger.to_dataframe()
    assert (rows["item"] == ITEM).all()
    by = rows.groupby(["economy", "case"])["central"].sum()
    assert list(by.index) == [("CHN", "places"), ("KGZ", "")]
    assert by["CHN", "places"] < 0 < by["KGZ", ""]
    tree = explain_item(worth, ITEM)
    named = {line.name for part in tree.inputs for line in part.inputs}
    assert {"places", "wage", "value_per_place", "schooling_return", "unemployment_rate, KGZ"} <= named
    assert any("what its places cost" in line for line in item_page(worth, ITEM).lead)
    assert worth_page(worth).tables[0].rows[0][0] == "Training"


def test_net_worth_of_a_year_counts_it_once(session: Session) -> None:
    """As the ledger of the appraisal has it: in 2032 one cohort has work and one studies."""
    appraisal = appraise(programme(), WORLD, years=(YEAR,), session=session)
    net = net_worth(appraisal).by_margin["skills"].central
    assert net == pytest.approx(48 * 360 / 1e6 - 0.5)
    for ledger in (appraisal.ledger, whole_ledger(appraisal)):
        assert ledger.select(year=YEAR).total("margin")["skills"] == pytest.approx(net, rel=1e-12)


@pytest.mark.parametrize("name", ["schooling_return", "skills_working_life", "asset_life_other"])
def test_its_parameters_move_it(session: Session, worth: Worth, name: str) -> None:
    """The life that is appraised counts where no end of the places is given."""
    of = programme(intakes=None) if name == "asset_life_other" else programme()
    value = worth.asked.assumptions.parameters[name]
    whole, half = (
        appraise_worth(of, WORLD, years=(YEAR,), items=[ITEM], assumptions={name: factor * value}, session=session)
        .items[ITEM].benefits().sum()
        for factor in (1.0, 0.5)
    )  # fmt: skip
    assert half < whole


def test_what_is_missing_is_named(session: Session) -> None:
    found = appraise_worth(programme(wage=None), WORLD, years=(YEAR,), items=[ITEM], session=session)
    assert "pay without the training" in found.items[ITEM].reason
    early = appraise_worth(programme(wage=None), WORLD, years=(2026,), items=[ITEM], session=session)
    assert "pay without the training" in early.items[ITEM].reason  # though it is not open yet
