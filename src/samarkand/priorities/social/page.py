"""The page of the report: what reaches people, who is left out, which firms gain, who is poor, and who builds."""

from __future__ import annotations

import numpy as np

from samarkand.priorities.faces import Answer, Page, Table, shown
from samarkand.priorities.social.firms_page import firms_tables, said_of_firms
from samarkand.priorities.social.journeys_page import findings_tables, journeys_tables
from samarkand.priorities.social.poverty_page import charts_of_tenths, poverty_tables, said_of_poverty
from samarkand.priorities.social.reach_page import map_of_reach
from samarkand.priorities.social.work_page import said_of_work, work_tables

MOST_ROWS = 20


def page(answer: Answer) -> Page:
    """Reach of all economies together, who is left out, and who lives near the items."""
    return Page(
        "Social development: what reaches people, and who is poor",
        lead=(said_of_reach(answer), *said_of_poverty(answer), said_of_work(answer), said_of_firms(answer)),
        charts=(map_of_reach(answer), *charts_of_tenths(answer)),
        tables=(
            left_out(answer), without_way(answer), near_items(answer), *findings_tables(answer), *firms_tables(answer),
            *poverty_tables(answer), *work_tables(answer), *journeys_tables(answer),
        ),
    )  # fmt: skip


def said_of_reach(answer: Answer) -> str:
    """How many people are within the longest hours of a market, before and after."""
    with_, change = (answer.array("people_near_market", one).isel(case=-1) for one in ("with", "change"))
    everybody = float(answer.world.network.cities["population"].sum())
    return (
        f"Of {everybody / 1e6:,.0f} million people in the cities of the network {float(with_.sum()) / 1e6:,.1f} "
        f"million are within {with_['case'].item()} of a market with the programme, {_signed(float(change.sum()))} by "
        "it. The country outside these cities is not on the network and not counted."
    )


def _signed(people: float) -> str:
    return f"{people / 1e6:+,.3f} million" if people else "none of them"


def left_out(answer: Answer) -> Table:
    """Economies with people farther than a day from every market, the most first."""
    without, with_, change = (
        answer.array("people_left_out", one).to_series() for one in ("without", "with", "change")
    )
    order = without[without > 0].sort_values(ascending=False).index
    rows = tuple(
        (answer.world.name_of(code), *(shown(one[code]) for one in (without, with_, change)))
        for code in order[:MOST_ROWS]
    )
    return Table(
        "People left out: farther than a day on the way from every market",
        ("economy", "without", "with", "change"),
        rows,
        note=f"{len(order)} economies; the first {len(rows)} are shown." if len(order) > len(rows) else "",
    )


def without_way(answer: Answer) -> Table:
    """Cities from which no way leads to a market, with the programme."""
    cities = answer.world.network.cities
    hours = answer.array("city_market_hours", "with").to_series()
    named = cities[hours.reindex(cities.index).isna()].sort_values("population", ascending=False)
    rows = tuple((str(label), shown(people)) for label, people in named["population"].head(MOST_ROWS).items())
    people = float(named["population"].sum())
    note = f"{len(named)} cities with {people:,.0f} people; `samarkand people ECONOMY` lists those of an economy."
    return Table("Cities from which no way leads to a market", ("city", "people"), rows, note=note)


def near_items(answer: Answer) -> Table:
    """People within hours of each item, the most first."""
    near = answer.array("people_near_project")
    cases = tuple(map(str, near["case"].to_numpy())) if near.notnull().any() else ()
    if not cases:
        return Table("People near the items", ("item",), (), note="No item has a place.")
    placed = near.transpose("project", "case").dropna("project")
    order = np.argsort(-placed.isel(case=-1).to_numpy(), kind="stable")
    ranked = placed.isel(project=order)
    rows = tuple(
        (str(code), *map(shown, values))
        for code, values in zip(ranked["project"].to_numpy(), ranked.to_numpy(), strict=True)
    )
    note = f"{near.sizes['project'] - len(rows)} items have no place. People are counted once for each item."
    return Table(
        "People near the items, by the roads of today", ("item", *cases), rows[:MOST_ROWS], note=note
    )
