"""Poverty by year: headcount, gap, severity, people, the poorest fifth; with ranges.

What is known of an economy is its survey, of the year of the survey and unchanged since; the programme moves its mean
(`distribution`). People are the population of the facts, the same in every year.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import xarray as xr

from samarkand.core.conventions import Floats
from samarkand.core.gaps import Gap
from samarkand.priorities.base import Levels, Part, Range
from samarkand.priorities.ranges import HOLD_OUT, combine
from samarkand.priorities.registry import find_indicator
from samarkand.priorities.social.distribution import (
    TENTHS,
    Distribution,
    calc_gini_of_tenths,
    calc_incomes_of_tenths,
    calc_poor,
    calc_poor_by_tenths,
    distributions,
    pass_through,
)
from samarkand.priorities.social.incidence import CHANNELS, incidence_by_year
from samarkand.priorities.timeline import Timeline
from samarkand.world.accounts.estimation.ranges import COVERED
from samarkand.world.economies.surveys import PPP_YEARS, SURVEY_NEED, Survey, poverty_lines
from samarkand.world.economies.tenths import TENTHS_NEED
from samarkand.world.importers import import_hint

NO_SURVEY = f"needs file: {import_hint(SURVEY_NEED)}"
OTHER_PPP = "the survey mean is of another price comparison than the line"
NO_PEOPLE = "the population of the economy is not known"
NO_TENTHS = f"needs file: {import_hint(TENTHS_NEED)}"
NO_SHARES = "neither shares of income nor a Gini index are known"
OF_LINES = ("poverty_headcount", "poverty_gap", "poverty_severity", "people_in_poverty")
OF_MEANS = ("income_of_poorest_fifth", "income_of_tenths")
WITHOUT, CENTRAL = 0, 1  # places among the means of a year; then low and high of each basis of a range
BASES = {"published": float("nan"), HOLD_OUT: COVERED}  # and their coverage


@dataclass(frozen=True)
class _Means:
    """Means of a surveyed economy by year, PPP US$ a day: `values[year, place]`, the places as above.

    `deviation[year, tenth]`: change of a tenth's income beyond that of the mean, a fraction; None where all move alike.
    """

    economy: str
    distribution: Distribution
    survey: Survey
    values: Floats
    deviation: Floats | None

    @property
    def factors(self) -> Floats:
        """Incomes of each tenth over those of the survey, `[year, place, tenth]`."""
        found = np.repeat((self.values / self.survey.mean)[..., None], len(TENTHS), axis=-1)
        if self.deviation is not None:
            found[:, CENTRAL:] += self.deviation[:, None]
        return found


def poverty_by_year(timeline: Timeline) -> dict[str, Levels | Gap]:
    """All indicators of distribution and poverty."""
    found = distributions(timeline.world)
    known = _means(timeline, found)
    gini = {"gini_index": _gini(timeline, found, known), "growth_incidence": _incidence(timeline, found)}
    if not known:
        return gini | {name: Gap("social", name, NO_SURVEY) for name in (*OF_LINES, *OF_MEANS)}
    return gini | _of_lines(timeline, known) | _of_means(timeline, known)


def _means(timeline: Timeline, found: Mapping[str, Distribution]) -> list[_Means]:
    """`mean (1 + lambda x)` at the central figures, then at the bounds of lambda and at those of x."""
    income = timeline.values("real_income")
    held_out = timeline.results.ranges.of_change(find_indicator("real_income")[1], income)
    sides = (income * np.nan,) * 2 if held_out is None else (held_out.low, held_out.high)
    means = []
    for economy, one in found.items():
        if one.survey is None:
            continue
        x, *bounds = (side.sel(economy=economy).to_numpy() for side in (income, *sides))
        low, share, high = pass_through(timeline.assumptions.parameters, one.survey.measure)
        changes = [0.0 * x, share * x, low * x, high * x, *(share * bound for bound in bounds)]
        values = one.survey.mean * (1.0 + np.stack(changes, axis=-1))
        means.append(_Means(economy, one, one.survey, values, _deviation(timeline, economy, one, share)))
    return means


def _deviation(timeline: Timeline, economy: str, one: Distribution, share: float) -> Floats | None:
    """By year, of the state in force at its end; `share`: what reaches the survey."""
    found = incidence_by_year(timeline, economy, one)
    return None if found is None else share * np.stack([of_year.deviation for of_year in found])


# -- under lines


def _of_lines(timeline: Timeline, known: Sequence[_Means]) -> dict[str, Levels | Gap]:
    parameters = timeline.assumptions.parameters
    ppp_years = [year for year in PPP_YEARS if any(one.survey.ppp_year == year for one in known)]
    lines = {label: line for year in ppp_years for label, line in poverty_lines(parameters, year).items()}
    cases = list(lines)
    shape = (len(timeline.years), len(timeline.world.labels), len(cases), known[0].values.shape[1])
    values = {name: np.full(shape, np.nan) for name in OF_LINES}
    reasons = np.full(shape[1:3], NO_SURVEY, dtype=object)
    of_people = reasons.copy()
    for one in known:
        row = timeline.world.labels.index(one.economy)
        own = poverty_lines(parameters, one.survey.ppp_year)
        columns = [cases.index(label) for label in own]
        reasons[row] = OTHER_PPP
        poor = (
            calc_poor(one.distribution.curve, one.values, list(own.values()))
            if one.deviation is None
            else calc_poor_by_tenths(one.distribution.curve, one.survey.mean, one.factors, list(own.values()))
        )
        people = timeline.world.fact(one.economy, "population").value
        of_people[row] = NO_PEOPLE if people is None else OTHER_PPP
        for name, found in zip(
            OF_LINES,
            (
                poor.headcount,
                poor.gap,
                poor.severity,
                poor.headcount * (np.nan if people is None else people),
            ),
            strict=True,
        ):
            values[name][:, row, columns] = np.moveaxis(found, 1, 2)
    labels = {**_labels(timeline), "case": cases}
    by = {dim: labels[dim] for dim in ("economy", "case")}
    why = {name: xr.DataArray(reasons, by, tuple(by)) for name in OF_LINES}
    why["people_in_poverty"] = xr.DataArray(of_people, by, tuple(by))
    return {name: _levels(one, labels, why[name], _grades(timeline, known)) for name, one in values.items()}


# -- of means


def _of_means(timeline: Timeline, known: Sequence[_Means]) -> dict[str, Levels | Gap]:
    """Incomes move with the mean, and beyond it where it is known how each tenth's do."""
    places = known[0].values.shape[1]
    shape = (len(timeline.years), len(timeline.world.labels))
    tenths = np.full((*shape, len(TENTHS), places), np.nan)
    for one in known:
        row = timeline.world.labels.index(one.economy)
        at_one = calc_incomes_of_tenths(one.distribution.curve, 1.0)
        tenths[:, row] = one.values[:, None, :] * at_one[:, None]
        if one.deviation is not None:
            tenths[:, row, :, CENTRAL:] += (one.survey.mean * at_one * one.deviation)[..., None]
    labels = _labels(timeline)
    grades = _grades(timeline, known)
    return {
        "income_of_tenths": _levels(tenths, {**labels, "case": list(TENTHS)}, NO_SURVEY, grades, True),
        # The poorest fifth is the two poorest tenths.
        "income_of_poorest_fifth": _levels(tenths[:, :, :2].mean(axis=2), labels, NO_SURVEY, grades, True),
    }


