"""What goods pay economies that they pass, inside the equilibrium, by year: the change that a programme makes.

    paid[y, i]     = sum over states k of w[y, k] (paid[k, i] - paid without the programme[i])
    received[y, i] = the same of what carriers get         US$ m a year, at the size of the accounts

before anybody pays for the programme. paid[i]: what goods sold by `i` pay; both add up to the same over the world. With
limits, rents of full places are among it (`scarcity_money`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import xarray as xr

from samarkand.core.conventions import Floats
from samarkand.engines.equilibrium import payments_in
from samarkand.engines.equilibrium.solution import Solution
from samarkand.priorities.time_rule import calc_effects_of_years
from samarkand.programme.schedule import Schedule
from samarkand.state import State


class TransitMoney(NamedTuple):
    """Changes of what is paid and received, dims (year, economy), US$ m a year."""

    paid: xr.DataArray
    received: xr.DataArray

    @property
    def net(self) -> xr.DataArray:
        """Received less paid: it adds up to nothing over the world."""
        return self.received - self.paid

    def less(self, paid: xr.DataArray, received: xr.DataArray) -> TransitMoney:
        """Without a part of it."""
        return TransitMoney(self.paid - paid, self.received - received)


def calc_transit_money(
    schedule: Schedule, states: Sequence[State] | Mapping[int, State], years: Sequence[int]
) -> TransitMoney | None:
    """Changes in the years named; None where goods pay nobody inside the equilibrium."""
    first = states[0].solved.baseline
    if not first.setting.transit_payments:
        return None
    labels = list(first.setting.world.labels)
    before = _money(first.solution)
    changes = [_money(states[k].before_financing) - before for k in range(len(schedule.states))]
    return TransitMoney(*calc_effects_of_years(schedule, years, changes, labels))


def calc_transit_of_item(state: State, item: str) -> TransitMoney | None:
    """What is paid and received with an item less what is without it, all others in place; dims (economy).

    None where goods pay nobody inside the equilibrium.
    """
    baseline = state.solved.baseline
    if not baseline.setting.transit_payments:
        return None
    more = _money(state.before_financing) - _money(state.solved.leaving_out(item).before_financing)
    labels = list(baseline.setting.world.labels)
    return TransitMoney(*(xr.DataArray(one, {"economy": labels}, ("economy",)) for one in more))


def _money(solution: Solution) -> Floats:
    """What is paid by seller and received by carrier in a solution [2, economy]."""
    carriage = payments_in(solution)
    return np.array([carriage.paid.sum(axis=1), carriage.received])
