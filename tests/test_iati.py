"""Activities of IATI become a draft; bad files are faults, within bounded memory."""

from __future__ import annotations

import tomllib
import tracemalloc
from pathlib import Path

import pytest

from samarkand.core.faults import FaultList
from samarkand.programme.files.checks import Surroundings, check_tables
from samarkand.programme.files.drafting import draft_toml, listing
from samarkand.programme.files.iati.drafting import draft_of_activities
from samarkand.programme.files.iati.reading import DEEPEST, LARGEST_TEXT, PIECE, Element, read_activities

HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n<iati-activities version="2.03">'
ACTIVITY = """
<iati-activity default-currency="USD" xml:lang="en">
  <iati-identifier>XX-1-P100</iati-identifier>
  <reporting-org ref="XX-1" type="40"><narrative>A bank</narrative></reporting-org>
  <title><narrative xml:lang="fr">Seuil</narrative>
    <narrative xml:lang="en">Easier trade at the border</narrative></title>
  <participating-org role="1" type="40"><narrative>A bank</narrative></participating-org>
  <participating-org role="4" type="10"><narrative>Customs of Kyrgyzstan</narrative></participating-org>
  <activity-status code="2"/>
  <activity-date type="1" iso-date="2025-01-15"/>
  <activity-date type="2" iso-date="2025-03-01"/>
  <activity-date type="3" iso-date="2028-12-31"/>
  <recipient-country code="KG"/>
  <sector vocabulary="1" code="33120"/><sector vocabulary="99" code="33120"/>
  <default-finance-type code="110"/>
  <transaction><transaction-type code="2"/><transaction-date iso-date="2025-01-01"/>
    <value currency="USD">30000000</value><provider-org><narrative>A bank</narrative></provider-org></transaction>
  <transaction><transaction-type code="3"/><transaction-date iso-date="2026-02-01"/><value>4500000</value>
    <provider-org><narrative>A bank</narrative></provider-org>
    <receiver-org><narrative>Customs of Kyrgyzstan</narrative></receiver-org></transaction>
  <transaction><transaction-type code="3"/><transaction-date iso-date="2026-03-01"/>
    <value currency="EUR">7</value></transaction>
  <transaction><transaction-type code="2"/><value>5</value></transaction>
</iati-activity>"""


def read(path: Path, content: str | bytes) -> tuple[list[Element], list[str]]:
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    faults = FaultList()
    return list(read_activities(path, faults)), [str(one) for one in faults]


def test_an_activity_becomes_an_item(tmp_path):
    found, faults = read(tmp_path / "a.xml", f"{HEAD}{ACTIVITY}</iati-activities>")
    assert faults == []
    draft = draft_of_activities(found)
    tables = tomllib.loads(draft_toml("mine", "a.xml", draft))
    (item,) = tables["measure"]
    assert (item["title"], item["kind"], item["status"]) == (
        "Easier trade at the border", "border_facilitation", "construction",
    )  # fmt: skip
    assert (item["economies"], item["project_identifier"]) == (["KGZ"], "XX-1-P100")
    (payment,) = item["spending"]
    assert (payment["amount"]["value"], payment["payer"], payment["payee"]) == (
        4.5,
        "a-bank",
        "customs-of-kyrgyzstan",
    )
    (line,) = item["financing"]
    assert (line["party"], line["instrument"], line["amount"]["value"]) == ("a-bank", "grant", 30)
    start, end = item["milestone"]
    assert (str(start["planned"]["date"]), str(start["met"]["date"])) == ("2025-01-15", "2025-03-01")
    assert (str(end["planned"]["date"]), "met" in end) == ("2028-12-31", False)
    said = "\n".join(listing(draft))
    assert "opening" in said, "the end of an activity is no opening"
    assert "transaction 3: 7 EUR is not taken" in said
    assert "transaction 4: a commitment of finance type 110 of nobody who is named" in said
    item["crossing"] = [{"name": "A border", "economies": ["KGZ", "CHN"]}]
    programme, wrong = check_tables(tables, {}, Surroundings(), FaultList())
    assert programme is not None, [str(one) for one in wrong]


BOMB = '<!DOCTYPE a [<!ENTITY b "ha"><!ENTITY c "&b;&b;">]>'


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (f"{BOMB}<iati-activities/>", "has a document type"),
        ("<html/>", "begins with html, not with iati-activities"),
        (f"{HEAD}{ACTIVITY}", "is not XML, or cut short"),
        ("", "is not XML, or cut short"),
        (HEAD + "<a>" * (DEEPEST + 1), f"nested more than {DEEPEST} deep"),
        (
            f"{HEAD}<iati-activity>{'x' * (LARGEST_TEXT + 1)}</iati-activity></iati-activities>",
            "letters of text",
        ),
        (f"{HEAD}<iati-activity>&unknown;</iati-activity></iati-activities>", "undefined entity"),
    ],
)
def test_a_bad_file_is_a_fault_with_its_line(tmp_path, content, said):
    _, (fault,) = read(tmp_path / "b.xml", content)
    assert said in fault
    assert ", line " in fault


def test_memory_does_not_grow_with_the_file(tmp_path):
    """Two thousand activities, 3 MB: one at a time is held. Some pieces of the file and an activity, no more."""
    path = tmp_path / "large.xml"
    path.write_text(HEAD + ACTIVITY * 2_000 + "</iati-activities>")
    assert path.stat().st_size > 3_000_000
    tracemalloc.start()
    number = sum(1 for _ in read_activities(path, FaultList()))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert number == 2_000
    assert peak < 20 * PIECE
