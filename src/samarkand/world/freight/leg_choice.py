"""By which mode goods go between a city and a port: the choice of modes, carried over to the legs of a voyage.

Between cities rail is chosen less often than its money and hours say; its constants hold why (`mode_choice`). The same
stands between road and rail on a leg to a port, as an amount of money that is added to the way by rail.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from samarkand.core.conventions import Floats
from samarkand.engines.once import derived
from samarkand.world.freight.mode_choice import MODES, NORTH_AMERICA, VALUE_OF_REFERENCE
from samarkand.world.freight.mode_constants import declared_choice
from samarkand.world.network.nearest import distances
from samarkand.world.network.tables import Network
from samarkand.world.parameters import Parameters, load_parameters

HOURS_PER_DAY = 24.0


def rail_constant(
    ports: pd.DataFrame, network: Network, parameters: Parameters, value_of_time: float
) -> Floats:
    """What a leg by rail between a city and a port costs beyond money and hours, [city, port], US$ per TEU.

    k = g max(0, 1 - exp(-(A_road - A_rail) / scale)),   g = detour km (connector_rate + value of time / road_speed)

    In the logit in log cost a mode of constant A and cost g has the utility A - scale log g. Rail is as good as a road
    of cost g where it costs g exp(-(A_road - A_rail) / scale): k is the difference, at what a road of the length of the
    leg costs. A is that of pairs of cities (`ModeChoice.constants`) at the great circle between city and port and, as
    all goods by sea take the way of the least value of time, at the declared value of `low`. The level of A belongs to
    a consignment and not to its kilometres: a short leg has it in full, its term of distance vanishes, and k is small
    as the cost of the leg is. Where rail's constant is the higher one (legs of thousands of km) k is 0: no way is
    cheaper than its money and hours.

    The amount is a part of generalised cost and no payment. It depends on places and not on links, so that it is the
    same in every state of the network: a cheaper road never makes goods dearer, and a closure never makes them cheaper,
    as they could if ways were chosen with k and counted without it.

    Parameters
    ----------
    ports
        Rows of ports, as in `Network.ports`.
    value_of_time
        Of the search, US$ per TEU and hour.

    """
    declared, choice = load_parameters(), declared_choice(parameters)
    value = declared["shipment_value"] * declared["vot_rate_low"] / HOURS_PER_DAY
    km = distances(network.cities, ports)
    there = (table.isin(NORTH_AMERICA).to_numpy() for table in (network.cities["iso3"], ports["economy"]))
    in_america = np.logical_and.outer(*there)
    constants = choice.constants_at(np.log([value / VALUE_OF_REFERENCE]), km, in_america)[..., 0, :]
    apart = constants[..., MODES.index("road")] - constants[..., MODES.index("rail")]
    per_km = parameters["connector_rate"] + value_of_time / parameters["road_speed"]
    by_road = parameters["connector_detour"] * km * per_km
    return np.asarray(by_road * np.maximum(0.0, 1.0 - np.exp(-apart / choice.scale)))


def rail_constant_of_ports(network: Network, parameters: Parameters, value_of_time: float) -> Floats:
    """`rail_constant` of the network's own ports."""
    names = ("mode_choice_scale", "connector_rate", "connector_detour", "road_speed")
    key = ("rail constant", value_of_time, *(parameters[name] for name in names))
    return derived(network, key, lambda: rail_constant(network.ports, network, parameters, value_of_time))
