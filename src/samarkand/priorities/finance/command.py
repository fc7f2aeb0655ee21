"""`samarkand finance` and `samarkand debt`."""

from __future__ import annotations

from typing import Annotated

import typer

from samarkand.priorities.faces import Answer, Page
from samarkand.priorities.finance.debt_command import debt


def finance(
    answer: Answer,
    item: Annotated[
        str,
        typer.Argument(
            metavar="[ITEM]",
            help="The id of an item: its sources of finance, what is drawn and paid by year, and what it costs.",
            show_default=False,
        ),
    ] = "",
) -> Page:
    """Show who lends what to whom, and on which terms.

    Of all items together, or of one: its capital stack, its schedule and what borrowing costs.
    """
    if not item:
        from samarkand.priorities.finance.page import page

        return page(answer)
    from samarkand.core.faults import Fault, Faults, did_you_mean
    from samarkand.priorities.finance.stack_page import stack_page

    found = {one.id: one for one in answer.timeline.items}
    if item not in found:
        raise Faults([Fault(item, "is no item of the programme", did_you_mean(item, found))])
    return stack_page(answer, found[item])


COMMANDS = (finance, debt)
