"""The result schema: one tidy table for every priority.

Columns `priority, indicator, economy, partner, sector, project, party, case, year, scenario, value, label, low, high,
coverage, basis, unit, grade, reason`. `scenario` is `without`, `with` or `change`; `partner` is another economy;
`party` one who finances, pays or is paid; `case` a chokepoint, tranche, stress test, ...: each indicator declares what.
A dimension that an indicator does not have is empty. `label` is the word of an ordered category, of which `value` is
the place; `coverage` and `basis` say what share of cases the range from `low` to `high` holds, and what it rests on. A
missing value has its reason in `reason`, and is never zero.

Results are kept as labelled arrays (`Block`, one indicator in one scenario over the years). Rows are made only
when somebody asks for them, in Arrow, with words as numbers into a list of words: the same rows become a pandas
table or go block by block into a Parquet file.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import xarray as xr
from numpy.typing import NDArray

from samarkand.engines.threads import Beside

COLUMNS = (
    "priority", "indicator", "economy", "partner", "sector", "project", "party", "case", "year",
    "scenario", "value", "label", "low", "high", "coverage", "basis", "unit", "grade", "reason",
)  # fmt: skip
DIMENSIONS = ("economy", "partner", "sector", "project", "party", "case")
SCENARIOS = ("without", "with", "change")
GRADES = ("observed", "estimated", "assumed")
SOUGHT = ("indicator",)  # columns by which readers choose blocks
NUMBERS = ("value", "low", "high", "coverage")
CONSTANT = ("priority", "indicator", "scenario", "unit")  # one word in the whole of a block
LARGEST_PAGE, BATCH = 2**26, 2**20  # bytes or rows; values given to the encoder at once

WORD = pa.dictionary(pa.int32(), pa.string())
TYPES = {"year": pa.int64(), **dict.fromkeys(NUMBERS, pa.float64())}
SCHEMA = pa.schema([pa.field(name, TYPES.get(name, WORD), nullable=False) for name in COLUMNS])


@dataclass(frozen=True)
class Block:
    """One indicator in one scenario over the years, as rows of the schema that are not made yet.

    Parameters
    ----------
    values
        Dimension year and any of `DIMENSIONS`.
    reason
        Why values are missing: one for all, or words over some of the dimensions. A value that is not a number needs
        one.
    low, high
        Bounds in the shape of the values, or absent; `coverage` and `basis` say what they hold and rest on.
    label
        Words of the values of an ordered category, in their shape.
    grade
        One grade, or one by economy.
    """

    priority: str
    indicator: str
    scenario: str
    unit: str
    grade: Mapping[str, str] | str
    values: xr.DataArray
    reason: xr.DataArray | str = ""
    low: xr.DataArray | None = None
    high: xr.DataArray | None = None
    coverage: float = float("nan")
    basis: str = ""
    label: xr.DataArray | None = None

    def __post_init__(self) -> None:
        unknown = set(map(str, self.values.dims)) - {*DIMENSIONS, "year"}
        if unknown:
            raise ValueError(f"{self.indicator}: dimensions {sorted(unknown)} are not in the result schema")
        if "year" not in self.values.dims:
            raise ValueError(f"{self.indicator}: results are by year")
        if self.scenario not in SCENARIOS:
            raise ValueError(f"{self.indicator}: scenario {self.scenario} is not one of {SCENARIOS}")
        grades = set(self.grade.values()) if isinstance(self.grade, Mapping) else {self.grade}
        if grades - {*GRADES, ""}:
            raise ValueError(f"{self.indicator}: grade {sorted(grades)} is not one of {GRADES}")
        if isinstance(self.grade, Mapping) and "economy" not in self.values.dims:
            raise ValueError(f"{self.indicator}: grades by economy need results by economy")
        if self.low is not None and not self.basis:
            raise ValueError(f"{self.indicator}: a range needs its basis")

    def to_arrow(self, numbers: Numbers | None = None) -> pa.Table:
        """The block as rows of the schema. Raises `ValueError` where a value is missing without a reason.

        Blocks written one after another share what `numbers` has made.
        """
        numbers = numbers or Numbers()
        values = self.values.to_numpy().astype(np.float64, copy=False).ravel()
        missing = ~np.isfinite(values)
        gaps = int(missing.sum())
        same, empty = numbers.same(values.size), numbers.empty(values.size)
        constants = {name: getattr(self, name) for name in CONSTANT}
        columns: dict[str, pa.Array] = {
            **{name: _words(same, (word,)) for name, word in constants.items()},
            **dict.fromkeys(DIMENSIONS, empty),
            "year": self._along("year", numbers, self.values["year"].to_numpy().astype(np.int64)),
            "value": pa.array(np.where(missing, np.nan, values) if gaps else values),
            "grade": self._grades(numbers),
            "label": empty if self.label is None else _encoded(self._spread(self.label)),
            "reason": self._reasons(missing) if gaps else empty,
        }
        for name in DIMENSIONS:
            if name in self.values.dims:
                labels = [str(label) for label in self.values[name].to_numpy()]
                columns[name] = _words(self._along(name, numbers), labels)
        for name, bound in (("low", self.low), ("high", self.high)):
            if bound is None:
                columns[name] = numbers.unknown(values.size)
            else:
                aligned = bound.transpose(*self.values.dims)
                xr.align(self.values, aligned, join="exact", copy=False)
                columns[name] = pa.array(np.where(missing, np.nan, aligned.to_numpy().ravel()))
        columns |= self._of_range(columns["low"], numbers)
        return pa.Table.from_arrays([columns[name] for name in COLUMNS], schema=SCHEMA)

    def _along(self, dim: str, numbers: Numbers, labels: NDArray[np.integer[Any]] | None = None) -> pa.Array:
        return numbers.along(self.values.shape, self.values.dims.index(dim), labels)

    def _of_range(self, low: pa.Array, numbers: Numbers) -> dict[str, pa.Array]:
        """Coverage and basis, of those values alone that have a range."""
        if self.low is None:
            return {"coverage": numbers.unknown(self.values.size), "basis": numbers.empty(self.values.size)}
        known = np.isfinite(low.to_numpy())
        return {
            "coverage": pa.array(np.where(known, self.coverage, np.nan)),
            "basis": _words(pa.array(known.astype(np.int32)), ("", self.basis)),
        }

    def _reasons(self, missing: NDArray[np.bool_]) -> pa.Array:
        """The reasons of missing values. Raises `ValueError` where one has none."""
        if isinstance(self.reason, str):
            silent = 0 if self.reason else int(missing.sum())
            found = _words(pa.array(missing.astype(np.int32)), ("", self.reason))
        else:
            words = np.where(missing, self._spread(self.reason), "")
            silent = int((missing & (words == "")).sum())
            found = _encoded(words)
        if silent:
            raise ValueError(f"{self.indicator}: {silent} values are missing and no reason is given")
        return found

    def _spread(self, words: xr.DataArray) -> NDArray[np.object_]:
        """Words over some dimensions, in every row. Raises `ValueError` where labels are not those of the values."""
        xr.align(
            self.values, words, join="exact", copy=False, exclude=set(self.values.dims) - set(words.dims)
        )
        spread: NDArray[np.object_] = (
            words.broadcast_like(self.values).transpose(*self.values.dims).to_numpy().astype(object).ravel()
        )
        return spread

    def _grades(self, numbers: Numbers) -> pa.Array:
        if not isinstance(self.grade, Mapping):
            return _words(numbers.same(self.values.size), (self.grade,))
        number = {grade: k for k, grade in enumerate(GRADES)}
        codes = self.values["economy"].to_numpy()
        by_economy = np.array([number[self.grade[str(code)]] for code in codes], np.int32)
        return _words(self._along("economy", numbers, by_economy), GRADES)


class Numbers:
    """Columns that depend on nothing but the shape of a block: made once for all blocks that are written together."""

    def __init__(self) -> None:
        self._made: dict[Hashable, pa.Array] = {}

    def along(
        self, shape: tuple[int, ...], axis: int, labels: NDArray[np.integer[Any]] | None = None
    ) -> pa.Array:
        """A whole number for each label of one dimension, in every cell, in the order of the rows; its place if none is
        given."""
        one = np.arange(shape[axis], dtype=np.int32) if labels is None else labels

        def make() -> pa.Array:
            spread = one.reshape(tuple(-1 if k == axis else 1 for k in range(len(shape))))
            return pa.array(np.broadcast_to(spread, shape).ravel())

        return self._kept((shape, axis, one.tobytes()), make)

    def same(self, count: int) -> pa.Array:
        """The number of the first word in every row."""
        return self._kept(("same", count), lambda: pa.array(np.zeros(count, np.int32)))

    def empty(self, count: int) -> pa.Array:
        """No word in any row."""
        return self._kept(("empty", count), lambda: _words(self.same(count), ("",)))

    def unknown(self, count: int) -> pa.Array:
        """No number in any row."""
        return self._kept(("unknown", count), lambda: pa.array(np.full(count, np.nan)))

    def _kept(self, key: Hashable, make: Callable[[], pa.Array]) -> pa.Array:
        if key not in self._made:
            self._made[key] = make()
        return self._made[key]


def _words(numbers: pa.Array, words: Sequence[str]) -> pa.Array:
    # Not checked number by number: they count the words themselves.
    return pa.DictionaryArray.from_arrays(numbers, pa.array(list(words), pa.string()), safe=False)


def _encoded(words: NDArray[np.object_]) -> pa.Array:
    codes, known = pd.factorize(words)
    return _words(pa.array(codes.astype(np.int32)), list(map(str, known)))


def not_assessed(
    *, priority: str, indicator: str, years: Sequence[int], reason: str, unit: str = "1"
) -> Block:
    """An indicator, or a whole priority, without a figure: one row a year with the reason why there is none."""
    if not reason:
        raise ValueError("what is not assessed needs its reason")
    return Block(priority, indicator, "change", unit, "", _silent(tuple(years)), reason)


@lru_cache(maxsize=1)
def _silent(years: tuple[int, ...]) -> xr.DataArray:
    """No figure in any year: of many indicators at once, which share it."""
    silent = xr.DataArray(np.full(len(years), np.nan), {"year": list(years)}, ("year",))
    silent.to_numpy().flags.writeable = False
    return silent


def to_frame(blocks: Iterable[Block], *, categories: bool = False) -> pd.DataFrame:
    """Blocks as one tidy pandas table in the schema, words as words or as categories."""
    numbers = Numbers()
    tables = [block.to_arrow(numbers) for block in blocks]
    plain = pa.schema([(field.name, pa.string() if field.type == WORD else field.type) for field in SCHEMA])
    rows = pa.concat_tables(tables) if tables else SCHEMA.empty_table()
    frame: pd.DataFrame = (rows.unify_dictionaries() if categories else rows.cast(plain)).to_pandas()
    return frame


def write_parquet(blocks: Iterable[Block], path: Path) -> None:
    """Blocks into one Parquet file, one after another, so that no more than two of them are in memory as rows.

    Words are numbers into lists of words. Numbers stand as they are, each column of a block in one page, so that the
    compression sees all years together: a state that lasts many years is stored about once. A column of one word is a
    few bytes as it stands, and to make a compressor ready for it costs more than it saves. Pages of the second version
    are written in a twentieth less time than those of the first. Each block is a row group, with statistics of what
    readers look for, so that one indicator is read without the others.
    """
    words = [field.name for field in SCHEMA if field.type == WORD]
    one_page = {"data_page_size": LARGEST_PAGE, "max_rows_per_page": LARGEST_PAGE, "write_batch_size": BATCH}
    compression = {name: "none" if name in CONSTANT else "zstd" for name in COLUMNS}
    options = {
        "compression": compression, "store_schema": False, "data_page_version": "2.0",
        "write_statistics": list(SOUGHT), "use_dictionary": words,
    }  # fmt: skip
    with pq.ParquetWriter(path, SCHEMA, **options, **one_page) as writer:
        for table in _one_ahead(blocks):
            writer.write_table(table)


def _one_ahead(blocks: Iterable[Block]) -> Iterator[pa.Table]:
    """The rows of each block, made while those of the one before are written."""
    numbers = Numbers()
    tables = (block.to_arrow(numbers) for block in blocks)
    coming = Beside(lambda: next(tables, None))
    while (table := coming.result()) is not None:
        coming = Beside(lambda: next(tables, None))
        yield table
