"""From what the priorities say of each state to results by year: the time rule, in one place.

For an indicator's level `x` (or its change, where the method gives the change itself), with `u` the state before
anybody pays and `p` the same state paid for, `w` the weights of the schedule, `g` the economy's size over that of the
accounts and `s` the state in force:

    x[year] = scale x (sum over states k of w[year, k] u[k] + (p[s] - u[s]) / g[year]),  scale = g for money, else 1

What openings do comes in step by step; what is charged is charged in full from the opening on, in money that does not
grow with the economy. Structure is static: without a projection g is one, and levels are at the size of the accounts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, partial
from typing import NamedTuple

import numpy as np
import xarray as xr

from samarkand.core.conventions import Floats
from samarkand.core.gaps import Gap
from samarkand.core.schema import SCENARIOS, Block, not_assessed
from samarkand.core.units import grows_with_economy
from samarkand.priorities.base import Indicator, Levels
from samarkand.priorities.ranges import Ranges
from samarkand.priorities.registry import Outcomes, all_indicators, find_indicator, priorities
from samarkand.programme import Schedule
from samarkand.world.projection import Projection

NOT_SCALED = np.ones(1)
NOTHING_TO_COMPARE = "no trade or no connection in the baseline"


class Assessed(NamedTuple):
    """Results of the priorities in one state: before anybody pays, and as it is paid for."""

    before_financing: Outcomes
    paid: Outcomes


@dataclass(frozen=True)
class Results:
    """All results by year, as labelled arrays of each state; arrays and rows of a year are made when asked for."""

    schedule: Schedule
    states: Sequence[Assessed]
    projection: Projection | None = None
    ranges: Ranges = field(default_factory=Ranges)

    def values(
        self, indicator: str, scenario: str = "change", years: Sequence[int] | None = None
    ) -> xr.DataArray:
        """An indicator as a labelled array, dims (year, those declared). Missing all over where not assessed.

        Raises `Faults` for a name that is no indicator, `ValueError` for a scenario that it does not have.
        """
        _, declared = find_indicator(indicator)
        years = self.schedule.years if years is None else years
        if isinstance(self._outcome(declared), Gap):
            return xr.DataArray(np.full(len(years), np.nan), {"year": list(years)}, ("year",), indicator)
        if scenario not in scenarios_of(declared):
            raise ValueError(f"{indicator} is declared {declared.change} and has no scenario {scenario}")
        return self._scenarios(declared, [scenario], years)[scenario].rename(indicator)

    def blocks(
        self,
        indicators: Iterable[str] | None = None,
        years: Sequence[int] | None = None,
        scenarios: Sequence[str] = SCENARIOS,
    ) -> Iterator[Block]:
        """Blocks of the result schema, in the order of the tables; of all indicators, or of those named.

        A priority that is not assessed gives its one row a year where all indicators are asked for.
        """
        years = self.schedule.years if years is None else years
        wanted = None if indicators is None else {find_indicator(name)[1].name for name in indicators}
        for priority in priorities():
            if not priority.assessed and wanted is None:
                yield not_assessed(priority=priority.name, indicator="", years=years, reason=priority.reason)
            for declared in all_indicators().get(priority.name, ()):
                if wanted is None or declared.name in wanted:
                    yield from self._blocks(priority.name, declared, years, scenarios)

    def _blocks(
        self, priority: str, declared: Indicator, years: Sequence[int], scenarios: Sequence[str]
    ) -> Iterator[Block]:
        outcome = self._outcome(declared)
        if isinstance(outcome, Gap):
            yield not_assessed(
                priority=priority, indicator=declared.name, years=years, unit=declared.unit,
                reason=outcome.reason,
            )  # fmt: skip
            return
        wanted = [scenario for scenario in scenarios_of(declared) if scenario in scenarios]
        arrays = self._scenarios(declared, wanted, years)
        for scenario in wanted:
            yield Block(
                priority, declared.name, scenario, unit_of(declared, scenario), declared.grade,
                arrays[scenario], outcome.reason or NOTHING_TO_COMPARE,
                *self.ranges.bounds(declared, scenario, arrays[scenario], self._conversion(declared, years)),
            )  # fmt: skip

    def _outcome(self, declared: Indicator) -> Levels | Gap:
        last: Assessed = self.states[self.schedule.in_force[self.schedule.years[-1]]]
        return last.paid[declared.name]

    def _scenarios(
        self, declared: Indicator, scenarios: Sequence[str], years: Sequence[int]
    ) -> dict[str, xr.DataArray]:
        """Values of some scenarios, dims (year, those declared)."""
        if declared.change == "direct":
            return {scenario: self._level(declared, "change", years) for scenario in scenarios}
        found: dict[str, xr.DataArray] = {}
        if {"without", "change"} & set(scenarios):
            found["without"] = self._level(declared, "without", years)
        if {"with", "change"} & set(scenarios):
            found["with"] = self._level(declared, "with_", years)
        if "change" in scenarios:
            before, after = found["without"].to_numpy(), found["with"].to_numpy()
            if declared.change == "relative":
                change = after / np.where(before != 0, before, np.nan) - 1.0
            else:
                change = after - before
            found["change"] = found["with"].copy(deep=False, data=change)
        return found

    def _conversion(self, declared: Indicator, years: Sequence[int]) -> xr.DataArray | float:
        """Units of an indicator in one unit of that whose range it takes, dims (year, those declared); else one.

        It grows with the economy where the level does: `scale x conversion`.
        """
        return self._level(declared, "conversion", years) if declared.range_of else 1.0

    def _level(self, declared: Indicator, part: str, years: Sequence[int]) -> xr.DataArray:
        """A part of an indicator (a level, or a change that the method gives itself), dims (year, those declared)."""
        first = _array(self.states[0].before_financing, declared, part)
        growth = self._growth(declared, first, years)
        scale = growth if grows_with_economy(declared.unit) else NOT_SCALED
        if part in ("without", "conversion"):  # the same in every state
            values = np.repeat(first.to_numpy()[None], len(years), axis=0)
        else:
            values = self._effect(declared, part, first, years, growth)
        levels = values if scale is NOT_SCALED else scale * values
        return xr.DataArray(levels, {"year": list(years), **first.coords}, ("year", *declared.dims))

    def _effect(
        self, declared: Indicator, part: str, first: xr.DataArray, years: Sequence[int], growth: Floats
    ) -> Floats:
        """`sum over k of w[year, k] u[k] + (p[s] - u[s]) / g[year]`; missing where any state that counts is missing."""
        effect = np.empty((len(years), *first.shape))
        size = np.broadcast_to(growth, effect.shape)
        ramped = self._ramped(declared)
        unpaid = cache(partial(self._unpaid, declared, part, first))
        payment = cache(partial(self._payment, declared, part))
        made: dict[frozenset[tuple[int, float]], Floats] = {}  # years are many, mixtures of states few
        for row, year in enumerate(years):
            state = self.schedule.in_force[year]
            weights = self.schedule.weights[year] if ramped else {state: 1.0}
            counting = frozenset(weights.items())
            if counting not in made:
                made[counting] = np.sum([weight * unpaid(k) for k, weight in weights.items()], axis=0)
            effect[row], paid = made[counting], payment(state)
            if paid is not None:
                effect[row] += paid if growth is NOT_SCALED else paid / size[row]
        return effect

    def _unpaid(self, declared: Indicator, part: str, first: xr.DataArray, state: int) -> Floats:
        """`u[k]`, not a number where it is missing."""
        array = _array(self.states[state].before_financing, declared, part)
        # One label more or less in some state would move every figure: it raises instead.
        if any(not array.get_index(dim).equals(first.get_index(dim)) for dim in declared.dims):
            raise ValueError(f"{declared.name}: the states of the programme have different labels")
        values: Floats = array.to_numpy()
        return np.where(np.isfinite(values), values, np.nan)

    def _payment(self, declared: Indicator, part: str, state: int) -> Floats | None:
        """`p[s] - u[s]`; None where nobody pays."""
        unpaid, paid = self.states[state]
        if paid[declared.name] is unpaid[declared.name]:
            return None
        after, before = (_array(one, declared, part).to_numpy() for one in (paid, unpaid))
        return np.where(np.isfinite(after), after - before, 0.0)

    def _ramped(self, declared: Indicator) -> bool:
        outcome = self._outcome(declared)
        return isinstance(outcome, Gap) or outcome.ramped

    def _growth(self, declared: Indicator, first: xr.DataArray, years: Sequence[int]) -> Floats:
        """The economies' sizes over those of the accounts by year, in the shape of the indicator; else one."""
        if self.projection is None or "economy" not in declared.dims:
            return NOT_SCALED
        codes = [str(code) for code in first["economy"].to_numpy()]
        sizes = np.array([[self.projection.size(code, year) for code in codes] for year in years])
        return sizes.reshape(len(years), *(-1 if dim == "economy" else 1 for dim in declared.dims))


