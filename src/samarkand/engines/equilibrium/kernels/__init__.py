"""Compiled kernels of the equilibrium: one fused sweep over the trade-cost kernel, Anderson acceleration.

Imported only when something is solved (`preparation.load_kernels`): importing numba and loading the cached machine
code takes a third of a second, which `samarkand --help` must not pay.

Layout. The trade-cost kernel is `kernel[j, n, i] = trade_share[n,i,j] * kappa_hat[n,i,j]^-theta[j]`: by sector,
buyer, seller. A row (fixed sector and buyer) stays in the first-level cache while it is used twice, for the price
index and for the sellers' sales, so that a sweep streams the kernel from memory once.

The state is `[log wage (N), log unit cost (N J), log expenditure (N J)]`, economy by economy, so that a sweep
also streams the input-output coefficients once: the same row of `input_share[n, k, :]` adds the price of
input `k` to all unit costs of `n` and sums the demand for it. Rows are padded with zeros to whole vector registers,
and loops take four rows at a time.

All functions release the interpreter lock, use one thread, and allocate nothing inside the sweep.

No loop both adds up and stores. Compilers let a loop that stores fall back to scalar instructions where arrays happen
to lie close together in memory, and a sum then has another order and other last digits: the result would depend on
where the memory came from, and so on what runs beside it.
"""

from samarkand.engines.equilibrium.kernels.iteration import iterate
from samarkand.engines.equilibrium.kernels.sweep import certify_trade, write_flows
from samarkand.engines.equilibrium.kernels.trade_costs import (
    build_by_pair,
    build_by_sector,
    build_with_tariffs,
)

__all__ = [
    "build_by_pair",
    "build_by_sector",
    "build_with_tariffs",
    "certify_trade",
    "iterate",
    "write_flows",
]
