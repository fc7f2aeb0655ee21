"""Evidence of the estimator: the observed table, facts by economy, places, raw materials and gravity coefficients."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache

import numpy as np
import pandas as pd
from pydantic import BaseModel, ConfigDict

from samarkand.core.conventions import REST_OF_WORLD, Floats
from samarkand.core.declarations import read_table
from samarkand.core.geodesy import EARTH_RADIUS_KM
from samarkand.world.economies.tables import load_economies
from samarkand.world.embedded import read_frame

DECIMALS = 4  # of the published table, US$ million

# Gross exports of these hold large re-exports, which an input-output table (where goods go from where they
# are made to where they are used) does not have: only their trade balance is met, not exports and imports
# each.
RE_EXPORT_HUBS = {
    "BEL": "port of Antwerp and diamonds: European transit",
    "CYP": "ship registration and merchanting",
    "HKG": "entrepot of China: published exports are six times what the prior gives",
    "IRL": "contract production and merchanting booked by multinationals",
    "LUX": "financial and merchanting flows booked by multinationals",
    "NLD": "port of Rotterdam: European transit; published exports are 1.7 times what the prior gives",
    "SGP": "entrepot of South-East Asia",
}
COVARIATES = ("log_distance", "contiguity", "language")
NEAREST_KM = 50.0  # cities of two economies are never nearer than this


@dataclass(frozen=True)
class ObservedTable:
    """Published intermediate flows among the economies of the table, and their gross output.

    Shapes: ``intermediate[origin, sector, destination, use_sector]``, ``gross_output[economy, sector]``;
    US$ million, basic prices, 2022. ``other_sales`` is what is not sold to an industry of the 80 economies
    (final demand anywhere and sales to the rest of the world); ``other_costs`` what is not bought from one
    (value added, net taxes on inputs and inputs from the rest of the world).
    """

    economies: tuple[str, ...]
    sectors: tuple[str, ...]
    intermediate: Floats
    gross_output: Floats

    @property
    def other_sales(self) -> Floats:
        """``z[origin, sector]``: gross output less intermediate sales to the economies of the table."""
        sales: Floats = np.round(self.gross_output - self.intermediate.sum(axis=(2, 3)), DECIMALS)
        return sales

    @property
    def other_costs(self) -> Floats:
        """``w[economy, sector]``: gross output less inputs bought from the economies of the table."""
        costs: Floats = np.round(self.gross_output - self.intermediate.sum(axis=(0, 1)), DECIMALS)
        return costs

    def without(self, economy: str) -> ObservedTable:
        """The table as if the economy had never been in it."""
        keep = [k for k, code in enumerate(self.economies) if code != economy]
        return replace(
            self,
            economies=tuple(self.economies[k] for k in keep),
            intermediate=self.intermediate[keep][:, :, keep],
            gross_output=self.gross_output[keep],
        )


@dataclass(frozen=True)
class Evidence:
    """Facts from outside the table.

    Attributes:
        facts: the table of economies (`samarkand.world.economies.tables`), by ISO3 code.
        lists: by ISO3 code: `neighbours`, `languages` (words), `export_commodities`, `import_commodities`
            (sectors of the first five, in order, as words; empty word ``-`` where not known).
        places: largest cities: `economy, lat, lon, population`.
        raw: raw materials (BACI): `sector, origin, destination, value` in US$ million.
        gravity: coefficients by `left_out` (an economy, or empty) and `sector`, columns `COVARIATES`.
    """

    facts: pd.DataFrame
    lists: pd.DataFrame
    places: pd.DataFrame
    raw: pd.DataFrame
    gravity: pd.DataFrame


class Commodity(BaseModel):
    """A row of `commodities.csv`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    commodity: str
    sector: str


@cache
def sector_of_commodity() -> dict[str, str]:
    """Sector by the commodity's name in the factbook."""
    rows = read_table("samarkand.world.accounts.estimation", "commodities.csv", Commodity)
    return {row.commodity: row.sector for row in rows}


def load_evidence() -> Evidence:
    """The embedded evidence."""
    return Evidence(
        facts=load_economies(),
        lists=read_frame("estimation_lists.parquet").set_index("iso3"),
        places=read_frame("estimation_places.parquet"),
        raw=read_frame("estimation_raw_materials.parquet"),
        gravity=read_frame("estimation_gravity.parquet"),
    )


def decode_partners(text: str) -> dict[str, float]:
    """Partner shares of a cell like ``CHN:0.16 GBR:0.15``."""
    pairs = (item.split(":") for item in text.split())
    return {code: float(share) for code, share in pairs}


def calc_distance(places: pd.DataFrame, groups: list[set[str]]) -> Floats:
    """Distance between groups of economies, km: ``d[i, n] = 1 / sum_ab p_a p_b / d_ab``.

    The population-weighted harmonic mean over pairs of their largest cities (Head and Mayer, 2002); great
    circles, at least `NEAREST_KM`. A group without a city has not a number.
    """
    weight = np.zeros((len(groups), len(places)))
    code = places["economy"].to_numpy()
    people = places["population"].to_numpy(float)
    for row, group in enumerate(groups):
        weight[row] = np.where(np.isin(code, list(group)), people, 0.0)
    total = weight.sum(axis=1, keepdims=True)
    weight = np.divide(weight, total, out=np.full_like(weight, np.nan), where=total > 0)
    lat, lon = np.radians(places["lat"].to_numpy(float)), np.radians(places["lon"].to_numpy(float))
    sphere = np.stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)], axis=1)
    km = EARTH_RADIUS_KM * np.arccos(np.clip(sphere @ sphere.T, -1, 1))
    nearness: Floats = weight @ (1 / np.maximum(km, NEAREST_KM)) @ weight.T
    return 1 / nearness


def calc_covariates(evidence: Evidence, units: list[str], members_of_row: list[str]) -> Floats:
    """`COVARIATES` by pair of units, shape (3, n, n): log km, a common border, a common main language."""
    groups = [{*members_of_row} if unit == REST_OF_WORLD else {unit} for unit in units]
    distance = calc_distance(evidence.places, groups)
    missing = [unit for unit, row in zip(units, distance, strict=True) if np.isnan(row).all()]
    if missing:
        raise ValueError(f"no city is known of {', '.join(missing)}")

    def words(column: str, unit: str, most: int) -> set[str]:
        if unit not in evidence.lists.index:
            return set()
        return set(str(evidence.lists.loc[unit, column]).split()[:most])

    n = len(units)
    border, language = np.zeros((n, n)), np.zeros((n, n))
    spoken = [words("languages", unit, 2) for unit in units]
    for i, unit in enumerate(units):
        near = words("neighbours", unit, 99)
        for k, other in enumerate(units):
            border[i, k] = other in near
            language[i, k] = bool(spoken[i] & spoken[k])
    return np.stack([np.log(distance), np.maximum(border, border.T), language])
