"""Shadow prices of facilities that can take so much and no more: flows, prices and certificate together.

Users i of demand d[i] choose a nest m (a mode) and a way w in it, at costs c[w] and prices p[f] >= 0 of facilities:

    c[w](p)  = c[w] + sum over f of a[w, f] p[f]
    C[m]     = -1/k[i] log sum over w of m of exp(-k[i] c[w](p))
    L[i]     = -1/s[i] log sum over m of i of g[m] exp(-s[i] C[m])          k >= s > 0
    flow[f]  = sum over i, w of d[i] share[i, w] a[w, f]

with flow <= b, p >= 0, p (b - flow) = 0. It is the dual of an assignment of greatest entropy with limits: the concave

    D(p) = sum over i of d[i] L[i](p) - sum over f of b[f] p[f]

has the gradient flow - b and the Hessian -(s Cov between nests + k Cov within nests) of what is used, so that prices
are found by Newton's steps on those that are above zero, each with a line search. Bell (1995), Transportation Research
B 29(2), on stochastic assignment with limits; Daganzo (1982) on the unconstrained dual.

Facilities in series, which every way uses in the same proportion, share one multiplier: it is that of the tightest of
them, and they are named together.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array, vstack

from samarkand.engines.compiled import load_compiled

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

TOLERANCE = 1e-9  # of the certificate; what is promised is 1e-6
PROMISED = 1e-6
MOST_STEPS, MOST_HALVINGS, MOST_ROUNDS = 200, 60, 50
ENOUGH = 1e-4  # of the rise that a step promises
FIRM = 1e-12  # of the largest curvature, added to all: facilities that share users make it singular
STEEPEST = 50.0  # logs of the odds by which one step may move a choice
HOPELESS = 1e4  # logs of the odds: a price that moves nobody by then never does
SAME = 1e-12  # in the proportions of what is used


class LimitsError(ValueError):
    """Demand that no prices bring under the capacities; `facilities`: numbers of those that stay too full."""

    def __init__(self, reason: str, facilities: tuple[int, ...]) -> None:
        super().__init__(reason)
        self.facilities = facilities


@dataclass(frozen=True, eq=False)
class Ways:
    """Alternatives of users. nest: of each way; cost: without prices; use: [way, facility], of capacity by a unit of
    demand."""

    nest: Ints
    cost: Floats
    use: csr_array

    def with_more(self, more: Ways) -> Ways:
        """These, and further ones of the same nests."""
        use = csr_array(vstack([self.use, more.use]))
        return Ways(np.r_[self.nest, more.nest], np.r_[self.cost, more.cost], use)


@dataclass(frozen=True, eq=False)
class Choice:
    """Who chooses. demand: of each user; user: of each nest; weight: of each nest, with it and without prices; scales
    of nests and of ways, a unit of cost's inverse: of all users, or of each."""

    demand: Floats
    user: Ints
    weight: Floats
    scale: float | Floats
    way_scale: float | Floats

    def __post_init__(self) -> None:
        if not (np.all(np.greater(self.scale, 0)) and np.all(np.less_equal(self.scale, self.way_scale))):
            raise ValueError("the scale of ways is not below that of nests, and both are above zero")
        if (self.demand < 0).any() or not (self.weight > 0).all():
            raise ValueError("demand is not negative and weights are above zero")

    @property
    def steepest(self) -> float:
        """The largest scale of nests: prices are measured by its inverse."""
        return float(np.max(self.scale))


@dataclass(frozen=True, eq=False)
class Limited:
    """Prices and flows at which no facility is too full.

    Parameters
    ----------
    price, flow
        By facility: cost of a unit of capacity, and what is used of it.
    share
        By way: share of its user's demand.
    logsum
        By user, prices included.
    residual
        The largest of: use above capacity over capacity, and price times what is free, both without unit
        (`calc_residual`).
    series
        Sets of facilities that share a multiplier, their numbers, where it is above zero.
    ways
        The ways among which demand was shared out, found ones included.
    """

    price: Floats
    flow: Floats
    share: Floats
    logsum: Floats
    residual: float
    series: tuple[tuple[int, ...], ...]
    ways: Ways

    def total_cost(self, demand: Floats) -> float:
        """Sum of demand times logsum, less what is paid for scarcity: a rent is somebody's income."""
        return float(demand @ self.logsum - self.price @ self.flow)


More = Callable[[Floats], Ways | None]


