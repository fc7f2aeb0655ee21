"""Compiled loops of routing: attributes carried along paths, min-plus products. No shortest-path search is here."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator, unused-ignore]
def carry(
    indptr: NDArray[np.int32],
    indices: NDArray[np.int32],
    arc_hours: Floats,
    arc_usd: Floats,
    before: NDArray[np.int32],
    sources: NDArray[np.int64],
    targets: NDArray[np.int64],
    hours: Floats,
    usd: Floats,
) -> None:
    """hours[s, t] and usd[s, t] along the paths that the predecessors `before[s, node]` describe."""
    size = before.shape[1]
    known_hours = np.empty(size)
    known_usd = np.empty(size)
    stamp = np.full(size, -1, dtype=np.int64)
    chain = np.empty(size, dtype=np.int64)
    for s in range(sources.size):
        stamp[sources[s]] = s
        known_hours[sources[s]] = 0.0
        known_usd[sources[s]] = 0.0
        for t in range(targets.size):
            node = targets[t]
            length = 0
            while stamp[node] != s:
                chain[length] = node
                length += 1
                node = before[s, node]
                if node < 0:
                    break
            if node < 0:
                hours[s, t] = np.inf
                usd[s, t] = np.inf
                continue
            for k in range(length - 1, -1, -1):
                child = chain[k]
                for arc in range(indptr[node], indptr[node + 1]):
                    if indices[arc] == child:
                        known_hours[child] = known_hours[node] + arc_hours[arc]
                        known_usd[child] = known_usd[node] + arc_usd[arc]
                        break
                stamp[child] = s
                node = child
            hours[s, t] = known_hours[targets[t]]
            usd[s, t] = known_usd[targets[t]]


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator, unused-ignore]
def join(
    first_hours: Floats,
    first_usd: Floats,
    first_cost: Floats,
    second_hours: Floats,
    second_usd: Floats,
    second_cost: Floats,
    hours: Floats,
    usd: Floats,
) -> None:
    """hours[a, b], usd[a, b] of the cheapest first[a, k] + second[k, b], the first of equals; infinite where none."""
    by = np.empty(hours.shape, np.int64)
    join_by(first_cost, second_cost, by)
    for a in range(hours.shape[0]):
        for b in range(hours.shape[1]):
            k = by[a, b]
            if k < 0:
                hours[a, b] = usd[a, b] = np.inf
            else:
                hours[a, b] = first_hours[a, k] + second_hours[k, b]
                usd[a, b] = first_usd[a, k] + second_usd[k, b]


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator, unused-ignore]
def join_by(first_cost: Floats, second_cost: Floats, by: NDArray[np.int64]) -> None:
    """Fill by[a, b] with the k of the cheapest first[a, k] + second[k, b], the first of equals; -1 where none leads.

    Where little of a row of `second` leads anywhere the rest of it is passed over.
    """
    rows, middle = first_cost.shape
    columns = second_cost.shape[1]
    ptr, used = np.zeros(middle + 1, np.int64), np.empty(second_cost.size, np.int32)
    for k in range(middle):
        ptr[k + 1] = ptr[k]
        for b in range(columns):
            if second_cost[k, b] < np.inf:
                used[ptr[k + 1]] = b
                ptr[k + 1] += 1
    best = np.empty(columns)
    for a in range(rows):
        best[:] = np.inf
        chosen = by[a]
        chosen[:] = -1
        for k in range(middle):
            base = first_cost[a, k]
            if not base < np.inf:
                continue
            if ptr[k + 1] - ptr[k] > columns // 4:
                row = second_cost[k]
                for b in range(columns):  # without branches, so that the processor does several at once
                    cost = base + row[b]
                    better = cost < best[b]
                    best[b] = cost if better else best[b]
                    chosen[b] = k if better else chosen[b]
            else:
                for at in range(ptr[k], ptr[k + 1]):
                    b = used[at]
                    cost = base + second_cost[k, b]
                    if cost < best[b]:
                        best[b] = cost
                        chosen[b] = k
