"""Compiled kernels of the equilibrium: one fused sweep over the trade-cost kernel, Anderson acceleration.

Imported only when something is solved: importing numba and loading the cached machine code takes a third of a
second, which `samarkand --help` must not pay.

Layout. The trade-cost kernel is `kernel[j, n, i] = trade_share[n,i,j] * kappa_hat[n,i,j]^-theta[j]`: by sector,
buyer, seller. A row (fixed sector and buyer) stays in the first-level cache while it is used twice, for the price
index and for the sellers' sales, so that a sweep streams the kernel from memory once.

The state is `[log wage (N), log unit cost (N J), log expenditure (N J)]`, economy by economy, so that a sweep
also streams the input-output coefficients once: the same row of `input_share[n, k, :]` adds the price of
input `k` to all unit costs of `n` and sums the demand for it. Rows are padded with zeros to whole vector registers,
and loops take four rows at a time.

All functions release the interpreter lock, use one thread, and allocate nothing inside the sweep.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit

# Sums are reassociated so that they use vector registers; nothing here relies on the order of addition. Not
# `nnan` or `ninf`: divergence is detected by testing for them.
_FAST = {"reassoc", "contract", "nsz", "arcp"}

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
def _in_range(value, logarithm):
    """What `exp_all` made of `logarithm`, with the true limits beyond its range: zero and infinity."""
    return 0.0 if logarithm < -700.0 else (np.inf if logarithm > 700.0 else value)


@njit(cache=True, nogil=True, fastmath={"contract"}, error_model="numpy", boundscheck=False)
def build_kernel_by_pair(share, hat, elasticity, kernel):
    """kernel[j,n,i] = share[j,n,i] hat[n,i]^-elasticity[j]: one logarithm a pair, none where nothing changes."""
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
            for i in range(N, M):
                kernel[j, n, i] = 0.0
            if not moved:
                for i in range(N):
                    kernel[j, n, i] = share[j, n, i]
                continue
            theta = elasticity[j]
            for i in range(N):
                row[i] = -theta * log_hat[i]
            exp_all(row, bits)
            for i in range(N):
                kernel[j, n, i] = share[j, n, i] * _in_range(row[i], -theta * log_hat[i])


@njit(cache=True, nogil=True, fastmath={"contract"}, error_model="numpy", boundscheck=False)
def build_kernel_by_sector(share, hat, elasticity, kernel):
    """kernel[j,n,i] = share[j,n,i] hat[n,i,j]^-elasticity[j]; costs that do not change are not raised."""
    J, N, M = share.shape
    block = np.empty(N * J)
    bits = np.empty(N * J)
    by_sector = np.empty((J, N))
    flat = by_sector.reshape(J * N)
    for n in range(N):
        moved = False
        for i in range(N):
            for j in range(J):
                h = hat[n, i, j]
                if h != 1.0:
                    moved = True
                block[i * J + j] = h
        for j in range(J):
            for i in range(N, M):
                kernel[j, n, i] = 0.0
        if not moved:
            for j in range(J):
                for i in range(N):
                    kernel[j, n, i] = share[j, n, i]
            continue
        log_all(block, bits)
        for j in range(J):
            theta = elasticity[j]
            for i in range(N):
                by_sector[j, i] = -theta * block[i * J + j]
        exp_all(flat, bits)
        for j in range(J):
            theta = elasticity[j]
            for i in range(N):
                kernel[j, n, i] = share[j, n, i] * _in_range(by_sector[j, i], -theta * block[i * J + j])


@njit(cache=True, nogil=True, fastmath={"contract"}, error_model="numpy", boundscheck=False)
def divide_by_wedge(kernel, wedge, before):
    """before[j,n,i] = kernel[j,n,i] / wedge[n,i,j]: the kernel of payments before tariffs and rents."""
    J, N, M = kernel.shape
    for n in range(N):
        for i in range(N):
            for j in range(J):
                before[j, n, i] = kernel[j, n, i] / wedge[n, i, j]
        for j in range(J):
            for i in range(N, M):
                before[j, n, i] = 0.0


@njit(cache=True, nogil=True, fastmath=_FAST, error_model="numpy", boundscheck=False)
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


@njit(cache=True, nogil=True, fastmath=_FAST, error_model="numpy", boundscheck=False)
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


@njit(cache=True, nogil=True, fastmath=_FAST, error_model="numpy", boundscheck=False)
def _dot(a, b):
    s = 0.0
    for i in range(a.size):
        s += a[i] * b[i]
    return s


@njit(cache=True, nogil=True, error_model="numpy", boundscheck=False)
def _least_squares(gram, right, used, weights):
    """Weights of the Anderson step: (gram + tiny ridge) weights = right, by Cholesky; False if not definite."""
    lower = np.zeros((used, used))
    ridge = 0.0
    for a in range(used):
        ridge = max(ridge, gram[a, a])
    ridge *= 1e-14
    for a in range(used):
        for b in range(a + 1):
            v = gram[a, b]
            if a == b:
                v += ridge
            for c in range(b):
                v -= lower[a, c] * lower[b, c]
            if a == b:
                if not v > 0.0:
                    return False
                lower[a, a] = math.sqrt(v)
            else:
                lower[a, b] = v / lower[b, b]
    for a in range(used):
        v = right[a]
        for c in range(a):
            v -= lower[a, c] * weights[c]
        weights[a] = v / lower[a, a]
    for a in range(used - 1, -1, -1):
        v = weights[a]
        for c in range(a + 1, used):
            v -= lower[c, a] * weights[c]
        weights[a] = v / lower[a, a]
    return True


@njit(cache=True, nogil=True, fastmath=_FAST, error_model="numpy", boundscheck=False)
def _normalise(state, factor_income, target):
    """World value added keeps its nominal value: the numeraire."""
    world = 0.0
    for n in range(factor_income.size):
        world += math.exp(state[n]) * factor_income[n]
    shift = math.log(target / world)
    for n in range(factor_income.size):
        state[n] += shift


@njit(cache=True, nogil=True, fastmath=_FAST, error_model="numpy", boundscheck=False)
def precondition(
    residual, step, level, block, own, response, wage_cost, labour_demand, pivot, consumption, labour
):
    """step = approximate Newton step for `residual`: every economy's own block of the Jacobian, solved exactly.

    Own feedbacks (an economy's inputs from itself, its income spent at home, its sales at its own costs) are most
    of the Jacobian and the slow part of plain iteration; what couples economies is left to the acceleration. With
    D own trade shares, B = (1 - input_share D)^-1 (`block`), e = d output / d log own unit cost, all of the baseline:

        dc = D^-1 B' D (r_c + va_share dw),  X dx = B t - (e / D) dc,
        t = X r_x + (e / D) dc + consumption_share VA dw,
        dw = (VA r_w + l (X r_x + (e / D) dc at dw = 0)) / pivot,  l = B' D va_share.

    The Jacobian is that of the baseline throughout, in single precision: it sets the path, never the solution.
    """
    N, J = own.shape
    Q = block.shape[2]
    first = np.empty(J, np.float32)
    second = np.zeros(Q, np.float32)
    dc = np.empty(Q, np.float32)
    full = J - J % 4
    top = N + N * J
    for n in range(N):
        base = N + n * J
        high = top + n * J
        matrix = block[n]
        for j in range(J):
            first[j] = np.float32(residual[base + j]) * own[n, j]
        for j in range(Q):
            dc[j] = np.float32(0.0)
        for k in range(0, full, 4):
            r0, r1, r2, r3 = matrix[k], matrix[k + 1], matrix[k + 2], matrix[k + 3]
            v0, v1, v2, v3 = first[k], first[k + 1], first[k + 2], first[k + 3]
            for j in range(Q):
                dc[j] += r0[j] * v0 + r1[j] * v1 + r2[j] * v2 + r3[j] * v3
        for k in range(full, J):
            v = first[k]
            row = matrix[k]
            for j in range(Q):
                dc[j] += row[j] * v
        pull = np.float32(0.0)
        for j in range(J):
            dc[j] /= own[n, j]
            second[j] = level[n, j] * np.float32(residual[high + j])
            pull += labour_demand[n, j] * (second[j] + response[n, j] * dc[j])
        dw = np.float32((np.float32(labour[n]) * np.float32(residual[n]) + pull) / pivot[n])
        # A wage is not moved by more than a third at once.
        limit = np.float32(0.3)
        dw = min(max(dw, -limit), limit)
        step[n] = dw
        for j in range(J):
            dc[j] += wage_cost[n, j] * dw
            step[base + j] = dc[j]
            second[j] += response[n, j] * dc[j] + np.float32(consumption[n, j] * labour[n]) * dw
        for k in range(0, full, 4):
            r0, r1, r2, r3 = matrix[k], matrix[k + 1], matrix[k + 2], matrix[k + 3]
            v0, v1, v2, v3 = np.float32(0.0), np.float32(0.0), np.float32(0.0), np.float32(0.0)
            for j in range(Q):
                v = second[j]
                v0 += r0[j] * v
                v1 += r1[j] * v
                v2 += r2[j] * v
                v3 += r3[j] * v
            first[k], first[k + 1], first[k + 2], first[k + 3] = v0, v1, v2, v3
        for k in range(full, J):
            row = matrix[k]
            v = np.float32(0.0)
            for j in range(Q):
                v += row[j] * second[j]
            first[k] = v
        for k in range(J):
            step[high + k] = (first[k] - response[n, k] * dc[k]) / level[n, k]


@njit(cache=True, nogil=True, fastmath=_FAST, error_model="numpy", boundscheck=False)
def iterate(
    state,
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
    target,
    plain,
    level,
    block,
    own,
    response,
    wage_cost,
    labour_demand,
    pivot,
    labour,
    memory,
    tolerance,
    most_sweeps,
    total,
    kept,
    sales,
):
    """Solve from `state` (changed in place). Returns (sweeps, largest residual).

    Anderson acceleration of z -> z + step(z), where the step is the preconditioned residual or, if `plain`, the
    residual with wages damped. The weights of the acceleration are found on the wages and every seventh of the
    other variables, which serves as well as all of them and costs little. When a step makes matters much worse
    the history is dropped and the step halved, so that large shocks are walked, not jumped.
    """
    N, J = va_share.shape
    size = state.size
    stride = 7 if size > 400 else 1
    seen = N + (size - N + stride - 1) // stride
    residual = np.empty(size)
    power = np.empty((J, kernel.shape[2]))
    spending = np.empty((J, N))
    work = np.empty((5, N, J))
    bits = np.empty(N * J)
    step = np.empty(size)
    mapped = np.empty(size)
    last_step = np.empty(seen)
    last_mapped = np.empty(size)
    d_step = np.empty((memory, seen))
    d_mapped = np.empty((memory, size))
    now = np.empty(seen)
    gram = np.zeros((memory, memory))
    right = np.empty(memory)
    weights = np.empty(memory)
    used = 0
    slot = 0
    have_last = False
    best = np.inf
    caution = 1.0
    worst = np.inf
    settling = True
    _normalise(state, factor_income, target)
    for count in range(1, most_sweeps + 1):
        worst = sweep(
            state, residual, kernel, before, has_wedge, elasticity, va_share, input_share, consumption, basket,
            log_productivity, factor_income, exogenous, proportional, multiple, tax_rate, lump_sum, active,
            total, kept, sales, power, spending, work, bits,
        )  # fmt: skip
        if worst <= tolerance or not worst < 1e300 or count == most_sweeps:
            return count, worst
        if settling:
            # A large shock first works through costs at unchanged wages and spending: moved together from far away,
            # wages would run off after prices that are about to change.
            far = 0.0
            for z in range(N, N + N * J):
                far = max(far, abs(residual[z]))
            settling = far > 0.05 and count < 30
            if settling:
                for z in range(N, N + N * J):
                    state[z] += min(max(residual[z], -1.0), 1.0)
                continue
        if worst > 20.0 * best:
            used = 0
            slot = 0
            have_last = False
            caution = max(0.5 * caution, 0.05)
            best = worst
        best = min(best, worst)
        if plain:
            for z in range(size):
                step[z] = residual[z]
            for n in range(N):
                step[n] = min(max(0.25 * step[n], -0.3), 0.3)
        else:
            precondition(
                residual, step, level, block, own, response, wage_cost, labour_demand, pivot, consumption, labour
            )  # fmt: skip
        far = 0.0
        for z in range(size):
            far = max(far, abs(step[z]))
        scale = caution * min(1.0, 1.5 / far) if far > 0.0 else caution
        for z in range(size):
            step[z] *= scale
            mapped[z] = state[z] + step[z]
        for n in range(N):
            now[n] = step[n]
        for a in range(N, seen):
            now[a] = step[N + (a - N) * stride]
        if have_last and memory > 0:
            df = d_step[slot]
            dg = d_mapped[slot]
            for a in range(seen):
                df[a] = now[a] - last_step[a]
            for z in range(size):
                dg[z] = mapped[z] - last_mapped[z]
            used = min(used + 1, memory)
            for a in range(used):
                v = _dot(d_step[a], df)
                gram[a, slot] = v
                gram[slot, a] = v
            slot = (slot + 1) % memory
        for a in range(seen):
            last_step[a] = now[a]
        for z in range(size):
            last_mapped[z] = mapped[z]
            state[z] = mapped[z]
        have_last = True
        if used > 0:
            for a in range(used):
                right[a] = _dot(d_step[a], now)
            sound = _least_squares(gram, right, used, weights)
            if sound:
                for a in range(used):
                    c = weights[a]
                    dg = d_mapped[a]
                    for z in range(size):
                        state[z] -= c * dg[z]
                # An extrapolation further than a factor of e from the plain step is not trusted.
                far = 0.0
                for z in range(size):
                    far = max(far, abs(state[z] - mapped[z]))
                sound = far < 1.0
            if not sound:
                for z in range(size):
                    state[z] = mapped[z]
                used = 0
                slot = 0
                have_last = False
        _normalise(state, factor_income, target)
    return most_sweeps, worst


@njit(cache=True, nogil=True, fastmath=_FAST, error_model="numpy", boundscheck=False)
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
