"""What was paid for an item, what it comes to in the end, and what is claimed and changed.

With P paid by the day of the progress, p the share of the works done, C capex with agreed changes, m the overrun of the
class that is still to come:

    given progress    P + (1 - p) C (1 + m)      what is left costs as much over its estimate as projects of the class
    at the pace       P / p                      what is left costs what the works so far did
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
import xarray as xr

from samarkand.core.evidence import Evidence
from samarkand.core.gaps import Gap
from samarkand.core.labels import labelled
from samarkand.priorities.base import Levels, Outcomes
from samarkand.priorities.governance.delivery_risk import NO_COST, overrun_of
from samarkand.programme.model.models import Entry, Financing, Item, When

NO_PAYMENT = "no payment is given"
NO_PAYER = "no payment names who paid"
NO_PROGRESS = "no progress with its day is given: progress, progress_as_of"
NO_PAYMENT_YET = "no payment is given that was made by the day of the progress"
NO_CHANGE = "no change order is agreed"
NO_CLAIM = "no dispute with a sum claimed is open"


def outcomes_of(item: Item, parameters: Mapping[str, float]) -> Outcomes:
    """Payments, also by who paid; cost to be expected; agreed changes, also by who bears them; open claims."""
    found: dict[str, float | str] = {
        "spent": total(item.entries("spending"), "amount", NO_PAYMENT),
        "cost_given_progress": cost_given_progress(item, parameters),
        "cost_at_pace": cost_at_pace(item),
        "changes_agreed": total(agreed(item), "amount", NO_CHANGE),
        "claims_open": total(open_disputes(item), "claimed", NO_CLAIM),
    }
    outcomes: dict[str, Levels | Gap] = {
        name: Gap(item.id, name, one) if isinstance(one, str) else Levels(change=xr.DataArray(one))
        for name, one in found.items()
    }
    outcomes["spent_by_party"] = _by_party(item, "spent_by_party", paid_by(item), NO_PAYER)
    outcomes["changes_by_party"] = _by_party(item, "changes_by_party", changes_by(item), NO_CHANGE)
    return outcomes


def agreed(item: Item) -> tuple[Entry, ...]:
    """Agreed change orders, whether capex has had them or not."""
    return tuple(row for row in item.entries("change_order") if row.get("status") == "agreed")


def open_disputes(item: Item) -> tuple[Entry, ...]:
    """Disputes that are open."""
    return tuple(row for row in item.entries("dispute") if row.get("status") == "open")


def total(rows: Iterable[Entry], key: str, none: str) -> float | str:
    """Sum of a figure over rows, or why there is none."""
    known = [figure.value or 0.0 for row in rows if (figure := row.figure(key)) is not None]
    return sum(known) if known else none


def paid_by(item: Item) -> dict[str, float]:
    """US$ m by party that paid, of payments that name one."""
    found: dict[str, float] = {}
    for row in item.entries("spending"):
        figure, payer = row.figure("amount"), row.get("payer")
        if figure is not None and isinstance(payer, str):
            found[payer] = found.get(payer, 0.0) + (figure.value or 0.0)
    return found


def changes_by(item: Item) -> dict[str, float]:
    """US$ m of agreed changes by party: those who finance a share of the cost bear it of the changes.

    What is left, beside amounts of finance that stay what they are, no party is known to bear.
    """
    amount = total(agreed(item), "amount", NO_CHANGE)
    if isinstance(amount, str):
        return {}
    found: dict[str, float] = {}
    for line in item.financing:
        share = share_given(line)
        if share:
            found[line.party] = found.get(line.party, 0.0) + share * amount
    return found


def share_given(line: Financing) -> float | None:
    """The share of the cost that a line finances where it is given as one."""
    figure = line.figure("share")
    return None if figure is None or line.instrument == "guarantee" else figure.value


def paid_until(item: Item, day: When) -> float:
    """US$ m paid by a day; a year without a day counts where it is not later."""
    rows = [row for row in item.entries("spending") if not day.is_before(row.get("date"))]
    found = total(rows, "amount", NO_PAYMENT)
    return 0.0 if isinstance(found, str) else found


def cost_given_progress(item: Item, parameters: Mapping[str, float]) -> float | str:
    """`P + (1 - p) C (1 + m)`, US$ m, or why there is none."""
    known = _paid_and_done(item)
    overrun = overrun_of(item, parameters)
    if isinstance(known, str):
        return known
    if isinstance(overrun, str):
        return overrun
    if item.capex is None or item.capex.value is None:
        return NO_COST
    paid, done = known
    return calc_cost_given_progress(paid, done, item.capex.value, overrun[0])


def calc_cost_given_progress(paid: float, done: float, capex: float, overrun: float) -> float:
    """`P + (1 - p) C (1 + m)`: US$ m, a share from 0 to 1, US$ m, a fraction."""
    return paid + (1.0 - done) * capex * (1.0 + overrun)


def cost_at_pace(item: Item) -> float | str:
    """`P / p`, US$ m, or why there is none."""
    known = _paid_and_done(item)
    if isinstance(known, str):
        return known
    paid, done = known
    return paid / done if done else "nothing is done yet: there is no pace"


def _paid_and_done(item: Item) -> tuple[float, float] | str:
    if not item.entries("spending"):
        return NO_PAYMENT
    done, day = item.figure("progress"), item.get("progress_as_of")
    if not isinstance(done, Evidence) or done.value is None or not isinstance(day, When):
        return NO_PROGRESS
    paid = paid_until(item, day)
    return (paid, done.value) if paid else NO_PAYMENT_YET


def _by_party(item: Item, name: str, found: Mapping[str, float], none: str) -> Levels | Gap:
    if not found:
        return Gap(item.id, name, none)
    return Levels(change=labelled(np.array(list(found.values())), party=list(found)))
