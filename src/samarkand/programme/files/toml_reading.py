"""From the bytes of a TOML file to its tables, or to one fault about the file as a whole."""

from __future__ import annotations

import codecs
import re
import tomllib
from typing import Any

from samarkand.core.faults import FaultList
from samarkand.programme.files.toml_positions import Places, TomlPositions
from samarkand.programme.files.toml_slips import find_slip

LARGEST_FILE = 16_000_000  # bytes; the default programme has about 50,000


def parse_toml(content: bytes, place: str, faults: FaultList) -> tuple[dict[str, Any], Places]:
    """The tables of a file and the lines of its keys; empty, with one fault, where it is no TOML file."""
    if len(content) > LARGEST_FILE:
        faults.add(place, f"has {len(content):,} bytes", f"A programme has at most {LARGEST_FILE:,} bytes.")
        return {}, {}
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):  # as some editors of Windows save text
        try:
            content = content.decode("utf-16").encode("utf-8")
        except UnicodeDecodeError:
            faults.add(place, "is cut off or damaged UTF-16", "Save the file as UTF-8.")
            return {}, {}
    if b"\x00" in content:
        faults.add(place, "is a binary file, not text", "Give a TOML file in UTF-8, or an Excel workbook.")
        return {}, {}
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        byte = content[error.start]
        faults.add(f"{place}, line {line}", f"is not UTF-8: byte 0x{byte:02x}", "Save the file as UTF-8.")
        return {}, {}
    if not text.strip():
        faults.add(place, "is empty", "Begin with a [programme] table that has id and title.")
        return {}, {}
    text = text.replace("\r\n", "\n")
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        _not_toml(text, str(error), place, faults)
        return {}, {}
    except (RecursionError, ValueError) as error:  # ValueError: numbers beyond Python's limit of digits
        what = "nested too deeply" if isinstance(error, RecursionError) else str(error)
        faults.add(place, f"cannot be read as TOML: {what}", "Simplify the file.")
        return {}, {}
    if not tables:
        faults.add(
            place,
            "has no [programme] table: all its lines are comments",
            "Begin with [programme], id and title; samarkand programme new writes a file to fill in.",
        )
        return {}, {}
    return tables, TomlPositions(text)


def _not_toml(text: str, message: str, place: str, faults: FaultList) -> None:
    start = text.lstrip()
    if start[0] == "{" and re.search(r'"type"\s*:\s*"(Feature|FeatureCollection|LineString|Point)', start):
        faults.add(
            place,
            "is GeoJSON: lines and points, without the figures of a programme",
            "Make a draft of it: samarkand programme draft FILE.geojson NAME --line rail.",
        )
        return
    if start[0] in "{<%" or start.startswith("---") or not re.search(r"[=\[]", text):
        faults.add(place, "is not a TOML file", "A programme is written in TOML; see docs/programme.md.")
        return
    found = re.search(r"\(at line (\d+), column (\d+)\)", message)
    last = len(text.rstrip().splitlines())
    slip = find_slip(text, int(found[1]) if found else last)
    if slip is not None:
        faults.add(f"{place}, line {slip.line}", slip.reason, slip.remedy)
        return
    what = re.sub(r"\s*\(at .*\)$", "", message).rstrip(".")
    what = "a text is not closed" if "'\\n'" in what else what[:1].lower() + what[1:]
    at_end = found is None or int(found[1]) >= last
    if at_end and not re.search("overwrite|twice|mutate|declare|duplicate", what):
        faults.add(
            f"{place}, line {last}",
            f"the file breaks off in the middle: {what}",
            "The end is missing: restore it or finish the last entry.",
        )
        return
    where = f", line {found[1]}, column {found[2]}" if found else f", line {last}"
    faults.add(
        f"{place}{where}", f"is not valid TOML: {what}", "Correct the line; nothing after it has been read."
    )
