"""The schedule of a programme over the years: which states there are, and which of them makes up each year's effect.

A state is what is open and one vector of shocks: changes of the network, tariffs, trade costs. It lasts from the year
that brings it to the next opening; the same shocks are solved once however long they last. What is paid is a series by
year beside the states: each distinct payment in a state is solved once more.

An opening takes effect step by step. With `r(t)` the share of the full effect `t` years after the year of opening
(`calc_ramp_up`) and `S(k)` the state at the end of year `k`, the effect of year `y` is

    effect(y) = sum over k <= y of (r(y - k) - r(y - k - 1)) x effect of S(k)

which gives each opening its own share of the exact difference that it makes to the openings before it. The weights
add up to one: a programme that is fully ramped up has the whole effect of its last state, and one that is not has a
mean of exact solutions, in which whatever adds up in each adds up still.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from samarkand.core.scenario import ChargeRule
from samarkand.engines.once import Once
from samarkand.engines.schedules import calc_ramp_up
from samarkand.programme.applying import Change, Payment, apply, ramp_up_share
from samarkand.programme.model.models import Programme
from samarkand.world.world import World

SMALLEST_WEIGHT = 1e-12  # differences of shares that are rounding only


@dataclass(frozen=True)
class Schedule:
    """The states of a programme and the years that are asked about.

    `changes`: by year asked, what is open by its end. `states`: the distinct ones that any of these years needs, in
    order of time, each as the change of its first year. `in_force`: number of the state at the end of each year.
    `weights`: share of each year's effect by number of the state, adding up to one.
    """

    changes: Mapping[int, Change]
    states: tuple[Change, ...]
    in_force: Mapping[int, int]
    weights: Mapping[int, Mapping[int, float]]

    @property
    def years(self) -> tuple[int, ...]:
        """The years asked about."""
        return tuple(self.changes)

    @cached_property
    def payments(self) -> Mapping[int, Payment]:
        """By year asked, what is paid in it."""
        return {year: change.payment for year, change in self.changes.items()}

    def payments_in(self, number: int) -> tuple[Payment, ...]:
        """The distinct payments of the years in which a state is in force, in order of time; none if there are none."""
        found = [self.payments[year] for year, state in self.in_force.items() if state == number]
        return tuple(dict.fromkeys(found))

    def is_whole(self, number: int) -> bool:
        """Whether every year that counts a state has it in force, counts it whole and pays the same.

        No ramp-up is under way then: what the state does before anybody pays is not needed.
        """
        return len(self.payments_in(number)) == 1 and all(
            self.in_force[year] == number and len(weights) == 1
            for year, weights in self.weights.items()
            if number in weights
        )


def plan_schedule(
    programme: Programme,
    world: World,
    years: Sequence[int],
    without: Collection[str] = (),
    parameters: Mapping[str, float] | None = None,
    placed: Once | None = None,
    charge: ChargeRule = "annuity",
) -> Schedule:
    """The schedule over the years asked about; arguments as `apply`."""
    parameters = world.assumptions.parameters if parameters is None else parameters
    shares = {year: calc_ramp_up_weights(year, parameters["ramp_up_years"]) for year in years}
    needed = sorted({*years, *(before for weights in shares.values() for before in weights)})
    placed = Once() if placed is None else placed
    applied = dict(_apply_all(programme, world, needed, without, parameters, placed, charge))
    numbers: dict[Hashable, int] = {}
    states: list[Change] = []
    of_year: dict[int, int] = {}
    for year, change in applied.items():
        number = numbers.setdefault((change.shocks, change.open), len(states))
        if number == len(states):
            states.append(change)
        of_year[year] = number
    weights: dict[int, dict[int, float]] = {}
    for year in years:
        mine: dict[int, float] = {}
        for before, share in shares[year].items():
            mine[of_year[before]] = mine.get(of_year[before], 0.0) + share
        weights[year] = mine
    return Schedule(
        {year: applied[year] for year in years},
        tuple(states),
        {year: of_year[year] for year in years},
        weights,
    )


def _apply_all(
    programme: Programme,
    world: World,
    years: Sequence[int],
    without: Collection[str],
    parameters: Mapping[str, float],
    placed: Once,
    charge: ChargeRule,
) -> Iterator[tuple[int, Change]]:
    """The change of each year; a year that opens nothing new is the year before but for its ramp-up, and for what is
    charged where that goes by year."""
    last: tuple[frozenset[str], Change] | None = None
    for year in years:
        items = [item for item in programme.items if item.id not in without and item.is_open(year)]
        names = frozenset(item.id for item in items)
        if last is not None and last[0] == names and charge == "annuity":
            share = {item.id: ramp_up_share(item, year, parameters) for item in items}
            yield year, replace(last[1], year=year, ramp_up_share=share)
        else:
            last = names, apply(programme, world, year, without, parameters, placed, charge)
            yield year, last[1]


def calc_ramp_up_weights(year: int, ramp_up_years: float) -> dict[int, float]:
    """`w[k] = r(y - k) - r(y - k - 1)` by year `k` up to `y`; fractions that add up to one.

    `r` is `calc_ramp_up`, a straight line over the years: with a whole number T of them, the mean of the years
    y - T to y. Raises `ValueError` for a negative number of years.
    """
    back = math.ceil(ramp_up_years)
    share = [float(calc_ramp_up(t, ramp_up_years)) for t in range(-1, back + 1)]
    steps = {year - t: share[t + 1] - share[t] for t in range(back + 1)}
    return {k: step for k, step in sorted(steps.items()) if step > SMALLEST_WEIGHT}
