"""Stress: what closures cost, economy by economy, without the programme and with it.

A case is a set of closures. Each is solved exactly twice, in the world without the programme and in the world with it,
and compared with the same world open. Pairs of cities that nothing connects any more are counted and named: their
trade on the network ends. Oil and gas are counted in volumes besides: what passes the closed place, what lines take
round it, and what is cut off (`world.freight.energy`).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Literal, Unpack

import numpy as np
import pandas as pd
import xarray as xr

from samarkand.analysis.flows import busiest
from samarkand.analysis.full_places import prices_of_closure
from samarkand.analysis.transit import transit_lost
from samarkand.appraisal import find_baseline, find_state
from samarkand.baseline import Baseline
from samarkand.core.faults import Fault, FaultList, Faults
from samarkand.core.progress import Progress, quiet
from samarkand.engines.equilibrium.measures import calc_real_income_hat
from samarkand.engines.threads import Beside
from samarkand.priorities.infrastructure.means import calc_trade_cost_change
from samarkand.priorities.time_rule import calc_effect_of_year
from samarkand.programme import Programme, Schedule
from samarkand.question import DEFAULT_YEARS, Asked, Question, Terms
from samarkand.session import Session, default_session
from samarkand.state import State
from samarkand.world.freight.energy import EnergyClosure
from samarkand.world.freight.state import FreightState, TradeCosts
from samarkand.world.network.disruptions import Closures, find_closures, read_closure_file
from samarkand.world.network.hazards import find_flooded
from samarkand.world.world import World, load_world

STATES = ("without", "with")
DAYS_PER_YEAR = 365.0


@dataclass(frozen=True)
class Case:
    """One case of stress: what is closed, and what it costs.

    results: dims (scenario, economy), the variables real_income (change against the same world open, fraction),
    trade_cost (trade-weighted mean change over partners, fraction; pairs that are cut off have none) and lost_access
    (share of city pairs abroad, by trade of the baseline, that nothing connects any more). cut_off: pairs of cities
    that nothing connects, by scenario. energy: oil and gas in volumes against the network of the world open; no
    item of a programme changes them. transit: what economies earn with goods of others, without the programme, where it
    is asked for (`analysis.transit.transit_lost`). limits: places with a capacity and their prices, closed and open
    (`analysis.full_places.prices_of_closure`), where limits are asked for.
    """

    closures: Closures
    results: xr.Dataset
    cut_off: Mapping[str, tuple[tuple[str, str], ...]]
    energy: EnergyClosure
    transit: pd.DataFrame | None = None
    limits: pd.DataFrame | None = None

    @property
    def name(self) -> str:
        """The places that are closed."""
        return " + ".join(self.closures.names)


@dataclass(frozen=True)
class Stress:
    """The cases of a stress test, in the order asked. days: that a closure lasts; none: all is of a year.
    transit_payments: whether what economies earn with goods of others is in real income."""

    programme: Programme
    world: World
    year: int
    cases: tuple[Case, ...]
    days: float | None = None
    transit_payments: bool = False

    @property
    def part_of_year(self) -> float:
        """What a closure counts of a year's money: days over 365."""
        return 1.0 if self.days is None else self.days / DAYS_PER_YEAR

    def transit(self) -> pd.DataFrame:
        """One row a case and tariff of transit (`transit_lost`), US$ m a year; empty where it was not asked for."""
        found = [case.transit.assign(case=case.name) for case in self.cases if case.transit is not None]
        return pd.concat(found, ignore_index=True) if found else pd.DataFrame()

    def limits(self) -> pd.DataFrame:
        """One row a case, scenario and place with a capacity (`prices_of_closure`); empty without limits."""
        found = [case.limits.assign(case=case.name) for case in self.cases if case.limits is not None]
        return pd.concat(found, ignore_index=True) if found else pd.DataFrame()

    def to_dataframe(self) -> pd.DataFrame:
        """One row a case, scenario, economy and measure."""
        frames = []
        for case in self.cases:
            table = case.results.to_dataframe().reset_index()
            frames.append(table.melt(["scenario", "economy"], var_name="measure").assign(case=case.name))
        columns = ["case", "scenario", "economy", "measure", "value"]
        return pd.concat(frames, ignore_index=True)[columns]

    def energy(self, side: Literal["exporter", "importer"] = "exporter") -> pd.DataFrame:
        """One row a case, exporter (or importer) and cargo that a closure touches; see `EnergyClosure.by_exporter`."""
        found = []
        for case in self.cases:
            table = case.energy.by_exporter() if side == "exporter" else case.energy.by_importer()
            table.insert(0, "case", case.name)
            found.append(table)
        return pd.concat(found, ignore_index=True)

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
    programme: Asked,
    cases: Sequence[str | Sequence[str] | Closures],
    *,
    world: World | None = None,
    year: int = DEFAULT_YEARS[0],
    transit: bool = False,
    days: float | None = None,
    session: Session | None = None,
    progress: Progress = quiet,
    **terms: Unpack[Terms],
) -> Stress:
    """Cost of each case of closures, without the programme and with it.

    Each case is the question once more with its closures, solved exactly in every state of the programme that the time
    rule takes for the year (`priorities.time_rule`), as an appraisal is.

    Parameters
    ----------
    cases
        Names of closures (see `world.network.disruptions`), sets of such names closed together, or closures found
        elsewhere (`world.network.hazards`).
    transit
        Lay freight, too, and say what economies no longer earn, or earn more, with goods of others.
    days
        How long a closure lasts. Money in print is that of a year times days over 365; stocks, ships under way and the
        time that goods take to find other ways are not in it.
    **terms
        As `appraise`; `closures` among them are closed in all cases and in what they are compared with.

    Raises
    ------
    Faults
        With all names that close nothing, and all else that is wrong with the question.
    """
    _check_days(days)
    session = session or default_session()
    terms["years"] = (year,)
    asked = session.ask(programme, world, **terms)
    found = _find(cases, asked.world)
    names = [(*asked.scenario.closures, *one.as_names(asked.world.network)) for one in found]
    questions = [session.ask(asked.scenario.but(closures=closed)) for closed in names]
    schedule = session.schedule(asked)
    beside = Beside(partial(_solve, asked, schedule, session, quiet))  # the first case meanwhile
    solved = []
    for number, (closures, closed) in enumerate(zip(found, questions, strict=True), 1):
        step = partial(_tell, progress, f"{number} of {len(found)}: closing {' + '.join(closures.names)}")
        step()
        shut, calm = _solve(closed, schedule, session, step), beside.result()
        case = _case(closures, calm, shut)
        if transit:
            lost = transit_lost(calm.baseline.assignment, shut.baseline.assignment)
            case = replace(case, transit=lost)
        solved.append(case)
    scenario = asked.scenario
    return Stress(
        asked.programme, asked.world, scenario.years[-1], tuple(solved), days, scenario.transit_payments
    )


