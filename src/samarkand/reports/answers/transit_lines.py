"""One line about what goods pay economies that they pass, where payments of transit are in the equilibrium."""

from __future__ import annotations

from collections.abc import Iterable

from samarkand.priorities.transit_money import TransitMoney, calc_transit_of_item
from samarkand.reports.figures import money
from samarkand.reports.summary import NOTHING_SHOWN
from samarkand.result import Appraisal

SURPLUS = "above the cost of the service"


def transit_of_economy(appraisal: Appraisal, code: str) -> Iterable[str]:
    """What it earns more or less in the last year, and what goods that it sells pay; nothing without such payments."""
    year = appraisal.years[-1]
    found = appraisal.transit_money
    if found is None or code not in found.net["economy"]:
        return
    got, paid = (float(one.sel(year=year, economy=code)) for one in (found.received, found.paid))
    if max(abs(got), abs(paid)) > NOTHING_SHOWN:
        rents = "" if appraisal.scarcity_money is None else ", rents of full places among it"
        yield (
            f"Payments of transit are in it: goods that pass bring {money(got, sign=True)} a year {SURPLUS}{rents}, "
            f"and what it sells pays {money(paid, sign=True)}."
        )


def transit_of_item(appraisal: Appraisal, item: str) -> Iterable[str]:
    """Who earns most more and less with an item in the last year; nothing without payments of transit."""
    found = calc_transit_of_item(appraisal.timeline.last, item)
    if found is not None:
        yield _who(appraisal, found)


def _who(appraisal: Appraisal, found: TransitMoney) -> str:
    ends = (found.received.argmax("economy"), found.received.argmin("economy"))
    named = []
    for at in dict.fromkeys(int(one) for one in ends):
        value, code = float(found.received[at]), str(found.received["economy"].to_numpy()[at])
        if abs(value) > NOTHING_SHOWN:
            named.append(f"{appraisal.world.name_of(code)} {money(value, sign=True)}")
    if not named:
        return "It moves no payments of transit to speak of."
    return f"Goods that pass bring a year, {SURPLUS}, with it: {', '.join(named)}."
