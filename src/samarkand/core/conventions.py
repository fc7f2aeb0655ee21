"""Conventions: the year of the accounts, the label of the rest of the world, types of plain arrays."""

import numpy as np
from numpy.typing import NDArray

BASE_YEAR = 2022  # of accounts and network: the size of everything where nothing is projected
REST_OF_WORLD = "ROW"  # label of all economies without accounts of their own, as one

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
