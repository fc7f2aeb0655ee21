"""Which costs matter: the gradient of an outcome with respect to every trade cost, by one adjoint solve.

The equilibrium solves r(z, k) = 0 for the state z = [log wage, log unit cost, log expenditure], k the log iceberg
costs [n, i, j]. For a scalar outcome L(z, k) the multipliers a with

    (dr/dz - 1 v' / sum v)' a = dL/dz,    v = [value added, 0, 0],

give dL/dk = (partial L / partial k) - a' (partial r / partial k): one linear system of the size of the state, whatever
the number of costs. The rank-one term carries the numeraire: r has one dependent equation (Walras), and the
numeraire asks for v' dz = 0; a' r of the dependency being identically zero, the bordered system has that solution.

First differentials, all at the solution, with p = trade shares, b = p / wedge, R wedge revenue, I income:

    d log P[n,j] = sum_i p[n,i,j] (d log c[i,j] + dk[n,i,j])
    dY[i,j]      = sum_n b X (d log X[n,j] - theta_j (d log c[i,j] + dk[n,i,j] - d log P[n,j]))
    dR[n]        = sum_j (1 - sum_i b) X d log X + sum_ij theta_j b X (d log c[i,j] + dk[n,i,j] - d log P[n,j])
    dI[n]        = VA d log w + dR

The system is solved by GMRES, preconditioned by the economies' own blocks as the forward sweep is.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from samarkand.engines.equilibrium.accounts import EquilibriumAccounts
from samarkand.engines.equilibrium.equations import Array, DeficitRule
from samarkand.engines.equilibrium.errors import EquilibriumError
from samarkand.engines.equilibrium.preparation import build_kernels, constant, load_kernels, pad, prepare
from samarkand.engines.equilibrium.shock import Shock
from samarkand.engines.equilibrium.solution import Solution
from samarkand.engines.equilibrium.solver import solve

MOST_ITERATIONS = 80


@dataclass(frozen=True)
class Gradient:
    """Derivatives of `outcome` = sum_n weights[n] log(real_income_hat[n]) at a solution.

    - `iceberg[n, i, j]`: with respect to log iceberg_hat, all other shocks unchanged;
    - `productivity[n, j]`: with respect to log productivity_hat;
    - `residual`: largest residual of the adjoint system relative to its right-hand side; `iterations`.
    """

    weights: Array
    iceberg: Array
    productivity: Array
    residual: float
    iterations: int


def calc_gradient(solution: Solution, weights: ArrayLike, *, tolerance: float = 1e-10) -> Gradient:
    """The gradient of sum_n weights[n] log(real_income_hat[n]) at `solution`.

    For one economy's real income give a one for it and zeros; for a sum of equivalent variations weight each by
    baseline spending times real_income_hat. The error is that of the solution: ask for solutions at 1e-12 where the
    gradient is to hold to 1e-6.
    """
    accounts, shock = solution.accounts, solution.shock
    kernels = load_kernels()
    adjoint = load_kernels("adjoint")
    prepared = prepare(accounts)
    N, J = accounts.economy_count, accounts.sector_count
    given = np.asarray(weights, dtype=np.float64)
    if given.shape != (N,):
        raise EquilibriumError(f"weights must have the shape ({N},), not {given.shape}")
    kernel, before, has_wedge = build_kernels(kernels, accounts, prepared, shock)
    theta = accounts.trade_elasticity
    log_cost = np.log(solution.unit_cost_hat)
    power = pad(np.exp(-theta[:, None] * log_cost.T), 8)
    bought = solution.expenditure > 0
    total = np.ascontiguousarray(np.where(bought, solution.price_hat**-theta, 0.0).T)
    share_total, kept, _ = kernels.certify_trade(
        kernel, before, log_cost, total, np.ascontiguousarray(solution.expenditure), constant(theta)
    )
    # Prices are those of the state to the solution's tolerance; here shares add up to one exactly.
    total = total * np.where(share_total > 0, share_total, 1.0).T
    kept = np.ascontiguousarray((kept / np.where(share_total > 0, share_total, 1.0)).T)
    spending = np.ascontiguousarray(solution.expenditure.T)
    output = np.ascontiguousarray(solution.output.T)
    inverse = np.where(bought, 1.0 / np.where(bought, solution.expenditure, 1.0), 0.0)
    basket = accounts.consumption_share if shock.public_basket is None else shock.public_basket
    tax_rate = np.zeros(N) if shock.tax_rate is None else shock.tax_rate

    # d spending = income_weight dI + multiple_income / sum(multiple_income) * sum((1 - factor multiple) dI)
    income = solution.income
    income_weight, world_weight, multiple_income = np.ones(N), np.zeros(N), np.zeros(N)
    if solution.deficit_rule == "proportional":
        deficit = accounts.deficit if shock.deficit is None else shock.deficit
        multiple = 1.0 + deficit / accounts.baseline_income
        income_weight = solution.balance_factor * multiple
        multiple_income = multiple * income
        world_weight = (1.0 - income_weight) / multiple_income.sum()

    trade = (kernel, before, has_wedge, *map(constant, (theta, power, total, spending, kept, output)))
    y_bar, p_bar, x_bar, c_bar = (np.zeros((J, N)) for _ in range(4))
    r_bar = np.zeros(N)

    private = given / solution.private_spending
    r_bar[:] = income_weight * private + (private * multiple_income).sum() * world_weight
    p_bar[:] = -(given[:, None] * accounts.consumption_share).T
    adjoint.adjoint_trade(*trade, y_bar, r_bar, p_bar, x_bar, c_bar)
    right = np.concatenate(
        [solution.value_added * (r_bar - tax_rate * private), c_bar.T.ravel(), x_bar.T.ravel()]
    )
    outcome_r, outcome_p = r_bar.copy(), p_bar.copy()

    model = tuple(
        map(
            constant,
            (
                accounts.value_added_share, prepared.input_share, accounts.consumption_share, basket,
                solution.value_added, tax_rate, income_weight, world_weight, multiple_income, inverse,
            ),
        )
    )  # fmt: skip
    blocks = tuple(
        map(constant, (prepared.level, *prepared.newton[:6], accounts.consumption_share, prepared.newton[6]))
    )
    bars = (y_bar, r_bar, p_bar, x_bar, c_bar)
    product = np.empty_like(right)
    step = np.empty_like(right)

    def apply(multiplier: Array) -> Array:
        adjoint.transposed_jacobian(multiplier, product, *trade, *model, *bars)
        return product

    def precondition(vector: Array) -> Array:
        adjoint.precondition_transposed(vector, step, *blocks)
        return step

    multiplier, iterations = _gmres(apply, precondition, adjoint.orthogonalise, right, tolerance)
    residual = float(np.abs(apply(multiplier) - right).max() / max(float(np.abs(right).max()), 1e-300))
    if not residual <= max(1e3 * tolerance, 1e-7):
        raise EquilibriumError(f"the adjoint system is not solved: relative residual {residual:.3g}")
    gradient = np.empty((N, N, J))
    adjoint.cost_gradient(kernel, before, *trade[3:7], -y_bar, outcome_r - r_bar, outcome_p - p_bar, gradient)
    productivity = multiplier[N : N + N * J].reshape(N, J).copy()
    return Gradient(given, gradient, productivity, residual, iterations)


def _gmres(
    apply: Callable[[Array], Array],
    precondition: Callable[[Array], Array],
    orthogonalise: Callable[[Array, int, Array, Array], float],
    right: Array,
    tolerance: float,
) -> tuple[Array, int]:
    """Solve apply(x) = right by right-preconditioned GMRES without restarts (Saad and Schultz 1986).

    scipy's does the same; its checks and copies cost as much an iteration as the operator does here.
    """
    size = right.size
    norm = math.sqrt(right @ right)
    if norm == 0.0:
        return np.zeros(size), 0
    basis = np.empty((MOST_ITERATIONS + 1, size))
    steps = np.empty((MOST_ITERATIONS, size))
    basis[0] = right / norm
    columns: list[list[float]] = []  # of the triangular factor of the Hessenberg matrix
    turns: list[tuple[float, float]] = []  # the rotations that make it triangular
    goal = [norm]
    for k in range(MOST_ITERATIONS):
        steps[k] = precondition(basis[k])
        basis[k + 1] = apply(steps[k])
        column = np.zeros(k + 1)
        length = orthogonalise(basis, k + 1, basis[k + 1], column)
        entries = column.tolist()
        for row, (c, s) in enumerate(turns):
            below = entries[row + 1]
            entries[row], entries[row + 1] = c * entries[row] + s * below, c * below - s * entries[row]
        diagonal = math.hypot(entries[k], length)
        c, s = entries[k] / diagonal, length / diagonal
        entries[k] = diagonal
        turns.append((c, s))
        columns.append(entries)
        goal.append(-s * goal[k])
        goal[k] *= c
        if abs(goal[k + 1]) <= tolerance * norm or length <= 1e-14 * norm:
            break
        basis[k + 1] /= length
    count = len(columns)
    weights = goal[:count]
    for k in range(count - 1, -1, -1):
        weights[k] /= columns[k][k]
        for row in range(k):
            weights[row] -= weights[k] * columns[k][row]
    solution: Array = np.array(weights) @ steps[:count]
    return solution, count


def exposure(
    accounts: EquilibriumAccounts,
    shocks: Iterable[Shock],
    weights: ArrayLike,
    *,
    deficit_rule: DeficitRule = "fixed_nominal",
) -> Array:
    """First-order effect of each shock on sum_n weights[n] log(real_income_hat[n]): for screening only.

    sum over cells of gradient * log(hat), with the gradient of the baseline: one adjoint solve for any number of
    shocks. On the embedded world's accounts it errs by about a tenth of the exact effect at a 4 per cent cost cut, a
    quarter at 10, half at 25, and by more where elasticities are higher: never report it, and solve for what it
    selects.
    Iceberg costs, burning non-tariff barriers and productivity only; anything else raises.
    """
    baseline = solve(accounts, Shock(), deficit_rule=deficit_rule, tolerance=1e-11)
    gradient = calc_gradient(baseline, weights)
    by_pair = gradient.iceberg.sum(axis=2)
    effects = []
    for number, shock in enumerate(shocks):
        shock.check(accounts)
        others = (
            shock.tariff_rate, shock.labour_hat, shock.tax_rate, shock.lump_sum_tax, shock.transfer, shock.deficit,
            shock.carriage_rate, None if shock.non_tariff_burns else shock.non_tariff_hat,
        )  # fmt: skip
        if any(part is not None for part in others):
            raise EquilibriumError(
                f"shock {number}: exposure covers iceberg costs, burning barriers and productivity only"
            )
        effect = 0.0
        for hat in (shock.iceberg_hat, shock.non_tariff_hat):
            if hat is not None:
                effect += float(((by_pair if hat.ndim == 2 else gradient.iceberg) * np.log(hat)).sum())
        if shock.productivity_hat is not None:
            log_hat = np.log(shock.productivity_hat)
            effect += float(
                (gradient.productivity * (log_hat if log_hat.ndim == 2 else log_hat[:, None])).sum()
            )
        effects.append(effect)
    return np.array(effects)
