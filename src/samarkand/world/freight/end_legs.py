"""Legs from the ends of changed links, searched for once and kept: what closure needs of the graph."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from samarkand.core.conventions import Floats
from samarkand.core.disk_cache import MOST_KEPT, cache_folder, forget_oldest, read_archive, write_archive
from samarkand.engines.routing import calc_legs
from samarkand.world.freight.skims import Component

MOST_ENDS = (
    500  # kept on disk: with more, reading them takes longer than searching for those of one programme
)


class EndLegs:
    """Legs from known ends (nodes) of a component to its targets and among themselves, by search class.

    to: (hours and usd, class, end, target), between: (hours and usd, class, end, end). They grow as ends are asked
    for, and are cached on disk by the component's key.
    """

    def __init__(self, part: Component, values_of_time: Sequence[float]) -> None:
        self.part = part
        self.values_of_time = tuple(values_of_time)
        self._path = cache_folder() / f"ends-{part.name}-{part.key[:32]}.npz"
        self._lock = Lock()
        classes = len(self.values_of_time)
        found = read_archive(self._path)
        fits = found is not None and found["to"].shape[1::2] == (classes, part.targets.size)
        if found is None or not fits or found["ends"].size > MOST_ENDS:
            found = {
                "ends": np.empty(0, np.int64),
                "to": np.empty((2, classes, 0, part.targets.size)),
                "between": np.empty((2, classes, 0, 0)),
            }
        self.nodes: list[int] = found["ends"].tolist()
        self._position = {node: i for i, node in enumerate(self.nodes)}
        self.to: Floats = found["to"]
        self.between: Floats = found["between"]

    def find(self, nodes: Sequence[int], progress: Callable[..., None]) -> None:
        """Search for the legs of nodes that are not known yet, and keep them."""
        with self._lock:
            missing = [node for node in dict.fromkeys(nodes) if node not in self._position]
            if missing:
                self._extend(missing, progress)
                write_archive(
                    self._path,
                    {"ends": np.array(self.nodes, np.int64), "to": self.to, "between": self.between},
                )
                forget_oldest(f"ends-{self.part.name}-*", MOST_KEPT)

    def rows(self, nodes: Sequence[int]) -> NDArray[np.int64]:
        """Row of each known node in `to` and `between`."""
        return np.array([self._position[node] for node in nodes], dtype=np.int64)

    def _extend(self, missing: list[int], progress: Callable[..., None]) -> None:
        """Each new end is searched from once a class, to all targets and all ends; the graph has no direction."""
        before, classes = len(self.nodes), len(self.values_of_time)
        nodes = [*self.nodes, *missing]
        to = np.empty((2, classes, len(nodes), self.part.targets.size))
        between = np.empty((2, classes, len(nodes), len(nodes)))
        to[:, :, :before] = self.to
        between[:, :, :before, :before] = self.between
        goals = np.r_[self.part.targets, np.array(nodes, dtype=np.int64)]
        for c, value in enumerate(self.values_of_time):

            def report(done: int, c: int = c) -> None:
                progress(done=c * len(missing) + done, total=classes * len(missing))

            legs = calc_legs(self.part.graph, value, np.array(missing, dtype=np.int64), goals, report)
            for k, found in enumerate((legs.hours, legs.usd)):
                to[k, c, before:] = found[:, : self.part.targets.size]
                between[k, c, before:] = found[:, self.part.targets.size :]
                between[k, c, :before, before:] = between[k, c, before:, :before].T
                corner = between[k, c, before:, before:]  # there and back alike, to the last digit
                corner[:] = np.triu(corner) + np.triu(corner, 1).T
        self.nodes, self.to, self.between = nodes, to, between
        self._position = {node: i for i, node in enumerate(nodes)}
