"""Compiled loops of assignment: searches with their trees, loads from the leaves of trees, min-plus products."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator, unused-ignore]
def join_choice(first: Floats, second: Floats, cost: Floats, middle: NDArray[np.int32]) -> None:
    """Lower cost[a, b] to the least first[a, k] + second[k, b] and note k, in place."""
    rows, through = first.shape
    columns = second.shape[1]
    for a in range(rows):
        for k in range(through):
            base = first[a, k]
            if not base < np.inf:
                continue
            for b in range(columns):
                total = base + second[k, b]
                if total < cost[a, b]:
                    cost[a, b] = total
                    middle[a, b] = k


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator, unused-ignore]
def search(
    indptr: NDArray[np.int32],
    indices: NDArray[np.int32],
    arc_cost: Floats,
    sources: NDArray[np.int64],
    targets: NDArray[np.int64],
    cost: Floats,
    before: NDArray[np.int32],
) -> None:
    """Dijkstra's search from each source: cost[s, t], and the node before each node.

    The same paths as scipy's, which keeps the interpreter's lock while it searches; this one leaves it, so that sources
    are searched side by side. `before` is negative at the source and where no way leads.
    """
    size = before.shape[1]
    known, wanted = np.empty(size), np.zeros(size, np.bool_)
    heap, place = np.empty(size, np.int32), np.empty(size, np.int32)
    for s in range(sources.size):
        search_from(indptr, indices, arc_cost, sources[s], wanted, 0, known, before[s], heap, place)
        for t in range(targets.size):
            cost[s, t] = known[targets[t]]


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator, unused-ignore]
def search_from(
    indptr: NDArray[np.int32],
    indices: NDArray[np.int32],
    arc_cost: Floats,
    source: int,
    wanted: NDArray[np.bool_],
    left: int,
    known: Floats,
    before: NDArray[np.int32],
    heap: NDArray[np.int32],
    place: NDArray[np.int32],
) -> None:
    """Dijkstra's search from one source over a heap of four branches, to the last of `left` wanted nodes or, if that is
    0, to all. heap, place: to work in, as long as there are nodes."""
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
        if wanted[node]:
            left -= 1
            if left == 0:
                return
        for arc in range(indptr[node], indptr[node + 1]):
            head = indices[arc]
            through = known[node] + arc_cost[arc]
            if through < known[head]:
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
def load_trees(
    indptr: NDArray[np.int32],
    indices: NDArray[np.int32],
    before: NDArray[np.int32],
    sources: NDArray[np.int64],
    targets: NDArray[np.int64],
    flow: Floats,
    load: Floats,
) -> None:
    """Add flow[s, t] to every arc on the way from source s to target t that `before[s, node]` describes.

    Each tree is gone through once, from its leaves: an arc carries what ends at its head and what goes on from there,
    so that no way is walked again for each of its targets.
    """
    size = before.shape[1]
    amount = np.zeros(size)  # what passes or ends at a node
    onward = np.zeros(size, np.int32)  # nodes after it in the tree that have not handed on what they carry
    touched = np.zeros(size, np.bool_)
    stack = np.empty(size, np.int32)
    for s in range(sources.size):
        root = sources[s]
        count = 0
        for t in range(targets.size):
            node = targets[t]
            if flow[s, t] == 0.0 or node == root or before[s, node] < 0:
                continue
            amount[node] += flow[s, t]
            while node != root and not touched[node]:
                touched[node] = True
                stack[count] = node
                count += 1
                node = before[s, node]
                onward[node] += 1
        # What was touched first may lie before what was touched later: a node waits until nothing is left after it.
        for k in range(count):
            node = stack[k]
            while node != root and onward[node] == 0 and touched[node]:
                touched[node] = False
                parent = before[s, node]
                for arc in range(indptr[parent], indptr[parent + 1]):
                    if indices[arc] == node:
                        load[arc] += amount[node]
                        break
                amount[parent] += amount[node]
                amount[node] = 0.0
                onward[parent] -= 1
                node = parent
        amount[root] = 0.0


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator, unused-ignore]
def along_trees(
    indptr: NDArray[np.int32],
    indices: NDArray[np.int32],
    hours: Floats,
    usd: Floats,
    gates: NDArray[np.int64],
    before: NDArray[np.int32],
    sources: NDArray[np.int64],
    targets: NDArray[np.int64],
    leg_hours: Floats,
    leg_usd: Floats,
    leg_gates: NDArray[np.int64],
) -> None:
    """Sums of hours and usd, and all bits of `gates`, of the arcs on the way from source s to target t.

    `before[s, node]` describes the ways. Fills leg_* [s, t]: hours and usd infinite, and no bit, where no way leads. A
    node is gone through once a source, however many targets lie behind it.
    """
    size = before.shape[1]
    known = np.full(size, -1, np.int64)  # the last source from which a node was reached
    h, u, bits = np.zeros(size), np.zeros(size), np.zeros(size, np.int64)
    stack = np.empty(size, np.int32)
    for s in range(sources.size):
        root = sources[s]
        known[root] = s
        h[root], u[root], bits[root] = 0.0, 0.0, 0
        for t in range(targets.size):
            node = targets[t]
            if node != root and before[s, node] < 0:
                leg_hours[s, t], leg_usd[s, t], leg_gates[s, t] = np.inf, np.inf, 0
                continue
            count = 0
            while known[node] != s:
                stack[count] = node
                count += 1
                node = before[s, node]
            while count > 0:
                count -= 1
                head = stack[count]
                for arc in range(indptr[node], indptr[node + 1]):
                    if indices[arc] == head:
                        h[head] = h[node] + hours[arc]
                        u[head] = u[node] + usd[arc]
                        bits[head] = bits[node] | gates[arc]
                        break
                known[head] = s
                node = head
            leg_hours[s, t], leg_usd[s, t], leg_gates[s, t] = h[node], u[node], bits[node]
