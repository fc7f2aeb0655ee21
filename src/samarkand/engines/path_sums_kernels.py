"""Compiled loops of sums along paths, on the trees of `assignment.Paths`."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from samarkand.engines.assignment_kernels import longest

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Ints32 = NDArray[np.int32]


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator, unused-ignore]
def sum_trees(ptr: Ints, before: Ints32, back: Ints32, place: Ints32, values: Floats, sums: Floats) -> None:
    """Write sums[k, s, t], the sum of values[k, arc] over the arcs on the way from source s to target t.

    `values` are of the way out, by the number of the arc back. Each tree is gone through once, from its beginning: the
    sum at a node is that at the node before it, and the arc between them.
    """
    kinds = values.shape[0]
    known = np.zeros((longest(ptr), kinds))
    for s in range(place.shape[0]):
        first = ptr[s]
        for n in range(1, ptr[s + 1] - first):
            for k in range(kinds):
                known[n, k] = known[before[first + n], k] + values[k, back[first + n]]
        for t in range(place.shape[1]):
            for k in range(kinds):
                sums[k, s, t] = known[place[s, t], k]


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator, unused-ignore]
def mark_trees(ptr: Ints, before: Ints32, back: Ints32, place: Ints32, marks: Ints, found: Ints) -> None:
    """Write found[s, t], all bits of `marks` (by the number of the arc back) on the way from source s to target t."""
    known = np.zeros(longest(ptr), np.int64)
    for s in range(place.shape[0]):
        first = ptr[s]
        for n in range(1, ptr[s + 1] - first):
            known[n] = known[before[first + n]] | marks[back[first + n]]
        for t in range(place.shape[1]):
            found[s, t] = known[place[s, t]]
