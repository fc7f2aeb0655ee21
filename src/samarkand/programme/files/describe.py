"""The tables of kinds and keys as a reader sees them, in docs/programme.md."""

from __future__ import annotations

import re

from samarkand.programme.model.kinds import Attribute, ItemKind, attributes, effects, kinds

LEVELS = {
    "programme": "`[programme]`",
    "party": "`[[party]]`",
    "item": "`[[project]]` and `[[measure]]`",
    "section": "`[[project.section]]`",
    "crossing": "`[[project.crossing]]` and `[[measure.crossing]]`",
    "financing": "`[[project.financing]]` and `[[measure.financing]]`",
    "milestone": "`[[project.milestone]]` and `[[measure.milestone]]`",
    "spending": "`[[project.spending]]` and `[[measure.spending]]`",
    "change_order": "`[[project.change_order]]` and `[[measure.change_order]]`",
    "dispute": "`[[project.dispute]]` and `[[measure.dispute]]`",
    "point": "a point, `{ name = ..., latitude = ..., longitude = ... }`",
}


def kinds_table() -> list[str]:
    """One row a kind: what it is written as, its shock, what it acts on."""
    head = ["| kind | table | shock | acts on | what it is |", "|---|---|---|---|---|"]
    return head + [
        f"| `{row.kind}` | `[[{row.item}]]` | {_words(row.shock)} | {_acts_on(row)} | {row.description} |"
        for row in kinds().values()
    ]


def _acts_on(row: ItemKind) -> str:
    if row.shock == "none":
        return "no modelled effect"
    if row.needs:
        return f"effect not assessed: {row.needs}"
    return " and ".join(dict.fromkeys(one.acts_on for one in effects() if one.effect == row.effect))


def attributes_tables() -> list[str]:
    """One table a level: each key with its type, unit, kinds and meaning."""
    lines: list[str] = []
    for level, title in LEVELS.items():
        lines += [f"### {title}", "", "| key | type | of kinds | meaning |", "|---|---|---|---|"]
        lines += [_attribute(row) for row in attributes(level).values()]
        lines.append("")
    return lines[:-1]


def _attribute(row: Attribute) -> str:
    if row.choices:
        what = ", ".join(f"`{choice}`" for choice in row.choices)
    else:
        what = f"figure in {row.unit}" if row.unit else row.type
    low = "" if row.minimum is None else f", from {row.minimum:,.10g}"
    high = "" if row.maximum is None else f" to {row.maximum:,.10g}"
    of = "all" if row.kinds == ("*",) else ", ".join(f"`{kind}`" for kind in row.kinds)
    needed = " **(needed)**" if row.required else ""
    if row.required not in ((), ("*",), row.kinds):
        needed = f" **(needed for {', '.join(row.required)})**"
    return f"| `{row.key}`{needed} | {what}{low}{high} | {of} | {row.description} |"


def _words(name: str) -> str:
    return name.replace("_", " ")


def fill(page: str) -> str:
    """The page with both tables written anew between their marks."""
    for mark, lines in (("kinds", kinds_table()), ("keys", attributes_tables())):
        text = "\n".join([f"<!-- {mark} -->", "", *lines, "", f"<!-- end of {mark} -->"])
        page = re.sub(rf"<!-- {mark} -->.*<!-- end of {mark} -->", lambda _, t=text: t, page, flags=re.DOTALL)  # type: ignore[misc]
    return page
