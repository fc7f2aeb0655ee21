"""Compiled loops of `priced_users`: what users of full places do at prices, as `priced_users_kernels` lays them out.

active: the rows of pairs of cities that count; cell, weight: there and back, [user, direction]; measure: of goods, by
facility.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bytes = NDArray[np.uint8]
Numbers = NDArray[np.int32]


@njit(cache=True, nogil=True, error_model="numpy", boundscheck=False)  # type: ignore[untyped-decorator, unused-ignore]
def most_of(first_nest: Numbers, first_way: Numbers) -> tuple[int, int]:
    """Most ways and nests of a user: room that the loops need."""
    most_ways, most_nests = 1, 1
    for u in range(first_nest.size - 1):
        begin, end = first_nest[u], first_nest[u + 1]
        most_nests = max(most_nests, end - begin)
        most_ways = max(most_ways, first_way[end] - first_way[begin])
    return most_ways, most_nests


@njit(cache=True, nogil=True, error_model="numpy", boundscheck=False)  # type: ignore[untyped-decorator, unused-ignore]
def pass_others(
    active: Numbers,
    first: Numbers,
    cell: Numbers,
    facility: Bytes,
    part: Floats,
    amounts: Floats,
    measure: Ints,
    flow: Floats,
) -> None:
    """Add what `list_others` found of some rows, flow[active row, facility]."""
    for row in range(active.size):
        r = active[row]
        for n in range(first[r], first[r + 1]):
            f = facility[n]
            for way in range(2):
                flow[row, f] += part[n, way] * amounts[cell[n, way], 1 + measure[f]]


@njit(cache=True, nogil=True, error_model="numpy", boundscheck=False)  # type: ignore[untyped-decorator, unused-ignore]
def pass_first(
    active: Numbers,
    first_user: Numbers,
    first_nest: Numbers,
    first_way: Numbers,
    gates: Bytes,
    share: Floats,
    weight: Floats,
    cell: Numbers,
    amounts: Floats,
    measure: Ints,
    flow: Floats,
) -> None:
    """Add what passes on first ways of users, flow[active row, facility]; share: of nests without prices."""
    for row in range(active.size):
        r = active[row]
        for u in range(first_user[r], first_user[r + 1]):
            for n in range(first_nest[u], first_nest[u + 1]):
                passed, f = gates[first_way[n]], 0
                while passed >> f:
                    if passed >> f & 1:
                        m = 1 + measure[f]
                        held = weight[u, 0] * amounts[cell[u, 0], m] + weight[u, 1] * amounts[cell[u, 1], m]
                        flow[row, f] += held * share[n]
                    f += 1


@njit(cache=True, nogil=True, error_model="numpy", boundscheck=False)  # type: ignore[untyped-decorator, unused-ignore]
def price_users(
    most: tuple[int, int],
    active: Numbers,
    first_user: Numbers,
    first_nest: Numbers,
    first_way: Numbers,
    cost: Floats,
    gates: Bytes,
    offset: Floats,
    scale: Floats,
    sharp: float,
    weight: Floats,
    cell: Numbers,
    amounts: Floats,
    measure: Ints,
    paid: Floats,
    dearer: Floats,
    through: Floats,
    slopes: Floats,
) -> None:
    """Add what prices do: dearer[cell] += weight logsum, through[cell, f] += weight share [way passes f]; both ways.

    most: of `most_of`; amounts: TEU that goods fill, then by measure, [cell, amount]; measure: of each facility. paid:
    price of an amount by measure and by the bits of the gates that a way passes. slopes: [facility, facility], what
    passes the first as the price of the second rises; empty where nobody asks. A user without goods is left out. Of the
    best way and the best nest the exponential is one: it is not worked out.
    """
    measures, facilities = paid.shape[0], through.shape[1]
    most_ways, most_nests = most
    within, composite = np.empty(most_ways), np.empty(most_nests)
    of_user, of_nest, holds = np.empty(facilities), np.empty(facilities), np.empty(measures)
    curve = np.empty((facilities, facilities))
    for r in active:
        for u in range(first_user[r], first_user[r + 1]):
            there, back = cell[u, 0], cell[u, 1]
            volume = weight[u, 0] * amounts[there, 0] + weight[u, 1] * amounts[back, 0]
            if not volume > 0.0:
                continue
            s, k = scale[u], sharp * scale[u]
            for m in range(measures):
                holds[m] = weight[u, 0] * amounts[there, 1 + m] + weight[u, 1] * amounts[back, 1 + m]
                holds[m] /= volume
            begin, end = first_nest[u], first_nest[u + 1]
            origin = first_way[begin]
            best, best_nest = np.inf, begin
            for n in range(begin, end):
                least, best_of_nest = np.inf, first_way[n]
                for w in range(first_way[n], first_way[n + 1]):
                    here = cost[w]
                    if gates[w]:
                        for m in range(measures):
                            here += holds[m] * paid[m, gates[w]]
                    within[w - origin] = here
                    if here < least:
                        least, best_of_nest = here, w
                if first_way[n + 1] - first_way[n] == 1:
                    within[first_way[n] - origin] = 1.0
                else:
                    total = 1.0
                    for w in range(first_way[n], first_way[n + 1]):
                        if w == best_of_nest:
                            within[w - origin] = 1.0
                        else:
                            within[w - origin] = np.exp(-k * (within[w - origin] - least))
                            total += within[w - origin]
                    for w in range(first_way[n] - origin, first_way[n + 1] - origin):
                        within[w] /= total
                    least -= np.log(total) / k
                composite[n - begin] = least + offset[n]
                if composite[n - begin] < best:
                    best, best_nest = composite[n - begin], n
            logsum, whole = best, 1.0
            if end - begin > 1:
                for n in range(begin, end):
                    if n != best_nest:
                        composite[n - begin] = np.exp(-s * (composite[n - begin] - best))
                        whole += composite[n - begin]
                logsum -= np.log(whole) / s
            composite[best_nest - begin] = 1.0
            dearer[there] += weight[u, 0] * logsum
            dearer[back] += weight[u, 1] * logsum
            every = 0
            for n in range(begin, end):
                part = composite[n - begin] / whole
                for w in range(first_way[n], first_way[n + 1]):
                    bits = gates[w]
                    if bits:
                        every |= bits
                        share = part * within[w - origin]
                        for f in range(facilities):
                            if bits >> f & 1:
                                through[there, f] += weight[u, 0] * share
                                through[back, f] += weight[u, 1] * share
            if not slopes.size:
                continue
            if every & (every - 1) == 0:  # one gate, as of nearly all users: no matrix
                of_one, curve_of_one = 0.0, 0.0
                for n in range(begin, end):
                    between, passing = composite[n - begin] / whole, 0.0
                    for w in range(first_way[n], first_way[n + 1]):
                        if gates[w]:
                            passing += within[w - origin]
                    of_one += between * passing
                    curve_of_one += between * passing * ((k - s) * passing - k)
                for f in range(facilities):
                    if every >> f & 1:
                        curve_of_one += s * of_one * of_one
                        slopes[f, f] += volume * holds[measure[f]] * holds[measure[f]] * curve_of_one
                continue
            of_user[:], curve[:] = 0.0, 0.0
            for n in range(begin, end):
                between, passed = composite[n - begin] / whole, 0
                for w in range(first_way[n], first_way[n + 1]):
                    passed |= gates[w]
                if not passed:
                    continue
                of_nest[:] = 0.0
                for w in range(first_way[n], first_way[n + 1]):
                    for f in range(facilities):
                        if gates[w] >> f & 1:
                            of_nest[f] += within[w - origin]
                            for g in range(facilities):
                                if gates[w] >> g & 1:
                                    curve[f, g] -= between * within[w - origin] * k
                for f in range(facilities):
                    of_user[f] += between * of_nest[f]
                    for g in range(facilities):
                        curve[f, g] += between * (k - s) * of_nest[f] * of_nest[g]
            for f in range(facilities):
                for g in range(facilities):
                    slope = curve[f, g] + s * of_user[f] * of_user[g]
                    slopes[f, g] += volume * holds[measure[f]] * holds[measure[g]] * slope
