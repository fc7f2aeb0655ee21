"""Workbooks opened and saved again by a spreadsheet program that is not ours: nothing that is in them gets lost."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from samarkand.programme.files.template import template_tables
from samarkand.programme.files.workbook_writing import workbook_of, write_workbook
from samarkand.programme.library import load_programme, shipped_programmes
from samarkand.programme.model.kinds import kinds
from samarkand.world.importers.economy_accounts import write_template
from samarkand.world.world import load_world

SOFFICE = shutil.which("soffice")
pytestmark = pytest.mark.skipif(SOFFICE is None, reason="LibreOffice Calc (soffice) is not installed")


def resaved(path: Path, tmp_path: Path, form: str = "xlsx") -> Path:
    """The file as LibreOffice saves it, with a profile of its own so that runs do not meet."""
    out = tmp_path / "saved"
    subprocess.run(
        [
            SOFFICE or "", f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}", "--headless", "--norestore",
            "--convert-to", form, "--outdir", str(out), str(path),
        ],
        check=True, capture_output=True, timeout=180,
    )  # fmt: skip
    return out / f"{path.stem}.{form}"


def choices(page: Any) -> dict[str, set[str]]:
    """The list that each column with a drop-down list offers, as addresses without signs of their own."""
    return {
        str(rule.sqref): {str(rule.formula1).replace("$", "").replace("'", "")}
        for rule in page.data_validations.dataValidation
    }


@pytest.mark.parametrize("name", shipped_programmes())
def test_a_programme_saved_by_libreoffice_is_the_same_programme(name: str, tmp_path: Path) -> None:
    programme = load_programme(name)
    path = tmp_path / "programme.xlsx"
    path.write_bytes(workbook_of(programme))
    assert load_programme(resaved(path, tmp_path)) == programme


def test_a_template_keeps_lists_comments_colours_and_folds(tmp_path: Path) -> None:
    used = list(kinds())
    path = tmp_path / "template.xlsx"
    path.write_bytes(write_workbook(template_tables("all", used), used))
    ours, theirs = load_workbook(path), load_workbook(resaved(path, tmp_path))
    assert theirs.sheetnames == ours.sheetnames
    for page in ours:
        other = theirs[page.title]
        assert other.sheet_state == page.sheet_state
        assert choices(other) == choices(page)
        heads = [(cell.value, cell.comment.text if cell.comment else None) for cell in page[1]]
        assert [(cell.value, cell.comment.text if cell.comment else None) for cell in other[1]] == heads
        assert len(list(other.conditional_formatting)) == len(list(page.conditional_formatting))
        folded = {name for name, column in page.column_dimensions.items() if column.hidden}
        assert bool(folded) == any(column.hidden for column in other.column_dimensions.values())
    assert resaved(path, tmp_path, "pdf").read_bytes().startswith(b"%PDF-")


def test_the_template_of_accounts_keeps_its_figures(tmp_path: Path) -> None:
    path = tmp_path / "kaz.xlsx"
    write_template(load_world(), "KAZ", path)
    ours, theirs = load_workbook(path), load_workbook(resaved(path, tmp_path))
    assert theirs.sheetnames == ours.sheetnames
    for page in ours:
        other = theirs[page.title]
        for cell in (cell for row in page.iter_rows() for cell in row):
            value, saved = cell.value, other[cell.coordinate].value
            assert saved == (pytest.approx(value, rel=1e-14) if isinstance(value, float) else value)
