"""Values of a tonne by exporter, where its goods of a sector are far from the world's mix.

Ores are worth a hundred dollars a tonne where they are iron ore and two thousand where they are copper concentrate: at
one value for all Mongolia would send four times the tonnes that it sends, and Australia two thirds of them. Coal that
goes to neighbours by rail costs a third of what is shipped; grain weighs three times what fruit of its price does. The
rows are coal, ores, farm produce, metals (gold and steel) and chemicals, by rules that `data/unit_values.py` states;
dollars are those of the embedded accounts.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Self

import numpy as np
import xarray as xr
from pydantic import model_validator

from samarkand.core.declarations import read_rows
from samarkand.core.evidence import Cited, Evidence


class UnitValueRow(Cited):
    """A row of `unit_values.csv`: US$ a tonne, with its range."""

    exporter: str
    sector: str
    value_per_tonne: float
    low: float
    high: float
    year: int

    @model_validator(mode="after")
    def _holds_together(self) -> Self:
        if min(self.value_per_tonne, self.low) <= 0:
            raise ValueError("a tonne is worth more than zero; what is not known has no row")
        _ = self.evidence
        return self

    @property
    def evidence(self) -> Evidence:
        """The value as evidence. Raises ValueError where it lies outside its range."""
        return self.cited(self.value_per_tonne, "US$/t", low=self.low, high=self.high, year=self.year)


@cache
def unit_values() -> tuple[UnitValueRow, ...]:
    """The declared rows. Raises ValueError where an exporter has two of a sector."""
    rows = read_rows("samarkand.world.freight", "unit_values.csv", UnitValueRow)
    if len({(row.exporter, row.sector) for row in rows}) < len(rows):
        raise ValueError("unit_values.csv: one row an exporter and sector")
    return rows


def values_of_exporters(freight: xr.Dataset, exporters: Sequence[str]) -> xr.DataArray:
    """US$ a tonne, dims (origin, sector): the exporter's own where it is declared, else that of the sector.

    freight: as `freight_table`; not a number for services.
    """
    sectors = freight["sector"].to_numpy().tolist()
    values = np.tile(freight["value_per_tonne"].to_numpy().astype(float), (len(exporters), 1))
    place, column = ({name: k for k, name in enumerate(names)} for names in (exporters, sectors))
    for row in unit_values():
        if row.exporter in place and row.sector in column:
            values[place[row.exporter], column[row.sector]] = row.value_per_tonne
    return xr.DataArray(values, {"origin": list(exporters), "sector": sectors}, ("origin", "sector"))
