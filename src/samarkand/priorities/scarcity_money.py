"""What goods pay at full places, where limits are asked for, by year: the change that a programme makes.

    queues[y, i]     = sum over states k of w[y, k] (queues[k, i] - queues without the programme[i])
    paid[y, i]       = the same of rents that goods sold by `i` pay
    received[y, i]   = the same of rents that operators in `i` get      US$ m a year, at the size of the accounts

before anybody pays for the programme. A queue is time and resources lost: nobody receives it. Rents paid and received
add up to the same over the world. Real income holds queues and rents paid, as a cost; what operators get is in it where
goods pay economies that they pass inside the equilibrium (`transit_money`), else not.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import xarray as xr

from samarkand.core.conventions import Floats
from samarkand.priorities.time_rule import calc_effects_of_years
from samarkand.programme.schedule import Schedule
from samarkand.state import State


class ScarcityMoney(NamedTuple):
    """Changes of what goods pay at full places, dims (year, economy), US$ m a year."""

    queues: xr.DataArray
    paid: xr.DataArray
    received: xr.DataArray


def calc_scarcity_money(
    schedule: Schedule, states: Sequence[State] | Mapping[int, State], years: Sequence[int]
) -> ScarcityMoney | None:
    """Changes in the years named; None where no limits are asked for."""
    labels = tuple(states[0].world.labels)
    changes: list[Floats] = []
    for k in range(len(schedule.states)):
        both = states[k].solved.place_prices
        if both is None:
            return None
        without, with_ = (one.money(labels) for one in both)
        changes.append(with_ - without)
    return ScarcityMoney(*calc_effects_of_years(schedule, years, changes, labels))
