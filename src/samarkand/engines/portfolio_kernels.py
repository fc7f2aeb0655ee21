"""Compiled routes of many places for any subset of projects at once: labels, each a route and the projects it uses.

A label is a route's generalised cost, hours and usd, with the set of projects (a mask of bits) whose arcs it takes. Of
two labels of one place, that which is dearer and uses all the projects of the other is dominated and dropped. With the
projects of a subset S, the cheapest route is the first label, in order of cost, whose projects are all in S; the route
without projects is known before and stands for the last. What is kept, so, answers every subset exactly.

Lists of labels stand in buckets: `count[x]` labels at place x in order of cost, `real[x, k]` their cost, hours and usd,
`mask[x, k]` their projects. Kept lists are compressed rows. Every function works for one value of time and releases the
interpreter lock; `full` tells that a place had more labels than fit, and that the answer is then not to be used.
"""

from __future__ import annotations

from heapq import heappop, heappush
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from samarkand.engines.choice_kernels import MODES, ROUTES, SEA, best_route
from samarkand.engines.closure_kernels import SLACK, pair_number

Floats = NDArray[np.float64]
Screen = NDArray[np.float32]
Ints = NDArray[np.int64]
Ints32 = NDArray[np.int32]

MOST = 64  # labels of one place
EQUAL = 1e-12  # relative: costs nearer to each other are the same but for rounding


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator, unused-ignore]
def insert(
    count: Ints32, real: Floats, mask: Ints, x: int, cost: float, hours: float, usd: float, projects: int
) -> int:
    """Add a label to place x: 0 where another dominates it, 1 where it stands now, 2 where there is no room."""
    n = count[x]
    at = 0
    limit = cost * (1 + EQUAL)
    while at < n and real[x, at, 0] <= limit:
        if mask[x, at] & ~projects == 0:
            return 0
        at += 1
    kept = at
    for k in range(at, n):
        if projects & ~mask[x, k] != 0:  # else it is dominated by the new one
            if kept != k:
                real[x, kept, 0], real[x, kept, 1], real[x, kept, 2] = (
                    real[x, k, 0],
                    real[x, k, 1],
                    real[x, k, 2],
                )
                mask[x, kept] = mask[x, k]
            kept += 1
    if kept == mask.shape[1]:
        count[x] = kept
        return 2
    while at > 0 and real[x, at - 1, 0] > cost:  # equal but for rounding, and of other projects
        at -= 1
    for k in range(kept, at, -1):
        real[x, k, 0], real[x, k, 1], real[x, k, 2] = real[x, k - 1, 0], real[x, k - 1, 1], real[x, k - 1, 2]
        mask[x, k] = mask[x, k - 1]
    real[x, at, 0], real[x, at, 1], real[x, at, 2] = cost, hours, usd
    mask[x, at] = projects
    count[x] = kept + 1
    return 1


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator, unused-ignore]
def _append(
    at: Ints32,
    real: Floats,
    mask: Ints,
    size: int,
    x: int,
    cost: float,
    hours: float,
    usd: float,
    projects: int,
) -> tuple[Ints32, Floats, Ints]:
    """Put one more label behind compressed rows of `size` labels, in longer arrays where they are full."""
    if size == at.size:
        longer = max(2 * size, 1024)
        new_at, new_real = np.empty(longer, np.int32), np.empty((longer, 3))
        new_mask = np.empty(longer, np.int64)
        new_at[:size], new_real[:size], new_mask[:size] = at, real, mask
        at, real, mask = new_at, new_real, new_mask
    at[size], mask[size] = x, projects
    real[size, 0], real[size, 1], real[size, 2] = cost, hours, usd
    return at, real, mask


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator, unused-ignore]
def star_labels(
    hours: Floats,
    usd: Floats,
    tail: Ints,
    head: Ints,
    arc_hours: Floats,
    arc_usd: Floats,
    projects: Ints,
    value: float,
) -> tuple[Ints, Ints32, Floats, Ints, bool]:
    """Labels among ends whose first and last step are arcs, compressed rows of ends; whether full.

    hours, usd: [end, end] between ends without projects, infinite at new nodes; tail, head, arc_*, projects: [arc].
    """
    ends, arcs = hours.shape[0], tail.size
    cost = usd + value * hours
    count, real, mask = np.empty(ends, np.int32), np.empty((ends, MOST, 3)), np.empty((ends, MOST), np.int64)
    ptr = np.zeros(ends + 1, np.int64)
    at, kept, used = np.empty(0, np.int32), np.empty((0, 3)), np.empty(0, np.int64)
    size, full = 0, False
    for f in range(ends):
        count[:] = 0
        # At its own end a route stands before it takes an arc; the label there is not kept.
        queue = [(0.0, 0.0, 0.0, f, np.int64(0))]
        at_start = True
        while queue:  # in order of cost, so that each label is gone on from once
            base, base_hours, base_usd, e, held = heappop(queue)
            stands = at_start
            for k in range(count[e]):
                stands = stands or (real[e, k, 0] == base and mask[e, k] == held)
            if not stands:
                continue  # dominated since
            for a in range(arcs):
                t, h = tail[a], head[a]
                if h in (e, f) or (at_start and t != f):
                    continue
                step_hours, step_usd = hours[e, t] + arc_hours[a], usd[e, t] + arc_usd[a]
                through = base + step_usd + value * step_hours
                if not through < cost[f, h] * (1 - EQUAL):
                    continue
                m = held | projects[a]
                done = insert(count, real, mask, h, through, base_hours + step_hours, base_usd + step_usd, m)
                full = full or done == 2
                if done == 1:
                    heappush(queue, (through, base_hours + step_hours, base_usd + step_usd, h, m))
            at_start = False
        for x in range(ends):
            for k in range(count[x]):
                at, kept, used = _append(
                    at, kept, used, size, x, real[x, k, 0], real[x, k, 1], real[x, k, 2], mask[x, k]
                )
                size += 1
        ptr[f + 1] = size
    return ptr, at[:size], kept[:size], used[:size], full


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator, unused-ignore]
def at_ends(
    i: int,
    star: Any,
    rows: Ints,
    from_hours: Floats,
    from_usd: Floats,
    from_cost: Floats,
    count: Ints32,
    real: Floats,
    mask: Ints,
) -> bool:
    """Labels of place i at ends, the last step an arc, into buckets; whether full.

    star: as from `star_labels`; rows: row of each end in from_* [row, place], -1 for a new node.
    """
    s_ptr, s_at, s_real, s_mask = star
    count[:] = 0
    full = False
    start = np.full(rows.size, np.inf)
    for e in range(rows.size):
        if rows[e] >= 0:
            start[e] = from_cost[rows[e], i]
    # Nearest first: what reaches an end more cheaply than the network does stands there before the end's turn.
    for f in np.argsort(start):
        base = start[f]
        if not base < np.inf:
            break
        known = count[f]
        for k in range(s_ptr[f], s_ptr[f + 1]):
            e = s_at[k]
            if rows[e] < 0:
                continue  # from a new node the way goes on by arcs alone
            cost = base + s_real[k, 0]
            if not cost < start[e] * (1 - EQUAL):
                continue
            better = False  # with some of these projects the end itself is reached more cheaply
            for q in range(known):
                better = better or mask[f, q] & ~s_mask[k] == 0
            if not better:
                hours = from_hours[rows[f], i] + s_real[k, 1]
                usd = from_usd[rows[f], i] + s_real[k, 2]
                full = insert(count, real, mask, e, cost, hours, usd, s_mask[k]) == 2 or full
    return full


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator, unused-ignore]
def rail_labels(
    star: Any,
    rows: Ints,
    from_hours: Floats,
    from_usd: Floats,
    from_cost: Floats,
    screen: Screen,
) -> tuple[Ints, Ints32, Floats, Ints, bool]:
    """Labels from terminal to terminal, compressed rows of terminals; whether a place was full.

    star: as from `star_labels`; from_*: [row, terminal]; screen: [terminal, terminal] costs without projects.
    """
    places, ends = screen.shape[0], rows.size
    count, real, mask = np.empty(ends, np.int32), np.empty((ends, MOST, 3)), np.empty((ends, MOST), np.int64)
    to_count, to_real = np.empty(places, np.int32), np.empty((places, MOST, 3))
    to_mask = np.empty((places, MOST), np.int64)
    ptr = np.zeros(places + 1, np.int64)
    at, kept, used = np.empty(0, np.int32), np.empty((0, 3)), np.empty(0, np.int64)
    size, full = 0, False
    limit = np.empty(places)
    for i in range(places):
        full = at_ends(i, star, rows, from_hours, from_usd, from_cost, count, real, mask) or full
        to_count[:] = 0
        for x in range(places):
            limit[x] = screen[i, x] * SLACK
        for e in range(ends):
            if rows[e] < 0:
                continue
            for k in range(count[e]):
                base, onward = real[e, k, 0], from_cost[rows[e]]
                for x in range(places):
                    if base + onward[x] < limit[x] and x != i:
                        hours = real[e, k, 1] + from_hours[rows[e], x]
                        usd = real[e, k, 2] + from_usd[rows[e], x]
                        cost = base + onward[x]
                        full = (
                            insert(to_count, to_real, to_mask, x, cost, hours, usd, mask[e, k]) == 2 or full
                        )
        for x in range(places):
            for k in range(to_count[x]):
                at, kept, used = _append(
                    at,
                    kept,
                    used,
                    size,
                    x,
                    to_real[x, k, 0],
                    to_real[x, k, 1],
                    to_real[x, k, 2],
                    to_mask[x, k],
                )
                size += 1
        ptr[i + 1] = size
    return ptr, at[:size], kept[:size], used[:size], full


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator, unused-ignore]
def road_labels(
    star: Any,
    rows: Ints,
    from_hours: Floats,
    from_usd: Floats,
    from_cost: Floats,
    cities: int,
    terminals: int,
    near_ptr: Ints,
    near: Ints32,
    near_hours: Floats,
    near_usd: Floats,
    terminal_extra: tuple[float, float],
    port_hours: Floats,
    port_usd: Floats,
    port_extra: tuple[float, float],
    value: float,
) -> tuple[Any, Any, Any, bool]:
    """Labels of cities by road at ends, at the terminals near them and at ports: three compressed rows; whether full.

    Rows of the first and last are cities, of the second legs to near terminals (`near`), whose place is 0.
    from_*: [row, target], targets cities, terminals, ports; port_*: [port, city] legs without projects.
    """
    ends, ports = rows.size, port_hours.shape[0]
    count, real, mask = np.empty(ends, np.int32), np.empty((ends, MOST, 3)), np.empty((ends, MOST), np.int64)
    room = max(ports, np.diff(near_ptr).max() if near_ptr.size > 1 else 0)
    to_count, to_real = np.empty(room, np.int32), np.empty((room, MOST, 3))
    to_mask = np.empty((room, MOST), np.int64)
    end_ptr, near_at_ptr, port_ptr = (
        np.zeros(cities + 1, np.int64),
        np.zeros(near.size + 1, np.int64),
        np.zeros(cities + 1, np.int64),
    )
    end_at, end_real, end_mask = np.empty(0, np.int32), np.empty((0, 3)), np.empty(0, np.int64)
    n_at, n_real, n_mask = np.empty(0, np.int32), np.empty((0, 3)), np.empty(0, np.int64)
    p_at, p_real, p_mask = np.empty(0, np.int32), np.empty((0, 3)), np.empty(0, np.int64)
    end_size = near_size = port_size = 0
    full = False
    for i in range(cities):
        full = at_ends(i, star, rows, from_hours, from_usd, from_cost, count, real, mask) or full
        for e in range(ends):
            if rows[e] < 0:
                continue
            for k in range(count[e]):
                end_at, end_real, end_mask = _append(
                    end_at,
                    end_real,
                    end_mask,
                    end_size,
                    e,
                    real[e, k, 0],
                    real[e, k, 1],
                    real[e, k, 2],
                    mask[e, k],
                )
                end_size += 1
        end_ptr[i + 1] = end_size
        first = near_ptr[i]
        to_count[:] = 0
        for k in range(end_ptr[i], end_ptr[i + 1]):
            row = rows[end_at[k]]
            for n in range(first, near_ptr[i + 1]):
                t = cities + near[n]
                hours = end_real[k, 1] + from_hours[row, t] + terminal_extra[0]
                usd = end_real[k, 2] + from_usd[row, t] + terminal_extra[1]
                cost = usd + value * hours
                if cost < (near_usd[n] + value * near_hours[n]) * (1 - EQUAL):
                    full = (
                        insert(to_count, to_real, to_mask, n - first, cost, hours, usd, end_mask[k]) == 2
                        or full
                    )
        for n in range(first, near_ptr[i + 1]):
            x = n - first
            for k in range(to_count[x]):
                n_at, n_real, n_mask = _append(
                    n_at, n_real, n_mask, near_size, 0,
                    to_real[x, k, 0], to_real[x, k, 1], to_real[x, k, 2], to_mask[x, k],
                )  # fmt: skip
                near_size += 1
            near_at_ptr[n + 1] = near_size
        to_count[:] = 0
        for k in range(end_ptr[i], end_ptr[i + 1]):
            row = rows[end_at[k]]
            for p in range(ports):
                t = cities + terminals + p
                hours = end_real[k, 1] + from_hours[row, t] + port_extra[0]
                usd = end_real[k, 2] + from_usd[row, t] + port_extra[1]
                cost = usd + value * hours
                if cost < (port_usd[p, i] + value * port_hours[p, i]) * (1 - EQUAL):
                    full = insert(to_count, to_real, to_mask, p, cost, hours, usd, end_mask[k]) == 2 or full
        for p in range(ports):
            for k in range(to_count[p]):
                p_at, p_real, p_mask = _append(
                    p_at, p_real, p_mask, port_size, p,
                    to_real[p, k, 0], to_real[p, k, 1], to_real[p, k, 2], to_mask[p, k],
                )  # fmt: skip
                port_size += 1
        port_ptr[i + 1] = port_size
    return (
        (end_ptr, end_at[:end_size], end_real[:end_size], end_mask[:end_size]),
        (near_at_ptr, n_at[:near_size], n_real[:near_size], n_mask[:near_size]),
        (port_ptr, p_at[:port_size], p_real[:port_size], p_mask[:port_size]),
        full,
    )


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator, unused-ignore]
def along_labels(
    near_ptr: Ints,
    near: Ints32,
    near_hours: Floats,
    near_usd: Floats,
    near_labels: Any,
    rail_hours: Floats,
    rail_usd: Floats,
    rail: Any,
    screen: Screen,
    value: float,
) -> tuple[Ints, Ints32, Floats, Ints, bool]:
    """Labels of cities by road and rail to terminals, compressed rows of cities; whether full.

    near_labels: compressed rows of legs to near terminals; rail: compressed rows of terminals; screen: [city,
    terminal] costs without projects.
    """
    l_ptr, _, l_real, l_mask = near_labels
    r_ptr, r_at, r_real, r_mask = rail
    cities, width = screen.shape
    count, real, mask = (
        np.empty(width, np.int32),
        np.empty((width, MOST, 3)),
        np.empty((width, MOST), np.int64),
    )
    limit = np.empty(width)
    ptr = np.zeros(cities + 1, np.int64)
    at, kept, used = np.empty(0, np.int32), np.empty((0, 3)), np.empty(0, np.int64)
    size, full = 0, False
    for i in range(cities):
        count[:] = 0
        for x in range(width):
            limit[x] = screen[i, x] * SLACK
        for n in range(near_ptr[i], near_ptr[i + 1]):
            t = near[n]
            for k in range(l_ptr[n] - 1, l_ptr[n + 1]):  # the leg without projects, then its labels
                own = k < l_ptr[n]
                h, u, m = (near_hours[n], near_usd[n], 0) if own else (l_real[k, 1], l_real[k, 2], l_mask[k])
                base = u + value * h
                if not base < np.inf:
                    continue
                if not own:
                    for x in range(width):
                        cost = base + rail_usd[t, x] + value * rail_hours[t, x]
                        if cost < limit[x] and x != t:
                            hours, usd = h + rail_hours[t, x], u + rail_usd[t, x]
                            full = insert(count, real, mask, x, cost, hours, usd, m) == 2 or full
                for q in range(r_ptr[t], r_ptr[t + 1]):
                    x = r_at[q]
                    cost = base + r_real[q, 0]
                    if cost < limit[x] and x != t:
                        hours, usd = h + r_real[q, 1], u + r_real[q, 2]
                        full = insert(count, real, mask, x, cost, hours, usd, m | r_mask[q]) == 2 or full
        for x in range(width):
            for k in range(count[x]):
                at, kept, used = _append(
                    at, kept, used, size, x, real[x, k, 0], real[x, k, 1], real[x, k, 2], mask[x, k]
                )
                size += 1
        ptr[i + 1] = size
    return ptr, at[:size], kept[:size], used[:size], full


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator, unused-ignore]
def port_labels(
    by_road: Any,
    along: Any,
    served_ptr: Ints,
    served: Ints,
    rail_extra: tuple[float, float],
    saving_ptr: Ints,
    saving: Floats,
    saving_mask: Ints,
    port_hours: Floats,
    port_usd: Floats,
    value: float,
) -> tuple[Ints, Ints32, Floats, Ints, bool]:
    """Labels of cities at ports, by road or rail and with what projects save there: compressed rows; whether full.

    served_*: ports at each terminal; saving_*: [choice of projects that save at the port], hours and usd saved, the
    projects; port_*: [port, city] without projects.
    """
    ports, cities = port_hours.shape
    count, real, mask = (
        np.empty(ports, np.int32),
        np.empty((ports, MOST, 3)),
        np.empty((ports, MOST), np.int64),
    )
    ptr = np.zeros(cities + 1, np.int64)
    at, kept, used = np.empty(0, np.int32), np.empty((0, 3)), np.empty(0, np.int64)
    size, full = 0, False
    for i in range(cities):
        count[:] = 0
        for k in range(by_road[0][i], by_road[0][i + 1]):
            p, real_k = by_road[1][k], by_road[2][k]
            full = insert(count, real, mask, p, real_k[0], real_k[1], real_k[2], by_road[3][k]) == 2 or full
        for k in range(along[0][i], along[0][i + 1]):
            t = along[1][k]
            for s in range(served_ptr[t], served_ptr[t + 1]):
                p = served[s]
                hours, usd = along[2][k, 1] + rail_extra[0], along[2][k, 2] + rail_extra[1]
                cost = usd + value * hours
                if cost < (port_usd[p, i] + value * port_hours[p, i]) * (1 - EQUAL):
                    full = insert(count, real, mask, p, cost, hours, usd, along[3][k]) == 2 or full
        for p in range(ports):
            ways = count[p]
            if saving_ptr[p] < saving_ptr[p + 1] and port_usd[p, i] < np.inf:
                held, held_mask = real[p, :ways].copy(), mask[p, :ways].copy()
                for s in range(saving_ptr[p], saving_ptr[p + 1]):
                    for k in range(-1, ways):
                        h = (port_hours[p, i] if k < 0 else held[k, 1]) - saving[s, 0]
                        u = (port_usd[p, i] if k < 0 else held[k, 2]) - saving[s, 1]
                        m = saving_mask[s] | (0 if k < 0 else held_mask[k])
                        full = insert(count, real, mask, p, u + value * h, h, u, m) == 2 or full
            for k in range(count[p]):
                at, kept, used = _append(
                    at, kept, used, size, p, real[p, k, 0], real[p, k, 1], real[p, k, 2], mask[p, k]
                )
                size += 1
        ptr[i + 1] = size
    return ptr, at[:size], kept[:size], used[:size], full


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator, unused-ignore]
def over_sea_labels(
    at_ports: Any, sea_hours: Floats, sea_usd: Floats, screen: Screen, value: float
) -> tuple[Ints, Ints32, Floats, Ints, bool]:
    """Labels of cities to a port and over the sea to another, compressed rows of cities; whether full.

    at_ports: compressed rows of cities; screen: [city, port] costs without projects.
    """
    a_ptr, a_at, a_real, a_mask = at_ports
    cities, ports = screen.shape
    sea_cost = sea_usd + value * sea_hours
    count, real, mask = (
        np.empty(ports, np.int32),
        np.empty((ports, MOST, 3)),
        np.empty((ports, MOST), np.int64),
    )
    ptr = np.zeros(cities + 1, np.int64)
    at, kept, used = np.empty(0, np.int32), np.empty((0, 3)), np.empty(0, np.int64)
    size, full = 0, False
    for i in range(cities):
        count[:] = 0
        for k in range(a_ptr[i], a_ptr[i + 1]):
            p, base = a_at[k], a_real[k, 0]
            for q in range(ports):
                cost = base + sea_cost[p, q]
                if cost < screen[i, q] * SLACK and p != q:
                    hours, usd = a_real[k, 1] + sea_hours[p, q], a_real[k, 2] + sea_usd[p, q]
                    full = insert(count, real, mask, q, cost, hours, usd, a_mask[k]) == 2 or full
        for q in range(ports):
            for k in range(count[q]):
                at, kept, used = _append(
                    at, kept, used, size, q, real[q, k, 0], real[q, k, 1], real[q, k, 2], mask[q, k]
                )
                size += 1
        ptr[i + 1] = size
    return ptr, at[:size], kept[:size], used[:size], full


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator, unused-ignore]
def row_by_road(
    i: int,
    at_ends_: Any,
    rows: Ints,
    from_hours: Floats,
    from_usd: Floats,
    from_cost: Floats,
    screen: Screen,
    count: Ints32,
    real: Floats,
    mask: Ints,
) -> bool:
    """Labels of city i by road to the cities after it, into buckets; whether full. screen: [city, city]."""
    e_ptr, e_at, e_real, e_mask = at_ends_
    cities = screen.shape[0]
    limit = screen[i] * np.float64(SLACK)
    full = False
    for k in range(e_ptr[i], e_ptr[i + 1]):
        row, base = rows[e_at[k]], e_real[k, 0]
        onward = from_cost[row]
        for j in range(i + 1, cities):
            cost = base + onward[j]
            if cost < limit[j]:
                hours, usd = e_real[k, 1] + from_hours[row, j], e_real[k, 2] + from_usd[row, j]
                full = insert(count, real, mask, j, cost, hours, usd, e_mask[k]) == 2 or full
    return full


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator, unused-ignore]
def row_by_rail(
    i: int,
    along: Any,
    near_ptr: Ints,
    near: Ints32,
    near_hours: Floats,
    near_usd: Floats,
    near_labels: Any,
    back_ptr: Ints,
    back_city: Ints32,
    back_near: Ints,
    rail_hours: Floats,
    rail_usd: Floats,
    screen: Screen,
    value: float,
    count: Ints32,
    real: Floats,
    mask: Ints,
) -> bool:
    """Labels of city i by rail to the cities after it, into buckets; whether full. screen: [city, city]."""
    a_ptr, a_at, a_real, a_mask = along
    l_ptr, _, l_real, l_mask = near_labels
    terminals = rail_hours.shape[0]
    full = False
    for k in range(a_ptr[i], a_ptr[i + 1]):
        t = a_at[k]
        for b in range(back_ptr[t], back_ptr[t + 1]):
            j, n = back_city[b], back_near[b]
            if j <= i:
                continue
            limit = screen[i, j] * SLACK
            for q in range(l_ptr[n] - 1, l_ptr[n + 1]):
                own = q < l_ptr[n]
                h, u, m = (near_hours[n], near_usd[n], 0) if own else (l_real[q, 1], l_real[q, 2], l_mask[q])
                cost = a_real[k, 0] + u + value * h
                if cost < limit:
                    full = (
                        insert(count, real, mask, j, cost, a_real[k, 1] + h, a_real[k, 2] + u, a_mask[k] | m)
                        == 2
                        or full
                    )
    if l_real.shape[0] == 0:
        return full
    # Along rail without projects, and with projects on the last leg alone.
    for t in range(terminals):
        best, hours, usd = np.inf, np.inf, np.inf
        for b in range(back_ptr[t], back_ptr[t + 1]):
            n = back_near[b]
            j = back_city[b]
            if j <= i or l_ptr[n] == l_ptr[n + 1]:
                continue
            if best == np.inf:
                for a in range(near_ptr[i], near_ptr[i + 1]):
                    f = near[a]
                    h, u = near_hours[a] + rail_hours[f, t], near_usd[a] + rail_usd[f, t]
                    if f != t and u + value * h < best:
                        best, hours, usd = u + value * h, h, u
                if best == np.inf:
                    break
            limit = screen[i, j] * SLACK
            for q in range(l_ptr[n], l_ptr[n + 1]):
                cost = best + l_real[q, 0]
                if cost < limit:
                    full = (
                        insert(
                            count, real, mask, j, cost, hours + l_real[q, 1], usd + l_real[q, 2], l_mask[q]
                        )
                        == 2
                        or full
                    )
    return full


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator, unused-ignore]
def row_by_sea(
    i: int,
    at_ports: Any,
    over_sea: Any,
    over_sea_by_port: Any,
    port_hours: Floats,
    port_usd: Floats,
    screen: Screen,
    value: float,
    count: Ints32,
    real: Floats,
    mask: Ints,
) -> bool:
    """Labels of city i by sea to the cities after it, into buckets; whether full.

    over_sea: compressed rows of cities; over_sea_by_port: the same labels as rows of landing ports, at the cities that
    they come from. port_*: [port, city]; screen: [city, city].
    """
    o_ptr, o_at, o_real, o_mask = over_sea
    b_ptr, b_at, b_real, b_mask = over_sea_by_port
    p_ptr, p_at, p_real, p_mask = at_ports
    ports, cities = port_hours.shape
    limit = screen[i] * np.float64(SLACK)
    full = False
    for k in range(o_ptr[i], o_ptr[i + 1]):  # projects on this side, none on the other
        q, base = o_at[k], o_real[k, 0]
        for j in range(i + 1, cities):
            cost = base + port_usd[q, j] + value * port_hours[q, j]
            if cost < limit[j]:
                hours, usd = o_real[k, 1] + port_hours[q, j], o_real[k, 2] + port_usd[q, j]
                full = insert(count, real, mask, j, cost, hours, usd, o_mask[k]) == 2 or full
    own = p_ptr[i]
    for p in range(ports):  # projects on the other side, none or some on this one
        while own < p_ptr[i + 1] and p_at[own] < p:
            own += 1
        after = own
        while after < p_ptr[i + 1] and p_at[after] == p:
            after += 1
        for k in range(b_ptr[p], b_ptr[p + 1]):
            j = b_at[k]
            if j <= i:
                continue
            for s in range(own - 1, after):
                here = s < own
                h, u, m = (
                    (port_hours[p, i], port_usd[p, i], 0) if here else (p_real[s, 1], p_real[s, 2], p_mask[s])
                )
                cost = b_real[k, 0] + u + value * h
                if cost < limit[j]:
                    full = (
                        insert(count, real, mask, j, cost, b_real[k, 1] + h, b_real[k, 2] + u, b_mask[k] | m)
                        == 2
                        or full
                    )
    return full


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator, unused-ignore]
def _slot(key: int, bits: int) -> Any:
    """Where a hash table of 2^bits slots looks for a key first."""
    mixed = np.uint64(key) * np.uint64(0x9E3779B97F4A7C15)
    return np.int64(mixed >> np.uint64(64 - bits))


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator, unused-ignore]
def number_parts(sets: Ints, projects: int, slots: Ints32, bits: int, number: Ints32, parts: Ints) -> int:
    """Number the different parts that sets have of some projects: number[set], parts[number]; returns how many.

    slots: a hash table of 2^bits slots, all -1 before and after.
    """
    size = slots.size - 1
    count = 0
    for s in range(sets.size):
        key = sets[s] & projects
        at = _slot(key, bits)
        while slots[at] >= 0 and parts[slots[at]] != key:
            at = (at + 1) & size
        if slots[at] < 0:
            slots[at] = count
            parts[count] = key
            count += 1
        number[s] = slots[at]
    for n in range(count):
        at = _slot(parts[n], bits)
        while slots[at] >= 0:
            slots[at] = -1
            at = (at + 1) & size
    return count


