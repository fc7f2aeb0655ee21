"""JSON in one canonical form, after RFC 8785: keys in the order of their UTF-16 code units, no white space, numbers as
ECMAScript writes them. Equal content has equal bytes.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from typing import Any

_TEXT = json.JSONEncoder(ensure_ascii=False).encode


def canonical(value: Any) -> str:
    """The canonical text of what JSON can hold. Raises `ValueError` for numbers that it cannot."""
    return "".join(_parts(value))


def _parts(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        yield "{"
        for number, key in enumerate(
            sorted(value, key=lambda name: name.encode("utf-16-be", "surrogatepass"))
        ):
            yield f"{',' if number else ''}{_TEXT(key)}:"
            yield from _parts(value[key])
        yield "}"
    elif isinstance(value, list):
        yield "["
        for number, one in enumerate(value):
            if number:
                yield ","
            yield from _parts(one)
        yield "]"
    elif isinstance(value, bool) or value is None:
        yield {True: "true", False: "false", None: "null"}[value]
    elif isinstance(value, int):
        yield str(value)
    elif isinstance(value, float):
        yield _number(value)
    else:
        yield _TEXT(value)


def _number(value: float) -> str:
    """The shortest digits that read as the same double, laid out by ECMAScript: whole below 1e21, without a point."""
    if not math.isfinite(value):
        raise ValueError("JSON has no numbers that are not finite")
    if value == 0.0:
        return "0"
    digits, _, exponent = repr(abs(value)).partition("e")
    whole, _, part = digits.partition(".")
    power = int(exponent or 0) + len(whole)  # 0.DIGITS x 10^power
    figures = (whole + part).rstrip("0")
    leading = len(figures) - len(figures.lstrip("0"))
    figures, power = figures[leading:], power - leading
    sign = "-" if value < 0 else ""
    if -6 < power <= 0:
        return f"{sign}0.{'0' * -power}{figures}"
    if len(figures) <= power <= 21:
        return f"{sign}{figures:0<{power}}"
    if 0 < power <= 21:
        return f"{sign}{figures[:power]}.{figures[power:]}"
    mantissa = figures[0] + (f".{figures[1:]}" if len(figures) > 1 else "")
    return f"{sign}{mantissa}e{power - 1:+d}"
