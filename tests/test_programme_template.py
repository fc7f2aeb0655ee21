"""A template checks clean once its marked blanks are filled in, as TOML and as a workbook, for every kind."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from samarkand.cli import app
from samarkand.core.faults import FaultList, Faults
from samarkand.programme.files.checks import Surroundings, check_tables
from samarkand.programme.files.reading import BLANK
from samarkand.programme.files.template import LEVEL_OF, check_kinds, template_tables, template_toml
from samarkand.programme.files.workbook_reading import parse_workbook
from samarkand.programme.files.workbook_writing import write_workbook
from samarkand.programme.model.kinds import Attribute, attributes, kinds

ALL = list(kinds())
# A share or an amount, a fixed rate or a margin over a base rate; of blended facilities and of on-lending alone; and
# one party cannot be borrower and guarantor.
EITHER_OR = {"amount", "base_rate", "margin", "grant_share", "lent_on_by", "guarantor", "alternative_to"}


def filled(table: dict[str, Any], level: str, kind: str | None) -> dict[str, Any]:
    """The table with each blank filled by a value of its declared type."""
    declared = attributes(level, kind)
    table = {key: value for key, value in table.items() if level != "financing" or key not in EITHER_OR}
    return {
        key: _filled(declared[key], value, kind, number) for number, (key, value) in enumerate(table.items())
    }


def _filled(row: Attribute, value: Any, kind: str | None, number: int) -> Any:
    if row.type in LEVEL_OF:
        return [filled(one, LEVEL_OF[row.type], kind) for one in value]
    if row.type == "point":
        return {**value, "name": f"Place {number}", "latitude": 43.25, "longitude": 76.9}
    if row.type == "points":
        return [
            _filled(row.model_copy(update={"type": "point"}), one, kind, at) for at, one in enumerate(value)
        ]
    if row.type == "figure":
        return {
            **value,
            "value": 0.5 if row.unit == "fraction" else max(row.minimum, 0) + 1,
            "source": "a paper",
        }
    if row.type == "when":
        return {**value, "date": 2023 if row.key == "construction_start" else 2030, "source": "a paper"}
    if row.type == "shares":
        return {"KAZ": 1.0}
    words = {"economies": ["KAZ", "CHN"][: len(value)] if isinstance(value, list) else [], "texts": [], "parties": [],
             "sectors": ["food"]}  # fmt: skip
    if row.type in words:
        return words[row.type]
    if value != BLANK:
        return value
    if row.key == "currency":
        return "USD"
    if row.choices:
        return "loan" if row.key == "instrument" and "loan" in row.choices else row.choices[-1]
    return {
        "economy": "KAZ",
        "party": "bank",
        "identifier": "bank",
        "text": "A text",
        "number": 1.0,
        "boolean": True,
    }[row.type]


def fill(tables: dict[str, Any]) -> dict[str, Any]:
    levels = {"programme": "programme", "party": "party", "project": "item", "measure": "item"}
    done: dict[str, Any] = {"programme": filled(tables["programme"], "programme", None)}
    for level in ("party", "project", "measure"):
        if level in tables:
            done[level] = [filled(one, levels[level], one.get("kind")) for one in tables[level]]
    return done


def faults_of(tables: dict[str, Any]) -> list[str]:
    _, faults = check_tables(tables, {}, Surroundings(frozenset({"KAZ", "CHN"})), FaultList())
    return [str(fault) for fault in faults]


@pytest.mark.parametrize("kind", ALL)
def test_a_filled_template_checks_clean(kind: str) -> None:
    tables = tomllib.loads(template_toml("mine", [kind]))
    found = faults_of(tables)
    assert found
    assert all("is still blank" in fault for fault in found)
    assert faults_of(fill(tables)) == []
    assert tables == template_tables("mine", [kind])


@pytest.mark.parametrize("kind", ALL)
def test_keys_behind_a_mark_are_good_once_the_mark_is_taken_away(kind: str) -> None:
    text = template_toml("mine", [kind])
    every = re.sub(r"^( *)# (?=[a-z_]+ = |\[\[|  \{|\]$)", r"\1", text, flags=re.MULTILINE)
    tables = tomllib.loads(every)
    (item,) = tables[kinds()[kind].item]
    assert set(item) == set(attributes("item", kind))  # every key is in it
    item.pop("alternative_to", None)  # there is no other item that it could stand for
    assert faults_of(fill(tables)) == []
    for key, row in attributes("item", kind).items():
        if row.type not in LEVEL_OF:
            assert f"\n#: {row.description.split(' ')[0]}" in text, key


def test_a_workbook_template_holds_the_same_blanks() -> None:
    faults = FaultList()
    tables, places = parse_workbook(write_workbook(template_tables("mine", ALL), ALL), "mine.xlsx", faults)
    assert not faults
    assert tables == template_tables("mine", ALL)
    _, found = check_tables(tables, places, Surroundings(), FaultList())
    assert all(fault.reason == "is still blank" and "sheet " in fault.place for fault in found)
    assert faults_of(fill(tables)) == []


def test_unknown_kinds_are_faults() -> None:
    with pytest.raises(Faults, match=r"--kind railway: is not a kind\. Did you mean rail"):
        check_kinds(["railway"])


# -- the commands


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*words: str) -> str:
    result = CliRunner().invoke(app, ["programme", *words], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


def test_new_writes_once_and_overwrites_only_by_force(here: Path) -> None:
    run("new", "mine", "--kind", "scholarships")
    first = (here / "mine.toml").read_text()
    with pytest.raises(Faults, match="is there already"):
        run("new", "mine", "--kind", "rail")
    assert (here / "mine.toml").read_text() == first
    run("new", "mine", "--kind", "rail", "--force")
    assert (here / "mine.toml").read_text() != first
    with pytest.raises(Faults, match="is no short name"):
        run("new", "My programme")
    assert sorted(path.name for path in here.iterdir()) == ["mine.toml"]  # nothing half-written


def test_export_there_and_back(here: Path) -> None:
    run("export", "eurasian-corridors", "--excel", "e.xlsx", "--toml", "first.toml")
    run("export", "e.xlsx", "--toml", "second.toml")
    assert (here / "first.toml").read_bytes() == (here / "second.toml").read_bytes()
    with pytest.raises(Faults, match="is there already"):
        run("export", "eurasian-corridors", "--excel", "e.xlsx")


def test_show_fits_the_terminal_and_names_every_item(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    shown = run("show", "eurasian-corridors")
    assert max(map(len, shown.splitlines())) <= 80
    from samarkand.programme import load_programme

    for item in load_programme("eurasian-corridors").items:
        assert item.id[:12] in shown
    assert "verified" in shown


def test_schema_is_json(here: Path) -> None:
    import json

    run("schema", "--out", "schema.json")
    assert json.loads((here / "schema.json").read_text()) == json.loads(run("schema"))
