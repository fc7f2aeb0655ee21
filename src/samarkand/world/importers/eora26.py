"""Eora26 at basic prices, through the parser of pymrio: a folder's files or the zip of one year.

Thousand US$. Eora is not balanced: closing tells how much it moved. The statistical remainder (ROW) is left out by the
parser; former states and economies that the world does not have become the rest of the world.
"""

from __future__ import annotations

import re
import warnings
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd

from samarkand.world.importers import concordance
from samarkand.world.importers.frame import Import, Parts
from samarkand.world.importers.tables import BROKEN, FETCH_AGAIN, check_file

THOUSAND = 1e-3
LARGEST_EORA_MOVE = 0.25
ALIASES = {"SUD": "SDN", "SDS": "SSD", "TWN": "TWN", "KOS": "XKX"}
_FILES = ("T", "FD", "VA", "Q", "QY")


def read(task: Import) -> Parts | None:
    """The accounts of one year."""
    try:
        import pymrio
    except ImportError:
        task.fault(
            "eora26",
            "needs the package pymrio, which is not installed",
            'Install it: pip install "samarkand[mrio]"',
        )
        return None
    path = task.one_path("Name the zip of one year, or the folder it was unpacked to.")
    year = None if path is None else _check(task, path)
    if path is None or year is None or task.faults:
        return None
    task.progress(f"reading {path.name}")
    try:
        with (
            warnings.catch_warnings()
        ):  # the parser drops rows from an index that is not sorted: slower, not wrong
            warnings.simplefilter("ignore", pd.errors.PerformanceWarning)
            system = pymrio.parse_eora26(path, year=year)
    except BROKEN:
        task.fault(str(path), "is a damaged archive, or cut short", FETCH_AGAIN)
        return None
    except (
        Exception
    ) as error:  # the parser raises whatever pandas does with a file that is not what it should be
        task.fault(str(path), f"is not a table of Eora26: {str(error)[:160]}", FETCH_AGAIN)
        return None
    flows = system.Z
    pairs = [(str(economy), str(industry)) for economy, industry in flows.index]
    shape = concordance.shape_of(task, str(path), "eora26", pairs, ALIASES)
    if shape is None:
        return None
    values, final_values = flows.to_numpy(float) * THOUSAND, system.Y.to_numpy(float) * THOUSAND
    if not np.isfinite(values).all() or not np.isfinite(final_values).all():
        task.fault(str(path), "holds cells that are not numbers", FETCH_AGAIN)
        return None
    n, s = len(shape.labels), len(shape.sectors)
    summing = np.zeros((len(pairs), n * s))
    for row, pair in enumerate(pairs):
        start = shape.place(pair[0]) * s
        summing[row, start : start + s] = shape.weights[pair]
    buying = np.zeros((final_values.shape[1], n))
    for column, (economy, *_) in enumerate(system.Y.columns):
        if economy in shape.label_of:
            buying[column, shape.place(economy)] = 1.0
    intermediate = (summing.T @ values @ summing).reshape(n, s, n, s)
    final = (summing.T @ final_values @ buying).reshape(n, s, n)
    accounts, measures = concordance.close_accounts(
        intermediate, final, shape, year, concordance.members(task, shape)
    )
    if not concordance.check_closed(task, str(path), accounts, measures, LARGEST_EORA_MOVE):
        return None
    return Parts(year=year, accounts=accounts, measures=measures)


def _check(task: Import, path: Path) -> int | None:
    """The year of the file's name or of --year, once the files are there."""
    if path.is_dir():
        names = [entry.name for entry in path.iterdir()]
    elif not check_file(path, task.faults):
        return None
    elif not zipfile.is_zipfile(path):
        task.fault(
            str(path), "is not a zip archive", "Name the zip of one year, or the folder it was unpacked to."
        )
        return None
    else:
        try:
            with zipfile.ZipFile(path) as archive:
                names = archive.namelist()
                if archive.testzip() is not None:
                    task.fault(str(path), "is a damaged archive", FETCH_AGAIN)
                    return None
        except BROKEN:
            task.fault(str(path), "is a damaged archive, or cut short", FETCH_AGAIN)
            return None
    tables = [name for name in names if re.fullmatch(r"Eora26_\d{4}_bp_T\.txt", name)]
    years = sorted({int(re.findall(r"\d{4}", name)[0]) for name in tables})
    if not tables:
        task.fault(
            str(path), "has no Eora26_YEAR_bp_T.txt (a table at basic prices)", "Fetch the bp archive."
        )
        return None
    year = task.choose_year(path, years)
    for part in _FILES:
        if year is not None and f"Eora26_{year}_bp_{part}.txt" not in names:
            task.fault(str(path), f"has no Eora26_{year}_bp_{part}.txt", FETCH_AGAIN)
    if year is not None and not path.is_dir() and not re.search(rf"{year}.*bp", path.name):
        task.fault(str(path), "is not named as Eora names it", f"Rename it to Eora26_{year}_bp.zip.")
    if "labels_T.txt" not in names and not (path.parent / "indices.zip").exists():
        task.fault(str(path), "has no labels (labels_T.txt and its like)", "Put indices.zip beside it.")
    return year
