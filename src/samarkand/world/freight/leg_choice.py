"""By which mode goods go between a city and a port: the choice of modes, carried over to the legs of a voyage.

Between cities rail is chosen less often than its money and hours say; its constants hold why (`mode_choice`). The same
stands between road and rail on a leg to a port, as an amount of money. It decides and is not told:

    without a programme    rail where r + k < b, else road; what the leg costs is r or b, what is paid and lasts
    in other states        least of b and r + h, where h = 0 where rail was taken without a programme, else k

r, b: generalised cost by rail and by road, k: `rail_constant`, h: `settle_handicap`, all US$ per TEU. Goods by the
trainload have a k of their own, of their search at sea (`leg_constants`). h is the same in
all states of a network, with links closed too, so that no cheaper link makes goods dearer and no closure makes them
cheaper. Goods that a new line draws from the road gain b - r - k and not b - r, as a logsum has it: what held them on
the road at a difference of k is worth that. Where they went by rail they leave it for a road that is cheaper than it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd

from samarkand.core.conventions import Floats
from samarkand.engines.once import derived
from samarkand.world.freight.mode_choice import MODES, NORTH_AMERICA, VALUE_OF_REFERENCE
from samarkand.world.freight.mode_constants import declared_choice
from samarkand.world.network.nearest import distances
from samarkand.world.network.tables import Network, unchanged
from samarkand.world.parameters import Parameters, load_parameters

HOURS_PER_DAY = 24.0
FARTHEST_KM = 20_016  # no two places lie farther apart


def rail_constant(
    ports: pd.DataFrame, network: Network, parameters: Parameters, value_of_time: float, on_legs: float
) -> Floats:
    """What a leg by rail between a city and a port costs beyond money and hours, [city, port], US$ per TEU.

    k(km) = max over whole km n up to km of g(n) max(0, 1 - exp(-(A_road(n) - A_rail(n) + a) / scale))
    g(n)  = detour n (connector_rate + value of time / road_speed)

    In the logit in log cost a mode of constant A and cost g has the utility A - scale log g. Rail is as good as a road
    of cost g where it costs g exp(-(A_road - A_rail + a) / scale): k is the difference, at what a road of the length of
    the leg costs. A is that of pairs of cities (`ModeChoice.constants`) at the great circle between city and port and,
    as bulk by sea takes the way of the least value of time, at the declared value of `low`. The level of A belongs to
    a consignment and not to its kilometres: a short leg has it in full, its term of distance vanishes, and k is small
    as the cost of the leg is. A longer leg has no smaller k. Else a railway of 4,000 km, where rail's constant is the
    higher one, would be preferred to one of 2,000 to the same city: ore of Brazil would go to Urumqi by the Baltic.

    Parameters
    ----------
    ports
        Rows of ports, as in `Network.ports`.
    value_of_time
        Of the search, US$ per TEU and hour.
    on_legs
        a: what the goods have beside all goods (`SeaSearch.on_legs`).

    """
    declared, choice = load_parameters(), declared_choice(parameters)
    value = declared["shipment_value"] * declared["vot_rate_low"] / HOURS_PER_DAY
    ends = network.cities["iso3"], ports["economy"]
    in_america = np.logical_and.outer(*(codes.isin(NORTH_AMERICA).to_numpy() for codes in ends))
    km, length = distances(network.cities, ports), np.arange(FARTHEST_KM)
    there = np.repeat([[False], [True]], length.size, axis=1)
    constants = choice.constants_at(np.log([value / VALUE_OF_REFERENCE]), np.tile(length, (2, 1)), there)[
        ..., 0, :
    ]
    apart = constants[..., MODES.index("road")] - constants[..., MODES.index("rail")] + on_legs
    per_km = parameters["connector_rate"] + value_of_time / parameters["road_speed"]
    by_road = parameters["connector_detour"] * length * per_km
    own = by_road * np.maximum(0.0, 1.0 - np.exp(-apart / choice.scale))
    found: Floats = np.maximum.accumulate(own, axis=1)[in_america.astype(np.int64), km.astype(np.int64)]
    return found


def settle_handicap(constant: Floats, by_road: Floats, by_rail: Floats) -> Floats:
    """What stands on top of ways by rail in all states of a network: 0 where rail is taken without a programme.

    constant: `rail_constant`; by_road, by_rail: generalised costs on the network without changes, all of one shape.
    Rail is taken where no road leads, too.
    """
    return np.where(by_rail + constant < by_road, 0.0, constant)


def handicap_kept(
    network: Network, parameters: Parameters, search: tuple[float, float], find: Callable[[], Floats]
) -> Floats:
    """The handicap [city, port] of a network without changes, found once and kept with it; search: its value of time
    and what its goods have on legs."""
    return derived(network, ("handicap", parameters.hash, search), find)


def keep_handicap(
    network: Network, parameters: Parameters, searches: Sequence[tuple[float, float]], handicap: Floats
) -> None:
    """Keep one that is known, [search at sea, port, city]; where something is closed it is that of the open network.

    searches: as `handicap_kept` has them.
    """
    if unchanged(network) is network:
        for search, found in zip(searches, handicap, strict=True):
            handicap_kept(network, parameters, search, lambda found=found: found.T)  # type: ignore[misc]


def rail_constant_of_ports(
    network: Network, parameters: Parameters, value_of_time: float, on_legs: float = 0.0
) -> Floats:
    """`rail_constant` of the network's own ports, by default of goods that are not sent by the trainload."""
    names = ("mode_choice_scale", "connector_rate", "connector_detour", "road_speed")
    key = ("rail constant", value_of_time, on_legs, *(parameters[name] for name in names))
    return derived(
        network, key, lambda: rail_constant(network.ports, network, parameters, value_of_time, on_legs)
    )
