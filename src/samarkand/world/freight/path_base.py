"""Baseline data for updates of paths, prepared once: parts of the chains of legs, and screens of costs.

Screens are generalised costs in 32 bits: they only decide what is looked at again in double precision.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from samarkand.core.conventions import Floats, Ints
from samarkand.engines.routing import Legs
from samarkand.world.freight.mode_choice import distance_within_cities
from samarkand.world.freight.sea_choice import find_own_ways, find_ports, find_sea_ways, is_from_known_ports
from samarkand.world.freight.sea_searches import (
    SEA,
    cheaper_ways,
    fill_first_ways,
    sea_searches,
    values_of_routes,
    ways_left,
)
from samarkand.world.freight.skims import (
    MODES,
    SEARCH_CLASSES,
    Chains,
    each_chain,
    rail_offered,
    values_of_time,
    within_access,
)
from samarkand.world.freight.trade_costs import Pairs
from samarkand.world.network.tables import Network
from samarkand.world.parameters import Parameters

Screen = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class PathBase:
    """Arrays by search class (first axis), sea, port, handicap, sea_city and over_sea by search at sea; places in
    brackets.

    near_ptr, near: terminals near each city as compressed rows; near_hours, near_usd: [leg to a near terminal], change
    included; back_ptr, back_city, back_near: the transpose: cities near each terminal, and positions of their
    legs. rail, sea, port: legs [terminal, terminal], [port, port], [port, city]. handicap: of rail to ports, in all
    states of the network (`leg_choice`) [port, city]. Screens: road_city, rail_city,
    sea_city [city, city]; road_port [city, port] (the road alone); rail [terminal, terminal]; along [city, terminal];
    over_sea [city, port]. rail_city is 0 where rail is not offered, sea_city where goods take the way of the first
    search: nothing is cheaper.
    """

    near_ptr: NDArray[np.int64]
    near: NDArray[np.int32]
    near_hours: Floats
    near_usd: Floats
    back_ptr: NDArray[np.int64]
    back_city: NDArray[np.int32]
    back_near: NDArray[np.int64]
    rail_hours: Floats
    rail_usd: Floats
    sea_hours: Floats
    sea_usd: Floats
    port_hours: Floats
    port_usd: Floats
    handicap: Floats
    road_city: Screen
    rail_city: Screen
    sea_city: Screen
    road_port: Screen
    rail: Screen
    along: Screen
    over_sea: Screen

    def arrays(self) -> dict[str, NDArray[Any]]:
        """The arrays by name."""
        return {field.name: getattr(self, field.name) for field in fields(self)}


def prepare_base(
    network: Network,
    parameters: Parameters,
    legs: dict[str, list[Legs]],
    settled: Pairs | None = None,
    handicap: Floats | None = None,
    turning: bool = True,
) -> tuple[PathBase, Pairs]:
    """The base of closure, and the routes of all pairs of cities, the upper triangle with its diagonal.

    settled: pairs that say where the sea is offered and on which ways, handicap: of rail to ports, where another state
    of the network settles them; turning: as `close_base`.
    """
    values = values_of_time(parameters)
    classes, cities = len(SEARCH_CLASSES), len(network.cities)
    terminals, ports, searches = len(network.terminals), len(network.ports), len(sea_searches())
    near, by_lorry = within_access(network, parameters), ~rail_offered(network, parameters)
    near_ptr = np.r_[0, near.sum(axis=1).cumsum()]
    near_city, near_terminal = np.nonzero(near)
    order = np.lexsort((near_city, near_terminal))
    base = PathBase(
        near_ptr=near_ptr,
        near=near_terminal.astype(np.int32),
        near_hours=np.empty((classes, near_city.size)),
        near_usd=np.empty((classes, near_city.size)),
        back_ptr=np.r_[0, near.sum(axis=0).cumsum()],
        back_city=near_city[order].astype(np.int32),
        back_near=order.astype(np.int64),
        rail_hours=np.empty((classes, terminals, terminals)),
        rail_usd=np.empty((classes, terminals, terminals)),
        sea_hours=np.empty((searches, ports, ports)),
        sea_usd=np.empty((searches, ports, ports)),
        port_hours=np.empty((searches, ports, cities)),
        port_usd=np.empty((searches, ports, cities)),
        handicap=np.empty((searches, ports, cities)),
        road_city=np.empty((classes, cities, cities), np.float32),
        rail_city=np.empty((classes, cities, cities), np.float32),
        sea_city=np.empty((searches, cities, cities), np.float32),
        road_port=np.empty((classes, cities, ports), np.float32),
        rail=np.empty((classes, terminals, terminals), np.float32),
        along=np.empty((classes, cities, terminals), np.float32),
        over_sea=np.empty((searches, cities, ports), np.float32),
    )
    upper = np.triu_indices(cities)
    hours = np.full((upper[0].size, len(MODES), max(classes, searches)), np.inf)
    usd = np.full_like(hours, np.inf)
    by_sea, own_ways = np.empty(upper[0].size, np.bool_), np.ones((upper[0].size, searches), np.bool_)
    if settled is not None:
        by_sea, own_ways = settled.by_sea, settled.own_ways

    ports_of: dict[int, tuple[Ints, Ints]] = {}  # by search at sea

    def take(c: int, chains: Chains) -> None:
        value = values[c]
        base.near_hours[c] = chains.to_terminal.hours[near]
        base.near_usd[c] = chains.to_terminal.usd[near]
        base.rail_hours[c], base.rail_usd[c] = chains.rail.hours, chains.rail.usd
        with np.errstate(over="ignore"):
            base.road_city[c] = chains.by_road.cost(value)
            base.rail_city[c] = np.where(by_lorry, 0.0, chains.by_rail.cost(value))
            base.road_port[c] = chains.road.cost(value)[:, cities + terminals :]
            base.rail[c] = chains.rail.cost(value)
            base.along[c] = chains.along.cost(value)
        for m, mode in enumerate((chains.by_road, chains.by_rail)):
            hours[:, m, c] = mode.hours[upper]
            usd[:, m, c] = mode.usd[upper]
        for s, (to_port, handicap_of, sea, over_sea, whole) in chains.by_sea.items():
            base.handicap[s] = handicap_of.T
            base.port_hours[s], base.port_usd[s] = to_port.hours.T, to_port.usd.T
            base.sea_hours[s], base.sea_usd[s] = sea.hours, sea.usd
            with np.errstate(over="ignore"):
                base.over_sea[s], base.sea_city[s] = over_sea.cost(value), whole.cost(value)
            hours[:, SEA, s], usd[:, SEA, s] = whole.hours[upper], whole.usd[upper]
            if settled is not None:
                continue
            ports_of[s] = find_ports(chains, value, s)
            if s == 0:
                by_sea[:] = find_sea_ways(network, parameters, chains, value, ports=ports_of[s])[upper]
            else:
                own_ways[:, s] = find_own_ways(network, parameters, chains, value, s, ports_of[s])[upper]

    each_chain(network, parameters, legs, take, handicap)
    if settled is None:
        own_ways[:, 1:] &= by_sea[:, None]  # no other search is a way where the sea is not offered
        own_ways &= cheaper_ways(hours, usd, parameters)
        for s, search in enumerate(sea_searches()):
            if search.land:
                own_ways[:, s] &= is_from_known_ports(network, ports_of[s], ports_of[0])[upper]
    elif turning:
        own_ways = ways_left(own_ways, (settled.hours, settled.usd), (hours, usd))
    screen_first_ways(base.sea_city, own_ways)
    fill_first_ways(hours, usd, own_ways)
    own = np.flatnonzero(upper[0] == upper[1])
    km = distance_within_cities(network.cities, parameters)
    road = MODES.index("road")
    hours[own, road] = (km / parameters["intrazonal_speed"])[:, None]
    usd[own, road] = (km * parameters["intrazonal_rate"])[:, None]
    pairs = Pairs(
        upper[0].astype(np.int32),
        upper[1].astype(np.int32),
        hours,
        usd,
        values_of_routes(np.array(values)),
        by_sea,
        own_ways,
        mirrored=True,
    )
    return base, pairs


def screen_first_ways(sea_city: Screen, own_ways: NDArray[np.bool_]) -> None:
    """Nothing is cheaper at sea where goods of a search take the way of the first; own_ways: [pair, search]."""
    upper = np.triu_indices(sea_city.shape[1])
    for s in range(1, len(sea_city)):
        others = ~own_ways[:, s]
        one, other = upper[0][others], upper[1][others]
        sea_city[s, one, other] = sea_city[s, other, one] = 0.0
