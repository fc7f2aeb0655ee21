"""A start for shocks that change the world beyond recognition: the same shock with all sectors added up to one.

A tariff of 1,000 % moves relative wages by a factor of ten where balances are fixed: far from the baseline, from which
the iteration starts. One sector has a hundredth of the arithmetic of sixty, and its wages, costs and spending lie near.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from samarkand.engines.equilibrium.accounts import EquilibriumAccounts
from samarkand.engines.equilibrium.equations import Array
from samarkand.engines.equilibrium.errors import EquilibriumError
from samarkand.engines.equilibrium.preparation import pad, prepare
from samarkand.engines.equilibrium.problem import Problem


def added_up(problem: Problem) -> Problem | None:
    """The problem of one sector; None where it has no sense.

    Shares are those of all that is bought; costs change by the geometric mean over sectors, weighted by what is bought;
    the elasticity is their mean over foreign trade. Means over the trade that is left after the shock would lean to the
    least elastic sectors, and often leave no equilibrium.
    """
    accounts, prepared = problem.accounts, problem.prepared
    N, J = accounts.economy_count, accounts.sector_count
    spent = accounts.baseline_expenditure
    total = spent.sum(axis=1)

    def sum_up(kernel: Array) -> Array:
        made: Array = np.einsum("jni,nj->ni", kernel[:, :, :N], spent) / total[:, None]
        return made

    share = sum_up(prepared.share)
    net = share if prepared.net_share is prepared.share else sum_up(prepared.net_share)
    sold = (net * total[:, None]).sum(axis=0)
    foreign = np.maximum(1.0 - np.einsum("nnj->nj", accounts.trade_share), 0.0) * spent
    if not (foreign.sum() > 0 and (total > 0).all() and (sold > 0).all() and (net[share > 0] > 0).all()):
        return None
    theta = float((foreign.sum(axis=0) * accounts.trade_elasticity).sum() / foreign.sum())

    def changed(new: Array, old: Array, summed: Array) -> Array:
        """Trade of one sector at given prices: `summed exp(mean over sectors of log(new / old) theta / theta[j])`."""
        mean = np.zeros_like(summed)
        for j in range(J):  # one sector's trade fits in the processor's memory
            before_shock = old[j, :, :N]
            with np.errstate(divide="ignore", invalid="ignore"):
                logs = np.log(new[j, :, :N] / before_shock, dtype=np.float32)
            logs[~np.isfinite(logs)] = 0.0
            logs *= before_shock
            logs *= (spent[:, j] * (theta / accounts.trade_elasticity[j]))[:, None]
            mean += logs
        mean /= np.maximum(summed, 1e-300) * total[:, None]
        made: Array = summed * np.exp(mean)
        return made

    kernel = changed(problem.kernel, prepared.share, share)
    before = kernel if problem.before is problem.kernel else changed(problem.before, prepared.net_share, net)
    value_added_share = np.minimum(accounts.value_added / sold, 1.0)
    rate = np.where(share > 0, share / np.where(net > 0, net, 1.0) - 1.0, 0.0)
    try:
        made = EquilibriumAccounts(
            trade_share=share[:, :, None],
            consumption_share=np.ones((N, 1)),
            value_added_share=value_added_share[:, None],
            input_share=(1.0 - value_added_share)[:, None, None],
            tariff_rate=None if net is share else rate[:, :, None],
            trade_elasticity=np.array([theta]),
            value_added=accounts.value_added,
            deficit=accounts.deficit,
            expenditure=total[:, None],
        )
    except EquilibriumError:
        return None
    laid = prepare(made)
    padded = pad(kernel[None], 8)
    weight = accounts.value_added_share * spent
    weight = weight / np.maximum(weight.sum(axis=1, keepdims=True), 1e-300)
    return replace(
        problem,
        accounts=made,
        prepared=laid,
        kernel=padded,
        before=padded if before is kernel else pad(before[None], 8),
        basket=np.ones((N, 1)),
        log_productivity=(problem.log_productivity * weight).sum(axis=1, keepdims=True),
        active=laid.active,
        level=laid.level,
        start=laid.start,
    )


def spread(problem: Problem, one: Problem, found: Array) -> Array:
    """The state of one sector as one of all: wages as they are, costs and growth of spending alike in all sectors."""
    N, J = problem.accounts.economy_count, problem.accounts.sector_count
    state = problem.start.copy()
    state[:N] = found[:N]
    state[N : N + N * J] = np.repeat(found[N : 2 * N], J)
    growth = found[2 * N :] - one.start[2 * N :]
    state[N + N * J :] += np.where(problem.active, growth[:, None], 0.0).ravel()
    return state
