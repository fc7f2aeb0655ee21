"""Pages of the priorities: their own where they bring one, else tables of what they report not by economy.

Drawn here for the report and for the terminal; a page itself knows no layout (`priorities.faces`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from importlib import import_module
from importlib.util import find_spec
from itertools import product
from typing import TYPE_CHECKING, Any

import numpy as np
from rich.console import Console
from rich.table import Table as Grid
from rich.text import Text

from samarkand.core.gaps import Gap
from samarkand.priorities.base import Indicator, Priority
from samarkand.priorities.faces import Bars, Figure, Gantt, Page, SpotMap, Table
from samarkand.priorities.registry import HERE, all_indicators, priorities
from samarkand.priorities.results import unit_of
from samarkand.reports.charts import Bar, Line, bar_chart, line_chart
from samarkand.reports.figures import NOTHING, display_unit, figure
from samarkand.reports.gantt import gantt_chart, gantt_text
from samarkand.reports.maps import spot_map
from samarkand.reports.svg import Svg
from samarkand.world.economies.map import load_map

if TYPE_CHECKING:
    from samarkand.result import Appraisal

MOST_ROWS, MOST_YEARS = 40, 8
WIDEST = 100
UNBOUND = 10_000  # columns of a terminal in which nothing is cut
LETTER, WIDEST_LABEL = 7, 200  # pixels of a chart


def pages_of(appraisal: Appraisal) -> Iterator[tuple[str, Page]]:
    """The pages, by name, of all assessed priorities with something to show beside the tables of economies.

    A priority's own page is named after it; it may bring more (`MORE_PAGES` of its `page.py`).
    """
    for priority in priorities():
        if priority.name not in appraisal.priorities:
            continue
        if (page := page_of(priority, appraisal)) is not None:
            yield priority.name, page
        if find_spec(f"{HERE}.{priority.name}.page") is not None:
            more = getattr(import_module(f"{HERE}.{priority.name}.page"), "MORE_PAGES", {})
            yield from (
                (name, found) for name, make in more.items() if (found := make(appraisal)) is not None
            )


def page_of(priority: Priority, appraisal: Appraisal) -> Page | None:
    """A priority's own page, or its tables; None where it has neither."""
    if find_spec(f"{HERE}.{priority.name}.page") is not None:
        own: Page = import_module(f"{HERE}.{priority.name}.page").page(appraisal)
        return own
    tables = [
        table_of(row, appraisal)
        for row in all_indicators()[priority.name]
        if row.is_headline and row.dims != ("economy",)
    ]
    return Page(priority.title, tables=tuple(tables)) if tables else None


def table_of(row: Indicator, appraisal: Appraisal, most: int = MOST_ROWS) -> Table:
    """An indicator by its labels and years: those with most first where they are too many for a page."""
    years = _few(appraisal.own_years(row.name))
    values = appraisal.arrays.values(row.name, years=years)
    unit = display_unit(unit_of(row, "change"))
    title = row.title + (f", {unit}" if unit and row.type == "number" else "")
    if isinstance(appraisal.arrays.outcome(row), Gap):
        return Table(title, ("",), (), note=f"Not assessed: {appraisal.reason_of(row.name)}.")
    is_category = row.type == "category"
    cells = (
        appraisal.arrays.labels(row.name, years=years).to_numpy()
        if is_category
        else values.to_numpy()
    )  # fmt: skip
    size = np.abs(np.nan_to_num(values.to_numpy())).reshape(len(years), -1).max(axis=0)
    known = np.isfinite(values.to_numpy()).reshape(len(years), -1).any(axis=0)
    labels = list(product(*(map(str, values[dim].to_numpy()) for dim in row.dims)))
    shown = [place for place in range(len(labels)) if known[place]]
    note = ""
    if len(shown) > most:
        shown = sorted(shown, key=lambda place: -size[place])[:most]
        note = f"The {most} largest of {int(known.sum())}; all are in indicators.parquet."
    silent = int((~known).sum())
    if silent:
        note = f"{note} {silent} without a figure: {appraisal.reason_of(row.name)}.".strip()
    flat = cells.reshape(len(years), -1)
    sign = not (row.change == "direct" and row.grows_with == "nothing")
    rows = tuple(
        (
            *_named(appraisal, row, labels[place]),
            *(_cell(flat[k, place], row, sign) for k in range(len(years))),
        )
        for place in shown
    )
    heads = tuple(row.case or dim if dim == "case" else dim for dim in row.dims)
    return Table(title, (*heads, *map(str, years)), rows, note, numbers=len(heads))


def _few(years: tuple[int, ...]) -> tuple[int, ...]:
    """At most so many years as a page has room for, the first and the last among them."""
    if len(years) <= MOST_YEARS:
        return years
    places = np.linspace(0, len(years) - 1, MOST_YEARS).round().astype(int)
    return tuple(years[place] for place in places)


