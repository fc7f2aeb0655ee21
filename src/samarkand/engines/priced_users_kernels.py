"""Compiled loops of `priced_users`: who passes full places and by which ways, and what they do at prices."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


@njit(cache=True, nogil=True, error_model="numpy", boundscheck=False)  # type: ignore[untyped-decorator, unused-ignore]
def count_users(
    full: int, bits: Ints, term: Floats, pair: Ints, weight: Floats, volume: Floats
) -> tuple[int, int]:
    """Users and nests of `lay_users`."""
    users, nests = 0, 0
    for r in range(bits.shape[0]):
        for k in range(bits.shape[1]):
            there, back = pair[0, r] * bits.shape[1] + k, pair[1, r] * bits.shape[1] + k
            goes = weight[0, r, k] * volume[there] + weight[1, r, k] * volume[back]
            if _is_user(full, bits[r, k], term[r, k], goes):
                users += 1
                for m in range(bits.shape[2]):
                    nests += term[r, k, m] > 0.0
    return users, nests


@njit(cache=True, nogil=True, error_model="numpy", boundscheck=False)  # type: ignore[untyped-decorator, unused-ignore]
def _is_user(full: int, bits: Ints, term: Floats, volume: float) -> bool:
    if not volume > 0.0:
        return False
    for m in range(bits.size):  # noqa: SIM110 - compiled
        if bits[m] & full and term[m] > 0.0:
            return True
    return False


@njit(cache=True, nogil=True, error_model="numpy", boundscheck=False)  # type: ignore[untyped-decorator, unused-ignore]
def lay_users(
    full: int,
    choices: Ints,
    closed: float,
    bits: Ints,
    term: Floats,
    cost: Floats,
    pair: Ints,
    weight: Floats,
    amounts: Floats,
    measure: Ints,
    class_of: Ints,
    value: Floats,
    scale: float,
    sharp: float,
    usd: Floats,
    hours: Floats,
    values: Floats,
    gates: NDArray[np.uint8],
    passes: Bools,
    cell: Ints,
    weight_of: Floats,
    scales: Floats,
    first_nest: Ints,
    first_way: Ints,
    terms: Floats,
    way_cost: Floats,
    way_gates: Ints,
    without: Floats,
) -> int:
    """Write users, nests and ways; returns how many ways there are.

    full: bits of the places that are full; choices: bits of each choice of them. bits, term, cost: of first ways [row,
    class, mode]; pair: of economies, from the first city of a row to the second and back [direction, row]; weight: of
    both cities [direction, row, class], and cell, weight_of of a user [user, direction]. usd, hours, gates: of the ways
    with gates closed [row, choice of all gates, mode, search class]; values: of an hour [mode, search]; class_of: the
    search of each class of goods [mode, class]. A nest has its first way, and those with gates closed that pass other
    places where its goods take of the capacity. Terms are such that without prices modes have the shares of `term`, and
    logsums are nothing. without: [facility, cell], weights of goods that pass on first ways.
    """
    classes, modes = bits.shape[1:]
    networks = usd.shape[1]
    costs, gates_of = np.empty(networks), np.empty(networks, np.int64)
    held = np.empty(amounts.shape[0])
    u, n, w = 0, 0, 0
    for r in range(bits.shape[0]):
        passed = 0
        for k in range(classes):
            for m in range(modes):
                passed |= bits[r, k, m]
        for k in range(classes):
            there, back = pair[0, r] * classes + k, pair[1, r] * classes + k
            for q in range(held.size):
                held[q] = weight[0, r, k] * amounts[q, there] + weight[1, r, k] * amounts[q, back]
            if not _is_user(full, bits[r, k], term[r, k], held[0]):
                continue
            paid = 0
            for f in range(measure.size):
                if full >> f & 1 and held[1 + measure[f]] > 0.0:
                    paid |= 1 << f
            total, mean = 0.0, 0.0
            for m in range(modes):
                total += term[r, k, m]
            for m in range(modes):
                if term[r, k, m] > 0.0:
                    mean += term[r, k, m] / total * cost[r, k, m]
            cell[u, 0], cell[u, 1], scales[u], first_nest[u] = there, back, scale / mean, n
            weight_of[u, 0], weight_of[u, 1] = weight[0, r, k], weight[1, r, k]
            way_scale = sharp * scales[u]
            for m in range(modes):
                if not term[r, k, m] > 0.0:
                    continue
                c = class_of[m, k]
                first_way[n] = w
                for b in range(networks):
                    costs[b] = usd[r, b, m, c] + values[m, c] * hours[r, b, m, c]
                    gates_of[b] = gates[r, b, m, c]
                at = best_way(costs, gates_of, 0, closed) if passes[m, c] else 0
                first_usd, first_hours = usd[r, at, m, c], hours[r, at, m, c]
                way_cost[w], way_gates[w] = 0.0, gates_of[at]
                share = term[r, k, m] / total
                for f in range(measure.size):
                    if way_gates[w] >> f & 1:
                        without[f, there] += weight[0, r, k] * share
                        without[f, back] += weight[1, r, k] * share
                spread, w = 1.0, w + 1
                for choice in choices:
                    if not passed & choice or not passes[m, c]:
                        continue
                    at = best_way(costs, gates_of, choice, closed)
                    more = usd[r, at, m, c] - first_usd + value[k] * (hours[r, at, m, c] - first_hours)
                    if not more < np.inf:
                        continue
                    other = True
                    for known in range(first_way[n], w):
                        other &= (way_gates[known] ^ gates_of[at]) & paid != 0
                    if other:
                        way_cost[w], way_gates[w] = max(more, 0.0), gates_of[at]
                        spread += np.exp(-way_scale * way_cost[w])
                        w += 1
                terms[n] = term[r, k, m] / total * spread ** (-1.0 / sharp)
                n += 1
            u += 1
    first_nest[u], first_way[n] = n, w
    return w


@njit(cache=True, nogil=True, error_model="numpy", boundscheck=False)  # type: ignore[untyped-decorator, unused-ignore]
def best_way(costs: Floats, gates: Ints, choice: int, closed: float) -> int:
    """The network whose way is best where each gate of a choice costs `closed`."""
    best, least = 0, np.inf
    for b in range(costs.size):
        shut, bits = 0, gates[b] & choice
        while bits:
            shut, bits = shut + 1, bits & (bits - 1)
        here = costs[b] + closed * shut
        if here < least:
            best, least = b, here
    return best


@njit(cache=True, nogil=True, error_model="numpy", boundscheck=False)  # type: ignore[untyped-decorator, unused-ignore]
def price_users(
    first_nest: Ints,
    first_way: Ints,
    cost: Floats,
    gates: Ints,
    term: Floats,
    scale: Floats,
    sharp: float,
    weight: Floats,
    cell: Ints,
    amounts: Floats,
    measure: Ints,
    paid: Floats,
    dearer: Floats,
    through: Floats,
    slopes: Floats,
) -> None:
    """Add what prices do: dearer[cell] += weight logsum, through[f, cell] += weight share [way passes f]; both ways.

    The nests of user u are first_nest[u] up to first_nest[u + 1], the ways of nest n first_way[n] up to
    first_way[n + 1]. amounts: TEU that goods fill, then by measure, by cell; measure: of each facility. paid: price of
    an amount by measure and by the bits of the gates that a way passes. slopes: [facility, facility], what passes the
    first as the price of the second rises; empty where nobody asks. A user without goods is left out.
    """
    measures, facilities = paid.shape[0], through.shape[0]
    most_ways, most_nests = 1, 1
    for u in range(scale.size):
        begin, end = first_nest[u], first_nest[u + 1]
        most_nests = max(most_nests, end - begin)
        most_ways = max(most_ways, first_way[end] - first_way[begin])
    within, composite = np.empty(most_ways), np.empty(most_nests)
    of_user, of_nest, holds = np.empty(facilities), np.empty(facilities), np.empty(measures)
    for u in range(scale.size):
        there, back = cell[u]
        volume = weight[u, 0] * amounts[0, there] + weight[u, 1] * amounts[0, back]
        if not volume > 0.0:
            continue
        s, k = scale[u], sharp * scale[u]
        for m in range(measures):
            holds[m] = weight[u, 0] * amounts[1 + m, there] + weight[u, 1] * amounts[1 + m, back]
            holds[m] /= volume
        begin, end = first_nest[u], first_nest[u + 1]
        origin = first_way[begin]
        best = np.inf
        for n in range(begin, end):
            least = np.inf
            for w in range(first_way[n], first_way[n + 1]):
                here = cost[w]
                for m in range(measures):
                    here += holds[m] * paid[m, gates[w]]
                within[w - origin] = here
                least = min(least, here)
            if first_way[n + 1] - first_way[n] == 1:
                within[first_way[n] - origin] = 1.0
                composite[n - begin] = least
            else:
                total = 0.0
                for w in range(first_way[n] - origin, first_way[n + 1] - origin):
                    within[w] = np.exp(-k * (within[w] - least))
                    total += within[w]
                for w in range(first_way[n] - origin, first_way[n + 1] - origin):
                    within[w] /= total
                composite[n - begin] = least - np.log(total) / k
            best = min(best, composite[n - begin])
        whole = 0.0
        for n in range(begin, end):
            composite[n - begin] = term[n] * np.exp(-s * (composite[n - begin] - best))
            whole += composite[n - begin]
        logsum = best - np.log(whole) / s
        dearer[there] += weight[u, 0] * logsum
        dearer[back] += weight[u, 1] * logsum
        for n in range(begin, end):
            part = composite[n - begin] / whole
            for w in range(first_way[n], first_way[n + 1]):
                bits = gates[w]
                if bits:
                    for f in range(facilities):
                        if bits >> f & 1:
                            share = part * within[w - origin]
                            through[f, there] += weight[u, 0] * share
                            through[f, back] += weight[u, 1] * share
        if not slopes.size:
            continue
        for f in range(facilities):
            of_user[f] = 0.0
        for n in range(begin, end):
            between = composite[n - begin] / whole
            of_nest[:] = 0.0
            for w in range(first_way[n], first_way[n + 1]):
                for f in range(facilities):
                    if gates[w] >> f & 1:
                        of_nest[f] += within[w - origin] * holds[measure[f]]
                        for g in range(facilities):
                            if gates[w] >> g & 1:
                                slopes[f, g] -= (
                                    volume
                                    * between
                                    * within[w - origin]
                                    * k
                                    * holds[measure[f]]
                                    * holds[measure[g]]
                                )
            for f in range(facilities):
                of_user[f] += between * of_nest[f]
                for g in range(facilities):
                    slopes[f, g] += volume * between * (k - s) * of_nest[f] * of_nest[g]
        for f in range(facilities):
            for g in range(facilities):
                slopes[f, g] += volume * s * of_user[f] * of_user[g]
