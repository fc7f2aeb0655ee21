"""Reading a package: from bytes to plain values, nothing lost and nothing guessed, within bounded memory."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

from samarkand.core.faults import FaultList

LARGEST_FILE = 100_000_000  # bytes; reading takes some ten times as much memory
IN_PARTS = "Publish the projects in several packages, as the standard allows, and import each."
AS_JSON = "Give a package of projects as JSON (RFC 8259) in UTF-8."


class _Twice(ValueError):
    """A key that an object names twice."""


def read_bytes(path: Path, faults: FaultList) -> bytes:
    """The bytes of a file that is not too large; none, with a fault, of another."""
    try:
        size = path.stat().st_size
        if size <= LARGEST_FILE:
            return path.read_bytes()
    except (OSError, ValueError) as error:  # ValueError: a null byte in the path
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        faults.add(path.name, f"cannot be read ({reason})", "Check the path and the rights to read it.")
        return b""
    faults.add(path.name, f"has {size:,} bytes; at most {LARGEST_FILE:,} are read", IN_PARTS)
    return b""


def parse(content: bytes, place: str, faults: FaultList) -> Any:
    """The values of a JSON text; None, with a fault, where it is none.

    Numbers are doubles or whole numbers of any size. Keys that an object names twice, and numbers that no double holds,
    are faults: reading them would lose what was written.
    """
    if len(content) > LARGEST_FILE:
        faults.add(place, f"has {len(content):,} bytes; at most {LARGEST_FILE:,} are read", IN_PARTS)
        return None
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        faults.add(place, f"is not UTF-8 at byte {error.start:,}", AS_JSON)
        return None
    try:
        return json.loads(text, object_pairs_hook=_object, parse_float=_float, parse_constant=_no_number)
    except _Twice as error:
        faults.add(place, f"names the key {error} twice in one object", "Keep one of the two.")
    except RecursionError:
        faults.add(
            place, "is nested too deeply to be read", "No package of projects is: check what wrote it."
        )
    except ValueError as error:
        faults.add(place, f"is not JSON, or cut short: {str(error)[:120]}", AS_JSON)
    return None


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        seen: set[str] = set()
        raise _Twice(next(key for key, _ in pairs if key in seen or seen.add(key)))  # type: ignore[func-returns-value]
    return found


def _float(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(f"{text[:40]} is no number that a double holds")
    return value


def _no_number(text: str) -> float:
    raise ValueError(f"{text} is no number of JSON")
