"""What floods take from trade in a year: closures by return period, each solved, against their probability.

    expected = integral over the probability that a year exceeds an event of  (days closed / 365) x loss of real income

The loss of an event is that of a whole year with its links closed (`planning.stress`), so that a day of closure costs a
365th of it: queues that are worked off afterwards and stocks would make it less. Direct damage is no part of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Unpack

import numpy as np
import xarray as xr

from samarkand.core.faults import FaultList
from samarkand.core.progress import Progress, quiet
from samarkand.engines.expected_damage import calc_expected_damage
from samarkand.planning.stress import STATES, Stress, stress_test
from samarkand.question import DEFAULT_YEARS, Asked, Terms
from samarkand.session import Session, default_session
from samarkand.world.network.disruptions import Closures
from samarkand.world.network.hazards import find_flooded
from samarkand.world.world import World, load_world

DAYS = 365.0


@dataclass(frozen=True)
class FloodLosses:
    """Expected loss of real income, US$ m a year, dims (scenario, economy); above zero is a loss.

    tail: what of it is of events rarer than the rarest map. cut: links closed by each map, by return period. stress:
    the cases that close any.
    """

    expected: xr.DataArray
    tail: xr.DataArray
    cut: Mapping[float, int]
    stress: Stress | None


def expected_flood_losses(
    programme: Asked,
    maps: Mapping[float, Path],
    days: float,
    *,
    protection: float = 0.0,
    world: World | None = None,
    year: int = DEFAULT_YEARS[0],
    session: Session | None = None,
    progress: Progress = quiet,
    **terms: Unpack[Terms],
) -> FloodLosses:
    """Expected annual loss of each economy from links under water, without the programme and with it.

    Parameters
    ----------
    maps
        GeoTIFFs of depths in metres, by return period in years.
    days
        Days for which an event closes the links below it.
    protection
        Return period up to which defences hold; zero: none.
    **terms
        As `stress_test`.

    Raises
    ------
    Faults
        With all maps that cannot be read, and all that is wrong with the question.
    """
    world = world or load_world()
    share = world.assumptions.parameters["hazard_failure_share"]
    faults, found = FaultList(), {}
    for period, path in sorted(maps.items()):
        closed = faults.attempt(partial(find_flooded, path, world.network, share, may_close_none=True))
        if closed is not None:
            found[period] = closed
    faults.raise_if_any()
    closing: list[str | Closures] = [one for one in found.values() if one.links]
    session = session or default_session()
    stress = None
    if closing:
        stress = stress_test(
            programme, closing, world=world, year=year, session=session, progress=progress, **terms
        )
    income = world.accounts.value_added.sum("sector")
    cases = iter(stress.cases if stress is not None else ())
    nothing = xr.zeros_like(income).expand_dims(scenario=list(STATES))
    losses = [
        -(next(cases).results["real_income"] * income).transpose("scenario", "economy") * days / DAYS
        if one.links
        else nothing
        for one in found.values()
    ]
    together = xr.concat(losses, dim="event", join="exact").transpose("scenario", "economy", "event")
    expected, tail = _integrate(np.array(list(found)), together.to_numpy(), protection)
    at = {"scenario": list(STATES), "economy": together["economy"].to_numpy()}
    return FloodLosses(
        xr.DataArray(expected, at, tuple(at)),
        xr.DataArray(tail, at, tuple(at)),
        {period: sum(map(len, one.links.values())) for period, one in found.items()},
        stress,
    )


def _integrate(periods: np.ndarray, losses: np.ndarray, protection: float) -> tuple[np.ndarray, np.ndarray]:
    """Total and tail over the last axis; gains of an economy are losses below zero, and the integral is linear."""
    ends = []
    for sign in (1.0, -1.0):
        part = np.maximum(sign * losses, 0.0).reshape(-1, periods.size)
        found = [calc_expected_damage(periods, row, protection) for row in part]
        ends.append(
            sign * np.array([(one.total, one.tail) for one in found]).T.reshape(2, *losses.shape[:-1])
        )
    total, tail = ends[0] + ends[1]
    return total, tail
