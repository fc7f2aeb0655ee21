"""Freight with gates for each of many subsets of projects: what these make of pairs of cities is laid out once.

Most goods past a canal never come near a project, and what projects make of other pairs are a few different ways each
(`gate_labels.Variants`). Users of every variant are laid out together; a subset is the variants that it has.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from samarkand.core.conventions import Floats, Ints
from samarkand.engines.once import derived
from samarkand.engines.threads import run_all
from samarkand.world.freight.capacity import Facility, capacities_of
from samarkand.world.freight.gate_labels import GateLabels
from samarkand.world.freight.gate_users import mask_of
from samarkand.world.freight.gated_costs import GatedCosts
from samarkand.world.freight.gates_at_prices import GatesAtPrices, amounts_between, measures_of
from samarkand.world.freight.model import FreightModel
from samarkand.world.freight.priced_places import Goods
from samarkand.world.freight.priced_users import LaidUsers, PricedUsers
from samarkand.world.network.link_changes import LinkChange

AT_ONCE = 40_000  # variants of a block: their routes are in memory while it is laid out
PARTS = 2  # threads


class SubsetGates:
    """What some subsets have in common; `of`: one of them.

    labels: of all pairs that may pass a gate; keys: projects of each subset, masks; facilities: places without a
    programme; goods: the trade of the accounts.
    """

    def __init__(
        self,
        model: FreightModel,
        labels: GateLabels,
        keys: Ints,
        facilities: Sequence[Facility],
        goods: Goods,
    ) -> None:
        self.model, self.labels, self.keys, self.gates = model, labels, keys, labels.closed.gates
        self._facilities = tuple(facilities)
        pairs, zone = model.baseline.pairs, model.baseline.zones[0]
        one, other = (zone[end[labels.rows]].astype(np.int64) for end in (pairs.origin, pairs.destination))
        count = len(model.baseline.economies)
        self.present: Ints = np.unique(np.r_[one * count + other, other * count + one])
        self._amounts = amounts_between(goods, self.present)
        self._variants = labels.variants(keys)
        # A subset has one variant of each row, in the order of the rows: what it has of a block stands together.
        size = self._variants.row.size
        ends = [*range(AT_ONCE, size, AT_ONCE), size]
        self._blocks = [slice(first, last) for first, last in zip([0, *ends[:-1]], ends, strict=True)]

    def of(self, number: int, changes: Sequence[LinkChange], facilities: Sequence[Facility]) -> GatesOfSubset:
        """Freight with the projects of a subset, `changes`."""
        return GatesOfSubset(self, number, changes, facilities)

    def users(self, number: int, full: NDArray[np.bool_]) -> PricedUsers:
        """Users of full places in a subset."""
        laid = self._users_of(full)
        mine = self._variants.of_set[number]
        ends = np.searchsorted(mine, [block.stop for block in self._blocks])
        active = [
            mine[first:last] - block.start
            for first, last, block in zip([0, *ends[:-1]], ends, self._blocks, strict=True)
        ]
        every = range(PARTS)
        return PricedUsers(
            [laid[part::PARTS] for part in every],
            [active[part::PARTS] for part in every],
            len(self._amounts),
            measures_of(self._facilities),
        )

    def _users_of(self, full: NDArray[np.bool_]) -> list[LaidUsers]:
        """Users of all variants, block by block; laid out once, whichever subsets ask at the same time."""
        return derived(
            self,
            ("users", mask_of(full)),
            lambda: run_all(lambda block: self._lay(block, full), self._blocks),
        )

    def _lay(self, block: slice, full: NDArray[np.bool_]) -> LaidUsers:
        at, keys = self._variants.row[block], self._variants.key[block]
        routes, ways = self.labels.ways_of(at, keys)
        gated = GatedCosts(self.model, routes, (), self._facilities, self.gates, ways=ways)
        (laid,) = gated.lay(self.present, full, self._amounts, [slice(None)])
        return laid


class GatesOfSubset(GatesAtPrices):
    """As `GatesAtPrices`, of one subset."""

    def __init__(
        self, shared: SubsetGates, number: int, changes: Sequence[LinkChange], facilities: Sequence[Facility]
    ) -> None:
        self.model, self.facilities = shared.model, tuple(facilities)
        self.capacity = capacities_of(facilities, self.model.parameters)
        self.chosen = np.zeros(len(self.facilities), np.bool_)
        self._shared, self._number, self._changes = shared, number, tuple(changes)
        self._users: dict[int, PricedUsers] = {}

    @property
    def present(self) -> Ints:
        """As of `GatesAtPrices`."""
        return self._shared.present

    def users_at(self, goods: Goods, full: NDArray[np.bool_]) -> PricedUsers:
        """As of `GatesAtPrices`; the trade of the accounts tells who has any goods."""
        mask = mask_of(full)
        if mask not in self._users:
            self._users[mask] = self._shared.users(self._number, full)
        return self._users[mask]

    def search_start(self, goods: Goods, others: Floats, near: Mapping[str, float]) -> Floats:
        """By a search over all pairs, which Newton's steps spare nearly all subsets."""
        shared = self._shared
        routes, ways = shared.labels.ways(int(shared.keys[self._number]))
        whole = GatedCosts(self.model, routes, self._changes, self.facilities, shared.gates, ways=ways)
        price = whole.solve(goods, others, near, whole=False).price
        self.chosen = whole.chosen
        return price
