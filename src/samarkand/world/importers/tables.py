"""Reads tables of text out of the files that publishers give: plain, gzip or zip, in the encodings they use.

Rows come in chunks, all cells as text, so that a file of several gigabytes needs little memory. Whatever is
wrong with a file (it is not there, a folder, empty, cut short, not text) becomes a fault.
"""

from __future__ import annotations

import csv
import gzip
import io
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, cast

from samarkand.core.faults import FaultList, did_you_mean

if TYPE_CHECKING:
    import pandas as pd

Step = Callable[..., None]
ROWS = 200_000  # rows of a chunk of a narrow table
_SAMPLE = 1 << 20
_TEXT = (".csv", ".txt", ".tsv", ".xls", ".tab", ".json")  # the WEO's .xls is text
LONGEST_LINE = 1 << 24  # characters of a header: the widest table of the publishers has 200,000
LARGEST_GROWTH = (
    500  # times that a table of more than LARGE bytes may grow when unpacked: zeros grow a thousandfold
)
LARGE = 1 << 28
# Damage of compressed files shows as one of these while they are read.
BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError)
OLD_EXCEL = bytes.fromhex("d0cf11e0a1b11ae1")
FETCH_AGAIN = "Fetch the file again from its publisher."


class _Counting(io.RawIOBase):
    """A binary stream that tells how far it was read."""

    def __init__(self, inner: IO[bytes], told: Callable[[int], None]) -> None:
        self._inner, self._told, self._read = inner, told, 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        block = self._inner.read(len(buffer))
        buffer[: len(block)] = block
        self._read += len(block)
        self._told(self._read)
        return len(block)


def within(path: Path) -> tuple[Path, str] | None:
    """The zip and the member that `ARCHIVE.zip/MEMBER` names; None for any other path."""
    archive = next((parent for parent in path.parents if parent.is_file()), None)
    return None if archive is None else (archive, path.relative_to(archive).as_posix())


def check_file(path: Path, faults: FaultList) -> bool:
    """Whether the path is a file that can be read and holds something; else a fault says why not."""
    if (inner := within(path)) is not None:
        return check_file(inner[0], faults) and _check_member(*inner, faults)
    if not path.exists():
        near = [other.name for other in path.parent.iterdir()] if path.parent.is_dir() else []
        faults.add(str(path), "is not there", did_you_mean(path.name, near) if near else "Check the path.")
    elif path.is_dir():
        faults.add(
            str(path), "is a folder", "Name the files in it, for instance with a pattern such as DIR/*.csv."
        )
    elif path.stat().st_size == 0:
        faults.add(str(path), "is empty", FETCH_AGAIN)
    else:
        try:
            path.open("rb").close()
        except OSError as error:
            faults.add(str(path), f"cannot be read: {error.strerror}", "Give yourself the right to read it.")
            return False
        return True
    return False


def _check_member(path: Path, member: str, faults: FaultList) -> bool:
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
            info = archive.getinfo(member) if member in names else None
    except BROKEN:
        faults.add(str(path), "is a damaged zip archive, or none", FETCH_AGAIN)
        return False
    if info is None:
        faults.add(f"{path}/{member}", "is not in the archive", did_you_mean(member, names))
    elif info.flag_bits & 1:
        faults.add(f"{path}/{member}", "is encrypted", "Unpack it, and name the table in it.")
    elif info.file_size == 0:
        faults.add(f"{path}/{member}", "is empty", FETCH_AGAIN)
    else:
        return True
    return False


def members(path: Path) -> list[str] | None:
    """Names of the tables of text in a zip; None where it is no zip that can be read (or a workbook, which is one)."""
    try:
        if not path.is_file() or not zipfile.is_zipfile(path):
            return None
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
            if "[Content_Types].xml" in names:
                return None
            return [
                info.filename
                for info in archive.infolist()
                if not info.is_dir()
                and info.filename.lower().endswith(_TEXT)
                and "metadata" not in info.filename.lower()
                and "__macosx" not in info.filename.lower()
            ]
    except BROKEN:
        return None


