"""Tables of a programme as TOML, laid out as the shipped programmes are.

Python reads TOML but does not write it; what a programme needs of it is small: texts, numbers, days, lists, and tables
within tables.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from typing import Any

from samarkand.programme.files.tables import Table, to_tables
from samarkand.programme.model.kinds import LEVEL_OF
from samarkand.programme.model.models import Programme

LISTS = ("party", "project", "measure")
PARTS = tuple(LEVEL_OF.values())  # tables of their own within an item


def to_toml(programme: Programme) -> str:
    """The whole programme as TOML; what is read from it is the same programme."""
    tables = to_tables(programme)
    lines = ["[programme]", *keys_and_values(tables["programme"])]
    for level in LISTS:
        for table in tables.get(level, ()):
            lines += ["", f"[[{level}]]", *keys_and_values(table)]
            for part in PARTS:
                for inner in table.get(part, ()):
                    lines += ["", f"  [[{level}.{part}]]", *keys_and_values(inner, "  ")]
    return "\n".join([*lines, ""])


def keys_and_values(table: Table, indent: str = "") -> list[str]:
    """One line a key, points one line each; tables of their own are left to the caller."""
    lines: list[str] = []
    for key, value in table.items():
        if key in PARTS:
            continue
        if isinstance(value, list) and value and isinstance(value[0], Mapping):
            inner = [f"{indent}  {in_line(one)}," for one in value]
            lines += [f"{indent}{key} = [", *inner, f"{indent}]"]
        else:
            lines.append(f"{indent}{key} = {in_line(value)}")
    return lines


def in_line(value: Any) -> str:
    """A value on one line."""
    if isinstance(value, Mapping):
        inner = ", ".join(f"{key} = {in_line(one)}" for key, one in value.items())
        return f"{{ {inner} }}" if inner else "{}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(in_line(one) for one in value)}]"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return _number(value)
    # A JSON text is a TOML text but for one character.
    return json.dumps(str(value), ensure_ascii=False).replace("\x7f", "\\u007f")


def _number(value: float) -> str:
    """The shortest text that reads as the same number; whole ones without a point."""
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return f"{value:.0f}"
    return repr(value)
