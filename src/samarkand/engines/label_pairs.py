"""Compiled labels of pairs of places by road, rail and sea, and what they mean for the choice of modes in many subsets.

As `labels` describes; the choice is that of `choice_kernels.compare`.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from samarkand.engines.choice_kernels import MODES, ROUTES, SEA, best_route, is_taken
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
) -> Any:
    """Terms of the choice by mode m with the projects of `key`, by class of goods: as `choice_kernels.compare` has it.

    Returns the projects that the routes use: with these alone, of those of `key`, they are the same.

    count, real, mask: buckets [search class, mode, city]; usd, hours: [mode, route] of the pair without projects; term,
    pick: [class, mode]; constants: [class, mode]; new_usd, new_hours: room [mode, route].
    """
    moved, used = False, np.int64(0)
    for c in range(ROUTES):
        new_usd[m, c], new_hours[m, c] = usd[m, c], hours[m, c]
        for k in range(count[c, m, j]):
            if mask[c, m, j, k] & ~key == 0:
                new_hours[m, c], new_usd[m, c] = real[c, m, j, k, 1], real[c, m, j, k, 2]
                moved, used = True, used | mask[c, m, j, k]
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
        if is_taken(g, old_g, False, True) and not (g == old_g and h == old_h):
            out[k] = np.exp(constants[k, m] - scale * np.log(g))
    return used


@njit(cache=True, nogil=True, error_model="numpy")  # type: ignore[untyped-decorator, unused-ignore]
def fall(cost: float, whole: float, terms: Any, scale: float) -> float:
    """Change of a cost by the logsum where the terms of its modes, `whole` together, become `terms`."""
    new_whole = terms[0] + terms[1] + terms[2]
    return 0.0 if new_whole == whole else cost * ((new_whole / whole) ** (-1.0 / scale) - 1.0)


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
    by_mode, used = np.empty(MODES, np.int64), np.empty(MODES, np.int64)
    with_all, most = np.empty((MODES, classes)), np.empty(classes)
    for i in block:
        count[:] = 0
        for c in range(ROUTES):
            value, road, rail, sea = by_class[c]
            full = row_by_road(i, *road, count[c, 0], real[c, 0], mask[c, 0]) or full
            full = (
                row_by_rail(
                    i, rail[0], near_ptr, near, *rail[1:6], back_ptr, back_city, back_near, *rail[6:],
                    value, count[c, 1], real[c, 1], mask[c, 1],
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
                by_mode[m] = used[m] = 0
                for c in range(ROUTES):
                    for n in range(count[c, m, j]):
                        by_mode[m] |= mask[c, m, j, n]
                kept_slots[m] = -1
                for k in range(classes):
                    with_all[m, k] = terms[m, k] = term[r, k, m]
                if by_mode[m] != 0:
                    used[m] = new_terms(
                        by_mode[m], m, j, count, real, mask, usd[r], hours[r], term[r], pick[r], values,
                        constants[segment[r]], scale, new_usd, new_hours, with_all[m],
                    )  # fmt: skip
            used_together = used[0] | used[1] | used[2]
            for k in range(classes):
                most[k] = 0.0
                if whole[k] > 0:
                    most[k] = w * fall(cost[k], whole[k], with_all[:, k], scale)
            held = 0
            size = kept_slots.shape[1] - 1
            for n in range(found):
                if used_together & ~parts[n] == 0:  # what is not there is not taken with all projects either
                    for k in range(classes):
                        out[n, k] += most[k]
                    continue
                for m in range(MODES):
                    if by_mode[m] == 0:
                        continue
                    if used[m] & ~parts[n] == 0:
                        terms[m] = with_all[m]
                        continue
                    key = parts[n] & by_mode[m]
                    at = slot(key, KEPT_BITS)
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
                        out[n, k] += w * fall(cost[k], whole[k], terms[:, k], scale)
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
