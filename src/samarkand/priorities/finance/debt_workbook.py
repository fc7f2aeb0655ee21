"""The stress tests of an economy as a workbook with live formulas: change a cell, and every ratio follows.

    Paths    the series of the economy by year, what a programme adds, and the history that sizes the shocks
    Rules    figures of the framework and terms of the economy
    Loans    debt, principal and present value of one unit borrowed, by age from right to left
    A1 ...   one sheet a test: paths, what is left to be borrowed, residual financing, ratios
    Ratios   the five ratios under all tests beside their thresholds

All sheets have a year in the same column. The formulas are those of `engines.debt`, written once more.
"""

from __future__ import annotations

from dataclasses import fields
from functools import partial
from io import BytesIO
from typing import TYPE_CHECKING

import numpy as np

from samarkand.engines.debt.shocks import Sizes
from samarkand.engines.debt.stress import RATIOS, TESTS, Costs, Terms
from samarkand.priorities.finance.debt_framework import TITLES, Framework
from samarkand.priorities.finance.debt_inputs import (
    HISTORY,
    Effect,
    applying,
    baseline_of,
    costs_of,
    sizes_of,
    terms_of,
)
from samarkand.priorities.finance.debt_macro import Economy
from samarkand.priorities.finance.debt_outcome import NAMES, Outcome
from samarkand.priorities.finance.debt_sheets import BEFORE, Sheet, column
from samarkand.priorities.finance.debt_test_sheets import StressSheet

if TYPE_CHECKING:
    from openpyxl import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

PATHS = (
    "growth", "gdp", "exports", "revenue", "grants", "spending", "transfers", "fdi", "balance", "depreciation",
    "pv_external", "service_external", "interest_external", "pv_public", "local_external", "commercial",
)  # fmt: skip
STATISTICS = {
    "growth": "growth", "deflator": "deflator", "exports": "export_growth", "transfers": "transfers_share",
    "fdi": "fdi_share", "balance": "balance_share", "primary": "primary_share",
}  # fmt: skip


