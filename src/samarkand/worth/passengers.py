"""Hours that passengers save.

    benefit   N u (d + (1 - d) / 2) (h0 - h1) v     US$ a year, rule of half: who travels anew gains half
    v         w (b m + (1 - b) o)                   value of an hour
    w         s Y / (L (1 - unemployed) H)          wage an hour: share s of gross domestic product, H hours a year

N passengers of a year of full service; u actual over forecast ones, of railways that are not open; d the share that was
diverted from other means, b that in working time; m and o what an hour is worth over the wage in working and in other
time. Of an item in several economies each is taken to have an equal part of the passengers. Fares are transfers: their
change moves nothing but the split. Vehicles, accidents, crowding and the cost of running trains are not in it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from samarkand.core.gaps import Gap
from samarkand.programme.model.models import Item
from samarkand.world.economies.facts import Facts
from samarkand.worth.own_ranges import with_own_ranges
from samarkand.worth.streams import Amount, Stream

KINDS = ("rail", "road")
NEEDED = ("passengers", "passenger_hours_before", "passenger_hours_after")
OF_WAGE = ("gdp_2022", "labour_force", "unemployment_rate")
SOURCE = "World Bank 1998; Gwilliam 1997; embedded wages"
PASSENGERS, OPERATOR = "passengers", "operator"

End = Callable[[str], float]


@with_own_ranges
def passenger_streams(
    item: Item, facts: Facts, low: Mapping[str, float], value: Mapping[str, float], high: Mapping[str, float]
) -> tuple[list[Stream], list[Gap]]:
    """What passengers of a railway or road gain, and what is missing; nothing for other kinds.

    `low`, `value`, `high`: the parameters at the ends of their ranges and as they are.
    """
    if item.kind not in KINDS or (item.kind == "rail" and "freight" in item.words("traffic")):
        return [], []
    number, before, after = figures = [item.figure(name) for name in NEEDED]
    if number is None or before is None or after is None:
        missing = [name for name, figure in zip(NEEDED, figures, strict=True) if figure is None]
        return [], [Gap(item.id, "passenger_hours", f"not assessed: needs {', '.join(missing)} of the item")]
    trips, saved = number.value or 0.0, (before.value or 0.0) - (after.value or 0.0)
    part, gaps = trips / len(item.economies), []
    amounts: dict[tuple[str, str], Amount] = {}
    for code in item.economies:
        unknown = [name for name in OF_WAGE if facts.get(code, name).value is None]
        if unknown:
            reason = f"not assessed in {code}: {', '.join(unknown)} of the economy"
            gaps.append(Gap(item.id, "passenger_hours", reason))
            continue
        # The longer people work for the same income, the less an hour is worth: those hours stand the other way round.
        turned = zip((low, value, high), (high, value, low), strict=True)
        given = [{**one, "hours_worked": other["hours_worked"]} for one, other in turned]
        ends = [_hour_of_user(item, code, facts, parameters) * part for parameters in given]
        amounts[code, ""] = Amount(*(1e-6 * one for one in ends)).times(saved)
    base = number.year or (item.opening.year if item.opening else 0)
    stream = Stream("passenger_hours", "any", "direct", amounts, "grows", base, "estimated", SOURCE)
    return ([stream] if amounts else []) + _fares(item, trips, value, base), gaps


def _hour_of_user(item: Item, code: str, facts: Facts, parameters: Mapping[str, float]) -> float:
    """What an hour of a passenger is worth in US$, times the share of the forecast that comes and the rule of half."""
    diverted, business = item.figure("diverted_share"), item.figure("business_share")
    d = parameters["diverted_share"] if diverted is None else diverted.value or 0.0
    b = parameters["business_share"] if business is None else business.value or 0.0
    over_wage = b * parameters["value_of_work_time"] + (1 - b) * parameters["value_of_other_time"]
    return calc_wage(code, facts, parameters) * over_wage * (d + (1 - d) / 2) * forecast_use(item, parameters)


def calc_wage(code: str, facts: Facts, parameters: Mapping[str, float]) -> float:
    """Wage an hour, US$: `s Y / (L (1 - unemployed) H)`."""
    gdp, workers, unemployed = (facts.get(code, name).value or 0.0 for name in OF_WAGE)
    return parameters["wage_share"] * gdp / (workers * (1 - unemployed) * parameters["hours_worked"])


def forecast_use(item: Item, parameters: Mapping[str, float]) -> float:
    """Actual over forecast passengers: those of an open line and of a road are taken as they are."""
    return 1.0 if item.kind == "road" or item.status == "in_service" else parameters["rail_forecast_use"]


def _fares(item: Item, trips: float, parameters: Mapping[str, float], base: int) -> list[Stream]:
    """What passengers pay to the operator more than before: a transfer, by economy."""
    before, after = item.figure("passenger_fare_before"), item.figure("passenger_fare_after")
    if before is None or after is None:
        return []
    dearer = (after.value or 0.0) - (before.value or 0.0)
    paid = 1e-6 * trips * forecast_use(item, parameters) * dearer / len(item.economies)
    amounts = {}
    for code in item.economies:
        amounts[code, PASSENGERS], amounts[code, OPERATOR] = Amount.sure(-paid), Amount.sure(paid)
    return [
        Stream(
            "fare", "any", "direct", amounts, "grows", base, "estimated",
            f"{before.citation}; {after.citation}",
        )
    ]  # fmt: skip
