"""Networks that are cut: who still reaches a hub, and how much of the capacity to the hubs is left.

Arrays in, arrays out. Edges go both ways; nodes are numbered from 0.

    reaches[node]  = some hub lies in the component of node
    capacity[node] = greatest flow from node to all hubs together (maximum flow; Ford & Fulkerson 1956)
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array, csr_array
from scipy.sparse.csgraph import connected_components, maximum_flow

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

# More than any edge carries and small enough for whole numbers of 32 bits, in which scipy counts flows.
UNLIMITED = 100_000_000


def calc_reaches(size: int, ends: Ints, is_open: Bools, hubs: Ints) -> Bools:
    """Whether each of `size` nodes reaches a hub over open edges; a hub reaches itself.

    Parameters
    ----------
    ends
        Nodes of each edge, dims (edge, 2).
    is_open
        Dims (edge).
    hubs
        Nodes that are hubs.
    """
    kept = ends[is_open]
    ones = np.ones(len(kept), dtype=np.int8)
    graph = coo_array((ones, (kept[:, 0], kept[:, 1])), shape=(size, size)).tocsr()
    _, part = connected_components(graph, directed=False)
    reaches: Bools = np.isin(part, part[hubs])
    return reaches


def calc_capacity(
    size: int, ends: Ints, capacity: Ints, is_open: Bools, node: int, hubs: Ints
) -> tuple[int, Bools]:
    """Greatest flow from a node to all hubs together over open edges, and which edges one such flow may use.

    Where it uses none of some edges, it stays the greatest when they are closed. That of a hub itself is not defined
    here: leave it out of `hubs` to ask for its way to the others.

    Parameters
    ----------
    ends, capacity
        Nodes of each edge, dims (edge, 2), and what it carries each way, whole numbers up to `UNLIMITED`.
    is_open
        Dims (edge).
    """
    kept = np.flatnonzero(is_open & (capacity > 0))
    used = np.zeros(len(ends), dtype=bool)
    if not len(kept):
        return 0, used
    begin, end, limit = ends[kept, 0], ends[kept, 1], np.minimum(capacity[kept], UNLIMITED)
    drain = size
    rows = np.concatenate((begin, end, hubs))
    columns = np.concatenate((end, begin, np.full(len(hubs), drain)))
    limits = np.concatenate((limit, limit, np.full(len(hubs), UNLIMITED)))
    graph = csr_array(coo_array((limits.astype(np.int32), (rows, columns)), shape=(size + 1, size + 1)))
    graph.sum_duplicates()
    found = maximum_flow(graph, node, drain)
    flow = found.flow.tocsr()
    used[kept] = np.asarray(flow[begin, end]).ravel() != 0
    return int(found.flow_value), used
