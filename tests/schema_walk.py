"""A walk through the part of JSON Schema 2020-12 that our schema uses: what is wrong with a value, as paths."""

from __future__ import annotations

import re
from typing import Any

TYPES = {
    "object": dict,
    "array": list,
    "string": str,
    "integer": int,
    "number": (int, float),
    "boolean": bool,
}
ANNOTATIONS = {"$schema", "$defs", "title", "description", "format"}


def errors(schema: dict[str, Any], value: Any, root: dict[str, Any], path: str = "") -> list[str]:
    """Paths of what breaks the schema. Raises `KeyError` for a keyword that it does not know: none is passed over."""
    found: list[str] = []
    for keyword, rule in schema.items():
        if keyword in ANNOTATIONS or keyword in ("then", "additionalProperties"):
            continue
        found += CHECKS[keyword](rule, value, root, path)
    if "if" in schema and not errors(schema["if"], value, root):
        found += errors(schema.get("then", {}), value, root, path)
    if "additionalProperties" in schema and isinstance(value, dict):
        for key in value.keys() - schema.get("properties", {}).keys():
            rule = schema["additionalProperties"]
            found += (
                [f"{path}.{key}: unknown"]
                if rule is False
                else errors(rule, value[key], root, f"{path}.{key}")
            )
    return found


def _type(rule: str, value: Any, root: Any, path: str) -> list[str]:
    good = isinstance(value, TYPES[rule]) and isinstance(value, bool) == (rule == "boolean")
    return [] if good else [f"{path}: is no {rule}"]


def _ref(rule: str, value: Any, root: Any, path: str) -> list[str]:
    return errors(root["$defs"][rule.removeprefix("#/$defs/")], value, root, path)


def _properties(rule: Any, value: Any, root: Any, path: str) -> list[str]:
    if not isinstance(value, dict):
        return []
    return [
        e for key, one in rule.items() if key in value for e in errors(one, value[key], root, f"{path}.{key}")
    ]


def _required(rule: list[str], value: Any, root: Any, path: str) -> list[str]:
    return [f"{path}.{key}: missing" for key in rule if isinstance(value, dict) and key not in value]


def _any(rule: Any, value: Any, root: Any, path: str) -> list[str]:
    return [] if any(not errors(one, value, root) for one in rule) else [f"{path}: none of the forms"]


def _items(rule: Any, value: Any, root: Any, path: str) -> list[str]:
    if not isinstance(value, list):
        return []
    return [e for number, one in enumerate(value) for e in errors(rule, one, root, f"{path}.{number}")]


def _holds(good: bool, path: str, what: str) -> list[str]:
    return [] if good else [f"{path}: {what}"]


def _number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


CHECKS: dict[str, Any] = {
    "type": _type,
    "$ref": _ref,
    "properties": _properties,
    "required": _required,
    "anyOf": _any,
    "allOf": lambda rule, value, root, path: [e for one in rule for e in errors(one, value, root, path)],
    "not": lambda rule, value, root, path: _holds(bool(errors(rule, value, root)), path, "not"),
    "if": lambda rule, value, root, path: [],
    "items": _items,
    "enum": lambda rule, value, root, path: _holds(value in rule, path, "enum"),
    "const": lambda rule, value, root, path: _holds(value == rule, path, "const"),
    "pattern": lambda rule, value, root, path: _holds(
        not isinstance(value, str) or re.search(rule, value) is not None, path, "pattern"
    ),
    "minLength": lambda rule, value, root, path: _holds(
        not isinstance(value, str) or len(value) >= rule, path, "short"
    ),
    "minItems": lambda rule, value, root, path: _holds(
        not isinstance(value, list) or len(value) >= rule, path, "few"
    ),
    "maxItems": lambda rule, value, root, path: _holds(
        not isinstance(value, list) or len(value) <= rule, path, "many"
    ),
    "uniqueItems": lambda rule, value, root, path: _holds(
        not isinstance(value, list) or len({str(one) for one in value}) == len(value), path, "twice"
    ),
    "minProperties": lambda rule, value, root, path: _holds(
        not isinstance(value, dict) or len(value) >= rule, path, "few"
    ),
    "propertyNames": lambda rule, value, root, path: [
        e for key in (value if isinstance(value, dict) else ()) for e in errors(rule, key, root, path)
    ],
    "minimum": lambda rule, value, root, path: _holds(not _number(value) or value >= rule, path, "low"),
    "maximum": lambda rule, value, root, path: _holds(not _number(value) or value <= rule, path, "high"),
}
