"""Walks from an indicator down to published figures, along the inputs that the tables declare.

`indicators.csv` says what an indicator is computed from, `variables.csv` what those are computed from; the ends
are parameters, figures of the programme and embedded files, each with its evidence.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cache

from pydantic import BaseModel, ConfigDict

from samarkand.core.declarations import Words, read_table
from samarkand.core.evidence import Evidence
from samarkand.core.faults import Fault, Faults, did_you_mean
from samarkand.core.lineage import Lineage, leaf
from samarkand.priorities.base import Indicator, Inputs
from samarkand.priorities.registry import all_indicators, find_indicator
from samarkand.priorities.time_rule import Results, unit_of
from samarkand.world.assumptions import ELASTICITY
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


@cache
def variables() -> dict[str, Variable]:
    """The declared variables by name."""
    return {row.name: row for row in read_table("samarkand.priorities", "variables.csv", Variable)}


def trace(results: Results, inputs: Inputs, indicator: str, economy: str) -> Lineage:
    """The lineage of an indicator's change for one economy. Raises `Faults` for a name that is not known."""
    find_indicator(indicator)
    economy = economy.upper()
    world = inputs.world
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
    return _Tracer(results, inputs, economy).indicator(indicator)


class _Tracer:
    """Builds the tree for one economy; what was shown once is not unfolded again."""

    def __init__(self, results: Results, inputs: Inputs, economy: str) -> None:
        self.inputs, self.economy, self.results = inputs, economy, results
        self.unfolded: set[str] = set()
        self.ends: dict[str, Callable[[], tuple[Lineage, ...]]] = {
            "intermediate": lambda: self._files(
                "accounts_intermediate", "accounts_gross_output", "accounts_use_share"
            ),
            "final_demand": lambda: self._files("accounts_flow"),
            "value_added": lambda: self._files("accounts_gross_output", "accounts_use_share"),
            "tariff_rate": lambda: self._files("tariffs"),
            "network": lambda: self._files("osm_", "sea_", "cities", "ports", "own_network_"),
            "trade_elasticity": self._elasticities,
            "freight": self._freight,
            "network_parameters": lambda: self._parameters("network.csv"),
            "mode_choice": lambda: self._parameters("mode_choice.csv"),
            "finance_parameters": lambda: self._parameters("finance.csv"),
            "non_tariff_parameters": lambda: self._parameters("non_tariff.csv"),
            "programme": self._programme,
        }

    def indicator(self, name: str) -> Lineage:
        """An indicator's change, and what it was computed from."""
        declared = next(row for rows in all_indicators().values() for row in rows if row.name == name)
        label = f"{declared.title}, {self.economy}, {self.inputs.year}"
        unit = unit_of(declared, "change")
        value, largest = self._figures(declared, unit)
        method = f"{declared.method}; {declared.source}; {declared.grade}"
        found = (*largest, *(self._step(item) for item in declared.inputs))
        return Lineage(label, value, unit, method, inputs=found)

    def _figures(self, declared: Indicator, unit: str) -> tuple[float | None, tuple[Lineage, ...]]:
        """The economy's figure; where there are several (by partner, sector, project) the largest of them."""
        values = self.results.values(declared.name, years=[self.inputs.year]).sel(year=self.inputs.year)
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

    def _step(self, name: str) -> Lineage:
        if name not in variables():
            return self.indicator(name)
        row = variables()[name]
        if name in self.unfolded:
            return Lineage(row.title, method="as above")
        self.unfolded.add(name)
        found = tuple(self._step(item) for item in row.inputs) + self.ends.get(name, tuple)()
        return Lineage(row.title, method=row.method, inputs=found)

    def _files(self, *prefixes: str) -> tuple[Lineage, ...]:
        ends = []
        for name, entry in self.inputs.world.manifest["files"].items():
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
        assumptions = self.inputs.assumptions
        return tuple(leaf(name, assumptions.evidence(name)) for name in table_names(table))

    def _largest_sectors(self) -> list[str]:
        """The goods that the economy trades most: the sectors whose figures matter most to it."""
        accounts = self.inputs.world.accounts
        flow = accounts.trade_flow
        abroad = flow.where(flow["origin"] != flow["destination"], 0.0)
        traded = abroad.sel(origin=self.economy).sum("destination") + abroad.sel(
            destination=self.economy
        ).sum("origin")
        goods = [code for code in accounts.sectors if accounts.is_goods(code)]
        return sorted(goods, key=lambda code: -float(traded.sel(sector=code)))[:MOST_SECTORS]

    def _elasticities(self) -> tuple[Lineage, ...]:
        elasticities = self.inputs.assumptions.elasticities
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
        freight = self.inputs.assumptions.freight
        wanted = self._largest_sectors()
        return tuple(leaf(name, freight.evidence(name)) for name in freight if name.split(".")[0] in wanted)

    def _programme(self) -> tuple[Lineage, ...]:
        change = self.inputs.change
        return tuple(
            Lineage(
                f"{item.id}: {item.title}",
                method=f"opens {item.opening}",
                inputs=tuple(leaf(name, figure) for name, figure in item.figures()),
            )
            for item in self.inputs.programme.items
            if item.id in change.effective
        )


def _origin(row: dict[str, str]) -> str:
    """Where a source was taken from: a pinned package, or a file that the user imported."""
    if row["registry"] == "file":
        return f"imported from the file {row['package']}, SHA-256 {row['sha256']}"
    return f"from the package {row['package']} {row['version']}"
