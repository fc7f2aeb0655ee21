"""Freight with gates where the ways of goods are known already: compiled loops read them, and none is searched."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from types import ModuleType

import numpy as np
from numpy.typing import NDArray

from samarkand.core.conventions import Floats, Ints
from samarkand.engines.compiled import load_compiled
from samarkand.engines.threads import run_all
from samarkand.world.freight.closed_gates import ClosureWays
from samarkand.world.freight.gate_users import Search, Users, Ways, mask_of
from samarkand.world.freight.gate_ways import Way
from samarkand.world.freight.limits import GatedFreight
from samarkand.world.freight.mode_choice import MODES, VOT_CLASSES
from samarkand.world.freight.model import RouteUpdate
from samarkand.world.freight.tonnes_by_route import Routes
from samarkand.world.freight.trade_costs import load_kernels

NO_WAYS: tuple[Way, ...] = ()


class KnownWays(GatedFreight):
    """As `GatedFreight` with `ways`. A search keeps its prices alone: its ways are read where they are needed."""

    search: ClosureWays

    def _without_prices(self, _routes: RouteUpdate) -> tuple[Routes, Ints]:
        """As of `GatedFreight`; routes are the known ones."""
        known, baseline = self.search, self.model.baseline
        self.at = known.rows
        nothing = np.zeros(len(self.facilities))
        self._keep(dict.fromkeys(self._classes, nothing), nothing, np.arange(self.at.size))
        shape = self.at.size, len(VOT_CLASSES), len(MODES)
        cost, hours, term, pick = np.empty(shape), np.empty(shape), np.empty(shape), np.empty(shape, np.int8)

        def take(rows: slice) -> None:  # each half is one thread's work
            usd, late, at = known.usd[rows], known.hours[rows], self.at[rows]
            load_kernels().prepare(
                usd[:, 0], late[:, 0], baseline.segment[at], baseline.values, baseline.sea_search,
                baseline.constants, baseline.choice.scale, baseline.pairs.by_sea[at], term[rows], pick[rows],
            )  # fmt: skip
            self._kernels.routes_taken(usd, late, baseline.values, pick[rows], cost[rows], hours[rows])

        middle = self.at.size // 2
        run_all(take, [slice(0, middle), slice(middle, None)])
        return Routes(cost, hours, term), self._bits(self.found[0], self.found[0].rows)

    def _keep(self, land: Mapping[int, Floats], sea: Floats, rows: Ints) -> Search:
        """A search at prices that are the same for all search classes; its ways are read when they are needed."""
        self.found.append(Search(land, sea, {}, NO_WAYS, rows))
        return self.found[-1]

    def _search(self, land: Mapping[int, Floats], sea: Floats) -> Search:
        return self._keep(land, sea, np.flatnonzero(self._passed & mask_of(sea > 0)))

    def _bits(self, found: Search, rows: Ints) -> Ints:
        """Gates on the ways of a search, of rows [row, class, mode]."""
        known = self.search
        gates = np.empty((rows.size, len(VOT_CLASSES), len(MODES)), np.int64)
        self._kernels.gates_of_goods(
            known.usd, known.hours, known.bits, known.values, known.turns, known.tolls(found.sea), rows,
            self.route_of, gates,
        )  # fmt: skip
        return gates

    def _at_sea(self, search: Search) -> Sequence[Way]:
        return [way.of(search.rows) for way in self.search.at_sea(search.sea)]

    @cached_property
    def _kernels(self) -> ModuleType:
        return load_compiled("samarkand.engines.gates_kernels")

    def _ways_of(self, users: Users, full: NDArray[np.bool_]) -> tuple[Way, Ways]:
        """As `GatedFreight` does, in a compiled loop. First ways are among all ways and not listed apart."""
        mask = mask_of(full)
        if self._last is not None:
            count, bits, row, label, first, ways = self._last
            if (count, bits) == (len(self.found), mask) and row is users.row and label is users.label:
                return first, ways
        known, nests = self.search, users.nest_user.size
        searched = np.zeros((len(self.found), self.at.size), np.bool_)
        for number, one in enumerate(self.found):
            searched[number, one.rows] = True
        tolls = np.array([known.tolls(one.sea) for one in self.found])
        most = nests * len(self.found)
        nest, gates, found = (np.empty(most, np.int64) for _ in range(3))
        cost, longer = np.empty(most), np.empty(most)
        size = self._kernels.further_routes(
            known.usd, known.hours, known.bits, known.values, known.turns, tolls, searched,
            self.route_of, self.model.baseline.values, users.row, users.label, users.nest_user, users.nest_mode,
            self._paid_at(users, full), nest, cost, longer, gates, found,
        )  # fmt: skip
        ways = Ways(nest[:size], cost[:size], longer[:size], gates[:size], found[:size])
        first = Way(longer[:nests], cost[:nests], gates[:nests])
        self._last = len(self.found), mask, users.row, users.label, first, ways
        return first, ways
