"""Discrete choice between modes: shares, logsum, composite cost, calibration of constants.

The model is the logit with multiplicative errors (Fosgerau & Bierlaire 2009, Transportation Research B 43),
that is a logit in the logarithm of generalised cost. Choices depend on cost ratios, so that one scale serves
a haul of 300 km and one of 12,000 km; its shares and its cost index are those of a constant-elasticity choice
of modes, the form in which modal substitution elasticities are estimated and which exact hat algebra keeps.

Arrays in, arrays out: the last axis is the mode, leading axes are anything. An unreachable mode has an
infinite cost and takes no share. scipy is imported where it is used: prepared models are asked without it.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]

MOST_STEPS = 200  # of Newton's method; quadratic near the solution, halved steps far from it
LONGEST_STEP = 5.0  # in utility: beyond it the quadratic model of a logsum is worth nothing


def calc_utility(cost: ArrayLike, constant: ArrayLike, scale: float) -> Floats:
    """Systematic utility of each mode: V_m = constant_m - scale * ln(cost_m).

    cost: (..., m), above zero, US$ per unit shipped, infinite where the mode cannot be used.
    constant: broadcasts to cost, pure number. scale: above zero, the elasticity of the odds of two modes to
    the ratio of their costs. Returns (..., m), minus infinity where unreachable.
    Raises ValueError for costs or a scale that are not above zero and for constants that are not finite.
    Source: Fosgerau & Bierlaire (2009), with the generalised cost as the index.
    """
    costs = np.asarray(cost, dtype=np.float64)
    constants = np.asarray(constant, dtype=np.float64)
    if not scale > 0 or not np.isfinite(scale):
        raise ValueError(f"the scale of mode choice has to be above zero, it is {scale}")
    if not np.all(costs > 0):
        raise ValueError("a generalised cost is zero, negative or not a number")
    if not np.all(np.isfinite(constants)):
        raise ValueError("a mode constant is not finite")
    utility: Floats = constants - scale * np.log(costs)
    return utility


def calc_shares(utility: ArrayLike) -> Floats:
    """Choice shares: s_m = exp(V_m) / sum_k exp(V_k).

    utility: (..., m). Returns (..., m), fractions that add up to one, or all zero where no mode is reachable.
    Source: McFadden (1974), conditional logit.
    """
    from scipy.special import softmax

    values = np.asarray(utility, dtype=np.float64)
    reachable = np.any(np.isfinite(values), axis=-1, keepdims=True)
    shares: Floats = np.where(reachable, softmax(np.where(reachable, values, 0.0), axis=-1), 0.0)
    return shares


def calc_logsum(utility: ArrayLike) -> Floats:
    """Expected maximum utility: L = ln sum_m exp(V_m).

    utility: (..., m). Returns (...), minus infinity where no mode is reachable. Never falls when a utility
    rises. Source: Williams (1977); Small & Rosen (1981).
    """
    from scipy.special import logsumexp

    logsum: Floats = np.asarray(logsumexp(np.asarray(utility, dtype=np.float64), axis=-1), dtype=np.float64)
    return logsum


def calc_logsum_of_shares(utility: ArrayLike, share: ArrayLike) -> Floats:
    """The logsum where shares are known: L = V_m - ln s_m, at the mode m of the largest share.

    utility, share: (..., m), as from `calc_utility` and `calc_shares`. Returns (...), minus infinity where no
    mode is reachable. The same as `calc_logsum` for a third of its work; any mode gives it, the largest share
    with the least rounding.
    """
    values, shares = np.asarray(utility, dtype=np.float64), np.asarray(share, dtype=np.float64)
    largest = shares.argmax(axis=-1)[..., None]
    value = np.take_along_axis(values, largest, axis=-1)[..., 0]
    taken = np.take_along_axis(shares, largest, axis=-1)[..., 0]
    reachable = taken > 0
    logsum: Floats = np.where(reachable, value - np.log(np.where(reachable, taken, 1.0)), -np.inf)
    return logsum


def calc_composite_cost(cost: ArrayLike, constant: ArrayLike, scale: float) -> Floats:
    """Cost that one mode alone would need for the same logsum: C = exp(-L / scale).

    With A_m = exp(-constant_m / scale) it is C = (sum_m (A_m cost_m)^-scale)^(-1/scale): homogeneous of
    degree one in costs and never above the cheapest A_m cost_m. cost: (..., m), US$. Returns (...), US$, infinite
    where no mode is reachable. Errors as `calc_utility`. Its level depends on the normalisation of the
    constants; ratios of two composite costs under the same constants do not.
    """
    composite: Floats = np.exp(-calc_logsum(calc_utility(cost, constant, scale)) / scale)
    return composite


def calc_composite_cost_hat(cost_hat: ArrayLike, share: ArrayLike, scale: float) -> Floats:
    """Change of the composite cost from baseline shares: C_hat = (sum_m s_m cost_hat_m^-scale)^(-1/scale).

    cost_hat: (..., m), counterfactual over baseline cost, infinite where a mode closes. share: (..., m)
    baseline shares. Returns (...). It equals the ratio of two `calc_composite_cost` whenever no new mode
    appears, and needs no constants: the constants stand in the shares.
    Source: exact hat algebra (Dekle, Eaton & Kortum 2008) applied to the choice of modes.
    """
    hats = np.asarray(cost_hat, dtype=np.float64)
    shares = np.asarray(share, dtype=np.float64)
    if not np.all(hats > 0):
        raise ValueError("a change of cost is zero, negative or not a number")
    total = np.sum(shares * hats**-scale, axis=-1)
    with np.errstate(divide="ignore"):
        hat: Floats = total ** (-1.0 / scale)
    return hat


def calc_aggregate_shares(utility: ArrayLike, weight: ArrayLike) -> Floats:
    """Weighted aggregate shares: S_m = sum_p w_p s_pm / sum_p w_p.

    utility: (p, m); weight: (p,), at least zero (value, tonne-km). Pairs without any mode are left out.
    Returns (m,), adding up to one. Raises ValueError when no pair with a mode carries weight.
    """
    values = np.asarray(utility, dtype=np.float64)
    weights = np.where(np.any(np.isfinite(values), axis=-1), np.asarray(weight, dtype=np.float64), 0.0)
    if np.any(weights < 0) or not weights.sum() > 0:
        raise ValueError("the weights of the pairs are negative, or no reachable pair carries any")
    shares: Floats = weights @ calc_shares(values) / weights.sum()
    return shares


def calibrate_constants(
    cost: ArrayLike,
    weight: ArrayLike,
    target_share: ArrayLike,
    scale: float,
    reference: int = -1,
    tolerance: float = 1e-12,
) -> Floats:
    """Mode constants a that make aggregate shares meet declared ones: S_m(a) = T_m, a_reference = 0.

    S(a) - T is the gradient of the convex function sum_p w_p L_p(a) / sum_p w_p - T.a, so that constants are
    unique up to the reference. Newton's method on it with the exact Jacobian diag(S) - sum_p w_p s_p s_p',
    started by Berry's contraction a += ln(T / S).
    cost: (p, m) US$, infinite where unreachable; weight: (p,); target_share: (m,), all above zero, adding up
    to one. Returns (m,) pure numbers. Raises ValueError when targets are not shares, a mode with a target is
    reachable nowhere, or pairs that only some modes can serve make the targets impossible.
    Source: Train (2009), Discrete Choice Methods, section 2.8; Berry (1994).
    """
    from scipy.special import logsumexp

    costs = np.asarray(cost, dtype=np.float64)
    weights = np.asarray(weight, dtype=np.float64)
    targets = np.asarray(target_share, dtype=np.float64)
    if targets.shape != (costs.shape[-1],) or not np.all(targets > 0) or abs(targets.sum() - 1) > 1e-9:
        raise ValueError(f"target shares have to be above zero and add up to one, they are {targets}")
    used = (weights > 0) & np.any(np.isfinite(costs), axis=-1)
    if not used.any():
        raise ValueError("no reachable pair carries weight")
    base = calc_utility(costs[used], np.zeros(costs.shape[-1]), scale)
    share_of_pair = weights[used] / weights[used].sum()
    attainable = share_of_pair @ np.isfinite(base)
    captive = share_of_pair @ (np.isfinite(base) & (np.isfinite(base).sum(axis=-1, keepdims=True) == 1))
    if np.any(targets >= attainable + 1e-12) or np.any(targets < captive):
        raise ValueError(
            f"target shares {targets} lie outside what the pairs allow: "
            f"at least {captive}, below {attainable}"
        )
    free = np.arange(targets.size) != np.arange(targets.size)[reference]

    def objective(constants: Floats) -> float:
        return float(share_of_pair @ logsumexp(base + constants, axis=-1) - targets @ constants)

    def mismatch(constants: Floats) -> tuple[Floats, Floats]:
        shares = calc_shares(base + constants)
        aggregate = share_of_pair @ shares
        jacobian = np.diag(aggregate) - (shares * share_of_pair[:, None]).T @ shares
        return (aggregate - targets)[free], jacobian[np.ix_(free, free)]

    start = np.zeros(targets.size)
    for _ in range(8):
        start += np.log(targets / (share_of_pair @ calc_shares(base + start)))
    start -= start[reference]
    constants = _minimise_convex(objective, mismatch, start, free)
    error = float(np.max(np.abs(share_of_pair @ calc_shares(base + constants) - targets)))
    if not error <= max(tolerance, 1e-10):
        raise ValueError(
            f"mode constants could not be calibrated: shares miss their targets {targets} by {error:.1e}; "
            "pairs that only some modes can serve may make them impossible"
        )
    return constants


def _minimise_convex(
    objective: Callable[[Floats], float],
    gradient_and_hessian: Callable[[Floats], tuple[Floats, Floats]],
    start: Floats,
    free: NDArray[np.bool_],
) -> Floats:
    """Newton's method with halved steps over the free variables; converges from anywhere for a convex function.

    Two unknowns: scipy.optimize would do it, at half a second of import in every command.
    """
    point = start.copy()
    value = objective(point)
    for _ in range(MOST_STEPS):
        gradient, hessian = gradient_and_hessian(point)
        if np.abs(gradient).max() <= 1e-14:
            break
        step = np.zeros(point.size)
        # Where shares of zero or one make the Hessian singular, the least-squares step still goes downhill.
        step[free] = -np.linalg.lstsq(hessian, gradient, rcond=None)[0]
        length = min(1.0, LONGEST_STEP / max(float(np.abs(step).max()), 1e-300))
        while length > 1e-12:
            tried = point + length * step
            new = objective(tried)
            # Within rounding of the objective the gradient decides.
            if new <= value + 1e-15 * abs(value) + 1e-15:
                break
            length /= 2
        point, value = tried, new
    return point
