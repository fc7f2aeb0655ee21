"""JSON Schema (draft 2020-12) of a programme, from the same declarations as the reader.

It says what a single value may be. What must hold between values (names that refer, days in order, ends on the
network) only `samarkand check` knows.
"""

from __future__ import annotations

from typing import Any

from samarkand.core.evidence import Evidence
from samarkand.programme.model.kinds import ENTRIES, LEVEL_OF, Attribute, attributes, kinds
from samarkand.world.accounts.sectors import load_sectors

Schema = dict[str, Any]
DIALECT = "https://json-schema.org/draft/2020-12/schema"
FLAGS = ["verified", "recalled", "assumed", "derived"]
_DAY: Schema = {"type": "string", "format": "date", "pattern": r"^\d{4}-\d{2}-\d{2}$"}
_CODE: Schema = {"type": "string", "pattern": "^[A-Z]{3}$"}


def programme_schema() -> Schema:
    """The schema of a whole programme file, days as texts of ISO 8601 as JSON has them."""
    items = {item: [row for row in kinds().values() if row.item == item] for item in ("project", "measure")}
    return {
        "$schema": DIALECT,
        "title": "Samarkand programme",
        "description": "A programme of projects and measures; see docs/programme.md.",
        "type": "object",
        "properties": {
            "programme": _table("programme", None),
            "party": {"type": "array", "items": _table("party", None)},
            **{
                item: {"type": "array", "items": _item([row.kind for row in rows])}
                for item, rows in items.items()
            },
        },
        "required": ["programme"],
        "anyOf": [{"required": ["project"]}, {"required": ["measure"]}],
        "additionalProperties": False,
        "$defs": {
            "evidence": _evidence(),
            "when": _when(),
            "point": _table("point", None),
            "crossing": _table("crossing", None),
            "financing": _table("financing", None),
            **{level: _table(level, None) for level in ENTRIES.values()},
            **{row.kind: _table("item", row.kind) for row in kinds().values()},
        },
    }


def _item(names: list[str]) -> Schema:
    """An item is what its kind says."""
    return {
        "type": "object",
        "required": ["kind"],
        "properties": {"kind": {"enum": names}},
        "allOf": [
            {
                "if": {"properties": {"kind": {"const": name}}, "required": ["kind"]},
                "then": {"$ref": f"#/$defs/{name}"},
            }
            for name in names
        ],
    }


def _table(level: str, kind: str | None) -> Schema:
    declared = attributes(level, kind)
    schema: Schema = {
        "type": "object",
        "properties": {
            key: {"description": f"{row.description}.", **_value(row, kind)} for key, row in declared.items()
        },
        "required": [key for key, row in declared.items() if row.is_required(kind or "")],
        "additionalProperties": False,
    }
    if kind is not None and level == "item":
        schema = {"title": kinds()[kind].label, "description": f"{kinds()[kind].description}.", **schema}
    return schema


def _value(row: Attribute, kind: str | None) -> Schema:
    if row.choices:
        return {"enum": list(row.choices)}
    if row.type in LEVEL_OF:
        inner = (
            _table("section", kind) if row.type == "sections" else {"$ref": f"#/$defs/{LEVEL_OF[row.type]}"}
        )
        return {"type": "array", "minItems": 1, "items": inner}
    simple: dict[str, Schema] = {
        "text": {"type": "string", **({"pattern": r"\S"} if row.required else {})},
        "texts": {"type": "array", "items": {"type": "string"}},
        "boolean": {"type": "boolean"},
        "identifier": {"type": "string", "pattern": "^[a-z0-9]+(-[a-z0-9]+)*$"},
        "kind": {"enum": list(kinds()) if kind is None else [kind]},
        "number": {"type": "number", **_bounds(row)},
        "economy": _CODE,
        "economies": {"type": "array", "items": _CODE, "minItems": 1, "uniqueItems": True},
        "sectors": {"type": "array", "minItems": 1, "items": {"enum": [one.code for one in load_sectors()]}},
        "party": {"type": "string"},
        "parties": {"type": "array", "items": {"type": "string"}},
        "shares": {
            "type": "object",
            "minProperties": 1,
            "propertyNames": _CODE,
            "additionalProperties": {"type": "number", "minimum": 0, "maximum": 1},
        },
        "figure": _figure(row),
        "when": {"$ref": "#/$defs/when"},
        "point": {"$ref": "#/$defs/point"},
        "points": {"type": "array", "minItems": 2, "items": {"$ref": "#/$defs/point"}},
    }
    found = simple[row.type]
    if row.type == "economies" and row.level == "crossing":
        found = {**found, "minItems": 2, "maxItems": 2}
    return found


def _bounds(row: Attribute) -> Schema:
    bounds = {"minimum": row.minimum, "maximum": row.maximum}
    return {name: bound for name, bound in bounds.items() if bound is not None}


def _figure(row: Attribute) -> Schema:
    number = {"type": "number", **_bounds(row)}
    own = {"unit": {"const": row.unit}, "value": number, "low": number, "high": number}
    return {"$ref": "#/$defs/evidence", "properties": own, "required": ["unit"]}


def _evidence() -> Schema:
    """A figure but for its unit and bounds; what holds a verified one and what needs a source."""
    texts: Schema = {key: {"type": "string"} for key in ("unit", "source", "address", "note")}
    numbers: Schema = {key: {"type": "number"} for key in ("value", "low", "high")}
    years: Schema = {key: {"type": "integer"} for key in ("year", "price_year")}
    known = {**texts, **numbers, **years, "read_on": _DAY, "flag": {"enum": FLAGS}}
    sourced = {
        "required": ["value"],
        "not": {"required": ["flag"], "properties": {"flag": {"enum": ["assumed", "derived"]}}},
    }
    return {
        "type": "object",
        "properties": {key: known[key] for key in Evidence.model_fields},
        "additionalProperties": False,
        "allOf": [
            _VERIFIED,
            {"if": sourced, "then": {"required": ["source"], "properties": {"source": {"minLength": 1}}}},
        ],
    }


_VERIFIED: Schema = {
    "if": {"required": ["flag"], "properties": {"flag": {"const": "verified"}}},
    "then": {"required": ["address", "read_on"], "properties": {"address": {"minLength": 1}}},
}


def _when() -> Schema:
    year: Schema = {"type": "integer", "minimum": 1900, "maximum": 2200}
    texts: Schema = {key: {"type": "string"} for key in ("source", "address", "note")}
    table: Schema = {
        "type": "object",
        "properties": {"date": {"anyOf": [_DAY, year]}, **texts, "read_on": _DAY, "flag": {"enum": FLAGS}},
        "required": ["date"],
        "additionalProperties": False,
        "allOf": [_VERIFIED],
    }
    return {"description": "A day, a year, or either with its evidence.", "anyOf": [_DAY, year, table]}
