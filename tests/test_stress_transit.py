"""What a closure takes from those whom goods pass, and how long it lasts: on the toy network."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from rich.console import Console

from samarkand.core.faults import Faults
from samarkand.planning.stress import Stress, rank_closures, stress_test
from samarkand.reports.stress import print_stress, write_stress
from samarkand.session import Session
from toy import make_toy_world, toy_programme

WORLD = make_toy_world()
SESSION = Session()


def stressed(*, transit: bool = False, days: float | None = None, **terms: bool) -> Stress:
    return stress_test(
        toy_programme(WORLD), ["suez"], world=WORLD, session=SESSION, transit=transit, days=days, **terms
    )


def printed(stress: Stress) -> str:
    text = io.StringIO()
    print_stress(stress, Console(file=text, width=100))
    return text.getvalue()


@pytest.fixture(scope="module")
def year() -> Stress:
    return stressed(transit=True)


def test_the_canal_loses_all_of_its_income_and_railways_gain(year: Stress, tmp_path: Path) -> None:
    table = year.transit().set_index("tariff")
    assert table.loc["suez", "income_open"] == pytest.approx(table.loc["suez", "passing_open"] * 6.49)
    assert table.loc["suez", "change"] == -table.loc["suez", "income_open"] < 0
    assert table.loc["kazakhstan_rail", "change"] > 0
    assert (table["case"] == "suez").all()
    assert "stress-transit.csv" in {path.name for path in write_stress(year, tmp_path)}
    assert stressed().transit().empty
    assert "stress-transit.csv" not in {path.name for path in write_stress(stressed(), tmp_path / "without")}
    assert "--transit prints" in printed(stressed())  # what is not shown is said
    assert "--transit prints" not in printed(year)


@pytest.mark.parametrize("shown", [False, True])
@pytest.mark.parametrize("paid", [False, True])
def test_no_option_is_proposed_that_is_given_already(shown: bool, paid: bool) -> None:
    text = " ".join(printed(stressed(transit=shown, transit_payments=paid)).split())
    assert ("--transit-payments puts" in text) is not paid
    assert ("--transit prints" in text) is not shown
    assert ("Real income has what" in text) is paid


def test_days_are_a_part_of_a_year_and_say_what_is_not_in_them(year: Stress) -> None:
    quarter = stressed(transit=True, days=73.0)
    assert quarter.part_of_year == 0.2
    income = float(year.transit().set_index("tariff").loc["suez", "income_open"])
    of_year, of_days = printed(year), printed(quarter)
    assert f"{income:,.0f}" in of_year
    assert f"{0.2 * income:,.0f}" in of_days
    assert "US$ m a year" in of_year
    assert "US$ m in 73 days" in of_days
    assert "Stocks, ships under way" in of_days
    assert "Stocks" not in of_year
    lost = float(year.summary()["real_income_without"].iloc[0])
    assert f"{0.2 * lost:+,.0f}" in of_days
    for words in (of_year, of_days):  # whatever the days, elasticities are those of the long run
        assert "lower bound" in words


@pytest.mark.parametrize("days", [0.0, -3.0, 366.0])
def test_days_beyond_a_year_are_refused(days: float) -> None:
    with pytest.raises(Faults, match=r"--closure-days.*no part of a year"):
        stressed(days=days)
    with pytest.raises(Faults, match="--closure-days"):
        rank_closures(toy_programme(WORLD), 1, world=WORLD, session=SESSION, days=days)
