"""Freight by sector and cargo: shares in value, value density and value of time.

    by_sector/freight_sectors.csv    share of each cargo in a sector's trade, value of a tonne, payload, value of time
    by_sector/freight_cargoes.csv    payload and value of time of goods in bulk

One row of a table is one attribute of one sector or cargo, named `sector.attribute`, with its range and standing, so
that a scenario can replace any of them by name as it does other parameters. Goods in containers and single pieces have
the payload and the haste of their sector; goods in bulk fill a load to the limit of its weight and are waited for like
coal, whatever they are.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from samarkand.core.conventions import Floats
from samarkand.core.declarations import read_table
from samarkand.world.freight.cargo_modes import CARGO_SHARES, CARGOES, find_impossible
from samarkand.world.parameters import ParameterRow, Parameters

IN_BULK = ("dry_bulk", "liquid_bulk", "gas")
IN_BOXES = ("containers",)  # what is counted in TEU and lifted by terminals that take boxes alone
SHARES = (*CARGO_SHARES, "pipeline_share", "air_share", "non_physical_share")
HOURS_PER_DAY = 24.0


@cache
def load_freight() -> Parameters:
    """The declared freight tables; `freight["coal.value_per_tonne"]`, `.evidence(name)`, `.replace({...})`."""
    tables = ("by_sector/freight_sectors.csv", "by_sector/freight_cargoes.csv")
    rows = [read_table("samarkand.world.parameters", name, ParameterRow) for name in tables]
    return Parameters((*rows[0], *rows[1]))


def freight_table(freight: Parameters) -> xr.Dataset:
    """The freight tables as labelled arrays.

    dims (sector, cargo), zero or not a number where a sector has none of a cargo:
    cargo_share (fraction of the sector's value); cargo_value_per_tonne (US$); cargo_value_per_teu = value * payload;
    cargo_value_of_time = cargo_value_per_teu * time_value_rate / 24 (US$ per TEU and hour).

    dims (sector): value_per_tonne (US$; not a number for services), a mean with tonnes as weights; value_per_teu, the
    mean with TEU as weights; network_share = sum of the cargoes' shares; and all shares themselves.
    Raises ValueError when the shares of a sector do not add up to one, when a sector sends by pipeline or air what no
    cargo of it takes (`cargo_modes`), and as `calc_relative_values`.
    """
    sectors = [name.split(".")[0] for name in freight if name.endswith(".non_physical_share")]

    def column(attribute: str, missing: float = np.nan) -> Floats:
        return np.array([freight.get(f"{sector}.{attribute}", missing) for sector in sectors])

    def of_cargo(attribute: str) -> Floats:
        own = column(attribute)
        common = [freight[f"{cargo}.{attribute}"] if cargo in IN_BULK else None for cargo in CARGOES]
        return np.stack([own if one is None else np.full(own.size, one) for one in common], axis=1)

    table = xr.Dataset({name: ("sector", column(name, 0.0)) for name in SHARES}, coords={"sector": sectors})
    total = np.sum([table[name].to_numpy() for name in SHARES], axis=0)
    _refuse(
        np.abs(total - 1) > 1e-9,
        sectors,
        "the shares of carriage do not add up to one",
    )
    impossible = [
        bool(find_impossible({name: float(table[name][s]) for name in SHARES})) for s in range(len(sectors))
    ]
    _refuse(np.array(impossible), sectors, "pipelines or aircraft carry goods of which they take no cargo")
    share = np.stack([table[name].to_numpy() for name in CARGO_SHARES], axis=1)
    declared = np.stack([column(f"{cargo}_relative_value") for cargo in CARGOES], axis=1)
    relative = calc_relative_values(share, declared)
    heavy = np.asarray((relative <= 0).any(axis=1))
    _refuse(heavy, sectors, "the cargoes with a value of their own weigh more than all together")
    per_tonne = column("value_per_tonne")[:, None] * relative
    per_teu = per_tonne * of_cargo("tonnes_per_teu")
    table = table.assign_coords(cargo=list(CARGOES))
    by_cargo = {
        "cargo_share": (share, "1"),
        "cargo_value_per_tonne": (per_tonne, "US$/t"),
        "cargo_value_per_teu": (per_teu, "US$/TEU"),
        "cargo_value_of_time": (per_teu * of_cargo("time_value_rate") / HOURS_PER_DAY, "US$/TEU-h"),
    }
    for name, (values, unit) in by_cargo.items():
        table[name] = (("sector", "cargo"), values, {"unit": unit})
    table["network_share"] = ("sector", share.sum(axis=1))
    table["value_per_tonne"] = ("sector", column("value_per_tonne"), {"unit": "US$/t"})
    loads = np.nansum(share / per_teu, axis=1)
    mean = np.divide(share.sum(axis=1), loads, out=np.full(loads.size, np.nan), where=loads > 0)
    table["value_per_teu"] = ("sector", mean, {"unit": "US$/TEU"})
    return table


def calc_relative_values(share: Floats, declared: Floats) -> Floats:
    """Values of a tonne over the sector's mean, [sector, cargo]: declared ones, and what is left to the others.

        sum over k of s_k / v_k = sum over k of s_k     the mean with tonnes as weights is one

    share: s, fractions of value; declared: v, not a number where a cargo has no value of its own: those of a sector
    have one in common. Where all have one they are scaled to the mean. Not a number where the share is zero, negative
    where the declared cargoes weigh more than all together.
    """
    here = share > 0
    own = here & np.isfinite(declared)
    tonnes = np.divide(share, declared, out=np.zeros_like(share), where=own).sum(axis=1)
    rest, total = np.where(here & ~own, share, 0.0).sum(axis=1), share.sum(axis=1)
    left = np.where(total - tonnes > 0, total - tonnes, -1.0)
    scale = np.where(rest > 0, 1.0, np.divide(tonnes, total, out=np.ones_like(total), where=total > 0))
    values = np.where(own, declared * scale[:, None], np.where(rest > 0, rest / left, 1.0)[:, None])
    return np.where(here, values, np.nan)


def _refuse(wrong: NDArray[np.bool_], sectors: list[str], reason: str) -> None:
    """Raise ValueError with the sectors in which something is wrong."""
    if wrong.any():
        names = ", ".join(
            sector for sector, is_wrong in zip(sectors, wrong.tolist(), strict=True) if is_wrong
        )
        raise ValueError(f"{reason} in {names}")
