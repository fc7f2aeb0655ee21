"""Writes `world/freight/unit_values.csv`: what a tonne of heavy goods is worth, by exporter (US$ of the accounts).

    python -m data.unit_values

    coal, ores   v = sum of values / sum of tonnes at customs, over flows to all importers (CEPII, BACI, 2022)
    agriculture  v = n V / (T + n R / L),  R = max(V - P T, 0)
                 T: grain, oil seeds and pulses exported (FAO, 2020), P: value of a tonne of these, L: of the rest
    metals       1/v = s / v1 + (1 - s) / v2    s: part of iron and steel in exports (OECD, 2022)
    chemicals    the same, s: part of pharmaceuticals
    metals of who has no row there   1/v = g / v1 + (1 - g) / v2,  g = min(V1 / V, 1)

V: exports of the sector in the accounts, n: the part of them that is on the network. v1 of steel makes its tonnes of
the world those that are published; v2 is what leaves the world's tonnes of the sector what they are at the value that
everybody else has. V1 and v1: value and value of a tonne at customs of gold, platinum metals and unwrought aluminium,
of which the accounts of economies without a published table have their trade of metals; v2 is the value of the sector.

Who has a row: coal and ores, exporters of a million tonnes or a thousand million US$ at customs; agriculture, of a
million tonnes of grain, oil seeds and pulses or a thousand million US$ in the accounts; metals and chemicals, all
economies of the published input-output table. Nothing is chosen by what it does to a gate.
"""

from __future__ import annotations

import csv
import sqlite3
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

import samarkand
from data import fetch
from data.accounts.baci import COVERED, PACKAGE, YEAR
from data.farm_exports import YEAR as FARM_YEAR
from data.farm_exports import read_bulk_exports
from data.industry_exports import read_shares
from samarkand.world.accounts.tables import load_accounts
from samarkand.world.freight.commodities import freight_table, load_freight

TABLE = Path(samarkand.__file__).parent / "world" / "freight" / "unit_values.csv"
SECTORS = ("coal", "ores")  # of which the extract has nearly all that weighs
LEAST_TONNES, LEAST_VALUE = 1e6, 1e9  # of either
CODES = {"S19": "TWN"}  # BACI: other Asia
OUTER = 0.1  # of the tonnes at either end of the range
FAR, MUCH = 1.5, 1e10  # times; US$ at customs or in the accounts: what is printed of exports in both
# US$ a tonne. Grain and oil seeds: RaboResearch, 880 million tonnes for 330 thousand million US$ in 2023/24
# (https://www.feedandgrain.com/grain-supply-chain/grain-trade-export/news/15747756/
# global-grains-and-oilseeds-trade-reaches-880-million-metric-tons-in-202324). Other farm produce: US Commodity Flow
# Survey 2012, table 5b, SCTG 03, 197,793 m US$ and 218,995 thousand short tons.
BULK_VALUE, OTHER_FARM_VALUE = 330e9 / 880e6, 197_793e6 / (218_995e3 * 0.90718474)
# World Steel Association: 402.8 million tonnes of steel exported in 2023, 6.4 per cent more than in 2022
# (https://metallurgprom.org/en/main/print:page,1,15273-mirovoj-jeksport-stalnoj-produkcii-v-2023-godu-vyros-na-64.html).
STEEL_TONNES = 402.8e6 / 1.064
# As freight_sectors.csv quotes Rodrigue: about 49,000 US$ a short ton of pharmaceutical and electronic products.
MEDICINE_VALUE = 49_000 / 0.90718474
HEADER = (
    "# Value of a tonne that an economy exports, where its goods of a sector are far from the world's mix: iron ore"
    " beside copper concentrate, grain beside fruit. Dollars are those of the accounts.\n"
    "# In place of value_per_tonne of by_sector/freight_sectors.csv when trade is turned into tonnes, and nowhere else."
    " Written by `python -m data.unit_values`.\n"
)
COLUMNS = (
    "exporter", "sector", "value_per_tonne", "low", "high", "year", "source", "address", "read_on", "flag", "note",
)  # fmt: skip
CODES_OF = {
    "coal": "HS 2701 and 2702",
    "ores": "the codes of HS 25 and 26 that the extract has, not sand and stone",
    "metals": "HS 7108, 7110 and 7601",
}
READ_ON = "2026-11-28"
BACI = "https://www.cepii.fr/CEPII/en/bdd_modele/bdd_modele_item.asp?id=37"
ICIO = "https://www.oecd.org/en/data/datasets/inter-country-input-output-tables.html"
RANGE = "low and high: the tenth and the ninetieth percentile of its tonnes at customs"
Row = tuple[
    str, str, tuple[float, float, float], str, str, str
]  # exporter, sector, value and range, source, address, note


