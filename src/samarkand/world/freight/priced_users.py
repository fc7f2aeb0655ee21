"""Users of full places one after another, laid out once and asked about at many prices and for many trades.

    L(p)[i]      logsum of a user, as `engines.limits`, nothing without prices
    dearer       sum of w[i] L(p)[i] over the users of a pair of economies and a class of goods, w: of their cities
    through[f]   the same sum of the part of their goods that passes a place
    flow[f]      sum over pairs of economies and classes of through[f] times what of their goods takes capacity

Ways and weights stay as they are, so that only what a TEU holds and pays is worked out at prices, and what passes a
place is a sum over pairs of economies. A cell is a pair of economies that some of them sell between, and a class of
goods. Of each user what does not depend on prices is worked out once.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from samarkand.core.conventions import Floats, Ints
from samarkand.engines.compiled import load_compiled
from samarkand.engines.threads import run_all
from samarkand.world.freight.tonnes_by_route import Routes

LAYING, PRICING = "samarkand.engines.priced_users_kernels", "samarkand.engines.users_at_prices"
ONE_GATE = "samarkand.engines.one_gate_users"

Numbers = NDArray[np.int32]


class Passing(NamedTuple):
    """Pairs of cities that pass a gate: gates on their first ways and these ways, [row, class of goods, mode]; pair of
    economies from the first city to the second and back, among those that are counted in cells [direction, row], and
    weight of both cities in what is sold there, [direction, row, class of goods]."""

    bits: Ints
    taken: Routes
    pair: Ints
    weight: Floats

    def of(self, rows: slice) -> Passing:
        """Some of them."""
        return Passing(
            self.bits[rows],
            Routes(*(part[rows] for part in self.taken)),
            self.pair[:, rows],
            self.weight[:, rows],
        )


class Choosing(NamedTuple):
    """How users choose: search of each class of goods by each mode, [mode, class], and its value of time; the scale of
    modes times the mean cost of a user; the scale of ways over that of modes; a price that nobody pays who has another
    way.
    """

    class_of: Ints
    value: Floats
    scale: float
    sharp: float
    closed: float


class AtPrices(NamedTuple):
    """What users do at prices: `dearer` [cell], `through` [cell, facility]; slopes: by how much more passes the first
    facility as the price of the second rises, where it was asked for; of_most: `through` as it is estimated from the
    users with most of the goods (`SampledUsers`)."""

    dearer: Floats
    through: Floats
    slopes: Floats
    of_most: Floats


class LaidUsers:
    """Users of some pairs of cities with their nests and ways.

    full: numbers of full places; amounts: TEU that goods fill, then by measure, [cell, 1 + measure], of the goods that
    tell who has any; measure: which of them takes the capacity of each facility.
    """

    def __init__(
        self,
        passing: Passing,
        ways: tuple[NDArray[Any], ...],
        choosing: Choosing,
        full: Ints,
        amounts: Floats,
        measure: Ints,
    ) -> None:
        kernels, self._kernels = load_compiled(LAYING), load_compiled(PRICING)
        mask = int(sum(1 << f for f in full.tolist()))
        bits, term, pair = passing.bits, passing.taken.term, passing.pair
        first_ways = mask, bits, term, pair, passing.weight, amounts, measure
        users, nests = kernels.count_users(*first_ways)
        choices = [
            sum(1 << f for k, f in enumerate(full.tolist()) if choice >> k & 1)
            for choice in range(1, 1 << full.size)
        ]
        first_user = np.empty(len(bits) + 1, np.int32)
        first_nest, first_way = np.empty(users + 1, np.int32), np.empty(nests + 1, np.int32)
        cell, weight = np.empty((users, 2), np.int32), np.empty((users, 2))
        scale, offset, share = np.empty(users), np.empty(nests), np.empty(nests)
        cost, gates = np.empty(nests << full.size), np.empty(nests << full.size, np.uint8)
        kernels.lay_users(
            mask, np.array(choices, np.int64), choosing.closed, bits, term, passing.taken.cost, pair, passing.weight,
            amounts, measure, choosing.class_of, choosing.value, choosing.scale, choosing.sharp, *ways,
            cell, weight, scale, first_user, first_nest, first_way, offset, share, cost, gates,
        )  # fmt: skip
        # Those that pass one place stand apart, those that remain one after another.
        self._of_one_gate = load_compiled(ONE_GATE)
        gate = np.empty(users, np.uint8)
        size = self._of_one_gate.mark_users(first_nest, first_way, gates, gate)
        first, of_one = np.empty(len(bits) + 1, np.int32), np.empty((size, self._of_one_gate.PARTS))
        self._one = first, of_one, np.empty((size, 2), np.int32), np.empty(size, np.uint8)
        users, nests, count = self._of_one_gate.part_users(
            gate, first_user, first_nest, first_way, cost, gates, offset, scale, choosing.sharp, share, weight,
            cell, *self._one,
        )  # fmt: skip
        first_nest, first_way = first_nest[: users + 1].copy(), first_way[: nests + 1].copy()
        scale, weight, cell = scale[:users].copy(), weight[:users].copy(), cell[:users].copy()
        offset, share = offset[:nests].copy(), share[:nests].copy()
        cost, gates = cost[:count].copy(), gates[:count].copy()
        self._most = self._kernels.most_of(first_nest, first_way)
        self._first_user, self._measure, self._sharp = first_user, measure, choosing.sharp
        self._users = first_nest, first_way, cost, gates, offset, scale, choosing.sharp, weight, cell
        self._first_ways = first_user, first_nest, first_way, gates, share, weight, cell
        first = np.empty(len(bits) + 1, np.int32)
        none = np.empty((0, 2), np.int32), np.empty(0, np.uint8), np.empty((0, 2))
        size = kernels.list_others(*first_ways, first, *none)
        self._others = first, np.empty((size, 2), np.int32), np.empty(size, np.uint8), np.empty((size, 2))
        if size:
            kernels.list_others(*first_ways, *self._others)
        self.rows: Numbers = np.arange(len(bits), dtype=np.int32)

    def price(self, active: Numbers, amounts: Floats, price: Floats, paid: Floats, found: AtPrices) -> None:
        """Add what users of some rows do at prices by facility, paid as of `calc_paid`."""
        self._of_one_gate.price_users(
            active, *self._one, self._sharp, amounts, self._measure, price, *found[:3]
        )
        self._kernels.price_users(
            self._most, active, self._first_user, *self._users, amounts, self._measure, paid, *found[:3]
        )

    def pass_first(self, active: Numbers, amounts: Floats) -> Floats:
        """What passes places on first ways of users, [active row, facility]."""
        flow = np.zeros((active.size, self._measure.size))
        self._of_one_gate.pass_first(active, *self._one, amounts, self._measure, flow)
        self._kernels.pass_first(active, *self._first_ways, amounts, self._measure, flow)
        return flow

    def pass_others(self, active: Numbers, amounts: Floats) -> Floats:
        """The same of goods that are no users."""
        flow = np.zeros((active.size, self._measure.size))
        if self._others[1].size:
            self._kernels.pass_others(active, *self._others, amounts, self._measure, flow)
        return flow


class PricedUsers:
    """Users that are laid out, each part one thread's work; `active`: the rows of each that count."""

    def __init__(
        self,
        parts: Sequence[Sequence[LaidUsers]],
        active: Sequence[Sequence[Numbers]],
        cells: int,
        measure: Ints,
    ) -> None:
        self._parts, self._active, self._shape, self._measure = parts, active, (cells, measure.size), measure

    def first(self, amounts: Floats) -> Floats:
        """What passes facilities on first ways of users, by facility."""
        return self._sum(LaidUsers.pass_first, amounts)

    def besides(self, amounts: Floats) -> Floats:
        """The same of goods that are no users."""
        return self._sum(LaidUsers.pass_others, amounts)

    def _sum(self, of: Callable[[LaidUsers, Numbers, Floats], Floats], amounts: Floats) -> Floats:
        def of_part(number: int) -> Floats:
            found = np.zeros(self._shape[1])
            for laid, active in zip(self._parts[number], self._active[number], strict=True):
                found += of(laid, active, amounts).sum(axis=0)
            return found

        first, *others = run_all(of_part, range(len(self._parts)))
        return sum(others, first)

    def at(self, amounts: Floats, price: Floats, with_slopes: bool = False) -> AtPrices:
        """What users do at prices by facility."""
        paid = calc_paid(price, self._measure, amounts.shape[1] - 1)
        size = price.size if with_slopes else 0

        def of_part(number: int) -> AtPrices:
            through = np.zeros(self._shape)
            found = AtPrices(np.zeros(self._shape[0]), through, np.zeros((size, size)), through)
            for laid, active in zip(self._parts[number], self._active[number], strict=True):
                laid.price(active, amounts, price, paid, found)
            return found

        first, *others = run_all(of_part, range(len(self._parts)))
        for other in others:
            for mine, further in zip(first[:3], other, strict=False):
                mine += further
        return first

    def most_at(self, amounts: Floats, price: Floats, with_slopes: bool = False) -> AtPrices:
        """As `at`, estimated from the users with most of the goods: here from all."""
        return self.at(amounts, price, with_slopes)


