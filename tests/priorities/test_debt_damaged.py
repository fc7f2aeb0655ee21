"""Damaged files of debt and of the World Bank's answers are faults with their lines, and take no memory."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from samarkand.core.faults import Faults
from samarkand.priorities.finance.debt_ids import read_ids
from samarkand.priorities.finance.debt_reading import read_macro
from samarkand.world.importers.world_bank import check_pages


def test_a_quote_that_is_not_closed_is_a_fault_of_the_path(tmp_path: Path) -> None:
    path = tmp_path / "macro.csv"
    path.write_text('economy,year,"gdp\nKGZ,2024,1\nKGZ,2025,1\n', encoding="utf-8")
    with pytest.raises(Faults):
        read_macro(path)


def test_a_cell_without_end_is_a_fault_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "ids.csv"
    long = "x" * 200_000
    path.write_text(f'Country Code,Series Code,2022\nKGZ,"{long}\nKGZ,DT.DOD.DPPG.CD,1\n', encoding="utf-8")
    with pytest.raises(Faults, match=r"line 2: cannot be read"):
        read_ids(path, "KGZ")


def test_an_answer_of_a_thousand_million_pages_names_eight_that_are_missing() -> None:
    said: list[str] = []
    task: Any = SimpleNamespace(fault=lambda place, reason, remedy: said.append(reason))
    page: Any = SimpleNamespace(query="q", number=1, pages=10**9, path="answer.json")
    check_pages(task, [page])
    assert said == ["is page 1 of 1000000000: 2, 3, 4, 5, 6, 7, 8, 9 and more missing"]
