"""Trade by product: what each economy sells and buys abroad, in the codes of the Harmonised System or the SITC.

None is embedded. It is kept beside the accounts when a file with products is imported, and is observed: nothing of it
is balanced with the accounts, and a file that holds estimates says which.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from samarkand.core.hashing import data_hash

COLUMNS = ("economy", "product", "exports", "imports")
ESTIMATED = (
    "estimated"  # a further column, of files that say it: the part of exports that is an estimate, US$ m
)
SITC = "S"  # begins codes of the Standard International Trade Classification; the others are of the Harmonised System
PRODUCTS_NEED = "exports by product"  # in the words of the indicators that need it


@dataclass(frozen=True)
class Products:
    """Trade by economy and product in one year.

    `table`: `COLUMNS`, with ISO3 codes, HS codes of six digits (or `SITC` and three digits), and US$ m; a product that
    an economy neither sells nor buys has no row.
    """

    table: pd.DataFrame
    year: int

    @cached_property
    def hash(self) -> str:
        """Content hash."""
        return data_hash(self)

    @cached_property
    def exporters(self) -> frozenset[str]:
        """Economies that export anything."""
        return frozenset(map(str, self.table.loc[self.table["exports"] > 0, "economy"].unique()))

    @cached_property
    def system(self) -> str:
        """The classification of products, in words."""
        is_sitc = self.table["product"].astype(str).str.startswith(SITC).any()
        return "Standard International Trade Classification" if is_sitc else "Harmonised System"

    @cached_property
    def estimated_share(self) -> dict[str, float]:
        """Part of an economy's exports that is estimated, a fraction, where the file says it."""
        if ESTIMATED not in self.table:
            return {}
        total = self.table.groupby(self.table["economy"].astype(str))[["exports", ESTIMATED]].sum()
        total = total[total["exports"] > 0]
        share = total[ESTIMATED] / total["exports"]
        return dict(zip(map(str, share.index), share.tolist(), strict=True))

    def matrix(self, side: str, digits: int) -> pd.DataFrame:
        """`exports` or `imports` by economy (rows) and product of so many digits (columns), US$ m, both sorted.

        Both sides have the same rows and columns: all that trade at all.
        """
        rows, economies = pd.factorize(self.table["economy"], sort=True)
        codes, products = pd.factorize(self.table["product"])
        columns, products = pd.factorize(pd.Index(products).astype(str).str[:digits], sort=True)
        size = len(economies), len(products)
        values = np.bincount(
            rows * size[1] + columns[codes], self.table[side].to_numpy(float), minlength=size[0] * size[1]
        )
        return pd.DataFrame(
            values.reshape(size),
            pd.Index(economies, name="economy").astype(str),
            pd.Index(products, name="product"),
        )
