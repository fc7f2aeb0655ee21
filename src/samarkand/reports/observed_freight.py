"""Prints freight as observed and as modelled, and what published capacities do to the world as it is."""

from __future__ import annotations

import math
from collections.abc import Hashable
from typing import TYPE_CHECKING, Any

import pandas as pd
from rich.console import Console
from rich.table import Table

if TYPE_CHECKING:
    from samarkand.analysis.observed import ObservedFreight
    from samarkand.analysis.observed_limits import TollSensitivity

DERIVED = "derived"
USES = {"calibrate": "fitted", "next": "next fit", "meet": "", "report": "not used"}
LEGEND = (
    "* worked out from what is published; fitted: constants of the choice of modes are fitted to it; next fit: of the "
    "half that a fit takes, found after the last one; full, has room, not in force: how the published capacity of the "
    "place stands; marked: counts for nothing, the reason stands below."
)


def print_observed(found: ObservedFreight, console: Console | None = None) -> None:
    """Freight as observed and as modelled, with the factor between them, without limits and with them.

    A table a group: what no row of the group has makes no column of it.
    """
    console, table = console or Console(), found.table
    for name, group in table.groupby("group", sort=False):
        console.print(_group_table(str(name), group.to_dict("records")))
        console.print()
    console.print(
        f"{LEGEND} Figures of the year nearest to the accounts that is published; sources in "
        f"docs/freight-observed.md. {constants_and_data(table)}",
        highlight=False,
    )
    for name, one in found.tolls.items():
        console.print(toll_sentence(name, one), highlight=False)
    console.print(gates_in_words(table), highlight=False)
    print_gates(found.gates, console)


def _group_table(name: str, rows: list[dict[Hashable, Any]]) -> Table:
    columns: dict[str, list[str]] = {name: [], "observed": [], "model": [], "factor": []}
    more: dict[str, list[str]] = {"no constants": [], "limited": [], "its factor": [], "": []}
    for row in rows:
        figure = _cell(row, "observed")
        factor, plain = float(row["factor"]), float(row["uncalibrated"])
        _, limited_factor, gate = limited_cells(row)
        columns[name].append(f"{row['title']}, {row['what']}")
        columns["observed"].append(f"{figure}*" if row["flag"] == DERIVED else f"{figure} ")
        columns["model"].append(_cell(row, "modelled"))
        columns["factor"].append("" if math.isnan(factor) else f"{factor:.2f}")
        more["no constants"].append("" if math.isnan(plain) else _cell(row, "uncalibrated"))
        more["limited"].append("" if math.isnan(row["limited"]) else _cell(row, "limited"))
        more["its factor"].append(limited_factor)
        # What nobody published as it stands is said: what is derived by an asterisk, the rest in a word.
        flag = "" if row["flag"] in ("verified", DERIVED) else str(row["flag"])
        said = (
            flag,
            gate.replace(": counts for nothing", "").replace(": more has passed", ""),
            USES[str(row["use"])],
        )
        more[""].append(", ".join(word for word in said if word))
    columns |= {title: cells for title, cells in more.items() if any(cells)}
    shown = Table(box=None, pad_edge=False)
    for title in columns:
        first, last = title == name, title == ""
        shown.add_column(title, justify="left" if first or last else "right", min_width=8 if last else None,
                         no_wrap=not (first or last or title == "its factor"))  # fmt: skip
    for cells in zip(*columns.values(), strict=True):
        shown.add_row(*cells)
    return shown


def _cell(row: dict[Hashable, Any], name: str) -> str:
    """A figure for a narrow column: the first says that money is in US$ m."""
    value, unit = float(row[name]), str(row["unit"])
    return f"{value:,.0f}" if unit == "US$ m" and math.isfinite(value) else observed_figure(value, unit)


def print_gates(gates: pd.DataFrame, console: Console) -> None:
    """Published capacities in force: what passes without limits and with them, and prices."""
    from samarkand.analysis.observed_limits import STANDINGS

    if not gates.empty:
        console.print()
        shown = Table(box=None, pad_edge=False)
        for title in ("published capacity", "observed", "capacity", "model", "limited", ""):
            ends = title in ("published capacity", "")
            shown.add_column(title, justify="left" if ends else "right", no_wrap=not ends, min_width=9)
        for row in gates.to_dict("records"):
            price = f"{row['price']:,.2f} {row['price_unit']} ({row['scarcity']})" if row["price"] > 0 else ""
            cells = (
                capacity_figure(row[name], row["unit"])
                for name in ("observed", "capacity", "flow", "limited")
            )
            standing = STANDINGS[row["standing"]].partition(":")[0]  # its reason stands below the table
            said = f"{price or standing}{', marked' if row['marked'] else ''}"
            shown.add_row(f"{row['place']}, {row['unit']}", *cells, said)
        console.print(shown)
    console.print(limits_in_words(gates), highlight=False)


