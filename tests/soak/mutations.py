"""Changes of a good input as they come about: bytes lost, cells of another kind, columns renamed, archives repacked.

`mutate(folder, files, inside, chance)` changes one of the files in place, in a way that `chance` draws.
"""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
import json
import re
import warnings
import zipfile
from collections.abc import Callable, Sequence
from datetime import date, datetime
from pathlib import Path
from random import Random
from typing import Any

# Cells that spreadsheets, publishers and people write, and some that nobody should.
CELLS = (
    "", " ", "0", "-1", "1e400", "-1e308", "nan", "NaN", "inf", "-inf", "1e-320", "1,5", "1.234,5", "1 234",
    "1,234", "1,234,567", "12.345", "0.05", "5 %", "(5)", "--", "..", "n/a", "#REF!", "#DIV/0!", "=1+1",
    "'12", "٣٤", "½", "\uff11\uff12", "²", "0x10", "1_000", "2027-05-01", "01.05.2027", "May-27", "19 July 1905",
    "TRUE", "None", "null", "[]", "{}", "KAZ", "kaz", "XXX", "ROW", "Kazakhstan", "Türkiye", "398", "0398",
    "398.0", "4", "999", "2022", "2022.0", "22", "20222", "-2022", "1850", "9999", "870323", "0870323",
    "87.03.23", "8.70323E+05", "all", "*", "a" * 40_000, "b" * 140_000, "1," * 20_000, "1 " * 20_000,
    "(" + "1" * 40_000, "x" + " " * 100_000 + "y", "1,234" * 5_000, "9" * 5_000, "\ufeff", "\u200b",
    "\u2028", "\x0b", "\x1c", "\x00", 'a"b', "a;b", "a\tb", "a\nb", "line\r\nbreak", "\ud7ff", "😀",
    "../../etc", "%s", "{0}", "\\", "-0", "+5", "5-", "1e5", "1E+11",
)  # fmt: skip
BYTES = b'",;\n\r\t-9\x00\xff\xfe\x80=[]{}'
Rows = list[list[str]]


def mutate(paths: Sequence[Path], inside: str, chance: Random) -> str:
    """Change one file of an input in place; gives what was done, for the one who looks into it."""
    files = [
        file
        for path in paths
        for file in (sorted(path.rglob("*")) if path.is_dir() else [path])
        if file.is_file()
    ]
    file = chance.choice(files)
    if len(files) > 1 and chance.random() < 0.08:
        return _folder(file, chance)
    ways: dict[str, tuple[Callable[[Path, Random], str], ...]] = {
        "text": (_table, _table, _table, _lines, _whole, _bytes),
        "toml": (_toml, _toml, _toml, _lines, _whole, _bytes),
        "json": (_json, _json, _json, _lines, _whole, _bytes),
        "zip": (_member, _member, _archive, _bytes),
        "gzip": (_gzip, _gzip, _bytes),
        "book": (_book, _book, _member, _archive, _bytes),
        "world": (_parquet, _parquet, _bytes),
    }
    kind = inside
    if file.suffix == ".json":
        kind = "json"
    elif inside == "book" and file.suffix != ".xlsx":
        kind = "text"
    way = chance.choice(ways[kind])
    return f"{file.name}: {way.__name__[1:]}, {way(file, chance)}"


def _folder(file: Path, chance: Random) -> str:
    way = chance.randrange(4)
    if way == 0:
        file.unlink()
        return f"{file.name} removed"
    if way == 1:
        file.rename(file.with_name(chance.choice(("x.csv", "metadata.txt", file.name.upper()))))
        return f"{file.name} renamed"
    if way == 2:
        file.unlink()
        file.mkdir()
        return f"{file.name} is a folder"
    file.write_bytes(b"")
    return f"{file.name} is empty"


