"""Gases of an item of a question, with those of freight where freight was laid with the item left out."""

from __future__ import annotations

from samarkand.priorities.environment.gases import Gases, gases_of
from samarkand.priorities.environment.operation import acts_on_freight
from samarkand.priorities.environment.traffic import FreightGases, freight_gases
from samarkand.priorities.timeline import Timeline
from samarkand.programme.model.models import Item


def gases_in(item: Item, timeline: Timeline) -> Gases:
    """Gases of an item; freight in the last year, with all other items in place."""
    facts, parameters = timeline.world.fact_table, timeline.assumptions.parameters
    if not (timeline.item_freight and acts_on_freight(item)):
        return gases_of(item, facts, parameters)
    found = freight_gases(item, timeline.last)
    return gases_of(item, facts, parameters, found.operation() if isinstance(found, FreightGases) else found)
