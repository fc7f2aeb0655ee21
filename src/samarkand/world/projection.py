"""A projection of economies: how large each one is in a later year, from a file that the user gives.

None is embedded. The file is CSV with one row an economy and year, growth of real GDP as a fraction of the year
before, every figure with its source; `economy,year,gdp_growth_rate,source,address,read_on,flag,grade`. Levels in
money scale with it, the structure of the world stays that of the accounts.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import get_args

from pydantic import BaseModel, ConfigDict, ValidationError

from samarkand.core.conventions import BASE_YEAR
from samarkand.core.evidence import Evidence, Flag, Grade
from samarkand.core.faults import FaultList, did_you_mean
from samarkand.core.hashing import content_hash
from samarkand.core.own_tables import read_own_table

REQUIRED = ("economy", "year", "gdp_growth_rate", "source")
OPTIONAL = ("address", "read_on", "flag", "grade")


class GrowthRow(BaseModel):
    """A row of the file: growth of real GDP of an economy in a year, and what it rests on."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    economy: str
    year: int
    gdp_growth_rate: float
    source: str
    address: str = ""
    read_on: date | None = None
    flag: Flag = "recalled"
    grade: Grade = "estimated"

    def evidence(self) -> Evidence:
        """The row as evidence."""
        return Evidence(
            value=self.gdp_growth_rate, unit="fraction", year=self.year, source=self.source,
            address=self.address, read_on=self.read_on, flag=self.flag,
        )  # fmt: skip


@dataclass(frozen=True)
class Projection:
    """Growth by economy and year; `name` is for readers only."""

    name: str
    rows: tuple[GrowthRow, ...]

    @cached_property
    def growth(self) -> Mapping[str, Mapping[int, GrowthRow]]:
        """Rows by economy and year."""
        found: dict[str, dict[int, GrowthRow]] = {}
        for row in self.rows:
            found.setdefault(row.economy, {})[row.year] = row
        return found

    @property
    def economies(self) -> tuple[str, ...]:
        """Economies that are projected; the others stay at the size of the accounts."""
        return tuple(self.growth)

    def size(self, economy: str, year: int) -> float:
        """`product over years y of (1 + growth[y])` from the year after the accounts; 1 where not projected."""
        growth = self.growth.get(economy)
        if growth is None:
            return 1.0
        return math.prod(1.0 + growth[y].gdp_growth_rate for y in range(BASE_YEAR + 1, year + 1))

    @cached_property
    def hash(self) -> str:
        """Content hash of the figures."""
        return content_hash(sorted((row.economy, row.year, row.gdp_growth_rate) for row in self.rows))


def load_projection(path: Path | str, economies: Sequence[str], last_year: int) -> Projection:
    """A projection from a CSV file for some of `economies`, every year from 2023 to `last_year`.

    Raises `Faults` with everything that is wrong with the file.
    """
    path = Path(path)
    faults = FaultList()
    rows = read_own_table(path, REQUIRED, faults, OPTIONAL, f"--projection {path}").rows
    faults.raise_if_any()
    good: dict[tuple[str, int], GrowthRow] = {}
    for line, cells in rows:
        row = _row(f"{path}, line {line}", cells, economies, faults)
        if row is None:
            continue
        if (row.economy, row.year) in good:
            faults.add(
                f"{path}, line {line}", f"{row.economy} {row.year} is there twice", "Leave one of them."
            )
        good[row.economy, row.year] = row
    if not faults:
        for economy in dict.fromkeys(code for code, _ in good):
            gaps = [y for y in range(BASE_YEAR + 1, last_year + 1) if (economy, y) not in good]
            if gaps:
                faults.add(
                    f"{path}, {economy}",
                    f"has no growth for {_spans(gaps)}",
                    f"Give every year from {BASE_YEAR + 1} to {last_year}: nothing is filled in between.",
                )
    faults.raise_if_any()
    return Projection(path.name, tuple(good[key] for key in sorted(good)))


def _row(
    place: str, cells: Mapping[str, str], economies: Sequence[str], faults: FaultList
) -> GrowthRow | None:
    given = {key: cell for key, cell in cells.items() if cell}
    try:
        row = GrowthRow.model_validate(given)
        row.evidence()
    except ValidationError as error:
        for detail in error.errors():
            what = str(detail["loc"][0]) if detail["loc"] else "row"
            faults.add(place, *_words(what, given.get(what, ""), detail["msg"]))
        return None
    sound = True
    if row.economy not in economies:
        faults.add(
            place, f"{row.economy} is not an economy of the accounts", did_you_mean(row.economy, economies)
        )
        sound = False
    if row.year <= BASE_YEAR:
        faults.add(place, f"{row.year} is not after {BASE_YEAR}", f"Begin with {BASE_YEAR + 1}.")
        sound = False
    if not -1 < row.gdp_growth_rate < 1:
        faults.add(
            place,
            f"growth of {row.gdp_growth_rate:g} is out of range",
            "Give a fraction: 0.03 is three per cent.",
        )
        sound = False
    return row if sound else None


def _words(what: str, cell: str, message: str) -> tuple[str, str]:
    """Reason and remedy of a cell that pydantic refused."""
    choices = {"flag": get_args(Flag), "grade": get_args(Grade)}
    if what == "row":
        return message.removeprefix("Value error, "), "Complete the row."
    if not cell:
        return f"has no {what}", f"Fill in {what}."
    if what in choices:
        return f"{what} {cell!r} is not known", did_you_mean(cell, choices[what])
    kind = {"year": "a year", "gdp_growth_rate": "a number", "read_on": "a date like 2026-11-24"}
    return f"{what} {cell!r} is not {kind.get(what, 'right')}", f"Write {kind.get(what, 'it out')}."


def _spans(years: Sequence[int]) -> str:
    """`2023, 2025 to 2030`."""
    spans: list[list[int]] = []
    for year in years:
        if spans and year == spans[-1][-1] + 1:
            spans[-1][-1] = year
        else:
            spans.append([year, year])
    return ", ".join(str(a) if a == b else f"{a} to {b}" for a, b in spans)
