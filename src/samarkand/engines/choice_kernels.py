"""Compiled mode choice over many pairs of places: routes revalued, shares, logsums, differences added up by zone.

A pair has routes by mode (road, rail, sea: `SEA` is special) and search class; goods classes have values of time of
their own. All arrays are plain; what each holds stands with `prepare` and `compare`.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

SEA = 2
MODES = 3


@njit(cache=True, nogil=True, error_model="numpy")  # type: ignore[untyped-decorator, unused-ignore]
def best_route(usd: Floats, hours: Floats, mode: int, value: float, at_sea: int) -> int:
    """The route of a pair by one mode of least usd + value * hours, by sea that of search `at_sea`; -1 for none.

    In haste a search by sea goes over land and ends with a short crossing: which of them are voyages is settled before
    (`sea_choice`).
    """
    best, least = -1, np.inf
    if mode == SEA:
        return at_sea if usd[mode, at_sea] + value * hours[mode, at_sea] < np.inf else -1
    for c in range(usd.shape[1]):
        cost = usd[mode, c] + value * hours[mode, c]
        if cost < least:
            best, least = c, cost
    return best


@njit(cache=True, nogil=True, error_model="numpy")  # type: ignore[untyped-decorator, unused-ignore]
def prepare(
    usd: Floats,
    hours: Floats,
    segment: NDArray[np.int8],
    values: Floats,
    sea_search: Ints,
    constants: Floats,
    scale: float,
    by_sea: NDArray[np.bool_],
    term: Floats,
    pick: NDArray[np.int8],
) -> None:
    """Terms A_m g_m^-scale of the choice and the routes picked, of every pair, without changes.

    usd, hours: [pair, mode, route], infinite where there is none; segment: [pair]; values: [class]; sea_search:
    [class], the route by sea; constants: [segment, class, mode], minus infinity where goods do not take a mode while
    another serves; by_sea: [pair], where the sea is offered. Fills term: [pair, class, mode], zero where not offered;
    pick: [pair, class, mode], the route of each, -1 for none.
    """
    for r in range(usd.shape[0]):
        s = segment[r]
        for k in range(values.size):
            served = False
            for m in range(MODES):
                best = best_route(usd[r], hours[r], m, values[k], sea_search[k])
                pick[r, k, m] = best
                term[r, k, m] = 0.0
                if best >= 0 and (m != SEA or by_sea[r]):
                    cost = usd[r, m, best] + values[k] * hours[r, m, best]
                    term[r, k, m] = np.exp(constants[s, k, m] - scale * np.log(cost))
                    served = served or term[r, k, m] > 0
            if not served:  # the last resort
                for m in range(MODES):
                    best = pick[r, k, m]
                    if best >= 0 and constants[s, k, m] == -np.inf:
                        term[r, k, m] = np.exp(
                            -scale * np.log(usd[r, m, best] + values[k] * hours[r, m, best])
                        )


@njit(cache=True, nogil=True, error_model="numpy")  # type: ignore[untyped-decorator, unused-ignore]
def add_levels(
    usd: Floats,
    hours: Floats,
    term: Floats,
    pick: NDArray[np.int8],
    values: Floats,
    origin: NDArray[np.int32],
    destination: NDArray[np.int32],
    zone: NDArray[np.int32],
    weight: Floats,
    sellers: Floats,
    mirrored: bool,
    total: Floats,
) -> None:
    """Add the weighted levels of every pair to its pair of zones: total[q, class, zone, zone], q: share-weighted
    cost, cost of the cheapest mode, the same two for hours, shares of road, rail, sea, and the weight itself.

    origin, destination: [pair] numbers of places; zone, weight: [place]; sellers: [class, place]. A pair counts by the
    weight of its origin among `sellers` times that of its destination. mirrored: it stands for both directions.
    """
    sums = np.empty(8)
    for r in range(usd.shape[0]):
        a, b = zone[origin[r]], zone[destination[r]]
        if a < 0 or b < 0:
            continue
        for k in range(values.size):
            whole = term[r, k, 0] + term[r, k, 1] + term[r, k, 2]
            if not whole > 0:
                continue
            there = sellers[k, origin[r]] * weight[destination[r]]
            back = sellers[k, destination[r]] * weight[origin[r]]
            sums[:] = 0.0
            least = np.inf
            for m in range(MODES):
                c = pick[r, k, m]
                if c < 0:
                    continue
                h = hours[r, m, c]
                g = usd[r, m, c] + values[k] * h
                if g < least:
                    least = g
                    sums[1], sums[3] = g, h
                share = term[r, k, m] / whole
                sums[0] += share * g
                sums[2] += share * h
                sums[4 + m] = share
            sums[7] = 1.0
            for q in range(8):
                total[q, k, a, b] += there * sums[q]
                if mirrored and origin[r] != destination[r]:
                    total[q, k, b, a] += back * sums[q]


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator, unused-ignore]
def is_first(usd: Floats, hours: Floats, c: int) -> bool:
    """Whether the route of a pair by sea is that of the first search there."""
    same: bool = usd[SEA, c] == usd[SEA, 0] and hours[SEA, c] == hours[SEA, 0]
    return same


@njit(cache=True, nogil=True, error_model="numpy")  # type: ignore[untyped-decorator, unused-ignore]
def find_moves(
    usd: Floats,
    hours: Floats,
    new_usd: Floats,
    new_hours: Floats,
    search_values: Floats,
    touched: NDArray[np.bool_],
    rises: NDArray[np.bool_],
    falls: NDArray[np.bool_],
) -> None:
    """Which modes of a pair have other routes, and whether their cost rises or falls in a search class, [mode]."""
    for m in range(MODES):
        touched[m] = rises[m] = falls[m] = False
        for c in range(usd.shape[1]):
            if m == SEA and c > 0 and is_first(usd, hours, c) and is_first(new_usd, new_hours, c):
                continue  # goods that take the way of the first search
            if new_usd[m, c] != usd[m, c] or new_hours[m, c] != hours[m, c]:
                touched[m] = True
                old = usd[m, c] + search_values[m, c] * hours[m, c]
                new = new_usd[m, c] + search_values[m, c] * new_hours[m, c]
                rises[m] = rises[m] or not new <= old
                falls[m] = falls[m] or new < old


@njit(cache=True, nogil=True, error_model="numpy")  # type: ignore[untyped-decorator, unused-ignore]
def is_taken(g: float, old_g: float, rises: bool, falls: bool) -> bool:
    """Whether goods take the best new route of a mode that was touched, at g, or keep the former one, at old_g.

    They keep it where the mode's cost rises in no search class and the new route is dearer for them; and where it
    falls in none and the new one seems cheaper: it was there before, and no search class had found it.
    """
    return (g <= old_g or rises) and (g >= old_g or falls)


@njit(cache=True, nogil=True, error_model="numpy")  # type: ignore[untyped-decorator, unused-ignore]
def take_routes(
    rows: Ints,
    new_usd: Floats,
    new_hours: Floats,
    usd: Floats,
    hours: Floats,
    pick: NDArray[np.int8],
    search_values: Floats,
    values: Floats,
    sea_search: Ints,
    cost: Floats,
    taken_hours: Floats,
) -> None:
    """Fill the generalised cost and the hours of the routes that goods take with changes, [n, class, mode].

    Arguments as in `compare`, which does the same; infinite where a mode does not serve.
    """
    touched, rises, falls = np.empty(MODES, np.bool_), np.empty(MODES, np.bool_), np.empty(MODES, np.bool_)
    for n in range(rows.size):
        r = rows[n]
        find_moves(usd[r], hours[r], new_usd[n], new_hours[n], search_values, touched, rises, falls)
        for k in range(values.size):
            for m in range(MODES):
                c = pick[r, k, m]
                h = hours[r, m, c] if c >= 0 else np.inf
                g = usd[r, m, c] + values[k] * h if c >= 0 else np.inf
                if touched[m]:
                    c = best_route(new_usd[n], new_hours[n], m, values[k], sea_search[k])
                    new_h = new_hours[n, m, c] if c >= 0 else np.inf
                    new_g = new_usd[n, m, c] + values[k] * new_h if c >= 0 else np.inf
                    if is_taken(new_g, g, rises[m], falls[m]):
                        g, h = new_g, new_h
                cost[n, k, m], taken_hours[n, k, m] = g, h


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator, unused-ignore]
def constant_of(
    r: int,
    k: int,
    m: int,
    distance: Floats,
    segment: NDArray[np.int8],
    level: Floats,
    by_distance: Floats,
    more: Floats,
) -> float:
    """Constant of a mode for a class of goods of a pair: level + by_distance * distance + more.

    distance, segment: [pair]; level, more: [segment, class, mode], the level minus infinity where goods do not take a
    mode while another serves; by_distance: [mode].
    """
    s = segment[r]
    found: float = level[s, k, m] + by_distance[m] * distance[r] + more[s, k, m]
    return found


@njit(cache=True, nogil=True, error_model="numpy")  # type: ignore[untyped-decorator, unused-ignore]
def compare(
    rows: Ints,
    new_usd: Floats,
    new_hours: Floats,
    usd: Floats,
    hours: Floats,
    term: Floats,
    pick: NDArray[np.int8],
    search_values: Floats,
    values: Floats,
    sea_search: Ints,
    distance: Floats,
    segment: NDArray[np.int8],
    level: Floats,
    by_distance: Floats,
    more: Floats,
    scale: float,
    origin: NDArray[np.int32],
    destination: NDArray[np.int32],
    zone: NDArray[np.int32],
    weight: Floats,
    sellers: Floats,
    like: Ints,
    mirrored: bool,
    total: Floats,
    least_at: NDArray[np.int32] | None = None,
    least_cost: Floats | None = None,
    least_hours: Floats | None = None,
) -> int:
    """Add the weighted differences of changed pairs to their pairs of zones: total[q, class, zone, zone], q: cost
    by logsum, with fixed shares and of the cheapest mode, the same three for hours, shares; or the first alone.

    rows: [n] pairs that changed, new_usd, new_hours: [n, mode, route]; search_values: [mode, route], the values of time
    the routes were searched with; like: [class], the class, it or one before it, that chooses as it does; distance,
    segment, level, by_distance, more: of the constants (`constant_of`); the rest as
    in `prepare` and `add_levels`. Goods take new routes or keep their former ones as `is_taken` says. least_cost,
    least_hours: [row, class, mode], as from `take_routes`, routes of a state that has every route of this one and more:
    what seems cheaper here was there too, and counts as those; least_at: [pair], the row of each there, -1 for none.
    Returns the first pair (its number in `rows`) that changes cut off, -1 for none.
    """
    cut_off = -1
    only_cost = total.shape[0] == 1
    old_g, old_h = np.empty(MODES), np.empty(MODES)
    new_g, new_h = np.empty(MODES), np.empty(MODES)
    new_term = np.empty(MODES)
    touched = np.empty(MODES, np.bool_)
    rises = np.empty(MODES, np.bool_)
    falls = np.empty(MODES, np.bool_)
    sums = np.empty((values.size, 9))
    changes = np.zeros(values.size, np.bool_)
    block = np.zeros((2, *total.shape[:2]))
    here = (0, 0, False)
    for n in range(rows.size):
        r = rows[n]
        a, b = int(zone[origin[r]]), int(zone[destination[r]])
        both = bool(mirrored and origin[r] != destination[r])
        find_moves(usd[r], hours[r], new_usd[n], new_hours[n], search_values, touched, rises, falls)
        for k in range(values.size):
            if like[k] != k:
                changes[k] = changes[like[k]]
                continue
            changes[k] = False
            whole = term[r, k, 0] + term[r, k, 1] + term[r, k, 2]
            if not whole > 0:
                continue  # no mode served the pair: it shows no change
            v = values[k]
            moved = False
            new_whole = 0.0
            for m in range(MODES):
                c = pick[r, k, m]
                old_h[m] = hours[r, m, c] if c >= 0 else np.inf
                old_g[m] = usd[r, m, c] + v * old_h[m] if c >= 0 else np.inf
                new_g[m], new_h[m], new_term[m] = old_g[m], old_h[m], term[r, k, m]
                if touched[m]:
                    c = best_route(new_usd[n], new_hours[n], m, v, sea_search[k])
                    h = new_hours[n, m, c] if c >= 0 else np.inf
                    g = new_usd[n, m, c] + v * h if c >= 0 else np.inf
                    taken = is_taken(g, old_g[m], rises[m], falls[m])
                    if least_at is not None and least_cost is not None and least_hours is not None:
                        at = least_at[r]
                        if taken and at >= 0 and g < least_cost[at, k, m]:
                            g, h = least_cost[at, k, m], least_hours[at, k, m]
                    if taken and not (g == old_g[m] and h == old_h[m]):
                        new_g[m], new_h[m] = g, h
                        moved = True
                        # The sea stays offered where it was: a cheaper land link takes no choice away.
                        if c < 0:
                            new_term[m] = 0.0
                        elif m != SEA or term[r, k, m] > 0:
                            constant = constant_of(r, k, m, distance, segment, level, by_distance, more)
                            new_term[m] = np.exp(constant - scale * np.log(g))
                new_whole += new_term[m]
            if not moved:
                continue
            cost = 0.0
            for m in range(MODES):
                if term[r, k, m] > 0:
                    cost += term[r, k, m] / whole * old_g[m]
            if (
                not new_whole > 0
            ):  # the last resort: what goods do not take while another mode serves, at its cost
                last = -1
                for m in range(MODES):
                    is_open = level[segment[r], k, m] == -np.inf and new_g[m] < np.inf
                    if is_open and (last < 0 or new_g[m] < new_g[last]):
                        last = m
                if last >= 0:
                    new_whole = new_term[last] = whole * (new_g[last] / cost) ** -scale
            if not new_whole > 0:
                if cut_off < 0:
                    cut_off = n
                continue
            if a < 0 or b < 0:
                continue
            changes[k] = True
            sums[k, 0] = cost * ((new_whole / whole) ** (-1.0 / scale) - 1.0)
            if not only_cost:
                _variants(sums[k], whole, new_whole, term[r, k], new_term, old_g, old_h, new_g, new_h, cost)
        for k in range(values.size):
            if not changes[k]:
                continue
            there = sellers[k, origin[r]] * weight[destination[r]]
            back = sellers[k, destination[r]] * weight[origin[r]]
            if not there + back > 0:
                continue
            if a != here[0] or b != here[1] or both != here[2]:
                _add_up(block, total, *here)
                here = a, b, both
            for q in range(total.shape[0]):
                block[0, q, k] += there * sums[like[k], q]
                block[1, q, k] += back * sums[like[k], q]
    _add_up(block, total, *here)
    return cut_off


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator, unused-ignore]
def _add_up(block: Floats, total: Floats, a: int, b: int, both: bool) -> None:
    """Add block[direction, q, class], what a run of pairs between two zones sums up to there and back, to
    total[q, class, zone, zone]; empty."""
    for q in range(block.shape[1]):
        for k in range(block.shape[2]):
            total[q, k, a, b] += block[0, q, k]
            if both:
                total[q, k, b, a] += block[1, q, k]
            block[0, q, k] = block[1, q, k] = 0.0


@njit(cache=True, nogil=True, error_model="numpy")  # type: ignore[untyped-decorator, unused-ignore]
def _variants(
    sums: Floats,
    whole: float,
    new_whole: float,
    term: Floats,
    new_term: Floats,
    old_g: Floats,
    old_h: Floats,
    new_g: Floats,
    new_h: Floats,
    cost: float,
) -> None:
    """Differences of a pair with fixed modes, free choice, hours and shares, into sums[1:]."""
    hours, kept = 0.0, 0.0
    least, new_least = 0, 0
    for m in range(MODES):
        if term[m] > 0:
            hours += term[m] / whole * old_h[m]
            if new_g[m] < np.inf:
                kept += term[m] / whole
        if old_g[m] < old_g[least]:
            least = m
        if new_g[m] < new_g[new_least]:
            new_least = m
    all_open = True
    for m in range(MODES):
        all_open = all_open and (term[m] == 0 or new_g[m] < np.inf)
    fixed_cost, fixed_hours, new_hours = 0.0, 0.0, 0.0
    for m in range(MODES):
        share, new_share = term[m] / whole, new_term[m] / new_whole
        sums[6 + m] = new_share - share
        if new_share > 0:
            new_hours += new_share * new_h[m]
        # A mode that closes leaves its share to the others; where none is left open the new choice holds.
        fixed = share if all_open else (share / kept if kept > 0 else new_share)
        if fixed > 0 and new_g[m] < np.inf:
            fixed_cost += fixed * new_g[m]
            fixed_hours += fixed * new_h[m]
    sums[1] = fixed_cost - cost
    sums[2] = new_g[new_least] - old_g[least]
    sums[3] = new_hours - hours
    sums[4] = fixed_hours - hours
    sums[5] = new_h[new_least] - old_h[least]


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator, unused-ignore]
def gather(
    slots: NDArray[np.int32],
    found: NDArray[np.int32],
    found_hours: Floats,
    found_usd: Floats,
    mode: int,
    route: int,
    value: float,
    usd: Floats,
    hours: Floats,
    rows: Any,
    new_usd: Any,
    new_hours: Any,
    count: int,
) -> int:
    """Put cheaper routes that were found (pair, hours, usd) into the compact arrays of changed pairs.

    slots: [pair], where a pair stands in the compact arrays, -1 where it does not yet. Returns how many stand there.
    """
    for n in range(found.size):
        r = found[n]
        cost = found_usd[n] + value * found_hours[n]
        slot = slots[r]
        if slot < 0:
            old = usd[r, mode, route] + value * hours[r, mode, route]
            if not cost < old * (1 - 1e-12):
                continue
            slot = count
            slots[r] = slot
            rows[slot] = r
            for m in range(usd.shape[1]):  # rows at once would take numba seconds to compile
                for k in range(usd.shape[2]):
                    new_usd[slot, m, k] = usd[r, m, k]
                    new_hours[slot, m, k] = hours[r, m, k]
            count += 1
        if cost < new_usd[slot, mode, route] + value * new_hours[slot, mode, route]:
            new_usd[slot, mode, route] = found_usd[n]
            new_hours[slot, mode, route] = found_hours[n]
    return count


@njit(cache=True, nogil=True, error_model="numpy")  # type: ignore[untyped-decorator, unused-ignore]
def add_means(sums: Floats, mass: Floats, values: Any) -> None:
    """values[q, class, zone, zone] += sums / mass, not a number where no pair is reachable."""
    for q in range(sums.shape[0]):
        for k in range(sums.shape[1]):
            for a in range(sums.shape[2]):
                for b in range(sums.shape[3]):
                    some = mass[k, a, b]
                    values[q, k, a, b] += sums[q, k, a, b] / some if some > 0 else np.nan
