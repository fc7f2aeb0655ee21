"""What prices of full facilities make of freight: on which ways it lies, and what it costs between economies."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from functools import partial

import numpy as np
import xarray as xr

from samarkand.core.conventions import Floats
from samarkand.engines.once import derived
from samarkand.world.freight.assignment import Aside, NetworkState
from samarkand.world.freight.gate_ways import Gate, add_prices
from samarkand.world.freight.mode_choice import MODES
from samarkand.world.freight.model import FreightModel
from samarkand.world.freight.priced_places import Layer, Limits


def turn_aside(
    limits: Limits, model: FreightModel, mode_share: xr.DataArray
) -> tuple[xr.DataArray, tuple[Aside, ...]]:
    """Shares of pairs of cities on their first ways, from those without prices (`mode_shares`), and on others."""
    if limits.rows is None:
        return mode_share, ()
    pairs = model.baseline.pairs
    all_of_them = limits.rows

    def put(layer: Layer, into: Floats) -> xr.DataArray:
        rows = all_of_them[layer.rows]
        one, other = pairs.origin[rows], pairs.destination[rows]
        for a, b in ((one, other), (other, one)):
            into[:, a, b] = layer.share.transpose(1, 0, 2)
        return xr.DataArray(into, mode_share.coords, mode_share.dims)

    mode_share = mode_share.transpose("vot_class", "origin_city", "destination_city", "mode")
    first, *others = limits.layers
    into = mode_share.to_numpy().copy()
    asides = [
        Aside(put(layer, np.zeros(into.shape)), *_dearer(limits.gates, layer), _prices(layer))
        for layer in others
    ]
    return put(first, into), tuple(asides)


def _prices(layer: Layer) -> Hashable:
    """Prices of a layer, as a key."""
    return layer.sea.tobytes(), *((c, prices.tobytes()) for c, prices in sorted(layer.land.items()))


def _dearer(
    gates: Sequence[Gate], layer: Layer
) -> tuple[Callable[[NetworkState, int], NetworkState], Callable[[NetworkState], NetworkState]]:
    """States of the network in which the ways of a layer are the best, by land and by sea."""
    return (
        lambda state, c: add_prices(state, gates, layer.land[c]),
        lambda state: add_prices(state, gates, layer.sea),
    )


def add_prices_to_costs(costs: xr.Dataset, model: FreightModel, without: Limits, with_: Limits) -> xr.Dataset:
    """Costs, hours and shares between economies (`FreightModel.costs`) with what prices change in both states."""
    names = ("generalised_cost", "hours", "mode_share")
    arrays = {name: costs[name].to_numpy().copy() for name in names}
    for at, limits in enumerate((without, with_)):
        if limits.differences is None:
            continue
        change = derived(  # of the state without, the same in every round
            limits, ("mean differences", model.key), partial(model.baseline.mean, limits.differences)
        )
        for v in range(3):
            arrays["generalised_cost"][at, v] += change[v]
            arrays["hours"][at, v] += change[3 + v]
        for m in range(len(MODES)):
            arrays["mode_share"][at, ..., m] += change[6 + m]
    others = {name: array.data for name, array in costs.data_vars.items() if name not in arrays}
    return costs.copy(data={**others, **arrays})
