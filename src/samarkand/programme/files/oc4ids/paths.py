"""Whether a project of the standard discloses a field: `budget.amount.amount`, `parties[roles=funder].name`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

STEP = re.compile(r"(?P<name>\w+)(\[(?P<field>\w+)=(?P<code>\w+)\])?")


def discloses(project: Mapping[str, Any], path: str) -> bool:
    """Whether a field, or one of a list, holds something: 0 and false do, an empty text, list or object does not."""
    found: list[Any] = [project]
    for step in path.split("."):
        found = [one for value in found for one in _inside(value, step)]
    return any(value not in (None, "", [], {}) for value in found)


def _inside(value: Any, step: str) -> Iterator[Any]:
    """Values of a field, each of its list alone, of those whose other field has the code."""
    read = STEP.fullmatch(step)
    if read is None:
        raise ValueError(f"{step!r} is no step of a path")
    if not isinstance(value, Mapping) or read["name"] not in value:
        return
    inner = value[read["name"]]
    for one in inner if isinstance(inner, list) else [inner]:
        if read["field"] is None or _has(one, read["field"], read["code"]):
            yield one


def _has(value: Any, field: str, code: str) -> bool:
    there = value.get(field) if isinstance(value, Mapping) else None
    return code in there if isinstance(there, list) else there == code
