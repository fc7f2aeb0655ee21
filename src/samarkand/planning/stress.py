"""Stress: what closures cost, economy by economy, without the programme and with it.

A case is a set of closures. Each is solved exactly twice, in the world without the programme and in the world with it,
and compared with the same world open. Pairs of cities that nothing connects any more are counted and named: their
trade on the network ends.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from samarkand.analysis.flows import busiest, freight
from samarkand.core.faults import FaultList, Faults
from samarkand.core.scenario import DeficitRule
from samarkand.engines.equilibrium import Shock, Solution, solve
from samarkand.engines.equilibrium.measures import calc_real_income_hat
from samarkand.priorities.infrastructure.means import calc_trade_cost_change
from samarkand.programme import Change, Programme, apply
from samarkand.programme.channels.recognition import trade_cost_hat
from samarkand.question import Question, ask
from samarkand.world.freight.disruption import DisruptedCosts, calc_cut_off_hat, disrupt_freight
from samarkand.world.network.disruptions import Closures, find_closures, read_closure_file
from samarkand.world.network.hazards import find_flooded
from samarkand.world.world import World, load_world

Progress = Callable[..., None]
STATES = ("without", "with")


@dataclass(frozen=True)
class Case:
    """One case of stress: what is closed, and what it costs.

    results: dims (scenario, economy), the variables real_income (change against the same world open, fraction),
    trade_cost (trade-weighted mean change over partners, fraction; pairs that are cut off have none) and lost_access
    (share of city pairs abroad, by trade of the baseline, that nothing connects any more). cut_off: pairs of cities
    that nothing connects, by scenario.
    """

    closures: Closures
    results: xr.Dataset
    cut_off: Mapping[str, tuple[tuple[str, str], ...]]

    @property
    def name(self) -> str:
        """What is closed."""
        return " + ".join(self.closures.names)


@dataclass(frozen=True)
class Stress:
    """The cases of a stress test, in the order asked."""

    programme: Programme
    world: World
    year: int
    cases: tuple[Case, ...]

    def to_dataframe(self) -> pd.DataFrame:
        """One row a case, scenario, economy and measure."""
        frames = []
        for case in self.cases:
            table = case.results.to_dataframe().reset_index()
            frames.append(table.melt(["scenario", "economy"], var_name="measure").assign(case=case.name))
        columns = ["case", "scenario", "economy", "measure", "value"]
        return pd.concat(frames, ignore_index=True)[columns]

    def summary(self) -> pd.DataFrame:
        """One row a case: real income of all economies lost without and with the programme in US$ m, worst economy."""
        income = self.world.accounts.value_added.sum("sector")
        rows = []
        for case in self.cases:
            change = case.results["real_income"]
            money = (change * income).sum("economy")
            worst = change.sel(scenario="without")
            at = int(worst.to_numpy().argmin())
            rows.append(
                {
                    "case": case.name,
                    **{f"real_income_{state}": float(money.sel(scenario=state)) for state in STATES},
                    "worst_economy": str(worst["economy"].to_numpy()[at]),
                    "worst_change": float(worst[at]),
                    **{f"pairs_cut_off_{state}": len(case.cut_off[state]) for state in STATES},
                }
            )
        return pd.DataFrame(rows)


def stress_test(
    programme: Programme | str | Path,
    cases: Sequence[str | Sequence[str] | Closures],
    *,
    world: World | None = None,
    year: int = 2035,
    without: tuple[str, ...] = (),
    assumptions: Mapping[str, float] | None = None,
    deficit_rule: DeficitRule = "fixed_nominal",
    progress: Progress = lambda *_words, **_fractions: None,
) -> Stress:
    """What each case of closures costs, without the programme and with it.

    cases: names of closures (see `world.closures`), sets of such names closed together, or closures found elsewhere
    (`world.hazards`). Raises `Faults` with all names that close nothing.
    """
    asked = ask(programme, world, (year,), without, assumptions, deficit_rule, None, publication=False)
    found = _find(cases, asked.world)
    change = apply(
        asked.programme,
        asked.world,
        year,
        without=asked.scenario.without,
        parameters=asked.assumptions.parameters,
    )
    network = partial(progress, "freight network")
    model = asked.prepare_freight(network)
    costs = model.costs(change.network, network)
    calm = _states(asked, change, costs)
    solved = []
    for number, closures in enumerate(found, 1):
        step = partial(progress, f"{number} of {len(found)}: closing {' + '.join(closures.names)}")
        step()
        closed = disrupt_freight(model, closures, step)
        by_state = {
            "without": closed.costs(),
            "with": closed.costs(change.network),
        }
        solved.append(_case(asked, change, closures, by_state, calm))
    return Stress(asked.programme, asked.world, year, tuple(solved))


def rank_closures(
    programme: Programme | str | Path,
    most: int,
    *,
    year: int = 2035,
    without: tuple[str, ...] = (),
    progress: Progress = lambda *_words, **_fractions: None,
) -> Stress:
    """The most critical single closures: what most freight passes is closed one by one, and ranked by what it costs.

    Freight only chooses the candidates (`most` of them); the ranking is by real income of all economies lost without
    the programme, each solved exactly.
    """
    laid = freight(programme, year=year, without=without, progress=progress)
    names = busiest(laid.without, laid.world.network, most)
    tested = stress_test(programme, names, year=year, without=without, progress=progress)
    order = tested.summary()["real_income_without"].argsort()
    return replace(tested, cases=tuple(tested.cases[int(at)] for at in order))


def every_case(
    names: Sequence[str], from_file: Path | None = None, hazard: Path | None = None
) -> list[str | Sequence[str] | Closures]:
    """Cases from words (names joined by `+` are closed together), a file of names, and a raster of water depths."""
    cases: list[str | Sequence[str] | Closures] = [name.split("+") for name in names]
    if from_file is not None:
        cases.append(read_closure_file(from_file))
    if hazard is not None:
        world = load_world()
        cases.append(
            find_flooded(hazard, world.network, world.assumptions.parameters["hazard_failure_share"])
        )
    return cases


def _find(cases: Collection[str | Sequence[str] | Closures], world: World) -> list[Closures]:
    faults, found = FaultList(), []
    for case in cases:
        if isinstance(case, Closures):
            found.append(case)
            continue
        try:
            found.append(find_closures([case] if isinstance(case, str) else case, world.network))
        except Faults as wrong:
            faults.extend(wrong.faults)
    if not cases:
        faults.add("closures", "nothing is to be closed", "Name at least one, such as suez.")
    faults.raise_if_any()
    return found


def _states(asked: Question, change: Change, costs: xr.Dataset) -> dict[str, tuple[Solution, xr.DataArray]]:
    """Solution and cost change of the open world, without and with the programme."""
    hat = asked.iceberg_cost_hat(costs)
    one = xr.ones_like(hat)
    return {
        "without": _solve(asked, one, {}),
        "with": _solve(asked, trade_cost_hat(change.trade_costs, hat), _measures(asked, change)),
    }


def _measures(asked: Question, change: Change) -> dict[str, Any]:
    """Taxes and duties of the programme, as the equilibrium takes them."""
    return {**asked.taxes(change), **asked.duties(change)}


def _solve(asked: Question, hat: xr.DataArray, taxes: dict[str, Any]) -> tuple[Solution, xr.DataArray]:
    iceberg = hat.transpose("destination", "origin", "sector").to_numpy()
    shock = Shock(iceberg_hat=iceberg, **taxes)
    return solve(asked.equilibrium_accounts, shock, deficit_rule=asked.scenario.deficit_rule), hat


def _case(
    asked: Question,
    change: Change,
    closures: Closures,
    by_state: Mapping[str, DisruptedCosts],
    calm: Mapping[str, tuple[Solution, xr.DataArray]],
) -> Case:
    labels, flow = list(asked.world.labels), asked.world.accounts.trade_flow
    freight = asked.commodity_table
    theta = asked.assumptions.elasticities.values().sel(sector=freight["sector"])
    measures: dict[str, list[np.ndarray]] = {"real_income": [], "trade_cost": [], "lost_access": []}
    for state in STATES:
        closed = by_state[state]
        hat = asked.iceberg_cost_hat(closed.costs)
        dearer = hat
        hat = calc_cut_off_hat(hat, closed.lost, freight["network_share"], theta)
        taxes: dict[str, Any] = {}
        if state == "with":
            hat, dearer = (trade_cost_hat(change.trade_costs, part) for part in (hat, dearer))
            taxes = _measures(asked, change)
        solution, _ = _solve(asked, hat, taxes)
        before, open_hat = calm[state]
        measures["real_income"].append(calc_real_income_hat(solution) / calc_real_income_hat(before) - 1.0)
        ratio = (dearer / open_hat).transpose(*flow.dims).to_numpy()  # in the order of the accounts, both
        measures["trade_cost"].append(calc_trade_cost_change(ratio, flow.to_numpy()))
        measures["lost_access"].append(_lost_access(closed.lost, flow).sel(economy=labels).to_numpy())
    results = xr.Dataset(
        {name: (("scenario", "economy"), np.stack(values)) for name, values in measures.items()},
        coords={"scenario": list(STATES), "economy": labels},
    )
    return Case(closures, results, {state: by_state[state].cut_off for state in STATES})


def _lost_access(lost: xr.DataArray, flow: xr.DataArray) -> xr.DataArray:
    """Share of city pairs with partners abroad that is cut off, weighted by trade with each partner."""
    trade = flow.sum("sector")
    trade = trade.where(trade["origin"] != trade["destination"], 0.0)
    weight = trade + trade.rename(origin="destination", destination="origin")
    share: xr.DataArray = (lost * weight).sum("destination") / weight.sum("destination")
    return share.rename(origin="economy")
