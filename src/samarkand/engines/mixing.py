"""Fixed points of few variables that cannot be negative, by Anderson's mixing.

    x' = x - H f(x),  f(x) = g(x) - x
    H = H0 + (dX - H0 dF) dF^+     dX, dF: differences of x and of f from the points tried last

Of as many points as there are variables that move, so that with one it is the secant. H0 is the inverse slope of f at
a fixed point near by where one is known; else repetition, H0 = -1, and the first step half of it. Anderson (1965),
Journal of the ACM 12(4); Walker and Ni (2011), SIAM Journal on Numerical Analysis 49(4), for the form.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

FIRST = 0.5  # of the way to g(x)
LONGEST = 4.0  # times what stood before: no value grows or falls by more in one step


class Mixing:
    """Steps towards a fixed point, from the points that were tried.

    inverse: H at a fixed point near by, shape (variables, variables).
    """

    def __init__(self, inverse: Floats | None = None) -> None:
        self._first = inverse
        self._tried: list[tuple[Floats, Floats]] = []
        self._left: NDArray[np.bool_] | None = None  # what was set to nothing before

    @property
    def inverse(self) -> Floats | None:
        """H at the last point; None where no step was taken and none was known."""
        if len(self._tried) < 2:
            return self._first
        x, image = self._tried[-1]
        return self._learned(x, image - x, self._tried[:-1])

    def step(self, x: Floats, image: Floats) -> Floats:
        """The next point to try; image: g(x)."""
        miss = image - x
        if self._tried:
            found = x - self._learned(x, miss, self._tried) @ miss
        else:
            found = x + FIRST * miss if self._first is None else x - self._first @ miss
        self._tried = [*self._tried[-x.size :], (x, image)]
        return self._bounded(x, image, found)

    def _learned(self, x: Floats, miss: Floats, tried: list[tuple[Floats, Floats]]) -> Floats:
        base = -np.eye(x.size) if self._first is None else self._first
        moving = int(((x > 0) | (miss != 0)).sum())
        last = tried[-max(moving, 1) :]
        moved = np.stack([x - at for at, _ in last], axis=1)
        missed = np.stack([miss - (other - at) for at, other in last], axis=1)
        learned: Floats = base + (moved - base @ missed) @ np.linalg.pinv(missed)
        return learned

    def _bounded(self, x: Floats, image: Floats, found: Floats) -> Floats:
        """No step beyond what is allowed. A value whose image is nothing becomes nothing, the first time."""
        if self._left is None:
            self._left = np.zeros(x.size, np.bool_)
        leaves = (image == 0) & (x > 0) & ~self._left
        self._left |= leaves
        known = np.where(x > 0, x, image)  # what was nothing may begin anywhere up to its image
        kept = np.where(image > 0, np.clip(found, known / LONGEST, known * LONGEST), np.maximum(found, 0.0))
        return np.where(leaves, 0.0, kept)
