"""One economy's own accounts in an Excel template: its row replaces the estimate, and the rest is rebalanced.

`write_template` fills the template with the figures at hand; a ministry overwrites them and gives the file back. Cells
that are left as they are keep the base's figures.
"""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from samarkand.core.conventions import Floats
from samarkand.core.durable import new_file
from samarkand.core.faults import Fault, Faults, did_you_mean
from samarkand.core.workbook_saving import workbook_bytes
from samarkand.world.accounts.intermediate_use import DenseIntermediateUse
from samarkand.world.accounts.sectors import load_sectors
from samarkand.world.accounts.tables import Accounts
from samarkand.world.importers.concordance import check_size
from samarkand.world.importers.frame import Import, Parts
from samarkand.world.importers.numerals import read_numerals
from samarkand.world.importers.tables import check_file

if TYPE_CHECKING:
    from samarkand.world.world import World

SHEET = "accounts"
COLUMNS = ("sector", "name", "gross_output", "value_added", "exports", "imports")
FIGURES = COLUMNS[2:]
UNIT = "US$ million"
HEAD = {"economy": "B1", "year": "B2", "unit": "B3"}
FIRST_ROW = 6
HELP = (
    "Overwrite what you know better, in US$ million of the year, at basic prices. Exports and imports are goods and "
    "services by the sector that makes them. Value added holds net taxes on inputs. In each sector exports are at most "
    "gross output and value added is below it; all sectors together buy what they need from home and from imports."
)
TOLERANCE, ROUNDS = 1e-12, 5_000
LEAST = 1e-6  # of output, that value added and final use are; below, they are lost in rounding


def write_template(world: World, economy: str, path: Path) -> None:
    """Write the template for an economy with the world's figures in it. Raises `Faults`."""
    from openpyxl import Workbook
    from openpyxl.styles import Font

    economy = economy.upper()
    if economy not in world.economies:
        raise Faults(
            [
                Fault(
                    f"economy {economy}",
                    "has no accounts of its own in the world",
                    did_you_mean(economy, world.economies),
                )
            ]
        )
    if path.suffix.lower() != ".xlsx":
        raise Faults([Fault(str(path), "does not end in .xlsx", "Give the file such a name.")])
    book = Workbook()
    sheet = book.active
    sheet.title = SHEET
    sheet["A1"], sheet["B1"] = "economy", economy
    sheet["A2"], sheet["B2"] = "year", world.accounts.year
    sheet["A3"], sheet["B3"] = "unit", UNIT
    sheet["A4"] = HELP
    for column, name in enumerate(COLUMNS, 1):
        sheet.cell(FIRST_ROW - 1, column, name).font = Font(bold=True)
    figures = base_figures(world.accounts, economy)
    for row, sector in enumerate(load_sectors()):
        values = [sector.code, sector.name, *(round(float(figures[name][row]), 3) for name in FIGURES)]
        for column, value in enumerate(values, 1):
            sheet.cell(FIRST_ROW + row, column, value)
    for letter, width in zip("ABCDEF", (20, 52, 16, 16, 16, 16), strict=True):
        sheet.column_dimensions[letter].width = width
    content = workbook_bytes(book)
    with new_file(path) as made:
        made.write_bytes(content)


def base_figures(accounts: Accounts, economy: str) -> dict[str, Floats]:
    """Gross output, value added, exports and imports of an economy by sector, US$ million."""
    flow = accounts.trade_flow.transpose("origin", "destination", "sector").to_numpy()
    at = accounts.economies.index(economy)
    return {
        "gross_output": accounts.gross_output.sel(economy=economy).to_numpy(),
        "value_added": accounts.value_added.sel(economy=economy).to_numpy(),
        "exports": flow[at].sum(axis=0) - flow[at, at],
        "imports": flow[:, at].sum(axis=0) - flow[at, at],
    }


def read(task: Import) -> Parts | None:
    """The base's accounts with the economy's row replaced."""
    path = task.one_path("Name the one template.")
    found = None if path is None else _read_book(task, path)
    if path is None or found is None or task.faults:
        return None
    economy, year, own = found
    base = base_figures(task.base.accounts, economy)
    figures = {name: np.where(np.isnan(own[name]), base[name], own[name]) for name in FIGURES}
    _check(task, path, economy, figures, own)
    if task.faults:
        return None
    task.progress("rebalancing")
    try:
        accounts, measures = replace_economy(task.base.accounts, economy, figures)
    except ValueError as error:
        task.fault(str(path), str(error), "Correct the figures so that uses and supply agree.")
        return None
    measures = {"economy": economy, "year_of_the_figures": year, **measures}
    return Parts(year=year, accounts=accounts, measures=measures)


