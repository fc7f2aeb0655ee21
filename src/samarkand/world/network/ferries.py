"""Ferry lines of the freight network: declared with the repairs of its tables."""

from __future__ import annotations

from functools import cache

from pydantic import BaseModel, ConfigDict

from samarkand.core.declarations import read_table


class FerryLine(BaseModel):
    """A ferry line by road or rail: where it lands, and the usual wait on top of the declared one, hours."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: str
    mode: str
    from_lat: float
    from_lon: float
    to_lat: float = float("nan")
    to_lon: float = float("nan")
    wait_hours: float = 0.0


class _Repair(FerryLine):
    """The columns of `network_repairs.csv` that say where ferries land."""

    action: str


@cache
def embedded_ferries() -> tuple[FerryLine, ...]:
    """The ferry lines of the embedded network."""
    rows = read_table("samarkand.world.network", "network_repairs.csv", _Repair)
    return tuple(FerryLine.model_validate(row.model_dump()) for row in rows if row.action == "ferry")
