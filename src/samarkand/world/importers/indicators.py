"""Figures by economy from tables of indicators: World Bank WDI, IDS, WGI and PIP, IMF WEO, as CSV, JSON or text.

Of each series the newest figure is taken, or the newest up to --year. `fact_series.csv` says which series is which
variable; others are left out and counted. All forms become rows of economy, series, year, value first.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd

from samarkand.core.faults import did_you_mean
from samarkand.world.economies.facts import COLUMNS, fact_variables
from samarkand.world.economies.surveys import SHARES, year_of_line
from samarkand.world.importers.frame import Import, Parts, in_parts
from samarkand.world.importers.series import series_of
from samarkand.world.importers.tables import (
    BROKEN,
    FETCH_AGAIN,
    check_file,
    open_member,
    read_chunks,
    read_lines,
)

MISSING = ("", "..", "n/a", "N/A", "NA", "--", "nan", "#N/A")
SCALES = {"": 1.0, "Units": 1.0, "Thousands": 1e3, "Millions": 1e6, "Billions": 1e9, "Trillions": 1e12}
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
    "internet_users_share", "electricity_access_share",
)  # fmt: skip
SIGNED = ("growth_rate", "inflation_rate", "current_account", "political_stability")
MEAN_SERIES = "SI.SPR.PCAP"  # of the World Development Indicators: its name tells the year of its PPP
_PPP_YEAR = re.compile(r"\((\d{4}) PPP")
# How far from the whole the shares of all tenths or fifths may be: they are published with one decimal of a per cent.
ROUNDING = 0.006
_YEAR_COLUMN = re.compile(r"(\d{4})(?: \[YR\d{4}\])?")
_LONG = ["iso3", "series", "year", "value", "text", "late", "line"]


def read(task: Import) -> Parts | None:
    """The newest figure of each variable and economy."""
    readers = {"weo": _weo, "pip": _pip}
    found = []
    for path in in_parts(task.paths, task):
        if check_file(path, task.faults):
            found += [chunk for chunk in readers.get(task.kind.kind, _wide)(path, task) if len(chunk)]
    place = str(task.paths[0])
    if not found:
        if not task.faults:
            wanted = ", ".join(list(series_of(task.kind.kind))[:6])
            task.fault(place, "holds no figure that is used here", f"Fetch series such as {wanted}.")
        return None
    rows = pd.concat(found, ignore_index=True)
    _check_repeated(task, place, rows)
    if task.year is not None:
        rows = rows[rows["year"] <= task.year]
    future = rows["year"] > date.today().year
    task.skip("figures of years to come", int(future.sum()))
    rows = rows[~future]
    if rows.empty:
        task.fault(place, f"has no figure up to {task.year or date.today().year}", "Choose another --year.")
        return None
    newest = int(rows["year"].max())
    if task.year is None and task.base.accounts.year - newest > task.kind.years_apart:
        task.fault(
            place,
            f"ends in {newest}, {task.base.accounts.year - newest} years before the accounts of the base",
            f"If that is meant, say so with --year {newest}.",
        )
        return None
    rows = rows.sort_values("year").groupby(["iso3", "series"], as_index=False).last()
    facts = _facts(task, rows)
    _check_units(task, place, facts)
    _check_shares(task, place, facts)
    measures = {
        "figures": len(facts),
        "economies": int(facts["economy"].nunique()),
        "variables": sorted(facts["variable"].unique()),
        "newest_year": newest,
        "left_out": dict(sorted(task.skipped.items())),
    }
    return Parts(year=newest, facts=facts, measures=measures)


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
            "Keep one row.",
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


# -- forms of files


def _tidy(
    task: Import, path: Path, economy: pd.Series, series: pd.Series, year: pd.Series | int, value: pd.Series,
    text: pd.Series | str = "", late: pd.Series | bool = False,
) -> pd.DataFrame:  # fmt: skip
    """Rows in one form; those of aggregates and without a figure are left out."""
    codes = task.economies(path, economy)
    frame = pd.DataFrame(
        {
            "iso3": codes.map(lambda found: found[0] if len(found) == 1 else ""),
            "series": series,
            "year": year,
            "value": value,
            "text": text,
            "late": late,
            "line": economy.index,
        }
    )
    frame = frame[(frame["iso3"] != "") & frame["value"].notna() & frame["year"].notna()]
    return frame.astype({"year": int})[_LONG]


def _sign(task: Import, series: str) -> bool:
    return series_of(task.kind.kind)[series].variable in SIGNED


def _share(task: Import, series: str) -> bool:
    """Whether figures of a series are in per cent."""
    return series_of(task.kind.kind)[series].factor == 0.01


def _wide(path: Path, task: Import) -> Iterator[pd.DataFrame]:
    """CSV of the World Bank: bulk, API download (four lines above the header) or DataBank; or JSON of its API."""
    lines = read_lines(path, task.faults, 6)
    if lines is None:
        return
    if lines and lines[0].lstrip()[:1] in ("[", "{"):
        yield from _world_bank_json(path, task)
        return
    skip = next((number for number, line in enumerate(lines) if "Country Code" in line), None)
    if skip is None:
        if task.kind.kind == "wgi" and any("estimate" in line for line in lines):
            yield from _wgi_long(path, task)
            return
        header = lines[0].split(",") if lines else []
        task.fault(str(path), "has no column 'Country Code'", did_you_mean("Country Code", header))
        return
    name = "Indicator Code" if "Indicator Code" in lines[skip] else "Series Code"
    known = series_of(task.kind.kind)
    chunks = read_chunks(
        path,
        task.faults,
        task.progress,
        needed=("Country Code", name),
        optional=("Counterpart-Area Code", name.replace("Code", "Name")),
        any_columns=lambda column: bool(_YEAR_COLUMN.fullmatch(column)),
        skip=skip,
        rows=20_000,
    )
    any_year = False
    for chunk in chunks:
        years = [column for column in chunk.columns if _YEAR_COLUMN.fullmatch(column)]
        any_year = any_year or bool(years)
        series = chunk[name].str.strip().str.replace("GOV_WGI_", "", regex=False)
        if name.replace("Code", "Name") in chunk:
            series = _with_ppp_year(series, chunk[name.replace("Code", "Name")])
        used = series.isin(known)
        if "Counterpart-Area Code" in chunk:  # debt by creditor: all creditors together are WLD
            used &= chunk["Counterpart-Area Code"].str.strip().isin(("WLD", ""))
        task.skip("rows of other series", int((~used).sum()))
        if years and used.any():
            yield from _melted(path, task, chunk[used], "Country Code", series[used], years)
    if not any_year and not task.faults:
        task.fault(str(path), "has no columns of years", FETCH_AGAIN)


def _with_ppp_year(series: pd.Series, names: pd.Series) -> pd.Series:
    """Codes of series, that of survey means with the year of its PPP: editions change it and keep the code."""
    year = names.str.extract(_PPP_YEAR, expand=False)
    return series.where((series != MEAN_SERIES) | year.isna(), series + " " + year)


def _melted(
    path: Path, task: Import, rows: pd.DataFrame, economy: str, series: pd.Series, years: list[str],
    scale: pd.Series | None = None, last_actual: pd.Series | None = None,
) -> Iterator[pd.DataFrame]:  # fmt: skip
    """Columns of years as rows; figures of years after `last_actual` are the publisher's estimates."""
    long = rows[years].melt(var_name="year", value_name="value", ignore_index=False)
    code = series.reindex(long.index)
    year = long["year"].str[:4].astype(int)
    signed = code.isin([name for name in series.unique() if _sign(task, name)])
    shares = code.isin([name for name in series.unique() if _share(task, name)])
    for sign, share in ((False, False), (False, True), (True, False), (True, True)):
        part = (signed == sign) & (shares == share)
        if not part.any():
            continue
        cells = long.loc[part.to_numpy(), "value"].rename("a figure")
        values = task.numbers(path, cells, missing=MISSING, sign=sign, share=share)
        at = part.to_numpy()
        if scale is not None:
            values = values * scale.reindex(long.index)[at]
        late = False if last_actual is None else year[at] > last_actual.reindex(long.index)[at]
        yield _tidy(task, path, rows[economy].reindex(long.index)[at], code[at], year[at], values, "", late)


