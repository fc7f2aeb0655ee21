"""The way of the data, top to bottom: read this first.

    world, programme -> schedule -> network -> trade costs -> equilibrium -> priorities -> results by year

Always the same world twice through the same code: without the programme, and with it. The schedule says which distinct
states of the programme the years asked about need; each is solved once (`solving`), and `Results` puts the years
together. What is solved and assessed is kept by the session, under the content it was made from.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Unpack

from samarkand.core.progress import Progress, quiet
from samarkand.engines.threads import Beside
from samarkand.priorities import Assessed, Inputs, Results, assess_all
from samarkand.priorities.ranges import Ranges
from samarkand.programme import Schedule
from samarkand.question import Asked, Question, Terms
from samarkand.result import Appraisal
from samarkand.session import Session, default_session
from samarkand.solving import Baseline, leave_out, solve_baseline, solve_state
from samarkand.world.world import World


def appraise(
    question: Asked,
    world: World | None = None,
    *,
    reach: bool = False,
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
    session
        What keeps worlds, networks and solutions between questions; the library's own if none is given.
    progress
        Called along the way as `progress(text, done=, total=)`.
    **terms
        The terms of the question: `years`, `without`, `assumptions`, `patches`, `closures`, `deficit_rule`,
        `projection`, `publication` (`question.Terms`). A scenario has its own.

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
    schedule, baseline = session.schedule(asked), find_baseline(asked, session, progress)
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
    results = Results(
        schedule, [assessed[number] for number in in_order], asked.projection, Ranges.of(asked.world)
    )
    return Appraisal(asked, schedule, [states[number] for number in in_order], results)


def find_baseline(asked: Question, session: Session, progress: Progress = quiet) -> Baseline:
    """The world without the programme, solved now or before in this session."""
    return session.kept(
        ("baseline", asked.of_baseline), partial(solve_baseline, asked, session.kept, progress)
    )


def find_state(
    asked: Question, schedule: Schedule, baseline: Baseline, session: Session, progress: Progress, number: int
) -> Inputs:
    """A state of the schedule, solved now or before in this session: the same shocks are solved once."""
    change = schedule.states[number]
    with_reach = asks_for_reach(asked, schedule, number)

    def solve_it() -> Inputs:
        left_out = leave_out(baseline, change, progress) if with_reach else None
        return solve_state(asked, baseline, change, progress, left_out)

    found = session.kept(("state", asked.of_states, change.shocks, with_reach), solve_it)
    return replace(
        found, world=asked.world, change=change, year=change.year, programme=asked.programme,
        assumptions=asked.assumptions,
    )  # fmt: skip


def asks_for_reach(asked: Question, schedule: Schedule, number: int) -> bool:
    """Whether what each item does is worked out in a state: where it is asked for, in the last one and its equals."""
    return asked.reach and schedule.states[number].shocks == schedule.states[-1].shocks


def assess(asked: Question, schedule: Schedule, number: int, inputs: Inputs, session: Session) -> Assessed:
    """Results of the priorities in a state, found now or before in this session; they may read which items are open."""
    change = schedule.states[number]
    whole = schedule.is_whole(number) and asked.projection is None
    key = (asked.of_states, change.shocks, change.open, asks_for_reach(asked, schedule, number), whole)
    return session.kept(("assessed", *key), partial(assess_state, inputs, whole))


def assess_state(inputs: Inputs, whole: bool) -> Assessed:
    """Results of the priorities in a state: before anybody pays, and as it is paid for.

    Where every year that counts the state counts it whole, at the size of the accounts, the time rule needs the second
    alone.
    """
    if whole:
        paid = assess_all(inputs)
        return Assessed(paid, paid)
    before = assess_all(replace(inputs, with_=inputs.before_financing))
    return Assessed(
        before, before if inputs.with_ is inputs.before_financing else assess_all(inputs, known=before)
    )
