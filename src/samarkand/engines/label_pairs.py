"""Compiled labels of pairs of places by road, rail and sea, and what they mean for the choice of modes in many subsets.

As `labels` describes; the choice is that of `choice_kernels.compare`.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from samarkand.engines.choice_kernels import MODES, SEA, best_route, is_taken
from samarkand.engines.label_legs import MARGIN, insert_onward
from samarkand.engines.labels import EQUAL, KEPT_BITS, insert, number_parts, slot
from samarkand.engines.path_update_kernels import SLACK, pair_number

Floats = NDArray[np.float64]
Screen = NDArray[np.float32]
Ints = NDArray[np.int64]
Ints32 = NDArray[np.int32]


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
    full: bool = insert_onward(
        e_ptr[i], e_ptr[i + 1], e_at, e_real, e_mask, rows, from_hours, from_usd, from_cost, i + 1,
        screen[i] * np.float64(SLACK), count, real, mask,
    )  # fmt: skip
    return full


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator, unused-ignore]
def row_by_rail(
    i: int,
    along: Any,
    near_ptr: Ints,
    near: Ints32,
    near_hours: Floats,
    near_usd: Floats,
    near_cost: Floats,
    near_labels: Any,
    labelled: NDArray[np.bool_],
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
    """Labels of city i by rail to the cities after it, into buckets; whether full.

    near_labels: of legs to near terminals; labelled: [terminal], whether a leg to it has any. screen: [city, city].
    """
    a_ptr, a_at, a_real, a_mask = along
    l_ptr, _, l_real, l_mask = near_labels
    terminals, cities = rail_hours.shape[0], screen.shape[0]
    full = False
    limit = screen[i] * np.float64(SLACK)
    best, by, by_near = limit.copy(), np.full(cities, -1, np.int64), np.empty(cities, np.int64)
    touched = np.empty(cities, np.int64)
    order = a_ptr[i] + np.argsort(a_mask[a_ptr[i] : a_ptr[i + 1]])
    size = 0
    for o in range(order.size):  # of labels of the same projects the best alone is put in
        k = order[o]
        t, base = a_at[k], a_real[k, 0]
        for b in range(back_ptr[t], back_ptr[t + 1]):
            j, n = back_city[b], back_near[b]
            if j > i:
                cost = base + near_cost[n]
                if cost < best[j]:
                    if by[j] < 0:
                        touched[size] = j
                        size += 1
                    best[j], by[j], by_near[j] = cost, k, n
        if o + 1 == order.size or a_mask[order[o + 1]] != a_mask[k]:
            for j in touched[:size]:
                r, n = a_real[by[j]], by_near[j]
                h, u = r[1] + near_hours[n], r[2] + near_usd[n]
                full = insert(count, real, mask, j, best[j], h, u, a_mask[k]) == 2 or full
                best[j], by[j] = limit[j], -1
            size = 0
    for k in order:  # projects on both sides
        t = a_at[k]
        if not labelled[t]:
            continue
        for b in range(back_ptr[t], back_ptr[t + 1]):
            j, n = back_city[b], back_near[b]
            for q in range(l_ptr[n], l_ptr[n + 1]):
                cost = a_real[k, 0] + l_real[q, 0]
                if j > i and cost < limit[j]:
                    h, u, m = a_real[k, 1] + l_real[q, 1], a_real[k, 2] + l_real[q, 2], a_mask[k] | l_mask[q]
                    full = insert(count, real, mask, j, cost, h, u, m) == 2 or full
    # Along rail without projects, and with projects on the last leg alone.
    for t in range(terminals):
        if not labelled[t]:
            continue
        least, hours, usd = np.inf, np.inf, np.inf
        for b in range(back_ptr[t], back_ptr[t + 1]):
            n = back_near[b]
            j = back_city[b]
            if j <= i or l_ptr[n] == l_ptr[n + 1]:
                continue
            if least == np.inf:
                for a in range(near_ptr[i], near_ptr[i + 1]):
                    f = near[a]
                    h, u = near_hours[a] + rail_hours[f, t], near_usd[a] + rail_usd[f, t]
                    if f != t and u + value * h < least:
                        least, hours, usd = u + value * h, h, u
                if least == np.inf:
                    break
            for q in range(l_ptr[n], l_ptr[n + 1]):
                cost = least + l_real[q, 0]
                if cost < limit[j]:
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
    margins: Floats,
    port_hours: Floats,
    port_usd: Floats,
    port_cost: Floats,
    screen: Screen,
    value: float,
    count: Ints32,
    real: Floats,
    mask: Ints,
) -> bool:
    """Labels of city i by sea to the cities after it, into buckets; whether full.

    over_sea: compressed rows of cities; over_sea_by_port: the same labels as rows of landing ports, at the cities that
    they come from; margins: as from `sea_margins`. port_*: [port, city]; screen: [city, city].
    """
    o_ptr, o_at, o_real, o_mask = over_sea
    b_ptr, b_at, b_real, b_mask = over_sea_by_port
    p_ptr, p_at, p_real, p_mask = at_ports
    ports = port_cost.shape[0]
    limit = screen[i] * np.float64(SLACK)
    full: bool = insert_onward(  # projects on this side, none on the other
        o_ptr[i], o_ptr[i + 1], o_at, o_real, o_mask, np.arange(ports), port_hours, port_usd, port_cost, i + 1,
        limit, count, real, mask,
    )  # fmt: skip
    nearest, least = 0, np.inf
    for p in range(ports):
        if port_cost[p, i] < least:
            nearest, least = p, port_cost[p, i]
    own = p_ptr[i]
    for p in range(ports):  # projects on the other side, none or some on this one
        here = port_cost[p, i]
        while own < p_ptr[i + 1] and p_at[own] < p:
            own += 1
        after = own
        while after < p_ptr[i + 1] and p_at[after] == p:
            here = min(here, p_real[after, 0])
            after += 1
        if not here < least * (1 + MARGIN) + margins[p, nearest]:
            continue
        for k in range(b_ptr[p], b_ptr[p + 1]):
            j = b_at[k]
            if j <= i or not b_real[k, 0] + here < limit[j]:
                continue
            for s in range(own - 1, after):
                h, u, m = (
                    (p_real[s, 1], p_real[s, 2], p_mask[s])
                    if s >= own
                    else (port_hours[p, i], port_usd[p, i], 0)
                )
                cost = b_real[k, 0] + u + value * h
                if cost < limit[j]:
                    full = (
                        insert(count, real, mask, j, cost, b_real[k, 1] + h, b_real[k, 2] + u, b_mask[k] | m)
                        == 2
                        or full
                    )
    return full


@njit(cache=True, nogil=True, error_model="numpy")  # type: ignore[untyped-decorator, unused-ignore]
def routes_taken(key: int, j: int, lists: Ints, count: Any, mask: Any, taken: Ints) -> Any:
    """Find the first label of each list that the projects of `key` allow, into taken[mode, search class], -1 for none.

    Returns the projects that these labels use: with these alone, of those of `key`, they are the same. lists: [list,
    (search class, mode)], those of city j that have labels; count, mask: buckets [search class, mode, city].
    """
    used = np.int64(0)
    for n in range(lists.shape[0]):
        c, m = lists[n, 0], lists[n, 1]
        taken[m, c] = -1
        for k in range(count[c, m, j]):
            if mask[c, m, j, k] & ~key == 0:
                taken[m, c], used = k, used | mask[c, m, j, k]
                break
    return used


@njit(cache=True, nogil=True, error_model="numpy")  # type: ignore[untyped-decorator, unused-ignore]
def new_terms(
    m: int,
    j: int,
    taken: Ints,
    real: Any,
    usd: Floats,
    hours: Floats,
    term: Floats,
    pick: NDArray[np.int8],
    values: Floats,
    sea_search: Ints,
    constants: Floats,
    scale: float,
    new_usd: Floats,
    new_hours: Floats,
    out: Floats,
) -> None:
    """Terms of the choice by mode m with the labels taken, by class of goods: as `choice_kernels.compare` has it.

    taken: as from `routes_taken`; real: buckets [search class, mode, city]; usd, hours: [mode, route] of the pair
    without projects; term, pick: [class, mode]; constants: [class, mode]; new_usd, new_hours: room [mode, route].
    """
    moved = False
    for c in range(usd.shape[1]):
        new_usd[m, c], new_hours[m, c] = usd[m, c], hours[m, c]
        if taken[m, c] >= 0:
            new_hours[m, c], new_usd[m, c] = real[c, m, j, taken[m, c], 1], real[c, m, j, taken[m, c], 2]
            moved = True
    for k in range(values.size):
        out[k] = term[k, m]
        if not moved or (m == SEA and not term[k, m] > 0):
            continue
        c = best_route(new_usd, new_hours, m, values[k], sea_search[k])
        if c < 0:
            continue
        h, u, old = new_hours[m, c], new_usd[m, c], pick[k, m]
        g = u + values[k] * h
        old_h = hours[m, old] if old >= 0 else np.inf
        old_g = usd[m, old] + values[k] * old_h if old >= 0 else np.inf
        if is_taken(g, old_g, False, True) and not (g == old_g and h == old_h):
            out[k] = np.exp(constants[k, m] - scale * np.log(g))


@njit(cache=True, nogil=True, error_model="numpy")  # type: ignore[untyped-decorator, unused-ignore]
def fall(cost: float, whole: float, terms: Any, scale: float) -> float:
    """Change of a cost by the logsum where the terms of its modes, `whole` together, become `terms`."""
    new_whole = terms[0] + terms[1] + terms[2]
    return 0.0 if new_whole == whole else cost * ((new_whole / whole) ** (-1.0 / scale) - 1.0)


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator, unused-ignore]
def fill_row(
    i: int,
    by_class: Any,
    sea: Any,
    own_ways: NDArray[np.bool_],
    near_ptr: Ints,
    near: Ints32,
    back_ptr: Ints,
    back_city: Ints32,
    back_near: Ints,
    count: Ints32,
    real: Floats,
    mask: Ints,
) -> bool:
    """Labels of city i to the cities after it, by all modes, into buckets [search, mode, city]; whether full.

    by_class, sea, own_ways: as of `add_rows`. Where goods of a search at sea take the way of the first, so do labels.
    """
    full = False
    count[:] = 0
    for c in range(len(by_class)):
        value, road, rail = by_class[c]
        full = row_by_road(i, *road, count[c, 0], real[c, 0], mask[c, 0]) or full
        full = (
            row_by_rail(
                i, rail[0], near_ptr, near, *rail[1:6], back_ptr, back_city, back_near, *rail[6:],
                value, count[c, 1], real[c, 1], mask[c, 1],
            )
            or full
        )  # fmt: skip
    cities = near_ptr.size - 1
    for s in range(len(sea)):
        full = row_by_sea(i, *sea[s], count[s, SEA], real[s, SEA], mask[s, SEA]) or full
        if s == 0:
            continue
        for j in range(i + 1, cities):
            if not own_ways[pair_number(i, j, cities), s]:
                count[s, SEA, j] = count[0, SEA, j]
                for k in range(count[0, SEA, j]):
                    mask[s, SEA, j, k] = mask[0, SEA, j, k]
                    for q in range(real.shape[-1]):
                        real[s, SEA, j, k, q] = real[0, SEA, j, k, q]
    return full


@njit(cache=True, nogil=True, error_model="numpy")  # type: ignore[untyped-decorator, unused-ignore]
def keep_cheaper(
    j: int,
    usd: Floats,
    hours: Floats,
    values: Floats,
    own_ways: NDArray[np.bool_],
    count: Ints32,
    real: Floats,
    mask: Ints,
) -> Any:
    """Drop the labels of city j that are no cheaper than the route without projects; all projects of those left.

    usd, hours, own_ways: of the pair; values: of an hour [mode, search].
    """
    relevant = np.int64(0)
    for c in range(count.shape[0]):
        for m in range(MODES):
            if count[c, m, j] == 0:
                continue
            value = values[m, c] if m != SEA or own_ways[c] else values[m, 0]
            limit = (usd[m, c] + value * hours[m, c]) * (1 - EQUAL)
            n = 0
            while n < count[c, m, j] and real[c, m, j, n, 0] < limit:
                relevant |= mask[c, m, j, n]
                n += 1
            count[c, m, j] = n
    return relevant


@njit(cache=True, nogil=True, error_model="numpy")  # type: ignore[untyped-decorator, unused-ignore]
def add_rows(
    block: Ints,
    by_class: Any,
    sea: Any,
    own_ways: NDArray[np.bool_],
    near_ptr: Ints,
    near: Ints32,
    back_ptr: Ints,
    back_city: Ints32,
    back_near: Ints,
    pairs: Any,
    choice: Any,
    zone: NDArray[np.int32],
    weight: Floats,
    sellers: Floats,
    like: Ints,
    placed: NDArray[np.bool_],
    sets: Ints,
    room: Any,
    total: Floats,
    reached: NDArray[np.bool_],
) -> bool:
    """Add the weighted differences of cost from the cities of `block` to those after them, for all sets; whether full.

    total: [zone of the second city, set, slot], as the first of `choice_kernels.compare`. Slots are the classes that
    choose for themselves, the same there and back, and then the last classes, which have cities of origin, to the
    second city and from it; these are filled where one of the zones is `placed`: it has cities of another weight as
    sellers than as buyers. reached: [zone], set
    where anything was added. sellers, like: as in `choice_kernels.compare`, with those that choose first.
    by_class: by search class (value, road, rail) with what `row_by_road` and `row_by_rail` take; sea: what `row_by_sea`
    takes, by search at sea; own_ways: [pair, search at sea], where goods take the way of their own search.
    pairs: (usd, hours, term, pick, segment, values of time [mode, search]); choice: (values, search at sea by class,
    constants, scale); room: buckets and tables.
    """
    usd, hours, term, pick, segment, search_values = pairs
    values, sea_search, constants, scale = choice
    count, real, mask, slots, bits, number, parts, out, kept_key, kept, kept_slots = room
    size = kept_slots.size - 1
    cities, alone = zone.size, np.sum(like == np.arange(like.size))
    others = (kept.shape[1] - alone) // 2
    first = like.size - others
    source = np.concatenate((like[:alone], like[first:], like[first:]))
    full = False
    relevant = np.empty(cities, np.int64)
    routes = usd.shape[2]
    new_usd, new_hours = np.empty((MODES, routes)), np.empty((MODES, routes))
    terms = np.empty((MODES, alone))
    cost, whole = np.empty(alone), np.empty(alone)
    taken, lists = np.empty((MODES, routes), np.int64), np.empty((MODES * routes, 2), np.int64)
    change = np.empty(alone)
    weights = np.empty(alone + 2 * others)
    for i in block:
        full = fill_row(
            i, by_class, sea, own_ways, near_ptr, near, back_ptr, back_city, back_near, count, real, mask
        ) or full  # fmt: skip
        for j in range(cities):
            relevant[j] = 0
            if j <= i or zone[j] < 0 or not weight[j] > 0:
                continue
            r = pair_number(i, j, cities)
            relevant[j] = keep_cheaper(j, usd[r], hours[r], search_values, own_ways[r], count, real, mask)
        order = np.argsort(relevant)
        last, last_zone, found, slots_used = np.int64(0), -1, 0, 0
        for j in order[np.searchsorted(relevant[order], 1) :]:
            r = pair_number(i, j, cities)
            b = zone[j]
            if relevant[j] != last or b != last_zone:
                if found:
                    _spread(number, out, found, total[last_zone], slots_used)
                    reached[last_zone] = True
                if relevant[j] != last:
                    found = number_parts(sets, relevant[j], slots, bits, number, parts)
                out[:found] = 0.0
                last, last_zone = relevant[j], b
                slots_used = alone + (2 * others if placed[zone[i]] or placed[b] else 0)
            weights[:alone] = weight[i] * weight[j]
            for k in range(others):
                weights[alone + k] = sellers[first + k, i] * weight[j]
                weights[alone + others + k] = sellers[first + k, j] * weight[i]
            any_class = False
            for k in range(alone):
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
            filled, held = 0, 0
            taken[:] = -1
            for c in range(routes):
                for m in range(MODES):
                    if count[c, m, j] > 0:
                        lists[filled, 0], lists[filled, 1] = c, m
                        filled += 1
            kept_slots[:] = -1
            # What the projects of a part change hangs on those alone that its routes use.
            all_used = routes_taken(relevant[j], j, lists[:filled], count, mask, taken)
            for n in range(found):
                if all_used & ~parts[n] == 0:  # what is not there is not taken with all projects either
                    used = all_used
                else:
                    used = routes_taken(parts[n], j, lists[:filled], count, mask, taken)
                if used == 0:
                    continue
                at = slot(used, KEPT_BITS)
                while kept_slots[at] >= 0 and kept_key[kept_slots[at]] != used:
                    at = (at + 1) & size
                if kept_slots[at] >= 0:
                    for k in range(slots_used):
                        out[n, k] += kept[kept_slots[at], k]
                    continue
                if used == all_used:
                    routes_taken(used, j, lists[:filled], count, mask, taken)
                for m in range(MODES):
                    new_terms(
                        m, j, taken, real, usd[r], hours[r], term[r], pick[r], values[:alone], sea_search,
                        constants[segment[r]], scale, new_usd, new_hours, terms[m],
                    )  # fmt: skip
                for k in range(alone):
                    change[k] = fall(cost[k], whole[k], terms[:, k], scale) if whole[k] > 0 else 0.0
                for k in range(slots_used):
                    out[n, k] += weights[k] * change[source[k]]
                if held < kept_key.size:
                    kept_slots[at], kept_key[held] = held, used
                    for k in range(slots_used):
                        kept[held, k] = weights[k] * change[source[k]]
                    held += 1
        if found:
            _spread(number, out, found, total[last_zone], slots_used)
            reached[last_zone] = True
    return full


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator, unused-ignore]
def _spread(number: Ints32, out: Floats, found: int, total: Floats, slots_used: int) -> None:
    """Add what different parts of sets have to the sets: total[set, slot], the first slots alone."""
    for s in range(number.size):
        n = number[s]
        for k in range(slots_used):
            total[s, k] += out[n, k]


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator, unused-ignore]
def add_block(
    a: int,
    b: int,
    zones: int,
    found: Floats,
    row: int,
    filled: NDArray[np.bool_],
    sums: Floats,
    further: Floats,
) -> None:
    """Add what a block of zone a has with zone b to that of the pair of zones, and empty it.

    found: [set, slot], as `add_rows` fills it. sums: [set // together, pair of zones, set % together, class that
    chooses], the same there and back; further: [set // together, row, set % together, the last classes from the first
    zone of the pair and then to it], for pairs with a row (-1: none). filled: [pair of zones], where anything stands.
    """
    pair = pair_number(min(a, b), max(a, b), zones)
    together, alone = sums.shape[2:]
    others = further.shape[3] // 2
    anew = not filled[pair]
    filled[pair] = True
    for s in range(found.shape[0]):
        here = sums[s // together, pair, s % together]
        for k in range(alone):
            here[k] = found[s, k] if anew else here[k] + found[s, k]
        if row >= 0:
            there = further[s // together, row, s % together]
            for k in range(2 * others):
                at = k if a <= b else (k + others) % (2 * others)
                there[at] = found[s, alone + k] if anew else there[at] + found[s, alone + k]
        found[s] = 0.0


@njit(cache=True, nogil=True, error_model="numpy")  # type: ignore[untyped-decorator, unused-ignore]
def lay_out(
    s: int,
    sums: Floats,
    further: Floats,
    rows: Ints,
    filled: NDArray[np.bool_],
    like: Ints,
    mass: Floats,
    costs: Floats,
) -> None:
    """Add sums / mass of set s to costs [class, zone, zone], both ways; within a zone there and back count.

    sums, further, filled: as in `add_block`; rows: of pairs of zones in `further`; like: the class, itself or one
    before it, that chooses as each does.
    """
    together = sums.shape[2]
    classes, zones = costs.shape[:2]
    others = further.shape[3] // 2
    for a in range(zones):
        for b in range(a, zones):
            pair = pair_number(a, b, zones)
            if not filled[pair]:
                continue
            here, row = sums[s // together, pair, s % together], rows[pair]
            for k in range(classes):
                to = back = here[like[k]]
                if k >= classes - others and row >= 0:
                    there = further[s // together, row, s % together]
                    to, back = there[k - classes + others], there[k - classes + 2 * others]
                if a == b:
                    costs[k, a, a] += (to + back) / mass[k, a, a]
                else:
                    costs[k, a, b] += to / mass[k, a, b]
                    costs[k, b, a] += back / mass[k, b, a]
