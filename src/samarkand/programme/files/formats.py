"""Programme files: what kind of file it is, and its tables with the place of every key."""

from __future__ import annotations

from pathlib import Path as FilePath
from typing import Any

from samarkand.core.durable import new_file
from samarkand.core.faults import Fault, FaultList, Faults
from samarkand.programme.files.toml_positions import Places
from samarkand.programme.files.toml_reading import parse_toml
from samarkand.programme.files.workbook_file import OLD_FORMAT, ZIP
from samarkand.programme.files.workbook_reading import parse_workbook

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
        return parse_workbook(content, place, faults)
    return parse_toml(content, place, faults)


def is_workbook(content: bytes, name: str) -> bool:
    """Whether a file is to be read as a workbook: by what it is, then by its name."""
    return content.startswith((OLD_FORMAT, ZIP)) or name.lower().endswith(SUFFIXES)


def write_file(path: FilePath, content: str | bytes, force: bool = False) -> None:
    """Write a file whole or not at all. Raises `Faults` where it is there already and `force` is not set."""
    place = path.name or str(path)
    if path.is_dir():
        raise Faults([Fault(place, "is a folder", "Give the path of a file.")])
    if path.exists() and not force:
        raise Faults([Fault(place, "is there already", "Choose another name, or overwrite it with --force.")])
    data = content if isinstance(content, bytes) else content.encode("utf-8")
    with new_file(path, place) as made:
        made.write_bytes(data)
