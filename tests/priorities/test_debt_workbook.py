"""Every stress test against a workbook with live formulas, calculated by a spreadsheet program that is not ours."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
from openpyxl import load_workbook

from debt_files import macro_rows, write, write_terms
from samarkand.engines.debt.stress import RATIOS, TESTS
from samarkand.priorities.finance.debt_framework import framework
from samarkand.priorities.finance.debt_outcome import Outcome, outcome_of
from samarkand.priorities.finance.debt_reading import read_macro
from samarkand.priorities.finance.debt_workbook import workbook_of

SOFFICE = shutil.which("soffice")
EVERYTHING = {
    "disaster": "yes", "commodity_share": "0.55", "commodity_gap": "0.25", "market_access": "yes",
    "home_markets": "yes", "commercial_rate": "0.07", "commercial_grace": "3", "commercial_maturity": "10",
    "partnerships": "0.06", "overvaluation": "0.4", "capacity": "medium",
}  # fmt: skip


KEPT = Path(__file__).parents[1] / "fixtures" / "debt_stress.xlsx"  # as LibreOffice calculated and saved it


def everything(folder: Path) -> Outcome:
    """An economy to which all tests apply."""
    files = write(folder / "m.csv", macro_rows()), write_terms(folder / "t.csv", **EVERYTHING)
    found = outcome_of(read_macro(*files)["KGZ"], framework())
    assert not any(np.isnan(values).any() for values in found.ratios.values())
    return found


def compare(outcome: Outcome, path: Path) -> None:
    """The ratios of an outcome with those that a saved workbook shows."""
    page = load_workbook(path, data_only=True)["Ratios"]
    found = {str(row[0].value): [cell.value for cell in row[13:]] for row in page.iter_rows(min_row=2)}
    for name in RATIOS:
        for k, test in enumerate(TESTS):
            # Sums of some hundred terms in double precision, in another order.
            assert found[f"{name} {test}"] == pytest.approx(outcome.ratios[name][k], rel=1e-10), (name, test)


def test_every_test_is_that_of_the_workbook_that_is_kept(tmp_path: Path) -> None:
    compare(everything(tmp_path), KEPT)
    formulas = load_workbook(KEPT)["B3"]
    assert sum(str(cell.value).startswith("=") for row in formulas.iter_rows() for cell in row) > 400


@pytest.mark.skipif(SOFFICE is None, reason="LibreOffice Calc (soffice) is not installed")
def test_every_test_is_that_of_the_workbook(tmp_path: Path) -> None:
    outcome = everything(tmp_path)
    path = tmp_path / "debt.xlsx"
    path.write_bytes(workbook_of(outcome, framework()))
    subprocess.run(
        [
            SOFFICE or "", f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}", "--headless", "--norestore",
            "--convert-to", "xlsx", "--outdir", str(tmp_path / "saved"), str(path),
        ],
        check=True, capture_output=True, timeout=180,
    )  # fmt: skip
    compare(outcome, tmp_path / "saved" / "debt.xlsx")
