"""Programmes made up by hypothesis from the declared tables: any kind, any key, any text that a file may hold."""

from __future__ import annotations

from datetime import date
from typing import Any

from hypothesis import strategies as st

from samarkand.core.faults import FaultList
from samarkand.programme.files.checks import Surroundings, check_tables
from samarkand.programme.model.kinds import Attribute, attributes, kinds
from samarkand.programme.model.models import DEBT, Programme
from samarkand.world.accounts.sectors import load_sectors

CODES = ("CHN", "KAZ", "KGZ", "UZB", "IRN")
IDENTIFIERS = st.from_regex(r"[a-z0-9]{1,6}(-[a-z0-9]{1,4}){0,2}", fullmatch=True)
# Every text but lone surrogates, which no file holds; with those that cells and TOML files are likely to change.
TEXTS = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"]), max_size=12),
    st.sampled_from(
        [
            "",
            " ",
            "=1+1",
            "#N/A",
            "0012",
            "a; b",
            'say "x"',
            "line\nbreak",
            "tab\there",
            "_x0041_",
            "[1]",
            "\r\n",
            "''",
        ]
    ),
)
WORDS = TEXTS.filter(lambda text: text.strip() != "")
DAYS = st.dates(date(1900, 1, 1), date(2200, 12, 31))
FINITE = {"allow_nan": False, "allow_infinity": False}


@st.composite
def evidence(draw: Any) -> dict[str, Any]:
    """Keys of a figure or day that say what it rests on."""
    flag = draw(st.sampled_from([None, "recalled", "verified", "assumed", "derived"]))
    found: dict[str, Any] = {"source": draw(WORDS)}
    if flag is not None:
        found["flag"] = flag
    if flag == "verified":
        found["address"], found["read_on"] = draw(WORDS), draw(DAYS)
    if draw(st.booleans()):
        found["note"] = draw(TEXTS)
    return found


@st.composite
def figures(draw: Any, row: Attribute) -> dict[str, Any]:
    low = row.minimum if row.minimum is not None else -1e6
    high = row.maximum if row.maximum is not None else 1e6
    found = {"unit": row.unit, **draw(evidence())}
    if draw(st.integers(0, 9)):  # a figure may be without a value
        ends = sorted(draw(st.lists(st.floats(low, high, **FINITE), min_size=3, max_size=3)))
        found["value"] = ends[1]
        if draw(st.booleans()):
            found["low"], found["high"] = ends[0], ends[2]
    for key in ("year", "price_year"):
        if draw(st.booleans()):
            found[key] = draw(st.integers(1900, 2100))
    return found


@st.composite
def whens(draw: Any, first: int = 1900, last: int = 2200) -> Any:
    day = draw(st.one_of(st.integers(first, last), st.dates(date(first, 1, 1), date(last, 12, 31))))
    return {"date": day, **draw(evidence())} if draw(st.booleans()) else day


@st.composite
def points(draw: Any) -> dict[str, Any]:
    """Points near to each other, so that no length is shorter than the way by air."""
    return draw(
        optional("point", None, {"latitude": st.floats(40, 40.01), "longitude": st.floats(70, 70.01)})
    )


def value(row: Attribute, kind: str | None) -> st.SearchStrategy[Any]:
    """Any value of a declared key."""
    if row.choices:
        return st.sampled_from(row.choices)
    economies = st.lists(st.sampled_from(CODES), min_size=1, max_size=4, unique=True)
    if row.level == "crossing":
        economies = st.lists(st.sampled_from(CODES), min_size=2, max_size=2, unique=True)
    sectors = st.sampled_from([one.code for one in load_sectors()])
    return {
        "text": lambda: WORDS if row.required else TEXTS,
        "boolean": lambda: st.booleans(),
        "texts": lambda: st.lists(TEXTS, max_size=3),
        "identifier": lambda: IDENTIFIERS,
        "kind": lambda: st.just(kind),
        "number": lambda: st.floats(row.minimum, row.maximum, **FINITE),
        "economy": lambda: st.sampled_from(CODES),
        "economies": lambda: economies,
        "sectors": lambda: st.lists(sectors, min_size=1, max_size=3, unique=True),
        "party": lambda: st.just("bank"),
        "parties": lambda: st.lists(st.just("bank"), max_size=2),
        "shares": lambda: st.just({"KGZ": 0.1, "UZB": 0.9}),
        "figure": lambda: figures(row),
        "when": lambda: whens(),
        "point": lambda: points(),
        "points": lambda: st.lists(points(), min_size=2, max_size=4),
        "sections": lambda: st.lists(optional("section", kind, {}), min_size=1, max_size=3),
        "crossings": lambda: st.lists(crossings(), min_size=1, max_size=2),
        "financing": lambda: st.lists(financing(), min_size=1, max_size=2),
        "milestones": lambda: st.lists(milestones(), min_size=1, max_size=2),
        "spending": lambda: happened("spending"),
        "change_orders": lambda: st.lists(change_orders(), min_size=1, max_size=2),
        "disputes": lambda: happened("dispute").map(ended),
    }[row.type]()


def happened(level: str) -> st.SearchStrategy[list[dict[str, Any]]]:
    """Rows of what happened, before the day of any file, without ids, which must differ."""
    days = {row.key: whens(last=1900) for row in attributes(level).values() if row.type == "when"}
    rows = optional(level, None, days)
    return st.lists(rows.map(without_id), min_size=1, max_size=2)


