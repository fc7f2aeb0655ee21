"""Prints the figures of docs/plausibility.md from an appraisal: `python -m docs.plausibility PROGRAMME`."""

from __future__ import annotations

import sys

import numpy as np
import pandas as pd

from samarkand import appraise
from samarkand.analysis.observed import straits_by_value
from samarkand.result import Appraisal

YEAR = 2035
SMALLEST = 1e-12


def figures(appraisal: Appraisal) -> dict[str, float | str]:
    """Changes as fractions, and the pair that changes most, by the words of the table."""
    table = appraisal.results
    table = table[table["year"] == YEAR]
    participants = {economy for item in appraisal.programme.items for economy in item.economies}

    def pairs(indicator: str, scenario: str) -> pd.Series:
        rows = table[(table["indicator"] == indicator) & (table["scenario"] == scenario)]
        found = rows.groupby(["economy", "partner"])["value"].sum()
        return found[[one != other for one, other in found.index]]

    def economies(indicator: str, scenario: str) -> pd.Series:
        rows = table[(table["indicator"] == indicator) & (table["scenario"] == scenario)]
        return rows.set_index("economy")["value"]

    weight = pairs("trade_flow", "without")
    inside = np.array([one in participants and other in participants for one, other in weight.index])
    found: dict[str, float | str] = {}
    for words, change in (
        ("shipment time", pairs("pair_time", "with") / pairs("pair_time", "without") - 1),
        ("trade cost", pairs("pair_trade_cost", "change")),
    ):
        change = change.reindex(weight.index)
        most = change.idxmin()
        found[f"{words}, world"] = float((change * weight).sum() / weight.sum())
        found[f"{words}, participants"] = float((change * weight)[inside].sum() / weight[inside].sum())
        found[f"{words}, most changed pair"] = f"{change[most]:.4%} ({'-'.join(most)})"
    flows = pairs("trade_flow", "with").reindex(weight.index)
    found["trade among participants"] = float(flows[inside].sum() / weight[inside].sum() - 1)
    value, rate = economies("real_income_value", "change"), economies("real_income", "change")
    size = (value / rate).where(rate.abs() > SMALLEST)  # an economy that does not change weighs nothing
    unpaid = economies("real_income_unpaid", "change") * size
    income = float(appraisal.world.accounts.final_demand.sum())
    found["real income, world, before payment"] = float(unpaid.sum()) / income
    found["real income, world, after payment"] = float(value.sum()) / income
    found |= chokepoints(appraisal)
    found["losers"] = ", ".join(rate[rate < 0].sort_values().index[:8])
    return found


def chokepoints(appraisal: Appraisal) -> dict[str, float | str]:
    """Shares of the world's trade in goods that pass each chokepoint without the programme, by value."""
    shares = straits_by_value(appraisal.states[-1].solved.baseline)
    return {f"goods through {name}": share for name, share in shares.items()}


def main() -> None:
    """Appraise a programme, the default one if none is named, and print its figures."""
    name = sys.argv[1] if len(sys.argv) > 1 else "eurasian-corridors"
    for words, value in figures(appraise(name, years=(YEAR,))).items():
        sys.stdout.write(f"{words}: {value if isinstance(value, str) else format(value, '.6g')}\n")


if __name__ == "__main__":
    main()
