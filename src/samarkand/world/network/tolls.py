"""Tolls of canals in the cost of ways by sea.

    usd = km * sea_rate + canal_tolls * rate * load        of the link of the passage on which the toll is taken

for canals of `transit_tariffs.csv`: rate in US$ a tonne, load in tonnes. Ways are found for a load (TEU), not by cargo,
and so is the toll. It stands on one link, so that what sails to a port within the passage passes free.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from samarkand.core.conventions import Floats
from samarkand.world.network.chokepoints import chokepoints
from samarkand.world.network.transit_tariffs import transit_tariffs


def tolls_of_links(links: pd.DataFrame, nodes: pd.DataFrame) -> Floats:
    """Published toll of each link at sea, US$/TEU; zero on all but one of each canal.

    links: u, v, passage, status; nodes: lat, lon. The toll is taken on the open link of the passage whose middle is
    nearest to the place that its tariff gives: on one that no ship sails nobody would pay it.
    """
    found = np.zeros(len(links))
    passage_of = {row.id: row.passage for row in chokepoints()}
    passages, is_open = links["passage"].to_numpy(), (links["status"] == "open").to_numpy()
    lat, lon = (nodes[name].to_numpy(float) for name in ("lat", "lon"))
    for row in transit_tariffs():
        if row.kind != "canal" or row.lat is None or row.lon is None:
            continue
        at = np.flatnonzero(is_open & (passages == passage_of[row.place]))
        if at.size:
            ends = links[["u", "v"]].to_numpy(np.int64)[at]
            # A canal is short: degrees serve as a measure of what is near.
            away = np.hypot(lat[ends].mean(axis=1) - row.lat, lon[ends].mean(axis=1) - row.lon)
            found[at[away.argmin()]] += row.toll
    return found
