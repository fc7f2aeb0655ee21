"""Facts: figures by economy for the priorities, each with its own year, source and grade.

Declared in `fact_variables.csv`. What is not known is missing with its reason, never zero; what is older than its
variable allows is stale, and says so wherever it is used.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, cached_property
from typing import TYPE_CHECKING, Literal

from pydantic import BaseModel, ConfigDict

from samarkand.core.declarations import read_table
from samarkand.core.hashing import data_hash
from samarkand.core.units import format_value
from samarkand.world.embedded import read_stored

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

COLUMNS = ("economy", "variable", "value", "text", "year", "source", "grade")
FILE = "facts.parquet"


class FactVariable(BaseModel):
    """A row of `fact_variables.csv`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    unit: str
    type: Literal["number", "flag", "text"]
    stale_after: int | None = None
    description: str
    source: str
    where: str


@cache
def fact_variables() -> dict[str, FactVariable]:
    """The declared variables by name."""
    return {
        row.name: row for row in read_table("samarkand.world.economies", "fact_variables.csv", FactVariable)
    }


@dataclass(frozen=True)
class Fact:
    """One figure of one economy. `value` is None (and `text` empty) where it is not known; `reason` then says why.

    `stale`: the figure is older than its variable allows, counted from the newest edition of the table.
    """

    economy: str
    variable: str
    value: float | None
    unit: str
    text: str = ""
    year: int | None = None
    source: str = ""
    grade: str = ""
    stale: bool = False
    reason: str = ""

    @property
    def known(self) -> bool:
        """Whether there is a figure or a text."""
        return self.value is not None or bool(self.text)

    @property
    def shown(self) -> str:
        """The figure for a reader: value, year, and that it is stale."""
        if not self.known:
            return f"n/a ({self.reason})"
        shown = self.text or format_value(self.value, self.unit)
        if fact_variables()[self.variable].type == "flag":
            shown = "yes" if self.value else "no"
        when = f" ({self.year}{', stale' if self.stale else ''})" if self.year is not None else ""
        return shown + when


class Facts:
    """A tidy table of facts. `as_of`: the year of its newest edition, from which ages are counted."""

    def __init__(self, table: pd.DataFrame, as_of: int) -> None:
        if list(table.columns) != list(COLUMNS):
            raise ValueError(f"a table of facts has the columns {COLUMNS}")
        unknown = set(table["variable"]) - set(fact_variables())
        if unknown:
            raise ValueError(f"not declared in fact_variables.csv: {sorted(unknown)}")
        self.table = table
        self.as_of = as_of

    @classmethod
    def of(cls, table: pd.DataFrame) -> Facts:
        """Facts whose newest year is their edition's."""
        newest = table["year"].dropna().max()
        return cls(table, int(newest) if newest == newest else 0)

    @cached_property
    def hash(self) -> str:
        """Content hash."""
        return data_hash(self.table, self.as_of)

    @cached_property
    def _rows(self) -> dict[tuple[str, str], tuple[float, str, int | None, str, str]]:
        columns = (self.table.assign(year=self.table["year"].fillna(0))[name].tolist() for name in COLUMNS)
        return {
            (economy, variable): (
                value,
                text,
                int(year) if year > 0 else None,
                source,
                grade,
            )
            for economy, variable, value, text, year, source, grade in zip(*columns, strict=True)
        }

    def get(self, economy: str, variable: str) -> Fact:
        """A fact by ISO3 code and variable. Raises `KeyError` for a variable that is not declared."""
        declared = fact_variables()[variable]
        found = self._rows.get((economy, variable))
        if found is None:
            reason = f"{declared.source} has no figure for {economy}"
            return Fact(economy, variable, None, declared.unit, source=declared.source, reason=reason)
        value, text, year, source, grade = found
        number = None if math.isnan(value) else float(value)
        return Fact(
            economy, variable, number, declared.unit, text, year, source, grade, self.is_stale(variable, year)
        )

    def is_stale(self, variable: str, year: int | None) -> bool:
        """Whether a figure of that year is older than its variable allows."""
        limit = fact_variables()[variable].stale_after
        return limit is not None and year is not None and self.as_of - year > limit

    def array(self, variable: str, economies: Iterable[str]) -> xr.DataArray:
        """A variable by economy as a labelled array, NaN where it is not known; years and staleness as coordinates."""
        import numpy as np
        import xarray as xr

        facts = [self.get(code, variable) for code in economies]
        return xr.DataArray(
            [np.nan if fact.value is None else fact.value for fact in facts],
            {
                "economy": [fact.economy for fact in facts],
                "fact_year": (
                    "economy",
                    [np.nan if fact.year is None else float(fact.year) for fact in facts],
                ),
                "stale": ("economy", [fact.stale for fact in facts]),
            },
            ("economy",),
            name=variable,
            attrs={"unit": fact_variables()[variable].unit, "source": fact_variables()[variable].source},
        )

    def is_member(self, economy: str, organisation: str) -> bool | None:
        """Whether the economy is a member of an organisation (not an observer or a partner); None if not known."""
        listed = self.get(economy, "memberships")
        return organisation in listed.text.split(", ") if listed.known else None

    def stale(self, economy: str) -> tuple[Fact, ...]:
        """The stale figures of one economy."""
        found = (self.get(economy, name) for name in fact_variables())
        return tuple(fact for fact in found if fact.stale)

    def missing(self, economy: str) -> tuple[Fact, ...]:
        """The variables that have no figure for one economy."""
        found = (self.get(economy, name) for name in fact_variables())
        return tuple(fact for fact in found if not fact.known)

    def replaced_by(self, other: Facts) -> Facts:
        """These facts with those of another table in their place, figure by figure."""
        import pandas as pd

        joined = pd.concat([self.table, other.table], ignore_index=True)
        kept = joined.drop_duplicates(["economy", "variable"], keep="last").reset_index(drop=True)
        return Facts(kept, max(self.as_of, other.as_of))


@cache
def load_facts() -> Facts:
    """The embedded facts."""
    stored = read_stored(FILE)
    about = json.loads(stored.schema.metadata[b"samarkand"])
    return Facts(stored.to_pandas()[list(COLUMNS)], about["as_of"])