def read_flows(sectors: Sequence[str] = SECTORS) -> pd.DataFrame:
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
    for sector in sectors:
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


def read_exports() -> tuple[pd.DataFrame, pd.Series]:
    """US$ that each economy of the accounts sells abroad by sector, and the part of a sector that is on the network."""
    trade = load_accounts().trade_flow
    abroad = trade.where(trade["origin"] != trade["destination"], 0.0).sum("destination") * 1e6
    exports = abroad.to_pandas().drop(index="ROW", errors="ignore")
    return exports, freight_table(load_freight())["network_share"].to_series()


def customs_rows(flows: pd.DataFrame, exports: pd.DataFrame, part: pd.Series) -> Iterator[Row]:
    """Rows of coal and ores."""
    for (exporter, sector), own in flows.groupby(["exporter", "sector"]):
        tonnes, value = own["tonnes"].sum(), own["value"].sum()
        known = exporter in exports.index and exports.loc[exporter, sector] > 0
        if not known or (tonnes < LEAST_TONNES and value < LEAST_VALUE):
            continue
        found = value_of_tonne(own)
        source = f"CEPII, BACI, {YEAR}, edition 202401b: value over tonnes of the exporter's flows to all importers"
        yield exporter, sector, found, source, BACI, f"{CODES_OF[str(sector)]}; {RANGE}"


def farm_rows(exports: pd.DataFrame, part: pd.Series) -> Iterator[Row]:
    """Rows of farm produce."""
    bulk, share = read_bulk_exports(), part["agriculture"]
    source = (
        f"exports of the accounts of {YEAR} over tonnes of grain, oil seeds and pulses (FAO, food balance sheets,"
        f" {FARM_YEAR})"
        f" and of what else they pay for at {OTHER_FARM_VALUE:.0f} US$ a tonne"
    )
    for exporter, value in exports["agriculture"].items():
        tonnes = float(bulk.get(exporter, 0.0))
        if value <= 0 or exporter not in bulk.index or (tonnes < LEAST_TONNES and value < LEAST_VALUE):
            continue

        def at(price: float, tonnes: float = tonnes, value: float = float(value)) -> float:
            rest = max(value - price * tonnes, 0.0)
            return share * value / (tonnes + share * rest / OTHER_FARM_VALUE)

        low, high = sorted((at(BULK_VALUE / 1.5), at(BULK_VALUE * 1.5)))
        mine = at(BULK_VALUE)
        note = (
            f"{tonnes / 1e6:.3g} million tonnes of grain, oil seeds and pulses, at {BULK_VALUE:.0f} US$;"
            " low and high: at two thirds and one and a half of that"
        )
        address = "https://www.fao.org/faostat/en/#data/FBS"
        yield str(exporter), "agriculture", (mine, min(low, mine), max(high, mine)), source, address, note


def industry_rows(exports: pd.DataFrame, part: pd.Series) -> Iterator[Row]:
    """Rows of metals and chemicals."""
    declared, shares = load_freight(), read_shares()
    for sector, titles in {"metals": "iron and steel", "chemicals": "pharmaceuticals"}.items():
        mean, share = float(declared[f"{sector}.value_per_tonne"]), shares[sector].dropna()
        value = exports[sector].reindex(share.index).fillna(0.0)
        first, whole = float((value * share).sum()), float(value.sum())
        one = part[sector] * first / STEEL_TONNES if sector == "metals" else MEDICINE_VALUE
        other = (whole - first) / (whole / mean - first / one)
        if other <= 0:
            raise ValueError(f"{sector}: {titles} alone weigh more than all of it")
        print(f"{sector}: {titles} {one:.0f} US$ a tonne, the other industry {other:.0f}, all {mean:.0f}")
        source = (
            f"OECD, inter-country input-output tables, 2025 release, {YEAR}: part of {titles} in sales abroad"
        )
        for exporter, mine in share.items():
            if value[exporter] <= 0:
                continue
            figure = 1 / (mine / one + (1 - mine) / other)
            note = (
                f"{100 * mine:.3g} per cent {titles} at {one:.0f} US$ a tonne, the rest at {other:.0f};"
                " low and high: of either industry alone"
            )
            yield str(exporter), sector, (figure, min(one, other), max(one, other)), source, ICIO, note


