"""Contents of a programme, item by item, the evidence of its figures, and what of it will change nothing."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import NamedTuple

from samarkand.core.evidence import Flag
from samarkand.core.gaps import Gap
from samarkand.programme.channels.channel import channels_of, gap_of_kind
from samarkand.programme.channels.network_effects import effects_of
from samarkand.programme.model.models import Item, Programme

NO_OPENING = "no date of opening is published: it is never in service"

FLAGS: tuple[Flag, ...] = ("verified", "derived", "recalled", "assumed")


LIMITS = "capacity"  # the channel that acts with limits alone


class ItemLine(NamedTuple):
    """One item in short. `capex` is None where none is published; `flags` counts its figures by flag."""

    id: str
    kind: str
    status: str
    opening: int | None
    capex: float | None
    corridor: str
    flags: tuple[int, ...]


def item_lines(programme: Programme) -> list[ItemLine]:
    """The items in the order of the file."""
    lines = []
    for item in programme.items:
        flags = [figure.flag for _, figure in item.figures() if figure.value is not None]
        lines.append(
            ItemLine(
                item.id,
                item.kind,
                item.status,
                item.opening.year if item.opening else None,
                item.capex.value if item.capex else None,
                item.corridor or "",
                tuple(flags.count(flag) for flag in FLAGS),
            )
        )
    return lines


def idle_items(
    programme: Programme, parameters: Mapping[str, float], without: Collection[str] = ()
) -> list[Gap]:
    """Items that will change no trade in any year, with the reason: known before anything is solved.

    What an item does on the network is told by its own figures; whether the network has a place for it, and whether
    anybody uses it, only a solution tells.
    """
    found = (_idle(item, parameters) for item in programme.items if item.id not in without)
    return [gap for gap in found if gap is not None]


def _idle(item: Item, parameters: Mapping[str, float]) -> Gap | None:
    if item.opening is None:
        return Gap(item.id, "opening", NO_OPENING)
    if (gap := gap_of_kind(item)) is not None:
        return gap
    if set(channels_of(item.kind_row)) - {LIMITS} != {"network"}:
        return None
    effects, gaps = effects_of(item, parameters)
    return None if effects or not gaps else gaps[0]
