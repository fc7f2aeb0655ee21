"""How official files name economies, turned into ISO3 codes: `economy_codes.csv`, `customs_unions.csv`."""

from __future__ import annotations

from functools import cache
from typing import Literal

from pydantic import BaseModel, ConfigDict

from samarkand.core.declarations import Words, read_rows
from samarkand.world.economies.tables import load_economies

EUROPEAN_UNION = "EU"


class EconomyCode(BaseModel):
    """A row of `economy_codes.csv`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    iso3: str = ""
    system: Literal["m49", "trade", "world_bank", "none"]
    code: str
    note: str = ""


class CustomsUnion(BaseModel):
    """A row of `customs_unions.csv`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    union: str
    title: str
    codes: Words
    members: Words


@cache
def customs_unions() -> tuple[CustomsUnion, ...]:
    """Customs unions whose tariff is reported once for all members."""
    return read_rows("samarkand.world.importers", "customs_unions.csv", CustomsUnion)


@cache
def _rows() -> tuple[EconomyCode, ...]:
    return read_rows("samarkand.world.importers", "economy_codes.csv", EconomyCode)


@cache
def iso3_codes() -> frozenset[str]:
    """ISO3 codes that a file may use: all of ISO 3166-1, and the economies of the world."""
    return frozenset(row.iso3 for row in _rows() if row.iso3) | frozenset(map(str, load_economies().index))


@cache
def _known() -> dict[str, str]:
    table = {row.code: row.iso3 for row in _rows() if row.system in ("m49", "trade", "world_bank")}
    return {**table, **{code: code for code in iso3_codes()}}


@cache
def no_economies() -> frozenset[str]:
    """Codes of aggregates and of places not specified."""
    return frozenset(row.code for row in _rows() if row.system == "none")


@cache
def union_members(union: str = EUROPEAN_UNION) -> tuple[str, ...]:
    """Members of a customs union, which have one tariff."""
    return next(tuple(sorted(row.members)) for row in customs_unions() if row.union == union)


@cache
def _unions() -> dict[str, tuple[str, ...]]:
    return {code: tuple(sorted(row.members)) for row in customs_unions() for code in row.codes}


def economies_of(code: str) -> tuple[str, ...] | None:
    """ISO3 codes that a publisher's code stands for; empty for an aggregate, None where it is not known."""
    word = code.strip().upper()
    word = word.removesuffix(".0").removesuffix(",0")
    if word.isdigit():
        word = word.zfill(3)
    if word in _unions():
        return _unions()[word]
    if word in _known():
        return (_known()[word],)
    return () if word in no_economies() else None