def _labels(timeline: Timeline) -> dict[str, Sequence[str] | Sequence[int]]:
    return {"year": list(timeline.years), "economy": list(timeline.world.labels)}


def _levels(
    values: Floats,
    labels: Mapping[str, Sequence[str] | Sequence[int]],
    reason: xr.DataArray | str,
    grades: dict[str, str],
    relative: bool = False,
) -> Levels:
    """Levels of values by the dims of `labels` and, last, by place."""

    def at(place: int) -> xr.DataArray:
        return xr.DataArray(values[..., place], labels, tuple(labels))

    without, with_ = at(WITHOUT), at(CENTRAL)
    of_with = []
    for k, (basis, coverage) in enumerate(BASES.items()):
        one, other = at(2 + 2 * k), at(3 + 2 * k)
        if one.notnull().any():
            ends = xr.concat([one, other, with_], dim="end")
            low, high = ends.min("end", skipna=False), ends.max("end", skipna=False)
            of_with.append(Range(low, high, basis, coverage))
    whole = combine(with_, of_with)
    if whole is None:
        return Levels(without, with_, reason=reason, grade=grades)

    def compared(one: xr.DataArray) -> xr.DataArray:
        return one / without - 1.0 if relative else one - without

    of_change = Range(compared(whole.low), compared(whole.high), whole.basis, whole.coverage)
    ranges: dict[Part, Range] = {"with_": whole, "change": of_change}
    return Levels(without, with_, compared(with_), reason=reason, ranges=ranges, grade=grades)


def _grades(timeline: Timeline, known: Sequence[_Means]) -> dict[str, str]:
    """Where incomes are taken to be lognormal the figures are assumed."""
    fallback = {one.economy for one in known if one.distribution.is_fallback}
    return {label: "assumed" if label in fallback else "estimated" for label in timeline.world.labels}


def _incidence(timeline: Timeline, found: Mapping[str, Distribution]) -> Levels | Gap:
    """Changes of real income by tenth and channel; of economies whose shares by tenth are known."""
    labels = list(timeline.world.labels)
    cases = [f"{tenth}: {channel}" for tenth in TENTHS for channel in CHANNELS]
    values = np.full((len(timeline.years), len(labels), len(cases)), np.nan)
    for economy, one in found.items():
        years = incidence_by_year(timeline, economy, one)
        if years is not None:
            parts = [
                np.stack([getattr(of_year, name) for name in CHANNELS.values()], 1).ravel()
                for of_year in years
            ]
            values[:, labels.index(economy)] = np.stack(parts)
    if np.isnan(values).all():
        return Gap("social", "growth_incidence", NO_TENTHS)
    coords = {**_labels(timeline), "case": cases}
    return Levels(change=xr.DataArray(values, coords, tuple(coords)), reason=NO_TENTHS)


def _gini(timeline: Timeline, found: Mapping[str, Distribution], known: Sequence[_Means]) -> Levels | Gap:
    """The Gini index of the fitted curve; with the programme the same but for what moves between tenths."""
    if not found:
        return Gap("social", "gini_index", NO_SHARES)
    labels = list(timeline.world.labels)
    values = [100.0 * found[code].curve.gini if code in found else np.nan for code in labels]
    index = xr.DataArray(values, {"economy": labels}, ("economy",))
    unlike = [one for one in known if one.deviation is not None]
    if not unlike:
        return Levels(index, index, reason=NO_SHARES)
    after = np.repeat(np.array(values)[None], len(timeline.years), axis=0)
    for one in unlike:
        incomes = calc_incomes_of_tenths(one.distribution.curve, 1.0) * one.factors[:, [WITHOUT, CENTRAL]]
        between = 100.0 * calc_gini_of_tenths(incomes)
        after[:, labels.index(one.economy)] += between[:, 1] - between[:, 0]
    coords = _labels(timeline)
    without = index.expand_dims(year=coords["year"])
    return Levels(without, xr.DataArray(after, coords, tuple(coords)), reason=NO_SHARES)
