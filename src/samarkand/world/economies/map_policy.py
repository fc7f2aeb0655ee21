"""Policy of the map on disputed areas, areas without an economy, and economies too small to outline."""

from __future__ import annotations

from functools import cache
from typing import Literal

from pydantic import BaseModel, ConfigDict

from samarkand.core.declarations import read_table

SMALLEST_OUTLINE_KM2 = 3000.0  # below, an outline is a speck on a map of the world: a dot stands for it

DISCLAIMER = (
    "Boundaries and names on this map imply no opinion on the legal status of any place or on its boundaries. "
    "Dashed lines are disputed or not final; hatched areas are disputed and carry no figure of their own."
)


class AreaPolicy(BaseModel):
    """A row of `map_policy.csv`: a code of the map, how it is drawn, and why."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    code: str
    drawn: Literal["own", "with", "hatched", "plain", "no", "dot"]
    economy: str = ""
    border: Literal["solid", "dashed"]
    longitude: float | None = None
    latitude: float | None = None
    reason: str
    source: str


class BorderPolicy(BaseModel):
    """A row of `map_borders.csv`: a stretch of boundary that is drawn dashed, and why."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    stretch: str
    code_a: str
    code_b: str
    west: float
    south: float
    east: float
    north: float
    reason: str
    source: str


@cache
def area_policy() -> dict[str, AreaPolicy]:
    """The declared areas by code of the map."""
    return {row.code: row for row in read_table("samarkand.world.economies", "map_policy.csv", AreaPolicy)}


@cache
def border_policy() -> tuple[BorderPolicy, ...]:
    """The declared stretches of boundary."""
    return read_table("samarkand.world.economies", "map_borders.csv", BorderPolicy)


def too_small_to_outline(area_km2: float) -> bool:
    """Whether a dot stands for an area of this size."""
    return area_km2 < SMALLEST_OUTLINE_KM2
