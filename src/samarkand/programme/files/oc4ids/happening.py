"""Milestones, payments and changes of contracts, in a package and in a programme.

    milestones[], of the project and of its processes     milestone: dueDate is planned, dateMet met
    transactions[], of both                               spending: date, value, payer, payee
    summary.modifications[] of its processes              change_order: what new value and end add to the old

An id of a process's row is written `PROCESS/ID`. Rows that cannot be taken (no day, another currency) are said and stay
in the package. What the standard has no field for stands in the namespace, row by row.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from samarkand.programme.files.drafting import Draft, figure
from samarkand.programme.files.plain_words import US_DOLLARS
from samarkand.programme.files.tables import Table

MILLION = 1e6
LISTS = {"milestone": "milestones", "spending": "transactions", "change_order": "modifications"}
KEYS = (*LISTS, "dispute")  # of an item; the standard has no disputes
PARTIES = ("payer", "payee", "parties")
STATUSES = {"scheduled": "scheduled", "met": "met", "notMet": "not_met", "partiallyMet": "partially_met"}
READ = {
    "milestone": ("title", "planned", "met", "status"),
    "spending": ("date", "amount", "payer", "payee"),
    "change_order": ("title", "reason", "date", "amount", "days", "contract", "contract_value_before"),
}


class Held(NamedTuple):
    """A list of the standard: what holds it, and the id of its process; empty for the project itself."""

    holder: dict[str, Any]
    process: str


def read_happened(
    project: Mapping[str, Any], known: Table, notes: list[str], draft: Draft, source: Mapping[str, Any]
) -> None:
    """Set the rows of an item that the project says; those of the namespace where both say the same."""
    for key in KEYS:
        own = [one for one in known.get(key, ()) if isinstance(one, Mapping)]
        rows = [*_rows(project, key, notes, draft, source)] if key in LISTS else []
        found = _together([_with_codes(row, draft) for row in own], rows, key)
        if found:
            known[key] = found
        else:
            known.pop(key, None)


def _together(own: list[Table], rows: list[Table], key: str) -> list[Table]:
    """Rows of the namespace, those of the standard in their place where they say something else, then the others."""
    mine = {str(row.get("id", number)): row for number, row in enumerate(own, 1)}
    said = {str(row["id"]): row for row in rows}
    found = []
    for code, row in mine.items():
        other = said.pop(code, None)
        same = other is None or _said(row, key) == _said(other, key)
        found.append(row if same or other is None else {**row, **other})
    return [*found, *said.values()]


def _said(row: Mapping[str, Any], key: str) -> dict[str, Any]:
    """What the standard has fields for, with the status that a milestone has without one."""
    found = {name: _plain(row.get(name)) for name in READ.get(key, ())}
    if key == "milestone" and found["status"] is None:
        found["status"] = "met" if row.get("met") else "scheduled"
    return found


def _plain(value: Any) -> Any:
    """A value without its evidence, as the standard has it; a year as its first day."""
    if isinstance(value, Mapping):
        if "date" not in value:
            return value.get("value")
        value = value["date"]
    if isinstance(value, int) and not isinstance(value, bool) and 1900 <= value <= 2200:
        return f"{value}-01-01"
    return value.isoformat() if isinstance(value, date) else value


def _rows(
    project: Mapping[str, Any], key: str, notes: list[str], draft: Draft, source: Mapping[str, Any]
) -> Iterator[Table]:
    read = {"milestone": _milestone, "spending": _payment, "change_order": _change}[key]
    for holder, process in _holders(project, key):
        for one in holder.get(LISTS[key], ()):
            row, reason = read(one, draft, source)
            if reason:
                notes.append(f"{LISTS[key]} {_code(one['id'], process)}: {reason}")
            if row is None:
                continue
            if key == "change_order":
                row["contract"] = process
                if _is_in_cost(project, row["date"]["date"]):
                    row["in_capex"] = True
                else:
                    said = "comes on top of capex; write in_capex = true where the budget has it."
                    notes.append(f"modifications {_code(one['id'], process)}: {said}")
            yield {"id": _code(one["id"], process), **row}


def _holders(project: Mapping[str, Any], key: str) -> list[Held]:
    processes = [
        Held(one["summary"], one["id"])
        for one in project.get("contractingProcesses", ())
        if isinstance(one.get("summary"), dict)
    ]
    return processes if key == "change_order" else [Held(dict(project), ""), *processes]


def _code(code: str, process: str) -> str:
    return f"{process}/{code}" if process else code


def _is_in_cost(project: Mapping[str, Any], day: date) -> bool:
    """Whether the cost that is taken is of a day after the change: the final one, or a budget approved later."""
    if "finalValue" in project.get("completion", {}):
        return True
    approved = project.get("budget", {}).get("approvalDate")
    return isinstance(approved, str) and date.fromisoformat(approved[:10]) >= day


def _milestone(one: Mapping[str, Any], _: Draft, source: Mapping[str, Any]) -> tuple[Table | None, str]:
    days = {key: one[name] for key, name in (("planned", "dueDate"), ("met", "dateMet")) if name in one}
    if not days:
        return None, "has no day and is not taken."
    row: Table = {"title": one.get("title") or one.get("description") or f"Milestone {one['id']}"}
    row |= {key: {"date": date.fromisoformat(day[:10]), **source} for key, day in days.items()}
    status = STATUSES.get(one.get("status", ""))
    if status == "met" and "met" not in days:
        return row, "is met, without the day of it: give met."
    return row | ({"status": status} if status else {}), ""


def _payment(one: Mapping[str, Any], draft: Draft, source: Mapping[str, Any]) -> tuple[Table | None, str]:
    value = one.get("value", {})
    if "date" not in one or "amount" not in value:
        return None, "has no day or no amount and is not taken."
    if value.get("currency") != US_DOLLARS:
        said = f"{value['amount']:,.0f} {value.get('currency', 'of an unnamed currency')}"
        return None, f"{said} is not taken: give it in US$ m."
    if value["amount"] < 0:
        return None, f"{value['amount']:,.0f} is below zero and is not taken: a payment is what was paid."
    row: Table = {
        "date": {"date": date.fromisoformat(one["date"][:10]), **source},
        "amount": figure(value["amount"] / MILLION, "US$ m", source),
    }
    for side in ("payer", "payee"):
        if name := one.get(side, {}).get("name"):
            row[side] = draft.party(name)
    return row, ""


def _change(one: Mapping[str, Any], _: Draft, source: Mapping[str, Any]) -> tuple[Table | None, str]:
    old, new = (one.get(f"{when}ContractValue", {}) for when in ("old", "new"))
    ends = [one.get(f"{when}ContractPeriod", {}).get("endDate") for when in ("old", "new")]
    in_dollars = all(
        value.get("amount", -1.0) >= 0.0 and value.get("currency") == US_DOLLARS for value in (old, new)
    )
    if "date" not in one or not (in_dollars or all(ends)):
        return (
            None,
            "is not taken: it needs its day, and values in US$ or ends of the contract before and after.",
        )
    row: Table = {
        "title": one.get("description") or one.get("rationale") or f"Modification {one['id']}",
        "status": "agreed",
        "date": {"date": date.fromisoformat(one["date"][:10]), **source},
    }
    if "rationale" in one:
        row["reason"] = one["rationale"]
    if in_dollars:
        row["amount"] = figure((new["amount"] - old["amount"]) / MILLION, "US$ m", source)
        row["contract_value_before"] = figure(old["amount"] / MILLION, "US$ m", source)
    if all(ends):
        before, after = (date.fromisoformat(end[:10]) for end in ends)
        row["days"] = figure((after - before).days, "days", source)
    unread = {value.get("currency") for value in (old, new) if "amount" in value} - {US_DOLLARS}
    return row, f"its amount is in {', '.join(sorted(map(str, unread)))}: give it in US$ m." if unread else ""


def _with_codes(row: Mapping[str, Any], draft: Draft) -> Table:
    """A row of the namespace, whose parties are named, with their short names."""
    found = dict(row)
    for key in PARTIES:
        value = found.get(key)
        if isinstance(value, str):
            found[key] = draft.party(value)
        elif isinstance(value, list):
            found[key] = [draft.party(str(one)) for one in value]
    return found


def parties_in(table: Mapping[str, Any]) -> Iterator[str]:
    """Short names of parties that rows of an item name."""
    for key in KEYS:
        for row in table.get(key, ()):
            for name in PARTIES:
                value = row.get(name, ())
                yield from (value,) if isinstance(value, str) else value


def with_names(row: Mapping[str, Any], named: Mapping[str, str]) -> Table:
    """A row with names of parties for their short ones."""
    found = dict(row)
    for key in PARTIES:
        value = found.get(key)
        if isinstance(value, str):
            found[key] = named.get(value, value)
        elif isinstance(value, list):
            found[key] = [named.get(one, one) for one in value]
    return found


def write_happened(
    project: dict[str, Any], key: str, rows: Sequence[Mapping[str, Any]], before: Sequence[Mapping[str, Any]]
) -> None:
    """Write rows over those of the project that were read; entries that were not taken stay as they are.

    before: the rows that were read from the project; none of a new one.
    """
    if key not in LISTS:
        return
    taken = {str(row.get("id", number)): row for number, row in enumerate(before, 1)}
    for process in (
        {str(row["contract"]) for row in rows if row.get("contract")} if key == "change_order" else ()
    ):
        _process(project, process)
    for number, one in enumerate([project, *(one["summary"] for one in _processes(project))]):
        process = "" if not number else _processes(project)[number - 1]["id"]
        if key == "change_order" and not process:
            continue
        there = {_code(entry["id"], process): entry for entry in one.get(LISTS[key], ())}
        entries = [entry for code, entry in there.items() if code not in taken]
        for place, row in enumerate(rows, 1):
            code = str(row.get("id", place))
            if _of_process(row, code, process, project):
                entry = copy.deepcopy(there.get(code, {"id": code.removeprefix(f"{process}/")}))
                entries.append(entry if taken.get(code) == row else _written(entry, key, row))
        order = {code: place for place, code in enumerate(there)}
        entries.sort(key=lambda entry: order.get(_code(entry["id"], process), len(order)))
        if entries:
            one[LISTS[key]] = entries
        else:
            one.pop(LISTS[key], None)


def _processes(project: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [one for one in project.get("contractingProcesses", ()) if isinstance(one.get("summary"), dict)]


def _process(project: dict[str, Any], code: str) -> None:
    """Make room for a process that the package does not have, or has without a summary."""
    listed = project.setdefault("contractingProcesses", [])
    found = next((one for one in listed if one["id"] == code), None)
    if found is None:
        found = {"id": code}
        listed.append(found)
    found.setdefault("summary", {})


def _of_process(row: Mapping[str, Any], code: str, process: str, project: Mapping[str, Any]) -> bool:
    """Whether a row belongs to a process, by what it names or by its id; to the project where it does to none."""
    if row.get("contract"):
        return bool(row["contract"] == process)
    named = next((one["id"] for one in _processes(project) if code.startswith(f"{one['id']}/")), "")
    return bool(named == process)


def _written(entry: dict[str, Any], key: str, row: Mapping[str, Any]) -> dict[str, Any]:
    """An entry with what a row says; fields that nobody declares stay."""
    if key == "milestone":
        words = {word: code for code, word in STATUSES.items()}
        _put(entry, "title", row["title"])
        _put(entry, "dueDate", _moment(row.get("planned")))
        _put(entry, "dateMet", _moment(row.get("met")))
        _put(entry, "status", words.get(str(row.get("status", "met" if row.get("met") else "scheduled"))))
    elif key == "spending":
        _put(entry, "date", _moment(row.get("date")))
        _put(entry, "value", _money(row.get("amount")))
        for side in ("payer", "payee"):
            there = entry.get(side, {})
            if there.get("name") != row.get(side):
                _put(entry, side, {"name": row[side]} if row.get(side) else None)
    else:
        _put(entry, "date", _moment(row.get("date")))
        _put(entry, "description", row["title"])
        _put(entry, "rationale", row.get("reason"))
        amount, before = (row.get(name, {}).get("value") for name in ("amount", "contract_value_before"))
        if amount is not None and before is not None:
            _put(entry, "oldContractValue", _money({"value": before}))
            _put(entry, "newContractValue", _money({"value": before + amount}))
    return entry


def _put(entry: dict[str, Any], key: str, value: Any) -> None:
    """Set a field where it says something else; without a value it is taken out."""
    if value is None:
        entry.pop(key, None)
    elif entry.get(key) != value and not _same_moment(entry.get(key), value):
        entry[key] = value


def _same_moment(there: Any, value: Any) -> bool:
    """Whether two moments are of one day: a programme has no hours."""
    return isinstance(there, str) and isinstance(value, str) and "T" in value and there[:10] == value[:10]


def _moment(value: Any) -> str | None:
    day = _plain(value)
    return None if day is None else f"{day[:10]}T00:00:00Z"


def _money(value: Any) -> dict[str, Any] | None:
    amount = value.get("value") if isinstance(value, Mapping) else None
    if amount is None:
        return None
    near = round(amount * MILLION, 2)
    return {"amount": int(near) if near == int(near) else near, "currency": US_DOLLARS}
