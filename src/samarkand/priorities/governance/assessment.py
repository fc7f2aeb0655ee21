"""Governance: what an item is to be expected to cost, by how projects of its kind came out."""

from __future__ import annotations

from samarkand.priorities.base import Outcomes
from samarkand.priorities.governance.delivery_risk import risk_of
from samarkand.priorities.timeline import Timeline
from samarkand.programme.model.models import Item


def assess_project(item: Item, timeline: Timeline) -> Outcomes:
    """Delivery risk of an item by its reference class."""
    return risk_of(item, timeline)
