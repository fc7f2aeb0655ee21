"""What greenhouse gases of an item are worth over its life, at published paths of prices.

    carbon(t) = - 1e-6 (net(t) + building(t)) p(t)     US$ m; tonnes as the priority environment has them, p US$ a tonne

Counted once: fuel costs that a plant displaces hold no price of gases, and values of items are without carbon unless
they say that they are with it. The gases are those of plants, power lines and what saves energy. Freight that an item
shifts is left out: `samarkand carbon ITEM` works out its gases, `samarkand carbon` those of all items.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from samarkand.core.conventions import Floats
from samarkand.core.gaps import Gap
from samarkand.priorities.environment.gases import gases_of
from samarkand.priorities.environment.paths import PATHS, path_of, prices_of
from samarkand.programme.model.models import Item
from samarkand.world.economies.facts import Facts
from samarkand.world.parameters import Parameters
from samarkand.worth.life import Life
from samarkand.worth.streams import ENDS


@dataclass(frozen=True, eq=False)
class Carbon:
    """Worth of gases by year of the life of an item.

    Parameters
    ----------
    flows
        US$ m by year to the world, by path of prices and end of the range; empty where gases are not known.
    reason
        Why they are not known.
    building_is_known
        Whether gases of building it are in the flows.
    """

    flows: Mapping[str, Mapping[str, Floats]] = field(default_factory=dict)
    reason: str = ""
    building_is_known: bool = False


def carbon_of(item: Item, life: Life | None, facts: Facts, parameters: Parameters) -> Carbon:
    """Worth of the gases of an item at every published path, or why they are not known."""
    if life is None:
        return Carbon(reason="no date of opening is published")
    gases = gases_of(item, facts, parameters)
    if isinstance(gases.operation, Gap):
        return Carbon(reason=gases.operation.reason)
    built = (0.0, 0.0, 0.0) if isinstance(gases.building, Gap) else tuple(gases.building)
    use = parameters["demand_factor"]
    found: dict[str, dict[str, Floats]] = {name: {} for name in PATHS}
    least_first = parameters.evidence("grid_decarbonisation").ends
    # The most gases are the least worth: low of worth is high of tonnes.
    for end, place in zip(ENDS, (2, 1, 0), strict=True):
        own, displaced = gases.operation.gross[place], gases.operation.baseline[place]
        path = path_of(
            life.years, life.opening, (built[place], use * own, use * displaced), parameters["ramp_up_years"],
            least_first[place],
        )  # fmt: skip
        for name in PATHS:
            found[name][end] = -1e-6 * (path.net + path.building) * prices_of(parameters, name, life.years)
    return Carbon(found, "", not isinstance(gases.building, Gap))
