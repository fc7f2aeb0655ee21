"""The page of the report: who lends what to whom, what it costs and who is owed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np

from samarkand.engines.loans.values import calc_concentration
from samarkand.priorities.faces import Answer, Chart, Page, Table, shown
from samarkand.priorities.finance.assessment import NO_TERMS, stack_of, viability_in
from samarkand.priorities.finance.concessionality import calc_all_in_cost, calc_grant_share
from samarkand.priorities.finance.debt_hosts_page import hosts_page
from samarkand.priorities.finance.tranches import Tranche

MOST_LINES = 6  # in a chart
MOST_ROWS = 10  # in a table of the report
ALL = 10_000
NOMINAL = "Nominal US dollars; loans whose terms are not known whole are in no sum by year."
MORE_PAGES = {"debt": hosts_page}  # of the report


def page(answer: Answer, most: int = MOST_ROWS) -> Page:
    """Sources of finance by financier, service by host, concentration, and what is not known.

    `most`: rows of a table at most; the report shows the first of them, the command all.
    """
    tranches = stack_of(answer.timeline)
    lent = [one for one in tranches if one.line.is_debt]
    known = [one for one in lent if one.schedule is not None]
    committed = sum(one.amount for one in tranches if one.amount is not None)
    items = len({one.item.id for one in tranches})
    lead = [
        f"{len(tranches)} sources of finance of {items} items; US$ {committed:,.0f} m in those with an amount.",
        f"Of {len(lent)} loans and bonds {len(known)} have all the terms that a schedule needs."
        if known
        else f"Of {len(lent)} loans and bonds none has all the terms that a schedule needs.",
    ]
    tables = [_commitments(answer, tranches), _spread(tranches)]
    charts: list[Chart] = []
    if known:
        lead.append(NOMINAL)
        tables.insert(0, _terms(answer, known))
        charts.append(_service(answer))
    else:
        lead.append(f"Service by year is not assessable: {NO_TERMS}.")
    if (fiscal := _fiscal(answer)) is not None:
        charts.append(fiscal)
    tables.append(_viability(answer))
    if missing := [one for one in lent if one.schedule is None]:
        tables.append(_missing(answer, missing))
    shorter = tuple(_shortened(table, most) for table in tables)
    return Page("Finance: who lends what to whom", tuple(lead), tuple(charts), shorter)


def _shortened(table: Table, most: int) -> Table:
    if len(table.rows) <= most:
        return table
    note = f"{table.note} {most} of {len(table.rows)} rows; all of them: samarkand finance.".strip()
    return replace(table, rows=table.rows[:most], note=note)


def _terms(answer: Answer, known: list[Tranche]) -> Table:
    rate = answer.timeline.assumptions.parameters["grant_element_discount_rate"]
    rows = tuple(
        (
            one.item.title, answer.programme.party(one.line.party).name, f"{one.amount:,.0f}",
            shown(calc_grant_share(one, rate), ".1f", 100, "%"), shown(calc_all_in_cost([one]), ".2f", 100, "%"),
            f"{max(one.by_year['service']):,.1f}", str(one.years.start + int(np.argmax(one.by_year["service"]))),
        )
        for one in known
    )  # fmt: skip
    heads = ("item", "financier", "US$ m", "grant element", "all-in cost", "highest service", "in")
    return Table("Loans with known terms", heads, rows, "Service in US$ m a year.", numbers=2)


def _commitments(answer: Answer, tranches: tuple[Tranche, ...]) -> Table:
    amounts: dict[str, list[float]] = {}
    for one in tranches:
        mine = amounts.setdefault(one.line.party, [0.0, 0.0, 0.0, 0.0])
        if one.amount is None:
            mine[3] += 1
        elif one.line.is_debt:
            mine[0] += one.amount
        elif one.line.instrument == "grant":
            mine[1] += one.amount
        else:
            mine[2] += one.amount
    order = sorted(amounts.items(), key=lambda pair: -sum(pair[1][:3]))
    rows = tuple(
        (answer.programme.party(name).name, *(f"{one:,.0f}" for one in found[:3]), f"{found[3]:.0f}")
        for name, found in order
    )
    heads = ("financier", "lent", "given", "equity and budget", "sources without an amount")
    return Table(
        "By financier, US$ m committed", heads, rows, "Of the items asked about, whenever they open."
    )


def _spread(tranches: tuple[Tranche, ...]) -> Table:
    """Concentration of what is lent over financiers, hosts, sectors, years and currencies."""
    lent = [one for one in tranches if one.line.is_debt and one.amount is not None]
    views: dict[str, Callable[[Tranche], Mapping[str, float]]] = {
        "financier": lambda one: {one.line.party: 1.0},
        "host": lambda one: dict(one.hosts),
        "kind of item": lambda one: {one.item.kind: 1.0},
        "year of the first drawdown": lambda one: {str(one.years.start): 1.0} if one.years else {},
        "currency": lambda one: {one.currency: 1.0},
    }
    rows = []
    for name, view in views.items():
        sums: dict[str, float] = {}
        for one in lent:
            for key, share in view(one).items():
                sums[key] = sums.get(key, 0.0) + share * (one.amount or 0.0)
        largest = max(sums, key=lambda key: sums[key]) if sums else ""
        share = sums[largest] / sum(sums.values()) if sums else float("nan")
        index = calc_concentration(list(sums.values()))
        rows.append((name, str(len(sums)), largest, shown(share, ".0f", 100, "%"), shown(index, ".2f")))
    note = "Herfindahl-Hirschman index: 1 where everything lies with one, 1 / n where it is spread evenly over n."
    return Table(
        "Spread of what is lent", ("by", "number", "largest", "its share", "concentration"), tuple(rows), note
    )


def _service(answer: Answer) -> Chart:
    """Service by host, the largest ones."""
    paid = answer.by_year("programme_service").sum("case")
    years = tuple(int(year) for year in paid["year"].to_numpy())
    total = paid.sum("year").to_series().sort_values(ascending=False)
    largest = [name for name, value in total.items() if value > 0][:MOST_LINES]
    series = {answer.world.name_of(str(name)): paid.sel(economy=name).to_numpy().tolist() for name in largest}
    return Chart("Service of the programme's loans by host", "US$ m a year", years, series)


def _viability(answer: Answer) -> Table:
    """Items whose revenue is known."""
    rows = []
    for item in answer.timeline.items:
        found = viability_in(answer.timeline, item)
        if isinstance(found, str):
            continue
        chance = found.shortfalls[1] if found.has_loans else float("nan")
        rows.append(
            (
                item.title, found.revenue.words, shown(found.rate_of_return.value, ".1f", 100, "%"),
                f"{found.present_value:,.0f}", shown(found.lowest_cover if found.has_loans else float("nan"), ".2f"),
                shown(chance, ".0f", 100, "%"),
            )
        )  # fmt: skip
    note = (
        "Nominal US dollars, after tax. All other items: not assessable, their revenue or tariffs are not published; "
        "that is not a revenue of nothing."
    )
    heads = ("item", "revenue", "rate of return", "net present value, US$ m", "lowest cover", "cover under 1")
    return Table("Whether items pay", heads, tuple(rows), note, numbers=2)


def _fiscal(answer: Answer) -> Chart | None:
    """Cash of the governments that pay or get most in any year."""
    cash = answer.by_year("fiscal_cash")
    if "economy" not in cash.dims:
        return None
    widest = abs(cash).max("year").to_series().sort_values(ascending=False)
    series = {
        answer.world.name_of(str(code)): cash.sel(economy=code).fillna(0.0).to_numpy().tolist()
        for code in widest.index[:MOST_LINES]
    }
    years = tuple(int(year) for year in cash["year"].to_numpy())
    return Chart("Cash of governments: tax less service and what they pay in", "US$ m a year", years, series)


def _missing(answer: Answer, missing: list[Tranche]) -> Table:
    rows = tuple(
        (one.item.title, answer.programme.party(one.line.party).name, "; ".join(one.missing))
        for one in missing
    )
    return Table("Loans without a schedule", ("item", "financier", "needs"), rows, numbers=3)
