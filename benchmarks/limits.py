"""Limits on the embedded world, warm: both states, one project switched, and subsets of 40 projects.

Aims: 0.5 s for one project switched, 120 s for 1,000 subsets from warm prices. Full solutions search for ways; others
take the places that are full in both states to be all that are (`limited_states.limit_near`). What a switch reads of
the world and the programme is prepared by the first one, which is told apart. Many subsets are solved
at once (`limited_portfolio`). The time of 1,000 is that of some and of as many more as are missing, each what more of
them take longer than a few: somewhat too long, as ways of later ones are mostly known. With `--all`, all of them are
solved. Beside some of them stand their full solutions. Beside seconds stand
those of the processor: they tell less of what else runs.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import NamedTuple, TypeVar

import numpy as np

from benchmarks.network import PROJECTS, SUBSETS, forty_projects
from samarkand.appraisal import find_baseline
from samarkand.engines.equilibrium.measures import calc_real_income_hat
from samarkand.limited_portfolio import LimitedSubset, solve_limited_subsets
from samarkand.programme import Change, apply
from samarkand.session import Session
from samarkand.state import Counterfactual

Value = TypeVar("Value")
PROGRAMME, YEAR = "eurasian-corridors", 2035
LAST = 2060  # all items are open
SWITCHED, TRIED = ("dostyk-moiynty", "aktau-container-hub", "kaz-border-posts"), 60
FEW = 5
BESIDE = 2  # subsets


class Took(NamedTuple):
    """Seconds, and seconds of the processor."""

    seconds: float
    processor: float

    def __str__(self) -> str:
        return f"{self.seconds:,.1f} s ({self.processor:,.1f} of the processor)"


def once(action: Callable[[], Value]) -> tuple[Value, Took]:
    """What an action gives, and what it takes."""
    begun = time.perf_counter(), time.process_time()
    found = action()
    return found, Took(time.perf_counter() - begun[0], time.process_time() - begun[1])


def main() -> None:
    session = Session()
    find_baseline(session.ask(PROGRAMME, years=(YEAR,)), session)  # the prepared network
    asked = session.ask(PROGRAMME, years=(YEAR,), limits=True)
    change = session.schedule(asked).states[-1]
    baseline, took = once(lambda: find_baseline(asked, session))
    print(f"limits, state without the programme: {took}")
    whole, took = once(Counterfactual(baseline, change).solve)
    print(f"limits, state with it: {took}")
    for name, limits in (("without the programme", baseline.gates.limits), ("with it", whole.freight.limits)):
        full = [
            f"{one.title} {price:,.2f} US$ a {'TEU' if one.measure == 'teu' else 'tonne'}"
            for one, price in zip(limits.facilities, limits.price.tolist(), strict=True)
            if price > 0
        ]
        print(
            f"limits, full {name}: {', '.join(full) if full else 'no place; what follows is without prices'}"
        )
    _, took = once(near(whole, whole.leaving_out(SWITCHED[0]).change).solve)
    print(
        f"limits, networks with full places closed, labels of the programme's items, and one project switched: {took}"
    )
    for name, without in (
        ("one project switched", lambda item: near(whole, whole.leaving_out(item).change)),
        ("one project switched, full solution", whole.leaving_out),
    ):
        times = [once(without(item).solve)[1] for item in SWITCHED]
        print(f"limits, {name}: median {sorted(times)[len(times) // 2]} of {len(times)} (aim 0.5 s)")
    projects = forty_projects(asked, whole.freight.model)
    later = apply(asked.programme, asked.world, LAST, parameters=asked.assumptions.parameters)
    draw, subsets = np.random.default_rng(0), []
    for _ in range(SUBSETS if "--all" in sys.argv else TRIED):
        chosen = [projects[k] for k in np.flatnonzero(draw.random(PROJECTS) < 0.5).tolist()]
        items = {one.item for project in chosen for one in project}
        effects = {
            name: tuple(one for one in changes if one.item in items)
            for name, changes in later.effects.items()
        }
        known = {one.item for one in later.network}
        effects["network"] = (
            *effects.get("network", ()),
            *(one for project in chosen for one in project if one.item not in known),
        )
        subsets.append(replace(later, effects=effects))

    def solve(some: Sequence[Change]) -> list[LimitedSubset]:
        return solve_limited_subsets(baseline, whole.freight, some, calc_real_income_hat)

    solve(subsets[:FEW])  # kernels compiled or read
    few, many = once(lambda: solve(subsets[:FEW]))[1], once(lambda: solve(subsets))
    found, took = many
    each = Took(*((np.array(took) - np.array(few)) / (len(subsets) - FEW)).tolist())
    all_of_them = Took(*(np.array(took) + (SUBSETS - len(subsets)) * np.array(each)).tolist())
    print(
        f"limits, subsets of {PROJECTS} projects: {each} each, of {len(subsets)}; {SUBSETS:,} of them with what is"
        f" found once {all_of_them} (aim 120 s); solved in full {sum(one.in_full for one in found)}, missed by at most"
        f" {max(one.residual for one in found):.0e} of a capacity"
    )
    apart = []
    for one, change in zip(found[:BESIDE], subsets, strict=False):
        theirs = calc_real_income_hat(Counterfactual(baseline, change).before_financing)
        apart.append(float(np.abs(one.measure - theirs).max() / np.abs(theirs - 1.0).max()))
    print(
        f"limits, real income beside the full solution of {len(apart)} subsets: apart by {max(apart):.0e} of the "
        "largest change (aim 1e-4)"
    )


def near(whole: Counterfactual, change: Change) -> Counterfactual:
    """A state with the places that are full in the whole programme's."""
    return Counterfactual(whole.baseline, change, near=whole)