class Writer:
    """Builds the workbook of one economy."""

    def __init__(self, economy: Economy, rules: Framework, effect: Effect | None) -> None:
        from openpyxl import Workbook

        self.economy, self.book = economy, Workbook()
        self.base = baseline_of(economy, effect)
        self.ahead = range(self.base.gdp.shape[-1])
        self.behind = range(-HISTORY, 0)
        self.years = tuple(range(economy.first - BEFORE, economy.first + len(self.ahead)))
        self.applies = applying(economy, rules)
        self.paths = Sheet(self._page("Paths"), self.years)
        self._paths()
        self.names: dict[str, str] = {}
        self._rules(rules)
        self._loans()
        self.tests = {test: self._test(test) for test in TESTS}
        self._ratios()

    def _page(self, title: str) -> Worksheet:
        if self.book.sheetnames == ["Sheet"]:
            self.book.active.title = title
            return self.book.active
        return self.book.create_sheet(title)

    def _paths(self) -> None:
        sheet, first = self.paths, self.economy.first
        for name in PATHS:
            values = getattr(self.base, name)
            history = self.economy.of(name, first - BEFORE, first - 1)

            def value(k: int, ahead: np.ndarray = values, behind: np.ndarray = history) -> float | None:
                one = float(ahead[k]) if k >= 0 else float(behind[k])
                return None if np.isnan(one) else one

            sheet.add(name, value, range(-BEFORE, len(self.ahead)))
        both = range(-HISTORY, len(self.ahead))

        def here(name: str, k: int) -> str:
            return f"{column(k)}{sheet.rows[name]}"

        def later(k: int, formula: str) -> str | float:
            return 0.0 if k == 0 else formula  # the first year of the projection is not touched by any test

        sheet.add(
            "deflator",
            lambda k: later(k, f"={here('gdp', k)}/{here('gdp', k - 1)}/(1+{here('growth', k)})-1"),
            both,
        )
        sheet.add(
            "export_growth", lambda k: later(k, f"={here('exports', k)}/{here('exports', k - 1)}-1"), both
        )
        sheet.add(
            "primary", lambda k: f"={here('revenue', k)}+{here('grants', k)}-{here('spending', k)}", both
        )

        def share(name: str, k: int) -> str:
            return f"={here(name, k)}/{here('gdp', k)}"

        for name in ("transfers", "fdi", "balance", "primary"):
            sheet.add(f"{name}_share", partial(share, name), both)
        sheet.add(
            "home_inflation",
            lambda k: f"=(1+{here('deflator', k)})*(1+{here('depreciation', k)})-1",
            self.ahead,
        )
        page = sheet.page
        for name, row_name in STATISTICS.items():
            row = self.paths.rows[row_name]
            span = f"{column(-HISTORY)}{row}:{column(-1)}{row}"
            at = max(sheet.rows.values()) + 2
            for what, function in (("mean", "AVERAGE"), ("deviation", "STDEV")):
                sheet.rows[f"{name} {what}"] = at
                page.cell(at, 1, f"{name}, {what} of ten years")
                page.cell(at, 3, f"={function}({span})")
                at += 1

    def statistic(self, name: str, what: str) -> str:
        """Address of the mean or the standard deviation of a history."""
        return f"'Paths'!$C${self.paths.rows[f'{name} {what}']}"

    def _rules(self, rules: Framework) -> None:
        page = self._page("Rules")
        page.append(["name", "value"])
        sizes, terms, costs = sizes_of(self.economy, rules), terms_of(self.economy), costs_of(rules)
        names = (("size", sizes, Sizes), ("term", terms, Terms), ("cost", costs, Costs))
        for part, values, kind in names:
            for one in fields(kind):
                name = f"{part}.{one.name}"
                page.append([name, float(getattr(values, one.name))])
                self.names[name] = f"'Rules'!$B${page.max_row}"

    def rule(self, name: str) -> str:
        """Address of a rule: `size.depreciation`, `term.rate`, `cost.discount`."""
        return self.names[name]

    def _loans(self) -> None:
        """Unit loans by age; the last column is age 0, so that cohorts from the first year on stand as in paths."""
        page = self._page("Loans")
        longest = max(
            len(self.ahead),
            *(int(getattr(terms_of(self.economy), f"{one}maturity")) for one in ("", "home_", "commercial_")),
        )
        self.oldest = longest + 1
        page.cell(1, 1, "age")
        for age in range(self.oldest + 1):
            page[f"{self.age(age)}1"] = age
        shorter = (
            f"MIN({self.rule('cost.market_maturity')},"
            f"MAX(ROUND({self.rule('cost.market_share')}*{self.rule('term.commercial_maturity')},0),1))"
        )
        kept = f"{self.rule('term.commercial_grace')}*$B$18/{self.rule('term.commercial_maturity')}"
        briefer = f"MIN(ROUND({kept},0),$B$18-1)"
        lines = {
            "abroad": (self.rule("term.grace"), self.rule("term.maturity")),
            "home": (self.rule("term.home_grace"), self.rule("term.home_maturity")),
            "planned": (self.rule("term.commercial_grace"), self.rule("term.commercial_maturity")),
            "shorter": (briefer, shorter),
        }
        self.units: dict[str, int] = {}
        for k, (line, (grace, maturity)) in enumerate(lines.items()):
            top = self.units[line] = 2 + 5 * k
            for offset, name in enumerate(("principal", "debt", "value of principal", "value of interest")):
                page.cell(top + offset, 1, f"{line}: {name}")
            page.cell(top, 2, f"={grace}")
            page.cell(top + 1, 2, f"={maturity}")
            for age in range(self.oldest, -1, -1):
                at, older, younger = self.age(age), self.age(age + 1), self.age(max(age - 1, 0))
                page[f"{at}{top}"] = (
                    f"=IF(AND({at}$1>$B${top},{at}$1<=$B${top + 1}),1/($B${top + 1}-$B${top}),0)"
                )
                page[f"{at}{top + 1}"] = 1 if age == 0 else f"={younger}{top + 1}-{at}{top}"
                last = age == self.oldest
                discount = f"(1+{self.rule('cost.discount')})"
                page[f"{at}{top + 2}"] = 0 if last else f"=({older}{top + 2}+{older}{top})/{discount}"
                page[f"{at}{top + 3}"] = 0 if last else f"=({older}{top + 3}+{at}{top + 1})/{discount}"

    def age(self, age: int) -> str:
        """Letters of the column of an age."""
        from openpyxl.utils import get_column_letter

        return str(get_column_letter(3 + self.oldest - age if age <= self.oldest else 2))

    def unit(self, line: str, row: int, oldest: int, youngest: int) -> str:
        """A part of a unit loan, from its oldest age to its youngest."""
        at = self.units[line] + row
        return f"'Loans'!${self.age(oldest)}${at}:${self.age(youngest)}${at}"

    def _test(self, test: str) -> Sheet:
        sheet = Sheet(self._page(test), self.years)
        sheet.page.cell(1, 1, NAMES[test])
        StressSheet(self, sheet, test).write()
        return sheet

    def _ratios(self) -> None:
        page = self._page("Ratios")
        self.book.move_sheet(page, -(len(self.book.sheetnames) - 1))
        sheet = Sheet(page, self.years)
        for name in RATIOS:
            for test in TESTS:
                if test in self.applies:
                    cell = partial(self._of_test, self.tests[test], name)
                    sheet.add(f"{name} {test}", cell, self.ahead, f"{TITLES[name]}: {NAMES[test]}")

    @staticmethod
    def _of_test(sheet: Sheet, name: str, k: int) -> str:
        return f"={sheet.at(name, k)}"


def workbook_of(outcome: Outcome, rules: Framework, effect: Effect | None = None) -> bytes:
    """The workbook of an economy whose paths and terms are all there, as bytes."""
    writer = Writer(outcome.economy, rules, effect)
    _signal(writer.book, outcome)
    stream = BytesIO()
    writer.book.save(stream)
    return stream.getvalue()


def _signal(book: Workbook, outcome: Outcome) -> None:
    """What the signal is and why, on the first sheet."""
    page = book.create_sheet("Signal", 0)
    page.append(["Economy", outcome.economy.code])
    page.append(["Mechanical risk signal, without judgement: external", outcome.external or "none"])
    page.append(["Overall", outcome.overall or "none"])
    page.append(["Space to absorb shocks", outcome.room or "none"])
    page.append(["Debt-carrying capacity", outcome.capacity.word or "not known", outcome.capacity.said])
    for name, limit in outcome.thresholds.items():
        page.append([TITLES[name], limit, outcome.extreme.get(name, "")])
    for reason in outcome.reasons:
        page.append([reason])
