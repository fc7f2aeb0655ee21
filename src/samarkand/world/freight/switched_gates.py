"""Freight with gates as items of a programme are left out: users with all of its items are laid out once.

Labels say which items the best ways of a pair of cities need (`gate_labels`): where all that they need are there, its
users are those with all items. The others are laid out for the items that are there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import NamedTuple

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
from samarkand.world.freight.subsets import Portfolios
from samarkand.world.freight.switched_costs import SwitchedCosts
from samarkand.world.network.link_changes import LinkChange

AT_ONCE = 20_000  # pairs of cities of a block: their routes are in memory while it is laid out
PARTS = 2  # threads


class ItemsOfProgramme(NamedTuple):
    """Items that change a network, each as a whole a project with a bit of its own.

    changes: of all of them; bit: by item.
    """

    changes: tuple[LinkChange, ...]
    bit: Mapping[str, int]

    @classmethod
    def of(cls, changes: Sequence[LinkChange]) -> ItemsOfProgramme:
        """Those of changes."""
        return cls(
            tuple(changes), {item: bit for bit, item in enumerate(dict.fromkeys(one.item for one in changes))}
        )

    @property
    def portfolios(self) -> Portfolios | None:
        """Each as a project; None where there are more than a mask holds."""
        return Portfolios.of([[one for one in self.changes if one.item == item] for item in self.bit])

    @property
    def whole(self) -> int:
        """Mask of all items."""
        return (1 << len(self.bit)) - 1

    def key_of(self, changes: Sequence[LinkChange]) -> int | None:
        """Mask of the items whose changes these are, None where they are other changes or parts of an item."""
        items = {one.item for one in changes}
        if tuple(changes) != tuple(one for one in self.changes if one.item in items):
            return None
        return sum(1 << self.bit[item] for item in items)


class SwitchedGates:
    """What all choices of the items of a programme have in common; `of`: one of them.

    labels: of `items`; costs: without prices; facilities: their capacities are not read; goods: a trade that tells who
    has any.
    """

    def __init__(
        self,
        model: FreightModel,
        labels: GateLabels,
        items: ItemsOfProgramme,
        costs: SwitchedCosts,
        facilities: Sequence[Facility],
        goods: Goods,
    ) -> None:
        self.model, self.labels, self.items, self.costs = model, labels, items, costs
        self._facilities = tuple(facilities)
        self._amounts = amounts_between(goods, labels.present)
        size = labels.rows.size
        self._blocks = [np.arange(at, min(at + AT_ONCE, size)) for at in range(0, size, AT_ONCE)]

    def of(self, key: int, changes: Sequence[LinkChange], facilities: Sequence[Facility]) -> GatesOfChoice:
        """Freight with some items: their mask (`ItemsOfProgramme.key_of`) and changes, and places as they are then."""
        return GatesOfChoice(self, key, changes, facilities)

    def whole(self, key: int, changes: Sequence[LinkChange], facilities: Sequence[Facility]) -> GatedCosts:
        """The same with the ways of all pairs at hand, for what is asked about states alone."""
        routes, ways = self.labels.ways(key)
        return GatedCosts(self.model, routes, changes, facilities, self.labels.closed.gates, ways=ways)

    def users(self, key: int, full: NDArray[np.bool_]) -> PricedUsers:
        """Users of full places with the items of a mask."""
        moved = (self.labels.needed & ~key) != 0
        rows = np.flatnonzero(moved)
        own = self._lay([part for part in np.array_split(rows, PARTS) if part.size], key, full)
        laid = [*self._users_with_all(full), *own]
        active = [np.flatnonzero(~moved[block]).astype(np.int32) for block in self._blocks]
        active += [one.rows for one in own]
        every = range(PARTS)
        return PricedUsers(
            [laid[part::PARTS] for part in every],
            [active[part::PARTS] for part in every],
            len(self._amounts),
            measures_of(self._facilities),
        )

    def _users_with_all(self, full: NDArray[np.bool_]) -> list[LaidUsers]:
        """Users of all pairs with all items, block by block; laid out once."""
        return derived(
            self, ("users", mask_of(full)), lambda: self._lay(self._blocks, self.items.whole, full)
        )

    def _lay(self, blocks: Sequence[Ints], key: int, full: NDArray[np.bool_]) -> list[LaidUsers]:
        def lay(rows: Ints) -> LaidUsers:
            routes, ways = self.labels.ways_of(rows, np.full(rows.size, key, np.int64))
            gates = self.labels.closed.gates
            gated = GatedCosts(self.model, routes, (), self._facilities, gates, ways=ways)
            (laid,) = gated.lay(self.labels.present, full, self._amounts, [slice(None)])
            return laid

        return run_all(lay, blocks) if blocks else []


class GatesOfChoice(GatesAtPrices):
    """As `GatesAtPrices`, with some items of a programme."""

    def __init__(
        self,
        shared: SwitchedGates,
        key: int,
        changes: Sequence[LinkChange],
        facilities: Sequence[Facility],
    ) -> None:
        self.model, self.facilities = shared.model, tuple(facilities)
        self.capacity = capacities_of(facilities, self.model.parameters)
        self.chosen = np.zeros(len(self.facilities), np.bool_)
        self._shared, self._key, self._changes = shared, key, tuple(changes)
        self._users: dict[int, PricedUsers] = {}
        # Makes `SwitchedGates.whole`, and holds none of the users: it is kept for a question that may never come.
        self.whole: Callable[[], GatedCosts] = partial(shared.whole, key, self._changes, self.facilities)

    @property
    def present(self) -> Ints:
        """As of `GatesAtPrices`."""
        return self._shared.labels.present

    def users_at(self, goods: Goods, full: NDArray[np.bool_]) -> PricedUsers:
        """As of `GatesAtPrices`; the trade of `SwitchedGates` tells who has any goods."""
        mask = mask_of(full)
        if mask not in self._users:
            self._users[mask] = self._shared.users(self._key, full)
        return self._users[mask]

    def costs(self) -> Floats:
        """Generalised cost without prices [class, origin, destination]."""
        return self._shared.costs.of(self._key, self._changes)

    def search_start(self, goods: Goods, others: Floats, near: Mapping[str, float]) -> Floats:
        """By a search over all pairs, which Newton's steps spare nearly all states."""
        whole = self.whole()
        whole.chosen = self.chosen  # once full, always
        price = whole.search_start(goods, others, near)
        self.chosen = whole.chosen
        return price
