"""Ranges of results by what items may cost in the end: the payments of an economy, and what they do to its figures.

With `a_i` the annual charge of item i to an economy, `R_i` the outturn over the estimate of its reference class and
`s_i` the share of the overrun that is still to come, the economy pays `T` more than planned, relative to all it pays:

    T = sum over i of a_i s_i (R_i - 1) / sum over i of a_i

Items are taken to be independent. Each `R_i` is log-normal; the sum is taken to be one with its mean and variance
(Fenton 1960), which is exact for one item. A figure x of the economy, of which payment makes up D, lies between

    x + D T(0.1) and x + D T(0.9)

to first order: what others pay acts on it too, and far less. Items without a spread add none; what is in service has no
share to come. Where agreed changes are a share x of the capex of an item, `s_i (R_i - 1)` is of the rest of it, and x
has come already: `(1 - x) s_i (R_i - 1) - x`.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
import xarray as xr

from samarkand.core.conventions import Floats
from samarkand.engines.once import derived
from samarkand.priorities.base import Range
from samarkand.priorities.ranges import numbers_along
from samarkand.priorities.reference_fit import (
    COVERAGE,
    HIGH,
    LOW,
    Fitted,
    calc_by_moments,
    class_of,
    share_to_come,
)
from samarkand.programme.channels.payment import Charge, charges
from samarkand.programme.model.change_orders import share_that_came
from samarkand.programme.model.models import Item, Programme
from samarkand.programme.schedule import Schedule

REFERENCE_CLASS = "reference_class"


class Overrun(NamedTuple):
    """What is paid over what is planned, relative: mean, 10th and 90th percentile."""

    mean: float
    low: float
    high: float


@dataclass(frozen=True)
class DeliveryRanges:
    """Overruns of what economies pay, by year and by label of the accounts; none where no item has a range."""

    overruns: Mapping[int, Mapping[str, Overrun]] = field(default_factory=dict)

    @classmethod
    def of(
        cls, programme: Programme, schedule: Schedule, parameters: Mapping[str, float], labels: Iterable[str]
    ) -> DeliveryRanges:
        """Those of a programme in the years of a schedule."""
        known = tuple(labels)
        items = {item.id: item for item in programme.items}
        made: dict[frozenset[str], dict[str, Overrun]] = {}
        found = {}
        for year, change in schedule.changes.items():
            open_, effective = frozenset(change.open), change.effective
            if open_ not in made:
                charged, _ = charges(
                    programme, [items[code] for code in change.open], effective, parameters, known
                )
                made[open_] = overruns_by_economy(charged, items, parameters)
            found[year] = made[open_]
        return cls(found)

    def of_change(self, values: xr.DataArray, paid: xr.DataArray | None) -> Range | None:
        """Range of values of which payment makes up `paid`; missing for economies that pay nothing uncertain."""
        if paid is None or not any(self.overruns.values()) or "economy" not in values.dims:
            return None
        years = [int(year) for year in values["year"].to_numpy()]
        codes = tuple(str(code) for code in values["economy"].to_numpy())
        order = [dim for dim in values.dims if dim in ("year", "economy")]
        shape = [values.sizes[dim] if dim in order else 1 for dim in values.dims]
        ends = self._ends(years, codes)  # side, year, economy
        turned = ends if order == ["year", "economy"] else ends.swapaxes(1, 2)
        centre, share = values.to_numpy(), numbers_along(paid, values)
        one, other = (centre + share * end.reshape(shape) for end in turned)
        low, high = np.where(one < other, one, other), np.where(other < one, one, other)
        # The estimate may lie outside: most projects of a class cost more. The range holds it then too.
        held = np.isfinite(low)
        low = np.where(held, np.where(low < centre, low, centre), np.nan)
        high = np.where(held, np.where(high > centre, high, centre), np.nan)
        return Range(
            values.copy(deep=False, data=low), values.copy(deep=False, data=high), REFERENCE_CLASS, COVERAGE
        )

    def _ends(self, years: Sequence[int], codes: tuple[str, ...]) -> Floats:
        """Low and high overruns, dims (side, year, economy); not a number where nothing uncertain is paid."""

        def make() -> dict[int, Floats]:
            distinct = {id(one): one for one in self.overruns.values()}  # many years share one
            made = {number: ends_of(one, codes) for number, one in distinct.items()}
            return {year: made[id(one)] for year, one in self.overruns.items()}

        by_year = derived(self, ("ends", codes), make)
        nothing = np.full((2, len(codes)), np.nan)
        return np.stack([by_year.get(year, nothing) for year in years], axis=1)


def ends_of(overruns: Mapping[str, Overrun], codes: Sequence[str]) -> Floats:
    """Low and high overruns by economy, dims (side, economy); not a number where an economy has none."""
    nothing = Overrun(math.nan, math.nan, math.nan)
    mine = [overruns.get(code, nothing) for code in codes]
    return np.array([[one.low for one in mine], [one.high for one in mine]])


def overruns_by_economy(
    charged: Iterable[Charge], items: Mapping[str, Item], parameters: Mapping[str, float]
) -> dict[str, Overrun]:
    """Overrun of what each economy pays, where an item that it pays for has a range."""
    by_economy: dict[str, dict[str, float]] = {}
    for one in charged:
        mine = by_economy.setdefault(one.economy, {})
        mine[one.item] = mine.get(one.item, 0.0) + one.annual
    found = {
        economy: calc_overrun([(items[code], annual) for code, annual in paid.items()], parameters)
        for economy, paid in by_economy.items()
    }
    return {economy: one for economy, one in found.items() if one is not None}


def calc_overrun(paid: Sequence[tuple[Item, float]], parameters: Mapping[str, float]) -> Overrun | None:
    """`T` of a sum paid for items: mean, 10th and 90th percentile; None where no item of it has a range."""
    total = sum(annual for _, annual in paid)
    mean, variance, offset = moments_of(paid, parameters)
    if not total or not variance:
        return None
    of = calc_by_moments(mean, math.sqrt(variance))
    return Overrun(*((one + offset) / total for one in (of.mean, of.quantile(LOW), of.quantile(HIGH))))


def moments_of(
    paid: Sequence[tuple[Item, float]], parameters: Mapping[str, float]
) -> tuple[float, float, float]:
    """Mean and variance of `sum a (1 - x) s R` over the items with a range, and `- sum a ((1 - x) s + x)`, to take off
    what is planned."""
    mean = variance = offset = 0.0
    for item, annual in paid:
        found, share = class_of(item, "cost"), share_to_come(item, parameters)
        if isinstance(found, Fitted) and share:
            came = share_that_came(item)
            part = annual * (1.0 - came) * share
            mean += part * found.distribution.mean
            variance += (part * found.distribution.deviation) ** 2
            offset -= part + annual * came
    return mean, variance, offset
