"""Exponentials and logarithms of whole arrays, written so that they are compiled to vector instructions."""

from __future__ import annotations

import numpy as np
from numba import njit

_LOG2E = 1.4426950408889634
_LN2_HIGH = 6.93147180369123816490e-01
_LN2_LOW = 1.90821492927058770002e-10
_ROOT_HALF = np.uint64(0x3FE6A09E667F3BCD)
_BIAS = np.uint64(1023 << 52)
_EXPONENT = np.uint64(0xFFF << 52)
_MANTISSA_BITS = np.uint64(52)
_TWO_52_BITS = np.uint64(0x4330000000000000)
_TWO_52_AND_BIAS = 4503599627370496.0 + 1023.0
_ROUND = 6755399441055744.0  # 1.5 * 2^52: adding it leaves the rounded integer in the low bits


@njit(cache=True, nogil=True, fastmath={"contract"}, error_model="numpy", boundscheck=False)
def exp_all(x, bits):
    """x[:] = exp(x), elementwise; `bits` is scratch of the same size.

    Range reduction by powers of two and a Taylor polynomial of degree 13 on |r| <= ln(2)/2 (remainder below
    4e-18), written without branches so that it is compiled to vector instructions. Arguments are limited to
    +-700.
    """
    size = x.size
    for i in range(size):
        v = min(max(x[i], -700.0), 700.0)
        shifted = v * _LOG2E + _ROUND
        bits[i] = shifted
        whole = shifted - _ROUND
        r = (v - whole * _LN2_HIGH) - whole * _LN2_LOW
        p = 1.6059043836821613e-10
        p = p * r + 2.08767569878681e-09
        p = p * r + 2.505210838544172e-08
        p = p * r + 2.755731922398589e-07
        p = p * r + 2.7557319223985893e-06
        p = p * r + 2.48015873015873e-05
        p = p * r + 1.984126984126984e-04
        p = p * r + 1.388888888888889e-03
        p = p * r + 8.333333333333333e-03
        p = p * r + 4.1666666666666664e-02
        p = p * r + 1.6666666666666666e-01
        p = p * r + 0.5
        p = p * r + 1.0
        x[i] = p * r + 1.0
    as_integer = x.view(np.int64)
    exponent = bits.view(np.int64)
    for i in range(size):
        as_integer[i] += exponent[i] << 52


@njit(cache=True, nogil=True, fastmath={"contract"}, error_model="numpy", boundscheck=False)
def log_all(x, bits):
    """x[:] = log(x), elementwise, for positive normal numbers; `bits` is scratch of the same size.

    x = m 2^e with m in [sqrt(1/2), sqrt(2)], log m = 2 artanh((m - 1) / (m + 1)) by its series to the 21st
    power (remainder below 3e-18).
    """
    size = x.size
    pattern = x.view(np.uint64)
    exponent = bits.view(np.uint64)
    for i in range(size):
        # Less the bits of sqrt(1/2), so that the mantissa is cut there; plus a bias, so that all stays unsigned
        # (vector units lack the signed shift).
        shifted = pattern[i] - _ROOT_HALF + _BIAS
        pattern[i] = pattern[i] - ((shifted & _EXPONENT) - _BIAS)
        exponent[i] = (shifted >> _MANTISSA_BITS) | _TWO_52_BITS
    for i in range(size):
        e_float = bits[i] - _TWO_52_AND_BIAS
        m = x[i]
        s = (m - 1.0) / (m + 1.0)
        q = s * s
        p = 1.0 / 21.0
        p = p * q + 1.0 / 19.0
        p = p * q + 1.0 / 17.0
        p = p * q + 1.0 / 15.0
        p = p * q + 1.0 / 13.0
        p = p * q + 1.0 / 11.0
        p = p * q + 1.0 / 9.0
        p = p * q + 1.0 / 7.0
        p = p * q + 1.0 / 5.0
        p = p * q + 1.0 / 3.0
        x[i] = e_float * _LN2_HIGH + (e_float * _LN2_LOW + 2.0 * (s + s * q * p))


@njit(cache=True, nogil=True, inline="always")
def in_range(value, logarithm):
    """The exponential from `exp_all` of `logarithm`, with the true limits beyond its range: zero and infinity."""
    return 0.0 if logarithm < -700.0 else (np.inf if logarithm > 700.0 else value)
