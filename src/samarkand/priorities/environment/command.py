"""`samarkand carbon`."""

from __future__ import annotations

from typing import Annotated

import typer

from samarkand.priorities.faces import Answer, Page


def carbon(
    answer: Answer,
    item: Annotated[
        str,
        typer.Argument(metavar="[ITEM]", help="The id of an item: its gases by year.", show_default=False),
    ] = "",
) -> Page:
    """Show greenhouse gases of items and their worth."""
    if not item:
        from samarkand.priorities.environment.page import page

        return page(answer)
    from samarkand.core.faults import Fault, Faults, did_you_mean
    from samarkand.priorities.environment.item_page import page_of_item

    items = answer.timeline.items
    found = next((one for one in items if one.id.lower() == item.lower()), None)
    if found is None:
        reason = "is no item of the programme"
        raise Faults([Fault(item, reason, did_you_mean(item, [one.id for one in items]))])
    return page_of_item(answer, found)


COMMANDS = (carbon,)
