"""The way of the data, top to bottom: read this first.

    world, programme -> schedule -> network -> trade costs -> equilibrium -> priorities -> results by year

Always the same world twice through the same code: without the programme, and with it. The schedule says which distinct
states of the programme the years asked about need; each is solved once, and `Results` puts the years together.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from pathlib import Path

import xarray as xr

from samarkand.core.collector import paused_collector
from samarkand.core.scenario import DeficitRule, Scenario
from samarkand.engines.equilibrium import Shock, Solution, solve
from samarkand.priorities import Assessed, Inputs, Results, assess_all
from samarkand.priorities.ranges import Ranges
from samarkand.programme import Change, Programme
from samarkand.programme.channels.recognition import trade_cost_hat
from samarkand.question import Baseline, Question, ask
from samarkand.result import Appraisal
from samarkand.world.projection import Projection
from samarkand.world.world import World

Step = Callable[..., None]


@paused_collector()
def appraise(
    question: Scenario | Programme | str | Path,
    world: World | None = None,
    *,
    years: Sequence[int] = (2035,),
    without: tuple[str, ...] = (),
    assumptions: Mapping[str, float] | None = None,
    deficit_rule: DeficitRule = "fixed_nominal",
    projection: Projection | str | Path | None = None,
    publication: bool = False,
    reach: bool = False,
    progress: Step = lambda *_words, **_fractions: None,
) -> Appraisal:
    """Appraise a scenario, or a programme (a model, a file or a name) in a world; the embedded one if none is given.

    `years`: what is open by the end of each counts, as far as it is ramped up. `without`: items left out.
    `assumptions`: declared parameters replaced by name. `projection`: growth of economies (a file); levels are at
    2022 size without it. `publication`: refuse figures that are not verified, by name. `reach`: work out, too, what
    each item does given all the others, by leaving it out. `progress(text, done=, total=)` is called along the way.
    Raises `Faults` with everything that is wrong with the question before anything runs, and `EquilibriumError` if
    no solution passes its certificate.
    """
    progress("reading the world and the programme")
    asked = ask(
        question, world, tuple(years), without, assumptions, deficit_rule, projection, publication, reach
    )
    schedule, baseline = asked.schedule, asked.baseline(partial(solve_baseline, asked, progress))
    # States are assessed beside the solution of the next ones. The last is solved first and assessed last: what each of
    # its items does is worked out beside all of them.
    *earlier, last = schedule.states
    with ThreadPoolExecutor(1) as beside, ThreadPoolExecutor(1) as assessor:
        solve_it = partial(solve_state, asked, baseline, beside=beside, progress=progress)
        final = asked.solved(last, partial(solve_it, last))
        states, assessing = [], []
        for change in earlier:
            states.append(asked.solved(change, partial(solve_it, change)))
            assessing.append(assessor.submit(assess, asked, states[-1]))
        states.append(final)
        assessing.append(assessor.submit(assess, asked, final))
        progress("assessing the priorities")
        # All are solved: what is not begun yet is assessed here, from the end.
        here = {
            number: assess(asked, states[number])
            for number in reversed(range(len(states)))
            if assessing[number].cancel()
        }
        assessed = [here[number] if number in here else one.result() for number, one in enumerate(assessing)]
    return Appraisal(
        asked, schedule, states, Results(schedule, assessed, asked.projection, Ranges.of(asked.world))
    )


def solve_baseline(asked: Question, progress: Step) -> Baseline:
    """The world as it is: freight network, and beside it the equilibrium."""
    with ThreadPoolExecutor(1) as beside:
        solution = beside.submit(
            lambda: solve(asked.equilibrium_accounts, Shock(), deficit_rule=asked.scenario.deficit_rule)
        )
        freight = asked.prepare_freight(partial(progress, "freight network"))
        return Baseline(asked.world, freight, solution.result())


def solve_state(
    asked: Question, baseline: Baseline, change: Change, beside: Executor, progress: Step
) -> Inputs:
    """One state of the programme beside the baseline: network, trade costs, equilibrium."""
    year, freight = change.year, baseline.freight
    progress(f"{year}: freight network")
    routes = freight.update_routes(change.network, partial(progress, f"{year}: freight network"))
    costs = freight.costs_of(routes)
    iceberg_cost_hat = asked.iceberg_cost_hat(costs)

    progress(f"{year}: equilibrium")
    unpaid, with_ = solve_equilibria(asked, change, iceberg_cost_hat)
    return Inputs(
        world=asked.world, programme=asked.programme, assumptions=asked.assumptions, year=year, change=change,
        freight_model=freight, routes=routes, left_out=asked.leave_out(freight, change, progress, beside),
        surface_trade=asked.surface_trade, costs=costs, iceberg_cost_hat=iceberg_cost_hat,
        ad_valorem_cost=asked.ad_valorem_cost(costs), without=baseline.solution, with_=with_, unpaid=unpaid,
    )  # fmt: skip


def solve_equilibria(
    asked: Question, change: Change, iceberg_cost_hat: xr.DataArray
) -> tuple[Solution, Solution]:
    """The equilibria that trade costs lead to: before anybody pays for the programme, and as it is paid for."""
    accounts, rule = asked.equilibrium_accounts, asked.scenario.deficit_rule
    cost_hat = trade_cost_hat(change.trade_costs, iceberg_cost_hat)  # freight, and recognition of standards
    iceberg = cost_hat.transpose("destination", "origin", "sector").to_numpy()
    shock = {"iceberg_hat": iceberg, **asked.duties(change)}
    taxes = asked.taxes(change)
    unpaid = solve(accounts, Shock(**shock), deficit_rule=rule)
    return unpaid, solve(accounts, Shock(**shock, **taxes), deficit_rule=rule) if taxes else unpaid


def assess(asked: Question, inputs: Inputs) -> Assessed:
    """What the priorities say of a state, now or before in this process."""
    return asked.assessed(inputs.change, partial(assess_state, inputs, asked.is_fully_ramped(inputs.change)))


def assess_state(inputs: Inputs, fully_ramped: bool) -> Assessed:
    """What the priorities say of a state: before anybody pays, and as it is paid for.

    Where every year asked about that counts the state has it whole (`fully_ramped`), the time rule needs the second
    alone.
    """
    if fully_ramped:
        paid = assess_all(inputs)
        return Assessed(paid, paid)
    unpaid = assess_all(replace(inputs, with_=inputs.unpaid))
    return Assessed(unpaid, unpaid if inputs.with_ is inputs.unpaid else assess_all(inputs, known=unpaid))
