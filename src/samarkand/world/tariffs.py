"""Import duties of a world: rates by importer, exporter and sector, where a file of them was imported.

None are embedded. Goods of the Harmonised System belong to sectors by `hs_sectors.csv`; there are no duties on
services.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, cached_property

import numpy as np
import pandas as pd
import xarray as xr
from pydantic import BaseModel, ConfigDict

from samarkand.core.declarations import read_table
from samarkand.world.sectors import load_sectors

COLUMNS = ("importer", "exporter", "sector", "tariff_rate", "basis")
ROW = "ROW"


class HsSector(BaseModel):
    """A row of `hs_sectors.csv`: the sector of all goods whose code begins with a prefix."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    prefix: str
    sector: str
    note: str = ""


@cache
def hs_table() -> dict[str, str]:
    """Sector by prefix of the Harmonised System."""
    return {row.prefix: row.sector for row in read_table("samarkand.world", "hs_sectors.csv", HsSector)}


@cache
def sector_of_product(code: str) -> str | None:
    """The sector of an HS code of two to ten digits by the longest prefix that fits, or None."""
    for length in (6, 4, 2):
        if len(code) >= length and code[:length] in hs_table():
            return hs_table()[code[:length]]
    return None


@dataclass(frozen=True)
class Tariffs:
    """Ad valorem duties of one year.

    `rates`: columns `importer, exporter, sector, tariff_rate, basis`; rates are fractions of the value at the border. An
    importer that is not in it has no known tariffs. `basis` says how a rate was come by: `weighted` by imports, `simple`
    (a mean of products), `mfn` (the importer's rate for all), `partners` (the mean of the importer's other partners).
    """

    rates: pd.DataFrame
    year: int

    @cached_property
    def importers(self) -> frozenset[str]:
        """Economies whose tariffs are known."""
        return frozenset(map(str, self.rates["importer"].unique()))

    def array(self, economies: tuple[str, ...], sectors: tuple[str, ...]) -> xr.DataArray:
        """`tariff_rate[destination, origin, sector]`, fractions; zero within an economy, for services, and where none is known.

        What is not known must enter the equilibrium as no wedge at all; `importers` tells which zeros are known.
        """
        shape = (len(economies), len(economies), len(sectors))
        values = np.zeros(shape)
        table = self.rates[
            self.rates["importer"].isin(economies)
            & self.rates["exporter"].isin(economies)
            & self.rates["sector"].isin(sectors)
        ]
        at = {code: place for place, code in enumerate(economies)}
        of = {code: place for place, code in enumerate(sectors)}
        values[
            table["importer"].map(at).to_numpy(int),
            table["exporter"].map(at).to_numpy(int),
            table["sector"].map(of).to_numpy(int),
        ] = table["tariff_rate"].to_numpy(float)
        values[np.arange(shape[0]), np.arange(shape[0])] = 0.0
        coords = {"destination": list(economies), "origin": list(economies), "sector": list(sectors)}
        return xr.DataArray(values, coords, tuple(coords), name="tariff_rate", attrs={"unit": "fraction"})


def goods_sectors() -> tuple[str, ...]:
    """Sectors on whose products duties are charged: all that a prefix of the Harmonised System names."""
    named = set(hs_table().values())
    return tuple(row.code for row in load_sectors() if row.code in named)
