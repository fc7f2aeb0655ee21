"""Many shocks to the same accounts, and many starts for the same shock."""

from __future__ import annotations

import sys
import threading
import warnings
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import dataclass, fields
from functools import partial
from multiprocessing import get_context
from typing import Any, Literal, TypeVar, overload

import numpy as np

from samarkand.engines.equilibrium.accounts import EquilibriumAccounts
from samarkand.engines.equilibrium.equations import DeficitRule
from samarkand.engines.equilibrium.errors import EquilibriumError
from samarkand.engines.equilibrium.preparation import load_kernels, prepare
from samarkand.engines.equilibrium.shock import Shock
from samarkand.engines.equilibrium.solution import Solution
from samarkand.engines.equilibrium.solver import purge_deficits, solve
from samarkand.engines.threads import stop_idle_threads

T = TypeVar("T")
Side = Literal["threads", "processes"]


@overload
def solve_many(
    accounts: EquilibriumAccounts,
    shocks: Iterable[Shock],
    *,
    deficit_rule: DeficitRule = ...,
    tolerance: float = ...,
    workers: int = ...,
    by: Side = ...,
    measure: None = ...,
) -> list[Solution]: ...


@overload
def solve_many(
    accounts: EquilibriumAccounts,
    shocks: Iterable[Shock],
    *,
    deficit_rule: DeficitRule = ...,
    tolerance: float = ...,
    workers: int = ...,
    by: Side = ...,
    measure: Callable[[Solution], T],
) -> list[T]: ...


def solve_many(
    accounts: EquilibriumAccounts,
    shocks: Iterable[Shock],
    *,
    deficit_rule: DeficitRule = "fixed_nominal",
    tolerance: float = 1e-8,
    workers: int = 1,
    by: Side = "threads",
    measure: Callable[[Solution], Any] | None = None,
) -> list[Any]:
    """The solutions of many shocks to the same accounts, or a `measure` of each, in the order of the shocks.

    Each is solved from the baseline, on one thread, independently of the others, so that the results do not
    depend on `workers` nor on what works side by side `by`:

    - `threads`: the compiled sweep releases the interpreter lock; accounts are shared;
    - `processes`: copies of this one on Linux where it has one thread; else started afresh, which takes about a
      second and needs the usual `if __name__ == "__main__"`. `measure` is a function of a module.

    With a `measure`, say `measures.calc_real_income_hat`, nothing else of a solution is kept. The first shock that
    fails raises, with its number.
    """
    if by not in ("threads", "processes"):
        raise EquilibriumError(f"by must be 'threads' or 'processes', not {by!r}")
    listed: Sequence[Shock] = list(shocks)
    base = purge_deficits(accounts) if deficit_rule == "purged" else accounts
    task = partial(_solve_one, deficit_rule=deficit_rule, tolerance=tolerance, measure=measure)
    numbered = list(enumerate(listed))
    if workers <= 1 or len(listed) <= 1:
        return [task(accounts, one) for one in numbered]
    if by == "threads":
        load_kernels()
        prepare(base)
        with ThreadPoolExecutor(workers) as pool:
            return list(pool.map(partial(task, accounts), numbered))
    chunk = max(1, len(listed) // (4 * workers))
    context = get_context(_way_to_start())
    # The workers purge for themselves: the same solution, bit by bit.
    with (
        warnings.catch_warnings(),
        ProcessPoolExecutor(
            workers, mp_context=context, initializer=_receive, initargs=(accounts,)
        ) as processes,
    ):
        # Idle threads of the linear algebra library make newer Pythons warn; it minds copies by itself.
        warnings.filterwarnings("ignore", message=".*fork", category=DeprecationWarning)
        found = list(processes.map(partial(_solve_there, task), numbered, chunksize=chunk))
    if measure is not None:
        return found
    return [Solution(accounts=base, shock=shock, **parts) for shock, parts in zip(listed, found, strict=True)]


def _way_to_start() -> str:
    """How processes start: as copies of this one, in no time, where that is safe (it has one thread); else afresh."""
    stop_idle_threads()
    alone = threading.active_count() == 1 and sys.platform == "linux"
    return "fork" if alone else "spawn"


def _solve_one(
    accounts: EquilibriumAccounts,
    one: tuple[int, Shock],
    *,
    deficit_rule: DeficitRule,
    tolerance: float,
    measure: Callable[[Solution], Any] | None,
) -> Any:
    number, shock = one
    try:
        solution = solve(accounts, shock, deficit_rule=deficit_rule, tolerance=tolerance)
    except EquilibriumError as error:
        raise EquilibriumError(
            f"shock {number}: {error}", economy=error.economy, sector=error.sector
        ) from error
    return solution if measure is None else measure(solution)


_received: list[EquilibriumAccounts] = []


def _receive(accounts: EquilibriumAccounts) -> None:
    """Keep the accounts of a worker process: they are sent once, not with every shock."""
    _received[:] = [accounts]


def _solve_there(
    task: Callable[[EquilibriumAccounts, tuple[int, Shock]], Any], one: tuple[int, Shock]
) -> Any:
    """In a worker process: solve, and send back all but the accounts and the shock, which the caller has."""
    result = task(_received[0], one)
    if not isinstance(result, Solution):
        return result
    sent = {field.name: getattr(result, field.name) for field in fields(Solution)}
    return {name: value for name, value in sent.items() if name not in ("accounts", "shock")}


@dataclass(frozen=True)
class Equilibria:
    """Results of several starts: the distinct equilibria, how many starts led to each, how many failed.

    One equilibrium from many starts is evidence of uniqueness, not a proof.
    """

    solutions: tuple[Solution, ...]
    starts: tuple[int, ...]
    failed: int

    @property
    def is_one(self) -> bool:
        """Whether every start that converged ended in the same place."""
        return len(self.solutions) == 1


def find_equilibria(
    accounts: EquilibriumAccounts,
    shock: Shock | None = None,
    *,
    starts: int = 8,
    spread: float = 0.5,
    seed: int = 0,
    deficit_rule: DeficitRule = "fixed_nominal",
    tolerance: float = 1e-8,
) -> Equilibria:
    """Solve from the baseline and from `starts` - 1 wages drawn log-normally around it with deviation `spread`.

    Two solutions are the same where no wage differs by more than ten thousand tolerances. Uniqueness is proven where
    economies are gross substitutes (Alvarez and Lucas 2007, Journal of Monetary Economics 54(6)); with tariffs, inputs
    and transfers it is not.
    """
    random = np.random.default_rng(seed)
    distinct: list[Solution] = []
    counts: list[int] = []
    failed = 0
    for number in range(starts):
        guess = np.exp(spread * random.standard_normal(accounts.economy_count)) if number else None
        try:
            solution = solve(
                accounts, shock, deficit_rule=deficit_rule, tolerance=tolerance, wage_guess=guess
            )
        except EquilibriumError:
            if number == 0 and starts == 1:
                raise
            failed += 1
            continue
        for place, known in enumerate(distinct):
            if float(np.abs(np.log(solution.wage_hat / known.wage_hat)).max()) <= 1e4 * tolerance:
                counts[place] += 1
                break
        else:
            distinct.append(solution)
            counts.append(1)
    if not distinct:
        solve(accounts, shock, deficit_rule=deficit_rule, tolerance=tolerance)
    return Equilibria(tuple(distinct), tuple(counts), failed)
