"""Social development: what reaches people, who is left out, and who is poor."""

from __future__ import annotations

import numpy as np
import xarray as xr

from samarkand.core.conventions import Floats
from samarkand.core.gaps import Gap
from samarkand.core.labels import labelled
from samarkand.priorities.base import Levels
from samarkand.priorities.social.firms import firms_of_state
from samarkand.priorities.social.journeys import journeys_of
from samarkand.priorities.social.poverty import poverty_by_year
from samarkand.priorities.social.reach import (
    OF_PROJECTS,
    THRESHOLDS,
    CityHours,
    city_hours,
    hours_from_places,
    people_of,
    people_within,
    places_of,
    thresholds,
)
from samarkand.priorities.social.work import work_by_year, work_of_item
from samarkand.priorities.timeline import Timeline
from samarkand.programme.model.models import Item
from samarkand.state import State

NO_CITY = "no city of the economy is on the network"
NO_WAY = "no way leads from the city to one"
NO_PLACE = "neither the programme nor the network gives it a place"
NO_ROAD = "no road of the network is near it"


def assess_state(state: State) -> dict[str, Levels | Gap]:
    """People within hours of a market, a port and a large city; the hours of each city; firms by size."""
    return _reach_of_state(state) | firms_of_state(state)


def _reach_of_state(state: State) -> dict[str, Levels | Gap]:
    model, parameters = state.freight_model, state.assumptions.parameters
    within = thresholds(parameters, THRESHOLDS)
    day = {"day": parameters["reach_day"]}
    hours = city_hours(state)
    everybody = people_within(model, np.zeros(len(model.network.cities)), day)

    def near(sought: str) -> Levels:
        without, with_ = (people_within(model, getattr(one, sought), within) for one in hours)
        return Levels(without, with_, reason=NO_CITY, ramped=False)

    def left_out(one: CityHours) -> xr.DataArray:
        return (everybody - people_within(model, one.market, day)).isel(case=0, drop=True)

    def by_city(sought: str) -> Levels:
        cities = tuple(map(str, model.network.cities.index))
        without, with_ = (labelled(getattr(one, sought), case=cities) for one in hours)
        return Levels(without, with_, reason=NO_WAY, ramped=False)

    return {
        **{f"people_near_{sought}": near(sought) for sought in ("market", "port", "large_city")},
        "people_left_out": Levels(left_out(hours[0]), left_out(hours[1]), reason=NO_CITY, ramped=False),
        **{f"city_{sought}_hours": by_city(sought) for sought in ("market", "port", "large_city")},
    }


def assess_project(item: Item, timeline: Timeline) -> dict[str, Levels | Gap]:
    """People within hours of an item, work in its construction and operation, journeys that it brings."""
    near = {"people_near_project": _near_item(item, timeline)}
    return near | work_of_item(item, timeline) | journeys_of(item, timeline)


def _near_item(item: Item, timeline: Timeline) -> Levels | Gap:
    model, within = timeline.last.freight_model, _of_projects(timeline)
    places = places_of(item, model)
    if not places:
        return Gap(item.id, "people_near_project", NO_PLACE)
    hours = hours_from_places(model, places, max(within.values()))
    if hours is None:
        return Gap(item.id, "people_near_project", NO_ROAD)
    people = [float(people_of(model)[hours <= limit].sum()) for limit in within.values()]
    return Levels(change=labelled(np.array(people), case=tuple(within)))


def _of_projects(timeline: Timeline) -> dict[str, float]:
    return thresholds(timeline.assumptions.parameters, OF_PROJECTS)


def assess_timeline(timeline: Timeline) -> dict[str, Levels | Gap]:
    """People within hours of any item in service, distribution, poverty and work, by year."""
    model, within = timeline.last.freight_model, _of_projects(timeline)
    by_item: dict[str, Floats] = {}
    for item in timeline.items:
        places = places_of(item, model)
        hours = hours_from_places(model, places, max(within.values())) if places else None
        if hours is not None:
            by_item[item.id] = hours
    years = []
    for year in timeline.years:
        nearest = np.full(len(model.network.cities), np.inf)
        for item in timeline.items:
            if item.id in by_item and timeline.phase(item, year) == "service":
                nearest = np.minimum(nearest, by_item[item.id])
        years.append(people_within(model, nearest, within))
    found = xr.concat(years, dim="year").assign_coords(year=list(timeline.years))
    near = {"people_near_programme": Levels(change=found, reason=NO_CITY)}
    return near | poverty_by_year(timeline) | work_by_year(timeline)
