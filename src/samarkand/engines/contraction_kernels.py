"""Compiled loops of contraction hierarchies: elimination, costs of shortcuts, sweeps, and trees traced from costs.

In a hierarchy nodes are called by their rank, the number in the order of elimination. Its arcs lead up, from a node to
one of higher rank, as compressed rows `ptr`, `head`; the rows are sorted.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from samarkand.engines.assignment_kernels import search_from

Floats = NDArray[np.float64]
Ints32 = NDArray[np.int32]
Ints = NDArray[np.int64]

LANES = 8  # sources that are swept at once
NEAR = 1e-11  # of a cost: farther apart, two ways do not cost the same but for rounding
TOO_SHORT = -1  # an arc costs next to nothing
SEVERAL = -1  # not one arc alone


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator, unused-ignore]
def eliminate(indptr: Ints32, indices: Ints32, order: Ints32, rank: Ints32) -> tuple[Ints, Ints32]:
    """Arcs that lead up when nodes are taken out in their order and the neighbours of each are joined: ptr, head."""
    size = order.size
    ptr = np.zeros(size + 1, np.int64)
    head = np.empty(max(2 * indices.size, 16), np.int32)
    seen = np.full(size, -1, np.int32)
    child = np.full(size, -1, np.int32)  # the last of those whose lowest neighbour a node is
    sibling = np.full(size, -1, np.int32)
    row = np.empty(size, np.int32)
    for m in range(size):
        count = 0
        node = order[m]
        for arc in range(indptr[node], indptr[node + 1]):
            other = rank[indices[arc]]
            if other > m and seen[other] != m:
                seen[other] = m
                row[count] = other
                count += 1
        below = child[m]
        while below >= 0:
            for at in range(ptr[below], ptr[below + 1]):
                other = head[at]
                if other > m and seen[other] != m:
                    seen[other] = m
                    row[count] = other
                    count += 1
            below = sibling[below]
        first = ptr[m]
        if first + count > head.size:
            more = np.empty(2 * (first + count), np.int32)
            more[:first] = head[:first]
            head = more
        head[first : first + count] = np.sort(row[:count])
        ptr[m + 1] = first + count
        if count:
            parent = head[first]
            sibling[m] = child[parent]
            child[parent] = m
    return ptr, head[: ptr[size]].copy()


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator, unused-ignore]
def find_places(indptr: Ints32, indices: Ints32, rank: Ints32, ptr: Ints, head: Ints32) -> Ints:
    """Number of the arc up that joins the ends of each arc of the graph."""
    place = np.empty(indices.size, np.int64)
    for node in range(indptr.size - 1):
        for arc in range(indptr[node], indptr[node + 1]):
            one, other = rank[node], rank[indices[arc]]
            low, high = min(one, other), max(one, other)
            first = ptr[low]
            place[arc] = first + np.searchsorted(head[first : ptr[low + 1]], high)
    return place


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator, unused-ignore]
def shorten(ptr: Ints, head: Ints32, cost: Floats) -> None:
    """Lower the cost of each arc to that of the least way through lower nodes, in place."""
    for m in range(ptr.size - 1):
        for i in range(ptr[m], ptr[m + 1]):
            at = ptr[head[i]]
            for j in range(i + 1, ptr[m + 1]):
                while head[at] < head[j]:
                    at += 1
                cost[at] = min(cost[at], cost[i] + cost[j])


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator, unused-ignore]
def sweep(ptr: Ints, head: Ints32, cost: Floats, start: Ints32, known: Floats) -> None:
    """known[node, lane]: least cost from up to `LANES` sources: up from each to the root, then down to all."""
    known[:] = np.inf
    for lane in range(start.size):
        node = start[lane]
        known[node, lane] = 0.0
        while ptr[node] < ptr[node + 1]:
            base = known[node, lane]
            if base < np.inf:
                for at in range(ptr[node], ptr[node + 1]):
                    known[head[at], lane] = min(known[head[at], lane], base + cost[at])
            node = head[ptr[node]]
    least = np.empty(LANES)
    for node in range(ptr.size - 2, -1, -1):
        for lane in range(LANES):
            least[lane] = known[node, lane]
        for at in range(ptr[node], ptr[node + 1]):
            above, own = head[at], cost[at]
            for lane in range(LANES):
                through = known[above, lane] + own
                least[lane] = through if through < least[lane] else least[lane]
        for lane in range(LANES):
            known[node, lane] = least[lane]


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator, unused-ignore]
def trace(
    indptr: Ints32,
    indices: Ints32,
    arc_cost: Floats,
    near: Floats,
    source: int,
    targets: Ints,
    known: Floats,
    before: Ints32,
    stack: Ints32,
    only: Ints32,
    unclear: Ints32,
) -> int:
    """The ways to targets, back from them, by costs `near` of all nodes that are right but for rounding.

    known: costs added up from the source on, negative for nodes on no way; before: the node before each. A search takes
    the neighbour through which a node is nearest, and of several the one that it comes to first, the nearest itself.
    Where neighbours are as near as each other, too, the order in its heap decides: such nodes are noted in `unclear`,
    and their number is returned; `TOO_SHORT` where costs do not say which of two nodes comes first.
    """
    known[:] = -1.0
    before[:] = -1
    known[source] = 0.0
    count = 0
    for target in targets:
        if near[target] == np.inf:
            known[target] = np.inf
            continue
        stack[0], only[0] = target, SEVERAL
        depth = 1
        while depth > 0:
            node = stack[depth - 1]
            if known[node] >= 0.0:
                depth -= 1
                continue
            if only[depth - 1] != SEVERAL:  # come back from the one neighbour that leads here
                arc = only[depth - 1]
                known[node] = known[indices[arc]] + arc_cost[arc]
                before[node] = indices[arc]
                depth -= 1
                continue
            limit, margin = near[node] * (1.0 + NEAR), near[node] * (4.0 * NEAR)
            least, chosen, is_unclear = np.inf, -1, False
            here, leading, last = depth - 1, 0, -1
            for arc in range(indptr[node], indptr[node + 1]):
                other = indices[arc]
                if near[other] + arc_cost[arc] > limit:
                    continue
                if arc_cost[arc] <= margin:
                    return TOO_SHORT
                leading, last = leading + 1, arc
                if known[other] < 0.0:
                    stack[depth], only[depth] = other, SEVERAL
                    depth += 1
                    continue
                through = known[other] + arc_cost[arc]
                if through < least or (through == least and known[other] < known[chosen]):
                    least, chosen, is_unclear = through, other, False
                elif through == least and known[other] == known[chosen]:
                    is_unclear = True
            if depth > here + 1:
                only[here] = last if leading == 1 else SEVERAL
                continue
            known[node] = least
            before[node] = chosen
            if is_unclear:
                unclear[count] = node
                count += 1
            depth -= 1
    return count


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator, unused-ignore]
def find_trees(
    indptr: Ints32,
    indices: Ints32,
    arc_cost: Floats,
    rank: Ints32,
    ptr: Ints,
    head: Ints32,
    up_cost: Floats,
    sources: Ints,
    targets: Ints,
    cost: Floats,
    before: Ints32,
) -> int:
    """cost[s, t] and before[s, node] as `assignment_kernels.search` gives them, for nodes on the ways to targets alone.

    Returns from how many sources the order of equals had to be looked for in the plain search.
    """
    size = indptr.size - 1
    swept, near = np.empty((size, LANES)), np.empty((LANES, size))
    known, wanted = np.empty(size), np.zeros(size, np.bool_)
    stack, only = np.empty(indices.size + 1, np.int32), np.empty(indices.size + 1, np.int32)
    unclear = np.empty(size, np.int32)
    plain, plainly = np.empty(size), np.empty(size, np.int32)
    heap, place = np.empty(size, np.int32), np.empty(size, np.int32)
    searched = 0
    for first in range(0, sources.size, LANES):
        some = sources[first : first + LANES]
        sweep(ptr, head, up_cost, rank[some], swept)
        for node in range(size):
            for lane in range(LANES):
                near[lane, node] = swept[rank[node], lane]
        for lane in range(some.size):
            s = first + lane
            count = trace(
                indptr,
                indices,
                arc_cost,
                near[lane],
                sources[s],
                targets,
                known,
                before[s],
                stack,
                only,
                unclear,
            )
            if count != 0:
                searched += 1
                wanted[unclear[: max(count, 0)]] = True
                search_from(
                    indptr, indices, arc_cost, sources[s], wanted, max(count, 0), plain, plainly, heap, place
                )
                wanted[unclear[: max(count, 0)]] = False
                if count == TOO_SHORT:
                    known[:] = plain
                    before[s] = plainly
                else:
                    for k in range(count):
                        before[s, unclear[k]] = plainly[unclear[k]]
            for t in range(targets.size):
                cost[s, t] = known[targets[t]]
    return searched
