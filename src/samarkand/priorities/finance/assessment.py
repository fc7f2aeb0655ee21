"""Finance: debt and service of the programme's loans, who is owed, and what borrowing costs."""

from __future__ import annotations

from functools import partial

import numpy as np
import xarray as xr

from samarkand.core.conventions import Floats
from samarkand.core.gaps import Gap
from samarkand.engines.once import derived
from samarkand.priorities.base import Levels
from samarkand.priorities.finance.concessionality import (
    calc_all_in_cost,
    calc_dac_grant_share,
    calc_grant_share,
)
from samarkand.priorities.finance.debt_service import (
    by_financier,
    by_host,
    by_tranche,
    calc_debt_value,
    concentration_of,
    years_of,
)
from samarkand.priorities.finance.fiscal import calc_fiscal_cash, fiscal_outcome
from samarkand.priorities.finance.revenue import FREIGHT, revenue_of
from samarkand.priorities.finance.tranches import Tranche, tranches_of
from samarkand.priorities.finance.viability import Viability, viability_of
from samarkand.priorities.timeline import Timeline
from samarkand.programme.model.models import Item

NO_TERMS = (
    "no tranche has a schedule: needs amount, rate, maturity, grace and days of drawdown or construction"
)
COVER = ("service_cover", "life_cover")
NO_COVER = "not assessable: needs revenue, and all terms of all loans"
VIABILITY = ("firr", "fnpv", "payback", "lowest_cover", "shortfall_probability")
NO_SCHEDULE = "the item has no such tranche, or not all of its terms are known"
UNKNOWN = "terms of no tranche that the economy services are known"
NOTHING_OWED = "nothing is owed, or the terms are not known"
NO_RECIPIENT = "hosts of several income groups, or none that is a recipient; or terms not known"
LOANS = (
    "loan_service",
    "loan_debt",
    "programme_service",
    "programme_debt",
    "programme_debt_value",
    "exposure",
)


def stack_of(timeline: Timeline) -> tuple[Tranche, ...]:
    """The tranches of all items of a question, made once."""
    return derived(
        timeline.schedule, "tranches", lambda: tranches_of(timeline.items, timeline.assumptions.parameters)
    )


def viability_in(timeline: Timeline, item: Item) -> Viability | str:
    """The viability of an item in the last year's state, made once; in words what must be known for it."""

    def make() -> Viability | str:
        parameters = timeline.assumptions.parameters
        found = revenue_of(item, lambda: timeline.last.assignment, parameters)
        if FREIGHT in found.parts and item.id not in timeline.last.change.open:
            return f"not assessable: needs a year asked about in which it is open; the last one is {timeline.years[-1]}"
        mine = [one for one in stack_of(timeline) if one.item.id == item.id]
        return viability_of(item, found, mine, parameters)

    return derived(timeline.schedule, ("viability", item.id), make)


def assess_timeline(timeline: Timeline) -> dict[str, Levels | Gap]:
    """Debt, service, cover and fiscal cash by year, in years of their own."""
    found = {item.id: viability_in(timeline, item) for item in timeline.items}
    assessed = {name: one for name, one in found.items() if isinstance(one, Viability)}
    flows = {name: one.flow for name, one in assessed.items()}
    fiscal = calc_fiscal_cash(timeline.programme, stack_of(timeline), flows)
    return {**_loans(timeline), **_cover(assessed), "fiscal_cash": fiscal_outcome(fiscal)}


def _cover(assessed: dict[str, Viability]) -> dict[str, Levels | Gap]:
    found = {name: one for name, one in assessed.items() if one.has_loans}
    if not found:
        return {name: Gap("finance", name, NO_COVER) for name in COVER}
    rows = {name: [(one.flow.years, getattr(one, name)) for one in found.values()] for name in COVER}
    return {
        name: Levels(change=_by_project(list(found), values), reason="no debt is serviced in this year")
        for name, values in rows.items()
    }


