"""Rows of the ledger for greenhouse gases: what each item avoids less what it emits, by year, at each path of prices.

    central(t) = - 1e-6 (net(t) + construction(t)) p(t)     US$ m; tonnes a year and US$ a tonne

The party is the world, no economy has them, and the case is the path: the margin `emissions` stands apart from sums.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

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
    found = []
    sources = {name: source_of_prices(parameters, name) for name in PATHS}
    for gases in of_items:
        item = gases.item
        if not claims_emissions(item) or gases.paths is None or not gases.building_is_known:
            continue
        life = gases.paths[1].years
        at = [year - life.start for year in years if year in life]
        for name in PATHS:
            price = prices_of(parameters, name, life)
            ends = [-1e-6 * ((one.net + one.building) * price)[at] for one in gases.paths]
            low, high = (bound(np.stack(ends), axis=0) for bound in (np.min, np.max))
            for k, place in enumerate(at):
                found.append(
                    {
                        "item": item.id, "economy": "", "party": WORLD, "case": TITLES[name], "margin": MARGIN,
                        "flow": "any", "owner": "direct", "year": life.start + place, "low": low[k],
                        "central": ends[1][k], "high": high[k], "price_year": pd.NA, "grade": "estimated",
                        "source": sources[name],
                    }
                )  # fmt: skip
    return pd.DataFrame(found, columns=list(GIVEN)).astype({"price_year": "Int64"})
