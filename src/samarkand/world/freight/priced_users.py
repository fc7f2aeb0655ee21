"""Users of full places one after another, laid out once and asked about at many prices and for many trades.

    L(p)[i]      logsum of a user, as `engines.limits`, nothing without prices
    dearer       sum of w[i] L(p)[i] over the users of a pair of economies and a class of goods, w: of their cities
    through[f]   the same sum of the part of their goods that passes a place
    flow[f]      sum over pairs of economies and classes of through[f] times what of their goods takes capacity

Ways and weights stay as they are, so that only what a TEU holds and pays is worked out at prices, and what passes a
place is a sum over pairs of economies. A cell is a pair of economies and a class of goods.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from samarkand.core.conventions import Floats, Ints
from samarkand.engines.compiled import load_compiled
from samarkand.world.freight.closed_gates import ClosureWays
from samarkand.world.freight.tonnes_by_route import Routes

KERNELS = "samarkand.engines.priced_users_kernels"


class Passing(NamedTuple):
    """Pairs of cities that pass a gate: gates on their first ways and these ways, [row, class of goods, mode]; pair of
    economies from the first city to the second and back, [direction, row], and weight of both cities in what is sold
    there, [direction, row, class of goods]."""

    bits: Ints
    taken: Routes
    pair: Ints
    weight: Floats


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
    """What users do at prices: `dearer` [cell], `through` [facility, cell]; what passes the first facility more as the
    price of the second rises, where it was asked for."""

    dearer: Floats
    through: Floats
    slopes: Floats


class PricedUsers:
    """Users of full places with their nests and ways.

    full: numbers of these; amounts: TEU that goods fill, then by measure, [1 + measure, cell], of the goods that tell
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
        self._kernels = kernels = load_compiled(KERNELS)
        mask = int(sum(1 << f for f in full.tolist()))
        bits, term, pair = passing.bits, passing.taken.term, passing.pair
        users, nests = kernels.count_users(mask, bits, term, pair, passing.weight, amounts[0])
        choices = [
            sum(1 << f for k, f in enumerate(full.tolist()) if choice >> k & 1)
            for choice in range(1, 1 << full.size)
        ]
        first_nest, first_way = np.empty(users + 1, np.int64), np.empty(nests + 1, np.int64)
        cell, weight = np.empty((users, 2), np.int64), np.empty((users, 2))
        scale, terms = np.empty(users), np.empty(nests)
        cost, gates = np.empty(nests << full.size), np.empty(nests << full.size, np.int64)
        self.without = np.zeros((measure.size, amounts.shape[1]))
        count = kernels.lay_users(
            mask, np.array(choices, np.int64), choosing.closed, bits, term, passing.taken.cost, pair, passing.weight,
            amounts, measure, choosing.class_of, choosing.value, choosing.scale, choosing.sharp, *ways.arrays,
            cell, weight, scale, first_nest, first_way, terms, cost, gates, self.without,
        )  # fmt: skip
        self._users = (
            first_nest, first_way, cost[:count].copy(), gates[:count].copy(), terms, scale, choosing.sharp, weight,
            cell,
        )  # fmt: skip
        self._measure = measure
        passes = np.arange(1 << measure.size)[:, None] >> np.arange(measure.size) & 1
        self._passes = passes.astype(np.float64)  # [bits, facility]

    def at(self, amounts: Floats, price: Floats, with_slopes: bool = False) -> AtPrices:
        """What users do at prices by facility."""
        paid = np.array(
            [self._passes @ np.where(self._measure == m, price, 0.0) for m in range(amounts.shape[0] - 1)]
        )
        size = price.size if with_slopes else 0
        found = AtPrices(np.zeros(amounts.shape[1]), np.zeros_like(self.without), np.zeros((size, size)))
        self._kernels.price_users(*self._users, amounts, self._measure, paid, *found)
        return found
