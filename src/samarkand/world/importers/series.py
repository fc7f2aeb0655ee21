"""The series of official files that are figures by economy here: `fact_series.csv`."""

from __future__ import annotations

from functools import cache

from pydantic import BaseModel, ConfigDict

from samarkand.core.declarations import read_rows


class FactSeries(BaseModel):
    """A row of `fact_series.csv`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: str
    series: str
    variable: str
    factor: float
    note: str = ""


@cache
def series_of(kind: str) -> dict[str, FactSeries]:
    """The series of a kind of file that are figures here."""
    return {row.series: row for row in _rows() if row.kind == kind}


@cache
def kinds_with(variable: str) -> tuple[str, ...]:
    """The kinds of files that have a variable."""
    return tuple(row.kind for row in _rows() if row.variable == variable)


def _rows() -> tuple[FactSeries, ...]:
    return read_rows("samarkand.world.importers", "fact_series.csv", FactSeries)
