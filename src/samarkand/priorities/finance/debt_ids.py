"""An economy's public external debt as published: the International Debt Statistics of the World Bank.

The bulk file or DataBank's, CSV with a column a year, or the answer of the API for the source of debt statistics, JSON;
of all creditors together. The layouts are those of docs/debt.md.
Payments of years after the last that has debt at its end are scheduled: what is contracted already.
"""

from __future__ import annotations

import codecs
import csv
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path

import numpy as np
from pydantic import BaseModel, ConfigDict

from samarkand.core.declarations import read_table
from samarkand.core.faults import FaultList, did_you_mean
from samarkand.priorities.finance.debt_macro import HERE, Economy
from samarkand.priorities.finance.loan_layouts import quiet
from samarkand.world.importers.pages import Page
from samarkand.world.importers.tables import FETCH_AGAIN, Step

COLUMNS = ("Country Code", "Series Code")
CREDITOR, ALL = "Counterpart-Area Code", "WLD"
YEAR = re.compile(r"(\d{4})(?: \[YR\d{4}\])?")
UNKNOWN = ("", "..")
MILLION = 1e6


class IdsRow(BaseModel):
    """A series that is read."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    code: str
    name: str
    fills: str = ""
    description: str


@cache
def ids_rows() -> dict[str, IdsRow]:
    """Declared series by code."""
    return {row.code: row for row in read_table(HERE, "debt_ids.csv", IdsRow)}


@dataclass(frozen=True)
class Published:
    """Series by name and year in US$ m; `last` is the last year of data."""

    values: Mapping[str, Mapping[int, float]]
    last: int

    def of(self, name: str, year: int) -> float:
        """A value, NaN where there is none."""
        return self.values.get(name, {}).get(year, math.nan)

    @property
    def years(self) -> tuple[int, ...]:
        """The last ten years of data, and all with payments to come."""
        ahead = [year for year, value in self.values.get("service", {}).items() if year > self.last and value]
        return (*range(self.last - 9, self.last + 1), *sorted(ahead))

    def fill(self, economy: Economy) -> Economy:
        """An economy with these figures in years of data where it has none."""
        first, last = economy.years[0], economy.years[-1]
        values = dict(economy.values)
        for row in ids_rows().values():
            if row.fills:
                mine = economy.of(row.fills, first, last)
                years = range(first, last + 1)
                known = [
                    self.of(row.name, year) if year <= self.last and year < economy.first else math.nan
                    for year in years
                ]
                values[row.fills] = np.where(np.isnan(mine), known, mine)
        return replace(economy, values=values)

    def shortfalls(self, economy: Economy) -> tuple[int, ...]:
        """Years ahead whose service in the path is below what is contracted already."""
        return tuple(
            year
            for year in economy.projection
            if year > self.last
            and float(economy.of("service_external", year, year)[0]) < self.of("service", year) * (1 - 1e-9)
        )


def read_ids(path: Path, code: str) -> Published:
    """The published debt of an economy. Raises `Faults` with all that is wrong in its rows."""
    faults = FaultList()
    read = _of_answers if _is_json(path) else _of_table
    found = read(path, code, faults)
    stocks = [year for year, value in found.get("debt", {}).items() if value > 0]
    if not stocks and not faults:
        reason = f"has no DT.DOD.DPPG.CD of {code}" if found else f"has no series of {code} that is read"
        wanted = ", ".join(ids_rows())
        faults.add(str(path), reason, f"Fetch {wanted} of {code} with World as the counterpart.")
    faults.raise_if_any()
    return Published(found, max(stocks))


def _is_json(path: Path) -> bool:
    """Whether a file begins as an answer of the API does."""
    try:
        with path.open("rb") as opened:
            return opened.read(64).removeprefix(codecs.BOM_UTF8).lstrip()[:1] in (b"[", b"{")
    except OSError:
        return False  # whoever reads it says why


@dataclass(frozen=True)
class _Notes:
    """What the reader of answers writes to."""

    faults: FaultList
    pages: list[Page] = field(default_factory=list)
    progress: Step = quiet

    def fault(self, place: str, reason: str, mend: str, /) -> None:
        """Note a fault."""
        self.faults.add(place, reason, mend)


def _of_answers(path: Path, code: str, faults: FaultList) -> dict[str, dict[int, float]]:
    """Series by name and year of an answer of the API, one or several in a list."""
    from samarkand.world.importers.world_bank import ALL_CREDITORS, answer_rows, check_pages

    notes = _Notes(faults)
    found: dict[str, dict[int, float]] = {}
    for row in answer_rows(path, notes):
        declared = ids_rows().get(row["series"])
        if declared is None or row["economy"] != code or row["counterpart"] not in ALL_CREDITORS:
            continue
        place = f"{path}, {declared.code}, {row['date']}"
        if not re.fullmatch(r"\d{4}", row["date"]):
            faults.add(place, "is no year", FETCH_AGAIN)
            continue
        mine = found.setdefault(declared.name, {})
        if int(row["date"]) in mine:
            faults.add(place, "stands there twice", "Keep one.")
        value = _amount(row["value"], place, faults)
        if value is not None:
            mine[int(row["date"])] = value
    check_pages(notes, notes.pages)
    return found


def _of_table(path: Path, code: str, faults: FaultList) -> dict[str, dict[int, float]]:
    """Series by name and year of a table with a column a year."""
    found: dict[str, dict[int, float]] = {}
    lines: dict[str, int] = {}
    for line, row in _rows(path, code, faults):
        declared = ids_rows().get(row["Series Code"].strip())
        if declared is None or row.get(CREDITOR, ALL).strip() != ALL:
            continue
        place = f"{path}, line {line}"
        if declared.name in lines:
            faults.add(
                place, f"{declared.code} of {code} stands in line {lines[declared.name]} too", "Keep one."
            )
            continue
        lines[declared.name] = line
        found[declared.name] = _values(row, f"{place}, {declared.code}", faults)
    return found


def _cells(line: bytes, encoding: str, place: str, faults: FaultList) -> list[str]:
    """The cells of a line; none where it cannot be read."""
    try:
        return next(csv.reader([line.decode(encoding, "replace")]), [])
    except csv.Error as error:
        faults.add(place, f"cannot be read: {error}", "Fetch the file again.")
        return []


def _rows(path: Path, code: str, faults: FaultList) -> Iterator[tuple[int, dict[str, str]]]:
    """Rows of an economy with their lines; the bulk file has a million of others."""
    try:
        raw = path.read_bytes()
    except OSError as error:
        faults.add(str(path), f"cannot be read: {error.strerror}", "Name the CSV file.")
        return
    encoding = "utf-8-sig" if _is_utf8(raw) else "cp1252"
    mark, head = code.encode(), None
    for number, line in enumerate(raw.splitlines(), 1):
        if head is None:
            names = [cell.strip() for cell in _cells(line, encoding, f"{path}, line {number}", faults)]
            if number > 6 or not set(COLUMNS) & set(names):
                continue
            missing = [name for name in COLUMNS if name not in names]
            if missing:
                faults.add(
                    f"{path}, line {number}",
                    f"has no column {', '.join(missing)}",
                    did_you_mean(missing[0], names),
                )
                return
            if not any(YEAR.fullmatch(name) for name in names):
                faults.add(f"{path}, line {number}", "has no column of a year", "Fetch a column a year.")
                return
            head = names
        elif mark in line:
            cells = _cells(line, encoding, f"{path}, line {number}", faults)
            row = dict(zip(head, cells, strict=False))
            if row.get("Country Code", "").strip() == code and "Series Code" in row:
                yield number, row
    if head is None:
        faults.add(str(path), "has no header with Country Code and Series Code", "Fetch it as CSV.")


def _is_utf8(raw: bytes) -> bool:
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _values(row: Mapping[str, str], place: str, faults: FaultList) -> dict[int, float]:
    """The figures of a row by year, in US$ m."""
    found = {}
    for name, cell in row.items():
        year = YEAR.fullmatch(name)
        if year is None or cell is None:
            continue
        value = _amount(cell, f"{place}, {year[1]}", faults)
        if value is not None:
            found[int(year[1])] = value
    return found


def _amount(cell: str, place: str, faults: FaultList) -> float | None:
    """An amount in US dollars in millions of them; None where there is none, and for a fault."""
    if cell.strip() in UNKNOWN:
        return None
    try:
        value = float(cell)
    except ValueError:
        value = math.nan
    if not (math.isfinite(value) and value >= 0):
        faults.add(place, f"{cell.strip()!r} is no amount in US dollars", "Fetch the file again.")
        return None
    return value / MILLION
