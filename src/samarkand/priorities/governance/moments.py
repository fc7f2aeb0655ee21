"""Days as years with their fraction, and the day that is today for an item."""

from __future__ import annotations

from samarkand.programme.model.models import Item, Programme, When

DAYS_A_YEAR = 365.25


def moment(when: When) -> float:
    """A day as a year with its fraction; of a year alone its middle."""
    if when.day is None:
        return when.year + 0.5
    return when.year + (when.day.timetuple().tm_yday - 1) / DAYS_A_YEAR


def as_of(item: Item, programme: Programme) -> When | None:
    """The day at which an item is described: that of the programme, else of its progress, else of its status."""
    found = programme.as_of or item.get("progress_as_of") or item.status_as_of
    return found if isinstance(found, When) else None
