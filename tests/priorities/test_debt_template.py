"""The official template: an economy written in its layout is read as the same one; what is wrong is said."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.workbook.workbook import Workbook as OpenpyxlWorkbook

from debt_files import macro_rows, write, write_terms
from samarkand.core.faults import Faults
from samarkand.engines.debt.signal import is_breached, most_extreme, risk_signal
from samarkand.priorities.finance.debt_capacity import signal_of
from samarkand.priorities.finance.debt_framework import EXTERNAL, framework, ratings
from samarkand.priorities.finance.debt_macro import Economy
from samarkand.priorities.finance.debt_outcome import outcome_of
from samarkand.priorities.finance.debt_reading import read_macro
from samarkand.priorities.finance.debt_template import read_template, write_template

# Official template of 12 August 2025, illustrative figures of Ghana, Outputs 1-1 and 3-1, 2024 to 2034, per cent; class
# and indicator of its CI Summary. Read through github.com/Teal-Insights/py-lic-dsf on 2026-11-27.
GHANA = {
    "pv_gdp": [44.885, 43.151, 41.226, 40.194, 38.604, 37.695, 35.423, 32.990, 31.956, 31.415, 31.208],
    "pv_exports": [109.065, 103.469, 99.556, 98.419, 95.297, 93.709, 89.465, 84.956, 83.874, 83.528, 83.654],
    "service_exports": [17.168, 16.507, 15.170, 16.276, 18.561, 15.892, 19.664, 19.460, 16.572, 15.080, 13.319],
    "service_revenue": [39.002, 37.869, 33.702, 35.350, 40.209, 34.354, 42.304, 41.535, 35.054, 31.743, 27.983],
}  # fmt: skip
GHANA_B3 = [44.885, 48.097, 55.775, 54.675, 52.985, 51.934, 48.828, 44.360, 41.363, 38.872, 36.718]
GHANA_B1 = [44.885, 46.955, 46.647, 45.479, 43.680, 42.651, 40.081, 37.327, 36.157, 35.545, 35.311]
GHANA_INDICATOR = 2.739886


def economy(tmp_path: Path) -> Economy:
    rows = macro_rows()
    for row in rows:
        row["public_debt"] = repr(0.5 * float(row["gdp"]))
    terms = write_terms(
        tmp_path / "t.csv", capacity="medium", disaster="yes", overvaluation="0.35", spread="0.04"
    )
    return read_macro(write(tmp_path / "m.csv", rows), terms)["KGZ"]


def test_what_is_written_in_the_layout_of_the_template_is_read_again(tmp_path: Path) -> None:
    one = economy(tmp_path)
    path = tmp_path / "template.xlsx"
    path.write_bytes(write_template(one))
    again = read_template(path)
    assert (again.code, again.first, again.years) == (one.code, one.first, one.years)
    for name in (
        "gdp",
        "exports",
        "transfers",
        "fdi",
        "revenue",
        "grants",
        "spending",
        "balance",
        "reserves",
    ):
        assert again.of(name, 2015, 2045) == pytest.approx(one.of(name, 2015, 2045), rel=1e-12)
    for name in (
        "pv_external",
        "service_external",
        "interest_external",
        "pv_public",
        "service_public",
        "depreciation",
    ):
        assert again.ahead(name) == pytest.approx(one.ahead(name), rel=1e-9)
    assert again.of("growth", 2015, 2045) == pytest.approx(one.of("growth", 2015, 2045), rel=1e-9)
    for name in ("abroad", "rate", "grace", "maturity", "home_rate", "overvaluation", "spread", "disaster"):
        assert again.term(name) == pytest.approx(one.term(name), rel=1e-9), name
    before, after = (outcome_of(each, framework()) for each in (one, again))
    assert (before.external, before.overall) == (after.external, after.overall)
    for name in before.ratios:
        # Debt in the currency at home stands in no sheet that is read: it is none in a template.
        assert after.ratios[name][0] == pytest.approx(before.ratios[name][0], rel=1e-9)


def test_paths_fill_what_a_template_leaves_open(tmp_path: Path) -> None:
    one = economy(tmp_path)
    path = tmp_path / "template.xlsx"
    path.write_bytes(write_template(one))
    read = read_template(path)
    assert np.isnan(read.ahead("commercial")).all()
    filled = read.filled(one)
    assert filled.ahead("commercial") == pytest.approx(one.ahead("commercial"))
    assert filled.ahead("gdp") == pytest.approx(read.ahead("gdp"), rel=1e-15)


def test_all_that_is_wrong_with_a_template_is_said_with_its_cell(tmp_path: Path) -> None:
    path = tmp_path / "template.xlsx"
    book = load_workbook(BytesIO(write_template(economy(tmp_path))))
    book["Input 1 - Basics"]["C7"] = "Kirgistania"
    book["Input 1 - Basics"]["C18"] = "soon"
    book["Input 1 - Basics"]["C19"] = "Dozen"
    book.save(path)
    with pytest.raises(Faults) as error:
        read_template(path)
    said = [str(fault) for fault in error.value.faults]
    assert any("C7: 'Kirgistania' is no economy of the template" in one for one in said)
    assert any("C18: 'soon' is no year" in one for one in said)
    assert any("C19: 'Dozen' is no scale" in one for one in said)
    book = load_workbook(BytesIO(write_template(economy(tmp_path))))
    book["Input 7 - Residual Financing"]["J9"] = 45
    book["Input 7 - Residual Financing"]["E14"] = "#REF!"
    book.save(path)
    with pytest.raises(Faults, match=r"J9: 45 is not between 0 and 1(.|\n)*E14: '#REF!' is not a number"):
        read_template(path)
    Workbook().save(path)
    with pytest.raises(Faults, match="sheet Input 1 - Basics: is not there"):
        read_template(path)
    path.write_text("economy,year\n")
    with pytest.raises(Faults, match="is no Excel workbook"):
        read_template(path)


def test_a_template_that_was_never_calculated_is_refused(tmp_path: Path) -> None:
    book = load_workbook(BytesIO(write_template(economy(tmp_path))))
    page = book["Input 3 - Macro-Debt data(DMX)"]
    for cell in page[7]:
        cell.value = "=A1"  # formulas without a saved value
    path = tmp_path / "template.xlsx"
    book.save(path)
    with pytest.raises(Faults, match="row 7: has no years"):
        read_template(path)


def test_the_signal_of_the_templates_own_illustration_beside_the_published_rating() -> None:
    """Ghana: high by service over exports and over revenue without a shock, as published on 22 December 2025.

    The figures are illustrative and of 2024; nothing is tuned. B1 and B3 alone are held here: they cannot change a
    signal that is high without a shock.
    """
    rules = framework()
    assert signal_of(rules, GHANA_INDICATOR) == "medium"
    limits = rules.thresholds("medium")
    breached = [bool(is_breached(np.array(GHANA[name]) / 100, limits[name])) for name in EXTERNAL]
    assert breached == [True, False, True, True]
    assert int(risk_signal(breached, [False] * 4)) == 2
    assert ratings()["GHA"].rating == "high"
    tests = np.array([GHANA_B1, GHANA_B3]) / 100
    assert int(most_extreme(tests, limits["pv_gdp"])) == 1


# -- templates of other countries, as other hands fill them in


def variant(tmp_path: Path, change: Callable[[OpenpyxlWorkbook], None], code: str = "KGZ") -> Path:
    """The template of an economy, changed."""
    terms = write_terms(tmp_path / "t.csv", code, capacity="medium")
    one = read_macro(write(tmp_path / "m.csv", macro_rows(code)), terms)[code]
    book = load_workbook(BytesIO(write_template(one)))
    change(book)
    book.save(tmp_path / "variant.xlsx")
    return tmp_path / "variant.xlsx"


@pytest.mark.parametrize("code", ["TJK", "LAO", "CIV", "COD", "STP", "UZB"])
def test_templates_of_other_economies_are_read(code: str, tmp_path: Path) -> None:
    read = read_template(variant(tmp_path, lambda book: None, code))
    assert read.code == code
    assert read.lacks(10) == ()
    assert outcome_of(read, framework()).external in ("low", "moderate", "high")


@pytest.mark.parametrize(
    ("name", "code"),
    [("  kyrgyz REPUBLIC ", "KGZ"), ("Kyrgyzstan", "KGZ"), ("KGZ", "KGZ"), ("Lao P.D.R.", None)],
)
def test_names_are_read_as_people_write_them(name: str, code: str | None, tmp_path: Path) -> None:
    def change(book: OpenpyxlWorkbook) -> None:
        book["Input 1 - Basics"]["C7"] = name

    path = variant(tmp_path, change)
    if code:
        assert read_template(path).code == code
        return
    with pytest.raises(Faults, match="Did you mean Lao PDR"):
        read_template(path)


def test_years_may_begin_in_another_column_and_be_written_as_text(tmp_path: Path) -> None:
    plain = read_template(variant(tmp_path, lambda book: None))

    def change(book: OpenpyxlWorkbook) -> None:
        for name, row, first in (
            ("Input 3 - Macro-Debt data(DMX)", 7, 11),
            ("Output 1-1 - External DSA", 6, 3),
            ("Output 1-2 - Public DSA", 6, 3),
        ):
            page = book[name]
            page.insert_cols(first, 2)
            for cell in page[row]:
                if cell.value is not None:
                    cell.value = f"FY{cell.value}" if name.startswith("Input") else str(cell.value)
            page.title = name.upper() + " "

    moved = read_template(variant(tmp_path, change))
    assert (moved.years, moved.first) == (plain.years, plain.first)
    for name, values in plain.values.items():
        assert np.array_equal(values, moved.values[name], equal_nan=True), name


def test_a_row_that_is_empty_is_named_and_a_row_that_moved_is_a_fault(tmp_path: Path) -> None:
    def emptied(book: OpenpyxlWorkbook) -> None:
        for cell in book["Input 3 - Macro-Debt data(DMX)"][43]:
            cell.value = "n.a." if cell.column > 20 else None

    lacking = read_template(variant(tmp_path, emptied)).lacks(10)
    assert any(one.startswith("fdi (net inflow of direct investment) of 2015 to 2045") for one in lacking)

    def shifted(sheet: str) -> Callable[[OpenpyxlWorkbook], None]:
        def change(book: OpenpyxlWorkbook) -> None:
            page = book[sheet]
            for row in page.iter_rows(min_row=8, max_row=60, min_col=3, max_col=40):
                for cell in row:
                    cell.value = (
                        7.0 if cell.value is None else cell.value
                    )  # the real one has figures in all rows
            page.insert_rows(10)

        return change

    for sheet, said in (
        ("Output 1-1 - External DSA", "row 38: is not the growth of Input 3"),
        ("Output 1-2 - Public DSA", "row 42: is not the growth of Input 3"),
    ):
        with pytest.raises(Faults, match=said):
            read_template(variant(tmp_path, shifted(sheet)))
    with pytest.raises(Faults, match=r"row 38: is not the growth(.|\n)*another layout"):
        read_template(variant(tmp_path, shifted("Input 3 - Macro-Debt data(DMX)")))


def test_values_over_other_exports_are_a_fault(tmp_path: Path) -> None:
    def scaled(book: OpenpyxlWorkbook) -> None:
        for cell in book["Input 3 - Macro-Debt data(DMX)"][35]:
            if cell.value is not None and cell.column >= 11:
                cell.value *= 10

    with pytest.raises(Faults, match="row 31: is not the value of row 30 over exports"):
        read_template(variant(tmp_path, scaled))
