"""Which part of trade goes by air: little between neighbours, most of it overseas.

    air_odj = min(A_j r(km_od), what of j rides at all and by no pipeline)
    r(km) = near up to near_km, one from far_km on, and between them on a straight line

A_j: such that the share of the air in what all economies sell each other of sector j is the declared one
(`air_share` of by_sector/freight_sectors.csv). km: great circle between cities of two economies, mean by population.
What does not fly goes by road, rail and sea, in the proportions of the sector's cargoes.

Between the United States and its two neighbours 3.9 per cent of the value of trade goes by air, with all others a
third. A share that is the same everywhere gives neighbours goods that fly, and takes lorries' goods from them.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
import xarray as xr

from samarkand.core.conventions import Floats
from samarkand.world.freight.mode_choice import distance_between_cities
from samarkand.world.freight.trade_costs import economy_weights
from samarkand.world.parameters import Parameters

DIMS = ("origin", "destination", "sector")


def calc_air_pull(km: Floats, near: float, near_km: float, far_km: float) -> Floats:
    """r = near + (1 - near) min(max((km - near_km) / (far_km - near_km), 0), 1): share of the air beside that overseas.

    Not a number counts as far. Where near_km is far_km or more, what is farther than near_km is overseas.
    """
    over = km - near_km
    part = (
        np.clip(over / (far_km - near_km), 0.0, 1.0) if near_km < far_km else np.where(over > 0.0, 1.0, 0.0)
    )
    found: Floats = np.where(np.isnan(km), 1.0, near + (1.0 - near) * part)
    return found


def calc_air_shares(flow: Floats, share: Floats, most: Floats, pull: Floats) -> Floats:
    """Share of the air in trade between two economies, air_odj = min(A_j r_od, most_j), [origin, destination, sector].

        A_j = share_j sum over o != d of X_odj / sum over o != d of r_od X_odj

    Parameters
    ----------
    flow : [origin, destination, sector], money; what is not a number counts as nothing.
    share, most : [sector], fractions: declared share of the air, and what may fly.
    pull : [origin, destination], as `calc_air_pull`.

    A sector that nobody sells abroad has its declared share everywhere.
    """
    abroad = np.where(np.eye(len(pull), dtype=bool)[..., None], 0.0, np.nan_to_num(flow))
    sold = abroad.sum(axis=(0, 1))
    pulled = np.einsum("odj,od->j", abroad, pull)
    overseas = share * np.divide(sold, pulled, out=np.ones_like(sold), where=pulled > 0)
    found: Floats = np.minimum(overseas * np.where(pulled > 0, pull[..., None], 1.0), most)
    return found


def calc_surface_part(air: Floats, share: Floats, most: Floats) -> Floats:
    """What goes by road, rail and sea over what does at the declared share of the air: (most - air) / (most - share).

    air: [origin, destination, sector]; share, most: [sector], fractions. One where nothing goes on the network.
    """
    left = most - share
    part: Floats = np.divide(most - air, left, out=np.ones_like(air), where=left > 1e-12)
    return part


def distance_between_economies(cities: pd.DataFrame, economies: Sequence[str]) -> Floats:
    """Km by the great circle, mean over their cities by population, [economy, economy]; not a number without a city."""
    weight = economy_weights(cities, economies).to_numpy()
    km = weight @ distance_between_cities(cities) @ weight.T
    nowhere = ~weight.any(axis=1)
    km[nowhere], km[:, nowhere] = np.nan, np.nan
    return np.asarray(km)


def surface_part(
    flow: xr.DataArray, freight: xr.Dataset, cities: pd.DataFrame, parameters: Parameters
) -> xr.DataArray:
    """`calc_surface_part` of a world's trade, dims (origin, destination, sector), pure numbers.

    flow: US$ m, of the accounts; freight: as `freight_table`, of its sectors.
    """
    ordered = flow.transpose(*DIMS)
    pull = calc_air_pull(
        distance_between_economies(cities, ordered["origin"].to_numpy().astype(str).tolist()),
        parameters["air_near_share"], parameters["air_near_distance"], parameters["air_far_distance"],
    )  # fmt: skip
    table = freight.sel(sector=ordered["sector"])
    share = table["air_share"].to_numpy()
    most = table["network_share"].to_numpy() + share
    air = calc_air_shares(ordered.to_numpy(), share, most, pull)
    return ordered.copy(data=calc_surface_part(air, share, most)).rename("surface_part")