def limit_flows(
    choice: Choice,
    ways: Ways,
    capacity: Floats,
    find_more: More | None = None,
    start: Floats | None = None,
) -> Limited:
    """Prices at which every facility takes what it can, for fixed demand.

    capacity: by facility, above zero; infinite where none is known. find_more: ways that prices make worth taking, None
    where there are no further ones; asked again until there are none (column generation). start: prices from which the
    search begins, those of a similar problem. Raises `LimitsError` where demand has no other way.
    """
    capacity = np.asarray(capacity, np.float64)
    if not (capacity > 0).all():
        raise ValueError("a capacity is above zero; what is not known is infinite")
    price = np.zeros(capacity.size) if start is None else np.asarray(start, np.float64)
    for _ in range(MOST_ROUNDS):
        found = _solve(choice, ways, capacity, price)
        more = find_more(found.price) if find_more is not None else None
        if more is None or not more.cost.size:
            return found
        ways, price = ways.with_more(more), found.price
    raise LimitsError(f"ways are still found after {MOST_ROUNDS} rounds", ())


def flows_at(choice: Choice, ways: Ways, capacity: Floats, price: Floats) -> Limited:
    """What users do at prices, whether or not facilities are too full; no set in series is named."""
    problem = _Problem(choice, ways, capacity)
    share, logsum = problem.shares(price)
    flow = np.asarray(ways.use.T @ (share * problem.demand_of_way))
    return Limited(
        price, flow, share, logsum, calc_residual(price, flow, capacity, choice.steepest), (), ways
    )


def _solve(choice: Choice, ways: Ways, capacity: Floats, start: Floats) -> Limited:
    sets = find_series(ways.use, capacity)
    tight = np.array([min(one, key=lambda f: _slack(ways.use, capacity, f)) for one in sets], np.int64)
    column = csr_array(ways.use[:, tight]) if tight.size else csr_array((ways.cost.size, 0))
    problem = _Problem(choice, replace(ways, use=column), capacity[tight])
    inner = problem.climb(start[tight])
    price = np.zeros(capacity.size)
    price[tight] = inner
    share, logsum = problem.shares(inner)
    flow = np.asarray(ways.use.T @ (share * problem.demand_of_way))
    residual = calc_residual(price, flow, capacity, choice.steepest)
    if residual > PROMISED:
        full = tuple(np.flatnonzero(flow > capacity * (1.0 + PROMISED)).tolist())
        raise LimitsError("no prices bring demand under the capacities: part of it has no other way", full)
    binding = tuple(one for one, f in zip(sets, tight.tolist(), strict=True) if len(one) > 1 and price[f] > 0)
    return Limited(price, flow, share, logsum, residual, binding, ways)


def calc_residual(price: Floats, flow: Floats, capacity: Floats, scale: float) -> float:
    """max over f of max((flow - b) / b, (1 - flow / b) p / (p + 1 / s)): how far limits and complementarity are missed.

    The second is nothing where nothing is free or the price is nothing; prices are measured by the scale of choice.
    """
    limited = np.isfinite(capacity)
    if not limited.any():
        return 0.0
    price, used = price[limited], flow[limited] / capacity[limited]
    free = np.maximum(1.0 - used, 0.0) * price / (price + 1.0 / scale)
    return float(max(np.max(used - 1.0), np.max(free), 0.0))


def find_series(use: csr_array, capacity: Floats) -> tuple[tuple[int, ...], ...]:
    """Facilities with a capacity that some way uses, in sets of those used in one proportion by all ways."""
    columns = use.tocsc()
    columns.sum_duplicates()
    sets: dict[tuple[bytes, bytes], list[int]] = {}
    for f in np.flatnonzero(np.isfinite(capacity)).tolist():
        part = slice(columns.indptr[f], columns.indptr[f + 1])
        rows, amounts = columns.indices[part], columns.data[part]
        rows, amounts = rows[amounts > 0], amounts[amounts > 0]
        if rows.size:
            pattern = np.round(amounts / amounts.max() / SAME).astype(np.int64)
            sets.setdefault((rows.tobytes(), pattern.tobytes()), []).append(f)
    return tuple(tuple(one) for one in sets.values())


def _slack(use: csr_array, capacity: Floats, facility: int) -> float:
    """Capacity over the largest use of a way: the smallest of a set in series is the tightest."""
    return float(capacity[facility] / use[:, [facility]].max())


