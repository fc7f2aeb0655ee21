"""Eora26 at basic prices: a folder or the zip of one year, with the labels in it or in `indices.zip` beside it.

Thousand US$. Tables apart by tabs, without a header; `labels_T.txt` and `labels_FD.txt` name their rows and columns.
Eora is not balanced: closing tells how much it moved. The statistical remainder (ROW) is left out; former states and
economies that the world does not have become the rest of the world.
"""

from __future__ import annotations

import re
import zipfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from samarkand.core.conventions import Floats
from samarkand.world.importers import concordance
from samarkand.world.importers.blocks import read_blocks
from samarkand.world.importers.frame import Import, Parts
from samarkand.world.importers.tables import BROKEN, FETCH_AGAIN, check_file, read_chunks

THOUSAND = 1e-3
LARGEST_EORA_MOVE = 0.25
ALIASES = {"SUD": "SDN", "SDS": "SSD", "TWN": "TWN", "KOS": "XKX"}
REMAINDER = "ROW"  # Eora's code of its statistical discrepancies
_LABELS = ("name", "economy", "kind", "label")
_TABLE = re.compile(r"(?:.*/)?Eora26_(\d{4})_bp_T\.txt")


def read(task: Import) -> Parts | None:
    """The accounts of one year."""
    path = task.one_path("Name the zip of one year, or the folder it was unpacked to.")
    found = None if path is None else _find(task, path)
    if path is None or found is None or task.faults:
        return None
    year, files = found
    rows, ends = _labels(task, files["labels_T"]), _labels(task, files["labels_FD"])
    if task.faults:
        return None
    kept = [pair for pair in rows if pair[0] != REMAINDER]
    shape = concordance.shape_of(task, str(path), "eora26", kept, ALIASES)
    if shape is None:
        return None
    n, s = len(shape.labels), len(shape.sectors)
    summing, buying = np.zeros((len(rows), n * s)), np.zeros((len(ends), n))
    for row, pair in enumerate(rows):
        if pair in shape.weights:
            start = shape.place(pair[0]) * s
            summing[row, start : start + s] = shape.weights[pair]
    for column, (economy, _) in enumerate(ends):
        if economy in shape.label_of:
            buying[column, shape.place(economy)] = 1.0
    strange = np.array([label in shape.unknown for _, label in rows], dtype=bool)
    counted = np.array([economy != REMAINDER for economy, _ in rows], dtype=bool)
    total = _Sales(counted, strange)
    intermediate = _added(task, files["T"], files["labels_T"], summing, summing, total, strange)
    final = _added(task, files["FD"], files["labels_T"], summing, buying, total)
    concordance.check_unknown(task, str(path), shape, total.left_out, total.sales)
    if task.faults:
        return None
    accounts, measures = concordance.close_accounts(
        intermediate.reshape(n, s, n, s) * THOUSAND,
        final.reshape(n, s, n) * THOUSAND,
        shape,
        year,
        concordance.members(task, shape),
    )
    if not concordance.check_closed(task, str(path), accounts, measures, LARGEST_EORA_MOVE):
        return None
    return Parts(year=year, accounts=accounts, measures=measures)


