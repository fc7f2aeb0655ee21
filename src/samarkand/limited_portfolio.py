"""Many subsets of projects with limits: prices predicted, corrected, and certified by what they leave over.

    p1      prices for the trade of the accounts
    p0      p1 and by how much they moved in the subset solved so far that is most alike: what the projects that differ
            do by least squares
    r(p)    use / capacity - 1 with the trade that costs at prices p lead to; at a price of nothing max(r, 0)
    p'      max(p - r / (dr/dp), 0): slopes of the subset before, as much steeper as those at fixed trade are, with
            Broyden's secants; r of what a TEU holds in the trade found

until max |r| is no more than a declared bound. Costs without prices of all subsets and their ways past the full places
come from labels, once (`subsets`, `gate_labels`), and pairs of cities are laid out once for all subsets of which they
have the same ways (`subset_gates`); at each price one evaluation of what goods do at it, trade costs and the exact
equilibrium. Where prices are still looked for, a sample of the pairs tells what all do (p1, and what a TEU holds);
r is that of all. A subset that stays above the bound is solved as any other state (`limit_near`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from threading import Lock
from typing import Any, NamedTuple, TypeVar

import numpy as np

from samarkand.baseline import Baseline
from samarkand.core.conventions import Floats, Ints
from samarkand.core.progress import Progress, quiet
from samarkand.engines.equilibrium import Solution
from samarkand.engines.threads import run_all
from samarkand.limited_states import closed_near, limit_near
from samarkand.limiting import facilities_in, goods_of, goods_sold
from samarkand.programme import Change
from samarkand.solving import PricedFreight, costs_beyond_freight, solve_from
from samarkand.world.freight.gate_labels import GateLabels
from samarkand.world.freight.gates_at_prices import CostsAtPrices
from samarkand.world.freight.model import FreightModel
from samarkand.world.freight.priced_places import Goods, Limits
from samarkand.world.freight.state import FreightState
from samarkand.world.freight.subset_costs import SubsetCosts
from samarkand.world.freight.subset_gates import GatesOfSubset, SubsetGates
from samarkand.world.freight.subsets import Portfolios, costs_of_subsets

Solved = TypeVar("Solved")
# Of capacities: what is left over then moves real income by less than 1e-4 of its largest change.
BOUND = 5e-6
# Of capacities: what prices for the trade of the accounts leave over; they are where others begin.
START = 1e-4
MOST_TRIED = 14  # prices of one subset; then it is solved in full
AT_ONCE = 250  # subsets whose costs are in memory
LAID_AT_ONCE = 2  # times as many: users of full places
SIDE_BY_SIDE = 2
# Subsets that begin from the same ones: at most so many, and one for each so many that are known.
WAVE, OF_KNOWN = 8, 4
STEP = 0.02  # of the largest price: from those of the first subset, for the first secants
STEEPER = 3.0  # times those of the subset before are slopes at most
SHRUNK = 0.1  # subsets' worth of evidence that a project moves no price


class LimitedSubset(NamedTuple):
    """A subset: price by full place, US$ a tonne or TEU; what capacities and complementarity are missed by, as a part
    of capacity; equilibria solved; whether in full; what was asked for of the equilibrium."""

    price: Floats
    residual: float
    tried: int
    in_full: bool
    measure: Any


class _Tried(NamedTuple):
    found: CostsAtPrices
    price: Floats
    left_over: Floats
    residual: float
    goods: Goods
    solution: Solution


class _Learned(NamedTuple):
    """Prices for the trade of the accounts, how far prices moved from them, and the slopes of what is left over, if any
    were asked for."""

    start: Floats
    moved: Floats
    slopes: _Slopes | None


class _Slopes(NamedTuple):
    """By how much more is left over as prices rise [place, place of the price], at the trade that they lead to, and at
    a trade that stays as it is."""

    whole: Floats
    fixed: Floats

    def at(self, fixed: Floats) -> _Slopes:
        """Those of another subset: trade answers in the same proportion."""
        ratio = np.divide(fixed, self.fixed, out=np.ones_like(fixed), where=self.fixed != 0)
        return _Slopes(self.whole * np.clip(ratio, 1 / STEEPER, STEEPER), fixed)


def solve_limited_subsets(
    baseline: Baseline,
    near: FreightState,
    changes: Sequence[Change],
    measure: Callable[[Solution], Any],
    bound: float = BOUND,
    progress: Progress = quiet,
) -> list[LimitedSubset]:
    """A measure of the equilibrium of each of many changes, before anybody pays, with prices of full places.

    near: a solved state; the places that are full there or without a programme are those that may be full here. bound:
    of what is missed, `LimitedSubset.residual`. Raises ValueError where limits are not asked for, payments of transit
    are, a network is closed, no place is full or too many are.
    """
    if baseline.setting.transit_payments:
        raise ValueError("subsets with limits are solved without payments of transit")
    closed = closed_near(baseline, near)
    model = baseline.freight
    if closed is None or not isinstance(model, FreightModel):
        raise ValueError("subsets are solved near a state of an open network with a few full places")

    def in_full(change: Change) -> LimitedSubset:
        state = limit_near(baseline, change, near)
        assert state is not None  # as `closed` is not
        return LimitedSubset(state.price, state.residual, 0, True, measure(state.sold[1]))

    portfolios = Portfolios.of([change.network for change in changes])
    labels = None if portfolios is None else GateLabels.of(closed[1], portfolios, progress)
    if portfolios is None or labels is None:
        return [in_full(change) for change in changes]
    at = closed[0]
    trade = _Trade(baseline, at, labels, near)
    guess = _Guess(portfolios.masks)
    found: list[LimitedSubset] = []
    for first in range(0, len(changes), AT_ONCE):
        chunk = range(first, min(first + AT_ONCE, len(changes)))
        costs = costs_of_subsets(model, [changes[n].network for n in chunk])
        if first % (LAID_AT_ONCE * AT_ONCE) == 0:
            laid = first
            gates = trade.gates_of(portfolios.masks[first : first + LAID_AT_ONCE * AT_ONCE])

        def solve(
            n: int,
            costs: SubsetCosts = costs,
            gates: SubsetGates = gates,
            first: int = first,
            laid: int = laid,
        ) -> tuple[LimitedSubset, _Learned | None]:
            subset = trade.subset(changes[n], gates, n - laid, costs.of(n - first))
            tried, count, learned = guess.search(subset, n, bound)
            if tried is None:
                return in_full(changes[n]), None
            if n == 0:
                trade.goods, trade.last = tried.goods, tried.solution
            one = LimitedSubset(tried.price, tried.residual, count, False, measure(tried.solution))
            return one, learned

        while len(found) < chunk.stop:  # what is learned does not depend on which of a wave is done first
            begun = len(found)
            size = min(max(SIDE_BY_SIDE, begun // OF_KNOWN), WAVE) if begun else 1
            wave = range(begun, min(begun + size, chunk.stop))
            for n, (one, learned) in zip(wave, _side_by_side(solve, wave), strict=True):
                found.append(one)
                if learned is not None:
                    guess.learn(n, learned)
            progress(done=len(found), total=len(changes))
    return found


def _side_by_side(solve: Callable[[int], Solved], wave: Sequence[int]) -> list[Solved]:
    """Subsets of a wave, a few at a time: who has done one takes the next, in the order of the wave in the end."""
    waiting, lock, done = iter(wave), Lock(), dict[int, Solved]()

    def share(_number: int) -> None:
        while True:
            with lock:
                n = next(waiting, None)
            if n is None:
                return
            done[n] = solve(n)

    run_all(share, range(min(SIDE_BY_SIDE, len(wave))))
    return [done[n] for n in wave]


class _Guess:
    """By how much prices differ from those for the trade of the accounts, by the projects of a subset, and how what is
    left over answers to prices."""

    def __init__(self, masks: Ints) -> None:
        bits = int(max(masks.tolist(), default=0)).bit_length()
        has = (masks[:, None] >> np.arange(bits) & 1).astype(float)
        self._has = np.c_[np.ones(masks.size), has - 0.5]
        self._known: list[int] = []
        self._starts: list[Floats] = []
        self._moved: list[Floats] = []
        self._slopes: _Slopes | None = None

    def learn(self, n: int, learned: _Learned) -> None:
        """What a subset tells of others."""
        self._known.append(n)
        self._starts.append(learned.start)
        self._moved.append(learned.moved)
        if learned.slopes is not None:
            self._slopes = learned.slopes

    def start(self, n: int) -> Floats | None:
        """Prices for the trade of the accounts, as far as projects tell; None until a subset is solved."""
        return np.maximum(self._by_projects(n, self._starts), 0.0) if self._known else None

    def price(self, n: int, start: Floats) -> Floats:
        """Prices for its own trade."""
        return np.maximum(start + self._by_projects(n, self._moved), 0.0) if self._known else start

    def _by_projects(self, n: int, known: list[Floats]) -> Floats:
        """That of the subset known that is most alike, and what the projects that differ do by least squares.

        Alike are subsets of which few projects differ, each counted by what it moves: what projects do does not add up,
        but of two subsets with the same large ones little is left to add.
        """
        has, values = self._has[self._known], np.array(known)
        middle = values.mean(axis=0)
        gram = has.T @ has + SHRUNK * np.eye(has.shape[1])
        effect = np.linalg.solve(gram, has.T @ (values - middle))
        size = np.abs(effect / (np.abs(effect).max(axis=0) + np.finfo(float).tiny)).sum(axis=1)
        last = len(known) - 1 - int(np.argmin((np.abs(has - self._has[n]) @ size)[::-1]))
        found: Floats = values[last] + (self._has[n] - has[last]) @ effect
        return found

    def search(self, subset: _Subset, n: int, bound: float) -> tuple[_Tried | None, int, _Learned]:
        """Prices that leave no more than `bound` over, None if they are not found; how many were tried; and what is
        learned from them."""
        start = subset.start(self.start(n))
        tried = subset.at(self.price(n, start), with_slopes=True)
        count, slopes = 1, None
        if self._slopes is None and (tried.price.any() or tried.residual > bound):
            # What goods are in a TEU is that of its own trade.
            tried = subset.at(tried.price, with_slopes=True)
            slopes = _Slopes(self._first_slopes(subset, tried), tried.found.slopes)
            count += 1 + start.size
        while tried.residual > bound:
            if count >= MOST_TRIED:
                return None, count, _Learned(start, tried.price - start, slopes)
            if slopes is None:
                assert self._slopes is not None  # else they are found above
                slopes = self._slopes.at(tried.found.slopes)
            last = tried._replace(left_over=_with_own_goods(tried, subset.moved(tried), slopes))
            tried = subset.at(self._step(last, slopes.whole))
            count += 1
            moved, answered = tried.price - last.price, tried.left_over - last.left_over
            if moved @ moved > 0:  # Broyden's secant
                secant = np.outer(answered - slopes.whole @ moved, moved) / (moved @ moved)
                slopes = slopes._replace(whole=slopes.whole + secant)
        return tried, count, _Learned(start, tried.price - start, slopes)

    @staticmethod
    def _first_slopes(subset: _Subset, tried: _Tried) -> Floats:
        size = tried.price.size
        slopes, step = np.empty((size, size)), STEP * (float(tried.price.max()) or 1.0)
        for f in range(size):
            price = tried.price.copy()
            price[f] += step
            slopes[:, f] = (subset.at(price).left_over - tried.left_over) / step
        return slopes

    @staticmethod
    def _step(tried: _Tried, slopes: Floats) -> Floats:
        """Newton's step of the prices that are above nothing or whose places are too full."""
        price = tried.price.copy()
        active = np.flatnonzero((price > 0) | (tried.left_over > 0))
        while active.size:
            step = np.linalg.solve(slopes[np.ix_(active, active)], tried.left_over[active])
            new = price[active] - step
            below = (new < 0) & (price[active] <= 0)
            if not below.any():
                price[active] = np.maximum(new, 0.0)
                break
            active = active[~below]
        return price


