"""Compiled loops over trade: changes of iceberg costs from costs of freight, and what goods a trade carries."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
SIDE_BY_SIDE = 4  # sellers


@njit(cache=True, nogil=True, error_model="numpy", boundscheck=False)  # type: ignore[untyped-decorator, unused-ignore]
def write_iceberg_hats(
    without: Floats, with_: Floats, first: Ints, number: Ints, value: Floats, share: Floats, part: Floats,
    hat: Floats,
) -> None:  # fmt: skip
    """hat[d, o, s] = 1 + part[d, o, s] sum over the cargoes k of s of share_k ((v_k + with_) / (v_k + without) - 1).

    without, with_: cost by class, origin and destination; the cargoes of s are first[s] up to first[s + 1]: number of
    the class, value, share. Not a number counts as no change.
    """
    classes, count = without.shape[:2]
    sectors = first.size - 1
    of_sector, before, after = np.empty((sectors, count)), np.empty(count), np.empty(count)
    old, new = np.empty((classes, count)), np.empty((classes, count))
    hat[:] = 1.0
    moved, buyers = np.empty(count, np.bool_), np.empty(count, np.int64)
    for o in range(count):  # buyers side by side, and what is small stays in fast memory
        moved[:] = False
        for c in range(classes):
            for d in range(count):
                moved[d] |= without[c, o, d] != with_[c, o, d]
        size = 0
        for d in range(count):
            if moved[d]:
                buyers[size] = d
                size += 1
        for c in range(classes):
            for b in range(size):
                old[c, b], new[c, b] = without[c, o, buyers[b]], with_[c, o, buyers[b]]
        for s in range(sectors):
            begin, end = first[s], first[s + 1]
            total = of_sector[s]
            total[:size] = 1.0
            for k in range(begin, end):
                c, v, cargo = number[k], value[k], share[k]
                for b in range(size):
                    before[b], after[b] = v + old[c, b], v + new[c, b]
                for b in range(size):
                    dearer = 1.0 + cargo * (after[b] / before[b] - 1.0)
                    dearer = dearer if dearer == dearer else 1.0
                    total[b] = dearer if end - begin == 1 else total[b] + (dearer - 1.0)
        for b in range(size):
            d = buyers[b]
            for s in range(sectors):
                hat[d, o, s] = 1.0 + part[d, o, s] * (of_sector[s, b] - 1.0)


@njit(cache=True, nogil=True, error_model="numpy", boundscheck=False)  # type: ignore[untyped-decorator, unused-ignore]
def add_goods(flow: Floats, by_route: Floats, of_usd: Floats, goods: Floats) -> None:
    """goods[q, o, d, k] = sum over the sectors s of flow[d, o, s] by_route[d, o, s] of_usd[o, s, q, k].

    flow: money; what is not a number counts as nothing. by_route: [d, o, s], the part that goes by routes.
    """
    count, sectors = flow.shape[1:]
    amounts, classes = of_usd.shape[2:]
    size = amounts * classes
    of_seller = of_usd.reshape(count, sectors, size)
    money, total = np.empty((SIDE_BY_SIDE, sectors, count)), np.empty((size, count))
    for begin in range(0, count, SIDE_BY_SIDE):  # what lies together in memory is read together
        few = min(SIDE_BY_SIDE, count - begin)
        for d in range(count):
            for b in range(few):
                for s in range(sectors):
                    sold = flow[d, begin + b, s]
                    money[b, s, d] = sold * by_route[d, begin + b, s] if sold == sold else 0.0
        for b in range(few):  # buyers side by side, and what is small stays in fast memory
            o = begin + b
            total[:] = 0.0
            for s in range(sectors):
                for q in range(size):
                    amount = of_seller[o, s, q]
                    if amount != 0.0:
                        for d in range(count):
                            total[q, d] += amount * money[b, s, d]
            for q in range(amounts):
                for d in range(count):
                    for k in range(classes):
                        goods[q, o, d, k] = total[q * classes + k, d]
