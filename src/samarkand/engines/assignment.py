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
from samarkand.engines.once import derived
from samarkand.engines.routing import Graph
from samarkand.engines.threads import run_all

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Ints32 = NDArray[np.int32]

SOURCES_AT_ONCE = 64  # searched by one thread before it looks for more
LOADED_BESIDE = 4  # arrays of loads that are filled side by side
MANY_SOURCES = 128  # a hierarchy is prepared as fast as some forty sources are searched


def load_kernels() -> ModuleType:
    """The compiled kernels, loaded when first used."""
    return load_compiled("samarkand.engines.assignment_kernels")


@dataclass(frozen=True, eq=False)
class Trees:
    """Ways from some sources to targets, as a list of nodes for each source: itself first, and no node ahead of the one
    before it.

    ptr: where the list of each source begins; before, back: of each node the place in its list of the node before it,
    and the arc back to that (nothing at the source). place: of each target in the list [source, target], 0 where it is
    the source or no way leads to it.
    """

    ptr: Ints
    before: Ints32
    back: Ints32
    place: Ints32


@dataclass(frozen=True, eq=False)
class Paths:
    """Least-cost paths from source to target nodes: `cost` [sources, targets], and their trees by block of sources."""

    sources: Ints
    targets: Ints
    cost: Floats
    trees: tuple[Trees, ...]

    def before(self, graph: Graph) -> Ints32:
        """The node before each on the paths [sources, nodes], negative at sources and at nodes on none of them."""
        tail = np.repeat(np.arange(graph.size), np.diff(graph.indptr))
        found = np.full((self.sources.size, graph.size), -1, np.int32)
        for block, trees in zip(blocks_of(self.sources), self.trees, strict=True):
            count = np.diff(trees.ptr)
            row = np.repeat(np.arange(count.size), count)
            way = np.ones(row.size, np.bool_)
            way[trees.ptr[:-1]] = False
            found[block][row[way], tail[trees.back[way]]] = graph.indices[trees.back[way]]
        return found


def find_paths(graph: Graph, value_of_time: float, sources: ArrayLike, targets: ArrayLike) -> Paths:
    """Paths of least generalised cost, found side by side; the cost is infinite where there is none.

    From many sources by a contraction hierarchy, which gives the same (`contraction`).
    """
    start, end = np.asarray(sources, np.int64), np.asarray(targets, np.int64)
    cost = np.empty((start.size, end.size))
    many = start.size >= MANY_SOURCES
    hierarchy = Hierarchy.of(graph, value_of_time) if many else None
    arc_cost, search = graph.usd + value_of_time * graph.hours, load_kernels().search

    def find(block: slice) -> Trees:
        place = np.empty(cost[block].shape, np.int32)
        if hierarchy is None:
            found = search(graph.indptr, graph.indices, arc_cost, start[block], end, cost[block], place)
        else:
            found = hierarchy.find_trees(start[block], end, cost[block], place)
        ptr, before, back, _ = found
        return Trees(ptr, before, back, place)

    return Paths(start, end, cost, tuple(run_all(find, blocks_of(start))))


def find_costs(graph: Graph, value_of_time: float, sources: ArrayLike, targets: ArrayLike) -> Floats:
    """Costs of `find_paths` but for rounding, [sources, targets], in less time: where nobody asks for the ways."""
    start, end = np.asarray(sources, np.int64), np.asarray(targets, np.int64)
    if start.size < MANY_SOURCES:
        return find_paths(graph, value_of_time, start, end).cost
    hierarchy, cost = Hierarchy.of(graph, value_of_time), np.empty((start.size, end.size))
    run_all(lambda block: hierarchy.find_costs(start[block], end, cost[block]), blocks_of(start))
    return cost


def blocks_of(sources: Ints) -> list[slice]:
    """Parts of the sources that are worked on side by side, at least one."""
    return [
        slice(first, min(first + SOURCES_AT_ONCE, sources.size))
        for first in range(0, max(sources.size, 1), SOURCES_AT_ONCE)
    ]


def join_choice(first: Floats, second: Floats) -> tuple[Floats, Ints]:
    """Min-plus product: cost[a, b] = min over k of first[a, k] + second[k, b], and that k (-1 where there is none)."""
    cost = np.full((first.shape[0], second.shape[1]), np.inf)
    middle = np.full(cost.shape, -1, dtype=np.int32)
    join = load_kernels().join_choice
    run_all(lambda block: join(first[block], second, cost[block], middle[block]), _halves(len(first)))
    return cost, middle.astype(np.int64)


def _halves(rows: int) -> list[slice]:
    return [slice(None, rows // 2), slice(rows // 2, None)]


def assign(graph: Graph, paths: Paths, flow: Floats) -> Floats:
    """Load of each arc, in the order of `graph.indices`: flow[s, t] on the path from source s to target t.

    A pair without a path keeps its flow off the network: `paths.cost` is infinite there. Unit of `flow`. An arc
    carries what goes its way; the load of a link is the sum of its two arcs. Raises ValueError for flows of another
    shape, negative or not finite.
    """
    if flow.shape != paths.cost.shape:
        raise ValueError(f"flow has shape {flow.shape}, sources and targets are {paths.cost.shape}")
    if flow.size and not (flow.min() >= 0 and flow.max() < np.inf):
        raise ValueError("a flow is negative or not finite")
    load_trees, blocks = load_kernels().load_trees, blocks_of(paths.sources)

    def lay(part: int) -> Floats:
        load = np.zeros(graph.indices.size)
        for number in range(part, len(blocks), LOADED_BESIDE):
            trees = paths.trees[number]
            load_trees(trees.ptr, trees.before, trees.back, trees.place, flow[blocks[number]], load)
        return load

    # Added in their order, whichever is done first.
    back: Floats = np.sum(run_all(lay, range(min(LOADED_BESIDE, len(blocks)))), axis=0)
    return back[reverse_arcs(graph)]


def reverse_arcs(graph: Graph) -> Ints:
    """Number of the arc that leads the other way, of each arc: rows are sorted, and each link is there both ways."""

    def find() -> Ints:
        tail = np.repeat(np.arange(graph.size), np.diff(graph.indptr))
        return np.lexsort((tail, graph.indices))

    return derived(graph, "reverse arcs", find)
