"""Compiled labels of legs: from places over the arcs of projects to ends, terminals, ports, and over the sea.

As `labels` describes; what gets no cheaper with any projects has no label.
"""

from __future__ import annotations

from heapq import heappop, heappush
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from samarkand.engines.labels import EQUAL, buckets, insert, keep, no_labels
from samarkand.engines.path_update_kernels import AT_ONCE, SLACK, lower, note_ways

MARGIN = 1e-6  # relative: more than screens and their slack are off

Floats = NDArray[np.float64]
Screen = NDArray[np.float32]
Ints = NDArray[np.int64]
Ints32 = NDArray[np.int32]


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
    count, real, mask = buckets(ends)
    ptr = np.zeros(ends + 1, np.int64)
    kept = no_labels()
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
        kept, size = keep(kept, size, count, real, mask)
        ptr[f + 1] = size
    return ptr, kept[0][:size], kept[1][:size], kept[2][:size], full


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
def insert_onward(
    first: int,
    last: int,
    at: Ints32,
    real: Floats,
    mask: Ints,
    rows: Ints,
    hours: Floats,
    usd: Floats,
    cost: Floats,
    start: int,
    limit: Floats,
    to_count: Ints32,
    to_real: Floats,
    to_mask: Ints,
) -> bool:
    """Go on from labels `first` to `last` of one place to targets from `start` on, into buckets; whether full.

    at, real, mask: labels, `rows` the row of what they stand at in hours, usd, cost [row, target], -1 for none. Only
    what is below limit [target] is put in, and of labels of the same projects the best alone.
    """
    width, full = limit.size, False
    best, marks, by = np.empty(width), np.zeros(width, np.int64), np.empty(width, np.int64)
    ways = np.empty(AT_ONCE, np.int64)
    order = first + np.argsort(mask[first:last])
    k = 0
    while k < order.size:
        projects, held = mask[order[k]], 0
        best[start:] = limit[start:]
        by[start:] = -1
        while k < order.size and mask[order[k]] == projects:
            row = rows[at[order[k]]]
            if row >= 0:
                if held == AT_ONCE:
                    note_ways(marks[start:], ways, by[start:])
                    held = 0
                ways[held] = order[k]
                lower(real[order[k], 0], cost[row, start:width], best[start:], marks[start:], held)
                held += 1
            k += 1
        note_ways(marks[start:], ways, by[start:])
        for x in range(start, width):
            if by[x] >= 0:
                row = rows[at[by[x]]]
                h, u = real[by[x], 1] + hours[row, x], real[by[x], 2] + usd[row, x]
                full = insert(to_count, to_real, to_mask, x, best[x], h, u, projects) == 2 or full
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
    count, real, mask = buckets(ends)
    to_count, to_real, to_mask = buckets(places)
    ptr = np.zeros(places + 1, np.int64)
    kept = no_labels()
    size, full = 0, False
    at_end = no_labels()
    limit = np.empty(places)
    for i in range(places):
        full = at_ends(i, star, rows, from_hours, from_usd, from_cost, count, real, mask) or full
        at_end, known = keep(at_end, 0, count, real, mask)
        to_count[:] = 0
        for x in range(places):
            limit[x] = screen[i, x] * SLACK
        limit[i] = -np.inf
        full = (
            insert_onward(
                0, known, *at_end, rows, from_hours, from_usd, from_cost, 0, limit, to_count, to_real, to_mask
            )
            or full
        )
        kept, size = keep(kept, size, to_count, to_real, to_mask)
        ptr[i + 1] = size
    return ptr, kept[0][:size], kept[1][:size], kept[2][:size], full


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
    count, real, mask = buckets(ends)
    room = max(ports, np.diff(near_ptr).max() if near_ptr.size > 1 else 0)
    to_count, to_real, to_mask = buckets(room)
    end_ptr, near_at_ptr, port_ptr = (
        np.zeros(cities + 1, np.int64),
        np.zeros(near.size + 1, np.int64),
        np.zeros(cities + 1, np.int64),
    )
    at_end = no_labels()
    at_near = no_labels()
    at_port = no_labels()
    end_size = near_size = port_size = 0
    full = False
    for i in range(cities):
        full = at_ends(i, star, rows, from_hours, from_usd, from_cost, count, real, mask) or full
        at_end, end_size = keep(at_end, end_size, count, real, mask)
        end_ptr[i + 1] = end_size
        first = near_ptr[i]
        to_count[:] = 0
        for k in range(end_ptr[i], end_ptr[i + 1]):
            row = rows[at_end[0][k]]
            for n in range(first, near_ptr[i + 1]):
                t = cities + near[n]
                hours = at_end[1][k, 1] + from_hours[row, t] + terminal_extra[0]
                usd = at_end[1][k, 2] + from_usd[row, t] + terminal_extra[1]
                cost = usd + value * hours
                if cost < (near_usd[n] + value * near_hours[n]) * (1 - EQUAL):
                    full = (
                        insert(to_count, to_real, to_mask, n - first, cost, hours, usd, at_end[2][k]) == 2
                        or full
                    )
        for n in range(first, near_ptr[i + 1]):
            x = slice(n - first, n - first + 1)
            at_near, near_size = keep(at_near, near_size, to_count[x], to_real[x], to_mask[x])
            near_at_ptr[n + 1] = near_size
        to_count[:] = 0
        for k in range(end_ptr[i], end_ptr[i + 1]):
            row = rows[at_end[0][k]]
            for p in range(ports):
                t = cities + terminals + p
                hours = at_end[1][k, 1] + from_hours[row, t] + port_extra[0]
                usd = at_end[1][k, 2] + from_usd[row, t] + port_extra[1]
                cost = usd + value * hours
                if cost < (port_usd[p, i] + value * port_hours[p, i]) * (1 - EQUAL):
                    full = insert(to_count, to_real, to_mask, p, cost, hours, usd, at_end[2][k]) == 2 or full
        at_port, port_size = keep(at_port, port_size, to_count[:ports], to_real, to_mask)
        port_ptr[i + 1] = port_size
    return (
        (end_ptr, at_end[0][:end_size], at_end[1][:end_size], at_end[2][:end_size]),
        (near_at_ptr, at_near[0][:near_size], at_near[1][:near_size], at_near[2][:near_size]),
        (port_ptr, at_port[0][:port_size], at_port[1][:port_size], at_port[2][:port_size]),
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
    count, real, mask = buckets(width)
    limit = np.empty(width)
    ptr = np.zeros(cities + 1, np.int64)
    kept = no_labels()
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
        kept, size = keep(kept, size, count, real, mask)
        ptr[i + 1] = size
    return ptr, kept[0][:size], kept[1][:size], kept[2][:size], full


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator, unused-ignore]
def port_labels(
    by_road: Any,
    along: Any,
    served_ptr: Ints,
    served: Ints,
    rail_extra: tuple[float, float],
    handicap: Floats,
    saving_ptr: Ints,
    saving: Floats,
    saving_mask: Ints,
    port_hours: Floats,
    port_usd: Floats,
    built: NDArray[np.bool_],
    value: float,
) -> tuple[Ints, Ints32, Floats, Ints, bool]:
    """Labels of cities at ports, by road or rail and with what projects save there: compressed rows; whether full.

    served_*: ports at each terminal; handicap: of ways by rail, US$ [port, city]; saving_*: [choice of projects
    that save at the port], hours and usd saved, the projects; port_*: [port, city] without projects on the way. built:
    [port], whether the port is there only with the projects that save at it: no way to it stands without them.
    """
    ports, cities = port_hours.shape
    count, real, mask = buckets(ports)
    ptr = np.zeros(cities + 1, np.int64)
    kept = no_labels()
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
                hours, usd = along[2][k, 1] + rail_extra[0], along[2][k, 2] + rail_extra[1] + handicap[p, i]
                cost = usd + value * hours
                if cost < (port_usd[p, i] + value * port_hours[p, i]) * (1 - EQUAL):
                    full = insert(count, real, mask, p, cost, hours, usd, along[3][k]) == 2 or full
        for p in range(ports):
            ways = count[p]
            reached = port_usd[p, i] < np.inf
            if saving_ptr[p] < saving_ptr[p + 1] and (reached or built[p]):
                held, held_mask = real[p, :ways].copy(), mask[p, :ways].copy()
                if built[p]:
                    count[p] = 0
                for s in range(saving_ptr[p], saving_ptr[p + 1]):
                    for k in range(-1 if reached else 0, ways):
                        h = (port_hours[p, i] if k < 0 else held[k, 1]) - saving[s, 0]
                        u = (port_usd[p, i] if k < 0 else held[k, 2]) - saving[s, 1]
                        m = saving_mask[s] | (0 if k < 0 else held_mask[k])
                        full = insert(count, real, mask, p, u + value * h, h, u, m) == 2 or full
        kept, size = keep(kept, size, count, real, mask)
        ptr[i + 1] = size
    return ptr, kept[0][:size], kept[1][:size], kept[2][:size], full


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
    for p in range(ports):
        sea_cost[p, p] = np.inf  # one goes to sea from a port to another
    count, real, mask = buckets(ports)
    ptr = np.zeros(cities + 1, np.int64)
    kept = no_labels()
    size, full = 0, False
    rows, limit = np.arange(ports), np.empty(ports)
    for i in range(cities):
        count[:] = 0
        for q in range(ports):
            limit[q] = screen[i, q] * SLACK
        full = (
            insert_onward(
                a_ptr[i], a_ptr[i + 1], a_at, a_real, a_mask, rows, sea_hours, sea_usd, sea_cost, 0, limit, count,
                real, mask,
            )
            or full
        )  # fmt: skip
        kept, size = keep(kept, size, count, real, mask)
        ptr[i + 1] = size
    return ptr, kept[0][:size], kept[1][:size], kept[2][:size], full


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator, unused-ignore]
def sea_margins(over_sea_by_port: Any, screen: Screen) -> Floats:
    """How much dearer a port may be than another, to be of use to a city at all: [port, the other].

    Of a way over the sea with projects to a port: cost without projects to the other, less its own, at most. A city
    that reaches the port at more than that above the other has no use for such ways. over_sea_by_port: labels as rows
    of landing ports; screen: [city, port] costs without projects.
    """
    ptr, at, real, _ = over_sea_by_port
    ports = screen.shape[1]
    most = np.full((ports, ports), -np.inf)
    for p in range(ports):
        for k in range(ptr[p], ptr[p + 1]):
            before, cost = screen[at[k]], real[k, 0]
            for q in range(ports):
                most[p, q] = np.maximum(most[p, q], before[q] * np.float64(1 + MARGIN) - cost)
    return most
