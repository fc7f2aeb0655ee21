"""Who pays: the capex of what is open or being built, in the years of one rule, to the economies that bear it.

One ledger and one charge (`charging`): the annuity of capex, what is spent, or debt service, never two of them. A
grant, equity or budget line is borne by the economy of the party that gives it, a loan or bond by those who service it.
What no financing is published for is borne by the host where there is one host; where there are several it is not
charged, and said so. Capex is taken as published, in US dollars of its own price year, without a deflator and without
an uplift for cost overruns.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import NamedTuple

from samarkand.core.conventions import REST_OF_WORLD
from samarkand.core.gaps import Gap
from samarkand.core.scenario import ChargeRule
from samarkand.programme.channels.charging import building_years, due_in, last_year_of_service
from samarkand.programme.model.models import Financing, Item, Programme

SMALLEST_SHARE = 1e-6  # shares are written with a few decimals


class Charge(NamedTuple):
    """Charge of an item to an economy in a year, US$ m; `party` finances it, and is empty where none is published.

    `economy` is the label of the accounts: an economy without accounts of its own is charged as `ROW`.
    """

    item: str
    economy: str
    party: str
    annual: float


def annual_costs(
    programme: Programme,
    items: Iterable[Item],
    effective: Collection[str],
    parameters: Mapping[str, float],
    labels: Iterable[str],
) -> tuple[dict[str, float], list[Gap]]:
    """Annuities in US$ m a year by label of the accounts, and what is not charged and why: sums of `charges`."""
    charged, gaps = charges(programme, items, effective, parameters, labels)
    return by_economy(charged), gaps


def by_economy(charged: Iterable[Charge]) -> dict[str, float]:
    """Sums of charges in US$ m by label of the accounts, in their order."""
    costs: dict[str, float] = {}
    for one in charged:
        costs[one.economy] = costs.get(one.economy, 0.0) + one.annual
    return dict(sorted(costs.items()))


def is_concerned(item: Item, year: int, rule: ChargeRule, parameters: Mapping[str, float]) -> bool:
    """Whether an item that opens one day can be charged in a year: by an annuity once it is open, else from the first
    year of construction on, too."""
    if rule == "annuity" or item.opening is None or item.is_open(year):
        return item.is_open(year)
    return year in building_years(item, parameters) or (
        rule == "service"
        and building_years(item, parameters).start <= year <= last_year_of_service(item, parameters)
    )


def charges(
    programme: Programme,
    items: Iterable[Item],
    effective: Collection[str],
    parameters: Mapping[str, float],
    labels: Iterable[str],
    rule: ChargeRule = "annuity",
    year: int = 0,
) -> tuple[list[Charge], list[Gap]]:
    """Charges of a year by item, economy that bears them and party that finances, and what is not charged and why.

    `effective`: ids of the items with an assessed effect, which are charged; what the others cost is said and not
    charged. `labels` are those of the accounts. `year` makes no difference to an annuity.
    """
    known = set(labels)
    found: list[Charge] = []
    without_effect: list[Gap] = []
    gaps: list[Gap] = []
    for item in items:
        capex = item.capex.value if item.capex is not None else None
        if item.id not in effective:
            if capex:
                reason = f"not charged: capex of US$ {capex:,.0f} m, but no assessed effect to set against it"
                without_effect.append(Gap(item.id, "cost", reason))
            continue
        if capex is None:
            if item.kind_row.item == "project" or item.financing:
                gaps.append(Gap(item.id, "cost", "not charged: no capex is published"))
            continue
        shares: dict[tuple[str, str], dict[float, float]] = {}  # by amount that is due for the whole capex
        for economy, line, share in _shares(programme, item, gaps):
            due = due_in(item, line, rule, year, parameters)
            if isinstance(due, tuple):
                gaps.append(_without_terms(programme, item, line, share, due))
                continue
            label = economy if economy in known else REST_OF_WORLD
            mine = shares.setdefault((label, line.party if line else ""), {})
            mine[due] = mine.get(due, 0.0) + share
        for (label, party), of_due in shares.items():
            amount = sum(due * share for due, share in of_due.items())
            if amount or rule == "annuity":
                found.append(Charge(item.id, label, party, amount))
    return found, without_effect + gaps


def _without_terms(
    programme: Programme, item: Item, line: Financing | None, share: float, missing: tuple[str, ...]
) -> Gap:
    needs = ", ".join(missing)
    if line is None:
        return Gap(item.id, "cost", f"not assessable as debt service: needs {needs} of {share:.1%} of capex")
    name = programme.party(line.party).name
    reason = (
        f"not assessable as debt service: needs {needs} of {line.named} over {share:.1%} of capex from {name}"
    )
    return Gap(item.id, "cost", reason)


def _shares(
    programme: Programme, item: Item, gaps: list[Gap]
) -> Iterator[tuple[str, Financing | None, float]]:
    """Economy that bears, line that finances, share of capex; what nobody is known to bear is added to `gaps`."""
    left = 1.0
    for line in item.financing:
        share = line.share_of(item.capex)
        if share is None:
            continue
        left -= share
        bearers = _line_bearers(programme, item, line)
        for economy, part in bearers.items():
            yield economy, line, share * part
        if not bearers:
            name = programme.party(line.party).name
            reason = f"not charged: {share:.1%} is {line.named} of {name}, which is no economy"
            gaps.append(Gap(item.id, "cost", reason))
    if left > SMALLEST_SHARE:
        if len(item.economies) == 1:
            yield item.economies[0], None, left
        else:
            reason = f"not charged: who bears {left:.1%} of capex is not published"
            gaps.append(Gap(item.id, "cost", reason))


def _line_bearers(programme: Programme, item: Item, line: Financing) -> dict[str, float]:
    """Who bears a line of financing: those who service a loan or bond, else the party's economy."""
    if line.is_debt:
        return dict(line.serviced_by) or {item.economies[0]: 1.0}
    economy = programme.party(line.party).economy
    return {economy: 1.0} if economy else {}
