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

from samarkand.priorities.registry import priorities
from samarkand.reports.figures import MINUS, figure, plural
from samarkand.reports.net_worth import capital_line, net_worth_line
from samarkand.reports.summary import (
    PRIORITY_MISSING,
    Group,
    Summary,
    answer,
    change_by_economy,
    missing_by_reason,
    summarise,
    unaffected,
)
from samarkand.worth.net_worth import net_worth

if TYPE_CHECKING:
    from samarkand.result import Appraisal

REASONS = 2
MOVERS, PAYERS = 5, 3  # economies by name
WIDEST = 100


def print_scorecard(appraisal: Appraisal, written: Sequence[Path], console: Console | None = None) -> None:
    """Print the scorecard of an appraisal; `written` are the files to name at its end."""
    console = console or Console(width=min(Console().width, WIDEST))
    summary = summarise(appraisal)
    items = appraisal.counts
    console.print(Text(f"{appraisal.programme.title} · {summary.year}", style="bold"))
    _say(
        console,
        f"{items.open} of {plural(items.total, 'item')} in service by then: {items.with_effect} have an effect, "
        f"{items.without_effect} none that is assessed.",
    )
    if appraisal.terms_line:
        _say(console, appraisal.terms_line)
    for sentence in answer(summary):
        console.print(Text(_plain(sentence), style="bold"))
    console.print()
    console.print(_table(appraisal, summary))
    _say(
        console,
        f"{unaffected(summary)} {appraisal.size_line}",
    )
    beside = net_worth(appraisal)
    for sentence in (net_worth_line(beside), capital_line(beside)):
        if sentence:
            _say(console, sentence)
    _print_gaps(console, appraisal)
    share = appraisal.programme.verified_share("capex", "length")
    verified = "" if share is None else f" Of costs and lengths {share:.0%} are verified."
    _say(console, f"Evidence: {appraisal.evidence.line}{verified}")
    _say(console, f"Solved exactly: {appraisal.certificate_line}")
    if written:
        folder = written[0].parent
        _say(console, f"Written to {folder}: {', '.join(path.name for path in written)}")


def _table(appraisal: Appraisal, summary: Summary) -> Table:
    """Who gains, loses and pays: all of them together, those with most by name, and the others as one.

    All rows have the same columns, and the sums of money over the rows beneath are those of the row above them.
    """
    table = Table(box=None, pad_edge=False, show_edge=False)
    table.add_column("real income a year", no_wrap=True)
    for heading in ("US$ m", "%", "unpaid", "pays", "time %"):
        table.add_column(heading, justify="right", no_wrap=True)
    time = change_by_economy(appraisal, "shipment_time")
    for heading, verb, ranked, style, most in (
        ("Gain", "gain", summary.gainers, "green", MOVERS),
        ("Lose", "lose", summary.losers, "red", MOVERS),
        ("Pay", "pay", summary.payers, "bold", PAYERS),
    ):
        group = Group.of(ranked, most)
        words = Text(f"{heading}: {group.count or 'none'}", style=f"bold {style}")
        if not group.members:
            table.add_row(words)
            continue
        _sums(table, summary, words, group.members)
        for code in group.shown:
            table.add_row(
                f"  {appraisal.world.name_of(code)}",
                _cell(summary.real_income_value, code, "US$ m"),
                _cell(summary.real_income, code, "fraction"),
                _cell(summary.unpaid_value, code, "US$ m"),
                _charge(summary.cost.get(code, 0.0)),
                _cell(time, code, "fraction"),
            )
        if group.others:
            _sums(table, summary, f"  {len(group.others)} others that {verb}", group.others)
    _sums(table, summary, Text("All economies", style="bold"), summary.economies)
    return table


def _sums(table: Table, summary: Summary, words: str | Text, codes: tuple[str, ...]) -> None:
    """A row of what some economies have together; shares of income and of time do not add up."""
    value, before, cost = (
        float(column.reindex(codes).sum())
        for column in (summary.real_income_value, summary.unpaid_value, summary.cost)
    )
    changes = (_plain(figure(sum_, "US$ m", sign=True)) for sum_ in (value, before))
    table.add_row(words, next(changes), "", next(changes), _charge(cost), "")


def _charge(cost: float) -> str:
    return figure(float(cost), "US$ m") if cost else ""


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
