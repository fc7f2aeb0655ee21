"""Estimating a trade elasticity from a user's own panel of trade and tariffs.

Poisson pseudo-maximum likelihood (Santos Silva and Tenreyro 2006, Review of Economics and Statistics 88(4)) with
exporter-year, importer-year and pair effects, by `pyfixest` (the algorithm of Correia, Guimaraes and Zylkin 2020, Stata
Journal 20(1)):

    E[value[i,n,t]] = exp(a[i,t] + b[n,t] + c[i,n] + coefficient log(1 + tariff_rate[i,n,t]) + controls)

What theta is depends on what was valued: spending with tariffs falls by theta per cent where the tariff factor rises by
one, values before tariffs (what customs statistics give) by 1 + theta. Internal flows belong in the panel: without
them the importer-year effects leave only tariffs that differ between partners, and the effect on purchases at home is
lost (Yotov, Piermartini, Monteiro and Larch 2016, An Advanced Guide to Trade Policy Analysis, WTO).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Literal

import numpy as np
import pandas as pd

from samarkand.core.conventions import Floats, Ints
from samarkand.core.evidence import Evidence
from samarkand.core.faults import FaultList, Faults, did_you_mean
from samarkand.engines.ppml import (
    UNCORRECTED,
    Fit,
    NotConvergedError,
    NotIdentifiedError,
    fit_ppml,
    group_numbers,
)

Valued = Literal["before_tariff", "with_tariff"]
Clusters = Literal["pair", "exporter", "importer"]

# Below this spread of log(1 + tariff) left after the effects, no elasticity can be told from the rounding.
LEAST_SPREAD = 1e-6
SHOWN = 3  # examples in a message


@dataclass(frozen=True)
class ElasticityEstimate:
    """A trade elasticity theta and what it rests on.

    - `value`, `standard_error`, `low`, `high`: theta, its clustered standard error and its 95 per cent interval;
    - `coefficient`: of log(1 + tariff_rate): -theta with `valued` "with_tariff", -(1 + theta) with "before_tariff";
    - `controls`: (name, coefficient, standard error) of each further variable;
    - `observations` used, out of `rows` given; `separated` observations dropped because an effect of theirs predicts
      zero trade perfectly, `singletons` because an effect of theirs has no other observation;
    - `economies`, `years`, `clusters`: how many;
    - `corrected`: whether errors are free of the bias that the effects bring; those of a very large panel are not.
    """

    value: float
    standard_error: float
    low: float
    high: float
    coefficient: float
    valued: Valued
    controls: tuple[tuple[str, float, float], ...]
    observations: int
    rows: int
    separated: int
    singletons: int
    economies: int
    years: int
    clusters: int
    clustered_by: Clusters
    corrected: bool

    def evidence(self, source: str) -> Evidence:
        """The estimate as evidence; `source` names the panel."""
        return Evidence(
            value=self.value,
            unit="elasticity",
            low=self.low,
            high=self.high,
            source=f"estimated by PPML on {source}",
            flag="derived",
            note=str(self),
        )

    def __str__(self) -> str:
        dropped = f"{self.separated} separated and {self.singletons} single observations dropped"
        return (
            f"trade elasticity {self.value:.3f} (standard error {self.standard_error:.3f}, 95 % from {self.low:.3f} to "
            f"{self.high:.3f}), PPML with exporter-year, importer-year and pair effects, {self.observations} of "
            f"{self.rows} observations of {self.economies} economies in {self.years} years, {dropped}, errors "
            f"clustered by {self.clustered_by} ({self.clusters})"
            + ("" if self.corrected else f", {UNCORRECTED}")
        )


def estimate_elasticity(
    panel: pd.DataFrame,
    *,
    valued: Valued,
    value: str = "value",
    tariff_rate: str = "tariff_rate",
    exporter: str = "exporter",
    importer: str = "importer",
    year: str = "year",
    controls: Sequence[str] = (),
    border_by_year: bool = False,
    cluster: Clusters = "pair",
) -> ElasticityEstimate:
    """The trade elasticity of one sector (or of all trade) from a panel of bilateral flows and tariffs.

    `panel` has one row an exporter, importer and year, zero flows and internal flows included; the other arguments
    name its columns. `tariff_rate` is ad valorem, a fraction, zero on internal flows. `valued` says whether the values
    include tariffs; there is no default, since a wrong guess moves the result by one. `controls` are further columns,
    as they are (an agreement, say). `border_by_year` adds an effect for all international flows of a year, so that
    falling border costs are not taken for tariffs.

    Raises `Faults` with everything that is wrong with the panel, and `ImportError` without the extra `estimate`.
    """
    names = {
        "value": value, "tariff_rate": tariff_rate, "exporter": exporter, "importer": importer, "year": year,
    }  # fmt: skip
    _check(panel, names, controls, valued, cluster)
    if find_spec("pyfixest") is None:
        raise ImportError(
            "estimating an elasticity needs the extra `estimate`: pip install 'samarkand[estimate]'"
        )

    groups = {
        "exporter": group_numbers(panel, exporter),
        "importer": group_numbers(panel, importer),
        "pair": group_numbers(panel, exporter, importer),
    }
    effects = [group_numbers(panel, exporter, year), group_numbers(panel, importer, year), groups["pair"]]
    if border_by_year:
        abroad = (panel[exporter].to_numpy() != panel[importer].to_numpy()).astype(int)
        effects.append(abroad * (1 + group_numbers(panel, year)))
    variables = [
        np.log1p(panel[tariff_rate].to_numpy(float)),
        *(panel[name].to_numpy(float) for name in controls),
    ]
    fit = _fit(panel[value].to_numpy(float), variables, effects, groups[cluster])
    shift = 1.0 if valued == "before_tariff" else 0.0
    return ElasticityEstimate(
        value=-float(fit.coefficient[0]) - shift,
        standard_error=float(fit.standard_error[0]),
        low=-float(fit.high[0]) - shift,
        high=-float(fit.low[0]) - shift,
        coefficient=float(fit.coefficient[0]),
        valued=valued,
        controls=tuple(
            (name, float(fit.coefficient[number]), float(fit.standard_error[number]))
            for number, name in enumerate(controls, 1)
        ),
        observations=fit.used,
        rows=len(panel),
        separated=fit.separated,
        singletons=fit.singletons,
        economies=len(set(panel[exporter]) | set(panel[importer])),
        years=int(panel[year].nunique()),
        clusters=fit.clusters,
        clustered_by=cluster,
        corrected=fit.corrected,
    )


def _fit(value: Floats, variables: list[Floats], effects: list[Ints], cluster: Ints) -> Fit:
    """The fitted model, or `Faults` where the panel does not identify the elasticity."""
    faults = FaultList()
    try:
        return fit_ppml(value, variables, effects, cluster)
    except NotIdentifiedError as error:
        what = "tariffs" if 0 in error.lost else "controls"
        mend = "Add years or partners with other tariffs."
        faults.add("panel", f"the effects leave no variation in the {what}", mend)
    except NotConvergedError as error:
        faults.add("panel", f"PPML {error}", "Look for values of other units.")
    raise Faults(faults.faults)


def _check(
    panel: pd.DataFrame, names: dict[str, str], controls: Sequence[str], valued: str, cluster: str
) -> None:
    faults = FaultList()
    for what, given, allowed in (
        ("valued", valued, ("before_tariff", "with_tariff")),
        ("cluster", cluster, ("pair", "exporter", "importer")),
    ):
        if given not in allowed:
            faults.add(what, f"must not be {given!r}", did_you_mean(str(given), allowed))
    for name in (*names.values(), *controls):
        if name not in panel.columns:
            faults.add(f"column {name}", "is not in the panel", did_you_mean(name, map(str, panel.columns)))
    faults.raise_if_any()

    exporter, importer, year = names["exporter"], names["importer"], names["year"]
    for name in (exporter, importer, year):
        if panel[name].isna().any():
            faults.add(
                f"column {name}", f"is empty in {int(panel[name].isna().sum())} rows", "Fill or drop them."
            )
    numbers: dict[str, np.ndarray] = {}
    for name in (names["value"], names["tariff_rate"], *controls):
        column = pd.to_numeric(panel[name], errors="coerce").to_numpy(float)
        numbers[name] = column
        if bad := int((~np.isfinite(column)).sum()):
            mend = "Give every figure, or drop the rows; a missing tariff is not zero."
            faults.add(f"column {name}", f"is not a number in {bad} rows", mend)
    faults.raise_if_any()

    values, tariffs = numbers[names["value"]], numbers[names["tariff_rate"]]
    if (values < 0).any():
        faults.add(
            f"column {names['value']}", f"is negative in {int((values < 0).sum())} rows", "Trade is not."
        )
    if (tariffs <= -1).any():
        faults.add(
            f"column {names['tariff_rate']}", "is -1 or less somewhere", "Rates are fractions: 0.05 is 5 %."
        )
    if (tariffs > 10).any():
        faults.add(
            f"column {names['tariff_rate']}",
            f"is up to {tariffs.max():g}, more than a thousand per cent",
            "Rates are fractions: 0.05 is 5 %.",
        )
    again = panel.duplicated([exporter, importer, year])
    if again.any():
        first = panel.loc[again, [exporter, importer, year]].iloc[0]
        faults.add(
            "panel",
            f"has {int(again.sum())} rows for an exporter, importer and year that it has already, as "
            f"{', '.join(map(str, first))}",
            "Estimate one sector at a time, or add the rows up.",
        )
    if panel[year].nunique() < 2:
        faults.add(f"column {year}", "has a single year", "Pair effects need at least two years.")
    own = panel[exporter].to_numpy() == panel[importer].to_numpy()
    buyers = panel.loc[~own, [importer, year]].drop_duplicates()
    at_home = panel.loc[own, [importer, year]].drop_duplicates()
    lacking = buyers.merge(at_home, how="left", indicator=True).query("_merge == 'left_only'")
    if len(lacking):
        shown = "; ".join(" ".join(map(str, row)) for row in lacking[[importer, year]].head(SHOWN).to_numpy())
        faults.add(
            "panel",
            f"lacks internal flows of {len(lacking)} importers and years, as {shown}",
            "Add purchases at home: output less exports.",
        )
    if tariffs[own].any():
        faults.add(
            f"column {names['tariff_rate']}",
            "is not zero on internal flows",
            "Nobody taxes imports from itself.",
        )
    elif np.ptp(tariffs) < LEAST_SPREAD:
        faults.add(
            f"column {names['tariff_rate']}", "hardly varies", "An elasticity needs tariffs that differ."
        )
    faults.raise_if_any()
