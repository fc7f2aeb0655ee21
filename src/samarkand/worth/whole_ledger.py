"""The ledger of an appraisal with the rows of its net worth: direct margins by item, and what their items are charged.

    rows of a direct margin in the last year     what net worth counts of it
    rows of capital cost                         charges of the states, and those for items with direct margins alone

`Appraisal.ledger` holds what the models give; margins that no model holds are worked out here, in every year asked
about, and checked together with its rows, once: none is counted twice, and transfers add up to zero.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd

from samarkand.engines.once import derived
from samarkand.ledger import CHARGED, Ledger, capex_rows
from samarkand.result import Appraisal
from samarkand.worth.net_worth import NONE, Gained, direct_charges, direct_gains
from samarkand.worth.streams import Amount, Stream

OF_ROW = ("item", "economy", "party", "case", "margin", "flow")


def whole_ledger(appraisal: Appraisal) -> Ledger:
    """All money of an appraisal by item, economy and year. Raises `Faults` where two rows count the same money."""
    return derived(appraisal, "whole ledger", lambda: _whole_ledger(appraisal))


def _whole_ledger(appraisal: Appraisal) -> Ledger:
    programme, rule = appraisal.programme, appraisal.scenario.charge
    charged = {year: direct_charges(appraisal, year) for year in appraisal.years}
    capex = {item.id: item.capex for item in programme.items if item.capex is not None}
    gains = {year: _not_there_yet(direct_gains(appraisal, year)) for year in appraisal.years}
    return appraisal.build_ledger([_rows(gains), capex_rows(charged, capex, CHARGED[rule])])


def _not_there_yet(gains: Iterable[Gained]) -> list[Gained]:
    """Those that the ledger of an appraisal has no rows of: those of skills are there."""
    return [one for one in gains if one.stream.margin != "skills"]


def _rows(gains: Mapping[int, Iterable[Gained]]) -> pd.DataFrame:
    """Rows of gains by year; economies inside the rest of the world are there together."""
    found: dict[tuple[int, str, str, str, str, str, str], tuple[Stream, Amount]] = {}
    for year, of_year in gains.items():
        for one in of_year:
            stream = one.stream
            key = (year, one.item, one.economy, one.party, stream.case, stream.margin, stream.flow)
            _, before = found.get(key, (stream, NONE))
            found[key] = stream, Amount(*(sum(pair) for pair in zip(before, one.amount, strict=True)))
    years, *words = zip(*found, strict=True) if found else ((),) * (1 + len(OF_ROW))
    streams = [stream for stream, _ in found.values()]
    ends = np.array([amount for _, amount in found.values()], np.float64).reshape(-1, len(Amount._fields))
    ends[:, [0, 2]] = np.where(
        np.array([_is_ranged(one) for one in streams], bool)[:, None], ends[:, [0, 2]], np.nan
    )
    return pd.DataFrame(
        {
            **{name: np.array(column, dtype=object) for name, column in zip(OF_ROW, words, strict=True)},
            **dict(zip(Amount._fields, ends.T, strict=True)),
            **{
                name: np.array([getattr(one, name) for one in streams], dtype=object)
                for name in ("owner", "grade", "source")
            },
            "year": np.array(years, np.int64),
            "price_year": pd.array([pd.NA] * len(found), "Int64"),
        }
    )


def _is_ranged(stream: Stream) -> bool:
    """Whether anybody's amount of the stream has a range: of a transfer all parties have one, or none."""
    return any(amount.low != amount.high for amount in stream.amounts.values())
