"""Kinds of projects and measures, and the attributes that each may have: declared tables.

A new kind is a row of `kinds.csv`; what it has of its own are rows of `attributes.csv`. Reading, checks and
documentation follow from the rows. What a kind acts on is a row of `effects.csv`.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Literal, get_args

from pydantic import BaseModel, ConfigDict, field_validator, model_validator

from samarkand.core.declarations import Words, read_rows, read_table
from samarkand.core.units import units

Shock = Literal[
    "iceberg", "tariff", "non_tariff", "productivity", "financing", "people_flow", "emission", "risk", "none"
]
Level = Literal[
    "programme", "party", "item", "section", "financing", "point", "crossing", "milestone", "spending",
    "change_order", "dispute",
]  # fmt: skip


PLAIN_TYPES = (
    "text", "texts", "boolean", "identifier", "kind", "number", "economy", "economies", "sectors", "shares", "party",
    "parties", "figure", "when",
)  # fmt: skip
# Types of lists within an item whose rows are known by their declared keys alone, and the level of those.
ENTRIES = {
    "milestones": "milestone", "spending": "spending", "change_orders": "change_order", "disputes": "dispute",
}  # fmt: skip
# All types of lists within an item that are tables of their own, and their levels.
LEVEL_OF = {"sections": "section", "crossings": "crossing", "financing": "financing", **ENTRIES}
# Types whose values are tables of their own, and the keys at which files and workbooks have room for them.
ROOM = {
    "point": r"item\..+", "points": r"item\..+|section\.points",
    **{name: rf"item\.{level}" for name, level in LEVEL_OF.items()},
}  # fmt: skip


class ItemKind(BaseModel):
    """A row of `kinds.csv`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: str
    label: str
    item: Literal["project", "measure"]
    shock: Shock
    effect: str
    mode: Literal["rail", "road", "sea", ""] = ""
    needs: str = ""
    asset_life: str = ""
    margins: Words = ()
    description: str


class OverlapRow(BaseModel):
    """A row of `overlaps.csv`: a kind whose items may be one measure declared twice."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: str
    overlap: str
    reason: str


class EffectRow(BaseModel):
    """A row of `effects.csv`: what a word of `effect` changes, and the channel that works it out."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    effect: str
    channel: str
    module: str
    acts_on: str


class Attribute(BaseModel):
    """A row of `attributes.csv`: one key that a programme file may hold at one level."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    kinds: tuple[str, ...]
    type: str
    unit: str = ""
    required: tuple[str, ...]
    minimum: float | None = None
    maximum: float | None = None
    description: str

    @field_validator("kinds", "required", mode="before")
    @classmethod
    def _split(cls, cell: object) -> object:
        if cell in ("yes", "no"):
            return ("*",) if cell == "yes" else ()
        return tuple(cell.split("|")) if isinstance(cell, str) else cell

    @model_validator(mode="after")
    def _is_possible(self) -> Attribute:
        if self.level not in get_args(Level):
            raise ValueError(f"{self.name}: {self.level} is no level")
        if not self.choices and self.type not in (*PLAIN_TYPES, *ROOM):
            raise ValueError(f"{self.name}: {self.type} is no type")
        if (self.type == "figure") != bool(self.unit) or (self.unit and self.unit not in units()):
            raise ValueError(f"{self.name}: a figure, and nothing else, has a unit of core/units.csv")
        if self.type in ROOM and not re.fullmatch(ROOM[self.type], self.name):
            raise ValueError(f"{self.name}: files have no room for {self.type} there")
        if self.level not in ("item", "section") and not {*self.kinds, *self.required} <= {"*"}:
            raise ValueError(f"{self.name}: only keys of items and sections differ by kind")
        return self

    @property
    def level(self) -> str:
        """The table of the file in which the key stands."""
        return self.name.partition(".")[0]

    @property
    def key(self) -> str:
        """The key as it is written in the file."""
        return self.name.partition(".")[2]

    @property
    def choices(self) -> tuple[str, ...]:
        """The words allowed, for an attribute of type `choice(a|b)`; else none."""
        found = re.fullmatch(r"choice\((.+)\)", self.type)
        return tuple(found[1].split("|")) if found else ()

    def belongs_to(self, kind: str) -> bool:
        """Whether items of this kind may have the attribute."""
        return self.kinds == ("*",) or kind in self.kinds

    def is_required(self, kind: str | None) -> bool:
        """Whether an item of this kind must have it; of an unknown kind only what all kinds must have."""
        if self.required == ("*",):
            return kind is not None or self.kinds == ("*",)
        return kind in self.required


@cache
def effects() -> tuple[EffectRow, ...]:
    """The declared ways of acting."""
    return read_rows(__package__, "effects.csv", EffectRow)


@cache
def kinds() -> dict[str, ItemKind]:
    """The declared kinds by name. Raises `ValueError` for one whose effect is no row of `effects.csv`."""
    rows = read_table(__package__, "kinds.csv", ItemKind)
    known = {row.effect for row in effects()} | {"none"}
    for row in rows:
        if row.effect not in known:
            raise ValueError(
                f"kinds.csv: {row.kind} has the effect {row.effect}, which is no row of effects.csv"
            )
    return {row.kind: row for row in rows}


@cache
def attributes(level: str, kind: str | None = None) -> dict[str, Attribute]:
    """The declared attributes of a level by key: those of a kind, or all where `kind` is None."""
    return {
        row.key: row
        for row in read_table(__package__, "attributes.csv", Attribute)
        if row.level == level and (kind is None or row.belongs_to(kind))
    }


@cache
def overlaps() -> dict[str, str]:
    """By kind, the word of which only the largest saving at a crossing counts. Raises `ValueError` for no kind."""
    rows = read_table(__package__, "overlaps.csv", OverlapRow)
    if unknown := {row.kind for row in rows} - set(kinds()):
        raise ValueError(f"overlaps.csv: {sorted(unknown)} are no kinds")
    return {row.kind: row.overlap for row in rows}
