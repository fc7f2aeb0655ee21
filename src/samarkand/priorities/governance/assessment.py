"""Governance: what an item is to be expected to cost and when to open, and what is published of it."""

from __future__ import annotations

from samarkand.priorities.base import Outcomes
from samarkand.priorities.governance import milestones, spending
from samarkand.priorities.governance.contract_risk import contract_events_of
from samarkand.priorities.governance.delivery_risk import risk_of
from samarkand.priorities.governance.disclosure import disclosure_of
from samarkand.priorities.governance.moments import as_of
from samarkand.priorities.governance.progress import progress_of
from samarkand.priorities.governance.stability import FACT, stability_levels
from samarkand.priorities.timeline import Timeline
from samarkand.programme.model.models import Item
from samarkand.state import State


def assess_project(item: Item, timeline: Timeline) -> Outcomes:
    """Delivery risk of an item by its class, how far it has come and at what cost, and what is published of it."""
    return {
        **risk_of(item, timeline),
        **progress_of(item, timeline),
        **milestones.outcomes_of(item, as_of(item, timeline.programme)),
        **spending.outcomes_of(item, timeline.assumptions.parameters),
        **disclosure_of(item, timeline.programme),
        "contract_events": contract_events_of(item),
    }


def assess_once(state: State) -> Outcomes:
    """Political stability by economy, as published."""
    return {FACT: stability_levels(state.world.fact_table, state.world.labels)}
