"""Limits on the embedded world, warm: both states, one project switched, and subsets of 40 projects.

Aims: 0.5 s for one project switched, 120 s for 1,000 subsets from warm prices. Each is a full solution: its own search
for ways, prices and equilibria until they agree. The time of 1,000 subsets is that of some, times what is left out.
"""

from __future__ import annotations

import sys
import time
from dataclasses import replace
from statistics import median

import numpy as np

from benchmarks.network import PROJECTS, SUBSETS, forty_projects
from samarkand.appraisal import find_baseline
from samarkand.programme import apply
from samarkand.session import Session
from samarkand.state import Counterfactual

PROGRAMME, YEAR = "eurasian-corridors", 2035
LAST = 2060  # all items are open
SWITCHED, TRIED = ("dostyk-moiynty", "aktau-container-hub", "kaz-border-posts"), 5


def main() -> None:
    session = Session()
    find_baseline(session.ask(PROGRAMME, years=(YEAR,)), session)  # the prepared network
    asked = session.ask(PROGRAMME, years=(YEAR,), limits=True)
    change = session.schedule(asked).states[-1]
    begun = time.perf_counter()
    baseline = find_baseline(asked, session)
    print(f"limits, state without the programme: {time.perf_counter() - begun:.1f} s")
    begun = time.perf_counter()
    whole = Counterfactual(baseline, change).solve()
    print(f"limits, state with it: {time.perf_counter() - begun:.1f} s")
    times = []
    for item in SWITCHED:
        begun = time.perf_counter()
        found = whole.leaving_out(item).solve()
        times.append(time.perf_counter() - begun)
        assert found.freight.limits is not None
    print(f"limits, one project switched: median {median(times):.1f} s of {len(times)} (aim 0.5)")
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
        begun = time.perf_counter()
        Counterfactual(baseline, replace(later, effects=effects)).solve()
        times.append(time.perf_counter() - begun)
    mean = float(np.mean(times))
    print(
        f"limits, subsets of {PROJECTS} projects: {mean:.1f} s each, mean of {len(times)}; "
        f"{SUBSETS:,} of them {mean * SUBSETS:,.0f} s (aim 120)"
    )
