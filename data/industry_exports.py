"""Exports by industry within a sector of the accounts (OECD, inter-country input-output table), for values of a tonne.

The published table tells iron and steel from other metals, and pharmaceuticals from other chemicals, where the accounts
have one sector. Exports of intermediate goods alone are observed in it; of these industries that is nearly all.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from data.accounts.icio import read_icio

# Of each sector: the industry whose weight or value of a tonne is published, and the other.
INDUSTRIES = {"metals": ("C24A", "C24B"), "chemicals": ("C21", "C20")}


def read_shares() -> pd.DataFrame:
    """Part of the first industry in an exporter's sales abroad of a sector, fractions by ISO3 code and sector.

    Not a number where it exports nothing of the sector.
    """
    table = read_icio()
    sales = table.intermediate.sum(axis=3)  # [origin, industry, destination]
    home = np.arange(len(table.economies))
    sales[home, :, home] = 0.0
    abroad = pd.DataFrame(sales.sum(axis=2), index=list(table.economies), columns=list(table.sectors))
    both = {sector: abroad[first] + abroad[other] for sector, (first, other) in INDUSTRIES.items()}
    return pd.DataFrame(
        {
            sector: abroad[first] / both[sector].where(both[sector] > 0)
            for sector, (first, _) in INDUSTRIES.items()
        }
    )
