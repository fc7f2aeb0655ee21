"""The Global Survey on Digital and Sustainable Trade Facilitation: how far each group of measures is implemented."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pandas as pd

from samarkand.world.importers.fact_rows import MISSING, tidy
from samarkand.world.importers.frame import Import
from samarkand.world.importers.series import series_of

ECONOMY, YEAR, GROUP, VALUE = "Country_ISO", "Year", "Index_Description", "Index_Value"


def read_facilitation(path: Path, task: Import) -> Iterator[pd.DataFrame]:
    """One row an economy, year and group of measures; groups that are no figure here are left out."""
    for chunk in task.rows(path, needed=(ECONOMY, YEAR, GROUP, VALUE)):
        group = chunk[GROUP].str.strip().str.lower()
        known = group.isin(list(series_of(task.kind.kind)))
        task.skip("rows of other groups of measures", int((~known).sum()))
        used = chunk[known]
        values = task.numbers(path, used[VALUE], missing=MISSING)
        years = task.years(path, used[YEAR])
        yield tidy(task, path, used[ECONOMY], group[known], years, values)
