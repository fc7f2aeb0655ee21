"""Exports by size of firm from the World Bank's Enterprise Surveys: a custom query, or the long table.

The query (workbook or CSV) has a row an economy, year and group of firms, and a column an indicator; the long table has
a row an indicator. Both name economies in words. The newest survey of each economy is taken, or up to --year.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pandas as pd
from pydantic import BaseModel, ConfigDict

from samarkand.core.declarations import read_rows
from samarkand.world.economies.facts import COLUMNS
from samarkand.world.economies.firms import DIRECT, EXPORTING, SIZES
from samarkand.world.economies.tables import load_economies
from samarkand.world.importers.fact_rows import MISSING
from samarkand.world.importers.frame import Import, Parts, in_parts
from samarkand.world.importers.tables import check_file, read_lines
from samarkand.world.importers.workbooks import is_workbook, read_sheet

PER_CENT = 0.01
ECONOMY, YEAR, GROUP, WHAT = "Economy", "Year", "Subgroup Level", "Average/SE/N"
AVERAGE, NOT_GIVEN = "average", "n.a."
# Columns of the query, and codes of the long table, by what they are here.
QUERIED = {
    "Percent of firms exporting directly (at least 10% of sales)": EXPORTING,
    "Proportion of total sales that are exported directly (%)": DIRECT,
}
CODES = {"tr16": EXPORTING, "tr5": DIRECT}
LONG = ("economy", "year", "subcut", "indicator", "value")
FETCH = "Query the topic Trade by size of firm, with both indicators."


class EconomyName(BaseModel):
    """A row of `economy_names.csv`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    iso3: str = ""
    name: str


def read(task: Import) -> Parts | None:
    """Fractions of firms that export, and of sales that are exports, by economy and size."""
    found = [part for path in in_parts(task.paths, task) for part in _rows(path, task) if len(part)]
    place = str(task.paths[0])
    if not found:
        if not task.faults:
            task.fault(place, "holds no exports by size of firm", FETCH)
        return None
    rows = task.up_to_year(place, pd.concat(found, ignore_index=True))
    if rows is None:
        return None
    keys = ["iso3", "variable", "year"]
    for key, part in rows[rows.duplicated(keys, keep=False)].groupby(keys):
        lines = ", ".join(map(str, part["line"].head(3)))
        reason = f"{key[1]} of {key[0]} for {key[2]} stands there {len(part)} times"
        mend = "Keep one row, or choose with --where COLUMN=VALUE what tells them apart."
        task.fault(f"{place}, lines {lines}", reason, mend, "repeated rows")
    newest = rows.groupby("iso3")["year"].transform("max")
    rows = rows[rows["year"] == newest]
    table = pd.DataFrame(
        {
            "economy": rows["iso3"],
            "variable": rows["variable"],
            "value": PER_CENT * rows["value"],
            "text": "",
            "year": rows["year"].astype("Int16"),
            "source": f"{task.kind.publisher}, imported",
            "grade": "observed",
        }
    )[list(COLUMNS)]
    measures = {
        "economies": int(table["economy"].nunique()),
        "newest_year": int(rows["year"].max()),
        "left_out": dict(sorted(task.skipped.items())),
    }
    return Parts(
        year=int(rows["year"].max()),
        facts=table.sort_values(["variable", "economy"], ignore_index=True),
        measures=measures,
    )


def _rows(path: Path, task: Import) -> Iterator[pd.DataFrame]:
    """Rows of iso3, variable (with its size), year, value in per cent, line."""
    if is_workbook(path):
        sheet = read_sheet(path, task.faults, (ECONOMY, YEAR, GROUP, WHAT, *QUERIED))
        yield from _of_query(path, task, None if sheet is None else task.chosen(path, sheet))
        return
    head = read_lines(path, task.faults, 1) if check_file(path, task.faults) else None
    if head is None:
        return
    if head and WHAT in head[0]:
        for chunk in task.rows(path, needed=(ECONOMY, YEAR, GROUP, WHAT, *QUERIED)):
            yield from _of_query(path, task, chunk)
        return
    for chunk in task.rows(path, needed=LONG):
        variable = chunk["indicator"].str.strip().str.lower().map(CODES)
        task.skip("rows of other indicators", int(variable.isna().sum()))
        kept = chunk[variable.notna()]
        columns = (kept["economy"], kept["year"], kept["subcut"], kept["value"])
        yield _tidy(path, task, *columns, variable[variable.notna()])


def _of_query(path: Path, task: Import, cells: pd.DataFrame | None) -> Iterator[pd.DataFrame]:
    if cells is None:
        return
    averages = cells[cells[WHAT].str.strip().str.lower() == AVERAGE]
    task.skip("rows of standard errors and counts", len(cells) - len(averages))
    for column, variable in QUERIED.items():
        names = pd.Series(variable, averages.index)
        yield _tidy(path, task, averages[ECONOMY], averages[YEAR], averages[GROUP], averages[column], names)


def _tidy(
    path: Path, task: Import, economy: pd.Series, year: pd.Series, group: pd.Series, value: pd.Series,
    variable: pd.Series,
) -> pd.DataFrame:  # fmt: skip
    size = group.map(lambda cell: (cell.lower().split() or [""])[0])
    names = economy.map(_plain)
    known = names.isin(_names())
    task.strangers(path, "name", economy.str.strip(), known, near=load_economies()["name"])
    code = names.map(_names()).fillna("")
    used = size.isin(list(SIZES)) & (code != "")
    task.skip("rows of groups other than sizes, or of groups of economies", int((~used & known).sum()))
    values = task.numbers(path, value[used], missing=(*MISSING, NOT_GIVEN))
    for line, one in values[values > 100].items():
        reason = f"{value.name} is {one:g} per cent, more than all"
        task.fault(f"{path}, line {line}", reason, "Check the unit: per cent are meant.", "shares above all")
    if len(values) > 1 and 0 < values.max() <= 1:
        reason = f"{value.name} is nowhere above 1"
        task.fault(str(path), reason, "Check the unit: per cent are meant, as 7.6.", "shares in another unit")
    rows = pd.DataFrame(
        {
            "iso3": code[used],
            "variable": variable[used] + "_" + size[used],
            "year": task.years(path, year[used].str.strip()),
            "value": values,
            "line": values.index,
        }
    )
    return rows[rows["value"].notna() & rows["year"].notna()].astype({"year": int})


def _plain(name: str) -> str:
    """A name without accents, case and marks."""
    bare = unicodedata.normalize("NFKD", name)
    return "".join(one for one in bare.casefold() if one.isalnum())


@cache
def _names() -> dict[str, str]:
    """ISO3 by plain name; empty for a group of economies."""
    others = read_rows("samarkand.world.importers", "economy_names.csv", EconomyName)
    table = {_plain(str(name)): str(iso3) for iso3, name in load_economies()["name"].items()}
    return table | {_plain(row.name): row.iso3 for row in others}
