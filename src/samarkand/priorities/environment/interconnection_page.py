"""A power line of the programme on grids of the user: prices, energy, rent and gases."""

from __future__ import annotations

from samarkand.core.faults import Fault, Faults
from samarkand.priorities.environment.grid_files import Grids
from samarkand.priorities.environment.interconnection import Interconnection, Line, interconnect
from samarkand.priorities.faces import Table, shown
from samarkand.programme.model.models import Item


def interconnection_tables(item: Item, grids: Grids) -> tuple[Table, ...]:
    """Both grids without the line and with it. Raises `Faults` where the item is no line between them."""
    line = line_of(item, grids)
    return tables_of(line, interconnect(grids, line))


def line_of(item: Item, grids: Grids) -> Line:
    """The line as the item has it: between the first that sells and the first that buys, or its two economies."""
    sellers, buyers = item.words("exported_from"), item.words("exported_to")
    ends = (sellers[0], buyers[0]) if sellers and buyers else item.economies
    capacity, loss = item.figure("capacity"), item.figure("loss_share")
    place = f"item {item.id}"
    if item.kind != "transmission_line" or capacity is None or capacity.value is None:
        raise Faults(
            [Fault(place, "is no power line with a capacity", "Give the id of one that has a capacity.")]
        )
    if len(ends) != 2 or set(ends) - set(grids.nodes):
        reason = f"joins {', '.join(ends)}, and the nodes of demand.csv are {', '.join(grids.nodes)}"
        raise Faults(
            [Fault(place, reason, "Name the two nodes by the codes of the two economies that it joins.")]
        )
    lost = 0.0 if loss is None or loss.value is None else loss.value
    return Line((ends[0], ends[1]), capacity.value, lost)


def tables_of(line: Line, found: Interconnection) -> tuple[Table, ...]:
    """What the line changes in a year."""
    prices = tuple(
        (node, shown(found.prices_without[node], ",.2f"), shown(found.prices_with[node], ",.2f"))
        for node in found.prices_with
    )
    one, other = line.ends
    rows = (
        (f"sent from {one} to {other}, GWh", shown(found.sent[0], ",.1f")),
        (f"sent from {other} to {one}, GWh", shown(found.sent[1], ",.1f")),
        ("share of hours in which the line is full", shown(found.congested_share, ".1f", 100, "%")),
        ("fuel saved, US$ m", shown(found.saved, ",.3f")),
        ("congestion rent, US$ m", shown(found.rent, ",.3f")),
        (f"of it to {one}, US$ m", shown(found.rent_of_each_end, ",.3f")),
        (f"of it to {other}, US$ m", shown(found.rent_of_each_end, ",.3f")),
        ("greenhouse gases with less without, t CO2e", f"{found.emissions:+,.0f}"),
        (
            "demand not met without and with, GWh",
            " / ".join(shown(value, ",.2f") for value in found.unserved),
        ),
    )
    note = "Hours of the files scaled to a year. The rent is part of what is saved: it is not added to it."
    return (
        Table("Prices weighted by demand, US$/MWh", ("node", "without the line", "with it"), prices),
        Table("The line in a year", ("what", "a year"), rows, note=note),
    )
