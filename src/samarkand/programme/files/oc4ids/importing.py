"""From a package of projects to the draft of a programme.

    projects[].title, description, status, sector          title, description, status, kind
    budget.amount, or completion.finalValue where given    capex, where it is in US dollars
    implementationPeriod.startDate                         construction_start
    completion.endDate, completionPeriod, maintenance...   opening
    locations[].geometry, address                          place, section or route; economies
    parties, budget.finance                                parties and financing
    milestones, transactions, modifications                milestone, spending, change_order (`happening`)

Fields of the namespace `samarkand` are those of a programme file themselves: they fill what the standard has no field
for. Whatever else a package holds stays in the package, which an export takes up again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from samarkand.core.conventions import BASE_YEAR
from samarkand.core.faults import FaultList
from samarkand.programme.files.drafting import Draft, figure
from samarkand.programme.files.geojson import (
    FAR_KM,
    Cities,
    Pairs,
    exchanged,
    geometry_of,
    length_of,
    named_points,
    on_the_globe,
    short_name,
)
from samarkand.programme.files.oc4ids.happening import read_happened
from samarkand.programme.files.oc4ids.words import OWN, word_of
from samarkand.programme.files.plain_words import US_DOLLARS
from samarkand.programme.files.tables import Table
from samarkand.programme.model.kinds import attributes, kinds
from samarkand.world.economies.naming import economy_named

MILLION = 1e6
DAYS_A_YEAR = 365.25
ENDS = (
    ("completion", "endDate"), ("maintenancePeriod", "startDate"), ("completionPeriod", "endDate"),
    ("implementationPeriod", "endDate"),
)  # fmt: skip
PARTY_ROLES = {"funder": "financier", "publicAuthority": "government", "operator": "operator"}
IDENTIFIER = "project_identifier"


def draft_of_package(package: Mapping[str, Any], cities: Cities) -> Draft:
    """The draft of a package that is without fault."""
    draft = Draft()
    taken: set[str] = set()
    for project in package["projects"]:
        known, notes = read_project(project, package, draft, cities)
        opening = known.get("opening")
        if isinstance(opening, Mapping) and _year(opening["date"]) <= BASE_YEAR:
            draft.left_out.append(
                f"{project['id']} ({known.get('title', 'without a title')}): in service since {opening['date']}, "
                f"so that it is part of the world without a programme"
            )
            continue
        own = project.get(OWN)
        code = own.get("id") if isinstance(own, Mapping) else None
        if not isinstance(code, str) or code in taken:
            code = short_name(
                str(known.get("title") or project["id"]), str(known.get("kind") or "item"), taken
            )
        taken.add(code)
        draft.add({**known, "id": code}, notes)
    return draft


def read_project(
    project: Mapping[str, Any], package: Mapping[str, Any], draft: Draft, cities: Cities
) -> tuple[Table, list[str]]:
    """Keys of an item that the project says, and in words what of it could not be taken."""
    source = source_of(package, project)
    notes: list[str] = []
    known: Table = {key: project[key] for key in ("title", "description") if key in project}
    known[IDENTIFIER] = project["id"]
    for word in ("status", "kind"):
        code, meant = _code(project, word)
        if meant is not None:
            known[word] = meant
        elif code:
            notes.append(f"{word}: the project says {code!r}, which is no {word} of a programme.")
    own = project.get(OWN)
    if isinstance(own, Mapping):
        known = {**own, **known, **{key: own[key] for key in ("status", "kind") if key in own}}
    _add_days(project, known, source)
    _add_cost(project, known, notes, source)
    _add_places(project, known, notes, cities, source["source"])
    _add_parties(project, known, notes, draft, source)
    read_happened(project, known, notes, draft, source)
    _add_processes(project, notes)
    return known, notes


def source_of(package: Mapping[str, Any], project: Mapping[str, Any]) -> Table:
    """The package as the source of a figure."""
    publisher = package["publisher"]["name"]
    return {
        "source": f"{publisher}: OC4IDS project {project['id']}", "address": package["uri"], "flag": "recalled",
    }  # fmt: skip


def _code(project: Mapping[str, Any], word: str) -> tuple[str, str | None]:
    """What the project says of a word, and the word that it means."""
    said = [project["status"]] if word == "status" and "status" in project else []
    if word == "kind":
        said = sorted(project.get("sector", ()), key=len, reverse=True)  # subsectors before their sectors
    meant = next((found for code in said if (found := word_of(word, code)) is not None), None)
    return ", ".join(said), meant


def _add_days(project: Mapping[str, Any], known: Table, source: Mapping[str, Any]) -> None:
    start = project.get("implementationPeriod", {}).get("startDate")
    end = next((project[key][part] for key, part in ENDS if part in project.get(key, {})), None)
    for key, day in (("construction_start", start), ("opening", end)):
        if day is not None and not _same_day(known.get(key), day):
            known[key] = {"date": date.fromisoformat(day[:10]), **source}


def _same_day(table: Any, day: str) -> bool:
    """Whether the namespace says the same day already, or its year, with more of its evidence."""
    value = table.get("date") if isinstance(table, Mapping) else table
    return value is not None and str(value) in (day[:10], day[:4])


def _add_cost(project: Mapping[str, Any], known: Table, notes: list[str], source: Mapping[str, Any]) -> None:
    value = project.get("completion", {}).get("finalValue") or project.get("budget", {}).get("amount") or {}
    if "amount" not in value:
        return
    if value.get("currency") != US_DOLLARS:
        currency = value.get("currency", "an unnamed currency")
        notes.append(
            f"capex: {value['amount']:,.0f} {currency} is published: give it in US$ m of a price year."
        )
        return
    amount = value["amount"] / MILLION
    if isinstance(known.get("capex"), Mapping) and known["capex"].get("value") == amount:
        return
    known["capex"] = figure(amount, "US$ m", source)
    if "finalValue" in project.get("completion", {}):
        known["estimate_stage"] = "outturn"


def _add_places(
    project: Mapping[str, Any], known: Table, notes: list[str], cities: Cities, place: str
) -> None:
    shapes = list(_shapes(project, notes, cities))
    if "economies" not in known:
        named = [one.get("address", {}).get("countryName", "") for one in project.get("locations", ())]
        of_names = [code for name in named if name and (code := economy_named(name)) is not None]
        ends = [pair for _, parts in shapes for part in parts for pair in (part[0], part[-1])]
        found = list(dict.fromkeys([*of_names, *(cities.nearest(*pair)[1] for pair in ends)]))
        if found:
            known["economies"] = found
    declared = attributes("item", known["kind"]) if known.get("kind") in kinds() else {}
    lines = [part for shape, parts in shapes if shape == "line" for part in parts]
    if "section" in declared and "section" not in known and lines:
        new = "new" if project.get("type") == "construction" else "upgrade"
        known["section"] = [
            {
                "effect": new,
                "points": named_points(part, cities, "line"),
                "length": {**length_of(part, place), "source": place},
            }
            for part in lines
        ]
    if "place" in declared and "place" not in known and (spots := [p for s, p in shapes if s == "point"]):
        known["place"] = named_points(spots[0][0], cities, "point")[0]


def _shapes(
    project: Mapping[str, Any], notes: list[str], cities: Cities
) -> Iterator[tuple[str, Sequence[Pairs]]]:
    """Points and lines of the project that lie where cities are; what does not is said."""
    for location in project.get("locations", ()):
        if "geometry" not in location:
            continue
        wrong = FaultList()
        shape, parts = geometry_of(location["geometry"], f"location {location['id']}", wrong)
        if parts and on_the_globe(parts, f"location {location['id']}", wrong):
            exchanged(parts, f"location {location['id']}", cities, wrong)
        if parts and not wrong:
            ends = [pair for part in parts for pair in (part[0], part[-1])]
            if all(cities.nearest(*pair)[2] < FAR_KM for pair in ends):
                yield shape, parts
                continue
            wrong.add(f"location {location['id']}", "is far from every city of the network", "Check it.")
        notes += [f"places: {one.place} {one.reason}." for one in wrong]


def _add_parties(
    project: Mapping[str, Any], known: Table, notes: list[str], draft: Draft, source: Mapping[str, Any]
) -> None:
    codes: dict[str, str] = {}
    for row in project.get("parties", ()):
        if "name" in row:
            roles = [PARTY_ROLES[role] for role in row.get("roles", ()) if role in PARTY_ROLES]
            own = row[OWN] if isinstance(row.get(OWN), Mapping) else {}
            economy = own.get("economy") or economy_named(row.get("address", {}).get("countryName", ""))
            codes[row.get("id", row["name"])] = draft.party(
                row["name"],
                str(own.get("id", "")),
                role=own.get("role") or (roles[0] if roles else None),
                economy=economy,
            )
    lines = [
        line
        for one in project.get("budget", {}).get("finance", ())
        if (line := _financing(one, codes, known, notes, draft, source)) is not None
    ]
    if lines:
        known["financing"] = lines
    else:
        known.pop("financing", None)
    financiers = {line["party"] for line in lines}
    others = [code for code in dict.fromkeys(codes.values()) if code not in financiers]
    if others:
        known["parties"] = others


def _financing(
    one: Mapping[str, Any], codes: dict[str, str], known: Table, notes: list[str], draft: Draft,
    source: Mapping[str, Any],
) -> Table | None:  # fmt: skip
    own = one[OWN] if isinstance(one.get(OWN), Mapping) else {}
    declared = attributes("financing")
    name = one.get("financingParty", {}).get("name") or one.get("source")
    word = own.get("instrument") or word_of("instrument", one.get("type", ""))
    if name is None or word not in declared["instrument"].choices:
        said = f"{one.get('type', 'without a type')} of {name or 'nobody who is named'}"
        notes.append(
            f"financing {one['id']}: {said} is not taken: a line needs its party and its instrument."
        )
        return None
    party = codes.get(one.get("financingParty", {}).get("id", ""))
    if party is None:
        party = draft.party(name, role="financier")
    else:
        draft.parties[party].setdefault("role", "financier")
    line: Table = {key: own[key] for key in declared if key in own}
    line |= {"party": party, "instrument": word}
    value = one.get("value", {})
    if "amount" in value and "share" not in line:
        if value.get("currency") == US_DOLLARS:
            _figure(line, "amount", value["amount"] / MILLION, source)
        else:
            said = f"{value['amount']:,.0f} {value.get('currency', 'of an unnamed currency')}"
            notes.append(f"financing {one['id']}: {said}: give the amount in US$ m, or its share of capex.")
    _add_terms(one, line, source)
    economies = known.get("economies", [])
    owes = word in ("loan", "bond") and "serviced_by" not in line
    if owes and len(economies) != 1:
        notes.append(f"financing {one['id']}: who services the {word} is not said: give serviced_by.")
        if economies:
            return None
    return {key: line[key] for key in declared if key in line}


def _add_terms(one: Mapping[str, Any], line: Table, source: Mapping[str, Any]) -> None:
    """Interest where it is fixed; maturity and grace from the periods."""
    rate, period, paid = one.get("interestRate", {}), one.get("period", {}), one.get("paymentPeriod", {})
    base = rate.get("base", 0.0)
    if ("base" in rate or "margin" in rate) and isinstance(base, int | float):
        _figure(line, "interest_rate", base + rate.get("margin", 0.0), source)
    years = _years(period.get("startDate"), paid.get("endDate") or period.get("endDate"))
    if years is not None and "maturity" not in line:
        _figure(line, "maturity", years, source)
    grace = _years(period.get("startDate"), paid.get("startDate"))
    if grace is not None and "grace" not in line:
        _figure(line, "grace", grace, source)
    if "interest_rate" in line and "maturity" in line:
        line.setdefault("perimeter", "undeclared")  # the standard has no field for it


def _figure(line: Table, key: str, value: float, source: Mapping[str, Any]) -> None:
    """Set a figure where the namespace does not say the same value, with more of its evidence."""
    there = line.get(key)
    if not (isinstance(there, Mapping) and there.get("value") == value):
        line[key] = figure(value, attributes("financing")[key].unit, source)


def _years(start: str | None, end: str | None) -> float | None:
    if start is None or end is None:
        return None
    days = (date.fromisoformat(end[:10]) - date.fromisoformat(start[:10])).days
    return round(days / DAYS_A_YEAR, 2) if days >= 0 else None


def _add_processes(project: Mapping[str, Any], notes: list[str]) -> None:
    """Contracting processes and their OCDS releases, linked by id."""
    for process in project.get("contractingProcesses", ()):
        links = [f"{one['id']} ({', '.join(one['tag'])}) {one['url']}" for one in process.get("releases", ())]
        ocid = process.get("summary", {}).get("ocid", process["id"])
        notes.append(f"contracting process {ocid}: {'; '.join(links) or 'no release is linked'}.")


def _year(day: Any) -> int:
    return day.year if isinstance(day, date) else int(str(day)[:4])
