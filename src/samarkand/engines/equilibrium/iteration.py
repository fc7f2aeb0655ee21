"""From a posed problem to a state that solves it: Newton blocks first, then a walk, then plain iteration.

The baseline's Newton blocks carry most shocks in 5 to 20 sweeps. Where a shock changes the world beyond recognition
they are made again, at the state that the shock leads to with all sectors added up, then at the state reached. Where
that does not help either, the shock is walked: applied in steps, each starting from the last, as far as it goes. At
last comes the plain iteration from the baseline, with acceleration and without.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from types import ModuleType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from samarkand.engines.equilibrium.accounts import EquilibriumAccounts
from samarkand.engines.equilibrium.equations import Array, DeficitRule
from samarkand.engines.equilibrium.one_sector import added_up, spread
from samarkand.engines.equilibrium.preparation import build_kernels, constant, newton_blocks_of, prepare
from samarkand.engines.equilibrium.problem import Found, Problem, Progress
from samarkand.engines.equilibrium.shock import Shock

MOST_SWEEPS = 6000
MEMORY = 8  # of the Anderson acceleration
NEWTON_ROUNDS, NEWTON_SWEEPS = 3, 60
WALK_SWEEPS = 4000
PLAIN_SWEEPS = 700  # with acceleration; what is left goes without
# On the way a state need only be near enough to start the next step from.
WALK_TOLERANCE = 1e-6
SHORTEST_STEP = 1 / 512
HOPELESS = 0.1  # residual after forty sweeps from which twenty more do not lead to a solution
FAR = 1e-2  # residual of the first round from which the baseline's blocks are of no use
# The kernel's elements are this far from the baseline's at most, in logarithms, or they are zero.
FARTHEST = 700.0


def pose(kernels: ModuleType, accounts: EquilibriumAccounts, shock: Shock, rule: DeficitRule) -> Problem:
    """The problem of a checked shock; its kernels are the calling thread's buffers until the next one is posed."""
    prepared = prepare(accounts)
    N, J = accounts.economy_count, accounts.sector_count
    kernel, before, has_wedge = build_kernels(kernels, accounts, prepared, shock)
    labour = accounts.value_added if shock.labour_hat is None else accounts.value_added * shock.labour_hat
    transfer = prepared.zeros if shock.transfer is None else shock.transfer
    deficit = accounts.deficit if shock.deficit is None else shock.deficit
    proportional = rule == "proportional"
    log_productivity = prepared.no_productivity
    if shock.productivity_hat is not None:
        log_productivity = np.log(shock.productivity_hat)
        if log_productivity.ndim == 1:
            log_productivity = np.repeat(log_productivity[:, None], J, axis=1)
    tax_rate = prepared.zeros if shock.tax_rate is None else shock.tax_rate
    lump_sum = prepared.zeros if shock.lump_sum_tax is None else shock.lump_sum_tax
    basket = accounts.consumption_share if shock.public_basket is None else shock.public_basket
    start, active, level = prepared.start, prepared.active, prepared.level
    if (
        shock.public_basket is not None
        and (new := (basket > 0) & ~active & (tax_rate + lump_sum > 0)[:, None]).any()
    ):
        # A market that opens with public purchases alone: start it from them.
        public = tax_rate * labour + lump_sum
        first = np.where(new, basket * public[:, None], level)
        active, level, start = active | new, first.astype(np.float32), start.copy()
        start[N + N * J :] = np.where(new, np.log(first), start[N + N * J :].reshape(N, J)).ravel()
    return Problem(
        kernels=kernels, accounts=accounts, prepared=prepared, kernel=kernel, before=before, has_wedge=has_wedge,
        basket=basket, log_productivity=log_productivity, labour=labour,
        exogenous=transfer if proportional else transfer + deficit, proportional=proportional,
        multiple=1.0 + deficit / accounts.baseline_income if proportional else prepared.ones,
        tax_rate=tax_rate, lump_sum=lump_sum, active=active, level=level, start=start,
    )  # fmt: skip


