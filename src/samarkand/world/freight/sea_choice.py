"""Where goods are offered the sea: where it is the main mode of the way and spares land haulage, or costs least.

A chain forced to the sea also joins places far inland: Almaty and Chongqing by 5,500 km of rail and a ship between two
Chinese ports. Filed under sea such ways would borrow a preference for the sea that is calibrated on coasts. The sea is
offered to a pair of cities where

    km at sea >= sea_main_part * (km at sea + km by land)             the larger part of the way, by default
    money by land <= sea_land_part * money of the cheaper land mode   half of the land haulage is spared, by default

both hold; or where the whole way costs less than any by land, money and time together: nobody sends coal from Karaganda
to Istanbul round the Black Sea by rail because the ship from Novorossiysk sails the lesser part of the way; or where no
land mode leads. Time counts there as for goods in the middle (`VALUE_OF_REFERENCE`), since the sea is offered to all
classes of goods or to none: by the lowest value of time Tashkent would send to Shanghai by the Gulf, 35 days for 13.
Where a land mode leads the ship may not end in an economy that the land part crosses (`land_parts`). It is the
way of the first search at sea, of the search class `low`, that is looked at: in haste the search goes over land, from
Chongqing by truck to the Baltic and the last 250 km by ship. Goods whose ships are too large for a canal (`ships`) take
a way of their own where it keeps the same rules, and elsewhere the first. So do goods in haste, where theirs is mainly
at sea and at each end has a port of the economy or the one that all goods use: in haste some goods of Kuwait would go
by lorry to a port of another economy that no other goods take. Settled on the network without changes and
kept, so that a cheaper land link takes no choice away.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from samarkand.core.conventions import Floats, Ints
from samarkand.engines.routing import join_by
from samarkand.world.freight.land_parts import LandParts
from samarkand.world.freight.mode_choice import VALUE_OF_REFERENCE
from samarkand.world.freight.sea_searches import in_smaller_ships, sea_searches
from samarkand.world.freight.skims import Chains
from samarkand.world.network.nearest import distances
from samarkand.world.network.tables import Network
from samarkand.world.parameters import Parameters

Bools = NDArray[np.bool_]


def find_own_ways(
    network: Network,
    parameters: Parameters,
    chains: Chains,
    value_of_time: float,
    s: int,
    ports: tuple[Ints, Ints] | None = None,
) -> Bools:
    """The pairs of cities between which goods of search `s` at sea take its way, and not that of the first one.

    As `find_sea_ways`; not where one of the cities has such goods for smaller ships (`ships.csv`).
    """
    found = find_sea_ways(network, parameters, chains, value_of_time, s, ports)
    return np.asarray(found & ~in_smaller_ships(network.cities, sea_searches()[s]))


def find_ports(chains: Chains, value_of_time: float, s: int = 0) -> tuple[Ints, Ints]:
    """The ports of ways by sea on the side of the first and of the second city, [city, city]; as `find_sea_ways`."""
    to_port, _, sea, over_sea, whole = chains.by_sea[s]
    if not sea.hours.size:
        return np.zeros(whole.usd.shape, np.int64), np.zeros(whole.usd.shape, np.int64)
    last = join_by(over_sea, to_port.transposed, value_of_time)
    first = np.take_along_axis(join_by(to_port, sea, value_of_time), last, axis=1)
    return first, last


def is_from_known_ports(network: Network, ports: tuple[Ints, Ints], usual: tuple[Ints, Ints]) -> Bools:
    """Whether a way has at each end a port of the city's economy, or the usual one of the pair, [city, city].

    ports, usual: on the side of the first and of the second city, as `find_ports` gives them.
    """
    if not len(network.ports):
        return np.ones(ports[0].shape, np.bool_)
    at_city, at_port = (table.to_numpy(str) for table in (network.cities["iso3"], network.ports["economy"]))
    one, other = (mine == theirs for mine, theirs in zip(ports, usual, strict=True))
    one |= at_port[ports[0]] == at_city[:, None]
    other |= at_port[ports[1]] == at_city
    return np.asarray(one & other)


def find_sea_ways(
    network: Network,
    parameters: Parameters,
    chains: Chains,
    value_of_time: float,
    s: int = 0,
    ports: tuple[Ints, Ints] | None = None,
) -> Bools:
    """The pairs of cities that are offered the sea, [city, city], the same both ways.

    chains: of the search class `low`, and its value of time (US$ per TEU and hour); s: number of the search at sea;
    ports: of its ways, where they are known (`find_ports`).
    Kilometres at sea are those sailed; kilometres by land the great circle to and from the ports * detour.
    """
    to_port, handicap, sea, _, whole = chains.by_sea[s]
    if not len(network.ports):
        return np.zeros(whole.usd.shape, np.bool_)
    first, last = find_ports(chains, value_of_time, s) if ports is None else ports
    city = np.arange(last.shape[0])
    one, other = city[:, None], city[None, :]
    sailed = sea.hours[first, last] * parameters["sea_speed"]
    km = distances(network.cities, network.ports) * parameters["connector_detour"]
    hauled = km[one, first] + km[other, last]
    paid = to_port.usd[one, first] + to_port.usd[other, last] - 2 * parameters["port_fee"]
    by_land = np.minimum(chains.by_road.usd, chains.by_rail.usd)
    found = is_sea_way(sailed, hauled, paid, by_land, parameters)
    if sea_searches()[s].land:  # in haste: there is the way of the first search
        found &= is_mainly_at_sea(sailed, hauled, parameters)
    else:
        found |= is_cheapest(
            *(one.cost(VALUE_OF_REFERENCE) for one in (whole, chains.by_road, chains.by_rail))
        )
    found &= np.isfinite(whole.usd)
    parts = LandParts(network, parameters, chains, handicap, value_of_time)
    found &= ~parts.ends_where_it_passed(first, last, found & np.isfinite(by_land))
    upper = np.triu(found)  # of two ways of equal cost there and back may take different ones
    return np.asarray(upper | upper.T)


def is_cheapest(by_sea: Floats, by_road: Floats, by_rail: Floats) -> Bools:
    """Whether a way over the sea costs less than those by land, cell by cell of generalised costs.

    Infinite where a mode does not lead; two ways of equal cost are no reason to change ships.
    """
    return np.asarray(by_sea < np.minimum(by_road, by_rail))


def is_mainly_at_sea(sailed: Floats, hauled: Floats, parameters: Parameters) -> Bools:
    """Whether km at sea are the larger part of the way, by default."""
    return np.asarray(sailed >= parameters["sea_main_part"] * (sailed + hauled))


def is_sea_way(
    sailed: Floats, hauled: Floats, paid: Floats, by_land: Floats, parameters: Parameters
) -> Bools:
    """The rule itself, cell by cell: km at sea, km by land, money of the land part, money of the cheaper land mode.

    by_land is infinite where no land mode leads.
    """
    main = is_mainly_at_sea(sailed, hauled, parameters)
    spares = paid <= parameters["sea_land_part"] * by_land
    return np.asarray((main & spares) | ~np.isfinite(by_land))