def _read_book(task: Import, path: Path) -> tuple[str, int, dict[str, Floats]] | None:
    from openpyxl import load_workbook

    place = str(path)
    mend = "Begin with: samarkand world template ISO3 FILE.xlsx"
    if not check_file(path, task.faults):
        return None
    try:
        content = path.read_bytes()
        book, formulas = load_workbook(BytesIO(content), data_only=True), load_workbook(BytesIO(content))
    except Exception:  # openpyxl raises whatever zip, XML or its own reading meets in a damaged file
        task.fault(place, "is not an Excel workbook (.xlsx), or is damaged", mend)
        return None
    if SHEET not in book.sheetnames:
        task.fault(place, f"has no sheet {SHEET!r}", mend)
        return None
    sheet, written = book[SHEET], formulas[SHEET]
    economy = str(sheet[HEAD["economy"]].value or "").strip().upper()
    if economy not in task.base.economies:
        task.fault(
            f"{place}, cell B1",
            f"economy {economy!r} has no accounts of its own in the base",
            did_you_mean(economy, task.base.economies),
        )
    if task.economy and task.economy != economy:
        task.fault(
            f"{place}, cell B1", f"the economy is {economy}, not {task.economy}", "Give the other file."
        )
    if str(sheet[HEAD["unit"]].value or "").strip() != UNIT:
        task.fault(
            f"{place}, cell B3", f"the unit is {sheet[HEAD['unit']].value!r}", f"Give figures in {UNIT}."
        )
    year = sheet[HEAD["year"]].value
    if not isinstance(year, int | float) or int(year) != year:
        task.fault(f"{place}, cell B2", f"the year is {year!r}", "Write it as a number of four digits.")
        return None
    if task.choose_year(path, [int(year)]) is None:
        return None
    if int(year) != task.base.accounts.year:
        task.fault(
            f"{place}, cell B2",
            f"the figures are for {int(year)}, the accounts of the base for {task.base.accounts.year}",
            "Give the figures of that year, or a base of theirs.",
        )
    header = [
        str(sheet.cell(FIRST_ROW - 1, column).value or "").strip() for column in range(1, len(COLUMNS) + 1)
    ]
    for name in COLUMNS:
        if name not in header:
            task.fault(f"{place}, row {FIRST_ROW - 1}", f"has no column {name!r}", mend)
    if task.faults:
        return None
    columns = {name: header.index(name) + 1 for name in COLUMNS}
    codes = [sector.code for sector in load_sectors()]
    own = {name: np.full(len(codes), np.nan) for name in FIGURES}
    seen: dict[str, int] = {}
    for row in range(FIRST_ROW, sheet.max_row + 1):
        code = str(sheet.cell(row, columns["sector"]).value or "").strip()
        if not code:
            continue
        if code not in codes:
            task.fault(
                f"{place}, row {row}",
                f"sector {code!r} is not known",
                did_you_mean(code, codes),
                "unknown sectors",
            )
            continue
        if code in seen:
            task.fault(
                f"{place}, row {row}",
                f"sector {code} stands there twice (row {seen[code]} too)",
                "Keep one row.",
            )
        seen[code] = row
        for name in FIGURES:
            number = _figure(task, place, sheet.cell(row, columns[name]), written.cell(row, columns[name]))
            if number is not None:
                own[name][codes.index(code)] = number
    for code in codes:
        if code not in seen:
            task.fault(place, f"has no row for sector {code}", mend, "missing sectors")
    return economy, int(year), own


def _figure(task: Import, place: str, cell: Any, written: Any) -> float | None:
    """A cell as a number; None where it is empty. A formula counts with the value that Excel kept of it."""
    where = f"{place}, cell {cell.coordinate}"
    value = cell.value
    if isinstance(written.value, str) and written.value.startswith("=") and value is None:
        task.fault(
            where, "holds a formula without a value", "Open the file in Excel, let it compute, and save it."
        )
        return None
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    if isinstance(value, str):
        read = read_numerals(pd.Series([value.strip()]), task.decimal)
        if read.percent.iloc[0]:
            task.fault(where, f"is {value!r}, in per cent", "Give the plain figure.", "per cent signs")
            return None
        if read.wrong:
            why, mend, alike = read.wrong[0]
            task.fault(where, f"is {why}", mend, alike)
            return None
        if read.unclear:
            mend = "Write it as a number, without marks between digits."
            task.fault(where, f"is {value!r}: a thousand, or three decimals", mend, "unclear numbers")
            return None
        value = float(read.values.iloc[0])
    if isinstance(value, bool) or not isinstance(value, int | float) or not np.isfinite(value):
        task.fault(
            where,
            f"is {value!r}, not a number",
            "Write a number, or leave the cell empty.",
            "words for numbers",
        )
        return None
    if value < 0:
        task.fault(where, f"is {value:g}, below zero", "Correct the cell.", "negative values")
        return None
    return float(value)