class SampledUsers(PricedUsers):
    """Users of which those with most of the goods stand for all where a near answer is enough: a cut-off sample with
    ratio estimates. times: what all of them take of the capacity of each facility, over what those do."""

    def __init__(self, most: PricedUsers, others: PricedUsers, times: Floats) -> None:
        self._most, self._others, self._times = most, others, times

    def first(self, amounts: Floats) -> Floats:
        """As of `PricedUsers`."""
        return self._most.first(amounts) + self._others.first(amounts)

    def besides(self, amounts: Floats) -> Floats:
        """As of `PricedUsers`."""
        return self._most.besides(amounts) + self._others.besides(amounts)

    def at(self, amounts: Floats, price: Floats, with_slopes: bool = False) -> AtPrices:
        """As of `PricedUsers`."""
        most, others = (users.at(amounts, price, with_slopes) for users in (self._most, self._others))
        return AtPrices(
            most.dearer + others.dearer,
            most.through + others.through,
            most.slopes + others.slopes,
            self._times * most.through,
        )

    def most_at(self, amounts: Floats, price: Floats, with_slopes: bool = False) -> AtPrices:
        """As of `PricedUsers`; `dearer` is that of the part."""
        found = self._most.at(amounts, price, with_slopes)
        through, times = self._times * found.through, self._times[: len(found.slopes)]
        return AtPrices(found.dearer, through, times[:, None] * found.slopes, through)


def calc_paid(price: Floats, measure: Ints, measures: int) -> Floats:
    """Price of an amount by measure and by the bits of the facilities that it passes; prices by facility."""
    passes = np.arange(1 << measure.size)[:, None] >> np.arange(measure.size) & 1
    return np.array([passes @ np.where(measure == m, price, 0.0) for m in range(measures)])
