"""Electricity that a plant or a line displaces: one stack of fuels, for money and for gases alike.

    at home   sum over fuels f, the dearest first, of min(what is left of E, a TWh[f])
    line      E (1 - l) displaced where it is bought, E made where it is sold

E is the output of a plant or what a line takes in, l the share lost, a the share of a fuel's power that one plant can
displace. What no fuel of the economy's own mix is displaced by is left: it displaces nothing that is known.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from samarkand.programme.model.models import Item
from samarkand.world.economies.facts import Facts

FOSSIL = ("oil", "gas", "coal")
HOURS = 8760.0


class Displaced(NamedTuple):
    """GWh a year by fuel that are displaced, and GWh a year that displace none."""

    by_fuel: Mapping[str, float]
    left: float


class Output(NamedTuple):
    """GWh a year by economy: brought to users, and made elsewhere to be carried there (lines); or what is missing."""

    brought: Mapping[str, float]
    made: Mapping[str, float]
    missing: str = ""


def displace(economy: str, output: float, facts: Facts, parameters: Mapping[str, float]) -> Displaced:
    """Power by fuel that `output` GWh a year displace in an economy, the dearest first."""
    left, by_fuel = output, {}
    for fuel in sorted(FOSSIL, key=lambda one: -parameters[f"electricity_cost_{one}"]):
        made = 1e3 * (facts.get(economy, f"electricity_{fuel}").value or 0.0)  # TWh to GWh
        by_fuel[fuel] = min(left, parameters["displaceable_share"] * made)
        left -= by_fuel[fuel]
    return Displaced(by_fuel, left)


def generation_of(item: Item, parameters: Mapping[str, float]) -> tuple[float, str]:
    """Output of a plant in GWh a year as published, or from its capacity; or what is missing."""
    fuel = item.words("fuel")[0]
    published, capacity = item.figure("generation"), item.figure("capacity")
    if published is not None:
        return published.value or 0.0, ""
    factor = parameters.get(f"capacity_factor_{fuel}")
    if capacity is None or factor is None:
        return 0.0, f"not assessed: needs generation of the item{'' if factor else f' (fuel {fuel})'}"
    return 1e-3 * HOURS * factor * (capacity.value or 0.0), ""


def output_of(item: Item, parameters: Mapping[str, float]) -> Output:
    """Where the output of a plant is used, or what a line carries; buyers share alike, and so do sellers."""
    buyers = item.words("exported_to")
    if item.kind == "transmission_line":
        carried, lost = item.figure("energy_carried"), item.figure("loss_share")
        sellers = tuple(code for code in item.words("exported_from") if code not in buyers)
        given = {"energy_carried": carried, "exported_from": sellers, "exported_to": buyers}
        missing = [name for name, there in given.items() if not there]
        if missing or carried is None:
            return Output({}, {}, f"needs {', '.join(missing)} of the item")
        energy = carried.value or 0.0
        arrives = energy * (1.0 - (0.0 if lost is None else lost.value or 0.0))
        return Output(
            {code: arrives / len(buyers) for code in buyers},
            {code: energy / len(sellers) for code in sellers},
        )
    output, missing_words = generation_of(item, parameters)
    if missing_words:
        return Output({}, {}, missing_words.removeprefix("not assessed: "))
    share = item.figure("export_share")
    abroad = 0.0 if share is None else share.value or 0.0
    if abroad > 0 and not buyers:
        return Output({}, {}, "needs exported_to of the item")
    brought = {item.economies[0]: (1 - abroad) * output} if abroad < 1 else {}
    for code in buyers if abroad > 0 else ():
        brought[code] = brought.get(code, 0.0) + abroad * output / len(buyers)
    return Output(brought, {})
