"""Governance: what an item is to be expected to cost and when to open, by how projects of its kind came out."""

from __future__ import annotations

from samarkand.priorities.base import Outcomes
from samarkand.priorities.governance.delivery_risk import risk_of
from samarkand.priorities.governance.progress import progress_of
from samarkand.priorities.timeline import Timeline
from samarkand.programme.model.models import Item


def assess_project(item: Item, timeline: Timeline) -> Outcomes:
    """Delivery risk of an item by its reference class, and how far it has come."""
    return {**risk_of(item, timeline), **progress_of(item, timeline)}
