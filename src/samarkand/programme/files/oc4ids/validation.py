"""Checks of a package: against the declared fields of the standard, and of what its fields say together.

Every fault is placed by its JSON pointer (RFC 6901). Walks are loops, not recursion, and end at a declared depth.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, NamedTuple

from samarkand.core.faults import FaultList, did_you_mean
from samarkand.programme.files.oc4ids.canonical import canonical
from samarkand.programme.files.oc4ids.fields import VERSION, Field, codes, fields

DEEPEST = 60  # objects and lists within each other; those of the standard are eleven
MOST_FAULTS = 1_000  # that are listed; the rest is counted
ROUNDING = 0.001  # relative: parts of a budget are often rounded to thousands
VERSION_FORM = re.compile(r"^(\d+\.)(\d+)$")
DATE_TIME = re.compile(
    r"(\d{4})-(\d{2})-(\d{2})[Tt]([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d+)?([Zz]|[+-]([01]\d|2[0-3]):[0-5]\d)"
)
URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:(?:[A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=-]|%[0-9A-Fa-f]{2})*")
KINDS = {
    "text": "a text", "any_text": "a text", "number": "a number", "integer": "a whole number",
    "boolean": "true or false", "object": "an object", "list": "a list", "null": "null",
}  # fmt: skip
ORDERED = (
    ("startDate", "endDate"), ("startDate", "maxExtentDate"), ("datePublished", "dateModified"),
    ("requestDate", "approvalDate"),
)  # fmt: skip


class Placed(NamedTuple):
    """A fault at a JSON pointer."""

    pointer: str
    reason: str
    remedy: str


class _Step(NamedTuple):
    value: Any
    row: Field | None  # None: a field that the standard does not have, whose content is free
    name: str  # of the object that it is, or holds; empty where it has none
    pointer: str


def check_package(package: Any, place: str, faults: FaultList) -> None:
    """Add all faults of a package: at most `MOST_FAULTS` of them, and how many more there are."""
    found = [*depth_faults(package)] or [
        *schema_faults(package),
        *version_faults(package),
        *content_faults(package),
    ]
    for one in found[:MOST_FAULTS]:
        faults.add(f"{place}{one.pointer or ' (the whole)'}", one.reason, one.remedy)
    if len(found) > MOST_FAULTS:
        faults.add(
            place, f"has {len(found) - MOST_FAULTS:,} more faults", "Correct those listed, then check again."
        )


def depth_faults(package: Any) -> Iterator[Placed]:
    """The first place that is nested deeper than is read, if there is one."""
    steps = [(package, "", 0)]
    while steps:
        value, pointer, depth = steps.pop()
        if not isinstance(value, dict | list):
            continue
        if depth > DEEPEST:
            yield Placed(pointer, f"is nested more than {DEEPEST} deep", "Check what wrote the file.")
            return
        steps += ((one, f"{pointer}/{key}", depth + 1) for key, one in _inner(value))


def _inner(value: Any) -> list[tuple[str, Any]]:
    """What an object or a list holds, with the part of the pointer that leads there."""
    if isinstance(value, dict):
        return [(_escaped(key), one) for key, one in value.items()]
    return [(str(number), one) for number, one in enumerate(value)] if isinstance(value, list) else []


def schema_faults(package: Any) -> Iterator[Placed]:
    """What the fields of the standard do not allow: types, needed fields, codes, formats, empty and repeated values."""
    whole = Field(object="", field="", type=("object",), of=("Package",))
    steps = [_Step(package, whole, "Package", "")]
    while steps:
        step = steps.pop()
        if step.row is not None:
            yield from _value_faults(step.value, step.row, step.pointer)
        steps += _within(step)


def _within(step: _Step) -> Iterator[_Step]:
    value, row = step.value, step.row
    if isinstance(value, dict):
        known: Mapping[str, Field] = (
            fields().get(step.name, {}) if row is not None and "object" in row.type else {}
        )
        for key, one in value.items():
            inner = known.get(key)
            of = inner.of[0] if inner is not None and inner.of else ""
            yield _Step(one, inner, of, f"{step.pointer}/{_escaped(key)}")
    elif isinstance(value, list):
        held = _held(row) if row is not None and "list" in row.type else None
        for number, one in enumerate(value):
            yield _Step(one, held, step.name if held is not None else "", f"{step.pointer}/{number}")


def _held(row: Field) -> Field | None:
    """What a list holds, as a field; None for a list in a list, whose content is free."""
    if not row.of:
        return None
    if row.of[0] in KINDS:
        return Field(object=row.object, field=row.field, type=row.of, codelist=row.codelist, codes=row.codes)
    return Field(object=row.object, field=row.field, type=("object",), of=row.of)


def _value_faults(value: Any, row: Field, at: str) -> Iterator[Placed]:
    kind = _kind(value)
    if not _is_allowed(value, row.type):
        wanted = " or ".join(dict.fromkeys(KINDS[word] for word in row.type))
        yield Placed(at, f"is {KINDS[kind]}, not {wanted}", f"Give {wanted}.")
        return
    if isinstance(value, str):
        yield from _text_faults(value, row, at)
    elif kind in ("number", "integer") and row.minimum is not None and value < row.minimum:
        yield Placed(at, f"is {value}, less than {row.minimum:g}", f"Give {row.minimum:g} or more.")
    elif isinstance(value, list):
        if not value:
            yield Placed(at, "is an empty list", "Leave the field out, or fill the list.")
        elif row.field != "coordinates" and len(value) > len({_same(one) for one in value}):
            yield Placed(at, "holds the same value twice", "Keep one of the two.")
    elif isinstance(value, dict):
        if not value and row.of != ("Package",):
            yield Placed(at, "is an empty object", "Leave the field out, or fill the object.")
        needed = fields().get(row.of[0], {}) if row.of else {}
        for name, one in needed.items():
            if one.required and name not in value:
                yield Placed(at, f"has no {name}, which {row.of[0]} needs", f"Add {name}.")


def _text_faults(value: str, row: Field, at: str) -> Iterator[Placed]:
    if row.codes == "closed":
        if value not in codes()[row.codelist]:
            reason = f"{value[:80]!r} is no code of {row.codelist}"
            yield Placed(at, reason, did_you_mean(value[:80], codes()[row.codelist]))
    elif row.format == "date-time":
        if not _is_date_time(value):
            yield Placed(at, f"{value[:80]!r} is no day with a time", "Write it as 2027-05-01T00:00:00Z.")
    elif row.format == "uri":
        if not URI.fullmatch(value):
            yield Placed(at, f"{value[:80]!r} is no URI", "Write it whole, as https://example.org/page.")
    elif row.format == "email" and "@" not in value:
        yield Placed(at, f"{value[:80]!r} is no address of e-mail", "Write it as name@example.org.")
    elif not value and "any_text" not in row.type:
        yield Placed(at, "is an empty text", "Leave the field out, or fill it.")
    elif (row.object, row.field) == ("Package", "version") and not VERSION_FORM.match(value):
        yield Placed(at, f"{value[:80]!r} is no version", f'Write the major and minor version, "{VERSION}".')


def version_faults(package: Any) -> Iterator[Placed]:
    """That the package is of another version than is read."""
    version = _object(package).get("version")
    if isinstance(version, str) and VERSION_FORM.match(version) and version != VERSION:
        reason = f"is version {version[:80]} of the standard; {VERSION} is read"
        yield Placed("/version", reason, "Convert it: the standard's changelog says what is named otherwise.")


def content_faults(package: Any) -> Iterator[Placed]:
    """What fields say together: ids once, days in order, parts that add up, milestones met that have been met.

    Of what has not the form of the standard nothing is said: that is a fault already.
    """
    seen: dict[str, int] = {}
    for number, one in enumerate(_list(_object(package).get("projects"))):
        at, project = f"/projects/{number}", _object(one)
        code = project.get("id")
        if isinstance(code, str) and seen.setdefault(code, number) != number:
            yield Placed(
                f"{at}/id", f"is the id of /projects/{seen[code]} too", "Give each project its own id."
            )
        yield from _budget_faults(_object(project.get("budget")), f"{at}/budget")
        yield from _day_faults(project, at)


def _day_faults(project: Mapping[str, Any], at: str) -> Iterator[Placed]:
    steps: list[tuple[Any, str]] = [(project, at)]
    while steps:
        value, pointer = steps.pop()
        if isinstance(value, dict):
            for first, last in ORDERED:
                start, end = (_day(value.get(key)) for key in (first, last))
                if start is not None and end is not None and end < start:
                    reason = f"{end.isoformat()} comes before {first}, {start.isoformat()}"
                    yield Placed(f"{pointer}/{last}", reason, "Correct one of the two days.")
            if value.get("status") in ("scheduled", "notMet") and _day(value.get("dateMet")) is not None:
                reason = f"is {value['status']!r}, with a day on which it was met"
                yield Placed(f"{pointer}/status", reason, 'Write "met", or leave dateMet out.')
        steps += ((one, f"{pointer}/{key}") for key, one in _inner(value))


def _budget_faults(budget: Mapping[str, Any], at: str) -> Iterator[Placed]:
    total = _amount(budget.get("amount"))
    for number, group in enumerate(_list(budget.get("budgetBreakdowns"))):
        parts = [
            _amount(_object(part).get("amount")) for part in _list(_object(group).get("budgetBreakdown"))
        ]
        known = [part for part in parts if part is not None]
        if total is None or not parts or len(known) < len(parts) or {c for _, c in known} != {total[1]}:
            continue
        summed = sum(amount for amount, _ in known)
        if abs(summed - total[0]) > ROUNDING * abs(total[0]):
            reason = f"adds up to {summed:,.2f} {total[1]}, and the budget is {total[0]:,.2f} {total[1]}"
            remedy = "Correct a part or the whole; a part that is not known leaves its amount out."
            yield Placed(f"{at}/budgetBreakdowns/{number}", reason, remedy)


def _object(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _amount(value: Any) -> tuple[float, str] | None:
    found = _object(value)
    amount, currency = found.get("amount"), found.get("currency")
    if not isinstance(amount, int | float) or isinstance(amount, bool) or not isinstance(currency, str):
        return None
    return float(amount), currency


def _kind(value: Any) -> str:
    if value is None:
        return "null"
    for word, kind in (("boolean", bool), ("integer", int), ("number", float), ("text", str), ("list", list)):
        if isinstance(value, kind):
            return word
    return "object"


def _is_allowed(value: Any, words: tuple[str, ...]) -> bool:
    kind = _kind(value)
    also = {"text": ("any_text",), "integer": ("number",)}.get(kind, ())
    return any(word in words for word in (kind, *also))


def _same(value: Any) -> str:
    """Equal for values that JSON takes to be equal: 1 and 1.0 are, 1 and true are not."""
    return canonical(value)


def _is_date_time(value: str) -> bool:
    found = DATE_TIME.fullmatch(value)
    return found is not None and _day(value) is not None


def _day(value: Any) -> date | None:
    if not isinstance(value, str) or len(value) < 10:
        return None
    try:
        return date.fromisoformat(value[:10])
    except ValueError:
        return None


def _escaped(key: str) -> str:
    return key.replace("~", "~0").replace("/", "~1")
