"""Lists of loans as debt offices hold them: CSV or Excel, with a declared layout; every fault of a list at once.

Amounts are millions of the currency, rates, fees and premiums fractions; the factors of a layout (`loan_layouts`) make
them so.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from samarkand.core.evidence import Evidence
from samarkand.core.faults import FaultList, did_you_mean
from samarkand.priorities.finance.loan_layouts import OWN, LayoutRow, layouts, quiet, read_layout, words
from samarkand.priorities.finance.tranches import PERIMETERS, Owed, exchange_rates, schedule_of
from samarkand.programme.files.financing_checks import findings
from samarkand.programme.model.kinds import attributes
from samarkand.programme.model.models import Financing, When
from samarkand.world.economies.currencies import US_DOLLAR, currencies
from samarkand.world.economies.naming import economy_named
from samarkand.world.economies.tables import load_economies
from samarkand.world.importers.numerals import read_numerals
from samarkand.world.importers.tables import read_chunks
from samarkand.world.importers.workbooks import is_workbook, read_sheet
from samarkand.world.parameters import Parameters

SKIP = "skip"
NUMBERS = (
    "amount", "cancelled", "project_cost", "interest_rate", "margin", "maturity", "grace", "upfront_fee",
    "commitment_fee", "insurance_premium",
)  # fmt: skip
NEEDED = ("id", "party", "economy", "currency", "amount", "first_drawdown")
DAYS = ("first_drawdown", "last_drawdown", "closing")
WAYS = (
    "%Y-%m-%d", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M:%S.%f", "%m/%d/%Y",
    "%d.%m.%Y",
)  # fmt: skip
HALF_YEARLY = 2  # payments where a list says nothing else
OVER = 1 + 1e-6  # of the cost of a project, which is written with a few digits


@dataclass(frozen=True, eq=False)
class ListedLoan(Owed):
    """A loan of a list: its id and words for readers."""

    id: str
    title: str


def read_loans(path: Path, parameters: Parameters, layout: str = OWN) -> tuple[ListedLoan, ...]:
    """The loans of a file.

    Terms that are empty leave a loan without a schedule; `missing` says which. Raises `Faults` with everything that is
    wrong with the file: cells, terms that no contract can have, currencies and exchange rates that are not known, debt
    without a perimeter, projects that are lent more than they cost.
    """
    rows, faults = read_layout(layout), FaultList()
    name = rows[0].layout if layout in layouts() else OWN
    needed = [row.column for row in rows if row.required and not row.fixed]
    optional = [row.column for row in rows if not row.required and not row.fixed]
    found: list[ListedLoan] = []
    lent: dict[str, tuple[str, float, float]] = {}
    seen: dict[str, str] = {}
    for place, cells in _lines(path, needed, optional, faults):
        row = _Row(place, cells, rows, name, faults)
        loan = row.loan(parameters)
        if loan is None:
            continue
        if loan.id in seen:
            faults.add(
                place, f"the id {loan.id} is that of {seen[loan.id]} too", "Give each loan an id of its own."
            )
        seen[loan.id] = place
        found.append(loan)
        project, cost = row.text("project"), row.number("project_cost")
        if project and loan.amount is not None:
            before, sum_before, known = lent.get(project, (place, 0.0, 0.0))
            lent[project] = before, sum_before + loan.amount, max(known, cost or 0.0)
    for project, (place, amount, cost) in lent.items():
        if cost and amount > cost * OVER:
            faults.add(
                f"{place}, project {project}",
                f"is lent US$ {amount:,.1f} m and costs {cost:,.1f}",
                "Correct an amount, or the cost.",
            )
    faults.raise_if_any()
    return tuple(found)


def _lines(
    path: Path, needed: Sequence[str], optional: Sequence[str], faults: FaultList
) -> Iterator[tuple[str, dict[str, str]]]:
    if is_workbook(path):
        table = read_sheet(path, faults, needed)
        chunks = [] if table is None else [table]
        word = "row"
    else:
        chunks = list(read_chunks(path, faults, quiet, needed=needed, optional=optional))
        word = "line"
    for chunk in chunks:
        for line, cells in zip(chunk.index, chunk.to_dict("records"), strict=True):
            yield (
                f"{path.name}, {word} {line}",
                {str(key): str(value).strip() for key, value in cells.items()},
            )


class _Row:
    """One line of a list, cell by cell; what is wrong goes to the faults."""

    def __init__(
        self, place: str, cells: Mapping[str, str], rows: Sequence[LayoutRow], layout: str, faults: FaultList
    ) -> None:
        self.place, self.faults, self.layout = place, faults, layout
        self.columns = {row.key: row for row in rows}
        self.cells = {row.key: row.fixed or cells.get(row.column, "") for row in rows}

    def wrong(self, key: str, reason: str, remedy: str) -> None:
        column = self.columns[key].column if key in self.columns else key
        self.faults.add(f"{self.place}, {column}", reason, remedy)

    @property
    def economy(self) -> str:
        """ISO3 code of the borrower's economy, given as a code or a name; empty where there is none."""
        return economy_named(self.cells.get("economy", "")) or ""

    def text(self, key: str) -> str:
        """A cell as the word that it stands for."""
        cell = self.cells.get(key, "")
        return words().get((self.layout, key), {}).get(cell, cell)

    def number(self, key: str) -> float | None:
        """A cell as a number in our unit; None where it is empty or none."""
        import pandas as pd

        cell = self.cells.get(key, "")
        if not cell:
            return None
        read = read_numerals(pd.Series([cell]), None, settled=True)
        if read.wrong:
            reason, remedy, _ = read.wrong[0]
            self.wrong(key, f"is {reason}", remedy)
            return None
        factor = 0.01 if bool(read.percent[0]) else self.columns[key].factor
        return float(f"{float(read.values[0]) * factor:.15g}")  # 4.2 x 0.01 is 0.042

    def when(self, key: str) -> When | None:
        """A cell as a day, or a year."""
        cell = self.cells.get(key, "")
        if not cell:
            return None
        if re.fullmatch(r"(19|20|21)[0-9]{2}(\.0)?", cell):
            return When(year=int(float(cell)))
        for way in WAYS:
            try:
                day = datetime.strptime(cell, way).date()
            except ValueError:
                continue
            return When(year=day.year, day=day)
        self.wrong(key, f"{cell!r} is no day", "Write it as 2026-07-01, or the year alone.")
        return None

    def loan(self, parameters: Parameters) -> ListedLoan | None:
        """The loan of the line; None where it is none, or so wrong that there is nothing to go on with."""
        instrument = self.text("instrument") or "loan"
        if instrument == SKIP:
            return None
        values: dict[str, Any] = {}
        for key in ("party", "currency", "base_rate", "profile", "payments_a_year", "day_count", "perimeter",
                    "borrower", "guarantor"):  # fmt: skip
            if self.text(key):
                values[key] = self.text(key)
        numbers = {key: self.number(key) for key in NUMBERS if key != "project_cost"}
        if cancelled := numbers.pop("cancelled"):
            left = (numbers["amount"] or 0.0) - cancelled
            if left <= 0:
                return None  # all of it was given up
            numbers["amount"] = left
        for key in DAYS:
            if (day := self.when(key)) is not None:
                values[key] = day
        numbers |= self._spans(values.get("first_drawdown"), numbers)
        values |= {key: _figure(number) for key, number in numbers.items() if number is not None}
        if self.cells.get("negative_rate", "").lower() in ("yes", "true", "1"):
            values["negative_rate"] = True
        for key in NEEDED:
            if not self.cells.get(key):
                self.wrong(key, "is empty", "Fill it in.")
        if self.cells.get("economy") and not self.economy:
            names = [*load_economies().index, *load_economies()["name"]]
            self.wrong(
                "economy",
                f"{self.cells['economy']!r} is no economy",
                did_you_mean(self.cells["economy"], names),
            )
        declared = attributes("financing")
        if instrument not in declared["instrument"].choices:
            remedy = did_you_mean(instrument, declared["instrument"].choices)
            self.wrong("instrument", f"is {instrument!r}", remedy)
            return None
        for key, row in declared.items():
            if row.choices and key in values and values[key] not in row.choices and key != "perimeter":
                self.wrong(key, f"is {values[key]!r}", did_you_mean(str(values[key]), row.choices))
                del values[key]
        values |= {"instrument": instrument, "party": values.get("party", "")}
        return self._made(Financing.of(values), parameters)

    def _spans(self, start: When | None, numbers: Mapping[str, float | None]) -> dict[str, float]:
        """Maturity and grace in years from the days of repayments, where the list has those in their stead."""
        found = {}
        named = self.text("payments_a_year")
        payments = int(named) if named in ("1", "2", "4", "12") else HALF_YEARLY
        for key, day in (("maturity", "last_repayment"), ("grace", "first_repayment")):
            end = self.when(day)
            if start is None or end is None or numbers.get(key) is not None:
                continue
            first, last = _day(start), _day(end)
            if last <= first:
                self.wrong(day, "does not come after the first drawdown", "Correct one of the two days.")
                continue
            years = (last.year - first.year) + (last.month - first.month) / 12.0
            # The first repayment comes one period after the grace.
            found[key] = years if key == "maturity" else max(years - 1.0 / payments, 0.0)
        return found

    def _made(self, line: Financing, parameters: Parameters) -> ListedLoan | None:
        for key, reason, remedy in findings(line):
            if key != "perimeter":
                self.wrong(key, reason, remedy)
        if line.get("perimeter") not in PERIMETERS:
            said = f"{line.get('perimeter')!r} is none" if line.get("perimeter") else "there is none"
            remedy = f"Write one of {', '.join(PERIMETERS)}."
            self.wrong("perimeter", f"{said}: whose debt it is must be known", remedy)
        first, last, amount = line.get("first_drawdown"), line.get("last_drawdown"), line.figure("amount")
        currency = line.get("currency") or US_DOLLAR
        if first is None or amount is None or currency not in currencies():
            return None
        start, stop = _day(first), _day(last) if last is not None else _day(first)
        years = max(stop.year - start.year, 0)
        days = [start, *(date(start.year + k, start.month, min(start.day, 28)) for k in range(1, years + 1))]
        dollars, unknown = None, list[str]()
        rates = exchange_rates(currency, [start.year], parameters, unknown)
        for reason in unknown:
            self.wrong(
                "currency", f"needs {reason}", "Add its rows to the parameters, or give the amount in USD."
            )
        missing: list[str] = []
        schedule, worth = None, dict[int, float]()
        if rates:
            dollars = (amount.value or 0.0) / rates[start.year]
            if not any(True for _ in findings(line)):
                schedule, worth = schedule_of(line, dollars, days, parameters, missing)
        hosts = {self.economy: 1.0} if self.economy else {}
        named = self.cells.get("id", ""), self.text("title")
        return ListedLoan(line, dollars, hosts, schedule, worth, tuple(missing), *named)


def _figure(number: float) -> Evidence:
    return Evidence(value=number, unit="1", source="a list of the user's", flag="recalled")


def _day(when: When) -> date:
    return when.day or date(when.year, 7, 1)
