"""One sweep over all equations, and the sums of the certificate; layout in the package's docstring."""

from __future__ import annotations

import math

import numpy as np
from numba import njit

from samarkand.engines.equilibrium.kernels.elementwise import exp_all, log_all

_ALL_BUT_SIGN = np.int64(0x7FFFFFFFFFFFFFFF)
# Sums are reassociated so that they use vector registers; nothing here relies on the order of addition. Not
# `nnan` or `ninf`: divergence is detected by testing for them.
FAST = {"reassoc", "contract", "nsz", "arcp"}


@njit(cache=True, nogil=True, error_model="numpy", boundscheck=False)
def largest(values, bits):
    """The largest absolute value; a nan counts as larger than anything. `bits` is scratch.

    Compared as integers, whose order is that of the absolute values they encode: such a maximum is compiled to vector
    instructions, one of floating-point numbers is not.
    """
    pattern = values.view(np.int64)
    top = np.int64(0)
    for z in range(pattern.size):
        top = max(top, pattern[z] & _ALL_BUT_SIGN)
    bits.view(np.int64)[0] = top
    return bits[0]


@njit(cache=True, nogil=True, fastmath=FAST, error_model="numpy", boundscheck=False)
def trade_pass(kernel, power, spending, total, sales):
    """The stream over the kernel, for all sectors, where sellers are paid all that buyers spend.

    total[j,n] = sum_i kernel[j,n,i] power[j,i];
    sales[j,i] = power[j,i] sum_n kernel[j,n,i] spending[j,n] / total[j,n].
    """
    J, N, M = kernel.shape
    by_eight, by_four = N - N % 8, N - N % 4
    for j in range(J):
        a = power[j]
        y = sales[j]
        x = spending[j]
        t = total[j]
        rows = kernel[j]
        for i in range(M):
            y[i] = 0.0
        # Eight buyers at a time: each power and each sale is loaded once for eight rows.
        for n in range(0, by_eight, 8):
            r0, r1, r2, r3 = rows[n], rows[n + 1], rows[n + 2], rows[n + 3]
            r4, r5, r6, r7 = rows[n + 4], rows[n + 5], rows[n + 6], rows[n + 7]
            s0, s1, s2, s3, s4, s5, s6, s7 = 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
            for i in range(M):
                v = a[i]
                s0 += r0[i] * v
                s1 += r1[i] * v
                s2 += r2[i] * v
                s3 += r3[i] * v
                s4 += r4[i] * v
                s5 += r5[i] * v
                s6 += r6[i] * v
                s7 += r7[i] * v
            t[n], t[n + 1], t[n + 2], t[n + 3] = s0, s1, s2, s3
            t[n + 4], t[n + 5], t[n + 6], t[n + 7] = s4, s5, s6, s7
            x0 = x[n] / s0 if s0 > 0.0 else 0.0
            x1 = x[n + 1] / s1 if s1 > 0.0 else 0.0
            x2 = x[n + 2] / s2 if s2 > 0.0 else 0.0
            x3 = x[n + 3] / s3 if s3 > 0.0 else 0.0
            x4 = x[n + 4] / s4 if s4 > 0.0 else 0.0
            x5 = x[n + 5] / s5 if s5 > 0.0 else 0.0
            x6 = x[n + 6] / s6 if s6 > 0.0 else 0.0
            x7 = x[n + 7] / s7 if s7 > 0.0 else 0.0
            for i in range(M):
                y[i] += (r0[i] * x0 + r1[i] * x1 + r2[i] * x2 + r3[i] * x3) + (
                    r4[i] * x4 + r5[i] * x5 + r6[i] * x6 + r7[i] * x7
                )
        for n in range(by_eight, by_four, 4):
            r0, r1, r2, r3 = rows[n], rows[n + 1], rows[n + 2], rows[n + 3]
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
            for i in range(M):
                y[i] += r0[i] * x0 + r1[i] * x1 + r2[i] * x2 + r3[i] * x3
        for n in range(by_four, N):
            row = rows[n]
            s = 0.0
            for i in range(M):
                s += row[i] * a[i]
            t[n] = s
            x0 = x[n] / s if s > 0.0 else 0.0
            for i in range(M):
                y[i] += row[i] * x0
        for i in range(M):
            y[i] *= a[i]


