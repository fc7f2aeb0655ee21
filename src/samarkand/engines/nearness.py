"""Hours from the nearest of several places over a graph."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from samarkand.engines.routing import Graph

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def calc_hours_from(graph: Graph, nodes: Ints, hours: Floats, limit: float) -> Floats:
    """`min over k of hours[k] + shortest hours from nodes[k]`; hours `[node]`, infinite beyond `limit`.

    `nodes[k]`: where place k meets the graph, `hours[k]` on the way to it, infinite where it does not. One search from
    a point that lies `hours[k]` from each place: nobody is counted for two of them.
    """
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import dijkstra

    met = np.isfinite(hours)
    size = graph.size
    if not met.any():
        return np.full(size, np.inf)
    node, first = _nearest_entry(nodes[met], hours[met])
    matrix = csr_array(
        (
            np.r_[graph.hours, first],
            np.r_[graph.indices, node],
            np.r_[graph.indptr, graph.indptr[-1] + node.size],
        ),
        shape=(size + 1, size + 1),
    )
    found: Floats = dijkstra(matrix, directed=True, indices=size, limit=limit)
    return found[:size]


def _nearest_entry(nodes: Ints, hours: Floats) -> tuple[Ints, Floats]:
    """Each node once, with the fewest of its hours."""
    order = np.lexsort((hours, nodes))
    node, at = np.unique(nodes[order], return_index=True)
    return node, hours[order][at]
