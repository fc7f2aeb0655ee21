"""Trade facilitation whose hours and fees are not published: how much trade grew where such measures came into force.

    cost hat of a sector = (1 + c x)^(-1 / theta)

x is the growth of trade found afterwards (world/parameters/facilitation.csv), c the share of trade that the item
covers and that takes part, theta the trade elasticity: at that fall of costs, and nothing else moved, the trade of a
pair grows by c x. Where the item publishes hours or fees of its own, these are what it changes, and there is no row
here.

Estimates of facilitation lie within one another (paperless trade holds the agreement on facilitation, that the hours of
borders): of several the largest counts for a pair, and never their sum.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import xarray as xr

from samarkand.core.gaps import Gap
from samarkand.programme.channels.channel import Channel, Effects
from samarkand.programme.model.models import Item
from samarkand.world.accounts.sectors import load_sectors
from samarkand.world.network.link_changes import LinkChange
from samarkand.world.world import World

KINDS = (
    "border_facilitation",
    "digital_trade_documents",
    "smart_logistics",
    "customs_clearance",
    "ecommerce_facilitation",
)
MEASURED = tuple(
    (f"{key}_before", f"{key}_after")
    for key in ("hours", "fee", "export_hours", "export_fee", "import_hours", "import_fee")
)
NEEDS = "effect not assessed: needs importers and exporters of the item"


@dataclass(frozen=True)
class FacilitationChange:
    """Growth of trade in goods of some sectors between some economies that facilitation gives, a fraction."""

    item: str
    importers: tuple[str, ...]
    exporters: tuple[str, ...]
    sectors: tuple[str, ...]
    growth: float


def is_measured(item: Item) -> bool:
    """Whether hours, fees or money saved are published: then they are the effect, and no coefficient is."""
    return item.figure("saving_per_consignment") is not None or any(
        all(item.figure(name) is not None for name in pair) for pair in MEASURED
    )


def _effects_of(item: Item, world: World, parameters: Mapping[str, float]) -> Effects:
    """An economy without accounts of its own is part of the rest of the world, and left out."""
    if item.kind not in KINDS or is_measured(item):
        return Effects(())
    sides = item.words("importers"), item.words("exporters")
    if not all(sides):
        # Kinds that act at crossings say that their hours are missing.
        missing = (Gap(item.id, "effect", NEEDS),) if item.kind_row.effect == "facilitation" else ()
        return Effects((), missing)
    importers, exporters = (tuple(code for code in side if code in world.labels) for side in sides)
    gaps = tuple(
        Gap(item.id, code, "effect not assessed: the economy has no accounts of its own")
        for code in dict.fromkeys((*sides[0], *sides[1]))
        if code not in world.labels
    )
    goods = [row.code for row in load_sectors() if row.kind == "goods"]
    sectors = tuple(code for code in item.words("sectors") or goods if code in goods)
    growth = parameters["facilitation_trade_growth"]
    for name in ("coverage_share", "adoption_share"):
        share = item.figure(name)
        growth *= 1.0 if share is None or share.value is None else share.value
    if not sectors or not growth or not any(one != other for one in importers for other in exporters):
        return Effects((), gaps)
    return Effects((FacilitationChange(item.id, importers, exporters, sectors, growth),), gaps)


def facilitated_hat(
    changes: Iterable[FacilitationChange], theta: xr.DataArray, like: xr.DataArray
) -> xr.DataArray:
    """Costs of trade that coefficients give, of the labels of `like`, dims (origin, destination, sector); the largest
    effect of each pair and sector. `theta`: dims (sector)."""
    found = xr.ones_like(like)
    abroad = like["origin"] != like["destination"]
    for change in changes:
        hat = (1.0 + change.growth) ** (-1.0 / theta.sel(sector=like["sector"]))
        concerned = (
            like["origin"].isin(list(change.exporters))
            & like["destination"].isin(list(change.importers))
            & like["sector"].isin(list(change.sectors))
            & abroad
        )
        found = found.where(~concerned | (found <= hat), hat)
    return found.transpose(*like.dims)


def beside_measured(
    coefficient: xr.DataArray, freight: xr.DataArray, network: Iterable[LinkChange], world: World
) -> xr.DataArray:
    """What coefficients add to the costs of freight: nothing up to what measured hours and fees take off already.

    `h = min(1, k / min(1, f))` for a pair with a crossing or clearance whose hours or fees an item changes, `k` for the
    others; k of the coefficient, f of freight.
    """
    of_crossing = {row.id: row.economies for row in world.network.geography.crossings}
    measured = xr.zeros_like(coefficient, dtype=bool)
    for change in network:
        if change.action == "crossing" and change.target in of_crossing:
            both = list(of_crossing[change.target])
            measured |= measured["origin"].isin(both) & measured["destination"].isin(both)
        elif change.action == "clearance":
            side = "origin" if change.name == "export" else "destination"
            measured |= measured[side] == change.target
    beyond = (coefficient / freight.clip(max=1.0)).clip(max=1.0)
    return coefficient.where(~measured, beyond)


CHANNEL = Channel(_effects_of)
