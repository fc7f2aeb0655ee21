"""Capital cost and net worth of the year on the first page: sentences, steps, the table by economy, and their JSON."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from samarkand.ledger.margins import margins
from samarkand.priorities.faces import Table
from samarkand.reports.figures import figure, money, plural
from samarkand.worth.net_worth import NetWorth

MOST = 10  # economies by name
NAMED = 2  # margins by name in one line; the report has them all


def capital_line(found: NetWorth) -> str:
    """What all items cost, and what share of it stands against a purpose that is assessed, in one sentence."""
    capital = found.capital
    if not capital.published:
        return "No capital cost is published."
    return (
        f"Capital cost {money(capital.published)} ({capital.published_of} of {plural(capital.items, 'item')}), "
        f"{capital.assessed_share:.0%} for a purpose assessed in part."
    )


def net_worth_steps(found: NetWorth) -> list[tuple[str, float]]:
    """What direct margins add to real income in the year, step by step; nothing where there are none."""
    if not found.gains:
        return []
    steps = [(f"Gained beside it: {_titles(found)}", found.direct.central)]
    if found.cost:
        steps.append(("Charged for the items that have these alone", -found.cost))
    return [*steps, ("Net worth of the year, with real income after payment", found.total.central)]


def net_worth_line(found: NetWorth) -> str:
    """The same in one sentence; empty where there are none."""
    if not found.gains:
        return ""
    gained, cost, total = (
        figure(amount, "US$ m", sign=True)
        for amount in (found.direct.central, -found.cost, found.total.central)
    )
    charged = f", {cost} charged for items that have these alone" if found.cost else ""
    words = _titles(found) if len(found.by_margin) <= NAMED else f"{len(found.by_margin)} direct margins"
    return f"Beside it, US$ m a year: {words} {gained}{charged}; net worth {total}."


def _titles(found: NetWorth) -> str:
    return ", ".join(margins()[name].title.lower() for name in found.by_margin)


def direct_by_economy(found: NetWorth, name: Callable[[str], str]) -> Table | None:
    """Who gets the direct margins and is charged for the items that have these alone; None where there are none."""
    if not found.gains:
        return None
    columns = [{code: one.central for code, one in of_economy.items()} for of_economy in found.gains.values()]
    columns.append({code: -cost for code, cost in found.charged.items()})
    columns.append({code: found.net_of(code) for code in found.economies})
    first = found.economies if len(found.economies) <= MOST + 1 else found.economies[:MOST]
    rest = found.economies[len(first) :]
    groups: list[tuple[str, tuple[str, ...]]] = [(name(code), (code,)) for code in first]
    groups += [(f"{len(rest)} others", rest)] if rest else []
    groups.append(("All economies", found.economies))
    rows = tuple(
        (
            words,
            *(figure(sum(column.get(code, 0.0) for code in group), "US$ m", sign=True) for column in columns),
        )
        for words, group in groups
    )
    titles = [margins()[one].title.lower() for one in found.gains]
    low, _, high = found.direct
    note = (
        f"US$ m in {found.year}, of items in service; economies grow only where they are projected. By the ranges of "
        f"their parameters all direct gains are {money(low)} to {money(high)}. What economies pay each other for "
        "electricity, and passengers to operators, adds up to nothing."
    )
    heads = ("", *titles, "charged", "together")
    return Table("Beside real income: direct gains by economy", heads, rows, note)


def capital_card(found: NetWorth) -> dict[str, Any]:
    """Capital cost for `appraisal.json`: US$ m, of how many items, and the share that has an assessed purpose."""
    capital = found.capital
    share = capital.assessed_share if math.isfinite(capital.assessed_share) else None
    return {
        "unit": "US$ m", "published": capital.published, "published_of": capital.published_of, "items": capital.items,
        "assessed": capital.assessed, "assessed_share": share,
    }  # fmt: skip


def net_worth_card(found: NetWorth) -> dict[str, Any]:
    """Net worth of the year for `appraisal.json`: real income of all economies, direct gains by margin and economy."""
    gains = {
        margin: {code: amount._asdict() for code, amount in of_economy.items()}
        for margin, of_economy in found.gains.items()
    }
    return {
        "unit": "US$ m a year", "year": found.year, "real_income": found.real_income, "gains": gains,
        "charged": dict(found.charged), "direct": found.direct._asdict(), "net_worth": found.total._asdict(),
    }  # fmt: skip
