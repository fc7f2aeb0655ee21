"""The result schema: one tidy table for every priority.

Columns `priority, indicator, economy, partner, sector, project, year, scenario, value, low, high, unit,
grade, reason`. `scenario` is `without`, `with` or `change`; a dimension that an indicator does not have is
empty; a missing value has its reason in `reason`, and is never zero.

Results are kept as labelled arrays (`Block`, one indicator in one scenario over the years). Rows are made only
when somebody asks for them, in Arrow, with words as numbers into a list of words: the same rows become a pandas
table or go block by block into a Parquet file.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import xarray as xr

COLUMNS = (
    "priority", "indicator", "economy", "partner", "sector", "project", "year",
    "scenario", "value", "low", "high", "unit", "grade", "reason",
)  # fmt: skip
DIMENSIONS = ("economy", "partner", "sector", "project")
SCENARIOS = ("without", "with", "change")
GRADES = ("observed", "estimated", "assumed")
SOUGHT = ("indicator", "scenario", "year")  # columns by which readers choose rows
NUMBERS = ("value", "low", "high")

WORD = pa.dictionary(pa.int32(), pa.string())
SCHEMA = pa.schema(
    [(name, pa.int64() if name == "year" else pa.float64() if name in NUMBERS else WORD) for name in COLUMNS]
)


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

    def to_arrow(self) -> pa.Table:
        """The block as rows of the schema. Raises `ValueError` where a value is missing without a reason."""
        values = self.values.to_numpy().astype(np.float64, copy=False).ravel()
        missing = ~np.isfinite(values)
        if missing.any() and not self.reason:
            raise ValueError(
                f"{self.indicator}: {int(missing.sum())} values are missing and no reason is given"
            )
        count = values.size
        columns: dict[str, pa.Array] = {
            "priority": _same(self.priority, count),
            "indicator": _same(self.indicator, count),
            "year": pa.array(np.asarray(self.values["year"].to_numpy(), np.int64)[self._positions("year")]),
            "scenario": _same(self.scenario, count),
            "value": pa.array(np.where(missing, np.nan, values)),
            "unit": _same(self.unit, count),
            "grade": self._grades(count),
            "reason": _words(missing.astype(np.int32), ("", self.reason)),
        }
        for name in DIMENSIONS:
            columns[name] = (
                _words(self._positions(name), [str(label) for label in self.values[name].to_numpy()])
                if name in self.values.dims
                else _same("", count)
            )
        for name, bound in (("low", self.low), ("high", self.high)):
            if bound is None:
                columns[name] = pa.array(np.full(count, np.nan))
            else:
                aligned = bound.transpose(*self.values.dims)
                xr.align(self.values, aligned, join="exact")
                columns[name] = pa.array(np.where(missing, np.nan, aligned.to_numpy().ravel()))
        return pa.Table.from_arrays([columns[name] for name in COLUMNS], schema=SCHEMA)

    def _positions(self, dim: str) -> np.ndarray[tuple[int], np.dtype[np.int32]]:
        """Number of the label of one dimension in every cell, in the order of the rows."""
        axis = self.values.dims.index(dim)
        along = np.arange(self.values.sizes[dim], dtype=np.int32)
        shape = tuple(-1 if k == axis else 1 for k in range(self.values.ndim))
        return np.broadcast_to(along.reshape(shape), self.values.shape).ravel()

    def _grades(self, count: int) -> pa.Array:
        if not isinstance(self.grade, Mapping):
            return _same(self.grade, count)
        numbers = {grade: number for number, grade in enumerate(GRADES)}
        by_economy = np.array(
            [numbers[self.grade[str(code)]] for code in self.values["economy"].to_numpy()], np.int32
        )
        return _words(by_economy[self._positions("economy")], GRADES)


def _words(positions: np.ndarray[tuple[int], np.dtype[np.int32]], words: Sequence[str]) -> pa.Array:
    return pa.DictionaryArray.from_arrays(pa.array(positions), pa.array(list(words), pa.string()))


def _same(word: str, count: int) -> pa.Array:
    return _words(np.zeros(count, np.int32), (word,))


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
    tables = [block.to_arrow() for block in blocks]
    plain = pa.schema([(field.name, pa.string() if field.type == WORD else field.type) for field in SCHEMA])
    rows = pa.concat_tables(tables) if tables else SCHEMA.empty_table()
    frame: pd.DataFrame = rows.cast(plain).to_pandas()
    return frame


def write_parquet(blocks: Iterable[Block], path: Path) -> None:
    """Blocks into one Parquet file, one after another, so that only one of them is in memory as rows.

    Words and values are written as dictionaries: a state that lasts many years is stored about once. Each block is a
    row group, with statistics of what readers look for, so that one indicator is read without the others.
    """
    options = {"compression": "zstd", "store_schema": False, "write_statistics": list(SOUGHT)}
    with pq.ParquetWriter(path, SCHEMA, **options) as writer:
        for block in blocks:
            writer.write_table(block.to_arrow())
