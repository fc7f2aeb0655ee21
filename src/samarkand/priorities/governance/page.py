"""The page of the report: what the items are to be expected to cost, and how well the classes fit what is published."""

from __future__ import annotations

from samarkand.priorities.faces import Answer, Page
from samarkand.priorities.governance.delivery_page import costs_of, fits_of, openings_of, said_of_costs


def page(answer: Answer) -> Page:
    """Costs to be expected of all items, the largest first."""
    return Page(
        "Governance: how projects are delivered",
        lead=(said_of_costs(answer),),
        tables=(costs_of(answer), openings_of(answer.timeline.items), fits_of()),
    )