@contextmanager
def open_member(path: Path, faults: FaultList, told: Step) -> Iterator[tuple[IO[bytes], str] | None]:
    """The bytes of a plain file, of a gzip, of the one table in a zip, or of `ARCHIVE.zip/MEMBER`, and their name.

    None, with a fault, where there are none, or several: which one counts is for the user to say. `told(text, done=,
    total=)` follows the reading. A damaged archive that shows only while it is read raises one of `BROKEN`.
    """
    inner = within(path)
    opened = False
    try:
        if inner is None and (zipfile.is_zipfile(path) or path.suffix.lower() == ".zip"):
            names = members(path)
            if names is None:
                raise zipfile.BadZipFile
            if len(names) == 1:
                inner = path, names[0]
            elif names:
                listed = ", ".join(names[:6]) + (f" and {len(names) - 6} more" if len(names) > 6 else "")
                reason = f"holds {len(names)} tables ({listed})"
                faults.add(str(path), reason, f"Name one, as {path.name}/{names[0]}.")
            else:
                faults.add(str(path), "holds no table (.csv, .txt or .json)", FETCH_AGAIN)
            if inner is None:
                yield None
                return
        if inner is not None:
            with zipfile.ZipFile(inner[0]) as archive:
                info = archive.getinfo(inner[1])
                if info.flag_bits & 1:
                    faults.add(str(path), "is encrypted", "Unpack it, and name the table in it.")
                    yield None
                    return
                if info.file_size > max(LARGE, LARGEST_GROWTH * info.compress_size):
                    reason = (
                        f"would grow from {info.compress_size:,} to {info.file_size:,} bytes: no table does"
                    )
                    faults.add(str(path), reason, FETCH_AGAIN)
                    yield None
                    return
                with archive.open(info) as stream:
                    opened = True
                    yield _counted(stream, inner[1], info.file_size, told), inner[1]
            return
        raw: IO[bytes] = path.open("rb")
        with raw:
            if raw.read(2) == b"\x1f\x8b":
                raw.seek(0)
                with gzip.GzipFile(fileobj=raw) as stream:
                    # The size of what a gzip holds is not known before: its compressed size stands in.
                    yield _counted(cast(IO[bytes], stream), path.name, None, told), path.name
            else:
                raw.seek(0)
                yield _counted(raw, path.name, path.stat().st_size, told), path.name
    except zipfile.BadZipFile:
        if opened:  # the damage showed while it was read: who reads it tells
            raise
        faults.add(str(path), "is a damaged zip archive", FETCH_AGAIN)
        yield None


def _counted(stream: IO[bytes], name: str, size: int | None, told: Step) -> IO[bytes]:
    def follow(read: int) -> None:
        told(f"reading {name}", done=read, total=size)

    return io.BufferedReader(_Counting(stream, follow), buffer_size=_SAMPLE)


def guess_encoding(sample: bytes) -> str | None:
    """The encoding of the first bytes of a text: UTF-8, UTF-16 with its mark, else Windows-1252; None if no text."""
    if sample.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    if len(sample) > 3 and sample[1:2] == b"\x00" and sample[3:4] == b"\x00":
        return "utf-16-le"  # the WEO's files, some of them without the mark
    if b"\x00" in sample:
        return None
    try:
        sample[: max(1, len(sample) - 4)].decode("utf-8-sig")
        return "utf-8-sig"
    except UnicodeDecodeError:
        return "cp1252"


def read_chunks(
    path: Path,
    faults: FaultList,
    told: Step,
    *,
    needed: Sequence[str],
    optional: Sequence[str] = (),
    any_columns: Callable[[str], bool] | None = None,
    sep: str = ",",
    rows: int = ROWS,
    skip: int = 0,
    names: Sequence[str] | None = None,
) -> Iterator[pd.DataFrame]:
    """The rows of one table in chunks, all cells as text, stripped column names, index = line of the file.

    `needed` columns must be there; `optional` ones, and others that `any_columns` accepts, are kept where they are.
    Faults: the file or its columns are not as they should be, or it ends in the middle of a row. `skip` lines
    stand above the header; `names` are those of a file without one.
    """
    import pandas as pd

    place = str(path)
    if not check_file(path, faults):
        return
    try:
        with open_member(path, faults, told) as opened:
            if opened is None:
                return
            stream, _ = opened
            sample = stream.peek(_SAMPLE)[:_SAMPLE]  # type: ignore[attr-defined]
            encoding = guess_encoding(sample)
            if encoding is None or sample.lstrip()[:1] in (b"<", b"%"):
                _not_text(place, sample, faults)
                return
            text = io.TextIOWrapper(stream, encoding=encoding, errors="strict", newline="")
            for _ in range(skip):
                text.readline()
            line = "" if names is not None else text.readline(LONGEST_LINE)
            if len(line) == LONGEST_LINE:
                faults.add(place, f"has a first line of {LONGEST_LINE:,} characters or more", FETCH_AGAIN)
                return
            header = _header(line, sep) if names is None else list(names)
            # A spreadsheet with decimal commas keeps columns apart by semicolons.
            if not set(needed) & set(header) and set(needed) <= set(_header(line, ";")):
                sep, header = ";", _header(line, ";")
            if not _check_columns(place, header, needed, faults, sep):
                return
            wanted = {*needed, *optional}
            kept = [
                index
                for index, name in enumerate(header)
                if name in wanted or (any_columns is not None and any_columns(name))
            ]
            if len({header[index] for index in kept}) < len(kept):
                faults.add(place, "names a column twice", "Keep one of the two.")
                return
            last = _LastLine(text)
            reader = pd.read_csv(
                cast(Any, last),  # it reads, which is all that pandas needs
                sep=sep,
                header=None,
                names=range(len(header)),
                usecols=kept,
                dtype=str,
                keep_default_na=False,
                chunksize=rows,
                skip_blank_lines=True,
                index_col=False,
                engine="c",
            )
            start = skip + (2 if names is None else 1)
            seen = 0
            for chunk in reader:
                chunk.columns = [header[index] for index in kept]
                chunk.index = range(start + seen, start + seen + len(chunk))
                seen += len(chunk)
                yield chunk.fillna("")
            if seen == 0:
                faults.add(place, "has a header and no rows", FETCH_AGAIN)
            elif last.cells(sep) not in (0, 1) and last.cells(sep) < len(header) and not last.ended:
                faults.add(
                    place,
                    f"is cut short: the last line has {last.cells(sep)} of {len(header)} cells",
                    FETCH_AGAIN,
                )
    except BROKEN:
        faults.add(place, "is a damaged archive, or cut short", FETCH_AGAIN)
    except UnicodeDecodeError as error:
        faults.add(place, f"is not in one encoding (byte {error.start})", "Save it as UTF-8.")
    except pd.errors.ParserError as error:
        faults.add(place, f"is not a regular table: {str(error).strip()}", FETCH_AGAIN)


