"""Import duties of a world: rates by importer, exporter and sector, where a file of them was imported.

None are embedded. Goods of the Harmonised System belong to sectors by `hs_sectors.csv`; there are no duties on
services.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, cached_property
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import xarray as xr
from pydantic import BaseModel, ConfigDict

from samarkand.core.declarations import read_table
from samarkand.core.hashing import data_hash
from samarkand.world.accounts.sectors import load_sectors

if TYPE_CHECKING:
    from samarkand.world.accounts.tables import Accounts

COLUMNS = ("importer", "exporter", "sector", "tariff_rate", "basis")
TARIFF_NEED = "a tariff table"  # in the words of the indicators that need it
# An industry whose inputs would cost more than this share of its output once duties are paid keeps the rest.
LARGEST_INPUT_SHARE = 0.99


class HsSector(BaseModel):
    """A row of `hs_sectors.csv`: the sector of all goods whose code begins with a prefix."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    prefix: str
    sector: str
    note: str = ""


@cache
def hs_table() -> dict[str, str]:
    """Sector by prefix of the Harmonised System."""
    return {
        row.prefix: row.sector for row in read_table("samarkand.world.accounts", "hs_sectors.csv", HsSector)
    }


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

    `rates`: columns `importer, exporter, sector, tariff_rate, basis`; rates are fractions of the value at the border.
    An importer that is not in it has no known tariffs. `basis` says how a rate was come by: `weighted` by imports,
    `simple` (a mean of products), `mfn` (the importer's rate for all), `partners` (the mean of its other partners),
    `union` (free inside).
    """

    rates: pd.DataFrame
    year: int

    @cached_property
    def hash(self) -> str:
        """Content hash."""
        return data_hash(self)

    @cached_property
    def importers(self) -> frozenset[str]:
        """Economies whose tariffs are known."""
        return frozenset(map(str, self.rates["importer"].unique()))

    def array(self, economies: tuple[str, ...], sectors: tuple[str, ...]) -> xr.DataArray:
        """`tariff_rate[destination, origin, sector]`, fractions; zero at home, for services, and where none is known.

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


def inputs_with_tariffs(
    accounts: Accounts, tariff_rate: xr.DataArray | None
) -> tuple[xr.DataArray, xr.DataArray]:
    """Inputs at what their buyers pay, `[destination, sector, use_sector]`, and value added, in the unit of `accounts`.

        inputs[n, s, k] = sum_i intermediate[i, s, n, k] (1 + tariff_rate[n, i, s])
        value_added[n, k] = gross_output[n, k] - sum_s inputs[n, s, k]

    The value added of the accounts holds net taxes on inputs; the duties among them move to inputs, and are revenue of
    the economy. Where they would leave an industry less than a hundredth of its output, its inputs are scaled down to
    that, and what it no longer buys goes to final use.
    """
    if tariff_rate is None:
        return accounts.uses.inputs, accounts.value_added
    paid = xr.dot(accounts.intermediate, 1.0 + tariff_rate, dim="origin")
    output = accounts.gross_output.rename(economy="destination", sector="use_sector")
    before = accounts.uses.inputs.sum("sector") / output.where(output > 0, 1.0)
    largest = np.maximum(before, LARGEST_INPUT_SHARE) * output
    total = paid.sum("sector")
    paid = paid * np.minimum(largest / total.where(total > 0, 1.0), 1.0).where(total > 0, 1.0)
    added = (output - paid.sum("sector")).rename(destination="economy", use_sector="sector")
    return paid, added.clip(min=0.0)
