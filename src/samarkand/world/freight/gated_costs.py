"""Freight with gates for many states in a row: at prices generalised costs and flows alone, and no state is made."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from samarkand.core.conventions import Floats, Ints
from samarkand.engines import limits as engine
from samarkand.world.freight.gate_users import mask_of
from samarkand.world.freight.known_ways import KnownWays
from samarkand.world.freight.limits import CLOSED, MEASURES
from samarkand.world.freight.mode_choice import VOT_CLASSES
from samarkand.world.freight.priced_places import Goods, calc_miss
from samarkand.world.freight.priced_users import AtPrices, Choosing, Passing, PricedUsers

STEPS = 12  # of Newton; then the search is that of any other state
NEAR = 1e-8  # of capacities


class CostsAtPrices(NamedTuple):
    """What goods do at prices.

    dearer: weighted sums by how much costs rise between economies [class, origin, destination]; through, without: what
    part of the goods between two economies that may turn aside passes facilities at prices, and without them, [cell,
    facility]; slopes: of use over capacity as prices rise, [facility, facility]; full: places whose users these are;
    changing: of `through`, what other states may have otherwise (`subset_gates`); amounts: of the goods that pay, by
    cell.
    """

    price: Floats
    dearer: Floats
    through: Floats
    without: Floats
    slopes: Floats
    full: NDArray[np.bool_]
    changing: Floats
    amounts: Floats


class GatedCosts(KnownWays):
    """As `KnownWays`, asked about many prices by `costs_at` and `left_over`."""

    def named(self, price: Floats) -> dict[str, float]:
        """Prices by id of their facility."""
        return {one.id: here for one, here in zip(self.facilities, price.tolist(), strict=True)}

    def start(self, goods: Goods, others: Floats, near: Mapping[str, float], within: float = NEAR) -> Floats:
        """Prices at which goods leave no facility too full, from prices near by: those of `solve`. within: part of a
        capacity that may be missed."""
        full = self.chosen | (self.passing(goods) + others > self.capacity * (1 + engine.TOLERANCE))
        price = np.array([near.get(one.id, 0.0) for one in self.facilities])
        for _ in range(len(self.facilities)):
            if not full.any():
                break
            found = self._climb(goods, others, full, price, within)
            if found is None:
                break
            price, over = found
            if not (over & ~full).any():
                self.chosen = full
                return price
            full = full | over
        return self._search_start(goods, others, near)

    def _search_start(self, goods: Goods, others: Floats, near: Mapping[str, float]) -> Floats:
        return self.solve(goods, others, near, whole=False).price

    def _climb(
        self, goods: Goods, others: Floats, full: NDArray[np.bool_], price: Floats, within: float
    ) -> tuple[Floats, NDArray[np.bool_]] | None:
        """Prices of full places by Newton's steps, and places that are too full at them; None if they are not found."""
        price = np.where(full, price, 0.0)
        for _ in range(STEPS):
            over, slopes = self.at_own(goods, others, price, full)
            missed = np.abs(over[full & ((price > 0) | (over > 0))]).max(initial=0.0)
            if missed <= within:
                return price, over > engine.PROMISED
            found = _newton(price, over, slopes, full)
            if found is None:
                return None
            then = over + slopes @ (found - price)
            settled = (found > 0) | (then <= 0) | ~full
            price = found
            if (
                missed**2 <= within and settled.all()
            ):  # what a step misses is the square of what was missed before
                return price, then > engine.PROMISED
        return None

    def costs_at(self, goods: Goods, prices: Floats, with_slopes: bool = False) -> CostsAtPrices:
        """What goods do at prices by facility, on the ways that are known: costs and ways, as `at_prices`."""
        full = self.chosen | (prices > 0)
        users, amounts = self._users_at(goods, full), self._amounts_of_all(goods)
        found, changing = self._at(users, amounts, prices, with_slopes)
        count = len(self.model.baseline.economies)
        sums = np.zeros((len(VOT_CLASSES), count * count))
        sums[:, self._pairs[0]] = found.dearer.reshape(-1, len(VOT_CLASSES)).T
        dearer = sums.reshape(-1, count, count)
        slopes = found.slopes / self.capacity[:, None] if with_slopes else found.slopes
        return CostsAtPrices(prices, dearer, found.through, users.without, slopes, full, changing, amounts)

    def _at(
        self, users: PricedUsers, amounts: Floats, prices: Floats, with_slopes: bool
    ) -> tuple[AtPrices, Floats]:
        """What users do at prices, and what of it passes facilities and is of this state alone."""
        found = users.at(amounts, prices, with_slopes)
        return found, found.through

    def image(self, at: CostsAtPrices, over: Floats) -> Floats | None:
        """Prices by Newton's step from those of `costs_at` with slopes, for a trade that leaves `over`: as `start`, but
        for the square of what is left over. None where it is not known: a place becomes full, or nobody turns aside."""
        if not at.slopes.size or (~at.full & (over > engine.PROMISED)).any():
            return None
        return _newton(at.price, over, at.slopes, at.full)

    def left_over(
        self, at: CostsAtPrices, goods: Goods, others: Floats, prices: Floats
    ) -> tuple[Floats, float]:
        """Use over capacity, less one, by facility, of other trade on the ways of prices; and by how much it misses
        capacities and complementarity, as `settle`."""
        flow = self._besides(at.without, goods, others) + self._sum(at.through, self._amounts_of_all(goods))
        return flow / self.capacity - 1.0, calc_miss(flow, self.capacity, prices)

    def at_own(
        self, goods: Goods, others: Floats, prices: Floats, full: NDArray[np.bool_] | None = None
    ) -> tuple[Floats, Floats]:
        """Use over capacity, less one, by facility, of a trade at prices that its own goods pay, and by how much it
        rises as prices do. full: places that may be paid at, else those of before and of these prices."""
        full = self.chosen | (prices > 0) if full is None else full
        amounts, users = self._amounts_of_all(goods), self._users_at(goods, full)
        at = users.at(amounts, prices, with_slopes=True)
        flow = self._besides(users.without, goods, others) + self._sum(at.through, amounts)
        return flow / self.capacity - 1.0, at.slopes / self.capacity[:, None]

    def _besides(self, without: Floats, goods: Goods, others: Floats) -> Floats:
        """What passes facilities of goods that do not turn aside, and of all others."""
        left = self.passing(goods) - self._sum(without, self._amounts_of_all(goods))
        found: Floats = others + np.maximum(left, 0.0)
        return found

    def _sum(self, through: Floats, amounts: Floats) -> Floats:
        found: Floats = np.einsum("cf,cf->f", through, amounts[:, 1 + self._measure])
        return found

    @cached_property
    def _measure(self) -> Ints:
        return np.array([MEASURES.index(one.measure) for one in self.facilities], np.int64)

    @cached_property
    def _users_of_full(self) -> dict[int, PricedUsers]:
        return {}

    @cached_property
    def _pairs(self) -> tuple[Ints, Ints]:
        """Pairs of economies that goods past gates go between, and which of them, [direction, row]."""
        return self._among(np.unique(np.concatenate(self._cells)))

    def _among(self, present: Ints) -> tuple[Ints, Ints]:
        """As `_pairs`, of pairs of economies that hold all of these."""
        return present, np.stack([np.searchsorted(present, cells) for cells in self._cells])

    @cached_property
    def _who_passes(self) -> Passing:
        return Passing(self.bits, self.taken, self._pairs[1], np.stack(self._weights))

    @property
    def _on_first_ways(self) -> Floats:
        return self._own_first_ways

    @cached_property
    def _own_first_ways(self) -> Floats:
        return self._who_passes.on_first_ways(self._pairs[0].size * len(VOT_CLASSES), len(self.facilities))

    def passing(self, goods: Goods) -> Floats:
        """As of `GatedFreight`."""
        return self._sum(self._on_first_ways, self._amounts_of_all(goods))

    def _amounts_of_all(self, goods: Goods) -> Floats:
        """TEU that goods between two economies fill, and what takes capacities, [cell, 1 + measure]."""
        self._between_two(goods, "volume")
        kept = self._amounts_of
        assert kept is not None  # of these goods
        if "all" not in kept[1]:
            parts = [
                self._between_two(goods, name).reshape(-1, len(VOT_CLASSES))[self._pairs[0]].ravel()
                for name in ("volume", *MEASURES)
            ]
            kept[1]["all"] = np.stack(parts, axis=1)
        return kept[1]["all"]

    def _users_at(self, goods: Goods, full: NDArray[np.bool_]) -> PricedUsers:
        mask, kept = mask_of(full), self._users_of_full
        if mask not in kept:
            parameters = self.parameters
            kept[mask] = PricedUsers(
                self._who_passes,
                self.search,
                Choosing(
                    self.route_of, self.model.baseline.values, parameters["mode_choice_scale"],
                    self._sharp, CLOSED,
                ),
                np.flatnonzero(full), self._amounts_of_all(goods), self._measure,
            )  # fmt: skip
        return kept[mask]


def _newton(price: Floats, over: Floats, slopes: Floats, full: NDArray[np.bool_]) -> Floats | None:
    """Newton's step of the prices of full places; None where more is left over as prices rise."""
    active = np.flatnonzero(full & ((price > 0) | (over > 0)))
    slopes = slopes[np.ix_(active, active)]
    if not np.isfinite(slopes).all() or not (slopes.diagonal() < 0).all():
        return None
    found = price.copy()
    step = np.linalg.lstsq(slopes, over[active], rcond=None)[0]
    found[active] = np.maximum(price[active] - step, 0.0)
    return found