class _Trade:
    """What all subsets have in common."""

    def __init__(self, baseline: Baseline, at: Ints, labels: GateLabels, near: FreightState) -> None:
        gates, setting, model = baseline.gates, baseline.setting, baseline.freight
        assert gates is not None  # limits are asked for
        assert isinstance(model, FreightModel)  # nothing is closed
        self.baseline, self.model, self.at = baseline, model, at
        self._labels = labels
        self.accounts = goods_of(setting, setting.world.accounts.trade_flow)
        self.others = gates.others[at]
        before = model.baseline.costs_before
        self.before_limited = before + self.mean(gates.of_accounts)
        self.goods = self.accounts  # until a subset is solved
        self.last: Solution | None = None
        self.freight = PricedFreight(setting, near, self.before_limited, before)
        self.near = near

    def mean(self, limits: Limits) -> Floats | float:
        """What prices change in generalised cost, by class of goods, origin and destination."""
        if limits.differences is None:
            return 0.0
        found: Floats = self.model.baseline.mean(limits.differences[0])
        return found

    def gates_of(self, keys: Ints) -> SubsetGates:
        """Gates of some subsets, masks of their projects."""
        facilities = facilities_in(self.baseline.setting)
        return SubsetGates(self.model, self._labels, keys, [facilities[f] for f in self.at], self.accounts)

    def subset(self, change: Change, gates: SubsetGates, number: int, costs: Floats) -> _Subset:
        """One subset of those of gates; costs without prices."""
        facilities = facilities_in(self.baseline.setting, change)
        gated = gates.of(number, change.network, [facilities[f] for f in self.at])
        return _Subset(self, change, gated, costs, self.freight.own_lines(costs), self.goods, self.last)


