"""Freight with gates for many states in a row: at prices generalised costs and flows alone, and no state is made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from samarkand.core.conventions import Floats, Ints
from samarkand.engines.threads import run_all
from samarkand.world.freight.gate_users import mask_of
from samarkand.world.freight.gates_at_prices import GatesAtPrices
from samarkand.world.freight.known_ways import KnownWays
from samarkand.world.freight.limits import CLOSED
from samarkand.world.freight.priced_places import Goods
from samarkand.world.freight.priced_users import Choosing, LaidUsers, Passing, PricedUsers


class GatedCosts(GatesAtPrices, KnownWays):
    """As `KnownWays`, asked about many prices by `costs_at` and `left_over`."""

    @cached_property
    def present(self) -> Ints:
        """As of `GatesAtPrices`."""
        return np.unique(np.concatenate(self._cells))

    def search_start(self, goods: Goods, others: Floats, near: Mapping[str, float]) -> Floats:
        """As of `GatesAtPrices`."""
        return self.solve(goods, others, near, whole=False).price

    def users_at(self, goods: Goods, full: NDArray[np.bool_]) -> PricedUsers:
        """As of `GatesAtPrices`."""
        mask, kept = mask_of(full), self._users_of_full
        if mask not in kept:
            amounts, middle = self.amounts_of(goods), self.at.size // 2
            halves = [slice(0, middle), slice(middle, None)]  # each is one thread's work
            laid = self.lay(self.present, full, amounts, halves)
            kept[mask] = PricedUsers(
                [[one] for one in laid], [[one.rows] for one in laid], len(amounts), self._measure
            )
        return kept[mask]

    def lay(
        self, present: Ints, full: NDArray[np.bool_], amounts: Floats, parts: Sequence[slice]
    ) -> list[LaidUsers]:
        """Users of full places, laid out by parts of the rows; present, amounts: of cells that hold all of these."""
        passing, choosing, at = self.who_passes(present), self.choosing, np.flatnonzero(full)

        def of_part(rows: slice) -> LaidUsers:
            return LaidUsers(passing.of(rows), self.search.of(rows), choosing, at, amounts, self._measure)

        return run_all(of_part, parts)

    @cached_property
    def _users_of_full(self) -> dict[int, PricedUsers]:
        return {}

    def who_passes(self, present: Ints) -> Passing:
        """Pairs of cities with their first ways, among pairs of economies that hold all of these."""
        pair = np.stack([np.searchsorted(present, cells) for cells in self._cells])
        return Passing(self.bits, self.taken, pair, np.stack(self._weights))

    @property
    def choosing(self) -> Choosing:
        """How goods choose among modes and ways."""
        scale = self.parameters["mode_choice_scale"]
        return Choosing(self.route_of, self.model.baseline.values, scale, self._sharp, CLOSED)
