"""From a programme to a package of projects: what the standard has a field for, and the rest in a namespace of its own.

A package that the programme was read from is taken up again: its projects keep every field, also those that nobody
declares, and only what the programme says otherwise is written over. What was read and not changed comes out byte for
byte in canonical form.
"""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from samarkand.programme.files.drafting import Draft
from samarkand.programme.files.geojson import Cities
from samarkand.programme.files.oc4ids.fields import VERSION
from samarkand.programme.files.oc4ids.happening import KEYS, parties_in, write_happened
from samarkand.programme.files.oc4ids.happening import with_names as happened_named
from samarkand.programme.files.oc4ids.importing import IDENTIFIER, MILLION, draft_of_package
from samarkand.programme.files.oc4ids.words import OWN, code_of
from samarkand.programme.files.plain_words import US_DOLLARS
from samarkand.programme.files.tables import Table, to_tables
from samarkand.programme.model.models import Programme

STANDARD = ("title", "description", "status", "capex", "construction_start", "opening", "financing")


@dataclass(frozen=True)
class Heading:
    """What the head of a package needs: the address at which it is published, who publishes it, and when."""

    uri: str
    publisher: str
    published: date


def package_of(
    programme: Programme, heading: Heading, base: Mapping[str, Any] | None, cities: Cities
) -> tuple[dict[str, Any], list[str]]:
    """The package, and the ids of what is no project of the standard: measures.

    base: the package that the programme was read from, without fault; its head is kept.
    """
    tables = to_tables(programme)
    names = {row["id"]: row for row in tables.get("party", ())}
    before = _drafted(base, cities)
    nothing = (None, None)
    projects = [
        _project(table, names, *before.get(table.get(IDENTIFIER, ""), nothing))
        for table in tables.get("project", ())
    ]
    kept = _left_out_of_draft(base, before)
    head = {key: value for key, value in (base or {}).items() if key != "projects"} or {
        "uri": heading.uri,
        "publishedDate": _moment(heading.published),
        "version": VERSION,
        "publisher": {"name": heading.publisher},
    }
    return {**head, "projects": _in_order(base, [*kept, *projects])}, [
        one["id"] for one in tables.get("measure", ())
    ]


def _drafted(base: Mapping[str, Any] | None, cities: Cities) -> dict[str, tuple[Mapping[str, Any], Table]]:
    """By identifier, a project of the base and what was read from it."""
    if base is None:
        return {}
    draft: Draft = draft_of_package(base, cities)
    known = {item.known[IDENTIFIER]: (item.known, draft) for item in draft.items}
    found = {}
    for project in base["projects"]:
        if project["id"] in known:
            table, whole = known[project["id"]]
            found[project["id"]] = (project, _plain(_with_names(table, whole.parties)))
    return found


