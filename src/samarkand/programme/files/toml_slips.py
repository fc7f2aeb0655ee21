"""Common slips in a TOML file, each in plain words and with the corrected line: what TOML's own messages do not say."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import NamedTuple

CURLY = {
    "\u201c": '"',
    "\u201d": '"',
    "\u201e": '"',
    "\u00ab": '"',
    "\u00bb": '"',
    "\u2018": "'",
    "\u2019": "'",
}
QUOTED = re.compile(r'"[^"\n]*"|\'[^\'\n]*\'')
DECIMAL_COMMA = re.compile(r"(?<![\w.,])(-?\d+),(\d+)(?![\w,])")
GROUPED = re.compile(r"(?<![\w.,])-?\d{1,3}(?:,\d{3})+(?:\.\d+)?(?![\w,])")
SHORT_DAY = re.compile(r"(?<![\w-])(\d{4})-(\d{1,2})-(\d{1,2})(?![\w-])")
OTHER_DAY = re.compile(r"(?<![\w.])(\d{1,2})[./](\d{1,2})[./](\d{4})(?![\w.])")
BARE_TEXT = re.compile(r"^(\s*(?:[\w-]+)\s*=\s*)([^\W\d][^\"'#\[\]{}=]*)(#.*)?$")
LONGEST_TABLE = 40  # lines over which a table in braces is looked for
SHOWN = 110  # characters of a corrected line


class Slip(NamedTuple):
    """What is wrong on a line (counted from 1), and how it is written."""

    line: int
    reason: str
    remedy: str


def find_slip(text: str, line: int) -> Slip | None:
    """The slip that keeps the file from being read, on the line that TOML names or just before it; None for another."""
    lines = text.splitlines()
    for number in dict.fromkeys((line, line - 1)):
        if not 1 <= number <= len(lines):
            continue
        for look in LOOKS:
            found = look(lines, number - 1)
            if found is not None:
                return Slip(number, *found)
    return None


Look = Callable[[Sequence[str], int], tuple[str, str] | None]


def _curly(lines: Sequence[str], at: int) -> tuple[str, str] | None:
    found = [letter for letter in lines[at] if letter in CURLY]
    if not found or "".join(QUOTED.findall(lines[at])).count(found[0]) == lines[at].count(found[0]):
        return None
    straight = "".join(CURLY.get(letter, letter) for letter in lines[at])
    return f"has curly quotes ({found[0]})", _write(straight)


def _short_day(lines: Sequence[str], at: int) -> tuple[str, str] | None:
    """`2028-5-1`; and `1.5.2028`, where a reader cannot tell day from month unless one of them is above 12."""
    for day in SHORT_DAY.finditer(_bare(lines[at])):
        year, month, number = day.groups()
        if (len(month), len(number)) != (2, 2):
            full = f"{year}-{month:0>2}-{number:0>2}"
            return f"has the day {day[0]} without its zeros", _write(lines[at].replace(day[0], full, 1))
    for day in OTHER_DAY.finditer(_bare(lines[at])):
        one, other, year = day.groups()
        if int(one) > 12 >= int(other):
            full = f"{year}-{other:0>2}-{one:0>2}"
            return f"has the day {day[0]}", _write(lines[at].replace(day[0], full, 1))
        if int(other) > 12 >= int(one):
            full = f"{year}-{one:0>2}-{other:0>2}"
            return f"has the day {day[0]}", _write(lines[at].replace(day[0], full, 1))
        either = f"{year}-{other:0>2}-{one:0>2} or {year}-{one:0>2}-{other:0>2}"
        return f"has the day {day[0]}", f"Write year, month, day: {either}."
    return None


def _comma(lines: Sequence[str], at: int) -> tuple[str, str] | None:
    """`43,25` is a decimal comma; `8,000` may be a thousand: it is not decided."""
    bare = _bare(lines[at])
    if "[" in bare:
        return None  # a comma in a list parts its entries
    if (grouped := GROUPED.search(bare)) is not None:
        digits, one = grouped[0].replace(",", ""), grouped[0].count(",") == 1 and "." not in grouped[0]
        other = f", or {grouped[0].replace(',', '.')} if the comma is a decimal one" if one else ""
        return (
            f"has a comma in the number {grouped[0]}",
            f"Write {digits}{other}: numbers have a decimal point alone.",
        )
    found = DECIMAL_COMMA.search(bare)
    if found is None:
        return None
    point = f"{found[1]}.{found[2]}"
    return f"has a decimal comma in {found[0]}", _write(lines[at].replace(found[0], point, 1))


def _broken_table(lines: Sequence[str], at: int) -> tuple[str, str] | None:
    """A table in braces that goes on over several lines."""
    first = next(
        (k for k in range(at, max(at - LONGEST_TABLE, -1), -1) if _depth(lines[k]) > 0 and "=" in lines[k]),
        None,
    )
    if first is None:
        return None
    depth, parts = 0, []
    for line in lines[first : first + LONGEST_TABLE]:
        depth += _depth(line)
        parts.append(re.sub(r"\s#.*$", "", line).strip())
        if depth <= 0:
            break
    if depth > 0 or len(parts) < 2:
        return None
    joined = re.sub(r",\s*}", " }", re.sub(r"\s+", " ", " ".join(parts)))
    return (
        "has a table in braces over several lines",
        f"A table in braces stands on one line. {_write(joined)}",
    )


def _bare_text(lines: Sequence[str], at: int) -> tuple[str, str] | None:
    found = BARE_TEXT.match(lines[at])
    if found is None or found[2].strip() in ("true", "false", "inf", "nan"):
        return None
    return "has a text without quotation marks", _write(f'{found[1]}"{found[2].strip()}" {found[3] or ""}')


LOOKS: tuple[Look, ...] = (_curly, _short_day, _broken_table, _comma, _bare_text)


def _bare(line: str) -> str:
    """A line without its texts and its comment, so that what stands in them is no slip."""
    return re.sub(r"#.*$", "", QUOTED.sub('""', line))


def _depth(line: str) -> int:
    bare = _bare(line)
    return bare.count("{") - bare.count("}")


def _write(line: str) -> str:
    line = line.strip()
    return f"Write: {line if len(line) <= SHOWN else line[:SHOWN] + ' ...'}"
