"""Least ways between many places of one graph by a contraction hierarchy: those of a plain search, sooner.

Nodes are taken out one after another, those with few neighbours first, and the neighbours of each are joined:
every least way leads up and then down. The order and the joints depend on which links there are alone; their
costs are filled in for each value of time (customizable contraction hierarchies: Dibbelt, Strasser & Wagner, ACM
Journal of Experimental Algorithmics 21, 2016). From a source one goes up to the root, and from there once down
through all nodes (PHAST: Delling, Goldberg, Nowatzyk & Werneck, Journal of Parallel and Distributed Computing
73, 2013).

That gives costs of nodes but for rounding. Ways are then traced back from their targets, and their costs added up
again from the source on, so that costs and ways are those of Dijkstra's search to the last digit, and among ways
that cost the same the one that it takes. Where arcs cost next to nothing, it is searched.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import ModuleType

import numpy as np
from numpy.typing import NDArray

from samarkand.engines.compiled import load_compiled
from samarkand.engines.once import derived
from samarkand.engines.routing import Graph

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Ints32 = NDArray[np.int32]


def load_kernels() -> ModuleType:
    """The compiled kernels, loaded when first used."""
    return load_compiled("samarkand.engines.contraction_kernels")


@dataclass(frozen=True, eq=False)
class Joints:
    """What elimination makes of a graph: the rank of each node and the node of each rank; arcs up as compressed rows of
    ranks, and which of them joins the ends of each arc of the graph; the graph by rank: compressed rows, the ends of
    arcs and their numbers."""

    rank: Ints32
    order: Ints32
    ptr: Ints
    head: Ints32
    place: Ints
    rows: Ints
    ends: Ints32
    arcs: Ints32


def find_joints(graph: Graph) -> Joints:
    """The joints of a graph, found once and kept with it."""

    def find() -> Joints:
        kernels, first = load_kernels(), _minimum_degree(graph)
        ptr, head, _ = _eliminate(graph, _inverse(first), first)
        rank = kernels.branch_by_branch(ptr, head)[first]
        order = _inverse(rank)
        ptr, head, arcs_up = _eliminate(graph, order, rank)
        tail = np.repeat(rank, np.diff(graph.indptr))
        one, other = tail.astype(np.int64), rank[graph.indices].astype(np.int64)
        place = np.searchsorted(arcs_up, np.minimum(one, other) * graph.size + np.maximum(one, other))
        arcs = np.argsort(tail, kind="stable").astype(np.int32)
        rows = np.r_[0, np.cumsum(np.diff(graph.indptr)[order])].astype(np.int64)
        return Joints(rank, order, ptr, head, place, rows, rank[graph.indices[arcs]], arcs)

    return derived(graph, "joints", find)


def _eliminate(graph: Graph, order: Ints32, rank: Ints32) -> tuple[Ints, Ints32, Ints]:
    """Arcs up of an order of elimination: ptr, head, and each as one sorted number, tail * size + head."""
    ptr, head = load_kernels().eliminate(graph.indptr, graph.indices, order, rank)
    arcs = np.repeat(np.arange(graph.size), np.diff(ptr)) * graph.size + head
    arcs.sort()
    return ptr, (arcs % graph.size).astype(np.int32), arcs


def _inverse(rank: Ints32) -> Ints32:
    return np.argsort(rank).astype(np.int32)


def _minimum_degree(graph: Graph) -> Ints32:
    """Rank of each node in an order of minimum degree (that of SuperLU, for a matrix with the pattern of the graph)."""
    from scipy.sparse import csc_array
    from scipy.sparse.linalg import splu

    every, degree = np.arange(graph.size), np.diff(graph.indptr)
    tail = np.repeat(every, degree)
    values = np.r_[np.full(tail.size, -1.0), degree + 1.0]
    matrix = csc_array((values, (np.r_[tail, every], np.r_[graph.indices, every])), shape=(graph.size,) * 2)
    found = splu(matrix, permc_spec="MMD_AT_PLUS_A", diag_pivot_thresh=0.0, options={"SymmetricMode": True})
    return np.asarray(found.perm_c, np.int32)


@dataclass(frozen=True, eq=False)
class Hierarchy:
    """A graph at one value of time: the cost of its arcs, and of the arcs up."""

    graph: Graph
    joints: Joints
    arc_cost: Floats
    up_cost: Floats

    @classmethod
    def of(cls, graph: Graph, value_of_time: float) -> Hierarchy:
        """The hierarchy of usd + value_of_time * hours."""
        joints, arc_cost = find_joints(graph), graph.usd + value_of_time * graph.hours
        up_cost = np.full(joints.head.size, np.inf)
        up_cost[joints.place] = arc_cost
        load_kernels().shorten(joints.ptr, joints.head, up_cost)
        return cls(graph, joints, arc_cost, up_cost)

    def find_trees(
        self, sources: Ints, targets: Ints, cost: Floats, place: Ints32
    ) -> tuple[Ints, Ints32, Ints32, int]:
        """Fill cost and place [source, target]; ptr, before, back of the trees (`assignment.Trees`).

        Also from how many sources the plain search was asked.
        """
        joints, ranked = self.joints, self.joints.rank[targets]
        found: tuple[Ints, Ints32, Ints32, int] = load_kernels().find_trees(
            self.graph.indptr, self.graph.indices, self.arc_cost, joints.order, joints.rows, joints.ends, joints.arcs,
            joints.ptr, joints.head, self.up_cost, self.arc_cost[joints.arcs], sources, targets, joints.rank[sources],
            ranked, np.sort(ranked), cost, place,
        )  # fmt: skip
        return found

    def find_costs(self, sources: Ints, targets: Ints, cost: Floats) -> None:
        """Fill cost [source, target], right but for rounding: no way is traced."""
        joints = self.joints
        load_kernels().find_costs(
            joints.ptr, joints.head, self.up_cost, joints.rank[sources], joints.rank[targets], cost
        )
