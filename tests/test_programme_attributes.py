"""A key of any level is a row of `attributes.csv`: read, held, counted, written, explained and set without code."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, get_args

import pytest
from pydantic import ValidationError

from samarkand.core.faults import FaultList, Faults
from samarkand.programme.files import describe, workbook_writing
from samarkand.programme.files.checks import Surroundings, check_tables
from samarkand.programme.files.patching import patch_programme
from samarkand.programme.files.schema import programme_schema
from samarkand.programme.files.tables import to_tables
from samarkand.programme.files.template import template_tables, template_toml
from samarkand.programme.files.toml_reading import parse_toml
from samarkand.programme.files.toml_writing import to_toml
from samarkand.programme.files.workbook_reading import parse_workbook
from samarkand.programme.files.workbook_writing import workbook_of
from samarkand.programme.model import kinds, models
from samarkand.programme.model.kinds import Attribute, attributes
from samarkand.programme.model.models import Programme
from samarkand.programme.overview import item_lines
from schema_walk import errors

NEW = [
    ("programme.purse", "figure", "US$ m"),
    ("party.chartered", "when", ""),
    ("party.coffers", "figure", "US$ m"),
    ("item.sponsor_bank", "party", ""),
    ("section.heaviest_train", "figure", "t/train"),
    ("financing.coinage", "text", ""),
    ("financing.toll_fee", "figure", "fraction"),
    ("financing.set_aside", "shares", ""),
    ("financing.backing_bank", "party", ""),
    ("point.height", "number", ""),
    ("crossing.booths", "figure", "lanes"),
]
TEXT = """
[programme]
id = "one"
title = "One"
purse = { value = 900, unit = "US$ m", source = "a paper" }

[[party]]
id = "bank"
name = "A bank"
chartered = { date = 1966, source = "its charter" }
coffers = { value = 5000, unit = "US$ m", flag = "assumed" }

[[project]]
id = "line"
title = "A line"
kind = "rail"
economies = ["KAZ"]
status = "proposed"
capex = { value = 100, unit = "US$ m", source = "a paper" }
sponsor_bank = "bank"

  [[project.section]]
  effect = "new"
  points = [
    { name = "Ayagoz", latitude = 47.96, longitude = 80.43, height = 640 },
    { name = "Bakhty", latitude = 46.67, longitude = 82.75 },
  ]
  length = { value = 272, unit = "km", source = "a paper" }
  heaviest_train = { value = 1500, unit = "t/train", source = "a paper" }

  [[project.financing]]
  party = "bank"
  instrument = "loan"
  share = { value = 0.8, unit = "fraction", source = "a paper" }
  coinage = "EUR"
  toll_fee = { value = 0.01, unit = "fraction", source = "a paper" }
  set_aside = { KAZ = 0.4, CHN = 0.6 }
  backing_bank = "bank"

[[measure]]
id = "gate"
title = "A gate"
kind = "border_facilitation"
economies = ["KAZ", "CHN"]
status = "proposed"

  [[measure.crossing]]
  economies = ["KAZ", "CHN"]
  booths = { value = 8, unit = "lanes", flag = "assumed" }
"""


def forget() -> None:
    for kept in (kinds.kinds, kinds.attributes, workbook_writing._choice_lists):
        kept.cache_clear()


@pytest.fixture
def rows(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The declared table with the new rows at its end."""
    table = kinds.read_table
    new = tuple(
        Attribute(name=name, kinds="*", type=kind, unit=unit, required="no", description=f"Meaning of {name}")
        for name, kind, unit in NEW
    )

    def with_rows(package: str, filename: str, model: Any) -> Any:
        return (*table(package, filename, model), *(new if filename == "attributes.csv" else ()))

    monkeypatch.setattr(kinds, "read_table", with_rows)
    forget()
    yield
    monkeypatch.undo()
    forget()


def read(text: str) -> tuple[Programme | None, list[str]]:
    faults = FaultList()
    programme, faults = check_tables(*parse_toml(text.encode(), "one.toml", faults), Surroundings(), faults)
    return programme, [str(fault) for fault in faults]


def good() -> Programme:
    programme, faults = read(TEXT)
    assert programme is not None, faults
    return programme


