"""Flows of a solution beside published capacities, and prices of full places where limits are asked for.

Without limits costs do not react to a capacity: a flow above it is a warning.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import pandas as pd

from samarkand.analysis.flows import Freight
from samarkand.core.evidence import Evidence
from samarkand.programme import Programme
from samarkand.programme.channels.capacity import place_of, section_id
from samarkand.programme.model.models import Section
from samarkand.world.freight.capacity import MEASURES, CapacityRow, Place, calc_flow, line_place, places_of
from samarkand.world.network.tables import Network
from samarkand.world.network.transit_tariffs import transit_tariffs
from samarkand.world.parameters import Parameters

GRADE = "estimated"  # the flows are; how the capacity stands is its flag
COMPARED = {
    "TEU a year": "goods in unit loads", "m t a year": "all goods", "trains a day": "all goods",
    "trucks a day": "all goods",
}  # fmt: skip
COLUMNS = (
    "place", "item", "unit", "compared", "flow_without", "flow_with", "capacity_without", "capacity_with",
    "used_without", "used_with", "price", "scarcity_without", "scarcity_with", "scarcity_unit", "paid_without",
    "paid_with", "paid_to", "shared_with", "observed", "observed_year", "observed_source", "close_to_observed",
    "contradicted", "warning", "grade", "flag", "year", "source", "address", "note",
)  # fmt: skip
FULL = 1e-5  # of a capacity: what the prices of a full place may be off by is no warning


@dataclass(frozen=True)
class _Known:
    """A place with its capacity in both states, None where it is not known there."""

    title: str
    place: Place
    without: Evidence | None
    with_: Evidence | None
    item: str = ""
    row: CapacityRow | None = None  # of the declared table
    facility: str = ""  # its id among those that bind


def capacity_table(freight: Freight) -> pd.DataFrame:
    """One row a place with a known capacity, the fullest first.

    Flows and capacities are in `unit`; used_* = flow / capacity (fraction; missing where one of the two is not
    known); warning: a sentence where the flow of a state is above the capacity, else empty. The flows are those of
    trade between economies alone, both ways together: no trade at home, no empty boxes, none that change ships.
    Capacities are those of `network_capacity.csv`, and what rail sections of the programme that are in service
    declare (`line_capacity_before`, `line_capacity`). price: whether scarcity would be a rent or a queue; observed:
    what passed in `observed_year`, in `unit`; close_to_observed: the capacity is less than 1.5 times as much;
    contradicted: it is less than what passed, and does not bind.
    With limits: scarcity_* is the price of a tonne or TEU that passes (`scarcity_unit`), zero where there is room and
    missing where the capacity does not bind; paid_* what all of them pay, US$ m a year; paid_to: the economy that
    earns a rent, where it is known; shared_with: places in series
    that have one price together. The state with the programme is that in force in the year, before anybody pays.
    """
    parameters = freight.world.assumptions.parameters
    rows = []
    known = [
        *_declared(freight.world.network, parameters, freight.open),
        *_of_programme(freight.programme, freight.open, freight.world.network, parameters),
        *(_ports_and_crossings(freight, parameters) if freight.limits is not None else ()),
    ]
    for one in known:
        figure = one.with_ or one.without
        assert figure is not None
        flows = [
            calc_flow(state, one.place, figure.unit, parameters) for state in (freight.without, freight.with_)
        ]
        limits = [None if each is None else each.value for each in (one.without, one.with_)]
        used = [flow / limit if limit else None for flow, limit in zip(flows, limits, strict=True)]
        rows.append(
            {
                "place": one.title, "item": one.item, "unit": figure.unit, "compared": COMPARED[figure.unit],
                "flow_without": flows[0], "flow_with": flows[1], "capacity_without": limits[0],
                "capacity_with": limits[1], "used_without": used[0], "used_with": used[1], **_observed(one.row),
                **_scarcity(one, figure.unit, freight),
                "warning": _warning(one.title, figure.unit, flows, limits), "grade": GRADE, "flag": figure.flag,
                "year": figure.year, "source": figure.source, "address": figure.address, "note": figure.note,
            }
        )  # fmt: skip
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    scarce = [f"{name}_{state}" for name in ("scarcity", "paid") for state in ("without", "with")]
    for name in ("capacity_without", "capacity_with", "used_without", "used_with", "observed", *scarce):
        table[name] = pd.to_numeric(table[name])
    for name in ("year", "observed_year"):
        table[name] = table[name].astype("Int64")
    return table.sort_values("used_with", ascending=False, na_position="last").reset_index(drop=True)


def capacity_warnings(table: pd.DataFrame) -> tuple[str, ...]:
    """One sentence a place whose flow is above its capacity in a state, as `capacity_table` has them."""
    return tuple(sentence for sentence in table["warning"] if sentence)


def _warning(title: str, unit: str, flows: list[float], limits: list[float | None]) -> str:
    """In words where a flow is above its capacity; empty where none is."""
    decimals = 1 if unit == "m t a year" else 0
    over = [
        f"{flow:,.{decimals}f} {state} the programme ({flow / limit:.0%} of {limit:,.{decimals}f})"
        for state, flow, limit in zip(("without", "with"), flows, limits, strict=True)
        if limit is not None and flow > limit * (1 + FULL)
    ]
    return f"{title}: {COMPARED[unit]}, {unit}: {' and '.join(over)}" if over else ""


def _scarcity(one: _Known, unit: str, freight: Freight) -> dict[str, Any]:
    """Columns of the price of a place in both states, missing without limits."""
    found: dict[str, Any] = {"scarcity_unit": "", "paid_to": "", "shared_with": ""}
    titles: list[str] = []
    for state, limits in zip(("without", "with"), freight.limits or (None, None), strict=True):
        found[f"scarcity_{state}"] = found[f"paid_{state}"] = None
        if limits is None or one.facility not in limits.prices:
            continue
        found[f"scarcity_{state}"] = limits.prices[one.facility]
        found[f"paid_{state}"] = limits.paid[list(limits.prices).index(one.facility)] / 1e6
        if one.row is not None and one.row.price == "rent":
            found["paid_to"] = _owners().get(one.row.place, "")
        found["scarcity_unit"] = "US$/TEU" if MEASURES[unit] == "teu" else "US$/t"
        mine = {name for names in limits.series if one.facility in names for name in names}
        titles += [part.title for part in limits.facilities if part.id in mine - {one.facility}]
    found["shared_with"] = "; ".join(dict.fromkeys(titles))
    return found


def _owners() -> dict[str, str]:
    """Economies of the canals by place."""
    return {row.place: row.economy for row in transit_tariffs() if row.kind == "canal"}


def _observed(row: CapacityRow | None) -> dict[str, Any]:
    """Columns of a row of the declared table; an item's line is a queue, and nothing is known of what passed it."""
    if row is None:
        return {
            "price": "queue", "observed": None, "observed_year": None, "observed_source": "",
            "close_to_observed": False, "contradicted": False,
        }  # fmt: skip
    names = ("price", "observed", "observed_year", "observed_source", "close_to_observed", "contradicted")
    return {name: getattr(row, name) for name in names}


