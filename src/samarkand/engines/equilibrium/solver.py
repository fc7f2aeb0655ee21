"""Solving the equilibrium: from accounts and a shock to a certified solution."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike

from samarkand.engines.equilibrium.accounts import EquilibriumAccounts
from samarkand.engines.equilibrium.certificate import certify
from samarkand.engines.equilibrium.equations import (
    DEFICIT_RULES,
    DeficitRule,
    calc_balance,
    calc_expenditure,
    calc_labour_income,
)
from samarkand.engines.equilibrium.errors import EquilibriumError
from samarkand.engines.equilibrium.iteration import MOST_SWEEPS, find, pose
from samarkand.engines.equilibrium.preparation import constant, load_kernels
from samarkand.engines.equilibrium.problem import Found, Problem, Progress
from samarkand.engines.equilibrium.shock import Shock
from samarkand.engines.equilibrium.solution import Solution
from samarkand.engines.once import derived

# The iteration stops at this part of the tolerance, so that the certificate, which adds up otherwise, is met.
STOP_AT = 0.5


def solve(
    accounts: EquilibriumAccounts,
    shock: Shock | None = None,
    *,
    deficit_rule: DeficitRule = "fixed_nominal",
    tolerance: float = 1e-8,
    most_sweeps: int = MOST_SWEEPS,
    start: Solution | None = None,
    wage_guess: ArrayLike | None = None,
    progress: Progress | None = None,
    with_flows: bool = False,
) -> Solution:
    """The counterfactual equilibrium of `accounts` under `shock`, certified.

    `deficit_rule`: see `equations.calc_balance`; `purged` first solves for the baseline without deficits, and the
    solution's `accounts` are that baseline. `tolerance` bounds the relative residual of every market (1e-12 can
    be asked for). `start` is a solution near by to start from; `wage_guess[n]` other starting wages (ratios to the
    baseline's): uniqueness is proven in special cases only, so try several where it matters (`find_equilibria`).
    `progress(sweeps, largest_residual)` is called now and then while it iterates. `with_flows`: work out trade flows
    from what the search leaves, which takes less time than `Solution.trade_flow` does without it.

    Raises `EquilibriumError` naming the economy and the market if the shock does not fit the accounts or the
    solution does not satisfy every equation.
    """
    shock = Shock() if shock is None else shock
    if deficit_rule not in DEFICIT_RULES:
        raise EquilibriumError(
            f"deficit_rule must be one of {', '.join(DEFICIT_RULES)}, not {deficit_rule!r}"
        )
    shock = shock.aligned(accounts)
    shock.check(accounts)
    if deficit_rule == "purged":
        if shock.deficit is not None:
            raise EquilibriumError("shock: deficits cannot be set under the rule 'purged'")
        accounts = purge_deficits(accounts)
    problem = pose(load_kernels(), accounts, shock, deficit_rule)
    state = problem.start.copy()
    if start is not None:
        if start._log_state.shape != state.shape:
            raise EquilibriumError("start is a solution of accounts of another size")
        state[:] = start._log_state
    if wage_guess is not None:
        state[: accounts.economy_count] = _log_wages(accounts, wage_guess)
    # Markets that clear within the tolerance may leave a budget at the edge of its own: it is iterated on.
    for goal in (STOP_AT * tolerance, 0.1 * STOP_AT * tolerance, 0.01 * STOP_AT * tolerance):
        found = find(problem, state, goal, most_sweeps, progress)
        if not np.isfinite(found.worst):
            _diagnose(problem, found)
        try:
            solution = _certified(problem, found, shock, deficit_rule, tolerance)
            return _with_flows(solution, problem, found) if with_flows else solution
        except EquilibriumError as error:
            refused = error
            if not found.worst <= goal:
                break
    raise refused


def purge_deficits(accounts: EquilibriumAccounts) -> EquilibriumAccounts:
    """The equilibrium of the same accounts with all deficits zero, as a baseline (kept with the accounts)."""

    def purge() -> EquilibriumAccounts:
        zero = np.zeros(accounts.economy_count)
        return solve(accounts, Shock(deficit=zero), tolerance=1e-13).to_accounts()

    return derived(accounts, "without deficits", purge)


def _log_wages(accounts: EquilibriumAccounts, wage_guess: ArrayLike) -> np.ndarray:
    guess = np.asarray(wage_guess, dtype=np.float64)
    if guess.shape != (accounts.economy_count,) or not (np.isfinite(guess) & (guess > 0)).all():
        raise EquilibriumError(f"wage_guess must be {accounts.economy_count} positive numbers")
    logs: np.ndarray = np.log(guess)
    return logs


def _certified(
    problem: Problem, found: Found, shock: Shock, deficit_rule: DeficitRule, tolerance: float
) -> Solution:
    """The solution at the state found, or `EquilibriumError` with what does not hold there."""
    accounts, state, total = problem.accounts, found.state, found.total
    N, J = accounts.economy_count, accounts.sector_count
    log_wage = state[:N]
    log_cost = state[N : N + N * J].reshape(N, J)
    expenditure = np.where(problem.active, np.exp(state[N + N * J :].reshape(N, J)), 0.0)
    share_total, kept_share, output = problem.kernels.certify_trade(
        problem.kernel, problem.before, log_cost, total, expenditure, constant(accounts.trade_elasticity)
    )
    bought = total.T > 0
    price_hat = np.where(bought, total.T, 1.0) ** (-1.0 / accounts.trade_elasticity)
    wage_hat = np.exp(log_wage)
    value_added = wage_hat * problem.labour
    revenue = np.zeros(N)
    if problem.has_wedge:
        revenue = (expenditure * np.where(bought, 1.0 - kept_share, 0.0)).sum(axis=1)
    income = value_added + revenue
    deficit = accounts.deficit if shock.deficit is None else shock.deficit
    balance, factor = calc_balance(income, deficit, deficit_rule, accounts.baseline_income)
    transfer = problem.prepared.zeros if shock.transfer is None else shock.transfer
    tax = problem.tax_rate * value_added + problem.lump_sum
    private = income + balance + transfer - tax
    how_far = _how_far(found, deficit_rule, tolerance)
    if (private <= 0).any():
        name = accounts.economy_name(int(private.argmin()))
        raise EquilibriumError(
            f"{name}: deficits, transfers and taxes leave private spending of {private.min():g}{how_far}",
            economy=name,
        )
    demand = calc_expenditure(
        output, private, tax, accounts.input_share, accounts.consumption_share, shock.public_basket
    )
    implied = (
        accounts.value_added_share * log_wage[:, None]
        + np.matmul(np.log(price_hat)[:, None, :], accounts.input_share)[:, 0, :]
        - problem.log_productivity
    )
    certificate = certify(
        accounts,
        expenditure=expenditure,
        demand=demand,
        labour_paid=calc_labour_income(output, accounts.value_added_share),
        labour_income=value_added,
        log_unit_cost=log_cost,
        log_unit_cost_implied=implied,
        imports=(expenditure * kept_share).sum(axis=1),
        exports=output.sum(axis=1),
        balance=balance + transfer,
        income=income,
        share_total=share_total,
        tolerance=tolerance,
        sweeps=found.sweeps,
        remark=how_far,
    )
    return Solution(
        accounts=accounts,
        shock=shock,
        deficit_rule=deficit_rule,
        wage_hat=wage_hat,
        unit_cost_hat=np.exp(log_cost),
        price_hat=price_hat,
        expenditure=expenditure,
        output=output,
        value_added=value_added,
        wedge_revenue=revenue,
        deficit=balance,
        transfer=transfer,
        tax=tax,
        balance_factor=factor,
        certificate=certificate,
        _log_state=state,
    )


def _with_flows(solution: Solution, problem: Problem, found: Found) -> Solution:
    """The solution with its trade flows, of the kernels that the next problem of this thread overwrites."""
    accounts, log_cost = solution.accounts, np.log(solution.unit_cost_hat)
    flow = np.empty_like(accounts.trade_share)
    problem.kernels.write_flows(
        problem.before, log_cost, found.total, solution.expenditure, constant(accounts.trade_elasticity), flow
    )
    return replace(solution, _flow=flow)


def _how_far(found: Found, deficit_rule: DeficitRule, tolerance: float) -> str:
    """Addition to a message when nothing was found."""
    if found.worst <= STOP_AT * tolerance or found.followed == 1.0:
        return ""
    text = f"; applied in steps, the shock could be followed to {100.0 * found.followed:.0f} % of its size"
    if deficit_rule == "fixed_nominal":
        text += (
            ". Balances fixed in money may leave no equilibrium: try deficit_rule 'proportional' or 'purged'"
        )
    elif deficit_rule == "proportional":
        text += ". Balances that grow with income may leave no equilibrium: try deficit_rule 'purged'"
    return text


def _diagnose(problem: Problem, found: Found) -> None:
    """Say which market broke down when the iteration left the numbers."""
    accounts, total = problem.accounts, found.total
    cut_off = problem.active & ~(total.T > 0)
    if cut_off.any():
        n, j = (int(a) for a in np.argwhere(cut_off)[0])
        economy, sector = accounts.economy_name(n), accounts.sector_name(j)
        raise EquilibriumError(
            f"{economy} can no longer buy {sector}: every seller is cut off", economy=economy, sector=sector
        )
    broken = ~np.isfinite(total.T)
    if broken.any():
        n, j = (int(a) for a in np.argwhere(broken)[0])
        economy, sector = accounts.economy_name(n), accounts.sector_name(j)
        raise EquilibriumError(
            f"the price of {sector} in {economy} leaves the range of numbers: "
            "a cost ratio is too far from one for its trade elasticity",
            economy=economy,
            sector=sector,
        )
    raise EquilibriumError("the iteration left the range of numbers")
