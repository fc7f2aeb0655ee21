"""Buyers within reach of each product, without and with the programme."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from samarkand.core.conventions import REST_OF_WORLD, Floats
from samarkand.engines.complexity import calc_access
from samarkand.engines.once import derived
from samarkand.priorities.innovation.complexity import Found
from samarkand.programme.channels.tariffs import changed_tariffs
from samarkand.state import State
from samarkand.world.accounts.tariffs import sector_of_product
from samarkand.world.world import World

ORDER = ("origin", "destination", "sector")


@dataclass(frozen=True, eq=False)
class Access:
    """Demand within reach, US$ m, dims (label of the accounts, product), without and with the programme."""

    without: Floats
    with_: Floats


def access_of(state: State, found: Found) -> Access:
    """`calc_access` with the imports of the file and what it costs to reach a buyer, without and with the programme.

    cost = (1 + freight cost over value) (1 + duty), the duty where tariffs are imported; the programme changes both,
    and what recognition of standards takes off. Whoever is inside the rest of the world buys there. Products of sectors
    that the accounts do not have are not known.
    """
    change, rate = state.change, state.world.tariff_rate
    before = state.ad_valorem_cost + 1.0
    after = before * state.iceberg_cost_hat * (state.trade_costs.served / state.trade_costs.freight)
    if rate is not None:
        before = before * (1.0 + rate)
        after = after * (1.0 + (changed_tariffs(rate, change.tariffs) if change.tariffs else rate))
    costs = [one.transpose(*ORDER).to_numpy() for one in (before, after)]
    imports = imports_of(state.world, found)
    key = ("product access", found.economies, found.products)
    without = derived(state.solved.baseline, key, lambda: _access(state, found, imports, costs[0]))
    return Access(without, _access(state, found, imports, costs[1]))


def imports_of(world: World, found: Found) -> Floats:
    """Imports of the file, US$ m, dims (label of the accounts, product)."""
    label = {code: code for code in world.economies}
    table = _table(world, found)
    table = table.groupby(table.index.map(lambda code: label.get(str(code), REST_OF_WORLD))).sum()
    return table.reindex(index=list(world.labels), columns=list(found.products), fill_value=0.0).to_numpy(
        float
    )


def buys_more(world: World, found: Found) -> NDArray[np.bool_]:
    """Whether a product is a larger part of an economy's imports than of all imports, dims (economy, product)."""
    table = _table(world, found).reindex(
        index=list(found.economies), columns=list(found.products), fill_value=0.0
    )
    bought = table.to_numpy(float)
    # shares compared crosswise, so that who buys nothing, and what nobody buys, needs no case of its own
    own, all_ = bought * bought.sum(), np.outer(bought.sum(axis=1), bought.sum(axis=0))
    more: NDArray[np.bool_] = (own >= all_) & (bought > 0)
    return more


def _table(world: World, found: Found) -> pd.DataFrame:
    """Imports of the file by economy and product of as many digits as those found, US$ m."""
    assert world.products is not None
    return world.products.matrix("imports", len(found.products[0]))


def _access(state: State, found: Found, imports: Floats, cost: Floats) -> Floats:
    sectors = state.world.accounts.sectors
    theta = state.assumptions.elasticities.values()
    reach = np.full(imports.shape, np.nan)
    of_product = [sector_of_product(code) for code in found.products]
    for place, sector in enumerate(sectors):
        columns = [k for k, one in enumerate(of_product) if one == sector]
        if columns:
            elasticity = float(theta.sel(sector=sector))
            reach[:, columns] = calc_access(imports[:, columns], cost[:, :, place], elasticity)
    return reach
