"""Compiled loops of `priced_users` for users with one priced place on their ways, by one mode: nearly all of them.

    W(x) = q + (1 - q) exp(-k x)              of the mode that passes it; q: share of its ways that do not
    S(x) = r + (1 - r) W(x)^(s/k)             of the user; r: share of all other modes
    L(x) = -ln S(x) / s                       logsum
    L'   = (1 - r) W^(s/k) / S * (1 - q) exp(-k x) / W    share that passes

x: what a TEU pays; s, k: scales of modes and of ways; q and r without prices. It is what `users_at_prices` has for any
user, without nests and ways to go through: of a user five numbers stand together, `PARTS`.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bytes = NDArray[np.uint8]
Numbers = NDArray[np.int32]

PARTS = 5  # of a user: q, r, k, weight of both cities there and back
NO_GATE = 255


@njit(cache=True, nogil=True, error_model="numpy", boundscheck=False)  # type: ignore[untyped-decorator, unused-ignore]
def mark_users(first_nest: Numbers, first_way: Numbers, gates: Bytes, gate: Bytes) -> int:
    """Write the place of users that pass one alone, by one mode, and `NO_GATE` of all others; how many there are."""
    count = 0
    for u in range(gate.size):
        found, passing = np.uint8(0), 0
        for n in range(first_nest[u], first_nest[u + 1]):
            of_nest = np.uint8(0)
            for w in range(first_way[n], first_way[n + 1]):
                of_nest |= gates[w]
            found |= of_nest
            passing += of_nest != 0
        gate[u] = NO_GATE
        if passing == 1 and found & (found - 1) == 0:
            gate[u] = 0
            while found >> (gate[u] + 1):
                gate[u] += 1
            count += 1
    return count


@njit(cache=True, nogil=True, error_model="numpy", boundscheck=False)  # type: ignore[untyped-decorator, unused-ignore]
def part_users(
    gate: Bytes,
    first_user: Numbers,
    first_nest: Numbers,
    first_way: Numbers,
    cost: Floats,
    gates: Bytes,
    offset: Floats,
    scale: Floats,
    sharp: float,
    share: Floats,
    weight: Floats,
    cell: Numbers,
    first: Numbers,
    of_one: Floats,
    cell_of_one: Numbers,
    gate_of_one: Bytes,
) -> tuple[int, int, int]:
    """Write users with a gate of their own, [user, part], first: [row], and close the ranks of all others, in place;
    returns how many users, nests and ways these are.

    gate: of `mark_users`; all else as of `priced_users_kernels.lay_users`.
    """
    one, users, nests, ways = 0, 0, 0, 0
    for r in range(first_user.size - 1):
        begin, end = first_user[r], first_user[r + 1]
        # The row before ends here: what has been read is written over.
        first[r], first_user[r] = one, users
        for u in range(begin, end):
            if gate[u] == NO_GATE:
                users, nests, ways = _close_ranks(
                    u,
                    users,
                    nests,
                    ways,
                    first_nest,
                    first_way,
                    cost,
                    gates,
                    offset,
                    scale,
                    share,
                    weight,
                    cell,
                )
                continue
            cell_of_one[one, 0], cell_of_one[one, 1], gate_of_one[one] = cell[u, 0], cell[u, 1], gate[u]
            k = sharp * scale[u]
            rest = 0.0
            for n in range(first_nest[u], first_nest[u + 1]):
                free, total = 0.0, 0.0
                for w in range(first_way[n], first_way[n + 1]):
                    here = np.exp(-k * cost[w])  # nothing for the first way
                    total += here
                    if not gates[w]:
                        free += here
                if free == total:
                    rest += share[n]
                else:
                    of_one[one, 0] = free / total
            of_one[one, 1], of_one[one, 2] = rest, k
            of_one[one, 3], of_one[one, 4] = weight[u, 0], weight[u, 1]
            one += 1
    last = first_user.size - 1
    first[last], first_user[last], first_nest[users], first_way[nests] = one, users, nests, ways
    return users, nests, ways


@njit(cache=True, nogil=True, error_model="numpy", boundscheck=False)  # type: ignore[untyped-decorator, unused-ignore]
def _close_ranks(
    u: int,
    users: int,
    nests: int,
    ways: int,
    first_nest: Numbers,
    first_way: Numbers,
    cost: Floats,
    gates: Bytes,
    offset: Floats,
    scale: Floats,
    share: Floats,
    weight: Floats,
    cell: Numbers,
) -> tuple[int, int, int]:
    """Move a user to the place after `users`, its nests and ways too; returns the places after them."""
    begin, end = first_nest[u], first_nest[u + 1]
    first_nest[users], scale[users] = nests, scale[u]
    for way in range(2):
        weight[users, way], cell[users, way] = weight[u, way], cell[u, way]
    for n in range(begin, end):
        first_of, last_of = first_way[n], first_way[n + 1]
        first_way[nests], offset[nests], share[nests] = ways, offset[n], share[n]
        for w in range(first_of, last_of):
            cost[ways], gates[ways] = cost[w], gates[w]
            ways += 1
        nests += 1
    return users + 1, nests, ways


@njit(cache=True, nogil=True, error_model="numpy", boundscheck=False)  # type: ignore[untyped-decorator, unused-ignore]
def pass_first(
    active: Numbers,
    first: Numbers,
    of_one: Floats,
    cell: Numbers,
    gate: Bytes,
    amounts: Floats,
    measure: Ints,
    flow: Floats,
) -> None:
    """As `users_at_prices.pass_first`."""
    for row in range(active.size):
        r = active[row]
        for u in range(first[r], first[r + 1]):
            m = 1 + measure[gate[u]]
            held = of_one[u, 3] * amounts[cell[u, 0], m] + of_one[u, 4] * amounts[cell[u, 1], m]
            flow[row, gate[u]] += held * (1.0 - of_one[u, 1])


@njit(cache=True, nogil=True, error_model="numpy", boundscheck=False)  # type: ignore[untyped-decorator, unused-ignore]
def price_users(
    active: Numbers,
    first: Numbers,
    of_one: Floats,
    cell: Numbers,
    gate: Bytes,
    sharp: float,
    amounts: Floats,
    measure: Ints,
    price: Floats,
    dearer: Floats,
    through: Floats,
    slopes: Floats,
) -> None:
    """As `users_at_prices.price_users`, prices by facility."""
    for r in active:
        for u in range(first[r], first[r + 1]):
            there, back, f = cell[u, 0], cell[u, 1], gate[u]
            free, rest, k, go, come = of_one[u, 0], of_one[u, 1], of_one[u, 2], of_one[u, 3], of_one[u, 4]
            volume = go * amounts[there, 0] + come * amounts[back, 0]
            if not volume > 0.0:
                continue
            m = 1 + measure[f]
            holds = (go * amounts[there, m] + come * amounts[back, m]) / volume
            pays = k * holds * price[f]
            if free > 0.0:
                passing = (1.0 - free) * np.exp(-pays)
                left = free + passing
                passing /= left
                fallen = -np.log(left)
            else:  # no other way by this mode
                passing, fallen = 1.0, pays
            between, logsum = 1.0, fallen / k
            if rest > 0.0:
                between = (1.0 - rest) * np.exp(-fallen / sharp)
                left = rest + between
                between /= left
                logsum = -np.log(left) * sharp / k
            share = between * passing
            dearer[there] += go * logsum
            dearer[back] += come * logsum
            through[there, f] += go * share
            through[back, f] += come * share
            if slopes.size:
                s = k / sharp
                curve = share * ((k - s) * passing - k) + s * share * share
                slopes[f, f] += volume * holds * holds * curve
