"""Freight with gates for each of many subsets of projects: pairs of cities that no project changes are laid out once.

Most goods past a canal never come near a project. What they do at prices depends on prices and trade alone, so that
the users, their ways and what passes on first ways are the same in all subsets. Costs and flows at prices are exact;
where steps to better prices are looked for, those pairs follow their slopes at the prices without a programme:

    r(p) = c(p) + f(p') + f'(p') (p - p')        c: of the pairs that projects change, f: of all others
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from samarkand.core.conventions import Floats, Ints
from samarkand.world.freight.capacity import Facility
from samarkand.world.freight.closed_gates import ClosureWays
from samarkand.world.freight.gate_labels import GateLabels
from samarkand.world.freight.gated_costs import CostsAtPrices, GatedCosts
from samarkand.world.freight.model import FreightModel, RouteUpdate
from samarkand.world.freight.priced_places import Goods
from samarkand.world.freight.priced_users import AtPrices, PricedUsers
from samarkand.world.network.link_changes import LinkChange


class SubsetGates:
    """What all subsets have in common; `of`: one of them.

    labels: of all pairs that may pass a gate; facilities, price: places without a programme, and their prices; goods:
    the trade of the accounts.
    """

    def __init__(
        self,
        model: FreightModel,
        labels: GateLabels,
        facilities: Sequence[Facility],
        price: Floats,
        goods: Goods,
    ) -> None:
        self.model, self.labels, self.gates = model, labels, labels.closed.gates
        ways, self._changing = labels.split()
        routes = RouteUpdate(ways.rows, ways.usd[:, 0], ways.hours[:, 0])
        self.fixed = GatedCosts(model, routes, (), facilities, self.gates, ways=ways)
        self.price, self._goods = price, goods
        pairs, zone = model.baseline.pairs, model.baseline.zones[0]
        one, other = (zone[end[labels.rows]].astype(np.int64) for end in (pairs.origin, pairs.destination))
        count = len(model.baseline.economies)
        self.present: Ints = np.unique(np.r_[one * count + other, other * count + one])
        vars(self.fixed)["_pairs"] = self.fixed._among(self.present)
        self._near: dict[bytes, AtPrices] = {}

    def near(self, full: NDArray[np.bool_]) -> AtPrices:
        """What pairs that no project changes do at the prices without a programme, with slopes."""
        key, goods = full.tobytes(), self._goods
        if key not in self._near:
            users, amounts = self.fixed._users_at(goods, full), self.fixed._amounts_of_all(goods)
            self._near[key] = users.at(amounts, self.price, with_slopes=True)
        return self._near[key]

    def of(self, key: int, changes: Sequence[LinkChange], facilities: Sequence[Facility]) -> GatesOfSubset:
        """Freight with the projects of a mask, `changes`."""
        routes, ways = self._changing.ways(key)
        return GatesOfSubset(self, key, routes, changes, facilities, ways)


class GatesOfSubset(GatedCosts):
    """As `GatedCosts`: its own pairs are those that projects change, beside them stand all others."""

    def __init__(
        self,
        shared: SubsetGates,
        key: int,
        routes: RouteUpdate,
        changes: Sequence[LinkChange],
        facilities: Sequence[Facility],
        ways: ClosureWays,
    ) -> None:
        super().__init__(shared.model, routes, changes, facilities, shared.gates, ways=ways)
        self._shared, self._key, self._changes = shared, key, tuple(changes)

    def at_own(
        self, goods: Goods, others: Floats, prices: Floats, full: NDArray[np.bool_] | None = None
    ) -> tuple[Floats, Floats]:
        """As of `GatedCosts`, but for the pairs that no project changes, which follow their slopes."""
        full = self.chosen | (prices > 0) if full is None else full
        amounts, shared = self._amounts_of_all(goods), self._shared
        at, fixed = self._own_users(goods, full).at(amounts, prices, with_slopes=True), shared.near(full)
        flow = self._besides(self._users_at(goods, full).without, goods, others)
        flow += self._sum(at.through + fixed.through, amounts) + fixed.slopes @ (prices - shared.price)
        return flow / self.capacity - 1.0, (at.slopes + fixed.slopes) / self.capacity[:, None]

    def at_goods(self, at: CostsAtPrices, over: Floats, goods: Goods) -> tuple[Floats, Floats]:
        """What trade would leave over if its own goods paid, of those at prices that leave `over` with it, and slopes
        if it stayed.

        Where a TEU holds more, a way costs its goods as much more as at a price so much higher: pairs that no project
        changes follow their slopes, at the mean of what passes.
        """
        amounts = self._amounts_of_all(goods)
        own, fixed = self._own_users(goods, at.full).at(amounts, at.price, True), self._shared.near(at.full)
        moved = self._sum(own.through - at.changing, amounts)
        passing = (at.through - at.changing) * amounts[:, 1 + self._measure]
        more = (passing * (_held(amounts, self._measure) / _held(at.amounts, self._measure) - 1.0)).sum(
            axis=0
        )
        total = passing.sum(axis=0)
        more = np.divide(more, total, out=np.zeros_like(total), where=total > 0)
        moved += fixed.slopes @ (at.price * more)
        return over + moved / self.capacity, (own.slopes + fixed.slopes) / self.capacity[:, None]

    @cached_property
    def _pairs(self) -> tuple[Ints, Ints]:
        return self._among(self._shared.present)

    @cached_property
    def _on_first_ways(self) -> Floats:
        found: Floats = self._own_first_ways + self._shared.fixed._own_first_ways
        return found

    def _own_users(self, goods: Goods, full: NDArray[np.bool_]) -> PricedUsers:
        return super()._users_at(goods, full)

    def _users_at(self, goods: Goods, full: NDArray[np.bool_]) -> PricedUsers:
        return self._own_users(goods, full).beside(self._shared.fixed._users_at(goods, full))

    def _at(
        self, users: PricedUsers, amounts: Floats, prices: Floats, with_slopes: bool
    ) -> tuple[AtPrices, Floats]:
        found, own = users.at_both(amounts, prices, with_slopes)
        return found, own.through

    def _search_start(self, goods: Goods, others: Floats, near: Mapping[str, float]) -> Floats:
        """By a search over all pairs, which Newton's steps spare nearly all subsets."""
        routes, ways = self._shared.labels.ways(self._key)
        whole = GatedCosts(self.model, routes, self._changes, self.facilities, self.gates, ways=ways)
        price = whole.solve(goods, others, near, whole=False).price
        self.chosen = whole.chosen
        return price


def _held(amounts: Floats, measure: Ints) -> Floats:
    """What of each place's capacity a TEU of goods takes [cell, place]; one where there are none."""
    some = amounts[:, 1 + measure]
    found: Floats = np.divide(some, amounts[:, :1], out=np.ones_like(some), where=some > 0)
    return found
