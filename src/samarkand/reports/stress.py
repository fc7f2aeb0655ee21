"""Prints a stress test, and writes its table.

The money of a case is that of the economies shown and of all others as one: `real_income x income of the accounts`.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
from rich.console import Console
from rich.table import Table
from rich.text import Text

from samarkand.core.conventions import BASE_YEAR
from samarkand.reports.files import write_texts
from samarkand.reports.summary import Group
from samarkand.world.network.pipelines import OIL, UNITS, energy_network

if TYPE_CHECKING:
    from samarkand.planning.flood_losses import FloodLosses
    from samarkand.planning.stress import Case, Stress
    from samarkand.world.world import World

WORST = 6
NAMED = 3
LEAST_MONEY = 0.5  # US$ m a year: what changes by less is not printed
LONG_RUN = (
    "Long-run elasticities: buyers have found other sellers. While a closure is new, the volumes cut off "
    "are the answer, and the income lost is a lower bound."
)
# What canals, railways and ports earn with goods of others: by whether it is shown, and whether it is in real income.
TRANSIT = {
    (False, False): (
        "What canals, railways and ports earn with goods of others is not shown: --transit prints what they lose and "
        "gain, --transit-payments puts what is left above the cost of the service in real income."
    ),
    (True, False): (
        "Real income has none of it: --transit-payments puts what is left above the cost of the service in."
    ),
    (False, True): (
        "Real income has what canals and railways earn with goods of others above the cost of the service; --transit "
        "prints what places lose and gain."
    ),
    (True, True): "Real income has what is left of it above the cost of the service.",
}
OF_DAYS = (
    "Days count as so many 365ths of a year. Stocks, ships under way and the time until goods find other "
    "ways are not in it."
)
LEAST = 0.05  # thousand barrels a day, or thousand million cubic metres a year: what is less is not printed


def print_stress(stress: Stress, console: Console | None = None) -> None:
    """Print one line a case, and for each the economies that lose most and what is cut off."""
    console = console or Console(width=min(Console().width, 100))
    console.print(Text(f"Stress of {stress.programme.title}, {stress.year}", style="bold"))
    console.print(
        f"Real income of all economies against the same world open, US$ m {_span(stress)} at {BASE_YEAR} size:"
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
        part = stress.part_of_year
        money = tuple(f"{part * row[f'real_income_{state}']:+,.0f}" for state in ("without", "with"))
        table.add_row(row["case"], *money, worst, cut)
    console.print(table)
    console.print(
        "\nReal income, US$ m and per cent, and trade cost of the economies that lose most of their income:"
    )
    for case in stress.cases:
        _print_case(case, stress, console)
    console.print()
    console.print(LONG_RUN)
    shown = any(case.transit is not None for case in stress.cases)
    console.print(TRANSIT[shown, stress.transit_payments])
    if stress.days is not None:
        console.print(OF_DAYS)


def _span(stress: Stress) -> str:
    return "a year" if stress.days is None else f"in {stress.days:g} days"


def _print_case(case: Case, stress: Stress, console: Console) -> None:
    """The economies that lose most of their income, all others as one, and the sum of both."""
    console.print()
    console.print(Text(case.name, style="bold"))
    income, access = case.results["real_income"], case.results["lost_access"].sel(scenario="without")
    columns = ["economy", "US$ m", "with it", "income", "with it", "cost", "with it"]
    columns += ["access lost"] if float(access.max()) > 0 else []
    table = Table(box=None, pad_edge=False)
    for column in columns:
        left = column == "economy"
        table.add_column(column, justify="left" if left else "right", no_wrap=left)
    money = income * stress.world.accounts.value_added.sum("sector") * stress.part_of_year
    group = Group.of(income.sel(scenario="without").to_series().sort_values(), WORST)

    def sums(codes: tuple[str, ...]) -> list[str]:
        together = money.sel(economy=list(codes)).sum("economy")
        return [f"{together.sel(scenario=scenario).item():+,.0f}" for scenario in ("without", "with")]

    for economy in group.shown:
        changes = [
            case.results[name].sel(economy=economy, scenario=scenario).item()
            for name in ("real_income", "trade_cost")
            for scenario in ("without", "with")
        ]
        cells = [*(f"{value:+.3%}" for value in changes), f"{access.sel(economy=economy).item():.1%}"]
        words = [stress.world.name_of(economy), *sums((economy,)), *cells]
        table.add_row(*words[: len(columns)])
    if group.others:
        table.add_row(f"{len(group.others)} other economies", *sums(group.others))
    table.add_row("all economies", *sums(group.members), style="bold")
    console.print(table)
    for scenario, pairs in case.cut_off.items():
        if pairs:
            shown = "; ".join(f"{one} - {other}" for one, other in pairs[:NAMED])
            more = f"; and {len(pairs) - NAMED:,} more" if len(pairs) > NAMED else ""
            console.print(f"Cut off {scenario} the programme: {shown}{more}.")
    _print_energy(case, stress, console)
    _print_transit(case, stress, console)
    _print_limits(case, console)


def _print_limits(case: Case, console: Console) -> None:
    """Full places, open and closed, without the programme and with it; nothing where no limits are asked for."""
    if case.limits is None:
        return
    from samarkand.analysis.full_places import NOTHING_BINDS

    full = case.limits[(case.limits["price_open"] > 0) | (case.limits["price_closed"] > 0)]
    console.print()
    if full.empty:
        console.print(f"No place with a known capacity is full, open or closed. {NOTHING_BINDS}")
        return
    table = Table(box=None, pad_edge=False)
    for column in ("full", "programme", "price open", "closed", "used open", "closed", "scarcity"):
        table.add_column(column, justify="left" if column in ("full", "programme", "scarcity") else "right")
    for row in full.to_dict("records"):
        table.add_row(
            row["place"], row["scenario"], f"{row['price_open']:,.2f} {row['price_unit']}",
            f"{row['price_closed']:,.2f}", f"{row['used_open']:.0%}", f"{row['used_closed']:.0%}", row["scarcity"],
        )  # fmt: skip
    console.print(table)
    console.print(
        f"Prices for the trade that the closure leaves, before anybody pays for the programme. {NOTHING_BINDS}"
    )


def _print_transit(case: Case, stress: Stress, console: Console) -> None:
    """What places with a tariff of transit lose and gain, those without a change left out."""
    if case.transit is None or case.transit.empty:
        return
    rows = case.transit[case.transit["change"].abs() >= LEAST_MONEY]
    table = Table(box=None, pad_edge=False)
    for column in ("transit", "US$ m open", "closed", "change", "published a year"):
        table.add_column(column, justify="left" if column == "transit" else "right")
    for row in rows.sort_values("change", kind="stable").to_dict("records"):
        published = row["income_published"]
        table.add_row(
            row["title"], *(f"{stress.part_of_year * row[name]:,.0f}" for name in ("income_open", "income_closed")),
            f"{stress.part_of_year * row['change']:+,.0f}",
            "" if pd.isna(published) else f"{published:,.0f} ({int(row['income_year'])})",
        )  # fmt: skip
    console.print()
    console.print(f"Income from goods of others {_span(stress)}, without the programme:")
    console.print(table)


def _print_energy(case: Case, stress: Stress, console: Console) -> None:
    """Oil and gas in volumes: exporters that lose most, importers that lose most, and the lines that take it."""
    exporters, importers = case.energy.by_exporter(), case.energy.by_importer()
    if exporters.empty:
        return
    names, cargoes = stress.world.names, case.energy.tables.cargoes
    table = Table(box=None, pad_edge=False)
    columns = ("exporter", "cargo", "", "exports", "pass", "no way", "by line", "remain")
    for column in columns:
        words = column in columns[:3]
        table.add_column(column, justify="left" if words else "right", no_wrap=words)
    for row in exporters.head(WORST).to_dict("records"):
        unit, decimals = ("1,000 b/d", 0) if row["unit"] == OIL else ("bn m3", 1)
        amounts = [f"{row[name]:,.{decimals}f}" for name in ("volume", "passing", "without_way", "by_line")]
        economy = names.get(row["exporter"], row["exporter"])
        table.add_row(economy, row["cargo"], unit, *amounts, f"{row['remaining_share']:.0%}")
    console.print()
    console.print(table)
    lost = importers[importers["cut_off"] > LEAST].head(NAMED)
    if not lost.empty:
        shown = "; ".join(
            f"{names.get(row['importer'], row['importer'])} {_amount(row['cut_off'], row['unit'])} of "
            f"{cargoes[row['cargo']].title}"
            for row in lost.to_dict("records")
        )
        tonnes, money = exporters["cut_off_tonnes"].sum(), exporters["cut_off_value"].sum()
        console.print(f"Cut off: {tonnes:,.1f} m t worth US$ {money:,.0f} m a year; most of it for {shown}.")
    lines, taken = energy_network().lines, sorted(case.energy.taken.items(), key=lambda one: -one[1])
    if taken:
        by_line = (
            f"{lines[name].title} {_amount(volume, UNITS[lines[name].cargo])}"
            for name, volume in taken[:WORST]
        )
        console.print(f"Round it by line: {'; '.join(by_line)}.")


def _amount(volume: float, unit: str) -> str:
    """A volume in words: whole barrels a day, thousand million cubic metres a year."""
    return f"{volume * 1000.0:,.0f} b/d" if unit == OIL else f"{volume:,.1f} bn m3"


def write_stress(stress: Stress, out: Path) -> tuple[Path, ...]:
    """Write `stress.csv` (all measures), `stress-cut-off.csv` (pairs of cities that nothing connects), and oil and gas
    in volumes, `stress-energy-exporters.csv` and `stress-energy-importers.csv`; where it was asked for, income from
    goods of others, `stress-transit.csv`, and places with a capacity, `stress-limits.csv`."""
    cut_off = pd.DataFrame(
        [
            (case.name, scenario, *pair)
            for case in stress.cases
            for scenario, pairs in case.cut_off.items()
            for pair in pairs
        ],
        columns=["case", "scenario", "city", "other_city"],
    )
    tables = {
        "stress.csv": stress.to_dataframe(),
        "stress-cut-off.csv": cut_off,
        "stress-energy-exporters.csv": stress.energy("exporter"),
        "stress-energy-importers.csv": stress.energy("importer"),
    }
    if not (transit := stress.transit()).empty:
        tables["stress-transit.csv"] = transit
    if not (limits := stress.limits()).empty:
        tables["stress-limits.csv"] = limits
    return write_texts(out, {name: table.to_csv(index=False) for name, table in tables.items()})


def print_flood_losses(losses: FloodLosses, world: World | None, console: Console | None = None) -> None:
    """Print what floods take from real income in a year: of all economies, and of those that lose most."""
    console = console or Console(width=min(Console().width, 100))
    console.print(Text("Expected annual loss from links under water", style="bold"))
    closed = ", ".join(f"{period:g} years {number}" for period, number in losses.cut.items())
    console.print(
        f"Links closed by return period: {closed}. US$ m a year at {BASE_YEAR} size; direct damage apart:"
    )
    table = Table(box=None, pad_edge=False)
    for column in ("economy", "without programme", "with it", "of it rarer than the rarest map"):
        table.add_column(column, justify="left" if column == "economy" else "right")
    names = {} if world is None else world.names
    with_ = losses.expected.sel(scenario="with").to_series().sort_values(ascending=False)
    for code in [None, *with_.index[:WORST]]:
        found = [losses.expected.sel(scenario=one) for one in ("without", "with")] + [
            losses.tail.sel(scenario="with")
        ]
        cells = [float(one.sum() if code is None else one.sel(economy=code)) for one in found]
        name = "all economies" if code is None else names.get(str(code), str(code))
        table.add_row(name, *(f"{cell:,.2f}" for cell in cells))
    console.print(table)
    console.print("A day of closure counts as a 365th of a year's: stocks and queues would make it less.")
