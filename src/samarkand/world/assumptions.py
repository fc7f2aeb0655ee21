"""Assumptions: everything declared that a scenario may replace by name, in one place.

Names are those of the tables: `rail_speed` (a parameter), `coal.value_per_tonne` (freight by sector),
`coal.trade_elasticity` (elasticities by sector). A parameter with values by year is replaced as a whole or for one of
its years: `carbon_price`, `carbon_price.2030`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from samarkand.core.evidence import Evidence
from samarkand.core.faults import FaultList
from samarkand.core.hashing import content_hash
from samarkand.world.accounts.elasticities import TradeElasticities, load_elasticities
from samarkand.world.freight.commodities import load_freight
from samarkand.world.parameters import Parameters, load_parameters, table_names

ELASTICITY = ".trade_elasticity"
LIFE, LONGEST = "asset_life_", 500.0  # years


@dataclass(frozen=True)
class Assumptions:
    """Parameters, freight by sector and trade elasticities, with what a scenario replaced."""

    parameters: Parameters
    freight: Parameters
    elasticities: TradeElasticities

    @property
    def names(self) -> tuple[str, ...]:
        """Every name that has a figure, and so can be replaced."""
        by_sector = (sector + ELASTICITY for sector in self.elasticities.sectors)
        return (*self.parameters.names, *self.freight, *by_sector)

    def evidence(self, name: str) -> Evidence:
        """Evidence of the figure in force. Raises `KeyError` for a name that is not declared."""
        if name.endswith(ELASTICITY):
            return self.elasticities.evidence(name.removesuffix(ELASTICITY))
        return (self.freight if name in self.freight else self.parameters).evidence(name)

    def replace(self, values: Mapping[str, float] | Iterable[tuple[str, float]]) -> Assumptions:
        """The assumptions with some replaced. Raises `Faults` for wrong names and values."""
        new = dict(values)
        faults = FaultList()
        known = (*self.names, *self.parameters.series_names)
        for name, value in new.items():
            place = f"assumptions {name}"
            if name not in known:
                faults.add(place, *self.parameters.unknown(name, known))
            elif not value >= 0 or value == float("inf"):
                faults.add(place, f"is {value}", "Give a finite number that is not negative.")
            elif name.endswith(ELASTICITY) and value == 0:
                faults.add(place, "is zero", "A trade elasticity is above zero.")
            elif name.startswith(LIFE) and value < 1:
                faults.add(place, f"is {value:g} years", "Capital is charged over at least one year.")
            elif name in self.parameters and self.evidence(name).unit == "years" and value > LONGEST:
                faults.add(place, f"is {value:g} years", f"Give at most {LONGEST:g} years.")
            elif name in table_names("finance.csv") and self.evidence(name).unit == "fraction" and value > 1:
                faults.add(place, f"is {value:g}", "A fraction is at most 1.")
        faults.raise_if_any()
        elastic = {
            name.removesuffix(ELASTICITY): value for name, value in new.items() if name.endswith(ELASTICITY)
        }
        return Assumptions(
            self.parameters.replace(
                {name: value for name, value in new.items() if name in self.parameters.replaceable}
            ),
            self.freight.replace({name: value for name, value in new.items() if name in self.freight}),
            self.elasticities.replace(**elastic),
        )

    @cached_property
    def hash(self) -> str:
        """Content hash of names and values in force."""
        figures = {name: self.evidence(name).value for name in self.names}
        return content_hash({**figures, **self.parameters.dated_content()})


def load_assumptions() -> Assumptions:
    """All declared assumptions."""
    return Assumptions(load_parameters(), load_freight(), load_elasticities())
