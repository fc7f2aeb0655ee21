"""`samarkand delivery`."""

from __future__ import annotations

from typing import Annotated

import typer

from samarkand.priorities.faces import Answer, Page


def delivery(
    answer: Answer,
    item: Annotated[
        str, typer.Argument(metavar="[ITEM]", help="An item by its id.", show_default=False)
    ] = "",
) -> Page:
    """Show what items are to be expected to cost.

    By how projects of their class came out: beside the estimate, with the range, and how well the class fits.
    """
    from samarkand.core.faults import Fault, Faults, did_you_mean
    from samarkand.priorities.governance.delivery_page import item_page
    from samarkand.priorities.governance.page import page

    if not item:
        return page(answer)
    items = {one.id: one for one in answer.timeline.items}
    found = next((one for code, one in items.items() if code.lower() == item.lower()), None)
    if found is None:
        raise Faults([Fault(item, "is no item of the programme", did_you_mean(item, items))])
    return item_page(answer, found)


COMMANDS = (delivery,)
