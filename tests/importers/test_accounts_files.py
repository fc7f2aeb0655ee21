"""Importers of accounts: totals by hand and by round trip, balances, and faults by name."""

from __future__ import annotations

import warnings
import zipfile

import numpy as np
import openpyxl
import pandas as pd
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st

from samarkand.core.faults import Faults
from samarkand.world.accounts.intermediate_use import DenseIntermediateUse
from samarkand.world.accounts.sectors import load_sectors
from samarkand.world.accounts.tables import Accounts
from samarkand.world.importers import import_world
from samarkand.world.importers.economy_accounts import (
    FIRST_ROW,
    base_figures,
    replace_economy,
    write_template,
)
from samarkand.world.store import list_worlds

import file_samples as samples  # isort: skip


def balanced(accounts) -> None:
    table = accounts.balances()
    assert table["relative"].abs().max() < 1e-9
    for name in ("intermediate", "final_demand", "gross_output", "value_added"):
        assert float(getattr(accounts, name).min()) >= 0, name


def refused(words: str, *args, **options) -> None:
    with pytest.raises(Faults) as raised:
        import_world(*args, name="broken", **options)
    assert any(words in str(fault) for fault in raised.value.faults), str(raised.value)
    assert list_worlds() == []


# -- ICIO


def test_icio_comes_back_as_it_was_written(tmp_path, world) -> None:
    labels = ("CHN", "DEU", "FRA", "KAZ", "ROW")
    path = samples.icio(tmp_path / "2022_SML.csv", world.accounts)
    found = import_world("icio", [path], name="icio")
    small = samples.small_accounts(world.accounts, labels)
    assert found.labels == labels
    np.testing.assert_allclose(found.accounts.intermediate, small["intermediate"], rtol=1e-9, atol=1e-6)
    np.testing.assert_allclose(found.accounts.final_demand, small["final"], rtol=1e-9, atol=1e-6)
    balanced(found.accounts)
    assert found.accounts.year == 2022
    assert "RUS" in found.inside_rest_of_world
    note = found.manifest["layers"][0]["notes"][0]
    assert "are inside the rest of the world in this file" in note
    assert found.hash != world.hash


