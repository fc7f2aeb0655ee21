"""Finance of the toy programme: half of its railway, US$ 4,000 m, is a loan of the bank to Kyrgyzstan.

Here over 20 years with five of grace at 2 %, drawn in four equal parts from 1 July 2024 on: 500 a year. Interest of
half a year is 1 % of what was owed: 5 on 500, 10 on 1,000. From 1 January 2030 on a thirtieth of 2,000 is repaid twice
a year.
"""

from __future__ import annotations

import numpy as np
import pytest

import samarkand as sk
from samarkand.core.evidence import Evidence
from samarkand.core.faults import Faults
from samarkand.priorities.finance.assessment import stack_of
from samarkand.priorities.finance.command import finance
from samarkand.priorities.finance.page import page
from samarkand.programme.files.financing_checks import findings
from samarkand.programme.model.models import Financing, When
from samarkand.session import Session
from toy import PROGRAMME, make_toy_world

TERMS = {
    "railway.construction_start": 2024,
    "railway.financing.1.maturity": 20,
    "railway.financing.1.interest_rate": 0.02,
    "railway.financing.1.grace": 5,
    "railway.financing.1.perimeter": "public_external",
}
WORLD, SESSION = make_toy_world(), Session()


def ask(**more):
    return sk.appraise(PROGRAMME, WORLD, session=SESSION, years=(2027, 2035), patches={**TERMS, **more})


@pytest.fixture(scope="module")
def found():
    return ask()


def test_service_and_debt_are_those_by_hand(found):
    service, debt = (
        found.by_year(name).sel(project="railway", case="1") for name in ("loan_service", "loan_debt")
    )
    assert [float(service.sel(year=year)) for year in (2024, 2025, 2026, 2028)] == [0.0, 10.0, 20.0, 40.0]
    # 2030: 1/30 of 2,000 twice; 20.00 of interest, then 1 % of 2,000 less a thirtieth.
    assert float(service.sel(year=2030)) == pytest.approx(2000 / 15 + 20 + 20 * 29 / 30, abs=1e-7)
    assert [float(debt.sel(year=year)) for year in (2024, 2027, 2029, 2044)] == [500, 2000, 2000, 0]
    assert float(service.sum()) == pytest.approx(2000 + 450.0, abs=1e-6)


def test_the_host_alone_owes_what_the_tranche_does(found):
    debt = found.by_year("programme_debt").sel(year=2030)
    assert float(debt.sel(economy="KGZ", case="public_external")) == pytest.approx(2000 * 14 / 15, abs=1e-6)
    assert debt["economy"].to_numpy().tolist() == ["KGZ"]  # nobody else services a loan
    assert debt["case"].to_numpy().tolist() == ["public_external"]
    owed = found.by_year("exposure").sel(year=2030)
    assert float(owed.sel(economy="KGZ", party="chn-bank")) == float(debt.sum())
    assert float(found.by_year("creditor_concentration").sel(year=2030, economy="KGZ")) == 1.0


def test_present_value_at_five_per_cent_is_that_of_the_service_to_come(found):
    value = found.by_year("programme_debt_value").sel(economy="KGZ", case="public_external")
    # End of 2043: 1 January and 1 July 2044, the last two payments: 1/30 of 2,000 each with 1 % of 133.33 and 66.67.
    last = (2000 / 30 + 4 / 3) / 1.05 ** (1 / 365) + (2000 / 30 + 2 / 3) / 1.05 ** (183 / 365)
    assert float(value.sel(year=2043)) == pytest.approx(last, abs=1e-6)
    assert float(value.sel(year=2024)) < 500 < float(value.sel(year=2026))
    assert float(value.sel(year=2044)) == 0.0


def test_grant_element_and_cost(found):
    assert round(100 * float(found.array("grant_element").sel(project="railway", case="1")), 1) == 26.8
    # Half-years compound to 1.01^2 - 1; they are a day or two off half of 365 days.
    cost = float(found.array("stack_cost").sel(project="railway"))
    assert cost == pytest.approx(1.01**2 - 1, abs=5e-5)
    assert float(found.array("grant_element").sel(project="road-gate", case="1")) == 1.0  # a grant


def test_what_is_not_known_is_said_and_is_not_zero():
    bare = sk.appraise(PROGRAMME, WORLD, session=SESSION, years=(2027,))
    rows = bare.to_dataframe(["programme_debt"])
    assert rows["value"].isna().all()
    assert rows["reason"].str.contains("no tranche has a schedule").all()
    (railway,) = (one for one in stack_of(bare.timeline) if one.item.id == "railway" and one.line.is_debt)
    assert railway.missing == (
        "construction_start and opening, or first_drawdown", "interest_rate, or base_rate and margin",
        "maturity", "grace",
    )  # fmt: skip


def test_a_loan_in_yuan_is_paid_at_the_exchange_rate_of_each_year(found):
    """Owed in yuan; the toy asks 2027 on, after the last declared rate, which is held: nothing changes in dollars."""
    same = ask(**{"railway.financing.1.currency": "CNY"}).by_year("loan_service")
    np.testing.assert_allclose(same.to_numpy(), found.by_year("loan_service").to_numpy(), rtol=1e-12)
    early = ask(**{"railway.financing.1.currency": "CNY", "railway.construction_start": 2020}).by_year(
        "loan_debt"
    )
    dollars = ask(**{"railway.construction_start": 2020}).by_year("loan_debt")
    at = {"project": "railway", "case": "1", "year": 2022}
    # Yuan for a dollar, means of 2020 and 2022 (Federal Reserve, G.5A).
    assert float(early.sel(at)) == pytest.approx(float(dollars.sel(at)) * 6.9042 / 6.7290, rel=1e-12)


