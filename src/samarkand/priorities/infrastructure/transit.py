"""Transit income: what economies earn when goods of others pass, without the programme and with it."""

from __future__ import annotations

import numpy as np

from samarkand.core.labels import labelled
from samarkand.priorities.base import Levels
from samarkand.state import State
from samarkand.world.freight.transit import KINDS, income_by_economy

NOT_ASKED = "worked out where reach is asked for (--reach), in the last state"
NO_TARIFF = "no tariff of transit is known of the economy for this kind of place"


def transit_of(state: State) -> Levels:
    """US$ m a year by economy and kind of place, of the trade before anybody pays; see `world.freight.transit`."""
    economies = state.world.labels
    if state.left_out is None:
        nothing = labelled(np.full((len(economies), len(KINDS)), np.nan), economy=economies, case=KINDS)
        return Levels(nothing, nothing, reason=NOT_ASKED, ramped=False)
    inside = state.world.inside_rest_of_world
    without, with_ = (income_by_economy(one, economies, inside) for one in state.unpaid.transit)
    return Levels(without, with_, reason=NO_TARIFF, ramped=False)
