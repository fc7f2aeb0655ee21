"""The page of the report on debt: every host of the programme, its own debt by perimeter, and what a signal needs."""

from __future__ import annotations

import numpy as np

from samarkand.priorities.faces import Answer, Chart, Page, Table, shown
from samarkand.priorities.finance.assessment import stack_of
from samarkand.priorities.finance.debt_effect import Owed, owed_by
from samarkand.priorities.finance.debt_framework import covered, framework, ratings
from samarkand.priorities.finance.debt_page import NO_FILE, PERIMETERS, name_of, thresholds_table
from samarkand.priorities.finance.debt_service import years_of

MOST_LINES = 6  # in the chart
MOST_NAMED = 3  # loans without a schedule that are named in a row


def hosts_page(answer: Answer) -> Page | None:
    """The programme's own debt by host; None where nobody services a loan of it."""
    tranches = [one for one in stack_of(answer.timeline) if one.line.is_debt]
    hosts = list(dict.fromkeys(code for one in tranches for code, share in one.hosts.items() if share))
    if not hosts:
        return None
    years = years_of(tranches)
    owed = {code: owed_by(answer, code, years) for code in hosts}
    hosts.sort(key=lambda code: (-_paid(owed[code]), name_of(answer, code)))
    under = sum(code in covered() for code in hosts)
    rules = framework()
    said = (
        f"Economies that service loans of the programme: {len(hosts)}. The joint framework of the IMF and the World "
        f"Bank for low-income countries (vintage {rules.vintage}) applies to {under} of them; no risk signal is given "
        "for the others."
    )
    exact = (
        "What the programme's own loans cost is exact where their terms are published. Nominal US dollars; present "
        "value at the discount rate of 5 % of the service to come on what is drawn."
    )
    needs = f"The mechanical risk signal is not assessable here: needs {NO_FILE} of samarkand debt ECONOMY."
    lead = (said, needs, exact)
    tables = (
        _hosts(answer, hosts, owed), _perimeters(answer, hosts, owed), thresholds_table(rules),
        _missing(answer, hosts, owed),
    )  # fmt: skip
    charts = (_chart(answer, hosts, owed),) if any(_paid(one) for one in owed.values()) else ()
    return Page("Debt of the hosts", lead, charts, tuple(one for one in tables if one.rows))


def _paid(owed: Owed) -> float:
    return sum(float(values.sum()) for values in owed.service.values())


def _hosts(answer: Answer, hosts: list[str], owed: dict[str, Owed]) -> Table:
    rows = []
    for code in hosts:
        rating = ratings().get(code)
        published = "" if rating is None else f"{rating.rating} ({rating.published.isoformat()})"
        without = len(owed[code].unknown)
        total = f"{_paid(owed[code]):,.0f}" if owed[code].perimeters else shown(float("nan"))
        rows.append(
            (name_of(answer, code), "yes" if code in covered() else "no", published, total, str(without))
        )
    heads = ("host", "framework applies", "published rating", "service in all", "loans without a schedule")
    note = (
        "US$ m. Ratings are those of the published analyses, made with judgement and without this programme."
    )
    return Table("Hosts", heads, tuple(rows), note, numbers=3)


def _perimeters(answer: Answer, hosts: list[str], owed: dict[str, Owed]) -> Table:
    rows = []
    for code in hosts:
        one = owed[code]
        for name in one.perimeters:
            at = int(np.argmax(one.service[name]))
            rows.append(
                (
                    name_of(answer, code), PERIMETERS[name], f"{one.service[name][at]:,.1f}", str(one.years[at]),
                    f"{one.debt[name].max():,.1f}", f"{one.value[name].max():,.1f}",
                )
            )  # fmt: skip
    heads = ("host", "perimeter", "highest service of a year", "in", "most owed", "highest present value")
    note = "US$ m. Debt whose perimeter nobody declares is in no ratio."
    return Table("The programme's own debt by perimeter", heads, tuple(rows), note, numbers=2)


def _missing(answer: Answer, hosts: list[str], owed: dict[str, Owed]) -> Table:
    rows = []
    for code in hosts:
        if unknown := owed[code].unknown:
            rest = len(unknown) - MOST_NAMED
            more = f"; {rest} more" if rest > 0 else ""
            rows.append((name_of(answer, code), "; ".join(unknown[:MOST_NAMED]) + more))
    return Table("Loans without a schedule, in no figure", ("host", "loans"), tuple(rows), numbers=2)


def _chart(answer: Answer, hosts: list[str], owed: dict[str, Owed]) -> Chart:
    largest = [code for code in hosts if _paid(owed[code])][:MOST_LINES]
    series = {
        name_of(answer, code): np.sum(list(owed[code].value.values()), axis=0).tolist() for code in largest
    }
    return Chart("Present value of the programme's own debt by host", "US$ m", owed[hosts[0]].years, series)