def test_icio_of_the_extended_tables_and_in_a_zip(tmp_path, world) -> None:
    plain = samples.icio(tmp_path / "ICIO2023_2020.csv", world.accounts, split=True)
    zipped = tmp_path / "ICIO2023_2020.zip"
    with zipfile.ZipFile(zipped, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.write(plain, plain.name)
    found = import_world("icio", [zipped], name="icio")
    assert found.labels == ("CHN", "DEU", "FRA", "KAZ", "ROW")
    assert found.accounts.year == 2020


def drop_row(header, lines) -> None:
    del lines[3]


def repeat_row(header, lines) -> None:
    lines.append(lines[3])


def wrong_total(header, lines) -> None:
    lines[3][-1] *= 1.1


def unknown_industry(header, lines) -> None:
    header[1] = "CHN_Z99"


def word(header, lines) -> None:
    lines[3][7] = "n.a."


def negative(header, lines) -> None:
    column = header.index("KAZ_C24A")
    lines[3][-1] -= lines[3][column] + 5e6
    lines[3][column] = -5e6


@pytest.mark.parametrize(
    ("edit", "words"),
    [
        (drop_row, "has a column and no row CHN_B05"),
        (repeat_row, "stands there 2 times"),
        (wrong_total, "misses its total by"),
        (unknown_industry, "has a row and no column CHN_A01"),
        (word, "not a number"),
        (negative, "sells -"),
    ],
)
def test_a_broken_icio_is_told(tmp_path, world, edit, words: str) -> None:
    refused(words, "icio", [samples.icio(tmp_path / "2022.csv", world.accounts, edit=edit)])


def test_icio_of_another_unit_or_year_or_cut_short(tmp_path, world) -> None:
    path = samples.icio(tmp_path / "2022.csv", world.accounts, factor=1000.0)
    refused("1,000 times the base world's", "icio", [path])
    good = samples.icio(tmp_path / "ICIO2023_2019.csv", world.accounts)
    refused("is for 2019, not for 2022", "icio", [good], year=2022)
    nameless = tmp_path / "table.csv"
    nameless.write_bytes(good.read_bytes())
    refused("says no year", "icio", [nameless])
    cut = tmp_path / "2019.csv"
    cut.write_bytes(good.read_bytes()[: good.stat().st_size * 2 // 3])
    refused("cut short", "icio", [cut])
    refused("2 paths are named", "icio", [good, path])
    refused("is a folder", "icio", [tmp_path])
    empty = tmp_path / "2018.csv"
    empty.write_text("", encoding="utf-8")
    refused("is empty", "icio", [empty])
    refused("no columns named ISO3_INDUSTRY", "icio", [samples.wits(tmp_path / "2017.csv")])


# -- WIOD, Eora


def test_wiod_by_hand(tmp_path) -> None:
    path = samples.wiod(tmp_path / "wiod.csv")
    found = import_world("wiod", [path], name="wiod")
    # Every cell holds 1,000: agriculture is 3 industries of 3 economies; B is divided over three sectors.
    flow = found.accounts.intermediate
    cell = flow.sel(origin="CHN", destination="DEU", sector="agriculture", use_sector="food")
    assert float(cell) == pytest.approx(3 * 1000)
    mining = flow.sel(
        origin="CHN", destination="DEU", sector=["coal", "oil_gas", "ores"], use_sector="food"
    ).sum()
    assert float(mining) == pytest.approx(1000)
    assert float(
        found.accounts.final_demand.sel(origin="CHN", destination="DEU", sector="food")
    ) == pytest.approx(1e5)
    assert found.accounts.year == 2014
    balanced(found.accounts)


@pytest.mark.parametrize(
    ("edit", "words"),
    [
        (lambda header, lines: lines.pop(5), "has no row CHN 6"),
        (lambda header, lines: lines.append(lines[5]), "stands there twice"),
        (lambda header, lines: header.__setitem__(9, "CHNX"), "has no column CHN5"),
        (lambda header, lines: lines[5].__setitem__(-1, 1.0), "misses its total"),
        (lambda header, lines: lines[5].__setitem__(8, "x"), "'x', not a number"),
        (
            lambda header, lines: [line.__setitem__(0, "Q9") for line in lines[4:30]],
            "that are not known: 'Q9'",
        ),
        (lambda header, lines: lines[5].__setitem__(4, 2013), "holds several years"),
    ],
)
def test_a_broken_wiod_is_told(tmp_path, edit, words: str) -> None:
    refused(words, "wiod", [samples.wiod(tmp_path / "wiod.csv", edit=edit)])


def test_wiod_in_thousands_or_cut_short(tmp_path) -> None:
    refused("times the base world's", "wiod", [samples.wiod(tmp_path / "a.csv", level=1e7)])
    whole = samples.wiod(tmp_path / "b.csv").read_bytes()
    cut = tmp_path / "c.csv"
    cut.write_bytes(whole[: len(whole) // 2])
    refused("cut short", "wiod", [cut])


def test_eora_by_hand(tmp_path) -> None:
    found = import_world("eora26", [samples.eora(tmp_path / "Eora26_2015_bp.zip")], name="eora")
    assert found.labels == ("CHN", "DEU", "FRA", "KAZ", "ROW")  # the former state is the rest of the world
    # A million of thousands is 1,000 US$ million a cell: agriculture is two industries.
    flow = found.accounts.intermediate
    cell = flow.sel(origin="CHN", destination="DEU", sector="agriculture", use_sector="food")
    assert float(cell) == pytest.approx(2 * 1000)
    assert float(
        found.accounts.final_demand.sel(origin="CHN", destination="DEU", sector="food")
    ) == pytest.approx(19_000)
    balanced(found.accounts)


def test_eora_with_its_labels_beside(tmp_path, world) -> None:
    whole = import_world("eora26", [samples.eora(tmp_path / "Eora26_2015_bp.zip")], name="whole")
    other = tmp_path / "apart"
    other.mkdir()
    path = samples.eora(other / "Eora26_2015_bp.zip", labels_in=other / "indices.zip")
    apart = import_world("eora26", [path], name="apart")
    xr.testing.assert_identical(apart.accounts.intermediate, whole.accounts.intermediate)
    folder = tmp_path / "unpacked"
    with zipfile.ZipFile(path) as archive:
        archive.extractall(folder)
    (folder / "indices.zip").write_bytes((other / "indices.zip").read_bytes())
    again = import_world("eora26", [folder], name="folder")
    xr.testing.assert_identical(again.accounts.intermediate, whole.accounts.intermediate)


def test_eora_is_read_as_pymrio_reads_it(tmp_path) -> None:
    pymrio = pytest.importorskip("pymrio", reason="the extra mrio is not installed")
    path = samples.eora(tmp_path / "Eora26_2015_bp.zip")
    found = import_world("eora26", [path], name="eora").accounts
    with (
        warnings.catch_warnings()
    ):  # the parser drops rows from an index that is not sorted: slower, not wrong
        warnings.simplefilter("ignore", pd.errors.PerformanceWarning)
        peer = pymrio.parse_eora26(path)
    # Thousands of US$; nothing of the sample is moved but changes of stocks, which are below zero.
    kaz = peer.Z.loc["KAZ", "CHN"].to_numpy().sum() / 1000
    assert float(found.intermediate.sel(origin="KAZ", destination="CHN").sum()) == pytest.approx(
        kaz, rel=1e-12
    )
    ends = peer.Y.loc["KAZ", "CHN"].to_numpy().clip(min=0).sum() / 1000
    moved = peer.Y.loc["KAZ", "CHN"].to_numpy().sum() / 1000
    read = float(found.final_demand.sel(origin="KAZ", destination="CHN").sum())
    assert moved - 1e-6 <= read <= ends + 1e-6


def test_a_broken_eora_is_told(tmp_path) -> None:
    path = samples.eora(tmp_path / "a.zip", leave_out="Eora26_2015_bp_FD.txt")
    refused("has no Eora26_2015_bp_FD.txt", "eora26", [path])
    refused("has no labels_T.txt", "eora26", [samples.eora(tmp_path / "b.zip", leave_out="labels_T.txt")])
    good = samples.eora(tmp_path / "c.zip")
    refused("is for 2015, not for 2016", "eora26", [good], year=2016)
    cut = tmp_path / "d.zip"
    cut.write_bytes(good.read_bytes()[:-100])
    refused("is not a zip archive", "eora26", [cut])
    refused("is not a zip archive", "eora26", [samples.wits(tmp_path / "e.csv")])
    refused("times the base world's", "eora26", [samples.eora(tmp_path / "Eora26_2015_bp.zip", level=1e10)])
    few = tmp_path / "few.zip"
    with zipfile.ZipFile(good) as whole, zipfile.ZipFile(few, "w") as archive:
        for name in whole.namelist():
            text = whole.read(name).decode()
            archive.writestr(name, "\n".join(text.splitlines()[:-1]) if name.endswith("bp_T.txt") else text)
    refused("has 130 rows, and labels_T.txt names 131", "eora26", [few])


# -- BACI


def baci_rows(world):
    """Trade by partner of a made-up world: everybody buys everything of China and Germany alone."""
    flow = world.accounts.trade_flow
    total = float(flow.where(flow["origin"] != flow["destination"], 0.0).sel(sector="vehicles").sum()) * 1000
    return [
        (2022, origin, importer, "870323", round(total / 5, 3), "NA")
        for origin, importer in ((156, 276), (276, 156), (156, 398), (276, 842), (156, 842))
    ]


def everything(world):
    """As `baci_rows`, with other goods so that the whole is of the size of world trade."""
    flow = world.accounts.trade_flow
    abroad = float(flow.where(flow["origin"] != flow["destination"], 0.0).sum()) * 1000
    return [*baci_rows(world), (2022, 156, 842, "847130", round(abroad / 2, 3), "1.5")]


def test_baci_moves_partners_and_keeps_totals(tmp_path, world) -> None:
    found = import_world(
        "baci", [samples.baci(tmp_path / "BACI_HS17_Y2022_V202401b.csv", everything(world))], name="baci"
    )
    balanced(found.accounts)
    before, after = world.accounts, found.accounts
    np.testing.assert_allclose(after.gross_output, before.gross_output, rtol=1e-6, atol=1e-3)
    for side in ("exports", "imports"):
        np.testing.assert_allclose(getattr(after, side), getattr(before, side), rtol=1e-6)
    np.testing.assert_allclose(
        after.intermediate.sum("origin"), before.intermediate.sum("origin"), rtol=1e-7, atol=1e-6
    )
    share = [
        float(one.trade_share.sel(destination="KAZ", sector="vehicles", origin="CHN"))
        for one in (before, after)
    ]
    assert share[1] > share[0]
    services = [one.trade_flow.sel(sector="business") for one in (before, after)]
    np.testing.assert_allclose(*services, rtol=1e-12)
    assert found.manifest["layers"][0]["measures"]["goods_trade_moved_to_other_partners_share"] > 0


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda rows: [*rows, rows[0]], "stand there more than once"),
        (lambda rows: [*rows, (2022, 999, 156, "870323", "9e8", "1")], "exporter i that is not known: '999'"),
        (lambda rows: [*rows, (2022, 156, 398, "870324", "-1", "1")], "below zero"),
        (lambda rows: [*rows, (2022, 156, 398, "870324", "x", "1")], "not a number"),
        (lambda rows: [(2015, *row[1:]) for row in rows], "7 years from the accounts"),
        (lambda rows: [(*row[:4], row[4] / 1000, row[5]) for row in rows], "times the accounts'"),
        (lambda rows: [], "has a header and no rows"),
    ],
)
def test_a_broken_baci_is_told(tmp_path, world, change, words: str) -> None:
    refused(words, "baci", [samples.baci(tmp_path / "baci.csv", change(everything(world)))])


def test_baci_keeps_trade_by_product(tmp_path, world) -> None:
    """Thousands of US$ of the file are US$ m of the world; both codes of an economy add up; 9999 is no product."""
    rows = [
        *everything(world),
        (2022, 398, 156, "10121", "2500", "1"),
        (2022, 398, 276, "010121", "500", "1"),
        (2022, 398, 276, "999999", "7", "1"),
    ]
    found = import_world("baci", [samples.baci(tmp_path / "BACI_HS17_Y2022.csv", rows)], name="baci")
    table = found.products.table.set_index(["economy", "product"])
    assert found.products.year == 2022
    assert table.loc[("KAZ", "010121")].tolist() == [3.0, 0.0]
    assert table.loc[("CHN", "010121")].tolist() == [0.0, 2.5]
    assert "999999" not in set(found.products.table["product"])
    assert found.products.matrix("exports", 4).loc["KAZ", "0101"] == 3.0
    assert found.has("exports by product", "KAZ")
    assert not found.has("exports by product", "VUT")
    assert not world.has("exports by product")
    entry = found.manifest["files"]["products.parquet"]
    assert entry["licence"] == "Etalab 2.0"
    assert found.manifest["layers"][0]["measures"]["products"] == {"edition": "HS17", "year": 2022}
    assert found.hash != world.hash


def test_all_that_is_wrong_with_trade_by_product_is_told_at_once(tmp_path, world) -> None:
    """Codes of two editions, a word, rows twice, a product that nobody exports."""
    rows = everything(world)
    paths = [
        samples.baci(tmp_path / "BACI_HS17_Y2022.csv", [*rows, (2022, 156, 398, "870325", "0", "1")]),
        samples.baci(tmp_path / "BACI_HS92_Y2022.csv", [(2022, 999, 156, "870323", "x", "1"), rows[0]]),
    ]
    with pytest.raises(Faults) as raised:
        import_world("baci", paths, name="broken")
    told = str(raised.value)
    for words in (
        "codes of HS17 and HS92", "not a number", "2 rows stand there more than once",
        "1 products have no exporters: all their rows are 0 (the first is 870325)",
    ):  # fmt: skip
        assert words in told
    assert list_worlds() == []


def test_baci_of_other_columns_or_cut_short(tmp_path, world) -> None:
    rows = everything(world)
    refused("has no column 'v'", "baci", [samples.baci(tmp_path / "a.csv", rows, columns="t,i,j,k,value,q")])
    whole = samples.baci(tmp_path / "b.csv", rows * 1).read_bytes()
    (tmp_path / "c.csv").write_bytes(whole[: whole.rindex(b",") - 3])
    refused("is cut short", "baci", [tmp_path / "c.csv"])


# -- one economy's own accounts


@pytest.fixture
def template(tmp_path, world):
    path = tmp_path / "kaz.xlsx"
    write_template(world, "KAZ", path)
    return path


def fill(path, changes, head=()) -> None:
    book = openpyxl.load_workbook(path)
    sheet = book["accounts"]
    for (row, column), value in {**changes, **dict(head)}.items():
        sheet.cell(row, column, value)
    book.save(path)


def row_of(world, sector: str) -> int:
    return FIRST_ROW + world.accounts.sectors.index(sector)


def test_the_template_as_it_is_changes_next_to_nothing(template, world) -> None:
    found = import_world("economy-accounts", [template], name="kaz")
    # The template rounds to a thousand US$.
    np.testing.assert_allclose(found.accounts.gross_output, world.accounts.gross_output, rtol=1e-4, atol=0.1)
    balanced(found.accounts)


def test_a_ministry_replaces_its_row_and_the_rest_is_rebalanced(template, world) -> None:
    figures = base_figures(world.accounts, "KAZ")
    metals = world.accounts.sectors.index("metals")
    output, exports = figures["gross_output"][metals] * 1.1, figures["exports"][metals] * 1.1
    row = row_of(world, "metals")
    fill(
        template,
        {(row, 3): output, (row, 5): exports, (row, 4): f"{figures['value_added'][metals] * 1.05:,.3f}"},
    )
    found = import_world("economy-accounts", [template], name="kaz")
    new = base_figures(found.accounts, "KAZ")
    assert new["gross_output"][metals] == pytest.approx(output, rel=1e-6)
    assert new["exports"][metals] == pytest.approx(exports, rel=1e-6)
    assert new["value_added"][metals] == pytest.approx(figures["value_added"][metals] * 1.05, rel=1e-4)
    np.testing.assert_allclose(new["imports"], figures["imports"], rtol=1e-5, atol=0.01)
    balanced(found.accounts)
    # What others buy of metals in all is as before.
    before, after = (one.accounts.trade_flow.sum("origin").sel(sector="metals") for one in (world, found))
    others = [code for code in world.labels if code != "KAZ"]
    np.testing.assert_allclose(after.sel(destination=others), before.sel(destination=others), rtol=1e-9)
    measures = found.manifest["layers"][0]["measures"]
    assert "% of value added" in measures["largest_move_of_another_economy"]
    assert 0 < measures["flows_moved_share"] < 1e-3


@pytest.mark.parametrize(
    ("place", "value", "words"),
    [
        ((1, 2), "QQQ", "economy 'QQQ' has no accounts"),
        ((2, 2), 2019, "the figures are for 2019, the accounts of the base for 2022"),
        ((2, 2), "last year", "the year is 'last year'"),
        ((3, 2), "US$ thousand", "the unit is 'US$ thousand'"),
        ((FIRST_ROW, 3), -5, "below zero"),
        ((FIRST_ROW, 3), "much", "'much', not a number"),
        ((FIRST_ROW, 3), "=SUM(C7:C9)", "holds a formula without a value"),
        ((FIRST_ROW, 1), "farming", "sector 'farming' is not known"),
        ((FIRST_ROW + 1, 1), "agriculture", "stands there twice"),
        ((FIRST_ROW, 5), 1e9, "exceed gross output"),
        ((FIRST_ROW, 4), 1e9, "exceeds gross output"),
        ((FIRST_ROW - 1, 3), "output", "has no column 'gross_output'"),
    ],
)
def test_a_wrong_template_is_told(template, place, value, words: str) -> None:
    fill(template, {place: value})
    refused(words, "economy-accounts", [template])


def test_a_template_in_thousands_or_that_is_no_workbook(template, tmp_path, world) -> None:
    figures = base_figures(world.accounts, "KAZ")
    cells = {
        (FIRST_ROW + k, column): float(figures[name][k]) * 1000
        for column, name in enumerate(("gross_output", "value_added", "exports", "imports"), 3)
        for k in range(len(world.accounts.sectors))
    }
    refused(
        "is not KAZ" if False else "the economy is KAZ, not CHN",
        "economy-accounts",
        [template],
        economy="CHN",
    )
    fill(template, cells)
    refused("1,000 times the base world's", "economy-accounts", [template])
    cut = tmp_path / "cut.xlsx"
    cut.write_bytes(template.read_bytes()[:2000])
    refused("is not an Excel workbook", "economy-accounts", [cut])
    words = tmp_path / "words.xlsx"
    words.write_text("sector,gross_output\n", encoding="utf-8")
    refused("is not an Excel workbook", "economy-accounts", [words])
    other = tmp_path / "other.xlsx"
    book = openpyxl.Workbook()
    book.save(other)
    refused("has no sheet 'accounts'", "economy-accounts", [other])
    with pytest.raises(Faults, match=r"does not end in \.xlsx"):
        write_template(world, "KAZ", tmp_path / "kaz.csv")
    with pytest.raises(Faults, match="has no accounts of its own"):
        write_template(world, "ROW", tmp_path / "row.xlsx")


@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_any_figures_give_balanced_accounts_or_a_reason(data) -> None:
    """A small world of three economies: whatever one of them gives, balances hold and totals are met, or it is told."""
    size, sectors = 3, len(load_sectors())
    random = np.random.default_rng(data.draw(st.integers(0, 2**32 - 1)))
    labels, codes = ["AAA", "BBB", "ROW"], [row.code for row in load_sectors()]
    flow, final = (
        random.uniform(0, 1, (size, sectors, size, sectors)),
        random.uniform(10, 60, (size, sectors, size)),
    )
    output = flow.sum(axis=(2, 3)) + final.sum(axis=2)
    coords = {"origin": labels, "sector": codes, "destination": labels, "use_sector": codes}
    by = {"economy": labels, "sector": codes}
    accounts = Accounts(
        uses=DenseIntermediateUse(xr.DataArray(flow, coords, tuple(coords))),
        final_demand=xr.DataArray(
            final, {name: coords[name] for name in list(coords)[:3]}, tuple(coords)[:3]
        ),
        gross_output=xr.DataArray(output, by, tuple(by)),
        value_added=xr.DataArray(output - flow.sum(axis=(0, 1)), by, tuple(by)),
    )
    figures = base_figures(accounts, "BBB")
    scale = st.floats(0.0, 3.0)
    figures["gross_output"] = figures["gross_output"] * data.draw(scale)
    figures["value_added"] = figures["gross_output"] * data.draw(st.floats(0.0, 1.0))
    figures["exports"] = figures["gross_output"] * data.draw(st.floats(0.0, 1.0))
    figures["imports"] = figures["imports"] * data.draw(scale)
    try:
        changed, _ = replace_economy(accounts, "BBB", figures)
    except ValueError:  # told to the user in its own words; anything else is an error of ours
        return
    assert changed.balances()["relative"].abs().max() < 1e-9
    new = base_figures(changed, "BBB")
    for name in ("gross_output", "exports", "imports"):
        np.testing.assert_allclose(new[name], figures[name], rtol=1e-6, atol=1e-6 * output.max())