def _by_project(projects: list[str], rows: list[tuple[tuple[int, ...], Floats]]) -> xr.DataArray:
    years = sorted({year for own, _ in rows for year in own})
    values = np.full((len(years), len(projects)), np.nan)
    for column, (own, row) in enumerate(rows):
        values[[years.index(year) for year in own], column] = row
    return xr.DataArray(values, {"year": years, "project": projects}, ("year", "project"))


def _loans(timeline: Timeline) -> dict[str, Levels | Gap]:
    tranches, parameters = stack_of(timeline), timeline.assumptions.parameters
    years = years_of(tranches)
    if not years:
        return {name: Gap("finance", name, NO_TERMS) for name in (*LOANS, "creditor_concentration")}
    host = partial(by_host, tranches, years)
    rate = parameters["grant_element_discount_rate"]
    exposure = by_financier(tranches, years)
    return {
        "loan_service": Levels(change=by_tranche(tranches, "service", years), reason=NO_SCHEDULE),
        "loan_debt": Levels(change=by_tranche(tranches, "owed", years), reason=NO_SCHEDULE),
        "programme_service": Levels(change=host(lambda one: one.by_year["service"]), reason=UNKNOWN),
        "programme_debt": Levels(change=host(lambda one: one.by_year["owed"]), reason=UNKNOWN),
        "programme_debt_value": Levels(change=host(lambda one: calc_debt_value(one, rate)), reason=UNKNOWN),
        "exposure": Levels(change=exposure, reason=UNKNOWN),
        "creditor_concentration": Levels(change=concentration_of(exposure), reason=NOTHING_OWED),
    }


def assess_project(item: Item, timeline: Timeline) -> dict[str, Levels | Gap]:
    """Grant elements and costs by tranche, and the cost of the stack."""
    parameters, world = timeline.assumptions.parameters, timeline.world
    mine = [one for one in stack_of(timeline) if one.item.id == item.id]
    rate = parameters["grant_element_discount_rate"]
    lent = [one for one in mine if one.schedule is not None]
    return {
        "grant_element": _by_case(item, "grant_element", {one.case: calc_grant_share(one, rate) for one in mine}),
        "grant_element_dac": _by_case(
            item, "grant_element_dac",
            {one.case: calc_dac_grant_share(one, world, parameters) for one in mine}, NO_RECIPIENT,
        ),
        "borrowing_cost": _by_case(
            item, "borrowing_cost", {one.case: calc_all_in_cost([one]) for one in lent}
        ),
        "stack_cost": Levels(change=xr.DataArray(calc_all_in_cost(lent)))
        if lent
        else Gap(item.id, "stack_cost", NO_SCHEDULE),
        **_viability(item, timeline),
    }  # fmt: skip


def _viability(item: Item, timeline: Timeline) -> dict[str, Levels | Gap]:
    """What an item pays; an item that earns nothing known is not assessable, not worthless."""
    found = viability_in(timeline, item)
    if isinstance(found, str):
        return {name: Gap(item.id, name, found) for name in VIABILITY}
    cover = (found.lowest_cover, found.shortfalls[1]) if found.has_loans else (np.nan, np.nan)
    needs = f"not assessable: needs {'; '.join(found.missing)}" if found.missing else "no loan is serviced"
    values = (found.rate_of_return.value, found.present_value, found.payback, *cover)
    reasons = (found.rate_of_return.reason, "", "its cost is never paid back", needs, needs)
    return {
        name: Levels(change=xr.DataArray(value), reason=reason)
        if np.isfinite(value)
        else Gap(item.id, name, reason)
        for name, value, reason in zip(VIABILITY, values, reasons, strict=True)
    }


def _by_case(item: Item, name: str, values: dict[str, float], reason: str = NO_SCHEDULE) -> Levels | Gap:
    if not any(np.isfinite(one) for one in values.values()):
        return Gap(item.id, name, reason)
    return Levels(
        change=xr.DataArray(list(values.values()), {"case": list(values)}, ("case",)), reason=reason
    )
