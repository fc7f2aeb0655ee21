"""Freight of the world as it is with published capacities that bind, beside the same without limits.

What a tariff of a canal would turn aside were it in the cost of a way, and what passing would have to cost so that as
much passes as is published, say how far a price can explain tonnes that are too many.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from samarkand.baseline import Baseline
from samarkand.core.faults import Faults
from samarkand.core.progress import Progress
from samarkand.engines.once import derived
from samarkand.programme.channels.capacity import SWITCH
from samarkand.solving import part_by_route
from samarkand.world.freight.assignment import calc_tonnes, calc_unit_loads, calc_volumes
from samarkand.world.freight.capacity import CapacityRow, Facility, calc_flow, find_place, per_unit, places_of
from samarkand.world.freight.limits import GatedFreight
from samarkand.world.freight.priced_places import Goods, Limits, find_gates, flows_at
from samarkand.world.network.transit_tariffs import transit_tariffs

FULL, SPREAD, ROOM, CONTRADICTED, UNKNOWN = "full", "spread", "room", "contradicted", ""
STANDINGS = {
    FULL: "full", SPREAD: "has room once goods spread over ways of nearly the same cost", ROOM: "has room",
    CONTRADICTED: "not in force: more has passed", UNKNOWN: "no capacity known",
}  # fmt: skip
# Of several capacities of one place the first of these that is found counts.
ORDER = (FULL, SPREAD, ROOM, CONTRADICTED)
MARK = "marked: counts for nothing"  # a capacity in force that is near to what was observed
NEAR = 1.5  # a factor within which a gate agrees with what was observed
GATES = (
    "place", "unit", "observed", "observed_year", "capacity", "capacity_year", "flow", "limited", "price",
    "price_unit", "scarcity", "standing", "marked", "source", "address", "flag",
)  # fmt: skip
MILLION = 1e6


def with_limits(baseline: Baseline, progress: Progress) -> Baseline:
    """The same world with its published capacities in force. Raises `Faults` where goods have no other way."""

    def make() -> Baseline:
        progress("prices of full facilities")
        setting = baseline.setting
        assumptions = setting.world.assumptions.replace(((SWITCH, 1.0),))
        given = {"freight": baseline.freight, "solution": baseline.solution}
        limited = Baseline(replace(setting, assumptions=assumptions), (), baseline.kept, given)
        _ = limited.state  # its prices, or what makes them impossible
        return limited

    return derived(baseline, "with limits", make)


def limits_of(limited: Baseline) -> Limits:
    """Facilities and prices of a world with limits."""
    gates = limited.gates
    assert gates is not None  # `with_limits` asks for them
    return gates.limits


def standing_of(limited: Baseline, place: str) -> dict[str, Any]:
    """How a place stands with limits on: `price`, `price_unit`, `standing` (a word of `STANDINGS`), and `marked`.

    Of several capacities of one place one that is full counts, then one with room. A place is marked if one that is
    full is, or if none is full and any in force is: that what passes it is as observed says nothing of the model.
    """
    limits = limits_of(limited)
    rows = places_of(limited.setting.world.network, limited.setting.assumptions.parameters)
    here = [_standing(row, limits) for row, _ in rows if row.place == place]
    if not here:
        return {"price": None, "price_unit": "", "standing": UNKNOWN, "marked": False}
    best = min(here, key=lambda one: ORDER.index(one["standing"]))
    counted = [one for one in here if one["standing"] == FULL] or here
    return {**best, "marked": any(one["marked"] for one in counted)}


def _standing(row: CapacityRow, limits: Limits) -> dict[str, Any]:
    price = limits.prices.get(row.id)
    unit = next((price_unit(one) for one in limits.facilities if one.id == row.id), "")
    standing = CONTRADICTED if price is None else FULL if price > 0 else ROOM
    if standing == ROOM and limits.choosing is not None:
        at = [one.id for one in limits.facilities].index(row.id)
        standing = SPREAD if limits.choosing[at] else ROOM
    marked = row.close_to_observed and not row.contradicted
    return {"price": price, "price_unit": unit, "standing": standing, "marked": marked}


def gates_within(table: pd.DataFrame, column: str, counted: pd.Series) -> tuple[int, int]:
    """How many gates are within `NEAR` of what was observed, and of how many.

    table: as `observed.beside_observed`; column: `factor` (without limits) or `limited_factor` (with them); counted:
    which rows may count.
    """
    factors = table.loc[counted & (table["measure"] == "tonnes"), column].dropna()
    return int(factors.between(1 / NEAR, NEAR).sum()), len(factors)


def price_unit(facility: Facility) -> str:
    """Unit of the price of a facility."""
    return "US$/TEU" if facility.measure == "teu" else "US$/t"


def gates_with_limits(baseline: Baseline, progress: Progress) -> pd.DataFrame:
    """One row a published capacity whose place the network has, in the order of its table.

    Columns: place, unit, observed and observed_year, capacity and capacity_year, flow (without limits), limited (the
    flow with them), price (missing where the capacity is not in force) in price_unit, scarcity (rent or queue),
    standing (a word of `STANDINGS`), marked (in force, and less than 1.5 times what was observed), source, address,
    flag. Flows and capacities are in `unit`. Empty, with the reason in `attrs["reason"]`, where goods that have no
    other way are more than a place takes.
    """
    try:
        limited = with_limits(baseline, progress)
    except Faults as wrong:
        table = pd.DataFrame(columns=list(GATES))
        table.attrs["reason"] = "; ".join(f"{fault.place}: {fault.reason}" for fault in wrong.faults)
        return table
    parameters, rows = limited.setting.assumptions.parameters, []
    for row, place in places_of(limited.setting.world.network, parameters):
        flows = [calc_flow(one.assignment, place, row.unit, parameters) for one in (baseline, limited)]
        rows.append(
            {
                "place": row.title, "unit": row.unit, "observed": row.observed, "observed_year": row.observed_year,
                "capacity": row.capacity, "capacity_year": row.year, "flow": flows[0], "limited": flows[1],
                **_standing(row, limits_of(limited)), "scarcity": row.price, "source": row.source,
                "address": row.address, "flag": row.flag,
            }
        )  # fmt: skip
    table = pd.DataFrame(rows, columns=list(GATES))
    for name in ("observed", "capacity", "flow", "limited", "price"):
        table[name] = pd.to_numeric(table[name])
    for name in ("observed_year", "capacity_year"):
        table[name] = table[name].astype("Int64")
    return table


@dataclass(frozen=True)
class TollSensitivity:
    """What a price at a canal would do to what passes it, own goods of its economy counted, m t a year.

    passing: as the model has it, its tariff `toll` (US$ a tonne) in the cost of the ways; published: what passed, and
    `price` (US$ a tonne) what passing would have to cost besides for that; None where no price does it, as those left
    have no other way.
    """

    toll: float
    passing: float
    published: float
    price: float | None


def toll_sensitivity(baseline: Baseline, tariff: str) -> TollSensitivity | None:
    """`TollSensitivity` of a tariff, at the trade of the accounts.

    None where the tariff is not of a canal of the network, where nothing is published of what passes, or where no more
    passes than that.
    """
    row = next(one for one in transit_tariffs() if one.id == tariff)
    if row.kind != "canal" or row.passed is None:
        return None
    setting, parameters = baseline.setting, baseline.setting.assumptions.parameters
    try:
        place = find_place(row.place, setting.world.network, parameters)
    except Faults:
        return None
    facility = Facility(row.id, row.title, "m t a year", row.passed, "rent", place)
    work = baseline.assignment
    (passes,) = flows_at([facility], work, parameters)
    if passes <= row.passed * per_unit(facility.unit, parameters):
        return None
    model = baseline.state.model
    gated = GatedFreight(model, baseline.state.against_open, (), [facility], find_gates([facility], work))
    goods = _goods(baseline)
    others = (passes - gated.passing(goods)).clip(min=0.0).reshape(1)
    try:
        price = float(gated.solve(goods, others).price[0])
    except Faults:
        price = None
    return TollSensitivity(row.rate, float(passes) / MILLION, row.passed, price)


def _goods(baseline: Baseline) -> Goods:
    """Trade of the accounts that goes by routes: all but oil and gas known in volumes."""
    setting, flow = baseline.setting, baseline.setting.world.accounts.trade_flow
    by_route = flow * part_by_route(setting)
    amounts = [calc(by_route, setting.commodities) for calc in (calc_volumes, calc_tonnes, calc_unit_loads)]
    return Goods.of(list(setting.world.labels), *amounts)
