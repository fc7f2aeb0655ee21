"""`samarkand delivery`."""

from __future__ import annotations

from typing import Annotated

import typer

from samarkand.priorities.faces import Answer, Page


def delivery(
    answer: Answer,
    subject: Annotated[
        str, typer.Argument(metavar="[ITEM]", help="An item by its id.", show_default=False)
    ] = "",
) -> Page:
    """Show what items are to be expected to cost.

    By how projects of their class came out: beside the estimate, with the range, and how well the class fits.
    """
    from samarkand.core.faults import Fault, Faults, did_you_mean
    from samarkand.priorities.governance.delivery_page import item_page
    from samarkand.priorities.governance.page import page

    if not subject:
        return page(answer)
    items = {item.id: item for item in answer.timeline.items}
    if subject not in items:
        raise Faults([Fault(subject, "is no item of the programme", did_you_mean(subject, items))])
    return item_page(answer, items[subject])


COMMANDS = (delivery,)
