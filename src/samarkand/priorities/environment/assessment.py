"""Environment: carbon dioxide by economy, greenhouse gases of each item, and what standards say of each project."""

from __future__ import annotations

from samarkand.core.gaps import Gap
from samarkand.priorities.base import Levels
from samarkand.priorities.environment.emission_accounts import emissions_of_state
from samarkand.priorities.environment.gases import gases_in, outcomes_of
from samarkand.priorities.environment.power import power_of
from samarkand.priorities.environment.screening_outcomes import outcomes_of_screening
from samarkand.priorities.timeline import Timeline
from samarkand.programme.model.models import Item
from samarkand.state import State


def assess_state(state: State) -> dict[str, Levels | Gap]:
    """Carbon dioxide by economy, by production and by consumption."""
    return emissions_of_state(state)


def assess_project(item: Item, timeline: Timeline) -> dict[str, Levels | Gap]:
    """Gases of an item: built, by year, of its whole life, paid back, and in money; the electricity of a plant."""
    parameters, facts = timeline.assumptions.parameters, timeline.world.fact_table
    return outcomes_of(gases_in(item, timeline), parameters) | power_of(item, facts, parameters)


def assess_timeline(timeline: Timeline) -> dict[str, Levels | Gap]:
    """What each standard says of each project: the same in all years."""
    return outcomes_of_screening(timeline)
