"""Whether an item pays: rate of return, present value and payback in money; cover of its debt; what moves them."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from samarkand.core.conventions import Floats
from samarkand.engines.project_finance import calc_debt_service_cover, calc_loan_life_cover, calc_profit_tax
from samarkand.engines.project_values import (
    Rate,
    calc_payback,
    calc_present_value,
    calc_rate_of_return,
)
from samarkand.priorities.finance.cash_flow import CashFlow, cash_flow_of
from samarkand.priorities.finance.concessionality import calc_all_in_cost
from samarkand.priorities.finance.revenue import Revenue
from samarkand.priorities.finance.tranches import Tranche
from samarkand.programme.model.models import Item
from samarkand.world.parameters import Parameters

# What the tornado moves, each between the declared ends of its parameter.
MOVED = (
    "demand_factor", "cost_factor", "operating_cost_factor", "delay_years", "benefit_growth", "ramp_up_years",
    "price_inflation", "real_depreciation", "profit_tax_rate", "financial_discount_rate",
)  # fmt: skip
DRAWN = ("demand_factor", "operating_cost_factor")  # by a triangle between the declared ends
DRAWS = 4096  # a power of two, as the sequence wants
SEED = 18


@dataclass(frozen=True, eq=False)
class Viability:
    """An item's cash and what it says; `missing`: what must be known of its loans for their cover.

    Parameters
    ----------
    parameters
        Of the question.
    """

    item: Item
    revenue: Revenue
    tranches: tuple[Tranche, ...]
    parameters: Parameters
    flow: CashFlow

    @cached_property
    def missing(self) -> tuple[str, ...]:
        """Loans without a schedule: with one of them no cover is known."""
        return tuple(
            f"{', '.join(one.missing)} of tranche {one.case}"
            for one in self.tranches
            if one.line.is_debt and one.schedule is None
        )

    @cached_property
    def has_loans(self) -> bool:
        """Whether all its loans have a schedule, and there is one."""
        return not self.missing and any(one.schedule is not None for one in self.tranches)

    @cached_property
    def rate_of_return(self) -> Rate:
        """Financial internal rate of return, nominal, after tax."""
        return calc_rate_of_return(self.flow.project)

    @cached_property
    def present_value(self) -> float:
        """Financial net present value at the first year of construction, US$ m."""
        return calc_present_value(self.flow.project, self.parameters["financial_discount_rate"])

    @cached_property
    def payback(self) -> float:
        """Years from the first one until what is left adds up to the cost; not a number where it never does."""
        return calc_payback(self.flow.project)

    @cached_property
    def service_cover(self) -> Floats:
        """Debt service cover ratio by year of `flow.years`."""
        return calc_debt_service_cover(self.flow.available, self.flow.serviced)

    @cached_property
    def life_cover(self) -> Floats:
        """Loan life cover ratio by year, cash discounted at the cost of the loans."""
        cost = calc_all_in_cost([one for one in self.tranches if one.schedule is not None])
        flow = self.flow
        return calc_loan_life_cover(flow.available, flow.serviced, flow.owed_before, cost)

    @cached_property
    def lowest_cover(self) -> float:
        """The lowest debt service cover of any year."""
        return float(np.nanmin(self.service_cover)) if np.isfinite(self.service_cover).any() else float("nan")

    @cached_property
    def shortfalls(self) -> tuple[Floats, float]:
        """Probability by year that debt service cover falls under one, and that it does so in any year."""
        demand, operation = draw_factors(self.parameters)
        flow = self.flow
        revenue = flow.revenue * (demand / self.parameters["demand_factor"])[:, None]
        costs = flow.operation * (operation / self.parameters["operating_cost_factor"])[:, None]
        taxed = revenue - costs - flow.depreciation - flow.interest
        cash = revenue - costs - calc_profit_tax(taxed, self.parameters["profit_tax_rate"])
        short = (cash < flow.serviced) & (flow.serviced > 0)
        return short.mean(axis=0), float(short.any(axis=1).mean())

    def tornado(self) -> list[tuple[str, float, float]]:
        """Present value with each parameter at its low and its high end, the widest first; US$ m."""
        found = []
        for name in MOVED:
            low, high = (self._value_with({name: end}) for end in ends_of(self.parameters, name))
            found.append((name, low, high))
        return sorted(found, key=lambda one: -abs(one[2] - one[1]))

    def _value_with(self, changed: Mapping[str, float]) -> float:
        parameters = ChainMap(dict(changed), dict(self.parameters))
        flow = cash_flow_of(self.item, self.revenue.total, self.tranches, parameters)
        assert flow is not None  # as without the change
        return calc_present_value(flow.project, parameters["financial_discount_rate"])


def viability_of(
    item: Item, revenue: Revenue, tranches: Sequence[Tranche], parameters: Parameters
) -> Viability | str:
    """The viability of an item, or what must be known for it; unknown revenue is not none."""
    if revenue.missing:
        return f"not assessable: needs {revenue.missing}"
    flow = cash_flow_of(item, revenue.total, tranches, parameters)
    if flow is None:
        return "not assessable: needs capex and opening"
    return Viability(item, revenue, tuple(tranches), parameters, flow)


def draw_factors(parameters: Parameters, draws: int = DRAWS) -> tuple[Floats, ...]:
    """Draws of the parameters of `DRAWN` from triangles between their ends, the value in force most likely.

    `F^-1(u) = a + sqrt(u (b - a) (c - a))` below the mode c, `b - sqrt((1 - u) (b - a) (b - c))` above it.
    """
    from scipy.stats import qmc  # takes long to import, and only this needs it

    points = qmc.Sobol(len(DRAWN), rng=SEED).random(draws)
    found = []
    for column, name in zip(points.T, DRAWN, strict=True):
        (low, high), mode = ends_of(parameters, name), parameters[name]
        below = low + np.sqrt(column * (high - low) * (mode - low))
        above = high - np.sqrt((1 - column) * (high - low) * (high - mode))
        found.append(np.where(column < (mode - low) / (high - low), below, above))
    return tuple(found)


def ends_of(parameters: Parameters, name: str) -> tuple[float, float]:
    """The declared low and high end of a parameter, widened to the value in force."""
    (row,) = (row for row in parameters.rows if row.name == name)
    value = parameters[name]
    return min(value if row.low is None else row.low, value), max(
        value if row.high is None else row.high, value
    )
