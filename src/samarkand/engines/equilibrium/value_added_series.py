"""Sums of value added through production: what a round of the series is, for one vector or thousands.

Arrays are stacks of matrices by sector, `[k, a, n]` with `n` (or the seller `i`) the economy and `a` whatever the
rows are. Economies are filled up with empty ones to whole vectors of the processor (`padded`).
"""

from __future__ import annotations

from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from samarkand.engines.compiled import load_compiled
from samarkand.engines.equilibrium.equations import Array
from samarkand.engines.equilibrium.errors import EquilibriumError
from samarkand.engines.threads import run_all

Floats = NDArray[np.floating[Any]]  # in single precision too
Same = TypeVar("Same", bound=Floats)
MOST_ROUNDS = 5000
LANES = 8
# OpenBLAS gives a product one thread for every 262,144 multiplications; on matrices as small as ours threads wait for
# each other longer than they compute (measured: eight times the time of one), so that products stay below twice that.
LARGEST_PRODUCT = 2 * 262_144 - 1
BLOCK = 104
ENDLESS = "the inputs to a unit of output never end: the value-added series diverges"


def padded(count: int) -> int:
    """The next multiple of `LANES`."""
    return -(-count // LANES) * LANES


def stacked(values: Array) -> Array:
    """`values[m, i, k]` as `[k, m, i]`, filled up with zeros."""
    buyers, sellers, sectors = values.shape
    result = np.empty((sectors, padded(buyers), padded(sellers)))  # zeros throughout would be written twice
    result[:, :buyers, :sellers] = values.transpose(2, 0, 1)
    result[:, buyers:] = 0.0
    result[:, :, sellers:] = 0.0
    return result


def own(values: Same, count: int) -> Same:
    """The diagonals `[k, n]` of matrices by sector, without what they are filled up with; a copy."""
    each = np.arange(count)
    diagonals: Same = values[:, each, each]  # type: ignore[assignment]
    return diagonals


def add_own(values: Floats, added: Floats) -> None:
    """values[k, n, n] += added[n, k]."""
    each = np.arange(added.shape[0])
    values[:, each, each] += added.T


def within_economy(own_share: Array, input_share: Array) -> tuple[Array, Array]:
    """((1 - D)^-1 [n, k, j], input_share (1 - D)^-1 [k, j, n] filled up) with D[n,k,j] = own_share[n,k] input_share.

    D is what an economy buys from itself. Raises `EquilibriumError` where it uses up all output.
    """
    N, J = own_share.shape
    at_home = np.eye(J) - own_share[:, :, None] * input_share
    try:
        within = np.linalg.inv(at_home)
    except np.linalg.LinAlgError as error:
        raise EquilibriumError(ENDLESS) from error
    passed_on = np.zeros((J, J, padded(N)))
    passed_on[:, :, :N] = (input_share @ within).transpose(1, 2, 0)
    return np.asarray(within, dtype=np.float64), passed_on


def multiply(left: Same, right: Same, shared: bool = False) -> Same:
    """left[k, a, m] right[k, m, n] by sector, in blocks that BLAS takes in one thread; by two threads where it is
    `shared`.

    The same digits in any number of threads.
    """
    sectors, rows, inner = left.shape
    columns = right.shape[2]
    result: Same = np.empty((sectors, rows, columns), dtype=left.dtype)  # type: ignore[assignment]
    high = min(rows, max(LANES, LARGEST_PRODUCT // (inner * BLOCK) // LANES * LANES))
    wide = max(1, LARGEST_PRODUCT // (inner * high))
    wide = wide // LANES * LANES or wide

    def part(first: int, last: int) -> None:
        for row in range(0, rows, high):
            for column in range(0, columns, wide):
                block, strip = slice(row, row + high), slice(column, column + wide)
                np.matmul(
                    left[first:last, block], right[first:last, :, strip], out=result[first:last, block, strip]
                )

    _shared(part, sectors, shared)
    return result


def pass_on(carried: Same, passed_on: Same, shared: bool = False) -> Same:
    """sum over k of carried[k, a, n] passed_on[k, j, n]; dims [j, a, n]."""
    compiled = load_compiled("samarkand.engines.equilibrium.kernels.value_chains").pass_on
    result: Same = np.empty((passed_on.shape[1], *carried.shape[1:]), dtype=carried.dtype)  # type: ignore[assignment]
    _shared(lambda first, last: compiled(carried, passed_on, first, last, result), carried.shape[1], shared)
    return result


def _shared(part: Any, count: int, shared: bool) -> None:
    half = count // 2
    if not shared or half == 0:
        part(0, count)
    else:
        run_all(lambda ends: part(*ends), ((0, half), (half, count)))


def series(first: Floats, from_abroad: Floats, passed_on: Floats, tolerance: float) -> Floats:
    """The sum of `first` and all rounds after it, in the precision of the arrays or as far as `tolerance`."""
    least = max(tolerance / 2.0, float(np.finfo(first.dtype).eps))
    total, term = first.copy(), first
    for _ in range(MOST_ROUNDS):
        term = pass_on(multiply(term, from_abroad, shared=True), passed_on, shared=True)
        total += term
        size = largest(term)
        if size <= least or not size < 1e3:
            break
    return total


def largest(values: Floats) -> float:
    """The largest size of any value."""
    return max(float(values.max()), -float(values.min()))