def limits_in_words(gates: pd.DataFrame) -> str:
    """What limits do to the world as it is. gates: as `observed_limits.gates_with_limits`."""
    from samarkand.analysis.observed_limits import CONTRADICTED, FULL
    from samarkand.world.freight.capacity import CLOSE

    if gates.empty:
        reason = gates.attrs.get("reason", "the network has no place with a published capacity")
        return f"No figures with limits: {reason}."
    count = gates["standing"].value_counts()
    full, wrong = (int(count.get(word, 0)) for word in (FULL, CONTRADICTED))
    standing = f"{full} full, {len(gates) - full - wrong} with room, {wrong} not in force"
    return (
        f"{len(gates)} published capacities in the world as it is: {standing}. Not in force are those that are less "
        f"than what was observed: more has passed than they say. {int(gates['marked'].sum())} in force are marked: "
        f"they are less than {CLOSE:g} times what was observed, and a flow that they hold down agrees with the "
        "observed one whatever the model says, so that it counts for nothing as evidence. Where no capacity is known "
        "nothing binds. The price is what a tonne or TEU pays at a full place, so that the rest goes another way; "
        f"trade is that of the accounts. {over_capacity_in_words(gates)}"
    )


def gates_in_words(table: pd.DataFrame) -> str:
    """How many gates are near to what was observed, without limits and with them. table: as `observed.beside_observed`.

    With limits those that are marked are not counted: what passes them is held down to what was observed.
    """
    from samarkand.analysis.observed_limits import NEAR, gates_within

    near, known = gates_within(table, "factor", table["measure"] != "")
    said = f"Without limits {near} of {known} gates are within a factor of {NEAR:g} of what was observed"
    free = ~table["marked"].astype(bool)
    near, known = gates_within(table, "limited_factor", free)
    return f"{said}; with them {near} of the {known} that are not marked." if known else f"{said}."


def over_capacity_in_words(gates: pd.DataFrame) -> str:
    """Places of `observed_limits.gates_with_limits` that without limits take more than they can, the fullest first."""
    over = gates[gates["flow"] > gates["capacity"]]
    if over.empty:
        return "Without limits no place takes more than its published capacity."
    order = (over["flow"] / over["capacity"]).sort_values(ascending=False, kind="stable").index
    named = [
        f"{row['place']} ({capacity_figure(row['flow'], row['unit'])} of "
        f"{capacity_figure(row['capacity'], row['unit'])} {row['unit']})"
        for row in over.loc[order].to_dict("records")
    ]
    verb = "takes more than its" if len(over) == 1 else "take more than their"
    return f"Without limits {len(over)} of {len(gates)} {verb} published capacity: {', '.join(named)}."


def limited_cells(row: dict[Hashable, Any]) -> tuple[str, str, str]:
    """A figure of `beside_observed` with limits on: itself, its factor, and how its gate stands."""
    from samarkand.analysis.observed_limits import MARK, STANDINGS

    if math.isnan(row["limited"]):
        return "", "", ""
    factor = "" if math.isnan(row["limited_factor"]) else f"{row['limited_factor']:.2f}"
    price = f", {row['price']:,.2f} {row['price_unit']}" if row["price"] > 0 else ""
    standing = f"{STANDINGS[row['standing']]}{price}{f', {MARK}' if row['marked'] else ''}"
    return observed_figure(row["limited"], row["unit"]), factor, standing


def capacity_figure(value: float, unit: str) -> str:
    """A flow or capacity in its unit."""
    if math.isnan(value):
        return "not known"
    return f"{value:,.1f}" if unit == "m t a year" or value < 100 else f"{value:,.0f}"


def toll_sentence(title: str, one: TollSensitivity) -> str:
    """What a price at a canal would turn aside, in words."""
    found = (
        f"{title}: with a mean toll of US$ {one.toll:,.2f} a tonne in the cost of its ways {one.passing:,.0f} m t "
        f"pass, own goods counted. {one.published:,.0f} are published"
    )
    if one.price is None:
        return f"{found}, and no price brings the model down to that."
    return f"{found}; as many would pass if it cost US$ {one.price:,.2f} a tonne more."


def observed_figure(value: float, unit: str) -> str:
    """A figure of `beside_observed` in words: per cent for shares, million tonnes for tonnes."""
    if math.isnan(value):
        return "not known"
    if unit == "ratio":
        return f"{value:.2f}"
    if unit == "US$ m":
        return f"US$ {value:,.0f} m"
    return f"{value:.1%}".replace("%", " %") if unit == "fraction" else f"{value:,.1f} Mt"


def constants_and_data(table: pd.DataFrame) -> str:
    """Sentences: how many constants of the choice of modes are fitted to how many figures, and how far off both halves
    are. table: as `beside_observed`."""
    from samarkand.analysis.observed import FIVE_POINTS, misses
    from samarkand.world.freight.mode_choice import MODES, TERMS

    fitted, later, other = (misses(table, use) for use in ("calibrate", "next", "meet"))
    count = len(TERMS) * (len(MODES) - 1)
    said = f"{count} constants of the choice of modes are fitted to {len(fitted)} published shares"
    if not (len(fitted) and len(other)):
        return f"{said} of the embedded network."
    half = pd.concat([fitted, later])
    since = (
        f", and with the {len(later)} of their half that were found after the fit all {len(half)} by "
        f"{100 * half.median():.1f}"
    )
    return (
        f"{said}: of the half of the pairs that a hash draws, and North America. They miss those by "
        f"{100 * fitted.median():.1f} points (median){since if len(later) else ''}; the {len(other)} shares of the "
        f"other half by {100 * other.median():.1f}; aim {100 * FIVE_POINTS:.0f}. What is marked as not used is older "
        "than five years before the accounts, or of ports that were blockaded."
    )
