"""Trade by product from the Trade Matrix of UN Comtrade: groups of the SITC, partly estimated by the United Nations.

Columns as its interface gives them: `refYear, reporterCode, flowCode, partnerCode, classificationCode, cmdCode,
primaryValue` (US$), and `isReported` where it is there. Groups of three digits are taken; sections, divisions and rows
of the world as reporter or partner, which add up others, are left out. Exports are what reporters sell, imports what
they buy. How much of an economy's exports is estimated is kept beside them. No accounts change.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from samarkand.world.accounts.products import COLUMNS, ESTIMATED, SITC
from samarkand.world.accounts.tariffs import goods_sectors
from samarkand.world.importers.baci import LARGEST, SMALLEST, check_rows
from samarkand.world.importers.choosing import find_tables, one_of_year
from samarkand.world.importers.frame import Import, Parts, in_parts
from samarkand.world.importers.numerals import read_codes

YEAR, REPORTER, FLOW, PARTNER = "refYear", "reporterCode", "flowCode", "partnerCode"
SYSTEM, PRODUCT, VALUE, REPORTED = "classificationCode", "cmdCode", "primaryValue", "isReported"
NEEDED = (YEAR, REPORTER, FLOW, PARTNER, SYSTEM, PRODUCT, VALUE)
SYSTEMS = ("SS", "S1", "S2", "S3", "S4")  # of the SITC: combined, and its revisions
GROUP = r"\d{3}"
WORLD = "0"
SOLD, BOUGHT = "X", "M"
US_DOLLARS = 1e6  # in US$ m


def read(task: Import) -> Parts | None:
    """Exports and imports by economy and group."""
    paths = one_of_year(task, find_tables(task, lambda lines: VALUE in "".join(lines[:1])))
    parts = [part for path in in_parts(tuple(paths), task) for part in _read(task, path)]
    place = str(task.paths[0])
    if not parts:
        if not task.faults:
            reason = "holds no trade of groups of three digits between economies"
            task.fault(place, reason, "Fetch the level ag3, exports and imports, all reporters and partners.")
        return None
    rows = pd.concat(parts, ignore_index=True)
    systems = sorted(rows["system"].unique())
    if len(systems) > 1:
        reason = f"has codes of {' and '.join(systems)}: one code is not one product in both"
        task.fault(place, reason, "Fetch one classification.")
    for flow in (SOLD, BOUGHT):
        if (rows["flow"] == flow).any():
            check_rows(task, place, rows[rows["flow"] == flow], sold=flow == SOLD)
        else:
            task.fault(place, f"has no rows of the flow {flow}", "Fetch exports (X) and imports (M).")
    year = task.choose_year(task.paths[0], sorted({int(one) for one in rows["year"].unique()}))
    if year is None or task.faults:
        return None
    rows = rows[rows["year"] == year].dropna(subset=["origin"])
    table = _table(rows)
    flows = task.base.accounts.trade_flow.sel(sector=list(goods_sectors()))
    abroad = float(flows.where(flows["origin"] != flows["destination"], 0.0).sum())
    ratio = float(table["exports"].sum()) / abroad
    if not SMALLEST <= ratio <= LARGEST:
        reason = f"exports of goods are {ratio:.3g} times the accounts': US$, all groups and economies are expected"
        task.fault(place, reason, "Check the unit of primaryValue, and fetch the whole year.")
        return None
    measures = {
        "trade_of_file_over_accounts": float(f"{ratio:.4g}"),
        "products": {"edition": systems[0], "year": year},
        "left_out": dict(sorted(task.skipped.items())),
    }
    return Parts(year=year, products=table, measures=measures)


def _read(task: Import, path: Path) -> list[pd.DataFrame]:
    found = []
    for chunk in task.rows(path, needed=NEEDED, optional=(REPORTED,)):
        cells = {name: chunk[name].str.strip() for name in (FLOW, PARTNER, REPORTER, SYSTEM)}
        other = ~cells[SYSTEM].isin(SYSTEMS)
        for line, word in cells[SYSTEM][other].items():
            mend = "Fetch the Trade Matrix; of the Harmonised System import baci, where both sides are reconciled."
            task.fault(f"{path}, line {line}", f"{SYSTEM} is {word!r}, not the SITC", mend, "other systems")
        product = read_codes(chunk[PRODUCT])
        world = (cells[PARTNER] == WORLD) | (cells[REPORTER] == WORLD)
        groups, flows = product.str.fullmatch(GROUP), cells[FLOW].isin((SOLD, BOUGHT))
        task.skip("rows of the world as a whole", int(world.sum()))
        task.skip("rows of sections, divisions and parts of groups", int((~groups).sum()))
        task.skip("rows of other flows", int((~flows).sum()))
        used = ~other & ~world & groups & flows
        rows = chunk[used]
        value = task.numbers(path, rows[VALUE])
        year = task.years(path, rows[YEAR])
        economy = task.economies(path, cells[REPORTER][used].rename("reporter"), value=value)
        reported = rows[REPORTED] if REPORTED in rows else pd.Series("true", rows.index)
        frame = pd.DataFrame(
            {
                "i": cells[REPORTER][used], "j": cells[PARTNER][used], "k": SITC + product[used],
                "line": rows.index, "origin": economy.map(lambda codes: codes[0] if codes else None),
                "system": cells[SYSTEM][used], "flow": cells[FLOW][used], "value": value, "year": year,
                "reported": ~reported.str.strip().str.lower().isin(("false", "0")),
            }
        )  # fmt: skip
        found.append(frame[value.notna() & year.notna()])
    return [one for one in found if len(one)]


def _table(rows: pd.DataFrame) -> pd.DataFrame:
    """US$ m by economy and group, with the part of exports that is estimated."""
    keys = [rows["origin"].rename("economy"), rows["k"].rename("product")]
    sides = {
        "exports": rows["value"].where(rows["flow"] == SOLD, 0.0),
        "imports": rows["value"].where(rows["flow"] == BOUGHT, 0.0),
        ESTIMATED: rows["value"].where((rows["flow"] == SOLD) & ~rows["reported"], 0.0),
    }
    table = pd.DataFrame(sides).groupby(keys).sum() / US_DOLLARS
    table = table[np.any(table > 0, axis=1)].reset_index()
    return table.sort_values(["economy", "product"], ignore_index=True)[[*COLUMNS, ESTIMATED]]
