"""Debt-carrying capacity: a composite indicator, its classes, and when an economy changes class."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike, NDArray

WEAK, MEDIUM, STRONG = 0, 1, 2


def calc_composite_indicator(
    means: ArrayLike, weights: ArrayLike, squared: ArrayLike, squared_weight: float
) -> NDArray[np.float64]:
    """`CI = sum over k of b_k x_k + b_s x_s^2`, with the square of the mean, not the mean of squares.

    `means` x: shape (..., components), shares as fractions and scores as scores; `weights` b: (components,);
    `squared` x_s: (...). Source: IMF and World Bank (2018), Guidance Note, paragraph 57; the square of the mean as in
    the official template (10.09 % of 31.76 %).
    """
    x = np.asarray(means, dtype=np.float64)
    return np.asarray(
        x @ np.asarray(weights, dtype=np.float64)
        + squared_weight * np.square(np.asarray(squared, dtype=np.float64)),
        dtype=np.float64,
    )


def classify(indicator: ArrayLike, weak_below: float, strong_above: float) -> NDArray[np.int64]:
    """`0` (weak) where `CI < weak_below`, `2` (strong) where `CI > strong_above`, else `1`: both ends are medium.

    Source: IMF and World Bank (2018), Guidance Note, table 5.
    """
    ci = np.asarray(indicator, dtype=np.float64)
    return np.asarray(np.where(ci < weak_below, WEAK, np.where(ci > strong_above, STRONG, MEDIUM)))


def class_in_force(signals: Sequence[int], start: int | None = None) -> int:
    """The class after a row of signals, oldest first: it changes only where two signals in a row name one other class.

    `start` is the class in force before the first signal; without it the first signal is. Source: IMF and World Bank
    (2018), Guidance Note, paragraph 62.
    """
    if start is None and not signals:
        raise ValueError("no class and no signal")
    force = signals[0] if start is None else start
    for before, now in pairwise(signals):
        if before == now != force:
            force = now
    return force
