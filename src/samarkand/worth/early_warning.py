"""Losses that an early warning avoids.

    benefit   L s c     US$ m a year

L expected loss a year from the hazard where it warns, s the share of it that the warning reaches, c the part of a loss
that people avert in time. Lives are the larger benefit of most warnings: they are not in it, as nobody's are given.
"""

from __future__ import annotations

from collections.abc import Mapping

from samarkand.core.gaps import Gap
from samarkand.programme.model.models import Item
from samarkand.worth.streams import Amount, Stream

KIND = "early_warning"
SOURCE = (
    "World Meteorological Organization: 24 hours of warning cut losses by 30 %; less where there is less time"
)


def warning_streams(
    item: Item, low: Mapping[str, float], value: Mapping[str, float], high: Mapping[str, float]
) -> tuple[list[Stream], list[Gap]]:
    """Losses avoided, in equal parts of its economies, and what is missing; nothing for other kinds."""
    if item.kind != KIND:
        return [], []
    loss, reached = item.figure("expected_loss"), item.figure("reached_share")
    if loss is None:
        return [], [Gap(item.id, "hazard_loss", "not assessed: needs expected_loss of the item")]
    share = 1.0 if reached is None else reached.value or 0.0
    part = share * (loss.value or 0.0) / len(item.economies)
    amount = Amount(*(part * one["warning_cut"] for one in (low, value, high)))
    base = loss.year or (item.opening.year if item.opening else 0)
    amounts = {(code, ""): amount for code in item.economies}
    return [Stream("hazard_loss", "any", "direct", amounts, "grows", base, "estimated", SOURCE)], []
