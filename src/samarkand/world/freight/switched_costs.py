"""Costs between economies as items of a programme are left out: routes that need none of these are not looked at again.

sum with some items = sum with all - sum with all, of pairs whose routes move + sum with some, of these pairs
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from samarkand.core.conventions import Floats, Ints
from samarkand.engines.once import derived
from samarkand.world.freight.route_labels import RouteLabels
from samarkand.world.freight.subset_costs import SubsetCosts
from samarkand.world.freight.trade_costs import FreightBaseline
from samarkand.world.network.link_changes import LinkChange


class SwitchedCosts:
    """Generalised cost (logsum, US$/TEU) without prices; `of`: with some items.

    labels: of all pairs of cities on the network; whole: mask of all items.
    """

    def __init__(self, baseline: FreightBaseline, labels: RouteLabels, whole: int) -> None:
        self._baseline, self._labels, self._whole = baseline, labels, whole

    def of(self, key: int, changes: Sequence[LinkChange]) -> Floats:
        """With the items of a mask, `changes` [class, origin, destination]."""
        moved = np.flatnonzero(self._labels.needed & ~key)
        every = np.arange(self._labels.rows.size)
        with_all = derived(self, "with all", lambda: self._sums(every, self._whole))
        sums = with_all - self._sums(moved, self._whole) + self._sums(moved, key)
        return SubsetCosts(self._baseline, [changes], lambda _: self._baseline.costs_with(sums)).of(0)

    def _sums(self, at: Ints, key: int) -> Floats:
        """Of pairs of cities with the items of a mask, as `FreightBaseline.differences`."""
        usd, hours = self._labels.read(at, np.full(at.size, key, np.int64))
        found: Floats = self._baseline.differences(self._labels.rows[at], usd[:, 0], hours[:, 0], which=1)[0]
        return found
