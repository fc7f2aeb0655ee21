"""The certificate: what every solution is held against before it is returned.

It is computed from the reported variables with the equations of `equations`, market by market, not taken from the
iteration's own stopping rule.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from samarkand.engines.equilibrium.accounts import EquilibriumAccounts
from samarkand.engines.equilibrium.equations import Array
from samarkand.engines.equilibrium.errors import EquilibriumError


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
    - `carriage`: what goods pay to carriers against what they are to pay, and what carriers get against what they are
      to get: the sum of all gaps over all that is to be paid (zero where nothing is; `carriage.solve_with_carriage`);
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
    carriage: float = 0.0

    @property
    def largest(self) -> float:
        return max(
            self.goods_market,
            self.labour_market,
            self.unit_cost,
            self.budget,
            self.share_adding_up,
            self.carriage,
        )


# A budget is the sum of an economy's markets: its residual may add up theirs. Gross output is at most a few times
# value added, so ten tolerances hold for any table and still bind.
BUDGET_ALLOWANCE = 10.0
# Adding-up is exact by construction; what is left is the rounding of a sum of N shares.
ADDING_UP_LIMIT = 1e-12


def certify(
    accounts: EquilibriumAccounts,
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
    remark: str = "",
) -> Certificate:
    """The certificate of the given variables; raises `EquilibriumError` with a diagnosis if it fails.

    Shapes: [N, J] for `expenditure, demand, log_unit_cost*, share_total`, [N] for the others; money, except logs
    and shares. `remark` is added to the message.
    """
    goods = np.abs(demand - expenditure) / np.where(expenditure > 0, expenditure, income[:, None])
    labour = np.abs(labour_paid / labour_income - 1.0)
    cost = np.abs(log_unit_cost_implied - log_unit_cost)
    budget = np.abs(imports - exports - balance) / income
    adding = np.abs(np.where(share_total > 0, share_total - 1.0, 0.0))
    numeraire = abs(float(labour_income.sum() / accounts.value_added.sum()) - 1.0)

    checks = {
        "goods market": (goods, tolerance),
        "labour market": (labour, tolerance),
        "unit cost": (cost, tolerance),
        "budget": (budget, BUDGET_ALLOWANCE * tolerance),
        "adding-up of trade shares": (adding, ADDING_UP_LIMIT),
    }
    # numpy's maximum of anything with a nan is nan, which no limit admits.
    largest = {what: float(values.max()) for what, (values, _) in checks.items()}

    def worst_place(what: str) -> tuple[str, str]:
        values = checks[what][0]
        where = np.unravel_index(int(values.argmax()), values.shape)
        sector = accounts.sector_name(int(where[1])) if len(where) > 1 else ""
        return accounts.economy_name(int(where[0])), sector

    def in_words(what: str) -> str:
        return f"{what} of {', '.join(filter(None, worst_place(what)))}"

    failed = [
        f"{in_words(what)}: {largest[what]:.3g} > {limit:.3g}"
        for what, (_, limit) in checks.items()
        if not largest[what] <= limit
    ]
    if not numeraire <= max(tolerance, ADDING_UP_LIMIT):
        failed.append(f"numeraire: {numeraire:.3g}")
    if failed:
        furthest = max(checks, key=lambda what: np.nan_to_num(largest[what] / checks[what][1], nan=np.inf))
        economy, sector = worst_place(furthest)
        message = f"no equilibrium after {sweeps} sweeps: " + "; ".join(failed) + remark
        raise EquilibriumError(message, economy=economy, sector=sector)
    market = max(("goods market", "labour market", "unit cost"), key=lambda what: largest[what])
    return Certificate(
        goods_market=largest["goods market"],
        labour_market=largest["labour market"],
        unit_cost=largest["unit cost"],
        budget=largest["budget"],
        share_adding_up=largest["adding-up of trade shares"],
        numeraire=numeraire,
        tolerance=tolerance,
        sweeps=sweeps,
        worst=in_words(market),
    )
