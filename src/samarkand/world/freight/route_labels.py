"""Routes of pairs of cities by the projects that they need: the labels of some networks, kept small, and read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from samarkand.core.conventions import Floats, Ints
from samarkand.engines.compiled import load_compiled
from samarkand.world.freight.mode_choice import MODES
from samarkand.world.freight.trade_costs import Pairs

KERNELS = "samarkand.engines.label_rows"
RowsOfLabels: TypeAlias = tuple[Ints, Ints, Floats, Ints]  # rows, start, of_label, projects of `RouteLabels`


class LabelsOfCity(NamedTuple):
    """Labels of the pairs of one city with others: how many of each [other, network, mode, search class], and what
    `RouteLabels` has of them."""

    others: Ints
    sizes: NDArray[np.int32]
    of_label: Floats
    projects: Ints


def copy_labels(
    others: Ints, labels: int, count: NDArray[np.int32], real: Floats, mask: Ints
) -> LabelsOfCity:
    """Labels of a city with others, out of buckets [network, search class, mode, city]; labels: how many there are."""
    found = LabelsOfCity(
        others,
        np.empty((others.size, count.shape[0], len(MODES), count.shape[1]), np.int32),
        np.empty((labels, 2)),
        np.empty(labels, np.int64),
    )
    load_compiled(KERNELS).copy_labels(others, count, real, mask, *found[1:])
    return found


def join_labels(networks: Sequence[Pairs], cities: int, parts: Mapping[int, LabelsOfCity]) -> RowsOfLabels:
    """Labels of cities, one city after another, as `RouteLabels` takes them. networks: have the same pairs."""
    order = sorted(parts)
    first = np.repeat(np.array(order, np.int64), [parts[i].others.size for i in order])
    second = np.concatenate([parts[i].others for i in order])
    sizes = np.concatenate([parts[i].sizes.ravel() for i in order])
    return (
        _numbers(networks[0].origin, networks[0].destination, first, second, cities),
        np.r_[0, np.cumsum(sizes)].astype(np.int64),
        np.concatenate([parts[i].of_label for i in order]),
        np.concatenate([parts[i].projects for i in order]),
    )


class RouteLabels:
    """Labels of pairs of cities, `rows`, on some networks with the same pairs; `read`: their routes with some projects.

    start: where the labels of each row, network, mode and search class begin, the best first, and where the last ends;
    of_label: hours and US$; projects: that a label needs, masks.
    """

    def __init__(
        self, networks: Sequence[Pairs], rows: Ints, start: Ints, of_label: Floats, projects: Ints
    ) -> None:
        self.rows, self._start, self._of_label, self._projects = rows, start, of_label, projects
        self._usd = np.stack([one.usd[rows] for one in networks], axis=1)
        self._hours = np.stack([one.hours[rows] for one in networks], axis=1)

    @cached_property
    def needed(self) -> Ints:
        """Projects that the best of all routes of each of `rows` need, of any network, mode and search class; masks.

        With any projects that hold them the routes of the row are the same.
        """
        best = np.zeros(self._start.size - 1, np.int64)
        some = self._start[1:] > self._start[:-1]
        best[some] = self._projects[self._start[:-1][some]]  # the first label is that of the best route
        found: Ints = np.bitwise_or.reduce(best.reshape(self.rows.size, -1), axis=1)
        return found

    def read(self, at: Ints, keys: Ints) -> tuple[Floats, Floats]:
        """US$ and hours of some of `rows`, each with projects of its own, [row, network, mode, search class]."""
        shape = at.size, *self._usd.shape[1:]
        usd, hours = np.empty(shape), np.empty(shape)
        load_compiled(KERNELS).read_routes(
            at, keys, self._start, self._of_label, self._projects, self._usd, self._hours, usd, hours
        )
        return usd, hours


def _numbers(
    origin: NDArray[np.int32], destination: NDArray[np.int32], first: Ints, second: Ints, cities: int
) -> Ints:
    """Numbers of pairs of cities."""
    known = origin.astype(np.int64) * cities + destination
    order = np.argsort(known, kind="stable")
    found: Ints = order[np.searchsorted(known[order], first * cities + second)]
    return found
