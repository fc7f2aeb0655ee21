"""Programmes from packages of OC4IDS and back: nothing is lost, nothing is guessed."""

from __future__ import annotations

import copy
import json
import tomllib
from datetime import date
from typing import Any

import pytest

from oc4ids_cases import OFFICIAL, made_package, official_example
from samarkand.cli import main
from samarkand.core.faults import FaultList
from samarkand.programme.files.checks import Surroundings, check_tables
from samarkand.programme.files.drafting import draft_toml, listing
from samarkand.programme.files.geojson import Cities
from samarkand.programme.files.oc4ids.canonical import canonical
from samarkand.programme.files.oc4ids.exporting import Heading, package_of
from samarkand.programme.files.oc4ids.importing import draft_of_package
from samarkand.programme.files.oc4ids.reading import parse
from samarkand.programme.files.oc4ids.validation import check_package
from samarkand.programme.model.models import Programme
from toy import make_network, toy_programme

CITIES = Cities(make_network().cities)
HEADING = Heading("https://example.org/p.json", "A ministry", date(2026, 11, 27))
HAS_EXAMPLE = pytest.mark.skipif(not OFFICIAL.is_dir(), reason=f"the official example is not at {OFFICIAL}")


def tables_of(package: dict[str, Any]) -> dict[str, Any]:
    return tomllib.loads(draft_toml("mine", "p.json", draft_of_package(package, CITIES)))


def programme_of(tables: dict[str, Any]) -> Programme:
    programme, faults = check_tables(tables, {}, Surroundings(), FaultList())
    assert programme is not None, list(faults)
    return programme


def without_fault(package: dict[str, Any]) -> list[str]:
    faults = FaultList()
    check_package(package, "p.json", faults)
    return [str(one) for one in faults]


def one_economy() -> dict[str, Any]:
    package = made_package()
    package["projects"][0]["locations"] = [{"id": "1", "address": {"countryName": "Kyrgyz Republic"}}]
    package["projects"][0]["sector"] = ["communications"]
    return package


def test_a_package_that_was_not_changed_comes_out_byte_for_byte():
    for make in (made_package, one_economy):
        package = make()
        again, _ = package_of(programme_of(tables_of(package)), HEADING, package, CITIES)
        assert canonical(again) == canonical(make())


@HAS_EXAMPLE
def test_the_official_example_comes_out_byte_for_byte():
    """Read and written as it is; and through a programme file, a decade later: what is in service is no item of one."""
    content = (OFFICIAL / "example.json").read_bytes()
    faults = FaultList()
    assert canonical(parse(content, "example.json", faults)) == canonical(json.loads(content))
    assert not faults
    later = json.loads(content.decode().replace('"2018', '"2028').replace('"2019', '"2029'))
    tables = tables_of(later)
    (motorway,) = tables["project"]
    assert motorway["economies"] == ["GBR"]
    motorway["section"] = [
        {
            "effect": "upgrade",
            "points": [
                {"name": "Gdansk", "latitude": 54.35, "longitude": 18.65},
                {"name": "Hamburg", "latitude": 53.55, "longitude": 10.0},
            ],
            "length": {"value": 800, "unit": "km", "source": "made up", "flag": "assumed"},
        }
    ]
    again, _ = package_of(programme_of(tables), HEADING, later, CITIES)
    own = again["projects"][0].pop("samarkand")
    assert set(own) == {"section"}, "what was filled in stands in the namespace"
    assert canonical(again) == canonical(later)


@HAS_EXAMPLE
def test_what_is_in_service_is_no_item_and_said():
    draft = draft_of_package(official_example(), CITIES)
    assert draft.items == []
    assert "in service since 2018-12-10" in draft.left_out[0]


def test_a_project_becomes_an_item():
    (item,) = tables_of(one_economy())["project"]
    assert (item["kind"], item["status"], item["economies"]) == ("fibre_cable", "construction", ["KGZ"])
    assert item["capex"]["value"] == 2000
    assert item["opening"]["date"].isoformat() == "2030-06-30"
    (line,) = item["financing"]
    # By hand: 2025-01-01 to 2045-01-01 are 7,305 days, 20 years; to 2030-01-01 1,826 days, 5 years.
    assert {key: line[key]["value"] for key in ("amount", "interest_rate", "maturity", "grace")} == {
        "amount": 1200, "interest_rate": 0.02, "maturity": 20, "grace": 5,
    }  # fmt: skip
    assert item["capex"]["source"] == "Ministry of Transport: OC4IDS project oc4ids-made-up-1"


def test_what_cannot_be_taken_is_said_by_item():
    package = made_package()
    package["projects"][0]["budget"]["amount"]["currency"] = "KGS"
    package["projects"][0]["status"] = "decommissioned"
    said = "\n".join(listing(draft_of_package(package, CITIES)))
    assert "capex: 2,000,000,000 KGS is published" in said
    assert "status: the project says 'decommissioned'" in said
    assert "status (needed)" in said
    assert "who services the loan is not said" in said, "the railway stands in two economies"


