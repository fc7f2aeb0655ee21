"""All results of an appraisal by year, as labelled arrays; arrays and rows of a year are made when asked for.

Of the states by the time rule (`time_rule`); of the timeline, of projects and of what is worked out once as the
priority gives them, with years of their own where they have any.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import xarray as xr

from samarkand.core.conventions import Floats
from samarkand.core.gaps import Gap
from samarkand.core.schema import SCENARIOS, Block, not_assessed
from samarkand.engines.once import derived
from samarkand.priorities.base import Indicator, Levels, Outcomes, Part, Range
from samarkand.priorities.delivery_ranges import DeliveryRanges
from samarkand.priorities.ranges import HoldOutRanges, calc_shares, combine
from samarkand.priorities.registry import (
    NOT_CHOSEN,
    all_indicators,
    chosen_priorities,
    find_indicator,
    priorities,
)
from samarkand.priorities.time_rule import TimeRule, array_of, compare
from samarkand.programme.schedule import Schedule

NOTHING_TO_COMPARE = "no trade or no connection in the baseline"
NO_SUCH_YEAR = "no figure for this year"
NOT_OF_ITEM = "nothing of the item's own"
UNCHANGED = "unchanged"
PART: Mapping[str, Part] = {"without": "without", "with": "with_", "change": "change"}


@dataclass(frozen=True)
class Results:
    """Results by year.

    Parameters
    ----------
    rule
        Results of the states, and how they make up years.
    whole
        Results of the timeline, of projects, and of what is worked out once.
    ranges
        Ranges from the hold-out of estimated accounts.
    delivery
        Ranges from what items may cost in the end.
    names
        The priorities that the question names; all where it names none.
    """

    rule: TimeRule
    whole: Outcomes = field(default_factory=dict)
    ranges: HoldOutRanges = field(default_factory=HoldOutRanges)
    delivery: DeliveryRanges = field(default_factory=DeliveryRanges)
    names: tuple[str, ...] = ()

    @property
    def schedule(self) -> Schedule:
        """The states and the years asked about."""
        return self.rule.schedule

    def values(
        self, indicator: str, scenario: str = "change", years: Sequence[int] | None = None
    ) -> xr.DataArray:
        """An indicator as a labelled array, dims (year, those declared). Missing all over where not assessed.

        Without `years` those asked about, or an indicator's own years where it has any. Raises `Faults` for a name that
        is no indicator, `ValueError` for a scenario that it does not have.
        """
        _, declared = find_indicator(indicator)
        years = self._years(declared, years)
        if isinstance(self.outcome(declared), Gap):
            return xr.DataArray(np.full(len(years), np.nan), {"year": list(years)}, ("year",), indicator)
        if scenario not in scenarios_of(declared):
            raise ValueError(f"{indicator} is declared {declared.change} and has no scenario {scenario}")
        return self._scenarios(declared, [scenario], years)[scenario].rename(indicator)

    def labels(
        self, indicator: str, scenario: str = "change", years: Sequence[int] | None = None
    ) -> xr.DataArray:
        """The words of an indicator that is a category, dims as `values`; empty where a value is missing."""
        _, declared = find_indicator(indicator)
        years = self._years(declared, years)
        if isinstance(self.outcome(declared), Gap):
            silent = np.full(len(years), "", dtype=object)
            return xr.DataArray(silent, {"year": list(years)}, ("year",), indicator)
        return self._label(declared, scenario, self._scenarios(declared, scenarios_of(declared), years))

    def blocks(
        self,
        indicators: Iterable[str] | None = None,
        years: Sequence[int] | None = None,
        scenarios: Sequence[str] = SCENARIOS,
    ) -> Iterator[Block]:
        """Blocks of the result schema, in the order of the tables; of all indicators, or of those named.

        A priority that is not assessed gives its one row a year where all indicators are asked for.
        """
        asked = self.schedule.years if years is None else years
        chosen = chosen_priorities(self.names)
        wanted = None if indicators is None else {find_indicator(name)[1].name for name in indicators}
        for priority in priorities():
            if not priority.assessed and wanted is None:
                yield not_assessed(priority=priority.name, indicator="", years=asked, reason=priority.reason)
            if priority.assessed and priority.name not in chosen and wanted is None:
                yield not_assessed(priority=priority.name, indicator="", years=asked, reason=NOT_CHOSEN)
                continue
            for declared in all_indicators().get(priority.name, ()):
                if wanted is None or declared.name in wanted:
                    yield from self._made(priority.name, declared, years, scenarios)

    def _made(
        self, priority: str, declared: Indicator, years: Sequence[int] | None, scenarios: Sequence[str]
    ) -> Iterable[Block]:
        """The blocks of an indicator; headlines of one year, which files and pages ask for again, are made once."""
        asked = tuple(self._years(declared, years))
        if not declared.is_headline or len(asked) > 1:
            return self._blocks(priority, declared, years, scenarios)
        key = ("blocks", declared.name, asked, tuple(scenarios))
        return derived(self, key, lambda: tuple(self._blocks(priority, declared, years, scenarios)))

    def _blocks(
        self, priority: str, declared: Indicator, years: Sequence[int] | None, scenarios: Sequence[str]
    ) -> Iterator[Block]:
        outcome, years = self.outcome(declared), self._years(declared, years)
        if isinstance(outcome, Gap):
            yield not_assessed(
                priority=priority, indicator=declared.name, years=years, unit=declared.unit,
                reason=outcome.reason,
            )  # fmt: skip
            return
        wanted = [scenario for scenario in scenarios_of(declared) if scenario in scenarios]
        is_category = declared.type == "category"
        arrays = self._scenarios(declared, scenarios_of(declared) if is_category else wanted, years)
        for scenario in wanted:
            found = self._range(declared, scenario, arrays[scenario])
            low, high, coverage, basis = (
                (None, None, np.nan, "") if found is None
                else (found.low, found.high, found.coverage, found.basis)
            )  # fmt: skip
            yield Block(
                priority, declared.name, scenario, unit_of(declared, scenario),
                declared.grade if outcome.grade is None else outcome.grade,
                arrays[scenario], self._reason(declared, outcome, arrays[scenario]), low, high, coverage, basis,
                self._label(declared, scenario, arrays) if is_category else None,
            )  # fmt: skip

    def outcome(self, declared: Indicator) -> Levels | Gap:
        """What the priority gives in the last year."""
        return self.rule.outcome(declared) if declared.granularity == "state" else self.whole[declared.name]

    def _years(self, declared: Indicator, years: Sequence[int] | None) -> Sequence[int]:
        """The years asked for; else those of the question, or the indicator's own."""
        if years is not None:
            return years
        own = self._own_years(declared)
        return self.schedule.years if own is None else own

    def _own_years(self, declared: Indicator) -> tuple[int, ...] | None:
        if declared.granularity == "state":
            return None
        outcome = self.whole[declared.name]
        arrays = [] if isinstance(outcome, Gap) else [outcome.without, outcome.with_, outcome.change]
        found = {
            int(year)
            for one in arrays
            if one is not None and "year" in one.dims
            for year in one["year"].to_numpy()
        }
        return tuple(sorted(found)) or None

    def _scenarios(
        self, declared: Indicator, scenarios: Sequence[str], years: Sequence[int]
    ) -> dict[str, xr.DataArray]:
        """Values of some scenarios, dims (year, those declared)."""
        if declared.change == "direct":
            return {scenario: self._level(declared, "change", years) for scenario in scenarios}
        found: dict[str, xr.DataArray] = {}
        if {"without", "change"} & set(scenarios):
            found["without"] = self._level(declared, "without", years)
        if {"with", "change"} & set(scenarios):
            found["with"] = self._level(declared, "with_", years)
        if "change" in scenarios:
            change = compare(declared, found["without"].to_numpy(), found["with"].to_numpy())
            found["change"] = found["with"].copy(deep=False, data=change)
        return found

    def _level(self, declared: Indicator, part: Part, years: Sequence[int]) -> xr.DataArray:
        """A part of an indicator, dims (year, those declared)."""
        if declared.granularity == "state":
            return self.rule.level(declared, part, years)
        return _in_years(array_of_own_years(self.whole, declared, part), declared, years)

    def range_shares(self, indicator: str, years: Sequence[int] | None = None) -> xr.DataArray:
        """Share of the range of an indicator's change that each basis explains, dims (basis, year, those declared).

        Without a basis where it has no range. Raises `Faults` for a name that is no indicator.
        """
        _, declared = find_indicator(indicator)
        values = self.values(indicator, "change", years)
        if isinstance(self.outcome(declared), Gap):
            return calc_shares(values, [])
        return calc_shares(values, self._ranges(declared, "change", values))

    def _range(self, declared: Indicator, scenario: str, values: xr.DataArray) -> Range | None:
        """The one range of values: of the hold-out of accounts, of costs in the end, its own, or all combined."""
        return combine(values, self._ranges(declared, scenario, values))

    def _ranges(self, declared: Indicator, scenario: str, values: xr.DataArray) -> list[Range]:
        """Each range of values by itself."""
        part, years = PART[scenario], [int(year) for year in values["year"].to_numpy()]
        found: list[Range | None] = []
        if part == "change":
            conversion: xr.DataArray | float = 1.0
            if declared.range_of:
                # Units in one unit of that whose range it takes; it grows with the economy where the level does.
                conversion = self.rule.level(declared, "conversion", years)
            found.append(self.ranges.of_change(declared, values, conversion))
            if declared.granularity == "state" and declared.type == "number" and declared.is_headline:
                found.append(self.delivery.of_change(values, self.rule.paid_part(declared, years)))
        if declared.granularity == "state":
            found.append(self.rule.range(declared, part, values))
        else:
            found.append(_own_range(self.whole[declared.name], declared, part, years))
        return [one for one in found if one is not None]

    def _reason(self, declared: Indicator, outcome: Levels, values: xr.DataArray) -> xr.DataArray | str:
        """Why values are missing; of years that an indicator does not have, that."""
        reason = outcome.reason if isinstance(outcome.reason, xr.DataArray) else str(outcome.reason)
        own = self._own_years(declared)
        if own is None:
            if not isinstance(reason, xr.DataArray):
                return reason or NOTHING_TO_COMPARE
            if declared.granularity != "project":
                return reason
            # Each project may have parties or cases of its own: what is missing in those of the others is none of it.
            return reason.astype(object).where((reason != "") | values.notnull(), NOT_OF_ITEM)
        in_time = values["year"].isin(own)
        given = reason if isinstance(reason, xr.DataArray) else xr.full_like(values, reason, dtype=object)
        # Each project may have years of its own: what is missing in those of the others has no other reason.
        told = in_time & ((given != "") | values.notnull())
        return given.astype(object).where(told, NO_SUCH_YEAR)

    def _label(self, declared: Indicator, scenario: str, arrays: Mapping[str, xr.DataArray]) -> xr.DataArray:
        """Words of an ordered category: of a level its own, of a change `low to moderate`."""
        words = {float(place): word for place, word in enumerate(declared.categories)}
        if scenario != "change" or declared.change == "direct":
            return _worded(arrays[scenario], lambda place: words.get(place, ""))
        before, after = arrays["without"], arrays["with"]
        pairs = [
            "" if one not in words or other not in words
            else UNCHANGED if one == other else f"{words[one]} to {words[other]}"
            for one, other in zip(before.to_numpy().ravel(), after.to_numpy().ravel(), strict=True)
        ]  # fmt: skip
        return after.copy(data=np.array(pairs, dtype=object).reshape(after.shape))


