"""Tables of the World Bank: CSV (bulk, API download, DataBank), JSON of its API, and the WGI's own long table."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any, Protocol

import pandas as pd

from samarkand.core.faults import did_you_mean
from samarkand.world.importers.fact_rows import (
    MISSING,
    Notes,
    last_full_year,
    melted,
    read_json,
    share,
    sign,
    tidy,
)
from samarkand.world.importers.frame import Import
from samarkand.world.importers.pages import Page
from samarkand.world.importers.series import series_of
from samarkand.world.importers.tables import FETCH_AGAIN, read_lines

YEAR_COLUMN = re.compile(r"(\d{4})(?: \[YR\d{4}\])?")
MEAN_SERIES = "SI.SPR.PCAP"  # of the World Development Indicators: its name tells the year of its PPP
_PPP_YEAR = re.compile(r"\((\d{4}) PPP")
SHOWN = 8  # pages that are named
ALL_CREDITORS = ("WLD", "")
SCORES = "scores of 0 to 100 (GOV_WGI_PV.SC)"
PREFIX = "GOV_WGI_"  # of the Worldwide Governance Indicators since the edition of 2025


def read_wide(path: Path, task: Import) -> Iterator[pd.DataFrame]:
    """CSV of the World Bank: bulk, API download (four lines above the header) or DataBank; or JSON of its API."""
    lines = read_lines(path, task.faults, 6)
    if lines is None:
        return
    if lines and lines[0].lstrip()[:1] in ("[", "{"):
        yield from read_answers(path, task)
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
    chunks = task.rows(
        path,
        needed=("Country Code", name),
        optional=("Counterpart-Area Code", name.replace("Code", "Name")),
        any_columns=lambda column: bool(YEAR_COLUMN.fullmatch(column)),
        skip=skip,
        rows=20_000,
    )
    any_year = False
    for chunk in chunks:
        years = [column for column in chunk.columns if YEAR_COLUMN.fullmatch(column)]
        any_year = any_year or bool(years)
        series = chunk[name].str.strip().str.replace(PREFIX, "", regex=False)
        if name.replace("Code", "Name") in chunk:
            series = _with_ppp_year(series, chunk[name.replace("Code", "Name")])
        used = series.isin(known)
        _note_scores(task, series)
        if "Counterpart-Area Code" in chunk:  # debt by creditor: all creditors together are WLD
            used &= chunk["Counterpart-Area Code"].str.strip().isin(ALL_CREDITORS)
        task.skip("rows of other series", int((~used).sum()))
        if years and used.any():
            yield from melted(path, task, chunk[used], "Country Code", series[used], years)
    if not any_year and not task.faults:
        task.fault(str(path), "has no columns of years", FETCH_AGAIN)


def _with_ppp_year(series: pd.Series, names: pd.Series) -> pd.Series:
    """Codes of series, that of survey means with the year of its PPP: editions change it and keep the code."""
    year = names.str.extract(_PPP_YEAR, expand=False)
    return series.where((series != MEAN_SERIES) | year.isna(), series + " " + year)


def _note_scores(task: Import, series: pd.Series) -> None:
    if task.kind.kind == "wgi":
        task.skip(SCORES, int((series == "PV.SC").sum()))


def check_pages(task: Notes, pages: list[Page]) -> None:
    """Faults for answers of which pages are missing: a page is not the whole, and is never taken for it."""
    for query in dict.fromkeys(page.query for page in pages):
        mine = [page for page in pages if page.query == query]
        there = [page.number for page in mine]
        wanted = range(1, mine[0].pages + 1)
        # Damaged answers may name thousands of millions of pages: only those shown are looked for.
        most = max((there.count(number) for number in set(there) if number in wanted), default=1)
        missing = list(islice((number for number in wanted if there.count(number) < most), SHOWN + 1))
        if missing:
            shown = ", ".join(map(str, missing[:SHOWN])) + (" and more" if len(missing) > SHOWN else "")
            which = ", ".join(map(str, sorted(set(there))[:8]))
            reason = f"is page {which} of {mine[0].pages}: {shown} missing"
            task.fault(str(mine[0].path), reason, "Fetch all in one with per_page=32500, or name all pages.")


def read_answers(path: Path, task: Import) -> Iterator[pd.DataFrame]:
    """Answers of the World Bank's API for indicators, or for a whole source such as 6 (debt)."""
    rows = answer_rows(path, task)
    if not rows:
        return
    frame = pd.DataFrame(rows, index=range(1, len(rows) + 1))
    frame = task.chosen(path, frame)
    frame["series"] = _with_ppp_year(frame["series"].str.removeprefix(PREFIX), frame["name"])
    _note_scores(task, frame["series"])
    frame = frame[frame["series"].isin(series_of(task.kind.kind)) & (frame["economy"] != "")]
    others = ~frame["counterpart"].isin(ALL_CREDITORS)
    task.skip("rows of single creditors", int(others.sum()))
    frame = frame[~others]
    for key, part in frame.groupby("series"):
        code = str(key)
        cells = part["value"].rename(code)
        values = task.numbers(path, cells, missing=MISSING, sign=sign(task, code), share=share(task, code))
        year = task.years(path, part["date"])
        yield tidy(task, path, part["economy"], part["series"], year, values, until=part["until"].astype(int))


class Pages(Notes, Protocol):
    """Where faults and the pages of answers go."""

    @property
    def pages(self) -> list[Page]:
        """Pages so far."""
        ...


