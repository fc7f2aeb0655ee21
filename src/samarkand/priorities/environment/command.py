"""`samarkand carbon` and `samarkand screen`."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from samarkand.priorities.faces import Answer, Page


def carbon(
    answer: Answer,
    item: Annotated[
        str,
        typer.Argument(metavar="[ITEM]", help="The id of an item: its gases by year.", show_default=False),
    ] = "",
    grids: Annotated[
        Path | None,
        typer.Option(
            "--grids",
            metavar="FOLDER",
            help="Hour by hour, for a power line: generators.csv, demand.csv and availability.csv of both grids.",
        ),
    ] = None,
) -> Page:
    """Show greenhouse gases of items and their worth."""
    from samarkand.core.faults import Fault, Faults, did_you_mean

    if not item:
        if grids is not None:
            raise Faults([Fault("--grids", "is given without a power line", "Give the id of one before it.")])
        from samarkand.priorities.environment.page import page

        return page(answer)
    from samarkand.priorities.environment.item_page import page_of_item

    items = answer.timeline.items
    found = next((one for one in items if one.id.lower() == item.lower()), None)
    if found is None:
        reason = "is no item of the programme"
        raise Faults([Fault(item, reason, did_you_mean(item, [one.id for one in items]))])
    shown = page_of_item(answer, found)
    if grids is None:
        return shown
    from samarkand.priorities.environment.interconnection_page import interconnection_tables

    return replace(shown, tables=(*interconnection_tables(found, grids), *shown.tables))


def screen(
    answer: Answer,
    word: Annotated[
        str,
        typer.Argument(
            metavar="[ECONOMY|ITEM]",
            help="An ISO3 code: the projects in it. The id of an item: every standard, and what is missing.",
            show_default=False,
        ),
    ] = "",
    protected: Annotated[
        Path | None,
        typer.Option(
            "--protected", metavar="FILE",
            help="Areas of ecological importance, a GeoPackage or shapefile in longitude and latitude: km and share of "
            "the item's line in them.",
            show_default=False,
        ),
    ] = None,
    depth: Annotated[
        list[str] | None,
        typer.Option(
            "--depth", metavar="YEARS=GEOTIFF",
            help="Depths of water in metres of the event of a return period: expected annual damage. Repeat it.",
            show_default=False,
        ),
    ] = None,
    protection: Annotated[
        float, typer.Option("--protection", metavar="YEARS", help="Return period up to which defences hold.")
    ] = 0.0,
    closure_days: Annotated[
        float, typer.Option("--closure-days", metavar="DAYS", help="Days for which an event that cuts it closes it.")
    ] = 0.0,
) -> Page:  # fmt: skip
    """Screen projects under published standards.

    And against maps of protected areas and floods. Each standard gives its word with the clause that decided, or the
    fields that are missing.
    """
    from samarkand.priorities.environment.maps_asked import maps_by_period
    from samarkand.priorities.environment.screening_page import page_of_project, page_of_screening

    item = next((one for one in answer.timeline.items if one.id.lower() == word.lower()), None)
    depths = maps_by_period(depth or (), item is None, protected, protection, closure_days)
    if item is None:
        return page_of_screening(answer, word)
    return page_of_project(answer, item, protected, depths, protection, closure_days)


COMMANDS = (carbon, screen)
