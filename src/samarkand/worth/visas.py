"""What the end of a visa saves those who travel.

    hours   (q + dq / 2) h w m           travellers who came before in full, by the rule of half those who come anew
    fee     dq f / 2                     those who come anew; of the others it is a transfer, q f
    dq      q g

q arrivals a year before, g growth of journeys after the end of the visa, h hours that an application takes, w m the
value of an hour of other time, f the fee. Of travellers from several economies each is taken to have an equal part.
What they spend where they go is trade in services and not in it, nor are days of waiting, in which people do other
things.
"""

from __future__ import annotations

from collections.abc import Mapping

from samarkand.core.gaps import Gap
from samarkand.programme.model.models import Item
from samarkand.world.economies.facts import Facts
from samarkand.worth.passengers import OF_WAGE, calc_wage
from samarkand.worth.streams import Amount, Stream

KIND, FREE = "visa_regime", "visa_free"
SOURCE = "Czaika & Neumayer (2017) for journeys; World Bank 1998 for time; embedded wages"
TRAVELLERS, GOVERNMENT = "travellers", "government"


def visa_streams(
    item: Item, facts: Facts, low: Mapping[str, float], value: Mapping[str, float], high: Mapping[str, float]
) -> tuple[list[Stream], list[Gap]]:
    """What travellers save, and what is missing; nothing for other kinds."""
    if item.kind != KIND:
        return [], []
    trips, fee = item.figure("trips_before"), item.figure("visa_fee_before")
    if trips is None or item.words("regime") != (FREE,):
        lacks = (
            "trips_before of the item"
            if trips is None
            else "the end of the visa; a simpler one has no sourced effect"
        )
        return [], [Gap(item.id, "journeys", f"not assessed: needs {lacks}")]
    origins, hosts = item.words("travellers_from"), item.words("travellers_to")
    paid_before = 0.0 if fee is None else fee.value or 0.0
    gaps = [] if fee else [Gap(item.id, "journeys", "without the fee: needs visa_fee_before of the item")]
    part = 1e-6 * (trips.value or 0.0) / len(origins)
    saved: dict[tuple[str, str], Amount] = {}
    for code in origins:
        unknown = [name for name in OF_WAGE if facts.get(code, name).value is None]
        if unknown:
            gaps.append(
                Gap(item.id, "journeys", f"not assessed in {code}: {', '.join(unknown)} of the economy")
            )
            continue
        # The longer people work for the same income, the less an hour is worth: those hours stand the other way round.
        turned = zip((low, value, high), (high, value, low), strict=True)
        given = [{**one, "hours_worked": other["hours_worked"]} for one, other in turned]
        saved[code, ""] = Amount(*(part * _of_traveller(code, paid_before, facts, one) for one in given))
    base = trips.year or (item.opening.year if item.opening else 0)
    streams = (
        [Stream("journeys", "any", "direct", saved, "grows", base, "estimated", SOURCE)] if saved else []
    )
    if fee is not None and paid_before:
        moved = part * paid_before
        amounts = {(code, TRAVELLERS): Amount.sure(moved) for code in origins}
        lost = Amount.sure(-moved * len(origins) / len(hosts))
        amounts |= {(code, GOVERNMENT): lost for code in hosts}
        streams.append(Stream("tax", "any", "direct", amounts, "grows", base, "estimated", fee.citation))
    return streams, gaps


def _of_traveller(code: str, fee: float, facts: Facts, parameters: Mapping[str, float]) -> float:
    """US$ for each who travelled before: `(1 + g / 2) h w m + g f / 2`."""
    growth = parameters["visa_journeys_growth"]
    hour = calc_wage(code, facts, parameters) * parameters["value_of_other_time"]
    return (1 + growth / 2) * parameters["visa_hours"] * hour + growth * fee / 2