def answer_rows(path: Path, task: Pages) -> list[dict[str, str]]:
    """Rows of a file of answers as text: economy, series, its name, date, counterpart, value, until; none with a fault.

    Their pages are noted: `check_pages` says which are missing.
    """
    content = read_json(path, task)
    rows: list[dict[str, str]] = []
    for answer in [] if content is None else _answers(content):
        found = _rows_of(path, task, answer)
        if found is None:
            return []
        rows += found
    return rows


def _answers(content: object) -> list[object]:
    """The single answers in a file: one, or several put in one list."""
    if isinstance(content, list) and content and all(_is_answer(one) for one in content):
        return content
    return [content]


def _is_answer(content: object) -> bool:
    if isinstance(content, dict):
        return "source" in content
    return (
        isinstance(content, list)
        and len(content) == 2
        and isinstance(content[0], dict)
        and "page" in content[0]
    )


def _rows_of(path: Path, task: Pages, content: object) -> list[dict[str, str]] | None:
    """The rows of one answer, its page noted; None, with a fault, where it is none."""
    about: dict[str, Any] = {}
    listed: object = content
    if isinstance(content, dict) and "source" in content:
        about, source = content, content["source"]
        listed = source[0] if isinstance(source, list) and source else source
        listed = listed.get("data") if isinstance(listed, dict) else None
    elif _is_answer(content):
        about, listed = content  # type: ignore[misc]
    elif isinstance(content, list) and content and isinstance(content[0], dict) and "message" in content[0]:
        messages = content[0]["message"]
        told = messages[0].get("value", "") if isinstance(messages, list) and messages else messages
        task.fault(str(path), f"is a refusal of the API: {str(told)[:160]}", FETCH_AGAIN)
        return None
    found = [_row(row, about) for row in listed] if isinstance(listed, list) and listed else [None]
    if not all(found):
        needed = "indicator, countryiso3code, date, value; or variable (Country, Series, Time) and value"
        task.fault(str(path), "is not an answer of the World Bank's API", f"Rows need {needed}.")
        return None
    rows = [row for row in found if row is not None]
    return rows if _note_page(path, task, about, rows) else None


def _note_page(path: Path, task: Pages, about: dict[str, Any], rows: list[dict[str, str]]) -> bool:
    """Note which page an answer is; whether it can be known."""
    if not about:
        return True
    try:
        number, pages, total = (int(about.get(name, 1)) for name in ("page", "pages", "total"))
    except (TypeError, ValueError):
        task.fault(str(path), "does not say which page it is", FETCH_AGAIN)
        return False
    query = tuple(
        str(about.get(name, "")) for name in ("pages", "total", "per_page", "sourceid", "lastupdated")
    )
    task.pages.append(Page(path, number, pages, query))
    if pages == 1 and len(rows) < total:
        task.fault(str(path), f"holds {len(rows):,} of {total:,} rows", FETCH_AGAIN)
    return True


def _row(row: object, about: dict[str, Any]) -> dict[str, str] | None:
    """A row of an answer as text; None where it is no row."""
    if not isinstance(row, dict) or "value" not in row:
        return None
    value = "" if row["value"] is None else str(row["value"])
    until = str(_until(about))
    if isinstance(row.get("variable"), list):
        ids = {str(one.get("concept", "")).lower(): str(one.get("id", "")) for one in row["variable"]
               if isinstance(one, dict)}  # fmt: skip
        if not {"country", "series", "time"} <= set(ids):
            return None
        names = {str(one.get("concept", "")).lower(): str(one.get("value", "")) for one in row["variable"]
                 if isinstance(one, dict)}  # fmt: skip
        found = {"economy": ids["country"], "series": ids["series"], "date": ids["time"].removeprefix("YR")}
        found["name"] = names.get("series", "")
        return {**found, "counterpart": ids.get("counterpart-area", ""), "value": value, "until": until}
    if not {"indicator", "countryiso3code", "date"} <= set(row):
        return None
    indicator = row["indicator"]
    series = str(indicator.get("id", "")) if isinstance(indicator, dict) else ""
    name = str(indicator.get("value", "")) if isinstance(indicator, dict) else ""
    found = {"economy": str(row["countryiso3code"]), "series": series, "name": name, "date": str(row["date"])}
    return {**found, "counterpart": "", "value": value, "until": until}


def _until(about: dict[str, Any]) -> int:
    """The last year that was over when the database was updated, if the answer says when."""
    said = re.match(r"(\d{4})-", str(about.get("lastupdated", "")))
    return min(int(said[1]) - 1, last_full_year()) if said else last_full_year()


def _wgi_long(path: Path, task: Import) -> Iterator[pd.DataFrame]:
    """The WGI's own long table: code, year, indicator (pv), estimate, stddev."""
    needed = ("code", "year", "indicator", "estimate", "stddev")
    for chunk in task.rows(path, needed=needed):
        used = chunk[chunk["indicator"].str.strip().str.lower() == "pv"]
        task.skip("rows of other indicators", len(chunk) - len(used))
        year = task.years(path, used["year"])
        for column, series in (("estimate", "PV.EST"), ("stddev", "PV.STD.ERR")):
            values = task.numbers(path, used[column], missing=MISSING, sign=column == "estimate")
            yield tidy(task, path, used["code"], pd.Series(series, used.index), year, values)
