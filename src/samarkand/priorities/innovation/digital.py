"""Readiness for digital trade: how far measures are implemented, by the survey of the United Nations where imported."""

from __future__ import annotations

import numpy as np

from samarkand.core.gaps import Gap
from samarkand.core.labels import labelled
from samarkand.priorities.base import Levels
from samarkand.state import State
from samarkand.world.importers import import_hint

NEED = "trade facilitation survey"
# Groups of measures of the survey, and the figures that they are; the first is all of them together.
GROUPS = {
    "all measures": "facilitation_all",
    "transparency": "facilitation_transparency",
    "formalities": "facilitation_formalities",
    "institutions": "facilitation_institutions",
    "paperless trade": "facilitation_paperless",
    "cross-border paperless trade": "facilitation_cross_border",
}
NOT_OF_THE_PROGRAMME = (
    "not assessed: nothing says how many measures of the survey an item implements; what documents save at crossings "
    "is in the cost of trade"
)
NOT_SURVEYED = "the survey that was imported has no figure of it"


def readiness_of(state: State) -> Levels | Gap:
    """Implementation by group, dims (economy, case), in the newest survey of each economy."""
    world = state.world
    if not world.has(NEED):
        return Gap("innovation", "paperless_readiness", f"needs file: {import_hint(NEED)}")
    table = np.array(
        [[world.fact(code, name).value for name in GROUPS.values()] for code in world.labels], dtype=float
    )
    values = labelled(table, economy=world.labels, case=tuple(GROUPS))
    reason = labelled(
        np.where(np.isnan(table), NOT_SURVEYED, NOT_OF_THE_PROGRAMME),
        economy=world.labels,
        case=tuple(GROUPS),
    )
    return Levels(without=values, with_=values * np.nan, reason=reason)
