"""The files of what items are worth, written whole or not at all."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import pandas as pd

from samarkand.core.durable import new_files
from samarkand.reports.files import check_out
from samarkand.worth.item_worth import RATES, ItemWorth
from samarkand.worth.worth import Worth


def write_worth(worth: Worth, out: Path) -> tuple[Path, ...]:
    """Write worth.parquet (an item and rate a row) and worth-ledger.parquet (every cost and benefit by year)."""
    check_out(out)
    with new_files(out, f"--out {out}") as staging:
        values_of(worth).to_parquet(staging / "worth.parquet", compression="zstd", index=False)
        worth.ledger.to_dataframe().to_parquet(
            staging / "worth-ledger.parquet", compression="zstd", index=False
        )
        return tuple(out / path.name for path in sorted(staging.iterdir()))


def values_of(worth: Worth) -> pd.DataFrame:
    """One row an item, rate, growth and path of carbon prices (empty: without): present values in US$ m, fractions.

    The reason stands where there is no figure.
    """
    return pd.DataFrame([row for one in worth.items.values() for row in _rows(one)])


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