class _Problem:
    """The concave function of prices for one set of ways."""

    def __init__(self, choice: Choice, ways: Ways, capacity: Floats) -> None:
        self.choice, self.ways, self.capacity = choice, ways, capacity
        users = choice.demand.size
        if not np.bincount(ways.nest, minlength=choice.user.size).all():
            raise ValueError("a nest has no way")
        self.scale, self.way_scale = (
            np.array(np.broadcast_to(np.asarray(one, np.float64), users))
            for one in (choice.scale, choice.way_scale)
        )
        self.demand_of_way = choice.demand[choice.user[ways.nest]]
        use = csr_array(ways.use, copy=True)
        use.sum_duplicates()
        self.use = use.indptr, use.indices, use.data.astype(np.float64)
        self.largest = np.zeros(capacity.size)
        np.maximum.at(self.largest, use.indices, use.data)
        self.kernels = load_compiled("samarkand.engines.limits_kernels")
        self._last: tuple[Floats, tuple[Floats, Floats, Floats, Floats]] | None = None

    def _share_out(self, price: Floats) -> tuple[Floats, Floats, Floats, Floats]:
        """Those of the last price are not worked out again: a step is tried first, then its slopes are asked for."""
        if self._last is None or not np.array_equal(self._last[0], price):
            self._last = price.copy(), self._share_out_anew(price)
        return self._last[1]

    def _share_out_anew(self, price: Floats) -> tuple[Floats, Floats, Floats, Floats]:
        choice, ways = self.choice, self.ways
        share, within = np.empty(ways.cost.size), np.empty(ways.cost.size)
        logsum, between = np.empty(choice.demand.size), np.empty(choice.user.size)
        self.kernels.share_out(
            ways.nest, ways.cost, *self.use, choice.user, choice.weight, self.scale, self.way_scale, price, share,
            within, logsum, between,
        )  # fmt: skip
        return share, within, logsum, between

    def shares(self, price: Floats) -> tuple[Floats, Floats]:
        """Share of each way in its user's demand, logsum of each user."""
        share, _, logsum, _ = self._share_out(price)
        return share, logsum

    def value(self, price: Floats) -> float:
        """D(p)."""
        return self._dual(self.shares(price)[1], price)

    def _dual(self, logsum: Floats, price: Floats) -> float:
        # Not a product of the linear algebra library: its threads take longer to start than the sum does.
        return float(np.einsum("i,i->", self.choice.demand, logsum) - self.capacity @ price)

    def slopes(self, price: Floats) -> tuple[float, Floats, Floats]:
        """D(p), its gradient and its Hessian."""
        choice = self.choice
        share, within, logsum, between = self._share_out(price)
        value = self._dual(logsum, price)
        flow, hessian = np.zeros(price.size), np.zeros((price.size, price.size))
        self.kernels.add_slopes(
            self.ways.nest, *self.use, choice.user, self.scale, self.way_scale, choice.demand, share, within,
            between, flow, hessian,
        )  # fmt: skip
        return value, flow - self.capacity, hessian

    def climb(self, start: Floats) -> Floats:
        """The prices at which D is greatest."""
        price = np.maximum(start, 0.0)
        if not price.size:
            return price
        for _ in range(MOST_STEPS):
            value, slope, hessian = self.slopes(price)
            flow = slope + self.capacity
            if calc_residual(price, flow, self.capacity, self.choice.steepest) <= TOLERANCE:
                break
            free = (price > 0) | (slope > 0)
            moved = self._step(price, value, slope, hessian, free)
            if moved is None:
                break
            price = moved
            if (price * self.choice.steepest * self.largest > HOPELESS).any():
                break
        return price

    def _step(
        self, price: Floats, value: float, slope: Floats, hessian: Floats, free: NDArray[np.bool_]
    ) -> Floats | None:
        """Newton's step on the prices that are free, cut at zero and halved until D rises; None where it does not."""
        at = np.flatnonzero(free)
        part = -hessian[np.ix_(at, at)]
        part += np.eye(at.size) * max(FIRM * float(part.diagonal().max(initial=0.0)), 1e-300)
        longest = STEEPEST / (self.choice.steepest * self.largest)
        far = HOPELESS * longest[at]  # where nobody has another way a step is endless
        move = np.zeros(price.size)
        move[at] = np.clip(np.nan_to_num(np.linalg.lstsq(part, slope[at], rcond=None)[0]), -far, far)
        if not slope @ move > 0:
            move[at] = np.clip(slope[at] / np.maximum(part.diagonal(), np.abs(slope[at]) / far), -far, far)
        move *= min(1.0, float((longest / np.maximum(np.abs(move), 1e-300)).min()))
        for k in range(MOST_HALVINGS):
            tried = np.maximum(price + move * 0.5**k, 0.0)
            if not (tried != price).any():
                return None
            rise = self.value(tried) - value
            if rise >= ENOUGH * float(slope @ (tried - price)) or self._as_good(tried, slope, value, rise):
                return tried
        return None

    def _as_good(self, tried: Floats, slope: Floats, value: float, rise: float) -> bool:
        """Near the top D no longer tells steps apart: there the gradient has to fall."""
        if abs(rise) > 1e-12 * max(abs(value), 1.0):
            return False
        after = self.slopes(tried)[1]
        open_ = tried > 0
        return bool(np.abs(after[open_]).max(initial=0.0) < np.abs(slope[open_]).max(initial=0.0))
