"""Full places asked about at many prices: generalised costs and flows alone, and no state of the network is made."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from samarkand.core.conventions import Floats, Ints
from samarkand.engines import limits as engine
from samarkand.world.freight.capacity import Facility
from samarkand.world.freight.limits import MEASURES
from samarkand.world.freight.mode_choice import VOT_CLASSES
from samarkand.world.freight.model import FreightModel
from samarkand.world.freight.priced_places import Goods, calc_miss
from samarkand.world.freight.priced_users import PricedUsers

STEPS = 12  # of Newton; then the search is that of any other state
NEAR = 1e-8  # of capacities


class CostsAtPrices(NamedTuple):
    """What goods do at prices.

    dearer: weighted sums by how much costs rise between economies [class, origin, destination]; through: what part of
    the goods between two economies passes facilities, of those that may turn aside, [cell, facility]; slopes: of use
    over capacity as prices rise, [facility, facility]; full: places whose users they are; users: these; of_most: as of
    `AtPrices`.
    """

    price: Floats
    dearer: Floats
    through: Floats
    slopes: Floats
    full: NDArray[np.bool_]
    users: PricedUsers
    of_most: Floats


class GatesAtPrices(ABC):
    """Places of one state with a capacity, and what goods do at prices of them: users and their ways are known.

    model, facilities, capacity: as `GatedFreight` has them; chosen: places whose users choose among several ways;
    present: pairs of economies that goods past gates go between, numbers.
    """

    model: FreightModel
    facilities: tuple[Facility, ...]
    capacity: Floats
    chosen: NDArray[np.bool_]
    _kept: tuple[Goods, Floats, Floats] | None = None

    @property
    @abstractmethod
    def present(self) -> Ints:
        """Pairs of economies that goods past gates go between."""

    @abstractmethod
    def users_at(self, goods: Goods, full: NDArray[np.bool_]) -> PricedUsers:
        """Users of full places. goods: tell who has any, if nobody was asked before."""

    @abstractmethod
    def search_start(self, goods: Goods, others: Floats, near: Mapping[str, float]) -> Floats:
        """Prices as of `start` by a search, where Newton's steps do not settle."""

    def named(self, price: Floats) -> dict[str, float]:
        """Prices by id of their facility."""
        return {one.id: here for one, here in zip(self.facilities, price.tolist(), strict=True)}

    def start(
        self,
        goods: Goods,
        others: Floats,
        near: Mapping[str, float],
        within: float = NEAR,
        roughly: bool = False,
    ) -> Floats:
        """Prices at which goods leave no facility too full, from prices near by: those of `solve`. within: part of a
        capacity that may be missed; roughly: by the users with most of the goods alone (`PricedUsers.most_at`)."""
        full = self.chosen | (self.passing(goods) + others > self.capacity * (1 + engine.TOLERANCE))
        price = np.array([near.get(one.id, 0.0) for one in self.facilities])
        for _ in range(len(self.facilities)):
            if not full.any():
                break
            found = self._climb(goods, others, full, price, within, roughly)
            if found is None:
                break
            price, over = found
            if not (over & ~full).any():
                self.chosen = full
                return price
            full = full | over
        return self.search_start(goods, others, near)

    def _climb(
        self,
        goods: Goods,
        others: Floats,
        full: NDArray[np.bool_],
        price: Floats,
        within: float,
        roughly: bool,
    ) -> tuple[Floats, NDArray[np.bool_]] | None:
        """Prices of full places by Newton's steps, and places that are too full at them; None if they are not found."""
        price = np.where(full, price, 0.0)
        for _ in range(STEPS):
            over, slopes = self.at_own(goods, others, price, full, roughly)
            missed = np.abs(over[full & ((price > 0) | (over > 0))]).max(initial=0.0)
            if missed <= within:
                return price, over > engine.PROMISED
            found = _newton(price, over, slopes, full)
            if found is None:
                return None
            then = over + slopes @ (found - price)
            settled = (found > 0) | (then <= 0) | ~full
            price = found
            # What a step misses is the square of what was missed before.
            if missed**2 <= within and settled.all():
                return price, then > engine.PROMISED
        return None

    def costs_at(self, goods: Goods, prices: Floats, with_slopes: bool = False) -> CostsAtPrices:
        """What goods do at prices by facility, on the ways that are known: costs and ways, as `at_prices`."""
        full = self.chosen | (prices > 0)
        users, amounts = self.users_at(goods, full), self.amounts_of(goods)
        found = users.at(amounts, prices, with_slopes)
        count = len(self.model.baseline.economies)
        sums = np.zeros((len(VOT_CLASSES), count * count))
        sums[:, self.present] = found.dearer.reshape(-1, len(VOT_CLASSES)).T
        dearer = sums.reshape(-1, count, count)
        slopes = found.slopes / self.capacity[:, None] if with_slopes else found.slopes
        return CostsAtPrices(prices, dearer, found.through, slopes, full, users, found.of_most)

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
        flow = others + at.users.besides(self.amounts_of(goods)) + self._sum(at.through, goods)
        return flow / self.capacity - 1.0, calc_miss(flow, self.capacity, prices)

    def at_own(
        self,
        goods: Goods,
        others: Floats,
        prices: Floats,
        full: NDArray[np.bool_] | None = None,
        roughly: bool = False,
    ) -> tuple[Floats, Floats]:
        """Use over capacity, less one, by facility, of a trade at prices that its own goods pay, and by how much it
        rises as prices do. full: places that may be paid at, else those of before and of these prices; roughly: as
        `start`."""
        full = self.chosen | (prices > 0) if full is None else full
        users, amounts = self.users_at(goods, full), self.amounts_of(goods)
        at = (users.most_at if roughly else users.at)(amounts, prices, with_slopes=True)
        flow = others + users.besides(amounts) + self._sum(at.through, goods)
        return flow / self.capacity - 1.0, at.slopes / self.capacity[:, None]

    def moved(self, at: CostsAtPrices, goods: Goods) -> Floats:
        """By how much `left_over` of a trade differs where it is its own goods that pay, estimated from the users with
        most of the goods."""
        found = at.users.most_at(self.amounts_of(goods), at.price)
        moved: Floats = self._sum(found.through, goods) - self._sum(at.of_most, goods)
        return moved / self.capacity

    def _sum(self, through: Floats, goods: Goods) -> Floats:
        found: Floats = np.einsum("cf,cf->f", through, self._kept_of(goods)[1])
        return found

    @cached_property
    def _measure(self) -> Ints:
        return measures_of(self.facilities)

    def passing(self, goods: Goods) -> Floats:
        """What passes each facility without prices, tonnes or TEU a year; oil and gas from terminals apart."""
        users, amounts = self.users_at(goods, np.ones(len(self.facilities), np.bool_)), self.amounts_of(goods)
        return users.first(amounts) + users.besides(amounts)

    def amounts_of(self, goods: Goods) -> Floats:
        """TEU that goods between two economies fill, and what takes capacities, [cell, 1 + measure]."""
        return self._kept_of(goods)[0]

    def _kept_of(self, goods: Goods) -> tuple[Floats, Floats]:
        """`amounts_of`, and what takes the capacity of each facility, [cell, facility]; of the goods asked about
        last."""
        kept = self._kept
        if kept is None or kept[0] is not goods:
            amounts = amounts_between(goods, self.present)
            self._kept = kept = goods, amounts, amounts[:, 1 + self._measure]
        return kept[1:]


def measures_of(facilities: Sequence[Facility]) -> Ints:
    """What of goods takes the capacity of each facility, numbers of `MEASURES`."""
    return np.array([MEASURES.index(one.measure) for one in facilities], np.int64)


def amounts_between(goods: Goods, present: Ints) -> Floats:
    """TEU that goods fill between pairs of economies, and what takes capacities, [cell, 1 + measure]."""
    amounts = (getattr(goods, name) for name in ("volume", *MEASURES))
    parts = [amount.reshape(-1, len(VOT_CLASSES))[present].ravel() for amount in amounts]
    return np.stack(parts, axis=1)


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
