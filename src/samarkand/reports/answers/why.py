"""Why an economy gains or loses: by channel, by item, by partner.

    real income = lower costs of what it buys + terms of trade and transfers - charge + what paying does to prices

Costs of what it buys: rule of half on exact costs. Terms of trade and transfers: what prices and duties move between
economies, up to the exact gain before anybody pays.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from samarkand.priorities.faces import Page, Table
from samarkand.reports.answers.economy import said_of
from samarkand.reports.answers.lines import UNIT, lines_of
from samarkand.reports.figures import figure
from samarkand.reports.summary import NOTHING_SHOWN, summarise
from samarkand.result import Appraisal
from samarkand.worth.gains import calc_user_benefit_by_partner
from samarkand.worth.worth import Worth

EXPLAINED = ("real_income", "real_income_value", "real_income_unpaid", "real_income_unpaid_value")
TRANSIT = "Paid by goods that pass, less what goods that it sells pay"
MOST = 3  # items, and partners


def why_page(appraisal: Appraisal, worth: Worth, code: str) -> Page:
    """Ten lines about the real income of one economy in the last year asked about."""
    name = appraisal.world.name_of(code)
    return Page(
        f"Why {name}: {appraisal.programme.title} · {appraisal.years[-1]}",
        tuple(said_of(appraisal, worth, code)),
        tables=(_channels(appraisal, code), *_items(appraisal, worth, code), *_partners(appraisal, code)),
    )


def _channels(appraisal: Appraisal, code: str) -> Table:
    summary = summarise(appraisal)
    value, before, cost = (
        float(column.get(code, 0.0))
        for column in (summary.real_income_value, summary.unpaid_value, summary.cost)
    )
    users = float(_by_partner(appraisal)[_place(appraisal, code)].sum())
    rows = [
        ("Lower costs of what it buys", users),
        ("Terms of trade and transfers", before - users),
        ("Charged for it", -cost),
        ("Real income", value),
    ]
    transit = appraisal.transit_money
    if transit is not None:
        net = float(transit.net.sel(year=appraisal.years[-1], economy=code))
        rows[1:2] = [("Terms of trade and other transfers", before - users - net), (TRANSIT, net)]
    if abs(prices := value - before + cost) > NOTHING_SHOWN:  # next to nothing without construction demand
        rows.insert(-1, ("What paying does to prices", prices))
    return Table(
        "By channel",
        ("", "US$ m a year"),
        tuple((words, figure(one, UNIT, sign=True)) for words, one in rows),
    )


def _items(appraisal: Appraisal, worth: Worth, code: str) -> Iterable[Table]:
    titles = {item.id: item.title for item in appraisal.programme.items}
    lines = [line for line in lines_of(appraisal, worth) if line.economy == code and line.trade]
    lines.sort(key=lambda line: -abs(line.trade))
    rows = tuple((titles[line.item], figure(line.trade, UNIT, sign=True)) for line in lines[:MOST])
    if rows:
        note = "What it would lose in trade if the item alone were left out, before anybody pays."
        yield Table("By item", ("", "US$ m a year"), rows, note)


def _partners(appraisal: Appraisal, code: str) -> Iterable[Table]:
    """From whom it buys more cheaply."""
    saved, labels = _by_partner(appraisal)[_place(appraisal, code)], list(appraisal.world.labels)
    order = np.argsort(-np.abs(saved), kind="stable")
    rows = []
    for place in order[:MOST]:
        if abs(saved[place]) > NOTHING_SHOWN:
            name = appraisal.world.name_of(labels[place])
            words = "At home" if labels[place] == code else f"From {name}"
            rows.append((words, figure(float(saved[place]), UNIT, sign=True)))
    if rows:
        yield Table("Lower costs of what it buys, by partner", ("", "US$ m a year"), tuple(rows))


def _by_partner(appraisal: Appraisal) -> np.ndarray:
    return calc_user_benefit_by_partner(appraisal.timeline.states[appraisal.years[-1]].solved)


def _place(appraisal: Appraisal, code: str) -> int:
    return list(appraisal.world.labels).index(code)
