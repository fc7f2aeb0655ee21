"""What could be built in the place of an item, beside it: each in the programme without the other.

    more(t) = flow of the item - flow of the alternative, in every year of either

Its rate of return says what the dearer of the two gives for what it costs more. Both are discounted to the first year
of the earlier one.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from samarkand.core.conventions import Floats
from samarkand.engines.project_values import Rate, calc_present_value, calc_rate_of_return
from samarkand.programme.model.models import Item, Programme
from samarkand.question import Question, Terms
from samarkand.worth.item_worth import ItemWorth


class More(NamedTuple):
    """What an item gives over an alternative: US$ m at the start of the earlier one, and the rate of return on it."""

    net: float
    rate: Rate


def instead_of(asked: Question, alternative: str) -> tuple[Programme, Terms]:
    """The programme with an alternative as an item of it, and the terms of a question that leaves out the item in whose
    place it stands."""
    programme, scenario = asked.programme, asked.scenario
    of = next(item.alternative_to for item in programme.items if item.id == alternative)
    moved = {
        level: tuple(_of_the_programme(item) if item.id == alternative else item for item in getattr(programme, level))
        for level in ("projects", "measures")
    }  # fmt: skip
    without = [name for name in scenario.without if name not in programme.alternatives]
    terms: Terms = {
        "years": scenario.years, "without": [*without, of], "assumptions": dict(scenario.assumptions),
        "closures": scenario.closures, "deficit_rule": scenario.deficit_rule, "charge": scenario.charge,
        "construction_demand": scenario.construction_demand,
        "transit_payments": scenario.transit_payments,
    }  # fmt: skip
    if asked.projection is not None:
        terms["projection"] = asked.projection
    return programme.model_copy(update=moved), terms


def _of_the_programme(item: Item) -> Item:
    own = tuple(pair for pair in item.attributes if pair[0] != "alternative_to")
    return item.model_copy(update={"attributes": own})


def more_than(one: ItemWorth, other: ItemWorth, rate: float) -> More:
    """What an item gives over an alternative, both assessed."""
    assert one.life is not None
    assert other.life is not None
    first = min(one.life.start, other.life.start)
    last = max(one.life.years[-1], other.life.years[-1])

    def flows(of: ItemWorth) -> Floats:
        assert of.life is not None
        found = np.zeros(last - first + 1)
        begin = of.life.start - first
        found[begin : begin + len(of.life.years)] = of.flows()
        return found

    more = flows(one) - flows(other)
    return More(calc_present_value(more, rate), calc_rate_of_return(more))
