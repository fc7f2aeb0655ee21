"""Numbers of files read right or refused: marks of thousands and decimals, per cent and fractions, units, codes."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from samarkand.core.faults import Faults
from samarkand.world.importers import import_world
from samarkand.world.importers.economy_accounts import write_template
from samarkand.world.importers.numerals import read_codes, read_numerals
from samarkand.world.store import list_worlds

import file_samples as samples  # isort: skip

CASES = Path(__file__).resolve().parents[3] / "shared" / "cases" / "files"
ROW = ("398", "156", "870323", "AHS")
OTHER = ("398", "156", "100190", "AHS", "7.5", "10")  # a rate with a clear decimal point


def case(name: str) -> Path:
    path = CASES / name
    if not path.exists():
        pytest.skip(f"{name} of the shared cases is not there")
    return path


def refused(words: str, *args, **options) -> None:
    with pytest.raises(Faults) as raised:
        import_world(*args, name="broken", **options)
    assert any(words in str(fault) for fault in raised.value.faults), str(raised.value)
    assert all(fault.place and fault.reason and fault.mend for fault in raised.value.faults)
    assert "broken" not in [world.name for world in list_worlds()]


def rate(path: Path, sector: str = "vehicles", **options) -> float:
    found = import_world("tariffs", [path], name="read", overwrite=True, **options)
    return float(found.tariff_rate.sel(destination="KAZ", origin="CHN", sector=sector))


def one(cell: str, decimal=None) -> float:
    return float(read_numerals(pd.Series([cell]), decimal).values.iloc[0])


@pytest.mark.parametrize(
    ("cell", "decimal", "value"),
    [
        ("1,234", None, 1234.0),
        ("1,234,567.8", None, 1_234_567.8),
        ("12,34,567", None, 1_234_567.0),
        ("1 234\u00a0567", None, 1_234_567.0),
        ("1'234.5", None, 1234.5),
        ("\u22125.5", None, -5.5),
        ("-.5", None, -0.5),
        ("8.1e9", None, 8.1e9),
        ("5,5", "comma", 5.5),
        ("1,234", "comma", 1.234),
        ("1.234", "comma", 1234.0),
        ("1.234.567,8", "comma", 1_234_567.8),
        ("12", "comma", 12.0),
    ],
)
def test_cells_that_can_be_read_in_one_way(cell: str, decimal, value: float) -> None:
    assert one(cell, decimal) == value


@pytest.mark.parametrize(
    ("cell", "decimal", "words"),
    [
        ("5,5", None, "decimal comma"),
        ("0,123", None, "decimal comma"),
        ("1.234,5", None, "decimal comma"),
        ("1.234.567", None, "decimal comma"),
        ("5.5", "comma", "decimal point"),
        ("1,234.5", "comma", "decimal point"),
        ("05-May", None, "a day"),
        ("Jan-05", None, "a day"),
        ("2022-05-05 00:00:00", None, "a day"),
        ("5/5/2022", None, "a day"),
        ("#DIV/0!", None, "an error of a spreadsheet"),
        ("(5.2)", None, "in brackets"),
        ("1,23,4", None, "not a number"),
        ("inf", None, "not a number"),
        ("1_000", None, "not a number"),
        ("0x10", None, "not a number"),
    ],
)
def test_cells_that_are_refused(cell: str, decimal, words: str) -> None:
    read = read_numerals(pd.Series([cell]), decimal)
    assert math.isnan(read.values.iloc[0])
    assert words in read.wrong[0][0]


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_every_number_comes_back_as_it_was_written(value: float) -> None:
    assert one(repr(value)) == pytest.approx(value, rel=1e-15)  # pandas reads to the last bit but one
    if "e" not in repr(value):
        assert one(f"{value:,.3f}", "point") == pytest.approx(float(f"{value:.3f}"), rel=1e-15)
        swapped = f"{value:,.3f}".translate(str.maketrans(",.", ".,"))
        assert one(swapped, "comma") == pytest.approx(float(f"{value:.3f}"), rel=1e-15)


def test_decimal_commas_of_a_file_are_refused_or_said(tmp_path) -> None:
    refused("with a decimal comma", "tariffs", [case("wits_decimal_comma.csv")])
    # (5.5 x 1000) over the one row of China
    assert rate(CASES / "wits_decimal_comma.csv", "agriculture", decimal="comma") == pytest.approx(0.055)


@pytest.mark.parametrize("cell", ["0,5", "12,25", "5,0"])
def test_one_decimal_comma_refuses_a_file(tmp_path, cell: str) -> None:
    path = samples.wits(tmp_path / "a.csv", [OTHER, (*ROW, cell, "10")])
    refused("with a decimal comma", "tariffs", [path])
    refused("though --decimal comma is said", "tariffs", [path], decimal="comma")


def test_a_comma_before_three_digits(tmp_path) -> None:
    thousand = samples.wits(
        tmp_path / "a.csv", [(*ROW, "5", "1,000"), ("398", "156", "870899", "AHS", "10", "3,000")]
    )
    assert rate(thousand) == pytest.approx((5 * 1000 + 10 * 3000) / 4000 / 100)
    unclear = samples.wits(tmp_path / "b.csv", [(*ROW, "1,234", "10")])
    refused("a thousand, or three decimals. Say --decimal", "tariffs", [unclear])
    assert rate(unclear, decimal="point") == pytest.approx(12.34)
    assert rate(unclear, decimal="comma") == pytest.approx(0.01234)
    shown = samples.wits(tmp_path / "c.csv", [OTHER, (*ROW, "1,234", "10")])
    assert rate(shown) == pytest.approx(12.34)  # 7.5 shows that the decimals of the file come after a point


def test_semicolons_between_columns_go_with_decimal_commas(tmp_path) -> None:
    path = samples.wits(tmp_path / "a.csv", [(*ROW, "5.5", "10")])
    text = path.read_text(encoding="cp1252").replace(",", ";").replace(".", ",")
    path.write_text(text, encoding="cp1252")
    refused("with a decimal comma", "tariffs", [path])
    assert rate(path, decimal="comma") == pytest.approx(0.055)


def test_fractions_are_seen_in_two_rows() -> None:
    path = case("wits_fractions_two_rows.csv")
    refused("look like fractions", "tariffs", [path])
    assert rate(path, "agriculture", rates="fraction") == pytest.approx(0.05)
    assert rate(path, "agriculture", rates="percent") == pytest.approx(0.0005)


def test_fractions_of_one_importer_with_prohibitive_rates_and_the_other_way_round(tmp_path) -> None:
    mixed = [
        ("156", "398", "260300", "AHS", "12", "700"),
        (*ROW, "0.15", "1"),
        ("398", "156", "240220", "AHS", "3.5", "1"),
        ("398", "156", "610910", "AHS", "0.1", "1"),
    ]
    path = samples.wits(tmp_path / "a.csv", mixed)
    refused("rates of KAZ above zero, or more, are at most 0.15", "tariffs", [path])
    refused("look like per cent", "tariffs", [path], rates="fraction")
    one_row = samples.wits(tmp_path / "b.csv", [(*ROW, "0.5", "1")])
    refused("--rates fraction", "tariffs", [one_row])
    assert rate(samples.wits(tmp_path / "c.csv", [(*ROW, "0.5%", "1")])) == pytest.approx(0.005)
    free = samples.wits(tmp_path / "d.csv", [(*ROW, "0", "1")])
    assert rate(free) == 0.0


def test_options_belong_to_kinds(tmp_path) -> None:
    refused("is no option of wdi", "wdi", [tmp_path], rates="percent")
    refused("is no option of network", "network", [tmp_path], decimal="comma")
    refused("is not known", "tariffs", [tmp_path], decimal="dot")


@pytest.mark.parametrize(
    ("code", "read"), [("398.0", "398"), ("398,0", "398"), ("100190.0", "100190"), ("0101.20", "0101.20")]
)
def test_codes_lose_the_decimals_of_a_spreadsheet(code: str, read: str) -> None:
    assert read_codes(pd.Series([code])).iloc[0] == read


@pytest.mark.parametrize("product", ["870323.0", "8703.23", "87032310", "8703.23.10"])
def test_forms_of_products(tmp_path, product: str) -> None:
    assert rate(samples.wits(tmp_path / "a.csv", [("398.0", "156.0", product, "AHS", "5", "1")])) == 0.05


@pytest.mark.parametrize(("importer", "product"), [("398", "10121"), ("398", "010121"), ("398", "1012100")])
def test_lost_zeros_of_products_come_back(tmp_path, importer: str, product: str) -> None:
    path = samples.wits(tmp_path / "a.csv", [(importer, "156", product, "AHS", "5", "1")])
    assert rate(path, "agriculture") == 0.05


@pytest.mark.parametrize("product", ["8.7E+05", "8E+05", "01-Jan"])
def test_spoilt_codes_are_refused(tmp_path, product: str) -> None:
    refused(
        "product is",
        "tariffs",
        [samples.wits(tmp_path / "a.csv", [OTHER, (*ROW[:2], product, "AHS", "5", "1")])],
    )
    rows = [(2022, 156, 842, product, "1e10", "1")]
    refused("k (product) is", "baci", [samples.baci(tmp_path / "b.csv", rows)])


def test_one_clear_pair_shows_the_unit(tmp_path) -> None:
    refused("gdp is 9", "wdi", [case("wdi_one_economy_in_billions.csv")])


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([("Kazakhstan", "KAZ", "SP.POP.TOTL", "", "20.3")], "population is"),
        ([("Pakistan", "PAK", "SP.URB.TOTL.IN.ZS", "", "3800")], "more than all"),
        (
            [
                (code, code, "SP.POP.TOTL", "", size)
                for code, size in (("KAZ", "2e7"), ("PAK", "2e8"), ("CHN", "1"))
            ],
            "population of CHN is",
        ),
        ([("Pakistan", "PAK", "FP.CPI.TOTL.ZG", "", "4,821")], "a thousand, or three decimals"),
    ],
)
def test_units_of_few_figures(tmp_path, rows, words: str) -> None:
    refused(words, "wdi", [samples.wdi_bulk(tmp_path / "a.csv", rows)])


@pytest.mark.parametrize("values", [("1.000", "3.000"), ("12.345", "5"), ("1.234", "999")])
def test_points_that_may_stand_after_thousands(tmp_path, values: tuple[str, str]) -> None:
    rows = [(*ROW, "5", values[0]), ("398", "156", "870899", "AHS", "10", values[1])]
    path = samples.wits(tmp_path / "a.csv", rows)
    refused("three decimals, or a thousand. Say --decimal", "tariffs", [path])
    weights = [float(value) for value in values]
    by_point = (5 * weights[0] + 10 * weights[1]) / sum(weights) / 100
    assert rate(path, decimal="point") == pytest.approx(by_point)
    weights = [float(value.replace(".", "")) for value in values]
    assert rate(path, decimal="comma") == pytest.approx(
        (5 * weights[0] + 10 * weights[1]) / sum(weights) / 100
    )
    shown = samples.wits(tmp_path / "b.csv", [OTHER, *rows])
    assert rate(shown) == pytest.approx(by_point)  # 7.5 shows what the points are


@pytest.mark.parametrize("year", ["32768", "22022", "202", "1e9"])
def test_a_year_that_cannot_be_is_refused(tmp_path, year: str) -> None:
    refused(
        "no year of our time",
        "baci",
        [samples.baci(tmp_path / "b.csv", [(year, 156, 842, "870323", "1e10", "1")])],
    )


@pytest.mark.parametrize("year", ["2022.5", "2021.9", "2022,5"])
def test_a_fractional_year_is_refused(tmp_path, year: str) -> None:
    words = "decimal comma" if "," in year else "not a whole year"
    refused(words, "tariffs", [samples.wits(tmp_path / "a.csv", year=year)])
    refused(
        "not a whole year",
        "baci",
        [samples.baci(tmp_path / "b.csv", [(year.replace(",", "."), 156, 842, "870323", "1e10", "1")])],
    )


@pytest.mark.parametrize("last", ["2022.5", "5-May", "soon"])
def test_the_last_year_of_the_weo_is_a_number(tmp_path, last: str) -> None:
    words = {"2022.5": "not a whole year", "5-May": "a day", "soon": "not a number"}[last]
    rows = [("KAZ", "LP", "Millions", "19.6", "19.9", "22", last)]
    refused(words, "weo", [samples.weo(tmp_path / "a.xls", rows)])
    other = [("KAZ", "LP", "Millions", "19.6", "19.9", "22", "2022"), ("KAZ", "XYZ", "", "1", "1", "1", last)]
    import_world(
        "weo", [samples.weo(tmp_path / "b.xls", other)], name="fine"
    )  # of a subject that is not read


@pytest.mark.parametrize(
    ("cell", "words"),
    [("45095,5", "decimal comma"), ("12-Mar", "a day"), ("nan", "not a number"), ("inf", "not a number")],
)
def test_cells_of_input_output_tables(tmp_path, world, cell: str, words: str) -> None:
    def spoil(header, lines) -> None:
        lines[4][3] = cell

    refused(words, "icio", [samples.icio(tmp_path / "2022_SML.csv", world.accounts, edit=spoil)])
    refused(words, "eora26", [samples.eora(tmp_path / "Eora26_2015_bp.zip", cell=cell)])


def test_input_output_tables_with_thousands_are_the_same(tmp_path, world) -> None:
    def group(header, lines) -> None:
        for line in lines[20:]:
            line[1:] = [f"{value:,.9f}" for value in line[1:]]

    plain = import_world("icio", [samples.icio(tmp_path / "2022_SML.csv", world.accounts)], name="plain")
    grouped = samples.icio(tmp_path / "2022_SML_2.csv", world.accounts, edit=group)
    found = import_world("icio", [grouped], name="grouped", year=2022)
    np.testing.assert_allclose(
        found.accounts.gross_output, plain.accounts.gross_output, rtol=1e-9
    )  # nine decimals
    swapped = tmp_path / "2022_SML.csv"
    text = swapped.read_text(encoding="utf-8").replace(",", ";").replace(".", ",")
    swapped.write_text(text, encoding="utf-8")
    refused("with a decimal comma", "icio", [swapped])
    found = import_world("icio", [swapped], name="comma", decimal="comma")
    np.testing.assert_allclose(found.accounts.gross_output, plain.accounts.gross_output, rtol=1e-12)


@pytest.mark.parametrize(
    ("cell", "words"),
    [("5,5", "decimal comma"), ("1,234", "three decimals"), ("5 %", "in per cent"), ("05-May", "a day")],
)
def test_cells_of_the_template(tmp_path, world, cell: str, words: str) -> None:
    path = tmp_path / "kaz.xlsx"
    write_template(world, "KAZ", path)
    book = openpyxl.load_workbook(path)
    book["accounts"]["C6"] = cell
    book.save(path)
    refused(words, "economy-accounts", [path])
