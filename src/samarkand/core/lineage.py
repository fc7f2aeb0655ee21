"""Lineage: what a figure was computed from, down to published figures.

A `Lineage` is a tree. Its leaves carry evidence; its branches say which method joined them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from samarkand.core.cards import Carded
from samarkand.core.evidence import Evidence
from samarkand.core.units import format_value


@dataclass(frozen=True, repr=False)
class Lineage(Carded):
    """A figure: its name, value and unit, the method that made it, and what the method read."""

    name: str
    value: float | None = None
    unit: str = "1"
    method: str = ""
    evidence: Evidence | None = None
    inputs: tuple[Lineage, ...] = field(default=())

    def _card(self) -> tuple[str, dict[str, Any]]:
        value = {} if self.value is None else {"value": format_value(self.value, self.unit)}
        facts = {**value, "method": self.method} if self.method else value
        return f"Lineage of {self.name}", {
            **facts,
            "read from": len(self.inputs),
            "ends": sum(1 for _ in self.leaves()),
        }

    @property
    def label(self) -> str:
        """Name, value and method in one line."""
        shown = f" = {format_value(self.value, self.unit)}" if self.value is not None else ""
        return f"{self.name}{shown}" + (f"  ({self.method})" if self.method else "")

    def leaves(self) -> Iterator[Lineage]:
        """The figures that nothing here was computed from."""
        if not self.inputs:
            yield self
        for item in self.inputs:
            yield from item.leaves()


def leaf(name: str, evidence: Evidence) -> Lineage:
    """A published, recalled or assumed figure as the end of a lineage."""
    return Lineage(name, evidence.value, evidence.unit, evidence=evidence)
