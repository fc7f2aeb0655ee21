"""Fixed points of few variables that cannot be negative, by Anderson's mixing.

    x' = g(x) - sum over k of c[k] (g(x) - g(x[k]))
    c: least squares of f(x) - sum over k of c[k] (f(x) - f(x[k])), with f(x) = g(x) - x

over the last points k; where there is none yet, half-way to g(x). Anderson (1965), Journal of the ACM 12(4); Walker and
Ni (2011), SIAM Journal on Numerical Analysis 49(4), for the form.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

MOST_KEPT = 6  # points
FIRST = 0.5  # of the way to g(x)
LONGEST = 4.0  # times what stood before: no value grows or falls by more in one step


class Mixing:
    """Steps towards a fixed point, from the points that were tried."""

    def __init__(self) -> None:
        self._tried: list[tuple[Floats, Floats]] = []

    def step(self, x: Floats, image: Floats) -> Floats:
        """The next point to try; image: g(x)."""
        miss = image - x
        if not self._tried:
            found = x + FIRST * miss
        else:
            moved = np.stack([miss - (other - at) for at, other in self._tried], axis=1)
            images = np.stack([image - other for _, other in self._tried], axis=1)
            weights = np.linalg.lstsq(moved, miss, rcond=None)[0]
            found = image - images @ weights
        self._tried = [*self._tried[1 - MOST_KEPT :], (x, image)]
        known = np.where(x > 0, x, image)  # what was nothing may begin anywhere up to its image
        return np.where(image > 0, np.clip(found, known / LONGEST, known * LONGEST), np.maximum(found, 0.0))
