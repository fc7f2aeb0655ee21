"""What items are worth as tables: values by item and rate, the ledger of their lives, and the headlines for JSON."""

from __future__ import annotations

import math
from itertools import product
from pathlib import Path
from typing import Any

import pandas as pd

from samarkand.worth.item_worth import RATES, ItemWorth
from samarkand.worth.worth import Worth

OF_JSON = ("net_present_value", "low", "high", "benefit_cost_ratio", "payback_years", "rate_of_return")


def write_worth_tables(worth: Worth, folder: Path) -> None:
    """Write worth.parquet (an item and rate a row) and worth-ledger.parquet (every cost and benefit by year)."""
    values_of(worth).to_parquet(folder / "worth.parquet", compression="zstd", index=False)
    worth.ledger.to_dataframe().to_parquet(folder / "worth-ledger.parquet", compression="zstd", index=False)


def worth_card(worth: Worth) -> dict[str, Any]:
    """Headlines for `appraisal.json`: of every item its value at the rate of the headline, or why there is none."""
    rate = worth.asked.assumptions.parameters["discount_rate"]
    items = []
    for one in worth.items.values():
        rows = _rows(one)
        row = next(
            (row for row in rows if row["discount_rate"] == rate), rows[0]
        )  # one row where there is no figure
        figures = {name: _or_null(row[name]) for name in OF_JSON}
        items.append({name: row[name] for name in ("item", "title", "kind", "reason")} | figures)
    return {
        "unit": "US$ m", "year": worth.year, "discount_rate": rate,
        "assessed_share": _or_null(worth.assessed_share), "items": items,
    }  # fmt: skip


def _or_null(value: object) -> object:
    return None if isinstance(value, float) and not math.isfinite(value) else value


def values_of(worth: Worth) -> pd.DataFrame:
    """One row an item, rate, growth and path of carbon prices (empty: without): present values in US$ m, fractions.

    `alternative_to`: the item in whose place it could be built; empty for those of the programme.

    The reason stands where there is no figure.
    """
    listed = [(one, "") for one in worth.items.values()]
    listed += [(one, name) for name, others in worth.alternatives.items() for one in others]
    return pd.DataFrame([{**row, "alternative_to": of} for one, of in listed for row in _rows(one)])


def _rows(one: ItemWorth) -> list[dict[str, object]]:
    about = {"item": one.item.id, "title": one.item.title, "kind": one.item.kind}
    nothing = {
        "discount_rate": float("nan"), "growing": True, "carbon_price": "", "net_present_value": float("nan"),
        "low": float("nan"), "high": float("nan"), "benefit_cost_ratio": float("nan"), "payback_years": float("nan"),
        "rate_of_return": float("nan"),
    }  # fmt: skip
    if not one.is_assessed:
        return [{**about, **nothing, "reason": one.reason}]
    rows: list[dict[str, object]] = []
    for growing, carbon in product((True, False), ("", *one.carbon.flows)):
        found = one.rate_of_return(growing=growing, carbon=carbon)
        for name in RATES:
            values = one.values(one.parameters[name], growing, carbon)
            rows.append(
                {
                    **about, "discount_rate": values.rate, "growing": growing, "carbon_price": carbon,
                    "net_present_value": values.net.central,
                    "low": values.net.low, "high": values.net.high, "benefit_cost_ratio": values.benefit_cost_ratio,
                    "payback_years": values.payback, "rate_of_return": found.value, "reason": found.reason,
                }
            )  # fmt: skip
    return rows
