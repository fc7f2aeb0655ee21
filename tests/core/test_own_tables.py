"""Small tables that users give: cells with their lines, any of three delimiters, and all that is wrong at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from samarkand.core.faults import FaultList
from samarkand.core.own_tables import read_own_table

NEEDED = ("economy", "year")


def read(path: Path, text: str | bytes, optional: tuple[str, ...] | None = None):
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    faults = FaultList()
    return read_own_table(path, NEEDED, faults, optional), [str(fault) for fault in faults]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_columns_stand_apart_by_what_the_header_holds_most_of(tmp_path, delimiter):
    text = f"# a note\n\neconomy{delimiter} year \nKGZ{delimiter}2030\n# another\nKAZ{delimiter}2031\n"
    table, faults = read(tmp_path / "a.csv", "\ufeff" + text)
    assert not faults
    assert table.columns == ("economy", "year")
    assert [(row.line, row.cells["economy"], row.cells["year"]) for row in table.rows] == [
        (4, "KGZ", "2030"), (6, "KAZ", "2031"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "header: has no column economy, year: the file has no rows"),
        ("economy,year\n", "has no rows"),
        ("economy\nKGZ\n", "has no column year"),
        ("economy,year,year\nKGZ,1,2\n", "names a column twice: year"),
        ("economy,year,why\nKGZ,1,2\n", "has the column 'why'"),
        ("economy,year\nKGZ,1,2\nKAZ,1\n", "line 2: has 3 cells, the header 2"),
        ('economy,year\nKAZ,1\n"KGZ,1\nUZB,2\n', "line 3: cannot be read"),
        (b"economy,year\nC\xf4te,1\n", "is not UTF-8 text"),
    ],
)
def test_what_is_wrong_has_its_place(tmp_path, text, said):
    _, faults = read(tmp_path / "a.csv", text, ("source",))
    assert any(said in one for one in faults), faults


def test_a_good_row_beside_a_bad_one_is_kept_and_any_column_may_come_where_none_is_declared(tmp_path):
    table, faults = read(tmp_path / "a.csv", "economy,year,gdp\nKGZ,1\nKAZ,2,3\n")
    assert [row.cells for row in table.rows] == [{"economy": "KAZ", "year": "2", "gdp": "3"}]
    assert len(faults) == 1


def test_a_file_that_is_not_there_and_a_folder_are_faults(tmp_path):
    faults = FaultList()
    read_own_table(tmp_path / "none.csv", NEEDED, faults)
    read_own_table(tmp_path, NEEDED, faults, place="--terms")
    assert ["is not there" in str(one) or "cannot be read" in str(one) for one in faults] == [True, True]
    assert [fault.place for fault in faults][1] == "--terms"
