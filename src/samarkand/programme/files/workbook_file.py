"""From the bytes of an Excel workbook to the cells of its sheets, or to faults about the file as a whole."""

from __future__ import annotations

import warnings
import zipfile
from datetime import date, datetime
from io import BytesIO
from typing import Any

from samarkand.core.faults import FaultList, did_you_mean
from samarkand.programme.files.sheets import CHOICES, EXPLANATIONS, SHEETS

ZIP, OLD_FORMAT = b"PK", bytes.fromhex("d0cf11e0a1b11ae1")  # how workbooks of Excel begin: .xlsx, .xls
LARGEST_UNPACKED = 300_000_000  # bytes
MOST_ROWS, MOST_COLUMNS, MOST_CELLS = 20_000, 2_000, 3_000_000


class Page:
    """A sheet as it was read: its header, and its rows that hold anything."""

    def __init__(self, name: str, sheet: Any, formulas: Any, faults: FaultList) -> None:
        from openpyxl.utils import get_column_letter

        self.name = name
        self.letter = get_column_letter
        self.headers: dict[int, str] = {}
        self.rows: list[tuple[int, dict[int, Any]]] = []
        merged = [str(area) for area in sheet.merged_cells.ranges]
        if merged:
            faults.add(
                f"sheet {name}, cells {', '.join(sorted(merged)[:5])}",
                "are merged",
                "Unmerge them: every row and every column stands for itself.",
            )
        if not _is_readable(sheet):
            faults.add(
                f"sheet {name}",
                f"reaches to row {sheet.max_row:,} and column {self.letter(sheet.max_column)}",
                f"Delete what is not used: {MOST_ROWS:,} rows and {MOST_COLUMNS:,} columns are read at most.",
            )
            return
        for row in sheet.iter_rows():
            cells = {
                cell.column: value
                for cell in row
                if (value := self._value(cell, formulas[cell.coordinate], faults)) is not None
            }
            if row and row[0].row == 1:
                self.headers = {number: str(value) for number, value in cells.items()}
            elif cells:
                self.rows.append((row[0].row, cells))

    def place(self, row: int, column: int | None = None) -> str:
        """Where a cell or row is, for a reader."""
        if column is None:
            return f"sheet {self.name}, row {row}"
        header = self.headers.get(column, "").partition(" [")[0] if row > 1 else ""
        named = f" ({header})" if header else ""
        return f"sheet {self.name}, row {row}, column {self.letter(column)}{named}"

    def _value(self, cell: Any, formula: Any, faults: FaultList) -> Any:
        """Content of a cell; None where it is empty, or where it is a fault."""
        value = cell.value
        where = self.place(cell.row, cell.column)
        if cell.data_type == "e":
            faults.add(where, f"holds the error {value}", "Correct the formula, or write the value itself.")
            return None
        if value is None and formula.data_type == "f":
            faults.add(
                where,
                "is a formula without a result",
                "Open the workbook in Excel and save it, or write the value itself.",
            )
            return None
        if isinstance(value, str) and not value.strip():
            return None
        if isinstance(value, datetime):
            return value.date()
        return value


def _is_readable(sheet: Any) -> bool:
    """Whether a sheet is small enough: a stray cell far out would make it a table of a thousand million cells."""
    rows, across = sheet.max_row, sheet.max_column
    return bool(rows <= MOST_ROWS and across <= MOST_COLUMNS and rows * across <= MOST_CELLS)


def _has_formula(sheet: Any) -> bool:
    return _is_readable(sheet) and any(cell.data_type == "f" for row in sheet.iter_rows() for cell in row)


def read_pages(content: bytes, place: str, faults: FaultList) -> dict[str, Page]:
    """The sheets of a programme by name; empty, with faults, where the file is none."""
    if not content:
        faults.add(place, "is empty", "Begin with `samarkand programme new NAME --excel`.")
        return {}
    if content.startswith(OLD_FORMAT):  # of .xls, and of workbooks with a password
        if "EncryptedPackage".encode("utf-16-le") in content:
            faults.add(place, "is protected with a password", "Save it without one.")
        else:
            faults.add(place, "is a workbook of the old format (.xls)", "Save it as .xlsx.")
        return {}
    books = _books(content, place, faults)
    if books is None:
        return {}
    names = books[0].sheetnames
    pages: dict[str, Page] = {}
    for sheet in SHEETS:
        if sheet.name in names:
            pages[sheet.name] = Page(sheet.name, books[0][sheet.name], books[1][sheet.name], faults)
        else:
            ours = {*(one.name for one in SHEETS), EXPLANATIONS, CHOICES}
            others = [name for name in names if name not in ours]
            mend = did_you_mean(sheet.name, others) if others else ""
            if sheet.optional and not mend.startswith("Did you mean"):
                continue
            mend = (
                mend if mend.startswith("Did you mean") else "Add it; it may stay empty but for its header."
            )
            faults.add(place, f"has no sheet {sheet.name}", mend)
    return pages


def _books(content: bytes, place: str, faults: FaultList) -> tuple[Any, Any] | None:
    """The workbook with results of formulas, and with the formulas; None, with a fault, where it is none."""
    from openpyxl import load_workbook

    try:
        with zipfile.ZipFile(BytesIO(content)) as packed:
            inside = {entry.filename: entry.file_size for entry in packed.infolist()}
    except (zipfile.BadZipFile, OSError, ValueError, EOFError):
        cut = content.startswith(ZIP)
        faults.add(
            place,
            "is cut off or damaged: its end is missing" if cut else "is not an Excel workbook",
            "Fetch or save it again." if cut else "Give an .xlsx file or a TOML file.",
        )
        return None
    if "[Content_Types].xml" not in inside or not any(name.startswith("xl/") for name in inside):
        faults.add(place, "is an archive but not an Excel workbook", "Save the workbook as .xlsx.")
        return None
    if sum(inside.values()) > LARGEST_UNPACKED:
        faults.add(place, "is too large when unpacked", f"At most {LARGEST_UNPACKED:,} bytes are read.")
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of features that do not matter here, such as pictures
            formulas = load_workbook(BytesIO(content))
            if not any(_has_formula(sheet) for sheet in formulas.worksheets):
                return formulas, formulas
            return load_workbook(BytesIO(content), data_only=True), formulas
    except Exception as error:  # whatever a damaged part of a workbook makes the library raise
        reason = " ".join(str(error).split())[:120]
        reason = "a part of it is damaged" if not reason or "<" in reason else reason  # words for programmers
        faults.add(place, f"cannot be read as a workbook: {reason}", "Open it in Excel and save it again.")
        return None


def serial_year(day: date) -> int | None:
    """The year that was typed into a cell formatted as a day: Excel shows 2027 as 19 July 1905."""
    number = (day - date(1899, 12, 30)).days
    return number if 1900 <= number <= 2200 else None
