"""Weights of cities as origins of trade: coal, ores and grain start where `origins.csv` has places of them."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from samarkand.core.conventions import Floats
from samarkand.core.geodesy import calc_great_circle_matrix
from samarkand.world.freight.mode_choice import SECTOR_OF_CLASS, VOT_CLASSES
from samarkand.world.freight.origins import origin_rows


def origin_weights(cities: pd.DataFrame, zone: NDArray[np.int32], weight: Floats) -> Floats:
    """Weights of cities as origins of what their economy sells, [class of goods, city].

        w_ci = sum of amount_p over the places p whose nearest city of the economy is i / sum over all its places

    for coal, ores and grain of economies with places of them; for all else `weight`, that by population. Nearest is by
    the great circle. cities: iso3, lat, lon; zone: number of the economy of each city, -1 for none; weight: of cities
    in it, fractions. Economies that are counted together (the rest of the world) keep their parts of the whole.
    """
    found = np.tile(weight, (len(VOT_CLASSES), 1))
    number = {sector: VOT_CLASSES.index(label) for label, sector in SECTOR_OF_CLASS.items()}
    iso3 = cities["iso3"].astype(str).to_numpy()
    lat, lon = (cities[name].to_numpy(float) for name in ("lat", "lon"))
    for (economy, sector), rows in origin_rows().items():
        mine = np.flatnonzero((iso3 == economy) & (zone >= 0))
        if mine.size:
            places = [row.lat for row in rows], [row.lon for row in rows]
            km = calc_great_circle_matrix(np.r_[lat[mine], places[0]], np.r_[lon[mine], places[1]])
            nearest = km[mine.size :, : mine.size].argmin(axis=1)
            amount = np.bincount(nearest, [row.amount for row in rows], mine.size)
            found[number[sector], mine] = weight[mine].sum() * amount / amount.sum()
    return found
