"""The hold-out of the world's estimates, rerun: flows beside the observed ones, and what it does to the headlines."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from samarkand.appraisal import appraise
from samarkand.priorities.assessing import assess_states
from samarkand.priorities.base import Indicator, Levels
from samarkand.priorities.registry import each_indicator
from samarkand.priorities.results import unit_of
from samarkand.result import Appraisal
from samarkand.state import Counterfactual, State
from samarkand.world.accounts.estimation.evidence import load_evidence
from samarkand.world.accounts.estimation.holdout import (
    HELD_OUT,
    METHODS,
    accounts_of,
    calc_ranges,
    observed_table,
    run,
    score,
)
from samarkand.world.accounts.sectors import load_sectors
from samarkand.world.world import World

DEFAULT = "eurasian-corridors"
YEAR = 2035


@dataclass(frozen=True)
class HoldOut:
    """Result of a hold-out.

    scores: by ``economy`` and ``method``, the measures of `estimation.holdout.score`. headlines: by ``economy``,
    ``method`` and ``indicator``, the change under the default programme on ``observed`` accounts and on accounts in
    which the economy is ``estimated``. ranges: half widths from these (`calc_ranges`), of the full method.
    """

    scores: pd.DataFrame
    headlines: pd.DataFrame
    ranges: pd.DataFrame


def hold_out(
    world: World,
    economies: Sequence[str] = tuple(HELD_OUT),
    *,
    programme: str = DEFAULT,
    progress: Callable[..., None] = lambda *_words, **_fractions: None,
) -> HoldOut:
    """Delete observed economies in turn, estimate them, and compare flows and headlines.

    Trade costs are those of the world as it is; accounts alone are exchanged.
    """
    progress("the default programme on the world as it is")
    base = appraise(programme, world, years=(YEAR,))
    state = base.states[base.schedule.in_force[YEAR]]
    table, groups = observed_table(world.accounts), [row.group for row in load_sectors()]
    scores: list[dict[str, object]] = []
    headlines: list[pd.DataFrame] = []
    total = len(economies) * len(METHODS)
    for done, (code, method, made) in enumerate(run(table, load_evidence(), groups, economies)):
        progress(f"{code} deleted and estimated, {method}", done=done, total=total)
        scores.append({"economy": code, "method": method, **score(table, made, code)})
        other = replace(world, accounts=accounts_of(made, world.labels, world.accounts))
        found = headline_changes(state, code)
        found["estimated"] = headline_changes(_on(base, state, other), code)["observed"]
        found.insert(0, "method", method)
        found.insert(0, "economy", code)
        headlines.append(found)
    every = pd.concat(headlines, ignore_index=True).dropna()
    full = every[every["method"] == "estimate"]
    return HoldOut(pd.DataFrame(scores), every, calc_ranges(full))


def _on(base: Appraisal, state: State, world: World) -> State:
    """The same state of the programme and the same trade costs on other accounts."""
    before = state.solved.baseline
    setting = replace(before.setting, world=world)
    network = {name: getattr(before, name) for name in ("freight", "state", "costs")}
    baseline = replace(before, setting=setting, given=network)
    same = ("freight", "trade_costs", "costs", "iceberg_cost_hat")
    given = {name: getattr(state.solved, name) for name in same}
    return replace(state, solved=Counterfactual(baseline, state.change, given=given), world=world)


def headline_changes(state: State, economy: str) -> pd.DataFrame:
    """Change of every headline indicator of one economy: columns ``indicator, unit, observed``."""
    outcomes = assess_states(state)
    rows = []
    for _, declared in each_indicator():
        outcome = outcomes.get(declared.name)
        if declared.is_headline and isinstance(outcome, Levels) and declared.dims == ("economy",):
            rows.append((declared.name, unit_of(declared, "change"), _change(declared, outcome, economy)))
    return pd.DataFrame(rows, columns=["indicator", "unit", "observed"])


def _change(declared: Indicator, outcome: Levels, economy: str) -> float:
    """One economy's change of an indicator, relative where it is declared so; not a number where there is none."""
    parts = (outcome.change, outcome.without, outcome.with_)
    direct, without, with_ = (
        np.nan if part is None or economy not in part["economy"].values else float(part.sel(economy=economy))
        for part in parts
    )
    if declared.change == "direct":
        return direct
    if declared.change == "difference":
        return with_ - without
    return with_ / without - 1 if without else np.nan
