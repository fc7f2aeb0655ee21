"""Layouts of lists and their words: `layouts.csv`, `words.csv`, and a mapping of one's own."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from functools import cache
from pathlib import Path
from typing import Literal, get_args

from pydantic import BaseModel, ConfigDict

from samarkand.core.declarations import read_rows
from samarkand.core.faults import FaultList, did_you_mean
from samarkand.core.own_tables import read_own_table
from samarkand.programme.model.kinds import attributes, kinds
from samarkand.world.economies.naming import plain

Key = Literal[
    "record", "title", "description", "kind", "sector", "economy", "status", "capex", "amount", "share", "instrument",
    "financier", "party", "interest_rate", "maturity", "grace", "construction_start", "opening", "latitude",
    "longitude", "place", "source",
]  # fmt: skip
KEYS: tuple[Key, ...] = get_args(Key)
FORMS = ("", "US$", "US$ m", "US$ bn", "per cent", "mdy", "dmy", "|", ";")
HEADER = ("column", "key", "form")


class Mapped(BaseModel):
    """A column of a list: the key that it means, and how its cells are written."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    layout: str = ""
    column: str
    key: Key
    form: str = ""
    must: str = ""


class Said(BaseModel):
    """A row of `words.csv`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    key: str
    said: str
    means: str
    further: str = ""
    value: str = ""


@cache
def layouts() -> dict[str, tuple[Mapped, ...]]:
    """The declared layouts by name."""
    found: dict[str, list[Mapped]] = {}
    for row in read_rows(__package__, "layouts.csv", Mapped):
        found.setdefault(row.layout, []).append(row)
    return {name: tuple(rows) for name, rows in found.items()}


@cache
def said() -> tuple[Said, ...]:
    """The declared words of lists."""
    return read_rows(__package__, "words.csv", Said)


def layout_of(columns: Collection[str]) -> tuple[Mapped, ...]:
    """The layout whose columns a file has; nothing where it is of none that is declared."""
    for rows in layouts().values():
        if {row.column for row in rows if row.must} <= set(columns):
            return rows
    return ()


def word_for(key: str, cell: str) -> str | None:
    """The word of a programme file that a cell means, or is already."""
    word = plain(cell)
    level = attributes("financing" if key == "instrument" else "item")
    if word.replace(" ", "_") in level[key].choices:
        return word.replace(" ", "_")
    return next((row.means for row in said() if row.key == key and row.said == word), None)


def kind_for(*cells: str) -> tuple[str | None, dict[str, str]]:
    """The kind that sector and title say, and what else they say of it; None where they say none."""
    for cell in cells:
        if plain(cell).replace(" ", "_") in kinds():
            return plain(cell).replace(" ", "_"), {}
    text = f" {plain(' '.join(cells))} "
    for row in said():
        if row.key == "kind" and re.search(rf" {re.escape(row.said)}s? ", text):
            return row.means, {row.further: row.value} if row.further else {}
    return None, {}


def read_mapping(path: Path, faults: FaultList) -> tuple[Mapped, ...]:
    """A mapping of one's own: a CSV with the columns `column,key,form`, one row a column of the list."""
    found = []
    for line, row in read_own_table(path, HEADER, faults, (), path.name).rows:
        place = f"{path.name}, line {line}"
        column, key, form = (row[name] for name in HEADER)
        if not column:
            faults.add(place, "names no column", "Write the column of the list as its header has it.")
        elif key not in KEYS:
            faults.add(place, f"{key!r} is no key of a list", did_you_mean(key, KEYS))
        elif form not in FORMS:
            faults.add(place, f"{form!r} is no form", did_you_mean(form, [one for one in FORMS if one]))
        else:
            found.append(Mapped(column=column, key=key, form=form))
    return tuple(found)


def by_key(mapping: Sequence[Mapped], key: Key) -> tuple[Mapped, ...]:
    """The columns of a key, in their order."""
    return tuple(row for row in mapping if row.key == key)
