"""What an appraisal gives back: labelled results, what was not assessed, and the lineage of every figure."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from importlib.metadata import version
from typing import Any, NamedTuple

import pandas as pd
import xarray as xr

from samarkand.asking import Question
from samarkand.core.evidence import Evidence
from samarkand.core.lineage import Lineage
from samarkand.core.scenario import Scenario
from samarkand.core.units import format_value
from samarkand.priorities import Inputs, all_indicators, find_indicator
from samarkand.priorities.lineage import trace
from samarkand.programme import Programme
from samarkand.world.assumptions import Assumptions
from samarkand.world.world import World


class Gap(NamedTuple):
    """Something that was asked for and has no figure: the item or priority, what of it, and why."""

    item: str
    what: str
    reason: str


class Counts(NamedTuple):
    """Items of the programme: all, open by the year, and of these with and without an assessed effect."""

    total: int
    open: int
    with_effect: int
    without_effect: int


class EvidenceCount(NamedTuple):
    """How many of the figures in use are verified, recalled, assumed or derived."""

    verified: int
    recalled: int
    assumed: int
    derived: int

    @property
    def line(self) -> str:
        """One line for the scorecard."""
        total = sum(self)
        return (
            f"{total} figures behind this: {self.verified} verified at their source, {self.derived} derived, "
            f"{self.recalled} recalled and not looked up, {self.assumed} assumed."
        )


@dataclass(frozen=True)
class Appraisal:
    """The result of `appraise`: one tidy table, and everything it came from.

    `results` is the table of all indicators in the result schema; `appraisal["real_income"]` the change of one as
    a labelled array; `explain(indicator, economy)` its lineage.
    """

    asked: Question
    inputs: dict[int, Inputs]
    results: pd.DataFrame

    @property
    def scenario(self) -> Scenario:
        """The question that was asked."""
        return self.asked.scenario

    @property
    def programme(self) -> Programme:
        """The programme appraised."""
        return self.asked.programme

    @property
    def world(self) -> World:
        """The world it was appraised in."""
        return self.asked.world

    @property
    def assumptions(self) -> Assumptions:
        """The assumptions in force."""
        return self.asked.assumptions

    @property
    def years(self) -> tuple[int, ...]:
        """Years appraised."""
        return self.scenario.years

    @property
    def version(self) -> str:
        """Version of the software."""
        return version("samarkand")

    def to_dataframe(self) -> pd.DataFrame:
        """All results, one row a value, in the result schema."""
        return self.results.copy()

    def __getitem__(self, indicator: str) -> xr.DataArray:
        """The change of an indicator in the last year, labelled by its dimensions. Raises `Faults` for other names."""
        return self.array(indicator)

    def array(self, indicator: str, scenario: str = "change", year: int | None = None) -> xr.DataArray:
        """An indicator as a labelled array; `scenario` is without, with or change."""
        _, declared = find_indicator(indicator)
        rows = self.results
        rows = rows[
            (rows["indicator"] == indicator)
            & (rows["scenario"] == scenario)
            & (rows["year"] == (self.years[-1] if year is None else year))
        ]
        series = rows.set_index(list(declared.dims))["value"]
        labelled = series.to_xarray().rename(indicator)
        order = {
            "economy": self.world.labels,
            "partner": self.world.labels,
            "sector": self.world.accounts.sectors,
        }
        return labelled.sel(
            {dim: [c for c in order[dim] if c in labelled[dim].values] for dim in declared.dims}
        )

    @cached_property
    def changes(self) -> dict[tuple[str, int], pd.Series]:
        """Change by economy of each indicator that has no other dimension, keyed by indicator and year."""
        rows = self.results
        chosen = rows[rows["scenario"].eq("change") & rows["economy"].ne("") & rows["partner"].eq("")]
        chosen = chosen[chosen["sector"].eq("") & chosen["project"].eq("")]
        return {
            (str(indicator), year): part.loc[part["year"] == year].set_index("economy")["value"]
            for indicator, part in chosen.groupby("indicator", observed=True)
            for year in self.years
        }

    def headlines(self) -> pd.DataFrame:
        """The rows of the headline indicators, and the reasons of what is not assessed."""
        headline = {row.name for rows in all_indicators().values() for row in rows if row.headline}
        rows = self.results
        return rows[rows["indicator"].isin(headline) | (rows["value"].isna() & (rows["economy"] == ""))]

    def explain(self, indicator: str, economy: str, year: int | None = None) -> Lineage:
        """From a figure down to published sources. Raises `Faults` for an unknown indicator or economy."""
        return trace(self.results, self.inputs[self.years[-1] if year is None else year], indicator, economy)

    @cached_property
    def not_assessed(self) -> tuple[Gap, ...]:
        """Everything without a figure, with its reason."""
        last = self.inputs[self.years[-1]]
        rows = self.results
        silent = rows[rows["value"].isna() & (rows["economy"] == "") & (rows["year"] == self.years[-1])]
        gaps = [Gap(*entry) for entry in last.change.not_assessed]
        columns = zip(silent["priority"], silent["indicator"], silent["reason"], strict=True)
        gaps += [Gap(str(item), str(what) or "all indicators", str(why)) for item, what, why in columns]
        return tuple(gaps)

    @property
    def counts(self) -> Counts:
        """Items in total, open by the last year, and with and without an assessed effect."""
        change = self.inputs[self.years[-1]].change
        effective = set(change.effective)
        return Counts(
            len(self.programme.items), len(change.open), len(effective), len(change.open) - len(effective)
        )

    @cached_property
    def evidence(self) -> EvidenceCount:
        """How many of the figures in use stand on what."""
        flags = [figure.flag for _, _, figure in self._programme_figures() if figure.value is not None]
        flags += [self.assumptions.evidence(name).flag for name in self.assumptions.names]
        return EvidenceCount(*(flags.count(flag) for flag in EvidenceCount._fields))  # type: ignore[arg-type]

    def _programme_figures(self) -> list[tuple[str, str, Evidence]]:
        return [
            (item.id, name, figure)
            for item in self.programme.items
            if item.id not in self.scenario.without
            for name, figure in item.figures()
        ]

    def figures(self) -> pd.DataFrame:
        """Every figure of the programme with its source and standing."""
        return pd.DataFrame(
            [
                {
                    "item": item,
                    "figure": name,
                    "value": figure.value,
                    "low": figure.low,
                    "high": figure.high,
                    "unit": figure.unit,
                    "shown": "unknown" if figure.value is None else format_value(figure.value, figure.unit),
                    "flag": figure.flag,
                    "source": figure.source,
                    "address": figure.address,
                    "read_on": figure.read_on.isoformat() if figure.read_on else "",
                    "note": figure.note,
                }
                for item, name, figure in self._programme_figures()
            ]
        )

    @property
    def certificate_line(self) -> str:
        """The certificate of the last year in one line."""
        one = self.inputs[self.years[-1]].with_.certificate
        return (
            f"largest residual of any market or budget {one.largest:.1e} (relative), at {one.worst}; "
            f"numeraire {one.numeraire:.1e}; {one.sweeps} sweeps."
        )

    def certificates(self) -> dict[str, Any]:
        """The certificates of all solutions, by year."""
        return {
            str(year): {
                "without": vars(inputs.without.certificate),
                "with": vars(inputs.with_.certificate),
                "before_payment": vars(inputs.unpaid.certificate),
            }
            for year, inputs in self.inputs.items()
        }

    def programme_card(self) -> dict[str, Any]:
        """The programme in brief, for `appraisal.json`."""
        last = self.inputs[self.years[-1]].change
        return {
            "id": self.programme.id,
            "title": self.programme.title,
            "hash": self.programme.content_hash,
            "items": list(self.programme.ids),
            "open": list(last.open),
            "not_assessed": [gap._asdict() for gap in self.not_assessed],
        }

    def world_card(self) -> dict[str, Any]:
        """The world in brief, for `appraisal.json`."""
        return {
            "name": self.world.name,
            "title": self.world.title,
            "hash": self.world.hash,
            "economies": list(self.world.economies),
            "inside_rest_of_world": list(self.world.inside_rest_of_world),
            "sources": self.world.sources,
        }

    def scenario_card(self) -> dict[str, Any]:
        """The question, for `appraisal.json`."""
        asked = self.scenario
        return {
            "hash": asked.hash,
            "without": list(asked.without),
            "assumptions": dict(asked.assumptions),
            "deficit_rule": asked.deficit_rule,
            "evidence": self.evidence._asdict(),
            "samarkand": self.version,
        }
