"""Compiled sums over stacks of matrices by sector: half a round of value added through production, and what it weighs.

Everything is added up in the order of the first index for every element alike, without fused operations: the same
digits in any number of threads and from any memory. Rows along the last index are what is compiled to vectors.
"""

from __future__ import annotations

import numpy as np
from numba import njit


@njit(cache=True, nogil=True, boundscheck=False)
def pass_on(carried, passed_on, first, last, out):
    """out[j, s, n] = sum_k carried[k, s, n] * passed_on[k, j, n] for s from `first` to `last`, in their precision."""
    inputs, sectors, size = passed_on.shape
    for s in range(first, last):
        for j in range(sectors):
            row = out[j, s]
            for n in range(size):
                row[n] = carried[0, s, n] * passed_on[0, j, n]
            for k in range(1, inputs):
                for n in range(size):
                    row[n] += carried[k, s, n] * passed_on[k, j, n]


@njit(cache=True, nogil=True, boundscheck=False)
def overlap(one, other):
    """(out[a] = sum over k and n of one[k, a, n] * other[k, a, n], the sum of sizes), in double precision."""
    sectors, rows, size = one.shape
    out, sizes = np.empty(rows), np.empty(rows)
    total, absolute = np.empty(size), np.empty(size)
    for a in range(rows):
        total[:] = 0.0
        absolute[:] = 0.0
        for k in range(sectors):
            for n in range(size):
                product = np.float64(one[k, a, n]) * np.float64(other[k, a, n])
                total[n] += product
                absolute[n] += np.abs(product)
        out[a] = total.sum()
        sizes[a] = absolute.sum()
    return out, sizes


@njit(cache=True, nogil=True, boundscheck=False)
def weigh(values, weight):
    """out[a, n] = sum over k of |values[k, a, n]| * weight[k, n], added up in double precision."""
    sectors, rows, size = values.shape
    out = np.zeros((rows, size))
    for a in range(rows):
        for k in range(sectors):
            for n in range(size):
                out[a, n] += np.abs(np.float64(values[k, a, n])) * weight[k, n]
    return out
