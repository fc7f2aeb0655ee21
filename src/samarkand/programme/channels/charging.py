"""In which years the capital of an item is charged: as it is spent, as an annuity, or as its financing is serviced.

    spending   C / m in each of the m years of construction
    annuity    K r / (1 - (1 + r)^-n) in every year from the opening on
    service    of a loan or bond: interest and repayment by its terms, from the first year of construction on;
               of a budget, equity or a grant: as it is spent

C is the capital cost, r the real rate of interest, n the years over which capital is charged. Money of a year counts
at its end. `K = C + i (C' - C)` with `C' = (C / m) sum over years t of construction of (1 + r)^(opening - 1 - t)`: the
part i of the interest during construction that is charged, none as long as published costs are taken to hold it. With
all of it the three have one present value at the rate of the loan, over the n years of the annuity.

A loan is drawn as the item is built, in money of the year, and serviced in it: `D[k] = (C / m) (1 + p)^k` in the year k
of construction, p the inflation of the dollar; what is charged is brought back to constant prices by (1 + p)^-k.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from typing import Final

import numpy as np

from samarkand.core.scenario import ChargeRule
from samarkand.engines.loans.schedule import make_schedule
from samarkand.engines.loans.terms import LoanTerms
from samarkand.engines.schedules import calc_annuity
from samarkand.programme.events import years_of_construction
from samarkand.programme.model.models import Financing, Item

IN_WORDS: Final[Mapping[ChargeRule, str]] = {
    "annuity": "as an annuity over the life of the asset, from the opening on",
    "spending": "as it is spent, in the years of construction",
    "service": "as its loans are serviced",
}
UNIT = 10**15  # cents of one unit of capital: rounding to the cent is far below any digit shown
ANY_YEAR = 2001  # yearly payments: every period is a year of 30/360
TERMS = ("interest_rate", "maturity", "grace")  # of a loan; a bond is repaid at its end
KEPT = 1024  # distinct terms of loans, and of annuities


def building_years(item: Item, parameters: Mapping[str, float]) -> range:
    """Years in which it is built: as published, or `construction_years` before the opening; none without one."""
    published = years_of_construction(item)
    if published or item.opening is None:
        return published
    start = item.opening.year - round(parameters["construction_years"])
    return range(start, max(item.opening.year, start + 1))


def calc_annual_cost(item: Item, parameters: Mapping[str, float]) -> float:
    """Annuity of capex over the asset life of the kind at the real interest rate, US$ m a year.

    `a = K r / (1 - (1 + r)^-n)`; 0 where capex is not known.
    """
    if item.capex is None or not item.capex.value:
        return 0.0
    life = item.kind_row.asset_life
    years = parameters[life] if life else parameters["asset_life_border_crossing"]
    capital = _capital_at_opening(item, item.capex.value, parameters)
    return _annuity(capital, parameters["real_interest_rate"], years)


@lru_cache(maxsize=KEPT)
def _annuity(capital: float, rate: float, years: float) -> float:
    return float(calc_annuity(capital, rate, years))


def _capital_at_opening(item: Item, capex: float, parameters: Mapping[str, float]) -> float:
    part = parameters["interest_during_construction"]
    if not part or item.opening is None:
        return capex
    years = np.array(building_years(item, parameters))
    grown = np.power(1.0 + parameters["real_interest_rate"], item.opening.year - 1.0 - years).mean()
    return float(capex + part * capex * (grown - 1.0))


def due_in(
    item: Item, line: Financing | None, rule: ChargeRule, year: int, parameters: Mapping[str, float]
) -> float | tuple[str, ...]:
    """What is charged in a year for an item that one line of financing pays for whole, US$ m at constant prices.

    `line` None: what no financing is published for. Where the terms of the line are not known, the names of those that
    are missing. The annuity is that of every year from the opening on: whether the item is open is for the caller.
    """
    if rule == "annuity":
        return calc_annual_cost(item, parameters)
    capex = 0.0 if item.capex is None else item.capex.value or 0.0
    building = building_years(item, parameters)
    spent = capex / len(building) if year in building else 0.0
    if rule == "spending":
        return spent
    if line is None:
        return ("financing",)
    if not line.is_debt:
        return spent
    found = terms_of(line)
    missing = tuple(name for name, value in found.items() if value is None)
    if missing:
        return missing
    rate, maturity, grace = (float(found[name] or 0.0) for name in TERMS)
    if not grace < maturity or len(building) > maturity:
        return ("maturity after its grace and the years of construction",)
    service = _real_service(
        len(building), rate, round(grace), round(maturity), parameters["dollar_inflation"]
    )
    after = year - building.start if building else -1
    return capex * service[after] if 0 <= after < len(service) else 0.0


def terms_of(line: Financing) -> dict[str, float | None]:
    """Interest, maturity and grace of a loan as published; a bond without a published grace is repaid at its end."""
    figures = {name: line.figure(name) for name in TERMS}
    found = {name: None if figure is None else figure.value for name, figure in figures.items()}
    if line.instrument == "bond" and found["grace"] is None and found["maturity"] is not None:
        found["grace"] = found["maturity"] - 1.0
    return found


def last_year_of_service(item: Item, parameters: Mapping[str, float]) -> int:
    """Last year in which a loan or bond of the item is serviced by its published terms; 0 where there is none."""
    building = building_years(item, parameters)
    ends = [terms_of(line)["maturity"] for line in item.financing if line.is_debt]
    return max((building.start + round(end) for end in ends if end is not None), default=0) if building else 0


@lru_cache(maxsize=KEPT)
def _real_service(
    building: int, rate: float, grace: int, maturity: int, inflation: float
) -> tuple[float, ...]:
    """Service of a loan that pays for one unit of capital, by year from the first of construction, constant prices."""
    prices = [(1.0 + inflation) ** k for k in range(maturity + 1)]
    draws = [(date(ANY_YEAR + k, 1, 1), round(UNIT * prices[k] / building)) for k in range(building)]
    terms = LoanTerms(rate, maturity, grace, payments_a_year=1)
    service = [0, *(one.service for one in make_schedule(terms, draws).payments)]
    return tuple(paid / UNIT / price for paid, price in zip(service, prices, strict=True))
