"""Parameters: the declared assumptions of the model, each with range, source and standing.

Every table beside this file is read by `load_parameters()`: it holds one parameter a row, or one parameter and year a
row where values have dates (`dated.py`). A new table is a new file. Tables by sector (freight, elasticities) are in
`by_sector/` and have readers of their own beside the code that uses them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache, cached_property
from importlib.resources import files

from pydantic import BaseModel, ConfigDict, ValidationError

from samarkand.core.declarations import read_header, read_rows, read_table
from samarkand.core.evidence import Evidence, Flag
from samarkand.core.faults import FaultList, did_you_mean
from samarkand.core.hashing import content_hash
from samarkand.core.lineage import Lineage, leaf
from samarkand.core.units import units
from samarkand.world.parameters.dated import DatedRow, Series, group_rows


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
        return self._evidence

    @cached_property
    def _evidence(self) -> Evidence:
        fields = self.model_dump(exclude={"name", "description"})
        return Evidence(**fields, note=self.description)


@dataclass(frozen=True)
class Parameters(Mapping[str, float]):
    """Parameters by name: `parameters["rail_speed"]` is the value, `evidence(name)` what it rests on.

    As a mapping it holds those of one value. One with values by year is asked for a year: `at("carbon_price", 2030)`.
    """

    rows: tuple[ParameterRow, ...]
    replaced: tuple[tuple[str, float], ...] = ()
    dated: tuple[DatedRow, ...] = ()

    def __getitem__(self, name: str) -> float:
        found = self._values.get(name)
        if found is None:
            by_year = f"{name} has values by year: at({name!r}, year)"
            raise KeyError(by_year if name in self.series_names else name)
        return found

    @cached_property
    def _values(self) -> dict[str, float]:
        return {row.name: self._replaced.get(row.name, row.value) for row in self.rows}

    @cached_property
    def _replaced(self) -> dict[str, float]:
        return dict(self.replaced)

    def __iter__(self) -> Iterator[str]:
        return (row.name for row in self.rows)

    def __len__(self) -> int:
        return len(self.rows)

    def __hash__(self) -> int:
        return hash((self.rows, self.replaced, self.dated))

    def _row(self, name: str) -> ParameterRow:
        return self._by_name[name]

    @cached_property
    def _by_name(self) -> dict[str, ParameterRow]:
        return {row.name: row for row in self.rows}

    @cached_property
    def _dated_by_name(self) -> dict[str, DatedRow]:
        return {row.dated_name: row for row in self.dated}

    def series(self, name: str) -> Series:
        """The values by year of a dated parameter. Raises `KeyError` for a name that is none."""
        rows = tuple(row for row in self.dated if row.name == name)
        if not rows:
            raise KeyError(name)
        mine = {name, *(row.dated_name for row in rows)}
        return Series(rows, tuple(pair for pair in self.replaced if pair[0] in mine))

    def at(self, name: str, year: int) -> float:
        """The value of a year; that of a parameter of one value in any. Raises `Faults` where its rule gives none."""
        return self[name] if name in self else self.series(name).at(year)

    @cached_property
    def series_names(self) -> tuple[str, ...]:
        """Names of the parameters that have values by year."""
        return tuple(dict.fromkeys(row.name for row in self.dated))

    @property
    def names(self) -> tuple[str, ...]:
        """Every name that has a value: those of one value, and `NAME.YEAR` of each declared year of the others."""
        return (*self, *(row.dated_name for row in self.dated))

    @property
    def replaceable(self) -> tuple[str, ...]:
        """Every name that a scenario may replace: `names`, and a dated parameter as a whole by its name."""
        return (*self.names, *self.series_names)

    def evidence(self, name: str, year: int | None = None) -> Evidence:
        """Evidence of the value in force; a replaced value is an assumption of whoever replaced it.

        Of a dated parameter that of a year, `evidence("carbon_price", 2030)` or, for a declared one,
        `evidence("carbon_price.2030")`.
        """
        if name in self.series_names and year is not None:
            return self.series(name).evidence(year)
        if (dated := self._dated_by_name.get(name)) is not None:
            is_replaced = name in self._replaced or dated.name in self._replaced
            return self.series(dated.name).evidence(dated.year) if is_replaced else dated.evidence()
        declared = self._row(name).evidence()
        if name not in self._replaced:
            return declared
        return Evidence(
            value=self._replaced[name],
            unit=declared.unit,
            source="set in the scenario",
            flag="assumed",
            note=f"declared {declared.value:g}: {declared.note}",
        )

    def lineage(self, *names: str) -> tuple[Lineage, ...]:
        """The named parameters as leaves of a lineage: each declared year of a dated one."""
        leaves = []
        for name in names:
            years = [row.dated_name for row in self.dated if row.name == name]
            leaves += [leaf(one, self.evidence(one)) for one in years or [name]]
        return tuple(leaves)

    def replace(self, values: Mapping[str, float] | Iterable[tuple[str, float]]) -> Parameters:
        """The parameters with some values replaced. Raises `Faults` for names that are not declared."""
        new = dict(values)
        faults = FaultList()
        known = self.replaceable
        for name in new:
            if name not in known:
                faults.add(f"assumptions {name}", *self.unknown(name, known))
        faults.raise_if_any()
        # A value for all years is newer than what was given to some of them before.
        old = {name: one for name, one in self.replaced if name.partition(".")[0] not in new}
        return Parameters(self.rows, tuple(sorted({**old, **new}.items())), self.dated)

    def unknown(self, name: str, known: Iterable[str]) -> tuple[str, str]:
        """Reason and remedy for a name that is not among the known ones."""
        series = name.partition(".")[0]
        if series not in self.series_names:
            return "is not a declared parameter", did_you_mean(name, known)
        years = [row.dated_name for row in self.dated if row.name == series]
        reason = f"is no declared year of {series}"
        return reason, f"{did_you_mean(name, years)} Or replace all years: {series}=VALUE."

    @property
    def hash(self) -> str:
        """Content hash of names and values in force."""
        return content_hash({**{name: self[name] for name in self}, **self.dated_content()})

    def dated_content(self) -> dict[str, object]:
        """By dated parameter whatever an answer can depend on, for a content hash."""
        return {name: self.series(name).content() for name in self.series_names}


@cache
def load_parameters() -> Parameters:
    """All declared parameters."""
    return read_parameters(__name__)


def read_parameters(package: str) -> Parameters:
    """The parameters that the tables of a package declare.

    Raises `ValueError` for a table that has neither form, a name that two rows or tables have, and a row that holds no
    evidence or a unit that is not declared.
    """
    rows: list[ParameterRow] = []
    dated: list[DatedRow] = []
    names: dict[str, str] = {}
    for table in _tables(package):
        found = _rows(package, table)
        for row in found:
            name = row.name
            if row.unit not in units():
                raise ValueError(
                    f"{package}/{table}: {name} has the unit {row.unit!r}, no row of core/units.csv"
                )
            try:
                row.evidence()
            except ValidationError as error:
                raise ValueError(f"{package}/{table}: {name}: {error}") from error
            if "." in name:
                raise ValueError(
                    f"{package}/{table}: {name} has a point, which stands before a year or after a sector"
                )
            if names.setdefault(name, table) != table:
                raise ValueError(f"{package}/{table}: {name} is in {names[name]} already")
        rows += [row for row in found if isinstance(row, ParameterRow)]
        dated += [row for row in found if isinstance(row, DatedRow)]
    return Parameters(tuple(rows), dated=tuple(dated))


WORTH_TABLES = (
    "worth.csv",
    "worth_channels.csv",
    "reforms.csv",
)  # no appraisal rests on them: the worth of items does


def table_names(table: str, package: str = __name__) -> tuple[str, ...]:
    """Names that one table declares; of a dated table `NAME.YEAR` of each value."""
    return tuple(row.dated_name if isinstance(row, DatedRow) else row.name for row in _rows(package, table))


def _tables(package: str) -> list[str]:
    return sorted(entry.name for entry in files(package).iterdir() if entry.name.endswith(".csv"))


def _rows(package: str, table: str) -> tuple[ParameterRow, ...] | tuple[DatedRow, ...]:
    """The rows of a table; its header says which of the two forms it has."""
    header = set(read_header(package, table))
    if header == set(ParameterRow.model_fields):
        return read_table(package, table, ParameterRow)
    if header == set(DatedRow.model_fields):
        return group_rows(read_rows(package, table, DatedRow), f"{package}/{table}")
    forms = " or ".join(",".join(form.model_fields) for form in (ParameterRow, DatedRow))
    raise ValueError(f"{package}/{table}: its columns are not {forms}")
