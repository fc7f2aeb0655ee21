"""The worth of all items of the default programme, warm: each left out and alone as exact equilibria, and their lives.

The aim is 12 s for the items and 60 s with their whole lives on two quiet cores, no answer kept.
"""

from __future__ import annotations

from statistics import median
from time import perf_counter

from samarkand.appraisal import appraise
from samarkand.reports.worth_tables import values_of
from samarkand.session import Session
from samarkand.worth import appraise_worth

PROGRAMME, RUNS = "eurasian-corridors", 3


def main() -> None:
    items, lives = [], []
    for _ in range(RUNS):
        session = Session()
        appraise(PROGRAMME, years=(2035,), session=session)  # the world, the network and the full state
        start = perf_counter()
        found = appraise_worth(PROGRAMME, years=(2035,), session=session)
        items.append(perf_counter() - start)
        values_of(found)
        _ = found.ledger
        lives.append(perf_counter() - start)
    acting = sum(bool(one.alone) for one in found.items.values())
    print(f"worth: {acting} items left out and alone {median(items):.1f} s, with lives {median(lives):.1f} s")
