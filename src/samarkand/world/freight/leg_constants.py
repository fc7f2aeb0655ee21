"""Declared constants of goods that are sent by the trainload, on legs to ports (`leg_choice`)."""

from __future__ import annotations

from functools import cache
from typing import Self

from pydantic import model_validator

from samarkand.core.declarations import read_rows
from samarkand.core.evidence import Cited, Evidence
from samarkand.world.freight.mode_choice import VOT_CLASSES


class LegRow(Cited):
    """A row of `leg_constants.csv`: log odds of road less those of rail on legs of a class of goods, less those of all
    goods; pure numbers."""

    vot_class: str
    road_over_rail: float
    low: float
    high: float

    @model_validator(mode="after")
    def _holds_together(self) -> Self:
        if self.vot_class not in VOT_CLASSES:
            raise ValueError(f"{self.vot_class} is no class of goods: {', '.join(VOT_CLASSES)}")
        if self.road_over_rail > 0:
            raise ValueError(
                f"{self.vot_class}: {self.road_over_rail} is above zero; goods that take the train less readily than "
                "others have no row"
            )
        _ = self.evidence
        return self

    @property
    def evidence(self) -> Evidence:
        """The figure with its range."""
        return self.cited(self.road_over_rail, "1", low=self.low, high=self.high)


@cache
def leg_constants() -> dict[str, float]:
    """Declared constants by class of goods. Raises ValueError where a class has two rows."""
    rows = read_rows("samarkand.world.freight", "leg_constants.csv", LegRow)
    found = {row.vot_class: row.road_over_rail for row in rows}
    if len(found) < len(rows):
        raise ValueError("leg_constants.csv: a class of goods has one row")
    return found
