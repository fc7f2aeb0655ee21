"""Workbooks as users spoil them: each fault has its own words and names sheet, row and column; all come at once."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from samarkand.core.faults import FaultList
from samarkand.programme.files.checks import check_file, check_tables
from samarkand.programme.files.sheets import SHEETS, Sheet
from samarkand.programme.files.workbook_reading import parse_workbook
from samarkand.programme.files.workbook_writing import write_workbook
from samarkand.programme.model.kinds import kinds
from test_programme_reading import AROUND, GOOD

Spoil = Callable[[Any], None]


@cache
def content_of(text: str = GOOD) -> bytes:
    tables = tomllib.loads(text)
    used = [item["kind"] for level in ("project", "measure") for item in tables.get(level, ())]
    return write_workbook(tables, used)


def faults_of(content: bytes, tmp_path: Path, name: str = "test.xlsx") -> list[str]:
    path = tmp_path / name
    path.write_bytes(content)
    programme, faults = check_file(path, AROUND)
    assert (programme is None) == bool(faults)  # nothing of a file with a fault is used
    return [str(fault) for fault in faults]


def spoilt(spoil: Spoil) -> bytes:
    book = load_workbook(BytesIO(content_of()))
    spoil(book)
    content = BytesIO()
    book.save(content)
    return content.getvalue()


def at(book: Any, sheet: str, header: str, row: int = 2) -> Any:
    """The cell of a row under a header."""
    page = book[sheet]
    for cell in page[1]:
        if str(cell.value).partition(" [")[0] == header:
            return page.cell(row, cell.column)
    raise KeyError(header)


def put(sheet: str, header: str, value: Any, row: int = 2) -> Spoil:
    def spoil(book: Any) -> None:
        at(book, sheet, header, row).value = value

    return spoil


def error(sheet: str, header: str) -> Spoil:
    def spoil(book: Any) -> None:
        cell = at(book, sheet, header)
        cell.value, cell.data_type = "#REF!", "e"

    return spoil


def test_a_good_workbook_has_no_fault_and_the_same_content_as_the_toml(tmp_path: Path) -> None:
    assert faults_of(content_of(), tmp_path) == []
    (tmp_path / "test.toml").write_text(GOOD)
    assert check_file(tmp_path / "test.xlsx", AROUND)[0] == check_file(tmp_path / "test.toml", AROUND)[0]


SPOILT: dict[str, tuple[Spoil, str]] = {
    "missing sheet": (lambda book: book.remove(book["financing"]), "test.xlsx: has no sheet financing. Add it"),
    "renamed sheet": (
        lambda book: setattr(book["sections"], "title", "section"), "has no sheet sections. Did you mean section?"
    ),
    "text for a number": (
        put("projects", "capex", "about 100"),
        "sheet projects, row 2, column AA (capex): 'about 100' is text, not a number. Type the number alone",
    ),
    "date as text": (
        put("projects", "opening", "01.05.2027"), "'01.05.2027' is text, not a day. Type it as 2027-05-01 or 2027"
    ),
    "day for a number": (put("sections", "length", date(2027, 5, 1)), "is the day 2027-05-01, not a number"),
    "day for a text": (put("projects", "title", date(2027, 5, 1)), "is the day 2027-05-01, not text"),
    "time of day": (put("projects", "opening", time(12, 30)), "is a time of day"),
    "year in a day's format": (
        put("projects", "opening", date(1905, 7, 19)), "the year 2027 in a cell that is formatted as a day"
    ),
    "merged cells": (
        lambda book: book["sections"].merge_cells("A2:B3"), "sheet sections, cells A2:B3: are merged. Unmerge them"
    ),
    "a stray cell far out": (
        lambda book: book["parties"].cell(1_048_576, 16_384, "x"),
        "sheet parties: reaches to row 1,048,576 and column XFD",
    ),
    "error of a formula": (error("projects", "capex"), "holds the error #REF!. Correct the formula"),
    "formula never computed": (put("projects", "capex", "=50+50"), "is a formula without a result"),
    "unknown column": (
        lambda book: setattr(at(book, "projects", "capex", 1), "value", "capx"),
        "sheet projects, row 1, column AA: unknown column capx. Did you mean capex",
    ),
    "unknown part": (
        lambda book: setattr(at(book, "projects", "capex.source", 1), "value", "capex.sauce"),
        "capex has no sauce. Did you mean source",
    ),
    "column twice": (
        lambda book: setattr(at(book, "projects", "description", 1), "value", "title"),
        "the header title stands twice",
    ),
    "column of another sheet": (
        lambda book: setattr(at(book, "projects", "description", 1), "value", "financing"),
        "has a sheet of its own",
    ),
    "cell without a header": (
        lambda book: setattr(at(book, "projects", "description", 1), "value", None)
        or setattr(at(book, "projects", "title").offset(column=2), "value", "x"),
        "stands under no header",
    ),
    "other unit": (
        lambda book: setattr(at(book, "projects", "capex", 1), "value", "capex [EUR m]"),
        "has the unit 'EUR m'. Convert it to unit = \"US$ m\"",
    ),
    "unknown item": (
        put("sections", "item", "lime"), "sheet sections, row 2, column A (item): unknown item 'lime'. Did you mean"
    ),
    "no item": (put("financing", "item", None), "sheet financing, row 2: names no item"),
    "no such section": (put("points", "section", 7), "line has no section 7"),
    "section by name": (put("points", "section", "first"), "'first' is not a number of a section"),
    "unknown points": (put("points", "key", "pints"), "unknown key pints. Did you mean points"),
    "second programme": (put("programme", "id", "two", row=3), "sheet programme, row 3: is a second programme"),
    "verified without an address": (put("projects", "capex.flag", "verified"), "a verified figure needs the address"),
    "no source": (put("projects", "capex.source", None), "a figure needs its source"),
    "unknown kind": (put("projects", "kind", "railways"), "unknown kind 'railways'. Did you mean rail"),
    "unknown status": (put("measures", "status", "agreedd"), "Did you mean agreed"),
    "out of bounds": (put("points", "latitude", 94), "sheet points, row 2, column E (latitude): 94 is above 90"),
    "shares": (put("financing", "serviced_by", "KAZ: all"), "is not a table of economies and shares"),
    "key of another kind": (put("measures", "capex", -5), "is negative (-5)"),
}  # fmt: skip


@pytest.mark.parametrize("name", list(SPOILT))
def test_each_fault_has_its_own_message(name: str, tmp_path: Path) -> None:
    spoil, expected = SPOILT[name]
    found = faults_of(spoilt(spoil), tmp_path)
    assert any(expected in fault for fault in found), found


def test_all_faults_come_at_once(tmp_path: Path) -> None:
    """What is wrong with cells and what is wrong with their meaning: one reading tells both, and each once."""

    def spoil(book: Any) -> None:
        for name in ("text for a number", "date as text", "unknown kind", "out of bounds"):
            SPOILT[name][0](book)

    found = faults_of(spoilt(spoil), tmp_path)
    for expected in ("'about 100' is text", "'01.05.2027' is text", "unknown kind", "94 is above 90"):
        assert sum(expected in fault for fault in found) == 1, found
    assert not any("still blank" in fault for fault in found)


FILES: dict[str, tuple[bytes, str, str]] = {
    "empty": (b"", "test.xlsx", "test.xlsx: is empty"),
    "text": (b"id = 1", "test.xlsx", "is not an Excel workbook"),
    "truncated": (content_of()[:9000], "test.xlsx", "is cut off or damaged"),
    "old format": (
        bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 512, "test.xls", "is a workbook of the old format (.xls)"
    ),
    "password": (
        bytes.fromhex("d0cf11e0a1b11ae1") + "EncryptedPackage".encode("utf-16-le"), "test.xlsx", "with a password"
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", list(FILES))
def test_files_that_are_no_workbook(name: str, tmp_path: Path) -> None:
    content, called, expected = FILES[name]
    (fault,) = faults_of(content, tmp_path, called)
    assert expected in fault


def test_an_archive_that_is_no_workbook_and_a_workbook_with_a_broken_part(tmp_path: Path) -> None:
    import zipfile

    archive = BytesIO()
    with zipfile.ZipFile(archive, "w") as packed:
        packed.writestr("word/document.xml", "<a/>")
    (fault,) = faults_of(archive.getvalue(), tmp_path)
    assert "is an archive but not an Excel workbook" in fault

    broken = BytesIO()
    with zipfile.ZipFile(BytesIO(content_of())) as good, zipfile.ZipFile(broken, "w") as packed:
        for entry in good.namelist():
            content = b"<worksheet" if entry.endswith("sheet1.xml") else good.read(entry)
            packed.writestr(entry, content)
    (fault,) = faults_of(broken.getvalue(), tmp_path)
    assert "cannot be read as a workbook" in fault


def test_messages_differ_from_each_other(tmp_path: Path) -> None:
    messages = [expected for _, expected in SPOILT.values()] + [expected for _, _, expected in FILES.values()]
    assert len(set(messages)) == len(messages)


def test_a_workbook_is_known_by_its_content_and_not_by_its_name(tmp_path: Path) -> None:
    assert faults_of(content_of(), tmp_path, "programme.data") == []


def test_columns_in_any_order_lists_with_commas_and_a_lone_section_without_number(tmp_path: Path) -> None:
    def reorder(book: Any) -> None:
        page = book["sections"]
        rows = [[cell.value for cell in row] for row in page.iter_rows()]
        for number, row in enumerate(rows, 1):
            for column, value in enumerate(reversed(row), 1):
                page.cell(number, column).value = value
        for row in range(2, 5):
            at(book, "points", "section", row).value = None
            at(book, "points", "key", row).value = None
        at(book, "sections", "number").value = None
        at(book, "measures", "economies").value = "KAZ, CHN"
        at(book, "projects", "opening").value = "2027"

    assert faults_of(spoilt(reorder), tmp_path) == []
    (tmp_path / "test.toml").write_text(GOOD)
    assert check_file(tmp_path / "test.xlsx", AROUND)[0] == check_file(tmp_path / "test.toml", AROUND)[0]


def test_every_choice_has_its_drop_down_list_and_every_header_its_note(tmp_path: Path) -> None:
    book = load_workbook(BytesIO(write_workbook(tomllib.loads(GOOD), list(kinds()))))
    assert book.sheetnames[: len(SHEETS)] == [sheet.name for sheet in SHEETS]
    for sheet in SHEETS:
        page = book[sheet.name]
        listed = {str(area) for rule in page.data_validations.dataValidation for area in rule.sqref.ranges}
        for cell in page[1]:
            assert cell.comment is not None, (sheet.name, cell.value)
            assert cell.comment.text.strip(), (sheet.name, cell.value)
            name = str(cell.value)
            if name in (
                "kind",
                "status",
                "role",
                "effect",
                "instrument",
                "fuel",
                "corridor",
            ) or name.endswith(".flag"):
                assert f"{cell.column_letter}2:{cell.column_letter}500" in listed, (sheet.name, name)


def test_evidence_stands_beside_every_figure(tmp_path: Path) -> None:
    page = load_workbook(BytesIO(content_of()))["projects"]
    headers = [str(cell.value) for cell in page[1]]
    first = headers.index("capex [US$ m]")
    parts = ("low", "high", "year", "price_year", "source", "address", "read_on", "flag", "note")
    assert headers[first + 1 : first + 10] == [f"capex.{part}" for part in parts]
    assert page.cell(2, first + 6).value == "a paper"


VALUES = st.one_of(
    st.none(), st.booleans(), st.integers(-(10**6), 10**6), st.floats(allow_nan=False, allow_infinity=False),
    st.datetimes(datetime(1901, 1, 1), datetime(2300, 1, 1)), st.just(time(1, 2)), st.just(timedelta(3)),
    st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=8).filter(lambda text: not text.startswith("=")),
    st.sampled_from(["[1, 2]", '["a", 3]', '"x"', "{}", "KAZ = 1", "line", "points", "2027", "<fill in>", "a.b.c [x]"]),
)  # fmt: skip


@given(
    st.lists(st.tuples(st.sampled_from(SHEETS), st.integers(1, 5), st.integers(1, 40), VALUES), max_size=6)
)
@settings(max_examples=15, deadline=None, phases=[Phase.explicit, Phase.reuse, Phase.generate])
def test_nothing_but_faults_comes_of_whatever_stands_in_the_cells(
    changes: list[tuple[Sheet, int, int, Any]],
) -> None:
    """Any values in any cells, headers too: a programme or faults, and no other error."""

    def spoil(book: Any) -> None:
        for sheet, row, column, value in changes:
            book[sheet.name].cell(row, column).value = value

    faults = FaultList()
    tables, places = parse_workbook(spoilt(spoil), "test.xlsx", faults)
    programme, faults = check_tables(tables, places, AROUND, faults) if tables else (None, faults)
    assert (programme is None) == bool(faults)
