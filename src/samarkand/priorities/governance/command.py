"""`samarkand delivery` and `samarkand disclosure`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from samarkand.priorities.asked_items import asked_item, check_item
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
    from samarkand.priorities.governance.delivery_page import item_page
    from samarkand.priorities.governance.page import page

    if not item:
        return page(answer)
    return item_page(answer, asked_item(answer.timeline.items, item))


def disclosure(
    answer: Answer,
    item: Annotated[
        str, typer.Argument(metavar="[ITEM]", help="A project by its id.", show_default=False)
    ] = "",
    package: Annotated[
        Path | None,
        typer.Option(
            "--package",
            metavar="FILE",
            help="A package of OC4IDS: its project with the item's project_identifier is counted beside.",
            show_default=False,
        ),
    ] = None,
) -> Page:
    """Show what is published of projects.

    By the elements of the standard: which are published, by whom, and when that was read; what is secret; assessment,
    land and resettlement.
    """
    from samarkand.core.faults import Fault, Faults
    from samarkand.priorities.governance.disclosure_package import project_of
    from samarkand.priorities.governance.disclosure_page import disclosures_of, item_page, said_of_disclosure

    if not item:
        if package is not None:
            raise Faults([Fault("--package", "is given without a project", "Give the id of one before it.")])
        table = disclosures_of(answer, len(answer.timeline.items))
        return Page("Disclosure of projects", lead=(said_of_disclosure(answer),), tables=(table,))
    found = asked_item(answer.timeline.items, item)
    return item_page(answer, found, *(project_of(package, found) if package is not None else ()))


COMMANDS = (delivery, disclosure)
CHECKS = {"delivery": check_item, "disclosure": check_item}
