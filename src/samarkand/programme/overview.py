"""What a programme holds, item by item, and what its figures stand on."""

from __future__ import annotations

from collections import Counter
from typing import NamedTuple

from samarkand.core.evidence import Evidence
from samarkand.programme.models import Item, Programme

FLAGS = ("verified", "derived", "recalled", "assumed")


class ItemLine(NamedTuple):
    """One item in short. `capex` is None where none is published; `flags` counts its figures by flag."""

    id: str
    kind: str
    status: str
    opening: int | None
    capex: float | None
    corridor: str
    flags: dict[str, int]


class Standing(NamedTuple):
    """Of some figures with a value: how many there are, and how many are verified."""

    verified: int
    total: int

    @property
    def share(self) -> float | None:
        """Verified over total; None where there are none."""
        return self.verified / self.total if self.total else None


def item_lines(programme: Programme) -> list[ItemLine]:
    """The items in the order of the file."""
    return [
        ItemLine(
            item.id,
            item.kind,
            item.status,
            item.opening.year if item.opening else None,
            item.capex.value if item.capex else None,
            item.corridor or "",
            count_flags([figure for _, figure in item.figures()]),
        )
        for item in programme.items
    ]


def count_flags(figures: list[Evidence]) -> dict[str, int]:
    """Number of figures with a value by flag."""
    found = Counter[str](figure.flag for figure in figures if figure.value is not None)
    return {flag: found[flag] for flag in FLAGS}


def capex_and_length(programme: Programme) -> Standing:
    """Standing of the figures that weigh most: capex and lengths."""
    flags = [
        figure.flag
        for item in programme.items
        for name, figure in item.figures()
        if figure.value is not None and _weighs(name, item)
    ]
    return Standing(flags.count("verified"), len(flags))


def _weighs(name: str, item: Item) -> bool:
    return name in ("capex", "length") or (bool(item.section) and name.endswith(" length"))
