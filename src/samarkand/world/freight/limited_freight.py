"""What prices of full facilities make of freight: on which ways it lies, and what it costs between economies."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from functools import partial

import numpy as np
import xarray as xr

from samarkand.core.conventions import Floats
from samarkand.engines.once import derived
from samarkand.engines.threads import run_all
from samarkand.world.freight.assignment import Aside, NetworkState
from samarkand.world.freight.gate_ways import Gate, add_prices
from samarkand.world.freight.model import FreightModel
from samarkand.world.freight.priced_places import Layer, Limits
from samarkand.world.freight.trade_costs import VARIANTS, load_kernels


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
        searches = mode_share["sea_search"].to_numpy().copy()
        for a, b in ((one, other), (other, one)):
            into[:, a, b] = layer.share.transpose(1, 0, 2)
            searches[:, a, b] = layer.sea_search.T
        found = xr.DataArray(into, mode_share.coords, mode_share.dims)
        return found.assign_coords(sea_search=(mode_share.dims[:-1], searches))

    def put_anew(layer: Layer) -> xr.DataArray:
        return put(layer, np.zeros(mode_share.shape))

    mode_share = mode_share.transpose("vot_class", "origin_city", "destination_city", "mode")
    first, *others = limits.layers
    into = mode_share.to_numpy().copy()
    asides = [
        Aside(partial(put_anew, layer), *_dearer(limits.gates, layer), _prices(layer)) for layer in others
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
    mass = model.baseline.levels[-1]
    kernels = load_kernels()

    def of(name: str, first: int) -> Floats:
        array: Floats = costs[name].to_numpy().copy()
        # Modes come last among the shares, variants first among costs and hours.
        parts = np.moveaxis(array, -1, 1) if name == "mode_share" else array
        if without.differences is not None:
            parts[0] += mean_differences(without, model)[first : first + parts.shape[1]]
        if with_.differences is not None:
            kernels.add_means(with_.differences[first : first + parts.shape[1]], mass, parts[1])
        return array

    firsts = {"generalised_cost": 0, "hours": len(VARIANTS), "mode_share": 2 * len(VARIANTS)}
    arrays = dict(zip(firsts, run_all(lambda name: of(name, firsts[name]), firsts), strict=True))
    others = {name: array.data for name, array in costs.data_vars.items() if name not in arrays}
    return costs.copy(data={**others, **arrays})


def mean_differences(limits: Limits, model: FreightModel) -> Floats:
    """What prices change between economies, as `FreightBaseline.differences`, as means; kept with the limits: those of
    the state without are the same in every round."""
    assert limits.differences is not None  # some place has a price
    return derived(limits, ("mean differences", model.key), partial(model.baseline.mean, limits.differences))
