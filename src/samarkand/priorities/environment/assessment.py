"""Environment: greenhouse gases of each item."""

from __future__ import annotations

from samarkand.core.gaps import Gap
from samarkand.priorities.base import Levels
from samarkand.priorities.environment.gases import gases_of, outcomes_of
from samarkand.priorities.timeline import Timeline
from samarkand.programme.model.models import Item


def assess_project(item: Item, timeline: Timeline) -> dict[str, Levels | Gap]:
    """Gases of an item: built, by year, of its whole life, paid back, and in money."""
    parameters = timeline.assumptions.parameters
    return outcomes_of(gases_of(item, timeline.world.fact_table, parameters), parameters)