@njit(cache=True, nogil=True, error_model="numpy")  # type: ignore[untyped-decorator, unused-ignore]
def new_terms(
    key: int,
    m: int,
    j: int,
    count: Any,
    real: Any,
    mask: Any,
    usd: Floats,
    hours: Floats,
    term: Floats,
    pick: NDArray[np.int8],
    values: Floats,
    constants: Floats,
    scale: float,
    new_usd: Floats,
    new_hours: Floats,
    out: Floats,
) -> None:
    """Terms of the choice by mode m with the projects of `key`, by class of goods: as `choice_kernels.compare` has it.

    count, real, mask: buckets [search class, mode, city]; usd, hours: [mode, route] of the pair without projects; term,
    pick: [class, mode]; constants: [class, mode]; new_usd, new_hours: room [mode, route].
    """
    moved = False
    for c in range(ROUTES):
        new_usd[m, c], new_hours[m, c] = usd[m, c], hours[m, c]
        for k in range(count[c, m, j]):
            if mask[c, m, j, k] & ~key == 0:
                new_hours[m, c], new_usd[m, c] = real[c, m, j, k, 1], real[c, m, j, k, 2]
                moved = True
                break
    for k in range(values.size):
        out[k] = term[k, m]
        if not moved or (m == SEA and not term[k, m] > 0):
            continue
        c = best_route(new_usd, new_hours, m, values[k])
        if c < 0:
            continue
        h, u, old = new_hours[m, c], new_usd[m, c], pick[k, m]
        g = u + values[k] * h
        old_h = hours[m, old] if old >= 0 else np.inf
        old_g = usd[m, old] + values[k] * old_h if old >= 0 else np.inf
        if g <= old_g and not (g == old_g and h == old_h):
            out[k] = np.exp(constants[k, m] - scale * np.log(g))


