"""Capacity: what an item adds to a place that takes so much and no more, where limits are asked for.

    a row of network_capacity.csv that names the item    its capacity becomes `raised_to`
    an item with `facility` and `facility_capacity`      that of the row becomes the latter
    a section of a railway that is upgraded              `line_capacity_before` becomes `line_capacity`

Without limits (the parameter `limits`) it has no effect: goods take no notice of a capacity then.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from samarkand.programme.channels.channel import Channel, Effects
from samarkand.programme.model.models import Item, Programme, Section
from samarkand.world.freight.capacity import CapacityRow, Facility, Place, capacities, line_place, places_of
from samarkand.world.network.tables import Network
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
    return Effects(tuple(changes))


def facilities_of(
    programme: Programme | None,
    changes: Sequence[CapacityChange],
    network: Network,
    parameters: Parameters,
) -> tuple[Facility, ...]:
    """Places whose capacity binds, with what changes make of it.

    Rows of the table that are not marked (`CapacityRow.close_to_observed`): a capacity near to what was observed says
    nothing about the model. Lines that a programme betters have their capacity of before until it does.
    """
    raised: dict[str, float] = {}
    for change in changes:
        raised[change.facility] = max(change.capacity, raised.get(change.facility, 0.0))
    found = [
        _declared(row, place, raised)
        for row, place in places_of(network, parameters)
        if not row.close_to_observed
    ]
    for item in programme.items if programme is not None else ():
        for name, section, before, _ in lines_of(item):
            points = [(point.latitude, point.longitude) for point in section.points]
            place = line_place(points, "rail", network, parameters)
            title = section.name or item.title
            found.append(
                Facility(name, title, "trains a day", max(before, raised.get(name, 0.0)), "queue", place)
            )
    return tuple(found)


def _declared(row: CapacityRow, place: Place, raised: Mapping[str, float]) -> Facility:
    return Facility(row.id, row.title, row.unit, max(row.capacity, raised.get(row.id, 0.0)), row.price, place)


CHANNEL = Channel(effects_of)
