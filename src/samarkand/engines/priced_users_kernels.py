"""Compiled loops of `priced_users`: who passes full places and by which ways, and what they do at prices."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from samarkand.engines.choice_kernels import SEA

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
Bytes = NDArray[np.uint8]
Numbers = NDArray[np.int32]


@njit(cache=True, nogil=True, error_model="numpy", boundscheck=False)  # type: ignore[untyped-decorator, unused-ignore]
def count_users(
    full: int, bits: Ints, term: Floats, pair: Ints, weight: Floats, amounts: Floats
) -> tuple[int, int]:
    """Users and nests of `lay_users`."""
    users, nests = 0, 0
    for r in range(bits.shape[0]):
        for k in range(bits.shape[1]):
            there, back = pair[0, r] * bits.shape[1] + k, pair[1, r] * bits.shape[1] + k
            goes = weight[0, r, k] * amounts[there, 0] + weight[1, r, k] * amounts[back, 0]
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
def pass_first(bits: Ints, term: Floats, pair: Ints, weight: Floats, through: Floats) -> None:
    """Add weights of goods that pass on first ways, through[cell, facility]; the rest as of `lay_users`."""
    classes, modes = bits.shape[1:]
    for r in range(bits.shape[0]):
        for k in range(classes):
            passed, total = 0, 0.0
            for m in range(modes):
                passed |= bits[r, k, m]
                total += term[r, k, m]
            if not passed or not total > 0.0:
                continue
            there, back = pair[0, r] * classes + k, pair[1, r] * classes + k
            for m in range(modes):
                share = term[r, k, m] / total
                for f in range(through.shape[1]):
                    if bits[r, k, m] >> f & 1:
                        through[there, f] += weight[0, r, k] * share
                        through[back, f] += weight[1, r, k] * share


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
    turns: Bools,
    gates: Bytes,
    passes: Bools,
    cell: Numbers,
    weight_of: Floats,
    scales: Floats,
    first_nest: Numbers,
    first_way: Numbers,
    offset: Floats,
    way_cost: Floats,
    way_gates: Bytes,
    without: Floats,
) -> int:
    """Write users, nests and ways; returns how many ways there are.

    full: bits of the places that are full; choices: bits of each choice of them, each after its parts. bits, term,
    cost: of first ways [row, class, mode]; pair: of economies, from the first city of a row to the second and back
    [direction, row]; weight: of both cities [direction, row, class], and cell, weight_of of a user [user, direction];
    amounts: [cell, TEU and measures]. usd, hours, gates: of the ways with gates closed [row, choice of all gates, mode,
    search class]; values: of an hour [row, mode, search]; turns: [row, search at sea], where further ways are those of
    the first search; class_of: the search of each class of goods [mode, class]. A nest has its first way, and those
    with gates closed that pass other places where its goods take of the capacity. Modes whose first ways pass no place
    are one nest of one way: they have no others, and no price moves them.
    offset: by nest, what is added to its cost such that without prices modes have the shares of `term`, and logsums are
    nothing. without: [cell, facility], weights of goods that pass on first ways.
    """
    classes, modes = bits.shape[1:]
    networks, searches = usd.shape[1], usd.shape[3]
    costs, gates_of = np.empty(networks), np.empty(networks, np.int64)
    known, first = np.empty((modes, searches), np.bool_), np.empty((modes, searches), np.int64)
    size, other_search = np.empty((modes, searches), np.int64), np.empty((modes, searches), np.int64)
    further = np.empty((modes, searches, choices.size), np.int64)  # networks of further ways
    found, by = np.empty(choices.size, np.int64), np.empty(choices.size, np.int64)
    held = np.empty(amounts.shape[1])
    u, n, w = 0, 0, 0
    for r in range(bits.shape[0]):
        known[:] = False
        for k in range(classes):
            there, back = pair[0, r] * classes + k, pair[1, r] * classes + k
            for q in range(held.size):
                held[q] = weight[0, r, k] * amounts[there, q] + weight[1, r, k] * amounts[back, q]
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
            rest = 0.0  # share of the modes whose first ways pass no place
            for m in range(modes):
                if not term[r, k, m] > 0.0:
                    continue
                c = class_of[m, k]
                if not known[m, c]:  # the same for all classes of goods of a search
                    known[m, c], first[m, c], size[m, c], other_search[m, c] = True, 0, 0, c
                    if passes[m, c]:
                        first_gates = np.int64(gates[r, 0, m, c])
                        if m == SEA and turns[r, c]:
                            other_search[m, c] = 0
                        s = other_search[m, c]
                        for b in range(networks):
                            costs[b] = usd[r, b, m, s] + values[r, m, s] * hours[r, b, m, s]
                            gates_of[b] = gates[r, b, m, s]
                        if s == c:
                            first[m, c] = best_way(costs, gates_of, 0, closed)
                            first_gates = gates_of[first[m, c]]
                        size[m, c] = _further_ways(
                            costs, gates_of, first_gates, choices, closed, found, by, further[m, c]
                        )
                at = first[m, c]
                if not gates[r, at, m, c]:
                    rest += term[r, k, m] / total
                    continue
                first_way[n] = w
                first_usd, first_hours = usd[r, at, m, c], hours[r, at, m, c]
                way_cost[w], way_gates[w] = 0.0, gates[r, at, m, c]
                share = term[r, k, m] / total
                for f in range(measure.size):
                    if way_gates[w] >> f & 1:
                        without[there, f] += weight[0, r, k] * share
                        without[back, f] += weight[1, r, k] * share
                spread, w = 1.0, w + 1
                s = other_search[m, c]
                for q in range(size[m, c]):
                    at = further[m, c, q]
                    more = usd[r, at, m, s] - first_usd + value[k] * (hours[r, at, m, s] - first_hours)
                    if not more < np.inf:
                        continue
                    passed, other = gates[r, at, m, s], True
                    for before in range(first_way[n], w):
                        other &= (way_gates[before] ^ passed) & paid != 0
                    if other:
                        way_cost[w], way_gates[w] = max(more, 0.0), passed
                        spread += np.exp(-way_scale * way_cost[w])
                        w += 1
                offset[n] = (np.log(spread) / sharp - np.log(share)) / scales[u]
                n += 1
            if rest > 0.0:
                first_way[n], way_cost[w], way_gates[w] = w, 0.0, 0
                offset[n] = -np.log(rest) / scales[u]
                n, w = n + 1, w + 1
            u += 1
    first_nest[u], first_way[n] = n, w
    return w


@njit(cache=True, nogil=True, error_model="numpy", boundscheck=False)  # type: ignore[untyped-decorator, unused-ignore]
def _further_ways(
    costs: Floats,
    gates: Ints,
    first_gates: int,
    choices: Ints,
    closed: float,
    found: Ints,
    by: Ints,
    further: Ints,
) -> int:
    """Write the networks of best ways where gates of the first way are closed, by choice of them; how many.

    The best way with some gates closed is the best with more of them closed, if it passes none of these: it is not
    looked for. found, by: room for ways and choices.
    """
    size, count = 0, 0
    for choice in choices:
        if not first_gates & choice:
            continue
        same = False
        for q in range(size):
            same |= not by[q] & ~choice and not gates[found[q]] & choice
        if same:
            continue
        at = best_way(costs, gates, choice, closed)
        found[size], by[size] = at, choice
        size += 1
        further[count] = at
        count += 1
    return count


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

    The nests of user u are first_nest[u] up to first_nest[u + 1], the ways of nest n first_way[n] up to
    first_way[n + 1]. amounts: TEU that goods fill, then by measure, [cell, amount]; measure: of each facility. paid:
    price of an amount by measure and by the bits of the gates that a way passes. slopes: [facility, facility], what
    passes the first as the price of the second rises; empty where nobody asks. A user without goods is left out. Of the
    best way and the best nest the exponential is one: it is not worked out.
    """
    measures, facilities = paid.shape[0], through.shape[1]
    most_ways, most_nests = 1, 1
    for u in range(scale.size):
        begin, end = first_nest[u], first_nest[u + 1]
        most_nests = max(most_nests, end - begin)
        most_ways = max(most_ways, first_way[end] - first_way[begin])
    within, composite = np.empty(most_ways), np.empty(most_nests)
    of_user, of_nest, holds = np.empty(facilities), np.empty(facilities), np.empty(measures)
    curve = np.empty((facilities, facilities))
    for u in range(scale.size):
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
