"""A certified counterfactual, and the check of one without the compiled kernels."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from samarkand.engines.equilibrium.accounts import EquilibriumAccounts
from samarkand.engines.equilibrium.certificate import Certificate
from samarkand.engines.equilibrium.equations import (
    Array,
    DeficitRule,
    calc_balance,
    calc_expenditure,
    calc_labour_income,
    calc_price_hat,
    calc_trade_share,
    calc_unit_cost_hat,
)
from samarkand.engines.equilibrium.errors import EquilibriumError
from samarkand.engines.equilibrium.shock import Shock


@dataclass(frozen=True, eq=False)
class Solution:
    """A certified counterfactual. Ratios are to `accounts`, its baseline; money is in units of the numeraire,
    which is world value added: its nominal sum equals the baseline's.

    - `wage_hat[n]`: price of the primary factor; `unit_cost_hat[n, j]`, `price_hat[n, j]`;
    - `expenditure[n, j]`: all spending on `j`, tariffs included; `output[n, j]`: gross output before tariffs;
    - `value_added[n]`, `wedge_revenue[n]` (tariff revenue and rents), `deficit[n]` (by the deficit rule),
      `transfer[n]`; final spending is their sum; `tax[n]` of it is public, the rest private;
    - `balance_factor`: the world factor of the rule `proportional` (1 for the others);
    - `certificate`.
    """

    accounts: EquilibriumAccounts
    shock: Shock
    deficit_rule: DeficitRule
    wage_hat: Array
    unit_cost_hat: Array
    price_hat: Array
    expenditure: Array
    output: Array
    value_added: Array
    wedge_revenue: Array
    deficit: Array
    transfer: Array
    tax: Array
    balance_factor: float
    certificate: Certificate
    _log_state: Array = field(repr=False)
    _flow: Array | None = field(default=None, repr=False)  # `trade_flow`, where the search has left it

    @property
    def income(self) -> Array:
        """Value added, tariff revenue and rents `[n]`, money."""
        return self.value_added + self.wedge_revenue

    @property
    def private_spending(self) -> Array:
        """Income plus deficit and transfer minus taxes `[n]`, money."""
        return self.income + self.deficit + self.transfer - self.tax

    @cached_property
    def trade_share(self) -> Array:
        """`[n, i, j]` shares of spending, tariffs included (`calc_trade_share`)."""
        return calc_trade_share(
            self.accounts.trade_share,
            self.shock.trade_cost_hat(self.accounts),
            self.unit_cost_hat,
            self.price_hat,
            self.accounts.trade_elasticity,
        )

    @cached_property
    def wedge(self) -> Array | None:
        """(1 + tariff_rate)(1 + rent_rate) `[n, i, j]` in the counterfactual, None if one throughout."""
        return self.shock.new_wedge(self.accounts)

    @cached_property
    def trade_flow(self) -> Array:
        """`[n, i, j]` purchases of `n` from `i` before tariffs, money (destination first)."""
        if self._flow is not None:
            return self._flow
        spent = self.trade_share * self.expenditure[:, None, :]
        return spent if self.wedge is None else spent / self.wedge

    def to_accounts(self) -> EquilibriumAccounts:
        """The counterfactual as the baseline of a further one.

        Only for a solution without taxes (the accounts have no public sector). Transfers become deficits.
        """
        if self.tax.any():
            raise EquilibriumError("a solution with taxes cannot become a baseline: accounts have no taxes")
        if self.shock.carriage_rate is not None:
            raise EquilibriumError("a solution with payments to carriers cannot become a baseline")
        shock, base = self.shock, self.accounts
        rent = shock.new_rent_rate(base)
        # The certificate's tolerance is what is left over; the deficit absorbs it so that the new baseline closes.
        deficit = self.deficit + self.transfer
        return EquilibriumAccounts(
            trade_share=self.trade_share,
            consumption_share=base.consumption_share,
            value_added_share=base.value_added_share,
            input_share=base.input_share,
            tariff_rate=base.tariff_rate if shock.tariff_rate is None else shock.tariff_rate,
            trade_elasticity=base.trade_elasticity,
            value_added=self.value_added,
            deficit=deficit - deficit.mean(),
            rent_rate=rent,
            expenditure=self.expenditure,
            economies=base.economies,
            sectors=base.sectors,
        )


def verify(solution: Solution) -> float:
    """The largest relative residual of all equations, recomputed from the definitions in plain numpy.

    Uses the `calc_*` functions of `model` on the reported wages, unit costs and expenditures and on the raw shock:
    nothing of the compiled kernels enters.
    """
    accounts, shock = solution.accounts, solution.shock
    kappa = shock.trade_cost_hat(accounts)
    theta = accounts.trade_elasticity
    price = calc_price_hat(accounts.trade_share, kappa, solution.unit_cost_hat, theta)
    share = calc_trade_share(accounts.trade_share, kappa, solution.unit_cost_hat, price, theta)
    productivity = 1.0 if shock.productivity_hat is None else shock.productivity_hat
    cost = calc_unit_cost_hat(
        solution.wage_hat, price, accounts.value_added_share, accounts.input_share, productivity
    )
    wedge = shock.new_wedge(accounts)
    before = share if wedge is None else share / wedge
    output = np.einsum("nij,nj->ij", before, solution.expenditure)
    revenue = np.einsum("nij,nj->n", share - before, solution.expenditure)
    labour = accounts.value_added if shock.labour_hat is None else accounts.value_added * shock.labour_hat
    income = solution.wage_hat * labour + revenue
    deficit = accounts.deficit if shock.deficit is None else shock.deficit
    balance, _ = calc_balance(income, deficit, solution.deficit_rule, accounts.baseline_income)
    public = np.zeros_like(income)
    if shock.tax_rate is not None:
        public = public + shock.tax_rate * solution.wage_hat * labour
    if shock.lump_sum_tax is not None:
        public = public + shock.lump_sum_tax
    private = income + balance - public + (0.0 if shock.transfer is None else shock.transfer)
    demand = calc_expenditure(
        output, private, public, accounts.input_share, accounts.consumption_share, shock.public_basket
    )
    spent = solution.expenditure
    gaps = [
        np.abs(demand - spent) / np.where(spent > 0, spent, income[:, None]),
        np.abs(calc_labour_income(output, accounts.value_added_share) / (solution.wage_hat * labour) - 1.0),
        np.abs(cost / solution.unit_cost_hat - 1.0),
        np.abs(price / solution.price_hat - 1.0),
        np.abs(np.where(share.sum(axis=1) > 0, share.sum(axis=1) - 1.0, 0.0)),
    ]
    return max(float(gap.max()) for gap in gaps)
