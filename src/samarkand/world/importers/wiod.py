"""World Input-Output Database, release of 2016: the wide table of one year as CSV.

Columns `IndustryCode, IndustryDescription, Country, RNr, Year`, then `AUS1` to `AUS56` for industries and `AUS57` to
`AUS61` for final demand of each economy, and `TOT`; as the publisher's files for Stata and R hold it, written to CSV.
US$ million. The industries' order is that of the rows of each economy.
"""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np

from samarkand.world.importers import concordance
from samarkand.world.importers.choosing import one_table
from samarkand.world.importers.frame import Import, Parts
from samarkand.world.importers.tables import FETCH_AGAIN, read_chunks, read_header

INDUSTRIES, FINAL = 56, 5
NEEDED = ("IndustryCode", "Country", "RNr", "Year")
ALIASES = {"ROU": "ROU", "ROM": "ROU"}
_COLUMN = re.compile(r"([A-Za-z]{3})(\d{1,2})")
_ROWS = 100


def read(task: Import) -> Parts | None:
    """The accounts of one year's table."""
    path = one_table(
        task, lambda lines: "IndustryCode" in "".join(lines[:1]), "Name the one file of one year."
    )
    header = None if path is None else read_header(path, task.faults)
    if path is None or header is None:
        return None
    if header and header[0].startswith(("PK", "\x89")):
        task.fault(
            str(path), "is an Excel workbook", "Save the sheet as CSV with the columns of the Stata file."
        )
        return None
    columns = [match for name in header if (match := _COLUMN.fullmatch(name))]
    economies = list(dict.fromkeys(match[1] for match in columns))
    if len(economies) < 2:
        task.fault(
            str(path), "has no columns such as AUS1", "Write the Stata or R file of the 2016 release to CSV."
        )
        return None
    lacking = [
        f"{code}{number}"
        for code in economies
        for number in range(1, INDUSTRIES + FINAL + 1)
        if f"{code}{number}" not in header
    ]
    for name in lacking:
        task.fault(str(path), f"has no column {name}", FETCH_AGAIN, "missing columns")
    if lacking:
        return None
    return _read(task, path, economies)


def _read(task: Import, path: Path, economies: list[str]) -> Parts | None:
    names = [f"{code}{number}" for code in economies for number in range(1, INDUSTRIES + FINAL + 1)]
    rows: dict[tuple[str, int], np.ndarray] = {}
    codes: dict[tuple[str, int], str] = {}
    years: set[int] = set()
    totals: dict[tuple[str, int], float] = {}
    chunks = read_chunks(
        path, task.faults, task.progress, needed=(*NEEDED, *names), optional=("TOT",), rows=_ROWS
    )
    for chunk in chunks:
        number = task.numbers(path, chunk["RNr"]).fillna(0)
        years |= {int(year) for year in task.years(path, chunk["Year"]).dropna()}
        selling = chunk["Country"].isin(economies) & number.between(1, INDUSTRIES)
        part = chunk[selling]
        values = np.column_stack(
            [task.numbers(path, part[name], sign=True, missing=("", "NA")) for name in names]
        )
        total = task.numbers(path, part["TOT"], sign=True) if "TOT" in part else None
        of_row = number[selling].astype(int).tolist()
        names_of = part["IndustryCode"].str.strip().tolist()
        for row, (code, place) in enumerate(zip(part["Country"].tolist(), of_row, strict=True)):
            if (code, place) in rows:
                task.fault(
                    f"{path}, line {part.index[row]}", f"row {code} {place} stands there twice", "Keep one."
                )
            rows[code, place] = np.nan_to_num(values[row])
            codes[code, place] = names_of[row]
            if total is not None:
                totals[code, place] = float(total.iloc[row])
    if task.faults:
        return None
    year = task.choose_year(path, sorted(years))
    for code in economies:
        for place in range(1, INDUSTRIES + 1):
            if (code, place) not in rows:
                task.fault(str(path), f"has no row {code} {place}", FETCH_AGAIN, "missing rows")
    if task.faults or year is None:
        return None
    pairs = [(code, codes[code, place]) for code in economies for place in range(1, INDUSTRIES + 1)]
    shape = concordance.shape_of(task, str(path), "wiod", pairs, ALIASES)
    if shape is None:
        return None
    n, s = len(shape.labels), len(shape.sectors)
    width = INDUSTRIES + FINAL
    uses = np.zeros((n, s, len(economies) * width))
    strange = [k * width + place - 1 for k, code in enumerate(economies) for place in range(1, INDUSTRIES + 1)
               if codes[code, place] in shape.unknown]  # fmt: skip
    all_sales = left_out = 0.0
    for (code, place), sales in rows.items():
        all_sales += float(sales.sum())
        if codes[code, place] in shape.unknown:
            left_out += float(sales.sum())
            continue
        left_out += float(sales[strange].sum())
        uses[shape.place(code)] += shape.weights[code, codes[code, place]][:, None] * sales[None, :]
        if (code, place) in totals:
            miss = abs(sales.sum() - totals[code, place]) / max(abs(totals[code, place]), 1.0)
            if miss > concordance.UNBALANCED:
                task.fault(
                    str(path), f"row {code} {place} misses its total by {100 * miss:.2g} per cent", FETCH_AGAIN,
                    "rows that miss their total",
                )  # fmt: skip
    intermediate, final = np.zeros((n, s, n, s)), np.zeros((n, s, n))
    for k, code in enumerate(economies):
        at, block = shape.place(code), uses[:, :, k * width : (k + 1) * width]
        final[:, :, at] += block[:, :, INDUSTRIES:].sum(axis=2)
        for place in range(1, INDUSTRIES + 1):
            if codes[code, place] in shape.unknown:
                continue
            weight = shape.weights[code, codes[code, place]]
            intermediate[:, :, at, :] += block[:, :, place - 1][:, :, None] * weight
    concordance.check_unknown(task, str(path), shape, left_out, all_sales)
    accounts, measures = concordance.close_accounts(
        intermediate, final, shape, year, concordance.members(task, shape)
    )
    if task.faults or not concordance.check_closed(task, str(path), accounts, measures):
        return None
    return Parts(year=year, accounts=accounts, measures=measures)
