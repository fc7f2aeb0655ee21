"""Prints freight on the network: work by mode, and the busiest borders, chokepoints and ports."""

from __future__ import annotations

import re
from collections.abc import Hashable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
from rich.console import Console
from rich.table import Table
from rich.text import Text

from samarkand.analysis.capacity import capacity_table, capacity_warnings
from samarkand.analysis.full_places import NOTHING_BINDS
from samarkand.analysis.transit import transit_in_accounts, transit_table
from samarkand.reports.files import write_texts

if TYPE_CHECKING:
    from samarkand.analysis.flows import Freight

BUSIEST = 8
PASSES = {"m t a year": "m t", "bn t-km a year": "bn t-km"}
TRANSIT = (
    "Goods from and to other economies, without the programme; tariffs are means of what was paid, the cost of the "
    "service in them, of other years where their table says so. Places without a known tariff are not here. "
)
NOT_PAID = (
    "No economy's real income has any of it: "
    "--transit-payments puts what is left above the cost of the service in."
)
PAID = (
    "What is left above the cost of the service is in real income where it is known, as far as it differs from the "
    "world as it is."
)
SHORT = {"TEU a year": "k TEU", "m t a year": "m t", "trains a day": "trains/d", "trucks a day": "trucks/d"}
CAPACITIES = (
    "A year, or trains a day; all flows are estimated, capacities stand as they say. Flows are those of trade between "
    "economies alone, both ways together: none at home, no empty boxes, none that change ships. TEU are goods in unit "
    "loads. {}"
)
# A mark stays with the last word: alone on a line it says nothing.
NEAR, CONTRADICTED = "\u00a0*", "\u00a0**"
WIDE = 100  # columns of a screen with room for sources
MARKS = (
    "* less than 1.5 times what was observed: a flow near to it is no evidence for the model. ** less than what was "
    "observed"
)
WARNED = f"Costs do not react to capacity: it warns, it is no congestion. {MARKS}."
LIMITED = f"Goods turn aside where a place is full. {MARKS}: it does not bind."
SCARCITY = (
    "Prices at which as many goods take another way or another mode, or are not traded, as a place cannot take; with "
    "the programme those of the state in force, before anybody pays. A queue is time and resources lost, a rent is "
    "paid to the operator. {} Oil and gas from terminals of their own do not pay. "
    "Where no capacity is known nothing binds. Capacities and complementarity are missed by {:.0e} at most, for the "
    "trade that prices lead to."
)
RENTS = (
    "Both are a cost in the equilibrium: what a rent brings an economy stands here, beside its real income, and is in "
    "it with --transit-payments alone."
)
RENTS_PAID = (
    "A queue is a cost in the equilibrium; a rent is income of its operator's economy, as far as it differs from the "
    "world as it is."
)
LEGS = (
    "Tonnes count once, by the mode of the main part of their way. Tonne-kilometres, borders and ports also hold the "
    "legs to and from ports, and what only passes: by rail they are more than rail carries as the main mode."
)


def print_freight(freight: Freight, console: Console | None = None) -> None:
    """Print freight work by mode and the busiest places, without and with the programme."""
    console = console or Console(width=min(Console().width, 100))
    title = f"Freight between economies, {freight.programme.title}, {freight.year}"
    console.print(Text(title, style="bold"))
    console.print(
        "Estimated: trade at declared value densities on least-cost ways; none at home."
        + ("" if freight.limits else " No congestion.")
    )
    work = freight.work().set_index(["scenario", "mode"])
    table = Table(box=None, pad_edge=False)
    for column in ("mode", "million tonnes", "change", "billion tonne-km", "change"):
        table.add_column(column, justify="left" if column == "mode" else "right")
    for mode in ("road", "rail", "sea"):
        cells = []
        for measure, unit in (("tonnes", 1e6), ("tonne_km", 1e9)):
            before, after = (float(work[measure].loc[state, mode]) for state in ("without", "with"))
            cells += [f"{before / unit:,.0f}", f"{after / before - 1:+.3%}" if before else ""]
        table.add_row(mode, *cells)
    console.print(table)
    console.print(LEGS, highlight=False)
    places = freight.places()
    for kind, rows in places.groupby("kind", sort=False):
        console.print()
        table = Table(box=None, pad_edge=False)
        for column in (f"busiest: {kind}", "million tonnes", "with programme", "change"):
            table.add_column(column, justify="left" if column.startswith("busiest") else "right")
        for row in rows.head(BUSIEST).to_dict("records"):
            change = row["with"] / row["without"] - 1 if row["without"] else float("inf")
            table.add_row(
                row["place"], f"{row['without'] / 1e6:,.1f}", f"{row['with'] / 1e6:,.1f}", f"{change:+.2%}"
            )
        console.print(table)
    _print_capacity(freight, console)
    _print_transit(freight, console)
    stranded = freight.without.stranded
    if stranded > 0:
        console.print(
            f"\n{stranded / 1e6:,.1f} million tonnes between cities that nothing connects are not shown."
        )


