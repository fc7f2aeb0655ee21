"""Result of an appraisal: labelled results, gaps, and the lineage of every figure."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd
import xarray as xr

from samarkand.core.cards import Carded
from samarkand.core.conventions import BASE_YEAR
from samarkand.core.evidence import Evidence
from samarkand.core.faults import Fault, Faults
from samarkand.core.gaps import Gap
from samarkand.core.lineage import Lineage
from samarkand.core.scenario import Scenario
from samarkand.core.schema import Block, to_frame
from samarkand.core.units import format_value
from samarkand.engines.once import derived
from samarkand.ledger import (
    CHARGED,
    Ledger,
    Owner,
    capex_rows,
    claims_of,
    hazard_rows,
    scarcity_rows,
    skills_rows,
    trade_cost_rows,
    transit_rows,
)
from samarkand.priorities.environment.emission_rows import emission_rows
from samarkand.priorities.environment.gases import gases_in
from samarkand.priorities.lineage import trace
from samarkand.priorities.registry import chosen_priorities, each_indicator, find_indicator
from samarkand.priorities.results import Results, unit_of
from samarkand.priorities.scarcity_money import ScarcityMoney, calc_scarcity_money
from samarkand.priorities.timeline import Timeline
from samarkand.priorities.transit_money import TransitMoney, calc_transit_money
from samarkand.programme import Programme, Schedule
from samarkand.programme.channels.capacity import SWITCH
from samarkand.programme.channels.charging import IN_WORDS
from samarkand.programme.files.varying import varied_words
from samarkand.question import Question
from samarkand.state import State
from samarkand.world.assumptions import Assumptions
from samarkand.world.parameters import WORTH_TABLES, table_names
from samarkand.world.world import World

TRANSIT = (
    "transit_tariffs.csv, transit_surplus.csv: what is left of published fees above the cost of the service"
)
SCARCITY = "network_capacity.csv: prices at which full places take no more than is published"
FACES = "samarkand.reports.of_appraisal"


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
            f"{self.recalled} recalled only, {self.assumed} assumed."
        )


@dataclass(frozen=True, repr=False)
class Appraisal(Carded):
    """The result of `appraise`: what every priority says, year by year, and everything it came from.

    `appraisal["real_income"]` is the change of an indicator as a labelled array, `by_year("real_income")` its schedule;
    `to_dataframe()` the tidy table in the result schema, of all or of one indicator; `explain(indicator, economy)`
    the lineage of a figure. `states` are the schedule's distinct states, `timeline.states` those in force by year.
    """

    asked: Question
    states: Sequence[State]
    timeline: Timeline
    kept_as: str = ""  # key of the answer in this user's cache folder, where it is kept there

    def _card(self) -> tuple[str, dict[str, Any]]:
        counts = self.counts
        return f"Appraisal of {self.programme.id}", {
            "world": self.world.name,
            "years": ", ".join(map(str, self.years))
            if len(self.years) < 4
            else f"{self.years[0]} to {self.years[-1]}",
            "items open": f"{counts.open} of {counts.total}",
            "with an effect on trade": counts.with_effect,
        }

    @property
    def schedule(self) -> Schedule:
        """The states and how they make up the years asked about."""
        return self.timeline.schedule

    @property
    def arrays(self) -> Results:
        """Results by year, of which everything here is a part."""
        return self.timeline.results

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
    def priorities(self) -> frozenset[str]:
        """Names of the priorities that are assessed."""
        return chosen_priorities(self.scenario.priorities)

    @property
    def version(self) -> str:
        """Version of the software."""
        return version("samarkand")

    @cached_property
    def results(self) -> pd.DataFrame:
        """The whole tidy table, made when first asked for: millions of rows where pairs and years are many."""
        return to_frame(self.blocks())

    def to_dataframe(
        self,
        indicator: str | Sequence[str] | None = None,
        year: int | None = None,
        *,
        categories: bool = False,
    ) -> pd.DataFrame:
        """Results, one row a value, in the result schema: all, or of one or several indicators, or one year.

        `categories`: words as pandas categories, a tenth of the memory. Raises `Faults` for an unknown indicator.
        """
        if indicator is None and year is None and not categories:
            return self.results.copy()
        names = (indicator,) if isinstance(indicator, str) else indicator
        years = None if year is None else [self._known(year)]
        return to_frame(self.arrays.blocks(names, years), categories=categories)

    def blocks(self) -> Iterator[Block]:
        """All results block by block (an indicator in a scenario over all years), for files."""
        return self.arrays.blocks()

    def __getitem__(self, indicator: str) -> xr.DataArray:
        """The change of an indicator in the last year, labelled by its dimensions. Raises `Faults` for other names."""
        return self.array(indicator)

    def array(self, indicator: str, scenario: str = "change", year: int | None = None) -> xr.DataArray:
        """An indicator as a labelled array in a year, the last by default; `scenario` is without, with or change."""
        year = self.years[-1] if year is None else self._known(year)
        values = self.arrays.values(indicator, scenario, [year]).sel(year=year, drop=True)
        return values.assign_attrs(self._attributes(indicator, scenario), year=year)

    def by_year(self, indicator: str, scenario: str = "change") -> xr.DataArray:
        """An indicator as a labelled array over all years asked about, dims (year, its own)."""
        return self.arrays.values(indicator, scenario).assign_attrs(self._attributes(indicator, scenario))

    def _attributes(self, indicator: str, scenario: str) -> dict[str, str]:
        """Title, units and scenario of an array, where xarray and those who plot it look for them."""
        _, declared = find_indicator(indicator)
        return {
            "long_name": declared.title,
            "units": unit_of(declared, scenario),
            "scenario": scenario,
            "source": declared.source,
        }

    def words(self, indicator: str, scenario: str = "change", year: int | None = None) -> xr.DataArray:
        """The words of an indicator that is an ordered category, in a year, the last by default."""
        year = self.years[-1] if year is None else self._known(year)
        return self.arrays.labels(indicator, scenario, [year]).sel(year=year, drop=True)

    def range_shares(self, indicator: str, year: int | None = None) -> xr.DataArray:
        """How much of the range of an indicator's change each basis explains, in a year, the last by default.

        `share_k = w_k^2 / sum over j of w_j^2`, `w` the half widths that are combined, low and high side together.

        Parameters
        ----------
        indicator
            Its name.
        year
            One of the years asked about.

        Returns
        -------
        xr.DataArray
            Fractions, dims (basis, those of the indicator), that add up to one over the bases; missing where there is
            no range. The bases are words of the column `basis`.

        Raises
        ------
        Faults
            For an unknown indicator or year.
        """
        year = self.years[-1] if year is None else self._known(year)
        shares = self.arrays.range_shares(indicator, [year]).sel(year=year, drop=True)
        return shares.assign_attrs(indicator=indicator, units="fraction", year=year)

    def own_years(self, indicator: str) -> tuple[int, ...]:
        """Years that an indicator has figures of: those asked about, or its own."""
        return tuple(int(year) for year in self.arrays.values(indicator)["year"].to_numpy())

    def reason_of(self, indicator: str) -> str:
        """Why an indicator has no figure, or not everywhere; empty where it has."""
        blocks = to_frame(self.arrays.blocks([indicator], [self.years[-1]]))
        return "; ".join(sorted(set(blocks["reason"]) - {""}))

    def _known(self, year: int) -> int:
        if year not in self.years:
            raise Faults(
                [
                    Fault(
                        f"year {year}",
                        "was not asked about",
                        f"Asked about: {', '.join(map(str, self.years))}.",
                    )
                ]
            )
        return year

    def headlines(self) -> pd.DataFrame:
        """The last year's rows of the headline indicators, and the reasons of what is not assessed."""
        last = [self.years[-1]]
        wanted = [row.name for _, row in each_indicator() if row.is_headline]
        silent = [block for block in self._silent(last) if block.indicator not in wanted]
        return to_frame([*self.arrays.blocks(wanted, last), *silent])

    # Faces stand above results and are loaded by name.

    def plot(self, chart: str = "money") -> str:
        """A chart of the report as SVG, which notebooks show: `map`, `region`, `money` or `per_cent`.

        Raises `Faults` for another name.
        """
        picture: str = import_module(FACES).plot(self, chart)
        return picture

    def report(self, path: str | Path) -> Path:
        """Write the report as one HTML file that opens offline. Raises `Faults` where it cannot be written."""
        written: Path = import_module(FACES).write_report(self, path)
        return written

    def to_excel(self, path: str | Path) -> Path:
        """Write a workbook: headlines by economy, figures, ledger, what is not assessed, the question.

        Raises `Faults` where it cannot be written.
        """
        written: Path = import_module(FACES).write_excel(self, path)
        return written

    def explain(self, indicator: str, economy: str, year: int | None = None) -> Lineage:
        """From a figure down to published sources. Raises `Faults` for an unknown indicator, economy or year."""
        year = self.years[-1] if year is None else self._known(year)
        return trace(self.arrays, self.timeline.states[year], indicator, economy)

    @cached_property
    def ledger(self) -> Ledger:
        """Every effect in money, once: charges for capital by who bears them, the worth of lower costs of trade, and
        what no equilibrium holds; greenhouse gases apart from sums.
        """
        return self.build_ledger()

    def build_ledger(self, more: Iterable[pd.DataFrame] = ()) -> Ledger:
        """The rows of `ledger` and more, checked together, once. Raises `Faults` with everything that is wrong."""
        programme = self.programme
        claims = claims_of(programme, self.scenario.without, self.scenario.charge)
        return Ledger.build(
            [*self._ledger_rows(), *more], claims, {item.id: item.kind for item in programme.items}
        )

    def _ledger_rows(self) -> list[pd.DataFrame]:
        """Rows of what the models give, in lots; not checked yet."""
        programme, (gain,) = self.programme, self.arrays.blocks(["real_income_unpaid_value"])
        _, declared = find_indicator(gain.indicator)
        rule = self.scenario.charge
        charged = {year: change.charges for year, change in self.schedule.changes.items()}
        capex = {item.id: item.capex for item in programme.items if item.capex is not None}
        central, low, high, parts = gain.values, gain.low, gain.high, []
        transit, scarcity = self.transit_money, self.scarcity_money
        if transit is not None:  # real income holds it: what is left is the cost of trade
            central = central - transit.net
            low, high = (None if one is None else one - transit.net for one in (low, high))
            fees = transit if scarcity is None else transit.less(scarcity.paid, scarcity.received)
            parts = [transit_rows(fees.paid, fees.received, grade=declared.grade, source=TRANSIT)]
        if scarcity is not None:  # the same: what goods pay at full places is a cost in real income
            owner: Owner = "direct" if transit is None else "equilibrium"
            cost = scarcity.queues + scarcity.paid if transit is None else scarcity.queues
            central = central + cost
            low, high = (None if one is None else one + cost for one in (low, high))
            parts.append(scarcity_rows(*scarcity, owner=owner, grade=declared.grade, source=SCARCITY))
        worth = trade_cost_rows(central, low, high, grade=declared.grade, source=declared.source)
        in_service = {year: one.effective for year, one in self.schedule.changes.items()}
        hazards = hazard_rows(in_service, {item.id: item for item in programme.items}, self.world.labels)
        of_items = (gases_in(item, self.timeline) for item in self.timeline.items)
        gases = emission_rows(of_items, self.assumptions.parameters, self.years)
        return [capex_rows(charged, capex, CHARGED[rule]), worth, *parts, self._skills(), hazards, gases]

    @cached_property
    def transit_money(self) -> TransitMoney | None:
        """What the programme changes in payments of goods to economies that they pass (`priorities.transit_money`).

        None where these are not in the equilibrium; and with a projection: economies grow at rates of their own, and
        what one pays would not be what another gets.
        """
        if self.asked.projection is not None:
            return None
        return calc_transit_money(self.schedule, self.states, self.years)

    @cached_property
    def scarcity_money(self) -> ScarcityMoney | None:
        """What the programme changes in queues and rents of full places (`priorities.scarcity_money`).

        None without limits; and with a projection, as `transit_money`.
        """
        if self.asked.projection is not None:
            return None
        return calc_scarcity_money(self.schedule, self.states, self.years)

    def _skills(self) -> pd.DataFrame:
        """Rows of training, with the range of the return of a year of schooling."""
        found = self.assumptions.parameters.evidence("schooling_return")
        low, high = (
            float("nan") if bound is None or not found.value else bound / found.value
            for bound in (found.low, found.high)
        )
        changes = {year: one.effects["skills"] for year, one in self.schedule.changes.items()}
        wages = {item.id: wage for item in self.programme.items if (wage := item.figure("wage")) is not None}
        return skills_rows(changes, (low, high), wages)

    @cached_property
    def not_assessed(self) -> tuple[Gap, ...]:
        """Everything without a figure in the last year, with its reason."""
        gaps = [Gap(*entry) for entry in self.schedule.changes[self.years[-1]].not_assessed]
        gaps += [
            Gap(one.priority, one.indicator or "all indicators", str(one.reason))
            for one in self._silent([self.years[-1]])
        ]
        return tuple(gaps)

    def _silent(self, years: Sequence[int]) -> Iterator[Block]:
        """Indicators that are not assessed at all: blocks that have no scenario but a reason."""
        return self.arrays.blocks(years=years, scenarios=())

    @property
    def size(self) -> str:
        """At which size of the economies levels in money are given, in three words."""
        return f"{BASE_YEAR} size" if self.asked.projection is None else "the size projected"

    @property
    def size_line(self) -> str:
        """One line: at which size of the economies levels in money are given."""
        projection = self.asked.projection
        if projection is None:
            return f"Levels in money are at {BASE_YEAR} size: no projection of economies is given."
        left = [code for code in self.world.labels if code not in projection.economies]
        line = f"Levels in money of {len(projection.economies)} economies grow as in {projection.name}"
        return f"{line}; the other {len(left)} are at {BASE_YEAR} size." if left else f"{line}."

    @property
    def counts(self) -> Counts:
        """Items in total, open by the last year, and with and without an assessed effect."""
        change = self.schedule.changes[self.years[-1]]
        effective = set(change.effective)
        return Counts(
            len(self.programme.items), len(change.open), len(effective), len(change.open) - len(effective)
        )

    @property
    def assumed(self) -> tuple[str, ...]:
        """Names of the assumptions that an appraisal rests on: all but those of the worth of items alone."""
        apart = {name for table in WORTH_TABLES for name in table_names(table)}
        if self.scenario.charge != "annuity" or self.assumptions.parameters["interest_during_construction"]:
            apart.discard("construction_years")
        return tuple(name for name in self.assumptions.names if name not in apart)

    @cached_property
    def evidence(self) -> EvidenceCount:
        """How many of the figures in use stand on what."""
        flags = [figure.flag for _, _, figure in self._programme_figures() if figure.value is not None]
        flags += [self.assumptions.evidence(name).flag for name in self.assumed]
        return EvidenceCount(*(flags.count(flag) for flag in EvidenceCount._fields))  # type: ignore[arg-type]

    def _programme_figures(self) -> list[tuple[str, str, Evidence]]:
        return [
            (owner, name, figure)
            for owner, name, figure in self.programme.all_figures()
            if owner not in self.scenario.without
        ]

    def figures(self) -> pd.DataFrame:
        """Every figure of the programme with its source and standing."""
        return derived(self, "figures", self._figures).copy()

    def _figures(self) -> pd.DataFrame:
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
    def terms_line(self) -> str:
        """What the question changes in the world and the programme, in one line; empty where it changes nothing."""
        asked = self.scenario
        parts = [
            ("Closed", asked.closures),
            ("Left out", asked.without),
            ("Set", tuple(f"{path} = {json.loads(value)}" for path, value in asked.patches)),
            ("Varied", tuple(varied_words(*one) for one in asked.variations)),
            ("Assumed", tuple(f"{name} = {value:g}" for name, value in asked.assumptions if name != SWITCH)),
            ("Priorities", tuple(sorted(self.priorities)) if asked.priorities else ()),
        ]
        lines = [f"{word}: {', '.join(names)}." for word, names in parts if names]
        if asked.charge != "annuity":
            lines.append(f"Capital is charged {IN_WORDS[asked.charge]}.")
        if asked.construction_demand:
            lines.append("What is charged buys construction.")
        if asked.transit_payments:
            lines.append("Goods pay economies that they pass, inside the equilibrium.")
        if dict(asked.assumptions).get(SWITCH):
            lines.append("Published capacities bind.")
        return " ".join(lines)

    @property
    def certificate_line(self) -> str:
        """The certificate of the last year in one line."""
        one = self.timeline.last.certificates["with"]
        return (
            f"largest residual of any market or budget {one.largest:.1e} (relative), at {one.worst}; "
            f"numeraire {one.numeraire:.1e}; {one.sweeps} sweeps."
        )

    def certificates(self) -> dict[str, Any]:
        """The certificates of all solutions, by year."""
        return {
            str(year): {name: vars(one) for name, one in state.certificates.items()}
            for year, state in self.timeline.states.items()
        }

    def programme_card(self) -> dict[str, Any]:
        """The programme in brief, for `appraisal.json`."""
        last = self.schedule.changes[self.years[-1]]
        return {
            "id": self.programme.id,
            "title": self.programme.title,
            "hash": self.programme.content_hash,
            "items": list(self.programme.ids),
            "titles": {item.id: item.title for item in self.programme.items},
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
            "imported": self.world.manifest.get("layers", []),
            "sources": self.world.sources,
        }

    def scenario_card(self) -> dict[str, Any]:
        """The question, for `appraisal.json`."""
        asked = self.scenario
        return {
            "hash": asked.hash,
            "without": list(asked.without),
            "assumptions": dict(asked.assumptions),
            "patches": {path: json.loads(value) for path, value in asked.patches},
            "variations": [list(one) for one in asked.variations],
            "closures": list(asked.closures),
            "deficit_rule": asked.deficit_rule,
            "charge": asked.charge,
            "construction_demand": asked.construction_demand,
            "transit_payments": asked.transit_payments,
            "priorities": sorted(self.priorities),
            "projection": self.projection_card(),
            "evidence": self.evidence._asdict(),
            "samarkand": self.version,
        }

    def projection_card(self) -> dict[str, Any]:
        """At which size levels are given, and on whose figures."""
        projection = self.asked.projection
        if projection is None:
            return {"levels": self.size_line}
        return {
            "levels": self.size_line,
            "name": projection.name,
            "hash": projection.hash,
            "economies": list(projection.economies),
            "sources": sorted({row.source for row in projection.rows}),
        }
