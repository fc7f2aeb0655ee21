"""Currencies by their letters in ISO 4217."""

from __future__ import annotations

from functools import cache

from pydantic import BaseModel, ConfigDict

from samarkand.core.declarations import read_table

US_DOLLAR = "USD"


class Currency(BaseModel):
    """A row of `currencies.csv`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    code: str
    name: str


@cache
def currencies() -> dict[str, str]:
    """Names by code."""
    return {row.code: row.name for row in read_table(__package__, "currencies.csv", Currency)}
