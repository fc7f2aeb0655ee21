"""The official template of the framework (12 August 2025): an economy read from its sheets, and written to them.

The layout is that of docs/debt.md. Values are read as the spreadsheet program saved them, so that a template must have
been calculated. What the template works out itself (present value, service) is read from its sheets of results; all
else from those of inputs. Everything that is wrong is said at once, with sheet and cell.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from samarkand.core.faults import FaultList, did_you_mean
from samarkand.priorities.finance.debt_framework import CLASSES, covered
from samarkand.priorities.finance.debt_macro import Economy, Term, series, term_rows
from samarkand.world.economies.naming import economy_named

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

Array = NDArray[np.float64]
BASICS, MACRO = "Input 1 - Basics", "Input 3 - Macro-Debt data(DMX)"
EXTERNAL, PUBLIC = "Output 1-1 - External DSA", "Output 1-2 - Public DSA"
RESIDUAL, CAPACITY = "Input 7 - Residual Financing", "CI Summary"
NEEDED = (BASICS, MACRO, EXTERNAL, PUBLIC)
SCALES = {"million": 1.0, "billion": 1e3, "thousand": 1e-3, "unit": 1e-6}  # of Input 1, C19, in US$ m
YEARS_OF = {
    MACRO: (7, 11),
    EXTERNAL: (6, 3),
    PUBLIC: (6, 3),
}  # row of the years, first column that may have one
# Rows of Input 3 beside those of debt_series.csv.
REAL, FX, REVENUE, GRANTS, ACCOUNT = 13, 20, 22, 23, 34
INTEREST = (53, 59, 211)
# Rows of the results: per cent of output, of exports, of revenue and grants, or per cent.
ACCOUNT_DEFICIT, DEBT, VALUE, SERVICE, RATE = 13, 9, 30, 33, 40
ALL_DEBT, ALL_VALUE, ALL_SERVICE = 8, 31, 35
# Rows of the results that say something once more, so that another layout is seen: value over exports, growth.
VALUE_OF_EXPORTS, GROWTH, ALL_GROWTH = 31, 38, 42
FAR_VALUE, FAR_GROWTH = math.log(1.5), 0.02  # rates at the end and in the mean of a year differ by less
PER_CENT = ("overvaluation", "other_government", "state_owned", "financial")
SOURCE = "the template"
MOST_ROWS, MOST_COLUMNS = 2000, 500  # of a sheet; the template has fewer


class Pages:
    """The sheets of a template as tables of cells."""

    def __init__(self, path: Path, faults: FaultList) -> None:
        from openpyxl import load_workbook

        self.path, self.faults = path, faults
        self.found: dict[str, list[list[Any]]] = {}
        wanted = {*NEEDED, *(cell.rpartition("!")[0] for cell in _cells().values()), RESIDUAL, CAPACITY}
        spelt = {_squeezed(name): name for name in wanted}
        try:
            book = load_workbook(path, read_only=True, data_only=True)
            for name in book.sheetnames:
                if (known := spelt.get(_squeezed(name))) is not None:
                    # A stray cell at the far end of a sheet is no reason to fill it up to there.
                    rows = book[name].iter_rows(max_row=MOST_ROWS, max_col=MOST_COLUMNS, values_only=True)
                    self.found[known] = [list(row) for row in rows]
        except Exception:  # openpyxl raises whatever zip, XML or its own reading meets
            faults.add(
                str(path), "is no Excel workbook (.xlsx or .xlsm), or is damaged", "Save the template again."
            )
            return
        for name in NEEDED:
            if name not in self.found:
                faults.add(f"{path}, sheet {name}", "is not there", did_you_mean(name, book.sheetnames))

    def cell(self, sheet: str, row: int, column: int) -> Any:
        """A cell by its numbers from 1; None beyond the sheet."""
        rows = self.found.get(sheet, [])
        return rows[row - 1][column - 1] if row <= len(rows) and column <= len(rows[row - 1]) else None

    def at(self, address: str) -> Any:
        """A cell by its address, `Sheet!C7`."""
        from openpyxl.utils.cell import coordinate_to_tuple

        sheet, _, cell = address.rpartition("!")
        return self.cell(sheet, *coordinate_to_tuple(cell))

    def years(self, sheet: str) -> dict[int, int]:
        """Columns of a sheet by year."""
        row, first = YEARS_OF[sheet]
        rows = self.found.get(sheet, [])
        width = len(rows[row - 1]) if len(rows) >= row else 0
        found: dict[int, int] = {}
        for column in range(first, width + 1):
            if (year := _year(self.cell(sheet, row, column))) is not None:
                found.setdefault(year, column)
        if sheet in self.found and not found:
            self.faults.add(
                f"{self.path}, sheet {sheet}, row {row}",
                "has no years",
                "Open the template, calculate and save it.",
            )
        return found

    def row(self, sheet: str, row: int, years: range) -> Array:
        """A row over years, NaN where a cell is no number."""
        columns = self.years(sheet)
        values = [self.cell(sheet, row, columns[year]) if year in columns else None for year in years]
        return np.array([_number(one) for one in values])


def _squeezed(name: str) -> str:
    """The name of a sheet without case and spaces."""
    return "".join(name.split()).casefold()


def _year(value: object) -> int | None:
    """A cell as a year: a whole number, a day, or `2024` and `FY2024` as text."""
    if isinstance(value, date):
        return value.year
    if isinstance(value, str):
        found = re.fullmatch(r"\s*(?:FY ?)?(\d{4})(?:\.0)?\s*", value, re.IGNORECASE)
        number = math.nan if found is None else float(found[1])
    else:
        number = _number(value)
    return int(number) if 1950 <= number <= 2150 and number == int(number) else None


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _number(value: Any) -> float:
    return float(value) if _is_number(value) else math.nan


def _cells() -> dict[str, str]:
    """Cells of terms, by term."""
    return {name: row.cell for name, row in term_rows().items() if row.cell}


def read_template(path: Path) -> Economy:
    """The economy of a template. Raises `Faults` with all that is wrong."""
    faults = FaultList()
    pages = Pages(path, faults)
    faults.raise_if_any()
    code, first, scale = _basics(pages)
    columns = pages.years(MACRO)
    faults.raise_if_any()
    if not min(columns) < first <= max(columns):
        faults.add(
            f"{path}, {BASICS}!C18",
            f"{first} is not among the years of {MACRO}",
            "Give the first projection.",
        )
        faults.raise_if_any()
    years = range(min(columns), max(columns) + 1)
    values = _values(pages, years, first, scale)
    for name in ("gdp", "exports", "growth"):
        if np.isnan(values[name][first - years[0] :]).all():
            faults.add(
                f"{path}, {MACRO}, {name}", "has no figures", "Open the template, calculate and save it."
            )
    terms = _terms(pages, values, years, first)
    _check_layout(pages, values, years, first)
    faults.raise_if_any()
    return Economy(code, tuple(years), first, values, terms, str(path))


def _basics(pages: Pages) -> tuple[str, int, float]:
    names = {row.name.casefold(): code for code, row in covered().items()}
    name, first, scale = (pages.at(f"{BASICS}!{cell}") for cell in ("C7", "C18", "C19"))
    place = f"{pages.path}, {BASICS}"
    code = names.get(str(name or "").strip().casefold()) or economy_named(str(name or "")) or ""
    if not code:
        spelt = [row.name for row in covered().values()]
        pages.faults.add(
            f"{place}!C7", f"{name!r} is no economy of the template", did_you_mean(str(name), spelt)
        )
    if (year := _year(first)) is None:
        pages.faults.add(f"{place}!C18", f"{first!r} is no year", "Give the first year of projections.")
    word = str(scale or "million").strip().casefold().rstrip("s")
    if word not in SCALES:
        pages.faults.add(f"{place}!C19", f"{scale!r} is no scale", did_you_mean(word, SCALES))
    return code, year or 0, SCALES.get(word, 1.0)


def _values(pages: Pages, years: range, first: int, scale: float) -> dict[str, Array]:
    """All series over the years of the template, as those of a file of paths."""
    fx = pages.row(MACRO, FX, years)
    found = {}
    with np.errstate(divide="ignore", invalid="ignore"):
        for name, row in series().items():
            if row.sheet == "input3" and row.row is not None:
                cells = pages.row(MACRO, row.row, years) * row.factor
                money = row.unit == "US$ m"
                found[name] = cells * (scale if money else 1.0) / (fx if row.local else 1.0)
        real, gdp = pages.row(MACRO, REAL, years), found["gdp"]
        found["growth"] = _change(real)
        found["depreciation"] = _change(fx)
        grants = np.nan_to_num(found["grants"])
        found["grants"] = np.where(np.isnan(pages.row(MACRO, REVENUE, years)), math.nan, grants)
        found["revenue"] = pages.row(MACRO, REVENUE, years) * scale / fx - grants
        interest = np.nan_to_num(_paid(pages, years)) * scale
        deficit = pages.row(EXTERNAL, ACCOUNT_DEFICIT, years) / 100 * gdp
        past = pages.row(MACRO, ACCOUNT, years) * scale + interest
        ahead = np.array([year >= first for year in years])
        found["balance"] = np.where(ahead, -deficit, past)
        found["pv_external"] = pages.row(EXTERNAL, VALUE, years) / 100 * gdp
        found["service_external"] = pages.row(EXTERNAL, SERVICE, years) / 100 * found["exports"]
        debt = pages.row(EXTERNAL, DEBT, years) / 100 * gdp
        rate = pages.row(EXTERNAL, RATE, years) / 100
        found["external_debt"] = debt
        by_rate = rate * np.concatenate([[math.nan], debt[:-1]])
        found["interest_external"] = np.where(np.isnan(by_rate), _paid(pages, years) * scale, by_rate)
        found["pv_public"] = pages.row(PUBLIC, ALL_VALUE, years) / 100 * gdp
        found["public_debt"] = pages.row(PUBLIC, ALL_DEBT, years) / 100 * gdp
        found["service_public"] = (
            pages.row(PUBLIC, ALL_SERVICE, years) / 100 * (found["revenue"] + found["grants"])
        )
    for name in ("pv_external", "service_external", "interest_external", "pv_public"):
        found[name] = np.where(ahead, found[name], math.nan)
    if (fx[~ahead] == 1.0).all():  # as `write_template` has it where no rate is known
        found["depreciation"] = np.where(ahead, found["depreciation"], math.nan)
    return found


def _check_layout(pages: Pages, values: Mapping[str, Array], years: range, first: int) -> None:
    """A fault where rows that say one thing twice say two: the template is of another layout."""
    ahead = slice(first - years[0], first - years[0] + 11)
    twice = [
        (EXTERNAL, GROWTH, f"growth of {MACRO}, row {REAL}", values["growth"], FAR_GROWTH),
        (PUBLIC, ALL_GROWTH, f"growth of {MACRO}, row {REAL}", values["growth"], FAR_GROWTH),
    ]
    with np.errstate(divide="ignore", invalid="ignore"):
        said = f"value of row {VALUE} over exports of {MACRO}, row {series()['exports'].row}"
        over = np.log(values["pv_external"] / values["exports"])
        twice.append((EXTERNAL, VALUE_OF_EXPORTS, said, over, FAR_VALUE))
        for sheet, row, what, ours, far in twice:
            theirs = pages.row(sheet, row, years) / 100
            theirs = np.log(theirs) if far is FAR_VALUE else theirs
            apart = np.abs(theirs - ours)[ahead]
            apart = apart[np.isfinite(apart)]
            if apart.size and float(np.median(apart)) > far:
                remedy = (
                    "This may be another layout: compare it with docs/debt.md, or give --macro and --terms."
                )
                pages.faults.add(f"{pages.path}, sheet {sheet}, row {row}", f"is not the {what}", remedy)


def _paid(pages: Pages, years: range) -> Array:
    """Interest on external debt as the macroeconomic sheet has it, NaN where none of its rows has a figure."""
    rows = np.array([pages.row(MACRO, row, years) for row in INTEREST])
    return np.where(np.isnan(rows).all(axis=0), math.nan, np.nan_to_num(rows).sum(axis=0))


def _change(level: Array) -> Array:
    return np.concatenate([[math.nan], level[1:] / level[:-1] - 1.0])


def _terms(pages: Pages, values: Mapping[str, Array], years: range, first: int) -> dict[str, Term]:
    """Terms from the cells of `debt_terms.csv`; the rate at home from the real one and inflation ahead."""
    found = {}
    for name, address in _cells().items():
        value, row = pages.at(address), term_rows()[name]
        if value is None or value == "":
            continue
        place, source = f"{pages.path}, {address}", f"{SOURCE}, {address}"
        if row.unit == "class":
            word = str(value).strip().casefold()
            if word in CLASSES:
                found[name] = Term(float(CLASSES.index(word)), word, source)
        elif row.unit == "yes or no":
            found[name] = Term(float(str(value).strip().casefold() == "yes"), "", source)
        elif _is_number(value):
            number = float(value) / (100 if name in PER_CENT else 1e4 if name == "spread" else 1)
            if row.unit == "years":
                number = math.floor(number)
            if row.lowest <= number <= row.highest:
                found[name] = Term(number, "", source)
            else:
                pages.faults.add(
                    place, f"{value} is not between {row.lowest:g} and {row.highest:g}", "Check the cell."
                )
        elif str(value).strip().casefold() not in ("n.a.", "na", "n/a"):
            pages.faults.add(place, f"{value!r} is not a number", "Calculate the template and save it.")
    found.pop("capacity_before", None)  # the final class has both signals in it
    real = pages.at(f"{RESIDUAL}!J19")
    ahead = slice(first - years[0], first - years[0] + 10)
    with np.errstate(invalid="ignore"):
        step = values["gdp"][1:] / values["gdp"][:-1]
        inflation = (step / (1 + values["growth"][1:]) * (1 + values["depreciation"][1:]))[ahead] - 1.0
    if _is_number(real) and not np.isnan(inflation).all():
        nominal = (1 + float(real)) * (1 + float(np.nanmean(inflation))) - 1
        found["home_rate"] = Term(
            nominal, "", f"{SOURCE}, {RESIDUAL}!J19, and the mean inflation of ten years ahead"
        )
    return found


def write_template(economy: Economy) -> bytes:
    """An economy in the sheets of the template, values in its cells; the exchange rate is one in the first year."""
    from openpyxl import Workbook

    book = Workbook()
    sheets: dict[str, Worksheet] = {}
    for name in (BASICS, MACRO, EXTERNAL, PUBLIC):
        sheets[name] = book.create_sheet(name)
    del book["Sheet"]
    basics = sheets[BASICS]
    row = covered().get(economy.code)
    basics["C7"], basics["C18"], basics["C19"] = row.name if row else economy.code, economy.first, "Million"
    years = range(economy.years[0], economy.years[-1] + 1)
    fx = _rates(economy, years)

    def put(sheet: str, number: int, values: Array) -> None:
        top, left = YEARS_OF[sheet]
        for k, year in enumerate(years):
            sheets[sheet].cell(top, left + k, year)
            if not math.isnan(values[k]):
                sheets[sheet].cell(number, left + k, float(values[k]))

    def of(name: str) -> Array:
        return economy.of(name, years[0], years[-1])

    gdp = of("gdp")
    for name, one in series().items():
        if one.sheet == "input3" and one.row is not None:
            put(MACRO, one.row, of(name) / one.factor * (fx if one.local else 1.0))
    put(MACRO, REAL, np.asarray(100.0 * np.cumprod(1.0 + np.nan_to_num(of("growth"))), dtype=np.float64))
    put(MACRO, FX, fx)
    put(MACRO, REVENUE, (of("revenue") + of("grants")) * fx)
    put(MACRO, ACCOUNT, of("balance") - np.nan_to_num(of("interest_external")))
    put(MACRO, INTEREST[0], of("interest_external"))
    put(EXTERNAL, ACCOUNT_DEFICIT, -100 * of("balance") / gdp)
    put(EXTERNAL, VALUE, 100 * of("pv_external") / gdp)
    put(EXTERNAL, VALUE_OF_EXPORTS, 100 * of("pv_external") / of("exports"))
    put(EXTERNAL, GROWTH, 100 * of("growth"))
    put(PUBLIC, ALL_GROWTH, 100 * of("growth"))
    put(EXTERNAL, SERVICE, 100 * of("service_external") / of("exports"))
    # Interest is a rate on the debt of the year before; where that is not known it stands in the macroeconomic sheet.
    debt = of("external_debt")
    put(EXTERNAL, DEBT, 100 * debt / gdp)
    put(EXTERNAL, RATE, np.concatenate([[math.nan], 100 * of("interest_external")[1:] / debt[:-1]]))
    put(PUBLIC, ALL_VALUE, 100 * of("pv_public") / gdp)
    put(PUBLIC, ALL_DEBT, 100 * of("public_debt") / gdp)
    put(PUBLIC, ALL_SERVICE, 100 * of("service_public") / (of("revenue") + of("grants")))
    for name, address in _cells().items():
        if (term := economy.terms.get(name)) is not None:
            sheet, _, cell = address.rpartition("!")
            page = sheets.setdefault(
                sheet, book[sheet] if sheet in book.sheetnames else book.create_sheet(sheet)
            )
            page[cell] = _cell_of(name, term)
    if (rate := economy.term("home_rate")) is not None:
        page = sheets.setdefault(
            RESIDUAL, book[RESIDUAL] if RESIDUAL in book.sheetnames else book.create_sheet(RESIDUAL)
        )
        page["J19"] = _real_rate(economy, rate)
    stream = BytesIO()
    book.save(stream)
    return stream.getvalue()


def _rates(economy: Economy, years: range) -> Array:
    """Price of a US dollar, one in the first year; one in all years of data where it is not known in all."""
    steps = economy.of("depreciation", years[0], years[-1])
    ahead = np.array(years) >= economy.first
    if np.isnan(steps[~ahead][1:]).any():
        steps = np.where(ahead, steps, 0.0)
    steps[0] = 0.0
    return np.asarray(np.cumprod(1.0 + np.nan_to_num(steps)), dtype=np.float64)


def _real_rate(economy: Economy, nominal: float) -> float:
    """The rate at home without the mean inflation of ten years ahead."""
    first = economy.first
    gdp, last = economy.of("gdp", first, first + 10), first + 10
    step = gdp[1:] / gdp[:-1] / (1 + economy.of("growth", first + 1, last))
    inflation = step * (1 + economy.of("depreciation", first + 1, last)) - 1.0
    return (1 + nominal) / (1 + float(np.nanmean(inflation))) - 1


def _cell_of(name: str, term: Term) -> str | float:
    row = term_rows()[name]
    if row.unit == "class":
        return term.word.capitalize()
    if row.unit == "yes or no":
        return "Yes" if term.value else "No"
    return term.value * (100 if name in PER_CENT else 1e4 if name == "spread" else 1)
