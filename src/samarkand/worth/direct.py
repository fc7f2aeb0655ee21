"""Direct margins of an item: every channel that adds money outside the equilibrium, each in a module of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from samarkand.core.gaps import Gap
from samarkand.programme.model.models import Item
from samarkand.world.parameters import Parameters
from samarkand.world.world import World
from samarkand.worth.early_warning import warning_streams
from samarkand.worth.electricity import electricity_streams
from samarkand.worth.off_network import freight_streams
from samarkand.worth.passengers import passenger_streams
from samarkand.worth.queues import queue_streams
from samarkand.worth.streams import Stream
from samarkand.worth.training import training_streams
from samarkand.worth.vehicles import vehicle_streams
from samarkand.worth.visas import visa_streams


def direct_streams(
    item: Item, world: World, tonnes: float, ends: Sequence[Mapping[str, float]]
) -> tuple[list[Stream], list[Gap]]:
    """All direct margins of an item, and what of them is not assessed.

    `tonnes` a year that take it in the equilibrium; `ends`: the parameters at the low ends of their ranges, as they
    are, and at the high ends.
    """
    streams, gaps = own_streams(item, world, ends)
    freight, missing = freight_streams(item, tonnes, world.network.single_roads, *ends)
    return streams + freight, gaps + missing


def own_streams(
    item: Item, world: World, ends: Sequence[Mapping[str, float]]
) -> tuple[list[Stream], list[Gap]]:
    """Direct margins that follow from the item alone: all but freight, which needs the tonnes that take the item."""
    facts = world.fact_table
    found = (
        passenger_streams(item, facts, *ends),
        vehicle_streams(item, facts, *ends),
        electricity_streams(item, facts, *ends),
        visa_streams(item, facts, *ends),
        warning_streams(item, *ends),
        training_streams(item, world, *ends),
        queue_streams(item, *ends),
    )
    return [one for streams, _ in found for one in streams], [one for _, gaps in found for one in gaps]


def at_ends(parameters: Parameters) -> tuple[dict[str, float], ...]:
    """All parameters at the low ends of their ranges, as they are, and at the high ends."""
    ends = zip(*(parameters.evidence(name).ends for name in parameters), strict=True)
    return tuple(dict(zip(parameters, one, strict=True)) for one in ends)
