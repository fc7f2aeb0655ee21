"""Chokepoints of sea freight: named passages of the sea graph."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict

from samarkand.core.declarations import read_table
from samarkand.core.evidence import Flag


class Chokepoint(BaseModel):
    """A row of `chokepoints.csv`: a named passage of the sea graph."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    title: str
    passage: str
    source: str
    flag: Flag


def chokepoints() -> tuple[Chokepoint, ...]:
    """The chokepoints that are declared; those of a network are `Network.chokepoints`."""
    return read_table("samarkand.world.network", "chokepoints.csv", Chokepoint)
