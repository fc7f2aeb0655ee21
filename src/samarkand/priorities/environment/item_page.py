"""One item: gases of building it, by year of its life, paid back, and in money."""

from __future__ import annotations

from samarkand.core.gaps import Gap
from samarkand.priorities.base import Levels
from samarkand.priorities.environment.gases import Gases, gases_of, outcomes_of, worth_by_path
from samarkand.priorities.environment.operation import acts_on_freight
from samarkand.priorities.environment.paths import TITLES
from samarkand.priorities.environment.power import power_of
from samarkand.priorities.environment.traffic import (
    ELSEWHERE,
    GRIDS,
    Factors,
    FreightGases,
    break_even,
    freight_gases,
    net_by_grid,
    rail_by_grid,
    replaced,
    zero_of,
)
from samarkand.priorities.faces import Answer, Chart, Page, Table, shown
from samarkand.priorities.item_freight import item_work
from samarkand.priorities.registry import find_indicator
from samarkand.programme.model.models import Item
from samarkand.world.parameters import Parameters

NO_RANGE = "none given"


def page_of_item(answer: Answer, item: Item) -> Page:
    """All that is known of the gases of an item; why the rest is not."""
    parameters = answer.timeline.assumptions.parameters
    freight = freight_gases(item, answer.timeline, lay=True) if acts_on_freight(item) else None
    operation = freight.operation() if isinstance(freight, FreightGases) else freight
    gases = gases_of(item, answer.world.fact_table, parameters, operation)
    found = outcomes_of(gases, parameters)
    if item.kind == "power_plant":
        found |= power_of(item, answer.world.fact_table, parameters)
    figures, gaps = [], []
    for name, outcome in found.items():
        _, declared = find_indicator(name)
        if isinstance(outcome, Gap):
            gaps.append((declared.title, outcome.reason))
        elif outcome.change is not None and not outcome.change.dims:
            figures.append((f"{declared.title} ({declared.unit})", *_cells(outcome, declared.unit)))
    if not isinstance(gases.operation, Gap):
        gaps += [("Net greenhouse gases, in part", gap.reason) for gap in gases.operation.gaps]
    tables = [Table("Over its life", ("what", "low", "central", "high"), tuple(figures))] if figures else []
    tables += [*_of_a_year(gases), *_worth(answer, gases)]
    if isinstance(freight, FreightGases):
        tables.append(_freight(freight))
        if item.kind == "rail":
            tables.append(_grids(item, answer))
    if item.kind == "rail":
        tables.append(rail_table(parameters))
    if gaps:
        tables.append(Table("Not assessed", ("what", "why"), tuple(gaps), numbers=2))
    names = ", ".join(answer.world.name_of(code) for code in item.economies)
    lead = (f"{item.kind_row.label}; {names}.",)
    return Page(f"Greenhouse gases of {item.title}", lead=lead, charts=_chart(gases), tables=tuple(tables))


def _cells(outcome: Levels, unit: str) -> tuple[str, str, str]:
    """Low, central and high; words where the source gives no range."""
    assert outcome.change is not None
    span, form = outcome.ranges.get("change"), ".0f" if unit == "year" else ",.0f"
    central = shown(float(outcome.change), form)
    if span is None or not float(span.low) < float(span.high):
        return NO_RANGE, central, NO_RANGE
    return shown(float(span.low), form), central, shown(float(span.high), form)


def _of_a_year(gases: Gases) -> tuple[Table, ...]:
    if isinstance(gases.operation, Gap):
        return ()
    parts = [*gases.operation.own.items()]
    parts += [
        (f"displaced {'' if code == ELSEWHERE else 'in '}{code}", one)
        for code, one in gases.operation.displaced.items()
    ]
    rows = tuple((name, *(shown(value) for value in ends)) for name, ends in parts)
    return (Table("A year of full service, tonnes", ("where", "low", "central", "high"), rows),)


def _freight(freight: FreightGases) -> Table:
    """Tonne-kilometres with less without by mode, and gases of freight shifted and induced."""
    rows = [(f"{mode}, bn tonne-km", f"{value:+,.3f}") for mode, value in freight.work.items()]
    rows += [
        ("on its own links, bn tonne-km", f"{freight.own_work:,.3f}"),
        ("shifted, tonnes of gases", f"{freight.shifted:+,.0f}"),
        ("induced, tonnes of gases", f"{freight.induced:+,.0f}"),
    ]
    note = "Freight between economies in full service, all other items in place; freight within an economy is not laid."
    return Table("Freight with the item less without it", ("what", "a year"), tuple(rows), note=note)


def _grids(item: Item, answer: Answer) -> Table:
    """Net gases of a railway in operation as all grids run from nothing to coal alone, by what it replaces."""
    timeline = answer.timeline
    work = item_work(timeline.last.solved, item.id, timeline.kept_under, lay=True)
    assert work is not None
    factors = Factors(timeline.world.fact_table, timeline.assumptions.parameters)
    rows = []
    for mode, values in net_by_grid(item, work, factors).items():
        found = zero_of(values)
        even = "none" if found is None else f"{found:,.0f}"
        rows.append((mode, *(f"{1e-3 * value:+,.1f}" for value in values), even))
    heads = ("instead of", *(f"{grid:,.0f}" for grid in GRIDS), "break-even")
    note = (
        "Thousand tonnes in a year of full service; grids and break-even in g CO2e a kilowatt-hour, one grid for all "
        "economies. First the freight as it was laid with it and without it, then electric trains in the place of one "
        "mode for all that runs on its links. Building the line is apart."
    )
    return Table("Net gases of the railway as the grid runs", heads, tuple(rows), note=note)


def rail_table(parameters: Parameters) -> Table:
    """Grams a tonne-kilometre by electric train less those of the mode replaced, as the grid runs."""
    rows = []
    for mode, values in rail_by_grid(parameters).items():
        found = break_even(replaced(parameters)[mode], parameters)
        rows.append(
            (mode, *(f"{value:+.1f}" for value in values), "none" if found is None else f"{found:,.0f}")
        )
    heads = ("instead of", *(f"{grid:,.0f}" for grid in GRIDS), "break-even")
    note = "Grids and break-even in g CO2e a kilowatt-hour. Building the line is apart."
    return Table(
        "An electric train, g CO2e a tonne-km less those of the mode replaced", heads, tuple(rows), note=note
    )


def _worth(answer: Answer, gases: Gases) -> tuple[Table, ...]:
    worth = worth_by_path(gases, answer.timeline.assumptions.parameters)
    if not worth or not gases.building_is_known:
        return ()
    rows = tuple((TITLES[name], *(shown(value) for value in ends)) for name, ends in worth.items())
    title = "Worth to the world, US$ m in the year of opening"
    return (Table(title, ("path of prices", "low", "central", "high"), rows),)


def _chart(gases: Gases) -> tuple[Chart, ...]:
    if gases.paths is None:
        return ()
    path = gases.paths[1]
    series = {"gross": path.gross.tolist(), "net": path.net.tolist(), "building": path.building.tolist()}
    return (Chart("Greenhouse gases by year", "t CO2e a year", tuple(path.years), series),)