def _find(task: Import, path: Path) -> tuple[int, dict[str, Path]] | None:
    """The year that was chosen, and where its tables and their labels are."""
    if path.is_dir():
        names = [entry.name for entry in path.iterdir()]
    else:
        listed = _list(task, path)
        if listed is None:
            return None
        names = listed
    years = sorted({int(match[1]) for name in names if (match := _TABLE.fullmatch(name))})
    if not years:
        task.fault(
            str(path), "has no Eora26_YEAR_bp_T.txt (a table at basic prices)", "Fetch the bp archive."
        )
        return None
    year = task.choose_year(path, years)
    if year is None:
        return None
    # What the user's file is not needed for is not asked for: value added follows from balance.
    files = {}
    for part in ("T", "FD"):
        files[part] = path / _named(f"Eora26_{year}_bp_{part}.txt", names)
        if files[part].name not in {Path(name).name for name in names}:
            task.fault(str(path), f"has no {files[part].name}", FETCH_AGAIN)
    beside = (path if path.is_dir() else path.parent) / "indices.zip"
    spare = _list(task, beside) or [] if beside.exists() else []
    for part in ("labels_T", "labels_FD"):
        name = f"{part}.txt"
        if (own := _named(name, names)) in names:
            files[part] = path / own
        elif (other := _named(name, spare)) in spare:
            files[part] = beside / other
        else:
            task.fault(str(path), f"has no {name}, which names its rows", "Put Eora's indices.zip beside it.")
    return (year, files) if len(files) == 4 else None


def _named(name: str, names: list[str]) -> str:
    return next((one for one in names if Path(one).name == name), name)


def _list(task: Import, path: Path) -> list[str] | None:
    """The names in a zip, which is tested whole; None, with a fault, where it is none."""
    if not check_file(path, task.faults):
        return None
    if not zipfile.is_zipfile(path):
        mend = "Name the zip of one year, or the folder it was unpacked to."
        task.fault(str(path), "is not a zip archive", mend)
        return None
    try:
        with zipfile.ZipFile(path) as archive:
            if any(info.flag_bits & 1 for info in archive.infolist()):
                task.fault(str(path), "is encrypted", "Unpack it, and name its folder.")
                return None
            if archive.testzip() is None:
                return archive.namelist()
            task.fault(str(path), "is a damaged archive", FETCH_AGAIN)
    except BROKEN:
        task.fault(str(path), "is a damaged archive, or cut short", FETCH_AGAIN)
    return None


def _labels(task: Import, path: Path) -> list[tuple[str, str]]:
    """Economy and industry (or final use) of each row of a table of labels."""
    chunks = read_chunks(path, task.faults, task.progress, needed=_LABELS, sep="\t", names=_LABELS)
    return [
        (str(economy).strip(), str(label).strip())
        for chunk in chunks
        for economy, label in zip(chunk["economy"], chunk["label"], strict=True)
    ]


@dataclass
class _Sales:
    """What the rows that count sell, and what of it industries sell or buy that are left out."""

    counted: NDArray[np.bool_]
    strange: NDArray[np.bool_]
    sales: float = 0.0
    left_out: float = 0.0

    def add(self, values: Floats, start: int, buyers: NDArray[np.bool_] | None) -> None:
        """Count a block of rows from number `start` on."""
        part = slice(start, start + len(values))
        sold = np.where(self.counted[part], values.sum(axis=1), 0.0)
        bought = 0.0 if buyers is None else values[self.counted[part] & ~self.strange[part]][:, buyers].sum()
        self.sales += float(sold.sum())
        self.left_out += float(sold[self.strange[part]].sum() + bought)


def _added(
    task: Import, path: Path, labels: Path, rows: Floats, columns: Floats, total_sales: _Sales,
    strange_buyers: NDArray[np.bool_] | None = None,
) -> Floats:  # fmt: skip
    """A table added up: `rows' table columns`, read in blocks; a fault where it has not as many rows as labels."""
    left, right = sp.csr_array(rows.T), sp.csr_array(columns)
    total, seen = np.zeros((rows.shape[1], columns.shape[1])), 0
    names = [str(number) for number in range(1, len(columns) + 1)]
    for _, values in read_blocks(task, path, names, sep="\t", headed=False, labelled=False):
        end = seen + len(values)
        if end <= len(rows):
            total += left[:, seen:end] @ (values @ right)
            total_sales.add(values, seen, strange_buyers)
        seen = end
    if seen != len(rows) and not task.faults:
        task.fault(str(path), f"has {seen:,} rows, and {labels.name} names {len(rows):,}", FETCH_AGAIN)
    return total