def _check(
    task: Import, path: Path, economy: str, figures: dict[str, Floats], own: dict[str, Floats]
) -> None:
    place = str(path)
    if all(np.isnan(own[name]).all() for name in FIGURES):
        task.fault(place, "holds no figure", "Fill in what you know.")
        return
    for sector, output, added, exports in zip(
        [row.code for row in load_sectors()], figures["gross_output"], figures["value_added"], figures["exports"],
        strict=True,
    ):  # fmt: skip
        slack = 1e-3 + 1e-6 * output  # what rounding of the template to a thousand US$ allows
        if added > output + slack:
            task.fault(
                place,
                f"{sector}: value added {added:,.1f} exceeds gross output {output:,.1f}",
                "Correct one.",
            )
        if exports > output + slack:
            task.fault(
                place,
                f"{sector}: exports {exports:,.1f} exceed gross output {output:,.1f}",
                "Leave re-exports out.",
            )
    import xarray as xr

    total = xr.DataArray([figures["value_added"].sum()], {"economy": [economy]}, ("economy",))
    check_size(task, place, total)


def replace_economy(
    accounts: Accounts, economy: str, figures: dict[str, Floats]
) -> tuple[Accounts, dict[str, Any]]:
    """Accounts with an economy's output, value added, exports and imports by sector, and every balance met.

    Its exports and imports keep their partners' shares. What it sells at home is output less exports; its uses are
    fitted to supply by sector and to inputs by industry (proportional fitting from the uses at hand), each sector's
    origins within them likewise. Elsewhere every buyer keeps its total purchases of a sector: what it buys more or less
    from the economy it buys less or more from all others in proportion. Output and value added of the others follow.
    Raises `ValueError` where that cannot be.
    """
    order = ("origin", "sector", "destination", "use_sector")
    flow = accounts.intermediate.transpose(*order).to_numpy()
    final = accounts.final_demand.transpose(*order[:3]).to_numpy()
    if figures["value_added"].sum() <= LEAST * figures["gross_output"].sum():
        raise ValueError(f"{economy} would have no value added, or next to none of its output")
    at = accounts.economies.index(economy)
    n, sectors = len(accounts.economies), accounts.sectors
    uses = np.concatenate(
        [flow, final[..., None]], axis=3
    )  # [origin, sector, destination, user], end users last
    new = uses.copy()
    others = np.arange(n) != at

    # What the others buy from the economy, and from each other.
    sold = uses[at][:, others].sum(axis=(1, 2))
    ratio = np.where(sold > 0, figures["exports"] / np.where(sold > 0, sold, 1.0), 0.0)
    lost = (figures["exports"] > 0) & (sold <= 0)
    if lost.any():
        raise ValueError(
            f"exports of {sectors[int(lost.argmax())]} are above zero, but nobody buys them in the base"
        )
    bought = uses.sum(axis=0)
    from_it = uses[at]
    wanted = from_it * ratio[:, None, None]
    rest = bought - from_it
    with np.errstate(invalid="ignore", divide="ignore"):
        factor = np.where(rest > 0, (bought - wanted) / np.where(rest > 0, rest, 1.0), 1.0)
    short = (factor < 0)[:, others]
    if short.any():
        sector = sectors[int(np.argwhere(short)[0][0])]
        raise ValueError(f"exports of {sector} exceed what their buyers buy of it from everybody")
    new[:, :, others] = uses[:, :, others] * factor[None][:, :, others]
    new[at][:, others] = wanted[:, others]

    # What the economy itself buys: supply by sector from home and from each origin, uses by industry.
    home = figures["gross_output"] - figures["exports"]
    imported = uses[:, :, at].sum(axis=2)
    imported[at] = 0.0
    total_imports = imported.sum(axis=0)
    none = (figures["imports"] > 0) & (total_imports <= 0)
    if none.any():
        raise ValueError(
            f"imports of {sectors[int(none.argmax())]} are above zero, but nobody sells them in the base"
        )
    supply = imported * np.where(
        total_imports > 0, figures["imports"] / np.where(total_imports > 0, total_imports, 1.0), 0.0
    )
    supply[at] = np.maximum(home, 0.0)
    inputs = np.maximum(figures["gross_output"] - figures["value_added"], 0.0)
    ended = supply.sum() - inputs.sum()
    if ended <= LEAST * figures["gross_output"].sum():
        raise ValueError(
            f"inputs of all sectors exceed supply by {-ended:,.0f} US$ million: nothing is left for final use"
            if ended < 0
            else "nothing, or next to nothing of output, is left for final use: all is sold abroad"
        )
    need = np.append(inputs, ended)
    table = _fit(uses[:, :, at].sum(axis=0), supply.sum(axis=0), need)
    for s in range(len(sectors)):
        new[:, s, at] = _fit(uses[:, s, at], supply[:, s], table[s])
    intermediate, ends = new[..., :-1], new[..., -1]
    output = new.sum(axis=(2, 3))
    value_added = output - intermediate.sum(axis=(0, 1))
    if value_added.min() < 0:
        i, s = (int(a) for a in np.unravel_index(value_added.argmin(), value_added.shape))
        raise ValueError(
            f"value added of {sectors[s]} in {accounts.economies[i]} would become {value_added.min():,.1f} US$ million"
        )
    changed = replace(
        accounts,
        uses=DenseIntermediateUse(accounts.intermediate.transpose(*order).copy(data=intermediate)),
        final_demand=accounts.final_demand.transpose(*order[:3]).copy(data=ends),
        gross_output=accounts.gross_output.transpose("economy", "sector").copy(data=output),
        value_added=accounts.value_added.transpose("economy", "sector").copy(data=value_added),
        estimated=tuple(code for code in accounts.estimated if code != economy),  # it gave its own
    )
    before = accounts.value_added.transpose("economy", "sector").to_numpy().sum(axis=1)
    moved = (value_added.sum(axis=1) - before) / before
    far = int(np.where(others, np.abs(moved), -1.0).argmax())
    measures = {
        "value_added_usd_m": float(f"{value_added[at].sum():.6g}"),
        "value_added_before_usd_m": float(f"{before[at]:.6g}"),
        "largest_move_of_another_economy": f"{accounts.economies[far]} {100 * moved[far]:+.3g} % of value added",
        "flows_moved_share": float(f"{np.abs(new - uses).sum() / 2 / uses.sum():.3g}"),
        "miss_of_the_given_value_added": float(
            f"{np.abs(value_added[at] - figures['value_added']).sum() / figures['value_added'].sum():.2g}"
        ),
    }
    return changed, measures


