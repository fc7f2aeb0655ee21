"""Compiled loop of `priced_users`: what users do at prices, one after another."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@njit(cache=True, nogil=True, error_model="numpy", boundscheck=False)  # type: ignore[untyped-decorator, unused-ignore]
def price_users(
    first_nest: Ints,
    first_way: Ints,
    cost: Floats,
    gates: Ints,
    term: Floats,
    scale: Floats,
    way_scale: Floats,
    weight: Floats,
    cell: Ints,
    amounts: Floats,
    paid: Floats,
    logsum: Floats,
    through: Floats,
) -> None:
    """Write the logsum of each user, and add what passes each gate: through[f, cell] += weight share [way passes f].

    The nests of user u are first_nest[u] up to first_nest[u + 1], the ways of nest n first_way[n] up to
    first_way[n + 1]. amounts: in TEU that goods fill, then by measure, by cell. paid: price of an amount by measure and
    by the gates that a way passes, their bits. A user without goods is left out.
    """
    measures, facilities = paid.shape[0], through.shape[0]
    most_ways, most_nests = 1, 1
    for u in range(scale.size):
        begin, end = first_nest[u], first_nest[u + 1]
        most_nests = max(most_nests, end - begin)
        most_ways = max(most_ways, first_way[end] - first_way[begin])
    within, composite = np.empty(most_ways), np.empty(most_nests)
    for u in range(scale.size):
        c = cell[u]
        volume = amounts[0, c]
        if not volume > 0.0:
            continue
        s, k = scale[u], way_scale[u]
        begin, end = first_nest[u], first_nest[u + 1]
        origin = first_way[begin]
        best = np.inf
        for n in range(begin, end):
            least = np.inf
            for w in range(first_way[n], first_way[n + 1]):
                here = cost[w]
                for m in range(measures):
                    here += amounts[1 + m, c] / volume * paid[m, gates[w]]
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
        logsum[u] = best - np.log(whole) / s
        for n in range(begin, end):
            part = weight[u] * composite[n - begin] / whole
            for w in range(first_way[n], first_way[n + 1]):
                bits = gates[w]
                if bits:
                    for f in range(facilities):
                        if bits >> f & 1:
                            through[f, c] += part * within[w - origin]
