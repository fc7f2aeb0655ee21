"""Gravity on a user's own panel of pairs: its checks, its effects, and what comes of them.

    E[y[i,n,t]] = exp(a[i,t] + b[n,t] + c[i,n] + sum over measures m of beta[m] x[m,i,n,t])

Poisson pseudo-maximum likelihood (`engines.ppml`); c only where measures change within a pair.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Literal, NamedTuple

import numpy as np
import pandas as pd

from samarkand.core.conventions import Ints
from samarkand.core.evidence import Evidence
from samarkand.core.faults import Fault, FaultList, Faults, did_you_mean
from samarkand.engines.ppml import UNCORRECTED, NotConvergedError, NotIdentifiedError, fit_ppml, group_numbers
from samarkand.world.importers.codes import iso3_codes

Clusters = Literal["pair", "origin", "destination"]
SHOWN = 3  # examples in a message


class Names(NamedTuple):
    """Names of the columns of a panel."""

    outcome: str
    origin: str
    destination: str
    year: str


@dataclass(frozen=True)
class MeasureEffect:
    """What a unit of a measure does to what is counted: `effect = exp(coefficient) - 1`, a fraction.

    `low` and `high`: its 95 per cent interval. `standard_error`: of the coefficient, clustered.
    """

    measure: str
    coefficient: float
    standard_error: float
    effect: float
    low: float
    high: float

    def evidence(self, source: str) -> Evidence:
        """The effect as evidence; `source` names the panel."""
        return Evidence(
            value=self.effect, unit="fraction", low=self.low, high=self.high,
            source=f"estimated by PPML on {source}", flag="derived",
            note=f"{self.measure}: {self.effect:+.1%}, 95 % from {self.low:+.1%} to {self.high:+.1%}",
        )  # fmt: skip


@dataclass(frozen=True)
class Gravity:
    """Effects by measure and what they rest on.

    `observations` used, out of `rows` given; `separated` were dropped because an effect of theirs predicts nothing
    perfectly, `singletons` because an effect of theirs has no other observation. `corrected`: whether errors are free
    of the bias that the effects bring (`engines.clustered_errors`); those of a very large panel are not.
    """

    effects: tuple[MeasureEffect, ...]
    observations: int
    rows: int
    separated: int
    singletons: int
    economies: int
    years: int
    clusters: int
    clustered_by: Clusters
    with_pairs: bool
    corrected: bool

    def __getitem__(self, measure: str) -> MeasureEffect:
        for one in self.effects:
            if one.measure == measure:
                return one
        raise KeyError(measure)

    def __str__(self) -> str:
        measures = "; ".join(
            f"{one.measure} {one.effect:+.1%} (95 % from {one.low:+.1%} to {one.high:+.1%})"
            for one in self.effects
        )
        effects = "origin-year, destination-year" + (" and pair" if self.with_pairs else "")
        return (
            f"{measures}; PPML with {effects} effects, {self.observations} of {self.rows} observations of "
            f"{self.economies} economies in {self.years} years, {self.separated} separated and {self.singletons} "
            f"single observations dropped, errors clustered by {self.clustered_by} ({self.clusters})"
            + ("" if self.corrected else f", {UNCORRECTED}")
        )


def estimate_gravity(
    panel: pd.DataFrame,
    measures: Sequence[str],
    names: Names,
    *,
    pair_effects: bool = True,
    cluster: Clusters = "pair",
    one_row: bool = False,
) -> Gravity:
    """Effects of measures on what is counted between pairs of economies.

    Parameters
    ----------
    panel
        One row an origin, destination (ISO3) and year, every year of it, zeros included.
    measures
        Columns: 1 where something holds, or a size.
    names
        Of its columns.
    pair_effects
        False where a measure never changes within a pair, for which effects of pairs leave nothing.
    cluster
        Groups within which errors may be alike.
    one_row
        A pair has one row a year, whichever way; else one each way. It is used both ways, so that both economies have
        effects by year, and counts once: errors are clustered by pairs without a direction.

    Raises
    ------
    Faults
        With everything that is wrong with the panel.
    ImportError
        Without the extra `estimate`.
    """
    _check(panel, tuple(measures), names, one_row)
    if find_spec("pyfixest") is None:
        raise ImportError("estimating gravity needs the extra: pip install 'samarkand[estimate]'")
    outcome, origin, destination, year = names
    rows = len(panel)
    if one_row:
        back = panel.rename(columns={origin: destination, destination: origin})
        panel = pd.concat([panel, back], ignore_index=True)
    groups: dict[str, Ints] = {
        "origin": group_numbers(panel, origin),
        "destination": group_numbers(panel, destination),
        "pair": _pairs(panel, origin, destination) if one_row else group_numbers(panel, origin, destination),
    }
    effects = [group_numbers(panel, origin, year), group_numbers(panel, destination, year)]
    if pair_effects:
        effects.append(groups["pair"])
    variables = [panel[name].to_numpy(float) for name in measures]
    try:
        fit = fit_ppml(panel[outcome].to_numpy(float), variables, effects, groups[cluster])
    except NotIdentifiedError as error:
        lost = ", ".join(measures[number] for number in error.lost)
        mend = "Give pairs in which it changes" + (", or leave pair effects out." if pair_effects else ".")
        raise Faults([Fault("panel", f"the effects leave no variation in {lost}", mend)]) from error
    except NotConvergedError as error:
        raise Faults([Fault("panel", f"PPML {error}", "Look for values of other units.")]) from error
    found = tuple(
        MeasureEffect(name, float(b), float(se), *(float(np.expm1(one)) for one in (b, low, high)))
        for name, b, se, low, high in zip(
            measures, fit.coefficient, fit.standard_error, fit.low, fit.high, strict=True
        )
    )
    ways = 2 if one_row else 1
    return Gravity(
        found, fit.used // ways, rows, fit.separated // ways, fit.singletons // ways,
        len(set(panel[origin]) | set(panel[destination])), int(panel[year].nunique()), fit.clusters, cluster,
        pair_effects, fit.corrected,
    )  # fmt: skip


def _pairs(panel: pd.DataFrame, origin: str, destination: str) -> Ints:
    """A number for every pair of economies, the same both ways."""
    ends = pd.DataFrame(np.sort(panel[[origin, destination]].to_numpy(str), axis=1), columns=["one", "other"])
    return group_numbers(ends, "one", "other")


def _check(panel: pd.DataFrame, measures: tuple[str, ...], names: Names, one_row: bool) -> None:
    faults = FaultList()
    outcome = names.outcome
    if not measures:
        faults.add("measures", "name no column", "Name the columns of the measures.")
    for name in (*names, *measures):
        if name not in panel.columns:
            faults.add(f"column {name}", "is not in the panel", did_you_mean(name, map(str, panel.columns)))
    faults.raise_if_any()
    for name in (outcome, *measures):
        numbers = pd.to_numeric(panel[name], errors="coerce").to_numpy(float)
        if bad := int((~np.isfinite(numbers)).sum()):
            faults.add(
                f"column {name}", f"is not a number in {bad} rows", "Give every figure, or drop the rows."
            )
        if name == outcome and (numbers < 0).any():
            faults.add(f"column {name}", f"is negative in {int((numbers < 0).sum())} rows", "A count is not.")
        if name == outcome and not (numbers > 0).any():
            faults.add(f"column {name}", "is zero in all rows", "A panel without any says nothing.")
    _check_keys(panel, names, one_row, faults)
    faults.raise_if_any()


def _check_keys(panel: pd.DataFrame, names: Names, one_row: bool, faults: FaultList) -> None:
    """Codes, repeated rows, pairs of one way (or, where a pair has one row, of both), missing years."""
    _, origin, destination, year = names
    for name in (origin, destination):
        for code in sorted(set(map(str, panel[name])) - iso3_codes())[:SHOWN]:
            mend = did_you_mean(code, iso3_codes())
            faults.add(f"column {name}", f"{code!r} is not the ISO3 code of an economy", mend)
    again = panel.duplicated([origin, destination, year])
    if again.any():
        first = " ".join(map(str, panel.loc[again, [origin, destination, year]].iloc[0]))
        reason = (
            f"has {int(again.sum())} rows for an origin, destination and year that it has already, as {first}"
        )
        faults.add("panel", reason, "Keep one row.")
    pairs = set(map(tuple, panel[[origin, destination]].drop_duplicates().to_numpy()))
    one_way = sorted(pair for pair in pairs if pair[::-1] not in pairs)
    twice = sorted(pair for pair in pairs if pair[::-1] in pairs and pair[0] <= pair[1])
    if one_row and twice:
        shown = "; ".join(" ".join(map(str, pair)) for pair in twice[:SHOWN])
        faults.add(
            "panel", f"has {len(twice)} pairs both ways, as {shown}", "Keep one row for a pair and year."
        )
    if one_way and not one_row:
        shown = "; ".join(" ".join(map(str, pair)) for pair in one_way[:SHOWN])
        faults.add(
            "panel", f"has {len(one_way)} pairs of one way only, as {shown}", "Add the way back, zeros too."
        )
    years = set(panel[year])
    counts = panel.drop_duplicates([origin, destination, year]).groupby([origin, destination])[year].nunique()
    lacking = counts[counts < len(years)]
    if len(lacking):
        shown = "; ".join(" ".join(map(str, pair)) for pair in lacking.index[:SHOWN])
        reason = f"lacks years of {len(lacking)} pairs, as {shown}"
        faults.add("panel", reason, f"Give all {len(years)} years, zeros too: missing is not zero.")
