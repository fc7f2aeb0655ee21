"""States of a network: found, or read from this user's cache folder, where they are kept by all that decides them.

A programme has some ten states in 26 years. To find the cheaper routes of each and to add up what they change takes a
third of a second; most questions read of them costs between economies and hours between cities alone. These are kept,
the routes are not: they are found where they are read.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

import numpy as np
from numpy.typing import NDArray

from samarkand.core.code_version import code_version
from samarkand.core.conventions import Floats
from samarkand.core.disk_cache import Arrays, load_entry, save_entry
from samarkand.core.hashing import data_hash
from samarkand.core.progress import Progress, quiet
from samarkand.engines.once import derived
from samarkand.world.freight.mode_choice import MODES
from samarkand.world.freight.model import FreightModel, RouteUpdate
from samarkand.world.freight.state import Freight, FreightState
from samarkand.world.network.link_changes import LinkChange

KIND = "states"
DECIDES = ("core", "engines", "world")  # folders of the code
MOST_KEPT = 24  # of some 9 MB each at 1,000 cities and 199 economies
FEWEST = 10_000  # pairs of cities: what fewer need is found as soon as it is read
ANY = tuple(range(len(MODES)))
LAND = (MODES.index("road"), MODES.index("rail"))


class LaterRoutes(RouteUpdate):
    """Routes of which the pairs are known, and the hours by the quickest of the modes that somebody asks for; the rest
    is found where it is first read."""

    def __init__(
        self,
        rows: NDArray[np.int64],
        quickest: dict[tuple[int, ...], Floats],
        find: Callable[[], RouteUpdate],
    ) -> None:
        vars(self).update(rows=rows, known=quickest, find=find)

    @property
    def usd(self) -> Floats:
        """As of `RouteUpdate`."""
        return self._found.usd

    @property
    def hours(self) -> Floats:
        """As of `RouteUpdate`."""
        return self._found.hours

    def quickest(self, modes: tuple[int, ...]) -> Floats:
        """As of `RouteUpdate`."""
        known: Floats | None = vars(self)["known"].get(modes)
        return self._found.quickest(modes) if known is None else known

    @property
    def _found(self) -> RouteUpdate:
        def find() -> RouteUpdate:
            found: RouteUpdate = vars(self)["find"]()
            if np.array_equal(found.rows, self.rows):
                return found
            order = np.argsort(found.rows)  # after other questions the same pairs may stand otherwise
            at = order[np.searchsorted(found.rows, self.rows, sorter=order)]
            return RouteUpdate(self.rows, found.usd[at], found.hours[at])

        return derived(self, "found", find)


def freight_state(
    freight: Freight, changes: Sequence[LinkChange], progress: Progress = quiet
) -> FreightState:
    """The state that changes of links, none for no programme, make of a network, open or disrupted."""
    if isinstance(freight, FreightModel):
        if not changes:
            routes = freight.update_routes(())
            return FreightState(freight, (), routes, routes, freight.costs_of(routes, ()))
        routes, differences = stored_update(freight, changes, progress)
        costs = freight.baseline.dataset(differences, changes)
        return FreightState(freight, tuple(changes), routes, routes, costs)
    found = freight.costs(changes, progress)
    return FreightState(
        freight.closed, freight.standing(changes), found.routes, found.against_open, found.costs, found.lost,
        found.cut_off,
    )  # fmt: skip


def stored_update(
    model: FreightModel, changes: Sequence[LinkChange], progress: Progress = quiet
) -> tuple[RouteUpdate, Floats]:
    """Routes that changes, at least one, make cheaper on an open network, and `FreightBaseline.differences`.

    Both are found and added up, or read where another question had them.
    """
    key = update_key(model, changes)
    stored = load_entry(KIND, key)
    if stored is not None:
        return _read(stored, model, changes)
    routes = model.routes(changes, progress)
    differences = model.baseline.differences(routes.rows, routes.usd, routes.hours)
    if routes.rows.size >= FEWEST:
        save_entry(KIND, key, _written(routes, differences), MOST_KEPT)
    return routes, differences


def update_key(model: FreightModel, changes: Sequence[LinkChange]) -> str:
    """Content hash of what decides it: the network, its parameters, changes in their order and the code."""
    decides = [model.key, model.network.hash, model.parameters.hash, list(changes)]
    return data_hash(*decides, code_version(*DECIDES))


def _written(routes: RouteUpdate, differences: Floats) -> Arrays:
    """Most pairs of economies keep their costs: they are left out."""
    cells = np.flatnonzero((differences != 0.0).any(axis=(0, 1)))
    return {
        "rows": routes.rows.astype(np.int32),
        "any": routes.quickest(ANY),
        "land": routes.quickest(LAND),
        "shape": np.array(differences.shape, np.int64),
        "cells": cells.astype(np.int32),
        "differences": differences.reshape(*differences.shape[:2], -1)[:, :, cells],
    }


def _read(stored: Arrays, model: FreightModel, changes: Sequence[LinkChange]) -> tuple[RouteUpdate, Floats]:
    differences: Floats = np.zeros(stored["shape"].tolist())
    flat = differences.reshape(*differences.shape[:2], -1)
    flat[:, :, stored["cells"]] = stored["differences"]
    quickest = {ANY: stored["any"], LAND: stored["land"]}
    rows = stored["rows"].astype(np.int64)
    return LaterRoutes(rows, quickest, partial(model.routes, tuple(changes))), differences
