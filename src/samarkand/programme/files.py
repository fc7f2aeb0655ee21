"""Programme files: what kind of file it is, and its tables with the place of every key."""

from __future__ import annotations

from pathlib import Path as FilePath
from typing import Any

from samarkand.core.faults import FaultList
from samarkand.programme.lines import Places
from samarkand.programme.toml_reading import parse_toml

ZIP, OLD_FORMAT = b"PK", bytes.fromhex("d0cf11e0a1b11ae1")  # how workbooks of Excel begin: .xlsx, .xls
SUFFIXES = (".xlsx", ".xlsm", ".xls")


def read_file(path: FilePath, faults: FaultList) -> tuple[dict[str, Any], Places]:
    """The tables of a TOML file or a workbook; empty, with faults, where nothing of it can be read."""
    place = path.name or str(path)
    try:
        content = path.read_bytes()
    except IsADirectoryError:
        faults.add(place, "is a folder, not a file", "Give the path of one programme file.")
        return {}, {}
    except FileNotFoundError:
        faults.add(place, "does not exist", "Check the path.")
        return {}, {}
    except (OSError, ValueError) as error:  # ValueError: a null byte in the path
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        faults.add(place, f"cannot be read ({reason})", "Check the path and the rights to read it.")
        return {}, {}
    if is_workbook(content, place):
        from samarkand.programme.workbook_reading import parse_workbook

        return parse_workbook(content, place, faults)
    return parse_toml(content, place, faults)


def is_workbook(content: bytes, name: str) -> bool:
    """Whether a file is to be read as a workbook: by what it is, then by its name."""
    return content.startswith((OLD_FORMAT, ZIP)) or name.lower().endswith(SUFFIXES)
