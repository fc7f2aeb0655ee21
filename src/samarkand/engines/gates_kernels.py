"""Compiled loops of routes with gates closed."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Ints32 = NDArray[np.int32]


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
    it has those of the base; `open_`: the same of the open network.
    """
    for n in range(rows.size):
        r = rows[n]
        at, other = place[r], open_place[r]
        for m in range(base_usd.shape[1]):
            for c in range(values.size):
                if at >= 0:
                    cost = usd[at, m, c] + values[c] * hours[at, m, c]
                else:
                    cost = base_usd[r, m, c] + values[c] * base_hours[r, m, c]
                if other >= 0:
                    best = open_usd[other, m, c] + values[c] * open_hours[other, m, c]
                else:
                    best = open_base_usd[r, m, c] + values[c] * open_base_hours[r, m, c]
                if cost > more * best:
                    dearer[n] = True
                    break
            if dearer[n]:
                break
