"""Compiled loops of assignment: trees walked from their leaves, min-plus products with the place in the middle."""

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
def walk(
    indptr: NDArray[np.int32],
    indices: NDArray[np.int32],
    before: NDArray[np.int32],
    sources: NDArray[np.int64],
    targets: NDArray[np.int64],
    flow: Floats,
    load: Floats,
) -> None:
    """Add flow[s, t] to every arc on the way from source s to target t that `before[s, node]` describes."""
    for s in range(sources.size):
        for t in range(targets.size):
            amount = flow[s, t]
            node = targets[t]
            if amount == 0.0 or (before[s, node] < 0 and node != sources[s]):
                continue
            while node != sources[s]:
                parent = before[s, node]
                for arc in range(indptr[parent], indptr[parent + 1]):
                    if indices[arc] == node:
                        load[arc] += amount
                        break
                node = parent
