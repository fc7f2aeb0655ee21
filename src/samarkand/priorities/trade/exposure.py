"""Exposure of trade to maritime chokepoints: which part of an economy's imports and exports of goods passes each.

Trade dependence on chokepoints as in Verschuur, Lumma & Hall (2025), Nature Communications 16, 10421
(https://doi.org/10.1038/s41467-025-65403-w) and Pratson (2023), Communications in Transportation Research 3, 100083
(https://doi.org/10.1016/j.commtr.2022.100083): by value, over all modes. It says what passes, not what would be lost:
another way may be there (`samarkand stress`).
"""

from __future__ import annotations

import numpy as np
import xarray as xr

from samarkand.core.conventions import Floats
from samarkand.core.labels import labelled
from samarkand.engines.equilibrium import Solution
from samarkand.engines.once import derived
from samarkand.priorities.base import Levels
from samarkand.state import State
from samarkand.world.assumptions import Assumptions
from samarkand.world.freight.chokepoint_shares import passages_of
from samarkand.world.freight.commodities import freight_table
from samarkand.world.freight.mode_choice import add_by_class
from samarkand.world.world import World

NO_GOODS = "the economy trades no goods with others"


def chokepoint_exposure(state: State) -> tuple[Levels, Levels]:
    """Exposure of imports and of exports, dims (economy, case), the case being the chokepoint.

    With the programme the equilibrium's trade and the share of the sea change; which part of what goes by sea passes a
    chokepoint is held as it is without. Projects change no sea link; that a port which becomes cheaper draws voyages
    from others is left out.
    """
    passes = passages_of(state.freight_model)
    xr.align(passes, state.costs, state.iceberg_cost_hat, join="exact", copy=False)  # the accounts' order too
    passing = passes.to_numpy()
    part = state.surface_part.transpose("destination", "origin", "sector").to_numpy()

    def exposure(solution: Solution, case: str, of_goods: Floats) -> tuple[Floats, Floats]:
        by_sea = sea_share(state.costs, case)
        traded = goods_traded(solution.trade_flow, of_goods, part)
        return calc_chokepoint_exposure(*traded, by_sea, passing)

    def of_baseline() -> tuple[Floats, tuple[Floats, Floats]]:
        """Goods by class, and exposure without the programme: the same for all its states."""
        of_goods = goods_by_class(state.world, state.assumptions)
        return of_goods, exposure(state.without, "without", of_goods)

    of_goods, before = derived(state.without, "exposure", of_baseline)
    found = before, exposure(state.with_, "with", of_goods)

    labels = {"economy": state.world.labels, "case": passes["chokepoint"].to_numpy().tolist()}
    imports, exports = (
        Levels(without=labelled(one, **labels), with_=labelled(other, **labels), reason=NO_GOODS)
        for one, other in zip(*found, strict=True)
    )
    return imports, exports


def goods_traded(flow: Floats, of_goods: Floats, part: Floats) -> tuple[Floats, Floats]:
    """Trade in goods `[o, d]`, and what of it the freight network carries `[c, o, d]`; money.

    flow: `[d, o, j]`; of_goods: as from `goods_by_class`; part: what goes by road, rail and sea over the mean of the
    world, `[d, o, j]`.
    """
    goods, by_class = flow @ of_goods[:, 0], (flow * part) @ of_goods[:, 1:]
    return goods.T, by_class.transpose(2, 1, 0)


def sea_share(costs: xr.Dataset, case: str) -> Floats:
    """Share of the sea by value-of-time class, `[c, o, d]`, without the programme or with it."""
    share = costs["mode_share"].sel(mode="sea", state=case)
    values: Floats = share.transpose("vot_class", "origin", "destination").to_numpy()
    return values


def goods_by_class(world: World, assumptions: Assumptions) -> Floats:
    """Share of a sector that is goods (first column), and goods on the freight network by class; `[j, 1 + c]`."""
    sectors = list(world.accounts.sectors)
    table = freight_table(assumptions.freight).sel(sector=sectors)
    goods = np.array([world.accounts.is_goods(code) for code in sectors], dtype=np.float64)
    parts: Floats = np.c_[goods, add_by_class(table, table["cargo_share"]).to_numpy() * goods[:, None]]
    return parts


def calc_chokepoint_exposure(
    goods: Floats, on_network: Floats, by_sea: Floats, passes: Floats
) -> tuple[Floats, Floats]:
    """Shares of imports and of exports of goods that pass each chokepoint; fractions `[n, k]`, each from 0 to 1.

    imports[n, k] = sum over o != n and c of on_network[c,o,n] by_sea[c,o,n] passes[k,c,o,n]
                    / sum over o != n of goods[o, n]

    and exports[n, k] alike over destinations. Shares of several chokepoints overlap: a voyage may pass many.

    - `goods[o, d]`: trade in goods by all modes, money;
    - `on_network[c, o, d]`: the part of it carried on the freight network, by value-of-time class, money;
    - `by_sea[c, o, d]`: share of the sea; nan where nothing connects, which counts as nothing by sea;
    - `passes[k, c, o, d]`: share of what goes by sea that passes chokepoint `k`.

    nan where nothing is traded.
    """
    abroad = 1.0 - np.eye(goods.shape[0])
    carried = np.einsum("cod,kcod->kod", on_network * np.nan_to_num(by_sea) * abroad, passes)
    total = goods * abroad
    with np.errstate(invalid="ignore", divide="ignore"):
        shares = [
            np.where(total.sum(axis=axis) > 0, carried.sum(axis=axis + 1) / total.sum(axis=axis), np.nan).T
            for axis in (0, 1)
        ]
    return shares[0], shares[1]
