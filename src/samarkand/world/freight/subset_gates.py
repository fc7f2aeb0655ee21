"""Freight with gates for each of many subsets of projects: what these make of pairs of cities is laid out once.

Most goods past a canal never come near a project, and what projects make of other pairs are a few different ways each
(`gate_labels.Variants`). Users of every variant are laid out together; a subset is the variants that it has.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from samarkand.core.conventions import Floats, Ints
from samarkand.engines.once import derived
from samarkand.engines.threads import run_all
from samarkand.world.freight.capacity import Facility, capacities_of
from samarkand.world.freight.gate_labels import GateLabels, Variants
from samarkand.world.freight.gate_users import mask_of
from samarkand.world.freight.gated_costs import GatedCosts
from samarkand.world.freight.gates_at_prices import GatesAtPrices, amounts_between, measures_of
from samarkand.world.freight.model import FreightModel
from samarkand.world.freight.priced_places import Goods
from samarkand.world.freight.priced_users import LaidUsers, Numbers, PricedUsers, SampledUsers
from samarkand.world.network.link_changes import LinkChange

AT_ONCE = 40_000  # variants of a block: their routes are in memory while it is laid out
MOST = 0.95  # of what takes capacities: its users tell what all do where prices are still looked for


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
        self.goods = goods
        self._facilities = tuple(facilities)
        pairs, zone = model.baseline.pairs, model.baseline.zones[0]
        one, other = (zone[end[labels.rows]].astype(np.int64) for end in (pairs.origin, pairs.destination))
        count = len(model.baseline.economies)
        self.present: Ints = labels.present
        self._amounts = amounts_between(goods, self.present)
        self.kept = goods, self._amounts, self._amounts[:, 1 + measures_of(facilities)]
        self._variants = _by_economies(labels.variants(keys), one * count + other)
        # A subset has one variant of each row, in the order of the variants: what it has of a block stands together.
        size = self._variants.row.size
        ends = [*range(AT_ONCE, size, AT_ONCE), size]
        self._blocks = [slice(first, last) for first, last in zip([0, *ends[:-1]], ends, strict=True)]

    def of(self, number: int, changes: Sequence[LinkChange], facilities: Sequence[Facility]) -> GatesOfSubset:
        """Freight with the projects of a subset, `changes`."""
        return GatesOfSubset(self, number, changes, facilities)

    def users(self, number: int, full: NDArray[np.bool_]) -> SampledUsers:
        """Users of full places in a subset, those of the few pairs of cities with most of the goods apart."""
        blocks, least = self._users_of(full)
        active = self._active(number)
        most = [block.size[rows] >= least for block, rows in zip(blocks, active, strict=True)]
        chosen, others = (
            self._some(blocks, [rows[one == kind] for rows, one in zip(active, most, strict=True)])
            for kind in (True, False)
        )
        mine, whole = (
            sum(block.first[rows].sum(axis=0) for block, rows in zip(blocks, some, strict=True))
            for some in ([rows[one] for rows, one in zip(active, most, strict=True)], active)
        )
        times = np.divide(whole, mine, out=np.ones_like(mine), where=mine > 0)
        return SampledUsers(chosen, others, times)

    def passing(self, number: int, full: NDArray[np.bool_]) -> Floats:
        """What of the trade of the accounts passes each place without prices, as `GatesAtPrices.passing`."""
        blocks, _ = self._users_of(full)
        of_blocks = zip(blocks, self._active(number), strict=True)
        found: Floats = np.sum([block.passing[rows].sum(axis=0) for block, rows in of_blocks], axis=0)
        return found

    def _some(self, blocks: Sequence[_Block], active: Sequence[Numbers]) -> PricedUsers:
        # One thread's work: subsets are solved side by side.
        laid = [block.users for block in blocks]
        return PricedUsers([laid], [active], len(self._amounts), measures_of(self._facilities))

    def _active(self, number: int) -> list[Numbers]:
        """Variants that a subset has, by block."""
        mine = self._variants.of_set[number]
        ends = np.searchsorted(mine, [block.stop for block in self._blocks])
        return [
            mine[first:last] - block.start
            for first, last, block in zip([0, *ends[:-1]], ends, self._blocks, strict=True)
        ]

    def _users_of(self, full: NDArray[np.bool_]) -> tuple[list[_Block], float]:
        """Users of all variants, block by block, and the size from which on pairs have most of the goods, in the first
        subset; laid out once, whichever subsets ask at the same time."""

        def make() -> tuple[list[_Block], float]:
            blocks = run_all(lambda block: self._lay(block, full), self._blocks)
            of_first = zip(blocks, self._active(0), strict=True)
            size = np.sort(np.concatenate([block.size[rows] for block, rows in of_first]))
            rest = np.cumsum(size)
            at = np.searchsorted(rest, (1.0 - MOST) * rest[-1]) if size.size else 0
            return blocks, float(size[at]) if size.size else 0.0

        return derived(self, ("users", mask_of(full)), make)

    def _lay(self, block: slice, full: NDArray[np.bool_]) -> _Block:
        at, keys = self._variants.row[block], self._variants.key[block]
        routes, ways = self.labels.ways_of(at, keys)
        gated = GatedCosts(self.model, routes, (), self._facilities, self.gates, ways=ways)
        (laid,) = gated.lay(self.present, full, self._amounts, [slice(None)])
        first = laid.pass_first(laid.rows, self._amounts)
        passing = first + laid.pass_others(laid.rows, self._amounts)
        return _Block(laid, first, passing, (first / gated.capacity).sum(axis=1))


class _Block(NamedTuple):
    """Users of some variants; of the trade of the accounts what passes places on first ways, and what does with all
    that are no users, [variant, facility]; the first as a part of capacities."""

    users: LaidUsers
    first: Floats
    passing: Floats
    size: Floats


def _by_economies(variants: Variants, pair: Ints) -> Variants:
    """Variants of one pair of economies after another: they add to the same cells. pair: of rows."""
    order = np.argsort(pair[variants.row], kind="stable")
    place = np.empty(order.size, np.int32)
    place[order] = np.arange(order.size, dtype=np.int32)
    of_set = np.sort(place[variants.of_set], axis=1)
    return Variants(variants.row[order], variants.key[order], of_set)


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
        self._kept = shared.kept

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

    def passing(self, goods: Goods) -> Floats:
        """As of `GatesAtPrices`; known of the trade of the accounts."""
        if goods is not self._shared.goods:
            return super().passing(goods)
        return self._shared.passing(self._number, np.ones(len(self.facilities), np.bool_))

    def search_start(self, goods: Goods, others: Floats, near: Mapping[str, float]) -> Floats:
        """By a search over all pairs, which Newton's steps spare nearly all subsets."""
        shared = self._shared
        routes, ways = shared.labels.ways(int(shared.keys[self._number]))
        whole = GatedCosts(self.model, routes, self._changes, self.facilities, shared.gates, ways=ways)
        price = whole.solve(goods, others, near, whole=False).price
        self.chosen = whole.chosen
        return price
