"""Innovation of one economy, or of one item: all that is known of it, and why the rest is not."""

from __future__ import annotations

import numpy as np

from samarkand.core.units import format_value
from samarkand.priorities.base import Indicator
from samarkand.priorities.faces import Answer, Page, Picture, Table
from samarkand.priorities.innovation.assessment import found_of
from samarkand.priorities.innovation.cables_page import by_economy, by_item, title_of
from samarkand.priorities.innovation.connection import connection_of, connection_without
from samarkand.priorities.innovation.digital_page import documents, readiness
from samarkand.priorities.innovation.page import opportunities_of
from samarkand.priorities.innovation.space_page import space_of
from samarkand.priorities.registry import all_indicators
from samarkand.priorities.results import unit_of
from samarkand.programme.channels.skills import calc_net_of
from samarkand.programme.model.models import Item

NAME = "innovation"


def economy_page(answer: Answer, code: str) -> Page:
    """Its indices, opportunities, connection and readiness, without the programme and with it."""
    found = found_of(answer.timeline.last)
    tables = [_figures(answer, code)]
    pictures: tuple[Picture, ...] = ()
    lead: tuple[str, ...] = ()
    if isinstance(found, str):
        lead = (f"Complexity and opportunities: {found}.",)
    elif code in found.sample.left_out:
        lead = (f"Complexity and opportunities: it is not in the sample: {found.sample.left_out[code]}.",)
    elif code in found.economies:
        tables.append(opportunities_of(answer, found, code))
        pictures = (space_of(answer, found, code),)
    tables += [by_economy(answer, (code,)), _cuts(answer, code), readiness(answer, (code,))]
    name = answer.world.name_of(code)
    return Page(f"Innovation: {name}", lead=lead, tables=tuple(tables), pictures=pictures)


def item_page(answer: Answer, item: Item) -> Page:
    """Its people by year, what they add to pay, what its documents save and what its cable joins."""
    gaps = [gap for gap in answer.timeline.last.change.not_assessed if gap.item == item.id]
    lead = tuple(dict.fromkeys(f"{gap.what}: {gap.reason}." for gap in gaps))
    tables = [
        _by_year(answer, item), _skills(answer, item), documents(answer, item.id), by_item(answer, item.id),
    ]  # fmt: skip
    kept = tuple(table for table in tables if table.rows)
    lead = lead if kept else (*lead, "Nothing of it is counted here.")
    return Page(f"Innovation: {item.title}", lead=lead, tables=kept)


def _figures(answer: Answer, code: str) -> Table:
    """All indicators by economy alone."""
    rows = []
    for row in all_indicators()[NAME]:
        if row.dims == ("economy",):
            parts = ("change",) if row.change == "direct" else ("without", "with", "change")
            cells = {part: _figure(answer, row, code, part) for part in parts}
            rows.append((row.title, *(cells.get(part, "") for part in ("without", "with", "change"))))
    return Table("Figures", ("indicator", "without", "with", "change"), tuple(rows))


def _figure(answer: Answer, row: Indicator, code: str, part: str) -> str:
    values = answer.array(row.name, part)
    known = "economy" in values.dims and code in values["economy"].to_numpy()
    value = float(values.sel(economy=code)) if known else float("nan")
    return format_value(value, unit_of(row, part), sign=part == "change")


def _cuts(answer: Answer, code: str) -> Table:
    """Single cuts that take its connection, without the programme or with it."""
    pair = connection_without(answer.timeline.last), connection_of(answer.timeline.last)
    rows = []
    if code in pair[0].economies:
        row = pair[0].economies.index(code)
        for column, case in enumerate(pair[0].cases):
            taken = [bool(one.cut_off[row, column]) for one in pair]
            if any(taken):
                rows.append((title_of(answer, case), *("taken" if one else "stays" for one in taken)))
    heads = ("cut", "without the programme", "with it")
    note = "" if rows else "No single cut of what is known takes it."
    return Table("Single cuts that take the connection", heads, tuple(rows), note, numbers=3)


def _by_year(answer: Answer, item: Item) -> Table:
    """Indicators by item that have figures of it."""
    rows = []
    for row in all_indicators()[NAME]:
        if row.granularity == "project":
            values = answer.by_year(row.name)
            if "project" in values.dims and np.isfinite(of_item := values.sel(project=item.id)).any():
                cells = (format_value(float(one), row.unit) for one in of_item.to_numpy())
                rows.append((row.title, *cells))
    return Table("People", ("indicator", *map(str, answer.years)), tuple(rows))


def _skills(answer: Answer, item: Item) -> Table:
    """The ledger's margin of skills, US$ m by economy and year."""
    by_year = {
        year: calc_net_of(change, year)
        for year, state in answer.timeline.states.items()
        for change in state.change.effects["skills"]
        if change.item == item.id
    }
    economies = sorted({code for amounts in by_year.values() for code in amounts})
    rows = tuple(
        (
            answer.world.name_of(code),
            *(f"{by_year.get(year, {}).get(code, 0.0):+,.3f}" for year in answer.years),
        )
        for code in economies
    )
    note = "Pay of graduates less what the places cost, as in the ledger: skills."
    return Table("Skills, US$ m a year", ("economy", *map(str, answer.years)), rows, note)
