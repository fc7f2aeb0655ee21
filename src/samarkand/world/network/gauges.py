"""Track gauges: what the main lines of an economy have, and which differences stop a train."""

from __future__ import annotations

from functools import cache

from pydantic import BaseModel, ConfigDict

from samarkand.core.declarations import WordSet, read_table
from samarkand.core.evidence import Flag

SAME_TRAINS_MM = 5.0  # 1520 and 1524 mm carry the same trains


class GaugeRow(BaseModel):
    """A row of `network_gauges.csv`: economies whose main lines have one gauge."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    gauge_mm: float
    members: WordSet
    reason: str
    source: str
    flag: Flag


@cache
def gauge_rows() -> tuple[GaugeRow, ...]:
    """The declared gauges."""
    return read_table("samarkand.world.network", "network_gauges.csv", GaugeRow)


def gauge_of(economy: str) -> float | None:
    """Gauge of the main lines of an economy, mm; None where it is not declared."""
    return next((row.gauge_mm for row in gauge_rows() if economy in row.members), None)


def clashes(one: float, other: float) -> bool:
    """Whether trains of one gauge do not run on the other."""
    return abs(one - other) > SAME_TRAINS_MM
