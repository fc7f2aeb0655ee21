"""What visas, flights, languages, scholarships or culture do to journeys, from a user's own panel of people.

    E[people[i,n,t]] = exp(a[i,t] + b[n,t] + c[i,n] + sum over measures m of beta[m] x[m,i,n,t])

Poisson pseudo-maximum likelihood (`engines.ppml`) with effects of origins and of destinations by year and, unless the
measures never change, of pairs. What a measure does to flows is `exp(beta) - 1` for a unit of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Literal

import numpy as np
import pandas as pd

from samarkand.core.conventions import Ints
from samarkand.core.evidence import Evidence
from samarkand.core.faults import FaultList, Faults, did_you_mean
from samarkand.engines.ppml import UNCORRECTED, NotConvergedError, NotIdentifiedError, fit_ppml, group_numbers
from samarkand.world.importers.codes import iso3_codes

Clusters = Literal["pair", "origin", "destination"]
SHOWN = 3  # examples in a message


@dataclass(frozen=True)
class MeasureEffect:
    """What a unit of a measure does to flows of people: `effect = exp(coefficient) - 1`, a fraction.

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
class PeopleFlows:
    """Effects by measure and what they rest on.

    `observations` used, out of `rows` given; `separated` were dropped because an effect of theirs predicts no people
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


def estimate_people_flows(
    panel: pd.DataFrame,
    measures: Sequence[str],
    *,
    people: str = "people",
    origin: str = "origin",
    destination: str = "destination",
    year: str = "year",
    pair_effects: bool = True,
    cluster: Clusters = "pair",
) -> PeopleFlows:
    """Effects of measures on people who travel, study or work abroad, from a panel of flows.

    Parameters
    ----------
    panel
        One row an origin, destination (ISO3) and year, both ways of a pair, every year of it, zeros included.
    measures
        Columns: 1 where a visa is needed, a direct flight flies, a language is shared; or a size (places, events).
    people, origin, destination, year
        Names of its columns.
    pair_effects
        False where a measure never changes within a pair (a language), for which effects of pairs leave nothing.
    cluster
        Groups within which errors may be alike.

    Raises
    ------
    Faults
        With everything that is wrong with the panel.
    ImportError
        Without the extra `estimate`.
    """
    _check(
        panel, tuple(measures), {"people": people, "origin": origin, "destination": destination, "year": year}
    )
    if find_spec("pyfixest") is None:
        raise ImportError("estimating flows of people needs the extra: pip install 'samarkand[estimate]'")
    groups: dict[str, Ints] = {
        "origin": group_numbers(panel, origin),
        "destination": group_numbers(panel, destination),
        "pair": group_numbers(panel, origin, destination),
    }
    effects = [group_numbers(panel, origin, year), group_numbers(panel, destination, year)]
    if pair_effects:
        effects.append(groups["pair"])
    variables = [panel[name].to_numpy(float) for name in measures]
    try:
        fit = fit_ppml(panel[people].to_numpy(float), variables, effects, groups[cluster])
    except NotIdentifiedError as error:
        lost = ", ".join(measures[number] for number in error.lost)
        mend = "Give pairs in which it changes" + (", or leave pair effects out." if pair_effects else ".")
        faults = FaultList()
        faults.add("panel", f"the effects leave no variation in {lost}", mend)
        raise Faults(faults.faults) from error
    except NotConvergedError as error:
        faults = FaultList()
        faults.add("panel", f"PPML {error}", "Look for values of other units.")
        raise Faults(faults.faults) from error
    found = tuple(
        MeasureEffect(name, float(b), float(se), *(float(np.expm1(one)) for one in (b, low, high)))
        for name, b, se, low, high in zip(
            measures, fit.coefficient, fit.standard_error, fit.low, fit.high, strict=True
        )
    )
    return PeopleFlows(
        found, fit.used, len(panel), fit.separated, fit.singletons,
        len(set(panel[origin]) | set(panel[destination])), int(panel[year].nunique()), fit.clusters, cluster,
        pair_effects, fit.corrected,
    )  # fmt: skip


def _check(panel: pd.DataFrame, measures: tuple[str, ...], names: dict[str, str]) -> None:
    faults = FaultList()
    if not measures:
        faults.add("measures", "name no column", "Name the columns of the measures.")
    for name in (*names.values(), *measures):
        if name not in panel.columns:
            faults.add(f"column {name}", "is not in the panel", did_you_mean(name, map(str, panel.columns)))
    faults.raise_if_any()
    for name in (names["people"], *measures):
        numbers = pd.to_numeric(panel[name], errors="coerce").to_numpy(float)
        if bad := int((~np.isfinite(numbers)).sum()):
            faults.add(
                f"column {name}", f"is not a number in {bad} rows", "Give every figure, or drop the rows."
            )
        if name == names["people"] and (numbers < 0).any():
            faults.add(f"column {name}", f"is negative in {int((numbers < 0).sum())} rows", "People are not.")
        if name == names["people"] and not (numbers > 0).any():
            faults.add(f"column {name}", "is zero in all rows", "A panel of nobody says nothing.")
    _check_keys(panel, names, faults)
    faults.raise_if_any()


def _check_keys(panel: pd.DataFrame, names: dict[str, str], faults: FaultList) -> None:
    """Codes, repeated rows, pairs of one way, missing years."""
    origin, destination, year = names["origin"], names["destination"], names["year"]
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
    if one_way:
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
