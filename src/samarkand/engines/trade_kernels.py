"""Compiled loops over trade: changes of iceberg costs from costs of freight, and what goods a trade carries."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


@njit(cache=True, nogil=True, error_model="numpy", boundscheck=False)  # type: ignore[untyped-decorator, unused-ignore]
def write_iceberg_hats(
    without: Floats, with_: Floats, first: Ints, number: Ints, value: Floats, share: Floats, hat: Floats
) -> None:
    """hat[d, o, s] = 1 + sum over the cargoes k of s of share_k ((v_k + with_) / (v_k + without) - 1).

    without, with_: cost by class, origin and destination; the cargoes of s are first[s] up to first[s + 1]: number of
    the class, value, share. Not a number counts as no change.
    """
    classes, count = without.shape[:2]
    sectors = first.size - 1
    for d in range(count):
        for o in range(count):
            moved = False
            for c in range(classes):
                moved |= without[c, o, d] != with_[c, o, d]
            if not moved:
                for s in range(sectors):
                    hat[d, o, s] = 1.0
                continue
            for s in range(sectors):
                begin, end = first[s], first[s + 1]
                total = 1.0
                for k in range(begin, end):
                    c, v = number[k], value[k]
                    part = 1.0 + share[k] * ((v + with_[c, o, d]) / (v + without[c, o, d]) - 1.0)
                    if part != part:
                        part = 1.0
                    total = part if end - begin == 1 else total + (part - 1.0)
                hat[d, o, s] = total


@njit(cache=True, nogil=True, error_model="numpy", boundscheck=False)  # type: ignore[untyped-decorator, unused-ignore]
def add_goods(flow: Floats, by_route: Bools, of_usd: Floats, goods: Floats) -> None:
    """goods[q, o, d, k] = sum over the sectors s that go by routes of flow[d, o, s] of_usd[o, s, q, k].

    flow: money; what is not a number counts as nothing. by_route: [d, o, s].
    """
    count, sectors = flow.shape[1:]
    amounts, classes = of_usd.shape[2:]
    size = amounts * classes
    of_sector = of_usd.reshape(count, sectors, size)
    total = np.empty(size)
    for d in range(flow.shape[0]):
        for o in range(count):
            total[:] = 0.0
            for s in range(sectors):
                money = flow[d, o, s]
                if by_route[d, o, s] and money == money:
                    for q in range(size):
                        total[q] += money * of_sector[o, s, q]
            for q in range(amounts):
                for k in range(classes):
                    goods[q, o, d, k] = total[q * classes + k]
