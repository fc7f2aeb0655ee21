"""Borders: which regime holds between two economies, and which parameters give its hours and fees."""

from __future__ import annotations

from functools import cache
from typing import Literal

from pydantic import BaseModel, ConfigDict

from samarkand.core.declarations import WordSet, read_table
from samarkand.core.evidence import Flag


class Area(BaseModel):
    """A row of `network_areas.csv`: economies among which borders are crossed in the same way."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    area: str
    regime: Literal["free", "union", "carec", "whitelist"]
    members: WordSet
    reason: str
    source: str
    flag: Flag


@cache
def areas() -> tuple[Area, ...]:
    """The declared areas, in their order: the first that applies decides."""
    return read_table("samarkand.world.network", "network_areas.csv", Area)


def border_regime(one: str, other: str) -> str:
    """Regime of the border between two economies: free, union, carec or default."""
    pair = {one, other}
    for row in areas():
        if row.regime == "carec" and pair & row.members:
            return "carec"
        if row.regime in ("free", "union") and pair <= row.members:
            return row.regime
    return "default"


def is_reviewed(one: str, other: str) -> bool:
    """Whether crossings between the two are open only where the table of crossings says so."""
    return any(row.regime == "whitelist" and {one, other} & row.members for row in areas())


def border_parameters(one: str, other: str, mode: str) -> tuple[str, str]:
    """Names of the parameters for hours and fees at a border crossing of a mode between two economies."""
    regime = border_regime(one, other)
    hours = "border_hours_free" if regime == "free" else f"border_hours_{regime}_{mode}"
    usd = f"border_usd_{regime}" if regime in ("free", "union") else f"border_usd_{regime}_{mode}"
    return hours, usd
