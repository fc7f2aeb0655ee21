"""Places on the sphere as unit vectors, and distances by the chord between them.

    distance = 2 R arcsin(chord / 2),    chord^2 = sum over axes of (u - v)^2

exact for near places and far ones; which of many is nearest needs no more than the square.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]

EARTH_RADIUS_KM = 6371.0088  # mean radius, IUGG


def unit_vectors(latitude: ArrayLike, longitude: ArrayLike) -> Floats:
    """Unit vectors of places, [axis, place]; degrees."""
    phi, lam = np.radians(latitude), np.radians(longitude)
    return np.stack([np.cos(phi) * np.cos(lam), np.cos(phi) * np.sin(lam), np.sin(phi)])


def calc_squared_chord(places: Floats, place: Floats) -> Floats:
    """Square of the chord from each of some `places` [axis, place] to one [axis]; pure numbers."""
    x, y, z = places
    u, v, w = place
    squared: Floats = (x - u) ** 2 + (y - v) ** 2 + (z - w) ** 2
    return squared


def calc_chord_distance(chord: Floats) -> Floats:
    """Great-circle distance in km of a chord of the unit sphere."""
    distance: Floats = 2 * EARTH_RADIUS_KM * np.arcsin(np.clip(chord / 2, 0, 1))
    return distance
