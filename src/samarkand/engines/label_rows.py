"""Compiled labels of pairs of cities on several networks at once, and the routes that a set of projects has of them.

As `label_pairs` describes; kept are the pairs whose labels or routes without projects are not the same on all networks.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from samarkand.engines.choice_kernels import MODES
from samarkand.engines.label_pairs import fill_row, keep_cheaper
from samarkand.engines.path_update_kernels import pair_number

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Ints32 = NDArray[np.int32]
SAME = 1e-9  # of a cost: sums in another order
CODE_BITS, PRIME = 63, 1_099_511_628_211  # of a whole number; of hashes


@njit(cache=True, nogil=True, error_model="numpy")  # type: ignore[untyped-decorator, unused-ignore]
def fill_network(
    i: int,
    by_class: Any,
    sea: Any,
    own_ways: NDArray[np.bool_],
    near: Any,
    usd: Floats,
    hours: Floats,
    values: Floats,
    zone: Ints32,
    weight: Floats,
    count: Ints32,
    real: Floats,
    mask: Ints,
) -> bool:
    """Labels of city i on one network, those alone that better its routes; whether full. near: as `fill_row` has it."""
    full: bool = fill_row(i, by_class, sea, own_ways, *near, count, real, mask)
    cities = zone.size
    for j in range(i + 1, cities):
        if zone[j] >= 0 and weight[j] > 0 and zone[j] != zone[i]:
            r = pair_number(i, j, cities)
            keep_cheaper(j, usd[r], hours[r], values, own_ways[r], count, real, mask)
    return full


@njit(cache=True, nogil=True, error_model="numpy")  # type: ignore[untyped-decorator, unused-ignore]
def _differs(j: int, k: int, costs: Any, count: Ints32, real: Floats, mask: Ints) -> bool:
    """Whether network k has other routes or labels to city j than the first. costs: [network, mode, search class]."""
    for c in range(costs.shape[2]):
        for m in range(MODES):
            if costs[k, m, c] > (1.0 + SAME) * costs[0, m, c] or count[k, c, m, j] != count[0, c, m, j]:
                return True
            for n in range(count[0, c, m, j]):
                one, other = real[0, c, m, j, n, 0], real[k, c, m, j, n, 0]
                if mask[0, c, m, j, n] != mask[k, c, m, j, n] or other > (1.0 + SAME) * one:
                    return True
    return False


@njit(cache=True, nogil=True, error_model="numpy")  # type: ignore[untyped-decorator, unused-ignore]
def differing(
    i: int,
    usd: Any,
    hours: Any,
    values: Floats,
    zone: Ints32,
    weight: Floats,
    count: Ints32,
    real: Floats,
    mask: Ints,
    found: Ints,
) -> tuple[int, int]:
    """Cities after i, of another economy, to which networks differ, into `found`; how many, and of how many labels.

    usd, hours: by network, [pair, mode, search class]; count, real, mask: buckets [network, search class, mode, city].
    """
    cities, networks, routes = zone.size, len(usd), values.shape[1]
    costs = np.empty((networks, MODES, routes))
    pairs, labels = 0, 0
    for j in range(i + 1, cities):
        if not (zone[j] >= 0 and weight[j] > 0 and zone[j] != zone[i]):
            continue
        r = pair_number(i, j, cities)
        for k in range(networks):
            for m in range(MODES):
                for c in range(routes):
                    costs[k, m, c] = usd[k][r, m, c] + values[m, c] * hours[k][r, m, c]
        differ = False
        for k in range(1, networks):
            differ = differ or _differs(j, k, costs, count, real, mask)
        if differ:
            found[pairs] = j
            pairs += 1
            labels += count[:, :, :, j].sum()
    return pairs, labels


@njit(cache=True, nogil=True, error_model="numpy")  # type: ignore[untyped-decorator, unused-ignore]
def labelled(
    i: int,
    usd: Floats,
    hours: Floats,
    values: Floats,
    own_ways: NDArray[np.bool_],
    zone: Ints32,
    weight: Floats,
    count: Ints32,
    real: Floats,
    mask: Ints,
    found: Ints,
) -> tuple[int, int]:
    """Cities after i, of any economy, to which one network has labels that better its routes, into `found`; how many,
    and of how many labels. As `fill_network` left the buckets, of cities of other economies."""
    cities, pairs, labels = zone.size, 0, 0
    for j in range(i + 1, cities):
        if not (zone[j] >= 0 and weight[j] > 0):
            continue
        if zone[j] == zone[i]:
            r = pair_number(i, j, cities)
            keep_cheaper(j, usd[r], hours[r], values, own_ways[r], count, real, mask)
        here = count[:, :, j].sum()
        if here:
            found[pairs] = j
            pairs += 1
            labels += here
    return pairs, labels


@njit(cache=True, nogil=True, error_model="numpy")  # type: ignore[untyped-decorator, unused-ignore]
def copy_labels(
    cities: Ints,
    count: Ints32,
    real: Floats,
    mask: Ints,
    size: Ints32,
    of_label: Floats,
    projects: Ints,
) -> None:
    """Labels of some cities one after another, [city, network, mode, search class]: size, hours and usd, projects."""
    at = 0
    for n in range(cities.size):
        j = cities[n]
        for k in range(count.shape[0]):
            for m in range(MODES):
                for c in range(count.shape[1]):
                    size[n, k, m, c] = count[k, c, m, j]
                    for q in range(count[k, c, m, j]):
                        of_label[at, 0], of_label[at, 1] = real[k, c, m, j, q, 1], real[k, c, m, j, q, 2]
                        projects[at] = mask[k, c, m, j, q]
                        at += 1


@njit(cache=True, nogil=True, error_model="numpy")  # type: ignore[untyped-decorator, unused-ignore]
def read_routes(
    rows: Ints,
    keys: Ints,
    start: Ints,
    of_label: Floats,
    projects: Ints,
    usd: Floats,
    hours: Floats,
    new_usd: Floats,
    new_hours: Floats,
) -> None:
    """Routes of some rows, each with the projects of its key, [row, network, mode, search class].

    start: of the labels of each row, network, mode and search class, ends at the next; usd, hours: without projects.
    """
    networks, routes = usd.shape[1], usd.shape[3]
    for n in range(rows.size):
        r = rows[n]
        for k in range(networks):
            for m in range(MODES):
                for c in range(routes):
                    slot = ((r * networks + k) * MODES + m) * routes + c
                    q = _first_label(start, slot, projects, keys[n])
                    new_usd[n, k, m, c] = usd[r, k, m, c] if q < 0 else of_label[q, 1]
                    new_hours[n, k, m, c] = hours[r, k, m, c] if q < 0 else of_label[q, 0]


@njit(cache=True, nogil=True, error_model="numpy")  # type: ignore[untyped-decorator, unused-ignore]
def number_variants(
    start: Ints, slots: int, projects: Ints, keys: Ints, number: Ints32, key_of: Ints32
) -> Ints32:
    """Number the ways that sets of projects make of each row, [row, key]; returns how many there are of each.

    slots: routes of a row; start: of the labels of each, ends at the last; key_of: [row, number], the first key that
    makes it. Two keys make the same ways if the first labels that they have are the same.
    """
    rows = number.shape[0]
    count = np.zeros(rows, np.int32)
    codes, made, hashes = (
        np.empty(keys.size, np.int64),
        np.empty(keys.size, np.int32),
        np.empty(keys.size, np.int64),
    )
    for n in range(rows):
        begin, end = n * slots, (n + 1) * slots
        sets = np.unique(projects[start[begin] : start[end]])
        known = 0
        for i in range(keys.size):
            code, at = np.int64(0), -1
            if sets.size < CODE_BITS:  # the same labels are there: nothing is left to compare
                for q in range(sets.size):
                    if sets[q] & ~keys[i] == 0:
                        code |= np.int64(1) << q
                for j in range(known):
                    if codes[j] == code:
                        at = made[j]
                        break
            if at < 0:
                hashed = np.int64(0)
                for slot in range(begin, end):
                    hashed = hashed * PRIME + _first_label(start, slot, projects, keys[i])
                for j in range(count[n]):
                    if hashes[j] == hashed and _same_ways(
                        start, begin, end, projects, keys[i], keys[key_of[n, j]]
                    ):
                        at = j
                        break
                if at < 0:
                    at = count[n]
                    key_of[n, at], hashes[at] = i, hashed
                    count[n] += 1
                codes[known], made[known] = code, at
                known += 1
            number[n, i] = at
    return count


@njit(cache=True, nogil=True, error_model="numpy")  # type: ignore[untyped-decorator, unused-ignore]
def _same_ways(start: Ints, begin: int, end: int, projects: Ints, key: int, other: int) -> bool:
    for slot in range(begin, end):
        if _first_label(start, slot, projects, key) != _first_label(start, slot, projects, other):
            return False
    return True


@njit(cache=True, nogil=True, error_model="numpy")  # type: ignore[untyped-decorator, unused-ignore]
def _first_label(start: Ints, slot: int, projects: Ints, key: int) -> int:
    """The first label of a route whose projects are there, -1 for none."""
    for q in range(start[slot], start[slot + 1]):
        if projects[q] & ~key == 0:
            return q
    return -1
