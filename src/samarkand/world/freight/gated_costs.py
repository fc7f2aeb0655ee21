"""Freight with gates for many states in a row: of what prices change, generalised costs alone."""

from __future__ import annotations

from samarkand.core.conventions import Floats
from samarkand.engines import limits as engine
from samarkand.world.freight.gate_users import Users, Ways, logsum_of, sum_ways
from samarkand.world.freight.limits import GatedFreight


class GatedCosts(GatedFreight):
    """As `GatedFreight`; `Limits.differences` holds the first row alone, `cost_logsum`."""

    def _differences(
        self, users: Users, ways: Ways, solved: engine.Limited, choice: engine.Choice, paid: Floats
    ) -> Floats:
        """L(p) - L(0) by user, weighted, between economies in both directions."""
        free = logsum_of(users, choice, sum_ways(users, ways, choice, ways.cost))
        return self._between(users, [solved.logsum - free])
