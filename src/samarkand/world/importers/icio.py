"""OECD Inter-Country Input-Output tables: one year's CSV, read in blocks and added up to sectors as it is read.

Rows and columns are named `ISO3_INDUSTRY`; the columns of final demand `ISO3_HFCE` and so on; rows TLS and VA and the
row and column OUT close the table. US$ million. CN1, CN2, MX1 and MX2 of the extended tables are China and Mexico.
"""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np

from samarkand.world.importers import concordance
from samarkand.world.importers.blocks import read_blocks
from samarkand.world.importers.choosing import one_table, years_in
from samarkand.world.importers.frame import Import, Parts
from samarkand.world.importers.tables import FETCH_AGAIN, read_header, separator

FINAL = ("HFCE", "NPISH", "NPS", "GGFC", "GFCF", "INVNT", "INV", "DPABR", "DIRP", "P33", "FD", "NONRES")
TOTALS = ("OUT", "TOTAL", "OUTPUT")
CLOSING_ROWS = ("TLS", "VA", "VALU", "TAXSUB", *TOTALS)
ALIASES = {"CN1": "CHN", "CN2": "CHN", "MX1": "MEX", "MX2": "MEX"}


def read(task: Import) -> Parts | None:
    """The accounts of one year's table."""
    path = one_table(task, _fits, "Name the one file of one year.")
    header = None if path is None else read_header(path, task.faults)
    if path is None or header is None:
        return None
    columns = header[1:]
    pairs = [_split(name) for name in columns]
    used = [pair for pair in pairs if pair[1] not in FINAL and pair[0] and pair[0] not in TOTALS]
    if len(used) < 2:
        task.fault(
            str(path), "has no columns named ISO3_INDUSTRY", "Fetch the CSV of the OECD's ICIO tables."
        )
        return None
    year = _year(task, path)
    shape = concordance.shape_of(task, str(path), "icio", used, ALIASES)
    if shape is None or year is None:
        return None
    sums = _Sums(shape, pairs)
    if not _stream(task, path, header, separator(path, task.faults), sums):
        return None
    sums.check(task, path, used)
    if task.faults:
        return None
    accounts, measures = concordance.close_accounts(
        sums.intermediate, sums.final, shape, year, concordance.members(task, shape)
    )
    measures["largest_miss_of_a_row_total"] = float(f"{sums.worst_miss:.3g}")
    if not concordance.check_closed(task, str(path), accounts, measures):
        return None
    return Parts(year=year, accounts=accounts, measures=measures)


def _split(name: str) -> tuple[str, str]:
    economy, _, industry = name.partition("_")
    return (economy, industry) if industry else ("", name)


def _year(task: Import, path: Path) -> int | None:
    """The year of the table's own name (not of its archive), or the one asked for: rows and columns say none."""
    return task.choose_year(path, years_in(path))


def _fits(lines: list[str]) -> bool:
    return bool(lines) and re.search(r"[A-Z0-9]{3}_[A-Z0-9]+", lines[0]) is not None