def _print_capacity(freight: Freight, console: Console) -> None:
    """What passes places with a published capacity, and a warning where it is more than they can handle."""
    console.print()
    table = Table(box=None, pad_edge=False)
    with_sources = console.width >= WIDE
    heads = ("published capacity", "flow", "capacity", "used", "with")
    for column in (*heads, "standing and source" if with_sources else "standing"):
        words = column not in heads[1:]
        table.add_column(column, justify="left" if words else "right")
    known = capacity_table(freight)
    for row in known.to_dict("records"):
        before, after = row["capacity_without"], row["capacity_with"]
        limit = _amount(after, row["unit"])
        if not pd.isna(before) and before != after:
            limit = f"{_amount(before, row['unit'])} to {limit}"
        source = re.split(r"[:(]", row["source"])[0].strip()
        mark = CONTRADICTED if row["contradicted"] else NEAR if row["close_to_observed"] else ""
        place = f"{row['place']}{mark}"
        table.add_row(
            place, _amount(row["flow_without"], row["unit"]), f"{limit} {SHORT[row['unit']]}",
            _share(row["used_without"]), _share(row["used_with"]),
            f"{_dated(row)}: {source}" if with_sources else _dated(row),
        )  # fmt: skip
    console.print(table)
    console.print(CAPACITIES.format(WARNED if freight.limits is None else LIMITED))
    if not with_sources:
        console.print("Sources: freight-capacity.csv, with --out DIR; or on a screen of 100 columns.")
    if freight.limits is not None:
        _print_scarcity(freight, known, console)
    for warning in capacity_warnings(known):
        console.print(Text(f"warning: over capacity: {warning}"))


def _print_scarcity(freight: Freight, known: pd.DataFrame, console: Console) -> None:
    """Prices of full places, and what is paid for them."""
    full = known[(known["scarcity_without"] > 0) | (known["scarcity_with"] > 0)]
    console.print()
    if full.empty:
        console.print(f"Limits are asked for, and no place is full. {NOTHING_BINDS}")
        return
    assert freight.limits is not None  # else nothing is scarce
    missed = max(max(one.residual, one.joint_residual) for one in freight.limits)
    table = Table(box=None, pad_edge=False)
    for column in ("full", "scarcity", "price", "with", "US$ m a year", "with"):
        table.add_column(column, justify="left" if column in ("full", "scarcity") else "right")
    for row in full.to_dict("records"):
        place = row["place"] + (f", as {row['shared_with']}" if row["shared_with"] else "")
        table.add_row(
            place, f"{row['price']} {row['paid_to']}".strip(), f"{row['scarcity_without']:,.2f} {row['scarcity_unit']}",
            f"{row['scarcity_with']:,.2f}", f"{row['paid_without']:,.1f}", f"{row['paid_with']:,.1f}",
        )  # fmt: skip
    console.print(table)
    console.print(SCARCITY.format(RENTS_PAID if freight.transit_payments else RENTS, missed))


def _print_transit(freight: Freight, console: Console) -> None:
    """What economies earn with goods of others, at tariffs that are published."""
    table = transit_table(freight)
    if table.empty:
        return
    shown = Table(box=None, pad_edge=False)
    for column in ("transit", "passes", "tariff", "US$ m a year", "change", "published"):
        shown.add_column(column, justify="left" if column == "transit" else "right", overflow="fold")
    for row in table[table["income_without"] + table["income_with"] > 0].to_dict("records"):
        change = row["income_with"] - row["income_without"]
        published = row["income_published"]
        shown.add_row(
            row["title"], f"{row['passing_without']:,.1f} {PASSES[row['unit']]}",
            f"{row['rate']:.3g} {row['rate_unit']}", f"{row['income_without']:,.0f}", f"{change:+,.1f}",
            "" if pd.isna(published) else f"{published:,.0f} ({int(row['income_year'])})",
        )  # fmt: skip
    console.print()
    console.print(shown)
    console.print(TRANSIT + (PAID if freight.transit_payments else NOT_PAID))
    beside = transit_in_accounts(freight)
    for row in beside[beside["exceeds"]].to_dict("records"):
        console.print(
            Text(
                f"warning: {freight.world.name_of(row['economy'])} would earn US$ {row['income']:,.0f} m a year, "
                f"more than all its exports of transport in the accounts ({row['exports']:,.0f} m)"
            )
        )


def _amount(value: float, unit: str) -> str:
    """A flow or capacity in thousands of TEU, millions of tonnes, or trains."""
    if unit == "TEU a year":
        return f"{value / 1e3:,.0f}"
    return f"{value:,.1f}" if unit == "m t a year" else f"{value:,.0f}"


def _dated(row: Mapping[Hashable, Any]) -> str:
    """What a figure rests on and of which year it is, where its source says."""
    year = row["year"]
    return str(row["flag"]) if pd.isna(year) else f"{row['flag']}, {int(year)}"


def _share(value: float) -> str:
    return "" if pd.isna(value) else f"{value:.0%}"


def write_freight(freight: Freight, out: Path) -> tuple[Path, ...]:
    """Write `freight-work.csv`, `-places.csv`, `-links.csv`, `-capacity.csv`, `-crossings.csv`, `-transit.csv` and
    `-transit-accounts.csv`."""
    links = [
        state.links.assign(scenario=name)
        for name, state in (("without", freight.without), ("with", freight.with_))
    ]
    by_economy = [
        state.work.to_series().rename("tonne_km").reset_index().assign(scenario=name)
        for name, state in (("without", freight.without), ("with", freight.with_))
    ]
    tables = {
        "freight-work.csv": pd.concat(by_economy),
        "freight-places.csv": freight.places(),
        "freight-links.csv": pd.concat(links),
        "freight-capacity.csv": capacity_table(freight),
        "freight-crossings.csv": freight.crossings(),
        "freight-transit.csv": transit_table(freight),
        "freight-transit-accounts.csv": transit_in_accounts(freight),
    }
    return write_texts(out, {name: table.to_csv(index=False) for name, table in tables.items()})
