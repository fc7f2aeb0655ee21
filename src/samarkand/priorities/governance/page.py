"""The page of the report: what items are to be expected to cost, how well the classes fit, what is published."""

from __future__ import annotations

from samarkand.priorities.faces import Answer, Page
from samarkand.priorities.governance.contract_page import contracts_of
from samarkand.priorities.governance.delivery_page import costs_of, fits_of, openings_of, said_of_costs
from samarkand.priorities.governance.disclosure_page import disclosures_of, said_of_disclosure
from samarkand.priorities.governance.gantt_page import gantt_of_all
from samarkand.priorities.governance.institutions_page import institutions_of
from samarkand.priorities.governance.progress_page import money_of
from samarkand.priorities.governance.ranges_page import ranges_of
from samarkand.priorities.governance.stability_page import stability_table


def page(answer: Answer) -> Page:
    """Costs to be expected of all items, the largest first, and what is published of projects."""
    items = answer.timeline.items
    gantt = gantt_of_all(answer)
    return Page(
        "Governance: how projects are delivered",
        lead=(said_of_costs(answer), said_of_disclosure(answer)),
        charts=(gantt,) if gantt.rows else (),
        tables=(
            costs_of(answer),
            ranges_of(answer),
            openings_of(items),
            *money_of(answer, items),
            contracts_of(items),
            stability_table(answer, items),
            institutions_of(answer),
            fits_of(),
            disclosures_of(answer),
        ),
    )
