"""Greenhouse gases of one item put together: construction, a year of service, the path over its life, and its worth."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import xarray as xr

from samarkand.core.gaps import Gap
from samarkand.core.labels import labelled
from samarkand.ledger.displacement import generation_of
from samarkand.priorities.base import Levels, Part, Range
from samarkand.priorities.environment.construction import construction_of
from samarkand.priorities.environment.ends import NOTHING, Ends, ends_of
from samarkand.priorities.environment.operation import Operation, acts_on_freight, operation_of
from samarkand.priorities.environment.paths import (
    NO_OPENING,
    NO_PAYBACK,
    PATHS,
    TITLES,
    GasPath,
    calc_carbon_worth,
    calc_discounted,
    calc_switching_price,
    paths_between,
    prices_of,
)
from samarkand.priorities.environment.traffic import FreightGases, freight_gases
from samarkand.priorities.timeline import Timeline
from samarkand.programme.model.models import Item
from samarkand.world.economies.facts import Facts
from samarkand.world.parameters import Parameters

WORLD = "the world"
BASIS = "published"
NO_CAPEX = "no capex is published"
NOTHING_AVOIDED = "it avoids no gases"
BY_YEAR = ("item_gross_emissions", "item_net_emissions")


@dataclass(frozen=True)
class Gases:
    """What is known of an item: tonnes of building it, of a year of service, by year.

    Parameters
    ----------
    item
        Whose they are.
    building, operation
        What is known of each, or why it is not.
    paths
        Low, central and high by year; None where a part is not known or no opening is published.
    """

    item: Item
    building: Ends | Gap
    operation: Operation | Gap
    paths: tuple[GasPath, GasPath, GasPath] | None

    @property
    def building_is_known(self) -> bool:
        """Whether gases of building it are known; a measure builds nothing."""
        return not isinstance(self.building, Gap) or self.item.kind_row.item == "measure"

    @property
    def reason(self) -> str:
        """Why there is no path."""
        if isinstance(self.operation, Gap):
            return self.operation.reason
        return NO_OPENING


def gases_of(
    item: Item, facts: Facts, parameters: Parameters, operation: Operation | Gap | None = None
) -> Gases:
    """Gases of an item; `operation`: of a year of service, where it is known better (freight).

    Where gases of building it are not known the path is without them, and says so.
    """
    building = construction_of(item, parameters)
    found = operation or operation_of(item, facts, parameters)
    paths = None
    if not isinstance(found, Gap):
        built = NOTHING if isinstance(building, Gap) else building
        paths = paths_between(item, parameters, built, found.gross, found.baseline, found.falls)
    return Gases(item, building, found, paths)


def gases_in(item: Item, timeline: Timeline) -> Gases:
    """Gases of an item of a question, with freight where it was laid with the item left out, now or before.

    In the last year, all other items in place.
    """
    facts, parameters = timeline.world.fact_table, timeline.assumptions.parameters
    if not acts_on_freight(item):
        return gases_of(item, facts, parameters)
    found = freight_gases(item, timeline)
    return gases_of(item, facts, parameters, found.operation() if isinstance(found, FreightGases) else found)


def outcomes_of(gases: Gases, parameters: Parameters) -> dict[str, Levels | Gap]:
    """The indicators of an item."""
    item = gases.item
    found: dict[str, Levels | Gap] = {
        "item_construction_emissions": _with_ends(gases.building)
        if not isinstance(gases.building, Gap)
        else gases.building,
        "item_life_cycle_emissions": life_cycle_of(item, parameters),
    }
    if gases.paths is None:
        names = (*BY_YEAR, "item_payback_year", "item_carbon_worth", "item_switching_price")
        return found | {name: Gap(item.id, name, gases.reason) for name in names}
    years = list(gases.paths[1].years)
    for name, part in zip(BY_YEAR, ("gross", "net"), strict=True):
        low, central, high = (
            xr.DataArray(getattr(path, part), {"year": years}, ("year",)) for path in gases.paths
        )
        outside = "outside the years of the item"
        found[name] = Levels(change=central, reason=outside, ranges=_range(low, high))
    return found | _of_life(gases, parameters)


def _of_life(gases: Gases, parameters: Parameters) -> dict[str, Levels | Gap]:
    """Payback, worth and switching price: of construction and service together, so that both are needed."""
    names = ("item_payback_year", "item_carbon_worth", "item_switching_price")
    if isinstance(gases.building, Gap) and not gases.building_is_known:
        reason = f"gases of building it: {gases.building.reason}"
        return {name: Gap(gases.item.id, name, reason) for name in names}
    assert gases.paths is not None
    path, rate = gases.paths[1], parameters["carbon_discount_rate"]
    payback = path.payback
    worth = worth_by_path(gases, parameters)
    low, high = (np.array([[getattr(one, end)] for one in worth.values()]) for end in ("low", "high"))
    names_of = {"case": tuple(TITLES[name] for name in worth), "party": (WORLD,)}
    central = np.array([[one.central] for one in worth.values()])
    capex = gases.item.capex
    tonnes = calc_discounted(path, rate)
    price: Levels | Gap
    if capex is None or capex.value is None:
        price = Gap(gases.item.id, "item_switching_price", NO_CAPEX)
    elif tonnes >= 0:
        price = Gap(gases.item.id, "item_switching_price", NOTHING_AVOIDED)
    else:
        price = Levels(change=xr.DataArray(calc_switching_price(capex.value, tonnes)))
    return {
        "item_payback_year": Gap(gases.item.id, "item_payback_year", NO_PAYBACK)
        if payback is None
        else Levels(change=xr.DataArray(float(payback))),
        "item_carbon_worth": Levels(
            change=_cases(central, names_of), ranges=_range(_cases(low, names_of), _cases(high, names_of))
        ),
        "item_switching_price": price,
    }


def worth_by_path(gases: Gases, parameters: Parameters) -> dict[str, Ends]:
    """US$ m in the year of opening to the world, by path of prices; nothing where there is no path of gases."""
    if gases.paths is None:
        return {}
    rate = parameters["carbon_discount_rate"]
    found = {}
    for name in PATHS:
        prices = prices_of(parameters, name, gases.paths[1].years)
        # Low and high of tonnes are those of its parameters: fewer gases are worth more.
        values = [calc_carbon_worth(path, prices, rate) for path in gases.paths]
        found[name] = Ends(min(values), values[1], max(values))
    return found


def life_cycle_of(item: Item, parameters: Parameters) -> Levels | Gap:
    """Published gases of the whole life of such a plant for each kilowatt-hour, times what it generates in it."""
    name = "item_life_cycle_emissions"
    if item.kind != "power_plant":
        return Gap(item.id, name, "no published factor of a whole life")
    fuel = item.words("fuel")[0]
    if f"life_cycle_{fuel}" not in parameters:
        return Gap(item.id, name, f"no published factor of a whole life (fuel {fuel})")
    output, missing = generation_of(item, parameters)
    if missing:
        return Gap(item.id, name, missing)
    life = parameters[item.kind_row.asset_life or "asset_life_other"]
    return _with_ends(ends_of(parameters, f"life_cycle_{fuel}").times(output * life))


def _with_ends(ends: Ends) -> Levels:
    low, central, high = (xr.DataArray(one) for one in ends)
    return Levels(change=central, ranges=_range(low, high))


def _range(low: xr.DataArray, high: xr.DataArray) -> Mapping[Part, Range]:
    least, most = low.where(low <= high, high), high.where(low <= high, low)
    return {"change": Range(least, most, BASIS)}


def _cases(values: np.ndarray, names: Mapping[str, tuple[str, ...]]) -> xr.DataArray:
    return labelled(values, **names)
