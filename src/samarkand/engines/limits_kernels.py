"""Compiled loops of `limits`: shares of ways and nests at prices, and the slopes of the dual."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Ints32 = NDArray[np.int32]


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator, unused-ignore]
def share_out(
    nest: Ints,
    cost: Floats,
    ptr: Ints32,
    facility: Ints32,
    amount: Floats,
    user: Ints,
    weight: Floats,
    scale: Floats,
    way_scale: Floats,
    price: Floats,
    share: Floats,
    within: Floats,
    logsum: Floats,
    between: Floats,
) -> None:
    """Write shares of ways in demand and in their nests, logsums of users, and shares of nests, at prices.

    ptr, facility, amount: compressed rows of what ways use; scale, way_scale: by user.
    """
    nests, users = user.size, logsum.size
    least, best = np.full(nests, np.inf), np.full(users, np.inf)
    total, whole = np.zeros(nests), np.zeros(users)
    for w in range(nest.size):
        paid = cost[w]
        for k in range(ptr[w], ptr[w + 1]):
            paid += amount[k] * price[facility[k]]
        within[w] = paid
        least[nest[w]] = min(least[nest[w]], paid)
    for w in range(nest.size):
        n = nest[w]
        within[w] = np.exp(-way_scale[user[n]] * (within[w] - least[n]))
        total[n] += within[w]
    for n in range(nests):
        between[n] = least[n] - np.log(total[n]) / way_scale[user[n]]
        best[user[n]] = min(best[user[n]], between[n])
    for n in range(nests):
        u = user[n]
        between[n] = weight[n] * np.exp(-scale[u] * (between[n] - best[u]))
        whole[u] += between[n]
    for u in range(users):
        logsum[u] = best[u] - np.log(whole[u]) / scale[u]
    for n in range(nests):
        between[n] /= whole[user[n]]
    for w in range(nest.size):
        n = nest[w]
        within[w] /= total[n]
        share[w] = within[w] * between[n]


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator, unused-ignore]
def add_slopes(
    nest: Ints,
    ptr: Ints32,
    facility: Ints32,
    amount: Floats,
    user: Ints,
    scale: Floats,
    way_scale: Floats,
    demand: Floats,
    share: Floats,
    within: Floats,
    between: Floats,
    flow: Floats,
    hessian: Floats,
) -> None:
    """Add what passes each facility, and the Hessian of the dual, at the shares of `share_out`.

        H = sum over i of d s xi xi' + sum over m of d share[m] (k - s) xm xm' - sum over w of d share[w] k x x'

    x: what a way uses; xm: its mean in a nest; xi: that of a user.
    """
    size = flow.size
    of_nest, of_user = np.zeros((user.size, size)), np.zeros((demand.size, size))
    for w in range(nest.size):
        n = nest[w]
        u = user[n]
        carried = demand[u] * share[w]
        for k in range(ptr[w], ptr[w + 1]):
            f, used = facility[k], amount[k]
            flow[f] += carried * used
            of_nest[n, f] += within[w] * used
            for other in range(ptr[w], ptr[w + 1]):
                hessian[f, facility[other]] -= carried * way_scale[u] * used * amount[other]
    for n in range(user.size):
        u = user[n]
        factor = demand[u] * between[n] * (way_scale[u] - scale[u])
        for f in range(size):
            if of_nest[n, f] == 0.0:
                continue
            of_user[u, f] += between[n] * of_nest[n, f]
            for other in range(size):
                hessian[f, other] += factor * of_nest[n, f] * of_nest[n, other]
    for u in range(demand.size):
        for f in range(size):
            if of_user[u, f] != 0.0:
                for other in range(size):
                    hessian[f, other] += demand[u] * scale[u] * of_user[u, f] * of_user[u, other]
