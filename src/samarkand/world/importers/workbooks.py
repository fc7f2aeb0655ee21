"""Sheets of Excel workbooks (.xlsx) as tables of text, for publishers who give their tables so."""

from __future__ import annotations

import zipfile
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from samarkand.core.faults import FaultList, did_you_mean
from samarkand.world.importers.tables import BROKEN, FETCH_AGAIN, check_file

if TYPE_CHECKING:
    import pandas as pd

LARGEST_UNPACKED = 1_000_000_000  # bytes; the World Economic Outlook has 60 million
_HEADERS_WITHIN = 12  # rows from the top in which a header may stand


def is_workbook(path: Path) -> bool:
    """Whether a file is an Excel workbook of the present form."""
    try:
        if not path.is_file() or not zipfile.is_zipfile(path):
            return False
        with zipfile.ZipFile(path) as archive:
            return "[Content_Types].xml" in archive.namelist()
    except BROKEN:
        return False


def read_sheet(path: Path, faults: FaultList, needed: Sequence[str]) -> pd.DataFrame | None:
    """The first sheet that has all columns `needed`, its cells as text, index = row of the sheet; None with a fault."""
    if not check_file(path, faults):
        return None
    try:
        return _read_sheet(path, faults, needed)
    except Exception:  # openpyxl raises whatever zip, XML or its own reading meets in a damaged file
        faults.add(str(path), "is not an Excel workbook (.xlsx), or is damaged", FETCH_AGAIN)
        return None


def _read_sheet(path: Path, faults: FaultList, needed: Sequence[str]) -> pd.DataFrame | None:
    import pandas as pd
    from openpyxl import load_workbook

    with zipfile.ZipFile(path) as archive:
        grown = sum(info.file_size for info in archive.infolist())
    if grown > LARGEST_UNPACKED:
        faults.add(str(path), f"would grow to {grown:,} bytes: no table of a publisher does", FETCH_AGAIN)
        return None
    with path.open("rb") as stream:
        book = load_workbook(stream, read_only=True, data_only=True)
        seen: list[str] = []
        for name in book.sheetnames:
            header: list[str] = []
            rows: list[list[str]] = []
            numbers: list[int] = []
            sheet = book[name]
            if hasattr(
                sheet, "reset_dimensions"
            ):  # a stray cell far out would fill all rows up to its column
                sheet.reset_dimensions()
            elif not hasattr(sheet, "iter_rows"):  # a chart
                continue
            for number, cells in enumerate(sheet.iter_rows(values_only=True), 1):
                text = [_text(cell) for cell in cells]
                if header:
                    if any(text):
                        rows.append((text + [""] * len(header))[: len(header)])
                        numbers.append(number)
                elif set(needed) <= set(text):
                    header = text
                elif number > _HEADERS_WITHIN:
                    break
                else:
                    seen += [word for word in text if word]
            if header and not rows:
                faults.add(f"{path}, sheet {name}", "has a header and no rows", FETCH_AGAIN)
                return None
            if header:
                kept = [k for k, word in enumerate(header) if word]
                names = [header[k] for k in kept]
                if len(set(names)) < len(names):
                    faults.add(f"{path}, sheet {name}", "names a column twice", "Keep one of the two.")
                    return None
                return pd.DataFrame(
                    [[row[k] for k in kept] for row in rows], index=numbers, columns=names, dtype=str
                )
    missing = ", ".join(map(repr, needed))
    faults.add(str(path), f"has no sheet with the columns {missing}", did_you_mean(needed[0], _words(seen)))
    return None


def _words(seen: Iterable[str]) -> list[str]:
    return [word for word in seen if len(word) < 60]


def _text(cell: object) -> str:
    """A cell as a table of text would have it: whole numbers without decimals, days as days."""
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    return cell.isoformat() if isinstance(cell, datetime | date) else str(cell).strip()
