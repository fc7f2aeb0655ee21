"""How income is spread in an economy, and what its change means for the poor.

    mean with the programme = mean of the survey x (1 + pass-through x change of real income after payment)

Everybody's income changes by the same share: with one wage an economy nothing says who gains more, unless shares of
work, spending and taxes by tenth are known (`incidence`). Then each tenth moves by its own share, all within it alike.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from samarkand.core.conventions import Floats
from samarkand.engines.lorenz import EDGE, NODES, WEIGHTS, Lorenz, calc_poverty, fit_lorenz, make_lognormal
from samarkand.engines.once import derived
from samarkand.world.economies.surveys import Survey, shares_of, survey_of
from samarkand.world.parameters import Parameters
from samarkand.world.world import World

TENTHS = tuple(f"tenth {k}" for k in range(1, 11))
BOUNDS = np.arange(11) / 10


@dataclass(frozen=True)
class Distribution:
    """The Lorenz curve of an economy and the mean of its survey, where there is one."""

    curve: Lorenz
    survey: Survey | None

    @property
    def is_fallback(self) -> bool:
        """Whether the Gini index alone is known, and incomes are taken to be lognormal."""
        return self.curve.name == "lognormal"


def distributions(world: World) -> Mapping[str, Distribution]:
    """By economy, those whose shares or Gini index are known."""
    return derived(world.fact_table, ("distributions", world.labels), lambda: _distributions(world))


def _distributions(world: World) -> dict[str, Distribution]:
    found = {}
    for economy in world.economies:
        curve = _curve_of(world, economy)
        if curve is not None:
            found[economy] = Distribution(curve, survey_of(world.fact_table, economy))
    return found


def _curve_of(world: World, economy: str) -> Lorenz | None:
    """From shares; where there are none, or none that a Lorenz curve fits, lognormal from the Gini index."""
    shares = shares_of(world.fact_table, economy)
    curve = None if shares is None else fit_lorenz(*shares)
    gini = world.fact(economy, "gini").value
    if curve is None and gini is not None and 0 < gini < 100:
        return make_lognormal(gini / 100.0)
    return curve


def pass_through(parameters: Parameters, measure: str) -> Floats:
    """Low, central and high share of a change of real income that reaches the mean of a survey.

    A survey that does not say what it measures is taken to be one of consumption: the lower of both.
    """
    name = f"pass_through_{'income' if measure == 'income' else 'consumption'}"
    return np.array(parameters.evidence(name).ends)


@dataclass(frozen=True)
class Poor:
    """Headcount, gap and severity, fractions, `[..., line]` for means `[...]`."""

    headcount: Floats
    gap: Floats
    severity: Floats


def calc_poor(curve: Lorenz, means: Floats, lines: Sequence[float]) -> Poor:
    """Poverty at each mean under each line, PPP US$ a day both: the same line over a higher mean is a lower one."""
    relative = np.array(lines) / means[..., None]
    found = calc_poverty(curve, relative.ravel())
    unknown = np.isnan(relative)
    return Poor(
        *(
            np.where(unknown, np.nan, one.reshape(relative.shape))
            for one in (found.headcount, found.gap, found.severity)
        )
    )


def calc_poor_by_tenths(curve: Lorenz, mean: float, factors: Floats, lines: Sequence[float]) -> Poor:
    """As `calc_poor` where incomes of tenth `d` are `factors[..., d]` times those of the survey, whose mean is `mean`.

    People of a tenth under a line are those whose income before was under `line / factor`; `u = mean factor / line`:

        gap = sum over tenths of the integral of 1 - u L'(p) from where the tenth begins to its last poor person
    """
    limits = np.array(lines)
    shape = (*factors.shape[:-1], len(limits))
    found = [np.zeros(shape) for _ in range(3)]
    for d, (first, last) in enumerate(pairwise(BOUNDS)):
        relative = limits / (mean * factors[..., d, None])
        poor = calc_poverty(curve, relative.ravel()).headcount.reshape(shape)
        end = np.where(np.isnan(relative), np.nan, np.clip(poor, first, last))
        at = first + (end - first)[..., None] * (NODES + 1.0) / 2.0
        short = np.maximum(1.0 - curve.slope(np.clip(at, EDGE, 1.0 - EDGE)) / relative[..., None], 0.0)
        width = (end - first)[..., None] * WEIGHTS / 2.0
        found[0] += end - first
        found[1] += (width * short).sum(axis=-1)
        found[2] += (width * short**2).sum(axis=-1)
    return Poor(*found)


def calc_gini_of_tenths(incomes: Floats) -> Floats:
    """`1 - sum over tenths of (L_(k-1) + L_k) / 10` of mean incomes by tenth `[..., tenth]`: inequality among them."""
    cumulative = np.cumsum(incomes, axis=-1) / incomes.sum(axis=-1, keepdims=True)
    found: Floats = 1.0 - (2.0 * cumulative.sum(axis=-1) - 1.0) / 10.0
    return found


def calc_incomes_of_tenths(curve: Lorenz, mean: float) -> Floats:
    """`10 mean (L(k / 10) - L((k - 1) / 10))`: mean income of each tenth, PPP US$ a day, `[tenth]`."""
    inner = curve.share(BOUNDS[1:-1])
    found: Floats = 10.0 * mean * np.diff(np.r_[0.0, inner, 1.0])
    return found
