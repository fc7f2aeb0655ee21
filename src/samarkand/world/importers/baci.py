"""Goods trade by partner from CEPII's BACI: who buys each good from whom, laid over the base world's totals.

Columns `t, i, j, k, v, q`: year, exporter, importer, HS product, value in thousand US$, tonnes. Exports and imports of
the base by economy and sector stay as they are; partners become those of the file. What each economy sells and buys
of each product is kept beside them.
"""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from samarkand.core.conventions import REST_OF_WORLD, Floats
from samarkand.world.accounts.intermediate_use import DenseIntermediateUse
from samarkand.world.accounts.products import COLUMNS
from samarkand.world.accounts.tables import Accounts
from samarkand.world.accounts.tariffs import goods_sectors, sector_of_product
from samarkand.world.importers.choosing import find_tables, one_of_year
from samarkand.world.importers.frame import Import, Parts, in_parts
from samarkand.world.importers.numerals import lost_digits, read_codes

NEEDED = ("t", "i", "j", "k", "v")
PER_MILLION = 1000.0
FROM_BASE = 1e-4  # of the base's own pattern, so that every total can be met
TOLERANCE, ROUNDS = 1e-9, 20_000
# World trade in goods of the file over that of the accounts: outside it is in another unit, or not all products.
SMALLEST, LARGEST = 0.3, 3.0
EDITION = re.compile(r"HS(\d\d)(?=\D|$)", re.IGNORECASE)  # of the Harmonised System, as CEPII names its files


def edition_of(path: Path) -> str:
    """The edition of the Harmonised System that a file's name says, as HS17; empty where it says none."""
    found = EDITION.search(path.name)
    return f"HS{found[1]}" if found else ""


def read(task: Import) -> Parts | None:
    """The base's accounts with the partners of the file, and its trade by product."""
    paths = one_of_year(task, find_tables(task, lambda lines: "".join(lines[:1]).startswith("t,i,j,k,v")))
    editions = sorted({edition_of(path) for path in paths} - {""})
    if len(editions) > 1:
        task.fault(
            "PATH",
            f"the files have codes of {' and '.join(editions)}: one code is not one product in both",
            "Import files of one edition.",
        )
    chunks = [chunk for path in in_parts(tuple(paths), task) for chunk in _read(task, path)]
    place = str(task.paths[0])
    if chunks:
        rows = pd.concat(chunks, ignore_index=True)
        check_rows(task, place, rows)
    if task.faults:
        return None
    if not chunks:
        task.fault(place, "holds no trade", "Fetch it again.")
        return None
    year = task.choose_year(task.paths[0], sorted({int(one) for one in rows["year"].unique()}))
    if year is None:
        return None
    rows = rows[rows["year"] == year]
    base = task.base
    label = {
        **{code: code for code in base.economies},
        **dict.fromkeys(base.inside_rest_of_world, REST_OF_WORLD),
    }
    flows = rows.assign(origin=rows["origin"].map(label), destination=rows["destination"].map(label))
    flows = flows.dropna(subset=["origin", "destination", "sector"])
    flows = flows[flows["origin"] != flows["destination"]]
    table = flows.groupby(["origin", "destination", "sector"])["value"].sum() / PER_MILLION
    accounts, measures = with_partners(base.accounts, table)
    ratio = measures["trade_of_file_over_accounts"]
    if not SMALLEST <= ratio <= LARGEST:
        task.fault(
            place,
            f"world trade in goods is {ratio:.3g} times the accounts': thousands of US$, all products are expected",
            "Check the unit of v, and fetch the whole year.",
        )
        return None
    measures["left_out"] = dict(sorted(task.skipped.items()))
    measures["products"] = {"edition": editions[0] if editions else "not named", "year": year}
    return Parts(
        year=year,
        accounts=replace(accounts, year=base.accounts.year),
        products=by_product(rows),
        measures=measures,
    )


def check_rows(task: Import, place: str, rows: pd.DataFrame, sold: bool = True) -> None:
    """Faults of rows that stand there twice, and, of rows of what is sold, of products that nobody exports."""
    repeated = rows.duplicated(["year", "i", "j", "k"], keep=False)
    if repeated.any():
        first = rows[repeated].iloc[0]
        one, other = ("exporter", "importer") if sold else ("importer", "exporter")
        task.fault(
            f"{place}, line {first['line']}",
            f"{int(repeated.sum())} rows stand there more than once ({one} {first['i']}, {other} {first['j']}, "
            f"product {first['k']})",
            "Keep one row each.",
        )
    exports = rows.groupby("k")["value"].sum()
    if sold and len(bare := exports.index[exports == 0]):
        task.fault(
            f"{place}, line {rows.loc[rows['k'] == bare[0], 'line'].iloc[0]}",
            f"{len(bare)} products have no exporters: all their rows are 0 (the first is {bare[0]})",
            "Leave their rows out, or fetch the file again.",
        )


def by_product(rows: pd.DataFrame) -> pd.DataFrame:
    """What each economy sells and buys abroad of each product, US$ m: rows of `accounts.products.Products`.

    Economies are those of the file, also those that are inside the rest of the world here. Trade inside an economy of
    several codes, and goods that no sector has (HS 9999), are left out.
    """
    abroad = rows[(rows["origin"] != rows["destination"]) & rows["sector"].notna()]
    sides = [
        (abroad.dropna(subset=[side]).groupby([side, "k"])["value"].sum() / PER_MILLION).rename(name)
        for side, name in (("origin", "exports"), ("destination", "imports"))
    ]
    for side in sides:
        side.index.names = ["economy", "product"]
    table = pd.concat(sides, axis=1).fillna(0.0).reset_index()
    table = table[(table["exports"] > 0) | (table["imports"] > 0)]
    return table.sort_values(["economy", "product"], ignore_index=True)[list(COLUMNS)]


