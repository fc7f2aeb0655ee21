"""Political stability by economy, as the Worldwide Governance Indicators estimate it, with its error.

    low, high = estimate -+ z(0.9) x standard error

An index around zero, about -2.5 to 2.5. It stands beside the programme and enters no money: nothing published says by
how much it changes cost, delay or trade.
"""

from __future__ import annotations

from collections.abc import Sequence
from statistics import NormalDist
from typing import NamedTuple

import numpy as np

from samarkand.core.gaps import Gap
from samarkand.core.labels import labelled
from samarkand.priorities.base import Levels, Range
from samarkand.priorities.reference_fit import COVERAGE
from samarkand.world.economies.facts import Facts

FACT, ERROR = "political_stability", "political_stability_error"
BASIS = "published"
NOT_OF_THE_PROGRAMME = "not assessed: nothing published says how an item changes it"
NO_FIGURE_OF_IT = "no estimate is published of it"
NO_ESTIMATE = "the world has no figures of political stability: samarkand world import wgi"


class Stability(NamedTuple):
    """Estimate, low and high end, and the year; ends that are not a number where no error is published."""

    value: float
    low: float
    high: float
    year: int | None
    source: str


def stability_of(facts: Facts, economy: str) -> Stability | None:
    """What is published of an economy; None where nothing is."""
    found, error = facts.get(economy, FACT), facts.get(economy, ERROR)
    if found.value is None:
        return None
    half = float("nan") if error.value is None else error.value * NormalDist().inv_cdf((1.0 + COVERAGE) / 2.0)
    return Stability(found.value, found.value - half, found.value + half, found.year, found.source)


def stability_levels(facts: Facts, labels: Sequence[str]) -> Levels | Gap:
    """Levels by economy, without the programme alone."""
    found = [stability_of(facts, label) for label in labels]
    if not any(found):
        return Gap("governance", FACT, NO_ESTIMATE)
    figures = np.array([[np.nan] * 3 if one is None else one[:3] for one in found], dtype=float)
    values, low, high = (labelled(figures[:, k], economy=labels) for k in range(3))
    reason = labelled(
        np.where(np.isnan(figures[:, 0]), NO_FIGURE_OF_IT, NOT_OF_THE_PROGRAMME).astype(object),
        economy=labels,
    )
    return Levels(
        without=values,
        with_=values * np.nan,
        reason=reason,
        ranges={"without": Range(low, high, BASIS, COVERAGE)},
    )
