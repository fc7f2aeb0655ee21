"""Shares of modes in what some economies trade with others, counted by the main mode of the way or at a border.

    share_k = sum over pairs of cities p and classes of goods c of weight_pc sum over m of s_pcm part_pcmk

s: shares of the choice of modes; weight: the part of a pair in value, tonnes, TEU or tonne-km; part: how much of the
way counts as mode k, one where k is the mode m of the whole way, or that at the border of who reports (`border_modes`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from samarkand.analysis.border_modes import PARTS, BorderModes, Modes, find_border_modes
from samarkand.baseline import Baseline
from samarkand.core.conventions import Floats, Ints
from samarkand.engines.once import derived
from samarkand.priorities.trade.exposure import goods_by_class, goods_traded
from samarkand.solving import ORDER
from samarkand.world.freight.assignment import calc_tonnes, calc_unit_loads
from samarkand.world.freight.mode_choice import EUROPEAN_UNION, MODES, distance_between_cities
from samarkand.world.freight.trade_costs import economy_weights

EVERYBODY, UNION, OUTSIDE = "*", "EU", "!EU"
SHARES = {"mode_share": "value", "tonnes_share": "tonnes", "teu_share": "TEU", "work_share": "tonne-km"}


class Split(NamedTuple):
    """What is split over modes. pairs: `A-B[+A>C]`, - both ways, > one way; measure: as `SHARES`; border: the party at
    whose border the mode counts, empty for that of the whole way."""

    pairs: str
    measure: str
    border: str = ""


def calc_split(baseline: Baseline, split: Split, plain: bool = False) -> Floats | None:
    """Shares of the modes, [mode], fractions; plain: with constants of zero. None where an economy is not in the world,
    or nothing is traded."""
    if counted_pairs(split.pairs, baseline.setting.world.labels) is None:
        return None
    if not split.border:
        return _of_whole_ways(baseline, split, plain)
    weighed = pair_weights(baseline, split)
    if weighed is None:
        return None
    rows, weight = weighed
    share = weight[..., None] * shares_of_pairs(baseline, rows, plain)
    counted = modes_counted(baseline, split, rows)
    found: Floats = np.bincount(counted.ravel(), weights=share.ravel(), minlength=len(PARTS)) @ PARTS
    return found


def _of_whole_ways(baseline: Baseline, split: Split, plain: bool) -> Floats | None:
    """The same from means of economies, which all results are made of."""
    counted = counted_pairs(split.pairs, baseline.setting.world.labels)
    total = by_mode(baseline, split.measure, plain)[counted].sum(axis=0)
    found: Floats | None = total / total.sum() if total.sum() > 0 else None
    return found


def pair_weights(baseline: Baseline, split: Split) -> tuple[Ints, Floats] | None:
    """Pairs of cities that carry something of a split, and their weights [pair, class], all adding up to one.

    None where nothing is traded. Raises ValueError where an economy is not in the world.
    """
    labels = baseline.setting.world.labels
    counted = counted_pairs(split.pairs, labels)
    if counted is None:
        raise ValueError(f"{split.pairs} is not in the world")
    freight = baseline.state.model.baseline
    zone = freight.zones[0]
    one, other = zone[freight.pairs.origin], zone[freight.pairs.destination]
    known = (one >= 0) & (other >= 0) & (one != other)
    rows = np.flatnonzero(known & (counted | counted.T)[one, other])
    one, other = one[rows], other[rows]
    there, back = (part.T for part in freight.weights_of(rows))
    amount, mass = np.where(counted, amounts(baseline, split.measure), 0.0), freight.levels[-1]
    each = np.divide(amount, mass, out=np.zeros_like(amount), where=mass > 0)
    weight = (each[:, one, other] * there + (each[:, other, one] * back if freight.pairs.mirrored else 0.0)).T
    weight *= (freight.term[rows] > 0).any(axis=-1)
    used = weight.any(axis=1)
    total = weight.sum()
    return (rows[used], weight[used] / total) if total > 0 else None


def shares_of_pairs(baseline: Baseline, rows: Ints, plain: bool = False) -> Floats:
    """Shares of the choice of modes of some pairs of cities, [pair, class, mode], without the programme."""
    freight = baseline.state.model.baseline
    term = freight.term[rows]
    if plain:
        constants = freight.constants[rows]
        open_to = np.isfinite(constants)
        term = np.divide(
            term,
            np.exp(constants, where=open_to, out=np.ones_like(term)),
            out=np.zeros_like(term),
            where=open_to,
        )
    total = term.sum(axis=-1, keepdims=True)
    share: Floats = np.divide(term, total, out=np.zeros_like(term), where=total > 0)
    return share


def modes_counted(baseline: Baseline, split: Split, rows: Ints) -> Modes:
    """What counts for each mode of the whole way, [pair, class, mode]: rows of `PARTS`."""
    classes = baseline.state.model.baseline.values.size
    shape = (rows.size, classes, len(MODES))
    found = np.broadcast_to(np.arange(len(MODES), dtype=np.int8), shape).copy()
    if split.border:
        at_border = _at_border(baseline, split.border)
        place = np.searchsorted(at_border.rows, rows)
        place[place == at_border.rows.size] = 0
        there = at_border.rows[place] == rows if at_border.rows.size else np.zeros(rows.size, np.bool_)
        found[there] = at_border.counted[place[there]]
    return found


def prepare_borders(baseline: Baseline, borders: Iterable[str]) -> None:
    """Find what counts at some borders in one search, which takes as long as for one."""
    names = list(dict.fromkeys(borders))
    found = dict(
        zip(names, find_border_modes(baseline, [_members(name, baseline) for name in names]), strict=True)
    )
    for name in names:
        _kept(baseline, name, found[name])


def _kept(baseline: Baseline, border: str, found: BorderModes) -> BorderModes:
    return derived(baseline, ("modes at the border", border), lambda: found)


def _at_border(baseline: Baseline, border: str) -> BorderModes:
    def make() -> BorderModes:
        return find_border_modes(baseline, [_members(border, baseline)])[0]

    return derived(baseline, ("modes at the border", border), make)


def _members(border: str, baseline: Baseline) -> list[str]:
    labels = np.array(baseline.setting.world.labels)
    return [str(code) for code in labels[_party(border, labels.tolist())]]


def counted_pairs(pairs: str, labels: Sequence[str]) -> NDArray[np.bool_] | None:
    """Which pairs of economies `[origin, destination]` a place means; None where a party is not in the world."""
    counted = np.zeros((len(labels), len(labels)), np.bool_)
    for pair in pairs.split("+"):
        names = pair.split(">" if ">" in pair else "-")
        one, other = (_party(name, labels) for name in names)
        if not (one.any() and other.any()):
            return None
        # Of everybody, those within the other party trade at home.
        one, other = (
            mine & ~theirs if name == EVERYBODY else mine
            for name, mine, theirs in zip(names, (one, other), (other, one), strict=True)
        )
        counted |= one[:, None] & other
        if ">" not in pair:
            counted |= other[:, None] & one
    np.fill_diagonal(counted, False)
    return counted


def _party(name: str, labels: Sequence[str]) -> NDArray[np.bool_]:
    """Which economies a name of a place means: one of them, the European Union or all outside it, or everybody."""
    if name == EVERYBODY:
        return np.ones(len(labels), np.bool_)
    inside = np.isin(labels, sorted(EUROPEAN_UNION))
    return {UNION: inside, OUTSIDE: ~inside}.get(name, np.isin(labels, [name]))


def amounts(baseline: Baseline, measure: str) -> Floats:
    """What is shared out over modes `[class, origin, destination]`: US$ m, tonnes, TEU in unit loads, or tonnes times
    km, a year.

    km: great circle between the cities of two economies, mean by population.
    """
    if measure == "mode_share":
        return goods_on_network(baseline)[1]
    setting = baseline.setting
    flow = setting.world.accounts.trade_flow * setting.surface_part
    if measure == "teu_share":
        boxes: Floats = calc_unit_loads(flow, setting.commodities).to_numpy()
        return boxes
    tonnes = calc_tonnes(flow, setting.commodities)
    if measure == "tonnes_share":
        return tonnes.to_numpy()
    freight = baseline.state.model.baseline
    weight = economy_weights(freight.cities, setting.world.labels).to_numpy()
    member = weight > 0
    between = distance_between_cities(freight.cities)
    km = np.stack([(member * sellers) @ between @ weight.T for sellers in freight.sellers])
    work: Floats = tonnes.to_numpy() * km
    return work


def by_mode(baseline: Baseline, measure: str, plain: bool = False) -> Floats:
    """Amounts by mode `[origin, destination, mode]`, without the programme; plain: with constants of zero."""

    def make() -> Floats:
        carried = amounts(baseline, measure)
        model = baseline.state.model
        order = ("vot_class", "origin", "destination", "mode")
        if plain:
            share = model.baseline.plain_shares()
        else:
            of_mode = baseline.state.costs["mode_share"].sel(state="without", mode=list(MODES))
            share = of_mode.transpose(*order).to_numpy()
        found: Floats = np.einsum("cod,codm->odm", carried, np.nan_to_num(share))
        return found

    return derived(baseline, f"{measure} by mode {plain}", make)


def goods_on_network(baseline: Baseline) -> tuple[Floats, Floats]:
    """Trade in goods `[o, d]` without the programme, and by class what the network carries of it; money."""
    setting = baseline.setting
    of_goods = goods_by_class(setting.world, setting.assumptions)
    part = setting.surface_part.transpose(*ORDER).to_numpy()
    return goods_traded(baseline.solution.trade_flow, of_goods, part)