@pytest.mark.usefixtures("rows")
def test_they_are_read_and_held() -> None:
    programme = good()
    (bank,), (line,), (gate,) = programme.parties, programme.projects, programme.measures
    (loan,), (section,), (crossing,) = line.financing, line.section, gate.crossings
    assert str(bank.get("chartered")) == "1966"
    assert bank.get("chartered").source == "its charter"
    assert loan.get("coinage") == "EUR"
    assert loan.get("set_aside") == (("KAZ", 0.4), ("CHN", 0.6))
    assert (loan.share.value, loan.get("share"), loan.interest_rate) == (0.8, loan.share, None)
    assert [p.get("height") for p in section.points] == [640.0, None]
    assert crossing.figure("booths").value == 8
    assert programme.figure("purse").value == 900


@pytest.mark.usefixtures("rows")
def test_their_figures_are_counted() -> None:
    programme = good()
    assert [(owner, name, figure.value) for owner, name, figure in programme.all_figures()] == [
        ("the programme", "purse", 900),
        ("party bank", "coffers", 5000),
        ("line", "capex", 100),
        ("line", "section 1 length", 272),
        ("line", "section 1 heaviest_train", 1500),
        ("line", "financing 1 share", 0.8),
        ("line", "financing 1 toll_fee", 0.01),
        ("gate", "crossing 1 booths", 8),
    ]
    assert programme.flags() == {"verified": 0, "recalled": 6, "assumed": 2, "derived": 0}
    assert programme.flags("toll_fee", "booths") == {"verified": 0, "recalled": 1, "assumed": 1, "derived": 0}
    assert [line.flags for line in item_lines(programme)] == [(0, 0, 5, 0), (0, 0, 0, 1)]


@pytest.mark.usefixtures("rows")
def test_nothing_of_them_is_lost_in_files() -> None:
    programme = good()
    again, faults = read(to_toml(programme))
    assert again == programme, faults
    found = FaultList()
    from_workbook, found = check_tables(
        *parse_workbook(workbook_of(programme), "one.xlsx", found), Surroundings(), found
    )
    assert from_workbook == programme, list(found)
    assert from_workbook.content_hash == programme.content_hash
    without, _ = read(TEXT.replace('  coinage = "EUR"\n', ""))
    assert without is not None
    assert without.content_hash != programme.content_hash


@pytest.mark.usefixtures("rows")
def test_they_are_explained_and_in_the_schema() -> None:
    template, page = (
        template_toml("mine", ("rail", "border_facilitation")),
        "\n".join(describe.attributes_tables()),
    )
    for name, _, _ in NEW:
        key = name.partition(".")[2]
        assert f"Meaning of {name}." in template or name.startswith("point."), name
        assert f"| `{key}` |" in page
    assert set(template_tables("mine", ("rail",))["project"][0]) == {
        "id", "title", "kind", "economies", "status", "section",
    }  # fmt: skip
    schema, tables = programme_schema(), to_tables(good())
    tables["party"][0]["chartered"] = 1966
    assert not errors(schema, tables, schema)
    tables["project"][0]["financing"][0]["toll_fee"]["unit"] = "US$"
    tables["party"][0]["capitol"] = 1
    assert errors(schema, tables, schema) == [
        ".party.0.capitol: unknown",
        ".project.0.financing.0.toll_fee.unit: const",
    ]


WRONG = {
    'toll_fee = { value = 0.01, unit = "fraction"': (
        'toll_fee = { value = 0.01, unit = "US$"',
        "project line, financing 1, toll_fee, line LINE: has the unit 'US$'. Convert it to unit = \"fraction\".",
    ),
    'coinage = "EUR"': ("coinige = 1", "unknown key coinige. Did you mean coinage or"),
    "chartered = { date = 1966": ("chartered = { date = 66", "the year 66 is not between 1900 and 2200"),
    "heaviest_train = {": ("heaviest_trein = {", "unknown key heaviest_trein. Did you mean heaviest_train?"),
    "height = 640": ('height = "high"', "is text, not a number"),
    'sponsor_bank = "bank"': (
        'sponsor_bank = "bunk"',
        "project line, sponsor_bank, line LINE: unknown party 'bunk'. Did you mean bank?",
    ),
    'backing_bank = "bank"': (
        'backing_bank = "bunk"',
        "financing 1, backing_bank, line LINE: unknown party 'bunk'",
    ),
    "booths = { value = 8": ("booths = { valu = 8", "booths, line LINE: unknown key valu"),
}


