"""The ledger of an appraisal with the rows of its net worth: direct margins by item, and what their items are charged.

    rows of a direct margin in the last year     what net worth counts of it
    rows of capital cost                         charges of the states, and those for items with direct margins alone

`Appraisal.ledger` holds what the models give; margins that no model holds are worked out here, in every year asked
about, and checked together with it: none is counted twice, and transfers add up to zero.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd

from samarkand.engines.once import derived
from samarkand.ledger import CHARGED, Ledger, capex_rows, claims_of
from samarkand.ledger.table import GIVEN
from samarkand.result import Appraisal
from samarkand.worth.net_worth import Gained, direct_charges, direct_gains
from samarkand.worth.streams import Amount

OF_ROW = ("item", "economy", "party", "case", "margin", "flow")


def whole_ledger(appraisal: Appraisal) -> Ledger:
    """All money of an appraisal by item, economy and year. Raises `Faults` where two rows count the same money."""
    return derived(appraisal, "whole ledger", lambda: _whole_ledger(appraisal))


def _whole_ledger(appraisal: Appraisal) -> Ledger:
    programme, rule = appraisal.programme, appraisal.scenario.charge
    charged = {year: direct_charges(appraisal, year) for year in appraisal.years}
    capex = {item.id: item.capex for item in programme.items if item.capex is not None}
    parts = [
        appraisal.ledger.rows[list(GIVEN)],
        *(_rows(_not_there_yet(direct_gains(appraisal, year)), year) for year in appraisal.years),
        capex_rows(charged, capex, CHARGED[rule]),
    ]
    return Ledger.build(
        parts, claims_of(programme, appraisal.scenario.without, rule), {item.id: item.kind for item in programme.items}
    )  # fmt: skip


def _not_there_yet(gains: Iterable[Gained]) -> list[Gained]:
    """Those that the ledger of an appraisal has no rows of: those of skills are there."""
    return [one for one in gains if one.stream.margin != "skills"]


def _rows(gains: Iterable[Gained], year: int) -> pd.DataFrame:
    """Rows of a year; economies inside the rest of the world are there together."""
    found: dict[tuple[str, ...], tuple[Gained, Amount]] = {}
    for one in gains:
        stream = one.stream
        key = (one.item, one.economy, one.party, stream.case, stream.margin, stream.flow)
        _, before = found.get(key, (one, Amount.sure(0.0)))
        found[key] = one, Amount(*(sum(pair) for pair in zip(before, one.amount, strict=True)))
    table = pd.DataFrame(list(found), columns=list(OF_ROW), dtype=object)
    for place, end in enumerate(Amount._fields):
        ends = [amount[place] if place == 1 or _is_ranged(one) else np.nan for one, amount in found.values()]
        table[end] = np.array(ends, np.float64)
    for name in ("owner", "grade", "source"):
        table[name] = [getattr(one.stream, name) for one, _ in found.values()]
    return table.assign(year=year, price_year=pd.array([pd.NA] * len(table), "Int64"))


def _is_ranged(one: Gained) -> bool:
    """Whether anybody's amount of the stream has a range: of a transfer all parties have one, or none."""
    return any(amount.low != amount.high for amount in one.stream.amounts.values())
