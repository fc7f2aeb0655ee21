"""All-or-nothing assignment: flows between places laid on the links of their least-cost paths.

Arrays in, arrays out. The searches are scipy's; here is only the walking of their trees, and min-plus products that
remember the place in the middle. No congestion: a link takes whatever comes (Ortúzar & Willumsen, Modelling
Transport, on all-or-nothing loading).
"""

from __future__ import annotations

from dataclasses import dataclass
from types import ModuleType

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.sparse.csgraph import dijkstra

from samarkand.engines.compiled import load_compiled
from samarkand.engines.routing import Graph

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

SOURCES_AT_ONCE = 64  # bounds memory: costs of a block of sources to all nodes


def load_kernels() -> ModuleType:
    """The compiled kernels, loaded when first used."""
    return load_compiled("samarkand.engines.assignment_kernels")


@dataclass(frozen=True, eq=False)
class Paths:
    """Least-cost paths from source to target nodes: `cost` [sources, targets] and `before` [sources, nodes]."""

    sources: Ints
    targets: Ints
    cost: Floats
    before: NDArray[np.int32]


def find_paths(graph: Graph, value_of_time: float, sources: ArrayLike, targets: ArrayLike) -> Paths:
    """Paths of least generalised cost (scipy's Dijkstra); the cost is infinite where there is none."""
    start, end = np.asarray(sources, np.int64), np.asarray(targets, np.int64)
    cost = np.empty((start.size, end.size))
    before = np.empty((start.size, graph.size), dtype=np.int32)
    matrix = graph.cost(value_of_time)
    for first in range(0, start.size, SOURCES_AT_ONCE):
        block = slice(first, first + SOURCES_AT_ONCE)
        found, before[block] = dijkstra(matrix, indices=start[block], return_predecessors=True)
        cost[block] = found[:, end]
    return Paths(start, end, cost, before)


def join_choice(first: Floats, second: Floats) -> tuple[Floats, Ints]:
    """Min-plus product: cost[a, b] = min over k of first[a, k] + second[k, b], and that k (-1 where there is none)."""
    cost = np.full((first.shape[0], second.shape[1]), np.inf)
    middle = np.full(cost.shape, -1, dtype=np.int32)
    load_kernels().join_choice(first, second, cost, middle)
    return cost, middle.astype(np.int64)


def assign(graph: Graph, paths: Paths, flow: Floats) -> Floats:
    """Load of each arc, in the order of `graph.indices`: flow[s, t] on the path from source s to target t.

    A pair without a path keeps its flow off the network: `paths.cost` is infinite there. Unit of `flow`. An arc
    carries what goes its way; the load of a link is the sum of its two arcs. Raises ValueError for flows of another
    shape, negative or not finite.
    """
    if flow.shape != paths.cost.shape:
        raise ValueError(f"flow has shape {flow.shape}, sources and targets are {paths.cost.shape}")
    if not (np.isfinite(flow).all() and (flow >= 0).all()):
        raise ValueError("a flow is negative or not finite")
    load = np.zeros(graph.indices.size)
    load_kernels().walk(graph.indptr, graph.indices, paths.before, paths.sources, paths.targets, flow, load)
    return load
