"""The range of a change of trade costs: what the declared ranges of value density and carriage leave open."""

from __future__ import annotations

import xarray as xr

from samarkand.core.evidence import Evidence
from samarkand.world.freight.commodities import NETWORK_SHARES, freight_table
from samarkand.world.freight.mode_choice import sector_classes
from samarkand.world.freight.trade_costs import calc_iceberg_cost_hat, iceberg_cost_hat
from samarkand.world.parameters import Parameters

BOUNDS = ("small_effect", "central", "large_effect")


def _end(evidence: Evidence, side: str) -> float:
    """The low or high end of a figure's range; the figure itself where no range is declared."""
    end = evidence.low if side == "low" else evidence.high
    value = evidence.value if end is None else end
    return float("nan") if value is None else value


def freight_bounds(freight: Parameters) -> xr.Dataset:
    """value_per_teu (US$) and network_share (fraction) at the ends of their ranges, dims (bound, sector).

    large_effect: the least value per tonne and tonnes per TEU, so that freight weighs most, and the largest
    containerised and bulk shares (one at most); small_effect: the other ends; central: as `freight_table`.
    """
    central = freight_table(freight)
    sectors = central["sector"].to_numpy().tolist()

    def ends(side: str, *names: str) -> list[list[float]]:
        return [
            [
                _end(freight.evidence(f"{sector}.{name}"), side)
                if f"{sector}.{name}" in freight
                else float("nan")
                for sector in sectors
            ]
            for name in names
        ]

    tables = [central[["value_per_teu", "network_share"]]]
    for density, carriage in (("high", "low"), ("low", "high")):
        per_tonne, tonnes = ends(density, "value_per_tonne", "tonnes_per_teu")
        shares = ends(carriage, *NETWORK_SHARES)
        tables.append(
            xr.Dataset(
                {
                    "value_per_teu": ("sector", [a * b for a, b in zip(per_tonne, tonnes, strict=True)]),
                    "network_share": ("sector", [min(sum(pair), 1.0) for pair in zip(*shares, strict=True)]),
                },
                coords={"sector": sectors},
            )
        )
    small, middle, large = tables[1], tables[0], tables[2]
    return xr.concat([small, middle, large], dim=xr.Variable("bound", list(BOUNDS)))


def iceberg_cost_hat_range(costs: xr.Dataset, freight: Parameters, variant: str = "logsum") -> xr.DataArray:
    """`iceberg_cost_hat` at the ends of the declared ranges, dims (bound, origin, destination, sector).

    The class of goods of a sector, and with it its mode choice, stays the central one. Errors as `iceberg_cost_hat`.
    """
    central = iceberg_cost_hat(costs, freight_table(freight), variant)
    bounds = freight_bounds(freight)
    classes = sector_classes(freight_table(freight))
    by_sector = costs["generalised_cost"].sel(variant=variant, vot_class=classes)
    by_sector = by_sector.drop_vars(["variant", "vot_class"])
    hats = calc_iceberg_cost_hat(
        by_sector.sel(state="without", drop=True),
        by_sector.sel(state="with", drop=True),
        bounds["value_per_teu"],
        bounds["network_share"],
    )
    return hats.transpose("bound", *central.dims).rename("iceberg_cost_hat")
