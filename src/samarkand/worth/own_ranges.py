"""Ranges of the item's own figures in the range of what it is worth.

    low, high    the margin with each published figure at the end that is worse, or better, for the world, and all
                 parameters at their ends as well

Which end of a figure is the worse one is found by moving it alone. Who receives a transfer and who pays it have one
range.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import wraps
from typing import TypeAlias

from samarkand.core.evidence import Evidence
from samarkand.core.gaps import Gap
from samarkand.programme.model.models import Item
from samarkand.world.economies.facts import Facts
from samarkand.worth.streams import Amount, Stream

Found: TypeAlias = tuple[list[Stream], list[Gap]]
At: TypeAlias = Mapping[str, float]
StreamsOf: TypeAlias = Callable[[Item, Facts, At, At, At], Found]


def with_own_ranges(streams_of: StreamsOf) -> StreamsOf:
    """The streams of an item with the ranges of its own figures in theirs; unchanged where it publishes none."""

    @wraps(streams_of)
    def found(item: Item, facts: Facts, low: At, value: At, high: At) -> Found:
        streams, gaps = streams_of(item, facts, low, value, high)
        ranged = {name: figure for name, figure in item.own_figures() if _has_range(figure)}
        if not streams or not ranged:
            return streams, gaps
        worse: dict[str, float] = {}
        better: dict[str, float] = {}
        for name, figure in ranged.items():
            least, _, most = figure.ends
            at_least, at_most = (
                _total(streams_of(at(item, {name: one}), facts, value, value, value)) for one in (least, most)
            )
            if at_least != at_most:
                worse[name], better[name] = (least, most) if at_least < at_most else (most, least)
        if not worse:
            return streams, gaps
        bad, good = (streams_of(at(item, one), facts, low, value, high)[0] for one in (worse, better))
        return [_between(stream, bad, good) for stream in streams], gaps

    return found


def at(item: Item, values: Mapping[str, float]) -> Item:
    """The item with some of its figures replaced."""
    moved = tuple(
        (name, one.model_copy(update={"value": values[name], "low": None, "high": None}))
        if name in values and isinstance(one, Evidence)
        else (name, one)
        for name, one in item.attributes
    )
    return item.model_copy(update={"attributes": moved})


def _has_range(figure: Evidence) -> bool:
    return figure.value is not None and len(set(figure.ends)) > 1


def _total(found: Found) -> float:
    return sum(stream.total.central for stream in found[0])


def _between(stream: Stream, bad: list[Stream], good: list[Stream]) -> Stream:
    """The stream from the least to the most of itself and of the two ends."""
    ends = [one.amounts for one in (*bad, *good) if one.margin == stream.margin]
    amounts = {}
    for key, amount in stream.amounts.items():
        others = [one[key] for one in ends if key in one]
        amounts[key] = Amount(
            min(amount.low, *(one.low for one in others)),
            amount.central,
            max(amount.high, *(one.high for one in others)),
        )
    return replace(stream, amounts=amounts)
