"""Prints a stress test, and writes its table."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
from rich.console import Console
from rich.table import Table
from rich.text import Text

from samarkand.core.conventions import BASE_YEAR
from samarkand.reports.files import write_texts

if TYPE_CHECKING:
    from samarkand.planning.stress import Case, Stress

WORST = 6
NAMED = 3


def print_stress(stress: Stress, console: Console | None = None) -> None:
    """Print one line a case, and for each the economies that lose most and what is cut off."""
    console = console or Console(width=min(Console().width, 100))
    console.print(Text(f"Stress of {stress.programme.title}, {stress.year}", style="bold"))
    console.print(
        f"Real income of all economies against the same world open, US$ m a year at {BASE_YEAR} size:"
    )
    table = Table(box=None, pad_edge=False)
    for column, justify in (("closed", "left"), ("without programme", "right"), ("with it", "right"),
                            ("loses most", "left"), ("pairs cut off", "right")):  # fmt: skip
        table.add_column(column, justify=justify)  # type: ignore[arg-type]
    names = stress.world.names
    for row in stress.summary().to_dict("records"):
        worst = f"{names.get(row['worst_economy'], row['worst_economy'])} {row['worst_change']:+.2%}"
        cut = f"{row['pairs_cut_off_without']:,}"
        if row["pairs_cut_off_with"] != row["pairs_cut_off_without"]:
            cut += f" ({row['pairs_cut_off_with']:,} with)"
        money = (f"{row['real_income_without']:+,.0f}", f"{row['real_income_with']:+,.0f}")
        table.add_row(row["case"], *money, worst, cut)
    console.print(table)
    for case in stress.cases:
        _print_case(case, names, console)


def _print_case(case: Case, names: dict[str, str], console: Console) -> None:
    console.print()
    console.print(Text(case.name, style="bold"))
    table = Table(box=None, pad_edge=False)
    columns = ("economy", "real income", "with programme", "trade cost", "with programme", "access lost")
    for column in columns:
        table.add_column(column, justify="left" if column == "economy" else "right")
    income = case.results["real_income"]
    order = income.sel(scenario="without").to_series().sort_values()
    for economy in order.index[:WORST]:
        rows = [
            case.results[name].sel(economy=economy, scenario=scenario).item()
            for name in ("real_income", "trade_cost")
            for scenario in ("without", "with")
        ]
        access = case.results["lost_access"].sel(economy=economy, scenario="without").item()
        table.add_row(
            names.get(str(economy), str(economy)), *(f"{value:+.3%}" for value in rows), f"{access:.1%}"
        )
    console.print(table)
    for scenario, pairs in case.cut_off.items():
        if pairs:
            shown = "; ".join(f"{one} - {other}" for one, other in pairs[:NAMED])
            more = f"; and {len(pairs) - NAMED:,} more" if len(pairs) > NAMED else ""
            console.print(f"Cut off {scenario} the programme: {shown}{more}.")


def write_stress(stress: Stress, out: Path) -> tuple[Path, ...]:
    """Write `stress.csv` (all measures) and `stress-cut-off.csv` (pairs of cities that nothing connects)."""
    cut_off = pd.DataFrame(
        [
            (case.name, scenario, *pair)
            for case in stress.cases
            for scenario, pairs in case.cut_off.items()
            for pair in pairs
        ],
        columns=["case", "scenario", "city", "other_city"],
    )
    tables = {"stress.csv": stress.to_dataframe(), "stress-cut-off.csv": cut_off}
    return write_texts(out, {name: table.to_csv(index=False) for name, table in tables.items()})
