"""Costs between economies with each of many sets of changes: kept small, and laid out one set at a time.

A thousand sets of nine classes of goods between two hundred economies are 3 GB, and most of it is said twice: what
changes of the network do to classes that choose alike is the same, and for most pairs of economies the same both ways.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from samarkand.core.conventions import Floats, Ints
from samarkand.engines.compiled import load_compiled
from samarkand.world.freight.mode_choice import VOT_CLASSES
from samarkand.world.freight.sea_searches import LIKE, PLACED_FROM
from samarkand.world.freight.trade_costs import FreightBaseline
from samarkand.world.network.link_changes import LinkChange

SETS_TOGETHER = 8  # stand side by side, so that one set is read and one pair is written in few runs of memory
PLACES = ("vot_class", "origin", "destination")


class SubsetCosts:
    """Generalised cost (logsum, US$/TEU) with each of some sets of changes; `costs[n]` is that of set n.

    of_set: costs of a set [class, origin, destination], but for what it changes of trade at home. least: of a set that
    holds all others: no cost is below it.
    """

    def __init__(
        self,
        baseline: FreightBaseline,
        sets: Sequence[Sequence[LinkChange]],
        of_set: Callable[[int], Floats],
        least: Floats | None = None,
    ) -> None:
        self._baseline, self._sets, self._of_set, self._least = baseline, sets, of_set, least

    def __len__(self) -> int:
        return len(self._sets)

    def __iter__(self) -> Iterator[xr.DataArray]:
        return (self[n] for n in range(len(self)))

    def __getitem__(self, n: int) -> xr.DataArray:
        """Costs of set n, dims (vot_class, origin, destination). Raises IndexError where there is none."""
        return label_costs(self._baseline, self.of(n), PLACES)

    def of(self, n: int) -> Floats:
        """Costs of set n [class, origin, destination], an array of the caller's. Raises IndexError as `costs[n]`."""
        if not 0 <= n < len(self):
            raise IndexError(f"there is no set {n} among {len(self)}")
        found, home = self._of_set(n), self._baseline.at_home[1]
        own = self._baseline.costs_at_home(self._sets[n])[1]
        if own is not home:  # a measure changes what a trade costs at home
            found += own - home
        if self._least is not None:
            np.copyto(found, self._least, where=found < self._least)
        return found

    def all(self) -> xr.DataArray:
        """Costs of all sets, dims (set, vot_class, origin, destination)."""
        values = np.stack([self.of(n) for n in range(len(self))])
        return label_costs(self._baseline, values, ("set", *PLACES))


def label_costs(baseline: FreightBaseline, values: Floats, dims: Sequence[str]) -> xr.DataArray:
    """Generalised cost, US$/TEU, with the labels of a network; dims end with `PLACES`."""
    places = list(baseline.economies)
    coords = {"vot_class": list(VOT_CLASSES), "origin": places, "destination": places}
    return xr.DataArray(values, coords, dims, "generalised_cost", {"unit": "US$/TEU"})


class PairSums:
    """Weighted differences of cost by pair of economies and set, added up block by block (`label_pairs.add_block`).

    placed: [economy], whether classes that choose like others have other cities as origins there.
    """

    def __init__(self, baseline: FreightBaseline, placed: NDArray[np.bool_], sets: int) -> None:
        self._baseline, zones = baseline, placed.size
        self._kernels = load_compiled("samarkand.engines.label_pairs")
        one, other = np.triu_indices(zones)
        has = placed[one] | placed[other]
        self._rows: Ints = np.where(has, np.cumsum(has) - 1, -1)
        alone = int((np.arange(LIKE.size) == LIKE).sum())
        chunks = -(-sets // SETS_TOGETHER)
        # Memory that is never touched costs nothing: nothing stands at pairs that are not filled.
        self._sums = np.empty((chunks, one.size, SETS_TOGETHER, alone))
        self._further = np.empty((chunks, int(has.sum()), SETS_TOGETHER, 2 * (LIKE.size - PLACED_FROM)))
        self._filled = np.zeros(one.size, np.bool_)

    def add(self, a: int, b: int, found: Floats) -> None:
        """Add what a block of economy a has with economy b [set, slot of `label_pairs.add_rows`], and empty it."""
        zones = len(self._baseline.economies)
        row = int(self._rows[self._kernels.pair_number(min(a, b), max(a, b), zones)])
        self._kernels.add_block(a, b, zones, found, row, self._filled, self._sums, self._further)

    def costs(self, n: int) -> Floats:
        """Costs of set n [class, origin, destination], trade at home as without changes."""
        found = self._baseline.costs_before.copy()
        self._kernels.lay_out(
            n, self._sums, self._further, self._rows, self._filled, LIKE, self._baseline.levels[-1], found
        )
        return found
