"""What an item may cost in the end, by the projects of its class that came before it.

    outturn = capex (1 + s m)     m: mean overrun of the class; s: the share of it that is still to come

Less what agreed changes have added already (`programme.model.change_orders`): they are a part of the overrun.

The classes, and the share still to come by the stage of an estimate, are those of delivery risk
(`priorities.reference_fit`).
"""

from __future__ import annotations

from collections.abc import Mapping

from samarkand.priorities.reference_fit import ReferenceClass, reference_classes, share_to_come
from samarkand.programme.model.change_orders import calc_still_to_come, share_that_came
from samarkand.programme.model.models import Item


def class_of(item: Item) -> ReferenceClass | None:
    """The class of an item; None where there is none of its kind."""
    for row in reference_classes():
        if item.kind in row.kinds and (not row.fuels or set(item.words("fuel")) & set(row.fuels)):
            return row
    return None


def overrun_of(item: Item, parameters: Mapping[str, float]) -> float:
    """Mean overrun that is still to be expected of an item, a fraction of its capital cost; zero without a class."""
    row = class_of(item)
    if row is None:
        return 0.0
    return float(calc_still_to_come(row.value * share_to_come(item, parameters), share_that_came(item)))
