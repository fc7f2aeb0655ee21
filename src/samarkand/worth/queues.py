"""Hours in queues at lines, berths and borders that more capacity saves.

    benefit   365 n q (w0 - w1) v / 1e6          US$ m a year
    line      w = s u k / (1 - u)                s = 24 / C hours between trains, u = n / C of its capacity C is used
    places    w = s C(c, a) / (c - a)            c berths or lanes, a = n s / 24 of them busy (Erlang C)

n arrivals a day before, q TEU of each, v the value of an hour of a TEU. What is admitted anew gains on top of it, and
is not in it. Where as many arrive as can be served there is no mean wait: what is not admitted goes another way.

Each place has one owner of its hours. Published hours, dwell, speeds or running times before and after hold the queue:
where there are any, none is worked out here. A margin that is declared to count instead of this one (`instead_of` in
`ledger/margins.csv`), such as the price of a full gate, takes its place (`without_replaced`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from samarkand.core.gaps import Gap
from samarkand.engines.queues import calc_shared_wait, calc_single_wait
from samarkand.ledger.margins import margins, replaced_pairs
from samarkand.programme.model.models import Item, Project, Section
from samarkand.worth.streams import Amount, Stream

MARGIN = "queue_hours"
PLACES = ("port", "dry_port", "border_crossing")
OF_PLACE = ("arrivals", "servers_before", "servers_after", "service_hours", "arrival_load")
TOTALS = ("hours", "dwell")
OF_LINE = ("running_time", "operating_speed", "design_speed")
SOURCE = "Kingman 1961; Erlang 1917: waits by the item's own capacity and traffic"
LOAD = "freight_load"  # the more a unit carries, the fewer there are: its range stands the other way round


def queue_streams(
    item: Item, low: Mapping[str, float], value: Mapping[str, float], high: Mapping[str, float]
) -> tuple[list[Stream], list[Gap]]:
    """What shorter queues are worth, in equal parts of the item's economies, and what is missing; nothing for kinds and
    items without any figure of a queue."""
    given = [
        {**one, LOAD: other[LOAD]} for one, other in zip((low, value, high), (high, value, low), strict=True)
    ]
    try:
        found = [_of_lines(item, one) + _of_place(item, one) for one in given]
    except ValueError as error:
        return [], [Gap(item.id, MARGIN, f"not assessed: {error}")]
    except LookupError as error:
        return [], [Gap(item.id, MARGIN, str(error.args[0]))]
    if not found[1]:
        return [], []
    amount = Amount(min(found), found[1], max(found)).times(1.0 / len(item.economies))
    base = item.opening.year if item.opening else 0
    amounts = {(code, ""): amount for code in item.economies}
    return [Stream(MARGIN, "any", "direct", amounts, "grows", base, "estimated", SOURCE)], []


def without_replaced(item: str, streams: Iterable[Stream]) -> tuple[list[Stream], list[Gap]]:
    """Streams without those in whose place another one of the item counts, and what was left out."""
    listed = list(streams)
    there = {one.margin for one in listed}
    instead = {old: new for new, old in replaced_pairs() if new in there}
    gaps = [
        Gap(
            item,
            one.margin,
            f"not counted: {margins()[instead[one.margin]].title.lower()} counts instead of it",
        )
        for one in listed
        if one.margin in instead
    ]
    return [one for one in listed if one.margin not in instead], list(dict.fromkeys(gaps))


def _of_lines(item: Item, parameters: Mapping[str, float]) -> float:
    sections = item.section if isinstance(item, Project) else ()
    return sum(_of_line(section, parameters) for section in sections)


def _of_line(section: Section, parameters: Mapping[str, float]) -> float:
    """US$ m a year of a section. Raises `LookupError` where speeds or times hold its queue."""
    trains, before, after = (
        section.figure(name) for name in ("line_traffic", "line_capacity_before", "line_capacity")
    )
    if trains is None or before is None or after is None:
        return 0.0
    for name in OF_LINE:
        if section.figure(name) is not None and section.figure(f"{name}_before") is not None:
            raise LookupError(
                f"not counted: {name} before and after holds the queue of {section.name or 'the line'}"
            )
    number = trains.value or 0.0
    saved = [
        calc_single_wait(
            24.0 / (one.value or 1.0), number / (one.value or 1.0), parameters["queue_variability"]
        )
        for one in (before, after)
    ]
    load = parameters["train_load"] / parameters[LOAD]
    return _worth_of(number, load, saved[0] - saved[1], parameters)


def _of_place(item: Item, parameters: Mapping[str, float]) -> float:
    """US$ m a year of a port or border. Raises `LookupError` where published hours hold its queue."""
    figures = [item.figure(name) for name in OF_PLACE]
    if item.kind not in PLACES or all(one is None for one in figures):
        return 0.0
    for name in TOTALS:
        if item.figure(f"{name}_before") is not None and item.figure(f"{name}_after") is not None:
            raise LookupError(f"not counted: {name} before and after holds the queue")
    missing = [name for name, one in zip(OF_PLACE, figures, strict=True) if one is None]
    if missing:
        raise LookupError(f"not assessed: needs {', '.join(missing)} of the item")
    number, first, last, hours, load = (one.value or 0.0 for one in figures if one is not None)
    saved = [calc_shared_wait(hours, number * hours / 24.0, round(servers)) for servers in (first, last)]
    return _worth_of(number, load, saved[0] - saved[1], parameters)


def _worth_of(number: float, load: float, hours: float, parameters: Mapping[str, float]) -> float:
    return 365.0 * number * load * hours * parameters["queue_value_of_time"] / 1e6
