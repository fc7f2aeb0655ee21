"""Poisson pseudo-maximum likelihood with fixed effects: `E[y] = exp(X b + effects)`.

Santos Silva & Tenreyro (2006), Review of Economics and Statistics 88(4); by `pyfixest`, the algorithm of Correia,
Guimaraes & Zylkin (2020), Stata Journal 20(1); standard errors of `clustered_errors`. Arrays in, arrays out.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import t as student

from samarkand.engines.clustered_errors import calc_clustered_errors

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
TOLERANCE = 1e-10  # of the deviance, so that exact panels give exact coefficients
MOST_STEPS = 200
UPPER = 0.975  # quantile of the upper bound
UNCORRECTED = "somewhat too small, for the panel is too large to free them of the bias of its effects"
OUTCOME, VARIABLE, EFFECT, CLUSTER = "y", "x", "effect_", "cluster"


class NotIdentifiedError(ValueError):
    """The effects leave no variation in some variables: `lost`, their numbers."""

    def __init__(self, lost: Sequence[int]) -> None:
        super().__init__(f"the effects leave no variation in the variables {list(lost)}")
        self.lost = tuple(lost)


class NotConvergedError(ValueError):
    """The steps do not end."""


@dataclass(frozen=True)
class Fit:
    """Coefficients by variable with clustered standard errors and 95 per cent intervals.

    `used` observations; `separated` were dropped because an effect of theirs predicts zero perfectly, `singletons`
    because an effect of theirs has no other observation. `clusters`: how many. `corrected`: whether the errors are
    free of the bias that the effects bring; those of a very large panel are not, and somewhat too small.
    """

    coefficient: Floats
    standard_error: Floats
    low: Floats
    high: Floats
    used: int
    separated: int
    singletons: int
    clusters: int
    corrected: bool


def group_numbers(panel: pd.DataFrame, *columns: str) -> Ints:
    """A number for every distinct combination of the columns: an effect, or a cluster, of each row."""
    return np.asarray(panel.groupby(list(columns), sort=True).ngroup(), dtype=np.int64)


def fit_ppml(outcome: Floats, variables: Sequence[Floats], effects: Sequence[Ints], cluster: Ints) -> Fit:
    """`b` and what it rests on; `effects` and `cluster` are numbers of groups, one an observation.

    Raises
    ------
    NotIdentifiedError, NotConvergedError
        Where the observations do not give the coefficients.
    ImportError
        Without pyfixest.
    """
    import pyfixest

    names = [f"{VARIABLE}{number}" for number in range(len(variables))]
    groups = [f"{EFFECT}{number}" for number in range(len(effects))]
    data = pd.DataFrame(
        {OUTCOME: outcome, CLUSTER: cluster, **dict(zip(names, variables, strict=True)),
         **dict(zip(groups, effects, strict=True))}
    )  # fmt: skip
    fit = _fit(pyfixest, data, names, groups)
    separated, used = int(fit.n_separation_na or 0), int(fit._N_rows)
    kept = fit._data.index.to_numpy()
    coefficient = fit.coef()[names].to_numpy(float)
    own = [np.asarray(one)[kept] for one in (outcome, cluster, *variables, *effects)]
    fitted = np.asarray(fit.predict(type="response"), dtype=float)
    errors = calc_clustered_errors(
        own[0], fitted, own[2 : 2 + len(variables)], own[2 + len(variables) :], own[1]
    )
    if errors is None:
        standard_error, bounds = fit.se()[names].to_numpy(float), fit.confint().loc[names].to_numpy(float)
        low, high = bounds[:, 0], bounds[:, 1]
    else:
        standard_error = errors.standard_error
        half = student.ppf(UPPER, errors.freedom) * standard_error
        low, high = coefficient - half, coefficient + half
    return Fit(
        coefficient, standard_error, low, high, used, separated, len(data) - used - separated,
        int(np.unique(own[1]).size), errors is not None,
    )  # fmt: skip


def _fit(pyfixest: Any, data: pd.DataFrame, names: list[str], groups: list[str]) -> Any:
    with warnings.catch_warnings():
        # What it warns of (separation, singletons, collinear variables) is reported or refused.
        warnings.simplefilter("ignore")
        try:
            fit = pyfixest.fepois(
                f"{OUTCOME} ~ {' + '.join(names)} | {' + '.join(groups)}", data, vcov={"CRV1": CLUSTER},
                separation_check=["fe", "ir"], iwls_tol=TOLERANCE, iwls_maxiter=MOST_STEPS,
            )  # fmt: skip
        except ValueError as error:
            if "collinear" not in str(error):
                raise
            raise NotIdentifiedError(range(len(names))) from error
    if lost := [number for number, name in enumerate(names) if name not in fit.coef().index]:
        raise NotIdentifiedError(lost)
    if not fit.convergence:
        raise NotConvergedError(f"does not converge in {MOST_STEPS} steps")
    return fit
