"""Constants of the choice of modes for networks that have no pair of cities to calibrate them on.

They stand for what no skim holds (frequency, reliability, capacity, subsidy) relative to the sea, and belong to the
goods and the market more than to a network. A network of another part of the world, or one without a mode, takes over
what calibration gave on the embedded one; `ModeChoice.carried_over` names the segments.
"""

from __future__ import annotations

import numpy as np
from pydantic import BaseModel, ConfigDict

from samarkand.core.conventions import Floats
from samarkand.core.declarations import read_rows
from samarkand.core.evidence import Flag
from samarkand.world.freight.mode_choice import MODES, SEGMENTS, VOT_CLASSES


class ConstantRow(BaseModel):
    """A row of `mode_constants.csv`: constants of road and rail, that of the sea being zero."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    segment: str
    vot_class: str
    road: float
    rail: float
    source: str
    flag: Flag


def declared_constants() -> Floats:
    """Declared constants (segment, vot_class, mode), pure numbers."""
    rows = read_rows("samarkand.world.freight", "mode_constants.csv", ConstantRow)
    found = np.full((len(SEGMENTS), len(VOT_CLASSES), len(MODES)), np.nan)
    for row in rows:
        found[SEGMENTS.index(row.segment), VOT_CLASSES.index(row.vot_class)] = [
            getattr(row, mode, 0.0) for mode in MODES
        ]
    if np.isnan(found).any() or len(rows) != found[..., 0].size:
        raise ValueError("mode_constants.csv: one row a segment and class of goods")
    return found
