"""Freight with gates for each of many subsets of projects: pairs of cities that no project changes are laid out once.

Most goods past a canal never come near a project. What they do at prices depends on prices and trade alone, so that
the users, their ways and what passes on first ways are the same in all subsets.
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
from samarkand.world.freight.gated_costs import GatedCosts
from samarkand.world.freight.model import FreightModel, RouteUpdate
from samarkand.world.freight.priced_places import Goods
from samarkand.world.freight.priced_users import PricedUsers
from samarkand.world.network.link_changes import LinkChange


class SubsetGates:
    """What all subsets have in common; `of`: one of them.

    labels: of all pairs that may pass a gate; facilities: those of any subset, for what does not depend on capacities.
    """

    def __init__(self, model: FreightModel, labels: GateLabels, facilities: Sequence[Facility]) -> None:
        self.model, self.labels, self.gates = model, labels, labels.closed.gates
        ways, self._changing = labels.split()
        self._fixed = GatedCosts(model, _open(ways), (), facilities, self.gates, ways=ways)
        pairs, zone = model.baseline.pairs, model.baseline.zones[0]
        one, other = (zone[end[labels.rows]].astype(np.int64) for end in (pairs.origin, pairs.destination))
        count = len(model.baseline.economies)
        self._present: Ints = np.unique(np.r_[one * count + other, other * count + one])
        vars(self._fixed)["_pairs"] = self._fixed._among(self._present)

    def of(self, key: int, changes: Sequence[LinkChange], facilities: Sequence[Facility]) -> GatedCosts:
        """Freight with the projects of a mask, `changes`."""
        routes, ways = self._changing.ways(key)
        return _Subset(self, key, routes, changes, facilities, ways)


class _Subset(GatedCosts):
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

    @cached_property
    def _pairs(self) -> tuple[Ints, Ints]:
        return self._among(self._shared._present)

    @cached_property
    def _on_first_ways(self) -> Floats:
        found: Floats = self._own_first_ways + self._shared._fixed._own_first_ways
        return found

    def _users_at(self, goods: Goods, full: NDArray[np.bool_]) -> PricedUsers:
        return super()._users_at(goods, full).beside(self._shared._fixed._users_at(goods, full))

    def _search_start(self, goods: Goods, others: Floats, near: Mapping[str, float]) -> Floats:
        """By a search over all pairs, which Newton's steps spare nearly all subsets."""
        routes, ways = self._shared.labels.ways(self._key)
        whole = GatedCosts(self.model, routes, self._changes, self.facilities, self.gates, ways=ways)
        price = whole.solve(goods, others, near, whole=False).price
        self.chosen = whole.chosen
        return price


def _open(ways: ClosureWays) -> RouteUpdate:
    """Routes with all gates open."""
    return RouteUpdate(ways.rows, ways.usd[:, 0], ways.hours[:, 0])
