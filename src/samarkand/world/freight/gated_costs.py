"""Freight with gates for many states in a row: of what prices change, generalised costs alone."""

from __future__ import annotations

import numpy as np

from samarkand.core.conventions import Floats
from samarkand.engines import limits as engine
from samarkand.world.freight.limits import GatedFreight, _Users, _Ways
from samarkand.world.freight.mode_choice import VOT_CLASSES


class GatedCosts(GatedFreight):
    """As `GatedFreight`; `Limits.differences` holds the first row alone, `cost_logsum`."""

    def _differences(
        self, users: _Users, ways: _Ways, solved: engine.Limited, choice: engine.Choice, paid: Floats
    ) -> Floats:
        """L(p) - L(0) by user, weighted, between economies in both directions."""
        baseline = self.model.baseline
        k = np.asarray(choice.way_scale)[users.nest_user]
        scale = np.asarray(choice.scale)
        before: Floats = np.bincount(
            ways.nest, np.exp(-k[ways.nest] * ways.cost), users.nest_user.size
        ).astype(np.float64)
        term = choice.weight * before ** (scale[users.nest_user] / k)
        free = -np.log(np.bincount(users.nest_user, term, users.demand.size)) / scale
        change = users.weight * (solved.logsum - free)
        pairs, zone = baseline.pairs, baseline.zones[0]
        rows = self.at[users.row]
        a, b = zone[pairs.origin[rows]], zone[pairs.destination[rows]]
        shape = len(VOT_CLASSES), len(baseline.economies), len(baseline.economies)
        cell = np.ravel_multi_index((users.label, a, b), shape)
        one_way: Floats = np.bincount(cell, change, int(np.prod(shape))).astype(np.float64).reshape(shape)
        found: Floats = (one_way + one_way.transpose(0, 2, 1))[None]
        return found
