"""How income is spread in an economy, and what its change means for the poor.

    mean with the programme = mean of the survey x (1 + pass-through x change of real income after payment)

Everybody's income changes by the same share: with one wage an economy nothing says who gains more, unless shares of
factors and of consumption by tenth are known, which no file that is read here has.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from samarkand.core.conventions import Floats
from samarkand.engines.lorenz import Lorenz, calc_poverty, fit_lorenz, make_lognormal
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
    found = parameters.evidence(name)
    value = parameters[name]
    low, high = (value if one is None else one for one in (found.low, found.high))
    return np.array([low, value, high])


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


def calc_incomes_of_tenths(curve: Lorenz, mean: float) -> Floats:
    """`10 mean (L(k / 10) - L((k - 1) / 10))`: mean income of each tenth, PPP US$ a day, `[tenth]`."""
    inner = curve.share(BOUNDS[1:-1])
    found: Floats = 10.0 * mean * np.diff(np.r_[0.0, inner, 1.0])
    return found
