"""The hold-out: observed economies are deleted in turn, estimated like the missing ones, and compared.

Scored on intermediate trade with the other observed economies, the only trade that is observed.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from samarkand.world.estimation.evidence import Floats, ObservedTable
from samarkand.world.estimation.system import Estimate

# Deleted in turn: economies of the corridors and beyond, of all income levels and of a GDP between 14 and 504
# billion US$, as the economies that are missing mostly are, exporters of fuels, garments, electronics, cars,
# tourism; two of the European Union and one of the Americas, to see the method far from the corridors.
HELD_OUT = {
    "KAZ": "upper middle income, landlocked, oil",
    "PAK": "lower middle income, large",
    "LAO": "least developed, landlocked, electricity and ores",
    "KHM": "least developed, garments",
    "MMR": "least developed, gas and garments",
    "BGD": "least developed, large, garments",
    "EGY": "lower middle income, gas, canal and tourism",
    "MAR": "lower middle income, cars and phosphates",
    "JOR": "lower middle income, small, refugees and services",
    "CRI": "high income, Americas, medical instruments and services",
    "EST": "high income, small, European Union",
    "HUN": "high income, cars, European Union",
    "VNM": "lower middle income, electronics",
    "COD": "low income, copper and cobalt",
}
SCORED_FROM = 1.0  # US$ million: smaller observed flows are noise of the source's own rounding and imputation


def intermediate_trade(table: ObservedTable, economy: str) -> tuple[Floats, Floats]:
    """Observed exports and imports of an economy by ``[partner, sector]``, partners in the table's order."""
    k = table.economies.index(economy)
    others = [n for n in range(len(table.economies)) if n != k]
    sales = table.intermediate.sum(axis=3)
    return sales[k][:, others].T, sales[others, :, k]


def estimated_trade(made: Estimate, economy: str) -> tuple[Floats, Floats]:
    """The same of an estimate in which the economy is one of the estimated."""
    k = made.economies.index(economy)
    sales = made.sales_to_industry()
    return sales[k][:, : made.observed].T, sales[: made.observed, :, k]


def overlap(true: Floats, found: Floats) -> float:
    """Share of trade with the right partners: ``sum min(share, share found)``, over the last axis's entries."""
    return float(np.minimum(true / true.sum(), found / found.sum()).sum())


def score(table: ObservedTable, made: Estimate, economy: str) -> dict[str, float]:
    """How near the estimate of a deleted economy is to its observed intermediate trade.

    right_partners: part of trade with the right partners (exports and imports, mean); by pair and by pair and
    sector: correlation of logs and median absolute log error over observed flows of `SCORED_FROM` and more.
    """
    true, found = intermediate_trade(table, economy), estimated_trade(made, economy)
    row: dict[str, float] = {
        "right_partners": float(
            np.mean([overlap(a.sum(axis=1), b.sum(axis=1)) for a, b in zip(true, found, strict=True)])
        )
    }
    for name, axis in (("pair", 1), ("sector", None)):
        a = np.concatenate([(t if axis is None else t.sum(axis=axis)).ravel() for t in true])
        b = np.concatenate([(t if axis is None else t.sum(axis=axis)).ravel() for t in found])
        told = a >= SCORED_FROM
        logs = np.log(np.maximum(b[told], 1e-3)), np.log(a[told])
        row[f"correlation_{name}"] = float(np.corrcoef(*logs)[0, 1])
        row[f"log_error_{name}"] = float(np.median(np.abs(logs[0] - logs[1])))
        row[f"flows_{name}"] = int(told.sum())
    for name, t, f in zip(("exports", "imports"), true, found, strict=True):
        row[f"log_ratio_{name}"] = float(np.log(f.sum() / t.sum()))
    return row


def summarise(rows: pd.DataFrame) -> pd.Series[float]:
    """Medians over the economies of a hold-out."""
    return rows.select_dtypes("number").median()