def test_exchanged_coordinates_are_not_taken():
    package = made_package()
    package["projects"][0]["locations"][0]["geometry"]["coordinates"] = [[39.47, 75.99], [42.87, 74.6]]
    draft = draft_of_package(package, CITIES)
    assert "section" not in draft.items[0].known
    assert any("latitude and longitude exchanged" in note for note in draft.items[0].notes)


def test_only_what_was_changed_is_written_over():
    package = one_economy()
    tables = tables_of(package)
    item = tables["project"][0]
    item["capex"]["value"] = 2500
    item["title"] = "Cable Kashgar - Naryn"
    item["financing"][0]["interest_rate"]["value"] = 0.03
    again, _ = package_of(programme_of(tables), HEADING, package, CITIES)
    (project,) = again["projects"]
    assert project["title"] == "Cable Kashgar - Naryn"
    assert project["budget"]["amount"] == {"amount": 2500000000, "currency": "USD"}
    assert project["budget"]["finance"][0]["interestRate"] == {"margin": 0.03, "fixed": True}
    assert project["x_ministry"] == made_package()["projects"][0]["x_ministry"]
    for key in ("period", "milestones", "documents", "parties", "environment", "sector"):
        assert project[key] == one_economy()["projects"][0][key]


def test_a_programme_comes_back_whole():
    """Out as a package, in as a draft: the same projects and parties, with every figure, its evidence and the loans."""
    programme = toy_programme()
    package, measures = package_of(programme, HEADING, None, CITIES)
    assert without_fault(package) == []
    assert set(measures) == {item.id for item in programme.measures}
    again = programme_of(tables_of(json.loads(canonical(package))))
    assert [item.id for item in again.projects] == [item.id for item in programme.projects]
    for before, after in zip(programme.projects, again.projects, strict=True):
        own = {key: value for key, value in after.attributes if key != "project_identifier"}
        assert after.model_copy(update={"attributes": tuple(sorted(own.items()))}) == before
        assert after.get("project_identifier") == before.id
    used = {line.party for item in programme.projects for line in item.financing}
    assert {party.id: party for party in again.parties} == {
        party.id: party for party in programme.parties if party.id in used
    }


def test_terms_that_the_standard_lacks_are_in_the_namespace():
    package, _ = package_of(toy_programme(), HEADING, None, CITIES)
    (line,) = next(one for one in package["projects"] if one["id"] == "railway")["budget"]["finance"][:1]
    assert line["type"] == "loan"
    assert line["samarkand"]["instrument"] == "loan"
    assert set(line["samarkand"]) >= {"share"}


@pytest.fixture
def in_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(capsys, monkeypatch, *arguments: str) -> tuple[int, str]:
    monkeypatch.setattr("sys.argv", ["samarkand", *arguments])
    code = 0
    try:
        main()
    except SystemExit as leaving:
        code = int(leaving.code or 0)
    out = capsys.readouterr()
    return code, out.out + out.err


def test_the_commands_import_and_export(in_folder, capsys, monkeypatch):
    package = one_economy()
    (in_folder / "p.json").write_text(json.dumps(package, indent=2), encoding="utf-8")
    code, said = run(capsys, monkeypatch, "programme", "import", "p.json", "mine", "--format", "oc4ids")
    assert code == 0, said
    assert "What to fill in first, by item:" in said
    code, said = run(
        capsys, monkeypatch, "programme", "export", "mine.toml", "--format", "oc4ids", "--out", "again.json"
    )
    assert code == 0, said
    assert (in_folder / "again.json").read_text(encoding="utf-8") == canonical(package) + "\n"
    broken = copy.deepcopy(package)
    broken["version"], broken["projects"][0]["status"] = "0.8", "building"
    (in_folder / "b.json").write_text(json.dumps(broken), encoding="utf-8")
    code, said = run(capsys, monkeypatch, "programme", "import", "b.json", "other", "--format", "oc4ids")
    assert code == 2
    assert "2 faults" in said
    assert not (in_folder / "other.toml").exists()


