"""From a published inter-country table at its own industries to closed accounts at the sectors of the world."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr
from pydantic import BaseModel, ConfigDict

from samarkand.core.conventions import REST_OF_WORLD, Floats
from samarkand.core.declarations import Words, read_rows
from samarkand.core.faults import did_you_mean
from samarkand.world.accounts.intermediate_use import DenseIntermediateUse
from samarkand.world.accounts.sectors import load_sectors
from samarkand.world.accounts.tables import Accounts
from samarkand.world.importers.codes import economies_of
from samarkand.world.importers.strangers import MOST_VALUE

if TYPE_CHECKING:
    from samarkand.world.importers.frame import Import
    from samarkand.world.world import World

SMALLEST_VALUE_ADDED = 0.01  # of output; what is below is filled up by sales at home
LARGEST_MOVE = 0.05  # of world output that closing may move before the file is refused
UNBALANCED = 1e-3  # of its total by which a row may miss its published total


class IndustrySectors(BaseModel):
    """A row of `industry_sectors.csv`: an industry of a published table, and the sectors it is divided over."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    scheme: str
    industry: str
    sectors: Words


@cache
def industries(scheme: str) -> dict[str, tuple[str, ...]]:
    """Sectors by industry of a scheme; those of ICIO also by `sectors.csv`."""
    found = {
        row.industry: row.sectors
        for row in read_rows("samarkand.world.importers", "industry_sectors.csv", IndustrySectors)
        if row.scheme == scheme
    }
    if scheme == "icio":
        found |= {industry: (sector.code,) for sector in load_sectors() for industry in sector.industries}
    return found


@dataclass
class Shape:
    """Where the economies and industries of a file belong: label by economy, and weights of sectors by industry.

    `unknown`: industries without sectors, which have no weights and are left out.
    """

    labels: tuple[str, ...]
    label_of: dict[str, str]
    weights: dict[tuple[str, str], Floats]
    unknown: tuple[str, ...] = ()
    sectors: tuple[str, ...] = field(default_factory=lambda: tuple(row.code for row in load_sectors()))

    def place(self, economy: str) -> int:
        """Index of the label of a file's economy."""
        return self.labels.index(self.label_of[economy])


def shape_of(
    task: Import,
    place: str,
    scheme: str,
    pairs: Sequence[tuple[str, str]],
    aliases: Mapping[str, str] | None = None,
) -> Shape | None:
    """The shape of a table from the (economy, industry) pairs of its rows; faults for what is not known.

    Codes of no economy of the world (ROW, aggregates, former states) are added up to ROW. An industry that
    is divided over sectors is so by output of the base's economy, or of its world where it has no output in them.
    """
    aliases = aliases or {}
    base: World = task.base
    output = base.accounts.gross_output
    world_output = output.sum("economy")
    label_of: dict[str, str] = {}
    weights: dict[tuple[str, str], Floats] = {}
    sectors = tuple(row.code for row in load_sectors())
    known = industries(scheme)
    unknown = tuple(sorted({industry for _, industry in pairs if industry not in known}))
    every = {industry for _, industry in pairs}
    if 2 * len(unknown) > len(every):
        reason = (
            f"{len(unknown)} of {len(every)} industries are not known: {', '.join(map(repr, unknown[:5]))}"
        )
        task.fault(place, reason, did_you_mean(unknown[0], known))
        return None
    missing = sorted(set(sectors) - {sector for one in every - set(unknown) for sector in known[one]})
    for industry in unknown if missing else ():
        task.fault(
            place, f"industry {industry!r} is not known", did_you_mean(industry, known), "unknown industries"
        )
    if missing:
        task.fault(place, f"has no industry of the sectors {', '.join(missing)}", "Fetch the whole table.")
        return None
    for economy, industry in pairs:
        if economy not in label_of:
            code = aliases.get(economy, economy)
            found = economies_of(code)
            own = bool(found) and len(found or ()) == 1 and found[0] in base.facts.index  # type: ignore[index]
            label_of[economy] = found[0] if own and found else REST_OF_WORLD
            if not own and code not in (REST_OF_WORLD, "RoW", "ROW"):
                task.skip(f"economy {economy} added to the rest of the world", 1)
        if industry in unknown:
            continue
        share = np.zeros(len(sectors))
        chosen = known[industry]
        label = label_of[economy]
        levels = output.sel(economy=label) if label in base.labels else world_output
        sizes = levels.sel(sector=list(chosen)).to_numpy()
        if sizes.sum() <= 0:
            sizes = world_output.sel(sector=list(chosen)).to_numpy()
        for sector, size in zip(chosen, sizes / sizes.sum(), strict=True):
            share[sectors.index(sector)] = size
        weights[economy, industry] = share
    found_labels = sorted(set(label_of.values()) - {REST_OF_WORLD})
    if REST_OF_WORLD not in label_of.values():
        task.fault(place, "has no rest of the world", "Fetch the whole table.")
        return None
    return Shape((*found_labels, REST_OF_WORLD), label_of, weights, unknown, sectors)


def check_unknown(task: Import, place: str, shape: Shape, left_out: float, total: float) -> None:
    """Tell which industries are left out and what they sell and buy of the table; a fault where it is too much."""
    if not shape.unknown:
        return
    share = left_out / total if total > 0 else 1.0
    names = ", ".join(map(repr, shape.unknown[:5])) + (" and more" if len(shape.unknown) > 5 else "")
    told = f"industries that are not known: {names}, {100 * share:.2g} per cent of all sales"
    if share > MOST_VALUE:
        mend = did_you_mean(shape.unknown[0], industries("icio"))
        task.fault(place, f"has {told}", f"{mend} Up to {100 * MOST_VALUE:g} per cent are left out.")
    task.notes.append(f"{told}: they are left out")


