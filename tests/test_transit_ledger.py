"""Transit income in the ledger and in words, with payments of transit in the equilibrium: on the toy world."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from samarkand.appraisal import appraise
from samarkand.priorities.transit_money import calc_transit_of_item
from samarkand.reports.answers.asking import economy, item
from samarkand.reports.answers.why import TRANSIT, why_page
from samarkand.result import Appraisal
from samarkand.session import Session
from samarkand.worth.whole_ledger import whole_ledger
from samarkand.worth.worth import appraise_worth
from toy import ECONOMIES, make_toy_world, toy_programme

WORLD = make_toy_world()
YEARS = (2033, 2035)  # while openings ramp up, and whole
RAILWAY = "railway"
WORLD_INCOME = float(WORLD.accounts.value_added.sum())


@pytest.fixture(scope="module")
def session() -> Session:
    return Session()


@pytest.fixture(scope="module")
def paid(session: Session) -> Appraisal:
    """Without the railway, which leads round Kazakhstan: with it transit there is a small difference of two effects."""
    return appraise(
        toy_programme(WORLD), WORLD, session=session, years=YEARS, transit_payments=True, without=RAILWAY
    )


def test_rows_are_a_transfer_that_the_shippers_pay(paid: Appraisal) -> None:
    rows = paid.ledger.select(margin="transit_income").to_dataframe()
    assert rows["transfer"].all()
    assert (rows["owner"] == "equilibrium").all()
    assert set(rows["party"]) == {"carriers", "shippers"}
    assert set(rows["year"]) == set(YEARS)
    for _, mine in rows.groupby("year"):
        assert abs(mine["central"].sum()) <= 1e-9 * np.abs(mine["central"]).sum()
    got = rows[(rows["party"] == "carriers") & (rows["year"] == YEARS[-1])].set_index("economy")["central"]
    assert got["KAZ"] > 1.0
    assert np.allclose(got.drop("KAZ"), 0.0, atol=1e-9 * WORLD_INCOME)  # no other earns on the toy network


def test_income_of_the_carrier_is_that_of_tonnes_laid_at_the_surplus(paid: Appraisal) -> None:
    """By hand, of the state whose ways these are: more tonne-kilometres, 2.35 cents, 46.1 per cent of it."""
    state = paid.timeline.last.unpaid
    laid = [work.passing for work in (state.assignment_without, state.assignment) if work.passing is not None]
    by_hand = float((laid[1] - laid[0]).sel(tariff="kazakhstan_rail")) * 0.0235 * 0.461 / 1e6
    money = paid.transit_money
    assert money is not None
    assert float(money.received.sel(year=YEARS[-1], economy="KAZ")) == pytest.approx(by_hand, rel=1e-6)


def test_the_ledger_adds_up_to_real_income_and_holds_nothing_twice(paid: Appraisal, session: Session) -> None:
    gain = paid.by_year("real_income_unpaid_value")
    held = paid.ledger.select(owner="equilibrium").total(["year", "economy"])
    for (year, code), value in held.items():
        assert value == pytest.approx(float(gain.sel(year=year, economy=code)), rel=1e-9, abs=1e-6)
    money = paid.transit_money
    assert money is not None
    costs = paid.ledger.select(margin="trade_cost").total(["year", "economy"])
    for (year, code), value in costs.items():
        net = float(money.net.sel(year=year, economy=code))
        assert value + net == pytest.approx(float(gain.sel(year=year, economy=code)), rel=1e-9, abs=1e-6)
    assert len(whole_ledger(paid).select(margin="transit_income"))
    free = appraise(toy_programme(WORLD), WORLD, session=session, years=YEARS)
    assert free.transit_money is None
    assert not len(free.ledger.select(margin="transit_income"))


def test_economy_explain_and_item_have_a_line_each(paid: Appraisal, session: Session) -> None:
    asked = {"session": session, "years": YEARS, "transit_payments": True}
    kazakhstan = economy("KAZ", toy_programme(WORLD), WORLD, **asked)
    said = [one for one in kazakhstan.page.lead if "Payments of transit" in one]
    assert len(said) == 1
    assert "goods that pass bring +US$" in said[0]
    worth = appraise_worth(toy_programme(WORLD), WORLD, **asked)
    channels = dict(why_page(paid, worth, "KAZ").tables[0].rows)
    assert TRANSIT in channels
    plain = {"session": session, "years": YEARS}
    free = appraise(toy_programme(WORLD), WORLD, **plain)
    without = appraise_worth(toy_programme(WORLD), WORLD, **plain)
    assert TRANSIT not in dict(why_page(free, without, "KAZ").tables[0].rows)
    line = item("faster-line", toy_programme(WORLD), WORLD, **asked)
    (said,) = (one for one in line.page.lead if "Goods that pass" in one)
    assert f"{WORLD.name_of('KAZ')} +US$" in said
    other = item("faster-line", toy_programme(WORLD), WORLD, **plain)
    assert not [one for one in other.page.lead if "Goods that pass" in one]


def test_an_item_alone_moves_what_its_absence_takes(paid: Appraisal, session: Session) -> None:
    """Left out of the question, in a solution of its own: the same payments."""
    found = calc_transit_of_item(paid.timeline.last, "faster-line")
    rest = appraise(
        toy_programme(WORLD),
        WORLD,
        session=session,
        years=YEARS,
        transit_payments=True,
        without=(RAILWAY, "faster-line"),
    )
    assert found is not None
    assert paid.transit_money is not None
    assert rest.transit_money is not None
    whole, other = (one.transit_money.received.sel(year=YEARS[-1], economy="KAZ") for one in (paid, rest))
    assert float(found.received.sel(economy="KAZ")) == pytest.approx(float(whole - other), rel=1e-5)
    assert abs(float(found.net.sum())) <= 1e-9 * float(np.abs(found.received).sum())
    assert set(found.net["economy"].to_numpy()) == set(ECONOMIES)


def test_with_a_projection_real_income_stays_whole(session: Session, tmp_path: Path) -> None:
    """Economies grow at rates of their own: what one pays would not be what another gets."""
    path = tmp_path / "growth.csv"
    rows = [f"KAZ,{year},0.05,a test,assumed" for year in range(2023, 2036)]
    path.write_text("\n".join(["economy,year,gdp_growth_rate,source,flag", *rows]) + "\n")
    grown = appraise(
        toy_programme(WORLD), WORLD, session=session, years=(2035,), transit_payments=True, projection=path
    )
    assert grown.transit_money is None
    assert not len(grown.ledger.select(margin="transit_income"))
