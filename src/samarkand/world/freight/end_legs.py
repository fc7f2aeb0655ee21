"""Legs from the ends of changed links, searched for once and kept: what closure needs of the graph."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from threading import Lock

import numpy as np

from samarkand.core.conventions import Floats, Ints
from samarkand.core.disk_cache import MOST_KEPT, load_entry, save_entry
from samarkand.engines.legs import find_legs
from samarkand.engines.once import derived
from samarkand.world.freight.skims import Component

MOST_ENDS = (
    500  # kept on disk: with more, reading them takes longer than searching for those of one programme
)


@dataclass(frozen=True, eq=False)
class LegTable:
    """Legs from the known ends (nodes) of a mode to its targets and among themselves; it never changes.

    A class is a search class, at sea a search there (`Component.searches`).

    to: (hours and usd, class, end, target), between: (hours and usd, class, end, end). `beyond`: hours and usd that
    come on top at each target (its connector).
    """

    nodes: tuple[int, ...]
    to: Floats
    between: Floats
    beyond: tuple[Floats, Floats]
    values_of_time: tuple[float, ...]

    def rows(self, nodes: Sequence[int]) -> Ints:
        """Row of each known node in `to` and `between`."""
        position = derived(self, "position", lambda: {node: row for row, node in enumerate(self.nodes)})
        return np.array([position[node] for node in nodes], dtype=np.int64)

    def of_class(self, c: int) -> tuple[Floats, Floats, Floats]:
        """Hours, usd and generalised cost [end, target] of a search class, connectors of the targets added."""
        return derived(self, "by class", self._by_class)[c]

    def _by_class(self) -> list[tuple[Floats, Floats, Floats]]:
        made = []
        for k, value in enumerate(self.values_of_time):
            hours, usd = (self.to[a, k] + self.beyond[a] for a in (0, 1))
            made.append((hours, usd, usd + value * hours))
        return made


class EndLegs:
    """Legs from ends of a component, searched for as they are asked for and cached on disk by its key.

    `table` is what is known; a search makes a larger one and puts it in its place when it is whole, so that whoever
    works on one is never disturbed.
    """

    def __init__(self, part: Component, beyond: tuple[Floats, Floats] | None = None) -> None:
        self.part = part
        values, classes = tuple(value for _, value in part.searches), len(part.searches)
        self._lock = Lock()
        found = load_entry(f"ends-{part.name}", part.key)
        fits = found is not None and found["to"].shape[1::2] == (classes, part.targets.size)
        if found is None or not fits or found["ends"].size > MOST_ENDS:
            found = {
                "ends": np.empty(0, np.int64),
                "to": np.empty((2, classes, 0, part.targets.size)),
                "between": np.empty((2, classes, 0, 0)),
            }
        none = np.zeros(part.targets.size)
        self.table = LegTable(
            tuple(found["ends"].tolist()), found["to"], found["between"], beyond or (none, none), values
        )

    def find(self, nodes: Sequence[int], progress: Callable[..., None]) -> LegTable:
        """The table with the legs of these nodes: of those not known yet, searched for now and kept."""
        with self._lock:
            known = set(self.table.nodes)
            missing = [node for node in dict.fromkeys(nodes) if node not in known]
            if missing:
                self.table = self._extended(missing, progress)
                content = {
                    "ends": np.array(self.table.nodes, np.int64),
                    "to": self.table.to,
                    "between": self.table.between,
                }
                save_entry(f"ends-{self.part.name}", self.part.key, content, MOST_KEPT)
            return self.table

    def _extended(self, missing: list[int], progress: Callable[..., None]) -> LegTable:
        """Each new end is searched from once a class, to all targets and all ends; the graph has no direction."""
        table = self.table
        before, classes = len(table.nodes), len(table.values_of_time)
        nodes = [*table.nodes, *missing]
        to = np.empty((2, classes, len(nodes), self.part.targets.size))
        between = np.empty((2, classes, len(nodes), len(nodes)))
        to[:, :, :before] = table.to
        between[:, :, :before, :before] = table.between
        goals = np.r_[self.part.targets, np.array(nodes, dtype=np.int64)]
        for c, (graph, value) in enumerate(self.part.searches):

            def report(done: int, c: int = c) -> None:
                progress(done=c * len(missing) + done, total=classes * len(missing))

            legs = find_legs(graph, value, np.array(missing, dtype=np.int64), goals, report)
            for k, found in enumerate((legs.hours, legs.usd)):
                to[k, c, before:] = found[:, : self.part.targets.size]
                between[k, c, before:] = found[:, self.part.targets.size :]
                between[k, c, :before, before:] = between[k, c, before:, :before].T
                corner = between[k, c, before:, before:]  # there and back alike, to the last digit
                corner[:] = np.triu(corner) + np.triu(corner, 1).T
        return LegTable(tuple(nodes), to, between, table.beyond, table.values_of_time)
