"""Reach of each item: which pairs of economies are nearer because of it, with all the others in place.

What an item adds is marginal: the cost with the whole programme against the cost with the item left out. Items that
complement each other both reach the pairs that need both; items that replace each other reach little.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import xarray as xr

REACHED = 1e-4  # a hundredth of a per cent of the generalised cost: below it a pair is not counted as reached


@dataclass(frozen=True, eq=False)
class Reach:
    """By item: pairs of economies reached; by economy and item: partners reached, and what it takes off costs."""

    pairs: xr.DataArray
    partners: xr.DataArray
    saving: xr.DataArray


def reach_of(
    items: tuple[str, ...], left_out: xr.DataArray, with_all: xr.DataArray, trade: xr.DataArray
) -> Reach:
    """Reach of the items of `left_out`, not a number for other `items`; see `calc_cost_change` and the module.

    left_out: generalised cost with each item left out (project, origin, destination), US$/TEU; with_all: with all of
    them (origin, destination); trade: weights of pairs (origin, destination), physical trade of the baseline.
    """
    change = calc_cost_change(left_out, with_all)
    reached = calc_pairs_reached(change)
    found = (
        reached.sum(["origin", "destination"]) / 2.0,
        reached.sum("destination").rename(origin="economy").astype(float),
        calc_saving(change, trade),
    )
    return Reach(*(one.reindex(project=list(items)) for one in found))


def calc_cost_change(left_out: xr.DataArray, with_all: xr.DataArray) -> xr.DataArray:
    """with_all / left_out - 1 between different economies, zero within one; fraction, at most zero but for rounding."""
    change = with_all / left_out - 1.0
    return change.where(change["origin"] != change["destination"], 0.0)


def calc_pairs_reached(change: xr.DataArray) -> xr.DataArray:
    """Whether a pair's cost falls by REACHED or more either way; symmetric in origin and destination."""
    falls = change.fillna(0.0) <= -REACHED
    back = falls.rename(origin="destination", destination="origin").transpose(*falls.dims)
    return falls | back


def calc_saving(change: xr.DataArray, trade: xr.DataArray) -> xr.DataArray:
    """Mean of `change` over partners, both ways, weighted by trade; fraction, dims (project, economy)."""
    known = change.notnull() & (trade["origin"] != trade["destination"])
    weight = trade.where(known, 0.0)
    product = change.where(known, 0.0) * weight
    total = _both_ways(weight)
    return _both_ways(product) / total.where(total > 0)


def _both_ways(values: xr.DataArray) -> xr.DataArray:
    return values.sum("destination").rename(origin="economy") + values.sum("origin").rename(
        destination="economy"
    )


def no_reach(items: tuple[str, ...], economies: tuple[str, ...]) -> Reach:
    """The labels of a reach that is not computed: for states before the last one asked about."""
    by_item = xr.DataArray(np.full(len(items), np.nan), {"project": list(items)}, ("project",))
    both = by_item.expand_dims(economy=list(economies))
    return Reach(by_item, both, both)
