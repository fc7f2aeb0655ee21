"""The IMF's World Economic Outlook: the table by countries."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pandas as pd

from samarkand.core.faults import did_you_mean
from samarkand.world.importers.fact_rows import MISSING, melted
from samarkand.world.importers.frame import Import
from samarkand.world.importers.series import series_of
from samarkand.world.importers.tables import FETCH_AGAIN

SCALES = {"": 1.0, "Units": 1.0, "Thousands": 1e3, "Millions": 1e6, "Billions": 1e9, "Trillions": 1e12}


def read_weo(path: Path, task: Import) -> Iterator[pd.DataFrame]:
    """The WEO by countries: text apart by tabs, UTF-16 or Windows-1252, numbers with commas, words at the end."""
    needed = ("ISO", "WEO Subject Code", "Scale")
    known = series_of("weo")
    chunks = task.rows(
        path,
        needed=needed,
        optional=("Estimates Start After",),
        any_columns=lambda column: bool(re.fullmatch(r"\d{4}", column)),
        sep="\t",
    )
    for chunk in chunks:
        years = [column for column in chunk.columns if re.fullmatch(r"\d{4}", column)]
        if not years:
            task.fault(str(path), "has no columns of years", FETCH_AGAIN)
            return
        series = chunk["WEO Subject Code"].str.strip()
        used = series.isin(known)
        task.skip("rows of other subjects", int((~used).sum()))
        scale = chunk["Scale"].str.strip().map(SCALES)
        for line in chunk.index[used & scale.isna()]:
            task.fault(
                f"{path}, line {line}", f"scale {chunk.loc[line, 'Scale']!r} is not known", did_you_mean("", SCALES),
                "scales that are not known",
            )  # fmt: skip
        last = chunk.get("Estimates Start After", pd.Series("", chunk.index))
        after = task.years(path, last.where(used, "").rename("Estimates Start After"), missing=MISSING)
        if used.any():
            part = chunk[used]
            yield from melted(
                path, task, part, "ISO", series[used], years, scale[used], after[used].fillna(0)
            )
