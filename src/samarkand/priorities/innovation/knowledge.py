"""Knowledge as people: places of training and researchers of joint laboratories, with figures that are published."""

from __future__ import annotations

import numpy as np
import xarray as xr

from samarkand.core.gaps import Gap
from samarkand.priorities.base import Levels, Outcomes
from samarkand.priorities.timeline import Timeline
from samarkand.programme.model.models import Item

# By indicator: the kind of items that it is of, the figure that it takes, and what is said without it.
OF_PEOPLE = {
    "training_places": ("scholarships", "places", "no number of places is published"),
    "cost_per_place": ("scholarships", "value_per_place", "no cost of a place is published"),
    "joint_researchers": ("joint_research", "researchers", "no number of researchers is published"),
}


def people_of(item: Item, timeline: Timeline) -> Outcomes:
    """The published figures of an item in the years in which it is in service; 0 before, nothing for other kinds."""
    return {name: _by_year(name, item, timeline) for name in OF_PEOPLE}


def _by_year(name: str, item: Item, timeline: Timeline) -> Levels | Gap:
    kind, key, missing = OF_PEOPLE[name]
    if item.kind != kind:
        return Gap(item.id, name, f"only of items of the kind {kind}")
    figure = item.figure(key)
    if figure is None or figure.value is None:
        return Gap(item.id, name, missing)
    years = list(timeline.years)
    values = [figure.value if timeline.phase(item, year) == "service" else 0.0 for year in years]
    return Levels(change=xr.DataArray(np.array(values), {"year": years}, ("year",)), ramped=False)
