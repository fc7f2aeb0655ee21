"""Net worth of a year: direct margins beside real income, each once, and the share of capital cost that is assessed."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pandas as pd
import pytest

from samarkand.appraisal import appraise
from samarkand.programme.files.patching import patch_programme
from samarkand.programme.library import surroundings
from samarkand.programme.model.models import Programme
from samarkand.reports.files import appraisal_json
from samarkand.reports.html import render_report
from samarkand.reports.net_worth import capital_line, direct_by_economy, net_worth_line, net_worth_steps
from samarkand.result import Appraisal
from samarkand.session import Session
from samarkand.world.economies.facts import COLUMNS, Facts
from samarkand.worth import appraise_worth
from samarkand.worth.net_worth import net_worth
from toy import make_toy_world, toy_programme

FACTS = {
    ("KGZ", "gdp_2022"): 11e9, ("KGZ", "labour_force"): 2.6e6, ("KGZ", "unemployment_rate"): 0.04,
    ("CHN", "gdp_2022"): 18e12, ("CHN", "labour_force"): 780e6, ("CHN", "unemployment_rate"): 0.05,
    ("KGZ", "electricity_coal"): 2.0,
}  # fmt: skip
ROWS = [(code, name, value, "", 2022, "made up", "assumed") for (code, name), value in FACTS.items()]
WORLD = replace(make_toy_world(), fact_table=Facts(pd.DataFrame(ROWS, columns=list(COLUMNS)), 2022))
PLANT, LINE = "power-plant", "railway"


def figure(value: float, unit: str) -> dict[str, Any]:
    return {"value": value, "unit": unit, "source": "made up", "flag": "assumed"}


PATCHES = {
    f"{PLANT}.generation": figure(1000, "GWh a year"), f"{PLANT}.export_share": figure(0.25, "fraction"),
    f"{PLANT}.export_price": figure(40, "US$/MWh"), f"{PLANT}.exported_to": ["KAZ"],
    f"{LINE}.passengers": figure(1e6, "persons a year"), f"{LINE}.passenger_hours_before": figure(20, "hours"),
    f"{LINE}.passenger_hours_after": figure(10, "hours"),
}  # fmt: skip


def programme() -> Programme:
    return patch_programme(toy_programme(WORLD), PATCHES, surroundings(WORLD))


@pytest.fixture(scope="module")
def session() -> Session:
    return Session()


@pytest.fixture(scope="module")
def appraisal(session: Session) -> Appraisal:
    return appraise(programme(), WORLD, years=(2035,), session=session)


def test_steps_add_up_and_first_screen_totals_stay(appraisal: Appraisal, session: Session) -> None:
    plain = appraise(toy_programme(WORLD), WORLD, years=(2035,), session=session)
    assert float(appraisal["real_income_value"].sum()) == float(plain["real_income_value"].sum())
    found = net_worth(appraisal)
    assert found.real_income == float(plain["real_income_value"].sum())
    *steps, (_, total) = net_worth_steps(found)
    assert total == pytest.approx(found.real_income + sum(amount for _, amount in steps), rel=1e-12)
    assert found.total.low < found.total.central < found.total.high
    by_economy = sum(found.net_of(code) for code in found.economies)
    assert by_economy == pytest.approx(
        found.direct.central - found.cost, rel=1e-9
    )  # transfers add up to nothing


def test_a_plant_alone_is_charged_beside_what_it_gives(appraisal: Appraisal) -> None:
    """Its effect is in no state; 700 over 25 years at 5 % are 49.667 a year to Kyrgyzstan. A railway with passengers
    is charged already."""
    found = net_worth(appraisal)
    assert PLANT not in appraisal.timeline.last.change.effective
    assert found.charged == {"KGZ": pytest.approx(700 * 0.07095246, rel=1e-6)}
    assert set(found.gains) == {"passenger_hours", "electricity_cost", "electricity_sales"}
    assert sum(one.central for one in found.gains["electricity_sales"].values()) == pytest.approx(
        0, abs=1e-12
    )


def test_gains_of_the_year_are_those_of_the_life_of_items(appraisal: Appraisal, session: Session) -> None:
    """Without growth and with it, as the levels of real income: equal to the streams of the worth in that year."""
    worth = appraise_worth(programme(), WORLD, years=(2035,), items=[PLANT, LINE], session=session)
    found = net_worth(appraisal)
    for name, margin in ((PLANT, "electricity_cost"), (LINE, "passenger_hours")):
        one = worth.items[name]
        assert one.life is not None
        in_2035 = one.benefits(growing=False, margin=margin)[2035 - one.life.start]
        assert found.by_margin[margin].central == pytest.approx(in_2035, rel=1e-12)
        assert in_2035 > 0


def test_the_share_with_an_assessed_purpose_by_hand(appraisal: Appraisal, session: Session) -> None:
    """All items that change trade and are in service, and the plant; without its figures the plant falls out."""
    costs = {item.id: item.capex.value for item in programme().items if item.capex and item.capex.value}
    acting = set(appraisal.timeline.last.change.effective)
    found = net_worth(appraisal).capital
    assert found.published == sum(costs.values())
    assert found.assessed == sum(cost for name, cost in costs.items() if name in acting or name == PLANT)
    assert f"{found.assessed / found.published:.0%} for a purpose" in capital_line(net_worth(appraisal))
    early = net_worth(appraise(programme(), WORLD, years=(2026,), session=session)).capital
    assert early.published == found.published
    assert early.assessed < found.assessed
    left = net_worth(appraise(programme(), WORLD, years=(2035,), without=(PLANT,), session=session)).capital
    assert left.published == found.published - costs[PLANT]


def test_as_it_is_spent_a_plant_is_charged_while_it_is_built(session: Session) -> None:
    """It opens in 2029 and no start is published: four years before, as declared."""
    one = programme()
    (plant,) = (item for item in one.items if item.id == PLANT)
    assert plant.opening is not None
    before, after = (
        net_worth(appraise(one, WORLD, years=(year,), session=session, charge="spending"))
        for year in (plant.opening.year - 1, 2035)
    )
    assert before.charged == {"KGZ": pytest.approx(700 / 4)}
    assert after.charged == {}
    assert "electricity_cost" not in before.gains


def test_the_faces_say_it(appraisal: Appraisal) -> None:
    found, page = net_worth(appraisal), render_report(appraisal)
    assert capital_line(found) in page.replace("\u00a0", " ")  # amounts do not break at the end of a line
    assert 'id="direct"' in page
    table = direct_by_economy(found, str)
    assert table is not None
    assert table.rows[-1][0] == "All economies"
    card = json.loads(appraisal_json(appraisal))
    assert card["capital"]["assessed_share"] == found.capital.assessed_share
    assert card["net_worth"]["net_worth"]["central"] == found.total.central
    plain = net_worth(appraise(toy_programme(WORLD), WORLD, years=(2026,), session=Session()))
    assert (net_worth_line(plain), direct_by_economy(plain, str)) == ("", None)
