"""Clustered standard errors of PPML, freed of the bias that fixed effects bring: arrays in, arrays out.

    score of a cluster   s_g = M D_g' W_g^(1/2) A_g W_g^(-1/2) u_g,     A_g = (I - H_gg)^(-1/2)
    variance             V = sum over g of s_g s_g'

`W`: fitted means; `D`: variables and effects; `M = (D' W D)^-1`; `H = W^(1/2) D M D' W^(1/2)`; `u = y - W`. Effects of
origins by year, destinations by year and pairs fit much of a cluster's own noise: without `A_g` errors are too small,
the more so the fewer economies there are (Weidner & Zylkin 2021, Journal of International Economics 132; Pfaffermayr
2023, Oxford Bulletin of Economics and Statistics 85(5)). `A_g` is that of Bell & McCaffrey (2002), Survey Methodology
28(2), and Pustejovsky & Tipton (2018), Journal of Business & Economic Statistics 36(4), whose degrees of freedom, by
Satterthwaite, the intervals take.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array, diags_array, hstack

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
MOST_COLUMNS = 6_000  # of variables and effects beside the largest: a matrix of 300 MB
MOST_IN_CLUSTER = 1_000  # observations of the largest cluster
RIDGE = (
    1e-9  # of the diagonal: effects add up to each other, and what they share with the variables is nothing
)
NO_LEVERAGE_LEFT = 1e-6  # of 1 - leverage, below which an effect fits a direction of a cluster perfectly
BLOCK = 512  # clusters at a time


@dataclass(frozen=True)
class Errors:
    """Standard errors, and degrees of freedom of the intervals, `[variable]`."""

    standard_error: Floats
    freedom: Floats


def calc_clustered_errors(
    outcome: Floats, fitted: Floats, variables: Sequence[Floats], effects: Sequence[Ints], cluster: Ints
) -> Errors | None:
    """Errors of the coefficients of `variables`; None where the panel is too large for them.

    `effects` and `cluster` are numbers of groups, one an observation. The largest effect is taken out of all columns
    first, so that the others alone are inverted.
    """
    order = np.argsort(cluster, kind="stable")
    outcome, fitted = outcome[order], fitted[order]
    effects = [np.unique(one[order], return_inverse=True)[1] for one in effects]
    of_cluster = np.unique(cluster[order], return_inverse=True)[1]
    bounds = np.r_[0, np.cumsum(np.bincount(of_cluster))]
    sizes = [int(one.max()) + 1 for one in effects]
    largest = int(np.argmax(sizes))
    columns = len(variables) + sum(sizes) - sizes[largest]
    if columns > MOST_COLUMNS or np.diff(bounds).max() > MOST_IN_CLUSTER:
        return None
    absorbed, root = effects[largest], np.sqrt(fitted)
    others = [_dummies(one) for k, one in enumerate(effects) if k != largest]
    whole = hstack([csr_array(np.stack(variables, axis=1)[order]), *others])
    total = np.bincount(absorbed, fitted)
    means = diags_array(1.0 / total) @ _dummies(absorbed).T @ diags_array(fitted) @ whole
    within = csr_array(diags_array(root) @ (whole - _dummies(absorbed) @ means))
    scale = np.sqrt(np.asarray(within.multiply(within).sum(axis=0)).ravel())
    scale[scale == 0.0] = 1.0
    within = csr_array(within @ diags_array(1.0 / scale))
    normal = (within.T @ within).toarray()
    half = np.linalg.inv(np.linalg.cholesky(normal + RIDGE * np.eye(columns)))
    inverse = half.T @ half
    share = root / np.sqrt(total[absorbed])  # of an observation in the leverage of its absorbed effect
    direction = within @ inverse[:, : len(variables)] / scale[: len(variables)]
    residual = (outcome - fitted) / root
    scores = np.zeros((len(bounds) - 1, len(variables)))
    weights = np.zeros_like(direction)  # of a cluster: A_g W_g^(1/2) D_g M
    for number, (first, last) in enumerate(pairwise(bounds)):
        rows, ends = slice(first, last), slice(*within.indptr[[first, last]])
        part = within.indices[ends], within.data[ends], np.diff(within.indptr[first : last + 1])
        leverage = _leverage(*part, inverse)
        alike = absorbed[rows, None] == absorbed[rows]
        weights[rows] = _inverse_root(leverage + alike * np.outer(share[rows], share[rows])) @ direction[rows]
        scores[number] = residual[rows] @ weights[rows]
    freedom = [_freedom(one, of_cluster, within, half, absorbed, share) for one in weights.T]
    return Errors(np.sqrt((scores**2).sum(axis=0)), np.array(freedom))


def _dummies(groups: Ints) -> csr_array:
    size = len(groups)
    return csr_array((np.ones(size), (np.arange(size), groups)))


def _leverage(indices: Ints, data: Floats, counts: Ints, inverse: Floats) -> Floats:
    """`part inverse part'` of the rows of a cluster, of the columns alone that are not zero in it."""
    used, place = np.unique(indices, return_inverse=True)
    part = np.zeros((len(counts), len(used)))
    part[np.repeat(np.arange(len(counts)), counts), place] = data
    found: Floats = part @ inverse[np.ix_(used, used)] @ part.T
    return found


def _inverse_root(leverage: Floats) -> Floats:
    """`(I - H)^(-1/2)`, of the directions that the effects leave."""
    left, vectors = np.linalg.eigh(np.eye(len(leverage)) - 0.5 * (leverage + leverage.T))
    kept = left > NO_LEVERAGE_LEFT
    found: Floats = (vectors[:, kept] / np.sqrt(left[kept])) @ vectors[:, kept].T
    return found


def _freedom(
    weight: Floats, of_cluster: Ints, within: csr_array, half: Floats, absorbed: Ints, share: Floats
) -> float:
    """`(tr B)^2 / tr(B^2)`, `B[g, h] = p_g' (I - H)_gh p_h`; `p_g`: the weights of a cluster.

    `B = diag(p_g' p_g) - Y' Y`, `Y` the clusters' weights under the columns and under the absorbed effect.
    """
    by_cluster = csr_array((weight, (np.arange(len(weight)), of_cluster)))
    seen = half @ (within.T @ by_cluster).toarray()
    of_effect = csr_array(_dummies(absorbed).T @ diags_array(share) @ by_cluster)
    own = np.bincount(of_cluster, weight**2)
    effect_squares = np.asarray(of_effect.multiply(of_effect).sum(axis=0)).ravel()
    diagonal = own - (seen**2).sum(axis=0) - effect_squares
    off = 0.0  # sum of squares of Y' Y
    for start in range(0, len(own), BLOCK):
        some = slice(start, start + BLOCK)
        off += float(((seen[:, some].T @ seen + (of_effect[:, some].T @ of_effect).toarray()) ** 2).sum())
    squares = float((own**2).sum() - 2.0 * (own * (own - diagonal)).sum() + off)
    return float(diagonal.sum() ** 2 / squares)
