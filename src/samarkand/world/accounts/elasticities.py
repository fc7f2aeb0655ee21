"""Trade elasticities by sector: published estimates, and what the model takes from them.

The table holds one published estimate a row (mean of the study's sectors where several make up one of ours).
The value in force is the median of the estimates in use, its range their lowest and highest: no study decides
alone, and an outlier moves the range and not the value. An estimate that is not used stays in the table with
the reason.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from functools import cache
from statistics import median
from typing import Literal

import xarray as xr
from pydantic import BaseModel, ConfigDict

from samarkand.core.declarations import read_table
from samarkand.core.evidence import Evidence, Flag

Bound = Literal["value", "low", "high"]


class ElasticityRow(BaseModel):
    """One published estimate, mapped to one of our sectors."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    name: str
    sector: str
    study: str
    value: float
    used: Literal["yes", "no"]
    reason: str = ""
    published_as: str
    source: str
    address: str = ""
    read_on: date | None = None
    flag: Flag

    def evidence(self) -> Evidence:
        """The estimate as evidence."""
        return Evidence(
            value=self.value,
            unit="elasticity",
            source=self.source,
            address=self.address,
            read_on=self.read_on,
            flag=self.flag,
            note=self.published_as,
        )


@dataclass(frozen=True)
class TradeElasticities:
    """Trade elasticities by sector: theta in trade_share proportional to (cost * iceberg_cost)^-theta."""

    rows: tuple[ElasticityRow, ...]
    replaced: tuple[tuple[str, float], ...] = field(default=())

    @property
    def sectors(self) -> tuple[str, ...]:
        """The sectors of the table, in its order."""
        return tuple(dict.fromkeys(row.sector for row in self.rows))

    def estimates(self, sector: str, used_only: bool = True) -> tuple[ElasticityRow, ...]:
        """The published estimates of a sector. Raises KeyError for a sector that the table does not have."""
        found = tuple(row for row in self.rows if row.sector == sector)
        if not found:
            raise KeyError(f"no trade elasticity is declared for sector {sector!r}")
        return tuple(row for row in found if row.used == "yes") if used_only else found

    def evidence(self, sector: str) -> Evidence:
        """Evidence of the elasticity in force: the median and the range of the estimates in use."""
        used = self.estimates(sector)
        values = [row.value for row in used]
        if sector in dict(self.replaced):
            return Evidence(
                value=dict(self.replaced)[sector],
                unit="elasticity",
                source="set in the scenario",
                flag="assumed",
                note=f"declared {median(values):g}",
            )
        return Evidence(
            value=median(values),
            unit="elasticity",
            low=min(values),
            high=max(values),
            source="; ".join(row.source for row in used),
            # A median is no better than what it is taken of: one recalled estimate makes it recalled.
            flag="recalled" if any(row.flag == "recalled" for row in used) else "derived",
            note=f"median of {len(values)} published estimates, range from the lowest to the highest",
        )

    def values(self, bound: Bound = "value") -> xr.DataArray:
        """Elasticities, dims (sector), pure numbers above zero; `bound` picks value, low or high."""
        sectors = self.sectors
        numbers = [getattr(self.evidence(sector), bound) for sector in sectors]
        set_here = dict(self.replaced)
        return xr.DataArray(
            [set_here.get(sector, number) for sector, number in zip(sectors, numbers, strict=True)],
            dims=("sector",),
            coords={"sector": list(sectors)},
            name="trade_elasticity",
            attrs={"unit": "elasticity", "bound": bound},
        )

    def replace(self, **values: float) -> TradeElasticities:
        """The table with some sectors' elasticities set. Raises KeyError or ValueError for a wrong one."""
        for sector, value in values.items():
            self.estimates(sector)
            if not value > 0:
                raise ValueError(f"the trade elasticity of {sector} has to be above zero, it is {value}")
        return TradeElasticities(self.rows, tuple(sorted({**dict(self.replaced), **values}.items())))


@cache
def load_elasticities() -> TradeElasticities:
    """The declared table of published trade elasticities."""
    return TradeElasticities(
        read_table("samarkand.world.parameters", "by_sector/elasticities.csv", ElasticityRow)
    )
