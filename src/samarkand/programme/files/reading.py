"""Reading a programme: from the tables of a file to values, with every fault and its place.

`Reader` turns tables into values by the declared attributes, whatever file they come from. Whatever is wrong is
noted and left out, and the reading goes on, so that one reading finds all.
"""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Mapping
from datetime import date, datetime
from typing import Any

from pydantic import ValidationError

from samarkand.core.evidence import Evidence
from samarkand.core.faults import FaultList, did_you_mean, plain_number
from samarkand.programme.files.toml_positions import Path, Places, line_of
from samarkand.programme.files.usual_words import remedy_for, remedy_for_economy
from samarkand.programme.model.kinds import ENTRIES, Attribute, attributes, kinds
from samarkand.programme.model.models import Crossing, Entry, Financing, Point, Section, When
from samarkand.world.accounts.sectors import load_sectors

BLANK = "<fill in>"  # what templates write where a value is needed
TOLD = object()  # in place of a value whose fault has been reported
IDENTIFIER = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_FIGURE_KEYS = tuple(Evidence.model_fields)
_WHEN_KEYS = ("date", "source", "address", "read_on", "flag", "note")


def _holds(mark: object, value: Any) -> bool:
    """Whether a value is a mark, or a figure, day or list that holds it; tables of their own are read key by key."""
    inner = value.values() if isinstance(value, Mapping) else value if isinstance(value, list) else ()
    return any(one is mark or (isinstance(mark, str) and one == mark) for one in (value, *inner))


