"""Users of full places one after another, laid out once and asked about at many prices and for many trades.

    L(p)[i]      logsum of a user, as `engines.limits`, nothing without prices
    dearer       sum of w[i] L(p)[i] over the users of a pair of economies and a class of goods, w: of their cities
    through[f]   the same sum of the part of their goods that passes a place
    flow[f]      sum over pairs of economies and classes of through[f] times what of their goods takes capacity

Ways and weights stay as they are, so that only what a TEU holds and pays is worked out at prices, and what passes a
place is a sum over pairs of economies. A cell is a pair of economies that some of them sell between, and a class of
goods. Of each user what does not depend on prices is worked out once, and each half of the users is one thread's work.
"""

from __future__ import annotations

from copy import copy
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from samarkand.core.conventions import Floats, Ints
from samarkand.engines.compiled import load_compiled
from samarkand.engines.threads import run_all
from samarkand.world.freight.closed_gates import ClosureWays
from samarkand.world.freight.tonnes_by_route import Routes

KERNELS = "samarkand.engines.priced_users_kernels"


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

    def on_first_ways(self, cells: int, facilities: int) -> Floats:
        """What passes facilities on first ways, weights of cities [cell, facility]."""
        through = np.zeros((cells, facilities))
        load_compiled(KERNELS).pass_first(self.bits, self.taken.term, self.pair, self.weight, through)
        return through


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
    """What users do at prices: `dearer` [cell], `through` [cell, facility]; what passes the first facility more as the
    price of the second rises, where it was asked for."""

    dearer: Floats
    through: Floats
    slopes: Floats


class PricedUsers:
    """Users of full places with their nests and ways.

    full: numbers of these; amounts: TEU that goods fill, then by measure, [cell, 1 + measure], of the goods that tell
    who has any; measure: which of them takes the capacity of each facility. `without`: what passes facilities on first
    ways, as `AtPrices.through`.
    """

    def __init__(
        self,
        passing: Passing,
        ways: ClosureWays,
        choosing: Choosing,
        full: Ints,
        amounts: Floats,
        measure: Ints,
    ) -> None:
        middle = passing.bits.shape[0] // 2  # each half is one thread's work
        halves = [slice(0, middle), slice(middle, None)]
        self._parts = run_all(
            lambda rows: _Laid(passing.of(rows), ways.of(rows), choosing, full, amounts, measure), halves
        )
        self.without: Floats = self._parts[0].without + self._parts[1].without
        self._measure = measure
        passes = np.arange(1 << measure.size)[:, None] >> np.arange(measure.size) & 1
        self._passes = passes.astype(np.float64)  # [bits, facility]

    def beside(self, others: PricedUsers) -> PricedUsers:
        """These and others, whose cells are the same."""
        both = copy(self)
        both._parts = [*self._parts, *others._parts]
        both.without = self.without + others.without
        return both

    def at(self, amounts: Floats, price: Floats, with_slopes: bool = False) -> AtPrices:
        """What users do at prices by facility."""
        return _sum(self._of_parts(amounts, price, with_slopes))

    def at_both(self, amounts: Floats, price: Floats, with_slopes: bool = False) -> tuple[AtPrices, AtPrices]:
        """As `at`, of all users and of those alone that others stand beside."""
        first, second, *others = self._of_parts(amounts, price, with_slopes)
        own = _sum([first, second])
        return _sum([AtPrices(*(part.copy() for part in own)), *others]), own

    def _of_parts(self, amounts: Floats, price: Floats, with_slopes: bool) -> list[AtPrices]:
        paid = np.array(
            [self._passes @ np.where(self._measure == m, price, 0.0) for m in range(amounts.shape[1] - 1)]
        )
        size = price.size if with_slopes else 0

        def of_part(laid: _Laid) -> AtPrices:
            found = AtPrices(np.zeros(amounts.shape[0]), np.zeros_like(self.without), np.zeros((size, size)))
            laid.price(amounts, paid, found)
            return found

        return run_all(of_part, self._parts)


def _sum(parts: list[AtPrices]) -> AtPrices:
    """Into the first."""
    first, *others = parts
    for other in others:
        for mine, further in zip(first, other, strict=True):
            mine += further
    return first


class _Laid:
    """Users of some pairs of cities, laid out."""

    def __init__(
        self,
        passing: Passing,
        ways: tuple[NDArray[Any], ...],
        choosing: Choosing,
        full: Ints,
        amounts: Floats,
        measure: Ints,
    ) -> None:
        self._kernels = kernels = load_compiled(KERNELS)
        mask = int(sum(1 << f for f in full.tolist()))
        bits, term, pair = passing.bits, passing.taken.term, passing.pair
        users, nests = kernels.count_users(mask, bits, term, pair, passing.weight, amounts)
        choices = [
            sum(1 << f for k, f in enumerate(full.tolist()) if choice >> k & 1)
            for choice in range(1, 1 << full.size)
        ]
        first_nest, first_way = np.empty(users + 1, np.int32), np.empty(nests + 1, np.int32)
        cell, weight = np.empty((users, 2), np.int32), np.empty((users, 2))
        scale, offset = np.empty(users), np.empty(nests)
        cost, gates = np.empty(nests << full.size), np.empty(nests << full.size, np.uint8)
        self.without = np.zeros((amounts.shape[0], measure.size))
        count = kernels.lay_users(
            mask, np.array(choices, np.int64), choosing.closed, bits, term, passing.taken.cost, pair, passing.weight,
            amounts, measure, choosing.class_of, choosing.value, choosing.scale, choosing.sharp, *ways,
            cell, weight, scale, first_nest, first_way, offset, cost, gates, self.without,
        )  # fmt: skip
        self._users = (
            first_nest, first_way, cost[:count].copy(), gates[:count].copy(), offset, scale, choosing.sharp, weight,
            cell,
        )  # fmt: skip
        self._measure = measure

    def price(self, amounts: Floats, paid: Floats, found: AtPrices) -> None:
        """Add what they do at prices, by measure and the bits of the gates that are passed."""
        self._kernels.price_users(*self._users, amounts, self._measure, paid, *found)
