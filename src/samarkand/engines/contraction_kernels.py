"""Compiled loops of contraction hierarchies: elimination, costs of shortcuts, sweeps, and trees traced from costs.

In a hierarchy nodes are called by their rank, the number in the order of elimination. Its arcs lead up, from a node to
one of higher rank, as compressed rows `ptr`, `head`; the rows are sorted.

What numpy does as fast (sorting, picking, looking up) is left to the callers: numba takes seconds to compile it, longer
than all loops here.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from samarkand.engines.assignment_kernels import list_ways, search_from

Floats = NDArray[np.float64]
Ints32 = NDArray[np.int32]
Ints = NDArray[np.int64]

LANES = 16  # sources that are swept at once: as many as let the processor add several in one step
ROWS = 16  # nodes whose costs are turned at once
NEAR = 1e-11  # of a cost: farther apart, two ways do not cost the same but for rounding
TOO_SHORT = -1  # an arc costs next to nothing
SEVERAL = -1  # not one arc alone


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator, unused-ignore]
def eliminate(indptr: Ints32, indices: Ints32, order: Ints32, rank: Ints32) -> tuple[Ints, Ints32]:
    """Arcs that lead up when nodes are taken out in their order and the neighbours of each are joined: ptr, head.

    Rows are not sorted yet.
    """
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
            for at in range(first):
                more[at] = head[at]
            head = more
        parent = np.int32(size)
        for at in range(count):
            head[first + at] = row[at]
            parent = min(parent, row[at])
        ptr[m + 1] = first + count
        if count:
            sibling[m] = child[parent]
            child[parent] = m
    return ptr, head[: ptr[size]].copy()


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator, unused-ignore]
def branch_by_branch(ptr: Ints, head: Ints32) -> Ints32:
    """New ranks that leave the arcs up as they are, and keep each branch of the elimination tree together.

    In that tree a node's parent is its lowest neighbour above. Whoever goes through the nodes by rank then finds those
    above in the processor's cache.
    """
    size = ptr.size - 1
    below = np.ones(size, np.int32)  # nodes in the branch of each, itself among them
    for m in range(size):
        if ptr[m] < ptr[m + 1]:
            below[head[ptr[m]]] += below[m]
    number, free, last = np.empty(size, np.int32), np.empty(size, np.int32), 0
    for m in range(size - 1, -1, -1):
        if ptr[m] < ptr[m + 1]:
            parent = head[ptr[m]]
            first = free[parent]
            free[parent] += below[m]
        else:
            first = last
            last += below[m]
        free[m] = first  # where the next branch below it begins
        number[m] = first + below[m] - 1
    return number


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
    """known[node, lane]: least cost from as many sources as there are: up from each to the root, then down to all."""
    lanes = known.shape[1]  # not the constant: loops of known length are unrolled into single steps
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
    least = np.empty(lanes)
    for node in range(ptr.size - 2, -1, -1):
        for lane in range(lanes):
            least[lane] = known[node, lane]
        for at in range(ptr[node], ptr[node + 1]):
            above, own = head[at], cost[at]
            for lane in range(lanes):
                through = known[above, lane] + own
                least[lane] = through if through < least[lane] else least[lane]
        for lane in range(lanes):
            known[node, lane] = least[lane]


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator, unused-ignore]
def turn(known: Floats, near: Floats) -> None:
    """near[lane, node] = known[node, lane], a few nodes after another."""
    for first in range(0, known.shape[0], ROWS):
        for lane in range(known.shape[1]):
            for node in range(first, min(first + ROWS, known.shape[0])):
                near[lane, node] = known[node, lane]


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator, unused-ignore]
def trace(
    indptr: Ints,
    indices: Ints32,
    arc_cost: Floats,
    near: Floats,
    number: Ints32,
    source: int,
    targets: Ints32,
    known: Floats,
    place: Ints32,
    listed: Ints32,
    before: Ints32,
    back: Ints32,
    stack: Ints32,
    only: Ints32,
) -> int:
    """List the ways to targets, back from them, by costs `near` of all nodes, right but for rounding.

    Nodes are listed as soon as the node before them is, the source first: place of each in the list, and by place the
    node, the place of the node `before` it, and the arc `back` to that. known: costs added up from the source on;
    negative when it begins, and after that for nodes that are not listed.
    A search takes the neighbour through which a node is nearest, and of several the nearest itself; of those that are
    as near as each other the one of the lowest number. Returns how many are listed; `TOO_SHORT` where costs do not say
    which of two nodes comes first.
    """
    known[source] = 0.0
    place[source], listed[0] = 0, source
    entries = 1
    for target in targets:
        if near[target] == np.inf:
            continue
        stack[0], only[0] = target, SEVERAL
        depth = 1
        while depth > 0:
            node = stack[depth - 1]
            if known[node] >= 0.0:
                depth -= 1
                continue
            chosen = only[depth - 1]
            if chosen != SEVERAL:  # come back from the one neighbour that leads here
                known[node] = known[indices[chosen]] + arc_cost[chosen]
            else:
                limit, margin = near[node] * (1.0 + NEAR), near[node] * (4.0 * NEAR)
                least, nearest = np.inf, np.inf
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
                    if through > least or (through == least and known[other] > nearest):
                        continue
                    twin = through == least and known[other] == nearest
                    if not twin or number[other] < number[indices[chosen]]:
                        least, nearest, chosen = through, known[other], arc
                if depth > here + 1:
                    only[here] = last if leading == 1 else SEVERAL
                    continue
                known[node] = least
            place[node], listed[entries] = entries, node
            before[entries], back[entries] = place[indices[chosen]], chosen
            entries += 1
            depth -= 1
    return entries


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator, unused-ignore]
def find_trees(
    indptr: Ints32,
    indices: Ints32,
    arc_cost: Floats,
    order: Ints32,
    rows: Ints,
    ends: Ints32,
    arcs: Ints32,
    ptr: Ints,
    head: Ints32,
    up_cost: Floats,
    ranked_cost: Floats,
    sources: Ints,
    targets: Ints,
    ranked_sources: Ints32,
    ranked_targets: Ints32,
    together: Ints32,
    cost: Floats,
    place: Ints32,
) -> tuple[Ints, Ints32, Ints32, int]:
    """cost[s, t] of the ways that `assignment_kernels.search` finds, and their trees as `assignment.Trees` has them.

    rows, ends, arcs: the graph with nodes called by their rank, as compressed rows, and the number of each arc, which
    costs `ranked_cost`. ranked: sources and targets by rank; `together`: the targets sorted, for their neighbours are
    then in the processor's cache.
    Returns ptr, before, back of the trees, and from how many sources the plain search was asked, for arcs that
    cost next to nothing.
    """
    size = indptr.size - 1
    swept, near = np.empty((size, LANES)), np.empty((LANES, size))
    known = np.full(size, -1.0)
    stack, only = np.empty(indices.size + 1, np.int32), np.empty(indices.size + 1, np.int32)
    at, listed = np.empty(size, np.int32), np.empty(size, np.int32)
    plain, plainly = np.empty(size), np.empty(size, np.int32)
    heap, in_heap = np.empty(size, np.int32), np.empty(size, np.int32)
    first, searched = np.zeros(sources.size + 1, np.int64), 0
    every_before, every_back = np.empty(2 * size, np.int32), np.empty(2 * size, np.int32)
    for s in range(sources.size):
        lane = s % LANES
        if lane == 0:
            sweep(ptr, head, up_cost, ranked_sources[s : s + LANES], swept)
            turn(swept, near)
        if first[s] + size > every_before.size:
            more_before = np.empty(2 * every_before.size, np.int32)
            more_back = np.empty(2 * every_before.size, np.int32)
            for k in range(first[s]):
                more_before[k], more_back[k] = every_before[k], every_back[k]
            every_before, every_back = more_before, more_back
        before, back = every_before[first[s] :], every_back[first[s] :]
        entries = trace(
            rows,
            ends,
            ranked_cost,
            near[lane],
            order,
            ranked_sources[s],
            together,
            known,
            at,
            listed,
            before,
            back,
            stack,
            only,
        )
        if entries == TOO_SHORT:
            searched += 1
            known[:] = -1.0
            search_from(indptr, indices, arc_cost, sources[s], plain, plainly, heap, in_heap)
            entries = list_ways(
                indptr, indices, plainly, sources[s], targets, place[s], before, back, heap, in_heap
            )
            for t in range(targets.size):
                cost[s, t] = plain[targets[t]]
        else:
            for t in range(targets.size):
                node = ranked_targets[t]
                cost[s, t], place[s, t] = (known[node], at[node]) if known[node] >= 0.0 else (np.inf, 0)
            for k in range(entries):
                known[listed[k]] = -1.0
                back[k] = arcs[back[k]] if k else 0
        first[s + 1] = first[s] + entries
    return first, every_before[: first[-1]].copy(), every_back[: first[-1]].copy(), searched


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator, unused-ignore]
def find_costs(
    ptr: Ints, head: Ints32, up_cost: Floats, ranked_sources: Ints32, ranked_targets: Ints32, cost: Floats
) -> None:
    """cost[s, t] of the least way, right but for rounding: no way is traced, and what lies above no target is left out.

    All that lies above a node in a hierarchy is above the lowest of its neighbours there, or is that one.
    """
    size, lanes = ptr.size - 1, LANES
    needed = np.zeros(size, np.bool_)
    for target in ranked_targets:
        node = target
        while not needed[node]:
            needed[node] = True
            if ptr[node] == ptr[node + 1]:
                break
            node = head[ptr[node]]
    known = np.empty((size, lanes))
    least = np.empty(lanes)
    for s in range(0, ranked_sources.size, lanes):
        known[:] = np.inf
        for lane in range(min(lanes, ranked_sources.size - s)):
            node = ranked_sources[s + lane]
            known[node, lane] = 0.0
            while ptr[node] < ptr[node + 1]:
                base = known[node, lane]
                if base < np.inf:
                    for at in range(ptr[node], ptr[node + 1]):
                        known[head[at], lane] = min(known[head[at], lane], base + up_cost[at])
                node = head[ptr[node]]
        for node in range(size - 1, -1, -1):
            if not needed[node]:
                continue
            for lane in range(lanes):
                least[lane] = known[node, lane]
            for at in range(ptr[node], ptr[node + 1]):
                above, own = head[at], up_cost[at]
                for lane in range(lanes):
                    through = known[above, lane] + own
                    least[lane] = through if through < least[lane] else least[lane]
            for lane in range(lanes):
                known[node, lane] = least[lane]
        for lane in range(min(lanes, ranked_sources.size - s)):
            for t in range(ranked_targets.size):
                cost[s + lane, t] = known[ranked_targets[t], lane]
