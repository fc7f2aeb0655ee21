"""Compiled routes of many places for any subset of projects at once: labels, each a route and the projects it uses.

A label is a route's generalised cost, hours and usd, with the set of projects (a mask of bits) whose arcs it takes. Of
two labels of one place, that which is dearer and uses all the projects of the other is dominated and dropped. With the
projects of a subset S, the cheapest route is the first label, in order of cost, whose projects are all in S; the route
without projects is known before and stands for the last. What is kept, so, answers every subset exactly.

Lists of labels stand in buckets: `count[x]` labels at place x in order of cost, `real[x, k]` their cost, hours and usd,
`mask[x, k]` their projects. Kept lists are compressed rows. Every function works for one value of time and releases the
interpreter lock; `full` tells that a place had more labels than fit, and that the answer is then not to be used.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Screen = NDArray[np.float32]
Ints = NDArray[np.int64]
Ints32 = NDArray[np.int32]

MOST = 64  # labels of one place
KEPT_BITS = 9  # of the hash tables of terms known of one pair and mode
EQUAL = 1e-12  # relative: costs nearer to each other are the same but for rounding


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator, unused-ignore]
def insert(
    count: Ints32, real: Floats, mask: Ints, x: int, cost: float, hours: float, usd: float, projects: int
) -> int:
    """Add a label to place x: 0 where another dominates it, 1 where it stands now, 2 where there is no room."""
    n = count[x]
    at = 0
    limit = cost * (1 + EQUAL)
    while at < n and real[x, at, 0] <= limit:
        if mask[x, at] & ~projects == 0:
            return 0
        at += 1
    kept = at
    for k in range(at, n):
        if projects & ~mask[x, k] != 0:  # else it is dominated by the new one
            if kept != k:
                real[x, kept, 0], real[x, kept, 1], real[x, kept, 2] = (
                    real[x, k, 0],
                    real[x, k, 1],
                    real[x, k, 2],
                )
                mask[x, kept] = mask[x, k]
            kept += 1
    if kept == mask.shape[1]:
        count[x] = kept
        return 2
    while at > 0 and real[x, at - 1, 0] > cost:  # equal but for rounding, and of other projects
        at -= 1
    for k in range(kept, at, -1):
        real[x, k, 0], real[x, k, 1], real[x, k, 2] = real[x, k - 1, 0], real[x, k - 1, 1], real[x, k - 1, 2]
        mask[x, k] = mask[x, k - 1]
    real[x, at, 0], real[x, at, 1], real[x, at, 2] = cost, hours, usd
    mask[x, at] = projects
    count[x] = kept + 1
    return 1


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator, unused-ignore]
def buckets(places: int) -> tuple[Ints32, Floats, Ints]:
    """Room for the labels of places: count, real, mask."""
    return np.zeros(places, np.int32), np.empty((places, MOST, 3)), np.empty((places, MOST), np.int64)


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator, unused-ignore]
def no_labels() -> tuple[Ints32, Floats, Ints]:
    """Labels of compressed rows, none yet: places, values, projects."""
    return np.empty(0, np.int32), np.empty((0, 3)), np.empty(0, np.int64)


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator, unused-ignore]
def keep(kept: Any, size: int, count: Ints32, real: Floats, mask: Ints) -> Any:
    """Put what stands in buckets behind `size` labels kept; the labels, in longer arrays where needed, and the size."""
    at, values, projects = kept
    more = size + count.sum()
    if more > at.size:
        longer = max(2 * at.size, more, 1024)
        new_at, new_values = np.empty(longer, np.int32), np.empty((longer, 3))
        new_projects = np.empty(longer, np.int64)
        new_at[:size], new_values[:size], new_projects[:size] = at[:size], values[:size], projects[:size]
        at, values, projects = new_at, new_values, new_projects
    for x in range(count.size):
        for k in range(count[x]):
            at[size], projects[size] = x, mask[x, k]
            values[size, 0], values[size, 1], values[size, 2] = real[x, k, 0], real[x, k, 1], real[x, k, 2]
            size += 1
    return (at, values, projects), size


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator, unused-ignore]
def slot(key: int, bits: int) -> Any:
    """Where a hash table of 2^bits slots looks for a key first."""
    mixed = np.uint64(key) * np.uint64(0x9E3779B97F4A7C15)
    return np.int64(mixed >> np.uint64(64 - bits))


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator, unused-ignore]
def number_parts(sets: Ints, projects: int, slots: Ints32, bits: int, number: Ints32, parts: Ints) -> int:
    """Number the different parts that sets have of some projects: number[set], parts[number]; returns how many.

    slots: a hash table of 2^bits slots, all -1 before and after.
    """
    size = slots.size - 1
    count = 0
    for s in range(sets.size):
        key = sets[s] & projects
        at = slot(key, bits)
        while slots[at] >= 0 and parts[slots[at]] != key:
            at = (at + 1) & size
        if slots[at] < 0:
            slots[at] = count
            parts[count] = key
            count += 1
        number[s] = slots[at]
    for n in range(count):
        at = slot(parts[n], bits)
        while slots[at] >= 0:
            slots[at] = -1
            at = (at + 1) & size
    return count
