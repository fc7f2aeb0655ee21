"""A small table that a user gives as CSV: rows with the lines they stand in, and everything that is wrong with it.

Columns stand apart by commas, semicolons or tabs, whichever the header holds most of; lines that begin with `#` and
empty ones are passed over. Numbers are the reader's own affair: a decimal comma is refused there, not guessed here.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from samarkand.core.faults import FaultList, did_you_mean

DELIMITERS = ",;\t"


class OwnRow(NamedTuple):
    """A row of a user's table: its line in the file, and its cells by column, without blanks round them."""

    line: int
    cells: dict[str, str]


class OwnTable(NamedTuple):
    """A user's table: its columns in their order, and its rows."""

    columns: tuple[str, ...]
    rows: list[OwnRow]


NONE = OwnTable((), [])


def read_own_table(
    path: Path,
    needed: Sequence[str],
    faults: FaultList,
    optional: Sequence[str] | None = None,
    place: str = "",
) -> OwnTable:
    """The table at `path`; an empty one, with its faults, where it cannot be read.

    `needed` are columns that it must have, `optional` those that it may have besides (any where None);
    `place` is the file in the user's words, its path where that is not given.
    """
    place = place or str(path)
    text = _read_text(path, place, faults)
    if text is None:
        return NONE
    lines = [
        (k, line) for k, line in enumerate(text.splitlines(), 1) if line.strip() and not line.startswith("#")
    ]
    delimiter = max(DELIMITERS, key=lines[0][1].count) if lines else ","
    reader = csv.reader([line for _, line in lines], delimiter=delimiter, strict=True)
    cells: list[tuple[int, list[str]]] = []
    try:
        cells.extend((lines[reader.line_num - 1][0], [cell.strip() for cell in row]) for row in reader)
    except csv.Error as error:
        # The reader has gone to the end in search of the closing quote: the row begins after the last good one.
        begins = next((k for k, _ in lines if not cells or k > cells[-1][0]), 1)
        faults.add(
            f"{place}, line {begins}", f"cannot be read ({error})", "Look for a quote that is not closed."
        )
        return NONE
    columns = tuple(cells[0][1]) if cells else ()
    if not _check_columns(place, columns, needed, optional, faults):
        return NONE
    if len(cells) < 2:
        faults.add(place, "has no rows", f"Write the columns {', '.join(needed)} first, then a row for each.")
        return NONE
    rows = []
    for line, row in cells[1:]:
        if len(row) != len(columns):
            faults.add(
                f"{place}, line {line}",
                f"has {len(row)} cells, the header {len(columns)}",
                "Write as many cells as columns; a text with a comma stands in quotes.",
            )
            continue
        rows.append(OwnRow(line, dict(zip(columns, row, strict=True))))
    return OwnTable(columns, rows)


def _read_text(path: Path, place: str, faults: FaultList) -> str | None:
    try:
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        faults.add(place, "is not there", "Name a CSV file.")
    except UnicodeDecodeError:
        faults.add(place, "is not UTF-8 text", "Name a CSV file saved as UTF-8.")
    except OSError as error:
        faults.add(place, f"cannot be read: {error.strerror}", "Name a CSV file saved as UTF-8.")
    return None


def _check_columns(
    file: str,
    columns: Sequence[str],
    needed: Sequence[str],
    optional: Sequence[str] | None,
    faults: FaultList,
) -> bool:
    """Whether each needed column is there, none twice, and none besides that nobody reads."""
    place = f"{file}, header"
    allowed = (*needed, *(optional or ()))
    first = f"The first line names the columns: {','.join(allowed)}."
    twice = {name for name in columns if columns.count(name) > 1}
    missing = [name for name in needed if name not in columns]
    if not columns:
        faults.add(place, f"has no column {', '.join(missing)}: the file has no rows", first)
        return False
    for name in missing:
        faults.add(place, f"has no column {name}", first)
    for name in sorted(twice):
        faults.add(place, f"names a column twice: {name or 'one without a name'}", "Keep one of the two.")
    strange = [] if optional is None else [name for name in columns if name not in allowed]
    for name in strange:
        faults.add(place, f"has the column {name!r}", did_you_mean(name, allowed))
    return not (missing or twice or strange)
