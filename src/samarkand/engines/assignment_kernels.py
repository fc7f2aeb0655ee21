"""Compiled loops of assignment: searches with their trees, loads from the leaves of trees, min-plus products."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Ints32 = NDArray[np.int32]


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator, unused-ignore]
def join_choice(first: Floats, second: Floats, cost: Floats, middle: Ints32) -> None:
    """Lower cost[a, b] to the least first[a, k] + second[k, b] and note k, in place."""
    rows, through = first.shape
    columns = second.shape[1]
    ptr, used = np.zeros(through + 1, np.int64), np.empty(second.size, np.int32)
    for k in range(through):  # where `second` leads to
        ptr[k + 1] = ptr[k]
        for b in range(columns):
            if second[k, b] < np.inf:
                used[ptr[k + 1]] = b
                ptr[k + 1] += 1
    for a in range(rows):
        for k in range(through):
            base = first[a, k]
            if not base < np.inf:
                continue
            if ptr[k + 1] - ptr[k] > columns // 4:
                for b in range(columns):
                    total = base + second[k, b]
                    if total < cost[a, b]:
                        cost[a, b] = total
                        middle[a, b] = k
            else:
                for at in range(ptr[k], ptr[k + 1]):
                    b = used[at]
                    total = base + second[k, b]
                    if total < cost[a, b]:
                        cost[a, b] = total
                        middle[a, b] = k


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator, unused-ignore]
def search(
    indptr: Ints32,
    indices: Ints32,
    arc_cost: Floats,
    sources: Ints,
    targets: Ints,
    cost: Floats,
    place: Ints32,
) -> tuple[Ints, Ints32, Ints32, int]:
    """Dijkstra's search from each source: cost[s, t], and the trees of the ways as `assignment.Trees` has them.

    The same paths as scipy's, which keeps the interpreter's lock while it searches; this one leaves it, so that sources
    are searched side by side. Returns ptr, before, back of the trees, and the number of sources.
    """
    size = indptr.size - 1
    known, plainly = np.empty(size), np.empty(size, np.int32)
    heap, in_heap = np.empty(size, np.int32), np.empty(size, np.int32)
    first = np.zeros(sources.size + 1, np.int64)
    before, back = np.empty(sources.size * size, np.int32), np.empty(sources.size * size, np.int32)
    for s in range(sources.size):
        search_from(indptr, indices, arc_cost, sources[s], known, plainly, heap, in_heap)
        entries = list_ways(
            indptr,
            indices,
            plainly,
            sources[s],
            targets,
            place[s],
            before[first[s] :],
            back[first[s] :],
            heap,
            in_heap,
        )
        first[s + 1] = first[s] + entries
        for t in range(targets.size):
            cost[s, t] = known[targets[t]]
    return first, before[: first[-1]].copy(), back[: first[-1]].copy(), sources.size


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator, unused-ignore]
def find_arc(indptr: Ints32, indices: Ints32, tail: int, head: int) -> int:
    """Number of the arc from a node to a neighbour."""
    for arc in range(indptr[tail], indptr[tail + 1]):
        if indices[arc] == head:
            return arc
    return -1


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator, unused-ignore]
def list_ways(
    indptr: Ints32,
    indices: Ints32,
    plainly: Ints32,
    source: int,
    targets: Ints,
    place: Ints32,
    before: Ints32,
    back: Ints32,
    stack: Ints32,
    at: Ints32,
) -> int:
    """List the ways to targets by the node before each, `plainly`: place[target], before, back and their number.

    stack, at: to work in, as long as there are nodes.
    """
    at[:] = -1
    at[source] = 0
    before[0], back[0] = 0, 0
    entries = 1
    for t in range(targets.size):
        node, depth = targets[t], 0
        if node != source and plainly[node] < 0:
            place[t] = 0
            continue
        while at[node] < 0:
            stack[depth] = node
            depth += 1
            node = plainly[node]
        for k in range(depth - 1, -1, -1):
            after = stack[k]
            at[after], before[entries] = entries, at[node]
            back[entries] = find_arc(indptr, indices, after, node)
            entries += 1
            node = after
        place[t] = at[targets[t]]
    return entries


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator, unused-ignore]
def search_from(
    indptr: Ints32,
    indices: Ints32,
    arc_cost: Floats,
    source: int,
    known: Floats,
    before: Ints32,
    heap: Ints32,
    place: Ints32,
) -> None:
    """Dijkstra's search from one source over a heap of four branches: costs known, and the node before each.

    Of nodes that lead to another at the same cost and are as near as each other, the lowest number counts. heap, place:
    to work in, as long as there are nodes.
    """
    known[:] = np.inf
    place[:] = -1  # of a node in the heap; -1 where it is not there
    before[:] = -1
    known[source] = 0.0
    heap[0] = source
    waiting = 1
    while waiting > 0:
        node = heap[0]
        waiting -= 1
        if waiting > 0:  # the last one goes down from the top
            last, at = heap[waiting], 0
            while True:
                least = 4 * at + 1
                if least >= waiting:
                    break
                for other in range(least + 1, min(4 * at + 5, waiting)):
                    if known[heap[other]] < known[heap[least]]:
                        least = other
                if known[heap[least]] >= known[last]:
                    break
                heap[at] = heap[least]
                place[heap[at]] = at
                at = least
            heap[at] = last
            place[last] = at
        for arc in range(indptr[node], indptr[node + 1]):
            head = indices[arc]
            through = known[node] + arc_cost[arc]
            if through == known[head] and known[node] < through and before[head] >= 0:
                if known[before[head]] == known[node] and node < before[head]:
                    before[head] = node
            elif through < known[head]:
                known[head] = through
                before[head] = node
                at = place[head]
                if at < 0:
                    at = waiting
                    waiting += 1
                while at > 0:  # what is nearer now goes up
                    above = (at - 1) // 4
                    if known[heap[above]] <= through:
                        break
                    heap[at] = heap[above]
                    place[heap[at]] = at
                    at = above
                heap[at] = head
                place[head] = at


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator, unused-ignore]
def longest(ptr: Ints) -> int:
    """Nodes of the longest list, at least one: there may be no source at all."""
    most = 1
    for s in range(ptr.size - 1):
        most = max(most, ptr[s + 1] - ptr[s])
    return most


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator, unused-ignore]
def load_trees(ptr: Ints, before: Ints32, back: Ints32, place: Ints32, flow: Floats, load: Floats) -> None:
    """Add flow[s, t] to load[arc] of every arc back from target t to source s, by their trees.

    Each tree is gone through once, from its end: what stands there has handed on all that it carries before those that
    it leads back to are reached, so that no way is walked again for each of its targets.
    """
    amount = np.zeros(longest(ptr))  # what passes or ends at a node
    for s in range(flow.shape[0]):
        loaded = False
        for t in range(flow.shape[1]):
            if flow[s, t] != 0.0:
                amount[place[s, t]] += flow[s, t]
                loaded = True
        if loaded:
            first = ptr[s]
            for k in range(ptr[s + 1] - first - 1, 0, -1):
                if amount[k] != 0.0:
                    load[back[first + k]] += amount[k]
                    amount[before[first + k]] += amount[k]
                    amount[k] = 0.0
        amount[0] = 0.0  # at the source, and what has no way


@njit(cache=True, nogil=True, error_model="numpy", boundscheck=False)  # type: ignore[untyped-decorator, unused-ignore]
def spread_shares(term: Floats, origin: Ints, destination: Ints, k: int, modes: Ints, share: Floats) -> None:
    """share[m, o, d] and [m, d, o] = term[p, k, modes_m] / sum over all modes, of a class of goods `k` and pairs p.

    Nothing within a city, and where no mode is offered; share is filled with zeros before.
    """
    for p in range(origin.size):
        one, other = origin[p], destination[p]
        total = 0.0
        for m in range(term.shape[2]):
            total += term[p, k, m]
        if one == other or not total > 0.0:
            continue
        for m in range(modes.size):
            share[m, one, other] = share[m, other, one] = term[p, k, modes[m]] / total
