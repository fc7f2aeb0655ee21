"""`samarkand finance` and `samarkand debt`."""

from __future__ import annotations

from typing import Annotated

import typer

from samarkand.priorities.asked_items import asked_item, check_item
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
    what_if: Annotated[
        list[str] | None,
        typer.Option(
            "--what-if",
            metavar="TERMS",
            help="Other terms of a tranche by its number, as 1:rate=0.01,grace=7; also maturity, grant, share, "
            "currency, suspend=2028-2030, restructure=2030 with haircut. May be repeated.",
            show_default=False,
        ),
    ] = None,
    least: Annotated[
        str,
        typer.Option(
            "--least",
            metavar="LEVER",
            help="The least change of rate, maturity, grace or grant, as 1:rate, that keeps what --keep says.",
            show_default=False,
        ),
    ] = "",
    keep: Annotated[
        str,
        typer.Option(
            "--keep",
            metavar="MEASURE=LIMIT",
            help="service or value at most (US$ m), grant_element or cover at least, as cover=1.2.",
            show_default=False,
        ),
    ] = "",
) -> Page:
    """Show who lends what to whom, and on which terms.

    Of all items together, or of one: its capital stack, its schedule, what borrowing costs, whether it pays, and what
    other terms would do.
    """
    from samarkand.core.faults import Fault, Faults

    if not item:
        if what_if or least or keep:
            raise Faults([Fault("--what-if, --least", "are of one item", "Name the item.")])
        from samarkand.priorities.finance.page import ALL, page

        return page(answer, ALL)
    from samarkand.priorities.finance.stack_page import stack_page

    found = asked_item(answer.timeline.items, item)
    if what_if or least or keep:
        from samarkand.priorities.finance.other_terms import other_terms_page

        return other_terms_page(answer, found, tuple(what_if or ()), least, keep)
    return stack_page(answer, found)


COMMANDS = (finance, debt)
CHECKS = {"finance": check_item}
