"""What an item may cost in the end, by the projects of its class that came before it.

    outturn = capex (1 + s m)     m: mean overrun of the class; s: the share of it that is still to come

The share is one before a contract is signed, that of the parameters under contract and construction, and nothing in
service: the cost is known then.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from samarkand.core.declarations import Words, read_table
from samarkand.core.evidence import Cited
from samarkand.programme.model.models import Item

BEFORE_CONTRACT, UNDER_CONTRACT = ("proposed", "agreed"), ("contracted", "construction", "suspended")


class ReferenceClass(Cited):
    """A row of `reference_classes.csv`."""

    name: str
    kinds: Words
    fuels: Words = ()
    value: float
    low: float | None = None
    high: float | None = None
    unit: str


@cache
def reference_classes() -> tuple[ReferenceClass, ...]:
    """The declared classes."""
    return read_table("samarkand.worth", "reference_classes.csv", ReferenceClass)


def class_of(item: Item) -> ReferenceClass | None:
    """The class of an item; None where there is none of its kind."""
    for row in reference_classes():
        if item.kind in row.kinds and (not row.fuels or set(item.words("fuel")) & set(row.fuels)):
            return row
    return None


def overrun_of(item: Item, parameters: Mapping[str, float]) -> float:
    """Mean overrun that is still to be expected of an item, a fraction of its capital cost; zero without a class."""
    row = class_of(item)
    if row is None or item.status == "in_service":
        return 0.0
    return row.value * (1.0 if item.status in BEFORE_CONTRACT else parameters["overrun_share_under_contract"])