def find(
    problem: Problem,
    state: Array,
    tolerance: float,
    most_sweeps: int,
    progress: Progress | None = None,
    *,
    plainly: bool = True,
) -> Found:
    """Iterate from `state` (changed in place) until all residuals are below `tolerance` or everything was tried.

    plainly: without Newton blocks too, at last.
    """
    accounts = problem.accounts
    total = np.empty((accounts.sector_count, accounts.economy_count))
    found = Found(state, total, progress=progress)
    level, newton = problem.level, problem.prepared.newton
    for attempt in range(NEWTON_ROUNDS):
        if attempt:
            if (
                attempt == 1
                and found.worst > FAR
                and (near := _of_one_sector(problem, most_sweeps)) is not None
            ):
                found.state[:] = near
            elif not found.worst < 10.0:
                found.state[:] = problem.start
            level, newton = _relinearise(problem, found.state, level)
        most = min(NEWTON_SWEEPS, most_sweeps - found.sweeps)
        first = attempt == 0 and accounts.sector_count > 1
        _iterate(problem, found, newton, level, tolerance, most, hopeless=HOPELESS if first else np.inf)
        if found.worst <= tolerance or found.sweeps >= most_sweeps:
            return found
    _walk(problem, found, tolerance, min(WALK_SWEEPS, most_sweeps - found.sweeps))
    for memory, most in ((MEMORY, PLAIN_SWEEPS), (0, most_sweeps)) if plainly else ():
        left = min(most, most_sweeps - found.sweeps)
        if found.worst <= tolerance or left <= 0:
            return found
        found.state[:] = problem.start
        _iterate(problem, found, newton, level, tolerance, left, plain=True, memory=memory)
    return found


def _of_one_sector(problem: Problem, most_sweeps: int) -> Array | None:
    """A state near the solution; None where there is one sector anyway, or where its problem is not solved."""
    one = added_up(problem) if problem.accounts.sector_count > 1 else None
    if one is None:
        return None
    found = find(one, one.start.copy(), WALK_TOLERANCE, most_sweeps, plainly=False)
    if found.worst > WALK_TOLERANCE:
        if found.reached is None:
            return None
        found.state[:] = found.reached  # the shock as far as one sector could follow it
    return spread(problem, one, found.state)


def _iterate(
    problem: Problem,
    found: Found,
    newton: tuple[Any, ...],
    level: NDArray[np.float32],
    tolerance: float,
    most: int,
    *,
    plain: bool = False,
    memory: int = MEMORY,
    hopeless: float = np.inf,
) -> None:
    """Up to `most` sweeps from the state found so far."""
    accounts = problem.accounts
    model = map(
        constant,
        (
            accounts.trade_elasticity, accounts.value_added_share, problem.prepared.input_share,
            accounts.consumption_share, problem.basket, problem.log_productivity, problem.labour, problem.exogenous,
            problem.multiple, problem.tax_rate, problem.lump_sum, problem.active, level, *newton,
        ),
    )  # fmt: skip
    taken, found.worst = problem.kernels.iterate(
        found.state, found.total, problem.kernel, problem.before if problem.has_wedge else None,
        problem.proportional, plain, memory, tolerance, most, hopeless, float(accounts.value_added.sum()), *model,
    )  # fmt: skip
    found.sweeps += taken
    if found.progress is not None:
        found.progress(found.sweeps, float(found.worst))


def _relinearise(
    problem: Problem, state: Array, level: NDArray[np.float32]
) -> tuple[NDArray[np.float32], tuple[Any, ...]]:
    """(level, Newton blocks) at a state on the way; the baseline's blocks where the state leaves the numbers."""
    accounts = problem.accounts
    N, J = accounts.economy_count, accounts.sector_count
    with np.errstate(all="ignore"):
        log_cost = state[N : N + N * J].reshape(N, J)
        spent = np.where(problem.active, np.exp(state[N + N * J :].reshape(N, J)), 0.0)
        power = np.exp(-accounts.trade_elasticity * log_cost)
        own, paid, squared = np.empty((N, J)), np.empty((N, J)), np.empty((N, J))
        for j in range(J):  # one sector's trade fits in the processor's memory
            kernel, before, a = problem.kernel[j, :, :N], problem.before[j, :, :N], power[:, j]
            total = kernel @ a
            total = np.where(total > 0, total, 1.0)
            own[:, j] = kernel.diagonal() * a / total
            paid[:, j] = a * (before.T @ (spent[:, j] / total))
            squared[:, j] = a * a * ((before * kernel).T @ (spent[:, j] / (total * total)))
        sound = all(np.isfinite(part).all() for part in (own, paid, squared, spent, state))
        blocks = (
            newton_blocks_of(accounts, own, paid, squared, np.exp(state[:N]) * problem.labour)
            if sound
            else problem.prepared.newton
        )
    if not (sound and all(np.isfinite(part).all() for part in blocks)):
        return level, problem.prepared.newton
    return np.where(problem.active, spent, level).astype(np.float32), blocks


