"""Users of full places one after another, laid out once and asked about at many prices and for many trades.

    L(p)[i]      logsum of a user, as `engines.limits`; between economies its change, weighted by the cities
    through[f]   weighted part of the goods between two economies that passes a place
    flow[f]      sum over pairs of economies and classes of through[f] times what of their goods takes capacity

Ways and weights stay as they are, so that only what a TEU holds and pays is worked out at prices, and what passes a
place is a sum over pairs of economies.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from samarkand.core.conventions import Floats, Ints
from samarkand.engines.compiled import load_compiled


class UsersAtPrices(NamedTuple):
    """What prices do: weighted sums of how much dearer goods become between two economies, one way [cell], and
    `through` [facility, cell]; a cell is a pair of economies and a class of goods."""

    dearer: Floats
    through: Floats


class PricedUsers:
    """Users with their nests and ways.

    Parameters
    ----------
    nest_user, nest, cost, gates
        User of each nest, in order; nest of each way, its cost, and the bits of the places that it passes.
    term, scale, way_scale
        Weight of each nest; s and k of each user.
    weight, cell
        Of each user: that of its cities, and its pair of economies and class of goods.
    measures
        By facility: which of the measures of goods takes its capacity.
    """

    def __init__(
        self,
        nest_user: Ints,
        nest: Ints,
        cost: Floats,
        gates: Ints,
        term: Floats,
        scale: Floats,
        way_scale: Floats,
        weight: Floats,
        cell: Ints,
        measures: NDArray[np.int64],
    ) -> None:
        order = np.argsort(nest, kind="stable")
        self._first_nest = np.searchsorted(nest_user, np.arange(scale.size + 1))
        self._first_way = np.searchsorted(nest[order], np.arange(nest_user.size + 1))
        self._ways = cost[order], gates[order], term, scale, way_scale, weight, cell
        self._measures = measures
        self._weight, self._cell = weight, cell
        passes = np.arange(1 << measures.size)[:, None] >> np.arange(measures.size) & 1
        self._passes = passes.astype(np.float64)  # [bits, facility]
        self._free: Floats | None = None

    def at(self, amounts: Floats, price: Floats) -> UsersAtPrices:
        """What users do at prices by facility; amounts: TEU that goods fill and their measures, [1 + measure, cell]."""
        paid = np.zeros((amounts.shape[0] - 1, self._passes.shape[0]))
        for m in range(paid.shape[0]):
            paid[m] = self._passes @ np.where(self._measures == m, price, 0.0)
        logsum, through = self._price(amounts, paid)
        if self._free is None:
            self._free = self._price(amounts, np.zeros_like(paid))[0]
        more = self._weight * (logsum - self._free)
        dearer: Floats = np.bincount(self._cell, more, amounts.shape[1]).astype(np.float64)
        return UsersAtPrices(dearer, through)

    def _price(self, amounts: Floats, paid: Floats) -> tuple[Floats, Floats]:
        logsum = np.zeros(self._weight.size)
        through = np.zeros((self._measures.size, amounts.shape[1]))
        kernels = load_compiled("samarkand.engines.priced_users_kernels")
        kernels.price_users(self._first_nest, self._first_way, *self._ways, amounts, paid, logsum, through)
        return logsum, through
