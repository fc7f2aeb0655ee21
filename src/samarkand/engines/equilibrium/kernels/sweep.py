"""One sweep over all equations, and the sums of the certificate; layout in the package's docstring."""

from __future__ import annotations

import math

import numpy as np
from numba import njit

from samarkand.engines.equilibrium.kernels.elementwise import exp_all, log_all

# Sums are reassociated so that they use vector registers; nothing here relies on the order of addition. Not
# `nnan` or `ninf`: divergence is detected by testing for them.
FAST = {"reassoc", "contract", "nsz", "arcp"}


@njit(cache=True, nogil=True, fastmath=FAST, error_model="numpy", boundscheck=False)
def trade_pass(kernel, before, has_wedge, power, spending, total, kept, sales):
    """The stream over the kernel, for all sectors.

    total[j,n] = sum_i kernel[j,n,i] power[j,i];  kept[j,n] = sum_i before[j,n,i] power[j,i];
    sales[j,i] = power[j,i] sum_n before[j,n,i] spending[j,n] / total[j,n].
    """
    J, N, M = kernel.shape
    full = N - N % 4
    for j in range(J):
        a = power[j]
        y = sales[j]
        x = spending[j]
        t = total[j]
        for i in range(M):
            y[i] = 0.0
        # Four buyers at a time: each power and each sale is loaded once for four rows.
        for n in range(0, full, 4):
            r0, r1, r2, r3 = kernel[j, n], kernel[j, n + 1], kernel[j, n + 2], kernel[j, n + 3]
            s0, s1, s2, s3 = 0.0, 0.0, 0.0, 0.0
            for i in range(M):
                v = a[i]
                s0 += r0[i] * v
                s1 += r1[i] * v
                s2 += r2[i] * v
                s3 += r3[i] * v
            t[n], t[n + 1], t[n + 2], t[n + 3] = s0, s1, s2, s3
            x0 = x[n] / s0 if s0 > 0.0 else 0.0
            x1 = x[n + 1] / s1 if s1 > 0.0 else 0.0
            x2 = x[n + 2] / s2 if s2 > 0.0 else 0.0
            x3 = x[n + 3] / s3 if s3 > 0.0 else 0.0
            if has_wedge:
                r0, r1, r2, r3 = before[j, n], before[j, n + 1], before[j, n + 2], before[j, n + 3]
                s0, s1, s2, s3 = 0.0, 0.0, 0.0, 0.0
                for i in range(M):
                    v = a[i]
                    s0 += r0[i] * v
                    s1 += r1[i] * v
                    s2 += r2[i] * v
                    s3 += r3[i] * v
            kept[j, n], kept[j, n + 1], kept[j, n + 2], kept[j, n + 3] = s0, s1, s2, s3
            for i in range(M):
                y[i] += r0[i] * x0 + r1[i] * x1 + r2[i] * x2 + r3[i] * x3
        for n in range(full, N):
            row = kernel[j, n]
            s = 0.0
            for i in range(M):
                s += row[i] * a[i]
            t[n] = s
            x0 = x[n] / s if s > 0.0 else 0.0
            if has_wedge:
                row = before[j, n]
                s = 0.0
                for i in range(M):
                    s += row[i] * a[i]
            kept[j, n] = s
            for i in range(M):
                y[i] += row[i] * x0
        for i in range(M):
            y[i] *= a[i]


@njit(cache=True, nogil=True, error_model="numpy", boundscheck=False)
def transpose_into(source, target, rows, columns):
    """target[c, r] = source[r, c], in strips of eight columns, so that both sides are used by the cache line."""
    for first in range(0, columns, 8):
        last = min(first + 8, columns)
        for r in range(rows):
            for c in range(first, last):
                target[c, r] = source[r, c]


