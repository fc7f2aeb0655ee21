"""What change orders and awards add to the cost of an item.

    capex as changed = capex + sum of agreed changes + sum of awards, of those that capex does not have already

Of an overrun that a reference class lets expect, agreed changes and awards are a part that has come: with C capex as
changed, x the share of it that they make up, and u the overrun over C - x C, relative to C,

    still to come = u - min(max(u, 0), x)

A share of capex is one of capex as changed: whoever finances a share bears it of the change too. An amount of finance
stays what it is; what it no longer covers is borne as all that no financing is published for.
"""

from __future__ import annotations

from typing import TypeVar

import numpy as np
from numpy.typing import ArrayLike

from samarkand.core.conventions import Floats
from samarkand.core.evidence import Evidence
from samarkand.programme.model.models import Entry, Item, Programme

ENDED = ("settled", "decided")
Kept = TypeVar("Kept", bound=Item)


def changes_of(item: Item) -> tuple[tuple[Entry, Evidence], ...]:
    """Agreed change orders and awards that come on top of capex, each with its amount."""
    orders = [
        (row, row.figure("amount")) for row in item.entries("change_order") if row.get("status") == "agreed"
    ]
    awards = [(row, row.figure("awarded")) for row in item.entries("dispute") if row.get("status") in ENDED]
    return tuple(
        (row, figure) for row, figure in (*orders, *awards) if figure and not row.is_true("in_capex")
    )


def share_that_came(item: Item) -> float:
    """`x`: agreed changes and awards that capex has, over capex; zero where they took more off than they added."""
    if item.capex is None or not item.capex.value:
        return 0.0
    orders = [row.figure("amount") for row in item.entries("change_order") if _counts(row, ("agreed",))]
    awards = [row.figure("awarded") for row in item.entries("dispute") if _counts(row, ENDED)]
    came = sum(figure.value or 0.0 for figure in (*orders, *awards) if figure is not None)
    return float(np.clip(came / item.capex.value, 0.0, 1.0))


def _counts(row: Entry, ended: tuple[str, ...]) -> bool:
    return row.get("status") in ended and row.is_true("in_capex")


def calc_still_to_come(overrun: ArrayLike, came: float) -> Floats:
    """`u - min(max(u, 0), x)` with `u = (1 - x) o`: what is still to come of an overrun o, over capex as changed.

    Parameters
    ----------
    overrun
        Of the estimate without the changes, fractions of it.
    came
        `x`, from 0 to 1: part of capex that agreed changes make up.
    """
    u = (1.0 - came) * np.asarray(overrun, np.float64)
    return u - np.clip(u, 0.0, came)


def added_days(item: Item) -> float:
    """Days that agreed change orders add to the time of construction by the plan."""
    days = [row.figure("days") for row in item.entries("change_order") if row.get("status") == "agreed"]
    return sum(figure.value or 0.0 for figure in days if figure is not None)


def with_changes(programme: Programme) -> Programme:
    """The programme with capex as changed; the same object where no item has such changes.

    The changes themselves stand in it as before, each marked to be in capex.
    """
    if not any(changes_of(item) for item in programme.items):
        return programme
    projects, measures = (
        tuple(changed(item) for item in items) for items in (programme.projects, programme.measures)
    )
    return programme.model_copy(update={"projects": projects, "measures": measures})


def changed(item: Kept) -> Kept:
    """The item with capex as changed; the item itself where nothing is added, or its capex is not known."""
    added = changes_of(item)
    if not added or item.capex is None or item.capex.value is None:
        return item
    counted = [row for row, _ in added]
    own = dict(item.attributes)
    for key in ("change_order", "dispute"):
        if key in own:
            rows = item.entries(key)
            own[key] = tuple(_counted(row) if any(row is one for one in counted) else row for row in rows)
    return item.model_copy(
        update={"capex": _sum(item.capex, [one for _, one in added]), "attributes": tuple(own.items())}
    )


def _counted(row: Entry) -> Entry:
    return Entry(attributes=tuple(sorted({**dict(row.attributes), "in_capex": True}.items())))


def _sum(capex: Evidence, added: list[Evidence]) -> Evidence:
    """Values and ends added; the note says how much came on top, and from where."""
    low, value, high = (sum(ends) for ends in zip(capex.ends, *(one.ends for one in added), strict=True))
    has_range = any(one.low is not None or one.high is not None for one in (capex, *added))
    more = sum(one.value or 0.0 for one in added)
    sources = "; ".join(dict.fromkeys(one.source for one in added if one.source))
    note = f"capex {capex.value:g} and agreed changes {more:+g} US$ m ({sources})"
    return capex.model_copy(
        update={
            "value": max(value, 0.0), "low": low if has_range else None, "high": high if has_range else None,
            "note": "; ".join(filter(None, (capex.note, note))),
            "flag": "derived" if capex.flag == "verified" else capex.flag,
        }
    )  # fmt: skip
