"""From activities of IATI to the draft of a programme.

    iati-identifier, title, description      project_identifier, title, description
    activity-status, sector, recipients      status, kind, economies
    activity-date                            milestones: start and end of the activity, planned and actual
    participating-org                        parties; who funds is a financier
    transaction: disbursement, expenditure   spending, where it is in US dollars
    commitment                               financing by grants, equity, and loans that one economy services

An activity is what a donor pays for, not what is built: its end is no opening, and its sum no cost. Both stay unknown.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from functools import cache
from typing import Literal

from pydantic import BaseModel, ConfigDict

from samarkand.core.declarations import read_rows
from samarkand.programme.files.drafting import Draft, figure
from samarkand.programme.files.iati.reading import Element
from samarkand.programme.files.oc4ids.importing import IDENTIFIER
from samarkand.programme.files.plain_words import US_DOLLARS
from samarkand.programme.files.tables import Table
from samarkand.programme.model.kinds import attributes
from samarkand.world.economies.naming import economy_named, economy_of_iso2

MILLION = 1e6
PAID, COMMITTED = ("3", "4"), ("2", "11")  # types of transactions
FUNDING, GOVERNMENT = "1", "10"
DATES = {"1": ("start", "planned"), "2": ("start", "met"), "3": ("end", "planned"), "4": ("end", "met")}
DAC = ("", "1")


class Word(BaseModel):
    """A row of `words.csv`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    list: Literal["status", "sector", "instrument"]
    code: str
    word: str


@cache
def _words() -> dict[tuple[str, str], str]:
    return {(row.list, row.code): row.word for row in read_rows(__package__, "words.csv", Word)}


def draft_of_activities(activities: Iterable[Element]) -> Draft:
    """The draft of activities, one item each."""
    draft = Draft()
    for activity in activities:
        notes: list[str] = []
        draft.add(_read(activity, draft, notes), notes)
    return draft


def _read(activity: Element, draft: Draft, notes: list[str]) -> Table:
    code = _text(activity, "iati-identifier") or "without an identifier"
    publisher = _text(activity, "reporting-org") or "A publisher of IATI"
    source = {"source": f"{publisher}: IATI activity {code}", "flag": "recalled"}
    known: Table = {IDENTIFIER: code}
    for key in ("title", "description"):
        if words := _text(activity, key):
            known[key] = words
    _add_words(activity, known, notes)
    _add_days(activity, known, source)
    _add_parties(activity, known, draft)
    _add_money(activity, known, notes, draft, source)
    return known


def _text(activity: Element, name: str) -> str:
    found = activity.first(name)
    return "" if found is None else found.narrative()


def _add_words(activity: Element, known: Table, notes: list[str]) -> None:
    status = activity.first("activity-status")
    stands = "" if status is None else status.attributes.get("code", "")
    if word := _words().get(("status", stands)):
        known["status"] = word
    elif stands:
        notes.append(
            f"status: the activity says {stands}, which does not say whether anything is in service."
        )
    sectors = [
        one.attributes.get("code", "")
        for one in activity.all("sector")
        if one.attributes.get("vocabulary", "") in DAC
    ]
    named = {word for one in sectors if (word := _words().get(("sector", one)))}
    if len(named) == 1:
        known["kind"] = named.pop()
    elif sectors:
        said = "of several kinds" if named else "of no kind of a programme"
        notes.append(f"kind: the sectors {', '.join(sectors)} are {said}.")
    economies = []
    for one in activity.all("recipient-country"):
        code = one.attributes.get("code", "").upper()
        name = one.narrative() or code
        found = economy_of_iso2(code) or economy_named(name)
        if found is None:
            notes.append(f"economies: {name} is no economy that is known by that name: give its ISO3 code.")
        elif found not in economies:
            economies.append(found)
    if economies:
        known["economies"] = economies


