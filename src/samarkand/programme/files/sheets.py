"""How the tables of a programme lie on the sheets of a workbook: which sheets, which columns, how a cell says a value.

One sheet a level, one row a thing, one column a key. A figure takes the column of its key and nine more for its
evidence, `capex.low` to `capex.note`; a day or year takes six. Writing and reading share this layout.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from samarkand.core.evidence import Evidence
from samarkand.programme.model.kinds import LEVEL_OF, Attribute, attributes, kinds

FIGURE_PARTS = tuple(name for name in Evidence.model_fields if name not in ("value", "unit"))
WHEN_PARTS = ("source", "address", "read_on", "flag", "note")
OWN_SHEETS = ("point", "points", *LEVEL_OF)  # types that are rows of another sheet
LISTS = ("texts", "economies", "parties", "sectors")
YES_NO = {"true": True, "yes": True, "false": False, "no": False}  # as people type it
DAYS = ("read_on",)  # parts that are days
YEARS = ("year", "price_year")  # parts that are whole numbers
EXPLANATIONS = "explanations"
CHOICES = "choices"  # hidden: the words of the drop-down lists


@dataclass(frozen=True)
class Sheet:
    """A sheet: its name, the level of its keys, what it holds, and the columns that say where a row belongs.

    optional: a workbook may be without it.
    """

    name: str
    level: str
    holds: str
    item: str = ""  # project or measure, for the two sheets of items
    belongs: tuple[tuple[str, str], ...] = ()
    optional: bool = False


_ITEM = ("item", "Id of the project or measure to which the row belongs")
SHEETS = (
    Sheet("programme", "programme", "The programme itself, in one row"),
    Sheet("parties", "party", "Who takes part, one row a party"),
    Sheet("projects", "item", "What is built, one row a project", "project"),
    Sheet("measures", "item", "What is agreed, one row a measure", "measure"),
    Sheet(
        "sections",
        "section",
        "Sections of railways and roads, one row a section",
        belongs=(_ITEM, ("number", "Number of the section within its item; points name it")),
    ),
    Sheet("financing", "financing", "Who finances an item and how, one row a source", belongs=(_ITEM,)),
    Sheet(
        "points",
        "point",
        "Places along sections and routes, and of ports and plants, one row a point in order",
        belongs=(
            _ITEM,
            ("section", "Number of the section; empty for a point of the item itself"),
            ("key", "Which points: points of a section, route or place of an item; may stay empty"),
        ),
    ),
    Sheet(
        "crossings", "crossing", "Border crossings where an item acts, one row a crossing", belongs=(_ITEM,)
    ),
    Sheet(
        "milestones", "milestone", "What is to be reached by when, one row a milestone", "", (_ITEM,), True
    ),
    Sheet("spending", "spending", "What was paid for an item, one row a payment", "", (_ITEM,), True),
    Sheet("change_orders", "change_order", "Changes of a contract, one row a change", "", (_ITEM,), True),
    Sheet("disputes", "dispute", "Disputes about an item, one row a dispute", "", (_ITEM,), True),
)


@dataclass(frozen=True)
class Column:
    """A column: the key and the part of it, or the name of a column that says where a row belongs (no `row`)."""

    key: str
    part: str = ""
    row: Attribute | None = None
    note: str = ""

    @property
    def header(self) -> str:
        """As it stands in the first row: `capex [US$ m]`, `capex.low`."""
        if self.part:
            return f"{self.key}.{self.part}"
        return f"{self.key} [{self.row.unit}]" if self.row and self.row.unit else self.key


def parts_of(row: Attribute) -> tuple[str, ...]:
    """The columns of a key beyond its own."""
    return {"figure": FIGURE_PARTS, "when": WHEN_PARTS}.get(row.type, ())


def columns(sheet: Sheet, of_kinds: Collection[str]) -> list[Column]:
    """The columns of a sheet where items of some kinds stand on it, in the order of the declared keys."""
    found = [Column(name, note=note) for name, note in sheet.belongs]
    for key, row in attributes(sheet.level).items():
        if row.type in OWN_SHEETS or not (row.kinds == ("*",) or set(row.kinds) & set(of_kinds)):
            continue
        found.append(Column(key, row=row, note=row.description))
        found += [Column(key, part, row, _PARTS[part]) for part in parts_of(row)]
    return found


_PARTS = {
    "low": "Low end of its range",
    "high": "High end of its range",
    "year": "Year that the figure is of",
    "price_year": "Year of the prices",
    "source": "Where the figure is from",
    "address": "Address of what was read",
    "read_on": "Day on which it was read",
    "flag": "How it stands: verified (address and day needed), recalled, derived or assumed",
    "note": "What else a reader should know",
}


def kinds_on(sheet: Sheet, used: Collection[str]) -> list[str]:
    """Which of the kinds in use may have rows on a sheet."""
    return [kind for kind in used if not sheet.item or kinds()[kind].item == sheet.item]


# -- cells

_RISKY = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\ufffe\uffff]|_x[0-9A-Fa-f]{4}_|^[\"=\[]|^#|^\s|\s$|^$")


def encode_text(text: str) -> str:
    """A text as a cell holds it: as it is, or in quotation marks where a cell would change it."""
    return _quoted(text) if _RISKY.search(text) else text


def _quoted(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False)
    text = re.sub(r"[\x7f-\x9f\ufffe\uffff]", lambda found: f"\\u{ord(found[0]):04x}", text)
    return re.sub(r"_(?=x[0-9A-Fa-f]{4}_)", r"\\u005f", text)


def decode_text(cell: str) -> str:
    """The inverse of `encode_text`; a text that only looks quoted stays as it is."""
    if cell.startswith('"'):
        try:
            found = json.loads(cell)
        except ValueError:
            return cell
        return found if isinstance(found, str) else cell
    return cell.strip()


def encode_list(words: Collection[str]) -> str:
    """`a; b`, or `["a", "b"]` where a word would be changed by that."""
    plain = words and all(not _RISKY.search(word) and ";" not in word and "\n" not in word for word in words)
    return "; ".join(words) if plain else _quoted(list(words))


def decode_list(cell: str, also_commas: bool) -> Any:
    """The inverse of `encode_list`; codes may be divided by commas or spaces as well."""
    if cell.startswith("["):
        try:
            return json.loads(cell)
        except ValueError:
            return cell
    words = re.split(r"[;,\s]+" if also_commas else ";", cell)
    return [word.strip() for word in words if word.strip()]


def encode_shares(shares: dict[str, float]) -> str:
    """`KGZ = 0.5; UZB = 0.5`."""
    return "; ".join(f"{code} = {share!r}" for code, share in shares.items())


def decode_shares(cell: str) -> Any:
    """The inverse of `encode_shares`; the text itself where it is none, for the reader to say what is wrong."""
    shares: dict[str, float] = {}
    for part in filter(None, (part.strip() for part in cell.split(";"))):
        code, equals, share = part.partition("=")
        try:
            shares[code.strip()] = float(share)
        except ValueError:
            return cell
        if not equals:
            return cell
    return shares