class _Sums:
    """The table added up as its rows come."""

    def __init__(self, shape: concordance.Shape, pairs: list[tuple[str, str]]) -> None:
        self.shape, self.pairs = shape, pairs
        n, s = len(shape.labels), len(shape.sectors)
        # Two matrices that add columns up: to industries of destinations, and to end users of destinations.
        uses = np.zeros((len(pairs), n * s))
        final = np.zeros((len(pairs), n))
        self.total_column = -1
        self._strange = np.zeros(len(pairs))
        self.all_sales = self.left_out = 0.0
        for column, (economy, industry) in enumerate(pairs):
            if industry in TOTALS and not economy:
                self.total_column = column
            elif industry in FINAL and (label := shape.label_of.get(economy, economy)) in shape.labels:
                final[column, shape.labels.index(label)] = 1.0
            elif (economy, industry) in shape.weights:
                start = shape.place(economy) * s
                uses[column, start : start + s] = shape.weights[economy, industry]
            elif industry in shape.unknown:
                self._strange[column] = 1.0
        import scipy.sparse as sp

        self._uses, self._final = sp.csr_array(uses).T.tocsr(), sp.csr_array(final).T.tocsr()
        self.counted = (
            np.asarray(self._uses.sum(axis=0)).ravel() + np.asarray(self._final.sum(axis=0)).ravel()
        )
        self.intermediate = np.zeros((n, s, n, s))
        self.final = np.zeros((n, s, n))
        self.seen: dict[tuple[str, str], int] = {}
        self.worst_miss, self.worst_row = 0.0, ""
        self.without_column: list[str] = []

    def add(self, labels: list[str], values: np.ndarray) -> None:
        """Add rows, all of them selling industries; `values[row, column]`."""
        n, s = len(self.shape.labels), len(self.shape.sectors)
        uses = (self._uses @ values.T).T
        final = (self._final @ values.T).T
        lost = values @ self._strange
        for row, label in enumerate(labels):
            pair = _split(label)
            sales = float(uses[row].sum() + final[row].sum() + lost[row])
            if pair[1] in self.shape.unknown:
                self.all_sales += sales
                self.left_out += sales
            if pair not in self.shape.weights:
                if pair[1] not in self.shape.unknown:
                    self.without_column.append(label)
                continue
            self.all_sales += sales
            self.left_out += float(lost[row])
            self.seen[pair] = self.seen.get(pair, 0) + 1
            weight = self.shape.weights[pair][:, None]
            origin = self.shape.place(pair[0])
            self.intermediate[origin] += (weight * uses[row][None, :]).reshape(s, n, s)
            self.final[origin] += weight * final[row][None, :]
            if self.total_column >= 0:
                total = float(values[row, self.total_column])
                miss = abs(sales - total) / max(abs(total), 1.0)
                if miss > self.worst_miss:
                    self.worst_miss, self.worst_row = miss, label

    def check(self, task: Import, path: Path, used: list[tuple[str, str]]) -> None:
        """Faults for rows that are missing, repeated or do not add up."""
        place = str(path)
        concordance.check_unknown(task, place, self.shape, self.left_out, self.all_sales)
        for label in self.without_column:
            task.fault(place, f"has a row and no column {label}", FETCH_AGAIN, "missing columns")
        for pair in used:
            if pair[1] in self.shape.unknown:
                continue
            count = self.seen.get(pair, 0)
            if count == 0:
                task.fault(place, f"has a column and no row {'_'.join(pair)}", FETCH_AGAIN, "missing rows")
            elif count > 1:
                task.fault(
                    place, f"row {'_'.join(pair)} stands there {count} times", "Keep one.", "repeated rows"
                )
        if self.worst_miss > concordance.UNBALANCED:
            task.fault(
                place,
                f"row {self.worst_row} misses its total by {100 * self.worst_miss:.2g} per cent",
                FETCH_AGAIN,
            )
        if self.intermediate.min() < -1.0:
            i, j, n, k = (
                int(a) for a in np.unravel_index(self.intermediate.argmin(), self.intermediate.shape)
            )
            labels, sectors = self.shape.labels, self.shape.sectors
            task.fault(
                place,
                f"{labels[i]} sells {self.intermediate.min():,.0f} of {sectors[j]} to {sectors[k]} of {labels[n]}",
                "An industry's purchases are not below zero; fetch it again.",
            )


def _stream(task: Import, path: Path, header: list[str], sep: str, sums: _Sums) -> bool:
    """Read the rows in blocks; whether that went well."""
    before = len(task.faults)
    for labels, values in read_blocks(task, path, header, sep=sep):
        selling = [k for k, label in enumerate(labels) if label.rpartition("_")[2] not in CLOSING_ROWS]
        if selling:
            sums.add([labels[k] for k in selling], values[selling])
    return len(task.faults) == before