@pytest.mark.usefixtures("rows")
@pytest.mark.parametrize("right", WRONG)
def test_what_is_wrong_with_them_is_a_fault_with_its_place(right: str) -> None:
    wrong, message = WRONG[right]
    assert TEXT.count(right) == 1
    message = message.replace("LINE", str(TEXT[: TEXT.index(right)].count("\n") + 1))
    programme, faults = read(TEXT.replace(right, wrong))
    assert programme is None
    assert any(message in fault for fault in faults), faults


@pytest.mark.usefixtures("rows")
def test_they_are_set_by_a_question() -> None:
    patched = patch_programme(
        good(),
        {
            "line.financing.1.toll_fee": 0.02,
            "line.section.1.heaviest_train": 2000,
            "line.financing.1.coinage": "CNY",
        },
        Surroundings(),
    )
    (line,) = patched.projects
    assert line.financing[0].figure("toll_fee").value == 0.02
    assert line.financing[0].figure("toll_fee").flag == "assumed"
    assert line.section[0].figure("heaviest_train").value == 2000
    assert line.financing[0].get("coinage") == "CNY"
    with pytest.raises(Faults, match="toll_fea is not a key that can be set here"):
        patch_programme(good(), {"line.financing.1.toll_fea": 0.02}, Surroundings())


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ({"name": "party.place", "type": "point"}, "files have no room for point there"),
        ({"name": "section.stations", "type": "points"}, "files have no room for points there"),
        ({"name": "item.tranches", "type": "financing"}, "files have no room for financing there"),
        ({"name": "partie.seat"}, "partie is no level"),
        ({"name": "party.seat", "type": "town"}, "town is no type"),
        ({"name": "party.seat", "unit": "km"}, "a figure, and nothing else, has a unit"),
        ({"name": "party.seat", "type": "figure"}, "a figure, and nothing else, has a unit"),
        (
            {"name": "party.seat", "type": "figure", "unit": "parsec"},
            "a figure, and nothing else, has a unit",
        ),
        ({"name": "financing.seat", "kinds": "rail"}, "only keys of items and sections differ by kind"),
    ],
)
def test_a_row_that_no_file_could_hold_is_refused(row: dict[str, str], reason: str) -> None:
    whole = {"kinds": "*", "type": "text", "required": "no", "description": "A row", **row}
    with pytest.raises(ValidationError, match=reason):
        Attribute.model_validate(whole)


def test_words_to_which_the_code_gives_a_meaning_are_those_of_the_table() -> None:
    """A further word needs code: without it, it would be refused when a file has it."""
    assert get_args(models.Instrument) == attributes("financing")["instrument"].choices
    for model, level, key in ((models.Section, "section", "effect"), (models.Crossing, "crossing", "mode")):
        assert get_args(model.model_fields[key].annotation) == attributes(level)[key].choices


def test_the_shipped_programmes_have_no_pairs_at_plain_levels() -> None:
    """Keys held as pairs are part of the content hash only where there are any: hashes of old programmes stay."""
    from samarkand.programme import load_programme

    programme = load_programme("lobito-corridor")
    written = programme.model_dump(mode="json")
    assert "attributes" not in written
    assert "attributes" in written["projects"][0]
    assert not any("attributes" in line for item in written["projects"] for line in item["financing"])


def test_without_their_rows_they_are_faults_and_no_raw_error() -> None:
    programme, faults = read(TEXT)
    assert programme is None
    assert len(faults) == len(NEW)
    assert all("unknown key" in fault for fault in faults)


def test_an_instrument_stands_after_its_article() -> None:
    named = {
        word: models.Financing(party="bank", instrument=word).named for word in get_args(models.Instrument)
    }
    assert named == {
        "budget": "a budget", "equity": "an equity", "loan": "a loan", "grant": "a grant", "bond": "a bond",
        "concessional_loan": "a concessional loan", "commercial_loan": "a commercial loan",
        "export_credit": "an export credit", "blended": "a blended facility", "on_lending": "an on-lent loan",
        "guarantee": "a guarantee",
    }  # fmt: skip