def _named(appraisal: Appraisal, row: Indicator, labels: tuple[str, ...]) -> tuple[str, ...]:
    titles = {item.id: item.title for item in appraisal.programme.items}
    parties = {party.id: party.name for party in appraisal.programme.parties}
    known = {
        "economy": appraisal.world.names,
        "partner": appraisal.world.names,
        "project": titles,
        "party": parties,
    }
    return tuple(known.get(dim, {}).get(label, label) for dim, label in zip(row.dims, labels, strict=True))


def _cell(value: Any, row: Indicator, sign: bool) -> str:
    if row.type == "category":
        return str(value) or NOTHING
    return figure(float(value), unit_of(row, "change"), sign=sign)


def is_wide(chart: Figure) -> bool:
    """Whether it takes the whole width of a page, its figures beneath it."""
    return isinstance(chart, SpotMap)


def draw_chart(chart: Figure) -> Svg:
    """Lines over years, bars, a Gantt chart, or circles on a map, as SVG."""
    if isinstance(chart, Gantt):
        return gantt_chart(chart)
    if isinstance(chart, SpotMap):
        return spot_map(load_map(), chart.spots, chart.groups, chart.title, chart.shades)
    unit = display_unit(chart.unit)
    if isinstance(chart, Bars):
        known = zip(chart.labels, chart.values, strict=True)
        bars = [
            Bar(name, value, figure(value, chart.unit, sign=True)) for name, value in known if value == value
        ]
        room = LETTER * max((len(bar.label) for bar in bars), default=0) + 10
        return bar_chart(bars, f"{chart.title}, {unit}", label_width=min(max(100, room), WIDEST_LABEL))
    factor = 100.0 if chart.unit == "fraction" else 1.0
    lines = [
        Line(
            name,
            [float(value) * factor if np.isfinite(value) else None for value in values],
            [figure(float(value), chart.unit) for value in values],
        )
        for name, values in chart.series.items()
    ]
    return line_chart(chart.years, lines, f"{chart.title}, {unit}", unit)


def twin_of(chart: Figure) -> Table:
    """The same figures as a table."""
    if isinstance(chart, SpotMap | Gantt):
        return chart.twin
    title = f"{chart.title}, {display_unit(chart.unit)}"
    if isinstance(chart, Bars):
        cells = (figure(value, chart.unit, sign=True) for value in chart.values)
        return Table(
            title, (chart.of, display_unit(chart.unit)), tuple(zip(chart.labels, cells, strict=True))
        )
    rows = tuple(
        (str(year), *(figure(float(values[k]), chart.unit) for values in chart.series.values()))
        for k, year in enumerate(chart.years)
    )
    return Table(title, ("year", *chart.series), rows)


def print_page(page: Page, console: Console | None = None) -> None:
    """Print a page: sentences, charts as their tables, tables."""
    console = console or Console(width=min(Console().width, WIDEST))
    console.print(Text(page.title, style="bold"))
    for sentence in page.lead:
        console.print(sentence, highlight=False)
    for chart in page.charts:
        if isinstance(chart, Gantt) and chart.rows:
            console.print()
            console.print(Text(chart.title, style="bold"))
            for line in gantt_text(chart, console.width):
                console.print(Text(line), no_wrap=True, overflow="crop")
    for table in (*map(twin_of, page.charts), *page.tables):
        console.print()
        parts = _fitting(table, console)
        if table.title:  # not as a title of the grid, which wraps at the width of its columns
            console.print(Text(table.title, style="bold"))
        for number, part in enumerate(parts):
            if number:
                console.print()
            console.print(_grid(part))
        if not parts:
            _print_blocks(table, console)
        if table.note:
            console.print(table.note, highlight=False)


def _grid(table: Table) -> Grid:
    grid = Grid(box=None, pad_edge=False, show_header=any(table.heads))
    for place, head in enumerate(table.heads):
        grid.add_column(head, justify="right" if place >= table.numbers else "left")
    for cells in table.rows:
        grid.add_row(*cells)
    return grid


def _fitting(table: Table, console: Console) -> list[Table]:
    """The table in parts that cut no word: first columns repeated, figures dealt out; none where one is too wide."""
    many = len(table.heads) - table.numbers
    if not table.rows or _fits(table, console):
        return [table]
    for count in range(2, many + 1):
        places = np.array_split(np.arange(table.numbers, len(table.heads)), count)
        parts = [_part(table, [*range(table.numbers), *map(int, one)]) for one in places]
        if all(_fits(part, console) for part in parts):
            return parts
    return []


def _fits(table: Table, console: Console) -> bool:
    return (
        _grid(table).__rich_measure__(console, console.options.update(max_width=UNBOUND)).minimum
        <= console.width
    )


def _part(table: Table, places: list[int]) -> Table:
    rows = tuple(tuple(row[place] for place in places) for row in table.rows)
    return replace(table, heads=tuple(table.heads[place] for place in places), rows=rows)


def _print_blocks(table: Table, console: Console) -> None:
    """One block a row: a line for each cell that is not empty."""
    for row in table.rows:
        block = Grid(box=None, pad_edge=False, show_header=False)
        for head, cell in zip(table.heads, row, strict=True):
            if cell:
                block.add_row(head, cell)
        console.print(block)
        console.print()
