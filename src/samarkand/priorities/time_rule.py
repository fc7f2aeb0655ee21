"""From what the priorities say of each state to figures by year: the time rule, in one place.

For an indicator's level `x` (or its change, where the method gives the change itself), with `u` the state before
anybody pays and `p[year]` the state in force paid for as in that year, `w` the weights of the schedule, `g` the
economy's size over that of the accounts and `s` the state in force:

    x[year] = scale x (sum over states k of w[year, k] u[k] + (p[year] - u[s]) / size)

    grows_with    scale  size
    economy       g      g       a size of the economy: it grows, what is paid does not
    ratio         1      g       a share or a mean: what is paid weighs less in a larger economy
    nothing       1      1       fixed by the programme or a contract

What openings do comes in step by step; what is paid is paid in full in its year. Structure is static: without a
projection g is one, and levels are at the size of the accounts. Bounds of a state's range move with its level:
half widths are `scale x sum over k of w[year, k] h[k]`, as if errors of all states went the same way.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from typing import NamedTuple

import numpy as np
import xarray as xr

from samarkand.core.conventions import Floats
from samarkand.core.gaps import Gap
from samarkand.engines.once import derived
from samarkand.priorities.base import Indicator, Levels, Outcomes, Part, Range
from samarkand.programme.applying import Payment
from samarkand.programme.schedule import Schedule
from samarkand.world.projection import Projection

NOT_SCALED = np.ones(1)


class Assessed(NamedTuple):
    """Results of the priorities in one state: before anybody pays, and for each payment of its years.

    `unpaid`: works out those before anybody pays, where figures do not need them and `before_financing` has the paid
    ones in their place.
    """

    before_financing: Outcomes
    paid: Mapping[Payment, Outcomes]
    unpaid: Callable[[], Outcomes] | None = None

    def without_payment(self) -> Outcomes:
        """The results before anybody pays, in every case."""
        return self.before_financing if self.unpaid is None else self.unpaid()


@dataclass(frozen=True)
class TimeRule:
    """Levels of indicators of states by year. `states`: results by number of the state."""

    schedule: Schedule
    states: Sequence[Assessed]
    projection: Projection | None = None

    def outcome(self, declared: Indicator) -> Levels | Gap:
        """What the priority gives in the last year: whether there is a figure at all is the same in every state."""
        last = self.schedule.years[-1]
        return self._paid(last)[declared.name]

    def level(self, declared: Indicator, part: Part | str, years: Sequence[int]) -> xr.DataArray:
        """A part of an indicator (a level, or a change that the method gives itself), dims (year, those declared)."""
        first = array_of(self.states[0].before_financing, declared, part)
        growth = self._growth(declared, first, years)
        scale = growth if declared.grows_with == "economy" else NOT_SCALED
        if part in ("without", "conversion"):  # the same in every state
            values = np.repeat(first.to_numpy()[None], len(years), axis=0)
        else:
            values = self._effect(declared, part, first, years, growth)
        levels = values if scale is NOT_SCALED else scale * values
        return self._labelled(levels, declared, first, years)

    def paid_part(self, declared: Indicator, years: Sequence[int]) -> xr.DataArray | None:
        """What payment makes up of an indicator's change, in its units, dims (year, those declared).

        `scale (p[year] - u[s]) / size`, over the level without where change is relative; None where nobody pays.
        """
        part: Part = "change" if declared.change == "direct" else "with_"
        first = array_of(self.states[0].before_financing, declared, part)
        growth = self._growth(declared, first, years)
        scale = growth if declared.grows_with == "economy" else NOT_SCALED
        row_of = cache(partial(self._paid_row, declared, part))  # years are many, payments few
        rows = [row_of(self.schedule.in_force[year], self.schedule.payments[year]) for year in years]
        if all(row is None for row in rows):
            return None
        values = np.array([np.zeros(first.shape) if row is None else row for row in rows])
        part_paid = scale * (values / growth)
        if declared.change == "relative":
            without = self.level(declared, "without", years).to_numpy()
            part_paid = part_paid / np.where(without != 0, without, np.nan)
        return self._labelled(part_paid, declared, first, years)

    def _labelled(
        self, values: Floats, declared: Indicator, first: xr.DataArray, years: Sequence[int]
    ) -> xr.DataArray:
        """Values with years and the labels of a state; what labels them is made once for all with the same labels."""

        def make() -> xr.DataArray:
            return xr.DataArray(values, {"year": list(years), **first.coords}, ("year", *declared.dims))

        if set(first.coords) != set(declared.dims):
            return make()
        indexes = [first.get_index(dim) for dim in declared.dims]
        key = "labelled", tuple(years), declared.dims, tuple(map(id, indexes))
        # The indexes are kept with it: no other has their number.
        alike, _ = derived(self, key, lambda: (make(), indexes))
        return alike.copy(deep=False, data=values)

    def _paid_row(self, declared: Indicator, part: Part, number: int, payment: Payment) -> Floats | None:
        """`p[year] - u[s]`, of every state; None where nobody pays."""
        state = self.states[number]
        paid, unpaid = state.paid[payment], state.without_payment()
        if paid[declared.name] is unpaid[declared.name] or isinstance(unpaid[declared.name], Gap):
            return None
        after, before = (array_of(one, declared, part).to_numpy() for one in (paid, unpaid))
        return np.where(np.isfinite(after), after - before, 0.0)

    def range(self, declared: Indicator, part: Part, values: xr.DataArray) -> Range | None:
        """The range that the priority itself gives of a part whose values by year are these; None without one."""
        outcome = self.outcome(declared)
        if isinstance(outcome, Gap) or part not in outcome.ranges:
            return None
        years = [int(year) for year in values["year"].to_numpy()]
        is_share = part == "change" and declared.change == "relative"
        scale = NOT_SCALED
        if declared.grows_with == "economy" and not is_share:
            scale = self._growth(declared, values, years)
        low, high = (scale * self._half_widths(declared, part, side, years) for side in ("low", "high"))
        one = outcome.ranges[part]
        return Range(values - low, values + high, one.basis, one.coverage)

    def _half_widths(self, declared: Indicator, part: Part, side: str, years: Sequence[int]) -> Floats:
        def of_state(number: int) -> Floats:
            outcomes = self.states[number].before_financing
            levels = outcomes[declared.name]
            if isinstance(levels, Gap) or part not in levels.ranges:
                raise ValueError(f"{declared.name}: the states of the programme have different ranges")
            bound: Floats = getattr(levels.ranges[part], side).transpose(*declared.dims).to_numpy()
            return np.abs(bound - _central(outcomes, declared, part))

        half = cache(of_state)
        rows = []
        for year in years:
            in_force = self.schedule.in_force[year]
            weights = self.schedule.weights[year] if self._ramped(declared) else {in_force: 1.0}
            rows.append(np.sum([weight * half(k) for k, weight in weights.items()], axis=0))
        return np.array(rows)

    def _effect(
        self, declared: Indicator, part: str, first: xr.DataArray, years: Sequence[int], size: Floats
    ) -> Floats:
        """`sum over k of w[year, k] u[k] + (p[year] - u[s]) / size`; missing where any state that counts is missing."""
        effect = np.empty((len(years), *first.shape))
        sizes = np.broadcast_to(size, effect.shape)
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
            effect[row], paid = made[counting], payment(state, self.schedule.payments[year])
            if paid is not None:
                effect[row] += paid if size is NOT_SCALED else paid / sizes[row]
        return effect

    def _unpaid(self, declared: Indicator, part: str, first: xr.DataArray, state: int) -> Floats:
        """`u[k]`, not a number where it is missing."""
        array = array_of(self.states[state].before_financing, declared, part)
        # One label more or less in some state would move every figure: it raises instead.
        if any(not array.get_index(dim).equals(first.get_index(dim)) for dim in declared.dims):
            raise ValueError(f"{declared.name}: the states of the programme have different labels")
        values: Floats = array.to_numpy()
        return np.where(np.isfinite(values), values, np.nan)

    def _payment(self, declared: Indicator, part: str, state: int, payment: Payment) -> Floats | None:
        """`p - u[s]`; None where nobody pays."""
        unpaid, paid = self.states[state].before_financing, self.states[state].paid[payment]
        if paid[declared.name] is unpaid[declared.name]:
            return None
        after, before = (array_of(one, declared, part).to_numpy() for one in (paid, unpaid))
        return np.where(np.isfinite(after), after - before, 0.0)

    def _paid(self, year: int) -> Outcomes:
        return self.states[self.schedule.in_force[year]].paid[self.schedule.payments[year]]

    def _ramped(self, declared: Indicator) -> bool:
        if declared.type == "category":  # no mean of words
            return False
        outcome = self.outcome(declared)
        return isinstance(outcome, Gap) or outcome.ramped

    def _growth(self, declared: Indicator, first: xr.DataArray, years: Sequence[int]) -> Floats:
        """The economies' sizes over those of the accounts by year, in the shape of the indicator; one where nothing
        grows."""
        if self.projection is None or "economy" not in declared.dims or declared.grows_with == "nothing":
            return NOT_SCALED
        codes = [str(code) for code in first["economy"].to_numpy()]
        sizes = np.array([[self.projection.size(code, year) for code in codes] for year in years])
        return sizes.reshape(len(years), *(-1 if dim == "economy" else 1 for dim in declared.dims))


def calc_effect_of_year(
    schedule: Schedule, year: int, before: Callable[[int], Floats], paid: Callable[[int], Floats]
) -> Floats:
    """`sum over states k of w[year, k] u[k] + (p - u[s])` of any figure of the states, at the size of the accounts.

    Parameters
    ----------
    before, paid
        The figure `u` of a state, by its number, before anybody pays, and `p` as the programme is paid for in the year.
    """
    in_force = schedule.in_force[year]
    mean: Floats = np.sum([weight * before(k) for k, weight in schedule.weights[year].items()], axis=0)
    return mean + (paid(in_force) - before(in_force))


def calc_effects_of_years(
    schedule: Schedule, years: Sequence[int], changes: Sequence[Floats], labels: Sequence[str]
) -> list[xr.DataArray]:
    """Figures of the states that payment does not touch in each of some years, dims (year, economy).

    changes: by state, [figure, economy].
    """
    found = np.array(
        [calc_effect_of_year(schedule, year, changes.__getitem__, changes.__getitem__) for year in years]
    )
    coordinates = {"year": list(years), "economy": list(labels)}
    return [xr.DataArray(found[:, at], coordinates, ("year", "economy")) for at in range(found.shape[1])]


def compare(declared: Indicator, without: Floats, with_: Floats) -> Floats:
    """`with / without - 1` where change is declared relative, not a number where there is nothing to compare; else
    `with - without`."""
    if declared.change == "relative":
        return with_ / np.where(without != 0, without, np.nan) - 1.0
    return with_ - without


def _central(outcomes: Outcomes, declared: Indicator, part: Part) -> Floats:
    if part == "change" and declared.change != "direct":
        without, with_ = (array_of(outcomes, declared, one).to_numpy() for one in ("without", "with_"))
        return compare(declared, without, with_)
    return array_of(outcomes, declared, part).to_numpy()


def array_of(outcomes: Outcomes, declared: Indicator, part: str) -> xr.DataArray:
    """A part of an outcome in the order of the declared dims. Raises `ValueError` where it is not given."""
    values = getattr(outcomes[declared.name], part, None)
    if values is None:
        raise ValueError(f"{declared.name} is declared {declared.change} and gives no {part.strip('_')}")
    array: xr.DataArray = values if values.dims == declared.dims else values.transpose(*declared.dims)
    extra = [name for name in array.coords if name not in declared.dims]
    return array.drop_vars(extra) if extra else array
