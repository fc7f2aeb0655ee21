"""Ways of goods past gates with each of many sets of changes: labels once on networks with gates closed, then read.

What `closed_gates` finds by an update of the routes on each of its networks, for one set after another, `subsets` finds
for all sets from labels. Kept are those of the pairs of cities for which the networks are not the same.
"""

from __future__ import annotations

import math
from functools import cached_property
from threading import Lock
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from samarkand.core.conventions import Floats, Ints
from samarkand.core.progress import Progress, quiet
from samarkand.engines.compiled import load_compiled
from samarkand.engines.threads import run_all
from samarkand.world.freight.closed_gates import ClosedGates, ClosureWays
from samarkand.world.freight.mode_choice import MODES
from samarkand.world.freight.model import RouteUpdate
from samarkand.world.freight.route_labels import (
    KERNELS,
    LabelsOfCity,
    RouteLabels,
    copy_labels,
    join_labels,
)
from samarkand.world.freight.subsets import WORKERS, LandLabels, Portfolios, labels_of


class Variants(NamedTuple):
    """Different ways of rows of `GateLabels`: row and projects that make it, by variant, one row after another; which
    variants sets of projects have, [set, row]."""

    row: Ints
    key: Ints
    of_set: NDArray[np.int32]


class GateLabels(RouteLabels):
    """Labels of all pairs of cities that may pass a gate, on every network of `closed`; `ways`: those of one set.

    open_: labels of all pairs on the open network, where they were asked for.
    """

    def __init__(
        self,
        closed: ClosedGates,
        rows: Ints,
        start: Ints,
        of_label: Floats,
        projects: Ints,
        open_: RouteLabels | None = None,
    ) -> None:
        pairs = [model.baseline.pairs for model in closed.models]
        super().__init__(pairs, rows, start, of_label, projects)
        self.closed, self.open_ = closed, open_
        self._values, self._own_ways = pairs[0].values_of(rows), pairs[0].own_ways[rows]

    @classmethod
    def of(
        cls,
        closed: ClosedGates,
        portfolios: Portfolios,
        progress: Progress = quiet,
        with_open: bool = False,
    ) -> GateLabels | None:
        """Labels of the projects of portfolios; None where these are of a kind that is not answered so."""
        kernels = load_compiled(KERNELS)
        rooms = load_compiled("samarkand.engines.labels")
        arguments = []
        land: list[dict[int, LandLabels]] = [{} for _ in closed.models]
        for model, same in zip(closed.models, closed.same_land, strict=True):
            found = labels_of(model, portfolios, land[same])
            if found is None:
                return None
            arguments.append(found)
        baseline = closed.models[0].baseline
        zone, weight = baseline.zones
        pairs = [model.baseline.pairs for model in closed.models]
        usd, hours = tuple(one.usd for one in pairs), tuple(one.hours for one in pairs)
        values = np.asarray(pairs[0].search_values)
        bases = [model.path_update.base for model in closed.models]
        near = [(b.near_ptr, b.near, b.back_ptr, b.back_city, b.back_near) for b in bases]
        cities = zone.size
        parts, of_open = dict[int, LabelsOfCity](), dict[int, LabelsOfCity]()
        waiting = iter(np.flatnonzero((zone >= 0) & (weight > 0)).tolist())
        lock, full = Lock(), [False]

        def share(_number: int) -> None:
            routes = usd[0].shape[2]
            shape = len(usd), routes, len(MODES), cities
            count = np.zeros(shape, np.int32)
            real, mask = np.empty((*shape, rooms.MOST, 3)), np.empty((*shape, rooms.MOST), np.int64)
            others = np.empty(cities, np.int64)
            while True:
                with lock:
                    i = next(waiting, None)
                if i is None:
                    return
                for k, (by_class, sea) in enumerate(arguments):
                    if kernels.fill_network(
                        i,
                        by_class,
                        sea,
                        pairs[k].own_ways,
                        near[k],
                        usd[k],
                        hours[k],
                        values,
                        zone,
                        weight,
                        count[k],
                        real[k],
                        mask[k],
                    ):
                        full[0] = True
                        return
                size, labels = kernels.differing(
                    i, usd, hours, values, zone, weight, count, real, mask, others
                )
                here = copy_labels(others[:size].copy(), labels, count, real, mask)
                with lock:
                    parts[i] = here
                    progress()
                if with_open:
                    size, labels = kernels.labelled(
                        i, usd[0], hours[0], values, pairs[0].own_ways, zone, weight, count[0], real[0], mask[0],
                        others,
                    )  # fmt: skip
                    of_open[i] = copy_labels(others[:size].copy(), labels, count[:1], real[:1], mask[:1])

        run_all(share, range(WORKERS))
        if full[0]:
            return None
        open_ = RouteLabels(pairs[:1], *join_labels(pairs, cities, of_open)) if with_open else None
        return cls(closed, *join_labels(pairs, cities, parts), open_)

    @cached_property
    def present(self) -> Ints:
        """Pairs of economies that goods between the cities of `rows` go between, numbers."""
        baseline = self.closed.models[0].baseline
        pairs, zone = baseline.pairs, baseline.zones[0]
        one, other = (zone[end[self.rows]].astype(np.int64) for end in (pairs.origin, pairs.destination))
        count = len(baseline.economies)
        return np.unique(np.r_[one * count + other, other * count + one])

    def ways(self, key: int) -> tuple[RouteUpdate, ClosureWays]:
        """Routes of the open network with the projects of a mask, of all `rows`, and their ways."""
        every = np.arange(self.rows.size)
        return self.ways_of(every, np.full(every.size, key, np.int64))

    def ways_of(self, at: Ints, keys: Ints) -> tuple[RouteUpdate, ClosureWays]:
        """As `ways`, of some of `rows`, each with projects of its own."""
        (usd, hours), rows = self.read(at, keys), self.rows[at]
        gates = len(self.closed.gates)
        ways = ClosureWays(rows, usd, hours, self._values[at], gates, self._own_ways[at])
        return RouteUpdate(rows, usd[:, 0], hours[:, 0]), ways

    def variants(self, keys: Ints) -> Variants:
        """Which different ways sets of projects make of each of `rows`."""
        slots, size = math.prod(self._usd.shape[1:]), self.rows.size
        number, key_of = np.empty((size, keys.size), np.int32), np.empty((size, keys.size), np.int32)
        number_some = load_compiled(KERNELS).number_variants

        def share(rows: slice) -> Ints:
            start = self._start[rows.start * slots : rows.stop * slots + 1]
            found: Ints = number_some(start, slots, self._projects, keys, number[rows], key_of[rows])
            return found

        middle = size // 2
        count = np.concatenate(run_all(share, [slice(0, middle), slice(middle, size)]))
        first = np.r_[0, np.cumsum(count)]
        at = np.repeat(np.arange(size), count)
        of_row = np.arange(at.size) - first[at]
        number += first[:-1, None].astype(np.int32)  # in place: a number for each set and row is large
        return Variants(at, keys[key_of[at, of_row]], number.T.copy())