def _bytes(file: Path, chance: Random) -> str:
    content = bytearray(file.read_bytes())
    if not content:
        return "nothing"
    place = chance.randrange(len(content))
    way = chance.randrange(6)
    if way == 0:
        del content[place:]
    elif way == 1:
        for _ in range(chance.randrange(1, 20)):
            content[chance.randrange(len(content))] = chance.randrange(256)
    elif way == 2:
        content[place:place] = bytes(chance.randrange(256) for _ in range(5))
    elif way == 3:
        del content[place : place + chance.randrange(1, 80)]
    elif way == 4:
        content[place : place + 512] = bytes(len(content[place : place + 512]))
    else:
        for _ in range(chance.randrange(1, 4)):
            content[chance.randrange(len(content))] = chance.choice(BYTES)
    file.write_bytes(bytes(content))
    return f"way {way} at {place}"


# -- text


def _read(file: Path) -> tuple[str, str]:
    content = file.read_bytes()
    for encoding in ("utf-16",) if content[:2] in (b"\xff\xfe", b"\xfe\xff") else ("utf-8-sig", "cp1252"):
        try:
            return content.decode(encoding), encoding
        except UnicodeDecodeError:
            continue
    return content.decode("latin-1"), "latin-1"


def _write(file: Path, text: str, encoding: str) -> None:
    file.write_bytes(text.encode(encoding, errors="replace"))


def _lines(file: Path, chance: Random) -> str:
    text, encoding = _read(file)
    lines = text.splitlines(keepends=True) or [""]
    at = chance.randrange(min(len(lines), 40))
    way = chance.randrange(7)
    if way == 0:
        del lines[at]
    elif way == 1:
        lines[at:at] = [lines[at]] * chance.choice((1, 3))
    elif way == 2:
        lines[at] = lines[at][: chance.randrange(len(lines[at]) + 1)]
    elif way == 3:
        chance.shuffle(lines)
    elif way == 4:
        lines[at:at] = ["\n", "# a remark\n", "Total,,,,\n"]
    elif way == 5:
        lines[at] = chance.choice(CELLS) + lines[at]
    else:
        lines = lines[:at] + lines[at + 1 :] + ["Source: an office; see notes\n", lines[at]]
    _write(file, "".join(lines), encoding)
    return f"way {way} at line {at + 1}"


def _whole(file: Path, chance: Random) -> str:
    """The whole text as other programs would save it."""
    text, encoding = _read(file)
    way = chance.randrange(10)
    changed = (
        lambda: (text, "utf-16"),
        lambda: ("\ufeff" + text, "utf-8-sig"),
        lambda: (text, chance.choice(("cp1252", "utf-16-le", "utf-16-be", "utf-32", "cp1251"))),
        lambda: (text.replace(",", ";"), encoding),
        lambda: (text.replace(",", ";").replace(".", ","), encoding),
        lambda: (text.replace(",", "\t"), encoding),
        lambda: (text.replace("\r\n", "\n").replace("\n", "\r"), encoding),
        lambda: (text.replace('"', "“"), "utf-8"),
        lambda: (text.upper(), encoding),
        lambda: (text + text, encoding),
    )[way]()
    _write(file, *changed)
    return f"way {way}"


def _table(file: Path, chance: Random) -> str:
    """Cells and columns."""
    text, encoding = _read(file)
    apart = max(",;\t", key=text[:4000].count)
    rows: Rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=apart))
    rows = [row for row in rows if row] or [[""]]
    said = _changed(rows, chance)
    made = io.StringIO(newline="")
    csv.writer(made, delimiter=apart, lineterminator="\n").writerows(rows)
    _write(file, made.getvalue(), encoding)
    return said


def _changed(rows: Rows, chance: Random) -> str:
    at = chance.randrange(len(rows))
    column = chance.randrange(len(rows[at]))
    way = chance.randrange(10)
    if way < 5:
        for _ in range(chance.choice((1, 1, 3))):
            at = chance.randrange(len(rows)) if chance.random() < 0.9 else 0
            column = chance.randrange(len(rows[at]))
            rows[at][column] = chance.choice(CELLS)
        return f"cell {at + 1}.{column + 1} is {rows[at][column][:30]!r}"
    if way == 5:
        cell = chance.choice(CELLS)
        for row in rows[1:]:
            if column < len(row):
                row[column] = cell
        return f"column {column + 1} is {cell[:30]!r}"
    if way == 6:
        for row in rows:
            del row[column : column + 1]
        return f"column {column + 1} is gone"
    if way == 7:
        for row in rows:
            row += row[column : column + 1]
        return f"column {column + 1} twice"
    if way == 8:
        other = chance.randrange(len(rows[0]))
        for row in rows:
            if max(column, other) < len(row):
                row[column], row[other] = row[other], row[column]
        return f"columns {column + 1} and {other + 1} change places"
    rows[at] += [chance.choice(CELLS)] * chance.choice((1, 2, 50))
    return f"row {at + 1} is longer"


