"""Governance: what an item is to be expected to cost and when to open, and what is published of it."""

from __future__ import annotations

from samarkand.priorities.base import Outcomes
from samarkand.priorities.governance.delivery_risk import risk_of
from samarkand.priorities.governance.disclosure import disclosure_of
from samarkand.priorities.governance.progress import progress_of
from samarkand.priorities.timeline import Timeline
from samarkand.programme.model.models import Item


def assess_project(item: Item, timeline: Timeline) -> Outcomes:
    """Delivery risk of an item by its reference class, how far it has come, and what is published of it."""
    return {
        **risk_of(item, timeline),
        **progress_of(item, timeline),
        **disclosure_of(item, timeline.programme),
    }
