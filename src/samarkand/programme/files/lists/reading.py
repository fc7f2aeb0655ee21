"""Rows of a list: from CSV, an Excel workbook or GeoJSON to texts by column, with the place of each row."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from samarkand.core.faults import FaultList
from samarkand.programme.files.geojson import LARGEST_FILE, features_of, geometry_of
from samarkand.world.importers.workbooks import is_workbook, read_sheet

LATITUDE, LONGITUDE = "Latitude", "Longitude"
MOST_CELLS = 1_000_000  # characters of one cell: what is longer is a quote that was never closed


class Row(NamedTuple):
    """A row: where it stands, its cells by column, and its geometry where the file has one."""

    place: str
    cells: Mapping[str, str]
    geometry: Any = None


def read_rows_of(path: Path, columns: tuple[str, ...], faults: FaultList) -> list[Row]:
    """The rows of a file. `columns`: those that a sheet of a workbook must have."""
    try:
        size = path.stat().st_size
        if size > LARGEST_FILE:
            faults.add(path.name, f"has {size:,} bytes; at most {LARGEST_FILE:,} are read", "Leave rows out.")
            return []
        if is_workbook(path):
            return _of_workbook(path, columns, faults)
        content = path.read_bytes()
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        faults.add(path.name, f"cannot be read ({reason})", "Check the path and the rights to read it.")
        return []
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        faults.add(
            path.name, f"is not UTF-8 at byte {error.start:,}", "Save it as CSV in UTF-8, or as .xlsx."
        )
        return []
    if text.lstrip().startswith("{"):
        return list(_of_geojson(content, path.name, faults))
    return list(_of_csv(text, path.name, faults))


def _of_workbook(path: Path, columns: tuple[str, ...], faults: FaultList) -> list[Row]:
    table = read_sheet(path, faults, columns)
    if table is None:
        return []
    names = [str(name) for name in table.columns]
    return [
        Row(f"{path.name}, row {number}", dict(zip(names, map(str, cells), strict=True)))
        for number, cells in zip(table.index, table.itertuples(index=False, name=None), strict=True)
    ]


def _of_csv(text: str, place: str, faults: FaultList) -> Iterator[Row]:
    first = text.partition("\n")[0]
    delimiter = max(",;\t", key=first.count)
    reader = csv.reader(text.splitlines(keepends=True), delimiter=delimiter)
    header: list[str] = []
    try:
        for cells in reader:
            at = f"{place}, line {reader.line_num}"
            if not header:
                header = [cell.strip() for cell in cells]
                if len({name for name in header if name}) < len([name for name in header if name]):
                    faults.add(at, "names a column twice", "Keep one of the two.")
                    return
            elif any(cell.strip() for cell in cells):
                if len(cells) > len(header):
                    faults.add(
                        at, f"has {len(cells)} cells under {len(header)} columns", "Quote cells with commas."
                    )
                elif max(map(len, cells)) > MOST_CELLS:
                    faults.add(
                        at, "has a cell of more than a million characters", "Close its quotation mark."
                    )
                else:
                    yield Row(at, {k: v.strip() for k, v in zip(header, cells, strict=False) if k})
    except csv.Error as error:
        faults.add(f"{place}, line {reader.line_num}", f"is no CSV ({error})", "Save it as CSV again.")


def _of_geojson(content: bytes, place: str, faults: FaultList) -> Iterator[Row]:
    for number, feature in enumerate(features_of(content, place, faults), 1):
        about = feature.get("properties")
        cells = {str(key): _text(one) for key, one in about.items()} if isinstance(about, Mapping) else {}
        at = f"{place}, feature {number}"
        geometry = feature.get("geometry")
        if geometry is not None:
            shape, parts = geometry_of(geometry, at, faults)
            if parts and shape == "point":
                latitude, longitude = parts[0][0]
                cells = {**cells, LATITUDE: str(latitude), LONGITUDE: str(longitude)}
        yield Row(at, cells, geometry)


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return value.strip() if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
