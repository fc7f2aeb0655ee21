"""The way of the data, top to bottom: read this first.

    world, programme -> schedule -> network -> trade costs -> equilibrium -> priorities -> results by year

Always the same world twice through the same code: without the programme, and with it. The schedule says which distinct
states of the programme the years asked about need, and what is paid in each year; each state is solved once, and once
more for each payment (`state`). The priorities assess the states, then the timeline, and `Results` puts the years
together. What is solved and assessed is kept by the session, under the content it was made from.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Unpack, cast

from samarkand.baseline import Baseline, solve_baseline
from samarkand.core.progress import Progress, quiet
from samarkand.engines.threads import Beside
from samarkand.priorities.assessing import assess_once, assess_states, assess_whole
from samarkand.priorities.base import Outcomes
from samarkand.priorities.delivery_ranges import DeliveryRanges
from samarkand.priorities.item_freight import acting_on_models, known_items, lay_items
from samarkand.priorities.ranges import HoldOutRanges
from samarkand.priorities.results import Results
from samarkand.priorities.stored import StoredAnswer, answer_key, read_answer, write_answer
from samarkand.priorities.time_rule import Assessed, TimeRule
from samarkand.priorities.timeline import Layers, Timeline
from samarkand.programme import Schedule
from samarkand.programme.applying import Payment
from samarkand.question import Asked, Question, Terms
from samarkand.result import Appraisal
from samarkand.session import Session, default_session
from samarkand.solving import Setting
from samarkand.state import Counterfactual, State
from samarkand.world.world import World


def appraise(
    question: Asked,
    world: World | None = None,
    *,
    reach: bool = False,
    item_freight: bool = False,
    stored: bool = False,
    protected: Path | None = None,
    session: Session | None = None,
    progress: Progress = quiet,
    **terms: Unpack[Terms],
) -> Appraisal:
    """Appraise a scenario, or a programme (a model, a file or a name) in a world; the embedded one if none is given.

    Parameters
    ----------
    question
        A `Scenario`, a `Programme`, the path of a programme file, or the name of an embedded one.
    world
        The world; the embedded one if none is given.
    reach
        Work out, too, what each item does given all the others, by leaving it out.
    item_freight
        Lay freight on the network with each item left out, too, in the last year: greenhouse gases of what it shifts
        and induces. Minutes in a large world.
    stored
        Read the answer, and what items do to freight, from this user's cache folder where the same was worked out
        before, and keep it there; no answer with `protected`.
    protected
        Areas of ecological importance, a GeoPackage or shapefile: what projects cross of them stands before what the
        programme says.
    session
        What keeps worlds, networks and solutions between questions; the library's own if none is given.
    progress
        Called along the way as `progress(text, done=, total=)`.
    **terms
        The terms of the question: `years`, `without`, `assumptions`, `patches`, `closures`, `deficit_rule`,
        `charge`, `construction_demand`, `transit_payments`, `projection`, `priorities`, `publication`
        (`question.Terms`). A scenario has its own.

    Raises
    ------
    Faults
        With everything that is wrong with the question, before anything runs.
    EquilibriumError
        If no solution passes its certificate.
    """
    progress("reading the world and the programme")
    session = session or default_session()
    asked = session.ask(question, world, reach=reach, **terms)
    # What worlds, programmes and projections are called is in no hash. The answer holds them: no other has their place.
    named = (id(asked.world), id(asked.as_written), id(asked.projection))
    answered = "answer", asked.scenario.hash, reach, item_freight, stored, named
    if (
        protected is None and (answer := session.find(answered)) is not None
    ):  # a map may change under its name
        return cast(Appraisal, answer)
    schedule = session.schedule(asked)
    last, kept_under = schedule.states[-1], asked.of_states if stored else ""
    laid = known_items(last, kept_under)
    lay = item_freight and not set(acting_on_models(last)) <= set(laid)
    find_key = partial(answer_key, asked.scenario.hash, reach)
    keeps = stored and protected is None  # a map of the user may change under its name
    known = read_answer(find_key(laid)) if keeps and not lay else None
    states, assessed = (
        solve_and_assess(asked, schedule, session, progress)
        if known is None
        else (states_of(known, asked, schedule, session), known.assessed)
    )
    rule = TimeRule(schedule, assessed, asked.projection)
    parameters = asked.assumptions.parameters
    delivery = DeliveryRanges.of(asked.programme, schedule, parameters, asked.world.labels)
    chosen = asked.scenario.priorities
    results = Results(rule, ranges=HoldOutRanges.of(asked.world), delivery=delivery, names=chosen)
    timeline = find_timeline(asked, schedule, states, results)
    timeline = replace(timeline, item_freight=item_freight, kept_under=kept_under)
    timeline = replace(timeline, layers=None if protected is None else Layers(protected))
    if lay:
        lay_items(timeline.last.solved, kept_under, progress)
        laid = known_items(last, kept_under)
    whole = (
        assess_whole(timeline, find_once(asked, timeline.last, session), chosen)
        if known is None
        else known.whole
    )
    timeline = replace(timeline, results=replace(results, whole=whole))
    key = find_key(laid) if keeps else ""
    if keeps and known is None:
        payments = [schedule.payments_in(number) for number in range(len(states))]
        write_answer(key, StoredAnswer.of([one.solved for one in states], payments, assessed, whole))
    session.fit()
    answer = Appraisal(asked, states, timeline, key)
    return answer if protected is not None else session.kept(answered, lambda: answer)


def solve_and_assess(
    asked: Question, schedule: Schedule, session: Session, progress: Progress
) -> tuple[list[State], list[Assessed]]:
    """The states of the schedule, and what the priorities say of each."""
    baseline = find_baseline(asked, session, progress)
    solve_it = partial(find_state, asked, schedule, baseline, session, progress)
    # States are assessed beside the solution of the next ones. The last is solved first and assessed last: what each of
    # its items does is worked out beside all of them.
    last = len(schedule.states) - 1
    states, assessing = {last: solve_it(last)}, {}
    for number in range(last):
        states[number] = solve_it(number)
        assessing[number] = Beside(partial(assess, asked, schedule, number, states[number], session))
    progress("assessing the priorities")
    assessed = {last: assess(asked, schedule, last, states[last], session)}
    assessed |= {number: one.result() for number, one in reversed(assessing.items())}
    in_order = range(len(states))
    return [states[number] for number in in_order], [assessed[number] for number in in_order]


def states_of(known: StoredAnswer, asked: Question, schedule: Schedule, session: Session) -> list[State]:
    """The states of an answer that was read: each part that it does not have is worked out when it is asked for."""

    def make_baseline() -> Baseline:
        return Baseline(find_setting(asked, session), asked.scenario.closures, session.kept, known.baseline)

    baseline = session.kept(("baseline", asked.of_baseline), make_baseline)
    found = []
    for number, given in enumerate(known.states):
        change, reach = schedule.states[number], asks_for_reach(asked, schedule, number)
        make = partial(Counterfactual, baseline, change, reach, given)
        solved = session.kept(("state", asked.of_states, change.shocks, reach), make)
        found.append(state_of(asked, schedule, number, solved))
    return found


def find_baseline(
    asked: Question,
    session: Session,
    progress: Progress = quiet,
    then: Callable[[Baseline], object] | None = None,
) -> Baseline:
    """The world without the programme, solved now or before in this session.

    then: told of one that is solved now, as soon as its network is there (`Baseline.solve`).
    """
    closed = asked.scenario.closures
    make = partial(solve_baseline, find_setting(asked, session), closed, session.kept, progress, then)
    return session.kept(("baseline", asked.of_baseline), make)


def find_setting(asked: Question, session: Session) -> Setting:
    """The world of a question under its assumptions: questions that close other places have one, and its accounts."""
    scenario = asked.scenario

    def make() -> Setting:
        return Setting(
            asked.world,
            asked.assumptions,
            scenario.deficit_rule,
            construction_demand=scenario.construction_demand,
            transit_payments=scenario.transit_payments,
            lines=asked.programme if asked.has_limits else None,
        )

    return session.kept(("setting", asked.of_setting), make)


def find_state(
    asked: Question, schedule: Schedule, baseline: Baseline, session: Session, progress: Progress, number: int
) -> State:
    """A state of the schedule with all its payments, solved now or before in this session: the same once."""
    change = schedule.states[number]
    with_reach = asks_for_reach(asked, schedule, number)

    def solve_it() -> Counterfactual:
        return Counterfactual(baseline, change, with_reach).solve(progress)

    solved = session.kept(("state", asked.of_states, change.shocks, with_reach), solve_it)
    for payment in schedule.payments_in(number):
        solved.paid(payment)
    return state_of(asked, schedule, number, solved)


def state_of(asked: Question, schedule: Schedule, number: int, solved: Counterfactual) -> State:
    """A state of the schedule, paid for as in the first of its payments."""
    change, payments = schedule.states[number], schedule.payments_in(number)
    payment = payments[0] if payments else change.payment
    return State(solved, asked.world, asked.programme, asked.assumptions, change, payment)


def asks_for_reach(asked: Question, schedule: Schedule, number: int) -> bool:
    """Whether what each item does is worked out in a state: where it is asked for, in the last one and its equals."""
    return asked.reach and schedule.states[number].shocks == schedule.states[-1].shocks


def assess(asked: Question, schedule: Schedule, number: int, state: State, session: Session) -> Assessed:
    """Results of the priorities in a state: before anybody pays, and for each payment of the years it is in force.

    Found now or before in this session; they may read which items are open. Where every year that counts the state
    counts it whole, pays the same and is at the size of the accounts, the time rule needs what is paid alone.
    """
    change, payments = schedule.states[number], schedule.payments_in(number)
    names = asked.scenario.priorities
    key = (
        "assessed",
        asked.of_states,
        names,
        change.shocks,
        change.open,
        asks_for_reach(asked, schedule, number),
    )

    def outcomes(payment: Payment, known: Outcomes | None = None) -> Outcomes:
        paying = replace(state, payment=payment)
        return session.kept((*key, payment), partial(assess_states, paying, known, names))

    if schedule.is_whole(number) and asked.projection is None:
        (payment,) = payments
        paid = outcomes(payment)
        return Assessed(paid, {payment: paid}, partial(outcomes, (), paid) if payment else None)
    before = outcomes(())
    return Assessed(before, {payment: outcomes(payment, before) for payment in payments})


def find_timeline(asked: Question, schedule: Schedule, states: Sequence[State], results: Results) -> Timeline:
    """All years of a question at once, each with the state in force at its end, paid for as in it."""
    by_year = {
        year: replace(states[schedule.in_force[year]], change=change, payment=schedule.payments[year])
        for year, change in schedule.changes.items()
    }
    return Timeline(
        asked.world, asked.programme, asked.assumptions, asked.projection, asked.scenario.without, schedule, by_year,
        results,
    )  # fmt: skip


def find_once(asked: Question, state: State, session: Session) -> Outcomes:
    """Results that are worked out once, of the last state: found now or before in this session."""
    names = asked.scenario.priorities
    key = ("once", asked.of_states, names, state.change.shocks, state.change.open, state.payment)
    return session.kept(key, partial(assess_once, state, names))
