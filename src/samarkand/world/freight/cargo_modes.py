"""Which cargoes a mode carries (`cargo_modes.csv`): always, over short ways alone (`near`), or never.

Of the modes on the network, road, rail and the sea, one is barred to some cargoes: goods in tanks go by road as far as
lorries are used for them (`tank_lorry_distance`), beyond it by rail or sea where these are offered. Pipelines and air
are shares of sectors, which the table has to allow.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Literal, Self

from pydantic import model_validator

from samarkand.core.declarations import read_rows
from samarkand.core.evidence import Cited, Evidence

# Cargoes on the network: unit loads; dry and liquid bulk; liquefied gas; vehicles and single pieces.
CARGOES = ("containers", "dry_bulk", "liquid_bulk", "gas", "break_bulk")
CARGO_SHARES = ("containerised_share", *(f"{cargo}_share" for cargo in CARGOES[1:]))
OFF_NETWORK = {"pipeline_share": "pipeline", "air_share": "air"}
CARRIERS = ("road", "rail", "sea", *OFF_NETWORK.values())


class CargoModeRow(Cited):
    """A row of `cargo_modes.csv`."""

    cargo: str
    mode: str
    admitted: Literal["always", "near", "never"]

    @model_validator(mode="after")
    def _holds_together(self) -> Self:
        if self.cargo not in CARGOES or self.mode not in CARRIERS:
            raise ValueError(f"{self.cargo} by {self.mode}: cargoes are {CARGOES}, modes {CARRIERS}")
        if self.admitted == "near" and self.mode != "road":
            raise ValueError("a cargo is carried over short ways alone by road only")
        if self.admitted == "never" and self.mode in ("road", "rail", "sea"):
            raise ValueError("no cargo is barred from a mode of the network altogether: nothing reads that")
        _ = self.evidence
        return self

    @property
    def evidence(self) -> Evidence:
        """Where it is from; it has no number."""
        return self.cited(None, "1")


@cache
def cargo_modes() -> tuple[CargoModeRow, ...]:
    """The declared rows. Raises ValueError unless each cargo has one a mode."""
    rows = read_rows("samarkand.world.freight", "cargo_modes.csv", CargoModeRow)
    if sorted((row.cargo, row.mode) for row in rows) != sorted((c, m) for c in CARGOES for m in CARRIERS):
        raise ValueError("cargo_modes.csv: one row a cargo and mode")
    return rows


def cargoes_near_by(mode: str) -> tuple[str, ...]:
    """Cargoes that a mode carries over short ways alone."""
    return tuple(row.cargo for row in cargo_modes() if (row.mode, row.admitted) == (mode, "near"))


def find_impossible(shares: Mapping[str, float]) -> tuple[str, ...]:
    """What a sector sends by pipeline or air although it has no cargo that these carry; names of shares.

    shares: of a sector by name, as `commodities.SHARES`; cargoes alone tell what its goods are.
    """
    has = {cargo for cargo, name in zip(CARGOES, CARGO_SHARES, strict=True) if shares[name] > 0}
    return tuple(
        name
        for name, mode in OFF_NETWORK.items()
        if shares[name] > 0
        and not any(
            row.admitted == "always" and row.mode == mode and row.cargo in has for row in cargo_modes()
        )
    )
