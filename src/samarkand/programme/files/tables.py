"""From a programme back to the plain tables that a file of it holds: the inverse of reading.

Whatever is at its default is left out, so that the tables are those that a careful author would write.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from pydantic import BaseModel

from samarkand.core.evidence import Evidence
from samarkand.programme.model.kinds import LEVEL_OF, Attribute, attributes
from samarkand.programme.model.models import (
    Crossing,
    Entry,
    Financing,
    Item,
    Party,
    Point,
    Programme,
    Section,
    When,
)

Table = dict[str, Any]


def to_tables(programme: Programme) -> Table:
    """The tables of a programme: reading them gives the same programme again."""
    tables: Table = {"programme": _table("programme", programme)}
    for level, things in (
        ("party", [_table("party", party) for party in programme.parties]),
        ("project", [_table("item", item, item.kind) for item in programme.projects]),
        ("measure", [_table("item", item, item.kind) for item in programme.measures]),
    ):
        if things:
            tables[level] = things
    return tables


def _table(
    level: str,
    thing: Programme | Party | Item | Section | Financing | Crossing | Entry | Point,
    kind: str | None = None,
) -> Table:
    """The keys of one table in the order in which they are declared."""
    own = dict(getattr(thing, "attributes", ()))
    table: Table = {}
    for key, row in attributes(level, kind).items():
        if key in own:
            table[key] = _plain(row, own[key], kind)
        elif key in type(thing).model_fields:
            value = getattr(thing, key)
            if value not in (None, "", ()):
                table[key] = _plain(row, value, kind)
    return table


def _plain(row: Attribute, value: Any, kind: str | None) -> Any:
    if isinstance(value, Evidence):
        return _figure(value)
    if isinstance(value, When):
        return _when(value)
    if row.type in LEVEL_OF or row.type == "points":
        return [_table(LEVEL_OF.get(row.type, "point"), one, kind) for one in value]
    if row.type == "point":
        return _table("point", value)
    if row.type == "shares":
        return dict(value)
    return list(value) if isinstance(value, tuple) else value


def _figure(figure: Evidence) -> Table:
    return _without_defaults(figure, {"value": figure.value, "unit": figure.unit})


def _when(when: When) -> Table | date | int:
    day: date | int = when.day or when.year
    rest = _without_defaults(when, {})
    del rest["year"]
    rest.pop("day", None)
    return {"date": day, **rest} if rest else day


def _without_defaults(model: BaseModel, first: Mapping[str, Any]) -> Table:
    table = {key: value for key, value in first.items() if value is not None}
    for name, field in type(model).model_fields.items():
        value = getattr(model, name)
        if name not in table and value != field.default:
            table[name] = value
    return table
