"""Declared constants of the choice of modes (`mode_constants.csv`); written by `python -m data.mode_constants`.

They belong to goods and distances more than to a network: a network of another part of the world, or one without a
mode, has the same.
"""

from __future__ import annotations

import numpy as np
from pydantic import BaseModel, ConfigDict

from samarkand.core.conventions import Floats
from samarkand.core.declarations import read_rows
from samarkand.core.evidence import Flag
from samarkand.world.freight.mode_choice import MODES, TERMS, ModeChoice
from samarkand.world.parameters import Parameters


class ConstantRow(BaseModel):
    """A row of `mode_constants.csv`: the weights of a term for road and rail, those of the sea being zero."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    term: str
    road: float
    rail: float
    source: str
    flag: Flag


def declared_constants() -> Floats:
    """Declared weights [term, mode], pure numbers, a thousandth of them per km in the term of distance."""
    rows = read_rows("samarkand.world.freight", "mode_constants.csv", ConstantRow)
    if [row.term for row in rows] != list(TERMS):
        raise ValueError(f"mode_constants.csv: one row a term, {', '.join(TERMS)}, in this order")
    return np.array([[getattr(row, mode, 0.0) for mode in MODES] for row in rows])


def declared_choice(parameters: Parameters) -> ModeChoice:
    """The choice of modes with the declared constants and the scale of the parameters."""
    return ModeChoice(parameters["mode_choice_scale"], declared_constants())
