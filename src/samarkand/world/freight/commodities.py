"""Freight by sector: value density, mode of carriage and value of time.

One row of the table is one attribute of one sector, named `sector.attribute`, with its range and standing, so
that a scenario can replace any of them by name as it does other parameters.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import xarray as xr

from samarkand.core.declarations import read_table
from samarkand.world.parameters import ParameterRow, Parameters

SHARES = ("containerised_share", "bulk_share", "pipeline_share", "air_share", "non_physical_share")
NETWORK_SHARES = ("containerised_share", "bulk_share")
HOURS_PER_DAY = 24.0


@cache
def load_freight() -> Parameters:
    """The declared freight table; `freight["coal.value_per_tonne"]`, `.evidence(name)`, `.replace({...})`."""
    return Parameters(read_table("samarkand.world.parameters", "by_sector/freight_sectors.csv", ParameterRow))


def freight_table(freight: Parameters) -> xr.Dataset:
    """The freight table as labelled arrays, dims (sector).

    value_per_tonne (US$; not a number for services); value_per_teu = value_per_tonne * tonnes_per_teu;
    network_share = containerised_share + bulk_share (fraction of value);
    value_of_time = value_per_teu * time_value_rate / 24 (US$ per TEU and hour); and the shares themselves.
    Raises ValueError when the shares of a sector do not add up to one.
    """
    sectors = list(dict.fromkeys(name.split(".")[0] for name in freight))

    def column(attribute: str) -> tuple[tuple[str], list[float]]:
        return ("sector",), [freight.get(f"{sector}.{attribute}", np.nan) for sector in sectors]

    table = xr.Dataset({share: column(share) for share in SHARES}, coords={"sector": sectors})
    total = sum(table[share] for share in SHARES)
    wrong = [sector for sector, sum_ in zip(sectors, np.asarray(total), strict=True) if abs(sum_ - 1) > 1e-9]
    if wrong:
        raise ValueError(f"the shares of carriage do not add up to one in {', '.join(wrong)}")
    table["value_per_teu"] = (
        ("sector",),
        np.multiply(column("value_per_tonne")[1], column("tonnes_per_teu")[1]),
        {"unit": "US$/TEU"},
    )
    table["value_per_tonne"] = (("sector",), np.asarray(column("value_per_tonne")[1]), {"unit": "US$/t"})
    table["network_share"] = sum(table[share] for share in NETWORK_SHARES)
    rate = np.asarray(column("time_value_rate")[1])
    table["value_of_time"] = table["value_per_teu"] * xr.DataArray(rate, dims="sector") / HOURS_PER_DAY
    return table
