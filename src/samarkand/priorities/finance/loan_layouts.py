"""Layouts of loan lists: which column of a file is which key of a source of finance, and what its words mean.

Declared in `loan_layouts.csv` and `loan_words.csv`, or in a file of the user's own with the columns key, column, factor
and required.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from samarkand.core.declarations import read_rows
from samarkand.core.faults import Fault, FaultList, Faults, did_you_mean
from samarkand.world.importers.tables import read_chunks

OWN = "samarkand"


class LayoutRow(BaseModel):
    """A row of a layout: the column that holds a key, or `=` and what all rows have; `factor` of its numbers; whether
    the file must have it.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    layout: str = OWN
    key: str
    column: str
    factor: float = 1.0
    required: bool = False

    @property
    def fixed(self) -> str:
        """What all rows have, where the layout says it in place of a column: `=USD`."""
        return self.column[1:] if self.column.startswith("=") else ""


class WordRow(BaseModel):
    """A row of `loan_words.csv`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    layout: str
    key: str
    word: str
    meaning: str


@cache
def layouts() -> Mapping[str, tuple[LayoutRow, ...]]:
    """The declared layouts by name."""
    rows = read_rows(__package__, "loan_layouts.csv", LayoutRow)
    names = dict.fromkeys(row.layout for row in rows)
    return {name: tuple(row for row in rows if row.layout == name) for name in names}


@cache
def words() -> Mapping[tuple[str, str], Mapping[str, str]]:
    """By layout and key, what words mean."""
    found: dict[tuple[str, str], dict[str, str]] = {}
    for row in read_rows(__package__, "loan_words.csv", WordRow):
        found.setdefault((row.layout, row.key), {})[row.word] = row.meaning
    return found


def read_layout(named: str) -> tuple[LayoutRow, ...]:
    """A declared layout by name, or one of the user's own by its file. Raises `Faults`."""
    if named in layouts():
        return layouts()[named]
    path, faults = Path(named), FaultList()
    if not path.is_file():
        reason = "is neither a layout nor a file"
        raise Faults([Fault(f"--layout {named}", reason, did_you_mean(named, layouts()))])
    known = {row.key for row in layouts()[OWN]}
    found: list[LayoutRow] = []
    for chunk in read_chunks(path, faults, quiet, needed=("key", "column"), optional=("factor", "required")):
        for line, cells in zip(chunk.index, chunk.to_dict("records"), strict=True):
            key, factor = cells["key"].strip(), cells.get("factor", "").strip() or "1"
            if key not in known:
                faults.add(f"{path.name}, line {line}", f"unknown key {key!r}", did_you_mean(key, known))
            elif not re.fullmatch(r"[0-9.]+(e-?[0-9]+)?", factor):
                reason = f"the factor {factor!r} is no number"
                faults.add(f"{path.name}, line {line}", reason, "Write for instance 0.01.")
            else:
                needed = cells.get("required", "").strip().lower() in ("yes", "true", "1")
                column = cells["column"].strip()
                found.append(LayoutRow(key=key, column=column, factor=float(factor), required=needed))
    for key in sorted({row.key for row in layouts()[OWN] if row.required} - {row.key for row in found}):
        faults.add(path.name, f"names no column for {key}", "Add a row for it.")
    faults.raise_if_any()
    return tuple(found)


def quiet(*_: object, **__: object) -> None:
    """Nobody follows the reading of a small file."""
