"""Compiled kernels of the adjoint: the transposed Jacobian of the sweep, streaming the same arrays as the sweep.

Layout as in the package's docstring. With residuals r(z, k) of the state z = [log w, log c, log X] and log costs k, a
multiplier `a` gives the product a' dr/dz; the derivation is in `gradient`.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from samarkand.engines.equilibrium.kernels.sweep import FAST, transpose_into


@njit(cache=True, nogil=True, fastmath=FAST, error_model="numpy", boundscheck=False)
def adjoint_trade(
    kernel, before, has_wedge, elasticity, power, total, spending, kept, output, y_bar, r_bar, p_bar, x_bar, c_bar
):  # fmt: skip
    """The adjoint of prices, sales and revenue with respect to unit costs and expenditure.

    In: y_bar[j,i] and r_bar[n] multiply changes of output and of wedge revenue (money), p_bar[j,n] changes of log
    prices. Out: p_bar with what reaches prices through sales and revenue added, x_bar[j,n], c_bar[j,i]. `kept` is the
    share of spending that reaches sellers.
    """
    J, N, M = kernel.shape
    weighted = np.empty(M)
    gathered = np.empty(M)
    full = N - N % 2
    for j in range(J):
        theta = elasticity[j]
        a = power[j]
        for i in range(M):
            weighted[i] = 0.0
            gathered[i] = 0.0
        for i in range(N):
            weighted[i] = a[i] * y_bar[j, i]
        for first in range(0, N, 2):
            second = first + 1 if first < full else first
            b0, b1 = before[j, first], before[j, second]
            s0, s1 = 0.0, 0.0
            for i in range(M):
                v = weighted[i]
                s0 += b0[i] * v
                s1 += b1[i] * v
            scale0 = 1.0 / total[j, first] if total[j, first] > 0.0 else 0.0
            scale1 = 1.0 / total[j, second] if total[j, second] > 0.0 and second > first else 0.0
            s0 *= scale0
            s1 *= scale1
            x0, x1 = spending[j, first], spending[j, second]
            if second > first:
                x_bar[j, second] = x1 * (s1 + r_bar[second] * (1.0 - kept[j, second]))
                p_bar[j, second] += theta * x1 * (s1 - r_bar[second] * kept[j, second])
            x_bar[j, first] = x0 * (s0 + r_bar[first] * (1.0 - kept[j, first]))
            p_bar[j, first] += theta * x0 * (s0 - r_bar[first] * kept[j, first])
            p0, p1 = p_bar[j, first] * scale0, p_bar[j, second] * scale1
            q0 = theta * x0 * r_bar[first] * scale0
            q1 = theta * x1 * r_bar[second] * scale1
            if has_wedge:
                k0, k1 = kernel[j, first], kernel[j, second]
                for i in range(M):
                    gathered[i] += k0[i] * p0 + k1[i] * p1 + b0[i] * q0 + b1[i] * q1
            else:
                p0 += q0
                p1 += q1
                for i in range(M):
                    gathered[i] += b0[i] * p0 + b1[i] * p1
        for i in range(N):
            c_bar[j, i] = a[i] * gathered[i] - theta * output[j, i] * y_bar[j, i]


@njit(cache=True, nogil=True, fastmath=FAST, error_model="numpy", boundscheck=False)
def transposed_jacobian(
    multiplier,
    product,
    kernel,
    before,
    has_wedge,
    elasticity,
    power,
    total,
    spending,
    kept,
    output,
    va_share,
    input_share,
    consumption,
    basket,
    value_added,
    tax_rate,
    income_weight,
    world_weight,
    multiple_income,
    inverse_spending,
    y_bar,
    r_bar,
    p_bar,
    x_bar,
    c_bar,
):
    """product = (J - 1 v' / sum v)' multiplier, v = [value_added, 0, 0]; leaves y_bar, r_bar, p_bar for the gradient.

    d spending[n] = income_weight[n] d income[n] + world_weight-weighted world terms (rule `proportional`); see
    `gradient`. `inverse_spending[n,k]` is 1 / X, zero in markets that are closed.
    """
    N, J = va_share.shape
    Q = input_share.shape[2]
    top = N + N * J
    y_row = np.zeros(Q)
    c_row = np.zeros(Q)
    private = np.empty(N)
    public = np.empty(N)
    everything = 0.0
    for z in range(multiplier.size):
        everything += multiplier[z]
    world = 0.0
    world_money = 0.0
    for n in range(N):
        world_money += value_added[n]
    y_by_economy = np.empty((N, J))
    p_by_economy = np.empty((N, J))
    for n in range(N):
        share = multiplier[n] / value_added[n]
        for j in range(J):
            y_row[j] = share * va_share[n, j]
            c_row[j] = multiplier[N + n * J + j]
        c_bought = 0.0
        g_bought = 0.0
        for k in range(J):
            row = input_share[n, k]
            u = multiplier[top + n * J + k] * inverse_spending[n, k]
            c_bought += consumption[n, k] * u
            g_bought += basket[n, k] * u
            p = 0.0
            for j in range(Q):
                y_row[j] += row[j] * u
                p += row[j] * c_row[j]
            p_by_economy[n, k] = p
        for j in range(J):
            y_by_economy[n, j] = y_row[j]
        private[n] = c_bought
        public[n] = g_bought - c_bought
        world += c_bought * multiple_income[n]
    for n in range(N):
        r_bar[n] = income_weight[n] * private[n] + world * world_weight[n]
    transpose_into(y_by_economy, y_bar, N, J)
    transpose_into(p_by_economy, p_bar, N, J)
    adjoint_trade(
        kernel, before, has_wedge, elasticity, power, total, spending, kept, output, y_bar, r_bar, p_bar, x_bar, c_bar
    )  # fmt: skip
    transpose_into(x_bar, y_by_economy, J, N)
    transpose_into(c_bar, p_by_economy, J, N)
    for n in range(N):
        v = -multiplier[n] + value_added[n] * (r_bar[n] + tax_rate[n] * public[n] - everything / world_money)
        for j in range(J):
            v += va_share[n, j] * multiplier[N + n * J + j]
            z = N + n * J + j
            product[z] = p_by_economy[n, j] - multiplier[z]
            z = top + n * J + j
            product[z] = y_by_economy[n, j] - multiplier[z]
        product[n] = v


@njit(cache=True, nogil=True, fastmath=FAST, error_model="numpy", boundscheck=False)
def precondition_transposed(
    residual, step, level, block, own, response, wage_cost, labour_demand, pivot, consumption, labour
):  # fmt: skip
    """The transpose of `kernels.precondition` (without its limit): step = M' residual."""
    N, J = own.shape
    Q = block.shape[2]
    top = N + N * J
    q = np.empty(J, np.float32)
    t_bar = np.empty(Q, np.float32)
    dc_bar = np.zeros(Q, np.float32)
    for n in range(N):
        base = N + n * J
        high = top + n * J
        matrix = block[n]
        for j in range(Q):
            t_bar[j] = np.float32(0.0)
        for k in range(J):
            q[k] = np.float32(residual[high + k]) / level[n, k]
            v = q[k]
            row = matrix[k]
            for j in range(Q):
                t_bar[j] += row[j] * v
        dw = np.float32(residual[n])
        for j in range(J):
            dc_bar[j] = np.float32(residual[base + j]) + response[n, j] * (t_bar[j] - q[j])
            dw += wage_cost[n, j] * dc_bar[j] + np.float32(consumption[n, j] * labour[n]) * t_bar[j]
        s = dw / pivot[n]
        step[n] = labour[n] * s
        for j in range(J):
            dc_bar[j] = (dc_bar[j] + s * response[n, j] * labour_demand[n, j]) / own[n, j]
            step[high + j] = level[n, j] * (t_bar[j] + s * labour_demand[n, j])
        for k in range(J):
            row = matrix[k]
            v = np.float32(0.0)
            for j in range(Q):
                v += row[j] * dc_bar[j]
            step[base + k] = own[n, k] * v


@njit(cache=True, nogil=True, fastmath=FAST, error_model="numpy", boundscheck=False)
def cost_gradient(kernel, before, elasticity, power, total, spending, y_bar, r_bar, p_bar, gradient):
    """gradient[n,i,j] = pi' p_bar[n,j] - theta pi'/wedge X (y_bar[i,j] - r_bar[n])."""
    J, N, _ = kernel.shape
    for n in range(N):
        for j in range(J):
            scale = 1.0 / total[j, n] if total[j, n] > 0.0 else 0.0
            sold = elasticity[j] * spending[j, n]
            p = p_bar[j, n]
            r = r_bar[n]
            for i in range(N):
                weight = power[j, i] * scale
                gradient[n, i, j] = weight * (
                    kernel[j, n, i] * p - sold * before[j, n, i] * (y_bar[j, i] - r)
                )
