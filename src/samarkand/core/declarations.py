"""Declarations: tables declare, code computes.

A declared table is a CSV file beside the code that uses it, one row a thing, checked row by row against a
frozen model. Defaults, checks, docs and labels are read from the same rows.
"""

from __future__ import annotations

import csv
from collections.abc import Hashable
from functools import cache
from importlib.resources import files
from typing import Annotated, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError

Row = TypeVar("Row", bound=BaseModel)


def _split(cell: object) -> object:
    return cell.split() if isinstance(cell, str) else cell


Words = Annotated[tuple[str, ...], BeforeValidator(_split)]  # a cell of words apart by spaces, in their order
WordSet = Annotated[frozenset[str], BeforeValidator(_split)]  # the same where the order says nothing


class Variable(BaseModel):
    """A variable of the world or an indicator: its name, dimensions, unit, meaning and source."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    dims: Words
    unit: str
    description: str
    source: str


def read_table(package: str, filename: str, model: type[Row]) -> tuple[Row, ...]:
    """Read a declared table of a package as frozen rows of `model`.

    Empty cells take the model's defaults; lines that begin with `#` are comments. Raises `ValueError` with
    file, line and reason: a broken table is our own fault, never the user's.
    """
    return _read_table(package, filename, model)  # type: ignore[return-value, unused-ignore]


def read_rows(package: str, filename: str, model: type[Row]) -> tuple[Row, ...]:
    """As `read_table`, for a table whose first column is no key: names may be repeated in it."""
    return _read_rows(package, filename, model)  # type: ignore[return-value, unused-ignore]


def read_header(package: str, filename: str) -> tuple[str, ...]:
    """The names of the columns of a declared table."""
    return tuple(next(csv.reader([line for _, line in _lines(package, filename)]), ()))


def _lines(package: str, filename: str) -> list[tuple[int, str]]:
    """The lines of a table that are no comments, with their numbers."""
    text = (files(package) / filename).read_text(encoding="utf-8")
    return [(number, line) for number, line in enumerate(text.splitlines(), 1) if not line.startswith("#")]


@cache
def _read_table(package: str, filename: str, model: type[BaseModel]) -> tuple[BaseModel, ...]:
    rows = _read_rows(package, filename, model)
    if rows:
        first = read_header(package, filename)[0]
        keys: list[Hashable] = [getattr(row, first) for row in rows]
        repeated = {key for key in keys if keys.count(key) > 1}
        if repeated:
            raise ValueError(f"{package}/{filename}: {first} is repeated: {sorted(map(str, repeated))}")
    return rows


@cache
def _read_rows(package: str, filename: str, model: type[BaseModel]) -> tuple[BaseModel, ...]:
    numbered = _lines(package, filename)
    reader = csv.DictReader([line for _, line in numbered], strict=True)
    rows: list[BaseModel] = []
    for cells in reader:
        line = numbered[reader.line_num - 1][0]
        if None in cells or None in cells.values():
            raise ValueError(f"{package}/{filename}, line {line}: not as many cells as the header has")
        try:
            rows.append(model.model_validate({key: cell for key, cell in cells.items() if cell != ""}))
        except ValidationError as error:
            raise ValueError(f"{package}/{filename}, line {line}: {error}") from error
    return tuple(rows)
