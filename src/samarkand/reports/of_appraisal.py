"""What somebody at a prompt asks of an appraisal: a picture, a workbook, the report."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd

from samarkand.core.durable import new_file
from samarkand.core.faults import Fault, Faults, did_you_mean
from samarkand.core.workbook_saving import workbook_bytes
from samarkand.core.write_faults import check_place
from samarkand.priorities.registry import each_indicator
from samarkand.priorities.results import unit_of
from samarkand.reports.figures import display_unit
from samarkand.reports.html import render_report
from samarkand.reports.svg import Svg
from samarkand.reports.view import ReportView
from samarkand.result import Appraisal

CHARTS: dict[str, Callable[[ReportView], Svg]] = {
    "map": lambda view: view.map,
    "region": lambda view: view.region,
    "money": lambda view: view.bars[0].chart,
    "per_cent": lambda view: view.bars[1].chart,
}
WIDEST_COLUMN = 60  # letters


def plot(appraisal: Appraisal, chart: str = "money") -> Svg:
    """A chart of the report. Raises `Faults` for a name that is none."""
    if chart not in CHARTS:
        raise Faults([Fault(f"chart {chart}", "is no chart of the report", did_you_mean(chart, CHARTS))])
    return CHARTS[chart](ReportView(appraisal))


def write_report(appraisal: Appraisal, path: str | Path) -> Path:
    """The report as one HTML file that opens offline. Raises `Faults` where it cannot be written."""
    return _write(Path(path), lambda: render_report(appraisal).encode("utf-8"))


def write_excel(appraisal: Appraisal, path: str | Path) -> Path:
    """A workbook: headlines by economy, figures of the programme, the ledger, what is not assessed, the question."""
    return _write(Path(path), lambda: _workbook(appraisal))


def _write(path: Path, make: Callable[[], bytes]) -> Path:
    check_place(path.parent, str(path), 0)
    content = make()
    with new_file(path, str(path)) as staging:
        staging.write_bytes(content)
    return path


def _workbook(appraisal: Appraisal) -> bytes:
    from openpyxl import Workbook
    from openpyxl.styles import Alignment, Font
    from openpyxl.utils import get_column_letter

    book = Workbook()
    book.remove(book.active)
    for title, table in _sheets(appraisal).items():
        sheet = book.create_sheet(title)
        sheet.append(list(table.columns))
        for row in table.itertuples(index=False):
            sheet.append([_cell(value) for value in row])
            for cell in sheet[sheet.max_row]:
                if cell.data_type == "f":  # text that begins like a formula
                    cell.data_type = "s"
        for cell in sheet[1]:
            cell.font, cell.alignment = Font(bold=True), Alignment(wrap_text=True, vertical="top")
        for place, name in enumerate(table.columns, 1):
            longest = max(
                [len(str(name)) // 2, *(len(str(value)) for value in table[name].head(200))], default=8
            )
            sheet.column_dimensions[get_column_letter(place)].width = min(max(10, longest + 2), WIDEST_COLUMN)
        sheet.freeze_panes = "B2"
    return workbook_bytes(book)


def _cell(value: Any) -> Any:
    """A value that a sheet can hold; a missing figure is an empty cell."""
    if value is None or (isinstance(value, float) and value != value) or value is pd.NA:
        return None
    return value.item() if hasattr(value, "item") else value


def _sheets(appraisal: Appraisal) -> dict[str, pd.DataFrame]:
    terms = appraisal.scenario_card() | {
        "programme": appraisal.programme.title,
        "world": appraisal.world.title,
    }
    question = [(name, str(value)) for name, value in terms.items() if value not in ([], {}, "", None)]
    missing = [gap._asdict() for gap in appraisal.not_assessed]
    return {
        "economies": _economies(appraisal),
        "figures": appraisal.figures(),
        "ledger": appraisal.ledger.to_dataframe(),
        "not assessed": pd.DataFrame(missing, columns=["item", "what", "reason"]),
        "question": pd.DataFrame(question, columns=["term", "value"]),
    }


def _economies(appraisal: Appraisal) -> pd.DataFrame:
    """The change of every headline indicator by economy in the last year; units stand in the heads."""
    columns: dict[str, pd.Series] = {}
    for _, row in each_indicator():
        if row.is_headline and row.dims == ("economy",) and row.type == "number":
            change = appraisal.array(row.name)
            if change.dims == ("economy",):
                unit = unit_of(row, "change")
                shown = display_unit(unit) if unit != "fraction" else "fraction"
                columns[f"{row.title}, {shown}" if shown else row.title] = change.to_series()
    table = pd.DataFrame(columns).rename_axis("code").reset_index()
    names = [appraisal.world.name_of(code) for code in table["code"]]
    table.insert(0, "economy", names)
    return table
