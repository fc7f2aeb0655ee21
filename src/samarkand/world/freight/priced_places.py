"""What limits are told of and what they tell: goods, places where they are counted, prices, who turns aside, and where.

How prices are found: `limits`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from samarkand.core.conventions import Floats, Ints
from samarkand.world.freight.assignment import FreightWork
from samarkand.world.freight.capacity import Facility, calc_flow, loads_of, per_unit
from samarkand.world.freight.gate_ways import Gate
from samarkand.world.freight.mode_choice import VOT_CLASSES
from samarkand.world.freight.rents import Rent
from samarkand.world.parameters import Parameters


@dataclass(frozen=True, eq=False)
class Goods:
    """What goes between economies by class of goods, [origin, destination, class]: TEU a year that all goods would
    fill, tonnes, and TEU in unit loads."""

    volume: Floats
    tonnes: Floats
    teu: Floats

    @classmethod
    def of(
        cls, economies: Sequence[str], volume: xr.DataArray, tonnes: xr.DataArray, teu: xr.DataArray
    ) -> Goods:
        """From labelled arrays, dims (origin, destination, vot_class)."""
        labels = list(economies)

        def ordered(amount: xr.DataArray) -> Floats:
            found: Floats = (
                amount.sel(origin=labels, destination=labels, vot_class=list(VOT_CLASSES))
                .transpose("origin", "destination", "vot_class")
                .to_numpy()
            )
            return found

        return cls(ordered(volume), ordered(tonnes), ordered(teu))


@dataclass(frozen=True, eq=False)
class Layer:
    """Goods on the ways of one search, its number: prices by search class, US$/TEU by gate, for land and for the sea;
    share of each mode on these ways (pair, class of goods, mode), of pairs that turn aside: `rows` among those of
    `Limits`; sea_search: whose way at sea goods take on them (pair, class of goods)."""

    number: int
    land: Mapping[int, Floats]
    sea: Floats
    rows: Ints
    share: Floats
    sea_search: NDArray[np.int8]


@dataclass(frozen=True, eq=False)
class Limits:
    """Facilities with their prices, and what these do to costs and ways.

    Parameters
    ----------
    facilities
        Those with a capacity that counts.
    price, flow
        By facility: US$ for a unit (tonne or TEU) that passes, and units a year.
    paid
        By facility: US$ a year, by all that pass but oil and gas from terminals of their own.
    residual
        The largest excess over a capacity, as a part of it, and the largest miss of complementarity.
    joint_residual
        The same with the trade that these prices lead to.
    series
        Ids of facilities that share a multiplier, where it is above zero.
    differences
        Weighted sums of what prices change between economies, as `FreightBaseline.differences`.
    rows, layers, gates
        Pairs of cities of which a way passes a gate; goods of those that turn aside, on which ways; what the bits of
        the ways mean.
    choosing
        Whether users of each facility choose among several ways (`GatedFreight.chosen`); None where none does.
    by_seller
        `paid` by facility and economy that sells the goods (`GatedFreight.paid_by_seller`); None if not asked for.
    goods, inverse
        Of the trade that the prices lead to, and how prices follow what they miss (`engines.mixing`): where a state
        nearby begins. None without trade of their own.
    rents
        Of full facilities whose price is a rent (`GatedFreight.rents`); none if not asked for.
    """

    facilities: tuple[Facility, ...]
    price: Floats
    flow: Floats
    paid: Floats
    residual: float
    series: tuple[tuple[str, ...], ...]
    joint_residual: float = 0.0
    differences: Floats | None = None
    rows: Ints | None = None
    layers: tuple[Layer, ...] = ()
    gates: tuple[Gate, ...] = ()
    choosing: NDArray[np.bool_] | None = None
    by_seller: Floats | None = None
    goods: Goods | None = None
    inverse: Floats | None = None
    rents: tuple[Rent, ...] = ()

    @property
    def prices(self) -> dict[str, float]:
        """Price by id of the facilities, US$ a tonne or TEU."""
        return {one.id: float(price) for one, price in zip(self.facilities, self.price, strict=True)}


def without_prices(facilities: tuple[Facility, ...], flow: Floats) -> Limits:
    """Where no facility is full."""
    nothing = np.zeros(len(facilities))
    return Limits(facilities, nothing, flow, nothing, 0.0, ())


def calc_miss(flow: Floats, capacity: Floats, price: Floats) -> float:
    """max over f of max((flow - b) / b, (1 - flow / b) [p > 0]), at least nothing: by how much flows miss capacities b
    and the complementarity of prices, as a part of capacity."""
    used = flow / capacity
    free = np.where(price > 0, 1.0 - used, 0.0)
    return float(max(np.max(used - 1.0, initial=0.0), np.max(free, initial=0.0)))


def find_gates(facilities: Sequence[Facility], work: FreightWork) -> tuple[Gate, ...]:
    """All links and ports of each place; of links that follow each other the one by which its flow is counted: the
    busiest, of a canal the least busy."""
    return tuple(_gate(one, work) for one in facilities)


def flows_at(facilities: Sequence[Facility], work: FreightWork, parameters: Parameters) -> Floats:
    """What passes facilities, in tonnes or TEU a year."""
    return np.array(
        [
            calc_flow(work, one.place, one.unit, parameters) * per_unit(one.unit, parameters)
            for one in facilities
        ],
        np.float64,
    )


def _gate(facility: Facility, work: FreightWork) -> Gate:
    place, links = facility.place, work.links
    if not place.in_series:
        return Gate(place.links, place.ports)
    if place.end_to_end:
        ((mode, rows),) = place.links.items()
        least = int(loads_of(work, mode, rows, facility.measure).idxmin())
        return Gate({mode: frozenset((least,))}, place.ports)
    best: tuple[float, str, int] | None = None
    for mode, rows in place.links.items():
        mine = links[(links["mode"] == mode) & links["row"].isin(rows)]
        if len(mine):
            top = mine.loc[mine[facility.measure].idxmax()]
            found = (float(top[facility.measure]), mode, int(top["row"]))
            best = found if best is None or found[0] > best[0] else best
    return Gate({} if best is None else {best[1]: frozenset((best[2],))}, place.ports)
