"""A shock to accounts as the kernels take it, and where an iteration ended."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from types import ModuleType

import numpy as np
from numpy.typing import NDArray

from samarkand.engines.equilibrium.accounts import EquilibriumAccounts
from samarkand.engines.equilibrium.equations import Array
from samarkand.engines.equilibrium.preparation import Prepared

Progress = Callable[[int, float], None]  # is told the sweeps so far and the largest residual


@dataclass(frozen=True, eq=False)
class Problem:
    """A shock to accounts as the kernels take it; see `kernels.sweep.sweep` for the arrays."""

    kernels: ModuleType
    accounts: EquilibriumAccounts
    prepared: Prepared
    kernel: Array
    before: Array
    has_wedge: bool
    basket: Array
    log_productivity: Array
    labour: Array
    exogenous: Array
    proportional: bool
    multiple: Array
    tax_rate: Array
    lump_sum: Array
    active: NDArray[np.bool_]
    level: NDArray[np.float32]
    start: Array


@dataclass(eq=False)
class Found:
    """Where the iteration ended: `worst` is the largest residual, `followed` the part of the shock that it reached
    (1 unless the walk was needed and failed) and `reached` the state there, `total[j, n]` the sums that are prices to
    the power of -theta."""

    state: Array
    total: Array
    sweeps: int = 0
    worst: float = np.inf
    followed: float = 1.0
    reached: Array | None = None
    progress: Progress | None = None
