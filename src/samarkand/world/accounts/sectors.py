"""The sectors of the embedded accounts, as declared in ``sectors.csv``."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict

from samarkand.core.declarations import Words, read_table


class Sector(BaseModel):
    """One sector: its code, name, kind, the ICIO industries it adds up and its broad group of GDP."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    code: str
    name: str
    kind: Literal["goods", "services"]
    industries: Words
    group: Literal["agriculture", "industry", "services"]


def load_sectors() -> tuple[Sector, ...]:
    """The declared sectors, in the order every array of the accounts uses."""
    return read_table("samarkand.world.accounts", "sectors.csv", Sector)