# -- JSON, TOML

VALUES: tuple[Any, ...] = (
    None, True, False, 0, -1, 1.5, 1e308, 10**30, float("nan"), float("inf"), "", "x", "398", "1,234.5", [],
    {}, [[]], [None], {"a": 1}, ["x"] * 3, [[1, 2], [3, 4]], {"value": None}, "\u0000", "9" * 400,
)  # fmt: skip


def _json(file: Path, chance: Random) -> str:
    content = json.loads(file.read_text(encoding="utf-8"))
    way = chance.randrange(12)
    if way == 0:
        deep = chance.choice((500, 100_000))
        file.write_text("[" * deep + "]" * deep, encoding="utf-8")
        return f"{deep} lists in each other"
    if way == 1:
        file.write_text(json.dumps(chance.choice(VALUES)), encoding="utf-8")
        return "another value"
    path: list[str | int] = []
    here: Any = content
    parents: list[tuple[Any, Any]] = []
    while isinstance(here, dict | list) and here and (not parents or chance.random() < 0.85):
        key = chance.choice(list(here)) if isinstance(here, dict) else chance.randrange(len(here))
        parents.append((here, key))
        path.append(key)
        here = here[key]
    if not parents:
        return "nothing"
    holder, key = parents[-1]
    if way < 8:
        value = chance.choice((*VALUES, *CELLS))
        holder[key] = value
        said = f"{path} is {str(value)[:30]!r}"
    elif way < 10:
        del holder[key]
        said = f"{path} is gone"
    elif isinstance(holder, list):
        holder.append(holder[key])
        said = f"{path} twice"
    else:
        holder["other"] = holder.pop(key)
        said = f"{path} renamed"
    file.write_text(json.dumps(content), encoding="utf-8")
    return said


TOML_VALUES = (
    "0", "-1", "1e400", "nan", "inf", "-inf", "true", '""', '" "', '"x"', "[]", "{}", "[[]]", "[{}]",
    "{ a = 1 }", '["KAZ", "KAZ"]', "[1, 2]", "2027-05-01", "2027-05-01T10:00:00Z", "10:00:00", "2027",
    "0001-01-01", "9999-12-31", "9" * 400, "9" * 5000, "0x10", "1_000", '"<fill in>"', '"KAZ"',
    '{ value = 1 }', '{ value = nan, unit = "km", source = "x" }',
    '{ value = "1", unit = "km", source = "x", flag = "recalled" }',
    '{ value = 5, unit = "km", source = "x", flag = "verified" }',
    '{ value = 5, low = 9, high = 1, unit = "km", source = "x", flag = "assumed" }',
    '{ KGZ = 0.5, UZB = 0.5 }', '[{ name = "a", latitude = 91, longitude = 200 }]',
    '[{ name = "a", latitude = 43.2, longitude = 76.9 }]', '"""', "'''", "x" + " " * 100_000 + '"',
    "1," * 20_000, "{ a = 1, " * 5_000, "“x”", "1,5", "8,000", "2028-5-1", "[" * 300,
    "[" * 2000 + "]" * 2000, "{ a = " * 400 + "1" + " }" * 400,
)  # fmt: skip
_KEY_LINE = re.compile(r"^(\s*[\w-]+\s*=\s*)(.+)$")