@njit(cache=True, nogil=True, fastmath=FAST, error_model="numpy", boundscheck=False)
def trade_pass_with_wedge(kernel, before, power, spending, total, kept, sales):
    """The stream over both kernels, where a part of spending is tariffs and rents; `total` as in `trade_pass`.

    kept[j,n] = sum_i before[j,n,i] power[j,i];
    sales[j,i] = power[j,i] sum_n before[j,n,i] spending[j,n] / total[j,n].
    """
    J, N, M = kernel.shape
    by_four = N - N % 4
    for j in range(J):
        a = power[j]
        y = sales[j]
        x = spending[j]
        t = total[j]
        h = kept[j]
        rows, net = kernel[j], before[j]
        for i in range(M):
            y[i] = 0.0
        for n in range(0, by_four, 4):
            r0, r1, r2, r3 = rows[n], rows[n + 1], rows[n + 2], rows[n + 3]
            b0, b1, b2, b3 = net[n], net[n + 1], net[n + 2], net[n + 3]
            s0, s1, s2, s3, k0, k1, k2, k3 = 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
            for i in range(M):
                v = a[i]
                s0 += r0[i] * v
                s1 += r1[i] * v
                s2 += r2[i] * v
                s3 += r3[i] * v
                k0 += b0[i] * v
                k1 += b1[i] * v
                k2 += b2[i] * v
                k3 += b3[i] * v
            t[n], t[n + 1], t[n + 2], t[n + 3] = s0, s1, s2, s3
            h[n], h[n + 1], h[n + 2], h[n + 3] = k0, k1, k2, k3
            x0 = x[n] / s0 if s0 > 0.0 else 0.0
            x1 = x[n + 1] / s1 if s1 > 0.0 else 0.0
            x2 = x[n + 2] / s2 if s2 > 0.0 else 0.0
            x3 = x[n + 3] / s3 if s3 > 0.0 else 0.0
            for i in range(M):
                y[i] += b0[i] * x0 + b1[i] * x1 + b2[i] * x2 + b3[i] * x3
        for n in range(by_four, N):
            row, payment = rows[n], net[n]
            s, k0 = 0.0, 0.0
            for i in range(M):
                s += row[i] * a[i]
                k0 += payment[i] * a[i]
            t[n] = s
            h[n] = k0
            x0 = x[n] / s if s > 0.0 else 0.0
            for i in range(M):
                y[i] += payment[i] * x0
        for i in range(M):
            y[i] *= a[i]


@njit(cache=True, nogil=True, error_model="numpy", boundscheck=False)
def transpose_into(source, target, rows, columns):
    """target[c, r] = source[r, c]."""
    for c in range(columns):
        for r in range(rows):
            target[c, r] = source[r, c]


