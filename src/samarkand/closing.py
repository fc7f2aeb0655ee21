"""Oil and gas with something closed, and the equilibrium that goes with what is left of them."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import xarray as xr

from samarkand.core.conventions import Floats
from samarkand.engines.equilibrium import Solution
from samarkand.solving import CarriageOf, Setting, freight_hat, network_hat
from samarkand.world.freight.energy import EnergyClosure
from samarkand.world.freight.energy_costs import ClosedEnergy, EnergyCosts, calc_energy_hat, energy_costs
from samarkand.world.freight.state import FreightState

WITHIN, MOST_TRIES = 0.01, 40  # of the volume that a closure leaves; solutions looked for


def close_energy(
    setting: Setting, closure: EnergyClosure, state: FreightState, carriage: CarriageOf | None
) -> tuple[ClosedEnergy, Solution]:
    """Oil and gas with closures against the open network, and the equilibrium in which no exporter sells more of them
    abroad than is left."""
    routes = freight_hat(setting, state)
    costs = energy_costs(closure, routes, setting.commodities["value_per_teu"])
    theta = setting.assumptions.elasticities.values().sel(sector=setting.commodities["sector"])
    whole = network_hat(setting, state, routes)

    def with_left(left: xr.DataArray) -> ClosedEnergy:
        return ClosedEnergy(closure, costs.longer, calc_energy_hat(costs.longer, left, theta), routes)

    dims = costs.longer.dims
    cells = np.nonzero(costs.longer.notnull().to_numpy())  # the others are not worked out again each time
    longer, of_routes, of_whole = (one.transpose(*dims).to_numpy() for one in (costs.longer, routes, whole))
    theta_of = theta.to_numpy()[cells[dims.index("sector")]]

    def solve_with(left: xr.DataArray) -> Solution:
        hat = of_whole.copy()
        of_energy = calc_energy_hat(longer[cells], left.transpose(*dims).to_numpy()[cells], theta_of)
        hat[cells] = of_energy * of_whole[cells] / of_routes[cells]
        return setting.solve(xr.DataArray(hat, costs.longer.coords, dims), carriage)

    left, solution = _within_limits(setting, costs, solve_with)
    return with_left(left), solution


def _within_limits(
    setting: Setting, costs: EnergyCosts, solve_with: Callable[[xr.DataArray], Solution]
) -> tuple[xr.DataArray, Solution]:
    """Shares left that hold each exporter to the volume that remains, and their solution.

    volume of i, s abroad = sum over n of X[n, i, s] / unit_cost_hat[i, s], over importers n whose volumes are known,
    against that of the accounts; what remains of it is the share, by value, that remains of the volumes. Trade over
    land that is in no table of volumes is held by its routes alone. An exporter whose income falls sells cheaper and
    would sell more; its shares left fall further, by one factor a sector, until the volume is that which remains. By
    the secant of the logarithms, each exporter and sector on its own. Raises ValueError where no factor is found.
    """
    solution = solve_with(costs.left)
    if not costs.has_limits:
        return costs.left, solution
    flow = setting.world.accounts.trade_flow.transpose(*costs.left.dims)
    known = np.isfinite(costs.left.to_numpy()) & ~np.eye(flow.sizes["origin"], dtype=bool)[..., None]
    remains = np.where(known, flow.to_numpy(), 0.0).sum(axis=1) * costs.remaining.to_numpy()
    limited = (costs.remaining.to_numpy() < 1.0 - WITHIN) & (remains > 0)
    last: tuple[Floats, Floats] | None = None
    factor, slope = np.zeros(remains.shape), np.ones(remains.shape)  # logarithms
    for _ in range(MOST_TRIES):
        sold = np.where(known, solution.trade_flow.transpose(1, 0, 2), 0.0)
        with np.errstate(divide="ignore", invalid="ignore"):
            gap = np.where(limited, np.log(sold.sum(axis=1) / solution.unit_cost_hat / remains), 0.0)
        over = np.where((factor < 0) | (gap > 0), gap, 0.0)
        if np.abs(over).max() <= WITHIN:
            return costs.left * np.exp(factor)[:, None, :], solution
        if last is not None:
            with np.errstate(divide="ignore", invalid="ignore"):
                found = (gap - last[1]) / (factor - last[0])
            slope = np.where(np.isfinite(found), np.clip(found, 0.2, 2.0), slope)
        last = (factor, gap)
        factor = np.minimum(factor - over / slope, 0.0)
        solution = solve_with(costs.left * np.exp(factor)[:, None, :])
    worst = np.unravel_index(np.abs(over).argmax(), over.shape)
    exporter, sector = (
        str(costs.remaining[dim].to_numpy()[k]) for dim, k in zip(("origin", "sector"), worst, strict=True)
    )
    raise ValueError(
        f"{exporter} sells {np.expm1(over[worst]):+.1%} beside what the closure leaves of its exports of {sector} "
        f"after {MOST_TRIES} tries"
    )
