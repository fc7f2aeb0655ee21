"""Greenhouse gases of an item over its life, by year, and what they are worth at a path of prices.

    gross(t) = r(t) G                    G its own in a year of full service, r the ramp-up
    net(t)   = r(t) (G + B (1 - g)^n)    B what it displaces, below zero; n years since the opening
    payback  the first year in which construction and net, added up from the start, are not above zero
    worth    - sum over t of (net(t) + construction(t)) p(t) / (1 + r)^(t - opening)
    switch   K / - sum over t of (net(t) + construction(t)) / (1 + r)^(t - opening)

Construction is spread evenly over its years. `switch` is the price of a tonne, the same in every year, at which the
gases avoided alone are worth the capital `K`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from samarkand.core.conventions import Floats
from samarkand.engines.schedules import calc_ramp_up
from samarkand.priorities.environment.ends import NOTHING, Ends
from samarkand.programme.events import years_of_construction
from samarkand.programme.model.models import Item
from samarkand.world.parameters import Parameters

PATHS = ("eib", "ebrd", "world_bank_low", "world_bank_high")
TITLES = {
    "eib": "EIB",
    "ebrd": "EBRD",
    "world_bank_low": "World Bank, low",
    "world_bank_high": "World Bank, high",
}
NO_OPENING = "no opening is published"
NO_PAYBACK = "it never pays back what building it emits"


@dataclass(frozen=True, eq=False)
class GasPath:
    """Tonnes by year, from the first of construction to the last of service.

    Parameters
    ----------
    years
        All years.
    opening
        The year of opening.
    building, gross, net
        Tonnes in each of `years`; `net` without `building`.
    """

    years: range
    opening: int
    building: Floats
    gross: Floats
    net: Floats

    @property
    def payback(self) -> int | None:
        """The first year of service by whose end no more was emitted than avoided; None where there is none."""
        total = np.cumsum(self.building + self.net)
        for year, sum_ in zip(self.years, total, strict=True):
            if year >= self.opening and sum_ <= 0.0:
                return year
        return None


def years_of(item: Item, parameters: Parameters) -> range | None:
    """Years of construction and service; None where no opening is published."""
    if item.opening is None:
        return None
    built = years_of_construction(item)
    start = built.start if built else item.opening.year
    service = round(parameters[item.kind_row.asset_life or "asset_life_other"])
    return range(min(start, item.opening.year), item.opening.year + service)


def path_of(
    years: range, opening: int, tonnes: tuple[float, float, float], ramp: float, fall: float
) -> GasPath:
    """The path of (construction in all, own a year, displaced a year below zero); `fall`: of the displaced a year."""
    built, own, displaced = tonnes
    since = np.array(years, np.float64) - opening
    share = calc_ramp_up(since, ramp)
    building = np.zeros(len(years))
    building[: max(opening - years.start, 1)] = built / max(opening - years.start, 1)
    baseline = displaced * np.power(1.0 - fall, np.maximum(since, 0.0))
    return GasPath(years, opening, building, share * own, share * (own + baseline))


def paths_between(
    item: Item, parameters: Parameters, built: Ends, own: Ends, displaced: Ends, falls: bool = True
) -> tuple[GasPath, GasPath, GasPath] | None:
    """The path at the low end of every figure, at the values and at the high end; None without an opening.

    `falls`: whether what is displaced becomes cleaner year by year.
    """
    years = years_of(item, parameters)
    if years is None or item.opening is None:
        return None
    ramp = parameters["ramp_up_years"]
    fall = Ends(*parameters.evidence("grid_decarbonisation").ends) if falls else NOTHING
    low, central, high = (
        path_of(years, item.opening.year, tonnes, ramp, one)
        for tonnes, one in zip(zip(built, own, displaced, strict=True), fall, strict=True)
    )
    return low, central, high


def calc_discounted(path: GasPath, rate: float) -> float:
    """`sum over t of (net + construction) / (1 + r)^(t - opening)`, tonnes."""
    return float((path.net + path.building) @ _discount(path, rate))


def calc_carbon_worth(path: GasPath, prices: Floats, rate: float) -> float:
    """`- sum over t of (net + construction) p / (1 + r)^(t - opening)`: tonnes and US$ a tonne make US$ m.

    What the world gains by it in the year of opening, prices by year of `path`.
    """
    return float(-1e-6 * ((path.net + path.building) * prices) @ _discount(path, rate))


def calc_switching_price(cost: float, discounted_tonnes: float) -> float:
    """`C / - T`: US$ a tonne at which the tonnes avoided pay `cost` (US$ m); not a number where none are avoided."""
    return 1e6 * cost / -discounted_tonnes if discounted_tonnes < 0 else float("nan")


def prices_of(parameters: Parameters, path: str, years: range) -> Floats:
    """A published path, US$ a tonne by year."""
    name = f"carbon_price_{path}"
    series = parameters.series(name)
    rate = parameters["euro"] if series.unit.startswith("EUR") else 1.0
    return rate * np.array([series.at(year) for year in years])


def _discount(path: GasPath, rate: float) -> Floats:
    since = np.array(path.years, np.float64) - path.opening
    factors: Floats = np.power(1.0 + rate, -since)
    return factors
