"""The range of a change of trade costs: what the declared ranges of value density and carriage leave open."""

from __future__ import annotations

import numpy as np
import xarray as xr

from samarkand.core.conventions import Floats
from samarkand.core.evidence import Evidence
from samarkand.world.freight.cargo_modes import CARGO_SHARES, CARGOES
from samarkand.world.freight.commodities import IN_BULK, freight_table
from samarkand.world.freight.trade_costs import iceberg_cost_hat
from samarkand.world.parameters import Parameters

BOUNDS = ("small_effect", "central", "large_effect")


def _end(evidence: Evidence, side: str) -> float:
    """The low or high end of a figure's range; the figure itself where no range is declared."""
    end = evidence.low if side == "low" else evidence.high
    value = evidence.value if end is None else end
    return float("nan") if value is None else value


def freight_bounds(freight: Parameters) -> dict[str, xr.Dataset]:
    """The freight table (`freight_table`) at the ends of its ranges, by bound.

    large_effect: the least value per tonne and tonnes per TEU, so that freight weighs most, and the largest shares of
    the cargoes on the network (one at most together); small_effect: the other ends. What cargoes are to each other, and
    with it their classes of goods and their choice of modes, stays as it is.
    """
    central = freight_table(freight)
    sectors = central["sector"].to_numpy().tolist()

    def ends(side: str, attribute: str, missing: float) -> Floats:
        names = [f"{sector}.{attribute}" for sector in sectors]
        return np.array([_end(freight.evidence(n), side) if n in freight else missing for n in names])

    def bound(density: str, shares: str) -> xr.Dataset:
        value = ends(density, "value_per_tonne", np.nan) / central["value_per_tonne"].to_numpy()
        central_payload, payload = (
            np.array([freight.get(f"{sector}.tonnes_per_teu", np.nan) for sector in sectors]),
            ends(density, "tonnes_per_teu", np.nan),
        )
        by_cargo = np.tile((value * payload / central_payload)[:, None], len(CARGOES))
        for cargo in IN_BULK:
            name = f"{cargo}.tonnes_per_teu"
            by_cargo[:, CARGOES.index(cargo)] = value * _end(freight.evidence(name), density) / freight[name]
        before = central["network_share"].to_numpy()
        total = np.minimum(sum(ends(shares, name, 0.0) for name in CARGO_SHARES), 1.0)
        scale = np.divide(total, before, out=np.zeros_like(before), where=before > 0)
        found = central.copy()
        found["cargo_value_per_teu"] = central["cargo_value_per_teu"] * by_cargo
        found["cargo_share"] = central["cargo_share"] * xr.DataArray(scale, dims="sector")
        return found

    return {"small_effect": bound("high", "low"), "central": central, "large_effect": bound("low", "high")}


def iceberg_cost_hat_range(costs: xr.Dataset, freight: Parameters, variant: str = "logsum") -> xr.DataArray:
    """`iceberg_cost_hat` at the ends of the declared ranges, dims (bound, origin, destination, sector).

    Errors as `iceberg_cost_hat`.
    """
    hats = [iceberg_cost_hat(costs, table, variant) for table in freight_bounds(freight).values()]
    return xr.concat(hats, dim=xr.Variable("bound", list(BOUNDS))).rename("iceberg_cost_hat")