def test_an_unknown_exchange_rate_leaves_no_schedule():
    found = ask(**{"railway.financing.1.currency": "KGS"})
    (one,) = (one for one in stack_of(found.timeline) if one.item.id == "railway" and one.line.is_debt)
    assert one.missing == ("the exchange rate of KGS by year, a parameter exchange_rate_kgs",)
    assert found.to_dataframe(["loan_service"])["value"].isna().all()


def test_a_floating_rate_is_base_and_margin():
    floating = dict(TERMS)
    del floating["railway.financing.1.interest_rate"]
    more = {"railway.financing.1.base_rate": "lpr_5y", "railway.financing.1.margin": 0.005}
    found = sk.appraise(
        PROGRAMME, WORLD, session=SESSION, years=(2027,), patches={**floating, **more},
        assumptions={"base_rate_lpr_5y": 0.015},
    )  # fmt: skip
    np.testing.assert_allclose(
        found.by_year("loan_service").to_numpy(), ask().by_year("loan_service").to_numpy(), rtol=1e-12
    )


BAD = {
    "railway.financing.1.grace": 25,
    "railway.financing.1.currency": "YUAN",
    "railway.financing.1.interest_rate": -0.01,
    "railway.financing.1.last_drawdown": 2029,
    "railway.financing.1.closing": 2028,
    "railway.financing.1.guarantor": "geo-gov",
    "railway.financing.1.borrower": "geo-gov",
    "railway.financing.2.share": 0.7,
}


def test_all_bad_terms_are_faults_at_once():
    patches = {**TERMS, **BAD}
    del patches["railway.financing.1.perimeter"]
    with pytest.raises(Faults) as caught:
        sk.appraise(PROGRAMME, WORLD, session=SESSION, years=(2027,), patches=patches)
    said = [str(fault) for fault in caught.value.faults]
    for words in (
        "longer than the maturity of 20", "no currency of ISO 4217", "below zero", "comes after closing 2028",
        "is the borrower itself", "perimeter", "adds up to 120",
    ):  # fmt: skip
        assert sum(words in one for one in said) == 1, (words, said)
    assert len(said) == 7


def test_a_negative_rate_that_is_meant_is_taken():
    found = ask(**{"railway.financing.1.interest_rate": -0.01, "railway.financing.1.negative_rate": True})
    assert float(found.by_year("loan_service").sum()) < 2000


def test_the_pages_show_the_stack_and_name_what_is_missing(found):
    whole, item = finance(found), finance(found, "railway")
    assert whole.tables[0].rows[0][2:4] == ("2,000", "26.8 %")
    stack = item.tables[0].rows
    assert stack[0][:6] == ("1", "A bank of China", "loan", "2,000.0", "USD", "2.00 %")
    (spread,) = (table for table in page(found, 2).tables if table.title.startswith("Spread"))
    assert len(spread.rows) == 2
    assert "2 of 5 rows" in spread.note
    bare = sk.appraise(PROGRAMME, WORLD, session=SESSION, years=(2027,))
    assert any("not assessable" in one for one in finance(bare).lead)
    assert any("needs" in one for one in finance(bare, "railway").lead)
    with pytest.raises(Faults, match="is no item of the programme"):
        finance(found, "railwy")


def test_a_blended_facility_lends_what_is_not_given():
    blended = {"railway.financing.1.instrument": "blended", "railway.financing.1.grant_share": 0.25}
    found = ask(**blended)
    debt = found.by_year("loan_debt").sel(project="railway", case="1")
    assert float(debt.sel(year=2029)) == pytest.approx(1500)
    element = float(found.array("grant_element").sel(project="railway", case="1"))
    assert element == pytest.approx(0.25 + 0.75 * 0.2684458, abs=1e-7)


def test_a_guarantee_is_no_debt_and_pays_for_nothing():
    # The grant of the fund to the road gate becomes a guarantee: the host bears what it gave.
    found = ask(**{"road-gate.financing.1.instrument": "guarantee"})
    assert not [one for one in stack_of(found.timeline) if one.item.id == "road-gate"]
    (item,) = (one for one in found.timeline.items if one.id == "road-gate")
    assert item.financing[0].share_of(item.capex) is None
    assert not [event for event in found.timeline.events if event.item == "road-gate" and event.financing]
    (table,) = (one for one in finance(found, "road-gate").tables if one.title == "Guarantees")
    assert table.rows == (("A multilateral fund", "n/a"),)


FIGURE = {"value": 0.02, "unit": "fraction", "source": "made up", "flag": "assumed"}
ALONE = [
    ({"instrument": "loan", "grant_share": Evidence(**FIGURE)}, "grant_share", "is of a blended facility"),
    ({"instrument": "loan", "lent_on_by": "bank"}, "lent_on_by", "is of on-lending"),
    ({"instrument": "loan", "margin": Evidence(**FIGURE)}, "margin", "a margin without a base rate"),
    ({"instrument": "loan", "base_rate": "sofr"}, "margin", "a base rate without a margin"),
    (
        {"instrument": "loan", "interest_rate": Evidence(**FIGURE), "base_rate": "sofr"},
        "interest_rate", "is fixed, and there is a base rate",
    ),
    (
        {"instrument": "loan", "first_drawdown": When(year=2030), "last_drawdown": When(year=2028)},
        "first_drawdown", "comes after last_drawdown",
    ),
    (
        {"instrument": "loan", "maturity": Evidence(value=0, unit="years", source="made up", flag="assumed")},
        "maturity", "is no time at all",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("values", "key", "words"), ALONE)
def test_terms_that_no_contract_has_are_found_alone(values, key, words):
    ((place, reason, remedy),) = findings(Financing.of({"party": "bank", **values}))
    assert place == key
    assert words in reason
    assert remedy.endswith(".")
