"""Compiled closure of many places over the ends of new or cheaper arcs: only what gets cheaper is written down.

Every function works for one value of time, on arrays that the caller owns, and releases the interpreter lock.
`cost` below is usd + value * hours. Baseline costs come as 32-bit screens: what passes them by the last digit is
checked again by the caller, in double precision, so that no answer rests on them.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Screen = NDArray[np.float32]
Ints = NDArray[np.int64]
Ints32 = NDArray[np.int32]

SLACK = 1.0 + 2.5e-7  # a 32-bit number is off by 6e-8
AT_ONCE = 62  # ways that are compared before the best of them is noted: bits of a mark


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator, unused-ignore]
def lower(base: float, onward: Floats, best: Floats, marks: Ints, way: int) -> None:
    """best[x] = min(best[x], base + onward[x]), and the bit `way` of marks[x] where that is lower.

    Bits, and not the number of the way: what is stored on every turn runs on vectors, what is stored on some does not.
    """
    bit = np.int64(1) << np.int64(way)
    for x in range(onward.size):
        through = base + onward[x]
        before = best[x]
        marks[x] |= -np.int64(through < before) & bit
        best[x] = np.minimum(before, through)


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator, unused-ignore]
def note_ways(marks: Ints, ways: Ints, by: Ints) -> None:
    """by[x] = the way of the highest bit of marks[x], the last that was lower; marks are zero afterwards."""
    for x in range(marks.size):
        mark = marks[x]
        if mark != 0:
            highest = 0
            for step in (32, 16, 8, 4, 2, 1):
                if mark >> np.int64(step) != 0:
                    mark >>= np.int64(step)
                    highest += step
            by[x] = ways[highest]
            marks[x] = 0


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator, unused-ignore]
def among_ends(
    between_hours: Floats,
    between_usd: Floats,
    rows: Ints,
    tail: Ints,
    head: Ints,
    arc_hours: Floats,
    arc_usd: Floats,
    value: float,
    hours: Floats,
    usd: Floats,
    ends_new: NDArray[np.bool_],
) -> None:
    """Closure among ends [end, end] of old legs and new arcs (Floyd and Warshall).

    rows: row of each end in `between`, -1 for a new node. ends_new: whether the way ends with a new arc.
    """
    size = rows.size
    ends_new[:] = False
    hours[:] = np.inf
    usd[:] = np.inf
    for a in range(size):
        for b in range(size):
            if rows[a] >= 0 and rows[b] >= 0:
                hours[a, b] = between_hours[rows[a], rows[b]]
                usd[a, b] = between_usd[rows[a], rows[b]]
    for k in range(tail.size):
        for turn in range(2):
            a, b = (tail[k], head[k]) if turn == 0 else (head[k], tail[k])
            if arc_usd[k] + value * arc_hours[k] < usd[a, b] + value * hours[a, b]:
                hours[a, b], usd[a, b] = arc_hours[k], arc_usd[k]
                ends_new[a, b] = True
    for a in range(size):
        hours[a, a] = usd[a, a] = 0.0
        ends_new[a, a] = False
    cost = usd + value * hours
    for k in range(size):
        for a in range(size):
            base = cost[a, k]
            if not base < np.inf:
                continue
            for b in range(size):
                if base + cost[k, b] < cost[a, b]:
                    cost[a, b] = base + cost[k, b]
                    hours[a, b] = hours[a, k] + hours[k, b]
                    usd[a, b] = usd[a, k] + usd[k, b]
                    ends_new[a, b] = ends_new[k, b]


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator, unused-ignore]
def reach(
    from_hours: Floats,
    from_usd: Floats,
    rows: Ints,
    star_hours: Floats,
    star_usd: Floats,
    ends_new: NDArray[np.bool_],
    value: float,
    hours: Floats,
    usd: Floats,
    improved: NDArray[np.bool_],
) -> None:
    """Legs from places to ends over the closure among ends: hours, usd, improved [place, end].

    from_hours, from_usd: [row, place] legs between the ends' rows and places. A place that reaches no end more
    cheaply than before gains nothing: only improved ends are gone on from.
    """
    size = rows.size
    star_cost = star_usd + value * star_hours
    cost = np.empty(size)
    best = np.empty(size)
    marks, ways, by = np.zeros(size, np.int64), np.empty(AT_ONCE, np.int64), np.empty(size, np.int64)
    for i in range(hours.shape[0]):
        for e in range(size):
            cost[e] = np.inf
            if rows[e] >= 0:
                cost[e] = from_usd[rows[e], i] + value * from_hours[rows[e], i]
            best[e] = cost[e] * (1 - 1e-12)
            by[e] = -1
        count = 0
        for f in range(size):
            if not cost[f] < np.inf:
                continue
            if count == AT_ONCE:
                note_ways(marks, ways, by)
                count = 0
            ways[count] = f
            lower(cost[f], star_cost[f], best, marks, count)
            count += 1
        note_ways(marks, ways, by)
        for e in range(size):
            improved[i, e] = by[e] >= 0 and rows[e] >= 0 and ends_new[by[e], e]
            if improved[i, e]:
                hours[i, e] = from_hours[rows[by[e]], i] + star_hours[by[e], e]
                usd[i, e] = from_usd[rows[by[e]], i] + star_usd[by[e], e]


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator, unused-ignore]
def through_ends(
    hours: Floats,
    usd: Floats,
    improved: NDArray[np.bool_],
    rows: Ints,
    from_hours: Floats,
    from_usd: Floats,
    from_cost: Floats,
    first: int,
    screen: Screen,
    value: float,
    upper: bool,
    apart: bool,
    out_ptr: Ints,
    out_at: Ints32,
    out_hours: Floats,
    out_usd: Floats,
) -> None:
    """Legs of each place to targets `first` onward that get cheaper through an end, row by row as compressed rows.

    hours, usd, improved: as from `reach`; from_*: [row, target]; screen: [place, target - first] costs before; upper:
    only targets beyond the place itself; apart: targets are places too, and none is its own. out_ptr: [place + 1];
    out_at: number of the target less `first`.
    """
    width = screen.shape[1]
    best = np.empty(width)
    marks, ways, by = np.zeros(width, np.int64), np.empty(AT_ONCE, np.int64), np.empty(width, np.int64)
    count = 0
    out_ptr[0] = 0
    for i in range(hours.shape[0]):
        start = i + 1 if upper else 0
        held = 0
        for e in range(rows.size):
            if not improved[i, e]:
                continue
            if held == 0:
                for x in range(width):
                    best[x] = screen[i, x] * SLACK
                    by[x] = -1
            elif held % AT_ONCE == 0:
                note_ways(marks[start:], ways, by[start:])
            base = usd[i, e] + value * hours[i, e]
            ways[held % AT_ONCE] = e
            lower(
                base, from_cost[rows[e], first + start : first + width], best[start:], marks[start:],
                held % AT_ONCE,
            )  # fmt: skip
            held += 1
        if held:
            note_ways(marks[start:], ways, by[start:])
            for x in range(start, width):
                e = by[x]
                if e >= 0 and not (apart and x == i):
                    out_at[count] = x
                    out_hours[count] = hours[i, e] + from_hours[rows[e], first + x]
                    out_usd[count] = usd[i, e] + from_usd[rows[e], first + x]
                    count += 1
        out_ptr[i + 1] = count


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator, unused-ignore]
def near_through_ends(
    hours: Floats,
    usd: Floats,
    improved: NDArray[np.bool_],
    rows: Ints,
    from_hours: Floats,
    from_usd: Floats,
    first: int,
    near_ptr: Ints,
    near: Ints32,
    extra_hours: float,
    extra_usd: float,
    value: float,
    near_hours: Floats,
    near_usd: Floats,
    changed: NDArray[np.bool_],
) -> None:
    """Lower the legs of places to the few targets near them, in place, and mark which changed."""
    for i in range(hours.shape[0]):
        for e in range(rows.size):
            if not improved[i, e]:
                continue
            for n in range(near_ptr[i], near_ptr[i + 1]):
                t = first + near[n]
                h = hours[i, e] + from_hours[rows[e], t] + extra_hours
                u = usd[i, e] + from_usd[rows[e], t] + extra_usd
                if u + value * h < (near_usd[n] + value * near_hours[n]) * (1 - 1e-12):
                    near_hours[n], near_usd[n] = h, u
                    changed[n] = True


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator, unused-ignore]
def along_rail(
    near_ptr: Ints,
    near: Ints32,
    near_hours: Floats,
    near_usd: Floats,
    changed: NDArray[np.bool_],
    rail_hours: Floats,
    rail_usd: Floats,
    new_ptr: Ints,
    new_at: Ints32,
    new_hours: Floats,
    new_usd: Floats,
    screen: Screen,
    value: float,
    out_ptr: Ints,
    out_at: Ints32,
    out_hours: Floats,
    out_usd: Floats,
) -> None:
    """Legs of each place by road and rail to terminals that get cheaper, as compressed rows.

    rail_*: [terminal, terminal] before; new_*: compressed rows of those that got cheaper; screen: [place, terminal].
    """
    width = screen.shape[1]
    best = np.empty(width)
    best_hours = np.empty(width)
    best_usd = np.empty(width)
    count = 0
    out_ptr[0] = 0
    for i in range(screen.shape[0]):
        touched = False
        for n in range(near_ptr[i], near_ptr[i + 1]):
            t = near[n]
            if not changed[n] and new_ptr[t] == new_ptr[t + 1]:
                continue
            h, u = near_hours[n], near_usd[n]
            base = u + value * h
            if not base < np.inf:
                continue
            if not touched:
                for x in range(width):
                    best[x] = screen[i, x] * SLACK
                    best_hours[x] = -1.0
                touched = True
            if changed[n]:
                for x in range(width):
                    cost = base + rail_usd[t, x] + value * rail_hours[t, x]
                    if x != t and cost < best[x]:
                        best[x] = cost
                        best_hours[x] = h + rail_hours[t, x]
                        best_usd[x] = u + rail_usd[t, x]
            for k in range(new_ptr[t], new_ptr[t + 1]):
                x = new_at[k]
                cost = base + new_usd[k] + value * new_hours[k]
                if x != t and cost < best[x]:
                    best[x] = cost
                    best_hours[x] = h + new_hours[k]
                    best_usd[x] = u + new_usd[k]
        if touched:
            for x in range(width):
                if best_hours[x] >= 0:
                    out_at[count] = x
                    out_hours[count] = best_hours[x]
                    out_usd[count] = best_usd[x]
                    count += 1
        out_ptr[i + 1] = count


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator, unused-ignore]
def pair_number(i: int, j: int, places: int) -> int:
    """Number of the pair of places i <= j among the upper triangle with its diagonal, row by row."""
    return i * places - i * (i - 1) // 2 + j - i


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator, unused-ignore]
def pairs_by_rail(
    along_ptr: Ints,
    along_at: Ints32,
    along_hours: Floats,
    along_usd: Floats,
    back_ptr: Ints,
    back_place: Ints32,
    back_near: Ints,
    near_hours: Floats,
    near_usd: Floats,
    screen: Screen,
    value: float,
    upper: bool,
    found: Ints32,
    found_hours: Floats,
    found_usd: Floats,
) -> int:
    """Pairs of places that get cheaper by rail, from cheaper legs along rail; returns how many were found.

    back_ptr, back_place, back_near: the places near each terminal and where their legs to it stand.
    """
    places = screen.shape[0]
    best = np.empty(places)
    best_hours = np.empty(places)
    best_usd = np.empty(places)
    count = 0
    for i in range(places):
        if along_ptr[i] == along_ptr[i + 1]:
            continue
        for j in range(places):
            best[j] = screen[i, j] * SLACK
            best_hours[j] = -1.0
        for k in range(along_ptr[i], along_ptr[i + 1]):
            t = along_at[k]
            h, u = along_hours[k], along_usd[k]
            base = u + value * h
            for b in range(back_ptr[t], back_ptr[t + 1]):
                j = back_place[b]
                n = back_near[b]
                cost = base + near_usd[n] + value * near_hours[n]
                if cost < best[j]:
                    best[j] = cost
                    best_hours[j] = h + near_hours[n]
                    best_usd[j] = u + near_usd[n]
        for j in range(i + 1 if upper else 0, places):
            if best_hours[j] >= 0 and j != i:
                found[count] = pair_number(min(i, j), max(i, j), places)
                found_hours[count] = best_hours[j]
                found_usd[count] = best_usd[j]
                count += 1
    return count


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator, unused-ignore]
def is_lower(
    ptr: Ints,
    at: Ints32,
    found_hours: Floats,
    found_usd: Floats,
    column: Ints32,
    extra_hours: Floats,
    extra_usd: Floats,
    more_usd: Floats,
    value: float,
    hours: Floats,
    usd: Floats,
) -> bool:
    """Whether `lower_rows` would lower anything."""
    for i in range(ptr.size - 1):
        for k in range(ptr[i], ptr[i + 1]):
            p = column[at[k]]
            if p < 0:
                continue
            h = found_hours[k] + extra_hours[p]
            u = found_usd[k] + extra_usd[p] + (more_usd[p, i] if more_usd.size else 0.0)
            if u + value * h < (usd[p, i] + value * hours[p, i]) * (1 - 1e-12):
                return True
    return False


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator, unused-ignore]
def lower_rows(
    ptr: Ints,
    at: Ints32,
    found_hours: Floats,
    found_usd: Floats,
    column: Ints32,
    extra_hours: Floats,
    extra_usd: Floats,
    more_usd: Floats,
    value: float,
    hours: Floats,
    usd: Floats,
    changed: NDArray[np.bool_],
) -> None:
    """Lower hours, usd, changed [column, place] by compressed rows of places, each target x served at column[x].

    column: -1 where a target is not served; several columns may share a target: `column` then gives the first, and
    the caller calls again for the others. extra_*: [column] added; more_usd: [column, place] added, or empty.
    """
    for i in range(ptr.size - 1):
        for k in range(ptr[i], ptr[i + 1]):
            p = column[at[k]]
            if p < 0:
                continue
            h = found_hours[k] + extra_hours[p]
            u = found_usd[k] + extra_usd[p] + (more_usd[p, i] if more_usd.size else 0.0)
            if u + value * h < (usd[p, i] + value * hours[p, i]) * (1 - 1e-12):
                hours[p, i], usd[p, i] = h, u
                changed[p, i] = True


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator, unused-ignore]
def pairs_by_sea(
    port_hours: Floats,
    port_usd: Floats,
    changed: NDArray[np.bool_],
    sea_hours: Floats,
    sea_usd: Floats,
    first_screen: Screen,
    screen: Screen,
    value: float,
    found: Ints32,
    found_hours: Floats,
    found_usd: Floats,
) -> int:
    """Pairs of places that get cheaper by sea, from cheaper legs to ports; returns how many were found.

    port_*, changed: [port, place] with what changed; sea_*: [port, port]; first_screen: [place, port] costs before of
    the way to the first port and by sea to the second; screen: [place, place].
    """
    ports, places = port_hours.shape
    port_cost = port_usd + value * port_hours
    sea_cost = sea_usd + value * sea_hours
    for p in range(ports):
        sea_cost[p, p] = np.inf  # one goes to sea from a port to another
    best, by, marks = np.empty(places), np.empty(places, np.int64), np.zeros(places, np.int64)
    leg, leg_by, leg_marks = np.empty(ports), np.empty(ports, np.int64), np.zeros(ports, np.int64)
    ways = np.empty(AT_ONCE, np.int64)
    count = 0
    for i in range(places):
        held = 0
        for p in range(ports):
            if not changed[p, i] or not port_cost[p, i] < np.inf:
                continue
            if held == 0:
                for q in range(ports):
                    leg[q] = first_screen[i, q] * SLACK
                    leg_by[q] = -1
            elif held % AT_ONCE == 0:
                note_ways(leg_marks, ways, leg_by)
            ways[held % AT_ONCE] = p
            lower(port_cost[p, i], sea_cost[p], leg, leg_marks, held % AT_ONCE)
            held += 1
        if held == 0:
            continue
        note_ways(leg_marks, ways, leg_by)
        for j in range(places):
            best[j] = screen[i, j] * SLACK
            by[j] = -1
        held = 0
        for q in range(ports):
            if leg_by[q] < 0:
                continue
            if held and held % AT_ONCE == 0:
                note_ways(marks, ways, by)
            ways[held % AT_ONCE] = q
            lower(leg[q], port_cost[q], best, marks, held % AT_ONCE)
            held += 1
        note_ways(marks, ways, by)
        for j in range(places):
            q = by[j]
            if q >= 0 and j != i:
                p = leg_by[q]
                found[count] = pair_number(min(i, j), max(i, j), places)
                found_hours[count] = port_hours[p, i] + sea_hours[p, q] + port_hours[q, j]
                found_usd[count] = port_usd[p, i] + sea_usd[p, q] + port_usd[q, j]
                count += 1
    return count