def _toml(file: Path, chance: Random) -> str:
    text, _ = _read(file)
    lines = text.splitlines()
    keys = [number for number, line in enumerate(lines) if _KEY_LINE.match(line)]
    tables = [number for number, line in enumerate(lines) if line.startswith("[")]
    way = chance.randrange(8)
    if way < 5 and keys:
        at = chance.choice(keys)
        match = _KEY_LINE.match(lines[at])
        assert match
        value = chance.choice(TOML_VALUES)
        lines[at] = match[1] + value
        said = f"line {at + 1} is {lines[at][:50]!r}"
    elif way == 5 and keys:
        at = chance.choice(keys)
        key = chance.choice(("colour", "capex", "id", "points", "a.b.c", '"x y"', "programme"))
        lines[at] = f"{key} = {lines[at].partition('=')[2]}"
        said = f"line {at + 1} is {lines[at][:50]!r}"
    elif way == 6 and tables:
        at = chance.choice(tables)
        lines[at] = chance.choice(("[programme]", "[project]", "[[programme]]", "[[measure]]", "[[project.section]]",
                                   "[[project.financing]]", "[party]", "[x.y]", "[[project]]"))  # fmt: skip
        said = f"line {at + 1} is {lines[at]!r}"
    else:
        at = chance.choice(keys or [0])
        match = _KEY_LINE.match(lines[at])
        value = json.dumps(chance.choice(CELLS))
        lines[at] = (match[1] if match else "x = ") + value
        said = f"line {at + 1} is {lines[at][:50]!r}"
    _write(file, "\n".join(lines) + "\n", "utf-8")
    return said


# -- archives and workbooks


def _member(file: Path, chance: Random) -> str:
    """One file within an archive changed, the rest as it was."""
    with zipfile.ZipFile(file) as archive:
        parts = {info.filename: archive.read(info) for info in archive.infolist() if not info.is_dir()}
    name = chance.choice(list(parts))
    inner = file.with_name("inner")
    inner.write_bytes(parts[name])
    way = chance.choice(
        (_table, _lines, _whole, _bytes) if not name.endswith(("xml", "rels")) else (_xml, _xml, _bytes)
    )
    said = way(inner, chance)
    parts[name] = inner.read_bytes()
    inner.unlink()
    _pack(file, parts)
    return f"{name}: {said}"


def _xml(file: Path, chance: Random) -> str:
    """A value, a tag or an attribute of a part of a workbook."""
    text, encoding = _read(file)
    places = list(re.finditer(r'(?<=")[^"<>]*(?=")|(?<=>)[^<>]+(?=<)', text))
    if not places:
        return "nothing"
    place = chance.choice(places)
    value = chance.choice(("", "0", "-1", "99999999999", "1e400", "x", "ZZZZ99999999", "A0", "&#0;", "nan", "t", "s",
                           "2027-05-01", "<a>", "A1:XFD1048576", "yyyy", "rId99", "inlineStr"))  # fmt: skip
    _write(file, text[: place.start()] + value + text[place.end() :], encoding)
    return f"{place[0][:20]!r} is {value!r}"


def _pack(file: Path, parts: dict[str, bytes], way: int = zipfile.ZIP_DEFLATED) -> None:
    with zipfile.ZipFile(file, "w", way) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)


