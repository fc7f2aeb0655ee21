"""The hold-out: observed economies are deleted in turn, estimated like the missing ones, and compared.

Scored on intermediate trade with the other observed economies, the only trade that is observed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd

from samarkand.core.conventions import REST_OF_WORLD, Floats
from samarkand.world.accounts.estimation.evidence import Evidence, ObservedTable
from samarkand.world.accounts.estimation.ranges import COVERED
from samarkand.world.accounts.estimation.system import PLAIN_GRAVITY, Estimate, Method, estimate
from samarkand.world.accounts.intermediate_use import DenseIntermediateUse, expand_flows
from samarkand.world.accounts.tables import Accounts

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
METHODS = {"estimate": Method(), "plain gravity": PLAIN_GRAVITY}
SCORES = "estimation_scores.parquet"
HEADLINES = "estimation_headlines.parquet"
NOTHING = 1e-12  # errors below this part of the largest figure are rounding
SCALE_FREE = "fraction"  # unit of changes that do not grow with the economy
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


def observed_table(accounts: Accounts) -> ObservedTable:
    """The observed part of accounts, as the estimator reads it."""
    seen = [code for code in accounts.economies if code not in {REST_OF_WORLD, *accounts.estimated}]
    block = accounts.intermediate.sel(origin=seen, destination=seen)
    return ObservedTable(
        tuple(seen),
        accounts.sectors,
        block.transpose("origin", "sector", "destination", "use_sector").to_numpy(),
        accounts.gross_output.sel(economy=seen).transpose("economy", "sector").to_numpy(),
    )


def run(
    table: ObservedTable, evidence: Evidence, groups: Sequence[str], economies: Sequence[str]
) -> Iterator[tuple[str, str, Estimate]]:
    """Delete each economy in turn and estimate it: its code, the method's name, the estimate."""
    for code in economies:
        for name, method in METHODS.items():
            yield code, name, estimate(table.without(code), evidence, groups, method, left_out=code)


def accounts_of(made: Estimate, order: Sequence[str], like: Accounts) -> Accounts:
    """An estimate as accounts, economies in a given order and labels as those of ``like``."""
    from dataclasses import replace

    intermediate, final = expand_flows(made.intermediate, made.flow, made.use_share)
    place = [made.economies.index(code) for code in order]
    intermediate = intermediate[np.ix_(place, range(len(made.sectors)), place, range(len(made.sectors)))]
    final = final[place][:, :, place]
    output = intermediate.sum(axis=(2, 3)) + final.sum(axis=2)
    added = output - intermediate.sum(axis=(0, 1))
    return replace(
        like,
        uses=DenseIntermediateUse(like.intermediate.copy(data=intermediate)),
        final_demand=like.final_demand.copy(data=final),
        gross_output=like.gross_output.copy(data=output),
        value_added=like.value_added.copy(data=added),
    )


def calc_ranges(headlines: pd.DataFrame) -> pd.DataFrame:
    """Half widths of ranges from the errors of a hold-out, by indicator.

        half_width = max(relative x |estimate|, absolute)

    `relative` is what a part `COVERED` does not exceed of ``|estimate - observed| / |estimate|`` over the half of
    the economies with the larger estimates, `absolute` that of ``|estimate - observed|`` over the others: small
    effects are small for certain, their sign is not. A figure in money has no absolute part, which would be one of
    size, and its relative part is over all. What the accounts do not move has no range.

    Args:
        headlines: columns ``economy, indicator, unit, observed, estimated``.

    Returns:
        Columns ``indicator, relative, absolute, inside`` (how many of ``economies`` the range holds), ``economies``.
    """
    rows = []
    for name, part in headlines.groupby("indicator", sort=True):
        size, error = part["estimated"].abs(), (part["estimated"] - part["observed"]).abs()
        if error.max() <= NOTHING * max(size.max(), 1.0):
            continue
        free = bool((part["unit"] == SCALE_FREE).all())
        large = size >= size.median() if free else size > 0
        ratio = error[large] / size[large]
        relative = _holding(ratio)
        small = error[~large]
        absolute = _holding(small) if free and len(small) else 0.0
        inside = error <= np.maximum(relative * size, absolute) * 1.01
        rows.append((str(name), relative, absolute, int(inside.sum()), len(part)))
    return pd.DataFrame(rows, columns=["indicator", "relative", "absolute", "inside", "economies"])


def _holding(errors: pd.Series[float]) -> float:
    """The smallest of the errors that a part `COVERED` of them does not exceed, to three digits."""
    ordered = np.sort(errors.to_numpy(float))
    return float(f"{ordered[int(np.ceil(COVERED * len(ordered) - 1e-9)) - 1]:.3g}")
