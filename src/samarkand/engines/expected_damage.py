"""Expected annual damage: the integral of damage over the probability that a year exceeds it.

    expected = integral from 0 to 1 of D(p) dp,    p = 1 / T

with D the damage of the event that is exceeded with probability p in a year, T its return period in years. Events are
known at a few return periods; between them D is taken as straight over p (trapezoids), which is too much where D curves
upwards towards rare events.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


class ExpectedDamage(NamedTuple):
    """Expected annual damage in the unit of the damages, and what the integral leaves out.

    known: between the rarest and the most frequent event that is known and passes the protection. tail: of rarer
    events, as if none did more damage than the rarest one known: the least that they add. before: of more frequent
    events, as if all did as much damage as the most frequent one known: the most that they could add; it is in no sum.
    """

    known: float
    tail: float
    before: float

    @property
    def total(self) -> float:
        """What is known and the least of the tail."""
        return self.known + self.tail

    @property
    def tail_share(self) -> float:
        """Share of the tail in the total; not a number where there is no damage."""
        return self.tail / self.total if self.total else float("nan")


def calc_expected_damage(periods: Floats, damage: Floats, protection: float = 0.0) -> ExpectedDamage:
    """`sum over k of (p[k] - p[k+1]) (D[k] + D[k+1]) / 2 + p[last] D[last]`, p = 1 / periods, frequent events first.

    Parameters
    ----------
    periods
        Return periods in years, from 1 on, each once, in any order. `[event]`
    damage
        Damage of each event, not negative. `[event]`
    protection
        Return period in years up to which defences hold: damage is zero for all events that are not rarer. An event
        at the protection itself starts the integral with the damage between its neighbours. One or less: no defence.

    Raises
    ------
    ValueError
        For no events, unequal lengths, periods below one or repeated, damage that is negative or no number.
    """
    periods, damage = np.asarray(periods, np.float64), np.asarray(damage, np.float64)
    if not periods.size or periods.shape != damage.shape:
        raise ValueError("one damage for each return period is needed")
    if not (periods >= 1).all() or np.unique(periods).size < periods.size:
        raise ValueError("return periods are years from 1 on, each once")
    if not (damage >= 0).all() or not np.isfinite(damage).all():
        raise ValueError("damages are numbers from zero on")
    order = np.argsort(periods)
    p, d = 1.0 / periods[order], damage[order]
    most = 1.0 / protection if protection > 1 else 1.0  # what happens every year is no rarer than once
    if most <= p[-1]:
        # Defences hold to the rarest event known and beyond: of what is rarer only the damage of that event is known.
        return ExpectedDamage(0.0, float(most * d[-1]), 0.0)
    if most < p[0]:
        start = np.interp(most, p[::-1], d[::-1])
        kept = p < most
        p, d = np.r_[most, p[kept]], np.r_[start, d[kept]]
    known = float(np.sum((p[:-1] - p[1:]) * (d[:-1] + d[1:]) / 2))
    return ExpectedDamage(known, float(p[-1] * d[-1]), float((most - p[0]) * d[0]))