def close_accounts(
    intermediate: Floats, final_demand: Floats, shape: Shape, year: int, members_of_row: tuple[str, ...]
) -> tuple[Accounts, dict[str, Any]]:
    """Closed accounts from flows `[origin, sector, destination, use_sector]` and `[origin, sector, destination]`.

        final = max(final, 0);  output = sales;  value added = output - inputs

    Changes of stocks make some final sales negative: they become zero. Where value added falls below a hundredth of
    output (negative in the source, or tables that do not balance), sales to end users at home are raised by what lacks.
    The measures tell how much both moved, as a share of world output.
    """
    negative = -np.minimum(final_demand, 0.0)
    stock = -np.minimum(intermediate, 0.0)
    flow, final = np.maximum(intermediate, 0.0), np.maximum(final_demand, 0.0)
    output = flow.sum(axis=(2, 3)) + final.sum(axis=2)
    inputs = flow.sum(axis=(0, 1))
    # A raise x of sales at home raises output and value added alike: output + x - inputs >= share (output + x).
    lacking = np.maximum((inputs - (1 - SMALLEST_VALUE_ADDED) * output) / (1 - SMALLEST_VALUE_ADDED), 0.0)
    at = np.arange(len(shape.labels))
    final[at, :, at] += lacking
    # An economy needs something to spend on; a sector that nobody sells stays empty.
    output = output + lacking
    value_added = output - inputs
    names = {"economy": list(shape.labels), "sector": list(shape.sectors)}
    coords = {
        "origin": names["economy"], "sector": names["sector"], "destination": names["economy"],
        "use_sector": names["sector"],
    }  # fmt: skip
    unit = {"unit": "US$ million", "year": year}
    accounts = Accounts(
        uses=DenseIntermediateUse(xr.DataArray(flow, coords, tuple(coords), name="intermediate", attrs=unit)),
        final_demand=xr.DataArray(
            final, {k: coords[k] for k in ("origin", "sector", "destination")}, ("origin", "sector", "destination"),
            name="final_demand", attrs=unit,
        ),
        gross_output=xr.DataArray(output, names, ("economy", "sector"), name="gross_output", attrs=unit),
        value_added=xr.DataArray(value_added, names, ("economy", "sector"), name="value_added", attrs=unit),
        members_of_row=members_of_row,
        year=year,
    )  # fmt: skip
    total = float(output.sum())
    worst = int(lacking.sum(axis=1).argmax())
    measures = {
        "economies": len(shape.labels) - 1,
        "world_output_usd_m": float(f"{total:.6g}"),
        "world_value_added_usd_m": float(f"{value_added.sum():.6g}"),
        "negative_sales_set_to_zero_share": float(f"{(negative.sum() + stock.sum()) / total:.3g}"),
        "sales_raised_to_keep_value_added_share": float(f"{lacking.sum() / total:.3g}"),
        "largest_raise": f"{shape.labels[worst]} {lacking[worst].sum():,.0f} US$ million",
    }
    return accounts, measures


def check_closed(
    task: Import, place: str, accounts: Accounts, measures: dict[str, Any], largest_move: float = LARGEST_MOVE
) -> bool:
    """Faults where closing moved too much, the unit is wrong, or an economy has nothing to spend or earn."""
    moved = measures["negative_sales_set_to_zero_share"] + measures["sales_raised_to_keep_value_added_share"]
    before = len(task.faults)
    if moved > largest_move:
        task.fault(
            place,
            f"does not balance: closing it would move {100 * moved:.1f} % of world output",
            "Fetch it again; it is cut short or not one table.",
        )
    check_size(task, place, accounts.value_added.sum("sector"))
    for code in accounts.economies:
        if float(accounts.value_added.sel(economy=code).sum()) <= 0:
            task.fault(
                place, f"{code} has no value added", "Fetch it again.", "economies without value added"
            )
        elif float(accounts.final_demand.sel(destination=code).sum()) <= 0:
            task.fault(
                place, f"{code} buys nothing for final use", "Fetch it again.", "economies without final use"
            )
    return len(task.faults) == before


def check_size(task: Import, place: str, value_added: xr.DataArray) -> None:
    """A fault where value added is a thousand or a million times off the base world's for most economies."""
    base = task.base.accounts.value_added.sum("sector")
    shared = [
        code
        for code in value_added["economy"].values
        if code in base["economy"].values and code != REST_OF_WORLD
    ]
    if not shared:
        return
    ratio = float((value_added.sel(economy=shared) / base.sel(economy=shared)).median())
    if ratio > 50 or ratio < 1 / 50:
        times = f"{ratio:,.0f} times" if ratio > 1 else f"1/{1 / max(ratio, 1e-300):,.0f} of"
        task.fault(
            place,
            f"value added is {times} the base world's: millions of US$ are expected",
            "Check the unit (thousands, millions, national currency).",
        )


def members(task: Import, shape: Shape) -> tuple[str, ...]:
    """Economies of the base world that have no accounts of their own in the file, with a note of how many."""
    inside = tuple(sorted(set(map(str, task.base.facts.index)) - set(shape.labels)))
    lost = [code for code in task.base.economies if code not in shape.labels]
    if lost:
        task.notes.append(
            f"{len(lost)} economies of the base are inside the rest of the world in this file: {', '.join(lost[:20])}"
            + (" and more" if len(lost) > 20 else "")
        )
    return inside
