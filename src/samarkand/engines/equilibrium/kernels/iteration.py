"""The iteration: preconditioned steps, Anderson acceleration, the numeraire."""

from __future__ import annotations

import math

import numpy as np
from numba import njit

from samarkand.engines.equilibrium.kernels.sweep import FAST, largest, sweep

GIVING_UP = 40  # sweeps


@njit(cache=True, nogil=True, fastmath=FAST, error_model="numpy", boundscheck=False)
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


@njit(cache=True, nogil=True, fastmath=FAST, error_model="numpy", boundscheck=False)
def _off_numeraire(state, factor_income, target):
    """By how much all money is to be higher, in logarithms, so that world value added keeps its nominal value: the
    numeraire."""
    world = 0.0
    for n in range(factor_income.size):
        world += math.exp(state[n]) * factor_income[n]
    return math.log(target / world)


@njit(cache=True, nogil=True, fastmath=FAST, error_model="numpy", boundscheck=False)
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
        for j in range(J):
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


@njit(cache=True, nogil=True, fastmath=FAST, error_model="numpy", boundscheck=False)
def iterate(
    state,
    total,
    kernel,
    before,
    proportional,
    plain,
    memory,
    tolerance,
    most_sweeps,
    hopeless,
    target,
    elasticity,
    va_share,
    input_share,
    consumption,
    basket,
    log_productivity,
    factor_income,
    exogenous,
    multiple,
    tax_rate,
    lump_sum,
    active,
    level,
    block,
    own,
    response,
    wage_cost,
    labour_demand,
    pivot,
    labour,
):
    """Solve from `state` (changed in place). Returns (sweeps, largest residual); `total` [j, n] is left as found.

    Anderson acceleration of z -> z + step(z), where the step is the preconditioned residual or, if `plain`, the
    residual with wages damped. The weights of the acceleration are found on the wages and every seventh of the
    other variables, which serves as well as all of them and costs little. When a step makes matters much worse
    the history is dropped and the step halved, so that large shocks are walked, not jumped. Where the largest residual
    is above `hopeless` after GIVING_UP sweeps, it goes no further.
    """
    N, J = va_share.shape
    size = state.size
    stride = 7 if size > 400 else 1
    seen = N + (size - N + stride - 1) // stride
    residual = np.empty(size)
    kept = np.empty((J, N))
    sales = np.empty((J, kernel.shape[2]))
    power = np.empty((J, kernel.shape[2]))
    spending = np.empty((J, N))
    work = np.empty((5, N, J))
    bits = np.empty(N * J)
    step = np.empty(size)
    scratch = np.empty(size)
    moved = np.empty(1)
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
    shift = _off_numeraire(state, factor_income, target)
    for n in range(N):
        state[n] += shift
    for count in range(1, most_sweeps + 1):
        worst = sweep(
            state, residual, kernel, before, elasticity, va_share, input_share, consumption, basket,
            log_productivity, factor_income, exogenous, proportional, multiple, tax_rate, lump_sum, active,
            total, kept, sales, power, spending, work, bits,
        )  # fmt: skip
        if worst <= tolerance or not worst < 1e300 or count == most_sweeps:
            return count, worst
        if count == GIVING_UP and worst > hopeless:
            return count, worst
        if settling:
            # A large shock first works through costs at unchanged wages and spending: moved together from far away,
            # wages would run off after prices that are about to change.
            far = largest(residual[N : N + N * J], scratch)
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
        far = largest(step, scratch)
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
                for z in range(size):
                    scratch[z] = state[z] - mapped[z]
                sound = largest(scratch, moved) < 1.0
            if not sound:
                for z in range(size):
                    state[z] = mapped[z]
                used = 0
                slot = 0
                have_last = False
        # All that is money moves: wages moved alone, what spending and costs are too high by would come back each time.
        shift = _off_numeraire(state, factor_income, target)
        for z in range(size):
            state[z] += shift
    return most_sweeps, worst