@njit(cache=True, nogil=True, fastmath=FAST, error_model="numpy", boundscheck=False)
def sweep(
    state,
    residual,
    kernel,
    before,
    has_wedge,
    elasticity,
    va_share,
    input_share,
    consumption,
    basket,
    log_productivity,
    factor_income,
    exogenous,
    proportional,
    multiple,
    tax_rate,
    lump_sum,
    active,
    total,
    kept,
    sales,
    power,
    spending,
    work,
    bits,
):
    """All equations once: residual[:] = right-hand side minus state, in logarithms. Returns the largest.

    The wage block's residual is log(labour income paid by sellers / labour income at the wage). `exogenous[n]` is
    deficit plus transfer; with `proportional`, spending is multiple[n] times income, times one world factor.
    `work[5, N, J]` and `bits` are scratch; `total, kept` [j, n] and `sales` [j, i] are left as found.
    """
    N, J = va_share.shape
    M = power.shape[1]
    Q = input_share.shape[2]
    top = N + N * J
    cells = N * J
    spent, prices, outputs, demands, kept_part = work[0], work[1], work[2], work[3], work[4]
    flat = prices.reshape(cells)
    for n in range(N):
        for j in range(J):
            prices[n, j] = -elasticity[j] * state[N + n * J + j]
    exp_all(flat, bits)
    transpose_into(prices, power, N, J)
    for j in range(J):
        for n in range(N, M):
            power[j, n] = 0.0
    flat = spent.reshape(cells)
    for z in range(cells):
        flat[z] = state[top + z]
    exp_all(flat, bits)
    for n in range(N):
        for j in range(J):
            if not active[n, j]:
                spent[n, j] = 0.0
    transpose_into(spent, spending, N, J)

    trade_pass(kernel, before, has_wedge, power, spending, total, kept, sales)

    worst = 0.0
    transpose_into(total, prices, J, N)
    transpose_into(sales, outputs, J, N)
    earned = np.empty(N)
    for n in range(N):
        earned[n] = state[n]
    exp_all(earned, bits)
    income = np.empty(N)
    world_income = 0.0
    world_spending = 0.0
    if has_wedge:
        transpose_into(kept, kept_part, J, N)
    for n in range(N):
        earned[n] *= factor_income[n]
        revenue = 0.0
        if has_wedge:
            for j in range(J):
                if prices[n, j] > 0.0:
                    revenue += spent[n, j] * (1.0 - kept_part[n, j] / prices[n, j])
        income[n] = earned[n] + revenue
        world_income += income[n]
        world_spending += multiple[n] * income[n]
        for j in range(J):
            if not prices[n, j] > 0.0:
                prices[n, j] = 1.0
                if active[n, j]:
                    worst = np.inf  # cut off from every seller
    factor = world_income / world_spending
    log_all(prices.reshape(cells), bits)
    cost = np.zeros(Q)
    output = np.zeros(Q)
    for n in range(N):
        final = factor * multiple[n] * income[n] if proportional else income[n]
        final += exogenous[n]
        public = tax_rate[n] * earned[n] + lump_sum[n]
        private = final - public
        if private < 1e-9 * earned[n]:
            # Not a solution, but the iteration may pass through.
            private = 1e-9 * earned[n]
            worst = max(worst, 1.0)
        price = prices[n]
        demand = demands[n]
        paid = 0.0
        for j in range(J):
            price[j] /= -elasticity[j]
            output[j] = outputs[n, j]
            cost[j] = va_share[n, j] * state[n] - log_productivity[n, j]
            paid += va_share[n, j] * output[j]
        for k in range(0, J - J % 4, 4):
            r0, r1, r2, r3 = (
                input_share[n, k],
                input_share[n, k + 1],
                input_share[n, k + 2],
                input_share[n, k + 3],
            )
            p0, p1, p2, p3 = price[k], price[k + 1], price[k + 2], price[k + 3]
            d0, d1, d2, d3 = 0.0, 0.0, 0.0, 0.0
            for j in range(Q):
                v = output[j]
                d0 += r0[j] * v
                d1 += r1[j] * v
                d2 += r2[j] * v
                d3 += r3[j] * v
                cost[j] += r0[j] * p0 + r1[j] * p1 + r2[j] * p2 + r3[j] * p3
            demand[k], demand[k + 1], demand[k + 2], demand[k + 3] = d0, d1, d2, d3
        for k in range(J - J % 4, J):
            row = input_share[n, k]
            p = price[k]
            d = 0.0
            for j in range(Q):
                d += row[j] * output[j]
                cost[j] += row[j] * p
            demand[k] = d
        base = N + n * J
        for j in range(J):
            demand[j] += consumption[n, j] * private + basket[n, j] * public
            if not demand[j] > 0.0:
                demand[j] = 0.5 * spent[n, j] if active[n, j] else 1.0
            residual[base + j] = cost[j] - state[base + j]
        earned[n] = paid / earned[n]
    log_all(earned, bits)
    for n in range(N):
        residual[n] = earned[n]
    flat = demands.reshape(cells)
    log_all(flat, bits)
    for z in range(cells):
        residual[top + z] = flat[z] - state[top + z]
    for n in range(N):
        for j in range(J):
            if not active[n, j]:
                residual[top + n * J + j] = 0.0
    for z in range(state.size):
        if not abs(residual[z]) <= worst:
            worst = abs(residual[z])
    return worst


@njit(cache=True, nogil=True, fastmath=FAST, error_model="numpy", boundscheck=False)
def certify_trade(kernel, before, log_cost, total, expenditure, elasticity):
    """Shares added up, the part of spending kept by sellers, and output: plain sums, apart from the sweep.

    share_total[n,j] = sum_i pi', kept[n,j] = sum_i pi' / wedge, output[i,j] = sum_n pi' / wedge X.
    """
    J, N, _ = kernel.shape
    share_total = np.zeros((N, J))
    kept = np.zeros((N, J))
    output = np.zeros((N, J))
    power = np.empty(N)
    sold = np.empty(N)
    for j in range(J):
        for i in range(N):
            power[i] = math.exp(-elasticity[j] * log_cost[i, j])
            sold[i] = 0.0
        for n in range(N):
            if not total[j, n] > 0.0:
                continue
            scale = 1.0 / total[j, n]
            x = expenditure[n, j]
            all_shares = 0.0
            net_shares = 0.0
            for i in range(N):
                weight = power[i] * scale
                net = before[j, n, i] * weight
                all_shares += kernel[j, n, i] * weight
                net_shares += net
                sold[i] += net * x
            share_total[n, j] = all_shares
            kept[n, j] = net_shares
        for i in range(N):
            output[i, j] = sold[i]
    return share_total, kept, output