def _left_out_of_draft(base: Mapping[str, Any] | None, before: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Projects that were in service before the programme: no items of it, and kept in the package."""
    return [copy.deepcopy(one) for one in (base or {}).get("projects", ()) if one["id"] not in before]


def _in_order(base: Mapping[str, Any] | None, projects: list[dict[str, Any]]) -> list[dict[str, Any]]:
    order = {one["id"]: number for number, one in enumerate((base or {}).get("projects", ()))}
    return sorted(projects, key=lambda one: order.get(one["id"], len(order)))


def _project(
    table: Table, names: Mapping[str, Table], base: Mapping[str, Any] | None, before: Table | None
) -> dict[str, Any]:
    now = _plain(_with_names(table, names))
    if base is None or before is None:
        return _new(now, table, names)
    found = copy.deepcopy(dict(base))
    changed = [key for key in sorted({*now, *before}) if now.get(key) != before.get(key) and key != "id"]
    for key in changed:
        if key in STANDARD:
            _set(found, key, now.get(key))
        elif key in KEYS:
            write_happened(found, key, now.get(key, ()), before.get(key, ()))
    own = {key: now[key] for key in changed if key in now and key != "parties"}
    if own:
        found[OWN] = {**found.get(OWN, {}), **own}
    return found


def _new(now: Table, table: Table, names: Mapping[str, Table]) -> dict[str, Any]:
    """A project of an item that no package has: its whole table stands in the namespace too, with all evidence."""
    found: dict[str, Any] = {"id": table.get(IDENTIFIER, table["id"])}
    for key in STANDARD:
        if key in now:
            _set(found, key, now[key])
    for key in KEYS:
        if key in now:
            write_happened(found, key, now[key], ())
    sector = code_of("kind", table["kind"])
    if sector:
        found["sector"] = list(dict.fromkeys([sector.split(".")[0], sector]))
    locations = list(_locations(table))
    if locations:
        found["locations"] = locations
    codes = [
        *table.get("parties", ()),
        *(line["party"] for line in table.get("financing", ())),
        *parties_in(table),
    ]
    parties = [_organization(names[code]) for code in dict.fromkeys(codes)]
    if parties:
        found["parties"] = parties
    found[OWN] = {
        key: value
        for key, value in now.items()
        if key not in ("parties", "financing", "title", "description")
    }
    return found


def _set(project: dict[str, Any], key: str, value: Any) -> None:
    if key in ("title", "description"):
        _put(project, (key,), value)
    elif key == "status":
        code = code_of("status", str(value)) if value is not None else None
        _put(project, ("status",), code)
    elif key == "capex":
        amount = value.get("value") if isinstance(value, Mapping) else None
        money = None if amount is None else {"amount": _whole(amount * MILLION), "currency": US_DOLLARS}
        outturn = "finalValue" in project.get("completion", {})
        _put(project, ("completion", "finalValue") if outturn else ("budget", "amount"), money)
    elif key == "construction_start":
        _put(project, ("implementationPeriod", "startDate"), _day(value))
    elif key == "opening":
        there = "completion" if "endDate" in project.get("completion", {}) else "completionPeriod"
        _put(project, (there, "endDate"), _day(value))
    elif key == "financing":
        _put(
            project,
            ("budget", "finance"),
            [_finance(line, number) for number, line in enumerate(value or (), 1)] or None,
        )


def _put(project: dict[str, Any], path: tuple[str, ...], value: Any) -> None:
    """Set a field within objects; without a value it is taken out, and an object that is empty then too."""
    *above, last = path
    holder = project
    for key in above:
        holder = holder.setdefault(key, {})
    if value is None:
        holder.pop(last, None)
        for key in above:
            if not project.get(key):
                project.pop(key, None)
    else:
        holder[last] = value


def _finance(line: Mapping[str, Any], number: int) -> dict[str, Any]:
    """A line of financing; what the standard has no field for, and all evidence, stands in the namespace."""
    found: dict[str, Any] = {"id": str(number), "financingParty": {"name": line["party"]}}
    code = code_of("instrument", line["instrument"])
    if code is not None:
        found["type"] = code
        if code != "guarantee":
            found["assetClass"] = ["debt"] if code in ("loan", "bond") else ["debt", "equity"]
        if code == "grant":
            del found["assetClass"]
    if line["instrument"] == "equity":
        found["assetClass"] = ["equity"]
    if line["instrument"] == "concessional_loan":
        found["concessional"] = True
    amount, rate = (line.get(key, {}).get("value") for key in ("amount", "interest_rate"))
    if amount is not None:
        found["value"] = {"amount": _whole(amount * MILLION), "currency": US_DOLLARS}
    if rate is not None:
        found["interestRate"] = {"margin": rate, "fixed": True}
    if line.get("seniority") in ("senior", "subordinated"):
        found["repaymentPriority"] = line["seniority"]
    found[OWN] = {key: value for key, value in line.items() if key != "party"}
    return found


def _locations(table: Table) -> Iterable[dict[str, Any]]:
    def point(one: Mapping[str, Any]) -> list[float]:
        return [one["longitude"], one["latitude"]]

    for number, section in enumerate(table.get("section", ()), 1):
        line = {"type": "LineString", "coordinates": [point(one) for one in section["points"]]}
        yield {"id": str(number), "geometry": line}
    if isinstance(table.get("place"), Mapping):
        spot = table["place"]
        yield {
            "id": "place",
            "description": spot["name"],
            "geometry": {"type": "Point", "coordinates": point(spot)},
        }
    if table.get("route"):
        line = {"type": "LineString", "coordinates": [point(one) for one in table["route"]]}
        yield {"id": "route", "geometry": line}


def _organization(row: Mapping[str, Any]) -> dict[str, Any]:
    roles = {"financier": ["funder"], "government": ["publicAuthority"], "operator": ["operator"]}
    found: dict[str, Any] = {"id": row["id"], "name": row["name"]}
    if (role := roles.get(str(row.get("role")))) is not None:
        found["roles"] = role
    found[OWN] = {key: row[key] for key in ("id", "economy", "role") if key in row}
    return found


def _with_names(table: Table, names: Mapping[str, Table]) -> Table:
    """The table with the names of parties in the place of their short ones, which are a matter of the file."""

    def named(code: Any) -> Any:
        return names[code]["name"] if code in names else code

    found = dict(table)
    if "financing" in found:
        found["financing"] = [{**line, "party": named(line["party"])} for line in found["financing"]]
    if "parties" in found:
        found["parties"] = [named(code) for code in found["parties"]]
    known = {code: row["name"] for code, row in names.items()}
    return found | {key: [happened_named(row, known) for row in found[key]] for key in KEYS if key in found}


def _plain(value: Any) -> Any:
    """A table as JSON holds it: days as texts, whole numbers without a point, no flag that is taken without one."""
    if isinstance(value, Mapping):
        return {key: _plain(one) for key, one in value.items() if (key, one) != ("flag", "recalled")}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    if isinstance(value, date):
        return value.isoformat()
    return _whole(value) if isinstance(value, float) else value


def _whole(value: float) -> float | int:
    near = round(value, 2)
    return int(near) if near == int(near) and abs(value - near) < 1e-9 * max(1.0, abs(value)) else value


def _day(value: Any) -> str | None:
    """Day or year of a table as a moment; of a year its first day, which the namespace says is a year."""
    day = value.get("date") if isinstance(value, Mapping) else value
    if day is None:
        return None
    text = str(day)
    return f"{text}-01-01T00:00:00Z" if len(text) == 4 else f"{text[:10]}T00:00:00Z"


def _moment(day: date) -> str:
    return f"{day.isoformat()}T00:00:00Z"
