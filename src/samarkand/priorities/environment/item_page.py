"""One item: gases of building it, by year of its life, paid back, and in money."""

from __future__ import annotations

from samarkand.core.gaps import Gap
from samarkand.priorities.environment.gases import Gases, gases_of, outcomes_of, worth_by_path
from samarkand.priorities.environment.paths import TITLES
from samarkand.priorities.faces import Answer, Chart, Page, Table, shown
from samarkand.priorities.registry import find_indicator
from samarkand.programme.model.models import Item


def page_of_item(answer: Answer, item: Item) -> Page:
    """All that is known of the gases of an item; why the rest is not."""
    parameters = answer.timeline.assumptions.parameters
    gases = gases_of(item, answer.world.fact_table, parameters)
    found = outcomes_of(gases, parameters)
    figures, gaps = [], []
    for name, outcome in found.items():
        _, declared = find_indicator(name)
        if isinstance(outcome, Gap):
            gaps.append((declared.title, outcome.reason))
        elif outcome.change is not None and not outcome.change.dims:
            span = outcome.ranges.get("change")
            ends = (outcome.change,) * 2 if span is None else (span.low, span.high)
            form = ".0f" if declared.unit == "year" else ",.0f"
            cells = (shown(float(one), form) for one in (ends[0], outcome.change, ends[1]))
            figures.append((f"{declared.title} ({declared.unit})", *cells))
    if not isinstance(gases.operation, Gap):
        gaps += [("Net greenhouse gases, in part", gap.reason) for gap in gases.operation.gaps]
    tables = [Table("Over its life", ("what", "low", "central", "high"), tuple(figures))] if figures else []
    tables += [*_of_a_year(gases), *_worth(answer, gases)]
    if gaps:
        tables.append(Table("Not assessed", ("what", "why"), tuple(gaps), numbers=2))
    names = ", ".join(answer.world.names.get(code, code) for code in item.economies)
    lead = (f"{item.kind_row.label}; {names}.",)
    return Page(f"Greenhouse gases of {item.title}", lead=lead, charts=_chart(gases), tables=tuple(tables))


def _of_a_year(gases: Gases) -> tuple[Table, ...]:
    if isinstance(gases.operation, Gap):
        return ()
    parts = [*gases.operation.own.items()]
    parts += [(f"displaced in {code}", one) for code, one in gases.operation.displaced.items()]
    rows = tuple((name, *(shown(value) for value in ends)) for name, ends in parts)
    return (Table("A year of full service, tonnes", ("where", "low", "central", "high"), rows),)


def _worth(answer: Answer, gases: Gases) -> tuple[Table, ...]:
    worth = worth_by_path(gases, answer.timeline.assumptions.parameters)
    if not worth or isinstance(gases.building, Gap):
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
