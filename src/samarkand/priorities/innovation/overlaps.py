"""Effects that two channels could count: shown apart, with what they overlap with, and never added up."""

from __future__ import annotations

import numpy as np
from pydantic import BaseModel, ConfigDict

from samarkand.core.declarations import read_table
from samarkand.core.units import format_value
from samarkand.priorities.base import Indicator
from samarkand.priorities.faces import NO_FIGURE, Answer, Table
from samarkand.priorities.registry import find_indicator
from samarkand.priorities.results import unit_of

MARGIN = "margin:"
NO_SUM = "Nothing is added up over these rows; samarkand innovation says why each overlaps."


class Overlap(BaseModel):
    """A row of `overlaps.csv`: an effect, what may be the same, where its money is counted, and why."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    effect: str
    other: str
    counted: str
    reason: str


def overlaps() -> tuple[Overlap, ...]:
    """The declared pairs."""
    return read_table(__package__, "overlaps.csv", Overlap)


def effects_apart(answer: Answer, why: bool = False) -> Table:
    """Each effect with its least and greatest figure in the last year, and what overlaps with it; no sum."""
    rows = tuple(
        (
            _title(row.effect), _span(answer, row.effect), _title(row.other), row.counted,
            *((row.reason,) if why else ()),
        )
        for row in overlaps()
    )  # fmt: skip
    heads = ("effect", "least and greatest", "overlaps with", "its money is in", *(("why",) if why else ()))
    return Table("Effects that overlap, apart", heads, rows, NO_SUM, numbers=5)


def _title(name: str) -> str:
    if name.startswith(MARGIN):
        return f"ledger: {name.removeprefix(MARGIN).replace('_', ' ')}"
    return find_indicator(name)[1].title


def _span(answer: Answer, name: str) -> str:
    """Of the change; of the level without the programme where no change is assessed."""
    _, row = find_indicator(name)
    for scenario in ("change", "without") if row.change != "direct" else ("change",):
        values = answer.array(name, scenario).to_numpy()
        known = values[np.isfinite(values)]
        if known.size:
            return _shown(row, scenario, float(known.min()), float(known.max()))
    return NO_FIGURE


def _shown(row: Indicator, scenario: str, least: float, greatest: float) -> str:
    words = [format_value(value, unit_of(row, scenario)) for value in (least, greatest)]
    return words[0] if words[0] == words[1] else f"{words[0]} to {words[1]}"
