"""An alternative of an item: no part of the programme, compared with the item, and refused where it is wrong."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from samarkand.appraisal import appraise
from samarkand.core.faults import FaultList, Faults
from samarkand.engines.project_values import calc_present_value
from samarkand.programme.files.checks import check_tables, programme_of
from samarkand.programme.files.patching import patch_programme
from samarkand.programme.files.tables import to_tables
from samarkand.programme.library import surroundings
from samarkand.programme.model.models import Programme
from samarkand.reports.worth_tables import values_of
from samarkand.session import Session
from samarkand.worth import Worth, appraise_worth
from samarkand.worth.alternatives import more_than
from samarkand.worth.page import item_page
from toy import make_toy_world, toy_programme

WORLD = make_toy_world()
YEAR, ITEM, OTHER = 2035, "railway", "renewal"


def programme(**more: Any) -> Programme:
    """The toy programme, and in the place of its railway the renewal of an old line at a tenth of its cost."""
    tables = to_tables(toy_programme(WORLD))
    line = next(one for one in tables["project"] if one["id"] == "faster-line")
    cost = {"value": 400, "unit": "US$ m", "source": "made up", "flag": "assumed"}
    other = {**line, "id": OTHER, "title": "Old line", "alternative_to": ITEM, "capex": cost, **more}
    tables["project"] = [*tables["project"], other]
    return programme_of(tables, surroundings(WORLD))


@pytest.fixture(scope="module")
def session() -> Session:
    return Session()


@pytest.fixture(scope="module")
def worth(session: Session) -> Worth:
    return appraise_worth(programme(), WORLD, years=(YEAR,), items=[ITEM], session=session)


def test_no_question_counts_an_alternative(worth: Worth, session: Session) -> None:
    value = "real_income_value"
    with_, without = (
        appraise(of, WORLD, years=(YEAR,), session=session) for of in (programme(), toy_programme(WORLD))
    )
    np.testing.assert_array_equal(with_[value].to_numpy(), without[value].to_numpy())
    assert OTHER in with_.scenario.without
    assert OTHER not in worth.items


def test_it_is_worth_what_it_is_as_an_item_in_the_place_of_the_other(worth: Worth, session: Session) -> None:
    """The same as in a programme that has it and leaves the railway out."""
    (other,) = worth.alternatives[ITEM]
    tables = to_tables(programme())
    for one in tables["project"]:
        one.pop("alternative_to", None)
    of, faults = check_tables(tables, {}, surroundings(WORLD), FaultList())
    faults.raise_if_any()
    assert of is not None
    by_hand = appraise_worth(of, WORLD, years=(YEAR,), items=[OTHER], without=(ITEM,), session=session).items[
        OTHER
    ]
    assert other.flows() == pytest.approx(by_hand.flows(), rel=1e-12)


def test_what_the_item_gives_more_by_hand(worth: Worth) -> None:
    one, (other,) = worth.items[ITEM], worth.alternatives[ITEM]
    assert one.life is not None
    assert other.life is not None
    by_year = dict.fromkeys(range(min(one.life.start, other.life.start), 2100), 0.0)
    for of, sign in ((one, 1), (other, -1)):
        assert of.life is not None
        for year, flow in zip(of.life.years, of.flows(), strict=True):
            by_year[year] += sign * flow
    more = more_than(one, other, 0.09)
    assert more.net == pytest.approx(calc_present_value(list(by_year.values()), 0.09), rel=1e-9)
    if not more.rate.reason:
        assert calc_present_value(list(by_year.values()), more.rate.value) == pytest.approx(0, abs=1e-3)
    (table,) = (one for one in item_page(worth, ITEM).tables if "in its place" in one.title)
    assert [row[0] for row in table.rows] == [one.item.title, "Old line"]
    rows = values_of(worth)
    assert set(rows.loc[rows["alternative_to"] == ITEM, "item"]) == {OTHER}


def test_what_is_wrong_with_an_alternative_is_said() -> None:
    for of, reason in ((OTHER, "an alternative to itself"), ("railwy", "is not an item of the programme")):
        with pytest.raises(Faults, match=reason):
            programme(alternative_to=of)
    with pytest.raises(Faults, match="stands in the place of railway"):
        appraise_worth(programme(), WORLD, items=[OTHER])
    with pytest.raises(Faults, match="not a key that can be set"):
        patch_programme(programme(), {f"{OTHER}.alternative_to": "road-gate"}, surroundings(WORLD))
