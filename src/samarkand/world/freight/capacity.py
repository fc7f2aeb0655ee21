"""Capacity of places of the network where it is published, and what flows through them in its unit.

Without limits a link takes whatever comes, and a capacity says where a solution asks more of a place than is published
that it can handle. With them flows keep to it, and full places have a price (`limits`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import pandas as pd
from pydantic import model_validator

from samarkand.core.conventions import Floats
from samarkand.core.declarations import read_table
from samarkand.core.evidence import Cited, Evidence
from samarkand.core.faults import FaultList, Faults
from samarkand.world.freight.assignment import FreightWork
from samarkand.world.network.arcs import arcs_of
from samarkand.world.network.disruptions import find_closures
from samarkand.world.network.link_changes import LinkChange
from samarkand.world.network.tables import Network, land_costs
from samarkand.world.network.transit_tariffs import transit_tariffs
from samarkand.world.parameters import Parameters

Unit = Literal["TEU a year", "m t a year", "trains a day", "trucks a day"]
Price = Literal["rent", "queue"]
LandMode = Literal["rail", "road"]
MEASURES: dict[str, str] = {
    "TEU a year": "teu", "m t a year": "tonnes", "trains a day": "tonnes", "trucks a day": "tonnes"
}  # fmt: skip
LOADS = {"trains a day": "train_load", "trucks a day": "truck_load"}  # parameters: tonnes of each
DAYS_PER_YEAR = 365.0
CLOSE = 1.5  # times what was observed: a capacity below that is near to an observed flow
Point = tuple[float, float]


class CapacityRow(Cited):
    """A row of `network_capacity.csv`: what a place can handle.

    `price`: whether scarcity is a rent of its operator or a queue. `raised_to`: the capacity with the item `raised_by`.
    `observed`: what passed it in a year.
    """

    id: str
    place: str
    title: str
    capacity: float
    low: float | None = None
    high: float | None = None
    unit: Unit
    year: int
    price: Price = "queue"
    raised_by: str = ""
    raised_to: float | None = None
    raised_source: str = ""
    raised_address: str = ""
    observed: float | None = None
    observed_year: int | None = None
    observed_source: str = ""
    observed_address: str = ""

    @model_validator(mode="after")
    def _holds_together(self) -> CapacityRow:
        if self.capacity <= 0:
            raise ValueError("a capacity is above zero; what is not known has no row")
        if not (self.raised_to is not None) == bool(self.raised_by) == bool(self.raised_source):
            raise ValueError("a capacity that is raised says by which item, to what, and after which source")
        if not (self.observed is not None) == bool(self.observed_year) == bool(self.observed_source):
            raise ValueError("an observed flow has its year and its source")
        _ = self.evidence
        return self

    @property
    def close_to_observed(self) -> bool:
        """Whether the capacity is less than `CLOSE` times what was observed.

        A flow that such a capacity holds down agrees with the observed one whatever the model says: that it does is
        no evidence for the model. The capacity binds all the same, unless it is `contradicted`.
        """
        return self.observed is not None and self.capacity < CLOSE * self.observed

    @property
    def contradicted(self) -> bool:
        """Whether more was observed than the capacity: the row cannot be right, and does not bind."""
        return self.observed is not None and self.capacity < self.observed

    def raised(self) -> Evidence | None:
        """The capacity with the item that raises it; None where none does."""
        if self.raised_to is None:
            return None
        return Evidence(
            value=self.raised_to, unit=self.unit, year=self.year, source=self.raised_source,
            address=self.raised_address, read_on=self.read_on, flag=self.flag,
        )  # fmt: skip

    @property
    def evidence(self) -> Evidence:
        """The capacity as evidence. Raises ValueError where it lies outside its range."""
        return self.cited(self.capacity, self.unit, low=self.low, high=self.high, year=self.year)


@dataclass(frozen=True)
class Place:
    """Where on the network a capacity applies: rows of links by mode, rows of ports, new links of an item.

    Loads of the links add up where they lie side by side (crossings, ferries); where they follow each other (lines,
    passages) the busiest counts (`in_series`). Of a canal the least busy counts (`end_to_end`): what passes it passes
    all of its links, and others also lead ships to a port at one of its ends.
    """

    links: dict[str, frozenset[int]] = field(default_factory=dict)
    ports: frozenset[int] = frozenset()
    item: str = ""
    in_series: bool = False
    end_to_end: bool = False


@dataclass(frozen=True)
class Facility:
    """A place with a capacity in a state. capacity: in `unit`; price: what scarcity is there."""

    id: str
    title: str
    unit: Unit
    capacity: float
    price: Price
    place: Place

    @property
    def measure(self) -> str:
        """`tonnes` or `teu`."""
        return MEASURES[self.unit]


def capacities() -> tuple[CapacityRow, ...]:
    """The declared capacities."""
    return read_table("samarkand.world.freight", "network_capacity.csv", CapacityRow)


def places_of(network: Network, parameters: Parameters) -> tuple[tuple[CapacityRow, Place], ...]:
    """The declared capacities of the places that a network has; it may be of another part of the world than others."""
    found = []
    for row in capacities():
        try:
            found.append((row, find_place(row.place, network, parameters)))
        except Faults:
            continue
    return tuple(found)


def find_place(name: str, network: Network, parameters: Parameters) -> Place:
    """The place that a row names. Raises `Faults` for what the network does not have."""
    kind, _, rest = name.partition(":")
    if kind == "line":
        mode, *points = rest.split(":")
        pairs = [tuple(float(number) for number in point.split()) for point in points]
        return _line([(lat, lon) for lat, lon in pairs], _land(mode), network, parameters)
    found = find_closures(name.split("+"), network)
    series = any(row.id == name for row in network.chokepoints)
    canal = any(row.kind == "canal" and row.place == name for row in transit_tariffs())
    return Place(found.links, found.ports, in_series=series, end_to_end=series and canal)


def _line(points: Sequence[Point], mode: LandMode, network: Network, parameters: Parameters) -> Place:
    """`line_place` where every point is near the network and links lead along them all."""
    reach, faults = parameters["end_snap_distance"], FaultList()
    for lat, lon in points:
        _, km = network.geography.nearest_node(lat, lon, mode)
        if km > reach:
            faults.add(
                f"line by {lat:g} {lon:g}", f"lies {km:.0f} km off the {mode} network", "Give a line of it."
            )
    faults.raise_if_any()
    return line_place(points, mode, network, parameters)


def line_place(points: Sequence[Point], mode: LandMode, network: Network, parameters: Parameters) -> Place:
    """The links on the quickest way along the points (latitude, longitude), as an upgrade of a line finds them."""
    costs = land_costs(network, mode, parameters)
    row_of = dict(zip(zip(costs.u.tolist(), costs.v.tolist(), strict=True), costs.row.tolist(), strict=True))
    along = LinkChange("", "upgrade", mode, points=tuple(points))
    ends = [(arc.tail, arc.head) for arc in arcs_of(along, network, parameters, costs)]
    rows = {row_of.get((a, b), row_of.get((b, a), -1)) for a, b in ends}
    return Place({mode: frozenset(rows - {-1})}, in_series=True)


def calc_flow(work: FreightWork, place: Place, unit: str, parameters: Parameters) -> float:
    """Flow through a place, in the unit of its capacity.

    TEU a year: goods in unit loads; m t a year: tonnes / 1e6; trains a day: tonnes / (train_load * 365), trucks a day
    the same with truck_load. Both ways together, what a port loads and unloads added up.
    """
    measure = MEASURES[unit]
    links, amounts = work.links, [0.0]
    for mode, rows in place.links.items():
        if place.end_to_end:
            return float(loads_of(work, mode, rows, measure).min()) / per_unit(unit, parameters)
        mine = links[(links["mode"] == mode) & links["row"].isin(rows)]
        amounts += _together(mine[measure].to_numpy(float), place.in_series)
    if place.item:
        amounts += _together(links.loc[_built_by(links["item"], place.item), measure].to_numpy(float), True)
    if place.ports:
        amounts.append(float(work.ports[measure].to_numpy(float)[sorted(place.ports)].sum()))
    amount = max(amounts) if place.in_series else sum(amounts)
    return amount / per_unit(unit, parameters)


def loads_of(work: FreightWork, mode: str, rows: Iterable[int], measure: str) -> pd.Series:
    """Loads of links of a mode by row, in the order of their numbers; nothing where nobody passes."""
    links, asked = work.links, sorted(rows)
    mine = links[(links["mode"] == mode) & links["row"].isin(asked)].set_index("row")[measure]
    return mine.reindex(asked).fillna(0.0)


def per_unit(unit: str, parameters: Parameters) -> float:
    """Tonnes a year, or TEU a year, in one unit of a capacity."""
    if unit in LOADS:
        return parameters[LOADS[unit]] * DAYS_PER_YEAR
    return 1e6 if unit == "m t a year" else 1.0


def capacities_of(facilities: Sequence[Facility], parameters: Parameters) -> Floats:
    """Capacities in tonnes or TEU a year."""
    return np.array([one.capacity * per_unit(one.unit, parameters) for one in facilities], np.float64)


def _together(loads: np.ndarray[tuple[int], np.dtype[np.float64]], in_series: bool) -> list[float]:
    return ([float(loads.max())] if in_series else [float(loads.sum())]) if loads.size else []


def _built_by(items: Iterable[str], item: str) -> list[bool]:
    """Links that an item builds or betters; several items of one link are joined by +."""
    return [item in str(names).split(" + ") for names in items]


def _land(mode: str) -> LandMode:
    if mode not in ("rail", "road"):
        raise ValueError(f"{mode} is not a mode on land")
    return "rail" if mode == "rail" else "road"
