"""Payments to carriers: part of what buyers pay for goods goes to economies that these pass.

What goods of `i` in sector `j` pay to carriers, and what the carriers of `k` get, both against the baseline and in
money of the numeraire, depend on trade, and trade on them:

    carriage_rate[i, j] = paid[i, j] / output[i, j]        what carriers keep over what is left to the seller
    transfer[k] = received[k] - sum over i, j of carriage_rate[i, j] trade_flow[k, i, j]

with the sum of `paid` that of `received`. Prices to buyers are those without payments: a part of the cost of moving
goods is money that somebody gets and no longer goods that are used up. So everybody pays once, and world income differs
by what is no longer used up.

Not as a transfer from buyers or sellers alone: goods would be used up for that part of the cost and the money paid
besides. And not as a tariff: its revenue is the buyer's, and a rate by pair has no value where a pair trades no more.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from samarkand.engines.equilibrium.accounts import BALANCE_TOLERANCE, EquilibriumAccounts
from samarkand.engines.equilibrium.equations import Array, DeficitRule
from samarkand.engines.equilibrium.errors import EquilibriumError
from samarkand.engines.equilibrium.shock import Shock
from samarkand.engines.equilibrium.solution import Solution
from samarkand.engines.equilibrium.solver import solve

MOST_ROUNDS = 30  # payments are a small part of income, and each round leaves about that part of the gap
NOTHING = 1e-15  # of world value added: less than its rounding is no payment


@dataclass(frozen=True, eq=False)
class Carriage:
    """Money that goods pay to carriers against the baseline: `paid[i, j]` by seller and sector, `received[k]`."""

    paid: Array
    received: Array

    @property
    def size(self) -> float:
        """All that is paid or received, more or less than in the baseline."""
        return float(np.abs(self.paid).sum() + np.abs(self.received).sum())


def payments_in(solution: Solution) -> Carriage:
    """What goods pay carriers in a solution, and what these get, against the baseline.

    paid[i, j] = carriage_rate[i, j] output[i, j]; received[k] = transfer[k] + sum over i, j of carriage_rate[i, j]
    trade_flow[k, i, j], where payments are the only transfers. Nothing where none are made.
    """
    rate = solution.shock.carriage_rate
    if rate is None:
        return Carriage(np.zeros_like(solution.output), np.zeros_like(solution.transfer))
    received = solution.transfer + np.einsum("nij,ij->n", solution.trade_flow, rate)
    return Carriage(rate * solution.output, received)


def solve_with_carriage(
    accounts: EquilibriumAccounts,
    shock: Shock,
    carriage_of: Callable[[Solution], Carriage],
    *,
    deficit_rule: DeficitRule = "fixed_nominal",
    tolerance: float = 1e-8,
) -> Solution:
    """The equilibrium of a shock in which goods pay carriers what `carriage_of` says of the solution itself.

    Found by turns: payments of a solution, then the solution with them, until the two agree (`Certificate.carriage`).
    Where nothing is to be paid it is the solution without payments. Raises `EquilibriumError` as `solve`, and where
    payments do not agree or goods are to pay more than they are sold for.
    """
    solution = solve(accounts, shock, deficit_rule=deficit_rule, tolerance=tolerance)
    shock = solution.shock
    for _ in range(MOST_ROUNDS):
        carriage = carriage_of(solution)
        rate, transfer = _implied(solution, carriage)
        gap = _gap(solution, carriage, shock.transfer)
        if gap <= tolerance:
            return replace(solution, certificate=replace(solution.certificate, carriage=gap))
        given = np.zeros_like(transfer) if shock.transfer is None else shock.transfer
        solution = solve(
            accounts,
            replace(shock, carriage_rate=rate, transfer=given + transfer),
            deficit_rule=deficit_rule,
            tolerance=tolerance,
            start=solution,
        )
    raise EquilibriumError(
        f"payments to carriers do not agree with trade after {MOST_ROUNDS} rounds: {gap:.3g}"
    )


def _implied(solution: Solution, carriage: Carriage) -> tuple[Array, Array]:
    """Rates and transfers by which a solution would pay what it is to pay."""
    out_of_balance = float(carriage.paid.sum() - carriage.received.sum())
    if abs(out_of_balance) > BALANCE_TOLERANCE * float(solution.accounts.value_added.sum()):
        raise EquilibriumError(f"carriers are paid {out_of_balance:g} more than they receive")
    old = solution.shock.carriage_rate
    sold = solution.output if old is None else solution.output * (1.0 + old)
    if (carriage.paid > 0.5 * sold).any():
        i, j = (int(a) for a in np.argwhere(carriage.paid > 0.5 * sold)[0])
        place = f"{solution.accounts.economy_name(i)}, {solution.accounts.sector_name(j)}"
        raise EquilibriumError(
            f"goods of {place} would pay more than half of what they are sold for to carriers"
        )
    left = sold - carriage.paid
    rate = np.divide(carriage.paid, left, out=np.zeros_like(left), where=left > 0)
    flow = solution.trade_flow if old is None else solution.trade_flow * (1.0 + old)
    transfer = carriage.received - np.einsum("nij,ij->n", flow, rate / (1.0 + rate))
    return rate, transfer - transfer.mean()


def _gap(solution: Solution, carriage: Carriage, given: Array | None) -> float:
    """What is paid in a solution against what is to be paid in it, over all that is to be paid."""
    if carriage.size <= NOTHING * float(solution.accounts.value_added.sum()):
        return 0.0 if solution.shock.carriage_rate is None else np.inf
    if solution.shock.carriage_rate is None:
        return np.inf
    rate = solution.shock.carriage_rate
    got = solution.transfer + np.einsum("nij,ij->n", solution.trade_flow, rate)
    if given is not None:
        got = got - given
    gaps = np.abs(solution.output * rate - carriage.paid).sum() + np.abs(got - carriage.received).sum()
    return float(gaps) / carriage.size
