"""Writes docs/results-by-economy.csv, a snapshot of results by economy, and shows what changed since another.

    python -m docs.results_by_economy
    python -m docs.results_by_economy --against OLD.csv

The default programme in 2035. Whoever changes the method keeps the snapshot as results-by-economy-before.csv, writes it
anew, and says in the changelog why the largest changes are there.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pandas as pd

from samarkand import appraise
from samarkand.result import Appraisal

TABLE = Path(__file__).with_name("results-by-economy.csv")
YEAR, PROGRAMME = 2035, "eurasian-corridors"
MOST_SHOWN = 20
DIGITS = 5  # of every figure
LEAST = 1e-6  # figures below it, in the unit of their column, count as nothing when changes are ranked
LAND = ("road", "rail")
# Columns: real income (fractions), before anybody pays and after; generalised cost of freight over the value of imports
# without the programme (fraction); tonne-kilometres on land in the economy without it (thousand million a year).
COLUMNS = ("real_income_unpaid", "real_income", "freight_cost_of_imports", "work_road", "work_rail")


def snapshot(appraisal: Appraisal) -> pd.DataFrame:
    """One row an economy, `COLUMNS`, rounded to significant digits."""
    baseline = appraisal.states[-1].solved.baseline
    world = baseline.setting.world
    labels = list(world.labels)
    table = appraisal.results
    rows = table[(table["year"] == YEAR) & (table["scenario"] == "change")]
    found = pd.DataFrame(index=pd.Index(labels, name="economy"), columns=list(COLUMNS), dtype=float)
    for name in COLUMNS[:2]:
        mine = rows[rows["indicator"] == name].set_index("economy")["value"]
        found[name] = mine.reindex(labels)
    trade = world.accounts.trade_flow * baseline.setting.commodities["network_share"]
    order = ("origin", "destination", "sector")
    value, cost = (one.transpose(*order) for one in (trade, baseline.ad_valorem_cost))
    cost = cost.reindex(origin=labels, destination=labels, sector=value["sector"])
    value = value.sel(origin=labels, destination=labels)
    counted = value.where((value["origin"] != value["destination"]) & np.isfinite(cost), 0.0)
    spent, bought = ((counted * one).sum(("origin", "sector")) for one in (cost.fillna(0.0), 1.0))
    found["freight_cost_of_imports"] = (spent / bought).to_numpy()
    work = baseline.assignment.work
    for mode in LAND:
        of_mode = work.sel(mode=mode).reindex(economy=labels, fill_value=0.0)
        found[f"work_{mode}"] = of_mode.to_numpy() / 1e9
    return found.map(lambda one: float(f"{one:.{DIGITS}g}"))


def largest_changes(old: pd.DataFrame, new: pd.DataFrame, most: int = MOST_SHOWN) -> pd.DataFrame:
    """The cells of largest relative change, |new - old| / max(|old|, |new|): economy, column, old, new, change."""
    rows = []
    for economy in new.index.intersection(old.index):
        for name in COLUMNS:
            before, after = float(old.loc[economy, name]), float(new.loc[economy, name])
            size = max(abs(before), abs(after))
            if size > LEAST and before != after:
                rows.append((economy, name, before, after, (after - before) / size))
    table = pd.DataFrame(rows, columns=["economy", "column", "old", "new", "change"])
    table = table.sort_values("change", key=abs, ascending=False, kind="stable")
    return table.head(most).reset_index(drop=True)


def read(path: Path) -> pd.DataFrame:
    """A snapshot as it was written."""
    return pd.read_csv(path, index_col="economy", keep_default_na=False, na_values=[""])


def main() -> None:
    """Write the snapshot, or compare the one that is written with another."""
    if sys.argv[1:2] == ["--against"]:
        sys.stdout.write(largest_changes(read(Path(sys.argv[2])), read(TABLE)).to_string() + "\n")
        return
    snapshot(appraise(PROGRAMME, years=(YEAR,))).to_csv(TABLE)
    sys.stdout.write(f"docs/{TABLE.name}\n")


if __name__ == "__main__":
    main()
