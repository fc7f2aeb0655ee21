"""Shortest legs on a graph and their closure over new arcs: arrays in, arrays out.

A leg has two additive attributes, hours and money, that are carried along the path of least generalised cost
`usd + value_of_time * hours`. Shortest paths are scipy's, imported where they are searched: a world is loaded without
them. Here are only the carrying of attributes and min-plus products. Graphs are undirected: what costs x one way costs
x back.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from types import ModuleType
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from samarkand.engines.compiled import load_compiled

if TYPE_CHECKING:
    from scipy.sparse import csr_array

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

SOURCES_AT_ONCE = 32  # bounds memory: a block of rows over all nodes, not all rows


@dataclass(frozen=True, eq=False)
class Graph:
    """An undirected graph as compressed rows: `hours` and `usd` of each arc in the order of `indices`."""

    indptr: NDArray[np.int32]
    indices: NDArray[np.int32]
    hours: Floats
    usd: Floats

    @property
    def size(self) -> int:
        """Number of nodes."""
        return int(self.indptr.size - 1)

    def cost(self, value_of_time: float) -> csr_array:
        """Generalised cost of the arcs, usd + value_of_time * hours, as a sparse matrix."""
        from scipy.sparse import csr_array

        data = self.usd + value_of_time * self.hours
        return csr_array((data, self.indices, self.indptr), shape=(self.size, self.size))


@dataclass(frozen=True, eq=False)
class Legs:
    """Hours and money of legs, same shape; infinite in both where there is no leg."""

    hours: Floats
    usd: Floats

    def cost(self, value_of_time: float) -> Floats:
        """usd + value_of_time * hours, infinite where there is no leg."""
        return self.usd + value_of_time * self.hours

    @property
    def transposed(self) -> Legs:
        """The same legs the other way round."""
        return Legs(np.ascontiguousarray(self.hours.T), np.ascontiguousarray(self.usd.T))

    def plus(self, hours: ArrayLike, usd: ArrayLike) -> Legs:
        """Legs with hours and money added (broadcast)."""
        return Legs(self.hours + np.asarray(hours, float), self.usd + np.asarray(usd, float))


def load_kernels() -> ModuleType:
    """The compiled kernels, loaded when the first legs are computed."""
    return load_compiled("samarkand.engines.routing_kernels")


def build_graph(size: int, u: ArrayLike, v: ArrayLike, hours: ArrayLike, usd: ArrayLike) -> Graph:
    """Graph of `size` nodes from links `u`-`v` with hours and usd, each usable both ways.

    Raises ValueError for negative or not finite attributes, ends outside the graph, and pairs given twice.
    """
    one, other = np.asarray(u, np.int64), np.asarray(v, np.int64)
    h, m = np.asarray(hours, float), np.asarray(usd, float)
    if not (np.isfinite(h).all() and np.isfinite(m).all()) or min(h.min(initial=0), m.min(initial=0)) < 0:
        raise ValueError("hours and money of a link must be finite and not negative")
    if one.size and (min(one.min(), other.min()) < 0 or max(one.max(), other.max()) >= size):
        raise ValueError("a link ends outside the graph")
    tail, head = np.r_[one, other], np.r_[other, one]
    order = np.lexsort((head, tail))
    tail, head = tail[order], head[order]
    if ((np.diff(tail) == 0) & (np.diff(head) == 0)).any():
        raise ValueError("two links join the same pair of nodes")
    indptr = np.searchsorted(tail, np.arange(size + 1)).astype(np.int32)
    return Graph(indptr, head.astype(np.int32), np.r_[h, h][order], np.r_[m, m][order])


def calc_legs(
    graph: Graph,
    value_of_time: float,
    sources: ArrayLike,
    targets: ArrayLike,
    progress: Callable[[int], None] = lambda _done: None,
) -> Legs:
    """Least-cost legs from each source node to each target node, shape [sources, targets].

    hours = sum of hours, usd = sum of usd along the path of least usd + value_of_time * hours (scipy's Dijkstra).
    `progress` is told how many sources are done.
    """
    from scipy.sparse.csgraph import dijkstra

    kernels = load_kernels()
    start, end = np.asarray(sources, np.int64), np.asarray(targets, np.int64)
    hours = np.empty((start.size, end.size))
    usd = np.empty_like(hours)
    matrix = graph.cost(value_of_time)
    for first in range(0, start.size, SOURCES_AT_ONCE):
        block = slice(first, min(first + SOURCES_AT_ONCE, start.size))
        before = dijkstra(matrix, indices=start[block], return_predecessors=True)[1]
        kernels.carry(
            graph.indptr,
            graph.indices,
            graph.hours,
            graph.usd,
            before,
            start[block],
            end,
            hours[block],
            usd[block],
        )
        progress(block.stop)
    return Legs(hours, usd)


def calc_costs(graph: Graph, value_of_time: float, sources: ArrayLike, targets: ArrayLike) -> Floats:
    """Least usd + value_of_time * hours from each source node to each target node, infinite where there is no way."""
    from scipy.sparse.csgraph import dijkstra

    start, end = np.asarray(sources, np.int64), np.asarray(targets, np.int64)
    costs = np.empty((start.size, end.size))
    matrix = graph.cost(value_of_time)
    for first in range(0, start.size, SOURCES_AT_ONCE):
        block = slice(first, first + SOURCES_AT_ONCE)
        costs[block] = dijkstra(matrix, indices=start[block])[:, end]
    return costs


def find_path(graph: Graph, value_of_time: float, source: int, target: int) -> list[int]:
    """Nodes of the least-cost path from source to target, both included; empty where there is none."""
    from scipy.sparse.csgraph import dijkstra

    before = dijkstra(graph.cost(value_of_time), indices=source, return_predecessors=True)[1]
    path = [int(target)]
    while path[-1] != source:
        step = int(before[path[-1]])
        if step < 0:
            return []
        path.append(step)
    return path[::-1]


def join_legs(first: Legs, second: Legs, value_of_time: float) -> Legs:
    """Min-plus product: the cheapest of first[a, k] + second[k, b] over k, shape [a, b], attributes carried."""
    hours = np.empty((first.hours.shape[0], second.hours.shape[1]))
    usd = np.empty_like(hours)
    one, other = (np.ascontiguousarray(legs.cost(value_of_time)) for legs in (first, second))
    load_kernels().join(first.hours, first.usd, one, second.hours, second.usd, other, hours, usd)
    return Legs(hours, usd)


def join_by(first: Legs, second: Legs, value_of_time: float) -> NDArray[np.int64]:
    """The k through which `join_legs` goes, shape [a, b]; 0 where nothing connects."""
    by = np.empty((first.hours.shape[0], second.hours.shape[1]), np.int64)
    load_kernels().join_by(first.cost(value_of_time), np.ascontiguousarray(second.cost(value_of_time)), by)
    return np.maximum(by, 0)


def cheaper_legs(first: Legs, second: Legs, value_of_time: float) -> Legs:
    """Cell by cell the legs of lower generalised cost; the first where they are equal."""
    better = second.cost(value_of_time) < first.cost(value_of_time)
    return Legs(np.where(better, second.hours, first.hours), np.where(better, second.usd, first.usd))
