"""The draft of a programme from records of others: what they say is taken, what they do not say stays unknown.

Needed keys that are not known are marked `<fill in>`, which a check names; other unknown ones stay out. Above each item
stands what is to be filled in first: what the records said and could not be taken, then keys that results rest on.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from samarkand.programme.files.geojson import short_name
from samarkand.programme.files.tables import Table
from samarkand.programme.files.template import blank
from samarkand.programme.files.toml_writing import LISTS, PARTS, keys_and_values
from samarkand.programme.model.kinds import attributes, kinds

# Keys without which an item has no cost, no year or no effect, in the order in which they are worth filling in.
FIRST = ("opening", "capex", "financing", "construction_start", "operating_cost")
WIDTH = 110


@dataclass(frozen=True)
class DraftItem:
    """An item: what is known of it by key, and in words what its record says that could not be taken."""

    known: Table
    notes: tuple[str, ...] = ()

    @property
    def kind(self) -> str | None:
        """Its kind, where it is known."""
        kind = self.known.get("kind")
        return kind if kind in kinds() else None

    @property
    def table(self) -> Table:
        """Its keys in the order of their declaration; needed ones that are not known are marked."""
        declared = attributes("item", self.kind)
        return {
            key: self.known[key] if key in self.known else blank(row, self.kind)
            for key, row in declared.items()
            if key in self.known or row.is_required(self.kind)
        }

    @property
    def needed(self) -> tuple[str, ...]:
        """Needed keys that are not known."""
        declared = attributes("item", self.kind)
        return tuple(
            key for key, row in declared.items() if row.is_required(self.kind) and key not in self.known
        )

    @property
    def to_fill_in(self) -> tuple[str, ...]:
        """Keys to fill in first: the needed ones, those that results rest on, those by which its kind acts."""
        if self.kind is None:
            return self.needed
        declared = attributes("item", self.kind)
        acting = [
            key for key in declared if key.endswith("_after") or key in ("generation", "energy_carried")
        ]
        wanted = (*self.needed, *(key for key in FIRST if key in declared), *acting)
        return tuple(dict.fromkeys(key for key in wanted if key not in self.known))


@dataclass
class Draft:
    """Parties and items of a draft; `left_out`: what the records hold that is no item of it, and why."""

    parties: dict[str, Table] = field(default_factory=dict)
    items: list[DraftItem] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)
    taken: set[str] = field(default_factory=set)

    def party(self, name: str, code: str = "", **known: Any) -> str:
        """The short name of a party, which is added where its name is new; `code` where that is free."""
        for there, row in self.parties.items():
            if row["name"] == name:
                row.update({key: value for key, value in known.items() if value and key not in row})
                return there
        if not code or code in self.parties:
            code = short_name(name, "party", set(self.parties))
        self.parties[code] = {"id": code, "name": name, **{key: one for key, one in known.items() if one}}
        return code

    def add(self, known: Table, notes: Iterable[str] = ()) -> None:
        """Add an item; its short name follows from its title where it has none."""
        title = str(known.get("title", ""))
        code = known.get("id") or short_name(title, str(known.get("kind") or "item"), self.taken)
        self.taken.add(code)
        self.items.append(DraftItem({**known, "id": code}, tuple(dict.fromkeys(notes))))


def draft_toml(name: str, origin: str, draft: Draft, title: str = "") -> str:
    """The draft as TOML, with what is to be filled in first above each item."""
    lines = [
        f"# Programme {name}: a draft from {origin}.",
        "# What its source does not say is not here: it is never 0. Above each item stands what to fill in first.",
        "# All keys of a kind: samarkand programme new NAME --kind KIND.",
        *(line for one in draft.left_out for line in _comment(f"Left out: {one}")),
        "",
        "[programme]",
        *keys_and_values({"id": name, "title": title or f"Draft from {origin}"}),
    ]
    for party in draft.parties.values():
        lines += ["", "[[party]]", *keys_and_values(party)]
    by_level: dict[str, list[DraftItem]] = {}
    for item in draft.items:
        by_level.setdefault(kinds()[item.kind].item if item.kind else "project", []).append(item)
    for level in LISTS:
        for item in by_level.get(level, ()):
            lines += ["", *_comments(item), f"[[{level}]]", *keys_and_values(item.table)]
            for part in PARTS:
                inner: Any = item.table.get(part, ())
                for one in inner if isinstance(inner, list) else ():
                    lines += ["", f"  [[{level}.{part}]]", *keys_and_values(one, "  ")]
    return "\n".join([*lines, ""])


def listing(draft: Draft) -> list[str]:
    """What is missing by item, for the terminal: needed keys are said to be needed."""
    lines = []
    for item in draft.items:
        needed = set(item.needed)
        words = [f"{key} (needed)" if key in needed else key for key in item.to_fill_in]
        lines.append(f"{item.known['id']}: {', '.join(words) or 'nothing'}")
        lines += [f"  {note}" for note in item.notes]
    return lines + [f"left out: {one}" for one in draft.left_out]


def figure(value: float, unit: str, source: Mapping[str, Any], **further: Any) -> Table:
    """A figure with what it rests on."""
    return {"value": value, "unit": unit, **further, **source}


def _comments(item: DraftItem) -> list[str]:
    words = ", ".join(item.to_fill_in)
    said = [f"Fill in first: {words}."] if words else []
    return [line for one in (*said, *item.notes) for line in _comment(one)]


def _comment(text: str) -> Sequence[str]:
    plain = "".join(one if one.isprintable() else " " for one in text)
    return textwrap.wrap(plain, WIDTH, initial_indent="# ", subsequent_indent="#   ")
