"""Who pays: the capex of what is open, as an equal annual charge, to the economies that bear it.

One ledger and one charge: the annuity of capex, never capex and debt service both. A grant, equity or budget
line is borne by the economy of the party that gives it, a loan or bond by those who service it. What no
financing is published for is borne by the host where there is one host; where there are several it is not
charged, and said so. Capex is taken as published, in US dollars of its own price year, without a deflator and
without an uplift for cost overruns.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import NamedTuple

from samarkand.core.conventions import REST_OF_WORLD
from samarkand.core.gaps import Gap
from samarkand.engines.schedules import calc_annuity
from samarkand.programme.model.models import Financing, Item, Programme

SMALLEST_SHARE = 1e-6  # shares are written with a few decimals


class Charge(NamedTuple):
    """Annual charge of an item to an economy, US$ m a year; `party` finances it, and is empty where none is published.

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
    """Annual charge in US$ m a year by label of the accounts, and what is not charged and why: sums of `charges`."""
    charged, gaps = charges(programme, items, effective, parameters, labels)
    costs: dict[str, float] = {}
    for one in charged:
        costs[one.economy] = costs.get(one.economy, 0.0) + one.annual
    return dict(sorted(costs.items())), gaps


def charges(
    programme: Programme,
    items: Iterable[Item],
    effective: Collection[str],
    parameters: Mapping[str, float],
    labels: Iterable[str],
) -> tuple[list[Charge], list[Gap]]:
    """Annual charges by item, economy that bears them and party that finances, and what is not charged and why.

    `effective`: ids of the items with an assessed effect, which are charged; what the others cost is said and not
    charged. `labels` are those of the accounts.
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
        annual = calc_annual_cost(item, parameters)
        shares: dict[tuple[str, str], float] = {}
        for economy, party, share in _shares(programme, item, gaps):
            label = economy if economy in known else REST_OF_WORLD
            shares[label, party] = shares.get((label, party), 0.0) + share
        found += [Charge(item.id, label, party, annual * share) for (label, party), share in shares.items()]
    return found, without_effect + gaps


def calc_annual_cost(item: Item, parameters: Mapping[str, float]) -> float:
    """Annuity of capex over the asset life of the kind at the real interest rate, US$ m a year.

    `a = C r / (1 - (1 + r)^-n)`; 0 where capex is not known.
    """
    if item.capex is None or not item.capex.value:
        return 0.0
    life = item.kind_row.asset_life
    years = parameters[life] if life else parameters["asset_life_border_crossing"]
    return float(calc_annuity(item.capex.value, parameters["real_interest_rate"], years))


def _shares(programme: Programme, item: Item, gaps: list[Gap]) -> Iterator[tuple[str, str, float]]:
    """Economy that bears, party that finances, share of the charge; what nobody is known to bear is added to `gaps`."""
    left = 1.0
    for line in item.financing:
        share = line.share_of(item.capex)
        if share is None:
            continue
        left -= share
        bearers = _line_bearers(programme, item, line)
        for economy, part in bearers.items():
            yield economy, line.party, share * part
        if not bearers:
            name = programme.party(line.party).name
            reason = f"not charged: {share:.1%} is {line.named} of {name}, which is no economy"
            gaps.append(Gap(item.id, "cost", reason))
    if left > SMALLEST_SHARE:
        if len(item.economies) == 1:
            yield item.economies[0], "", left
        else:
            reason = f"not charged: who bears {left:.1%} of capex is not published"
            gaps.append(Gap(item.id, "cost", reason))


def _line_bearers(programme: Programme, item: Item, line: Financing) -> dict[str, float]:
    """Who bears a line of financing: those who service a loan or bond, else the party's economy."""
    if line.is_debt:
        return dict(line.serviced_by) or {item.economies[0]: 1.0}
    economy = programme.party(line.party).economy
    return {economy: 1.0} if economy else {}
