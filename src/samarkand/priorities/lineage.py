"""Walks from an indicator down to published figures, along the inputs that the tables declare.

`indicators.csv` says what an indicator is computed from, `variables.csv` what those are computed from, and where
published figures come in. Each priority's folder has a `variables.csv` of its own for what it alone uses. The ends:

    files         embedded or imported files whose names begin with one of the words in `of`
    parameters    the table of `world/parameters` named in `of`
    facts         figures of the economy, the variables named in `of` (`world/economies/fact_variables.csv`)
    elasticities  trade elasticities of the economy's largest traded goods
    freight       value density and carriage of the same goods
    cables        cable systems that land in the economy
    transit       tariffs of transit of the economy
    table         rows of a table in a priority's folder, each with its source: `FOLDER/FILE.csv`, and `COLUMN=WORD` for
                  some of them
    programme     figures of the items that act
"""

from __future__ import annotations

import math
from functools import cache
from importlib.resources import files
from typing import Literal

from pydantic import BaseModel, ConfigDict

from samarkand.core.conventions import REST_OF_WORLD
from samarkand.core.declarations import Words, read_rows, read_table
from samarkand.core.evidence import Cited, Evidence
from samarkand.core.faults import Fault, Faults, did_you_mean
from samarkand.core.lineage import Lineage, leaf
from samarkand.priorities.base import Indicator
from samarkand.priorities.registry import HERE, find_indicator, folders
from samarkand.priorities.results import Results, unit_of
from samarkand.state import State
from samarkand.world.assumptions import ELASTICITY
from samarkand.world.network.transit_tariffs import transit_tariffs
from samarkand.world.parameters import table_names

MOST_SECTORS = 3
MOST_PARTS = 3


class Variable(BaseModel):
    """A row of `variables.csv`: something between an indicator and its sources."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    title: str
    method: str = ""
    inputs: Words = ()
    end: Literal[
        "",
        "files",
        "parameters",
        "elasticities",
        "freight",
        "facts",
        "cables",
        "tolls",
        "transit",
        "table",
        "programme",
    ] = ""
    of: Words = ()


@cache
def variables() -> dict[str, Variable]:
    """The declared variables by name: of several priorities, and of each one's folder. Raises `ValueError` for two of a
    name."""
    found: dict[str, Variable] = {}
    for package in (HERE, *(f"{HERE}.{name}" for name in folders())):
        if not (files(package) / "variables.csv").is_file():
            continue
        for row in read_table(package, "variables.csv", Variable):
            if row.name in found:
                raise ValueError(f"{package}/variables.csv: {row.name} is declared elsewhere too")
            found[row.name] = row
    return found


def trace(results: Results, state: State, indicator: str, economy: str) -> Lineage:
    """The lineage of an indicator's change for one economy. Raises `Faults` for a name that is not known."""
    find_indicator(indicator)
    economy = economy.upper()
    world = state.world
    if economy in world.inside_rest_of_world:
        raise Faults(
            [
                Fault(
                    f"economy {economy}",
                    f"{world.names[economy]} is inside the rest of the world and has no figures of its own",
                    "Ask for ROW, the rest of the world as a whole.",
                )
            ]
        )
    if economy not in world.labels:
        raise Faults(
            [
                Fault(
                    f"economy {economy}",
                    "is not an economy of the world",
                    did_you_mean(economy, world.labels),
                )
            ]
        )
    return _Tracer(results, state, economy).indicator(indicator)


