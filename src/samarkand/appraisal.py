"""The way of the data, top to bottom: read this first.

    world, programme -> course -> network -> trade costs -> equilibrium -> priorities -> results by year

Always the same world twice through the same code: without the programme, and with it. The course says which distinct
states of the programme the years asked about need; each is solved once, and `Results` puts the years together.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from samarkand.asking import Question, ask
from samarkand.core.scenario import DeficitRule, Scenario
from samarkand.engines.equilibrium import Shock, solve
from samarkand.outcome import Appraisal
from samarkand.priorities import Assessed, Inputs, Results, assess_all
from samarkand.programme import Change, Programme
from samarkand.programme.recognition import trade_cost_hat
from samarkand.world.projection import Projection
from samarkand.world.world import World

Step = Callable[..., None]


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
    progress: Step = lambda *_words, **_fractions: None,
) -> Appraisal:
    """Appraise a scenario, or a programme (a model, a file or a name) in a world; the embedded one if none is given.

    `years`: what is open by the end of each counts, as far as it is ramped up. `without`: items left out.
    `assumptions`: declared parameters replaced by name. `projection`: growth of economies (a file); levels are at
    2022 size without it. `publication`: refuse figures that are not verified, by name. `progress(text, done=, total=)`
    is called along the way. Raises `Faults` with everything that is wrong with the question before anything runs,
    and `EquilibriumError` if no solution passes its certificate.
    """
    progress("reading the world and the programme")
    asked = ask(question, world, tuple(years), without, assumptions, deficit_rule, projection, publication)
    course = asked.course
    states = [solve_state(asked, change, progress) for change in course.states]
    progress("assessing the priorities")
    assessed = [assess_state(inputs) for inputs in states]
    return Appraisal(asked, course, states, Results(course, assessed, asked.projection))


def solve_state(asked: Question, change: Change, progress: Step) -> Inputs:
    """One state of the programme, without and with it: network, trade costs, equilibrium."""
    world, assumptions, year = asked.world, asked.assumptions, change.year

    network = partial(progress, f"{year}: freight network")
    costs = asked.prepare_freight(network).costs(change.network, network)
    iceberg_cost_hat = asked.iceberg_cost_hat(costs)

    progress(f"{year}: equilibrium")
    accounts, rule = asked.equilibrium_accounts, asked.scenario.deficit_rule
    cost_hat = trade_cost_hat(change.trade_costs, iceberg_cost_hat)  # freight, and recognition of standards
    iceberg = cost_hat.transpose("destination", "origin", "sector").to_numpy()
    taxes, duties = asked.taxes(change), asked.duties(change)
    without = solve(accounts, Shock(), deficit_rule=rule)
    unpaid = solve(accounts, Shock(iceberg_hat=iceberg, **duties), deficit_rule=rule)
    with_ = (
        solve(accounts, Shock(iceberg_hat=iceberg, **duties, **taxes), deficit_rule=rule) if taxes else unpaid
    )
    return Inputs(
        world=world, programme=asked.programme, assumptions=assumptions, year=year, change=change, costs=costs,
        iceberg_cost_hat=iceberg_cost_hat, ad_valorem_cost=asked.ad_valorem_cost(costs), without=without,
        with_=with_, unpaid=unpaid,
    )  # fmt: skip


def assess_state(inputs: Inputs) -> Assessed:
    """What the priorities say of a state: before anybody pays, and as it is paid for."""
    unpaid = assess_all(replace(inputs, with_=inputs.unpaid))
    return Assessed(unpaid, unpaid if inputs.with_ is inputs.unpaid else assess_all(inputs, known=unpaid))