def scenarios_of(declared: Indicator) -> tuple[str, ...]:
    """The scenarios that an indicator has."""
    return ("change",) if declared.change == "direct" else SCENARIOS


def unit_of(declared: Indicator, scenario: str) -> str:
    """Unit of an indicator's values: a relative change is a fraction."""
    return "fraction" if scenario == "change" and declared.change == "relative" else declared.unit


def array_of_own_years(outcomes: Outcomes, declared: Indicator, part: Part) -> xr.DataArray:
    """A part of an outcome, dims (those declared) or (year, those declared)."""
    values: xr.DataArray | None = getattr(outcomes[declared.name], part)
    if values is None or "year" not in values.dims:
        return array_of(outcomes, declared, part)
    return values.transpose("year", *declared.dims)


def _in_years(values: xr.DataArray, declared: Indicator, years: Sequence[int]) -> xr.DataArray:
    """Values in some years: the same in all where they have no years of their own, missing in years they lack."""
    if "year" in values.dims:
        return values.reindex(year=list(years)).transpose("year", *declared.dims)
    repeated: Floats = np.repeat(values.to_numpy()[None], len(years), axis=0)
    return xr.DataArray(repeated, {"year": list(years), **values.coords}, ("year", *declared.dims))


def _own_range(outcome: Levels | Gap, declared: Indicator, part: Part, years: Sequence[int]) -> Range | None:
    if isinstance(outcome, Gap) or part not in outcome.ranges:
        return None
    one = outcome.ranges[part]
    low, high = (
        _in_years(
            side.transpose("year", *declared.dims) if "year" in side.dims else side.transpose(*declared.dims),
            declared, years,
        )
        for side in (one.low, one.high)
    )  # fmt: skip
    return Range(low, high, one.basis, one.coverage)


def _worded(places: xr.DataArray, word: Callable[[float], str]) -> xr.DataArray:
    words = [word(float(place)) for place in places.to_numpy().ravel()]
    return places.copy(data=np.array(words, dtype=object).reshape(places.shape))
