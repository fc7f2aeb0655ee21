"""What spending makes produced, all stages of supply counted: the inverse of Leontief applied to spending.

    x = (I - A)^-1 f = f + A f + A^2 f + ...

`f` spending by place and sector of production, `A` inputs in a unit of output. Any unit of money.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
MOST_ROUNDS = 2_000
TOLERANCE = 1e-14  # of the output of a column, by which the last round may still move it


def calc_output(multiply: Callable[[Floats], Floats], spending: Floats) -> Floats:
    """`x = f + A x`, by the series, round after round of supply; columns are cases of their own.

    Parameters
    ----------
    multiply
        `A x` for an `x` in the shape of `spending`.
    spending
        `f[..., case]`, not below zero.

    Raises
    ------
    ValueError
        Where inputs use up all output, so that the series has no end.
    """
    output, round_ = spending.copy(), spending
    for _ in range(MOST_ROUNDS):
        round_ = multiply(round_)
        output += round_
        size = np.abs(output).reshape(-1, output.shape[-1]).max(axis=0)
        if (np.abs(round_).reshape(-1, output.shape[-1]).max(axis=0) <= TOLERANCE * size).all():
            return output
    raise ValueError("inputs use up all output somewhere: the rounds of supply do not end")


def multiply_by_shares(trade_share: Floats, input_share: Floats) -> Callable[[Floats], Floats]:
    """`A x` of a model that buys every input where it buys all of a sector, without forming `A`.

    `z[n, k] = sum over j of input_share[n, k, j] x[n, j]`, then `sum over n of trade_share[n, i, k] z[n, k]`;
    `trade_share` before tariffs; `x[economy, sector, case]`.
    """
    sold = np.ascontiguousarray(trade_share.transpose(2, 1, 0))  # [k, i, n]

    def multiply(x: Floats) -> Floats:
        used = np.matmul(input_share, x)  # [n, k, case]
        made: Floats = np.matmul(sold, used.transpose(1, 0, 2)).transpose(1, 0, 2)
        return made

    return multiply


def calc_content(sold: Floats, input_share: Floats, direct: Floats) -> Floats:
    """`m = e + A' m`: what is in a unit of output of each producer, all stages of supply counted.

    `A` as in `multiply_by_shares`: `m[n, j] = e[n, j] + sum over k of input_share[n, k, j] sum over i of sold[n, i, k]
    m[i, k]`. What is in final sales adds up to what all producers emit: `sum e x = sum m f` for `x = (I - A)^-1 f`.

    Parameters
    ----------
    sold
        `[n, i, k]`: what seller `i` of `k` receives of a unit that `n` spends on `k`; below one with tariffs.
    input_share
        `[n, k, j]`: spending on `k` in a unit of output of `j`.
    direct
        `e[n, j]`, in any unit for a unit of output.

    Raises
    ------
    ValueError
        As `calc_output`.
    """
    received = np.ascontiguousarray(sold.transpose(2, 0, 1))  # [k, n, i]
    needed = np.ascontiguousarray(input_share.transpose(0, 2, 1))  # [n, j, k]

    def multiply(m: Floats) -> Floats:
        bought = np.matmul(received, m.transpose(1, 0, 2)).transpose(1, 0, 2)  # [n, k, case]
        content: Floats = np.matmul(needed, np.ascontiguousarray(bought))
        return content

    found: Floats = calc_output(multiply, direct[..., None])[..., 0]
    return found
