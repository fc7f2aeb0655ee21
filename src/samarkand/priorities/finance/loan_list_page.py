"""What a list of loans says: totals by perimeter and currency, service by year, and loans without a schedule."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from samarkand.engines.loans.values import calc_concentration
from samarkand.priorities.faces import NO_FIGURE, Chart, Page, Table, shown
from samarkand.priorities.finance.concessionality import calc_grant_share
from samarkand.priorities.finance.loan_list import ListedLoan
from samarkand.world.parameters import Parameters

MOST_ROWS = 200


def loan_list_page(loans: Sequence[ListedLoan], parameters: Parameters) -> Page:
    """A list of loans as tables; amounts in US$ m."""
    known = [one for one in loans if one.schedule is not None]
    total = sum(one.amount or 0.0 for one in loans)
    lead = [
        f"{len(loans)} loans, US$ {total:,.1f} m; {len(known)} have all the terms that a schedule needs.",
        "Nominal US dollars at the exchange rate of each year; held after the last year that is declared.",
    ]
    tables = [_loans(loans, parameters), _totals(loans)]
    charts: tuple[Chart, ...] = ()
    if known:
        years = range(min(one.years.start for one in known), max(one.years.stop for one in known))
        tables.append(_by_year(known, years))
        paid = [sum(_of(one, "service", year) for one in known) for year in years]
        charts = (Chart("Service by year", "US$ m a year", tuple(years), {"all loans": paid}),)
    if missing := [one for one in loans if one.schedule is None]:
        rows = tuple((one.id, one.title, ", ".join(one.missing)) for one in missing[:MOST_ROWS])
        tables.append(
            Table("Loans without a schedule", ("id", "title", "needs"), rows, _more(missing), numbers=3)
        )
    return Page("Loans of a list", tuple(lead), charts, tuple(tables))


def _more(loans: Sequence[ListedLoan]) -> str:
    return f"The first {MOST_ROWS} of {len(loans)}." if len(loans) > MOST_ROWS else ""


def _loans(loans: Sequence[ListedLoan], parameters: Parameters) -> Table:
    rate = parameters["grant_element_discount_rate"]
    rows = []
    for one in loans[:MOST_ROWS]:
        element = NO_FIGURE
        if one.schedule is not None:
            element = shown(calc_grant_share(one, rate), ".1f", 100, "%")
        rows.append(
            (
                one.id, " ".join(one.hosts), one.line.party, one.currency, one.perimeter,
                NO_FIGURE if one.amount is None else f"{one.amount:,.1f}", element,
            )
        )  # fmt: skip
    heads = ("id", "economy", "financier", "currency", "perimeter", "US$ m", "grant element")
    return Table("Loans", heads, tuple(rows), _more(loans), numbers=5)


def _totals(loans: Iterable[ListedLoan]) -> Table:
    views: dict[str, Callable[[ListedLoan], str]] = {
        "perimeter": lambda one: one.perimeter,
        "currency": lambda one: one.currency,
        "financier": lambda one: one.line.party,
        "economy": lambda one: " ".join(one.hosts),
        "year of the first drawdown": lambda one: str(one.line.get("first_drawdown").year),
    }
    rows = []
    for name, view in views.items():
        sums: dict[str, float] = {}
        for one in loans:
            sums[view(one)] = sums.get(view(one), 0.0) + (one.amount or 0.0)
        index = calc_concentration(list(sums.values()))
        largest = max(sums, key=lambda key: sums[key]) if sums else ""
        rows.append((name, str(len(sums)), largest, f"{sums.get(largest, 0.0):,.1f}", shown(index, ".2f")))
    heads = ("by", "number", "largest", "US$ m", "concentration")
    return Table("Spread", heads, tuple(rows), "Herfindahl-Hirschman index of amounts.")


def _by_year(known: Sequence[ListedLoan], years: range) -> Table:
    names = ("drawn", "interest", "principal", "fees", "service", "owed")
    rows = tuple(
        (str(year), *(f"{sum(_of(one, name, year) for one in known):,.2f}" for name in names))
        for year in years
    )
    return Table("By year, US$ m", ("year", *names), rows, "Loans with a schedule.")


def _of(loan: ListedLoan, name: str, year: int) -> float:
    at = year - loan.years.start
    return float(loan.by_year[name][at]) if 0 <= at < len(loan.years) else 0.0
