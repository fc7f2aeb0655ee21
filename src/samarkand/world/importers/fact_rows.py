"""Rows of economy, series, year and figure, from whatever form a publisher's table of indicators has."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Protocol, cast

import pandas as pd

from samarkand.core.faults import FaultList
from samarkand.world.importers.frame import Import
from samarkand.world.importers.series import series_of
from samarkand.world.importers.tables import BROKEN, FETCH_AGAIN, Step, open_member

MISSING = ("", "..", "n/a", "N/A", "NA", "--", "nan", "#N/A")
SIGNED = ("growth_rate", "inflation_rate", "current_account", "political_stability")
COLUMNS = ["iso3", "series", "year", "value", "text", "late", "until", "line"]


LARGEST_JSON = 200_000_000  # bytes; 32,500 rows of the API, the most that an answer has, are 8 million


def last_full_year() -> int:
    """The last year that is over."""
    return date.today().year - 1


def tidy(
    task: Import, path: Path, economy: pd.Series, series: pd.Series, year: pd.Series | int, value: pd.Series,
    text: pd.Series | str = "", late: pd.Series | bool = False, until: pd.Series | int | None = None,
) -> pd.DataFrame:  # fmt: skip
    """Rows in one form; those of aggregates and without a figure are left out.

    late: the figure is an estimate of the publisher's; until: the last year of which its edition can have a figure.
    """
    codes = task.economies(path, economy)
    frame = pd.DataFrame(
        {
            "iso3": codes.map(lambda found: found[0] if len(found) == 1 else ""),
            "series": series,
            "year": year,
            "value": value,
            "text": text,
            "late": late,
            "until": last_full_year() if until is None else until,
            "line": economy.index,
        }
    )
    frame = frame[(frame["iso3"] != "") & frame["value"].notna() & frame["year"].notna()]
    return frame.astype({"year": int})[COLUMNS]


def sign(task: Import, series: str) -> bool:
    """Whether figures of a series may be below zero."""
    return series_of(task.kind.kind)[series].variable in SIGNED


def share(task: Import, series: str) -> bool:
    """Whether figures of a series are in per cent."""
    return series_of(task.kind.kind)[series].factor == 0.01


def melted(
    path: Path, task: Import, rows: pd.DataFrame, economy: str, series: pd.Series, years: list[str],
    scale: pd.Series | None = None, last_actual: pd.Series | None = None, until: pd.Series | int | None = None,
) -> Iterator[pd.DataFrame]:  # fmt: skip
    """Columns of years as rows; figures of years after `last_actual` are the publisher's estimates."""
    long = rows[years].melt(var_name="year", value_name="value", ignore_index=False)
    code = series.reindex(long.index)
    year = long["year"].str[:4].astype(int)
    signed = code.isin([name for name in series.unique() if sign(task, name)])
    shares = code.isin([name for name in series.unique() if share(task, name)])
    for negative, in_percent in ((False, False), (False, True), (True, False), (True, True)):
        part = (signed == negative) & (shares == in_percent)
        if not part.any():
            continue
        cells = long.loc[part.to_numpy(), "value"].rename("a figure")
        values = task.numbers(path, cells, missing=MISSING, sign=negative, share=in_percent)
        at = part.to_numpy()
        if scale is not None:
            values = values * scale.reindex(long.index)[at]
        late = False if last_actual is None else year[at] > last_actual.reindex(long.index)[at]
        limit = until.reindex(long.index)[at] if isinstance(until, pd.Series) else until
        codes = rows[economy].reindex(long.index)[at]
        yield tidy(task, path, codes, code[at], year[at], values, "", late, limit)


class Notes(Protocol):
    """Where what is wrong with a file goes, and who is told how far it was read: an `Import`, or as much of one."""

    @property
    def faults(self) -> FaultList:
        """Faults so far."""
        ...

    @property
    def progress(self) -> Step:
        """Told how far a file was read."""
        ...

    def fault(self, place: str, reason: str, mend: str, /) -> None:
        """Note a fault."""
        ...


def read_json(path: Path, task: Notes) -> object | None:
    """The content of a JSON file; None, with a fault, where it is none."""
    try:
        with open_member(path, task.faults, task.progress) as opened:
            if opened is None:
                return None
            content = opened[0].read(LARGEST_JSON + 1)
        if len(content) > LARGEST_JSON:
            task.fault(
                str(path), f"holds more than {LARGEST_JSON:,} bytes", "Fetch fewer series or years at once."
            )
            return None
        return cast(object, json.loads(content.decode("utf-8-sig")))
    except BROKEN:
        task.fault(str(path), "is a damaged archive, or cut short", FETCH_AGAIN)
    except UnicodeDecodeError:
        task.fault(str(path), "is not UTF-8", "Save it as UTF-8.")
    except RecursionError:
        task.fault(str(path), "is nested too deeply", FETCH_AGAIN)
    except ValueError as error:
        task.fault(str(path), f"is not JSON, or cut short: {error}", FETCH_AGAIN)
    return None