def _world_bank_json(path: Path, task: Import) -> Iterator[pd.DataFrame]:
    content = _json(path, task)
    if content is None:
        return
    rows = (
        content[1]
        if isinstance(content, list) and len(content) == 2 and isinstance(content[1], list)
        else content
    )
    needed = {"indicator", "countryiso3code", "date", "value"}
    if (
        not isinstance(rows, list)
        or not rows
        or not all(isinstance(row, dict) and needed <= set(row) for row in rows)
    ):
        task.fault(
            str(path), "is not an answer of the World Bank's API", f"Rows need {', '.join(sorted(needed))}."
        )
        return
    frame = pd.DataFrame(
        {
            "Country Code": [str(row["countryiso3code"]) for row in rows],
            "series": [str((row["indicator"] or {}).get("id", "")).replace("GOV_WGI_", "") for row in rows],
            "name": [str((row["indicator"] or {}).get("value", "")) for row in rows],
            "date": [str(row["date"]) for row in rows],
            "value": ["" if row["value"] is None else str(row["value"]) for row in rows],
        },
        index=range(1, len(rows) + 1),
    )
    frame["series"] = _with_ppp_year(frame["series"], frame["name"])
    frame = frame[frame["series"].isin(series_of(task.kind.kind)) & (frame["Country Code"] != "")]
    for code, part in frame.groupby("series"):
        values = task.numbers(
            path, part["value"].rename(str(code)), missing=MISSING, sign=_sign(task, str(code))
        )
        yield _tidy(task, path, part["Country Code"], part["series"], task.years(path, part["date"]), values)


