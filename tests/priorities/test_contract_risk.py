"""Disputes, renegotiations and cancellations by the form of a contract: by hand, beside scipy, and on the pages."""

import math

import pytest
from pydantic import ValidationError

import samarkand as sk
from samarkand.core.faults import Faults
from samarkand.core.gaps import Gap
from samarkand.priorities.governance.contract_page import contract_of, contracts_of
from samarkand.priorities.governance.contract_risk import (
    NO_FORM,
    NOT_PUBLISHED,
    ContractRisk,
    contract_events_of,
    contract_risks,
    risk_of_contract,
)
from samarkand.programme.model.kinds import attributes, kinds
from samarkand.session import Session
from toy import make_toy_world, toy_programme


def item_with(form=None, kind="rail"):
    (found,) = (item for item in toy_programme().items if item.id == "railway")
    return found.model_copy(update={"kind": kind, "attributes": (("contract_form", form),) if form else ()})


def test_an_interval_by_hand():
    """27 of 77, z(0.9) = 1.281552: (0.350649 + 0.010665 -+ 0.070463) / 1.021329."""
    (row,) = (one for one in contract_risks() if one.name == "ppp_dispute_transport")
    assert (row.events, row.projects) == (27, 77)
    assert row.ends == pytest.approx((0.28477, 0.42276), abs=1e-4)  # of rounded terms


def test_the_narrowest_row_counts():
    """A row of the kind before one of all kinds; a row of the form alone before one of two forms."""
    names = {
        (form, kind, event): row.name
        for form in ("ppp", "concession")
        for kind in ("rail", "power_plant", "fibre_cable")
        for event in ("dispute", "renegotiation", "cancellation")
        if isinstance(row := risk_of_contract(item_with(form, kind), event), ContractRisk)
    }
    assert names["ppp", "rail", "dispute"] == "ppp_dispute_transport"
    assert names["ppp", "power_plant", "dispute"] == "ppp_dispute_energy"
    assert names["ppp", "fibre_cable", "dispute"] == "ppp_dispute"
    assert names["ppp", "rail", "renegotiation"] == "ppp_renegotiation_transport"
    assert names["concession", "rail", "renegotiation"] == "concession_renegotiation_transport"
    assert names["concession", "power_plant", "renegotiation"] == "ppp_renegotiation"
    assert names["concession", "rail", "cancellation"] == "ppp_cancellation"
    assert len(names) == 18


def test_what_is_not_published_says_so():
    assert risk_of_contract(item_with("works"), "dispute") == NOT_PUBLISHED
    assert risk_of_contract(item_with(), "dispute") == NO_FORM
    assert contract_events_of(item_with("turnkey")) == Gap("railway", "contract", NOT_PUBLISHED)
    assert contract_events_of(item_with()) == Gap("railway", "contract", NO_FORM)


def test_shares_and_ranges_of_an_item():
    found = contract_events_of(item_with("ppp"))
    assert found.change.sel(case="dispute").item() == pytest.approx(27 / 77)
    assert found.change.sel(case="renegotiation").item() == 0.42
    range_ = found.ranges["change"]
    assert (range_.basis, range_.coverage) == ("sample", pytest.approx(0.8))
    assert math.isnan(range_.low.sel(case="renegotiation"))  # how many were counted was not read
    assert range_.low.sel(case="dispute") < 27 / 77 < range_.high.sel(case="dispute")


def test_every_share_is_of_declared_forms_and_kinds():
    """A word that no item can have would never be found."""
    words = set(attributes("item")["contract_form"].choices)
    for row in contract_risks():
        assert set(row.kinds) <= set(kinds()), row.name
        assert set(row.forms) <= words, row.name
    assert len({row.name for row in contract_risks()}) == len(contract_risks())


@pytest.mark.parametrize("wrong", [{"share": 0.2}, {"events": None}, {"events": 200}])
def test_a_row_that_is_no_share_is_refused(wrong):
    right = contract_risks()[0].model_dump()
    with pytest.raises(ValidationError):
        ContractRisk(**{**right, **wrong})


def test_the_page_of_an_item_names_the_source_of_each_share():
    table = contract_of(item_with("ppp"))
    (dispute, renegotiation, cancellation) = table.rows
    assert dispute[:4] == ("dispute", "35 %", "28 to 42 %", "2005-2018")
    assert "27 of 77 transport projects [verified]" in dispute[4]
    assert renegotiation[1:3] == ("42 %", "n/a")
    assert cancellation[1] == "6 %"
    assert [row[4] for row in contract_of(item_with("works")).rows] == [NOT_PUBLISHED] * 3
    assert contract_of(item_with()).rows == ()
    assert NO_FORM in contract_of(item_with()).note


def test_the_page_of_all_shows_those_with_a_form():
    table = contracts_of([item_with("concession"), item_with()])
    assert table.rows == (("railway", "concession", "35 %", "55 %", "6 %"),)
    assert "[recalled]" in table.note
    assert contracts_of([item_with()]).rows == ()


@pytest.fixture(scope="module")
def appraised():
    return sk.appraise(
        toy_programme(), make_toy_world(), session=Session(), years=(2035,),
        patches={"railway.contract_form": "ppp"},
    )  # fmt: skip


def test_the_indicator_has_a_value_for_the_item_and_a_reason_for_the_others(appraised):
    rows = appraised.to_dataframe("contract_events").set_index(["project", "case"])
    assert rows.loc[("railway", "dispute"), "value"] == pytest.approx(27 / 77)
    others = rows.drop("railway", level="project")
    assert others["value"].isna().all()
    assert (others["reason"] != "").all()


def test_the_lineage_ends_at_the_published_share(appraised):
    ends = {one.name: one.evidence for one in appraised.explain("contract_events", "KAZ").leaves()}
    found = ends["ppp_dispute_transport"]
    assert found.flag == "verified"
    assert found.address.startswith("https://managingppp.gihub.org/report/disputes")
    assert ends["concession_renegotiation_transport"].flag == "recalled"


def test_publication_names_the_recalled_share():
    with pytest.raises(Faults) as raised:
        sk.appraise(toy_programme(), make_toy_world(), session=Session(), years=(2035,), publication=True)
    places = [fault.place for fault in raised.value.faults]
    assert "table governance/contract_risk.csv, row concession_renegotiation_transport" in places
    assert not [place for place in places if "contract_risk.csv, row ppp" in place]
