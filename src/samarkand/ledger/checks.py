"""What must hold of the rows of a ledger, all of it checked before one is made.

Of a transfer: with `x` the central values of one item, margin, flow, case and year over all economies and parties,

    sum x = 0

and the same at the smallest and at the largest amount within the range: who receives then has the low and who gives the
high of the row, or the other way round.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import pandas as pd

from samarkand.core.faults import FaultList
from samarkand.core.schema import GRADES
from samarkand.ledger.claims import Claim, check_claims, check_words, clashes, place_of
from samarkand.ledger.margins import is_within, margins, narrower

KEY = ("item", "economy", "party", "case", "margin", "flow", "year")
CLAIMED = ("item", "economy", "margin", "flow", "owner")
OF_TRANSFER = ("item", "margin", "flow", "case", "year")  # what adds up to zero over economies and parties
ROUNDING = 1e-9  # of the gross: shares of an amount are each rounded at 1e-16, and some are typed in

Reason = Callable[[pd.Series], str]


def check_rows(rows: pd.DataFrame, claims: Sequence[Claim], kind_of: Mapping[str, str]) -> None:
    """Raise `Faults` with everything that is wrong with the rows of a ledger, and with the claims they rest on."""
    faults = FaultList()
    faults.attempt(lambda: check_claims(claims, kind_of))
    _check_owners(rows, claims, kind_of, faults)
    _check_values(rows, faults)
    _check_transfers(rows, faults)
    faults.raise_if_any()


def _check_owners(
    rows: pd.DataFrame, claims: Sequence[Claim], kind_of: Mapping[str, str], faults: FaultList
) -> None:
    """Margins, flows and owners: declared, claimed, and none twice."""
    filled = [
        Claim(item, economy, margin, flow, owner, f"a row of {owner}")
        for item, economy, margin, flow, owner in rows[list(CLAIMED)]
        .drop_duplicates()
        .astype(object)
        .to_numpy()
    ]
    without_economy = dict.fromkeys(one._replace(economy="") for one in filled)
    check_words(without_economy, kind_of, faults)
    claimed: dict[tuple[str, str, str], list[Claim]] = {}
    for claim in claims:
        claimed.setdefault((claim.item, claim.margin, claim.owner), []).append(claim)
    unclaimed: dict[Claim, list[str]] = {}
    for one in filled:
        mine = claimed.get((one.item, one.margin, one.owner), ())
        if one.item and not any(_covers(claim, one) for claim in mine):
            unclaimed.setdefault(one._replace(economy=""), []).append(one.economy)
    for one, economies in unclaimed.items():
        faults.add(
            place_of(item=one.item, economy=economies[0], margin=one.margin, flow=one.flow),
            f"has rows of the owner {one.owner} that nobody claims{_more(len(economies), 'economy', 'economies')}",
            "Claim them before anything is computed, or leave them out.",
        )
    twice: dict[tuple[Claim, Claim], list[str]] = {}
    for one, other in clashes(filled):
        pair = one._replace(economy=""), other._replace(economy="")
        twice.setdefault(pair, []).append(one.economy or other.economy)
    for (one, other), economies in twice.items():
        item, flow = one.item or other.item, narrower(one.flow, other.flow) or one.flow
        more = _more(len(economies), "economy", "economies")
        faults.add(
            place_of(item=item, economy=economies[0], margin=one.margin, flow=flow),
            f"has rows that count the same money: {_rows_of(one)}, and {_rows_of(other)}{more}",
            "Leave one of the two out: a margin of a flow is counted once.",
        )
    _each(
        rows, rows.duplicated(list(KEY)), faults,
        lambda row: "is written twice", "Add the two amounts up, or leave one of the rows out.",
    )  # fmt: skip


def _covers(claim: Claim, row: Claim) -> bool:
    return claim.economy in ("", row.economy) and is_within(row.flow, claim.flow)


def _rows_of(one: Claim) -> str:
    return f"rows of the owner {one.owner} for {one.item or 'the programme as a whole'}, flow {one.flow}"


def _check_values(rows: pd.DataFrame, faults: FaultList) -> None:
    """Numbers in their order and of their sign, grades and sources."""
    low, central, high = (rows[name] for name in ("low", "central", "high"))
    missing = ~np.isfinite(central)
    half = ~(low.isna() & high.isna()) & ~(np.isfinite(low) & np.isfinite(high))
    _each(
        rows, missing, faults,
        lambda row: "has no value", "Give a number, or leave the row out and say why it is not assessed.",
    )  # fmt: skip
    _each(
        rows, half, faults,
        lambda row: f"has a range with one end: {row.low:g} to {row.high:g}", "Give both ends, or none.",
    )  # fmt: skip
    _each(
        rows, ~missing & ~half & ((low > central) | (central > high)), faults,
        lambda row: f"has the value {row.central:g} outside its range {row.low:g} to {row.high:g}",
        "Put them in order: low, central, high, of what the economy gains.",
    )  # fmt: skip
    costs = [row.margin for row in margins().values() if row.sign == "cost"]
    _each(
        rows, ~half & rows["margin"].isin(costs) & (np.fmax(central, high) > 0), faults,
        lambda row: f"is a cost and has a value above zero: {np.fmax(row.central, row.high):g}",
        "Turn its sign: rows are gains, and costs are below zero.",
    )  # fmt: skip
    _each(
        rows, ~rows["grade"].isin(GRADES), faults,
        lambda row: f"has the grade {row.grade or '(none)'}", f"Grades are {', '.join(GRADES)}.",
    )  # fmt: skip
    _each(
        rows, rows["source"].isin([word for word in rows["source"].cat.categories if not word.strip()]), faults,
        lambda row: "has no source", "Say what the figure rests on.",
    )  # fmt: skip


def _check_transfers(rows: pd.DataFrame, faults: FaultList) -> None:
    """Transfers add up to zero over economies and parties, at every end of their range."""
    names = [row.margin for row in margins().values() if row.transfer]
    moved = rows[rows["margin"].isin(names) & np.isfinite(rows["central"])]
    if moved.empty:
        return
    low, central, high = (moved[name] for name in ("low", "central", "high"))
    receives = np.where(central != 0, central > 0, low.fillna(0.0) + high.fillna(0.0) > 0)
    amounts = pd.DataFrame(
        {
            "central": central,
            "low": np.where(receives, low, high),
            "high": np.where(receives, high, low),
            "paid": (-central).clip(lower=0.0),
            "received": central.clip(lower=0.0),
            "ranged": low.notna().astype(float),
        }
    )
    gross = amounts[["central", "low", "high"]].abs().add_suffix("_gross")
    groups = [moved[name] for name in OF_TRANSFER]
    each = pd.concat([amounts, gross], axis=1).assign(rows=1.0)
    sums = each.groupby(groups, sort=False, observed=True).sum()
    sums = sums.reset_index()
    paid, received = sums["paid"], sums["received"]
    off = {name: sums[name].abs() > ROUNDING * sums[f"{name}_gross"] for name in ("central", "low", "high")}
    one_sided = (paid > 0) != (received > 0)
    partly = (sums["ranged"] > 0) & (sums["ranged"] < sums["rows"])

    def who(row: pd.Series) -> str:
        """The economies with a row in a transfer, with their parties."""
        mine = np.logical_and.reduce([moved[name] == row[name] for name in OF_TRANSFER])
        pairs = moved.loc[mine & (central != 0), ["economy", "party"]].astype(object).drop_duplicates()
        return ", ".join(f"{economy} ({party})" if party else economy for economy, party in pairs.to_numpy())

    def one_side(side: str, missing: str) -> Reason:
        return lambda row: (
            f"is {side} {who(row)}, and {missing} is missing: US$ m {max(row.paid, row.received):g} a year"
        )

    for wrong, side, missing in (
        (one_sided & (paid > 0), "paid by", "who receives it"),
        (one_sided & (received > 0), "received by", "who pays it"),
    ):
        _each(sums, wrong, faults, one_side(side, missing), f"Add the row of {missing}.")
    _each(
        sums, ~one_sided & off["central"], faults,
        lambda row: f"does not add up to zero: {row.paid:g} is paid and {row.received:g} received, by {who(row)}",
        "Give every party its row, so that all add up to zero.",
    )  # fmt: skip
    _each(
        sums, ~one_sided & partly, faults,
        lambda row: f"has a range for some of its parties only: {who(row)}",
        "Give all of its rows a range, or none.",
    )  # fmt: skip
    _each(
        sums, ~one_sided & ~off["central"] & ~partly & (off["low"] | off["high"]), faults,
        lambda row: f"does not add up to zero at the ends of its range: {row.low:g} and {row.high:g} are left over",
        "Give who pays the range of who receives with the sign turned: its low is minus the other's high.",
    )  # fmt: skip


def _each(rows: pd.DataFrame, wrong: pd.Series, faults: FaultList, reason: Reason, remedy: str) -> None:
    """Add one fault for each item, margin and flow with wrong rows: that of the first, and how many more there are."""
    if not wrong.any():
        return
    found = rows[wrong]
    by = [found[name].astype(object) for name in ("item", "margin", "flow")]
    where = [name for name in KEY if name in found.columns]
    for _, mine in found.groupby(by, sort=False):
        first = mine.iloc[0]
        place = place_of(**{name: first[name] for name in where})
        faults.add(place, reason(first) + _more(len(mine), "row", "rows"), remedy)


def _more(count: int, one: str, many: str) -> str:
    """How many there are beside the first, in brackets; nothing where it is the only one."""
    rest = count - 1
    return f" (and {rest} more {one if rest == 1 else many})" if rest else ""
