"""Oil and gas lines and the terminals at sea: what leads where, how much it can carry, and what it carried in 2022.

    pipelines.csv          lines between economies, and lines that lead round a strait
    energy_terminals.csv   where tankers load or discharge, of economies with terminals on several seas

A line joins two nodes: an economy, a part of one (`IRQ south`), a terminal, or a place where lines meet. Oil is counted
in thousand barrels a day, gas in thousand million cubic metres a year.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Literal, Self

from pydantic import model_validator

from samarkand.core.declarations import read_table
from samarkand.core.evidence import Cited, Evidence

OIL, GAS = "kb/d", "bcm a year"
UNITS = {"crude": OIL, "gas": GAS}


class TerminalRow(Cited):
    """A row of `energy_terminals.csv`: a place at the sea, degrees."""

    id: str
    title: str
    economy: str
    lat: float
    lon: float


class PipelineRow(Cited):
    """A row of `pipelines.csv`: a line, its capacity (with its range) and its use, in the unit of its cargo."""

    id: str
    title: str
    cargo: Literal["crude", "gas"]
    source_node: str
    target_node: str
    economies: str
    capacity: float
    low: float
    high: float
    use: float
    status: Literal["in use", "out of use"]
    year: int

    @model_validator(mode="after")
    def _holds_together(self) -> Self:
        if self.capacity < 0 or self.use < 0:
            raise ValueError(f"{self.id}: capacity or use is negative")
        _ = self.evidence
        return self

    @property
    def evidence(self) -> Evidence:
        """The capacity as evidence. Raises ValueError where it lies outside its range."""
        return self.cited(self.capacity, UNITS[self.cargo], low=self.low, high=self.high, year=self.year)

    @property
    def spare(self) -> float:
        """What the line can take beyond its use: max(capacity - use, 0); nothing where it is out of use."""
        return max(self.capacity - self.use, 0.0) if self.status == "in use" else 0.0


@dataclass(frozen=True)
class EnergyNetwork:
    """Lines and terminals by id."""

    lines: dict[str, PipelineRow]
    terminals: dict[str, TerminalRow]


@cache
def energy_network() -> EnergyNetwork:
    """The declared lines and terminals."""
    lines = read_table("samarkand.world.network", "pipelines.csv", PipelineRow)
    terminals = read_table("samarkand.world.network", "energy_terminals.csv", TerminalRow)
    return EnergyNetwork({row.id: row for row in lines}, {row.id: row for row in terminals})
