"""Compiled kernels of the adjoint: the transposed Jacobian of the sweep, streaming the same arrays as the sweep.

Layout as in the package's docstring. With residuals r(z, k) of the state z = [log w, log c, log X] and log costs k, a
multiplier `a` gives the product a' dr/dz; the derivation is in `gradient`.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit

from samarkand.engines.equilibrium.kernels.sweep import FAST, transpose_into


@njit(cache=True, nogil=True, inline="always")
def _weight(values, total, j, n):
    """values[n] over the sum behind the price of `j` in `n`, zero where nothing is bought."""
    return values[n] / total[j, n] if total[j, n] > 0.0 else 0.0


@njit(cache=True, nogil=True, inline="always")
def _value_spending(j, first, last, theta, total, spending, kept, r_bar, pulled, met):
    """From the sums over sellers (in `pulled`) to the multipliers of spending (`pulled`) and prices (`met`)."""
    for n in range(first, last):
        s = pulled[n] / total[j, n] if total[j, n] > 0.0 else 0.0
        pulled[n] = spending[j, n] * (s + r_bar[n] * (1.0 - kept[j, n]))
        met[n] += theta * spending[j, n] * (s - r_bar[n] * kept[j, n])


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
    weighted = np.zeros(M)
    gathered = np.empty(M)
    by_four = N - N % 4
    for j in range(J):
        theta = elasticity[j]
        a = power[j]
        x = spending[j]
        rows, net = kernel[j], before[j]
        pulled, met = x_bar[j], p_bar[j]
        for i in range(N):
            weighted[i] = a[i] * y_bar[j, i]
        for i in range(M):
            gathered[i] = 0.0
        # What a unit of each buyer's spending is worth to sellers: four buyers at a time, as in the sweep.
        for n in range(0, by_four, 4):
            b0, b1, b2, b3 = net[n], net[n + 1], net[n + 2], net[n + 3]
            s0, s1, s2, s3 = 0.0, 0.0, 0.0, 0.0
            for i in range(M):
                v = weighted[i]
                s0 += b0[i] * v
                s1 += b1[i] * v
                s2 += b2[i] * v
                s3 += b3[i] * v
            pulled[n], pulled[n + 1], pulled[n + 2], pulled[n + 3] = s0, s1, s2, s3
            _value_spending(j, n, n + 4, theta, total, spending, kept, r_bar, pulled, met)
            p0, p1, p2, p3 = (
                _weight(met, total, j, n),
                _weight(met, total, j, n + 1),
                _weight(met, total, j, n + 2),
                _weight(met, total, j, n + 3),
            )
            q0, q1, q2, q3 = (
                theta * x[n] * _weight(r_bar, total, j, n),
                theta * x[n + 1] * _weight(r_bar, total, j, n + 1),
                theta * x[n + 2] * _weight(r_bar, total, j, n + 2),
                theta * x[n + 3] * _weight(r_bar, total, j, n + 3),
            )
            if has_wedge:
                k0, k1, k2, k3 = rows[n], rows[n + 1], rows[n + 2], rows[n + 3]
                for i in range(M):
                    gathered[i] += (k0[i] * p0 + k1[i] * p1 + k2[i] * p2 + k3[i] * p3) + (
                        b0[i] * q0 + b1[i] * q1 + b2[i] * q2 + b3[i] * q3
                    )
            else:
                p0, p1, p2, p3 = p0 + q0, p1 + q1, p2 + q2, p3 + q3
                for i in range(M):
                    gathered[i] += b0[i] * p0 + b1[i] * p1 + b2[i] * p2 + b3[i] * p3
        for n in range(by_four, N):
            row, payment = rows[n], net[n]
            s0 = 0.0
            for i in range(M):
                s0 += payment[i] * weighted[i]
            pulled[n] = s0
            _value_spending(j, n, n + 1, theta, total, spending, kept, r_bar, pulled, met)
            p0, q0 = _weight(met, total, j, n), theta * x[n] * _weight(r_bar, total, j, n)
            for i in range(M):
                gathered[i] += row[i] * p0 + payment[i] * q0
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
    by_four = J - J % 4
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
        weighted = y_by_economy[n]
        found = p_by_economy[n]
        for k in range(J):
            u = multiplier[top + n * J + k] * inverse_spending[n, k]
            weighted[k] = u
        for k in range(J):
            c_bought += consumption[n, k] * weighted[k]
            g_bought += basket[n, k] * weighted[k]
        for k in range(0, by_four, 4):
            r0, r1, r2, r3 = (
                input_share[n, k],
                input_share[n, k + 1],
                input_share[n, k + 2],
                input_share[n, k + 3],
            )
            u0, u1, u2, u3 = weighted[k], weighted[k + 1], weighted[k + 2], weighted[k + 3]
            p0, p1, p2, p3 = 0.0, 0.0, 0.0, 0.0
            for j in range(Q):
                v = c_row[j]
                p0 += r0[j] * v
                p1 += r1[j] * v
                p2 += r2[j] * v
                p3 += r3[j] * v
            found[k], found[k + 1], found[k + 2], found[k + 3] = p0, p1, p2, p3
            for j in range(Q):
                y_row[j] += r0[j] * u0 + r1[j] * u1 + r2[j] * u2 + r3[j] * u3
        for k in range(by_four, J):
            row = input_share[n, k]
            u0 = weighted[k]
            p0 = 0.0
            for j in range(Q):
                p0 += row[j] * c_row[j]
            found[k] = p0
            for j in range(Q):
                y_row[j] += row[j] * u0
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
        for j in range(J):
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
        for j in range(J):
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
    block = np.empty((J, N))
    for n in range(N):
        for j in range(J):
            scale = 1.0 / total[j, n] if total[j, n] > 0.0 else 0.0
            sold = elasticity[j] * spending[j, n]
            p = p_bar[j, n]
            r = r_bar[n]
            for i in range(N):
                block[j, i] = (power[j, i] * scale) * (
                    kernel[j, n, i] * p - sold * before[j, n, i] * (y_bar[j, i] - r)
                )
        transpose_into(block, gradient[n], J, N)


@njit(cache=True, nogil=True, fastmath=FAST, error_model="numpy", boundscheck=False)
def orthogonalise(basis, count, new, column):
    """Take from `new` its parts along the first `count` rows of `basis`, add them to `column`; the length that is left.

    Gram and Schmidt's, twice, which is enough to stay orthogonal.
    """
    size = new.size
    for _ in range(2):
        for k in range(count):
            row = basis[k]
            part = 0.0
            for z in range(size):
                part += row[z] * new[z]
            column[k] += part
            for z in range(size):
                new[z] -= part * row[z]
    square = 0.0
    for z in range(size):
        square += new[z] * new[z]
    return math.sqrt(square)
