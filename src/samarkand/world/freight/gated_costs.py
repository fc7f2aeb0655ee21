"""Freight with gates for many states in a row: at prices generalised costs and flows alone, and no state is made."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from samarkand.core.conventions import Floats, Ints
from samarkand.world.freight.gate_users import Users, Ways, mask_of, per_user
from samarkand.world.freight.limits import MEASURES, MOST_FULL, GatedFreight
from samarkand.world.freight.mode_choice import VOT_CLASSES
from samarkand.world.freight.priced_places import Goods, calc_miss
from samarkand.world.freight.priced_users import PricedUsers


class CostsAtPrices(NamedTuple):
    """Weighted sums by how much costs rise between economies [class, origin, destination]; by facility and by pair of
    economies and class, what part of the goods that may turn aside passes it at prices, and without them."""

    dearer: Floats
    through: Floats
    without: Floats


class GatedCosts(GatedFreight):
    """As `GatedFreight`, asked about many prices by `costs_at` and `left_over`."""

    def costs_at(self, goods: Goods, prices: Floats) -> CostsAtPrices:
        """What goods do at prices by facility, on the ways that are known: costs and ways, as `at_prices`."""
        users, without = self._users_at(goods, self.chosen | (prices > 0))
        found = users.at(self._all_amounts(goods), prices)
        count = len(self.model.baseline.economies)
        one_way = found.dearer.reshape(count, count, -1)
        dearer = np.ascontiguousarray((one_way + one_way.transpose(1, 0, 2)).transpose(2, 0, 1))
        return CostsAtPrices(dearer, found.through, without)

    def left_over(
        self, at: CostsAtPrices, goods: Goods, others: Floats, prices: Floats
    ) -> tuple[Floats, float]:
        """Use over capacity, less one, by facility, of other trade on the ways of prices; and by how much it misses
        capacities and complementarity, as `settle`."""
        amounts = self._all_amounts(goods)
        takes = 1 + self._measures
        mine, before = (np.einsum("fc,fc->f", part, amounts[takes]) for part in (at.through, at.without))
        flow = others + np.maximum(self.passing(goods) - before, 0.0) + mine
        return flow / self.capacity - 1.0, calc_miss(flow, self.capacity, prices)

    @property
    def _measures(self) -> Ints:
        return np.array([MEASURES.index(one.measure) for one in self.facilities], np.int64)

    def _all_amounts(self, goods: Goods) -> Floats:
        return np.stack([self._both(goods, name) for name in ("volume", *MEASURES)])

    def _users_at(self, goods: Goods, full: NDArray[np.bool_]) -> tuple[PricedUsers, Floats]:
        """Users of full places laid out, and what part of their goods passes each facility without prices."""
        kept: dict[int, tuple[PricedUsers, Floats]] = vars(self).setdefault("_priced", {})
        mask = mask_of(full)
        if mask not in kept:
            if int(full.sum()) <= MOST_FULL:
                self._search_closed(full)
            users = self._users(goods, full)
            _, ways = self._ways_of(users, full)
            choice = self._choice(users, ways, self._sharp)
            cell = self._cell[users.row] * len(VOT_CLASSES) + users.label
            priced = PricedUsers(
                users.nest_user, ways.nest, ways.cost, ways.gates, choice.weight, np.asarray(choice.scale),
                np.asarray(choice.way_scale), users.weight, cell, self._measures,
            )  # fmt: skip
            kept[mask] = priced, self._without(users, ways, cell)
        return kept[mask]

    def _without(self, users: Users, ways: Ways, cell: Ints) -> Floats:
        """What part of the goods of users passes each facility on their first ways, by pair of economies and class."""
        part = users.weight[users.nest_user] * users.term / per_user(users, users.term)
        gates = ways.gates[: part.size]  # first ways come first
        size = len(self.model.baseline.economies) ** 2 * len(VOT_CLASSES)
        found = [
            np.bincount(cell[users.nest_user], np.where(gates >> f & 1, part, 0.0), size)
            for f in range(len(self.facilities))
        ]
        return np.array(found, np.float64)