def _check_days(days: float | None) -> None:
    if days is not None and not 0.0 < days <= DAYS_PER_YEAR:
        remedy = "Give more than none and at most 365; without days all figures are those of a whole year."
        raise Faults([Fault("--closure-days", f"{days:g} days are no part of a year", remedy)])


def _tell(progress: Progress, what: str, _text: str = "", **fractions: int) -> None:
    """Progress of one case: which it is, and how far."""
    progress(what, **fractions)


def rank_closures(
    programme: Asked,
    most: int,
    *,
    world: World | None = None,
    year: int = DEFAULT_YEARS[0],
    transit: bool = False,
    days: float | None = None,
    session: Session | None = None,
    progress: Progress = quiet,
    **terms: Unpack[Terms],
) -> Stress:
    """The most critical single closures: what most freight passes is closed one by one, and ranked by what it costs.

    Freight only chooses the candidates (`most` of them); the ranking is by real income of all economies lost without
    the programme, each solved exactly. Other arguments as `stress_test`.
    """
    _check_days(days)
    session = session or default_session()
    asked = session.ask(programme, world, **(terms | {"years": (year,)}))
    baseline = find_baseline(asked, session, progress)
    progress("laying freight on the network")
    names = busiest(baseline.assignment, asked.world.network, most)
    tested = stress_test(
        programme, names, world=world, year=year, transit=transit, days=days, session=session, progress=progress,
        **terms,
    )  # fmt: skip
    order = tested.summary()["real_income_without"].argsort()
    return replace(tested, cases=tuple(tested.cases[int(at)] for at in order))


def every_case(
    names: Sequence[str],
    from_file: Path | None = None,
    hazard: Path | None = None,
    world: World | None = None,
) -> list[str | Sequence[str] | Closures]:
    """Cases from words (names joined by `+` are closed together), a file of names, and a raster of water depths."""
    cases: list[str | Sequence[str] | Closures] = [name.split("+") for name in names]
    if from_file is not None:
        cases.append(read_closure_file(from_file))
    if hazard is not None:
        world = world or load_world()
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
            names = [case] if isinstance(case, str) else case
            found.append(find_closures(names, world.network, "cases"))
        except Faults as wrong:
            faults.extend(wrong.faults)
    if not cases:
        faults.add("closures", "nothing is to be closed", "Name at least one, such as suez.")
    faults.raise_if_any()
    return found


