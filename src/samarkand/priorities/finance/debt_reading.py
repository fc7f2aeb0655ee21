"""Macroeconomic paths and terms read from files of the user, with everything that is wrong with them at once.

macro.csv   economy,year,status,growth,gdp,...     one row an economy and year; status actual or projection
terms.csv   economy,name,value,source              one row a term
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np

from samarkand.core.faults import FaultList, did_you_mean
from samarkand.core.own_tables import read_own_table
from samarkand.priorities.finance.debt_framework import CLASSES
from samarkand.priorities.finance.debt_macro import (
    Economy,
    SeriesRow,
    Term,
    TermRow,
    series,
    spans,
    term_rows,
)

STATUS = ("actual", "projection")
EARLIEST, LATEST = 1950, 2150


def read_macro(path: Path, terms: Path | None = None, known: Iterable[str] = ()) -> dict[str, Economy]:
    """Read a macroeconomic file and, beside it, terms. Raises `Faults` with all that is wrong in both.

    `known`: ISO3 codes that may stand in them; any where it is empty.
    """
    faults, codes = FaultList(), frozenset(known)
    found = _read_series(path, faults, codes)
    given = {} if terms is None else _read_terms(terms, faults, codes, found)
    faults.raise_if_any()
    return {
        code: Economy(code, one.years, one.first, one.values, given.get(code, {}), str(path))
        for code, one in found.items()
    }


def read_terms(path: Path, code: str) -> dict[str, Term]:
    """The terms of one economy from a file. Raises `Faults` with all that is wrong in it."""
    faults = FaultList()
    found = _read_terms(path, faults, frozenset(), {})
    if found and code not in found:
        faults.add(f"{path}, economy", f"has no terms of {code}", did_you_mean(code, found))
    faults.raise_if_any()
    return found.get(code, {})


def _number(cell: str, place: str, row: SeriesRow | TermRow, faults: FaultList) -> float:
    """A cell as a number within its bounds; NaN for an empty one and for a fault."""
    if not cell:
        return math.nan
    try:
        value = float(cell)
    except ValueError:
        faults.add(
            place, f"{cell!r} is not a number", "Write it with a decimal point, or leave the cell empty."
        )
        return math.nan
    if not math.isfinite(value):
        faults.add(place, f"{cell} is no figure", "Leave the cell empty where it is not known.")
        return math.nan
    if not row.lowest <= value <= row.highest:
        unit = " (a fraction: 0.05 is five per cent)" if row.unit == "fraction" else f" {row.unit}"
        faults.add(
            place, f"{cell} is not between {row.lowest:g} and {row.highest:g}{unit}", "Check the unit."
        )
        return math.nan
    return value


def _read_series(path: Path, faults: FaultList, known: frozenset[str]) -> dict[str, Economy]:
    header, rows = read_own_table(path, ("economy", "year", "status"), faults)
    names = [name for name in header if name not in ("economy", "year", "status")]
    for name in names:
        if name not in series():
            faults.add(f"{path}, column {name}", "is no series", did_you_mean(name, series()))
    names = [name for name in names if name in series()]
    found: dict[str, dict[int, tuple[int, str, dict[str, float]]]] = {}
    for line, row in rows:
        place = f"{path}, line {line}"
        code = _code(row["economy"], place, known, faults)
        year = row["year"]
        if not (year.isdecimal() and year.isascii() and EARLIEST <= int(year) <= LATEST):
            faults.add(f"{place}, year", f"{year!r} is no year", f"Write a year from {EARLIEST} to {LATEST}.")
            continue
        if row["status"] not in STATUS:
            faults.add(
                f"{place}, status",
                f"{row['status']!r} is neither actual nor projection",
                did_you_mean(row["status"], STATUS),
            )
        values = {name: _number(row[name], f"{place}, {name}", series()[name], faults) for name in names}
        if code:
            mine = found.setdefault(code, {})
            if int(year) in mine:
                faults.add(
                    place, f"{code} {year} stands in line {mine[int(year)][0]} too", "Keep one of the two."
                )
            mine[int(year)] = (line, row["status"], values)
    return {
        code: one
        for code, years in sorted(found.items())
        if (one := _economy(path, code, years, names, faults))
    }


def _economy(
    path: Path,
    code: str,
    years: Mapping[int, tuple[int, str, dict[str, float]]],
    names: Sequence[str],
    faults: FaultList,
) -> Economy | None:
    """The rows of an economy as paths, after what can be wrong with them together."""
    order = sorted(years)
    place = f"{path}, {code}"
    gaps = sorted(set(range(order[0], order[-1] + 1)) - set(order))
    if gaps:
        faults.add(
            place, f"has no row of {spans(gaps)}", "Write a row for each year; unknown cells are left empty."
        )
    ahead = [year for year in order if years[year][1] == "projection"]
    if not ahead:
        faults.add(
            place, "has no year of projection", "Write status projection from the first year of it on."
        )
        return None
    late = [year for year in order if year > ahead[0] and years[year][1] == "actual"]
    if late:
        faults.add(
            f"{place} {spans(late)}",
            f"is actual after the projection that starts in {ahead[0]}",
            "Give one year in which projections begin.",
        )
    _check_sums(place, {year: years[year][2] for year in order}, faults)
    span = range(order[0], order[-1] + 1)
    empty = dict.fromkeys(names, math.nan)
    table = {
        name: np.array([years[year][2][name] if year in years else empty[name] for year in span])
        for name in names
    }
    return Economy(code, tuple(span), ahead[0], table)


def _check_sums(place: str, values: Mapping[int, Mapping[str, float]], faults: FaultList) -> None:
    """A whole is no less than its part, and what ratios are made to is not zero."""
    for part, whole, said in (
        ("pv_external", "pv_public", "Give the present value of all public debt."),
        ("interest_external", "service_external", "Give interest and principal together."),
    ):
        less = [year for year, one in values.items() if one.get(part, math.nan) > one.get(whole, math.nan)]
        if less:
            reason = f"is below {part}, which is part of it: {values[less[0]][whole]:g} and {values[less[0]][part]:g}"
            faults.add(f"{place} {spans(less)}, {whole}", reason, said)
    for name in ("gdp", "exports", "revenue"):
        none = [year for year, one in values.items() if one.get(name) == 0]
        if none:
            reason, remedy = (
                "is zero: no ratio to it can be made",
                "Leave the cell empty where it is not known.",
            )
            faults.add(f"{place} {spans(none)}, {name}", reason, remedy)


def _code(code: str, place: str, known: frozenset[str], faults: FaultList) -> str:
    if (known and code not in known) or not (len(code) == 3 and code.isascii() and code.isupper()):
        faults.add(
            f"{place}, economy",
            f"{code!r} is no ISO3 code of an economy",
            did_you_mean(code, known) if known else "Write three capital letters, as KGZ.",
        )
        return ""
    return code


def _read_terms(
    path: Path, faults: FaultList, known: frozenset[str], economies: Mapping[str, Economy]
) -> dict[str, dict[str, Term]]:
    _, rows = read_own_table(path, ("economy", "name", "value", "source"), faults)
    found: dict[str, dict[str, Term]] = {}
    for line, row in rows:
        place = f"{path}, line {line}"
        code = _code(row["economy"], place, known, faults)
        if code and economies and code not in economies:
            faults.add(f"{place}, economy", f"{code} has no paths", did_you_mean(code, economies))
        declared = term_rows().get(row["name"])
        if declared is None:
            faults.add(
                f"{place}, name", f"{row['name']!r} is no term", did_you_mean(row["name"], term_rows())
            )
            continue
        if not row["source"]:
            faults.add(
                f"{place}, source",
                f"{row['name']} has no source",
                "Say who published it, or that it is assumed.",
            )
        term = _term(row["value"], f"{place}, value", declared, row["source"], faults)
        mine = found.setdefault(code, {})
        if row["name"] in mine:
            faults.add(place, f"{row['name']} of {code} is given twice", "Keep one of the two.")
        if term is not None:
            mine[row["name"]] = term
    for code, terms in found.items():
        for name in ("", "home_", "commercial_"):
            grace, maturity = terms.get(f"{name}grace"), terms.get(f"{name}maturity")
            if grace and maturity and grace.value >= maturity.value:
                faults.add(
                    f"{path}, {code} {name}maturity",
                    f"{maturity.value:g} years is not above the grace of {grace.value:g}",
                    "Give years to the last repayment.",
                )
    return found


def _term(cell: str, place: str, row: TermRow, source: str, faults: FaultList) -> Term | None:
    if row.unit == "class":
        if cell not in CLASSES:
            faults.add(place, f"{cell!r} is no class", did_you_mean(cell, CLASSES))
            return None
        return Term(float(CLASSES.index(cell)), cell, source)
    if row.unit == "yes or no":
        if cell.lower() not in ("yes", "no"):
            faults.add(place, f"{cell!r} is neither yes nor no", "Write yes or no.")
            return None
        return Term(float(cell.lower() == "yes"), "", source)
    value = _number(cell, place, row, faults)
    if math.isnan(value):
        if not cell:
            faults.add(place, f"{row.name} has no value", "Leave the row out where it is not known.")
        return None
    if row.unit == "years" and value != int(value):
        faults.add(place, f"{cell} is no whole number of years", "Round it as the template does, downwards.")
        return None
    return Term(value, "", source)
