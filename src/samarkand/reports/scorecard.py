"""The scorecard: one terminal page of 80 by 40 with who gains, who loses, who pays, and what is not known.

The order is that of the report. Colour says nothing that the words do not; rich leaves it out for pipes and `NO_COLOR`.
"""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
from rich.console import Console
from rich.table import Table
from rich.text import Text

from samarkand.priorities import priorities
from samarkand.reports.figures import MINUS, figure, money, plural
from samarkand.reports.summary import (
    PRIORITY_MISSING,
    Summary,
    answer,
    change_by_economy,
    missing_by_reason,
    summarise,
)

if TYPE_CHECKING:
    from samarkand.result import Appraisal

REASONS = 4
WIDEST = 100


def print_scorecard(appraisal: Appraisal, written: Sequence[Path], console: Console | None = None) -> None:
    """Print the scorecard of an appraisal; `written` are the files to name at its end."""
    console = console or Console(width=min(Console().width, WIDEST))
    summary = summarise(appraisal)
    items = appraisal.counts
    console.print(Text(f"{appraisal.programme.title} · {summary.year}", style="bold"))
    _say(
        console,
        f"{items.open} of {plural(items.total, 'item')} in service by then: {items.with_effect} change the results, "
        f"{items.without_effect} have no assessed effect.",
    )
    for sentence in answer(summary):
        console.print(Text(_plain(sentence), style="bold"))
    console.print()
    console.print(_table(appraisal, summary))
    _say(
        console,
        f"All economies together: {money(summary.unpaid_gain, sign=True)} a year before anybody pays, "
        f"{money(summary.world_gain, sign=True)} after. {appraisal.size_line}",
    )
    console.print()
    _print_gaps(console, appraisal)
    share = appraisal.programme.verified_share("capex", "length")
    verified = "" if share is None else f" Of costs and lengths {share:.0%} are verified."
    _say(console, f"Evidence: {appraisal.evidence.line}{verified}")
    _say(console, f"Solved exactly: {appraisal.certificate_line}")
    if written:
        folder = written[0].parent
        _say(console, f"Written to {folder}: {', '.join(path.name for path in written)}")


def _table(appraisal: Appraisal, summary: Summary) -> Table:
    """Who gains, loses and pays most, all with the same columns."""
    table = Table(box=None, pad_edge=False, show_edge=False)
    table.add_column("real income a year", no_wrap=True)
    for heading in ("US$ m", "%", "before paying", "pays", "time %"):
        table.add_column(heading, justify="right", no_wrap=True)
    time = change_by_economy(appraisal, "shipment_time")
    for heading, group, style, rows in (
        ("Gain most", summary.by_value(summary.gainers), "green", 5),
        ("Lose most", summary.by_value(summary.losers), "red", 5),
        ("Pay most", summary.payers, "bold", 4),
    ):
        table.add_row(Text(heading, style=f"bold {style}"))
        if not len(group):
            table.add_row("  none")
        for code in map(str, group.index[:rows]):
            name = appraisal.world.names.get(code, code)
            cost = float(summary.cost.get(code, 0.0))
            table.add_row(
                f"  {name}",
                _cell(summary.real_income_value, code, "US$ m"),
                _cell(summary.real_income, code, "fraction"),
                _cell(summary.unpaid_value, code, "US$ m"),
                figure(cost, "US$ m") if cost else "",
                _cell(time, code, "fraction"),
            )
    return table


def _cell(values: pd.Series, code: str, unit: str) -> str:
    value = values.get(code)
    return _plain(figure(None if value is None else float(value), unit, sign=True))


def _print_gaps(console: Console, appraisal: Appraisal) -> None:
    """The most frequent reasons for which something has no figure, with how often."""
    groups = missing_by_reason(appraisal)
    if not groups:
        return
    count = len(appraisal.not_assessed)
    console.print(Text(f"Not assessed: {plural(count, 'entry', 'entries')}, all in the report", style="bold"))
    for group in groups[:REASONS]:
        reason = group.reason
        if reason == PRIORITY_MISSING:
            reason = f"not assessed yet: {', '.join(row.name for row in priorities() if not row.assessed)}"
        line = f"{len(group.entries):4d}  {reason}"
        for part in textwrap.wrap(line, console.width, subsequent_indent="      "):
            console.print(part, soft_wrap=True, highlight=False)
    if len(groups) > REASONS:
        rest = sum(len(group.entries) for group in groups[REASONS:])
        console.print(f"{rest:4d}  for {plural(len(groups) - REASONS, 'other reason')}", highlight=False)


def _say(console: Console, text: str) -> None:
    console.print(_plain(text), highlight=False)


def _plain(text: str) -> str:
    """With the minus of the keyboard, so that what is piped can be searched and computed with."""
    return text.replace(MINUS, "-")
