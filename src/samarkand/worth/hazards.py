"""What natural hazards take from the worth of an item: expected damage, and benefits lost on days of closure.

    damage    -hazard_damage / hosts                   US$ m a year from the opening on, whatever the traffic
    closure   -closed_days / 365 x benefit             of each margin, in the course of that benefit

Transfers are left as they are: what one party loses on those days another keeps. Both figures are the item's own
(`samarkand screen` works them out from maps).
"""

from __future__ import annotations

from collections.abc import Iterable

from samarkand.core.evidence import Evidence
from samarkand.ledger.entries import DAMAGE
from samarkand.ledger.margins import margins
from samarkand.programme.model.models import Item
from samarkand.worth.streams import Amount, Stream

DAYS = 365.0


def hazard_streams(item: Item, benefits: Iterable[Stream]) -> list[Stream]:
    """Damage, and a stream of closures for each benefit; none of an item without the figures or without benefits."""
    listed = [one for one in benefits if not margins()[one.margin].transfer]
    damage, closed = item.figure("hazard_damage"), item.figure("closed_days")
    found = []
    if damage is not None and listed:
        found.append(_damage(item, damage))
    if closed is not None:
        found += [_closure(one, closed) for one in listed]
    return found


def _damage(item: Item, damage: Evidence) -> Stream:
    low, central, high = (one / len(item.economies) for one in damage.ends)
    amounts = {(code, ""): Amount(-high, -central, -low) for code in item.economies}
    return Stream("hazard_loss", "any", "direct", amounts, "at_once", 0, "estimated", damage.citation, DAMAGE)


def _closure(benefit: Stream, closed: Evidence) -> Stream:
    low, central, high = (one / DAYS for one in closed.ends)
    amounts = {}
    for by, amount in benefit.amounts.items():
        # The ends of days and of the benefit are the worst and the best of their products.
        products = [-days * end for days in (low, high) for end in (amount.low, amount.high)]
        amounts[by] = Amount(min(products), -central * amount.central, max(products))
    case = f"closure, {benefit.margin}"
    return Stream(
        "hazard_loss",
        "any",
        "direct",
        amounts,
        benefit.course,
        benefit.base_year,
        benefit.grade,
        closed.citation,
        case,
    )