def _archive(file: Path, chance: Random) -> str:
    """The archive packed another way."""
    with zipfile.ZipFile(file) as archive:
        parts = {info.filename: archive.read(info) for info in archive.infolist() if not info.is_dir()}
    name = chance.choice(list(parts))
    way = chance.randrange(8)
    if way == 0:
        del parts[name]
        _pack(file, parts)
    elif way == 1:
        parts[chance.choice(("x.csv", "../x.csv", "/x.csv", "x" * 300, "ü.csv", "a/b.csv"))] = parts.pop(name)
        _pack(file, parts)
    elif way == 2:
        parts["copy of " + name] = parts[name]
        _pack(file, parts)
    elif way == 3:
        parts[name] = b""
        _pack(file, parts)
    elif way == 4:
        _pack(file, parts, chance.choice((zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA, zipfile.ZIP_STORED)))
    elif way == 5:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of two members of one name, which is what is wanted
            with zipfile.ZipFile(file, "a") as archive:
                archive.writestr(name, parts[name][: len(parts[name]) // 2])
    elif way == 6:
        whole = file.read_bytes()
        _pack(file, {"inner.zip": whole})
    else:
        content = bytearray(file.read_bytes())
        for start in (b"PK\x03\x04", b"PK\x01\x02"):  # the mark of a password
            at = content.find(start)
            content[at + (6 if start.endswith(b"\x04") else 8)] |= 1
        file.write_bytes(bytes(content))
    return f"way {way}, {name}"


def _gzip(file: Path, chance: Random) -> str:
    inner = file.with_name("inner")
    inner.write_bytes(gzip.decompress(file.read_bytes()))
    said = chance.choice((_table, _lines, _whole, _bytes))(inner, chance)
    content = gzip.compress(inner.read_bytes())
    inner.unlink()
    way = chance.randrange(4)
    file.write_bytes((content, content + content, content + b"rest", content)[way])
    return f"{said}, way {way}"


BOOK_CELLS: tuple[Any, ...] = (
    None, 0, -1, 1e308, 1.5, True, False, "", " ", "x", "1,5", "12 km", "=1+1", "=NA()", "#REF!",
    date(2027, 5, 1), datetime(1905, 7, 19), "2027-05-01", 2027, "<fill in>", "KAZ", "KAZ; CHN",
    "a" * 32_000, "_x0000_", "99999999999999999999", "\u2028",
)  # fmt: skip


def _book(file: Path, chance: Random) -> str:
    """Cells and sheets of a workbook."""
    import openpyxl

    book = openpyxl.load_workbook(file)
    sheet = chance.choice(book.worksheets)
    row, column = chance.randint(1, max(sheet.max_row, 2)), chance.randint(1, max(sheet.max_column, 2))
    way = chance.randrange(10)
    if way < 5:
        value = chance.choice(BOOK_CELLS)
        sheet.cell(row, column).value = value
        said = f"{sheet.title} {row}.{column} is {str(value)[:30]!r}"
    elif way == 5:
        sheet.delete_rows(row)
        said = f"{sheet.title} without row {row}"
    elif way == 6:
        sheet.delete_cols(column)
        said = f"{sheet.title} without column {column}"
    elif way == 7:
        sheet.title = chance.choice(("x", "Sheet1", sheet.title.upper()))
        said = f"sheet renamed to {sheet.title}"
    elif way == 8:
        sheet.merge_cells(start_row=row, start_column=column, end_row=row + 1, end_column=column + 1)
        said = f"{sheet.title} {row}.{column} merged"
    else:
        sheet.cell(chance.choice((30_000, 1_048_576)), chance.choice((1, 3_000, 16_384))).value = 1
        said = f"{sheet.title} has a stray cell"
    book.save(file)
    return said


# -- the world's own tables


def _parquet(file: Path, chance: Random) -> str:
    """A column changed, and the hash in the manifest with it: the file is another one, and not damaged."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    if file.suffix != ".parquet":
        return _bytes(file, chance)
    table = pq.read_table(file)
    if not table.num_columns:
        return "nothing"
    at = chance.randrange(table.num_columns)
    name = table.column_names[at]
    way = chance.randrange(7)
    if way == 0:
        table = table.drop_columns([name])
    elif way == 1:
        table = table.rename_columns([f"{one}x" if one == name else one for one in table.column_names])
    elif way == 2:
        texts = pa.array([str(cell) for cell in table.column(name).to_pylist()])
        table = table.set_column(at, name, texts)
    elif way == 3:
        table = table.set_column(at, name, pa.nulls(table.num_rows, table.column(name).type))
    elif way == 4:
        table = table.slice(0, chance.choice((0, max(table.num_rows - 1, 0))))
    elif way == 5:
        table = table.replace_schema_metadata(None)
    else:
        cells = table.column(name).to_pylist()
        if cells:
            cells[chance.randrange(len(cells))] = "XXX" if isinstance(cells[0], str) else -1
        table = table.set_column(at, name, pa.array(cells))
    pq.write_table(table, file)
    for manifest in file.parent.parent.glob("manifest.json"):
        content = json.loads(manifest.read_text(encoding="utf-8"))
        content["files"][file.name]["sha256"] = hashlib.sha256(file.read_bytes()).hexdigest()
        manifest.write_text(json.dumps(content), encoding="utf-8")
    return f"{name}, way {way}"
