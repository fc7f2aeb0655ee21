"""Compiled loops of routes with gates closed.

usd, hours: [pair, network, mode, search class], networks by the bits of the gates that are closed; bits: of the gates
on each route, of the same shape; values: of an hour [pair, mode, search]; turns: [pair, search at sea], where goods
take the way of the first search if theirs is priced; a search is a search class, at sea one of those there.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from samarkand.engines.choice_kernels import SEA

Bools = NDArray[np.bool_]
Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Ints32 = NDArray[np.int32]
Bits = NDArray[np.uint8]


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator, unused-ignore]
def mark_dearer(
    rows: Ints,
    place: Ints32,
    usd: Floats,
    hours: Floats,
    base_usd: Floats,
    base_hours: Floats,
    open_place: Ints32,
    open_usd: Floats,
    open_hours: Floats,
    open_base_usd: Floats,
    open_base_hours: Floats,
    values: Floats,
    more: float,
    dearer: NDArray[np.bool_],
) -> None:
    """Mark the rows of which a route costs more than `more` times that of the open network.

    place: where each pair stands among the routes that changes make (usd, hours: [row, mode, search class]), -1 where
    it has those of the base; `open_`: the same of the open network; values: [mode, search].
    """
    for n in range(rows.size):
        r = rows[n]
        at, other = place[r], open_place[r]
        for m in range(base_usd.shape[1]):
            for c in range(values.shape[1]):
                if at >= 0:
                    cost = usd[at, m, c] + values[m, c] * hours[at, m, c]
                else:
                    cost = base_usd[r, m, c] + values[m, c] * base_hours[r, m, c]
                if other >= 0:
                    best = open_usd[other, m, c] + values[m, c] * open_hours[other, m, c]
                else:
                    best = open_base_usd[r, m, c] + values[m, c] * open_base_hours[r, m, c]
                if cost > more * best:
                    dearer[n] = True
                    break
            if dearer[n]:
                break


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator, unused-ignore]
def put_routes(
    rows: Ints,
    place: Ints32,
    usd: Floats,
    hours: Floats,
    base_usd: Floats,
    base_hours: Floats,
    network: int,
    new_usd: Floats,
    new_hours: Floats,
) -> None:
    """Write the routes of rows on a network, new_*[row, network, mode, search class]; the rest as of `mark_dearer`."""
    modes, classes = base_usd.shape[1:]
    for n in range(rows.size):
        r = rows[n]
        at = place[r]
        for m in range(modes):
            for c in range(classes):
                if at >= 0:
                    new_usd[n, network, m, c], new_hours[n, network, m, c] = usd[at, m, c], hours[at, m, c]
                else:
                    new_usd[n, network, m, c] = base_usd[r, m, c]
                    new_hours[n, network, m, c] = base_hours[r, m, c]


@njit(cache=True, nogil=True, error_model="numpy")  # type: ignore[untyped-decorator, unused-ignore]
def mark_gates(
    usd: Floats, hours: Floats, values: Floats, gates: int, more: float, bits: Bits, passes: NDArray[np.bool_]
) -> None:
    """Gates on each route: those that make it cost more than `more` times as much once they are closed too.

    passes: [mode, search class], marked where a route passes any.
    """
    pairs, networks, modes, classes = usd.shape
    cost = np.empty(networks)
    for n in range(pairs):
        for m in range(modes):
            for c in range(classes):
                for k in range(networks):
                    cost[k] = usd[n, k, m, c] + values[n, m, c] * hours[n, k, m, c]
                for k in range(networks):
                    found = 0
                    if np.isfinite(cost[k]):
                        for f in range(gates):
                            if k >> f & 1 == 0 and cost[k | 1 << f] > more * cost[k]:
                                found |= 1 << f
                    bits[n, k, m, c] = found
                    if found:
                        passes[m, c] = True


@njit(cache=True, nogil=True, error_model="numpy")  # type: ignore[untyped-decorator, unused-ignore]
def _cheapest(
    usd: Floats, hours: Floats, bits: Bits, values: Floats, turns: Bools, toll: Floats, n: int, m: int, c: int
) -> tuple[int, int]:
    """The network of the cheapest route of a pair, of the same cost the first, and its search. toll: by the bits of
    gates. A route of the open network that passes none is the cheapest."""
    if not bits[n, 0, m, c]:
        return 0, c
    if m == SEA and turns[n, c]:
        if toll[bits[n, 0, m, c]] == 0.0:
            return 0, c
        c = 0
    best, least = 0, np.inf
    for k in range(usd.shape[1]):
        cost = usd[n, k, m, c] + values[n, m, c] * hours[n, k, m, c] + toll[bits[n, k, m, c]]
        if cost < least:
            best, least = k, cost
    return best, c


@njit(cache=True, nogil=True, error_model="numpy")  # type: ignore[untyped-decorator, unused-ignore]
def cheapest_routes(
    usd: Floats,
    hours: Floats,
    bits: Bits,
    values: Floats,
    turns: Bools,
    toll: Floats,
    m: int,
    c: int,
    new_hours: Floats,
    new_usd: Floats,
    gates: Ints,
) -> None:
    """Hours, US$ and gates of the cheapest route of every pair by one mode, for one search class."""
    for n in range(usd.shape[0]):
        k, s = _cheapest(usd, hours, bits, values, turns, toll, n, m, c)
        new_hours[n], new_usd[n], gates[n] = hours[n, k, m, s], usd[n, k, m, s], bits[n, k, m, s]


@njit(cache=True, nogil=True, error_model="numpy")  # type: ignore[untyped-decorator, unused-ignore]
def gates_of_goods(
    usd: Floats,
    hours: Floats,
    bits: Bits,
    values: Floats,
    turns: Bools,
    toll: Floats,
    rows: Ints,
    class_of: Ints,
    gates: Ints,
) -> None:
    """Gates on the cheapest routes of some pairs, [row, class of goods, mode]; class_of: the search of each, [mode,
    class].
    """
    modes, classes = usd.shape[2:]
    found, asked = np.empty((modes, classes), np.int64), np.zeros((modes, classes), np.bool_)
    for m in range(modes):
        for k in range(class_of.shape[1]):
            asked[m, class_of[m, k]] = True
    for r in range(rows.size):
        n = rows[r]
        for m in range(modes):
            for c in range(classes):
                if not asked[m, c]:
                    continue
                network, s = _cheapest(usd, hours, bits, values, turns, toll, n, m, c)
                found[m, c] = bits[n, network, m, s]
        for k in range(class_of.shape[1]):
            for m in range(modes):
                gates[r, k, m] = found[m, class_of[m, k]]


@njit(cache=True, nogil=True, error_model="numpy")  # type: ignore[untyped-decorator, unused-ignore]
def routes_taken(
    usd: Floats, hours: Floats, of_goods: Floats, pick: NDArray[np.int8], cost: Floats, taken: Floats
) -> None:
    """Cost and hours of the routes that goods take with all gates open, [pair, class of goods, mode].

    of_goods: value of an hour by class of goods; pick: as `choice_kernels.prepare` writes it. Where there is no route
    the cost is infinite.
    """
    for n in range(usd.shape[0]):
        for k in range(of_goods.size):
            for m in range(usd.shape[2]):
                c = max(pick[n, k, m], 0)
                taken[n, k, m] = hours[n, 0, m, c]
                some = pick[n, k, m] >= 0
                cost[n, k, m] = usd[n, 0, m, c] + of_goods[k] * hours[n, 0, m, c] if some else np.inf


@njit(cache=True, nogil=True, error_model="numpy")  # type: ignore[untyped-decorator, unused-ignore]
def further_routes(
    usd: Floats,
    hours: Floats,
    bits: Bits,
    values: Floats,
    turns: Bools,
    tolls: Floats,
    searched: NDArray[np.bool_],
    class_of: Ints,
    of_goods: Floats,
    row: Ints,
    label: Ints,
    nest_user: Ints,
    nest_mode: Ints,
    paid: Ints,
    nest: Ints,
    cost: Floats,
    longer: Floats,
    gates: Ints,
    found: Ints,
) -> int:
    """First ways of nests, and those of further searches that pass other gates, of those paid at; how many there are.

    tolls: by search, the first without any, and bits of gates; searched: [search, pair], others keep the first way;
    row, label: of users; nest_user, nest_mode, paid: of nests. Fills nest, cost and hours above those of the first way,
    gates and number of the search, one search after another.
    """
    nests, searches = nest_user.size, tolls.shape[0]
    known = np.full((searches, nests), -1, np.int16)
    first = np.empty(nests, np.int16)
    at = 0
    for q in range(searches):
        for n in range(nests):
            u, m = nest_user[n], nest_mode[n]
            i, k = row[u], label[u]
            c = class_of[m, k]
            if q == 0:
                first[n], _ = _cheapest(usd, hours, bits, values, turns, tolls[0], i, m, c)
                known[0, n] = bits[i, first[n], m, c]
                nest[at], cost[at], longer[at], gates[at], found[at] = n, 0.0, 0.0, known[0, n], 0
                at += 1
                continue
            if not searched[q, i]:
                continue
            new, s = _cheapest(usd, hours, bits, values, turns, tolls[q], i, m, c)
            more = hours[i, new, m, s] - hours[i, first[n], m, c]
            dearer = usd[i, new, m, s] - usd[i, first[n], m, c] + of_goods[k] * more
            if not np.isfinite(dearer):
                continue
            passed = np.int64(bits[i, new, m, s])
            other = True
            for before in range(q):
                if known[before, n] >= 0 and (known[before, n] ^ passed) & paid[n] == 0:
                    other = False
                    break
            if other:
                known[q, n] = passed
                nest[at], cost[at], longer[at], gates[at], found[at] = n, max(dearer, 0.0), more, passed, q
                at += 1
    return at


@njit(cache=True, nogil=True, error_model="numpy")  # type: ignore[untyped-decorator, unused-ignore]
def add_differences(
    nest: Ints,
    way_cost: Floats,
    longer: Floats,
    paid: Floats,
    share: Floats,
    nest_user: Ints,
    nest_mode: Ints,
    term: Floats,
    weight: Floats,
    scale: Floats,
    way_scale: Floats,
    logsum: Floats,
    cost: Floats,
    hours: Floats,
    label: Ints,
    cell: Ints,
    city_weight: Floats,
    total: Floats,
) -> None:
    """Add what prices change for users to their pairs of economies, total[q, class, cell]: q as `DIFFERENCES`.

    Ways: nest, cost and hours above the first way's, what is paid, share of the user's demand. Nests, one user's after
    another's: user, mode, term without prices, weight of the choice. Users: scales, logsum with prices, cost and hours
    without [user, mode], class; cell and city_weight: [user, direction].
    """
    nests, modes = nest_user.size, cost.shape[1]
    before, after, new, late = np.zeros(nests), np.zeros(nests), np.zeros(nests), np.zeros(nests)
    for w in range(nest.size):
        n = nest[w]
        k = way_scale[nest_user[n]]
        before[n] += np.exp(-k * way_cost[w])
        after[n] += np.exp(-k * (way_cost[w] + paid[w]))
        new[n] += share[w]
        late[n] += share[w] * longer[w]
    was, is_, more, held = np.empty(modes), np.empty(modes), np.empty(modes), np.empty(modes)
    sums = np.empty(total.shape[0])
    n = 0
    for u in range(label.size):
        was[:], is_[:], more[:], held[:] = 0.0, 0.0, 0.0, 0.0
        s, k = scale[u], way_scale[u]
        whole, free, begin = 0.0, 0.0, n
        while n < nests and nest_user[n] == u:
            whole += term[n]
            free += weight[n] * before[n] ** (s / k)
            n += 1
        for j in range(begin, n):
            m = nest_mode[j]
            was[m], is_[m] = term[j] / whole, new[j]
            more[m] = -np.log(after[j] / before[j]) / k
            held[m] = late[j] / new[j] if new[j] > 0 else 0.0
        sums[0] = logsum[u] + np.log(free) / s
        sums[1], sums[3], sums[4] = 0.0, 0.0, 0.0
        first, then = 0, 0
        for m in range(modes):
            if was[m] > 0:
                sums[1] += was[m] * more[m]
            sums[3] += is_[m] * (hours[u, m] + held[m]) - was[m] * hours[u, m]
            sums[4] += was[m] * held[m]
            if cost[u, m] < cost[u, first]:
                first = m
            if cost[u, m] + more[m] < cost[u, then] + more[then]:
                then = m
            sums[6 + m] = is_[m] - was[m]
        sums[2] = cost[u, then] + more[then] - cost[u, first]
        sums[5] = hours[u, then] + held[then] - hours[u, first]
        for way in range(cell.shape[1]):
            part = city_weight[u, way]
            if part > 0:  # a city without mines sells no coal, at whatever cost
                for q in range(sums.size):
                    total[q, label[u], cell[u, way]] += part * sums[q]
