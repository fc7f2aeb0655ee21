"""Compiled second half of a round of value added through production: from bought inputs to outputs."""

from __future__ import annotations

from numba import njit


@njit(cache=True, nogil=True, boundscheck=False)
def pass_on(carried, passed_on, first, last, out):
    """out[j, s, n] = sum_k carried[k, s, n] * passed_on[k, j, n] for s from `first` to `last`.

    Added up in the order of k for every element alike, without fused operations: the same digits in any number of
    threads and from any memory. In the precision of the arrays; rows along n are what is compiled to vectors.
    """
    inputs, sectors, size = passed_on.shape
    for s in range(first, last):
        for j in range(sectors):
            row = out[j, s]
            for n in range(size):
                row[n] = carried[0, s, n] * passed_on[0, j, n]
            for k in range(1, inputs):
                for n in range(size):
                    row[n] += carried[k, s, n] * passed_on[k, j, n]