def calc_effect_of_year(
    schedule: Schedule, year: int, before: Callable[[int], Floats], paid: Callable[[int], Floats]
) -> Floats:
    """`sum over states k of w[year, k] u[k] + (p[s] - u[s])` of any figure of the states, at the size of the accounts.

    Parameters
    ----------
    before, paid
        The figure `u` of a state, by its number, before anybody pays, and `p` as the programme is paid for.
    """
    in_force = schedule.in_force[year]
    mean: Floats = np.sum([weight * before(k) for k, weight in schedule.weights[year].items()], axis=0)
    return mean + (paid(in_force) - before(in_force))


def scenarios_of(declared: Indicator) -> tuple[str, ...]:
    """The scenarios that an indicator has."""
    return ("change",) if declared.change == "direct" else SCENARIOS


def unit_of(declared: Indicator, scenario: str) -> str:
    """Unit of an indicator's values: a relative change is a fraction."""
    return "fraction" if scenario == "change" and declared.change == "relative" else declared.unit


def _array(outcomes: Mapping[str, Levels | Gap], declared: Indicator, part: str) -> xr.DataArray:
    outcome = outcomes[declared.name]
    values = getattr(outcome, part, None)
    if values is None:
        raise ValueError(f"{declared.name} is declared {declared.change} and gives no {part.strip('_')}")
    array: xr.DataArray = values if values.dims == declared.dims else values.transpose(*declared.dims)
    extra = [name for name in array.coords if name not in declared.dims]
    return array.drop_vars(extra) if extra else array
