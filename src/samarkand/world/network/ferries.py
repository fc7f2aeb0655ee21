"""Ferry lines of the freight network: declared with the repairs of its tables."""

from __future__ import annotations

from functools import cache

from pydantic import BaseModel, ConfigDict, field_validator

from samarkand.core.declarations import read_table
from samarkand.core.evidence import Cited, Evidence


class FerryLine(BaseModel):
    """A ferry line by road or rail: where it lands, the usual wait on top of the declared one, hours, and its fare.

    usd_per_teu: one way, mean of both directions; None where it is not known and the declared rate holds.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: str
    mode: str
    from_lat: float
    from_lon: float
    to_lat: float = float("nan")
    to_lon: float = float("nan")
    wait_hours: float = 0.0
    usd_per_teu: float | None = None

    @field_validator("usd_per_teu", mode="before")
    @classmethod
    def _is_known(cls, value: float | None) -> float | None:
        """Tables on file have no number where there is none."""
        return None if value is None or value != value else value


class _Repair(FerryLine):
    """The columns of `network_repairs.csv` that say where ferries land."""

    action: str


class FerryFare(Cited):
    """A row of `ferry_fares.csv`: what a line takes for a loaded TEU, one way, mean of both directions, US$."""

    id: str
    usd_per_teu: float
    low: float | None = None
    high: float | None = None
    year: int

    @property
    def evidence(self) -> Evidence:
        """The fare as evidence. Raises ValueError where it lies outside its range."""
        return self.cited(self.usd_per_teu, "US$/TEU", low=self.low, high=self.high, year=self.year)


@cache
def ferry_fares() -> tuple[FerryFare, ...]:
    """The published fares of ferry lines of the embedded network."""
    return read_table("samarkand.world.network", "ferry_fares.csv", FerryFare)


@cache
def embedded_ferries() -> tuple[FerryLine, ...]:
    """The ferry lines of the embedded network, with their fares where these are published."""
    rows = read_table("samarkand.world.network", "network_repairs.csv", _Repair)
    fares = {fare.id: fare.usd_per_teu for fare in ferry_fares()}
    lines = [FerryLine.model_validate(row.model_dump()) for row in rows if row.action == "ferry"]
    return tuple(
        line.model_copy(update={"usd_per_teu": fares[line.id]}) if line.id in fares else line
        for line in lines
    )
