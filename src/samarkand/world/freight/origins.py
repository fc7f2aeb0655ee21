"""Where bulk goods of an economy start: at the cities nearest to its mines and fields, in place of where people live.

Coal, ores and grain make most of the world's tonnes and start far from people: Russia's coal in the Kuznetsk basin,
Australia's ore in the Pilbara. `origins.csv` holds places with what each produces, by a rule in its head;
`origin_weights` lays them on cities.
"""

from __future__ import annotations

from collections import defaultdict
from functools import cache
from typing import Literal, Self

from pydantic import model_validator

from samarkand.core.declarations import read_rows
from samarkand.core.evidence import Cited, Evidence


class OriginRow(Cited):
    """A row of `origins.csv`: a place (degrees) and what it produces, in the unit that its economy's rows share."""

    economy: str
    sector: Literal["coal", "ores", "agriculture"]
    place: str
    lat: float
    lon: float
    amount: float
    unit: str
    year: int

    @model_validator(mode="after")
    def _holds_together(self) -> Self:
        if self.amount <= 0:
            raise ValueError(f"{self.place}: what is produced is above zero; a place without has no row")
        if not (-90 <= self.lat <= 90 and -180 <= self.lon <= 180):
            raise ValueError(f"{self.place}: no place is at {self.lat}, {self.lon}")
        return self

    @property
    def evidence(self) -> Evidence:
        """What is produced as evidence."""
        return self.cited(self.amount, self.unit, year=self.year)


@cache
def origin_rows() -> dict[tuple[str, str], tuple[OriginRow, ...]]:
    """The declared rows by economy and sector. Raises ValueError where rows of one kind have several units."""
    found: dict[tuple[str, str], list[OriginRow]] = defaultdict(list)
    for row in read_rows("samarkand.world.freight", "origins.csv", OriginRow):
        found[row.economy, row.sector].append(row)
    for (economy, sector), rows in found.items():
        if len({row.unit for row in rows}) > 1:
            raise ValueError(f"origins.csv: {sector} of {economy} has several units")
    return {key: tuple(rows) for key, rows in found.items()}