@dataclass(frozen=True, eq=False)
class _Solved:
    """A question solved for one year: its baseline, and the states that make up the year."""

    schedule: Schedule
    baseline: Baseline
    states: Mapping[int, State]

    @property
    def year(self) -> int:
        return int(self.schedule.years[-1])

    @property
    def in_force(self) -> State:
        return self.states[self.schedule.in_force[self.year]]

    def real_income(self) -> tuple[np.ndarray, np.ndarray]:
        """Real income over that of the accounts, by economy, without the programme and with it."""
        with_ = calc_effect_of_year(
            self.schedule,
            self.year,
            lambda k: calc_real_income_hat(self.states[k].before_financing),
            lambda k: calc_real_income_hat(self.states[k].with_),
        )
        return calc_real_income_hat(self.baseline.solution), with_

    def mean(self, of_state: Callable[[int], np.ndarray]) -> np.ndarray:
        """A figure that payment does not touch, by the time rule."""
        return calc_effect_of_year(self.schedule, self.year, of_state, of_state)


def _solve(asked: Question, schedule: Schedule, session: Session, progress: Progress) -> _Solved:
    year = schedule.years[-1]
    numbers = sorted({*schedule.weights[year], schedule.in_force[year]})

    def find(baseline: Baseline) -> dict[int, State]:
        return {k: find_state(asked, schedule, baseline, session, progress, k) for k in numbers}

    begun: list[Beside[dict[int, State]]] = []  # beside the rest of the baseline, where that is solved now
    try:
        baseline = find_baseline(
            asked, session, progress, lambda one: begun.append(Beside(partial(find, one)))
        )
        states = begun[0].result() if begun else find(baseline)
    except BaseException:
        for one in begun:
            one.drop()
        raise
    return _Solved(schedule, baseline, states)


def _case(closures: Closures, calm: _Solved, closed: _Solved) -> Case:
    """Cost of a case against the same world without its closures."""
    world = calm.baseline.setting.world
    flow = world.accounts.trade_flow

    def dearer(costs: TradeCosts, before: TradeCosts) -> np.ndarray:
        ratio = (
            (costs.served / before.served).transpose(*flow.dims).to_numpy()
        )  # in the order of the accounts
        return calc_trade_cost_change(ratio, flow.to_numpy())

    def lost(state: FreightState) -> np.ndarray:
        if state.lost is None:
            return np.zeros(len(world.labels))
        return _lost_access(state.lost, flow).sel(economy=list(world.labels)).to_numpy()

    measures = {
        "real_income": [
            after / before - 1.0
            for after, before in zip(closed.real_income(), calm.real_income(), strict=True)
        ],
        "trade_cost": [
            dearer(closed.baseline.costs, calm.baseline.costs),
            closed.mean(lambda k: dearer(closed.states[k].trade_costs, calm.states[k].trade_costs)),
        ],
        "lost_access": [lost(closed.baseline.state), closed.mean(lambda k: lost(closed.states[k].freight))],
    }
    results = xr.Dataset(
        {name: (("scenario", "economy"), np.stack(values)) for name, values in measures.items()},
        coords={"scenario": list(STATES), "economy": list(world.labels)},
    )
    cut_off = (closed.baseline.state.cut_off, closed.in_force.freight.cut_off)
    limits = prices_of_closure(calm.in_force, closed.in_force)
    return Case(closures, results, dict(zip(STATES, cut_off, strict=True)), _energy(closed), limits=limits)


def _energy(closed: _Solved) -> EnergyClosure:
    """What all closures of a case leave of oil and gas."""
    baseline = closed.baseline
    if baseline.energy is None:
        raise ValueError("the case closes nothing")
    return baseline.energy.closure


def _lost_access(lost: xr.DataArray, flow: xr.DataArray) -> xr.DataArray:
    """Share of city pairs with partners abroad that is cut off, weighted by trade with each partner."""
    trade = flow.sum("sector")
    trade = trade.where(trade["origin"] != trade["destination"], 0.0)
    weight = trade + trade.rename(origin="destination", destination="origin")
    share: xr.DataArray = (lost * weight).sum("destination") / weight.sum("destination")
    return share.rename(origin="economy")
