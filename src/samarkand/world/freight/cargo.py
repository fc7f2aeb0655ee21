"""Cargoes of energy: what a unit is worth and weighs, and what each economy exported of it in 2022, by which way.

    cargo.csv             crude oil, oil products, liquefied gas, gas by pipeline
    energy_exports.csv    exports by economy, terminal or importer, and line
    lng_importers.csv     economies that can land liquefied gas

Liquefied gas leaves by ship, gas by pipeline by its line, crude oil by either, oil products by ship; none goes by lorry
or train beyond what neighbours exchange.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Literal, Self

from pydantic import model_validator

from samarkand.core.declarations import read_rows, read_table
from samarkand.core.evidence import Cited, Evidence
from samarkand.world.network.pipelines import GAS, OIL, EnergyNetwork, energy_network

CargoName = Literal["crude", "products", "lng", "gas"]
PORTS = "ports"  # all ports of the exporter
DEFAULT = {"oil_gas": "crude", "petroleum": "products"}  # of economies without a row for the sector


class CargoRow(Cited):
    """A row of `cargo.csv`: value (US$ m a year, with its range) and weight (million tonnes a year) of a unit."""

    cargo: CargoName
    title: str
    sector: str
    unit: str
    unit_value: float
    low: float
    high: float
    tonnes: float
    year: int

    @model_validator(mode="after")
    def _holds_together(self) -> Self:
        if self.unit not in (OIL, GAS):
            raise ValueError(f"{self.cargo}: the unit is {self.unit}, not {OIL} or {GAS}")
        _ = self.evidence
        return self

    @property
    def evidence(self) -> Evidence:
        """The value of a unit as evidence. Raises ValueError where it lies outside its range."""
        return self.cited(self.unit_value, "US$ m a year", low=self.low, high=self.high, year=self.year)


class ExportRow(Cited):
    """A row of `energy_exports.csv`: volume in the unit of the cargo."""

    economy: str
    cargo: CargoName
    node: str
    target: str
    by: str = ""
    volume: float
    year: int

    @property
    def lines(self) -> tuple[str, ...]:
        """The lines that it goes by, in order."""
        return tuple(self.by.split("+")) if self.by else ()


class LngImporterRow(Cited):
    """A row of `lng_importers.csv`: an economy that landed liquefied gas in the year."""

    economy: str
    year: int


@dataclass(frozen=True)
class EnergyTables:
    """Everything that is declared of energy on its way."""

    cargoes: dict[str, CargoRow]
    exports: tuple[ExportRow, ...]
    network: EnergyNetwork
    lng_importers: frozenset[str]


@cache
def energy_tables() -> EnergyTables:
    """The declared tables."""
    cargoes = read_table("samarkand.world.freight", "cargo.csv", CargoRow)
    exports = read_rows("samarkand.world.freight", "energy_exports.csv", ExportRow)
    landed = read_table("samarkand.world.freight", "lng_importers.csv", LngImporterRow)
    lng_importers = frozenset(row.economy for row in landed)
    return EnergyTables({row.cargo: row for row in cargoes}, exports, energy_network(), lng_importers)
