"""The certificate: what every solution is held against before it is returned.

It is computed from the reported variables with the equations of `model`, market by market, not taken from the
iteration's own stopping rule.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from samarkand.engines.equilibrium.model import Accounts, Array, EquilibriumError


@dataclass(frozen=True)
class Certificate:
    """Largest residuals of a solution, all relative, and how it was found.

    - `goods_market`: |demand - expenditure| / expenditure, over all economies and sectors;
    - `labour_market`: |value added that sellers pay - value added at the wage| / the latter;
    - `unit_cost`: |log of the unit cost - log of what wages and prices imply|;
    - `budget`: |imports - exports - balance| / income, before tariffs, by economy: implied by the others, and so
      a check of them;
    - `share_adding_up`: |sum of trade shares - 1|;
    - `numeraire`: |world value added / baseline - 1|;
    - `tolerance` asked for and `sweeps` taken;
    - `worst`: the market with the largest residual, in words.
    """

    goods_market: float
    labour_market: float
    unit_cost: float
    budget: float
    share_adding_up: float
    numeraire: float
    tolerance: float
    sweeps: int
    worst: str

    @property
    def largest(self) -> float:
        return max(self.goods_market, self.labour_market, self.unit_cost, self.budget, self.share_adding_up)


# A budget is the sum of an economy's markets: its residual may add up theirs. Gross output is at most a few times
# value added, so ten tolerances hold for any table and still bind.
BUDGET_ALLOWANCE = 10.0
# Adding-up is exact by construction; what is left is the rounding of a sum of N shares.
ADDING_UP_LIMIT = 1e-12


def certify(
    accounts: Accounts,
    *,
    expenditure: Array,
    demand: Array,
    labour_paid: Array,
    labour_income: Array,
    log_unit_cost: Array,
    log_unit_cost_implied: Array,
    imports: Array,
    exports: Array,
    balance: Array,
    income: Array,
    share_total: Array,
    tolerance: float,
    sweeps: int,
) -> Certificate:
    """The certificate of the given variables; raises `EquilibriumError` with a diagnosis if it fails.

    Shapes: [N, J] for `expenditure, demand, log_unit_cost*, share_total`, [N] for the others; money, except logs
    and shares.
    """
    with np.errstate(invalid="ignore", divide="ignore"):
        goods = np.abs(demand - expenditure) / np.where(expenditure > 0, expenditure, income[:, None])
    labour = np.abs(labour_paid / labour_income - 1.0)
    cost = np.abs(log_unit_cost_implied - log_unit_cost)
    budget = np.abs(imports - exports - balance) / income
    adding = np.abs(np.where(share_total > 0, share_total - 1.0, 0.0))
    numeraire = abs(float(labour_income.sum() / accounts.value_added.sum()) - 1.0)

    def most(values: Array) -> tuple[float, tuple[int, ...]]:
        where = np.unravel_index(int(np.nan_to_num(values, nan=np.inf).argmax()), values.shape)
        return float(values[where]), tuple(int(a) for a in where)

    def place(where: tuple[int, ...]) -> str:
        name = accounts.economy_name(where[0])
        return f"{name}, {accounts.sector_name(where[1])}" if len(where) > 1 else name

    checks = {
        "goods market": (*most(goods), tolerance),
        "labour market": (*most(labour), tolerance),
        "unit cost": (*most(cost), tolerance),
        "budget": (*most(budget), BUDGET_ALLOWANCE * tolerance),
        "adding-up of trade shares": (*most(adding), ADDING_UP_LIMIT),
        "numeraire": (numeraire, (), max(tolerance, ADDING_UP_LIMIT)),
    }
    failed = [
        f"{what}{' of ' + place(where) if where else ''}: {value:.3g} > {limit:.3g}"
        for what, (value, where, limit) in checks.items()
        if not value <= limit
    ]
    if failed:
        raise EquilibriumError(f"no equilibrium after {sweeps} sweeps: " + "; ".join(failed))
    market = max(("goods market", "labour market", "unit cost"), key=lambda what: checks[what][0])
    return Certificate(
        goods_market=checks["goods market"][0],
        labour_market=checks["labour market"][0],
        unit_cost=checks["unit cost"][0],
        budget=checks["budget"][0],
        share_adding_up=checks["adding-up of trade shares"][0],
        numeraire=numeraire,
        tolerance=tolerance,
        sweeps=sweeps,
        worst=f"{market} of {place(checks[market][1])}",
    )