class _Tracer:
    """Builds the tree for one economy; what was shown once is not unfolded again."""

    def __init__(self, results: Results, state: State, economy: str) -> None:
        self.state, self.economy, self.results = state, economy, results
        self.unfolded: set[str] = set()

    def _end(self, row: Variable) -> tuple[Lineage, ...]:
        """What was published, where a variable is an end."""
        if row.end == "files":
            return self._files(*row.of)
        if row.end == "parameters":
            return tuple(one for table in row.of for one in self._parameters(table))
        if row.end == "table":
            return _rows(*row.of)
        if row.end == "facts":
            return tuple(self._fact(variable) for variable in row.of)
        return {
            "elasticities": self._elasticities,
            "freight": self._freight,
            "cables": self._cables,
            "tolls": self._tolls,
            "transit": self._transit,
            "programme": self._programme,
        }.get(row.end, tuple)()

    def indicator(self, name: str) -> Lineage:
        """An indicator's change, and what it was computed from."""
        _, declared = find_indicator(name)
        label = f"{declared.title}, {self.economy}, {self.state.year}"
        unit = unit_of(declared, "change")
        value, largest = self._figures(declared, unit)
        method = f"{declared.method}; {declared.source}; {declared.grade}"
        found = (*largest, *(self._step(item) for item in declared.inputs))
        return Lineage(label, value, unit, method, inputs=found)

    def _figures(self, declared: Indicator, unit: str) -> tuple[float | None, tuple[Lineage, ...]]:
        """The economy's figure; where there are several (by partner, sector, project) the largest of them."""
        if declared.type == "category":
            return None, self._words(declared)
        values = self.results.values(declared.name, years=[self.state.year]).sel(year=self.state.year)
        if "economy" in values.dims:
            if self.economy not in values["economy"].to_numpy():
                return None, ()
            values = values.sel(economy=self.economy)
        if not values.dims:
            value = float(values)
            return (value if math.isfinite(value) else None), ()
        ranked = values.to_series().dropna()
        ranked = ranked[ranked != 0].sort_values(key=abs, ascending=False).head(MOST_PARTS)
        return None, tuple(
            Lineage(f"{declared.title}, {self.economy}, {name}", float(value), unit, "one of the largest")
            for name, value in ranked.items()
        )

    def _words(self, declared: Indicator) -> tuple[Lineage, ...]:
        """The words of a category for the economy, or of the first few where it is not by economy."""
        words = self.results.labels(declared.name, years=[self.state.year]).sel(year=self.state.year)
        if "economy" in words.dims:
            if self.economy not in words["economy"].to_numpy():
                return ()
            words = words.sel(economy=self.economy)
        if not words.dims:
            return (Lineage(f"{declared.title}: {words.item() or 'not assessed'}"),)
        named = words.to_series()
        named = named[named != ""]
        shown = [
            Lineage(f"{declared.title}, {name}: {word}") for name, word in named.head(MOST_PARTS).items()
        ]
        if len(named) > MOST_PARTS:
            shown.append(Lineage(f"and {len(named) - MOST_PARTS} more in indicators.parquet"))
        return tuple(shown)

    def _fact(self, variable: str) -> Lineage:
        fact = self.state.world.fact(self.economy, variable)
        cited = Evidence(
            value=fact.value, unit=fact.unit, year=fact.year, source=fact.source or fact.reason, flag="derived",
            note=fact.reason,
        )  # fmt: skip
        return leaf(variable, cited)

    def _step(self, name: str) -> Lineage:
        if name not in variables():
            return self.indicator(name)
        row = variables()[name]
        if name in self.unfolded:
            return Lineage(row.title, method="as above")
        self.unfolded.add(name)
        found = tuple(self._step(item) for item in row.inputs) + self._end(row)
        return Lineage(row.title, method=row.method, inputs=found)

    def _files(self, *prefixes: str) -> tuple[Lineage, ...]:
        ends = []
        for name, entry in self.state.world.manifest["files"].items():
            if not name.startswith(prefixes):
                continue
            published = tuple(self._package(row) for row in entry["sources"])
            ends.append(Lineage(name, method=entry["derivation"], inputs=published))
        return tuple(ends)

    def _package(self, row: dict[str, str]) -> Lineage:
        """A package that embedded files were derived from; cited in full once."""
        if row["package"] in self.unfolded:
            return Lineage(row["what"], method="cited above")
        self.unfolded.add(row["package"])
        cited = Evidence(
            unit="1",
            source=f"{row['attribution']}, {_origin(row)}",
            address=row["address"],
            flag="derived",
            note=f"licence {row['licence']}",
        )
        return leaf(row["what"], cited)

    def _parameters(self, table: str) -> tuple[Lineage, ...]:
        assumptions = self.state.assumptions
        return tuple(leaf(name, assumptions.evidence(name)) for name in table_names(table))

    def _largest_sectors(self) -> list[str]:
        """The goods that the economy trades most: the sectors whose figures matter most to it."""
        accounts = self.state.world.accounts
        flow = accounts.trade_flow
        abroad = flow.where(flow["origin"] != flow["destination"], 0.0)
        traded = abroad.sel(origin=self.economy).sum("destination") + abroad.sel(
            destination=self.economy
        ).sum("origin")
        goods = [code for code in accounts.sectors if accounts.is_goods(code)]
        return sorted(goods, key=lambda code: -float(traded.sel(sector=code)))[:MOST_SECTORS]

    def _elasticities(self) -> tuple[Lineage, ...]:
        elasticities = self.state.assumptions.elasticities
        return tuple(
            Lineage(
                f"{sector}{ELASTICITY}",
                elasticities.evidence(sector).value,
                "elasticity",
                "one of the economy's largest traded goods; the others are in docs/parameters.md",
                inputs=tuple(leaf(row.study, row.evidence()) for row in elasticities.estimates(sector)),
            )
            for sector in self._largest_sectors()
        )

    def _freight(self) -> tuple[Lineage, ...]:
        freight = self.state.assumptions.freight
        wanted = self._largest_sectors()
        return tuple(leaf(name, freight.evidence(name)) for name in freight if name.split(".")[0] in wanted)

    def _cables(self) -> tuple[Lineage, ...]:
        """The systems that land in the economy, or in those inside the rest of the world."""
        world = self.state.world
        economies = world.inside_rest_of_world if self.economy == REST_OF_WORLD else (self.economy,)
        found = dict.fromkeys(one for code in economies for one in world.cables.of(code))
        return tuple(leaf(one.row.title, one.row.evidence) for one in found)

    def _tolls(self) -> tuple[Lineage, ...]:
        """The tariffs of all canals: a toll is in the cost of every way that passes one."""
        return tuple(leaf(row.title, row.evidence) for row in transit_tariffs() if row.kind == "canal")

    def _transit(self) -> tuple[Lineage, ...]:
        """The tariffs of the economy, or of those inside the rest of the world."""
        inside = self.state.world.inside_rest_of_world if self.economy == REST_OF_WORLD else (self.economy,)
        return tuple(leaf(row.title, row.evidence) for row in transit_tariffs() if row.economy in inside)

    def _programme(self) -> tuple[Lineage, ...]:
        change = self.state.change
        return tuple(
            Lineage(
                f"{item.id}: {item.title}",
                method=f"opens {item.opening}",
                inputs=tuple(leaf(name, figure) for name, figure in item.figures()),
            )
            for item in self.state.programme.items
            if item.id in change.effective
        )


class _Row(Cited):
    """A row of a table in a priority's folder, of whatever columns beside its source."""

    model_config = ConfigDict(frozen=True, extra="allow")


def _rows(file: str, *wanted: str) -> tuple[Lineage, ...]:
    """The rows of a table that have the wanted words, by the first column and what the rule or figure is."""
    folder, _, name = file.rpartition("/")
    words = dict(one.split("=", 1) for one in wanted)
    found = []
    for row in read_rows(f"{HERE}.{folder}", name, _Row):
        cells = row.model_extra or {}
        if all(cells.get(column) == word for column, word in words.items()):
            first = next(iter(cells.values()))
            clause = cells.get("clause")
            found.append(leaf(f"{first}: {clause}" if clause else str(first), row.cited(None, "text")))
    return tuple(found)


def _origin(row: dict[str, str]) -> str:
    """Where a source was taken from: a pinned package, or a file that the user imported."""
    if row["registry"] == "file":
        return f"imported from the file {row['package']}, SHA-256 {row['sha256']}"
    return f"from the package {row['package']} {row['version']}"
