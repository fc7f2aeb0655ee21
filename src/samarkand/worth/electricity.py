"""Fuel that a power plant displaces, or that a line between two grids lets one economy save.

    at home   sum over fuels f, the dearest first, of min(what is left of E, a TWh[f]) c[f] - E c[own]
    abroad    E p: at the price at which it is sold, paid by the buyers, who save as much at the least
    line      E (1 - l) displaced where it is bought, E k spent where it is sold; the sale itself is a transfer
    saved     what a renewal saves of electricity displaces fuel as power does; of heat the gas that made it
    unserved  E S / 8760 V where hours of shortage are published: that part of E displaces nothing

E is the output of a plant or what a line takes in, l the share lost, k what a unit more costs the sellers; c the fuel
cost of power from each fuel, a the share of a fuel's power that one plant can displace; S hours a year in which supply
falls short where it is sold, V what a unit that is not served is worth. What no fuel of the economy's
own mix is displaced by has no value here: hours of shortage would have to be given. Capacity, emissions and reservoirs
are not in it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from samarkand.core.gaps import Gap
from samarkand.ledger.displacement import HOURS, displace, generation_of
from samarkand.programme.model.models import Item
from samarkand.world.economies.facts import Facts
from samarkand.worth.own_ranges import with_own_ranges
from samarkand.worth.streams import Amount, Stream

SOURCE = "World Bank (2015), Economic Analysis of Power Sector Projects (recalled); embedded mix of fuels"


class Displaced(NamedTuple):
    """US$ m a year of fuel, and GWh a year that displace no fuel."""

    value: float
    left: float


@with_own_ranges
def electricity_streams(
    item: Item, facts: Facts, low: Mapping[str, float], value: Mapping[str, float], high: Mapping[str, float]
) -> tuple[list[Stream], list[Gap]]:
    """What a power plant or line is worth to its economies and to buyers abroad, and what is missing; nothing for other
    kinds."""
    if item.kind == "transmission_line":
        return _line_streams(item, facts, low, value, high)
    if item.kind == "retrofit":
        return _saved_streams(item, facts, low, value, high)
    if item.kind != "power_plant":
        return [], []
    fuel = item.words("fuel")[0]
    output, wrong = generation_of(item, value)
    if wrong:
        return [], [Gap(item.id, "electricity_cost", wrong)]
    home, share = item.economies[0], item.figure("export_share")
    abroad = 0.0 if share is None else share.value or 0.0
    gaps: list[Gap] = []
    amounts: dict[tuple[str, str], Amount] = {}
    sales: dict[tuple[str, str], Amount] = {}
    short = _short_share(item)
    served: dict[tuple[str, str], Amount] = {}
    if abroad < 1:
        ends = [
            displaced_fuel(home, (1 - short) * (1 - abroad) * output, facts, parameters)
            for parameters in (low, value, high)
        ]
        amounts[home, ""] = Amount(*(one.value for one in ends))
        gaps += _displace_nothing(item, home, output, ends[1].left)
        served[home, ""] = _unserved(short * (1 - abroad) * output, low, value, high)
    price, buyers = item.figure("export_price"), item.words("exported_to")
    if abroad > 0 and (price is None or not buyers):
        missing = [name for name, there in (("export_price", price), ("exported_to", buyers)) if not there]
        gaps.append(
            Gap(item.id, "electricity_sales", f"exports not assessed: needs {', '.join(missing)} of the item")
        )
    elif abroad > 0 and price is not None:
        paid = 1e-3 * abroad * output * (price.value or 0.0)  # GWh times US$/MWh are US$ thousand
        for code in buyers:
            amounts[code, ""] = Amount.sure(paid / len(buyers))
            sales[code, ""] = Amount.sure(-paid / len(buyers))
        sales[home, ""] = Amount.sure(paid)
    # A published cost of operation holds the plant's own fuel.
    rate = 0.0 if item.figure("operating_cost") else value.get(f"electricity_cost_{fuel}", 0.0)
    own = 1e-3 * output * rate
    before = amounts.get((home, ""), Amount.sure(0.0))
    amounts[home, ""] = Amount(*(one - own for one in before))
    return _declining(item, amounts, sales) + _serving(item, served), gaps


def _line_streams(
    item: Item, facts: Facts, low: Mapping[str, float], value: Mapping[str, float], high: Mapping[str, float]
) -> tuple[list[Stream], list[Gap]]:
    """What a line between grids is worth at both of its ends."""
    carried, cost, price = (item.figure(name) for name in ("energy_carried", "supply_cost", "export_price"))
    buyers = item.words("exported_to")
    sellers = tuple(code for code in item.words("exported_from") if code not in buyers)
    given = {"energy_carried": carried, "supply_cost": cost, "exported_from": sellers, "exported_to": buyers}
    missing = [name for name, there in given.items() if not there]
    if missing or carried is None or cost is None:
        needs = f"not assessed: needs {', '.join(missing)} of the item"
        return [], [Gap(item.id, "electricity_cost", needs)]
    lost = item.figure("loss_share")
    energy = carried.value or 0.0
    gaps: list[Gap] = []
    arrives = energy * (1.0 - (0.0 if lost is None else lost.value or 0.0)) / len(buyers)
    amounts: dict[tuple[str, str], Amount] = {}
    sales: dict[tuple[str, str], Amount] = {}
    paid = 0.0 if price is None else 1e-3 * energy * (price.value or 0.0)
    short, served = _short_share(item), dict[tuple[str, str], Amount]()
    for code in buyers:
        ends = [
            displaced_fuel(code, (1 - short) * arrives, facts, parameters)
            for parameters in (low, value, high)
        ]
        served[code, ""] = _unserved(short * arrives, low, value, high)
        amounts[code, ""] = Amount(*(one.value for one in ends))
        sales[code, ""] = Amount.sure(-paid / len(buyers))
        gaps += _displace_nothing(item, code, arrives, ends[1].left)
    for code in sellers:
        amounts[code, ""] = Amount.sure(-1e-3 * energy * (cost.value or 0.0) / len(sellers))
        sales[code, ""] = Amount.sure(paid / len(sellers))
    return _declining(item, amounts, sales if paid else {}) + _serving(item, served), gaps


def _saved_streams(
    item: Item, facts: Facts, low: Mapping[str, float], value: Mapping[str, float], high: Mapping[str, float]
) -> tuple[list[Stream], list[Gap]]:
    """What energy that a renewal saves is worth, in equal parts of its economies."""
    saved = item.figure("energy_saving")
    if saved is None:
        return [], [Gap(item.id, "electricity_cost", "not assessed: needs energy_saving of the item")]
    energy, heat = (saved.value or 0.0) / len(item.economies), item.words("saved_as") == ("heat",)
    gaps: list[Gap] = []
    amounts: dict[tuple[str, str], Amount] = {}
    for code in item.economies:
        if heat:
            rates = (one["electricity_cost_gas"] * one["heat_fuel_share"] for one in (low, value, high))
            amounts[code, ""] = Amount(*(1e-3 * energy * rate for rate in rates))
            continue
        ends = [displaced_fuel(code, energy, facts, parameters) for parameters in (low, value, high)]
        amounts[code, ""] = Amount(*(one.value for one in ends))
        gaps += _displace_nothing(item, code, energy, ends[1].left)
    return _declining(item, amounts, {}), gaps


def _short_share(item: Item) -> float:
    """Share of the hours of a year in which supply falls short where it is used; none where none is given."""
    hours = item.figure("shortage_hours")
    return 0.0 if hours is None else (hours.value or 0.0) / HOURS


def _unserved(
    energy: float, low: Mapping[str, float], value: Mapping[str, float], high: Mapping[str, float]
) -> Amount:
    return Amount(*(1e-3 * energy * one["value_of_lost_load"] for one in (low, value, high)))


def _serving(item: Item, served: Mapping[tuple[str, str], Amount]) -> list[Stream]:
    known = {who: amount for who, amount in served.items() if amount.central}
    opening = item.opening.year if item.opening else 0
    if not known:
        return []
    return [Stream("unserved_energy", "any", "direct", known, "grows", opening, "estimated", SOURCE)]


def _displace_nothing(item: Item, economy: str, output: float, left: float) -> list[Gap]:
    if not left > 0:
        return []
    rest = f"{left:,.0f} of {output:,.0f} GWh a year displace no fuel of {economy}"
    return [Gap(item.id, "electricity_cost", f"{rest}: hours of shortage would have to be given")]


def _declining(
    item: Item, amounts: Mapping[tuple[str, str], Amount], sales: Mapping[tuple[str, str], Amount]
) -> list[Stream]:
    opening = item.opening.year if item.opening else 0
    found = [
        Stream(margin, "any", "direct", by, "declines", opening, "estimated", SOURCE)
        for margin, by in (("electricity_cost", amounts), ("electricity_sales", sales))
    ]
    return [stream for stream in found if stream.amounts]


def displaced_fuel(economy: str, output: float, facts: Facts, parameters: Mapping[str, float]) -> Displaced:
    """Fuel that `output` GWh a year displace in an economy, the dearest first."""
    found = displace(economy, output, facts, parameters)
    value = 0.0
    for fuel, taken in found.by_fuel.items():
        value += 1e-3 * taken * parameters[f"electricity_cost_{fuel}"]
    return Displaced(value, found.left)
