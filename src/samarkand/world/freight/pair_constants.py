"""Constants of mode choice of all pairs of cities, by what decides them: distance, North America, goods off the road.

Written out they are 27 numbers a pair, 100 MB at 1,000 cities. Changes of the network touch some pairs and some modes
of these: there they are put together one by one (`constant_of` of `choice_kernels`).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from samarkand.core.conventions import Floats
from samarkand.world.freight.mode_choice import (
    IN_TANKS,
    ROAD,
    ModeChoice,
    distance_between_cities,
    leave_the_road,
    values_of_classes,
    within_north_america,
)
from samarkand.world.parameters import Parameters

Bools = NDArray[np.bool_]


class PairConstants(NamedTuple):
    """Constant of a pair, class of goods and mode: level + by_distance * distance + more.

    distance: great circle, 1,000 km [pair]; segment: [pair], 1 within North America, and 2 more where goods in tanks
    leave the road; level, more: [segment, class, mode], the level minus infinity where goods do not take a mode;
    by_distance: [mode].
    """

    distance: Floats
    segment: NDArray[np.int8]
    level: Floats
    by_distance: Floats
    more: Floats

    @classmethod
    def of(
        cls,
        choice: ModeChoice,
        cities: pd.DataFrame,
        ends: tuple[NDArray[np.int32], NDArray[np.int32]],
        others: Bools,
        parameters: Parameters,
    ) -> PairConstants:
        """Those of a choice of modes. ends: cities of the pairs; others: where rail or the sea is offered [pair]."""
        km, american = distance_between_cities(cities)[ends], within_north_america(cities)[ends]
        barred = leave_the_road(km, others, parameters)
        anywhere, by_distance, in_america = choice.parts_at(values_of_classes())
        level, more = np.stack([anywhere] * 4), np.zeros((4, *in_america.shape))
        level[2:, IN_TANKS, ROAD] = -np.inf
        more[1::2] = in_america
        segment = american.astype(np.int8) + 2 * barred.astype(np.int8)
        return cls(km / 1000.0, segment, level, by_distance.copy(), more)

    def whole(self) -> Floats:
        """All of them written out, [pair, class of goods, mode]."""
        found = self.level[self.segment]
        found += (self.by_distance * self.distance[:, None])[:, None]
        there = np.flatnonzero(self.segment % 2)
        found[there] += self.more[1]
        return found
