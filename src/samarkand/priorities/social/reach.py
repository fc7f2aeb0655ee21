"""What reaches people: inhabitants of cities within hours of markets, ports, large cities and of the programme's items.

People are the inhabitants of the cities of the network, each in one city, and so counted once. The country outside
these cities is not on the network.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from samarkand.core.conventions import Floats, Ints
from samarkand.core.labels import labelled
from samarkand.engines.nearness import calc_hours_from
from samarkand.engines.once import derived
from samarkand.programme.model.models import Item, Point
from samarkand.state import State
from samarkand.world.freight.city_hours import ANY, LAND, calc_nearest_hours, cities_with_port, hours_between
from samarkand.world.freight.model import FreightModel, RouteUpdate
from samarkand.world.freight.skims import attach_by_road
from samarkand.world.network.link_changes import LinkChange
from samarkand.world.network.nearest import nearest_nodes
from samarkand.world.network.tables import FARTHEST_CONNECTOR_KM
from samarkand.world.parameters import Parameters

THRESHOLDS = ("reach_near", "reach_half_day", "reach_day", "reach_freight_day")
OF_PROJECTS = THRESHOLDS[:3]


@dataclass(frozen=True, eq=False)
class CityHours:
    """Hours of each city to the nearest market, sea port and large city, `[city]`; not a number where no way leads."""

    market: Floats
    port: Floats
    large_city: Floats


def city_hours(state: State) -> tuple[CityHours, CityHours]:
    """Hours without and with the programme; the first are worked out once for a network."""
    model, parameters = state.freight_model, state.assumptions.parameters
    sizes = parameters["market_city"], parameters["large_city"]
    without = derived(model, ("hours of cities", sizes), lambda: _city_hours(model, None, sizes))
    changes = state.change.network
    return without, _city_hours(model, state.routes, sizes, changes) if state.routes.rows.size else without


def _city_hours(
    model: FreightModel,
    routes: RouteUpdate | None,
    sizes: tuple[float, float],
    changes: Sequence[LinkChange] = (),
) -> CityHours:
    people = people_of(model)
    any_way, by_land = (hours_between(model, routes, modes) for modes in (ANY, LAND))

    def nearest(hours: Floats, wanted: NDArray[np.bool_]) -> Floats:
        return calc_nearest_hours(hours, np.broadcast_to(wanted, hours.shape), own=wanted)

    market, large = (people >= size for size in sizes)
    return CityHours(
        nearest(any_way, market), nearest(by_land, cities_with_port(model, changes)), nearest(any_way, large)
    )


def people_of(model: FreightModel) -> Floats:
    """Inhabitants by city."""
    return model.network.cities["population"].to_numpy(float)


def thresholds(parameters: Parameters, names: Sequence[str]) -> dict[str, float]:
    """Hours that count as reached by their label, in order; those that are equal once."""
    hours = sorted({parameters[name] for name in names})
    return {f"{one:g} h": one for one in hours}


def calc_people_within(
    hours: Floats, people: Floats, zone: NDArray[np.int32], economies: int, within: Floats
) -> Floats:
    """sum over cities of the economy of `people[c]` where `hours[c] <= within[k]`; persons `[economy, k]`.

    `zone` -1 is no economy. Not a number for an economy without a city.
    """
    inside = zone >= 0
    count = np.bincount(zone[inside], minlength=economies)
    reached = (hours[:, None] <= within) & inside[:, None]
    total = np.stack(
        [np.bincount(zone[row], people[row], economies) for row in reached.T], axis=1
    )  # fmt: skip
    return np.where(count[:, None] > 0, total, np.nan)


def people_within(model: FreightModel, hours: Floats, within: dict[str, float]) -> xr.DataArray:
    """People by economy and case, see `calc_people_within`."""
    zone, _ = model.baseline.zones
    limits = np.array(list(within.values()))
    found = calc_people_within(hours, people_of(model), zone, len(model.economies), limits)
    return labelled(found, economy=model.economies, case=tuple(within))


# -- the places of items


def places_of(item: Item, model: FreightModel) -> tuple[tuple[float, float], ...]:
    """Latitude and longitude of all that an item has a place for: points of its line, its crossings, its site.

    A crossing that is named without coordinates is looked up in the network, by economies, mode and name.
    """
    return tuple(dict.fromkeys(_places(item, model)))


def _places(item: Item, model: FreightModel) -> Iterator[tuple[float, float]]:
    for section in item.section:
        yield from ((point.latitude, point.longitude) for point in section.points)
    for _, value in item.attributes:
        for one in value if isinstance(value, tuple) else (value,):
            if isinstance(one, Point):
                yield one.latitude, one.longitude
    for crossing in item.crossings:
        if crossing.latitude is not None and crossing.longitude is not None:
            yield crossing.latitude, crossing.longitude
            continue
        geography, border = model.network.geography, (crossing.economies, crossing.mode)
        named = geography.crossings_named(crossing.name, *border) if crossing.name else None
        for row in geography.crossings_between(*border) if named is None else named:
            yield row.latitude, row.longitude


def hours_from_places(
    model: FreightModel, places: tuple[tuple[float, float], ...], limit: float
) -> Floats | None:
    """Hours of each city from the nearest of the places by the roads of today, `[city]`; None where no road is near.

    A place meets the nearest road as a city does: great circle x detour at the speed of roads.
    """
    return derived(model, ("hours from places", places, limit), lambda: _hours_from(model, places, limit))


def _hours_from(model: FreightModel, places: tuple[tuple[float, float], ...], limit: float) -> Floats | None:
    network, parameters = model.network, model.parameters
    latitude, longitude = np.array(places, float).T
    node, km = nearest_nodes(network.road.nodes, latitude, longitude)
    per_km = parameters["connector_detour"] / parameters["road_speed"]
    to_road = np.where(km <= FARTHEST_CONNECTOR_KM, km * per_km, np.inf)
    if not np.isfinite(to_road).any():
        return None
    city_node, city_to_road = derived(model, "cities by road", lambda: _cities_by_road(model))
    found: Floats = calc_hours_from(model.parts["road"].graph, node, to_road, limit)[city_node] + city_to_road
    return found


def _cities_by_road(model: FreightModel) -> tuple[Ints, Floats]:
    cities, _, _ = attach_by_road(model.network, model.parameters)
    return cities.node, cities.hours
