"""The page of an item: its capital stack, what is drawn and paid by year, grant elements and costs."""

from __future__ import annotations

import numpy as np

from samarkand.priorities.faces import NO_FIGURE, Answer, Chart, Page, Table, shown
from samarkand.priorities.finance.assessment import stack_of, viability_in
from samarkand.priorities.finance.concessionality import (
    calc_all_in_cost,
    calc_dac_grant_share,
    calc_grant_share,
)
from samarkand.priorities.finance.tranches import Tranche
from samarkand.priorities.finance.viability import Viability
from samarkand.priorities.finance.viability_page import chart_of, sentences, tables_of
from samarkand.programme.model.models import Financing, Item

FLOWS = ("drawn", "interest", "principal", "fees", "service", "owed")
WORDS = {
    "public_external": "public, external",
    "public_domestic": "public, domestic",
    "state_owned": "state-owned borrower",
    "private_non_guaranteed": "private, not guaranteed",
    "undeclared": "not declared",
}
NOBODY = "Nobody is published who finances this item."


def stack_page(answer: Answer, item: Item) -> Page:
    """Who finances an item and how; by year what is drawn, paid and owed, in nominal US$ m."""
    mine = [one for one in stack_of(answer.timeline) if one.item.id == item.id]
    lent = [one for one in mine if one.schedule is not None]
    viability = viability_in(answer.timeline, item)
    lead = [*(_lead(item, mine, lent) if item.financing else (NOBODY,)), *sentences(viability)]
    tables = [_stack(answer, mine), _concessionality(answer, mine)] if mine else []
    tables += _guarantees(answer, item)
    charts = []
    if lent:
        tables.append(_by_year(lent))
        charts.append(_chart(lent))
    if isinstance(viability, Viability):
        tables += tables_of(viability)
        charts.append(chart_of(viability))
    return Page(f"Finance of {item.title}", tuple(lead), tuple(charts), tuple(tables))


def _lead(item: Item, mine: list[Tranche], lent: list[Tranche]) -> list[str]:
    capex = item.capex.value if item.capex is not None else None
    known = [one.amount for one in mine if one.amount is not None]
    financed = _money(sum(known) if known else None)
    said = [f"Capital cost: {_money(capex)}. Sources of finance with an amount: {financed}."]
    if capex and known and capex - sum(known) > 1e-6 * capex:
        rest, unknown = _money(capex - sum(known)), sum(1 for one in mine if one.amount is None)
        others = f"; {unknown} of the sources have no published amount" if unknown else ""
        said.append(f"Who finances the other {rest} is not published{others}.")
    if lent:
        cost, service = calc_all_in_cost(lent), sum(float(one.by_year["service"].sum()) for one in lent)
        drawn = sum(float(one.by_year["drawn"].sum()) for one in lent)
        said.append(
            f"What is lent with known terms, {_money(drawn)}, costs {shown(cost, '.2f', 100, '%')} a year all in; "
            f"{_money(service)} is paid on it in all. Figures by year are nominal US dollars."
        )
    said += [
        f"Tranche {one.case} has no schedule: needs {'; '.join(one.missing)}." for one in mine if one.missing
    ]
    return said


def _stack(answer: Answer, mine: list[Tranche]) -> Table:
    rows = []
    for one in mine:
        line = one.line
        rows.append(
            (
                one.case, answer.programme.party(line.party).name, line.instrument.replace("_", " "),
                NO_FIGURE if one.amount is None else f"{one.amount:,.1f}", one.currency, _rate(line),
                _years(line, "maturity"), _years(line, "grace"),
                str(line.get("profile") or "equal_principal").replace("_", " ") if line.is_debt else "",
                WORDS[one.perimeter] if line.is_debt else "", _secured(answer, line),
            )
        )  # fmt: skip
    heads = (
        "tranche", "financier", "instrument", "US$ m", "currency", "rate", "maturity", "grace", "repayment",
        "perimeter", "security",
    )  # fmt: skip
    note = "Grace counts the years without repayment; n/a is not published."
    return Table("Capital stack", heads, tuple(rows), note, numbers=11)


