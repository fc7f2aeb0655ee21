"""Answers of the Poverty and Inequality Platform, CSV or JSON: national figures of one poverty line."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pandas as pd

from samarkand.world.economies.surveys import year_of_line
from samarkand.world.importers.fact_rows import MISSING, read_json, tidy
from samarkand.world.importers.frame import Import
from samarkand.world.importers.tables import read_lines


def read_poverty(path: Path, task: Import) -> Iterator[pd.DataFrame]:
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
        content = read_json(path, task)
        if content is None:
            return
        if not isinstance(content, list) or not all(
            isinstance(row, dict) and set(needed) <= set(row) for row in content
        ):
            task.fault(str(path), "is not an answer of PIP", f"Rows need {', '.join(needed)}.")
            return
        names = (*needed, *more, *task.where)
        cells = [{name: _cell(row[name]) for name in names if name in row} for row in content]
        columns = None if cells else list(needed)  # an answer without rows has columns all the same
        frame = pd.DataFrame(cells, index=range(1, len(cells) + 1), columns=columns).fillna("")
        chunks: Iterator[pd.DataFrame] = iter([task.chosen(path, frame)])
    else:
        chunks = task.rows(path, needed=needed, optional=more)
    found: set[float] = set()
    for chunk in chunks:
        level = chunk["reporting_level"].str.strip()
        national = level == "national" if "reporting_level" not in task.where else level != ""
        task.skip("rows of parts of economies", int((~national).sum()))
        used = chunk[national]
        lines_used = task.numbers(path, used["poverty_line"])
        found |= {float(line) for line in lines_used.dropna()}
        if len(found) > 1:
            several = sorted(found)
            reason = f"holds several poverty lines ({', '.join(f'{line:g}' for line in several[:6])})"
            task.fault(str(path), reason, f"Choose one with --where poverty_line={several[0]:g}.")
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
            yield tidy(
                task, path, used["country_code"], pd.Series(series, used.index), year, values, text, late
            )


def _cell(value: object) -> str:
    return "" if value is None else str(value)
