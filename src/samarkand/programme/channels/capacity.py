"""Capacity: what an item adds to a place that takes so much and no more, where limits are asked for.

    a row of network_capacity.csv that names the item    its capacity becomes `raised_to`
    a section of a railway that is upgraded              `line_capacity_before` becomes `line_capacity`
    a port or a border crossing that stands              `capacity_before` becomes `capacity_after`

What an item builds where nothing stood has no limit of its own. Without limits (the parameter `limits`) there is no
effect: goods take no notice of a capacity then.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from samarkand.programme.channels import network_placing
from samarkand.programme.channels.channel import Channel, Effects
from samarkand.programme.model.models import Item, Programme, Section
from samarkand.world.freight.capacity import (
    Facility,
    Place,
    capacities,
    find_place,
    line_place,
    places_of,
)
from samarkand.world.network.link_changes import LinkChange
from samarkand.world.parameters import Parameters
from samarkand.world.world import World

SWITCH = "limits"  # the parameter


@dataclass(frozen=True)
class CapacityChange:
    """A facility takes `capacity`, in its unit, with an item."""

    item: str
    facility: str
    capacity: float


def section_id(item: str, number: int) -> str:
    """Id of a section of a railway as a facility."""
    return f"{item}.section.{number}"


def lines_of(item: Item) -> Iterable[tuple[str, Section, float, float | None]]:
    """Sections of a railway that stand before an item and have a capacity: id, capacity before and after it."""
    if item.kind_row.mode != "rail":
        return
    for number, section in enumerate(item.section, 1):
        before, after = section.figure("line_capacity_before"), section.figure("line_capacity")
        if section.effect != "new" and before is not None and before.value is not None:
            yield section_id(item.id, number), section, before.value, None if after is None else after.value


def place_of(
    item: Item, world: World, parameters: Mapping[str, float]
) -> tuple[str, Place, float, float] | None:
    """A port or crossing that stands before an item, where the network has it: id, place, capacity before and after."""
    before, after = item.figure("capacity_before"), item.figure("capacity_after")
    if before is None or after is None or not before.value or not after.value:
        return None
    names = [
        f"{change.action}:{change.target}"
        for change in network_placing.CHANNEL.effects_of(item, world, parameters).changes
        if isinstance(change, LinkChange) and change.action in ("port", "crossing", "ferry")
    ]
    if not names:
        return None
    place = find_place("+".join(dict.fromkeys(names)), world.network, world.assumptions.parameters)
    return f"{item.id}.capacity", place, before.value, after.value


def effects_of(item: Item, world: World, parameters: Mapping[str, float]) -> Effects:
    """Capacities with an item; none where nobody asks for limits."""
    if not parameters[SWITCH]:
        return Effects(())
    changes = [
        CapacityChange(item.id, row.id, row.raised_to)
        for row in capacities()
        if row.raised_by == item.id and row.raised_to is not None
    ]
    changes += [
        CapacityChange(item.id, name, after)
        for name, _, before, after in lines_of(item)
        if after is not None and after > before
    ]
    found = place_of(item, world, parameters)
    if found is not None and found[3] > found[2]:
        changes.append(CapacityChange(item.id, found[0], found[3]))
    return Effects(tuple(changes))


def facilities_of(programme: Programme | None, world: World, parameters: Parameters) -> tuple[Facility, ...]:
    """Places whose capacity binds, without what changes make of it (`raised`).

    Rows of the table that what was observed does not contradict (`CapacityRow.contradicted`), however near to it they
    are: users expect a published capacity to bind. What a programme betters has its capacity of before until it does.
    """
    network = world.network
    found = [
        Facility(row.id, row.title, row.unit, row.capacity, row.price, place)
        for row, place in places_of(network, parameters)
        if not row.contradicted
    ]
    for item in programme.items if programme is not None else ():
        for name, section, before, _ in lines_of(item):
            points = [(point.latitude, point.longitude) for point in section.points]
            place = line_place(points, "rail", network, parameters)
            found.append(Facility(name, section.name or item.title, "trains a day", before, "queue", place))
        at = place_of(item, world, parameters)
        if at is not None:
            name, place, capacity, _ = at
            found.append(Facility(name, item.title, "TEU a year", capacity, "queue", place))
    return tuple(found)


def raised(facilities: Sequence[Facility], changes: Sequence[CapacityChange]) -> tuple[Facility, ...]:
    """The places with what changes make of their capacities, the largest of each."""
    most: dict[str, float] = {}
    for change in changes:
        most[change.facility] = max(change.capacity, most.get(change.facility, 0.0))
    return tuple(
        replace(one, capacity=max(one.capacity, most[one.id])) if one.id in most else one
        for one in facilities
    )


CHANNEL = Channel(effects_of)
