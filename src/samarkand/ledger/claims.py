"""Claims: which margins the items of a programme will fill, checked before anything is computed.

    claims = claims_of(programme)
    check_claims(claims, {item.id: item.kind for item in programme.items})

One margin of one flow has one claim. What a kind may fill stands in the column `margins` of `kinds.csv`, in words
`margin:owner` or `margin:owner:flow`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import cache
from typing import NamedTuple

from samarkand.core.faults import FaultList, did_you_mean
from samarkand.core.scenario import ChargeRule
from samarkand.ledger.margins import flows, margins, narrower, replaced_pairs
from samarkand.programme.model.kinds import kinds
from samarkand.programme.model.models import Programme


class Claim(NamedTuple):
    """That an item fills a margin of a flow in an economy, through an owner; `by` says who claims it, for messages.

    An empty `item` is the programme as a whole, and an empty `economy` every economy in which it has the effect.
    """

    item: str
    economy: str
    margin: str
    flow: str
    owner: str
    by: str


CHARGED: Mapping[ChargeRule, str] = {"annuity": "capex", "spending": "capex", "service": "debt_service"}


def claims_of(
    programme: Programme, without: Collection[str] = (), charge: ChargeRule = "annuity"
) -> tuple[Claim, ...]:
    """What the items of a programme claim by their kinds; `without`: items left out.

    `charge`: in which years capital is charged; as the service of its loans it is a margin of its own.
    """
    capital = CHARGED.get(charge, "capex")
    return tuple(
        claim._replace(item=item.id, margin=capital if claim.margin == "capex" else claim.margin)
        for item in programme.items
        if item.id not in without
        for claim in claims_of_kind(item.kind)
    )


def without_replaced_claims(
    claims: Iterable[Claim], filled: Collection[tuple[str, str]]
) -> tuple[Claim, ...]:
    """Of a margin and one that it replaces, the claim of the one that an item fills: the new one where it does.

    `filled`: pairs of item and margin. A kind may claim both; an item has one of them.
    """
    listed = tuple(claims)
    claimed = {(one.item, one.margin) for one in listed}
    dropped = set()
    for new, old in replaced_pairs():
        for item, _ in [pair for pair in claimed if pair[1] == new and (pair[0], old) in claimed]:
            dropped.add((item, old if (item, new) in filled else new))
    return tuple(one for one in listed if (one.item, one.margin) not in dropped)


def claims_of_kind(kind: str) -> tuple[Claim, ...]:
    """The claims that every item of a kind has, without the item. Raises `ValueError` for a word of another form."""
    return _claims_of_words(kind, kinds()[kind].margins)


@cache
def _claims_of_words(kind: str, words: tuple[str, ...]) -> tuple[Claim, ...]:
    claims = []
    for word in words:
        parts = word.split(":")
        if len(parts) not in (2, 3) or not all(parts):
            raise ValueError(f"kinds.csv: {kind}: {word} is not margin:owner or margin:owner:flow")
        margin, owner, flow = parts if len(parts) == 3 else (*parts, "any")
        claims.append(Claim("", "", margin, flow, owner, f"kind {kind}"))
    return tuple(claims)


def check_claims(claims: Iterable[Claim], kind_of: Mapping[str, str]) -> None:
    """Raise `Faults` with every claim that cannot be made, and every two that count the same money twice.

    `kind_of`: kind by item of the programme.
    """
    faults = FaultList()
    claims = tuple(claims)
    check_words(claims, kind_of, faults)
    for one, other in clashes(claims):
        shared = narrower(one.flow, other.flow) or other.flow
        place = place_of(
            item=one.item or other.item,
            economy=one.economy or other.economy,
            margin=other.margin,
            flow=shared,
        )
        if one.owner == other.owner:
            reason = f"is claimed twice: by {one.by} and by {other.by}"
        else:
            reason = (
                f"has two owners: {one.owner}, claimed by {one.by}, and {other.owner}, claimed by {other.by}"
            )
        faults.add(place, reason, "Withdraw one of the two claims: a margin of a flow is counted once.")
    for new, old in _both_replaced_and_replacing(claims):
        faults.add(
            place_of(item=new.item or old.item, economy=new.economy or old.economy, margin=new.margin),
            f"is claimed by {new.by} beside {old.margin}, which it replaces and which is claimed by {old.by}",
            f"Withdraw one of the two claims: {new.margin} is counted instead of {old.margin}.",
        )
    faults.raise_if_any()


def check_words(claims: Iterable[Claim], kind_of: Mapping[str, str], faults: FaultList) -> None:
    """Add every claim of a word that is not declared, or that the margin or the kind of the item may not have."""
    for claim in claims:
        where = {"item": claim.item, "economy": claim.economy, "margin": claim.margin}
        place = place_of(**where, flow=claim.flow)
        if claim.item and claim.item not in kind_of:
            faults.add(
                place,
                f"{claim.by} names {claim.item}, which is not an item of the programme",
                did_you_mean(claim.item, kind_of),
            )
        if claim.flow not in flows():
            faults.add(
                place,
                f"{claim.by} names the flow {claim.flow}, which is not declared",
                did_you_mean(claim.flow, flows()),
            )
        row = margins().get(claim.margin)
        if row is None:
            faults.add(
                place,
                f"{claim.by} names the margin {claim.margin}, which is not declared",
                did_you_mean(claim.margin, margins()),
            )
            continue
        if claim.flow in flows() and claim.flow not in row.flows:
            faults.add(
                place,
                f"{claim.by} gives it the flow {claim.flow}, which the margin does not have",
                f"Its flows: {', '.join(row.flows)}.",
            )
        if claim.owner not in row.owners:
            faults.add(
                place,
                f"{claim.by} gives it the owner {claim.owner}, which it may not have",
                f"Its owners: {', '.join(row.owners)}.",
            )
        if row.kinds and kind_of.get(claim.item) not in row.kinds:
            kind = kind_of.get(claim.item)
            whose = f"an item of kind {kind}" if kind else "the programme as a whole"
            faults.add(place, f"{whose} may not have it", f"Only these kinds may: {', '.join(row.kinds)}.")


def clashes(claims: Iterable[Claim]) -> Iterator[tuple[Claim, Claim]]:
    """Every two claims of the same money: of one margin, with an item, an economy and a flow in common."""
    earlier: dict[str, dict[str, dict[str, list[Claim]]]] = {}  # by margin, item, economy
    for claim in claims:
        items = earlier.setdefault(claim.margin, {})
        for item in _in_common(claim.item, items):
            for economy in _in_common(claim.economy, items[item]):
                for one in items[item][economy]:
                    if narrower(one.flow, claim.flow) is not None:
                        yield one, claim
        items.setdefault(claim.item, {}).setdefault(claim.economy, []).append(claim)


def _both_replaced_and_replacing(claims: Iterable[Claim]) -> Iterator[tuple[Claim, Claim]]:
    """A claim of a margin and one of a margin that it replaces, once for each item, whatever their economies: an item
    is charged in one way as a whole."""
    first: dict[str, dict[str, Claim]] = {}  # by margin, item
    for claim in claims:
        first.setdefault(claim.margin, {}).setdefault(claim.item, claim)
    for new, old in replaced_pairs():
        for claim in first.get(new, {}).values():
            of_old = first.get(old, {})
            for item in _in_common(claim.item, of_old):
                yield claim, of_old[item]


def _in_common(name: str, names: Collection[str]) -> tuple[str, ...]:
    """Those of `names` that `name` shares something with; the empty name is all of them."""
    if not name:
        return tuple(names)
    return tuple(one for one in (name, "") if one in names)


def place_of(**where: str | int) -> str:
    """Where a claim or row stands: `ledger, item railway, economy KGZ, margin capex`."""
    if not where.get("item", True):
        where["item"] = "(the programme as a whole)"
    return ", ".join(("ledger", *(f"{name} {word}" for name, word in where.items() if word)))
