"""Reads the CSV files of a network: every cell checked against its declared column, every fault with file and line."""

from __future__ import annotations

import math
import re
from pathlib import Path

import numpy as np
import pandas as pd

from samarkand.core.faults import did_you_mean
from samarkand.world.importers.codes import iso3_codes
from samarkand.world.importers.frame import Import
from samarkand.world.importers.network_layout import LAND_EXTRAS, NEVER_EMPTY, PARTS, Column, columns
from samarkand.world.importers.numerals import read_numerals
from samarkand.world.importers.tables import check_file, read_chunks, read_header, separator

Tables = dict[str, pd.DataFrame]
START_FROM = "Start from the tables that `samarkand world network --out FOLDER` writes."
_DECIMAL_COMMA = re.compile(r"[+-]?\d+,\d+")


def find_files(task: Import) -> dict[str, Path]:
    """The tables in the folder by name; a fault for a folder, a file or a part that is not as declared."""
    if len(task.paths) != 1 or not task.paths[0].is_dir():
        named = ", ".join(map(str, task.paths))
        task.fault(named, "is not one folder", f"Name the folder that holds the tables. {START_FROM}")
        return {}
    folder = task.paths[0]
    found: dict[str, Path] = {}
    for path in sorted(folder.iterdir()):
        if path.suffix.lower() != ".csv":
            continue
        if path.stem in columns():
            found[path.stem] = path
        else:
            names = [f"{name}.csv" for name in columns()]
            task.fault(str(path), "is not a table of a network", did_you_mean(path.name, names))
    if not found and not task.faults:
        task.fault(str(folder), "holds no table of a network", START_FROM)
    for part, files in PARTS.items():
        missing = [name for name in files if name not in found]
        for name in missing if len(missing) < len(files) else ():
            given = " and ".join(f"{one}.csv" for one in files if one in found)
            mend = f"Add it, or leave out {given} too: the {part} part is then that of the base world."
            task.fault(str(folder / f"{name}.csv"), f"is not there, but {given}", mend)
    if not task.faults and not any(file in found for files in PARTS.values() for file in files):
        listed = " and ".join(f"{name}.csv" for name in LAND_EXTRAS if name in found)
        task.fault(str(folder), f"holds {listed} alone", "Add the nodes and links that they belong to.")
        return {}
    return found


def read_tables(task: Import, files: dict[str, Path]) -> Tables:
    """The tables, their cells as declared: numbers as floats, all else as text; the index is the line of the file."""
    read: Tables = {}
    for name, path in files.items():
        task.progress(f"reading {path.name}")
        raw = _read_cells(task, name, path)
        if raw is not None:
            read[name] = _typed(task, path, raw, columns()[name])
    return read


def _read_cells(task: Import, name: str, path: Path) -> pd.DataFrame | None:
    declared = columns()[name]
    if not check_file(path, task.faults):
        return None
    content = path.read_bytes()
    if not content.startswith((b"\xff\xfe", b"\xfe\xff")):
        try:
            content.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            line = content[: error.start].count(b"\n") + 1
            task.fault(
                f"{path}, line {line}", "is not UTF-8, so that names would be wrong", "Save it as CSV UTF-8."
            )
            return None
    header = read_header(path, task.faults)
    if header is None:
        return None
    known, before = [row.column for row in declared], len(task.faults)
    if separator(path, task.faults) == ";":
        mend = "Save it with commas between columns and points in numbers."
        task.fault(f"{path}, line 1", "has columns apart by ';'", mend)
        return None
    for column in header:
        if column not in known:
            task.fault(f"{path}, line 1", f"has an unknown column {column!r}", did_you_mean(column, known))
    required = [row.column for row in declared if row.required]
    for column in required:
        if column not in header:
            task.fault(f"{path}, line 1", f"has no column {column!r}", did_you_mean(column, header))
    if len(task.faults) > before:
        return None
    if len(content.strip().splitlines()) == 1:
        if name in NEVER_EMPTY:
            task.fault(str(path), "has a header and no rows", "Give its rows, or leave the file out.")
            return None
        return pd.DataFrame(columns=header, dtype=str)
    chunks = list(read_chunks(path, task.faults, task.progress, needed=required, optional=known))
    return pd.concat(chunks) if chunks and len(task.faults) == before else None


