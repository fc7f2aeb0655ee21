"""Tranches of items: terms and drawdowns of each source of finance as published, and what is missing.

    drawdown    the amount in equal parts over the years from the first to the last drawdown, on the day of the first
    service     the schedule of the terms (`engines.loans`), in US dollars at the exchange rate of each year

Without days of drawdown those of construction hold, each on 1 July, in the middle of what a year spends.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property

import numpy as np

from samarkand.core.conventions import Floats
from samarkand.core.faults import Faults
from samarkand.engines.loans.day_count import add_months
from samarkand.engines.loans.schedule import LoanSchedule, make_schedule
from samarkand.engines.loans.terms import LoanTerms, Profile
from samarkand.programme.events import years_of_construction
from samarkand.programme.model.models import Financing, Item, When
from samarkand.world.economies.currencies import US_DOLLAR
from samarkand.world.parameters import Parameters

CENTS = 10**8  # in a million US dollars
MIDDLE = (7, 1)  # month and day of what is known by its year alone
PERIMETERS = ("public_external", "public_domestic", "state_owned", "private_non_guaranteed")
UNDECLARED = "undeclared"


@dataclass(frozen=True, eq=False)
class Owed:
    """Something that is lent, or a source of finance that is not.

    Parameters
    ----------
    line
        What is published of it.
    amount
        US$ m of the first drawdown; None where neither it nor a share of known capex is published.
    hosts
        Who services it, and their shares; empty for what nobody services.
    schedule
        Drawdown and service in whole cents of US dollars at the rate of the first drawdown; None where terms are
        missing.
    rates
        By year, what a unit of the currency is worth over its worth at the first drawdown.
    missing
        What must be known for a schedule.
    """

    line: Financing
    amount: float | None
    hosts: Mapping[str, float]
    schedule: LoanSchedule | None
    rates: Mapping[int, float]
    missing: tuple[str, ...]

    @property
    def perimeter(self) -> str:
        """Where its debt stands, or that nobody says so."""
        return str(self.line.get("perimeter") or UNDECLARED)

    @property
    def currency(self) -> str:
        """Code of the currency in which it is owed."""
        return str(self.line.get("currency") or US_DOLLAR)

    @cached_property
    def years(self) -> range:
        """Years from the first drawdown to the last payment; none without a schedule."""
        if self.schedule is None:
            return range(0)
        return range(self.schedule.start.year, self.schedule.payments[-1].day.year + 1)

    @cached_property
    def by_year(self) -> Mapping[str, Floats]:
        """US$ m by year of `years`: drawn, interest paid, added to the loan, principal, fees, forgiven, service, and
        owed at the end of the year."""
        names = ("drawn", "interest", "added", "principal", "fees", "forgiven", "service", "owed")
        cents = {name: np.zeros(len(self.years)) for name in names}
        if self.schedule is None:
            return cents
        first = self.years.start
        for day, amount in self.schedule.draws:
            cents["drawn"][day.year - first] += amount
        cents["fees"][0] += self.schedule.at_signing
        for one in self.schedule.payments:
            at = one.day.year - first
            cents["interest"][at] += one.interest - one.added
            for name in ("added", "principal", "fees", "forgiven"):
                cents[name][at] += getattr(one, name)
        cents["service"] = cents["interest"] + cents["principal"] + cents["fees"]
        cents["owed"] = np.cumsum(cents["drawn"] + cents["added"] - cents["principal"] - cents["forgiven"])
        rates = np.array([self.rates.get(year, 1.0) for year in self.years])
        return {name: values / CENTS * rates for name, values in cents.items()}

    def dollars(self) -> Iterator[tuple[date, float]]:
        """What the lender gets by day in US$ m: drawdowns below zero, service above."""
        if self.schedule is not None:
            for day, cents in self.schedule.lender_flows():
                yield day, cents / CENTS * self.rates.get(day.year, 1.0)


@dataclass(frozen=True, eq=False)
class Tranche(Owed):
    """A source of finance of an item, by its number from 1."""

    item: Item
    number: int

    @property
    def case(self) -> str:
        """Its number among those of the item, as a label."""
        return str(self.number)


def tranches_of(items: Iterable[Item], parameters: Parameters) -> tuple[Tranche, ...]:
    """All sources of finance of some items, guarantees left out: they are no debt while they are not called."""
    return tuple(
        _tranche(item, number, line, parameters)
        for item in items
        for number, line in enumerate(item.financing, 1)
        if line.instrument != "guarantee"
    )


def _tranche(item: Item, number: int, line: Financing, parameters: Parameters) -> Tranche:
    amount = _amount(item, line)
    hosts = dict(line.serviced_by) or {item.economies[0]: 1.0} if line.is_debt else {}
    if not line.is_debt:
        return Tranche(line, amount, hosts, None, {}, (), item, number)
    missing = [] if amount else ["amount, or share with capex"]
    days = _drawdowns(item, line)
    if not days:
        missing.append("construction_start and opening, or first_drawdown")
    schedule, rates = schedule_of(line, amount or 0.0, days, parameters, missing)
    return Tranche(line, amount, hosts, schedule, rates, tuple(missing), item, number)


def schedule_of(
    line: Financing, amount: float, days: list[date], parameters: Parameters, missing: list[str]
) -> tuple[LoanSchedule | None, dict[int, float]]:
    """The schedule of what is lent, US$ m in equal parts on some days, and the worth of its currency by year.

    What must be known besides is added to `missing`; with anything missing there is none.
    """
    terms = _terms(line, days, parameters, missing)
    if terms is None or missing:
        return None, {}
    lent = 1.0 - _value(line, "grant_share")
    schedule = _schedule(terms, days, round(amount * lent * CENTS), missing)
    if schedule is None:
        return None, {}
    rates = _rates(line, schedule, parameters, missing)
    return (None, {}) if missing else (schedule, rates)


def _amount(item: Item, line: Financing) -> float | None:
    own = line.figure("amount")
    if own is not None:
        return own.value
    share = line.share_of(item.capex)
    if share is None or item.capex is None or item.capex.value is None:
        return None
    return share * item.capex.value


def _drawdowns(item: Item, line: Financing) -> list[date]:
    """Days of drawdown, a year apart; none where nobody says when."""
    building = years_of_construction(item)
    first, last = line.get("first_drawdown"), line.get("last_drawdown")
    if first is None and not building:
        return []
    start = _day(first) if first is not None else date(building.start, *MIDDLE)
    if last is not None:
        end = _day(last)
    else:
        end = date(max(building.stop - 1, start.year), 12, 31) if building else start
    found = [start]
    while (following := add_months(start, 12 * len(found))) <= end:
        found.append(following)
    return found


def _day(when: When) -> date:
    return when.day or date(when.year, *MIDDLE)


def _terms(line: Financing, days: list[date], parameters: Parameters, missing: list[str]) -> LoanTerms | None:
    rate, margin, base = line.figure("interest_rate"), line.figure("margin"), line.get("base_rate")
    if rate is None and (margin is None or base is None):
        missing.append("interest_rate, or base_rate and margin")
    maturity, grace = line.figure("maturity"), line.figure("grace")
    profile: Profile = line.get("profile") or "equal_principal"
    if maturity is None:
        missing.append("maturity")
    if grace is None and profile != "bullet":
        missing.append("grace")
    whole = rate or margin
    if missing or whole is None or maturity is None or not days:
        return None
    years = range(days[0].year, days[0].year + int(maturity.value or 0) + 2)
    bases: dict[int, float] = {}
    if rate is None:
        try:
            bases = {year: parameters.at(f"base_rate_{base}", year) for year in years}
        except Faults as error:
            missing.append("; ".join(fault.reason for fault in error.faults))
            return None
    return LoanTerms(
        rate=whole.value or 0.0,
        maturity=maturity.value or 0.0,
        grace=(grace.value or 0.0) if grace is not None else 0.0,
        payments_a_year=int(line.get("payments_a_year") or 2),
        profile=profile,
        day_count=line.get("day_count") or "30/360",
        base=bases,
        upfront_fee=_value(line, "upfront_fee"),
        insurance_premium=_value(line, "insurance_premium"),
        commitment_fee=_value(line, "commitment_fee"),
        capitalised=line.get("interest_in_construction") == "capitalised",
    )


def _schedule(terms: LoanTerms, days: list[date], cents: int, missing: list[str]) -> LoanSchedule | None:
    part, rest = divmod(cents, len(days))
    draws = [(day, part + (rest if number == len(days) - 1 else 0)) for number, day in enumerate(days)]
    try:
        return make_schedule(terms, draws)
    except ValueError as error:
        missing.append(f"terms that fit: {error}")
        return None


def _rates(
    line: Financing, schedule: LoanSchedule, parameters: Parameters, missing: list[str]
) -> dict[int, float]:
    """`e(first year) / e(year)` with e the units of the currency for a US dollar; none for US dollars."""
    currency = line.get("currency") or US_DOLLAR
    if currency == US_DOLLAR:
        return {}
    units = exchange_rates(
        currency, range(schedule.start.year, schedule.payments[-1].day.year + 1), parameters, missing
    )
    return {year: units[schedule.start.year] / one for year, one in units.items()}


def exchange_rates(
    currency: str, years: Iterable[int], parameters: Parameters, missing: list[str]
) -> dict[int, float]:
    """Units of a currency for a US dollar by year; none, and said in `missing`, where one is not declared."""
    if currency == US_DOLLAR:
        return dict.fromkeys(years, 1.0)
    name = f"exchange_rate_{currency.lower()}"
    try:
        return {year: parameters.at(name, year) for year in years}
    except Faults as error:
        missing.append(f"the exchange rate of {currency}: " + "; ".join(one.reason for one in error.faults))
    except KeyError:
        missing.append(f"the exchange rate of {currency} by year, a parameter {name}")
    return {}


def _value(line: Financing, name: str) -> float:
    """A fee or share that nobody publishes is taken as none."""
    found = line.figure(name)
    return (found.value or 0.0) if found is not None else 0.0
