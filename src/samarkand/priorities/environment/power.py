"""Electricity of a plant: what a unit costs over its life, what it generates, and which fuels it displaces.

    levelised cost   1000 K (a + u) / E + c        a = r / (1 - (1 + r)^-N)

`K` capital cost in US$ m, `E` GWh a year, `u` upkeep in a year over the capital cost (or a published cost of operation,
which holds the fuel), `c` cost of fuel in US$/MWh, `r` the rate, `N` years.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import xarray as xr

from samarkand.core.declarations import read_table
from samarkand.core.evidence import Cited
from samarkand.core.gaps import Gap
from samarkand.core.labels import labelled
from samarkand.engines.schedules import calc_annuity
from samarkand.ledger.displacement import FOSSIL, displace, generation_of, output_of
from samarkand.priorities.base import Levels, Range
from samarkand.programme.model.models import Item
from samarkand.world.economies.facts import Facts
from samarkand.world.parameters import Parameters

NAMES = ("item_generation", "item_levelised_cost", "item_displaced_power")
NO_PLANT = "it generates no electricity"
NO_CAPEX = "no capex is published"
BASIS = "published"
LEAST_RATE = 1e-6  # an annuity at no interest at all


class Tariff(Cited):
    """A row of `published_tariffs.csv`: US$ m, GWh a year, years, US$/MWh."""

    plant: str
    title: str
    economy: str
    fuel: str
    capex: float
    generation: float
    years: float
    tariff: float


def published_tariffs() -> tuple[Tariff, ...]:
    """All rows: those that a levelised cost comes near, and those that it does not."""
    return tuple(read_table("samarkand.priorities.environment", "published_tariffs.csv", Tariff))


def calc_levelised_cost(
    capex: float, generation: float, rate: float, years: float, running: float, fuel: float
) -> float:
    """`1000 (K a + R) / E + c`: US$/MWh.

    `capex` US$ m, `generation` GWh a year, `running` US$ m a year besides fuel, `fuel` US$/MWh. Source: International
    Renewable Energy Agency, Renewable Power Generation Costs; with equal output every year its sums are this annuity.
    """
    return 1e3 * (float(calc_annuity(capex, rate, years)) + running) / generation + fuel


def fuel_cost(fuel: str, parameters: Parameters) -> float:
    """US$/MWh of a fuel; nothing for what burns none."""
    return parameters.get(f"electricity_cost_{fuel}", 0.0)


def levelised_tariff(row: Tariff, parameters: Parameters) -> float:
    """What a unit of a published plant costs over the years of its contract, US$/MWh."""
    running = parameters["upkeep_share_power"] * row.capex
    rate = parameters["power_discount_rate"]
    return calc_levelised_cost(
        row.capex, row.generation, rate, row.years, running, fuel_cost(row.fuel, parameters)
    )


def break_even_rate(row: Tariff, parameters: Parameters) -> float | None:
    """The rate at which the levelised cost is the published tariff; None where it is above it even at nothing."""

    def over(rate: float) -> float:
        return levelised_tariff(row, parameters.replace({"power_discount_rate": rate})) - row.tariff

    if over(LEAST_RATE) > 0:
        return None
    from scipy.optimize import brentq  # takes long to import, and only this needs it

    return float(brentq(over, LEAST_RATE, 1.0))


def power_of(item: Item, facts: Facts, parameters: Parameters) -> dict[str, Levels | Gap]:
    """The indicators of a plant."""
    if item.kind != "power_plant":
        return {name: Gap(item.id, name, NO_PLANT) for name in NAMES}
    output, missing = generation_of(item, parameters)
    if missing or not output > 0:
        reason = missing.removeprefix("not assessed: ") or NO_PLANT
        return {name: Gap(item.id, name, reason) for name in NAMES}
    return {
        "item_generation": Levels(change=xr.DataArray(output)),
        "item_levelised_cost": _levelised(item, output, parameters),
        "item_displaced_power": _displaced(item, facts, parameters),
    }


def _levelised(item: Item, output: float, parameters: Parameters) -> Levels | Gap:
    if item.capex is None or item.capex.value is None:
        return Gap(item.id, "item_levelised_cost", NO_CAPEX)
    capex, years = item.capex.value, parameters[item.kind_row.asset_life or "asset_life_other"]
    published = item.figure("operating_cost")
    running, fuel = parameters["upkeep_share_power"] * capex, fuel_cost(item.words("fuel")[0], parameters)
    if published is not None and published.value is not None:
        running, fuel = published.value, 0.0
    low, central, high = (
        xr.DataArray(calc_levelised_cost(capex, output, rate, years, running, fuel))
        for rate in parameters.evidence("power_discount_rate").ends
    )
    return Levels(change=central, ranges={"change": Range(low, high, BASIS)})


def _displaced(item: Item, facts: Facts, parameters: Parameters) -> Levels | Gap:
    """GWh a year by fuel, in all grids that it serves together."""
    output = output_of(item, parameters)
    if output.missing:
        return Gap(item.id, "item_displaced_power", output.missing)
    total = displaced_by_fuel(output.brought, facts, parameters)
    return Levels(change=labelled(np.array([total[fuel] for fuel in FOSSIL]), case=FOSSIL))


def displaced_by_fuel(brought: Mapping[str, float], facts: Facts, parameters: Parameters) -> dict[str, float]:
    """GWh a year of each fuel: the stack of the ledger, summed over grids."""
    total = dict.fromkeys(FOSSIL, 0.0)
    for economy, energy in brought.items():
        for fuel, taken in displace(economy, energy, facts, parameters).by_fuel.items():
            total[fuel] += taken
    return total