@njit(cache=True, nogil=True, fastmath=FAST, error_model="numpy", boundscheck=False)
def sweep(
    state,
    residual,
    kernel,
    before,
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

    `before`: `kernel` over the wedge of tariffs and rents, None where there is none: what wedges alone need is then not
    even compiled. The wage block's residual is log(labour income paid by sellers / labour income at the wage).
    `exogenous[n]` is deficit plus transfer; with `proportional`, spending is multiple[n] times income, times one world
    factor. `work[5, N, J]` and `bits` are scratch; `total, kept` [j, n] and `sales` [j, i] are left as found.
    """
    N, J = va_share.shape
    M = power.shape[1]
    Q = input_share.shape[2]
    top = N + N * J
    cells = N * J
    spent, prices, outputs, demands, kept_part = work[0], work[1], work[2], work[3], work[4]
    flat = prices.reshape(cells)
    bought = active.reshape(cells)
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
    for z in range(cells):
        flat[z] = flat[z] if bought[z] else 0.0
    transpose_into(spent, spending, N, J)

    if before is not None:
        trade_pass_with_wedge(kernel, before, power, spending, total, kept, sales)
    else:
        trade_pass(kernel, power, spending, total, sales)

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
    if before is not None:
        transpose_into(kept, kept_part, J, N)
    for n in range(N):
        earned[n] *= factor_income[n]
        revenue = 0.0
        if before is not None:
            for j in range(J):
                if prices[n, j] > 0.0:
                    revenue += spent[n, j] * (1.0 - kept_part[n, j] / prices[n, j])
        income[n] = earned[n] + revenue
    for n in range(N):
        world_income += income[n]
        world_spending += multiple[n] * income[n]
    flat = prices.reshape(cells)
    cut_off = 0.0  # markets cut off from every seller
    for z in range(cells):
        sound = flat[z] > 0.0
        cut_off += 1.0 if bought[z] and not sound else 0.0
        flat[z] = flat[z] if sound else 1.0
    if cut_off > 0.0:
        worst = np.inf
    factor = world_income / world_spending
    log_all(flat, bits)
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
        for j in range(J):
            paid += va_share[n, j] * output[j]
        for k in range(0, J - J % 4, 4):
            r0, r1, r2, r3 = (
                input_share[n, k],
                input_share[n, k + 1],
                input_share[n, k + 2],
                input_share[n, k + 3],
            )
            d0, d1, d2, d3 = 0.0, 0.0, 0.0, 0.0
            for j in range(Q):
                v = output[j]
                d0 += r0[j] * v
                d1 += r1[j] * v
                d2 += r2[j] * v
                d3 += r3[j] * v
            demand[k], demand[k + 1], demand[k + 2], demand[k + 3] = d0, d1, d2, d3
            p0, p1, p2, p3 = price[k], price[k + 1], price[k + 2], price[k + 3]
            for j in range(Q):
                cost[j] += r0[j] * p0 + r1[j] * p1 + r2[j] * p2 + r3[j] * p3
        for k in range(J - J % 4, J):
            row = input_share[n, k]
            d = 0.0
            for j in range(Q):
                d += row[j] * output[j]
            demand[k] = d
            p = price[k]
            for j in range(Q):
                cost[j] += row[j] * p
        base = N + n * J
        for j in range(J):
            wanted = demand[j] + consumption[n, j] * private + basket[n, j] * public
            # Not above zero: not a solution, but the iteration may pass through.
            otherwise = 0.5 * spent[n, j] if active[n, j] else 1.0
            demand[j] = wanted if wanted > 0.0 else otherwise
            residual[base + j] = cost[j] - state[base + j]
        earned[n] = paid / earned[n]
    log_all(earned, bits)
    for n in range(N):
        residual[n] = earned[n]
    flat = demands.reshape(cells)
    log_all(flat, bits)
    for z in range(cells):
        residual[top + z] = flat[z] - state[top + z] if bought[z] else 0.0
    found = largest(residual, bits)
    return found if not found <= worst else worst


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
                all_shares += kernel[j, n, i] * (power[i] * scale)
                net_shares += before[j, n, i] * (power[i] * scale)
            for i in range(N):
                sold[i] += before[j, n, i] * (power[i] * scale) * x
            share_total[n, j] = all_shares
            kept[n, j] = net_shares
        for i in range(N):
            output[i, j] = sold[i]
    return share_total, kept, output


@njit(cache=True, nogil=True, error_model="numpy", boundscheck=False)
def write_flows(before, log_cost, total, expenditure, elasticity, flow):
    """flow[n,i,j] = pi' / wedge X, as `certify_trade` adds it up."""
    J, N, _ = before.shape
    power = np.empty((J, N))
    for j in range(J):
        for i in range(N):
            power[j, i] = math.exp(-elasticity[j] * log_cost[i, j])
    for n in range(N):
        for j in range(J):
            scale = expenditure[n, j] / total[j, n] if total[j, n] > 0.0 else 0.0
            for i in range(N):
                flow[n, i, j] = before[j, n, i] * (power[j, i] * scale)
