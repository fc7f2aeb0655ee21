"""Templates: a programme with one item of each wanted kind, whose blanks are marked and whose keys are explained.

All of it follows from the declared tables; a new kind has its template with its rows.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from typing import Any

from samarkand.core.faults import Fault, FaultList, Faults, did_you_mean
from samarkand.programme.files.reading import BLANK, IDENTIFIER
from samarkand.programme.files.tables import Table
from samarkand.programme.files.toml_writing import in_line
from samarkand.programme.model.kinds import ENTRIES, LEVEL_OF, Attribute, ItemKind, attributes, kinds

DEFAULT_KINDS = ("rail", "border_facilitation")
WIDTH = 110


def check_name(name: str) -> str:
    """The name, if it can be the id of a programme. Raises `Faults`."""
    if not IDENTIFIER.fullmatch(name):
        mend = "Use small letters, digits and hyphens, as my-programme; .toml or .xlsx is added."
        raise Faults([Fault(name, "is no short name", mend)])
    return name


def check_kinds(wanted: Sequence[str]) -> tuple[str, ...]:
    """The kinds wanted, each once; those of the default where none is. Raises `Faults` for unknown ones."""
    faults = FaultList()
    for kind in wanted:
        if kind not in kinds():
            faults.add(f"--kind {kind}", "is not a kind", did_you_mean(kind, kinds()))
    faults.raise_if_any()
    return tuple(dict.fromkeys(wanted)) or DEFAULT_KINDS


def template_tables(name: str, wanted: Sequence[str]) -> Table:
    """Template of a programme of such items, with a mark at every blank."""
    tables: Table = {"programme": {"id": name, "title": BLANK}}
    for kind in wanted:
        tables.setdefault(kinds()[kind].item, []).append(_needed("item", kind))
    return tables


def template_toml(name: str, wanted: Sequence[str]) -> str:
    """The template as TOML: every key explained, those that are not needed behind a `#`."""
    lines = [
        f"# Programme {name}: a template of Samarkand.",
        f"# Fill in every {BLANK}. Take the # away from a key to use it; what is not known stays out, it is never 0.",
        "# A figure: value, unit, low, high, year, price_year, source, address, read_on, flag, note. Its flag is",
        "# verified (with the address of what was read and the day), derived, assumed, or recalled without one.",
        "# A day or year: 2027-05-01, or 2027, or a table of date, source, address, read_on, flag, note.",
        f"# Check it with: samarkand check {name}.toml",
        "",
        "[programme]",
        *_keys("programme", None, {"id": name}),
        "",
        "# [[party]]",
        *_keys("party", None, {}, optional=True),
    ]
    for kind in wanted:
        row = kinds()[kind]
        lines += ["", *_heading(row), f"[[{row.item}]]", *_keys("item", kind, _given(kind))]
        lines += _parts(row)
    return "\n".join([*lines, ""])


def _heading(row: ItemKind) -> list[str]:
    shock = (
        "no modelled effect" if row.shock == "none" else f"acts by its shock: {row.shock.replace('_', ' ')}"
    )
    if row.needs:
        shock = f"effect not assessed: {row.needs}"
    text = f"{row.label} ({row.kind}). {row.description}. Here: {shock}."
    return [f"# {'-' * 20}", *textwrap.wrap(text, WIDTH, initial_indent="# ", subsequent_indent="# ")]


def _given(kind: str) -> Table:
    """Values that a template fills in itself."""
    return {"id": kind.replace("_", "-"), "kind": kind}


def _needed(level: str, kind: str | None) -> Table:
    """The needed keys of a table, blank but for what the template gives."""
    given = _given(kind) if level == "item" and kind else {}
    return {
        key: given.get(key, blank(row, kind))
        for key, row in attributes(level, kind).items()
        if row.is_required(kind or "")
    }


def blank(row: Attribute, kind: str | None) -> Any:
    """A value of the right form whose blanks are marked."""
    if row.type == "figure":
        return {"value": BLANK, "unit": row.unit, "source": BLANK}
    if row.type == "when":
        return {"date": BLANK, "source": BLANK}
    if row.type in ("point", "points"):
        point = _needed("point", kind)
        return point if row.type == "point" else [point, point]
    if row.type == "shares":
        return {"KAZ": BLANK}
    if row.type in LEVEL_OF:
        return [_needed(LEVEL_OF[row.type], kind)]
    if row.type in ("texts", "economies", "parties", "sectors"):
        return [BLANK, BLANK] if row.level == "crossing" else [BLANK]
    return BLANK


def _keys(
    level: str, kind: str | None, given: Table, optional: bool = False, indent: str = ""
) -> Iterator[str]:
    """Each key under its explanation; one that is not needed, or of an optional table, behind a `#`."""
    for key, row in attributes(level, kind).items():
        if row.type in LEVEL_OF:
            continue
        needed = row.is_required(kind or "")
        yield from _explained(row, needed, indent)
        value = given.get(key, blank(row, kind))
        mark = "" if needed and not optional else "# "
        if row.type == "points":
            yield f"{indent}{mark}{key} = ["
            yield from (f"{indent}{mark}  {in_line(point)}," for point in value)
            yield f"{indent}{mark}]"
        else:
            yield f"{indent}{mark}{key} = {in_line(value)}"


def _explained(row: Attribute, needed: bool, indent: str) -> list[str]:
    words = [f"{row.description}."]
    if row.choices:
        words.append(f"One of {', '.join(row.choices)}.")
    if row.type == "boolean":
        words.append("true or false.")
    if row.type == "sectors":
        words.append("Codes of sectors of the accounts, as food or machinery.")
    if row.minimum is not None and row.maximum is not None:
        words.append(f"From {row.minimum:,.10g} to {row.maximum:,.10g}{_unit(row)}.")
    words.append("Needed." if needed else "")
    lead = f"{indent}#: "
    return textwrap.wrap(" ".join(words).strip(), WIDTH, initial_indent=lead, subsequent_indent=lead)


def _unit(row: Attribute) -> str:
    return f" {row.unit}" if row.unit not in ("", "fraction") else ""


def _parts(row: ItemKind) -> Iterator[str]:
    """The tables within an item: sections and crossings, then financing and what happened, which are never needed."""
    parts = [(key, part) for key, part in attributes("item", row.kind).items() if part.type in LEVEL_OF]
    for key, attribute in sorted(parts, key=lambda part: (part[1].type in ENTRIES, part[0] == "financing")):
        optional = not attribute.is_required(row.kind)
        yield ""
        yield from _explained(attribute, not optional, "  ")
        yield f"  {'# ' if optional else ''}[[{row.item}.{key}]]"
        yield from _keys(LEVEL_OF[attribute.type], row.kind, {}, optional, "  ")