def _fit(prior: Floats, rows: Floats, columns: Floats) -> Floats:
    """The matrix nearest to `prior` in cross-entropy with these sums (of one total).

    Where a row or column needs something and the prior has nothing, it is spread in proportion to the other side.
    """
    fitted = prior.astype(float, copy=True)
    total = rows.sum()
    if total <= 0:
        return np.zeros_like(fitted)
    columns = columns * (total / columns.sum()) if columns.sum() > 0 else columns
    even = np.outer(rows, columns) / total
    dead_rows = (fitted.sum(axis=1) <= 0) & (rows > 0)
    dead_columns = (fitted.sum(axis=0) <= 0) & (columns > 0)
    fitted[dead_rows] = even[dead_rows]
    fitted[:, dead_columns] = even[:, dead_columns]
    for attempt in range(2):
        for _ in range(ROUNDS):
            sums = fitted.sum(axis=0)
            fitted *= np.where(sums > 0, columns / np.where(sums > 0, sums, 1.0), 0.0)[None, :]
            sums = fitted.sum(axis=1)
            factor = np.where(sums > 0, rows / np.where(sums > 0, sums, 1.0), 0.0)
            fitted *= factor[:, None]
            live = rows > 0
            if float(np.abs(factor[live] - 1).max(initial=0.0)) < TOLERANCE:
                break
        miss = float(np.abs(fitted.sum(axis=0) - columns).max(initial=0.0))
        if miss <= 1e-9 * total or attempt:
            break
        fitted = prior + 1e-6 * even  # zeros of the prior stood in the way
    return fitted
