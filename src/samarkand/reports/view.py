"""What the report shows, prepared: rows, sentences and pictures. The template only sets them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import pandas as pd

from samarkand.analysis.full_places import full_places, passing_words
from samarkand.priorities.base import Indicator
from samarkand.priorities.faces import Page, Table
from samarkand.priorities.registry import each_indicator
from samarkand.priorities.results import unit_of
from samarkand.programme.channels.charging import IN_WORDS
from samarkand.reports.answers.surprises import surprises
from samarkand.reports.charts import Bar, Line, bar_chart, line_chart
from samarkand.reports.figures import MINUS, NOTHING, SMALLEST, display_unit, figure, money, per_cent, plural
from samarkand.reports.items import Corridor, items_by_corridor
from samarkand.reports.map_layers import programme_marks
from samarkand.reports.maps import (
    COLOURS,
    Classes,
    Marks,
    Paint,
    close_map,
    diverging_classes,
    main_region,
    region_map,
    world_map,
)
from samarkand.reports.net_worth import capital_line, direct_by_economy, net_worth_steps
from samarkand.reports.pages import table_of
from samarkand.reports.summary import (
    SUMMARISED,
    Group,
    Summary,
    answer,
    change_by_economy,
    missing_by_reason,
    pairs,
    summarise,
    summarise_years,
    unaffected,
)
from samarkand.reports.svg import Svg
from samarkand.world.economies.map import load_map
from samarkand.worth.net_worth import NetWorth, net_worth

if TYPE_CHECKING:
    from samarkand.result import Appraisal

FIRST = 5  # rows of each list on the first screen
IN_CHART = 10
LINES_BY_YEAR = 6
COST = "cost charged"


@dataclass(frozen=True)
class Row:
    """A line of a short table: a name and its cells."""

    name: str
    cells: tuple[str, ...]


@dataclass(frozen=True)
class Column:
    """A column of figures: its heading, the unit that stands in the heading, and a cell by economy."""

    name: str
    title: str
    unit: str
    description: str
    cells: dict[str, str]
    sizes: dict[str, float]
    bad: frozenset[str]


@dataclass(frozen=True)
class BarFigure:
    """A bar chart and the same as a table: before and after payment."""

    title: str
    chart: Svg
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class YearFigure:
    """A line chart over years and the same as a table."""

    title: str
    label: str
    chart: Svg
    heads: tuple[str, ...]
    rows: tuple[Row, ...]


class ReportView:
    """Everything the template needs, in the order of the page."""

    def __init__(self, appraisal: Appraisal) -> None:
        self.appraisal = appraisal
        self.summary: Summary = summarise(appraisal)
        self.year = self.summary.year
        self.change = appraisal.timeline.states[self.year].change
        self.marks = programme_marks(appraisal, self.change)

    def name(self, code: str) -> str:
        """Name of an economy."""
        return self.appraisal.world.name_of(str(code))

    # -- the first screen

    @property
    def question(self) -> str:
        """What was asked, as a question."""
        counts = self.appraisal.counts
        left_out = len(self.appraisal.scenario.without)
        less = f" ({left_out} left out)" if left_out else ""
        return (
            f"What changes in {self.year} for each economy of the world with the programme's "
            f"{plural(counts.total - left_out, 'project or measure', 'projects and measures')}{less}, "
            f"against the same world without them?"
        )

    @property
    def answer(self) -> str:
        """The answer in one sentence, gains and losses apart."""
        return " ".join(answer(self.summary))

    @property
    def gains(self) -> list[Row]:
        """The largest gains in money, and all others that gain."""
        return self._movers(self.summary.gainers, "gain")

    @property
    def losses(self) -> list[Row]:
        """The largest losses in money, and all others that lose."""
        return self._movers(self.summary.losers, "lose")

    def _movers(self, ranked: pd.Series, verb: str) -> list[Row]:
        s = self.summary
        columns = (
            (s.real_income_value, "US$ m", True),
            (s.real_income, "fraction", True),
            (s.cost, "US$ m", False),
        )
        return self._first(ranked, verb, columns)

    @property
    def payments(self) -> list[Row]:
        """Who is charged most, and what is left of the gain; all others that pay."""
        s = self.summary
        columns = (
            (s.cost, "US$ m", False),
            (s.unpaid_value, "US$ m", True),
            (s.real_income_value, "US$ m", True),
        )
        return self._first(s.payers, "pay", columns)

    def _first(
        self, ranked: pd.Series, verb: str, columns: Sequence[tuple[pd.Series, str, bool]]
    ) -> list[Row]:
        """The first of a ranking by name, then all others as one: sums of money, no sum of shares."""
        group = Group.of(ranked, FIRST)
        rows = [
            Row(self.name(code), tuple(_amount(column[code], unit, sign) for column, unit, sign in columns))
            for code in group.shown
        ]
        if group.others:
            sums = (
                NOTHING if unit == "fraction" else _amount(column.reindex(group.others).sum(), unit, sign)
                for column, unit, sign in columns
            )
            rows.append(Row(f"{len(group.others)} others that {verb}", tuple(sums)))
        return rows

    def by_share(self, group: pd.Series) -> str:
        """The three with the largest share of income, in a line."""
        first = pairs(self.summary.by_share(group).head(3))
        return ", ".join(f"{self.name(code)} {per_cent(value)}" for code, value in first)

    @property
    def net(self) -> list[tuple[str, str]]:
        """The sum over economies, step by step; never without the losses beside it."""
        s = self.summary
        steps = [
            ("Gain from cheaper trade, before anybody pays", money(s.unpaid_gain, sign=True)),
            ("Charged for building it, a year", money(-s.charged) if s.charged else money(0.0)),
            ("What the charge does to prices and trade", money(s.payment_effect, sign=True)),
            ("All economies together, after payment", money(s.world_gain, sign=True)),
        ]
        if abs(s.payment_effect) < SMALLEST["US$ m"]:  # within the rounding of the others
            del steps[2]
        return steps

    @cached_property
    def net_worth(self) -> NetWorth:
        """What direct margins add to real income in the year, and what all items cost."""
        return net_worth(self.appraisal)

    @property
    def capital(self) -> str:
        """What share of the capital cost stands against an assessed purpose."""
        return capital_line(self.net_worth)

    @property
    def net_worth_steps(self) -> list[tuple[str, str]]:
        """From real income to the net worth of the year; empty where no item has a direct margin."""
        return [(what, money(amount, sign=True)) for what, amount in net_worth_steps(self.net_worth)]

    @property
    def direct_by_economy(self) -> Table | None:
        """Who gets the direct margins and is charged for the items that have these alone."""
        return direct_by_economy(self.net_worth, self.name)

    @cached_property
    def surprises(self) -> Page:
        """Why the largest movers are where they are."""
        return surprises(self.appraisal)

    @property
    def rule_of_charge(self) -> str:
        """In which years capital is charged, in words."""
        return IN_WORDS[self.appraisal.scenario.charge]

    @property
    def unaffected(self) -> str:
        """How many economies change by next to nothing."""
        return unaffected(self.summary)

    # -- estimated and missing

    @property
    def estimated(self) -> list[str]:
        """What the figures rest on, in sentences."""
        world, evidence = self.appraisal.world, self.appraisal.evidence
        graded = self.grades
        observed = [code for code, grade in graded.items() if grade == "observed"]
        total = sum(evidence)
        estimated = [code for code in graded if graded[code] != "observed"]
        which = ""
        if 0 < len(estimated) <= 3:
            which = f", and all of {', '.join(self.name(code) for code in estimated)}"
        elif estimated:
            which = f", and all of {len(estimated)} economies (hatched on the map)"
        lines = [
            "Every change on this page is estimated by a model: no result is an observation, none is a forecast.",
            (
                f"Trade between industries is observed for {plural(len(observed), 'economy', 'economies')} in "
                f"{world.accounts.year}; the rest of their accounts is estimated{which}."
            ),
            (
                f"Of {total} figures behind it {evidence.verified} are verified at their source, "
                f"{evidence.derived} derived, {evidence.recalled} recalled only, "
                f"{evidence.assumed} assumed."
            ),
        ]
        if self.appraisal.world.inside_rest_of_world:
            count = len(self.appraisal.world.inside_rest_of_world)
            lines.append(
                f"{plural(count, 'economy', 'economies')} inside the rest of the world "
                f"{'has' if count == 1 else 'have'} no figures of {'its' if count == 1 else 'their'} own (lilac)."
            )
        return lines

    @cached_property
    def grades(self) -> dict[str, str]:
        """Grade of the accounts of each economy."""
        accounts = self.appraisal.world.accounts
        return {code: accounts.grade("intermediate", code) for code in self.appraisal.world.labels}

    @property
    def hatching(self) -> bool:
        """Whether an economy of the map, and not only the rest of the world, has estimated accounts."""
        return any(self.grades[code] != "observed" for code in self.appraisal.world.economies)

    @cached_property
    def missing(self) -> list[tuple[str, str, int]]:
        """Why something has no figure, the first few it holds for, and how many there are."""
        rows = []
        for group in missing_by_reason(self.appraisal):
            first = ", ".join(group.entries[:2])
            more = len(group.entries) - 2
            rows.append((group.reason, first + (f" and {more} more" if more > 0 else ""), len(group.entries)))
        return rows

    # -- maps

    @cached_property
    def classes(self) -> Classes:
        """Classes of the map's colours."""
        return diverging_classes(self.summary.real_income.dropna())

    @cached_property
    def _paints(self) -> dict[str, Paint]:
        """How each economy is shown on a map of real income."""
        paints = {code: self._paint(code) for code in self.appraisal.world.economies}
        for code in self.appraisal.world.inside_rest_of_world:
            paints[code] = Paint(f"{self.name(code)}: inside the rest of the world, no figure of its own")
        return paints

    @cached_property
    def map(self) -> Svg:
        """The world by change of real income."""
        title = (
            f"Map of the world: change of real income in {self.year} by economy, and the programme's lines and border "
            "crossings. Every figure is in the table of every economy."
        )
        return world_map(load_map(), self._paints, self.classes, self.marks, title)

    @cached_property
    def close_map(self) -> Svg:
        """The region of the programme by change of real income."""
        title = f"Map of the programme's region: change of real income in {self.year} by economy, with their names."
        return close_map(load_map(), self._paints, self.classes, self._near[0], title)

    def _paint(self, code: str) -> Paint:
        value = self.summary.real_income.get(code)
        if value is None or value != value:
            return Paint(f"{self.name(code)}: no figure")
        money_ = figure(self.summary.real_income_value[code], "US$ m", sign=True)
        words = f"{self.name(code)}: {per_cent(value)}, US$ m {money_} a year"
        return Paint(words, float(value), hatched=self.grades[code] != "observed")

    @cached_property
    def gates(self) -> list[tuple[str, str, str]]:
        """Places with a capacity, and what passes them without the programme and with it; none without limits."""
        table = full_places(self.appraisal.timeline.states[self.year])
        if table is None:
            return []
        return [
            (row["place"], passing_words(row, "without"), passing_words(row, "with"))
            for row in table.to_dict("records")
        ]

    @property
    def legend(self) -> list[tuple[str, str]]:
        """Colour and words of each class, from loss to gain."""

        def bound(value: float) -> str:
            return f"{100 * value:+.10g}".replace("-", MINUS)

        rows = []
        for colour, (low, high) in zip(COLOURS, self.classes.spans, strict=True):
            if low is None and high is not None:
                words = f"{bound(high)} and less"
            elif high is None and low is not None:
                words = f"{bound(low)} and more"
            elif low is not None and high is not None:
                words = f"{bound(low)} to {bound(high)}"
            rows.append((colour, words))
        return rows

    @cached_property
    def region(self) -> Svg:
        """The region with the programme's lines and places."""
        title = (
            "Map of the region: the programme's lines, crossings, ports and sites, numbered as in the table."
        )
        return region_map(load_map(), self._near[0], title)

    @cached_property
    def _near(self) -> tuple[Marks, tuple[int, ...]]:
        return main_region(self.marks)

    @property
    def outside_region(self) -> str:
        """Items that lie too far from the others for the map of the region, by number and title."""
        items = self.appraisal.programme.items
        return "; ".join(f"{number} {items[number - 1].title}" for number in self._near[1])

    # -- the programme

    @cached_property
    def corridors(self) -> list[Corridor]:
        """Items by corridor."""
        return items_by_corridor(self.appraisal, self.change)

    # -- figures by economy

    @cached_property
    def bars(self) -> list[BarFigure]:
        """Charts of the largest changes, in money and in per cent, each with its table."""
        s = self.summary
        unpaid = change_by_economy(self.appraisal, "real_income_unpaid", self.year)
        return [
            self._bars("US$ m a year", "real_income_value", s.real_income_value, s.unpaid_value, "US$ m"),
            self._bars("% of income", "real_income", s.real_income, unpaid, "fraction"),
        ]

    def _bars(self, title: str, indicator: str, after: pd.Series, before: pd.Series, unit: str) -> BarFigure:
        moved = [*self.summary.gainers.index, *self.summary.losers.index]
        ordered = after.reindex(moved).dropna().sort_values(ascending=False)
        chosen = pairs(ordered[ordered > 0].head(IN_CHART)) + pairs(ordered[ordered < 0].tail(IN_CHART))
        ranges = self._ranges(indicator)
        bars = [
            Bar(
                self.name(code),
                value,
                figure(value, unit, sign=True),
                *ranges.get(code, (None, None)),
                before=float(before[code]),
                before_shown=figure(before[code], unit, sign=True),
            )
            for code, value in chosen
        ]
        rows = tuple(Row(bar.label, (bar.before_shown, bar.shown)) for bar in bars)
        return BarFigure(
            title, bar_chart(bars, f"Change of real income, {title}: largest gains and losses"), rows
        )

    def _ranges(self, indicator: str) -> dict[str, tuple[float | None, float | None]]:
        """Low and high by economy where they were computed."""
        rows = self.appraisal.to_dataframe(indicator, self.year)
        chosen = rows[rows["scenario"] == "change"].dropna(subset=["low", "high"])
        return {
            str(code): (float(low), float(high))
            for code, low, high in zip(chosen["economy"], chosen["low"], chosen["high"], strict=True)
        }

    @cached_property
    def economies(self) -> list[str]:
        """All labels of the accounts, from the largest gain in money to the largest loss."""
        ordered = self.summary.real_income_value.sort_values(ascending=False, na_position="last")
        return [str(code) for code in ordered.index]

    @cached_property
    def columns(self) -> list[Column]:
        """The main columns of the table of every economy."""
        return [self._column(row) for row in self._by_economy("first", "table")]

    @cached_property
    def further(self) -> list[tuple[str, list[list[Column]]]]:
        """Headline indicators by economy that are not among the main columns, by priority, at most ten abreast."""
        tables = []
        for title in dict.fromkeys(priority.title for priority, _ in each_indicator()):
            rows = self._by_economy("further", of=title)
            columns = [column for row in rows if (column := self._column(row)).cells]
            if columns:
                tables.append((title, [columns[i : i + 10] for i in range(0, len(columns), 10)]))
        return tables

    def with_something(self, columns: Sequence[Column]) -> list[str]:
        """The economies for which some column is not zero; one without a figure has something to be said of it."""
        return [
            code
            for code in self.economies
            if any(column.sizes.get(code, 1.0) != 0.0 for column in columns if code in column.cells)
        ]

    def _by_economy(self, *places: str, of: str = "") -> list[Indicator]:
        """Indicators by economy that are declared to stand in some places; of all priorities, or of one by title."""
        return [
            row
            for priority, row in each_indicator()
            if row.place in places and row.dims == ("economy",) and of in ("", priority.title)
        ]

    @cached_property
    def first_of_others(self) -> list[Table]:
        """What priorities declare for the first screen beside real income and its cost: the first rows of each."""
        return [
            table_of(row, self.appraisal, FIRST)
            for _, row in each_indicator()
            if row.place == "first" and row.name not in SUMMARISED
        ]

    def _column(self, row: Indicator) -> Column:
        values = change_by_economy(self.appraisal, row.name, self.year)
        unit = unit_of(row, "change")
        # What the programme itself fixes is no change: it has no sign, and is neither good nor bad news.
        sign = not (row.change == "direct" and row.grows_with == "nothing")
        known = dict(pairs(values))
        worse = {"higher": -1.0, "lower": 1.0, "neither": 0.0}[row.better] * sign
        if row.type == "category":
            words = self.appraisal.words(row.name, year=self.year).to_series()
            return Column(
                row.name, row.title, "", row.description, {str(code): word for code, word in words.items()},
                {code: value for code, value in known.items() if value == value}, frozenset(),
            )  # fmt: skip
        return Column(
            row.name, row.title, display_unit(unit).removesuffix(" a year"), row.description,
            {code: figure(value, unit, sign=sign) for code, value in known.items()},
            {code: value for code, value in known.items() if value == value},
            frozenset(code for code, value in known.items() if value * worse > 0),
        )  # fmt: skip

    # -- years

    @cached_property
    def by_year(self) -> list[YearFigure]:
        """Charts over the years with the rows of their tables; none where one year was asked."""
        years = self.appraisal.years
        if len(years) < 2:
            return []
        each = summarise_years(self.appraisal)
        totals = {
            "economies that gain": [each[year].gains for year in years],
            "economies that lose": [each[year].losses for year in years],
            COST: [float(each[year].cost.sum()) for year in years],
        }
        largest = self.summary.real_income.dropna()
        largest = largest[largest.abs() > 0].sort_values(key=lambda column: -column.abs()).head(LINES_BY_YEAR)
        shares = {
            self.name(code): [float(each[year].real_income[code]) for year in years]
            for code, _ in pairs(largest)
        }
        return [
            self._lines("Gains, losses and cost by year", "US$ m", totals, years),
            self._lines("Real income of the economies that change most", "fraction", shares, years),
        ]

    def _lines(
        self, title: str, unit: str, series: dict[str, list[float]], years: Sequence[int]
    ) -> YearFigure:
        factor = 100.0 if unit == "fraction" else 1.0
        shown = {
            name: [figure(value, unit, sign=name != COST) for value in values]
            for name, values in series.items()
        }
        lines = [
            Line(name, [value * factor if value == value else None for value in values], shown[name])
            for name, values in series.items()
        ]
        label = "% of income" if unit == "fraction" else "US$ m a year"
        rows = tuple(
            Row(str(year), tuple(shown[name][number] for name in series)) for number, year in enumerate(years)
        )
        chart = line_chart(years, lines, f"{title}, {label}", label)
        return YearFigure(title, label, chart, tuple(series), rows)


def _amount(value: float, unit: str, sign: bool) -> str:
    """A figure of a short table; a dash where nothing is charged."""
    return figure(float(value), unit, sign=sign) if sign or value else NOTHING
