"""Prints what differs between two worlds, and what that does to the headline of the default programme."""

from __future__ import annotations

import pandas as pd
from rich.console import Console
from rich.table import Table

from samarkand.core.units import format_value
from samarkand.world.comparing import WorldDiff

MOST = 12


def headline(first: pd.Series, second: pd.Series) -> pd.DataFrame:
    """Real income changes by economy in both worlds, the largest difference first."""
    frame = pd.DataFrame({"first": first, "second": second}).rename_axis("economy")
    frame["difference"] = frame["second"] - frame["first"]
    return frame.reindex(frame["difference"].abs().sort_values(ascending=False, na_position="last").index)


def print_diff(diff: WorldDiff, gains: pd.DataFrame | None = None, console: Console | None = None) -> None:
    """Print the differences, each table with its largest ones."""
    console = console or Console()
    names = (diff.first.name, diff.second.name)

    def tell(text: str) -> None:
        console.print(text, highlight=False)

    tell(f"{names[0]} ({diff.first.title}) and {names[1]} ({diff.second.title})")
    if diff.same:
        tell("No table differs.")
        return
    for codes, words in ((diff.added, "only in the second"), (diff.missing, "only in the first")):
        if codes:
            more = f" and {len(codes) - MOST} more" if len(codes) > MOST else ""
            tell(f"Economies with accounts {words}: {', '.join(codes[:MOST])}{more}")
    totals = diff.accounts[diff.accounts["sector"] == ""]
    for title, frame in (
        ("totals by economy", totals),
        ("by sector", diff.accounts[diff.accounts["sector"] != ""]),
    ):
        if frame.empty:
            continue
        table = Table(
            "table",
            "economy",
            "sector",
            *names,
            "difference",
            box=None,
            title=f"Accounts, {title}: {len(frame)} differ",
        )
        shown = frame.head(MOST)
        for labels, first, second, relative in zip(
            shown[["table", "economy", "sector"]].to_numpy().tolist(),
            shown["first"],
            shown["second"],
            shown["relative"],
            strict=True,
        ):
            change = "new" if relative == float("inf") else f"{100 * relative:+.3g} %"
            table.add_row(*labels, f"{first:,.1f}", f"{second:,.1f}", change)
        console.print(table)
    if len(diff.tariffs):
        table = Table(
            "importer", *names, box=None, title=f"Mean tariff rates: {len(diff.tariffs)} importers differ"
        )
        shown = diff.tariffs.head(MOST)
        for importer, first, second in zip(shown["importer"], shown["first"], shown["second"], strict=True):
            table.add_row(str(importer), _rate(first), _rate(second))
        console.print(table)
    if len(diff.facts):
        table = Table(
            "economy", "figure", *names, box=None, title=f"Figures by economy: {len(diff.facts)} differ"
        )
        for cells in diff.facts.head(MOST).to_numpy().tolist():
            table.add_row(*(str(cell)[:40] for cell in cells))
        console.print(table)
    if len(diff.network):
        table = Table("table", *names, "rows that differ", box=None, title="Freight network")
        for name, *counts in diff.network.to_numpy().tolist():
            table.add_row(str(name), *(f"{count:,}" for count in counts))
        console.print(table)
    if gains is not None:
        table = Table(
            "economy", *names, "difference, points", box=None, title="Real income of the default programme"
        )
        shown = gains.head(MOST).reset_index()
        for economy, *values in shown[["economy", "first", "second", "difference"]].to_numpy().tolist():
            sides = [format_value(float(value), "fraction", sign=True) for value in values[:2]]
            table.add_row(str(economy), *sides, "n/a" if pd.isna(values[2]) else f"{100 * values[2]:+.2g}")
        console.print(table)


def _rate(value: float) -> str:
    return "none" if pd.isna(value) else f"{100 * value:.2f} %"