class Reader:
    """Reads the tables of one file by the declared attributes and collects faults.

    `economies` are the ISO3 codes known, or None where none are to be checked.
    """

    def __init__(self, lines: Places, faults: FaultList, economies: Collection[str] | None = None) -> None:
        self.lines = lines
        self.faults = faults
        self.economies = economies
        self.kept: dict[Path, list[int]] = {}  # which tables of a list were read whole, by the list's path

    def place(self, where: str, path: Path, key: str = "") -> str:
        """Where a fault stands, for a reader: item, field, line."""
        line = line_of(self.lines, (*path, key) if key else path)
        parts = [where, key, f"line {line}" if isinstance(line, int) else line]
        return ", ".join(part for part in parts if part)

    def read(self, level: str, table: Any, where: str, path: Path, kind: str | None = None) -> dict[str, Any]:
        """Values by key of one table of a level; keys that are unknown, missing or wrong become faults."""
        if not isinstance(table, Mapping):
            self.faults.add(
                self.place(where, path), f"is {_kind_of(table)}, not a table", f"Write a [{level}] table."
            )
            return {}
        declared = attributes(level, kind)
        values: dict[str, Any] = {}
        for key, value in table.items():
            if key not in declared:
                self._unknown_key(level, key, where, path, kind)
            else:
                read = self.value(declared[key], value, where, (*path, key))
                if read is not None:
                    values[key] = read
        for key, row in declared.items():
            if row.is_required(kind) and key not in table:
                self.faults.add(
                    self.place(where, path), f"has no {key}", f"Add {key}: {_lower(row.description)}."
                )
        return values

    def _unknown_key(self, level: str, key: str, where: str, path: Path, kind: str | None) -> None:
        elsewhere = attributes(level).get(key)
        if elsewhere is not None:
            self.faults.add(
                self.place(where, path, key),
                f"{key} does not belong to the kind {kind}",
                f"It belongs to {', '.join(elsewhere.kinds)}: remove it or change the kind.",
            )
            return
        self.faults.add(
            self.place(where, path, key), f"unknown key {key}", did_you_mean(key, attributes(level, kind))
        )

    def value(self, row: Attribute, value: Any, where: str, path: Path) -> Any:
        """One value by its declared type; None, with a fault, where it is wrong."""
        if _holds(TOLD, value):
            return None
        if _holds(BLANK, value):
            self._fault(where, path, "is still blank", f"Fill in: {_lower(row.description)}.")
            return None
        if row.choices:
            return self._choice(row, value, where, path)
        if row.type in ENTRIES:
            return self._entries(row, value, where, path)
        return getattr(self, f"_{row.type}")(row, value, where, path)

    def _fault(self, where: str, path: Path, reason: str, mend: str) -> None:
        self.faults.add(self.place(where, path[:-1], str(path[-1])), reason, mend)

    # -- plain types

    def _text(self, row: Attribute, value: Any, where: str, path: Path) -> str | None:
        if not isinstance(value, str):
            self._fault(where, path, f"is {_kind_of(value)}, not text", "Put it in quotation marks.")
            return None
        if row.required and not value.strip():
            self._fault(where, path, "is empty", f"Give {_lower(row.description)}.")
            return None
        return value

    def _boolean(self, row: Attribute, value: Any, where: str, path: Path) -> bool | None:
        if isinstance(value, bool):
            return value
        self._fault(where, path, f"is {_kind_of(value)}, not true or false", "Write true or false.")
        return None

    def _identifier(self, row: Attribute, value: Any, where: str, path: Path) -> str | None:
        text = self._text(row, value, where, path)
        if text is not None and not IDENTIFIER.fullmatch(text):
            self._fault(where, path, f"{text!r} is no short name", "Use small letters, digits and hyphens.")
            return None
        return text

    def _choice(self, row: Attribute, value: Any, where: str, path: Path) -> str | None:
        if value in row.choices:
            return str(value)
        remedy = remedy_for(str(path[-1]), str(value), row.choices)
        self._fault(where, path, f"unknown {path[-1]} {value!r}", remedy)
        return None

    def _kind(self, row: Attribute, value: Any, where: str, path: Path) -> str | None:
        if isinstance(value, str) and value in kinds():
            return value
        self._fault(where, path, f"unknown kind {value!r}", did_you_mean(str(value), kinds()))
        return None

    def _number(self, row: Attribute, value: Any, where: str, path: Path) -> float | None:
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            self._fault(where, path, f"is {_kind_of(value)}, not a number", "Give a finite number.")
            return None
        return float(value) if self._within(row, value, where, path) else None

    def _within(self, row: Attribute, value: float, where: str, path: Path) -> bool:
        if row.minimum is not None and value < row.minimum:
            reason = (
                f"is negative ({plain_number(value)})"
                if value < 0 <= row.minimum
                else f"{plain_number(value)} is below {plain_number(row.minimum)}"
            )
            self._fault(
                where, path, reason, f"Give at least {plain_number(row.minimum)} {row.unit}".rstrip() + "."
            )
            return False
        if row.maximum is not None and value > row.maximum:
            self._fault(
                where,
                path,
                f"{plain_number(value)} is above {plain_number(row.maximum)}",
                f"Give at most {plain_number(row.maximum)} {row.unit}".rstrip()
                + "."
                + (
                    " Are latitude and longitude exchanged?"
                    if row.key == "latitude" and abs(value) <= 180
                    else ""
                ),
            )
            return False
        return True

    def _texts(self, row: Attribute, value: Any, where: str, path: Path) -> tuple[str, ...] | None:
        if not isinstance(value, list) or not all(isinstance(word, str) for word in value):
            self._fault(where, path, "is not a list of texts", 'Write it as ["a", "b"].')
            return None
        return tuple(value)

    # -- economies and parties

    def _economy(self, row: Attribute, value: Any, where: str, path: Path) -> str | None:
        text = self._text(row, value, where, path)
        if text is None:
            return None
        known = self.economies
        if (known is not None and text not in known) or not re.fullmatch(r"[A-Z]{3}", text):
            self._fault(where, path, f"unknown economy {text!r}", remedy_for_economy(text, known))
            return None
        return text

    def _economies(self, row: Attribute, value: Any, where: str, path: Path) -> tuple[str, ...] | None:
        words = self._texts(row, value, where, path)
        if words is None:
            return None
        if row.required and not words:
            self._fault(where, path, "names no economy", 'Write ISO3 codes, as ["KAZ", "CHN"].')
            return None
        if len(set(words)) < len(words):
            self._fault(where, path, "names an economy twice", "Name each once.")
        found = [self._economy(row, word, where, path) for word in dict.fromkeys(words)]
        return tuple(code for code in found if code is not None) or None

    def _sectors(self, row: Attribute, value: Any, where: str, path: Path) -> tuple[str, ...] | None:
        words = self._texts(row, value, where, path)
        known = [sector.code for sector in load_sectors()]
        for word in words or ():
            if word not in known:
                self._fault(where, path, f"unknown sector {word!r}", did_you_mean(word, known))
        return tuple(dict.fromkeys(words)) if words and set(words) <= set(known) else None

    def _shares(
        self, row: Attribute, value: Any, where: str, path: Path
    ) -> tuple[tuple[str, float], ...] | None:
        if not isinstance(value, Mapping) or not value:
            self._fault(
                where, path, "is not a table of economies and shares", "Write { KGZ = 0.5, UZB = 0.5 }."
            )
            return None
        shares: list[tuple[str, float]] = []
        for code, share in value.items():
            economy = self._economy(row, code, where, path)
            if isinstance(share, bool) or not isinstance(share, int | float) or not 0 <= share <= 1:
                self._fault(where, path, f"the share of {code} is {share!r}", "A share is between 0 and 1.")
            elif economy is not None:
                shares.append((economy, float(share)))
        if len(shares) == len(value) and abs(sum(share for _, share in shares) - 1) > 1e-6:
            total = sum(share for _, share in shares)
            self._fault(where, path, f"the shares add up to {total:g}", "They must add up to 1.")
            return None
        return tuple(shares) if len(shares) == len(value) else None

    def _party(self, row: Attribute, value: Any, where: str, path: Path) -> str | None:
        return self._text(row, value, where, path)  # whether the party is known is checked with all parties

    def _parties(self, row: Attribute, value: Any, where: str, path: Path) -> tuple[str, ...] | None:
        return self._texts(row, value, where, path)

    # -- figures and days

    def _figure(self, row: Attribute, value: Any, where: str, path: Path) -> Evidence | None:
        example = f'Write {{ value = 1, unit = "{row.unit}", source = "...", flag = "recalled" }}.'
        if not isinstance(value, Mapping):
            self._fault(where, path, f"is {_kind_of(value)}, not a figure with unit and source", example)
            return None
        good = True
        for key in value:
            if key not in _FIGURE_KEYS:
                self._fault(where, path, f"unknown key {key}", did_you_mean(key, _FIGURE_KEYS))
                good = False
        if "unit" not in value:
            self._fault(where, path, "has no unit", f'Add unit = "{row.unit}".')
            good = False
        elif value["unit"] != row.unit:
            self._fault(where, path, f"has the unit {value['unit']!r}", f'Convert it to unit = "{row.unit}".')
            good = False
        for key in ("value", "low", "high"):
            if key in value and self._number(row, value[key], where, path) is None:
                good = False
        if not good:
            return None
        return self._evidence(value, where, path)

    def _evidence(self, value: Mapping[str, Any], where: str, path: Path) -> Evidence | None:
        try:
            return Evidence.model_validate(dict(value))
        except ValidationError as error:
            for detail in error.errors():
                key = ".".join(str(part) for part in detail["loc"])
                reason = detail["msg"].removeprefix("Value error, ")
                self._fault(where, path, f"{key}: {reason}" if key else reason, _EVIDENCE_MEND)
            return None

    def _when(self, row: Attribute, value: Any, where: str, path: Path) -> When | None:
        table: Mapping[str, Any] = value if isinstance(value, Mapping) else {"date": value}
        good = True
        for key in table:
            if key not in _WHEN_KEYS:
                self._fault(where, path, f"unknown key {key}", did_you_mean(key, _WHEN_KEYS))
                good = False
        found = _day(table.get("date"))
        if found is None:
            self._fault(where, path, "has no day or year", "Write date = 2027-01-01 or date = 2027.")
            return None
        if not 1900 <= found[0] <= 2200:
            self._fault(where, path, f"the year {found[0]} is not between 1900 and 2200", "Check the year.")
            return None
        rest = {key: table[key] for key in _WHEN_KEYS[1:] if key in table}
        evidence = self._evidence({"unit": "years", "value": found[0], "source": "-", **rest}, where, path)
        if evidence is None or not good:
            return None
        return When(
            year=found[0],
            day=found[1],
            source=str(rest.get("source", "")),
            address=evidence.address,
            read_on=evidence.read_on,
            flag=evidence.flag,
            note=evidence.note,
        )

    # -- places

    def _point(self, row: Attribute, value: Any, where: str, path: Path) -> Point | None:
        values = self.read("point", value, where, path)
        return Point.of(values) if {"name", "latitude", "longitude"} <= values.keys() else None

    def _points(self, row: Attribute, value: Any, where: str, path: Path) -> tuple[Point, ...] | None:
        if not isinstance(value, list) or len(value) < 2:
            self._fault(
                where,
                path,
                "has fewer than two points",
                "Give the two ends: [{ name = ..., latitude = ..., longitude = ... }, ...].",
            )
            return None
        points = [
            self._point(row, point, f"{where}, point {number + 1}", (*path, number))
            for number, point in enumerate(value)
        ]
        found = tuple(point for point in points if point is not None)
        return found if len(found) == len(value) else None

    def _crossings(self, row: Attribute, value: Any, where: str, path: Path) -> tuple[Crossing, ...] | None:
        crossings: list[Crossing] = []
        for number, table in enumerate(self._tables(value, where, path)):
            here = f"{where}, crossing {number + 1}"
            values = self.read("crossing", table, here, (*path, number))
            economies = values.get("economies", ())
            if len(economies) != 2:
                # What is absent or no list of economies has its fault already.
                listed = table.get("economies") if isinstance(table, Mapping) else None
                if isinstance(listed, list) and len(listed) != 2:
                    self.faults.add(
                        self.place(here, (*path, number), "economies"),
                        "a crossing lies between two economies",
                        'Write economies = ["KAZ", "CHN"].',
                    )
                continue
            if ("latitude" in values) != ("longitude" in values):
                self.faults.add(
                    self.place(here, (*path, number)), "has one coordinate only", "Give both or none."
                )
                continue
            self.kept.setdefault(path, []).append(number)
            mode = kinds()[self._item_kind].mode if self._item_kind else ""
            crossings.append(Crossing.of({"mode": "rail" if mode == "rail" else "road", **values}))
        return tuple(crossings) or None

    def _tables(self, value: Any, where: str, path: Path) -> list[Any]:
        if isinstance(value, list) and value:
            return value
        name = ".".join(str(part) for part in path if isinstance(part, str))
        self._fault(where, path, f"is {_kind_of(value)}, not a list of tables", f"Write [[{name}]].")
        return []

    def _sections(self, row: Attribute, value: Any, where: str, path: Path) -> tuple[Section, ...] | None:
        sections: list[Section] = []
        kind = self._item_kind
        for number, table in enumerate(self._tables(value, where, path)):
            here = f"{where}, section {number + 1}"
            values = self.read("section", table, here, (*path, number), kind)
            if {"effect", "points", "length"} <= values.keys():
                self.kept.setdefault(path, []).append(number)
                sections.append(Section.of(values))
        return tuple(sections) or None

    def _entries(self, row: Attribute, value: Any, where: str, path: Path) -> tuple[Entry, ...] | None:
        entries: list[Entry] = []
        level = ENTRIES[row.type]
        for number, table in enumerate(self._tables(value, where, path)):
            here = f"{where}, {level.replace('_', ' ')} {number + 1}"
            values = self.read(level, table, here, (*path, number))
            if isinstance(table, Mapping) and values.keys() >= table.keys():  # half a row is none
                self.kept.setdefault(path, []).append(number)
                entries.append(Entry.of(values))
        return tuple(entries) or None

    _item_kind: str | None = None

    def item(self, table: Any, where: str, path: Path, kind: str | None) -> dict[str, Any]:
        """The values of a project or measure of a kind; sections are read as those of the same kind."""
        self._item_kind = kind
        return self.read("item", table, where, path, kind)

    def _financing(self, row: Attribute, value: Any, where: str, path: Path) -> tuple[Financing, ...] | None:
        lines: list[Financing] = []
        for number, table in enumerate(self._tables(value, where, path)):
            here = f"{where}, financing {number + 1}"
            values = self.read("financing", table, here, (*path, number))
            if "share" in values and "amount" in values:
                self.faults.add(
                    self.place(here, (*path, number)), "has both share and amount", "Give one of the two."
                )
            whole = not isinstance(table, Mapping) or values.keys() >= table.keys()
            if (
                whole and {"party", "instrument"} <= values.keys()
            ):  # half a line would look like another fault
                self.kept.setdefault(path, []).append(number)
                lines.append(Financing.of(values))
        return tuple(lines) or None


_EVIDENCE_MEND = "See the keys of a figure in docs/programme.md."


def _day(value: Any) -> tuple[int, date | None] | None:
    """Year and day of what a file gives as a date."""
    if isinstance(value, datetime):
        value = value.date()
    if isinstance(value, date):
        return value.year, value
    if isinstance(value, int) and not isinstance(value, bool):
        return value, None
    if isinstance(value, str):
        try:
            day = date.fromisoformat(value)
        except ValueError:
            return None
        return day.year, day
    return None


def _kind_of(value: Any) -> str:
    """Type of a value, in words."""
    if isinstance(value, bool):
        return "true or false"
    if isinstance(value, str):
        return "text"
    if isinstance(value, int | float):  # a whole number may be larger than any float
        return "a number" if isinstance(value, int) or math.isfinite(value) else "not finite"
    if isinstance(value, list):
        return "a list" if value else "an empty list"
    if isinstance(value, Mapping):
        return "a table"
    return "a date or time"


def _lower(description: str) -> str:
    return description[:1].lower() + description[1:] if description[:3] != "ISO" else description
