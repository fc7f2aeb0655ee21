"""`samarkand carbon` and `samarkand screen`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from samarkand.priorities.asked_items import asked_item, find_item
from samarkand.priorities.faces import Answer, Page

if TYPE_CHECKING:
    from samarkand.programme.model.models import Item


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
    item_freight: Annotated[
        bool | None,
        typer.Option(
            "--item-freight/--no-item-freight",
            help="All items: lay freight with each of them left out, as is done anyhow: minutes, once. Or do not.",
            show_default=False,
        ),
    ] = None,
) -> Page:
    """Show greenhouse gases of items and their worth."""
    if not item:
        check_carbon(None, item, grids, item_freight)
        from samarkand.priorities.environment.page import page

        return page(answer)
    from samarkand.priorities.environment.grids_asked import asked_grids
    from samarkand.priorities.environment.item_page import page_of_item

    found = asked_item(answer.timeline.items, item)
    shown = page_of_item(answer, found)
    if grids is None:
        return shown
    from samarkand.priorities.environment.interconnection_page import interconnection_tables

    return replace(shown, tables=(*interconnection_tables(found, asked_grids(grids)), *shown.tables))


def check_carbon(
    items: Sequence[Item] | None, item: str, grids: Path | None, item_freight: bool | None
) -> None:
    """What is wrong with the item and the grids, before anything is solved."""
    from samarkand.priorities.environment.grids_asked import check_asked

    check_asked(items, item, grids, item_freight)


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
            "the item's line in them, or of each project's.",
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

    item = find_item(answer.timeline.items, word)
    depths = maps_by_period(depth or (), item is None, protection, closure_days)
    if item is None:
        return page_of_screening(answer, word, protected)
    return page_of_project(answer, item, protected, depths, protection, closure_days)


def check_screen(
    items: Sequence[Item] | None,
    word: str,
    protected: Path | None,
    depth: list[str] | None,
    protection: float,
    closure_days: float,
) -> None:
    """What is wrong with the word and the maps, before anything is solved."""
    from samarkand.priorities.environment.maps_asked import check_maps

    check_maps(items, word, protected, depth or (), protection, closure_days)


COMMANDS = (carbon, screen)
CHECKS = {"carbon": check_carbon, "screen": check_screen}
