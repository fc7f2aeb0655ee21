"""What training adds to the pay of those who complete it over their working lives, and what the places cost.

    gain    n(t) P c e s r w / 1e6     US$ m a year, n cohorts that have completed and still work
    cost    m(t) P v / 1e6             m cohorts that study

P places of a cohort, c the share that completes, e of these the share that has work, s years of study, r the return of
a year, w pay a year without it, v the value of a place a year: as the channel of skills has them. Cohorts begin in the
years in which places are offered, of an item without an end in those of `asset_life_other`; all are followed to the end
of their working lives. Pay and what places cost grow alike. There is no ramp-up: cohorts are it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

from samarkand.core.gaps import Gap
from samarkand.programme.channels.skills import CHANNEL, SkillsChange, intakes_of
from samarkand.programme.model.models import Item
from samarkand.world.world import World
from samarkand.worth.cohorts import Cohorts
from samarkand.worth.streams import Amount, Stream

KIND = "scholarships"
PLACES = "places"  # the case of what they cost
SOURCE = "Psacharopoulos & Patrinos (2018): return of a year of schooling; pay and places of the item"


def training_streams(
    item: Item, world: World, low: Mapping[str, float], value: Mapping[str, float], high: Mapping[str, float]
) -> tuple[list[Stream], list[Gap]]:
    """Pay that training adds and what its places cost, and what is missing; nothing for other kinds."""
    if item.kind != KIND or item.opening is None:
        return [], []
    found = [CHANNEL.effects_of(item, world, one) for one in (low, value, high)]
    changes = [one for effects in found for one in effects.changes if isinstance(one, SkillsChange)]
    if len(changes) < len(found):
        return [], list(found[1].gaps)
    change, intakes = changes[1], _intakes_appraised(item, value)
    working = Cohorts(intakes, change.duration, change.duration + change.working_life)
    studying = Cohorts(intakes, 0.0, change.duration)
    gains: dict[tuple[str, str], Amount] = {}
    for place, (economy, _) in enumerate(change.gain):
        gains[economy, ""] = Amount(*(working.most * one.gain[place][1] for one in changes))
    costs = {(economy, ""): Amount.sure(-studying.most * cost) for economy, cost in change.cost}
    wage = item.figure("wage")
    base = (wage.year if wage else None) or item.opening.year
    streams = [
        Stream("skills", "any", "direct", gains, "grows", base, "estimated", SOURCE, cohorts=working),
        Stream(
            "skills",
            "any",
            "direct",
            costs,
            "grows",
            base,
            "estimated",
            SOURCE,
            PLACES,
            studying,
            is_cost=True,
        ),
    ]
    return [one for one in streams if any(amount.central for amount in one.amounts.values())], []


def years_of_training(item: Item, parameters: Mapping[str, float]) -> int | None:
    """Years from the first cohort to the end of the last one's working life; None for other kinds, or unknown."""
    study = item.figure("duration")
    if item.kind != KIND or study is None:
        return None
    after = (study.value or 0.0) + parameters["skills_working_life"]
    return math.ceil(_intakes_appraised(item, parameters) - 1.0 + after)


def _intakes_appraised(item: Item, parameters: Mapping[str, float]) -> float:
    return min(intakes_of(item), parameters["asset_life_other"])
