"""Sheets of a workbook whose rows have names and whose columns are years, and addresses of their cells."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from samarkand.priorities.finance.debt_inputs import HISTORY

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

LEFT = 2  # columns before the first year: name, note
BEFORE = HISTORY + 1  # years of data in front of the projection
Cell = Callable[[int], str | float | None]


@dataclass
class Sheet:
    """A sheet whose rows have names and whose columns are years."""

    page: Worksheet
    years: tuple[int, ...]
    rows: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for k, year in enumerate(self.years):
            self.page.cell(1, LEFT + 1 + k, year)

    def add(self, name: str, cell: Cell, years: Iterable[int], note: str = "") -> None:
        """A row: `cell` of each number of a year, 0 for the first of the projection."""
        row = self.rows[name] = len(self.rows) + 2
        self.page.cell(row, 1, name)
        self.page.cell(row, 2, note or None)
        for k in years:
            self.page[f"{column(k)}{row}"] = cell(k)

    def at(self, name: str, k: int) -> str:
        """Address of a cell from other sheets."""
        return f"{quoted(self.page.title)}!{column(k)}${self.rows[name]}"

    def span(self, name: str, first: int, last: int) -> str:
        """Address of a part of a row from other sheets."""
        row = self.rows[name]
        return f"{quoted(self.page.title)}!{column(first)}${row}:{column(last)}${row}"


def column(k: int) -> str:
    """Letters of the column of a year."""
    from openpyxl.utils import get_column_letter

    return str(get_column_letter(LEFT + 1 + BEFORE + k))


def quoted(title: str) -> str:
    """A sheet's name as formulas have it."""
    return f"'{title}'"
