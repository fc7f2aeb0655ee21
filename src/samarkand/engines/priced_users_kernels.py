"""Compiled loops of `priced_users`: who passes full places and by which ways, laid out; at prices: `users_at_prices`.

Users stand one row of pairs of cities after another: those of row r from first_user[r] up to first_user[r + 1]; the
nests of user u from first_nest[u] up to first_nest[u + 1], the ways of nest n from first_way[n] up to first_way[n + 1].
"""

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
    full: int, bits: Ints, term: Floats, pair: Ints, weight: Floats, amounts: Floats, measure: Ints
) -> tuple[int, int]:
    """Users and nests of `lay_users`."""
    classes, users, nests = bits.shape[1], 0, 0
    held = np.empty(amounts.shape[1])
    for r in range(bits.shape[0]):
        for k in range(classes):
            there, back = pair[0, r] * classes + k, pair[1, r] * classes + k
            if _is_user(
                _pay(full, amounts, weight[:, r, k], there, back, measure, held), bits[r, k], term[r, k]
            ):
                users += 1
                for m in range(bits.shape[2]):
                    nests += term[r, k, m] > 0.0
    return users, nests


@njit(cache=True, nogil=True, error_model="numpy", boundscheck=False)  # type: ignore[untyped-decorator, unused-ignore]
def _pay(
    full: int, amounts: Floats, weight: Floats, there: int, back: int, measure: Ints, held: Floats
) -> int:
    """Bits of the full places of whose capacity goods take some; held: their amounts, both ways together."""
    for q in range(held.size):
        held[q] = weight[0] * amounts[there, q] + weight[1] * amounts[back, q]
    paid = 0
    for f in range(measure.size):
        if full >> f & 1 and held[0] > 0.0 and held[1 + measure[f]] > 0.0:
            paid |= 1 << f
    return paid


@njit(cache=True, nogil=True, error_model="numpy", boundscheck=False)  # type: ignore[untyped-decorator, unused-ignore]
def _is_user(paid: int, bits: Ints, term: Floats) -> bool:
    for m in range(bits.size):  # noqa: SIM110 - compiled
        if bits[m] & paid and term[m] > 0.0:
            return True
    return False


@njit(cache=True, nogil=True, error_model="numpy", boundscheck=False)  # type: ignore[untyped-decorator, unused-ignore]
def list_others(
    full: int,
    bits: Ints,
    term: Floats,
    pair: Ints,
    weight: Floats,
    amounts: Floats,
    measure: Ints,
    first: Numbers,
    cell: Numbers,
    facility: Bytes,
    part: Floats,
) -> int:
    """First ways past places of goods that are no users, one row after another; returns how many there are.

    They are counted alone where `cell` is empty. first: [row], and where the last ends; cell, part: there and back, of
    the goods between two economies [way, direction]; the rest as of `lay_users`.
    """
    classes, modes = bits.shape[1:]
    held, at = np.empty(amounts.shape[1]), 0
    for r in range(bits.shape[0]):
        first[r] = at
        for k in range(classes):
            there, back = pair[0, r] * classes + k, pair[1, r] * classes + k
            paid = _pay(full, amounts, weight[:, r, k], there, back, measure, held)
            if not held[0] > 0.0 or _is_user(paid, bits[r, k], term[r, k]):
                continue
            total = 0.0
            for m in range(modes):
                total += term[r, k, m]
            for m in range(modes):
                passed, f = bits[r, k, m] if term[r, k, m] > 0.0 else 0, 0
                while passed >> f:
                    if passed >> f & 1 and held[1 + measure[f]] > 0.0:
                        if cell.size:
                            cell[at, 0], cell[at, 1], facility[at] = there, back, f
                            part[at, 0] = weight[0, r, k] * term[r, k, m] / total
                            part[at, 1] = weight[1, r, k] * term[r, k, m] / total
                        at += 1
                    f += 1
    first[bits.shape[0]] = at
    return at


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
    first_user: Numbers,
    first_nest: Numbers,
    first_way: Numbers,
    offset: Floats,
    share_of: Floats,
    way_cost: Floats,
    way_gates: Bytes,
) -> int:
    """Write users, nests and ways; returns how many ways there are.

    full: bits of the places that are full; choices: bits of each choice of them, each after its parts. bits, term,
    cost: of first ways [row, class, mode]; pair: of economies, from the first city of a row to the second and back
    [direction, row]; weight: of both cities [direction, row, class], and cell, weight_of of a user [user, direction];
    amounts: [cell, TEU and measures]. usd, hours, gates: of the ways with gates closed [row, choice of all gates, mode,
    search class]; values: of an hour [row, mode, search]; turns: [row, search at sea], where further ways are those of
    the first search; class_of: the search of each class of goods [mode, class]. Users are goods whose first way by some
    mode passes a place that they take of the capacity of: no price moves others. A nest has its first way, and those
    with gates closed that pass other places where its goods take of the capacity. Modes whose first ways pass no place
    are one nest of one way: they have no others, and no price moves them.
    offset: by nest, what is added to its cost such that without prices modes have the shares of `term`, and logsums are
    nothing; share_of: these shares.
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
        known[:], first_user[r] = False, u
        for k in range(classes):
            there, back = pair[0, r] * classes + k, pair[1, r] * classes + k
            paid = _pay(full, amounts, weight[:, r, k], there, back, measure, held)
            if not _is_user(paid, bits[r, k], term[r, k]):
                continue
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
                        if s == c and first_gates:  # a way that passes none is the first (`gates_kernels`)
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
                share_of[n] = term[r, k, m] / total
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
                offset[n] = (np.log(spread) / sharp - np.log(share_of[n])) / scales[u]
                n += 1
            if rest > 0.0:
                first_way[n], way_cost[w], way_gates[w] = w, 0.0, 0
                share_of[n], offset[n] = rest, -np.log(rest) / scales[u]
                n, w = n + 1, w + 1
            u += 1
    first_user[bits.shape[0]], first_nest[u], first_way[n] = u, n, w
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
