"""Who passes gates, and by which ways: what `limits` finds prices for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from samarkand.core.conventions import Floats, Ints
from samarkand.world.freight.gate_ways import Way
from samarkand.world.freight.mode_choice import MODES
from samarkand.world.freight.sea_searches import SEA


class Search(NamedTuple):
    """Ways of pairs at prices in US$/TEU, by gate: by land for each search class, and by sea for each search there.

    rows: the pairs, numbers among `GatedFreight.at`; all others keep the ways of the first search.
    """

    land: Mapping[int, Floats]
    sea: Floats
    by_land: Mapping[int, Mapping[str, Way]]
    by_sea: Sequence[Way]
    rows: Ints

    def way(self, c: int, m: int) -> Way:
        """By one mode, for one search class, at sea one search there."""
        return self.by_sea[c] if m == SEA else self.by_land[c][MODES[m]]


class Users(NamedTuple):
    """Users and their nests. row: of the pairs that pass a gate; label: class of goods; what a TEU holds of tonnes and
    unit loads."""

    row: Ints
    label: Ints
    demand: Floats
    holds: Mapping[str, Floats]
    mean: Floats  # cost of a TEU
    nest_user: Ints
    nest_mode: Ints
    term: Floats  # of nests
    cost: Floats  # [user, mode], without prices
    hours: Floats
    weights: tuple[Floats, Floats]  # of both cities, there and back


class Ways(NamedTuple):
    """Known ways: nest, cost and hours above those of its first way, bits of gates, number of the search."""

    nest: Ints
    cost: Floats
    hours: Floats
    gates: Ints
    found: Ints

    def and_(self, more: Ways) -> Ways:
        """These, and more."""
        return Ways(
            np.r_[self.nest, more.nest], np.r_[self.cost, more.cost], np.r_[self.hours, more.hours],
            np.r_[self.gates, more.gates], np.r_[self.found, more.found],
        )  # fmt: skip

    def of(self, chosen: NDArray[np.bool_]) -> Ways:
        """Some of them."""
        return Ways(
            self.nest[chosen], self.cost[chosen], self.hours[chosen], self.gates[chosen], self.found[chosen]
        )


def mask_of(gates: NDArray[np.bool_]) -> int:
    """Bits of some gates."""
    return int(sum(1 << f for f in np.flatnonzero(gates).tolist()))


def search_of(
    land: Mapping[int, Floats],
    sea: Floats,
    by_land: Mapping[int, Mapping[str, Way]],
    by_sea: Sequence[Way],
    rows: Ints,
    part: Ints,
) -> Search:
    """A search of some pairs, `part` of what was found."""
    of_land = {c: {m: way.of(part) for m, way in ways.items()} for c, ways in by_land.items()}
    return Search(land, sea, of_land, [way.of(part) for way in by_sea], rows)


def per_user(users: Users, of_nest: Floats) -> Floats:
    """Sums over the nests of each user, for each nest."""
    total: Floats = np.bincount(users.nest_user, of_nest, users.demand.size).astype(np.float64)
    return total[users.nest_user]
