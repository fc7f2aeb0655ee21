"""Parameters: the declared assumptions of the model, each with range, source and standing.

The tables beside this file hold one parameter a row. `load_parameters()` joins the tables that have this
form; tables by sector (freight, elasticities) have readers of their own beside the code that uses them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache

from pydantic import BaseModel, ConfigDict

from samarkand.core.declarations import read_table
from samarkand.core.evidence import Evidence, Flag
from samarkand.core.faults import FaultList, did_you_mean
from samarkand.core.hashing import content_hash
from samarkand.core.lineage import Lineage, leaf

TABLES = ("network.csv", "mode_choice.csv", "finance.csv", "non_tariff.csv")


class ParameterRow(BaseModel):
    """A row of a parameter table."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    name: str
    value: float
    low: float | None = None
    high: float | None = None
    unit: str
    year: int | None = None
    source: str
    address: str = ""
    read_on: date | None = None
    flag: Flag
    description: str

    def evidence(self) -> Evidence:
        """The row as evidence."""
        fields = self.model_dump(exclude={"name", "description"})
        return Evidence(**fields, note=self.description)


@dataclass(frozen=True)
class Parameters(Mapping[str, float]):
    """Parameters by name: `parameters["rail_speed"]` is the value, `evidence(name)` what it rests on."""

    rows: tuple[ParameterRow, ...]
    replaced: tuple[tuple[str, float], ...] = ()

    def __getitem__(self, name: str) -> float:
        replaced = dict(self.replaced)
        return replaced[name] if name in replaced else self._row(name).value

    def __iter__(self) -> Iterator[str]:
        return (row.name for row in self.rows)

    def __len__(self) -> int:
        return len(self.rows)

    def __hash__(self) -> int:
        return hash((self.rows, self.replaced))

    def _row(self, name: str) -> ParameterRow:
        for row in self.rows:
            if row.name == name:
                return row
        raise KeyError(name)

    def evidence(self, name: str) -> Evidence:
        """Evidence of the value in force; a replaced value is an assumption of whoever replaced it."""
        declared = self._row(name).evidence()
        replaced = dict(self.replaced)
        if name not in replaced:
            return declared
        return Evidence(
            value=replaced[name],
            unit=declared.unit,
            source="set in the scenario",
            flag="assumed",
            note=f"declared {declared.value:g}: {declared.note}",
        )

    def lineage(self, *names: str) -> tuple[Lineage, ...]:
        """The named parameters as leaves of a lineage."""
        return tuple(leaf(name, self.evidence(name)) for name in names)

    def replace(self, values: Mapping[str, float] | Iterable[tuple[str, float]]) -> Parameters:
        """The parameters with some values replaced. Raises `Faults` for names that are not declared."""
        new = dict(values)
        faults = FaultList()
        for name in new:
            if name not in self:
                faults.add(f"assumption {name}", "is not a declared parameter", did_you_mean(name, self))
        faults.raise_if_any()
        return Parameters(self.rows, tuple(sorted({**dict(self.replaced), **new}.items())))

    @property
    def hash(self) -> str:
        """Content hash of names and values in force."""
        return content_hash({name: self[name] for name in self})


@cache
def load_parameters() -> Parameters:
    """All declared parameters."""
    return Parameters(
        tuple(
            row for table in TABLES for row in read_table("samarkand.world.parameters", table, ParameterRow)
        )
    )


def table_names(table: str) -> tuple[str, ...]:
    """Names of the parameters that one table declares."""
    return tuple(row.name for row in read_table(__name__, table, ParameterRow))