def _walk(problem: Problem, found: Found, tolerance: float, most: int) -> None:
    """Apply the shock in steps from the baseline, each starting from the line through the last two states.

    A step that fails is halved, one that succeeds is followed by one twice as long. Leaves the solution in `found`, or
    as the part of the shock up to which there was one.
    """
    at = _partial(problem)
    last_sweep = found.sweeps + most
    done, step = 0.0, 0.5
    state, before_last = problem.start.copy(), (0.0, problem.start)
    level, newton = problem.level, problem.prepared.newton
    while done < 1.0 and step >= SHORTEST_STEP and found.sweeps < last_sweep:
        part = min(1.0, done + step)
        posed = at(part)
        found.state[:] = state
        if done > 0.0:
            found.state += (state - before_last[1]) * ((part - done) / (done - before_last[0]))
        goal = tolerance if part == 1.0 else max(WALK_TOLERANCE, tolerance)
        for attempt in range(2):
            here = (level, newton) if attempt == 0 else _relinearise(posed, found.state, level)
            _iterate(posed, found, here[1], here[0], goal, NEWTON_SWEEPS)
            if found.worst <= goal or not found.worst < 10.0:
                break
        if found.worst <= goal:
            before_last = (done, state)
            done, state, step = part, found.state.copy(), 2.0 * step
            level, newton = _relinearise(posed, state, level)
        else:
            step = 0.5 * (
                part - done
            )  # not half of a step that would lead beyond the end: it would end there again
    found.followed = done
    found.reached = state if done > 0.0 else None


def _partial(problem: Problem) -> Callable[[float], Problem]:
    """The problem with only a part of the shock, in logarithms where it is a ratio and in proportion where it is
    money; 0 is the baseline, 1 the whole."""
    accounts, prepared = problem.accounts, problem.prepared
    # The buffers of the kernels are reused by what follows.
    whole = replace(problem, kernel=problem.kernel.copy(), before=problem.before.copy())

    def distance(new: Array, old: Array) -> Array:
        with np.errstate(divide="ignore", invalid="ignore"):
            logs: Array = np.where(old > 0, np.log(new / old), 0.0)
        return np.clip(logs, -FARTHEST, FARTHEST)

    far = distance(whole.kernel, prepared.share)
    apart = problem.has_wedge or prepared.net_share is not prepared.share
    far_before = distance(whole.before, prepared.net_share) if apart else far
    more_labour = np.log(problem.labour / accounts.value_added)
    deficit = prepared.zeros if problem.proportional else accounts.deficit
    multiple = prepared.ones
    if problem.proportional:
        multiple = 1.0 + accounts.deficit / accounts.baseline_income

    def at(part: float) -> Problem:
        if part == 1.0:
            return whole
        kernel = prepared.share * np.exp(part * far)
        return replace(
            problem,
            kernel=kernel,
            before=prepared.net_share * np.exp(part * far_before) if apart else kernel,
            has_wedge=apart,
            log_productivity=part * problem.log_productivity,
            labour=accounts.value_added * np.exp(part * more_labour),
            exogenous=(1.0 - part) * deficit + part * problem.exogenous,
            multiple=(1.0 - part) * multiple + part * problem.multiple,
            tax_rate=part * problem.tax_rate,
            lump_sum=part * problem.lump_sum,
        )

    return at
