"""What is published of projects: the toy programme counted by hand, secrets, and a package of OC4IDS beside."""

import json
from datetime import date

import pytest

import samarkand as sk
from oc4ids_cases import made_package
from samarkand.core.evidence import Evidence
from samarkand.core.faults import Faults
from samarkand.priorities.governance.command import disclosure
from samarkand.priorities.governance.disclosure import (
    OF_FINANCE,
    STANDINGS,
    element_of,
    elements,
    finance_fields,
    terms_of,
)
from samarkand.programme.files.oc4ids.fields import fields
from samarkand.programme.files.oc4ids.paths import STEP, discloses
from samarkand.programme.model.kinds import attributes
from samarkand.session import Session
from toy import PROGRAMME, make_toy_world, toy_programme

READ = {
    "source": "a ministry", "address": "https://example.org/a", "read_on": date(2026, 11, 1), "flag": "verified",
}  # fmt: skip
ELEMENTS = {one.name: one for one in elements()}


@pytest.fixture(scope="module")
def appraised():
    return sk.appraise(PROGRAMME, make_toy_world(), session=Session(), years=(2030,))


@pytest.fixture(scope="module")
def programme():
    return toy_programme()


def railway(programme, **own):
    (item,) = (one for one in programme.items if one.id == "railway")
    fields_of = {key: own.pop(key) for key in list(own) if key in type(item).model_fields}
    pairs = tuple(sorted({**dict(item.attributes), **own}.items()))
    return item.model_copy(update={**fields_of, "attributes": pairs})


def test_the_elements_are_the_forty_of_the_standard_and_its_fields():
    """Published: 40 items of data, 20 of the project, the others of its contracts; each path is of declared fields."""
    assert len(ELEMENTS) == 40
    assert [one.stage for one in elements()].index("procurement") == 20
    for path in (path for one in elements() for path in one.standard):
        row = None
        for step in map(STEP.fullmatch, path.split(".")):
            of = "Project" if row is None else row.of[0]
            row = fields()[of][step["name"]]
            if step["field"]:
                assert step["field"] in fields()[row.of[0]]
    assert {one.name for one in finance_fields()} <= set(fields()["Finance"])


def test_keys_of_the_tables_are_those_of_a_programme():
    keys = {key for one in elements() for key in one.keys} - {"owner", "estimate", "outturn", "lengths"}
    assert keys <= set(attributes("item"))
    assert {key for one in finance_fields() for key in one.keys} <= set(attributes("financing"))


def test_a_project_by_hand(appraised):
    """The toy railway: all its figures are assumed, its budget and the lengths of its sections too.

    Stated without a source: sector, subsector, name, location, funding sources (the bank), status and opening: 7.
    Without: description, scope, owner (its bank is no government), impacts, land, budget and outturn: 7.
    The other 26 have no key.
    """
    counts = appraised.array("disclosure_elements").sel(project="railway")
    found = {name: int(counts.sel(case=name)) for name in STANDINGS}
    assert found == {"published": 0, "sourced": 0, "stated": 7, "not_published": 7, "no_key": 26}
    assert sum(found.values()) == 40
    # Finance: a loan with eight fields and an equity with three; party and instrument stated, all else unknown.
    terms = appraised.array("disclosure_finance").sel(project="railway")
    assert {name: int(terms.sel(case=name)) for name in OF_FINANCE} == {
        "published": 0, "sourced": 0, "stated": 4, "secret": 0, "not_published": 7,
    }  # fmt: skip


def test_what_was_read_is_published_by_whom_and_when_and_what_is_assumed_is_not(programme):
    read = railway(programme, capex=Evidence(value=4000, unit="US$ m", **READ))
    assert element_of(read, ELEMENTS["project_budget"], programme) == (
        "published",
        "a ministry",
        date(2026, 11, 1),
    )
    assert element_of(read, ELEMENTS["completion_cost"], programme).standing == "not_published"
    outturn = railway(programme, capex=read.capex, estimate_stage="outturn")
    assert element_of(outturn, ELEMENTS["completion_cost"], programme).standing == "published"
    assert element_of(outturn, ELEMENTS["project_budget"], programme).standing == "not_published"
    named = railway(programme, capex=Evidence(value=4000, unit="US$ m", source="a newspaper"))
    assert element_of(named, ELEMENTS["project_budget"], programme) == ("sourced", "a newspaper", None)
    assert element_of(railway(programme), ELEMENTS["project_budget"], programme).standing == "not_published"


def test_land_resettlement_and_assessment(programme):
    def land(item):
        return element_of(item, ELEMENTS["land_and_settlement_impact"], programme).standing

    def impact(word):
        return element_of(railway(programme, esia=word), ELEMENTS["environmental_impact"], programme).standing

    assert land(railway(programme)) == "not_published"
    assert (
        land(railway(programme, displaced_people=Evidence(value=900, unit="persons", **READ))) == "published"
    )
    assert land(railway(programme, land_acquired=Evidence(value=9, unit="ha", source="a plan"))) == "sourced"
    # An assessment that is completed and not published is not disclosed.
    assert [impact(word) for word in ("under_way", "completed", "disclosed")] == [
        "not_published", "not_published", "stated",
    ]  # fmt: skip


def test_terms_that_a_confidential_contract_hides_are_secret_and_those_that_are_known_are_not(programme):
    loan = railway(programme).financing[0]
    secret = loan.model_copy(
        update={
            "attributes": (("confidential", True),),
            "interest_rate": Evidence(value=0.02, unit="fraction", **READ),
        }
    )
    found = {row.name: one.standing for row, one in terms_of(secret)}
    assert found["interestRate"] == "published"
    assert found["financingParty"] == "stated"
    assert [name for name, word in found.items() if word == "secret"] == [
        "value", "period", "paymentPeriod", "paymentFrequency", "repaymentPriority",
    ]  # fmt: skip
    assert "secret" not in {one.standing for _, one in terms_of(loan)}


def test_what_a_package_discloses():
    project = {
        "parties": [{"roles": ["supplier", "funder"], "name": "A"}],
        "budget": {"amount": {"amount": 0}},
        "documents": [{"documentType": "finalAudit"}, {"documentType": "projectScope", "description": ""}],
        "locations": [],
    }
    said = {one.name for one in elements() if any(discloses(project, path) for path in one.standard)}
    assert said == {
        "funding_sources", "project_budget", "project_scope", "audit_and_evaluation", "contract_firms",
    }  # fmt: skip


def test_the_command_shows_all_one_and_a_package_beside(appraised, tmp_path):
    whole, one = disclosure(appraised), disclosure(appraised, "RAILWAY")
    assert len(whole.tables[0].rows) == len(appraised.programme.projects)
    assert len(one.tables[0].rows) == 40
    package = made_package()
    package["projects"][0]["id"] = "railway"
    path = tmp_path / "package.json"
    path.write_text(json.dumps(package), encoding="utf-8")
    beside = disclosure(appraised, "railway", path)
    has = {row[0]: row[-1] for row in beside.tables[0].rows}
    assert has["Project budget"] == ("yes" if "amount" in package["projects"][0].get("budget", {}) else "no")
    assert str(sum(word == "yes" for word in has.values())) == beside.lead[-1].split()[0]
    with pytest.raises(Faults, match="project_identifier"):
        disclosure(appraised, "faster-line", path)
    with pytest.raises(Faults, match="without a project"):
        disclosure(appraised, "", path)
    with pytest.raises(Faults, match="railway"):
        disclosure(appraised, "railwax")