def precious_rows(flows: pd.DataFrame, exports: pd.DataFrame) -> Iterator[Row]:
    """Rows of metals of exporters without a published table: most of them sell gold, which weighs nothing."""
    mean, published = float(load_freight()["metals.value_per_tonne"]), read_shares()["metals"].dropna().index
    for exporter, own in flows.groupby("exporter"):
        tonnes, customs = own["tonnes"].sum(), own["value"].sum()
        value = float(exports["metals"].get(exporter, 0.0))
        if exporter in published or value <= 0 or (tonnes < LEAST_TONNES and customs < LEAST_VALUE):
            continue
        part, (each, *_) = min(customs / value, 1.0), value_of_tonne(own)
        figure = 1 / (part / each + (1 - part) / mean)
        note = (
            f"{CODES_OF['metals']}, {100 * part:.3g} per cent of what the accounts have, at {each:.3g} US$ a tonne,"
            f" the rest at {mean:.0f}; low and high: of either alone"
        )
        source = f"CEPII, BACI, {YEAR}, edition 202401b: value over tonnes of the exporter's flows to all importers"
        yield str(exporter), "metals", (figure, min(each, mean), max(each, mean)), source, BACI, note


def print_accounts(flows: pd.DataFrame, exports: pd.DataFrame) -> None:
    """Print the exporters of coal and ores whose sales in the accounts are far from those at customs."""
    for (exporter, sector), own in flows.groupby(["exporter", "sector"]):
        if exporter in exports.index:
            customs, accounts = own["value"].sum(), float(exports.loc[exporter, sector])
            if max(customs, accounts) >= MUCH and not 1 / FAR < customs / max(accounts, 1.0) < FAR:
                print(
                    f"{exporter} {sector}: {accounts / 1e9:.1f} bn US$ in the accounts, {customs / 1e9:.1f} at customs"
                )


def print_tonnes(rows: list[Row], exports: pd.DataFrame, part: pd.Series) -> None:
    """Print what the world and the largest exporters send by these values, million tonnes."""
    declared = load_freight()
    own = {(exporter, sector): value[0] for exporter, sector, value, *_ in rows}
    for sector in dict.fromkeys(row[1] for row in rows):
        mean = float(declared[f"{sector}.value_per_tonne"])
        values = pd.Series({code: own.get((code, sector), mean) for code in exports.index})
        tonnes = (exports[sector] * part[sector] / values / 1e6).sort_values(ascending=False)
        before = exports[sector].sum() * part[sector] / mean / 1e6
        largest = ", ".join(f"{code} {amount:.1f}" for code, amount in tonnes.head(25).items())
        print(f"{sector}: {tonnes.sum():.0f} million tonnes ({before:.0f} at one value): {largest}")


def build() -> None:
    """Write the table."""
    (exports, part), flows = read_exports(), read_flows()
    print_accounts(flows, exports)
    rows = [
        *customs_rows(flows, exports, part),
        *farm_rows(exports, part),
        *industry_rows(exports, part),
        *precious_rows(read_flows(("metals",)), exports),
    ]
    rows.sort(key=lambda row: row[:2])
    print_tonnes(rows, exports, part)
    with TABLE.open("w", encoding="utf-8", newline="") as stream:
        stream.write(HEADER)
        table = csv.writer(stream, lineterminator="\n")
        table.writerow(COLUMNS)
        for exporter, sector, value, source, address, note in rows:
            figures = [f"{figure:.3g}" if figure < 100 else f"{figure:.0f}" for figure in value]
            table.writerow([exporter, sector, *figures, YEAR, source, address, READ_ON, "derived", note])


if __name__ == "__main__":
    build()
