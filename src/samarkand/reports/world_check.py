"""Prints what `check_world` found, and the hold-out of a world's estimates."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Column, Table

from samarkand.world.checking import Check, stale_figures
from samarkand.world.world import World

if TYPE_CHECKING:
    from samarkand.analysis.holdout import HoldOut

MOST_VARIABLES = 8
UNITS = {"km": "km"}  # others are told by the title


def _figure(value: float, unit: str) -> str:
    if not math.isfinite(value):
        return "none" if math.isnan(value) else "no way"
    if unit == "relative":
        return f"{value:.1e}"
    return f"{value:.3f}" if unit.startswith("share") else f"{value:,.0f}"


def _bounds(check: Check) -> str:
    low, high = (
        None if math.isinf(bound) else _figure(bound, check.unit) for bound in (check.low, check.high)
    )
    if low is None or high is None:
        return f"at most {high}" if low is None else f"at least {low}"
    return f"{low} to {high}"


def print_check(world: World, checks: Iterable[Check], console: Console | None = None) -> None:
    """Every check with its value and bounds, stale figures by variable, and one line of verdict."""
    console = console or Console()
    listed = list(checks)
    table = Table("", Column("checked", min_width=22), "found", "bounds", "", box=None)  # one city's name
    part = ""
    for check in listed:
        note = check.note if check.part != "distance" else ""  # where a length is from stands in the table
        table.add_row(
            check.part if check.part != part else "",
            check.title,
            f"{_figure(check.value, check.unit)} {UNITS.get(check.unit, '')}".strip(),
            _bounds(check),
            note if check.ok else f"OUT OF BOUNDS {note}".strip(),
            style=None if check.ok else "red",
        )
        part = check.part
    console.print(f"{world.name}: {world.title}", highlight=False)
    console.print(table)
    old = stale_figures(world)
    if len(old):
        rows = old.head(MOST_VARIABLES).itertuples(index=False)
        named = ", ".join(f"{row.variable} ({row.economies}, oldest {row.oldest})" for row in rows)
        more = f" and {len(old) - MOST_VARIABLES} more variables" if len(old) > MOST_VARIABLES else ""
        console.print(f"Stale figures by variable (economies): {named}{more}.", highlight=False)
    bad = [check for check in listed if not check.ok]
    console.print(
        f"{len(bad)} of {len(listed)} checks are out of bounds."
        if bad
        else f"All {len(listed)} checks pass.",
        style="red" if bad else "green",
        highlight=False,
    )


def print_hold_out(found: HoldOut, console: Console | None = None) -> None:
    """The hold-out by economy and method, means, and the ranges that follow."""
    console = console or Console()
    scores = found.scores
    names = {
        "right_partners": "right partners", "correlation_pair": "corr. pairs", "log_error_pair": "log error pairs",
        "correlation_sector": "corr. sectors", "log_error_sector": "log error sectors",
    }  # fmt: skip
    table = Table("economy", "method", *names.values(), box=None)
    for row in scores.to_dict("records"):
        table.add_row(str(row["economy"]), str(row["method"]), *(f"{row[name]:.2f}" for name in names))
    for method, part in scores.groupby("method", sort=False):
        table.add_row("mean", str(method), *(f"{part[name].mean():.2f}" for name in names), style="bold")
    console.print(table)
    ranges = Table("headline", "+- part of the value", "at least", "held-out economies inside", box=None)
    for row in found.ranges.to_dict("records"):
        ranges.add_row(
            str(row["indicator"]), f"{row['relative']:.3g}", f"{row['absolute']:.2g}",
            f"{row['inside']} of {row['economies']}",
        )  # fmt: skip
    console.print(ranges)
