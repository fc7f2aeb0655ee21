"""Common parts of all importers: the declared kinds, one import with its faults, and the checks of columns of cells.

An importer is a module with one function `read(task: Import) -> Parts | None`. It collects faults in `task.faults`
and never raises for what a user gave; nothing is kept unless there is none.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, field_validator

from samarkand.core.declarations import WordSet, read_table
from samarkand.core.faults import Fault, FaultList, Faults, did_you_mean
from samarkand.world.importers import numerals
from samarkand.world.importers.codes import economies_of, iso3_codes
from samarkand.world.importers.pages import Page
from samarkand.world.importers.strangers import Strangers
from samarkand.world.importers.tables import Step, read_chunks

if TYPE_CHECKING:
    import pandas as pd

    from samarkand.world.accounts.tables import Accounts
    from samarkand.world.network.tables import Network
    from samarkand.world.world import World

MOST_FAULTS_ALIKE = 3
Rates = Literal["percent", "fraction"]
FIRST_YEAR = 1950

YEARS = (1800, 2200)  # a cell beyond them is no year


class ImportKind(BaseModel):
    """A row of `importers.csv`: one kind of official file."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: str
    title: str
    publisher: str
    module: str
    replaces: str
    gives: str = ""
    formats: str
    columns: str
    unit: str
    years_apart: int
    licence: str
    address: str = ""
    note: str = ""
    options: WordSet = frozenset()

    @field_validator("replaces")
    @classmethod
    def _part(cls, value: str) -> str:
        if value not in ("accounts", "tariffs", "facts", "network", "cables", "products"):
            raise ValueError(f"a world has no part {value!r}")
        return value


@cache
def kinds() -> dict[str, ImportKind]:
    """The declared kinds of files by name."""
    return {row.kind: row for row in read_table("samarkand.world.importers", "importers.csv", ImportKind)}


def import_hint(need: str) -> str:
    """How to get an input that a world may lack: `need: samarkand world import KIND`, for one of `gives`."""
    found = [row.kind for row in kinds().values() if need in row.gives.split("; ")]
    return f"{need}: samarkand world import {' or '.join(found)}" if found else need


@dataclass
class Parts:
    """Result of an importer: the part of a world that it replaces, for which year, and measures worth keeping.

    `products` come with accounts or alone: trade by product, which is kept beside them. `network_parts`: the files of
    each part of a network that are the user's; the others are those of the base.
    """

    year: int
    accounts: Accounts | None = None
    products: pd.DataFrame | None = None
    cables: pd.DataFrame | None = None
    tariffs: pd.DataFrame | None = None
    facts: pd.DataFrame | None = None
    network: Network | None = None
    network_parts: dict[str, tuple[Path, ...]] = field(default_factory=dict)
    measures: dict[str, Any] = field(default_factory=dict)


