"""Building the trade-cost kernel of a shock; layout in the package's docstring.

Two arrays come out: `kernel`, and `before`, the same over the wedge of tariffs and rents: what sellers are paid. Where
nothing changes, nothing is raised to a power: a corridor moves few of an economy's partners.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from samarkand.engines.equilibrium.kernels.elementwise import exp_all, in_range, log_all


@njit(cache=True, nogil=True, fastmath={"contract"}, error_model="numpy", boundscheck=False)
def build_by_pair(share, net_share, has_wedge, hat, elasticity, kernel, before):
    """kernel[j,n,i] = share[j,n,i] hat[n,i]^-elasticity[j], `before` the same of `net_share`.

    One logarithm a pair. `before` is written only with `has_wedge`.
    """
    J, N, M = share.shape
    row = np.empty(N)
    log_hat = np.empty(N)
    bits = np.empty(N)
    for n in range(N):
        moved = False
        for i in range(N):
            log_hat[i] = hat[n, i]
            if hat[n, i] != 1.0:
                moved = True
        if moved:
            log_all(log_hat, bits)
        for j in range(J):
            if not moved:
                for i in range(M):
                    kernel[j, n, i] = share[j, n, i]
                if has_wedge:
                    for i in range(M):
                        before[j, n, i] = net_share[j, n, i]
                continue
            theta = elasticity[j]
            for i in range(N):
                row[i] = -theta * log_hat[i]
            exp_all(row, bits)
            for i in range(N):
                row[i] = in_range(row[i], -theta * log_hat[i])
                kernel[j, n, i] = share[j, n, i] * row[i]
            for i in range(N, M):
                kernel[j, n, i] = 0.0
            if has_wedge:
                for i in range(N):
                    before[j, n, i] = net_share[j, n, i] * row[i]
                for i in range(N, M):
                    before[j, n, i] = 0.0


@njit(cache=True, nogil=True, fastmath={"contract"}, error_model="numpy", boundscheck=False)
def build_by_sector(share, net_share, has_wedge, hat, elasticity, kernel, before):
    """kernel[j,n,i] = share[j,n,i] hat[n,i,j]^-elasticity[j], `before` the same of `net_share`."""
    J, N, M = share.shape
    block = np.empty(N * J)
    bits = np.empty(N * J)
    power = np.empty(N * J)
    sellers = np.empty(N, np.int64)
    for n in range(N):
        size = 0
        for i in range(N):  # a pair whose costs stay as they are keeps its shares
            moved = False
            for j in range(J):
                h = hat[n, i, j]
                moved |= h != 1.0
                block[size * J + j] = h
            sellers[size] = i
            size += moved
        log_all(block[: size * J], bits[: size * J])
        for j in range(J):
            theta = elasticity[j]
            for s in range(size):
                power[j * size + s] = -theta * block[s * J + j]
        exp_all(power[: size * J], bits[: size * J])
        for j in range(J):
            theta = elasticity[j]
            for i in range(M):
                kernel[j, n, i] = share[j, n, i]
            if has_wedge:
                for i in range(M):
                    before[j, n, i] = net_share[j, n, i]
            for s in range(size):
                factor = in_range(power[j * size + s], -theta * block[s * J + j])
                kernel[j, n, sellers[s]] *= factor
                if has_wedge:
                    before[j, n, sellers[s]] *= factor


@njit(cache=True, nogil=True, fastmath={"contract"}, error_model="numpy", boundscheck=False)
def build_with_tariffs(share, by_pair, by_sector, old, new, elasticity, kernel, before):
    """kernel[j,n,i] = share[j,n,i] (hat new / old)^-elasticity[j] and before = kernel / new, wedges old and new.

    hat = by_pair[n,i] by_sector[n,i,j]. Any of `by_pair, by_sector, old, new` may be empty: one throughout.
    `before` is written only where there is a `new`.
    """
    J, N, M = share.shape
    use_pair, use_sector, use_old, use_new = by_pair.size > 0, by_sector.size > 0, old.size > 0, new.size > 0
    block = np.empty(N * J)
    bits = np.empty(N * J)
    wedge = np.empty(N * J)
    power = np.empty((J, N))
    flat = power.reshape(J * N)
    for n in range(N):
        for i in range(N):
            h = by_pair[n, i] if use_pair else 1.0
            for j in range(J):
                block[i * J + j] = h
        if use_sector:
            for i in range(N):
                for j in range(J):
                    block[i * J + j] *= by_sector[n, i, j]
        if use_old:
            for i in range(N):
                for j in range(J):
                    block[i * J + j] /= old[n, i, j]
        if use_new:
            for i in range(N):
                for j in range(J):
                    wedge[i * J + j] = new[n, i, j]
                    block[i * J + j] *= new[n, i, j]
        log_all(block, bits)
        for j in range(J):
            theta = elasticity[j]
            for i in range(N):
                power[j, i] = -theta * block[i * J + j]
        exp_all(flat, bits)
        for j in range(J):
            theta = elasticity[j]
            for i in range(N):
                kernel[j, n, i] = share[j, n, i] * in_range(power[j, i], -theta * block[i * J + j])
            for i in range(N, M):
                kernel[j, n, i] = 0.0
            if use_new:
                for i in range(N):
                    before[j, n, i] = kernel[j, n, i] / wedge[i * J + j]
                for i in range(N, M):
                    before[j, n, i] = 0.0