def with_contract() -> dict[str, Any]:
    """The made-up cable with payments, a modification of its contract and a milestone of it."""
    package = one_economy()
    project = package["projects"][0]
    project["transactions"] = [
        {
            "id": "t1", "date": "2026-01-31T09:00:00Z", "value": {"amount": 150000000, "currency": "USD"},
            "payer": {"id": "P-2", "name": "A ministry"}, "payee": {"name": "A builder"}, "x_order": 7,
        },
        {"id": "t2", "date": "2026-03-31T00:00:00Z", "value": {"amount": 9000000, "currency": "KGS"}},
    ]  # fmt: skip
    project["contractingProcesses"] = [
        {
            "id": "c1",
            "summary": {
                "ocid": "ocds-abc-1",
                "milestones": [{"id": "1", "title": "Design", "dueDate": "2025-01-01T00:00:00Z"}],
                "modifications": [
                    {
                        "id": "m1", "date": "2026-02-01T00:00:00Z", "description": "A longer tunnel",
                        "rationale": "Rock",
                        "oldContractValue": {"amount": 1000000000, "currency": "USD"},
                        "newContractValue": {"amount": 1100000000, "currency": "USD"},
                        "oldContractPeriod": {"endDate": "2030-06-30T00:00:00Z"},
                        "newContractPeriod": {"endDate": "2030-12-27T00:00:00Z"},
                    },
                    {"id": "m2", "description": "Without a day"},
                ],
            },
            "releases": [
                {"id": "ocds-abc-1-r1", "tag": ["contract"], "date": "2025-05-01T00:00:00Z",
                 "url": "https://example.org/r1.json"}
            ],
        }
    ]  # fmt: skip
    return package


def test_milestones_payments_and_modifications_become_rows():
    """By hand: 1,100 m less 1,000 m, 100 m; 30 June to 27 December 2030, 180 days."""
    package = with_contract()
    assert without_fault(package) == []
    tables = tables_of(package)
    (item,) = tables["project"]
    assert [(row["id"], row["title"]) for row in item["milestone"]] == [
        ("1", "Ground broken"), ("2", "Tracks laid"), ("c1/1", "Design"),
    ]  # fmt: skip
    assert item["milestone"][0]["met"]["date"] == date(2025, 6, 1)
    (payment,) = item["spending"]
    assert (payment["amount"]["value"], payment["payer"], payment["payee"]) == (
        150,
        "a-ministry",
        "a-builder",
    )
    (change,) = item["change_order"]
    assert (change["amount"]["value"], change["days"]["value"], change["contract"]) == (100, 180, "c1")
    assert (change["contract_value_before"]["value"], change["reason"]) == (1000, "Rock")
    said = "\n".join(listing(draft_of_package(package, CITIES)))
    assert "transactions t2: 9,000,000 KGS is not taken" in said
    assert "modifications c1/m2: is not taken: it needs its day" in said
    assert "modifications c1/m1: comes on top of capex" in said
    assert "contracting process ocds-abc-1: ocds-abc-1-r1 (contract) https://example.org/r1.json" in said
    programme = programme_of(tables)
    again, _ = package_of(programme, HEADING, package, CITIES)
    assert canonical(again) == canonical(with_contract()), "and nothing that was not changed is"


def test_a_change_before_the_budget_was_approved_is_in_it():
    package = with_contract()
    package["projects"][0]["budget"]["approvalDate"] = "2026-06-01T00:00:00Z"
    (item,) = tables_of(package)["project"]
    assert item["change_order"][0]["in_capex"] is True


def test_rows_that_are_changed_are_written_over_in_their_place():
    package = with_contract()
    tables = tables_of(package)
    (item,) = tables["project"]
    item["change_order"][0]["amount"]["value"] = 200
    item["milestone"][1]["planned"] = {"date": date(2030, 1, 31), "source": "Plan"}
    item["milestone"].append({"title": "Tests", "planned": 2031})
    item["change_order"].append(
        {
            "title": "Another", "status": "agreed", "date": 2026, "contract": "c2",
            "amount": {"value": 5, "unit": "US$ m", "source": "x"},
        }
    )  # fmt: skip
    del item["spending"][0]["payee"]
    programme = programme_of(tables)
    again, _ = package_of(programme, HEADING, package, CITIES)
    assert without_fault(again) == []
    project = again["projects"][0]
    first, second, new = project["milestones"]
    assert first == package["projects"][0]["milestones"][0]
    assert second["dueDate"] == "2030-01-31T00:00:00Z"
    assert (new["title"], new["dueDate"], new["status"]) == ("Tests", "2031-01-01T00:00:00Z", "scheduled")
    one, other = project["contractingProcesses"]
    assert one["summary"]["modifications"][1] == {"id": "m2", "description": "Without a day"}, (
        "not taken, and kept"
    )
    assert one["summary"]["modifications"][0]["newContractValue"] == {"amount": 1200000000, "currency": "USD"}
    assert (
        one["summary"]["milestones"]
        == package["projects"][0]["contractingProcesses"][0]["summary"]["milestones"]
    )
    assert other["id"] == "c2"
    assert project["transactions"][0]["x_order"] == 7
    assert "payee" not in project["transactions"][0]
    assert project["transactions"][1] == package["projects"][0]["transactions"][1]
    assert programme_of(tables_of(json.loads(canonical(again)))).items[0] == programme.items[0]