def _json(path: Path, task: Import) -> object | None:
    try:
        with open_member(path, task.faults, task.progress) as opened:
            return None if opened is None else json.loads(opened[0].read().decode("utf-8-sig"))
    except BROKEN:
        task.fault(str(path), "is a damaged archive, or cut short", FETCH_AGAIN)
    except UnicodeDecodeError:
        task.fault(str(path), "is not UTF-8", "Save it as UTF-8.")
    except ValueError as error:
        task.fault(str(path), f"is not JSON, or cut short: {error}", FETCH_AGAIN)
    return None


def _wgi_long(path: Path, task: Import) -> Iterator[pd.DataFrame]:
    """The WGI's own long table: code, year, indicator (pv), estimate, stddev."""
    needed = ("code", "year", "indicator", "estimate", "stddev")
    for chunk in read_chunks(path, task.faults, task.progress, needed=needed):
        used = chunk[chunk["indicator"].str.strip().str.lower() == "pv"]
        task.skip("rows of other indicators", len(chunk) - len(used))
        year = task.years(path, used["year"])
        for column, series in (("estimate", "PV.EST"), ("stddev", "PV.STD.ERR")):
            values = task.numbers(path, used[column], missing=MISSING, sign=column == "estimate")
            yield _tidy(task, path, used["code"], pd.Series(series, used.index), year, values)


def _pip(path: Path, task: Import) -> Iterator[pd.DataFrame]:
    """Answers of PIP for surveys: one row an economy, year, reporting level and welfare measure."""
    needed = (
        "country_code",
        "reporting_year",
        "reporting_level",
        "welfare_type",
        "poverty_line",
        "headcount",
        "mean",
    )
    figures = ("headcount", "mean", "gini", *(f"decile{k}" for k in range(1, 11)))
    more = (*figures[2:], "survey_acronym", "is_interpolated")
    lines = read_lines(path, task.faults, 1)
    if lines is None:
        return
    if lines and lines[0].lstrip()[:1] == "[":
        content = _json(path, task)
        if content is None:
            return
        if not isinstance(content, list) or not all(
            isinstance(row, dict) and set(needed) <= set(row) for row in content
        ):
            task.fault(str(path), "is not an answer of PIP", f"Rows need {', '.join(needed)}.")
            return
        cells = [{name: _cell(row.get(name)) for name in (*needed, *more)} for row in content]
        chunks: Iterator[pd.DataFrame] = iter([pd.DataFrame(cells, index=range(1, len(cells) + 1))])
    else:
        chunks = read_chunks(path, task.faults, task.progress, needed=needed, optional=more)
    for chunk in chunks:
        national = chunk["reporting_level"].str.strip() == "national"
        task.skip("rows of parts of economies", int((~national).sum()))
        used = chunk[national]
        lines_used = task.numbers(path, used["poverty_line"])
        if len(set(lines_used.dropna())) > 1:
            task.fault(str(path), "holds several poverty lines", "Fetch one line at a time.")
            return
        year = task.years(path, used["reporting_year"])
        both = used[used.duplicated(["country_code", "reporting_year"], keep=False)]
        # Where an economy has both measures, consumption is taken: most of the economies concerned publish that alone.
        dropped = both.index[both["welfare_type"].str.strip() == "income"]
        task.skip("rows of income where consumption is there too", len(dropped))
        used, year = used.drop(index=dropped), year.drop(index=dropped)
        survey = used["survey_acronym"] if "survey_acronym" in used else pd.Series("", used.index)
        late = used["is_interpolated"].str.upper().eq("TRUE") if "is_interpolated" in used else False
        ppp_year = year_of_line(float(lines_used.dropna().iloc[0])) if lines_used.notna().any() else None
        if ppp_year is None:
            task.skip("survey means whose poverty line tells no year of PPP", len(used))
        for name in figures:
            if name not in used or (name == "mean" and ppp_year is None):
                continue
            values = task.numbers(path, used[name], missing=MISSING)
            text = used["welfare_type"] + " " + survey
            if name == "headcount":
                text = "line of " + used["poverty_line"] + " PPP$ a day; " + text
                for line, value in values[values > 1].items():
                    task.fault(
                        f"{path}, line {line}",
                        f"headcount is {value:g}: a fraction is expected",
                        "Check the unit.",
                        "shares above one",
                    )
            if name not in ("headcount", "mean"):
                text = pd.Series("", used.index)
            series = f"mean {ppp_year}" if name == "mean" else name
            yield _tidy(
                task, path, used["country_code"], pd.Series(series, used.index), year, values, text, late
            )


def _cell(value: object) -> str:
    return "" if value is None else str(value)


def _weo(path: Path, task: Import) -> Iterator[pd.DataFrame]:
    """The WEO by countries: text apart by tabs, UTF-16 or Windows-1252, numbers with commas, words at the end."""
    needed = ("ISO", "WEO Subject Code", "Scale")
    known = series_of("weo")
    chunks = read_chunks(
        path,
        task.faults,
        task.progress,
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
            yield from _melted(
                path, task, part, "ISO", series[used], years, scale[used], after[used].fillna(0)
            )