@lru_cache(maxsize=4)
def _declared(network: Network, parameters: Parameters, in_service: tuple[str, ...]) -> tuple[_Known, ...]:
    """Places and capacities of the declared table; with a programme another where an item in service raises it."""
    return tuple(
        _Known(
            row.title,
            place,
            row.evidence,
            (row.raised() if row.raised_by in in_service else None) or row.evidence,
            row=row,
            facility=row.id,
        )
        for row, place in places_of(network, parameters)
    )


def _of_programme(
    programme: Programme, in_service: tuple[str, ...], network: Network, parameters: Parameters
) -> Iterator[_Known]:
    """Railway sections in service whose line capacity the programme declares."""
    for item in programme.items:
        sections = item.section if item.id in in_service and item.kind_row.mode == "rail" else ()
        for number, section in enumerate(sections, 1):
            after, before = section.figure("line_capacity"), section.figure("line_capacity_before")
            if after is None and before is None:
                continue
            title = section.name or item.title
            if len(item.section) > 1 and not section.name:
                title += f", {section.ends[0].name} to {section.ends[1].name}"
            # An upgrade without a figure for what it brings leaves what there was.
            yield _Known(
                title, _place(item.id, section, network, parameters), before, after or before, item.id,
                facility=section_id(item.id, number),
            )  # fmt: skip


def _ports_and_crossings(freight: Freight, parameters: Parameters) -> Iterator[_Known]:
    """Ports and border crossings that items better, where they bind."""
    for item in freight.programme.items:
        found = place_of(item, freight.world, parameters)
        if found is None:
            continue
        name, place, *_ = found
        before, after = item.figure("capacity_before"), item.figure("capacity_after")
        with_ = after if item.id in freight.open else before
        yield _Known(item.title, place, before, with_, item.id, facility=name)


def _place(item: str, section: Section, network: Network, parameters: Parameters) -> Place:
    if section.effect == "new":
        return Place(item=item, in_series=True)
    points = [(point.latitude, point.longitude) for point in section.points]
    return line_place(points, "rail", network, parameters)
