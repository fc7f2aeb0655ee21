"""A programme, or a template of one, as an Excel workbook.

Every figure has its evidence beside it, folded away until the plus sign above its column is opened. Cells that do not
belong to the kind of their row are grey, cells that are needed yellow.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import date
from functools import cache
from typing import Any

from openpyxl import Workbook
from openpyxl.comments import Comment
from openpyxl.formatting.rule import FormulaRule
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.properties import PageSetupProperties

from samarkand.core.faults import FaultList
from samarkand.core.workbook_saving import workbook_bytes
from samarkand.programme.files.reading import BLANK
from samarkand.programme.files.sheets import (
    CHOICES,
    EXPLANATIONS,
    LISTS,
    OWN_SHEETS,
    SHEETS,
    Column,
    Sheet,
    columns,
    encode_list,
    encode_shares,
    encode_text,
    kinds_on,
)
from samarkand.programme.files.tables import Table, to_tables
from samarkand.programme.model.kinds import LEVEL_OF, Attribute, attributes, kinds
from samarkand.programme.model.models import Programme
from samarkand.world.economies.tables import load_economies

LONGEST_CELL = 32_767  # characters, of Excel
ROWS_WITH_LISTS = 500  # rows that offer drop-down lists and colours
COLUMNS_ON_PAPER = 20  # more of them on one sheet of paper cannot be read
FIRST_DAY = date(1910, 1, 1)  # earlier ones are written as text: Excel's own calendar is wrong in 1900

_HEAD = PatternFill("solid", fgColor="FF1F3A4D")
_NEEDED = PatternFill("solid", fgColor="FF8A5A00")
_EVIDENCE = PatternFill("solid", fgColor="FF5B7486")
_GREY = PatternFill("solid", bgColor="FFD9D9D9")
_YELLOW = PatternFill("solid", bgColor="FFFFF2CC")


def workbook_of(programme: Programme) -> bytes:
    """The programme as a workbook; what is read from it is the same programme. Raises `Faults` for a longer text than
    a cell holds."""
    used = dict.fromkeys(item.kind for item in programme.items)
    return write_workbook(to_tables(programme), list(used))


def write_workbook(tables: Table, used: Collection[str]) -> bytes:
    """Tables as a workbook with the columns that the kinds in use may have."""
    book = Workbook()
    book.remove(book.active)
    rows = rows_by_sheet(tables)
    for sheet in SHEETS:
        of_kinds = kinds_on(sheet, used)
        _fill(book.create_sheet(sheet.name), sheet, columns(sheet, of_kinds), rows[sheet.name], of_kinds)
    _explanations(book.create_sheet(EXPLANATIONS))
    _choices(book)
    return workbook_bytes(book)


# -- from tables to rows


def rows_by_sheet(tables: Table) -> dict[str, list[dict[str, Any]]]:
    """Rows by sheet, each with its values by header without a unit."""
    rows: dict[str, list[dict[str, Any]]] = {sheet.name: [] for sheet in SHEETS}
    rows["programme"].append(_row("programme", tables.get("programme", {})))
    rows["parties"] += [_row("party", table) for table in tables.get("party", ())]
    for level, name in (("project", "projects"), ("measure", "measures")):
        for table in tables.get(level, ()):
            item = table["id"]
            rows[name].append(_row("item", table))
            for key, row in attributes("item").items():
                if key not in table:
                    continue
                if row.type in ("point", "points"):
                    points = table[key] if row.type == "points" else [table[key]]
                    rows["points"] += [{"item": item, "key": key, **_row("point", one)} for one in points]
                if row.type in LEVEL_OF and row.type != "sections":
                    level_of = LEVEL_OF[row.type]
                    rows[row.type] += [{"item": item, **_row(level_of, one)} for one in table[key]]
            for number, section in enumerate(table.get("section", ()), 1):
                at = {"item": item, "number": number}
                rows["sections"].append({**at, **_row("section", section)})
                within = {"item": item, "section": number, "key": "points"}
                rows["points"] += [{**within, **_row("point", one)} for one in section.get("points", ())]
    return rows


def _row(level: str, table: Mapping[str, Any]) -> dict[str, Any]:
    cells: dict[str, Any] = {}
    for key, row in attributes(level).items():
        if key not in table:
            continue
        value = table[key]
        if row.type == "figure":
            cells.update(
                {f"{key}.{part}": one for part, one in value.items() if part not in ("value", "unit")}
            )
            if BLANK not in value.values():  # even a figure without a value is seen by its flag
                cells[f"{key}.flag"] = value.get("flag", "recalled")
            if "value" in value:
                cells[key] = value["value"]
        elif row.type == "when":
            rest = dict(value) if isinstance(value, Mapping) else {"date": value}
            cells[key] = rest.pop("date")
            cells.update({f"{key}.{part}": one for part, one in rest.items()})
        elif row.type in LISTS:
            cells[key] = encode_list(value)
        elif row.type == "shares":
            cells[key] = encode_shares(value)
        elif not isinstance(value, Mapping | list):
            cells[key] = value
    return cells


# -- from rows to a sheet


def _fill(
    page: Any, sheet: Sheet, heads: list[Column], rows: list[dict[str, Any]], of_kinds: list[str]
) -> None:
    faults = FaultList()
    for number, head in enumerate(heads, 1):
        _head(page, sheet, number, head)
        name = f"{head.key}.{head.part}" if head.part else head.key
        for line, row in enumerate(rows, 2):
            if name in row:
                _cell(page, line, number, row[name], _listed(head), faults)
    faults.raise_if_any()
    page.freeze_panes = page.cell(2, 1 + next((n for n, head in enumerate(heads, 1) if head.key == "id"), 1))
    page.sheet_properties.outlinePr.summaryRight = False
    for first, last in _evidence(heads):
        page.column_dimensions.group(
            get_column_letter(first), get_column_letter(last), outline_level=1, hidden=True
        )
    _lists(page, heads)
    _colours(page, heads, of_kinds)
    _print(page, sum(not head.part for head in heads))


def _print(page: Any, seen: int) -> None:
    """On paper: A3 across, heads and ids on each sheet, one sheet wide where the columns that are seen stay legible."""
    page.page_setup.orientation, page.page_setup.paperSize = "landscape", page.PAPERSIZE_A3
    page.print_title_rows, page.print_title_cols = "1:1", "A:A"
    page.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=seen <= COLUMNS_ON_PAPER)
    page.page_setup.fitToHeight = 0


def _head(page: Any, sheet: Sheet, number: int, head: Column) -> None:
    cell = page.cell(1, number, head.header)
    needed = head.row is None or bool(head.row.required)
    cell.font = Font(bold=not head.part, color="FFFFFFFF")
    cell.fill = _EVIDENCE if head.part else _NEEDED if needed and head.key != "key" else _HEAD
    cell.alignment = Alignment(wrap_text=True, vertical="top")
    cell.comment = Comment(_note(head), "Samarkand", height=140, width=320)
    wide = head.key in ("title", "description", "name") or head.part in ("source", "address", "note")
    page.column_dimensions[get_column_letter(number)].width = 40 if wide else max(16, len(head.header) + 2)


def _note(head: Column) -> str:
    row = head.row
    lines = [f"{head.note}."]
    if row is not None and not head.part:
        if row.required:
            lines.append(
                "Needed." if row.required in (("*",), row.kinds) else f"Needed for {', '.join(row.required)}."
            )
        if row.kinds != ("*",):
            lines.append(f"Of {', '.join(row.kinds)}.")
        if row.choices:
            lines.append(f"One of: {', '.join(row.choices)}.")
        lines += [_HINTS[row.type]] if row.type in _HINTS else []
        if row.minimum is not None and row.maximum is not None:
            lines.append(f"From {row.minimum:,.10g} to {row.maximum:,.10g} {row.unit}".rstrip() + ".")
    return "\n".join(lines)


_HINTS = {
    "figure": "Open the plus sign above for range, source, address and flag; a value needs a source.",
    "when": "A day (2027-05-01) or a year (2027); leave the format of the cell at General for a year.",
    "economies": "ISO3 codes, as KAZ; CHN.",
    "parties": "Ids of parties, as bank; ministry.",
    "sectors": "Codes of sectors, as food; machinery.",
    "texts": "Divided by semicolons.",
    "boolean": "TRUE or FALSE.",
    "shares": "As KGZ = 0.5; UZB = 0.5.",
}


def _cell(page: Any, line: int, number: int, value: Any, listed: bool, faults: FaultList) -> None:
    if isinstance(value, date):
        if value < FIRST_DAY:
            page.cell(line, number, value.isoformat())
        else:
            page.cell(line, number, value).number_format = "yyyy-mm-dd"
        return
    if isinstance(value, str):
        value = value if listed else encode_text(value)
        if len(value) > LONGEST_CELL:
            faults.add(
                f"sheet {page.title}, row {line}, column {page.cell(1, number).value}",
                f"has {len(value):,} characters",
                f"A cell of Excel holds {LONGEST_CELL:,} at most: shorten the text or stay with TOML.",
            )
            return
    if isinstance(
        value, float
    ):  # the library would round to 16 digits, and a number needs 17 to be the same again
        page.cell(line, number, repr(value)).data_type = "n"
        return
    page.cell(line, number, value)


def _listed(head: Column) -> bool:
    """Whether the cells of a column hold lists or shares, which are encoded already."""
    return head.row is not None and not head.part and head.row.type in (*LISTS, "shares")


def _evidence(heads: list[Column]) -> Iterator[tuple[int, int]]:
    """First and last column of each run of evidence."""
    first = 0
    for number, head in enumerate([*heads, Column("")], 1):
        if head.part and not first:
            first = number
        if not head.part and first:
            yield first, number - 1
            first = 0


# -- lists and colours


@cache
def _choice_lists() -> dict[str, list[str]]:
    """The drop-down lists by name."""
    lists = {
        "flag": ["verified", "recalled", "derived", "assumed"],
        "project": [row.kind for row in kinds().values() if row.item == "project"],
        "measure": [row.kind for row in kinds().values() if row.item == "measure"],
        "economy": sorted(map(str, load_economies().index)),
    }
    for sheet in SHEETS:
        for row in attributes(sheet.level).values():
            if row.choices:
                lists[row.name] = list(row.choices)
    return lists


def _choices(book: Any) -> None:
    page = book.create_sheet(CHOICES)
    page.sheet_state = "hidden"
    for number, (name, words) in enumerate(_choice_lists().items(), 1):
        for line, word in enumerate((name, *words), 1):
            page.cell(line, number, word)


def _lists(page: Any, heads: list[Column]) -> None:
    lists = _choice_lists()
    where = {name: get_column_letter(number) for number, name in enumerate(lists, 1)}
    item = page.title.removesuffix("s")
    for number, head in enumerate(heads, 1):
        name = _list_of(head, item)
        if head.row is not None and head.row.type == "party":
            source = "parties!$A$2:$A$500"
        elif name is not None:
            source = f"{CHOICES}!${where[name]}$2:${where[name]}${len(lists[name]) + 1}"
        else:
            continue
        rule = DataValidation("list", formula1=source, allow_blank=True, showErrorMessage=True)
        rule.errorTitle, rule.error = "Not on the list", "Choose one of the words of the list."
        letter = get_column_letter(number)
        rule.add(f"{letter}2:{letter}{ROWS_WITH_LISTS}")
        page.add_data_validation(rule)


def _list_of(head: Column, item: str) -> str | None:
    if head.part == "flag":
        return "flag"
    if head.part or head.row is None:
        return None
    if head.row.choices:
        return head.row.name
    return {"kind": item, "economy": "economy"}.get(head.row.type)


def _colours(page: Any, heads: list[Column], of_kinds: list[str]) -> None:
    """Grey where the kind of the row has no such key; yellow where a blank is to be filled."""
    last = get_column_letter(max(len(heads), 1))
    first = page.cell(2, 1).coordinate
    area = f"{first}:{last}{ROWS_WITH_LISTS}"
    page.conditional_formatting.add(
        area, FormulaRule(formula=[f'ISNUMBER(SEARCH("{BLANK}",A2))'], fill=_YELLOW)
    )
    kind = next((get_column_letter(n) for n, head in enumerate(heads, 1) if head.key == "kind"), None)
    if kind is None:
        return
    for number, head in enumerate(heads, 1):
        if head.row is not None and _partial(head.row, of_kinds):
            mine = ",".join(f'${kind}2="{one}"' for one in head.row.kinds)
            letter = get_column_letter(number)
            page.conditional_formatting.add(
                f"{letter}2:{letter}{ROWS_WITH_LISTS}",
                FormulaRule(formula=[f'AND(${kind}2<>"",NOT(OR({mine})))'], fill=_GREY),
            )


def _partial(row: Attribute, of_kinds: list[str]) -> bool:
    return row.kinds != ("*",) and not set(of_kinds) <= set(row.kinds)


# -- explanations


def _explanations(page: Any) -> None:
    """Description of the sheets and their columns: all that may be there, also of kinds that are not in use."""
    lines: list[tuple[str, ...]] = [
        ("A programme of Samarkand. Check it with: samarkand check FILE.xlsx",),
        (
            "One sheet a level, one row a thing, one column a key. The order of columns is free; a key that is not",
        ),
        (
            "there can be added as a new column with its header as below. Columns with a point in their header are the",
        ),
        (
            "evidence of a figure or day; open them with the plus sign above. What is not known stays empty, never 0.",
        ),
        (f"{BLANK} marks what must be filled in. Divide lists by semicolons. Do not merge cells.",),
        ("A text in quotation marks is read as JSON, for signs that a cell does not keep.",),
        (),
        ("sheet", "header", "of kinds", "needed", "type", "meaning"),
    ]
    for sheet in SHEETS:
        lines.append((sheet.name, "", "", "", "", f"{sheet.holds}."))
        lines += [(sheet.name, name, "", "", "", f"{note}.") for name, note in sheet.belongs]
        for row in attributes(sheet.level).values():
            head = Column(row.key, row=row)
            if row.type in OWN_SHEETS:
                continue
            if (
                sheet.item
                and row.kinds != ("*",)
                and not any(kinds()[k].item == sheet.item for k in row.kinds)
            ):
                continue
            of = "all" if row.kinds == ("*",) else ", ".join(row.kinds)
            needed = {(): "", ("*",): "yes", row.kinds: "yes"}.get(row.required, ", ".join(row.required))
            what = " or ".join(row.choices) if row.choices else row.type
            lines.append((sheet.name, head.header, of, needed, what, f"{row.description}."))
    lines.append(())
    lines.append(("kind", "label", "sheet", "", "shock", "meaning"))
    for kind in kinds().values():
        lines.append(
            (kind.kind, kind.label, f"{kind.item}s", "", kind.shock.replace("_", " "), f"{kind.description}.")
        )
    for number, line in enumerate(lines, 1):
        for column, text in enumerate(line, 1):
            cell = page.cell(number, column, text)
            if line[0] in ("sheet", "kind"):
                cell.font = Font(bold=True)
    for letter, width in zip("ABCDEF", (22, 30, 40, 24, 30, 90), strict=True):
        page.column_dimensions[letter].width = width
