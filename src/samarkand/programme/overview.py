"""Contents of a programme, item by item, and the evidence of its figures."""

from __future__ import annotations

from typing import NamedTuple

from samarkand.core.evidence import Flag
from samarkand.programme.model.models import Programme

FLAGS: tuple[Flag, ...] = ("verified", "derived", "recalled", "assumed")


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
