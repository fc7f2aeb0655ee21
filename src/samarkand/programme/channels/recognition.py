"""Recognition of standards: what it takes off the cost of trade in goods between the economies that agree on it.

The coefficients are published and declared (world/parameters/non_tariff.csv). No network has a part in it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

import xarray as xr

from samarkand.core.gaps import Gap
from samarkand.programme.channels.channel import Channel, Effects
from samarkand.programme.model.models import Item
from samarkand.world.accounts.sectors import load_sectors
from samarkand.world.world import World


@dataclass(frozen=True)
class TradeCostChange:
    """Cost of trade with the item over that without it, for goods of some sectors between some economies."""

    item: str
    importers: tuple[str, ...]
    exporters: tuple[str, ...]
    sectors: tuple[str, ...]
    cost_hat: float


def recognise(
    item: Item, parameters: Mapping[str, float], labels: Collection[str]
) -> tuple[list[TradeCostChange], list[Gap]]:
    """The change of a recognition, and what of it is not assessed.

    An economy without accounts of its own (not in `labels`) is part of the rest of the world, which recognises
    nothing as a whole: its part is left out and said so. Services are left out: the coefficients are of goods.
    """
    goods = [row.code for row in load_sectors() if row.kind == "goods"]
    named = item.words("sectors") or tuple(goods)
    sectors = tuple(code for code in named if code in goods)
    gaps = [
        Gap(item.id, code, "effect not assessed: the economy has no accounts of its own")
        for code in dict.fromkeys((*item.words("importers"), *item.words("exporters")))
        if code not in labels
    ]
    gaps += [
        Gap(item.id, code, "effect not assessed: no sourced coefficient for trade in services")
        for code in named
        if code not in goods
    ]
    importers, exporters = (
        tuple(code for code in item.words(side) if code in labels) for side in ("importers", "exporters")
    )
    if not sectors or not any(one != other for one in importers for other in exporters):
        return [], gaps
    coverage = item.figure("coverage_share")
    cost_hat = calc_recognition_cost_hat(
        1.0 if coverage is None or coverage.value is None else coverage.value,
        parameters["non_tariff_affected_share"],
        parameters["non_tariff_price_effect"],
        parameters["recognition_reduction_share"],
    )
    return [TradeCostChange(item.id, importers, exporters, sectors, cost_hat)], gaps


def calc_recognition_cost_hat(
    coverage: float, affected_share: float, price_effect: float, reduction_share: float
) -> float:
    """Mean change of the iceberg cost: `1 - c a r p / (1 + p)`, a pure number.

    A fraction a of trade is dearer by p and pays 1 + p (1 - r) instead of 1 + p where the recognition covers it
    (fraction c); the rest pays what it paid. All arguments are fractions. Source of a, p, r: Cadot and Gourdon (2015).
    """
    return 1.0 - coverage * affected_share * reduction_share * price_effect / (1.0 + price_effect)


def trade_cost_hat(changes: Iterable[TradeCostChange], iceberg_cost_hat: xr.DataArray) -> xr.DataArray:
    """Iceberg costs of freight times those of recognition, dims (origin, destination, sector).

    Where two items cover the same pair and sector the larger effect holds: nothing is recognised twice.
    """
    recognised = xr.ones_like(iceberg_cost_hat)
    for change in changes:
        origin = iceberg_cost_hat["origin"].isin(list(change.exporters))
        destination = iceberg_cost_hat["destination"].isin(list(change.importers))
        sector = iceberg_cost_hat["sector"].isin(list(change.sectors))
        abroad = iceberg_cost_hat["origin"] != iceberg_cost_hat["destination"]
        cheaper = recognised.clip(max=change.cost_hat)
        recognised = recognised.where(~(origin & destination & sector & abroad), cheaper)
    return (iceberg_cost_hat * recognised).transpose(*iceberg_cost_hat.dims)


def _effects_of(item: Item, world: World, parameters: Mapping[str, float]) -> Effects:
    changes, gaps = recognise(item, parameters, world.labels)
    return Effects(tuple(changes), tuple(gaps))


CHANNEL = Channel(_effects_of)
