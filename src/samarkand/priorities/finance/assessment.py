"""Finance: debt and service of the programme's loans, who is owed, and what borrowing costs."""

from __future__ import annotations

from functools import partial

import numpy as np
import xarray as xr

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
from samarkand.priorities.finance.tranches import Tranche, tranches_of
from samarkand.priorities.timeline import Timeline
from samarkand.programme.model.models import Item

NO_TERMS = (
    "no tranche has a schedule: needs amount, rate, maturity, grace and days of drawdown or construction"
)
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


def assess_timeline(timeline: Timeline) -> dict[str, Levels | Gap]:
    """Debt and service by year, in years of their own: from the first drawdown to the last payment."""
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
    }  # fmt: skip


def _by_case(item: Item, name: str, values: dict[str, float], reason: str = NO_SCHEDULE) -> Levels | Gap:
    if not any(np.isfinite(one) for one in values.values()):
        return Gap(item.id, name, reason)
    return Levels(
        change=xr.DataArray(list(values.values()), {"case": list(values)}, ("case",)), reason=reason
    )
