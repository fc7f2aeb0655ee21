"""The value of an item as projects of its class turned out: cost and passengers drawn from their distributions.

    net = sum of parts + C s (R - 1) + P (D / u - 1)

C and P: present values of capital cost (below zero) and of hours of passengers; R: outturn over estimate of the class,
s the share of it still to come, less what agreed changes have added already; D: passengers over those forecast, u the
share of the forecast that is in P already. R and D are independent and log-normal (`priorities.reference_fit`). Draws
are a Latin hypercube: each n-th of a distribution is drawn once, in an order of the seed, so that quantiles of the
draws are those of the distribution.
"""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import numpy as np
from scipy.special import ndtri

from samarkand.core.conventions import Floats
from samarkand.priorities.reference_fit import (
    Fitted,
    LogNormal,
    MeanAlone,
    Measure,
    class_of,
    share_to_come,
)
from samarkand.programme.model.change_orders import calc_still_to_come, share_that_came
from samarkand.worth.item_worth import ItemWorth
from samarkand.worth.life import life_of
from samarkand.worth.passengers import forecast_use

DRAWS = 1000
QUANTILES = (0.1, 0.5, 0.9)
PASSENGERS = "passenger_hours"


class Sampled(NamedTuple):
    """Net present values in US$ m at the quantiles of `QUANTILES`, and the share of draws above zero."""

    low: float
    median: float
    high: float
    above_zero: float
    drawn: tuple[Measure, ...]


def draw(of: LogNormal, number: int, rng: np.random.Generator) -> Floats:
    """Draws of a distribution, one from the middle of each of `number` equal parts of it, in random order."""
    shares = (rng.permutation(number) + 0.5) / number
    found: Floats = np.exp(of.location + of.spread * ndtri(shares))
    return found


def sampled_net_values(
    one: ItemWorth, rate: float, number: int = DRAWS, seed: int = 0
) -> tuple[Floats, tuple[Measure, ...]]:
    """Net present values of draws, and what was drawn; one value where no class has a spread."""
    rng, parts = np.random.default_rng(seed), one.parts(rate)
    net = np.full(number, sum(parts.values()))
    drawn: list[Measure] = []
    share, cost = share_to_come(one.item, one.parameters), class_of(one.item, "cost")
    outturn = draw(cost.distribution, number, rng) if isinstance(cost, Fitted) else None
    if outturn is not None and share:
        net += parts["capex"] * calc_still_to_come(share * (outturn - 1.0), share_that_came(one.item))
        drawn.append("cost")
    demand = class_of(one.item, "demand")
    if isinstance(demand, Fitted) and parts.get(PASSENGERS) and one.item.status != "in_service":
        use = forecast_use(one.item, one.parameters)
        net += parts[PASSENGERS] * (draw(demand.distribution, number, rng) / use - 1.0)
        drawn.append("demand")
    return net, tuple(drawn)


def sample(one: ItemWorth, rate: float, number: int = DRAWS, seed: int = 0) -> Sampled | None:
    """Quantiles of the net present value; None where nothing of it has a class with a spread."""
    net, drawn = sampled_net_values(one, rate, number, seed)
    if not drawn:
        return None
    low, median, high = np.quantile(net, QUANTILES, method="inverted_cdf")
    return Sampled(float(low), float(median), float(high), float((net > 0).mean()), drawn)


def delay_of(one: ItemWorth) -> int:
    """Whole years by which it may open later: the mean overrun of its class on the years of construction."""
    found = class_of(one.item, "schedule")
    if one.life is None or found is None:
        return 0
    mean = found.mean if isinstance(found, MeanAlone) else found.distribution.mean - 1.0
    return round(share_to_come(one.item, one.parameters) * mean * (one.life.opening - one.life.start))


def delayed(one: ItemWorth, years: int) -> ItemWorth:
    """The item opened some years later: what is spent is spent over more years, and benefits begin later."""
    given = one.parameters["delay_years"] + years
    return replace(one, life=life_of(one.item, one.parameters.replace({"delay_years": given})))
