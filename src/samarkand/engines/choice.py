"""Discrete choice between modes: shares, logsum, composite cost.

The model is the logit with multiplicative errors (Fosgerau & Bierlaire 2009, Transportation Research B 43),
that is a logit in the logarithm of generalised cost. Choices depend on cost ratios, so that one scale serves
a haul of 300 km and one of 12,000 km; its shares and its cost index are those of a constant-elasticity choice
of modes, the form in which modal substitution elasticities are estimated and which exact hat algebra keeps.

Arrays in, arrays out: the last axis is the mode, leading axes are anything. An unreachable mode has an
infinite cost and takes no share. scipy is imported where it is used: prepared models are asked without it.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]


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
