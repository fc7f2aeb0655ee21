"""Writes `world/freight/unit_values.csv`: what a tonne of coal and of ores is worth, by exporter (CEPII, BACI, 2022).

    python -m data.unit_values

    value of a tonne = sum of values / sum of tonnes over its flows to all importers

of the codes of each sector in the packaged extract (`accounts.baci`), for exporters of a million tonnes or a thousand
million US$. The range is that of the values of single flows (of a code to an importer) which the middle four fifths of
its tonnes have. The world's own means are printed beside what `by_sector/freight_sectors.csv` declares for everybody
else, and where the exports of the accounts, by which tonnes are worked out, are far from those at customs.
"""

from __future__ import annotations

import csv
import sqlite3
from pathlib import Path

import numpy as np
import pandas as pd

import samarkand
from data import fetch
from data.accounts.baci import COVERED, PACKAGE, YEAR
from samarkand.world.accounts.tables import load_accounts
from samarkand.world.freight.commodities import load_freight

TABLE = Path(samarkand.__file__).parent / "world" / "freight" / "unit_values.csv"
SECTORS = ("coal", "ores")  # of which the extract has nearly all that weighs
LEAST_TONNES, LEAST_VALUE = 1e6, 1e9  # of either
CODES = {"S19": "TWN"}  # BACI: other Asia
OUTER = 0.1  # of the tonnes at either end of the range
FAR, MUCH = 1.5, 1e10  # times; US$ at customs or in the accounts: what is printed of exports in both
HEADER = (
    "# Value of a tonne that an economy exports, where its goods of a sector are far from the world's mix: iron ore"
    " beside copper concentrate.\n"
    "# In place of value_per_tonne of by_sector/freight_sectors.csv when trade is turned into tonnes, and nowhere else."
    " Written by `python -m data.unit_values`.\n"
)
COLUMNS = (
    "exporter", "sector", "value_per_tonne", "low", "high", "year", "source", "address", "read_on", "flag", "note",
)  # fmt: skip
SOURCE = "CEPII, BACI, 2022, edition 202401b: value over tonnes of the exporter's flows to all importers"
ADDRESS = "https://www.cepii.fr/CEPII/en/bdd_modele/bdd_modele_item.asp?id=37"
READ_ON = "2026-11-28"
RANGE = "low and high: the tenth and the ninetieth percentile of its tonnes"
NOTES = {
    "coal": f"HS 2701 and 2702; {RANGE}",
    "ores": f"the codes of HS 25 and 26 that the extract has, not sand and stone; {RANGE}",
}


def read_flows() -> pd.DataFrame:
    """Flows with a weight: columns sector, exporter, value (US$), tonnes."""
    path = fetch.member(PACKAGE, "lib/baci.db")
    connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    try:
        codes = dict(connection.execute("select country_code, country_iso3 from country_codes_V202401b"))
        rows = pd.read_sql("select i, k, v, q from baci_trade where t = ?", connection, params=[str(YEAR)])
    finally:
        connection.close()
    product = rows["k"].astype(str).str.zfill(6)
    flows = pd.DataFrame(
        {
            "sector": "",
            "exporter": rows["i"].map(codes).replace(CODES),
            "value": pd.to_numeric(rows["v"], errors="coerce") * 1e3,  # BACI gives thousands of US$
            "tonnes": pd.to_numeric(rows["q"], errors="coerce"),
        }
    )
    for sector in SECTORS:
        flows.loc[product.str.startswith(COVERED[sector]), "sector"] = sector
    flows = flows[flows["sector"] != ""].dropna()
    return flows[flows["tonnes"] > 0]


def value_of_tonne(flows: pd.DataFrame) -> tuple[float, float, float]:
    """Value, low and high of some flows, US$ a tonne."""
    value = float(flows["value"].sum() / flows["tonnes"].sum())
    each = (flows["value"] / flows["tonnes"]).to_numpy()
    order = np.argsort(each)
    reached = np.cumsum(flows["tonnes"].to_numpy()[order]) / flows["tonnes"].sum()
    low, high = (float(each[order][np.searchsorted(reached, part)]) for part in (OUTER, 1 - OUTER))
    return value, min(low, value), max(high, value)


def print_accounts(flows: pd.DataFrame) -> None:
    """Print the exporters whose exports of a sector in the accounts are far from those at customs."""
    trade = load_accounts().trade_flow
    abroad = trade.where(trade["origin"] != trade["destination"], 0.0).sum("destination")
    for (exporter, sector), own in flows.groupby(["exporter", "sector"]):
        if exporter in abroad["origin"].to_numpy():
            customs, accounts = own["value"].sum(), float(abroad.sel(origin=exporter, sector=sector)) * 1e6
            if max(customs, accounts) >= MUCH and not 1 / FAR < customs / max(accounts, 1.0) < FAR:
                print(
                    f"{exporter} {sector}: {accounts / 1e9:.1f} bn US$ in the accounts, {customs / 1e9:.1f} at customs"
                )


def build() -> None:
    """Write the table."""
    flows, declared = read_flows(), load_freight()
    for sector, own in flows.groupby("sector"):
        print(
            f"{sector}: {value_of_tonne(own)[0]:.0f} US$/t, declared {declared[f'{sector}.value_per_tonne']:.0f}"
        )
    print_accounts(flows)
    rows = []
    for (exporter, sector), own in flows.groupby(["exporter", "sector"]):
        if own["tonnes"].sum() >= LEAST_TONNES or own["value"].sum() >= LEAST_VALUE:
            figures = [f"{figure:.3g}" if figure < 100 else f"{figure:.0f}" for figure in value_of_tonne(own)]
            rows.append(
                [exporter, sector, *figures, YEAR, SOURCE, ADDRESS, READ_ON, "derived", NOTES[str(sector)]]
            )
    with TABLE.open("w", encoding="utf-8", newline="") as stream:
        stream.write(HEADER)
        table = csv.writer(stream, lineterminator="\n")
        table.writerow(COLUMNS)
        table.writerows(rows)


if __name__ == "__main__":
    build()
