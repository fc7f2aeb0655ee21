"""Least costs between many places by a contraction hierarchy (pyroutingkit): the faster extra.

`pip install samarkand[routing]`. Costs alone, without the hours and money of the way; scipy (`routing.calc_costs`)
is the default and the oracle. Weights are whole thousandths of a US$, so that a way of n links is right to n / 2 of
them. One thread at a time on one hierarchy: two threads have crashed it; work in parallel belongs in processes.
"""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from samarkand.engines.routing import Graph

Floats = NDArray[np.float64]

PER_USD = 1000  # weights are whole numbers of this part of a US$


def is_installed() -> bool:
    """Whether the extra is there."""
    return find_spec("pyroutingkit") is not None


class Hierarchy:
    """A graph prepared once for any value of time; `latitude`, `longitude` of its nodes order the contraction."""

    def __init__(self, graph: Graph, latitude: ArrayLike, longitude: ArrayLike) -> None:
        self._kit: Any = import_module("pyroutingkit")
        self.graph = graph
        tail = np.repeat(np.arange(graph.size, dtype=np.uint32), np.diff(graph.indptr))
        self._topology = self._kit.CCHTopology()
        self._topology.build(
            tail,
            graph.indices.astype(np.uint32),
            np.asarray(latitude, np.float32),
            np.asarray(longitude, np.float32),
            graph.size,
        )
        self._lock = Lock()
        self._metrics: dict[float, Any] = {}

    def calc_costs(self, value_of_time: float, sources: ArrayLike, targets: ArrayLike) -> Floats:
        """Least usd + value_of_time * hours from each source to each target, infinite where there is no way.

        As `routing.calc_costs` within the rounding of weights. Raises ValueError where a cost is too large for the
        whole numbers of the engine (some two million US$).
        """
        with self._lock:
            metric = self._metrics.get(value_of_time)
            if metric is None:
                weight = np.rint((self.graph.usd + value_of_time * self.graph.hours) * PER_USD)
                if weight.size and weight.max() >= self._kit.INF_WEIGHT:
                    raise ValueError("a link costs more than the engine's whole numbers hold")
                metric = self._kit.CCHMetric(self._topology)
                metric.customize(weight.astype(np.uint32))
                self._metrics[value_of_time] = metric
            found = np.asarray(
                metric.distances_many_to_many(np.asarray(sources, np.uint32), np.asarray(targets, np.uint32))
            )
        return np.where(found >= self._kit.INF_WEIGHT, np.inf, found / PER_USD)
