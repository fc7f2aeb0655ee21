"""From the sheets of a workbook to the tables of a programme, with the place of every row and cell.

The tables are those that a TOML file would give; what they mean is judged by the same reader and the same checks.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date, time, timedelta
from typing import Any

from samarkand.core.faults import FaultList, did_you_mean
from samarkand.programme.files.reading import BLANK, TOLD
from samarkand.programme.files.sheets import (
    DAYS,
    LISTS,
    OWN_SHEETS,
    SHEETS,
    YEARS,
    YES_NO,
    Sheet,
    decode_list,
    decode_shares,
    decode_text,
    parts_of,
)
from samarkand.programme.files.toml_positions import Path, Places
from samarkand.programme.files.workbook_file import Page, read_pages, serial_year
from samarkand.programme.model.kinds import LEVEL_OF, Attribute, attributes, kinds

Table = dict[str, Any]


def parse_workbook(content: bytes, place: str, faults: FaultList) -> tuple[Table, Places]:
    """The tables of a workbook and the places of their keys; empty, with faults, where it is none."""
    pages = read_pages(content, place, faults)
    if any(sheet.name not in pages for sheet in SHEETS if not sheet.optional):
        return {}, {}
    reader = _Reader(pages, faults)
    tables = reader.tables()
    if not tables and not faults:
        faults.add(place, "has no rows under its headers", "Fill in the sheets, first of all programme.")
    return tables, reader.places


@dataclass
class _Row:
    """A row of a sheet: its table, the cells that say where it belongs, and where it and its keys stand."""

    place: str
    table: Table = field(default_factory=dict)
    belongs: dict[str, Any] = field(default_factory=dict)
    places: dict[str, str] = field(default_factory=dict)


class _Reader:
    def __init__(self, pages: dict[str, Page], faults: FaultList) -> None:
        self.faults = faults
        self.places: dict[Path, int | str] = {}
        self.rows = {
            sheet.name: self._sheet(sheet, pages[sheet.name]) if sheet.name in pages else []
            for sheet in SHEETS
        }
        self.items: dict[str, tuple[Path, Table]] = {}

    # -- from cells to rows

    def _sheet(self, sheet: Sheet, page: Page) -> list[_Row]:
        heads = self._heads(sheet, page)
        return [self._row(page, number, cells, heads) for number, cells in page.rows]

    def _heads(self, sheet: Sheet, page: Page) -> dict[int, tuple[str, str, str, Attribute | None]]:
        """Key, part, unit and declared row by column."""
        declared = attributes(sheet.level)
        belongs = [name for name, _ in sheet.belongs]
        known = [key for key, row in declared.items() if row.type not in OWN_SHEETS]
        heads: dict[int, tuple[str, str, str, Attribute | None]] = {}
        seen: dict[str, int] = {}
        for number, header in page.headers.items():
            where = page.place(1, number)
            found = re.fullmatch(r"\s*([^.\[\]]+?)\s*(?:\.\s*([^.\[\]]+?))?\s*(?:\[(.*)\])?\s*", header)
            key, part, unit = (found[1], found[2] or "", found[3] or "") if found else (header, "", "")
            name = f"{key}.{part}" if part else key
            if name in seen:
                self.faults.add(
                    where,
                    f"the header {name} stands twice",
                    f"Keep one of it and of {page.letter(seen[name])}.",
                )
                continue
            seen[name] = number
            row = declared.get(key)
            if key not in known and key not in belongs:
                other = "has a sheet of its own" if key in declared else f"unknown column {header.strip()}"
                mend = "Remove the column." if key in declared else did_you_mean(key, [*belongs, *known])
                self.faults.add(where, other, mend)
            elif part and (row is None or part not in parts_of(row)):
                parts = parts_of(row) if row is not None else ()
                mend = did_you_mean(part, parts) if parts else f"{key} is one column: remove this one."
                self.faults.add(where, f"{key} has no {part}", mend)
            else:
                heads[number] = (key, part, unit, row if key in known else None)
        return heads

    def _row(
        self,
        page: Page,
        number: int,
        cells: dict[int, Any],
        heads: dict[int, tuple[str, str, str, Attribute | None]],
    ) -> _Row:
        found = _Row(page.place(number))
        units = {key: unit for key, part, unit, _ in heads.values() if not part}
        for column, value in cells.items():
            where = page.place(number, column)
            if column not in heads:
                if column not in page.headers:
                    self.faults.add(where, "stands under no header", "Give its column a header, or clear it.")
                continue
            key, part, _, row = heads[column]
            if row is None:
                found.belongs[key] = decode_text(value) if isinstance(value, str) else value
                found.places[key] = where
                continue
            if not part:
                found.places[key] = where
            found.places.setdefault(key, where)
            plain = self._plain(row, part, value, where)
            if row.type == "figure":
                unit = units.get(key) or row.unit
                found.table.setdefault(key, {"unit": unit})[part or "value"] = plain
            elif row.type == "when":
                found.table.setdefault(key, {})[part or "date"] = plain
            else:
                found.table[key] = plain
        return found

    def _plain(self, row: Attribute, part: str, value: Any, where: str) -> Any:
        """A cell as the value that a TOML file would hold; what cannot be is left for the reader to judge."""
        if isinstance(value, time | timedelta):
            self.faults.add(where, "is a time of day", "Clear the cell and set its format to General.")
            return TOLD
        if isinstance(value, str) and BLANK in value:
            return [word.strip() for word in value.split(";")] if row.type in LISTS else value.strip()
        if (row.type == "when" and not part) or part in DAYS:
            return self._day(value, where, also_years=not part)
        if part in YEARS or (row.type in ("number", "figure") and part in ("", "low", "high")):
            return self._number(value, where, part in YEARS)
        if isinstance(value, date):
            self.faults.add(
                where,
                f"is the day {value}, not text",
                "Set the format of the cell to Text and type it again.",
            )
            return TOLD
        if row.type == "boolean" and not part:
            return YES_NO.get(value.strip().lower(), value) if isinstance(value, str) else value
        text = decode_text(value) if isinstance(value, str) else str(value)
        if row.type in LISTS and not part:
            return decode_list(str(value).strip(), also_commas=row.type != "texts")
        return decode_shares(text) if row.type == "shares" and not part else text

    def _day(self, value: Any, where: str, also_years: bool) -> Any:
        if isinstance(value, date):
            if (year := serial_year(value)) is not None:
                self.faults.add(
                    where,
                    f"is the day {value}: the year {year} in a cell that is formatted as a day",
                    f"Set its format to General and type {year} again.",
                )
                return TOLD
            return value
        if isinstance(value, str):
            text = decode_text(value)
            try:
                return int(text) if also_years and re.fullmatch(r"\d{4}", text) else date.fromisoformat(text)
            except ValueError:
                self.faults.add(
                    where,
                    f"{text!r} is text, not a day",
                    "Type it as 2027-05-01"
                    + (" or 2027" if also_years else "")
                    + ", so that Excel knows it as one.",
                )
                return TOLD
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        if also_years and isinstance(value, int) and not isinstance(value, bool):
            return value
        self.faults.add(where, f"{value} is not a day", "Type it as 2027-05-01.")
        return TOLD

    def _number(self, value: Any, where: str, whole: bool) -> Any:
        if isinstance(value, str):
            self.faults.add(
                where,
                f"{value.strip()!r} is text, not a number",
                "Type the number alone; notes have a column.",
            )
            return TOLD
        if isinstance(value, date):
            self.faults.add(
                where, f"is the day {value}, not a number", "Set the format to General and type it again."
            )
            return TOLD
        return int(value) if whole and isinstance(value, float) and value.is_integer() else value

    # -- from rows to tables

    def tables(self) -> Table:
        """All tables, with children in their items."""
        tables: Table = {}
        for number, row in enumerate(self.rows["programme"]):
            if number:
                self.faults.add(row.place, "is a second programme", "A workbook holds one: keep one row.")
            else:
                tables["programme"] = row.table
                self._keep(("programme",), row)
        for sheet in SHEETS:
            key = {"parties": "party"}.get(sheet.name, sheet.item)
            if key and self.rows[sheet.name]:
                tables[key] = [row.table for row in self.rows[sheet.name]]
                for number, row in enumerate(self.rows[sheet.name]):
                    self._keep((key, number), row)
                    name = row.table.get("id")
                    if sheet.item and isinstance(name, str):
                        self.items.setdefault(name, ((key, number), row.table))
        sections = self._sections()
        for sheet_name, key in ((name, key) for name, key in LEVEL_OF.items() if name != "sections"):
            for row in self.rows[sheet_name]:
                self._child(row, key)
        for row in self.rows["points"]:
            self._point(row, sections)
        return tables

    def _keep(self, path: Path, row: _Row) -> None:
        self.places[path] = row.place
        for key, place in row.places.items():
            self.places[(*path, key)] = place

    def _item(self, row: _Row) -> tuple[str, Path, Table] | None:
        """The item to which a row belongs."""
        name = row.belongs.get("item")
        if name is None:
            self.faults.add(row.place, "names no item", "Write the id of its project or measure under item.")
        elif name not in self.items:
            self.faults.add(row.places["item"], f"unknown item {name!r}", did_you_mean(str(name), self.items))
        else:
            return str(name), *self.items[name]
        return None

    def _child(self, row: _Row, key: str) -> tuple[str, Path] | None:
        """Adds a row to its item's list under a key."""
        found = self._item(row)
        if found is None:
            return None
        name, path, table = found
        listed = table.setdefault(key, [])
        where: Path = (*path, key, len(listed))
        listed.append(row.table)
        self.places.setdefault((*path, key), row.place)
        self._keep(where, row)
        return name, where

    def _sections(self) -> dict[tuple[str, int], tuple[Path, Table]]:
        """Sections by item and number; the only section of an item needs no number."""
        sections: dict[tuple[str, int], tuple[Path, Table]] = {}
        for row in self.rows["sections"]:
            found = self._child(row, "section")
            number = self._whole(row, "number", 1)
            if found is None or number is None:
                continue
            if (found[0], number) in sections:
                place = row.places.get("number", row.place)
                self.faults.add(place, f"section {number} of {found[0]} stands twice", "Number them 1, 2, 3.")
            sections[found[0], number] = found[1], row.table
        return sections

    def _whole(self, row: _Row, key: str, default: int | None) -> int | None:
        value = row.belongs.get(key, default)
        if isinstance(value, bool) or (value is not None and value != default and not isinstance(value, int)):
            self.faults.add(row.places[key], f"{value!r} is not a number of a section", "Write 1, 2, 3.")
            return None
        return value

    def _point(self, row: _Row, sections: dict[tuple[str, int], tuple[Path, Table]]) -> None:
        found = self._item(row)
        if found is None:
            return
        name, path, table = found
        number = self._whole(row, "section", None)
        if number is None and "section" in row.belongs:
            return
        key = row.belongs.get("key") or self._key_of(name, table, number, sections)
        if key == "points":
            at = (name, 1 if number is None else number)
            if at not in sections:
                place = row.places.get("section", row.place)
                self.faults.add(place, f"{name} has no section {at[1]}", "Add it on the sheet sections.")
                return
            path, table = sections[at]
        row_of = attributes("item").get(str(key))
        if key != "points" and (row_of is None or row_of.type not in ("point", "points")):
            known = [
                "points",
                *(k for k, one in attributes("item").items() if one.type in ("point", "points")),
            ]
            self.faults.add(
                row.places.get("key", row.place), f"unknown key {key}", did_you_mean(str(key), known)
            )
            return
        self.places.setdefault((*path, str(key)), row.place)
        if row_of is not None and row_of.type == "point":
            if key in table:
                self.faults.add(
                    row.place, f"{name} has a second {key}", "A place is one point: keep one row."
                )
            table[str(key)] = row.table
            self._keep((*path, str(key)), row)
        else:
            listed = table.setdefault(str(key), [])
            self._keep((*path, str(key), len(listed)), row)
            listed.append(row.table)

    @staticmethod
    def _key_of(
        name: str, table: Table, number: int | None, sections: dict[tuple[str, int], tuple[Path, Table]]
    ) -> str:
        """Which points a row without a key means: of a section if there is one, else what its kind has."""
        kind = table.get("kind")
        if number is None and (name, 1) not in sections and kind in kinds():
            for key, row in attributes("item", kind).items():
                if row.type in ("point", "points"):
                    return key
        return "points"
