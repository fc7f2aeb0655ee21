"""Which table of an archive counts, and which year: said by the user or by the data, never guessed by size."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from samarkand.core.faults import FaultList
from samarkand.world.importers.frame import Import
from samarkand.world.importers.tables import FETCH_AGAIN, members, read_lines, within

Fits = Callable[[list[str]], bool]
_YEAR = re.compile(r"(?<!\d)(19[5-9]\d|20\d\d)(?!\d)")
_SHOWN = 6
HEAD_LINES = 6


def find_tables(task: Import, fits: Fits) -> list[Path]:
    """The files to read: those named, and of an archive the members whose first lines `fits`, as `ARCHIVE.zip/MEMBER`.

    An archive with one table is taken to be meant; of several, lists of codes and notes are left aside. A fault where
    none of several fits.
    """
    found: list[Path] = []
    for path in task.paths:
        names = members(path)
        if not names:
            found.append(path)
            continue
        outside = next(
            (name for name in names if name.startswith(("/", "\\")) or ".." in name.split("/")), None
        )
        if outside is not None:
            task.fault(str(path), f"holds {outside!r}, a place outside of the archive", FETCH_AGAIN)
            continue
        inside = [path / name for name in sorted(names)]
        fitting = inside if len(inside) == 1 else [one for one in inside if fits(_head(one))]
        if not fitting:
            listed = _listed([one.relative_to(path).as_posix() for one in inside])
            reason = f"holds {len(inside)} tables, none of them such as {task.kind.kind} reads: {listed}"
            task.fault(str(path), reason, f"It reads: {task.kind.columns}.")
        found += fitting
    return found


def one_of_year(task: Import, paths: list[Path]) -> list[Path]:
    """Of several tables of an archive, those of the year asked for, by their names; a fault that lists the years."""
    years = {path: set(years_in(path)) for path in paths}
    every = sorted(set().union(*years.values()))
    if len(paths) < 2 or not all(years.values()) or not all(map(within, paths)):
        return paths
    chosen = [path for path in paths if task.year in years[path]]
    place = str(paths[0].parent)
    if task.year is None and len(every) > 1:
        task.fault(
            place, f"holds several years ({_listed(list(map(str, every)))})", "Choose one with --year."
        )
    elif task.year is not None and not chosen:
        reason = f"is for {_listed(list(map(str, every)))}, not for {task.year}"
        task.fault(place, reason, "Give another file or another --year.")
    return paths if task.year is None and len(every) == 1 else chosen


def one_table(task: Import, fits: Fits, mend: str) -> Path | None:
    """The one table to read; None, with a fault, where there are several or none."""
    paths = one_of_year(task, find_tables(task, fits))
    if len(paths) == 1:
        return paths[0]
    if paths:
        task.fault("PATH", f"{len(paths)} paths are named: {_listed([path.name for path in paths])}", mend)
    return None


def years_in(path: Path) -> list[int]:
    """The years that a table's own name says: of `ICIO2023_2019.csv` 2019, of `2022_SML.csv` 2022."""
    stem = re.sub(r"(?i)^ICIO\d{4}(?=_)", "", path.stem)
    stem = re.sub(r"(?i)_V\d{6}[a-z]?$", "", stem)  # a version of BACI
    if (first := re.match(r"(\d{4})_(?:SML|EXT)", stem)) is not None:
        return [int(first[1])]
    return sorted({int(word) for word in _YEAR.findall(stem)})


def _head(path: Path) -> list[str]:
    return read_lines(path, FaultList(), HEAD_LINES) or []


def _listed(names: list[str]) -> str:
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return ", ".join(names[:_SHOWN]) + more
