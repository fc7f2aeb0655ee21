"""Constants of modes by what decides them are those of the choice of modes, written out or put together one by one."""

from __future__ import annotations

import numpy as np
import pandas as pd

from samarkand.engines.choice_kernels import constant_of
from samarkand.world.freight.mode_choice import (
    MODES,
    VOT_CLASSES,
    distance_between_cities,
    find_barred,
    within_north_america,
)
from samarkand.world.freight.mode_constants import declared_choice
from samarkand.world.freight.pair_constants import PairConstants
from samarkand.world.parameters import load_parameters

PARAMETERS = load_parameters()
CITIES = pd.DataFrame(
    {
        "iso3": ["USA", "CAN", "MEX", "DEU", "CHN", "DEU"],
        "lat": [34.0, 43.7, 19.4, 53.5, 31.2, 52.5],
        "lon": [-118.2, -79.4, -99.1, 10.0, 121.5, 13.4],
        "population": 1e6,
    },
    index=["Los Angeles", "Toronto", "Mexico City", "Hamburg", "Shanghai", "Berlin"],
)


def test_constants_are_those_of_the_choice_of_modes() -> None:
    ends = tuple(end.astype(np.int32) for end in np.triu_indices(len(CITIES)))
    others = np.arange(ends[0].size) % 3 > 0
    choice = declared_choice(PARAMETERS)
    parts = PairConstants.of(choice, CITIES, ends, others, PARAMETERS)
    assert set(parts.segment.tolist()) == {0, 1, 2, 3}
    km, american = distance_between_cities(CITIES)[ends], within_north_america(CITIES)[ends]
    expected = choice.constants(km, american)
    expected[find_barred(km, others, PARAMETERS)] = -np.inf
    whole = parts.whole()
    np.testing.assert_array_equal(whole, expected)
    one_by_one = [
        constant_of(r, k, m, *parts) for r, k, m in np.ndindex(ends[0].size, len(VOT_CLASSES), len(MODES))
    ]
    np.testing.assert_array_equal(np.reshape(one_by_one, whole.shape), whole)
