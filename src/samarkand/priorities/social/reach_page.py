"""The map of reach: each city by its hours to a sea port, with the programme.

Nearly every city of the network is a market itself; how far the sea is tells them apart.
"""

from __future__ import annotations

import numpy as np

from samarkand.core.conventions import Floats, Ints
from samarkand.priorities.faces import Answer, Spot, SpotMap, Table
from samarkand.priorities.social.reach import THRESHOLDS, thresholds

TITLE = "Hours by road or rail to the nearest sea port, with the programme"
NOTE = "Circles are cities by their people; the country outside them is not on the network."


def calc_groups(hours: Floats, limits: Floats) -> Ints:
    """Number of the first limit that is not under the hours; past all limits: `len(limits)`, no way: one more."""
    found = np.searchsorted(limits, np.nan_to_num(hours, nan=np.inf), side="left")
    return np.where(np.isnan(hours), len(limits) + 1, found)


def map_of_reach(answer: Answer) -> SpotMap:
    """Cities within each limit of hours of a sea port, before and with the programme."""
    within = thresholds(answer.timeline.assumptions.parameters, THRESHOLDS)
    names = (*(f"within {label}" for label in within), "farther", "no way")
    cities = answer.world.network.cities
    people = cities["population"].to_numpy(float)
    hours = [
        answer.array("city_port_hours", part).to_series().reindex(cities.index).to_numpy(float)
        for part in ("without", "with")
    ]
    before, after = (calc_groups(one, np.array(list(within.values()))) for one in hours)
    spots = tuple(
        Spot(f"{name}: {_hours(was)} before, {_hours(now)} after", float(lon), float(lat), size, int(group))
        for name, lon, lat, size, was, now, group in zip(
            cities["name"], cities["lon"], cities["lat"], people, *hours, after, strict=True
        )
    )
    rows = tuple(
        (
            name,
            *(f"{int((groups == k).sum())}" for groups in (before, after)),
            *(f"{people[groups == k].sum() / 1e6:,.2f}" for groups in (before, after)),
        )
        for k, name in enumerate(names)
    )
    heads = ("hours to a sea port", "cities before", "after", "million people before", "after")
    twin = Table("Cities by hours to a sea port", heads, rows, note=f"{said_of_change(*hours)} {NOTE}")
    return SpotMap(TITLE, names, spots, twin)


def said_of_change(before: Floats, after: Floats) -> str:
    """In how many cities hours fall, and in how many they rise; a city that gets a way, or loses one, counts."""
    first, then = (np.nan_to_num(one, nan=np.inf) for one in (before, after))
    fewer, more = int((then < first).sum()), int((then > first).sum())
    return f"In {fewer} cities hours are fewer with the programme, in {more} more."


def _hours(value: float) -> str:
    return "no way" if value != value else f"{value:.1f} h"
