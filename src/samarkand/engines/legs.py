"""Shortest legs by the searches of `assignment`, side by side: the same as `routing.calc_legs`, which is the oracle.

Of ways at the same cost it is the same one that is taken; where two differ in the last digit of their cost, as the
machine adds it up, a leg may be the other.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike

from samarkand.engines.assignment import find_paths
from samarkand.engines.path_sums import sum_paths
from samarkand.engines.routing import Graph, Legs

SOURCES_AT_ONCE = 512  # their trees are kept until they are added up


def find_legs(
    graph: Graph,
    value_of_time: float,
    sources: ArrayLike,
    targets: ArrayLike,
    progress: Callable[[int], None] = lambda _done: None,
) -> Legs:
    """Least-cost legs from each source node to each target node, shape [sources, targets].

    hours = sum of hours, usd = sum of usd along the path of least usd + value_of_time * hours; infinite where there is
    none. `progress` is told how many sources are done.
    """
    start, end = np.asarray(sources, np.int64), np.asarray(targets, np.int64)
    found = np.empty((2, start.size, end.size))
    values, done = np.stack([graph.hours, graph.usd]), 0
    for part in np.array_split(start, -(-start.size // SOURCES_AT_ONCE) or 1):
        paths = find_paths(graph, value_of_time, part, end)
        rows = slice(done, done + part.size)
        found[:, rows] = np.where(np.isfinite(paths.cost), sum_paths(graph, paths, values), np.inf)
        done = rows.stop
        progress(done)
    return Legs(found[0], found[1])
