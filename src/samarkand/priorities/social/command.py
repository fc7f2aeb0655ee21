"""`samarkand people`."""

from __future__ import annotations

from typing import Annotated

import typer

from samarkand.priorities.asked_items import NO_ITEM, find_item, no_such
from samarkand.priorities.faces import Answer, Page, Table

SOUGHT = ("market", "port", "large_city")


def people(
    answer: Answer,
    word: Annotated[
        str,
        typer.Argument(
            metavar="[ECONOMY|ITEM]",
            help="An ISO3 code: what reaches its cities one by one. The id of an item: who lives near and builds it.",
            show_default=False,
        ),
    ] = "",
) -> Page:
    """Show what reaches people, who is left out, and who is poor.

    Of all economies together, of the cities of one, or of one item of the programme.
    """
    if not word:
        from samarkand.priorities.social.page import page

        return page(answer)
    from samarkand.priorities.social.item_page import page_of_item

    item = find_item(answer.timeline.items, word)
    return cities_of(answer, word) if item is None else page_of_item(answer, item)


def cities_of(answer: Answer, word: str) -> Page:
    """Hours of each city of an economy without and with the programme, the largest first; its poverty and its work."""
    from samarkand.core.faults import Faults
    from samarkand.priorities.social.firms_page import NO_FIRMS, firms_of_economy
    from samarkand.priorities.social.poverty_page import NO_SURVEY, charts_of_tenths, poverty_of
    from samarkand.priorities.social.work_page import NO_EMPLOYMENT, work_of_economy

    table, economy = answer.world.network.cities, word.upper()
    mine = table[table["iso3"] == economy].sort_values("population", ascending=False)
    if mine.empty:
        known = [*sorted(set(table["iso3"])), *(item.id for item in answer.timeline.items)]
        reason = f"{NO_ITEM}, and no economy with a city on the network"
        raise Faults([no_such(word, reason, known)])
    hours = [
        answer.array(f"city_{sought}_hours", part).to_series()
        for sought in SOUGHT
        for part in ("without", "with")
    ]
    rows = tuple(
        (str(name), f"{people:,.0f}", *(_hours(float(one[label])) for one in hours))
        for label, name, people in zip(mine.index, mine["name"], mine["population"], strict=True)
    )
    heads = (
        "city",
        "people",
        *(f"{sought.replace('_', ' ')}, {part}" for sought in SOUGHT for part in ("before", "after")),
    )
    name = answer.world.name_of(economy)
    firms, poverty, work = (one(answer, economy) for one in (firms_of_economy, poverty_of, work_of_economy))
    needed = ((NO_FIRMS, firms), (NO_SURVEY, poverty), (NO_EMPLOYMENT, work))
    missing = (said for said, tables in needed if not tables)
    hours_of = "Hours to the nearest market, sea port and large city, before the programme and with it."
    return Page(
        f"What reaches the people of {name}",
        lead=(hours_of, *missing),
        charts=charts_of_tenths(answer, economy),
        tables=(Table("Cities of the network", heads, rows), *firms, *poverty, *work),
    )


def _hours(value: float) -> str:
    return "no way" if value != value else f"{value:.1f}"


COMMANDS = (people,)
