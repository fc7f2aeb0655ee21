"""One item: who lives near it, who builds and runs it, and which journeys it brings."""

from __future__ import annotations

import xarray as xr

from samarkand.core.gaps import Gap
from samarkand.priorities.base import Levels
from samarkand.priorities.faces import Answer, Page, Table, shown
from samarkand.priorities.registry import find_indicator
from samarkand.priorities.social.assessment import assess_project
from samarkand.programme.model.models import Item

MOST_ROWS = 15
FORMS = {"fraction": (".1f", 100.0, "%")}


def page_of_item(answer: Answer, item: Item) -> Page:
    """All that is assessed of an item by case, and by economy where it is known so; why the rest is not."""
    found = assess_project(item, answer.timeline)
    names = {code: answer.world.name_of(code) for code in answer.world.labels}
    by_case, by_economy, gaps = [], [], []
    for name, outcome in found.items():
        _, declared = find_indicator(name)
        if isinstance(outcome, Gap):
            gaps.append((declared.title, outcome.reason))
        elif outcome.change is not None and "economy" in outcome.change.dims:
            by_economy.append(_of_economies(declared.title, declared.unit, outcome.change, names))
        elif outcome.change is not None:
            by_case.append(_of_cases(declared.title, declared.unit, declared.case, outcome))
    tables = (*by_case, *by_economy)
    if gaps:
        tables = (*tables, Table("Not assessed", ("what", "why"), tuple(gaps), numbers=2))
    economies = ", ".join(names.get(code, code) for code in item.economies)
    return Page(
        f"What {item.title} brings to people", lead=(f"{item.kind_row.label}; {economies}.",), tables=tables
    )


def _of_cases(title: str, unit: str, case: str, outcome: Levels) -> Table:
    """A row a case, with the range where there is one."""
    assert outcome.change is not None
    span = outcome.ranges.get("change")
    rows = tuple(
        (
            str(label),
            *(_cell(float(one.sel(case=label)), unit) for one in (
                (outcome.change,) if span is None else (outcome.change, span.low, span.high))),
        )
        for label in outcome.change["case"].to_numpy()
    )  # fmt: skip
    head = "change" if unit == "fraction" else unit
    heads = (case, head) if span is None else (case, head, "from", "to")
    return Table(title, heads, rows)


def _of_economies(title: str, unit: str, values: xr.DataArray, names: dict[str, str]) -> Table:
    """A row an economy, the most first; a column a case where there are some."""
    table = values if "case" in values.dims else values.expand_dims(case=[unit])
    known = table.transpose("economy", "case").dropna("economy", how="all")
    most = known.max("case").to_series().sort_values(ascending=False, kind="stable").index
    cases = [str(one) for one in known["case"].to_numpy()]
    rows = tuple(
        (
            names.get(str(code), str(code)),
            *(_cell(float(known.sel(economy=code, case=one)), unit) for one in cases),
        )
        for code in most[:MOST_ROWS]
    )
    note = (
        f"{len(most)} economies are known; the first {len(rows)} are shown." if len(most) > len(rows) else ""
    )
    return Table(f"{title}, by economy", ("economy", *cases), rows, note=note)


def _cell(value: float, unit: str) -> str:
    return shown(value, *FORMS.get(unit, (",.0f",)))
