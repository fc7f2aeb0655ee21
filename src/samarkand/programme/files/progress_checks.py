"""Checks of what happened to an item: its milestones, payments, change orders and disputes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from samarkand.core.evidence import Evidence
from samarkand.programme.model.models import Entry, When

Finding = tuple[str, int, str, str, str]  # the list, the row from 0, the key, what is wrong, the remedy
ORDERED = (("dispute", "opened", "closed"),)
ENDED = ("settled", "decided", "withdrawn")
# Days of what has happened: none of them can lie after the day that the file describes.
PAST = (("milestone", "met"), ("spending", "date"), ("dispute", "opened"), ("dispute", "closed"))
ONE_DAY = "Correct one of the two days."


def findings(values: Mapping[str, Any], as_of: When | None) -> Iterator[Finding]:
    """All that is wrong with what happened to an item, row by row.

    values: the keys of the item that could be read. as_of: the day that the file describes.
    """
    for key, judge in (("milestone", _milestone), ("change_order", _change), ("dispute", _dispute)):
        for number, row in enumerate(values.get(key, ())):
            yield from ((key, number, *found) for found in judge(row, values))
    for key, name in PAST:
        for number, row in enumerate(values.get(key, ())):
            day = row.get(name)
            if as_of is not None and day is not None and as_of.is_before(day):
                reason = f"{day} comes after {as_of}, the day that the file describes"
                yield key, number, name, reason, "Correct it, or as_of of the programme."
    for key in ("milestone", "spending", "change_order", "dispute"):
        yield from _repeated(key, values.get(key, ()))
    yield from _cost(values)


def _milestone(row: Entry, _: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    status, met = row.get("status"), row.get("met")
    if status in ("scheduled", "not_met") and met is not None:
        yield "status", f"is {status}, with a day on which it was met", 'Write "met", or leave met out.'
    if status == "met" and met is None:
        yield "status", "is met, without the day of it", "Add met, a day or year."
    if all(row.get(name) is None for name in ("planned", "expected", "met")):
        yield "planned", "is missing: the milestone has no day at all", "Give planned, expected or met."


def _change(row: Entry, values: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    amount, days = row.figure("amount"), row.figure("days")
    if amount is None and days is None:
        yield "amount", "is missing: the change adds neither cost nor time", "Give amount, days or both."
    if row.get("status") == "agreed" and row.get("date") is None:
        yield "date", "is missing of a change that is agreed", "Add the day or year of it."
    before = row.figure("contract_value_before")
    if before is not None and amount is not None and (before.value or 0.0) + (amount.value or 0.0) < 0.0:
        reason = f"takes {-(amount.value or 0.0):g} off a contract of {before.value:g} US$ m"
        yield "amount", reason, "Correct one of the two."
    yield from _prices("amount", amount, values)


def _dispute(row: Entry, values: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    status, awarded = row.get("status"), row.figure("awarded")
    if status == "open":
        for name in ("closed", "awarded"):
            if row.get(name) is not None:
                yield name, "is given of a dispute that is open", "Leave it out, or correct the status."
    elif status in ENDED and row.get("closed") is None:
        yield "closed", f"is missing of a dispute that is {status}", "Add the day or year of its end."
    opened, closed = row.get("opened"), row.get("closed")
    if opened is not None and closed is not None and closed.is_before(opened):
        yield "closed", f"{closed} comes before opened, {opened}", ONE_DAY
    yield from _prices("awarded", awarded, values)


def _prices(name: str, figure: Evidence | None, values: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    """Sums in prices of two years do not add up."""
    capex = values.get("capex")
    if figure is None or not isinstance(capex, Evidence):
        return
    if figure.price_year is not None and capex.price_year not in (None, figure.price_year):
        reason = f"is in prices of {figure.price_year}, and capex in those of {capex.price_year}"
        yield name, reason, f"Give it in prices of {capex.price_year}."


def _repeated(key: str, rows: tuple[Entry, ...]) -> Iterator[Finding]:
    seen: dict[str, int] = {}
    for number, row in enumerate(rows):
        code = row.get("id")
        if isinstance(code, str) and seen.setdefault(code, number) != number:
            reason = f"{code!r} is the id of {key.replace('_', ' ')} {seen[code] + 1} too"
            yield key, number, "id", reason, "Give each its own, or leave it out."


def _cost(values: Mapping[str, Any]) -> Iterator[Finding]:
    """Changes take no more off than there is."""
    capex = values.get("capex")
    if not isinstance(capex, Evidence) or capex.value is None:
        return
    rows = [*enumerate(values.get("change_order", ()))]
    known = [
        (number, figure.value or 0.0) for number, row in rows
        if row.get("status") == "agreed" and not row.is_true("in_capex") and (figure := row.figure("amount"))
    ]  # fmt: skip
    total = sum(amount for _, amount in known)
    if capex.value + total < 0.0:
        reason = f"the agreed changes take {-total:g} off a capex of {capex.value:g} US$ m"
        yield "change_order", known[-1][0], "amount", reason, "Correct one of them, or write in_capex = true."
