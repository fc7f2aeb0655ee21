"""Rows of the ledger for greenhouse gases: what each item avoids less what it emits, by year, at each path of prices.

    central(t) = - 1e-6 (net(t) + construction(t)) p(t)     US$ m; tonnes a year and US$ a tonne

The party is the world, no economy has them, and the case is the path: the margin `emissions` stands apart from sums.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

import numpy as np
import pandas as pd

from samarkand.ledger.claims import claims_of_kind
from samarkand.ledger.table import GIVEN
from samarkand.priorities.environment.gases import WORLD, Gases
from samarkand.priorities.environment.paths import PATHS, TITLES, prices_of
from samarkand.programme.model.models import Item
from samarkand.world.parameters import Parameters

MARGIN = "emissions"


def claims_emissions(item: Item) -> bool:
    """Whether items of its kind fill the margin."""
    return any(claim.margin == MARGIN for claim in claims_of_kind(item.kind))


def source_of_prices(parameters: Parameters, path: str) -> str:
    """What a published path of prices rests on."""
    rows = parameters.series(f"carbon_price_{path}").rows
    return "; ".join(dict.fromkeys(row.source for row in rows))


def emission_rows(of_items: Iterable[Gases], parameters: Parameters, years: Collection[int]) -> pd.DataFrame:
    """Rows of items with gases of building and of operation, in those of `years` in which they are built or serve."""
    lots: list[dict[str, Any]] = []
    sources = {name: source_of_prices(parameters, name) for name in PATHS}
    for gases in of_items:
        item = gases.item
        if not claims_emissions(item) or gases.paths is None or not gases.building_is_known:
            continue
        life = gases.paths[1].years
        served = np.array([year for year in years if year in life], np.int64)
        tonnes = [(one.net + one.building)[served - life.start] for one in gases.paths]
        for name in PATHS:
            price = prices_of(parameters, name, life)[served - life.start]
            ends = np.stack([-1e-6 * (one * price) for one in tonnes])
            lots.append(
                {
                    "item": item.id, "case": TITLES[name], "source": sources[name], "year": served,
                    "low": ends.min(axis=0), "central": ends[1], "high": ends.max(axis=0),
                }
            )  # fmt: skip
    count = [len(lot["year"]) for lot in lots]
    columns: dict[str, Any] = {
        "economy": "", "party": WORLD, "margin": MARGIN, "flow": "any", "owner": "direct", "grade": "estimated",
    }  # fmt: skip
    for name in ("item", "case", "source"):
        columns[name] = np.repeat(np.array([lot[name] for lot in lots], dtype=object), count)
    for name, kind in (
        ("year", np.int64),
        ("low", np.float64),
        ("central", np.float64),
        ("high", np.float64),
    ):
        columns[name] = np.concatenate([np.empty(0, kind), *(lot[name] for lot in lots)])
    columns["price_year"] = pd.array([pd.NA] * sum(count), "Int64")
    return pd.DataFrame(columns)[list(GIVEN)]
