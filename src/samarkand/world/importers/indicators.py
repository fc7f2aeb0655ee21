"""Figures by economy from tables of indicators: World Bank WDI, IDS, WGI and PIP, IMF WEO, the survey of ESCAP.

Of each series the newest figure is taken, or the newest up to --year, and never one of a year that was not over when
the file was made: such figures are forecasts, or payments that are scheduled. `fact_series.csv` says which series is
which variable; others are left out and counted. All forms become rows of economy, series, year, value first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd

from samarkand.world.economies.facts import COLUMNS, fact_variables
from samarkand.world.economies.surveys import SHARES
from samarkand.world.importers.choosing import find_tables
from samarkand.world.importers.facilitation import GROUP, read_facilitation
from samarkand.world.importers.fact_rows import SIGNED
from samarkand.world.importers.frame import Import, Parts, in_parts
from samarkand.world.importers.poverty import read_poverty
from samarkand.world.importers.replaced import note_replaced_facts
from samarkand.world.importers.series import series_of
from samarkand.world.importers.tables import check_file
from samarkand.world.importers.weo import read_weo
from samarkand.world.importers.world_bank import PREFIX, SCORES, YEAR_COLUMN, check_pages, read_wide

Reader = Callable[[Path, Import], Iterator[pd.DataFrame]]
READERS: dict[str, Reader] = {"weo": read_weo, "pip": read_poverty, "escap": read_facilitation}
# How far from the figures at hand the imported ones of a variable may be at the median before the unit is wrong.
TIMES_OFF, ENOUGH = 20.0, 3
# Levels that no economy changes so much between editions: beyond, one pair shows that its unit is another.
LEVELS, LEVEL_OFF = (
    ("population", "gdp", "gdp_ppp", "gdp_per_head_ppp", "exports", "imports", "labour_force"),
    300.0,
)
# Shares that cannot be above one.
WHOLES = (
    "agriculture_share", "industry_share", "services_share", "unemployment_rate", "poverty_rate_national",
    "poverty_rate_line", "income_share_lowest_decile", "income_share_highest_decile", "urban_share",
    "internet_users_share", "electricity_access_share", "facilitation_all", "facilitation_transparency",
    "facilitation_formalities", "facilitation_institutions", "facilitation_paperless", "facilitation_cross_border",
)  # fmt: skip
# How far from the whole the shares of all tenths or fifths may be: they are published with one decimal of a per cent.
ROUNDING = 0.006
# Debt at the end of a year ends with the last year of data; payments on it are scheduled for years after.
STOCKS, DEBT = "DT.DOD.", "DT."


def read(task: Import) -> Parts | None:
    """The newest figure of each variable and economy."""
    found = []
    for path in in_parts(tuple(find_tables(task, _fits)), task):
        if check_file(path, task.faults):
            found += [chunk for chunk in READERS.get(task.kind.kind, read_wide)(path, task) if len(chunk)]
    check_pages(task, task.pages)
    place = str(task.paths[0])
    if not found:
        if not task.faults and not task.has_strangers:
            prefix = PREFIX if task.kind.kind == "wgi" else ""
            wanted = ", ".join(prefix + name for name in list(series_of(task.kind.kind))[:6])
            only = f" but {SCORES}" if task.skipped.get(SCORES) else ""
            task.fault(place, f"holds no figure that is used here{only}", f"Fetch series such as {wanted}.")
        return None
    rows = pd.concat(found, ignore_index=True)
    _check_repeated(task, place, rows)
    rows = _of_years_that_were_over(task, rows)
    near = task.up_to_year(place, rows)
    if near is None:
        return None
    rows, newest = near, int(near["year"].max())
    rows = rows.sort_values("year").groupby(["iso3", "series"], as_index=False).last()
    facts = _facts(task, rows)
    _check_units(task, place, facts)
    _check_shares(task, place, facts)
    note_replaced_facts(task, facts)
    measures = {
        "figures": len(facts),
        "economies": int(facts["economy"].nunique()),
        "variables": sorted(facts["variable"].unique()),
        "newest_year": newest,
        "left_out": dict(sorted(task.skipped.items())),
    }
    return Parts(year=newest, facts=facts, measures=measures)


def _fits(lines: list[str]) -> bool:
    """Whether a table in an archive is one of indicators: the others name economies, series and footnotes."""
    joined = "\n".join(lines)
    if joined.lstrip()[:1] in ("[", "{"):
        return True
    heads = [line.replace('"', "").split(",") for line in lines]
    years = any(
        "Country Code" in head and any(YEAR_COLUMN.fullmatch(one.strip()) for one in head) for head in heads
    )
    marks = ("WEO Subject Code", "SERIES_CODE", "poverty_line", "reporting_year", "stddev", GROUP)
    return years or any(mark in joined for mark in marks)


def _of_years_that_were_over(task: Import, rows: pd.DataFrame) -> pd.DataFrame:
    """The rows without forecasts and scheduled payments: of years after the last that the edition can have data of."""
    future = rows["year"] > rows["until"]
    task.skip("figures of years that were not over", int(future.sum()))
    rows = rows[~future]
    if task.kind.kind != "ids" or rows.empty:
        return rows
    debt = rows["series"].str.startswith(DEBT)
    stocks = rows.loc[rows["series"].str.startswith(STOCKS), "year"]
    today = date.today()
    # Editions of the International Debt Statistics come in December, with data up to the year before.
    last = int(stocks.max()) if len(stocks) else today.year - (1 if today.month == 12 else 2)
    scheduled = debt & (rows["year"] > last)
    task.skip(f"payments scheduled for years after {last}", int(scheduled.sum()))
    return rows[~scheduled]


def _facts(task: Import, rows: pd.DataFrame) -> pd.DataFrame:
    known = series_of(task.kind.kind)
    frame = pd.DataFrame(
        {
            "economy": rows["iso3"],
            "variable": rows["series"].map(lambda code: known[code].variable),
            "value": rows["value"] * rows["series"].map(lambda code: known[code].factor),
            "text": rows["text"],
            "year": rows["year"].astype("Int16"),
            "source": f"{task.kind.publisher}, imported",
            "grade": np.where(rows["late"].astype(bool), "estimated", "observed"),
        }
    )
    return frame[list(COLUMNS)].sort_values(["variable", "economy"], ignore_index=True)


def _check_repeated(task: Import, place: str, rows: pd.DataFrame) -> None:
    repeated = rows[rows.duplicated(["iso3", "series", "year"], keep=False)]
    for (iso3, series, year), part in repeated.groupby(["iso3", "series", "year"]):
        lines = ", ".join(str(line) for line in part["line"].head(3))
        task.fault(
            f"{place}, lines {lines}",
            f"{series} of {iso3} for {year} stands there {len(part)} times",
            "Keep one row, or choose with --where COLUMN=VALUE what tells them apart.",
            "repeated rows",
        )


def _check_units(task: Import, place: str, facts: pd.DataFrame) -> None:
    """Faults for variables that are in another unit than what is at hand, for shares above all, and single levels.

    Of signed figures, which may be near zero, several are compared; of all others one is enough.
    """
    for key, part in facts.groupby("variable"):
        name = str(key)
        variable = fact_variables()[name]
        codes = [str(code) for code in part["economy"]]
        at_hand = np.array([task.base.fact(code, name).value for code in codes], dtype=float)
        value = part["value"].to_numpy(float)
        with np.errstate(divide="ignore", invalid="ignore"):
            ratio = np.abs(value / at_hand)
        known = np.isfinite(ratio) & (ratio > 0)
        enough = ENOUGH if name in SIGNED else 1
        middle = float(np.median(ratio[known])) if known.sum() >= enough else 1.0
        mend = f"Check the unit: {variable.unit} is meant."
        if not 1 / TIMES_OFF <= middle <= TIMES_OFF:
            whom = "for most economies" if known.sum() > 1 else f"for {codes[int(known.argmax())]}"
            task.fault(place, f"{name} is {middle:.3g} times what is at hand {whom}", mend)
        elif name in LEVELS:
            for at in np.flatnonzero(known & ((ratio > LEVEL_OFF) | (ratio < 1 / LEVEL_OFF))):
                reason = f"{name} of {codes[at]} is {ratio[at]:.3g} times what is at hand"
                task.fault(place, reason, mend, "figures in another unit")
        if name in WHOLES:
            for at in np.flatnonzero(value > 1):
                reason = f"{name} of {codes[at]} is {100 * value[at]:.4g} per cent, more than all"
                task.fault(place, reason, mend, "shares above all")


def _check_shares(task: Import, place: str, facts: pd.DataFrame) -> None:
    """Faults for shares of tenths or fifths that do not make the whole, or do not rise from the poorest on."""
    for names in SHARES:
        for economy, part in facts[facts["variable"].isin(names)].groupby("economy"):
            by_name = dict(zip(part["variable"], part["value"], strict=True))
            if len(by_name) < len(names):
                continue
            values = np.array([by_name[name] for name in names])
            if abs(values.sum() - 1.0) > ROUNDING:
                reason = f"shares of {economy} are {values.sum():.4g} together, not the whole"
            elif (np.diff(values) < -ROUNDING / len(names)).any():
                reason = f"shares of {economy} do not rise from the poorest to the richest"
            else:
                continue
            task.fault(place, reason, "Check the columns and their unit.", "shares of incomes")
