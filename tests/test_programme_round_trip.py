"""A programme written as TOML or as a workbook and read again is the same programme; nothing of it is lost."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from programme_strategies import programmes
from samarkand.core.faults import FaultList, Faults
from samarkand.programme.files.checks import Surroundings, check_file, check_tables
from samarkand.programme.files.sheets import decode_list, decode_text, encode_list, encode_text
from samarkand.programme.files.tables import to_tables
from samarkand.programme.files.toml_reading import parse_toml
from samarkand.programme.files.toml_writing import to_toml
from samarkand.programme.files.workbook_reading import parse_workbook
from samarkand.programme.files.workbook_writing import LONGEST_CELL, workbook_of
from samarkand.programme.library import find_programme, shipped_programmes
from samarkand.programme.model.models import Party, Programme

# A workbook takes half a second: to make a failing case smaller would take minutes.
PHASES = [Phase.explicit, Phase.reuse, Phase.generate]
SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]


def read_toml(text: str) -> Programme:
    faults = FaultList()
    programme, faults = check_tables(*parse_toml(text.encode(), "test.toml", faults), Surroundings(), faults)
    assert programme is not None, [str(fault) for fault in faults]
    return programme


def read_workbook(content: bytes) -> Programme:
    faults = FaultList()
    programme, faults = check_tables(*parse_workbook(content, "test.xlsx", faults), Surroundings(), faults)
    assert programme is not None, [str(fault) for fault in faults]
    return programme


@given(programmes())
@settings(max_examples=60, deadline=None, suppress_health_check=SLOW)
def test_toml_and_back(programme: Programme) -> None:
    assert read_toml(to_toml(programme)) == programme


@given(programmes())
@settings(max_examples=15, deadline=None, phases=PHASES, suppress_health_check=SLOW)
def test_toml_model_excel_model_toml(programme: Programme) -> None:
    again = read_workbook(workbook_of(programme))
    assert again == programme
    assert again.content_hash == programme.content_hash
    assert to_toml(again) == to_toml(programme)


@pytest.mark.parametrize("name", shipped_programmes())
def test_shipped_programmes_lose_nothing(name: str, tmp_path: Path) -> None:
    programme, _ = check_file(find_programme(name), Surroundings())
    assert programme is not None
    assert read_toml(to_toml(programme)) == programme
    path = tmp_path / "programme.xlsx"
    path.write_bytes(workbook_of(programme))
    again, faults = check_file(path, Surroundings())
    assert again == programme, list(faults)
    assert to_toml(again) == to_toml(programme)
    # Tables hold all that the file held: not only what the model kept.
    tables, _ = parse_toml(find_programme(name).read_bytes(), name, FaultList())
    assert read_toml(to_toml(programme)) == check_tables(tables, {}, Surroundings(), FaultList())[0]


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_cells_keep_every_text(text: str) -> None:
    cell = encode_text(text)
    assert decode_text(cell) == text
    assert cell
    assert not cell.startswith(("=", "#"))  # no formula and no error


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]))))
def test_cells_keep_every_list(words: list[str]) -> None:
    assert decode_list(encode_list(words), also_commas=False) == words


def test_defaults_are_left_out() -> None:
    """Tables are what an author would write, without empty texts and lists."""
    programme = Programme(id="a", title="A", parties=(Party(id="b", name="B"),))
    assert to_tables(programme) == {
        "programme": {"id": "a", "title": "A"},
        "party": [{"id": "b", "name": "B"}],
    }


def test_a_text_too_long_for_a_cell_is_a_fault_with_its_place() -> None:
    programme = Programme(id="a", title="A", description="x" * (LONGEST_CELL + 1))
    with pytest.raises(Faults, match=r"sheet programme, row 2, column description: has 32,768 characters"):
        workbook_of(programme)
