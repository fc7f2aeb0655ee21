"""Reach of each item: which pairs of economies are nearer because of it, with all the others in place.

What an item adds is marginal: the cost with the whole programme against the cost with the item left out. Items that
complement each other both reach the pairs that need both; items that replace each other reach little.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from samarkand.core.conventions import Floats
from samarkand.core.labels import labelled
from samarkand.priorities.infrastructure.means import calc_partner_mean

REACHED = 1e-4  # a hundredth of a per cent of the generalised cost: below it a pair is not counted as reached


@dataclass(frozen=True, eq=False)
class Reach:
    """By item: pairs of economies reached; by economy and item: partners reached, and what it takes off costs."""

    pairs: xr.DataArray
    partners: xr.DataArray
    saving: xr.DataArray


def reach_of(
    items: Sequence[str],
    economies: Sequence[str],
    switched: Sequence[str],
    left_out: Floats,
    with_all: Floats,
    trade: Floats,
) -> Reach:
    """Reach of those `items` that were `switched`, not a number for others; see `calc_cost_change` and the module.

    `left_out[k, o, d]`: generalised cost with item `switched[k]` left out, US$/TEU; `with_all[o, d]`: with all of them;
    `trade[o, d]`: weights of pairs, physical trade of the baseline.
    """
    change = calc_cost_change(left_out, with_all)
    reached = calc_pairs_reached(change)
    numbers = [items.index(item) for item in switched]

    def by_item(values: Floats, **labels: Sequence[str]) -> xr.DataArray:
        spread = np.full((len(items), *values.shape[1:]), np.nan)
        spread[numbers] = values
        return labelled(spread, project=items, **labels)

    return Reach(
        pairs=by_item(reached.sum(axis=(1, 2)) / 2.0),
        partners=by_item(reached.sum(axis=2).astype(np.float64), economy=economies),
        saving=by_item(calc_partner_mean(change, trade, ~np.isnan(change)), economy=economies),
    )


def calc_cost_change(left_out: Floats, with_all: Floats) -> Floats:
    """with_all / left_out - 1 between different economies, zero within one; fraction `[k, o, d]`, at most zero but for
    rounding; above it where an item makes a full place dearer."""
    change: Floats = with_all / left_out - 1.0
    own = np.arange(with_all.shape[0])
    change[:, own, own] = 0.0
    return change


def calc_pairs_reached(change: Floats) -> NDArray[np.bool_]:
    """Whether a pair's cost falls by REACHED or more either way; symmetric in origin and destination."""
    falls: NDArray[np.bool_] = change <= -REACHED  # not a number is no fall
    return falls | falls.transpose(0, 2, 1)


def no_reach(items: Sequence[str], economies: Sequence[str]) -> Reach:
    """The labels of a reach that is not computed: for states before the last one asked about."""
    by_item = labelled(np.full(len(items), np.nan), project=items)
    both = labelled(np.full((len(items), len(economies)), np.nan), project=items, economy=economies)
    return Reach(by_item, both, both)
