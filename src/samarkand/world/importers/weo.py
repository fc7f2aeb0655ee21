"""The IMF's World Economic Outlook: of the data portal (since 2025, CSV or workbook), and the older table by countries.

Portal: `SERIES_CODE` (KAZ.NGDPD.A), or `COUNTRY.ID` and `INDICATOR.ID` in the workbook's sheet "Countries"; `SCALE`,
`LATEST_ACTUAL_ANNUAL_DATA` and columns of years. Older: text apart by tabs, UTF-16 or Windows-1252, numbers with
commas, words at the end.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from samarkand.core.faults import did_you_mean
from samarkand.world.importers.fact_rows import MISSING, last_full_year, melted
from samarkand.world.importers.frame import Import
from samarkand.world.importers.series import series_of
from samarkand.world.importers.tables import FETCH_AGAIN, read_lines
from samarkand.world.importers.workbooks import is_workbook, read_sheet

SCALES = {"": 1.0, "Units": 1.0, "Thousands": 1e3, "Millions": 1e6, "Billions": 1e9, "Trillions": 1e12}
_YEAR = re.compile(r"\d{4}")
_GROUP = re.compile(r"G[A-Z]*\d+")  # the portal's codes of groups of economies
_PORTAL, _WORKBOOK = "SERIES_CODE", "INDICATOR.ID"
_PORTAL_MORE = (
    "DATASET", "OBS_MEASURE", "FREQUENCY", "SCALE", "PUBLICATION_DATE", "LATEST_ACTUAL_ANNUAL_DATA", "COUNTRY.ID",
)  # fmt: skip


@dataclass
class _Rows:
    """Rows of either form: code of the economy, series, scale in words, last year of data, last year of the edition."""

    table: pd.DataFrame
    economy: pd.Series
    series: pd.Series
    scale: pd.Series
    last: pd.Series
    until: pd.Series | int


def read_weo(path: Path, task: Import) -> Iterator[pd.DataFrame]:
    """Figures of the series that are used here."""
    if is_workbook(path):
        sheet = read_sheet(path, task.faults, ("COUNTRY.ID", _WORKBOOK))
        if sheet is not None:
            yield from _figures(path, task, _of_portal(path, task, task.chosen(path, sheet)))
        return
    lines = read_lines(path, task.faults, 1)
    if lines is None:
        return
    if lines and _PORTAL in lines[0]:
        for chunk in task.rows(path, needed=(_PORTAL,), optional=_PORTAL_MORE, any_columns=_is_year):
            yield from _figures(path, task, _of_portal(path, task, chunk))
        return
    needed = ("ISO", "WEO Subject Code", "Scale")
    more = ("Estimates Start After",)
    for chunk in task.rows(path, needed=needed, optional=more, any_columns=_is_year, sep="\t"):
        last = _column(chunk, "Estimates Start After")
        said = re.search(r"(?i)weo[a-z]*(20\d\d)", path.name)
        until = min(int(said[1]) - 1, last_full_year()) if said else last_full_year()
        rows = _Rows(chunk, chunk["ISO"], chunk["WEO Subject Code"].str.strip(), chunk["Scale"], last, until)
        yield from _figures(path, task, rows)


def _is_year(column: str) -> bool:
    return bool(_YEAR.fullmatch(column))


def _column(table: pd.DataFrame, name: str) -> pd.Series:
    return table[name].str.strip() if name in table else pd.Series("", table.index)


def _of_portal(path: Path, task: Import, table: pd.DataFrame) -> _Rows:
    """Annual observations of single economies; a fault where the file has several editions."""
    editions = sorted(set(_column(table, "DATASET")) - {""})
    if len(editions) > 1:
        reason = f"holds several editions ({', '.join(editions[:6])})"
        task.fault(str(path), reason, f"Choose one with --where 'DATASET={editions[-1]}'.", "editions")
    kept = _column(table, "FREQUENCY").isin(("", "Annual", "A")) & _column(table, "OBS_MEASURE").isin(
        ("", "OBS_VALUE")
    )
    task.skip("rows of other frequencies and measures", int((~kept).sum()))
    table = table[kept]
    if _WORKBOOK in table:
        economy, series = _column(table, "COUNTRY.ID"), _column(table, _WORKBOOK)
    else:
        parts = table[_PORTAL].str.strip().str.split(".")
        economy, series = parts.str[0].fillna(""), parts.str[1].fillna("")
    single = ~economy.str.fullmatch(_GROUP.pattern)
    task.skip("rows of groups of economies", int((~single).sum()))
    table, economy, series = table[single], economy[single].rename("economy"), series[single]
    # "2024", or "FY2024/25" of fiscal years; nothing or 0 where all is estimated.
    last = _column(table, "LATEST_ACTUAL_ANNUAL_DATA").str.replace(r"^FY(\d{4})/\d+$", r"\1", regex=True)
    published = _column(table, "PUBLICATION_DATE").str.extract(r"(20\d\d)")[0]
    until = (published.astype(float) - 1).fillna(last_full_year()).clip(upper=last_full_year())
    return _Rows(table, economy, series, _column(table, "SCALE"), last, until)


def _figures(path: Path, task: Import, rows: _Rows) -> Iterator[pd.DataFrame]:
    years = [column for column in rows.table.columns if _is_year(column)]
    if not years:
        if len(rows.table):
            task.fault(str(path), "has no columns of years", FETCH_AGAIN)
        return
    used = rows.series.isin(series_of("weo"))
    task.skip("rows of other subjects", int((~used).sum()))
    words = rows.scale.str.strip()
    scale = words.map(SCALES)
    for line in words.index[used & scale.isna()]:
        reason, mend = f"scale {words.loc[line]!r} is not known", did_you_mean("", SCALES)
        task.fault(f"{path}, line {line}", reason, mend, "scales that are not known")
    last = rows.last.where(used, "").rename("the last year that is no estimate")
    after = task.years(path, last, missing=(*MISSING, "0"))
    if used.any():
        table = rows.table[used].assign(economy=rows.economy[used].rename(None))
        until = rows.until[used] if isinstance(rows.until, pd.Series) else rows.until
        yield from melted(
            path, task, table, "economy", rows.series[used], years, scale[used], after[used].fillna(0), until
        )