def _add_days(activity: Element, known: Table, source: Table) -> None:
    rows: dict[str, Table] = {}
    for one in activity.all("activity-date"):
        which = DATES.get(one.attributes.get("type", ""))
        day = _day(one.attributes.get("iso-date", ""))
        if which is not None and day is not None:
            row = rows.setdefault(which[0], {"title": f"{which[0].capitalize()} of the activity"})
            row[which[1]] = {"date": day, **source}
    if rows:
        known["milestone"] = [rows[name] for name in ("start", "end") if name in rows]


def _add_parties(activity: Element, known: Table, draft: Draft) -> None:
    codes = []
    for one in activity.all("participating-org"):
        if name := one.narrative():
            is_funder = one.attributes.get("role") == FUNDING
            government = "government" if one.attributes.get("type") == GOVERNMENT else None
            codes.append(draft.party(name, role="financier" if is_funder else government))
    if codes:
        known["parties"] = list(dict.fromkeys(codes))


def _add_money(activity: Element, known: Table, notes: list[str], draft: Draft, source: Table) -> None:
    committed: dict[tuple[str, str], float] = {}
    payments = []
    for number, (kind, day, amount, currency, one) in enumerate(_transactions(activity), 1):
        if amount is None or (kind not in PAID and kind not in COMMITTED):
            continue
        if currency != US_DOLLARS or amount <= 0.0:
            said = f"{amount:,.0f} {currency or 'of an unnamed currency'}"
            notes.append(f"transaction {number}: {said} is not taken: give it in US$ m, above zero.")
        elif kind in PAID and day is not None:
            payments.append(_payment(day, amount, one, draft, source))
        elif kind in COMMITTED:
            _add_commitment(activity, one, amount, committed, notes, number, draft)
    if payments:
        known["spending"] = payments
    lines = []
    for (party, instrument), amount in committed.items():
        if instrument == "loan" and len(known.get("economies", ())) != 1:
            notes.append(f"financing: who services the loan of {amount / MILLION:,.0f} US$ m is not said.")
            continue
        figure_ = figure(amount / MILLION, attributes("financing")["amount"].unit, source)
        lines.append({"party": party, "instrument": instrument, "amount": figure_})
    if lines:
        known["financing"] = lines


def _transactions(activity: Element) -> Iterator[tuple[str, date | None, float | None, str, Element]]:
    default = activity.attributes.get("default-currency", "")
    for one in activity.all("transaction"):
        kind, day, value = (one.first(name) for name in ("transaction-type", "transaction-date", "value"))
        amount = None if value is None else _number(value.text)
        currency = default if value is None else value.attributes.get("currency", default)
        yield (
            "" if kind is None else kind.attributes.get("code", ""),
            None if day is None else _day(day.attributes.get("iso-date", "")),
            amount,
            currency,
            one,
        )


def _payment(day: date, amount: float, one: Element, draft: Draft, source: Table) -> Table:
    row: Table = {"date": {"date": day, **source}, "amount": figure(amount / MILLION, "US$ m", source)}
    for key, name in (("payer", "provider-org"), ("payee", "receiver-org")):
        if words := _text(one, name):
            row[key] = draft.party(words)
    return row


def _add_commitment(
    activity: Element, one: Element, amount: float, committed: dict[tuple[str, str], float], notes: list[str],
    number: int, draft: Draft,
) -> None:  # fmt: skip
    finance = one.first("finance-type") or activity.first("default-finance-type")
    code = "" if finance is None else finance.attributes.get("code", "")
    instrument, name = _words().get(("instrument", code)), _text(one, "provider-org")
    if instrument is None or not name:
        said = f"finance type {code or 'unknown'} of {name or 'nobody who is named'}"
        notes.append(f"transaction {number}: a commitment of {said} is not taken as financing.")
        return
    key = (draft.party(name, role="financier"), instrument)
    committed[key] = committed.get(key, 0.0) + amount


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        return None


def _number(text: str) -> float | None:
    try:
        value = float(text.replace(",", ""))
    except ValueError:
        return None
    return value if abs(value) < 1e15 else None
