"""The declared fields of the standard: `fields.csv`, and the codes of its closed codelists: `codelists.csv`."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Literal

from pydantic import BaseModel, ConfigDict

from samarkand.core.declarations import Words, WordSet, read_rows, read_table

VERSION = "0.9"  # as packages give it: major and minor


class Field(BaseModel):
    """A row of `fields.csv`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    object: str
    field: str
    type: Words
    of: Words = ()
    required: bool = False
    format: Literal["", "date-time", "uri", "email"] = ""
    codelist: str = ""
    codes: Literal["", "open", "closed"] = ""
    minimum: float | None = None


class Codelist(BaseModel):
    """A row of `codelists.csv`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    codes: WordSet


@cache
def fields() -> Mapping[str, Mapping[str, Field]]:
    """Fields by object and name."""
    found: dict[str, dict[str, Field]] = {}
    for row in read_rows(__package__, "fields.csv", Field):
        found.setdefault(row.object, {})[row.field] = row
    return found


@cache
def codes() -> Mapping[str, frozenset[str]]:
    """Codes of the closed lists by name."""
    return {row.name: row.codes for row in read_table(__package__, "codelists.csv", Codelist)}