@dataclass
class _Subset:
    """What goods and trade of one subset do at prices."""

    trade: _Trade
    change: Change
    gated: GatesOfSubset
    costs: Floats
    own_lines: Floats
    goods: Goods
    last: Solution | None

    def start(self, near: Floats | None) -> Floats:
        """Prices for the trade of the accounts, from prices near by: those without a programme, if none are known."""
        gates, accounts = self.trade.baseline.gates, self.trade.accounts
        assert gates is not None  # limits are asked for
        prices = gates.limits.prices
        if near is not None:
            prices = {one.id: price for one, price in zip(self.gated.facilities, near.tolist(), strict=True)}
        return self.gated.start(accounts, self.trade.others, prices, START, roughly=True)

    def at(self, price: Floats, with_slopes: bool = False) -> _Tried:
        """The equilibrium at prices, and what its trade leaves over."""
        trade, gated = self.trade, self.gated
        setting = trade.baseline.setting
        found = gated.costs_at(self.goods, price, with_slopes)
        dearer = trade.model.baseline.mean(found.dearer)
        freight = trade.freight.hat(self.costs + dearer, self.own_lines)
        hat = costs_beyond_freight(setting, trade.near, freight, self.change, trade.baseline.energy).hat
        solution = self.last = solve_from(setting, self.change, hat, self.last)
        self.goods = goods_sold(setting, solution.trade_flow)
        gates = trade.baseline.gates
        assert gates is not None  # limits are asked for
        others = gates.others_of(setting, solution.trade_flow)[trade.at]
        left_over, residual = gated.left_over(found, self.goods, others, price)
        return _Tried(found, price, left_over, residual, self.goods, solution)

    def moved(self, tried: _Tried) -> Floats:
        """By how much more would be left over of the trade found, if it had been it that paid."""
        return self.gated.moved(tried.found, tried.goods)


def _with_own_goods(tried: _Tried, moved: Floats, slopes: _Slopes) -> Floats:
    """What would be left over if a TEU had held what it does in the trade found, not in that of before.

    What it holds it pays for: that turns goods aside as other prices would, and trade answers both alike.
    """
    moved, at = moved.copy(), np.flatnonzero(tried.price > 0)
    here = np.ix_(at, at)
    moved[at] = slopes.whole[here] @ np.linalg.lstsq(slopes.fixed[here], moved[at], rcond=None)[0]
    return tried.left_over + moved
