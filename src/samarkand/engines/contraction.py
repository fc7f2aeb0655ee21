"""Least ways between many places of one graph by a contraction hierarchy: those of a plain search, sooner.

Nodes are taken out one after another, those with few neighbours first, and the neighbours of each are joined:
every least way leads up and then down. The order and the joints depend on which links there are alone; their
costs are filled in for each value of time (customizable contraction hierarchies: Dibbelt, Strasser & Wagner, ACM
Journal of Experimental Algorithmics 21, 2016). From a source one goes up to the root, and from there once down
through all nodes (PHAST: Delling, Goldberg, Nowatzyk & Werneck, Journal of Parallel and Distributed Computing
73, 2013).

That gives costs of nodes but for rounding. Ways are then traced back from their targets, and their costs added up
again from the source on, so that costs and ways are those of Dijkstra's search to the last digit, and among ways
that cost the same the one that it takes. Where that depends on the order in its heap, it is searched.
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
    """What elimination makes of a graph: the rank of each node, arcs up as compressed rows of ranks, and which of them
    joins the ends of each arc of the graph."""

    rank: Ints32
    ptr: Ints
    head: Ints32
    place: Ints


def find_joints(graph: Graph) -> Joints:
    """The joints of a graph, found once and kept with it."""

    def find() -> Joints:
        kernels, rank = load_kernels(), _minimum_degree(graph)
        ptr, head = kernels.eliminate(graph.indptr, graph.indices, np.argsort(rank).astype(np.int32), rank)
        return Joints(rank, ptr, head, kernels.find_places(graph.indptr, graph.indices, rank, ptr, head))

    return derived(graph, "joints", find)


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

    def find_trees(self, sources: Ints, targets: Ints, cost: Floats, before: Ints32) -> int:
        """Fill cost [source, target] and before [source, node]: the node before each on a way to a target, else -1.

        Returns from how many sources the plain search was asked.
        """
        joints = self.joints
        found: int = load_kernels().find_trees(
            self.graph.indptr, self.graph.indices, self.arc_cost, joints.rank, joints.ptr, joints.head, self.up_cost,
            sources, targets, cost, before,
        )  # fmt: skip
        return found