@dataclass
class Import:
    """One import under way."""

    kind: ImportKind
    paths: tuple[Path, ...]
    base: World
    year: int | None = None
    economy: str | None = None
    decimal: numerals.Decimal | None = None
    rates: Rates | None = None
    where: Mapping[str, str] = field(default_factory=dict)
    progress: Step = lambda *_words, **_fractions: None
    faults: FaultList = field(default_factory=FaultList)
    notes: list[str] = field(default_factory=list)
    skipped: dict[str, int] = field(default_factory=dict)
    pages: list[Page] = field(default_factory=list)
    _alike: dict[tuple[str, str], int] = field(default_factory=dict)
    _unclear: dict[Path, tuple[str, str]] = field(default_factory=dict)
    _points: set[Path] = field(default_factory=set)
    _signed: set[Path] = field(default_factory=set)
    _strangers: dict[tuple[Path, str], Strangers] = field(default_factory=dict)

    def fault(self, place: str, reason: str, mend: str, alike: str = "") -> None:
        """Add a fault; of many alike (of one `alike` in one file) only the first few are listed."""
        if alike:
            key = (place.partition(",")[0], alike)
            self._alike[key] = self._alike.get(key, 0) + 1
            if self._alike[key] > MOST_FAULTS_ALIKE:
                return
        self.faults.add(place, reason, mend)

    def one_path(self, mend: str) -> Path | None:
        """The file or folder that was named; None, with a fault, where there are several or none."""
        if len(self.paths) == 1:
            return self.paths[0]
        self.fault("PATH", f"{len(self.paths)} paths are named", mend)
        return None

    def close(self) -> None:
        """Tell how many faults were not listed, and raise `Faults` if there is any."""
        for path, (place, reason) in self._unclear.items():
            if path not in self._points:
                mend = "Say --decimal point or --decimal comma: nothing in the file shows which it is."
                self.faults.add(place, reason, mend)
        for (path, what), found in self._strangers.items():
            if found.codes:
                told = f"{found.left_out:,} of {found.rows:,} rows have a {what} that is not known: {found.named()}"
                if found.too_many:
                    self.faults.add(f"{path}, line {found.first}", f"{told} ({found.share})", found.mend())
                self.notes.append(f"{path.name}: {told}; they are left out ({found.share})")
        for (place, alike), count in self._alike.items():
            if count > MOST_FAULTS_ALIKE:
                more = count - MOST_FAULTS_ALIKE
                self.faults.add(place, f"{alike} in {more} more places", "Correct them in the same way.")
        self.faults.raise_if_any()

    def rows(self, path: Path, **options: Any) -> Iterator[pd.DataFrame]:
        """Rows of a table as `read_chunks` gives them, of those that `--where` chooses."""
        optional = (*options.pop("optional", ()), *self.where)
        for chunk in read_chunks(path, self.faults, self.progress, optional=optional, **options):
            yield self.chosen(path, chunk)

    def chosen(self, path: Path, rows: pd.DataFrame) -> pd.DataFrame:
        """The rows that `--where` chooses; a fault where they have no such column."""
        import pandas as pd

        for column, wanted in self.where.items():
            if column not in rows:
                place = f"--where {column}={wanted}"
                self.fault(
                    place, f"{path.name} has no column {column!r}", did_you_mean(column, rows.columns), place
                )
                continue
            kept = pd.Series([_same(str(cell), wanted) for cell in rows[column]], rows.index, dtype=bool)
            self.skip(f"rows of other {column}", int((~kept).sum()))
            rows = rows[kept]
        return rows

    def numbers(
        self,
        path: Path,
        cells: pd.Series,
        *,
        missing: tuple[str, ...] = ("",),
        sign: bool = False,
        what: str = "",
        share: bool = False,
    ) -> pd.Series:
        """Cells as numbers, NaN where one of `missing`; faults for words and, unless `sign`, for negatives.

        share: rates and shares in per cent. A per cent sign may stand there, and a comma before three digits (1,234)
        is no thousand unless the file shows elsewhere that its decimals come after a point.
        """
        import pandas as pd

        plain = cells.str.strip()
        given = ~plain.isin(missing).to_numpy()
        read = numerals.read_numerals(plain[given], self.decimal, settled=path in self._points)
        figures = np.full(len(cells), np.nan)
        figures[given] = read.values.to_numpy()
        values = pd.Series(figures, cells.index)
        lines, texts = cells.index[given], plain[given].to_numpy()
        name = what or str(cells.name)
        for at, (why, mend, alike) in read.wrong.items():
            self.fault(f"{path}, line {lines[at]}", f"{name} is {why}", mend, alike)
        signed = [int(at) for at in np.flatnonzero(read.percent.to_numpy())]
        if share and signed:
            self._signed.add(path)
        for at in () if share else signed:
            reason = f"{name} is {texts[at]!r}, in per cent"
            self.fault(f"{path}, line {lines[at]}", reason, "Give the plain figure.", "per cent signs")
        if read.clear:
            self._points.add(path)
        if read.pointed is not None:
            at = read.pointed
            reason = f"{name} is {texts[at]!r}: three decimals, or a thousand"
            self._unclear.setdefault(path, (f"{path}, line {lines[at]}", reason))
        if share and read.unclear:
            at = read.unclear[0]
            reason = f"{name} is {texts[at]!r}: a thousand, or three decimals"
            self._unclear.setdefault(path, (f"{path}, line {lines[at]}", reason))
        if not sign:
            for line, value in values[values < 0].items():
                self.fault(
                    f"{path}, line {line}",
                    f"{name} is {value:g}, below zero",
                    "Correct the cell.",
                    "negative values",
                )
        return values

    def years(self, path: Path, cells: pd.Series, *, missing: tuple[str, ...] = ("",)) -> pd.Series:
        """Cells as years, NaN where one of `missing`; faults for what is no whole number."""
        values = self.numbers(path, cells, missing=missing)
        for line, value in values[values % 1 > 0].items():
            reason = f"{cells.name} is {value:g}, not a whole year"
            self.fault(f"{path}, line {line}", reason, "Correct the cell.", "years that are not whole")
        possible = values.between(*YEARS) | values.isna()
        for line, value in values[~possible & (values % 1 == 0)].items():
            reason = f"{cells.name} is {value:g}, no year of our time"
            self.fault(f"{path}, line {line}", reason, "Correct the cell.", "years that cannot be")
        return values.where((values % 1 == 0) & possible)

    def says_percent(self, path: Path) -> bool:
        """Whether rates of a file are written with a per cent sign."""
        return path in self._signed

    def economies(self, path: Path, cells: pd.Series, *, value: pd.Series | None = None) -> pd.Series:
        """Publisher's codes as tuples of ISO3 codes; empty for aggregates and for unknown codes, which are counted."""
        table = {code: economies_of(str(code)) for code in cells.unique()}
        known = cells.map(lambda code: table[code] is not None)
        self.strangers(path, str(cells.name), cells.str.strip(), known, value=value, near=iso3_codes())
        return cells.map({code: found or () for code, found in table.items()})

    def strangers(
        self, path: Path, what: str, codes: pd.Series, known: pd.Series, *,
        value: pd.Series | None = None, near: Iterable[str] = (),
    ) -> None:  # fmt: skip
        """Count rows of which codes of one sort are known, and what they are worth; `close` tells of the others."""
        key = (path, what)
        if key not in self._strangers:
            self._strangers[key] = Strangers(frozenset(near))
        self._strangers[key].add(codes, known.astype(bool), value)

    @property
    def has_strangers(self) -> bool:
        """Whether rows were left out because their codes are not known."""
        return any(found.codes for found in self._strangers.values())

    def skip(self, what: str, count: int) -> None:
        """Count rows that are left out."""
        self.skipped[what] = self.skipped.get(what, 0) + count

    def up_to_year(self, place: str, rows: pd.DataFrame) -> pd.DataFrame | None:
        """Rows (column `year`) up to the year asked for; None, with a fault, without any near the year of the base."""
        if self.year is not None:
            rows = rows[rows["year"] <= self.year]
        if rows.empty:
            year = self.year or date.today().year
            self.fault(place, f"has no figure up to {year}", "Choose another --year.")
            return None
        newest = int(rows["year"].max())
        before = self.base.accounts.year - newest
        if self.year is None and before > self.kind.years_apart:
            reason = f"ends in {newest}, {before} years before the accounts of the base"
            self.fault(place, reason, f"If that is meant, say so with --year {newest}.")
            return None
        return rows

    def choose_year(self, path: Path, years: list[int]) -> int | None:
        """The one year to read: the one asked for, or the only one there; a fault where that is not so."""
        shown = ", ".join(map(str, sorted(years)[:8])) + (" and more" if len(years) > 8 else "")
        if not years:
            self.fault(str(path), "says no year", "Give it with --year.")
            return self.year
        odd = [year for year in years if not FIRST_YEAR <= year <= date.today().year + 10]
        if odd:
            self.fault(str(path), f"has the year {odd[0]}", "Correct the year.")
            return None
        if self.year is not None:
            if self.year not in years:
                self.fault(
                    str(path), f"is for {shown}, not for {self.year}", "Give another file or another --year."
                )
                return None
            return self.year
        if len(years) > 1:
            self.fault(str(path), f"holds several years ({shown})", "Choose one with --year.")
            return None
        found = years[0]
        apart = abs(found - self.base.accounts.year)
        if apart > self.kind.years_apart:
            self.fault(
                str(path),
                f"is for {found}, {apart} years from the accounts of {self.base.accounts.year}",
                f"If that is meant, say so with --year {found}.",
            )
            return None
        return found


def _same(cell: str, wanted: str) -> bool:
    """Whether a cell is the text that is wanted, or the same number."""
    if cell.strip() == wanted.strip():
        return True
    try:
        return float(cell) == float(wanted)
    except ValueError:
        return False


def find_kind(word: str) -> ImportKind:
    """A declared kind by its name. Raises `Faults` with the nearest names."""
    if word not in kinds():
        raise Faults(
            [Fault(f"kind {word}", "is not a kind of file that can be imported", did_you_mean(word, kinds()))]
        )
    return kinds()[word]


def in_parts(items: tuple[Path, ...], task: Import) -> Iterator[Path]:
    """The files in turn, told to the progress."""
    for path in items:
        task.progress(f"reading {path.name}")
        yield path


Reader = Callable[[Import], Parts | None]