def _read(task: Import, path: Path) -> list[pd.DataFrame]:
    found = []
    sectors: dict[str, str | None] = {}
    for chunk in task.rows(path, needed=NEEDED):
        value = task.numbers(path, chunk["v"], what="v (value)")
        year = task.years(path, chunk["t"].rename("t (year)"))
        product = read_codes(chunk["k"]).str.zfill(6)
        for code in product.unique():
            if lost := lost_digits(code):
                line = product.index[product == code][0]
                mend = "Fetch the file again, and do not save it from a spreadsheet."
                task.fault(f"{path}, line {line}", f"k (product) is {code!r}, {lost}", mend, "spoilt codes")
            if code not in sectors:
                sectors[code] = sector_of_product(code)
        sector = product.map(sectors)
        task.strangers(path, "product k", product, sector.notna(), value=value)
        origin = task.economies(path, chunk["i"].rename("exporter i"), value=value)
        destination = task.economies(path, chunk["j"].rename("importer j"), value=value)
        frame = pd.DataFrame(
            {
                "i": chunk["i"], "j": chunk["j"], "k": product, "line": chunk.index,
                "origin": origin.map(_first), "destination": destination.map(_first), "sector": sector, "value": value,
                "year": year,
            }
        )  # fmt: skip
        found.append(frame[value.notna() & year.notna()])
    return found


def _first(codes: tuple[str, ...]) -> str | None:
    return codes[0] if codes else None


def with_partners(accounts: Accounts, table: pd.Series) -> tuple[Accounts, dict[str, Any]]:
    """Accounts whose goods trade has the partners of `table` (origin, destination, sector), totals as before.

    By sector, the flows nearest to the table in cross-entropy that meet the accounts' exports by origin and imports by
    destination (proportional fitting). Every buyer of a destination then imports a sector from the same origins in the
    same proportions, and as much of it as before: output, inputs and value added stay.
    """
    labels = list(accounts.economies)
    n = len(labels)
    flow = accounts.intermediate.transpose("origin", "sector", "destination", "use_sector").to_numpy().copy()
    final = accounts.final_demand.transpose("origin", "sector", "destination").to_numpy().copy()
    own = np.eye(n, dtype=bool)
    moved = traded = of_file = 0.0
    worst = 0.0
    for sector in goods_sectors():
        s = accounts.sectors.index(sector)
        before = flow[:, s].sum(axis=2) + final[:, s]
        before[own] = 0.0
        part = table[table.index.get_level_values("sector") == sector].droplevel("sector")
        seen = (
            part.rename("v")
            .reset_index()
            .pivot_table("v", "origin", "destination", "sum")
            .reindex(index=labels, columns=labels)
            .fillna(0.0)
            .to_numpy()
        )
        of_file += float(seen.sum())
        traded += float(before.sum())
        if seen.sum() <= 0 or before.sum() <= 0:
            continue
        prior = (1 - FROM_BASE) * seen / seen.sum() + FROM_BASE * before / before.sum()
        prior[own] = 0.0
        after, miss = _fit(prior, before.sum(axis=1), before.sum(axis=0))
        worst = max(worst, miss)
        moved += float(np.abs(after - before).sum()) / 2
        bought = before.sum(axis=0)
        share = after / np.where(bought > 0, bought, 1.0)
        used = np.einsum("inu,in->nu", flow[:, s], ~own)
        ended = np.einsum("in,in->n", final[:, s], ~own)
        flow[:, s] = np.where(own[:, :, None], flow[:, s], share[:, :, None] * used[None])
        final[:, s] = np.where(own, final[:, s], share * ended[None])
    new = replace(
        accounts,
        uses=DenseIntermediateUse(
            accounts.intermediate.transpose("origin", "sector", "destination", "use_sector").copy(data=flow)
        ),
        final_demand=accounts.final_demand.transpose("origin", "sector", "destination").copy(data=final),
    )
    # Rounding of the fit goes to output and value added, so that every balance is exact.
    output = new.trade_flow.sum("destination").rename(origin="economy").transpose("economy", "sector")
    inputs = new.uses.inputs.sum("sector").rename(destination="economy", use_sector="sector")
    output = output.rename("gross_output")
    new = replace(
        new,
        gross_output=output,
        value_added=(output - inputs.transpose("economy", "sector")).rename("value_added"),
    )
    measures = {
        "trade_of_file_over_accounts": float(f"{of_file / traded:.4g}"),
        "goods_trade_moved_to_other_partners_share": float(f"{moved / traded:.4g}"),
        "largest_miss_of_a_total": float(f"{worst:.2g}"),
    }
    return new, measures


def _fit(prior: Floats, rows: Floats, columns: Floats) -> tuple[Floats, float]:
    """The matrix nearest to `prior` in cross-entropy with these sums, and the largest relative miss of one."""
    fitted, miss = prior * rows.sum() / prior.sum(), np.inf
    for _ in range(ROUNDS):
        total = fitted.sum(axis=1)
        fitted *= (rows / np.where(total > 0, total, 1.0))[:, None]
        total = fitted.sum(axis=0)
        factor = columns / np.where(total > 0, total, 1.0)
        live = (columns > 0) & (total > 0)
        miss = float(np.abs(factor[live] - 1).max(initial=0.0))
        fitted *= factor[None, :]
        if miss < TOLERANCE:
            break
    return fitted, miss
