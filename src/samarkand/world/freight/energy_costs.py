"""What a closure of oil and gas means for iceberg costs, by pair of economies and sector.

    longer = 1 + (voyage closed - voyage open) / (value of a TEU + voyage open)   of what still has a way, by value
    left   = value of what remains / value of what there was
    hat    = longer * left^(-1 / theta)

Cargoes of a sector weigh by value. Goods of a sector are varieties: with a share of them cut off, the power of trade
costs falls by that share (`disruption.calc_cut_off_hat`). Pairs without a volume have no figure here: they keep what
their routes on land and sea say.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import xarray as xr

from samarkand.core.conventions import Floats
from samarkand.world.freight.energy import EnergyClosure

LEAST_LEFT = 1e-9
ORDER = ("origin", "destination", "sector")


@dataclass(frozen=True, eq=False)
class EnergyCosts:
    """longer, left: dims (origin, destination, sector), not a number where nothing is known in volumes; remaining: of
    all that an exporter sells abroad, dims (origin, sector), one where nothing is known."""

    longer: xr.DataArray
    left: xr.DataArray
    remaining: xr.DataArray

    @property
    def has_limits(self) -> bool:
        """Whether anything is cut off."""
        return bool((self.left < 1.0).any())


@dataclass(frozen=True, eq=False)
class ClosedEnergy:
    """Oil and gas with something closed: volumes, and their iceberg costs.

    served, hat: dims (origin, destination, sector), of what still has a way and with what is cut off counted, not a
    number where nothing is known in volumes; routes: what the closed network without a programme says instead.
    """

    closure: EnergyClosure
    served: xr.DataArray
    hat: xr.DataArray
    routes: xr.DataArray

    def over(self, routes: xr.DataArray, of: xr.DataArray) -> xr.DataArray:
        """Costs of routes with these in the place of oil and gas, times what a programme makes of their routes."""
        return routes.where(of.isnull(), of * routes / self.routes)


def energy_costs(closure: EnergyClosure, like: xr.DataArray, value_per_teu: xr.DataArray) -> EnergyCosts:
    """Costs of a closure; like: any array with the dims (origin, destination, sector); value_per_teu: US$, (sector)."""
    economies = like["origin"].to_numpy().astype(str).tolist()
    sectors = like["sector"].to_numpy().astype(str).tolist()
    flows, cargoes = closure.flows, closure.tables.cargoes
    place = {code: k for k, code in enumerate(economies)}
    number = {code: k for k, code in enumerate(sectors)}
    sector = flows["cargo"].map(
        {name: number[row.sector] for name, row in cargoes.items() if row.sector in number}
    )
    worth = flows["cargo"].map({name: row.unit_value for name, row in cargoes.items()}).to_numpy(float)
    ends = (flows["exporter"].map(place), flows["importer"].map(place))
    at = tuple(index.to_numpy(np.int64) for index in (*ends, sector))

    def add_up(amount: Floats) -> Floats:
        total = np.zeros((len(economies), len(economies), len(sectors)))
        np.add.at(total, at, amount * worth)
        return total

    value = value_per_teu.sel(sector=sectors).to_numpy()[at[2]]
    before, after = closure.voyages
    sails = np.isfinite(before) & np.isfinite(after)
    rise = np.zeros(len(flows))
    rise[sails] = (after - before)[sails] / (value + before)[sails]
    volume, remaining = (flows[name].to_numpy(float) for name in ("volume", "remaining"))
    there, still = add_up(volume), add_up(remaining)
    with np.errstate(invalid="ignore", divide="ignore"):
        left = np.where(there > 0, still / there, np.nan)
        mean = np.where(still > 0, add_up(remaining * rise) / still, 0.0)
        all_in_all = np.where(there.sum(axis=1) > 0, still.sum(axis=1) / there.sum(axis=1), 1.0)
    coords = {"origin": economies, "destination": economies, "sector": sectors}
    longer = xr.DataArray(np.where(there > 0, 1.0 + mean, np.nan), coords, ORDER)
    remaining_share = xr.DataArray(
        all_in_all, {name: coords[name] for name in ("origin", "sector")}, ("origin", "sector")
    )
    return EnergyCosts(longer, xr.DataArray(left, coords, ORDER), remaining_share)


Part = TypeVar("Part", xr.DataArray, Floats)


def calc_energy_hat(longer: Part, left: Part, elasticity: Part) -> Part:
    """longer * left^(-1 / theta), dims as longer; where all is gone a billionth stays, as the equilibrium takes finite
    costs."""
    return longer * np.maximum(left, LEAST_LEFT) ** (-1.0 / elasticity)
