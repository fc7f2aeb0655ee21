"""Nominal cash of an item over construction and service, in US$ m by year.

    capital     capex x cost_factor in equal parts over construction; prices rise by inflation from the price year
    revenue     full service x demand_factor x ramp-up x growth of traffic x prices x exchange rate
    operation   own operating_cost, or the upkeep share of the kind, x operating_cost_factor x prices
    tax         on profit after straight-line depreciation, and after interest where loans are counted

A delay moves the opening and what follows, not the service of loans. The exchange rate is real: what is earned in local
currency loses `real_depreciation` a year against prices in US dollars.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from samarkand.core.conventions import BASE_YEAR, Floats
from samarkand.engines.project_finance import calc_profit_tax
from samarkand.engines.project_values import calc_growth
from samarkand.engines.schedules import calc_ramp_up
from samarkand.priorities.finance.debt_service import in_years
from samarkand.priorities.finance.tranches import Tranche
from samarkand.programme.events import years_of_construction
from samarkand.programme.model.models import Item

OTHER = "asset_life_other"


@dataclass(frozen=True, eq=False)
class CashFlow:
    """US$ m by year: each flow above zero, `tax` without loans and `tax_with_loans` after their interest."""

    years: tuple[int, ...]
    opening: int
    capital: Floats
    revenue: Floats
    operation: Floats
    depreciation: Floats
    tax: Floats
    tax_with_loans: Floats
    interest: Floats
    service: Floats
    owed_before: Floats

    @property
    def project(self) -> Floats:
        """What the project leaves before any loan, after tax."""
        return self.revenue - self.operation - self.tax - self.capital

    @property
    def available(self) -> Floats:
        """Cash for debt service: revenue less operation and tax."""
        return self.revenue - self.operation - self.tax_with_loans

    @property
    def serviced(self) -> Floats:
        """Debt service from the year of opening on: before it nothing is earned, and owners pay."""
        return np.where(np.array(self.years) >= self.opening, self.service, 0.0)


def cash_flow_of(
    item: Item, revenue: float, tranches: Sequence[Tranche], parameters: Mapping[str, float]
) -> CashFlow | None:
    """Cash of an item that earns `revenue` in a year of full service; None without an opening or capital cost."""
    if item.opening is None or item.capex is None or not item.capex.value:
        return None
    delay = round(parameters["delay_years"])
    building = years_of_construction(item)
    start = building.start if building else item.opening.year - round(parameters["construction_years"])
    opening = item.opening.year + delay
    life = item.kind_row.asset_life or OTHER
    service_years = round(parameters[life])
    known = [one for one in tranches if one.schedule is not None]
    last = max([opening + service_years, *(one.years.stop for one in known)])
    years = tuple(range(min([start, *(one.years.start for one in known)]), last))
    t = np.array(years, np.float64)
    serving = (t >= opening) & (t < opening + service_years)
    prices = np.power(1.0 + parameters["price_inflation"], t - (item.capex.price_year or BASE_YEAR))
    capital = _capital(item.capex.value * parameters["cost_factor"], years, start, opening) * prices
    earned = revenue * parameters["demand_factor"] * calc_ramp_up(t - opening, parameters["ramp_up_years"])
    full = max(opening - BASE_YEAR, 0) + parameters["growth_years"]
    growth = calc_growth(
        np.maximum(t - BASE_YEAR, 0), parameters["benefit_growth"], full, parameters["growth_fade_years"]
    )
    local = parameters["local_currency_share"]
    exchange = (1 - local) + local * np.power(
        1.0 - parameters["real_depreciation"], np.maximum(t - opening, 0)
    )
    revenues = np.where(serving, earned * growth * prices * exchange, 0.0)
    operation = np.where(serving, calc_operating_cost(item, parameters) * prices, 0.0)
    depreciation = np.where(serving, capital.sum() / service_years, 0.0)
    interest, service, owed = (_of_loans(known, name, years) for name in ("interest", "service", "owed"))
    profit = revenues - operation - depreciation
    rate = parameters["profit_tax_rate"]
    return CashFlow(
        years, opening, capital, revenues, operation, depreciation,
        calc_profit_tax(profit, rate), calc_profit_tax(profit - interest, rate),
        interest, service, np.concatenate([[0.0], owed[:-1]]),
    )  # fmt: skip


def calc_operating_cost(item: Item, parameters: Mapping[str, float]) -> float:
    """US$ m a year at published prices: the item's own, or the share of capital cost that its kind takes."""
    own = item.figure("operating_cost")
    if own is not None:
        base = own.value or 0.0
    else:
        kind = (item.kind_row.asset_life or OTHER).removeprefix("asset_life_")
        capex = item.capex.value if item.capex is not None and item.capex.value is not None else 0.0
        base = capex * parameters[f"upkeep_share_{kind}"]
    return base * parameters["operating_cost_factor"]


def _capital(capex: float, years: Sequence[int], start: int, opening: int) -> Floats:
    building = max(opening - start, 1)
    return np.array([capex / building if start <= year < start + building else 0.0 for year in years])


def _of_loans(known: Sequence[Tranche], name: str, years: Sequence[int]) -> Floats:
    return sum((in_years(one, one.by_year[name], years) for one in known), np.zeros(len(years)))
