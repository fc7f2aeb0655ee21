"""Environmental and social categories that lenders have published of projects (`lender_categories.csv`).

Lenders and the Equator Principles divide projects alike: A for adverse impacts that are significant, B for limited and
C for minimal ones. The strictest of several counts.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Literal

from samarkand.core.declarations import read_table
from samarkand.core.evidence import Cited

IMPACTS: Mapping[str, str] = {"A": "significant", "B": "limited", "C": "minimal"}  # the strictest first


class LenderCategory(Cited):
    """A row of the table."""

    id: str
    item: str
    lender: str
    category: Literal["A", "B", "C"]


@cache
def lender_categories() -> tuple[LenderCategory, ...]:
    """All rows."""
    return read_table(__package__, "lender_categories.csv", LenderCategory)


def categories_of(item: str) -> tuple[LenderCategory, ...]:
    """What lenders have published of an item by its id, the strictest first."""
    mine = [row for row in lender_categories() if row.item == item]
    return tuple(sorted(mine, key=lambda row: list(IMPACTS).index(row.category)))


def impacts_of(item: str) -> str | None:
    """Its adverse impacts in the word of rules; None where no lender has published a category."""
    found = categories_of(item)
    return IMPACTS[found[0].category] if found else None
