"""The scorecard: one terminal page with who gains, who loses, who pays, and what is not known."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table
from rich.text import Text

from samarkand.core.units import format_value
from samarkand.priorities import priorities
from samarkand.reports.summary import change_by_economy, summarise

if TYPE_CHECKING:
    from samarkand.outcome import Appraisal

SHOWN = 6


def print_scorecard(appraisal: Appraisal, written: Sequence[Path], console: Console | None = None) -> None:
    """Print the scorecard of an appraisal; `written` are the files to name at its end."""
    console = console or Console(width=min(Console().width, 100))
    summary = summarise(appraisal)
    names = appraisal.world.names

    title = f"{appraisal.programme.title} · {summary.year}"
    console.print(
        Text(title, style="bold"), Text(f"against the same world without it ({appraisal.world.title})")
    )
    items = appraisal.counts
    console.print(
        f"{items.open} of {items.total} items open by {summary.year}; {items.with_effect} change the results, "
        f"{items.without_effect} have no assessed effect."
    )
    console.print()
    total = format_value(summary.world_gain, "US$ m", sign=True)
    console.print(
        f"Real income, all economies: {total} a year at {appraisal.size}.  "
        f"{len(summary.gainers)} gain, {len(summary.losers)} lose, {summary.unaffected} unaffected."
    )

    table = Table(box=None, pad_edge=False, show_edge=False)
    for column, justify in (
        ("", "left"), ("income %", "right"), ("US$ m", "right"), ("unpaid %", "right"),
        ("pays", "right"), ("exports %", "right"), ("time %", "right"), ("cost %", "right"),
    ):  # fmt: skip
        table.add_column(column, justify=justify, no_wrap=True)  # type: ignore[arg-type]
    columns = [
        (change_by_economy(appraisal, indicator), unit)
        for indicator, unit in (
            ("real_income", "fraction"), ("real_income_value", "US$ m"), ("real_income_unpaid", "fraction"),
            ("programme_cost", "US$ m"), ("exports", "fraction"), ("shipment_time", "fraction"),
            ("generalised_cost", "fraction"),
        )
    ]  # fmt: skip
    for heading, chosen, style in (
        ("Gain most", summary.gainers.index[:SHOWN], "green"),
        ("Lose most", summary.losers.index[:SHOWN], "red"),
    ):
        table.add_row(Text(heading, style=f"bold {style}"))
        if not len(chosen):
            table.add_row("  none")
        for economy in chosen:
            cells = [_cell(series.get(economy), unit) for series, unit in columns]
            table.add_row(f"  {names.get(economy, economy)[:18]}", *cells)
    console.print(table)
    console.print(
        "income: real income after payment; unpaid: before payment; time, cost: mean over partners",
        style="dim",
    )
    payers = ", ".join(f"{economy} {value:,.0f}" for economy, value in summary.payers.items())
    console.print(f"Who pays (US$ m a year, known capex only): {payers or 'nobody: no capex is known'}")
    console.print()

    for priority in priorities():
        state = "assessed" if priority.assessed else priority.reason.partition(":")[0]
        console.print(f"  {priority.title:<48} {state}")
    _print_gaps(console, appraisal)
    console.print(f"Evidence: {appraisal.evidence.line}")
    share = appraisal.programme.verified_share("capex", "length")
    if share is not None:
        console.print(f"Costs and lengths of the programme: {share:.0%} verified.")
    console.print(f"Solved exactly: {appraisal.certificate_line}")
    for path in written:
        console.print(f"  wrote {path}", soft_wrap=True)


def _print_gaps(console: Console, appraisal: Appraisal) -> None:
    gaps = appraisal.not_assessed
    if not gaps:
        return
    console.print(Text(f"Not assessed ({len(gaps)}; all with reasons in the report):", style="bold"))
    for gap in gaps[:4]:
        console.print(f"  {gap.item}: {gap.what}: {gap.reason}", overflow="ellipsis", no_wrap=True)


def _cell(value: float | None, unit: str) -> str:
    """A figure in a narrow column whose heading has the unit: two significant digits, per cent or US$ m."""
    if value is None or value != value:
        return "n/a"
    if unit == "US$ m":
        return f"{value:+,.0f}" if abs(value) >= 0.5 or value == 0 else f"{value:+.1g}"
    percent = 100 * value
    return f"{percent:+.2f}" if abs(percent) >= 0.1 or value == 0 else f"{percent:+.1g}"
