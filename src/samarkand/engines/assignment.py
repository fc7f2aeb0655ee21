"""All-or-nothing assignment: flows between places laid on the links of their least-cost paths.

Arrays in, arrays out: searches that keep the tree of each source, the loading of these trees, and min-plus products
that remember the place in the middle. No congestion: a link takes whatever comes (Ortúzar & Willumsen, Modelling
Transport, on all-or-nothing loading).
"""

from __future__ import annotations

from dataclasses import dataclass
from types import ModuleType

import numpy as np
from numpy.typing import ArrayLike, NDArray

from samarkand.engines.compiled import load_compiled
from samarkand.engines.contraction import Hierarchy
from samarkand.engines.routing import Graph, Legs
from samarkand.engines.threads import run_all

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

SOURCES_AT_ONCE = 64  # searched by one thread before it looks for more
MANY_SOURCES = 128  # a hierarchy is prepared as fast as some forty sources are searched


def load_kernels() -> ModuleType:
    """The compiled kernels, loaded when first used."""
    return load_compiled("samarkand.engines.assignment_kernels")


@dataclass(frozen=True, eq=False)
class Paths:
    """Least-cost paths from source to target nodes: `cost` [sources, targets] and `before` [sources, nodes], the node
    before each on the paths, negative at sources and, at most, at nodes on none of them."""

    sources: Ints
    targets: Ints
    cost: Floats
    before: NDArray[np.int32]


def find_paths(graph: Graph, value_of_time: float, sources: ArrayLike, targets: ArrayLike) -> Paths:
    """Paths of least generalised cost, found side by side; the cost is infinite where there is none.

    From many sources by a contraction hierarchy, which gives the same (`contraction`).
    """
    start, end = np.asarray(sources, np.int64), np.asarray(targets, np.int64)
    cost = np.empty((start.size, end.size))
    before = np.empty((start.size, graph.size), dtype=np.int32)
    if start.size >= MANY_SOURCES:
        hierarchy = Hierarchy.of(graph, value_of_time)

        def find(block: slice) -> None:
            hierarchy.find_trees(start[block], end, cost[block], before[block])

    else:
        arc_cost, search = graph.usd + value_of_time * graph.hours, load_kernels().search

        def find(block: slice) -> None:
            search(graph.indptr, graph.indices, arc_cost, start[block], end, cost[block], before[block])

    run_all(find, _blocks(start))
    return Paths(start, end, cost, before)


def _blocks(sources: Ints) -> list[slice]:
    """Parts of the sources that are worked on side by side, at least one."""
    return [
        slice(first, first + SOURCES_AT_ONCE) for first in range(0, max(sources.size, 1), SOURCES_AT_ONCE)
    ]


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
    load_trees = load_kernels().load_trees

    def lay(block: slice) -> Floats:
        load = np.zeros(graph.indices.size)
        load_trees(
            graph.indptr, graph.indices, paths.before[block], paths.sources[block], paths.targets, flow[block],
            load,
        )  # fmt: skip
        return load

    # Blocks are added in their order, whichever is done first.
    load: Floats = np.sum(run_all(lay, _blocks(paths.sources)), axis=0)
    return load


def along(graph: Graph, paths: Paths, gates: Ints) -> tuple[Legs, Ints]:
    """Hours and money of the arcs on each path, and the bits of `gates` (one number an arc) that any of them has.

    The graph may be another than that in which the paths were searched, with the same arcs at other costs.
    """
    shape = paths.cost.shape
    legs, bits = Legs(np.empty(shape), np.empty(shape)), np.empty(shape, np.int64)
    run = load_kernels().along_trees

    def add_up(block: slice) -> None:
        run(
            graph.indptr, graph.indices, graph.hours, graph.usd, gates, paths.before[block], paths.sources[block],
            paths.targets, legs.hours[block], legs.usd[block], bits[block],
        )  # fmt: skip

    run_all(add_up, _blocks(paths.sources))
    return legs, bits
