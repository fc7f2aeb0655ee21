"""`samarkand people`."""

from __future__ import annotations

from typing import Annotated

import typer

from samarkand.priorities.faces import Answer, Page, Table

SOUGHT = ("market", "port", "large_city")


def people(
    answer: Answer,
    economy: Annotated[
        str,
        typer.Argument(
            metavar="[ECONOMY]", help="An ISO3 code: what reaches its cities one by one.", show_default=False
        ),
    ] = "",
) -> Page:
    """Show what reaches people, who is left out, and who is poor.

    Of all economies together, or of the cities of one.
    """
    from samarkand.priorities.social import page as pages

    return cities_of(answer, economy.upper()) if economy else pages.page(answer)


def cities_of(answer: Answer, economy: str) -> Page:
    """Hours of each city of an economy without and with the programme, the largest first; its poverty and its work."""
    from samarkand.core.faults import Fault, Faults, did_you_mean
    from samarkand.priorities.social.firms_page import NO_FIRMS, firms_of_economy
    from samarkand.priorities.social.poverty_page import NO_SURVEY, charts_of_tenths, poverty_of
    from samarkand.priorities.social.work_page import NO_EMPLOYMENT, work_of_economy

    table = answer.world.network.cities
    mine = table[table["iso3"] == economy].sort_values("population", ascending=False)
    if mine.empty:
        known = sorted(set(table["iso3"]))
        raise Faults(
            [Fault(f"economy {economy}", "has no city on the network", did_you_mean(economy, known))]
        )
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
    name = answer.world.names.get(economy, economy)
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
