"""Tonnes whose way between two cities gets cheaper from one state of the network to another.

    T = sum over pairs of cities p, classes of goods c, modes m of t_pc s_pcm [g_pcm < g'_pcm]

t: tonnes between the two cities, trade within an economy included, divided by the weights of cities; s: share of the
mode and g: generalised cost of its best way, after; g': the cost before. Where the states differ by one item these are
the tonnes that take it: their next best way costs more. No path is searched: routes are those of the states.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import xarray as xr

from samarkand.core.conventions import Floats, Ints
from samarkand.world.freight.mode_choice import MODES
from samarkand.world.freight.model import RouteUpdate
from samarkand.world.freight.trade_costs import FreightBaseline, load_kernels

CLOSER = 1 - 1e-9  # costs are sums in another order: what differs by less is one way


class Routes(NamedTuple):
    """Of some pairs, by class of goods and mode: cost and hours of the best way, and terms of the choice."""

    cost: Floats
    hours: Floats
    term: Floats


def calc_tonnes_cheaper(
    baseline: FreightBaseline, before: RouteUpdate, after: RouteUpdate, tonnes: xr.DataArray
) -> float:
    """Tonnes a year that go cheaper after than before.

    before, after: the pairs in which each state differs from the baseline, with their routes; tonnes: as `calc_tonnes`
    with trade at home, dims (origin, destination, vot_class).
    """
    rows = np.union1d(before.rows, after.rows)
    was, is_ = (costs_of(baseline, rows, update) for update in (before, after))
    differ = ((was[0] != is_[0]) | (was[1] != is_[1])).any(axis=(1, 2))
    if not differ.any():
        return 0.0
    rows = rows[differ]
    old, new = (routes_of(baseline, rows, usd[differ], hours[differ]) for usd, hours in (was, is_))
    total = new.term.sum(axis=-1, keepdims=True)
    share = np.divide(new.term, total, out=np.zeros_like(new.term), where=total > 0)
    cheaper = (share * (new.cost < CLOSER * old.cost)).sum(axis=-1)  # [pair, class]
    zone = baseline.zones[0]
    one, other = baseline.pairs.origin[rows], baseline.pairs.destination[rows]
    known = (zone[one] >= 0) & (zone[other] >= 0) & (one != other)
    one, other, cheaper = one[known], other[known], cheaper[known]
    there, back = baseline.weights_of(rows[known])
    labels = list(baseline.economies)
    ordered = tonnes.sel(origin=labels, destination=labels).transpose("origin", "destination", "vot_class")
    amount: Floats = ordered.to_numpy()
    between = amount[zone[one], zone[other]] * there
    if baseline.pairs.mirrored:
        between = between + amount[zone[other], zone[one]] * back
    return float((between * cheaper).sum())


def costs_of(baseline: FreightBaseline, rows: Ints, update: RouteUpdate) -> tuple[Floats, Floats]:
    """US$ and hours of routes of some pairs, [pair, mode, search class]."""
    usd, hours = baseline.pairs.usd[rows], baseline.pairs.hours[rows]  # copies
    at = np.searchsorted(rows, update.rows)
    usd[at], hours[at] = update.usd, update.hours
    return usd, hours


def routes_of(baseline: FreightBaseline, rows: Ints, usd: Floats, hours: Floats) -> Routes:
    """The ways that goods of some pairs take by each mode at routes [pair, mode, search class]."""
    pairs = baseline.pairs
    shape = (rows.size, baseline.values.size, len(MODES))
    term, pick = np.empty(shape), np.empty(shape, np.int8)
    load_kernels().prepare(
        usd, hours, baseline.segment[rows], baseline.values, baseline.sea_search, baseline.constants,
        baseline.choice.scale, pairs.by_sea[rows], term, pick,
    )  # fmt: skip
    cost = usd[:, None] + baseline.values[None, :, None, None] * hours[:, None]
    at_sea = baseline.sea_search[:, None] == np.arange(cost.shape[-1])  # there is one way (`prepare`)
    cost[:, :, MODES.index("sea")][:, ~at_sea] = np.inf
    best = cost.argmin(axis=-1)[..., None]
    every = np.broadcast_to(hours[:, None], cost.shape)
    least, taken = (np.take_along_axis(array, best, axis=-1)[..., 0] for array in (cost, every))
    return Routes(least, taken, term)
