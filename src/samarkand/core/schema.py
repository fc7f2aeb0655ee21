"""The result schema: one tidy table for every priority.

Columns `priority, indicator, economy, partner, sector, project, year, scenario, value, low, high, unit,
grade, reason`. `scenario` is `without`, `with` or `change`; `partner` is another economy, or the chokepoint that trade
passes; a dimension that an indicator does not have is empty; a missing value has its reason in `reason`, and is
never zero.

Results are kept as labelled arrays (`Block`, one indicator in one scenario over the years). Rows are made only
when somebody asks for them, in Arrow, with words as numbers into a list of words: the same rows become a pandas
table or go block by block into a Parquet file.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
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
    "priority", "indicator", "economy", "partner", "sector", "project", "year",
    "scenario", "value", "low", "high", "unit", "grade", "reason",
)  # fmt: skip
DIMENSIONS = ("economy", "partner", "sector", "project")
SCENARIOS = ("without", "with", "change")
GRADES = ("observed", "estimated", "assumed")
SOUGHT = ("indicator", "scenario")  # columns by which readers choose blocks
NUMBERS = ("value", "low", "high")
LARGEST_PAGE, BATCH = 2**26, 2**20  # bytes or rows; values given to the encoder at once

WORD = pa.dictionary(pa.int32(), pa.string())
TYPES = {"year": pa.int64(), **dict.fromkeys(NUMBERS, pa.float64())}
SCHEMA = pa.schema([pa.field(name, TYPES.get(name, WORD), nullable=False) for name in COLUMNS])


@dataclass(frozen=True)
class Block:
    """One indicator in one scenario over the years, as rows of the schema that are not made yet.

    `values` has the dimension year and any of economy, partner, sector, project; `low` and `high` are of the same
    shape or absent. `grade` is one grade, or one by economy. A value that is not a number needs a `reason`.
    """

    priority: str
    indicator: str
    scenario: str
    unit: str
    grade: Mapping[str, str] | str
    values: xr.DataArray
    reason: str = ""
    low: xr.DataArray | None = None
    high: xr.DataArray | None = None

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

    def to_arrow(self, numbers: Numbers | None = None) -> pa.Table:
        """The block as rows of the schema. Raises `ValueError` where a value is missing without a reason.

        Blocks written one after another share what `numbers` has made.
        """
        numbers = numbers or Numbers()
        values = self.values.to_numpy().astype(np.float64, copy=False).ravel()
        missing = ~np.isfinite(values)
        gaps = int(missing.sum())
        if gaps and not self.reason:
            raise ValueError(f"{self.indicator}: {gaps} values are missing and no reason is given")
        same = numbers.same(values.size)
        constants = {name: getattr(self, name) for name in ("priority", "indicator", "scenario", "unit")}
        columns: dict[str, pa.Array] = {
            **{name: _words(same, (word,)) for name, word in constants.items()},
            **{name: _words(same, ("",)) for name in DIMENSIONS},
            "year": self._along("year", numbers, self.values["year"].to_numpy().astype(np.int64)),
            "value": pa.array(np.where(missing, np.nan, values) if gaps else values),
            "grade": self._grades(numbers),
            "reason": _words(pa.array(missing.astype(np.int32)) if gaps else same, ("", self.reason)),
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
        return pa.Table.from_arrays([columns[name] for name in COLUMNS], schema=SCHEMA)

    def _along(self, dim: str, numbers: Numbers, labels: NDArray[np.integer[Any]] | None = None) -> pa.Array:
        return numbers.along(self.values.shape, self.values.dims.index(dim), labels)

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


def not_assessed(
    *, priority: str, indicator: str, years: Sequence[int], reason: str, unit: str = "1"
) -> Block:
    """An indicator, or a whole priority, without a figure: one row a year with the reason why there is none."""
    if not reason:
        raise ValueError("what is not assessed needs its reason")
    silent = xr.DataArray(np.full(len(years), np.nan), {"year": list(years)}, ("year",))
    return Block(priority, indicator, "change", unit, "", silent, reason)


def to_frame(blocks: Iterable[Block]) -> pd.DataFrame:
    """Blocks as one tidy pandas table in the schema, words as words."""
    numbers = Numbers()
    tables = [block.to_arrow(numbers) for block in blocks]
    plain = pa.schema([(field.name, pa.string() if field.type == WORD else field.type) for field in SCHEMA])
    rows = pa.concat_tables(tables) if tables else SCHEMA.empty_table()
    frame: pd.DataFrame = rows.cast(plain).to_pandas()
    return frame


def write_parquet(blocks: Iterable[Block], path: Path) -> None:
    """Blocks into one Parquet file, one after another, so that no more than two of them are in memory as rows.

    Words are numbers into lists of words. Numbers stand as they are, each column of a block in one page, so that the
    compression sees all years together: a state that lasts many years is stored about once. Each block is a row group,
    with statistics of what readers look for, so that one indicator is read without the others.
    """
    words = [field.name for field in SCHEMA if field.type == WORD]
    one_page = {"data_page_size": LARGEST_PAGE, "max_rows_per_page": LARGEST_PAGE, "write_batch_size": BATCH}
    options = {
        "compression": "zstd", "store_schema": False, "write_statistics": list(SOUGHT), "use_dictionary": words
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