def without_id(row: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in row.items() if key != "id"}


def ended(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Disputes that are open have no end; others have, in the year of their beginning."""
    for row in rows:
        if row["status"] == "open":
            row.pop("closed", None), row.pop("awarded", None)
        else:
            row["closed"] = row["opened"] = 1900
        row.get("awarded", {}).pop("price_year", None)
    return rows


@st.composite
def milestones(draw: Any) -> dict[str, Any]:
    found = without_id(draw(optional("milestone", None, {})))
    found["planned"] = draw(whens())
    if found.get("status") in ("met", "partially_met"):
        found["met"] = 1900
    else:
        found.pop("met", None)
    return found


@st.composite
def change_orders(draw: Any) -> dict[str, Any]:
    found = without_id(draw(optional("change_order", None, {"date": whens()})))
    found["date"] = draw(whens())
    found["days"] = {"value": 90, "unit": "days", "source": "x"}
    found.pop("contract_value_before", None)
    if "amount" in found:
        found["amount"].pop("price_year", None)
        found["in_capex"] = True
    return found


@st.composite
def crossings(draw: Any) -> dict[str, Any]:
    found = draw(optional("crossing", None, {}))
    if ("latitude" in found) != ("longitude" in found):
        found.pop("latitude", None), found.pop("longitude", None)
    return found


@st.composite
def financing(draw: Any) -> dict[str, Any]:
    found = draw(optional("financing", None, {}))
    if "share" in found:
        found.pop("amount", None)
        if "value" in found["share"]:
            found["share"].update(value=0.25, low=0.25, high=0.5)
    found.pop("amount", None)
    if found["instrument"] in DEBT:
        found["serviced_by"] = {"KGZ": 0.1, "UZB": 0.9}
        found["perimeter"] = "public_external"
    else:
        found.pop("serviced_by", None)
    # Terms of different kinds exclude one another: fixed rates, and no days or parties beside each other.
    others = (
        "base_rate",
        "margin",
        "grace",
        "first_drawdown",
        "closing",
        "guarantor",
        "grant_share",
        "lent_on_by",
    )
    for key in others:
        found.pop(key, None)
    if "currency" in found:
        found["currency"] = "CNY"
    if "interest_rate" in found:
        found["negative_rate"] = True
    if "value" in found.get("maturity", {}):
        found["maturity"].update(value=20, low=10, high=30)
    return found


@st.composite
def optional(draw: Any, level: str, kind: str | None, given: dict[str, Any]) -> dict[str, Any]:
    """A table with what is needed and some of the rest."""
    found: dict[str, Any] = {}
    for key, row in attributes(level, kind).items():
        if key in given:
            found[key] = draw(given[key])
        elif row.is_required(kind or "") or draw(st.integers(0, 2)) == 0:
            found[key] = draw(value(row, kind))
    return found


@st.composite
def items(draw: Any, number: int) -> dict[str, Any]:
    kind = draw(st.sampled_from(sorted(kinds())))
    given = {"id": st.just(f"item-{number}"), "opening": whens(first=2030)}
    found = draw(optional("item", kind, given))
    found.pop("construction_start", None)
    if draw(st.booleans()):
        found["construction_start"] = 2023
    if "alternative_to" in found:
        found["alternative_to"] = "item-0"  # of the programme, and none itself
        if not number:
            del found["alternative_to"]
    for key in [key for key in found if key.endswith("_after") and f"{key[:-6]}_before" not in found]:
        del found[key]
    for section in found.get("section", ()):
        section.pop("gauge", None)  # or two of them may clash
        for key in [key for key in section if key.endswith("_before")]:
            after, before = (section.get(name, {}) for name in (key.removesuffix("_before"), key))
            falls = isinstance(before, dict) and before.get("value", 0) > after.get("value", 0)
            if section["effect"] == "new" or (falls and key in ("tracks_before", "line_capacity_before")):
                del section[key]
        if "value" in section["length"]:
            section["length"].update(value=200.5, low=1, high=300)
    if "value" in found.get("length", {}):
        found["length"].update(value=200.5, low=1, high=300)
    for key in ("break_of_gauge", "open_ends"):
        if key in found:
            ends = [point["name"] for section in found["section"] for point in section["points"][:1]]
            found[key] = draw(st.sampled_from([[], ends[:1]]))
    return found


@st.composite
def programme_tables(draw: Any) -> dict[str, Any]:
    """Tables of a programme in which nothing is wrong."""
    tables: dict[str, Any] = {"programme": draw(optional("programme", None, {}))}
    tables["party"] = [{"id": "bank", "name": draw(WORDS)}]
    tables["party"] += [
        {**draw(optional("party", None, {})), "id": f"party-{number}"}
        for number in range(draw(st.integers(0, 2)))
    ]
    for number in range(draw(st.integers(1, 3))):
        item = draw(items(number))
        tables.setdefault(kinds()[item["kind"]].item, []).append(item)
    return tables


def programme_of(tables: dict[str, Any]) -> Programme:
    """The programme of tables in which nothing is wrong."""
    programme, faults = check_tables(tables, {}, Surroundings(), FaultList())
    assert programme is not None, [str(fault) for fault in faults]
    return programme


@st.composite
def programmes(draw: Any) -> Programme:
    """Any programme."""
    return programme_of(draw(programme_tables()))
