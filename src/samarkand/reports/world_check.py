"""Prints what `check_world` found, freight beside the observed one, and the hold-out of a world's estimates."""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterable
from typing import TYPE_CHECKING, Any

import pandas as pd
from rich.console import Console
from rich.table import Table

from samarkand.world.checking import Check, stale_figures
from samarkand.world.world import World

if TYPE_CHECKING:
    from samarkand.analysis.holdout import HoldOut
    from samarkand.analysis.observed import ObservedFreight
    from samarkand.analysis.observed_limits import TollSensitivity

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
    table = Table("", "checked", "found", "bounds", "", box=None)
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


def print_observed(found: ObservedFreight, console: Console | None = None) -> None:
    """Freight as observed and as modelled, with the factor between them, without limits and with them."""
    console, table = console or Console(), found.table
    shown = Table(
        "", "freight", "observed", "model", "factor", "without constants", "with limits", "factor", "gate", "", box=None
    )  # fmt: skip
    group = ""
    for row in table.to_dict("records"):
        name = str(row["group"])
        words = {"calibrate": "calibrated to it", "meet": "", "report": "not used"}[str(row["use"])]
        flag = str(row["flag"]) if row["flag"] != "verified" else ""  # what nobody published as it stands
        factor = float(row["factor"])
        shown.add_row(
            name if name != group else "",
            f"{row['title']}, {row['what']}",
            observed_figure(float(row["observed"]), str(row["unit"])),
            observed_figure(float(row["modelled"]), str(row["unit"])),
            "" if math.isnan(factor) else f"{factor:.2f}",
            "" if math.isnan(row["uncalibrated"]) else observed_figure(row["uncalibrated"], str(row["unit"])),
            *limited_cells(row),
            ", ".join(word for word in (flag, words) if word),
        )
        group = name
    console.print(shown)
    console.print(
        "Figures of the year nearest to the accounts that is published; sources in docs/freight-observed.md. "
        f"{constants_and_data(table)}",
        highlight=False,
    )
    for name, one in found.tolls.items():
        console.print(toll_sentence(name, one), highlight=False)
    print_gates(found.gates, console)


def print_gates(gates: pd.DataFrame, console: Console) -> None:
    """Published capacities in force: what passes without limits and with them, and prices."""
    from samarkand.analysis.observed_limits import STANDINGS

    if not gates.empty:
        shown = Table(
            "published capacity", "unit", "observed", "capacity", "model", "with limits", "price", box=None
        )
        for row in gates.to_dict("records"):
            price = f"{row['price']:,.2f} {row['price_unit']} ({row['scarcity']})" if row["price"] > 0 else ""
            cells = (
                capacity_figure(row[name], row["unit"])
                for name in ("observed", "capacity", "flow", "limited")
            )
            shown.add_row(row["place"], row["unit"], *cells, price or STANDINGS[row["standing"]])
        console.print(shown)
    console.print(limits_in_words(gates), highlight=False)


def limits_in_words(gates: pd.DataFrame) -> str:
    """What limits do to the world as it is. gates: as `observed_limits.gates_with_limits`."""
    from samarkand.analysis.observed_limits import FULL, MARKED, ROOM
    from samarkand.world.freight.capacity import CLOSE

    if gates.empty:
        reason = gates.attrs.get("reason", "the network has no place with a published capacity")
        return f"No figures with limits: {reason}."
    count = gates["standing"].value_counts()
    standing = f"{count.get(FULL, 0)} full, {count.get(ROOM, 0)} with room, {count.get(MARKED, 0)} marked"
    return (
        f"{len(gates)} published capacities in the world as it is: {standing}. A capacity is marked that is less than "
        f"{CLOSE:g} times what was observed: a flow that it held down would agree with the observed one whatever the "
        "model says, so it counts for nothing and holds nothing. Where no capacity is known nothing binds. The price "
        "is what a tonne or TEU pays at a full place, so that the rest goes another way; trade is that of the accounts."
        f" {over_capacity_in_words(gates)}"
    )


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
    from samarkand.analysis.observed_limits import STANDINGS

    if math.isnan(row["limited"]):
        return "", "", ""
    factor = "" if math.isnan(row["limited_factor"]) else f"{row['limited_factor']:.2f}"
    price = f", {row['price']:,.2f} {row['price_unit']}" if row["price"] > 0 else ""
    return observed_figure(row["limited"], row["unit"]), factor, f"{STANDINGS[row['standing']]}{price}"


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

    fitted, other = misses(table, "calibrate"), misses(table, "meet")
    count = len(TERMS) * (len(MODES) - 1)
    said = f"{count} constants of the choice of modes are fitted to {len(fitted)} published shares"
    if not (len(fitted) and len(other)):
        return f"{said} of the embedded network."
    return (
        f"{said}: the half of the pairs that a hash draws, and North America. They miss those by "
        f"{100 * fitted.median():.1f} points (median), and the {len(other)} shares of the other half by "
        f"{100 * other.median():.1f}; aim {100 * FIVE_POINTS:.0f}. What is marked as not used is older than five years "
        "before the accounts, or of ports that were blockaded."
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
