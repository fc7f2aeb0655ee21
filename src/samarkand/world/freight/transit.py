"""Goods of others that pass an economy, and what it charges for it.

    income[k] = rate[k] * passing[k]        passing: all tonnes (or tonne-kilometres) less those from or to the economy

of each tariff k of `transit_tariffs.csv`. A rate is what is paid for passing, costs of the service included; what is
shipped from or to the economy itself pays too, but is no transit.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import pandas as pd
import xarray as xr

from samarkand.core.conventions import REST_OF_WORLD, Floats
from samarkand.core.faults import Faults
from samarkand.world.freight.assignment import FreightWork
from samarkand.world.freight.capacity import find_place
from samarkand.world.network.tables import Network
from samarkand.world.network.transit_tariffs import LINE, PORT, TransitTariff, transit_tariffs
from samarkand.world.parameters import Parameters

KINDS = ("canal", "railway", "pipeline", "port")
MILLION = 1e6


def laid_apart() -> tuple[str, ...]:
    """Economies whose own goods are laid apart, so that the others' are known: of tariffs of the network."""
    return tuple(sorted({row.economy for row in transit_tariffs() if row.kind != "pipeline"}))


def calc_passing(
    work: FreightWork, flows: pd.DataFrame, tonnes: Floats, network: Network, parameters: Parameters
) -> xr.DataArray:
    """Tonnes of transit a year by tariff, tonne-kilometres where the rate is for these; dims (tariff).

    work: with the own goods of `laid_apart`; flows: oil and gas as `EnergyTrade.flows`, tonnes: a year of each. Not a
    number where the network has no such place.
    """
    rows = transit_tariffs()
    amounts = [_passing(row, work, flows, tonnes, network, parameters) for row in rows]
    return xr.DataArray(np.array(amounts), {"tariff": [row.id for row in rows]}, ("tariff",))


def _passing(
    row: TransitTariff,
    work: FreightWork,
    flows: pd.DataFrame,
    tonnes: Floats,
    network: Network,
    parameters: Parameters,
) -> float:
    if row.kind == "pipeline":
        line = row.place.removeprefix(LINE)
        mine = [line in by for by in flows["by"]]
        others = (flows["exporter"] != row.economy) & (flows["importer"] != row.economy)
        return float(tonnes[others.to_numpy(bool) & np.array(mine, bool)].sum())
    own = work.own[row.economy]
    if row.kind == "port":
        port = row.place.removeprefix(PORT)
        return _above(work.ports["tonnes"], own.ports, [port]) if port in work.ports.index else np.nan
    if row.kind == "railway":
        if row.economy not in set(network.rail.nodes["economy"]):
            return np.nan
        return max(_rail_work(work.links, row.economy) - _rail_work(own.links, row.economy), 0.0)
    try:
        place = find_place(row.place, network, parameters)
    except Faults:
        return np.nan
    by_row = [_at_sea(links) for links in (work.links, own.links)]
    return _above(by_row[0], by_row[1], place.links["sea"], busiest=True)


def _rail_work(links: pd.DataFrame, economy: str) -> float:
    """Tonne-kilometres by rail within an economy; a link across its border counts half."""
    mine = links[links["mode"] == "rail"]
    inside = ((mine["economy_a"] == economy).astype(float) + (mine["economy_b"] == economy)) / 2.0
    return float((inside * mine["tonnes"] * mine["km"]).sum())


def _at_sea(links: pd.DataFrame) -> pd.Series:
    mine = links[(links["mode"] == "sea") & (links["row"] >= 0)]
    return mine.set_index("row")["tonnes"]


def _above(total: pd.Series, own: pd.Series, at: Iterable[object], busiest: bool = False) -> float:
    """What others have at some places: the sum, or the busiest of them."""
    keys = list(at)
    left = (total.reindex(keys, fill_value=0.0) - own.reindex(keys, fill_value=0.0)).clip(lower=0.0)
    return float(left.max() if busiest else left.sum()) if keys else 0.0


def income_by_tariff(passing: xr.DataArray) -> xr.DataArray:
    """US$ m a year of each tariff, dims (tariff): rate * passing / 1e6."""
    rate = xr.DataArray(
        [row.rate for row in transit_tariffs()],
        {"tariff": [row.id for row in transit_tariffs()]},
        ("tariff",),
    )
    return passing * rate.sel(tariff=passing["tariff"]) / MILLION


def income_by_economy(
    passing: xr.DataArray, economies: Sequence[str], in_rest_of_world: Sequence[str] = ()
) -> xr.DataArray:
    """US$ m a year, dims (economy, case) with the kinds of places as cases; not a number where no tariff is known.

    in_rest_of_world: economies that are no label of their own; what they earn is that of the rest of the world.
    """
    income = income_by_tariff(passing)
    by_tariff = dict(zip(income["tariff"].to_numpy().tolist(), income.to_numpy().tolist(), strict=True))
    found = np.full((len(economies), len(KINDS)), np.nan)
    place = {code: k for k, code in enumerate(economies)}
    for row in transit_tariffs():
        code = REST_OF_WORLD if row.economy in in_rest_of_world else row.economy
        value = by_tariff[row.id]
        if code in place and np.isfinite(value):
            at = (place[code], KINDS.index(row.kind))
            found[at] = value if np.isnan(found[at]) else found[at] + value
    return xr.DataArray(found, {"economy": list(economies), "case": list(KINDS)}, ("economy", "case"))