@njit(cache=True, nogil=True, error_model="numpy")  # type: ignore[untyped-decorator, unused-ignore]
def add_rows(
    block: Ints,
    by_class: Any,
    near_ptr: Ints,
    near: Ints32,
    back_ptr: Ints,
    back_city: Ints32,
    back_near: Ints,
    pairs: Any,
    choice: Any,
    zone: NDArray[np.int32],
    weight: Floats,
    sets: Ints,
    room: Any,
    total: Floats,
) -> bool:
    """Add the weighted differences of cost from the cities of `block` to those after them, for all sets; whether full.

    total: [zone of the second city, set, class], as the first of `choice_kernels.compare`, one direction. by_class: by
    search class (value, road, rail, sea) with what `row_by_road`, `row_by_rail` and `row_by_sea` take; pairs: (usd,
    hours, term, pick, segment); choice: (values, constants, scale); room: buckets and tables, see `make_room`.
    """
    usd, hours, term, pick, segment = pairs
    values, constants, scale = choice
    count, real, mask, slots, bits, number, parts, out, kept_key, kept, kept_slots = room
    cities, classes = zone.size, values.size
    full = False
    relevant = np.empty(cities, np.int64)
    new_usd, new_hours = np.empty((MODES, ROUTES)), np.empty((MODES, ROUTES))
    terms = np.empty((MODES, classes))
    cost, whole = np.empty(classes), np.empty(classes)
    by_mode = np.empty(MODES, np.int64)
    for i in block:
        count[:] = 0
        for c in range(ROUTES):
            value, road, rail, sea = by_class[c]
            full = row_by_road(i, *road, count[c, 0], real[c, 0], mask[c, 0]) or full
            full = (
                row_by_rail(
                    i, rail[0], near_ptr, near, rail[1], rail[2], rail[3], back_ptr, back_city, back_near,
                    rail[4], rail[5], rail[6], value, count[c, 1], real[c, 1], mask[c, 1],
                )
                or full
            )  # fmt: skip
            full = row_by_sea(i, *sea, value, count[c, 2], real[c, 2], mask[c, 2]) or full
        for j in range(cities):
            relevant[j] = 0
            if j <= i or zone[j] < 0 or not weight[j] > 0:
                continue
            r = pair_number(i, j, cities)
            for c in range(ROUTES):
                for m in range(MODES):
                    if count[c, m, j] == 0:
                        continue
                    limit = (usd[r, m, c] + by_class[c][0] * hours[r, m, c]) * (1 - EQUAL)
                    n = 0
                    while n < count[c, m, j] and real[c, m, j, n, 0] < limit:
                        relevant[j] |= mask[c, m, j, n]
                        n += 1
                    count[c, m, j] = n
        order = np.argsort(relevant)
        last, last_zone, found = np.int64(0), -1, 0
        for j in order[np.searchsorted(relevant[order], 1) :]:
            r = pair_number(i, j, cities)
            b = zone[j]
            if relevant[j] != last or b != last_zone:
                if found:
                    _spread(number, out, found, total[last_zone])
                if relevant[j] != last:
                    found = number_parts(sets, relevant[j], slots, bits, number, parts)
                out[:found] = 0.0
                last, last_zone = relevant[j], b
            w = weight[i] * weight[j]
            any_class = False
            for k in range(classes):
                whole[k] = term[r, k, 0] + term[r, k, 1] + term[r, k, 2]
                cost[k] = 0.0
                if not whole[k] > 0:
                    continue  # no mode served the pair: it shows no change
                any_class = True
                for m in range(MODES):
                    if term[r, k, m] > 0:
                        c = pick[r, k, m]
                        cost[k] += term[r, k, m] / whole[k] * (usd[r, m, c] + values[k] * hours[r, m, c])
            if not any_class:
                continue
            for m in range(MODES):
                by_mode[m] = 0
                for c in range(ROUTES):
                    for n in range(count[c, m, j]):
                        by_mode[m] |= mask[c, m, j, n]
                kept_slots[m] = -1
                for k in range(classes):
                    terms[m, k] = term[r, k, m]
            held = 0
            size = kept_slots.shape[1] - 1
            for n in range(found):
                for m in range(MODES):
                    if by_mode[m] == 0:
                        continue
                    key = parts[n] & by_mode[m]
                    at = key & size if key <= size else _slot(key, 9)
                    while kept_slots[m, at] >= 0 and kept_key[kept_slots[m, at]] != key:
                        at = (at + 1) & size
                    if kept_slots[m, at] < 0:
                        new_terms(
                            key, m, j, count, real, mask, usd[r], hours[r], term[r], pick[r], values,
                            constants[segment[r]], scale, new_usd, new_hours, terms[m],
                        )  # fmt: skip
                        if held < kept_key.size:
                            kept_slots[m, at] = held
                            kept_key[held] = key
                            kept[held] = terms[m]
                            held += 1
                    else:
                        terms[m] = kept[kept_slots[m, at]]
                for k in range(classes):
                    if whole[k] > 0:
                        new_whole = terms[0, k] + terms[1, k] + terms[2, k]
                        if new_whole != whole[k]:
                            out[n, k] += w * cost[k] * ((new_whole / whole[k]) ** (-1.0 / scale) - 1.0)
        if found:
            _spread(number, out, found, total[last_zone])
    return full


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator, unused-ignore]
def _spread(number: Ints32, out: Floats, found: int, total: Floats) -> None:
    """Add what different parts of sets have to the sets: total[set, class]."""
    for s in range(number.size):
        n = number[s]
        for k in range(total.shape[1]):
            total[s, k] += out[n, k]
