"""Limits on the embedded world, warm: both states, one project switched, and subsets of 40 projects.

Aims: 0.5 s for one project switched, 120 s for 1,000 subsets from warm prices. Each is a full solution: its own search
for ways, prices and equilibria until they agree, so that there is no shorter way to compare with it. The time of 1,000
subsets is that of some, times as many. Beside seconds stand those of the processor: they tell less of what else runs.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from dataclasses import replace
from typing import NamedTuple, TypeVar

import numpy as np

from benchmarks.network import PROJECTS, SUBSETS, forty_projects
from samarkand.appraisal import find_baseline
from samarkand.programme import apply
from samarkand.session import Session
from samarkand.state import Counterfactual

Value = TypeVar("Value")
PROGRAMME, YEAR = "eurasian-corridors", 2035
LAST = 2060  # all items are open
SWITCHED, TRIED = ("dostyk-moiynty", "aktau-container-hub", "kaz-border-posts"), 5


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
    times = [once(whole.leaving_out(item).solve)[1] for item in SWITCHED]
    print(
        f"limits, one project switched: median {sorted(times)[len(times) // 2]} of {len(times)} (aim 0.5 s)"
    )
    projects = forty_projects(asked, whole.freight.model)
    later = apply(asked.programme, asked.world, LAST, parameters=asked.assumptions.parameters)
    draw, times = np.random.default_rng(0), []
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
        times.append(once(Counterfactual(baseline, replace(later, effects=effects)).solve)[1])
    mean = Took(*np.mean(times, axis=0).tolist())
    all_of_them = Took(*(SUBSETS * part for part in mean))
    print(
        f"limits, subsets of {PROJECTS} projects: {mean} each, mean of {len(times)}; {SUBSETS:,} of them {all_of_them} "
        "(aim 120 s)"
    )
