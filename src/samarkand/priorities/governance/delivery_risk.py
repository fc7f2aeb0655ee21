"""Delivery risk of an item by its reference class: what its cost and its users may come out at.

    outturn = capex (1 + s (R - 1))     R: outturn over estimate of the class; s: share that is still to come

Less what agreed changes have added already (`programme.model.change_orders`): they are a part of the overrun.

Nothing is said of what is in service: its outturn is known.
"""

from __future__ import annotations

from collections.abc import Mapping

import xarray as xr

from samarkand.core.gaps import Gap
from samarkand.priorities.base import Levels, Outcomes, Range
from samarkand.priorities.reference_fit import COVERAGE, HIGH, LOW, Fitted, class_of, share_to_come
from samarkand.priorities.timeline import Timeline
from samarkand.programme.model.change_orders import calc_still_to_come, share_that_came
from samarkand.programme.model.models import Item

BASIS = "reference_class"
NO_CLASS = "no reference class of its kind is declared"
NO_COST = "no cost is published"
NO_FORECAST = "no forecast of passengers is given"
IN_USE = "it is in service: its users are counted, not forecast"


def risk_of(item: Item, timeline: Timeline) -> Outcomes:
    """Overrun and cost to be expected of an item, and its users against the forecast."""
    overrun = overrun_of(item, timeline.assumptions.parameters)
    if isinstance(overrun, str):
        return {
            "cost_overrun_to_come": Gap(item.id, "cost", overrun),
            "cost_to_be_expected": Gap(item.id, "cost", overrun),
            "demand_against_forecast": demand_of(item),
        }
    capex = None if item.capex is None else item.capex.value
    expected: Levels | Gap = (
        Gap(item.id, "cost", NO_COST) if capex is None else _levels([capex * (1.0 + one) for one in overrun])
    )
    return {
        "cost_overrun_to_come": _levels(overrun),
        "cost_to_be_expected": expected,
        "demand_against_forecast": demand_of(item),
    }


def overrun_of(item: Item, parameters: Mapping[str, float]) -> list[float] | str:
    """Mean overrun that is still to come, with its 10th and 90th percentile where they are known; or why it is not.

    Fractions of the estimate: `s (mean - 1)`, `s (q(0.1) - 1)`, `s (q(0.9) - 1)`.
    """
    share = share_to_come(item, parameters)
    if share == 0.0:
        return [0.0]
    found = class_of(item, "cost")
    if found is None:
        return NO_CLASS
    if isinstance(found, Fitted):
        of = found.distribution
        overruns = [one - 1.0 for one in (of.mean, of.quantile(LOW), of.quantile(HIGH))]
    else:
        overruns = [found.mean]
    came = share_that_came(item)
    return [float(calc_still_to_come(share * one, came)) for one in overruns]


def demand_of(item: Item) -> Levels | Gap:
    """Users over the forecast, less one."""
    found = class_of(item, "demand")
    if item.figure("passengers") is None:
        return Gap(item.id, "demand", NO_FORECAST)
    if item.status == "in_service":
        return Gap(item.id, "demand", IN_USE)
    if not isinstance(found, Fitted):
        return Gap(item.id, "demand", NO_CLASS)
    of = found.distribution
    return _levels([one - 1.0 for one in (of.mean, of.quantile(LOW), of.quantile(HIGH))])


def _levels(values: list[float]) -> Levels:
    """A figure, with its range where it has one: value, low, high."""
    figure, *ends = (xr.DataArray(one) for one in values)
    if not ends:
        return Levels(change=figure)
    low, high = ends
    return Levels(change=figure, ranges={"change": Range(low, high, BASIS, COVERAGE)})
