"""Parameters with values by year, each value with a source of its own: exchange rates, base rates, carbon prices.

    name,year,value,...,between,before,after,...
    carbon_price,2025,...,linear,refuse,hold,...
    carbon_price,2030,...,linear,refuse,hold,...

What a year in between takes is declared (`between`): `step` the last value until the next, `linear` the straight line,
`exact` none. So is a year `before` the first value and `after` the last: `hold` that value, or `refuse`. Nothing is
extrapolated.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Literal

from pydantic import BaseModel, ConfigDict

from samarkand.core.evidence import Evidence, Flag
from samarkand.core.faults import Fault, Faults
from samarkand.core.lineage import Lineage, leaf

OF_A_SERIES = ("unit", "between", "before", "after", "description")  # the same in all rows of a name


class DatedRow(BaseModel):
    """A row of a dated table: the value of one year."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    name: str
    year: int
    value: float
    low: float | None = None
    high: float | None = None
    unit: str
    between: Literal["step", "linear", "exact"]
    before: Literal["hold", "refuse"]
    after: Literal["hold", "refuse"]
    source: str
    address: str = ""
    read_on: date | None = None
    flag: Flag
    description: str

    @property
    def dated_name(self) -> str:
        """Name by which a scenario replaces this value alone: `carbon_price.2030`."""
        return f"{self.name}.{self.year}"

    def evidence(self) -> Evidence:
        """The row as evidence."""
        return self._evidence

    @cached_property
    def _evidence(self) -> Evidence:
        fields = self.model_dump(exclude={"name", *OF_A_SERIES[1:]})
        return Evidence(**fields, note=self.description)


@dataclass(frozen=True)
class Series:
    """One parameter over the years. `rows` in order of year; `replaced`: what a scenario put in the place of values.

    `replaced` holds the name itself (`carbon_price`: every year) and names of years (`carbon_price.2030`), which count
    before it.
    """

    rows: tuple[DatedRow, ...]
    replaced: tuple[tuple[str, float], ...] = ()

    @property
    def name(self) -> str:
        """Name of the parameter."""
        return self.rows[0].name

    @property
    def unit(self) -> str:
        """Unit of every value."""
        return self.rows[0].unit

    @cached_property
    def years(self) -> tuple[int, ...]:
        """The years that have a value of their own."""
        return tuple(row.year for row in self.rows)

    @cached_property
    def values(self) -> dict[int, float]:
        """The values in force of these years."""
        return {row.year: self._new(row.dated_name, row.value) for row in self.rows}

    def _new(self, name: str, declared: float) -> float:
        replaced = dict(self.replaced)
        return replaced.get(name, replaced.get(self.name, declared))

    def weights(self, year: int) -> dict[int, float]:
        """Share by year of the values that make up that of a year; empty where the rule gives it none.

        `w = (b - year) / (b - a)` of a and the rest of b on the straight line between two years a and b.
        """
        years, rule = self.years, self.rows[0]
        at = bisect_right(years, year)
        if at and years[at - 1] == year:
            return {year: 1.0}
        if at in (0, len(years)):
            held, edge = (rule.after, years[-1]) if at else (rule.before, years[0])
            return {edge: 1.0} if held == "hold" else {}
        first, last = years[at - 1], years[at]
        if rule.between == "linear":
            share = (last - year) / (last - first)
            return {first: share, last: 1.0 - share}
        return {first: 1.0} if rule.between == "step" else {}

    def at(self, year: int) -> float:
        """The value of a year by the declared rule. Raises `Faults` for a year to which it gives none."""
        weights = self.weights(year)
        if not weights:
            return self._everywhere(year)
        return sum(share * self.values[one] for one, share in weights.items())

    def _everywhere(self, year: int) -> float:
        """The value that a scenario gave to all years, for one that the rule leaves without."""
        replaced = dict(self.replaced)
        if self.name in replaced:
            return replaced[self.name]
        listed = ", ".join(map(str, self.years))
        raise Faults(
            [
                Fault(
                    f"parameter {self.name}",
                    f"has no value for {year}: it has values for {listed} and none is taken from them for that year",
                    f"Ask for another year, or give one value for all years: --assume {self.name}=VALUE.",
                )
            ]
        )

    def evidence(self, year: int) -> Evidence:
        """Evidence of the value of a year. Raises `Faults` as `at`."""
        weights, value = self.weights(year), self.at(year)
        if not weights:
            return self._assumed(value, year, "declared for other years")
        parts = [self._evidence_of(self.rows[self.years.index(one)]) for one in weights]
        if len(parts) > 1:
            return self._interpolated(year, value, parts, tuple(weights.values()))
        if year in weights:
            return parts[0]
        (one,) = weights
        return parts[0].model_copy(update={"note": f"the value of {one}, held in {year}: {parts[0].note}"})

    def _interpolated(
        self, year: int, value: float, parts: list[Evidence], shares: tuple[float, ...]
    ) -> Evidence:
        def end(name: Literal["low", "high"]) -> float | None:
            ends = [getattr(part, name) for part in parts]
            return None if None in ends else sum(share * one for share, one in zip(shares, ends, strict=True))

        return Evidence(
            value=value,
            unit=self.unit,
            low=end("low"),
            high=end("high"),
            year=year,
            source="; ".join(dict.fromkeys(part.source for part in parts)),
            flag="derived",
            note=f"on the straight line from {parts[0].year} to {parts[1].year}: {self.rows[0].description}",
        )

    def _evidence_of(self, row: DatedRow) -> Evidence:
        if not {row.dated_name, self.name} & dict(self.replaced).keys():
            return row.evidence()
        return self._assumed(self.values[row.year], row.year, f"declared {row.value:g}")

    def _assumed(self, value: float, year: int, instead: str) -> Evidence:
        return Evidence(
            value=value,
            unit=self.unit,
            year=year,
            source="set in the scenario",
            flag="assumed",
            note=f"{instead}: {self.rows[0].description}",
        )

    def lineage(self, year: int) -> Lineage:
        """The value of a year down to the declared values it is made of. Raises `Faults` as `at`."""
        weights, name = self.weights(year), f"{self.name}.{year}"
        if len(weights) < 2:
            return leaf(f"{self.name}.{next(iter(weights), year)}", self.evidence(year))
        first, last = weights
        return Lineage(
            name,
            self.at(year),
            self.unit,
            f"on the straight line from {first} to {last}",
            inputs=tuple(leaf(f"{self.name}.{one}", self.evidence(one)) for one in weights),
        )

    def content(self) -> object:
        """Whatever an answer can depend on, for a content hash."""
        rule = self.rows[0]
        everywhere = dict(self.replaced).get(self.name)
        return [list(self.values.items()), rule.between, rule.before, rule.after, everywhere]


def group_rows(rows: Iterable[DatedRow], place: str) -> tuple[DatedRow, ...]:
    """Rows by name and year. Raises `ValueError` for a year given twice and for rows of a name that do not agree."""
    names: dict[str, dict[int, DatedRow]] = {}
    for row in rows:
        mine = names.setdefault(row.name, {})
        if row.year in mine:
            raise ValueError(f"{place}: {row.dated_name} is repeated")
        first = next(iter(mine.values()), row)
        for field in OF_A_SERIES:
            if getattr(row, field) != getattr(first, field):
                raise ValueError(f"{place}: {row.dated_name} and {first.dated_name} differ in {field}")
        mine[row.year] = row
    return tuple(mine[year] for mine in names.values() for year in sorted(mine))