def _not_text(place: str, sample: bytes, faults: FaultList) -> None:
    if sample.startswith(OLD_EXCEL):
        faults.add(
            place, "is a workbook of old Excel (.xls)", "Open it in Excel and save it as .xlsx or as CSV."
        )
    else:
        faults.add(place, "is not a table of text", "Save it as CSV, or fetch it again as CSV.")


def _header(line: str, sep: str) -> list[str]:
    try:
        cells = next(csv.reader([line], delimiter=sep), [])
    except csv.Error:  # a cell of more than 131,072 characters
        return []
    return [cell.strip().strip("\ufeff") for cell in cells]


def _check_columns(place: str, header: list[str], needed: Sequence[str], faults: FaultList, sep: str) -> bool:
    missing = [name for name in needed if name not in header]
    if len(missing) == len(needed) and len(header) <= 1:
        faults.add(
            place,
            f"does not have columns apart by {'a tab' if sep == chr(9) else repr(sep)}",
            "Fetch the file in the format that docs/importing.md names.",
        )
        return False
    for name in missing:
        faults.add(place, f"has no column {name!r}", did_you_mean(name, header))
    return not missing


class _LastLine(io.TextIOBase):
    """Passes text on and remembers its end, to tell a file that stops in the middle of a row."""

    def __init__(self, text: io.TextIOWrapper) -> None:
        self._text, self._tail = text, ""

    def readable(self) -> bool:
        return True

    def read(self, size: int | None = -1) -> str:
        block = self._text.read(size if size is not None else -1)
        if block:
            self._tail = (self._tail + block)[-1_000_000:] if len(block) < 1_000_000 else block[-1_000_000:]
        return block

    @property
    def ended(self) -> bool:
        """Whether the text ends with a line's end."""
        return self._tail.endswith(("\n", "\r"))

    def cells(self, sep: str) -> int:
        """Cells of the last line; 0 where there is none."""
        lines = self._tail.strip("\r\n").splitlines()
        return len(_header(lines[-1], sep)) if lines else 0


def read_lines(path: Path, faults: FaultList, count: int) -> list[str] | None:
    """The first lines of a text, or None with a fault where there is none."""
    if not check_file(path, faults):
        return None
    try:
        with open_member(path, faults, lambda *_words, **_fractions: None) as opened:
            if opened is None:
                return None
            sample = opened[0].peek(_SAMPLE)[:_SAMPLE]  # type: ignore[attr-defined]
    except BROKEN:
        faults.add(str(path), "is a damaged archive, or cut short", FETCH_AGAIN)
        return None
    encoding = guess_encoding(sample)
    if encoding is None or sample.lstrip()[:1] in (b"<", b"%"):
        _not_text(str(path), sample, faults)
        return None
    text: str = sample.decode(encoding, errors="replace")
    return text.splitlines()[:count]


def read_header(path: Path, faults: FaultList, sep: str = ",") -> list[str] | None:
    """The column names of a table, or None with a fault where there is no table."""
    lines = read_lines(path, faults, 1)
    if lines is None:
        return None
    if not lines:
        return []
    return _header(lines[0], _apart(lines[0], sep))


def separator(path: Path, faults: FaultList, sep: str = ",") -> str:
    """What stands between the columns of a table: `sep`, or the semicolon of a spreadsheet with decimal commas."""
    lines = read_lines(path, faults, 1)
    return _apart(lines[0], sep) if lines else sep


def _apart(line: str, sep: str) -> str:
    return ";" if len(_header(line, sep)) == 1 and line.count(";") > 1 else sep
