"""Compiled passes over all pairs of places where something is closed: what is put together anew, and what differs.

Each goes over its arrays once and makes no others: at 1,000 places a table of routes has 60 MB.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator, unused-ignore]
def put_voyages(
    begin: int,
    end: int,
    sea: int,
    voyage_usd: tuple[Floats, ...],
    voyage_hours: tuple[Floats, ...],
    origin: NDArray[np.int32],
    destination: NDArray[np.int32],
    open_usd: Floats,
    open_hours: Floats,
    open_ways: Bools,
    turns: Bools,
    usd: Floats,
    hours: Floats,
    own_ways: Bools,
    screen: NDArray[np.float32],
) -> None:
    """Routes of the pairs from `begin` to `end` with other voyages, and which searches at sea still have their own way.

    sea: number of the mode; voyage_*: by search at sea [place, place]; origin, destination: [pair]; open_*: before,
    [pair, mode, route] and [pair, search]; turns: [search], whether goods whose own way is another now take that of the
    first search. Fills usd, hours and own_ways, of the same shapes: by land as before, by sea the voyages; where a
    search has no own way, that of the first, and its screen [search, place, place] is zero: nothing is cheaper.
    """
    searches = turns.size
    for r in range(begin, end):
        one, other = origin[r], destination[r]
        for m in range(usd.shape[1]):
            for c in range(usd.shape[2]):
                usd[r, m, c] = open_usd[r, m, c]
                hours[r, m, c] = open_hours[r, m, c]
        for s in range(searches):
            new_usd, new_hours = voyage_usd[s][one, other], voyage_hours[s][one, other]
            own = open_ways[r, s]
            if s > 0 and own and turns[s]:
                own = new_usd == open_usd[r, sea, s] and new_hours == open_hours[r, sea, s]
            own_ways[r, s] = own
            if s > 0 and not own:
                new_usd, new_hours = usd[r, sea, 0], hours[r, sea, 0]
                screen[s, one, other] = screen[s, other, one] = 0.0
            usd[r, sea, s], hours[r, sea, s] = new_usd, new_hours


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator, unused-ignore]
def compare_routes(
    rows: Ints,
    usd: Floats,
    hours: Floats,
    open_usd: Floats,
    open_hours: Floats,
    term: Floats,
    differs: Bools,
    offered: Bools,
) -> None:
    """Fill, of some pairs, whether their routes are others than those before, and whether a mode serves them that goods
    were offered, [n].

    rows: [n]; usd, hours: [n, mode, route]; open_*: [pair, mode, route]; term: [pair, class of goods, mode], zero where
    a mode was not offered.
    """
    for n in range(rows.size):
        r = rows[n]
        differs[n] = offered[n] = False
        for m in range(usd.shape[1]):
            serves = False
            for c in range(usd.shape[2]):
                differs[n] |= usd[n, m, c] != open_usd[r, m, c] or hours[n, m, c] != open_hours[r, m, c]
                serves = serves or usd[n, m, c] + hours[n, m, c] < np.inf
            if serves:
                for k in range(term.shape[1]):
                    offered[n] = offered[n] or term[r, k, m] > 0


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator, unused-ignore]
def find_served(usd: Floats, hours: Floats, served: Bools) -> None:
    """Fill whether a route leads anywhere, [pair], of usd and hours [pair, mode, route]."""
    for r in range(served.size):
        served[r] = False
        for m in range(usd.shape[1]):
            for c in range(usd.shape[2]):
                served[r] = served[r] or usd[r, m, c] + hours[r, m, c] < np.inf
