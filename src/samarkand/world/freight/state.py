"""Freight in one state of its network: open or disrupted, without a programme or with one."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TypeAlias

import xarray as xr

from samarkand.engines.equilibrium import Solution
from samarkand.world.freight.disruption import DisruptedFreight
from samarkand.world.freight.limited_freight import add_prices_to_costs
from samarkand.world.freight.model import FreightModel, RouteUpdate
from samarkand.world.freight.priced_places import Limits
from samarkand.world.network.link_changes import LinkChange

Freight: TypeAlias = FreightModel | DisruptedFreight


@dataclass(frozen=True, eq=False)
class FreightState:
    """Routes and costs of a state.

    `model`: the network of the state without a programme; `routes`: what `changes` make of it. `costs`: as
    `FreightModel.costs`, the state `without` being the open network without a programme, from which the pairs of cities
    in `against_open` differ. `limits`: prices of full facilities, where they are asked for, and `unlimited`: the same
    state without them. `lost`: share of the pairs of cities of two economies that nothing connects any more, dims
    (origin, destination), None on the open network; `cut_off`: the labels of such pairs. `sold`: trade costs of the
    state and the equilibrium before anybody pays that goes with them, where prices were found together with both.
    """

    model: FreightModel
    changes: tuple[LinkChange, ...]
    routes: RouteUpdate
    against_open: RouteUpdate
    costs: xr.Dataset
    lost: xr.DataArray | None = None
    cut_off: tuple[tuple[str, str], ...] = ()
    limits: Limits | None = None
    unlimited: FreightState | None = None
    sold: tuple[TradeCosts, Solution] | None = None

    def limited(self, limits: Limits, without: Limits) -> FreightState:
        """The same with prices of full facilities in its costs, those of the state without a programme in theirs."""
        costs = add_prices_to_costs(self.costs, self.model, without, limits)
        return replace(self, costs=costs, limits=limits, unlimited=self)

    def costs_against(self, without: FreightState) -> xr.Dataset:
        """Costs beside those of another state of the network, dims as `FreightModel.costs`: first `without`, then
        `with`."""
        if without.lost is None:
            return self.costs
        before, after = (one.costs.sel(state=["with"]) for one in (without, self))
        both = xr.concat([before.assign_coords(state=["without"]), after], dim="state", data_vars="minimal")
        both.attrs = self.costs.attrs
        return both


@dataclass(frozen=True, eq=False)
class TradeCosts:
    """Changes of iceberg costs against the accounts, dims (origin, destination, sector).

    `freight`: of freight alone. `served`: with what a programme changes in trade costs beyond freight. `hat`: with the
    pairs of cities that are cut off counted too, as the equilibrium takes it; on the open network the same as `served`.
    """

    freight: xr.DataArray
    served: xr.DataArray
    hat: xr.DataArray
