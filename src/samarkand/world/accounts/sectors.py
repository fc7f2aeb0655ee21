"""The sectors of the embedded accounts, as declared in ``sectors.csv``."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, field_validator

from samarkand.core.declarations import read_table


class Sector(BaseModel):
    """One sector: its code, name, kind, the ICIO industries it adds up and its broad group of GDP."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    code: str
    name: str
    kind: Literal["goods", "services"]
    industries: tuple[str, ...]
    group: Literal["agriculture", "industry", "services"]

    @field_validator("industries", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        return tuple(value.split()) if isinstance(value, str) else value


def load_sectors() -> tuple[Sector, ...]:
    """The declared sectors, in the order every array of the accounts uses."""
    return read_table("samarkand.world.accounts", "sectors.csv", Sector)
