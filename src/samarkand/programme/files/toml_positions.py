"""Line numbers of the keys of a TOML file: `tomllib` does not give them, and a fault needs its place.

A scanner of headers and keys only: it never judges the file (that is `tomllib`'s part) and where it is unsure
it knows no line.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cached_property

Path = tuple[str | int, ...]
Places = Mapping[Path, int | str]  # a line of a text, or a place in words

_HEADER = re.compile(r"^\s*(\[\[?)\s*([^\[\]]+?)\s*\]\]?\s*(#.*)?$")
_NAME = r"""(?:"[^"]*"|'[^']*'|[A-Za-z0-9_\-]+)"""
_KEY = re.compile(rf"^\s*({_NAME}(?:\s*\.\s*{_NAME})*)\s*=")
_PART = re.compile(_NAME)


class TomlPositions(Mapping[Path, int]):
    """`find_lines` of a text, found when first asked for: most files have no fault whose place is to be told."""

    def __init__(self, text: str) -> None:
        self._text = text

    @cached_property
    def _found(self) -> dict[Path, int]:
        return find_lines(self._text)

    def __getitem__(self, path: Path) -> int:
        return self._found[path]

    def __iter__(self) -> Iterator[Path]:
        return iter(self._found)

    def __len__(self) -> int:
        return len(self._found)


def find_lines(text: str) -> dict[Path, int]:
    """Line numbers (from 1) of headers and keys by path, such as `("project", 2, "capex")`."""
    lines: dict[Path, int] = {}
    arrays: dict[Path, int] = {}
    table: Path = ()
    state = _State()
    for number, line in enumerate(text.splitlines(), 1):
        if state.inside:
            state.feed(line)
            continue
        header = _HEADER.match(line)
        if header:
            table = _header_path(_parts(header[2]), header[1] == "[[", arrays)
            lines.setdefault(table, number)
            continue
        key = _KEY.match(line)
        if key:
            path = table
            for part in _parts(key[1]):
                path = (*path, part)
                lines.setdefault(path, number)
            state.feed(line[key.end() :])
    return lines


def line_of(lines: Places, path: Path) -> int | str | None:
    """Line or place of a path, or of the nearest thing around it that has one; None where nothing has."""
    while path:
        if path in lines:
            return lines[path]
        path = path[:-1]
    return None


def _parts(dotted: str) -> list[str]:
    return [part.strip("\"'") for part in _PART.findall(dotted)]


def _header_path(names: list[str], is_array: bool, arrays: dict[Path, int]) -> Path:
    path: Path = ()
    for position, name in enumerate(names):
        path = (*path, name)
        if position == len(names) - 1 and is_array:
            arrays[path] = arrays.get(path, -1) + 1
        if path in arrays:
            path = (*path, arrays[path])
    return path


class _State:
    """Whether the scanner stands inside a value that runs over several lines."""

    def __init__(self) -> None:
        self.quote = ""
        self.depth = 0

    @property
    def inside(self) -> bool:
        return bool(self.quote) or self.depth > 0

    def feed(self, text: str) -> None:
        position = 0
        while position < len(text):
            if self.quote:
                if self.quote[0] == '"' and text[position] == "\\":
                    position += 2
                elif text.startswith(self.quote, position):
                    position += len(self.quote)
                    self.quote = ""
                else:
                    position += 1
            elif text[position] == "#":
                break
            elif text[position] in "\"'":
                mark = text[position]
                self.quote = mark * 3 if text.startswith(mark * 3, position) else mark
                position += len(self.quote)
            else:
                self.depth += {"[": 1, "{": 1, "]": -1, "}": -1}.get(text[position], 0)
                self.depth = max(self.depth, 0)
                position += 1
        if len(self.quote) == 1:  # a string of one line ends with its line
            self.quote = ""