def _typed(task: Import, path: Path, raw: pd.DataFrame, declared: tuple[Column, ...]) -> pd.DataFrame:
    found = pd.DataFrame(index=raw.index)
    for row in declared:
        cells = raw[row.column].str.strip() if row.column in raw else pd.Series("", raw.index, dtype=object)
        if row.required:
            for line in cells.index[cells == ""]:
                task.fault(
                    f"{path}, line {line}", f"{row.column} is empty", "Fill it in.", f"empty {row.column}"
                )
        cells = cells.mask(cells == "", row.default)
        if row.type == "number":
            found[row.column] = _numbers(task, path, cells, row)
        elif row.type == "economy":
            found[row.column] = _economies(task, path, cells, row)
        elif row.choices:
            found[row.column] = _choices(task, path, cells, row)
        else:
            found[row.column] = cells
        if row.type == "id":
            _unique(task, path, cells)
    return found


def _numbers(task: Import, path: Path, cells: pd.Series[str], row: Column) -> pd.Series[float]:
    read = read_numerals(cells, None)
    plain = [_exact(cell, value) for cell, value in zip(cells, read.values.mask(read.percent), strict=True)]
    values = [
        _number(task, f"{path}, line {line}", cell, value, row)
        for (line, cell), value in zip(cells.items(), plain, strict=True)
    ]
    return pd.Series(values, cells.index, dtype=np.float64)


def _exact(cell: str, value: float) -> float:
    """The number to its last bit, which reading whole columns does not give."""
    try:
        return float(cell) if math.isfinite(value) else math.nan
    except ValueError:
        return value


def _number(task: Import, place: str, cell: str, value: float, row: Column) -> float:
    """A cell's number in its bounds; not a number where it is empty, or a fault says why."""
    if cell == "":
        return math.nan
    name = row.column
    if _DECIMAL_COMMA.fullmatch(cell):
        mend = f"Write {cell.replace(',', '.')}."
        task.fault(place, f"{name} is {cell!r}, with a decimal comma", mend, "decimal commas")
        return math.nan
    if not math.isfinite(value):
        task.fault(place, f"{name} is {cell!r}, not a number", "Correct the cell.", "words for numbers")
        return math.nan
    limit = ""
    if row.minimum is not None and value < row.minimum:
        limit = f"below {row.minimum:g}"
    elif row.above is not None and value <= row.above:
        limit = f"not above {row.above:g}"
    elif row.maximum is not None and value > row.maximum:
        limit = f"above {row.maximum:g}"
    if not limit:
        return value
    mend = "Correct the cell."
    if row.unit.startswith("degrees"):
        mend = "Give degrees; latitude and longitude may be exchanged, or in metres of a projection."
    task.fault(place, f"{name} is {value:g} {row.unit}, {limit}", mend, f"{name} out of bounds")
    return math.nan


def _economies(task: Import, path: Path, cells: pd.Series[str], row: Column) -> pd.Series[str]:
    codes = cells.str.upper()
    network = task.base.network
    # The networks at hand know two places that are no economies (`economies.tables`).
    known = iso3_codes() | set(network.road.nodes["economy"]) | set(network.rail.nodes["economy"])
    for line, code in codes[~codes.isin(known) & (codes != "")].items():
        mend = f"Give an ISO3 code. {did_you_mean(code, known)}"
        task.fault(
            f"{path}, line {line}", f"{row.column} {code!r} is not an economy", mend, "unknown economies"
        )
    return codes


def _choices(task: Import, path: Path, cells: pd.Series[str], row: Column) -> pd.Series[str]:
    words = cells.str.lower()
    for line, word in words[~words.isin(row.choices) & (words != "")].items():
        task.fault(
            f"{path}, line {line}",
            f"{row.column} is {word!r}",
            f"Write {' or '.join(row.choices)}.",
            f"other words for {row.column}",
        )
    return words


def _unique(task: Import, path: Path, ids: pd.Series[str]) -> None:
    lines: dict[str, list[int]] = {}
    for line, name in ids.items():
        lines.setdefault(name, []).append(int(str(line)))
    for name, where in lines.items():
        if name and len(where) > 1:
            task.fault(
                f"{path}, lines {', '.join(map(str, where[:3]))}",
                f"the id {name!r} stands there {len(where)} times",
                "Give each its own.",
                "repeated ids",
            )