def _rate(line: Financing) -> str:
    fixed, margin, base = line.figure("interest_rate"), line.figure("margin"), line.get("base_rate")
    if fixed is not None:
        return f"{100 * (fixed.value or 0.0):.2f} %"
    if margin is not None and base is not None:
        return f"{base} + {100 * (margin.value or 0.0):.2f} %"
    return NO_FIGURE if line.is_debt else ""


def _years(line: Financing, name: str) -> str:
    found = line.figure(name)
    return (NO_FIGURE if line.is_debt else "") if found is None else f"{found.value:g} years"


def _secured(answer: Answer, line: Financing) -> str:
    """Who else answers for it, and how, in words."""
    said = [str(line.get("seniority"))] if line.get("seniority") else []
    for name, words in (("guarantor", "guaranteed by"), ("lent_on_by", "lent on by")):
        if line.get(name):
            said.append(f"{words} {answer.programme.party(line.get(name)).name}")
    if line.get("collateral"):
        said.append(str(line.get("collateral")))
    yes = (("escrow", "escrow account"), ("confidential", "terms confidential"))
    said += [words for name, words in yes if line.is_true(name)]
    return ", ".join(said)


def _concessionality(answer: Answer, mine: list[Tranche]) -> Table:
    parameters = answer.timeline.assumptions.parameters
    rate, least = (parameters[name] for name in ("grant_element_discount_rate", "concessional_grant_element"))
    rows = []
    for one in mine:
        element = calc_grant_share(one, rate)
        word = NO_FIGURE if np.isnan(element) else "yes" if element >= least else "no"
        dac = calc_dac_grant_share(one, answer.world, parameters)
        cost = calc_all_in_cost([one])
        elements = (shown(value, ".1f", 100, "%") for value in (element, dac))
        rows.append((one.case, *elements, word, shown(cost, ".2f", 100, "%")))
    note = (
        f"Grant elements as if drawn at once: at {rate:.0%} (International Monetary Fund and World Bank; concessional "
        f"from {least:.0%}) and at the rate of the Development Assistance Committee for the income group of the host."
    )
    heads = ("tranche", "grant element", "under the DAC's rule", "concessional", "all-in cost a year")
    return Table("What the terms are worth", heads, tuple(rows), note)


def _guarantees(answer: Answer, item: Item) -> list[Table]:
    rows = [
        (
            answer.programme.party(line.party).name,
            NO_FIGURE if (found := line.figure("amount")) is None else f"{found.value:,.1f}",
        )
        for line in item.financing
        if line.instrument == "guarantee"
    ]
    note = "What is guaranteed is no debt of the guarantor while it is not called."
    return [Table("Guarantees", ("guarantor", "US$ m"), tuple(rows), note)] if rows else []


def _by_year(lent: list[Tranche]) -> Table:
    years = range(min(one.years.start for one in lent), max(one.years.stop for one in lent))
    rows = tuple(
        (str(year), *(f"{sum(_of(one, name, year) for one in lent):,.2f}" for name in FLOWS))
        for year in years
    )
    heads = ("year", "drawn", "interest paid", "repaid", "fees", "service", "owed at its end")
    return Table("By year, US$ m", heads, rows, "All tranches with known terms.")


def _chart(lent: list[Tranche]) -> Chart:
    years = tuple(range(min(one.years.start for one in lent), max(one.years.stop for one in lent)))
    series = {
        words: [sum(_of(one, name, year) for one in lent) for year in years]
        for name, words in (("interest", "interest"), ("principal", "repayment"), ("service", "service"))
    }
    return Chart("Service by year", "US$ m a year", years, series)


def _of(tranche: Tranche, name: str, year: int) -> float:
    at = year - tranche.years.start
    return float(tranche.by_year[name][at]) if 0 <= at < len(tranche.years) else 0.0


def _money(value: float | None) -> str:
    return "not published" if value is None else f"US$ {value:,.0f} m"
