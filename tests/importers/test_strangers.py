"""Rows whose codes are not known: left out, counted and named with their share, until they are too many."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from samarkand.core.faults import Faults
from samarkand.world.importers import import_world
from samarkand.world.store import list_worlds

import file_samples as samples  # isort: skip

CASES = Path(__file__).resolve().parents[3] / "shared" / "cases" / "files"


def refused(words: str, *args, **options) -> None:
    with pytest.raises(Faults) as raised:
        import_world(*args, name="broken", **options)
    assert any(words in str(fault) for fault in raised.value.faults), str(raised.value)
    assert "broken" not in [world.name for world in list_worlds()]


def notes(found) -> str:
    return " ".join(found.manifest["layers"][-1]["notes"])


def rate(found, importer: str, exporter: str, sector: str) -> float:
    return float(found.tariff_rate.sel(destination=importer, origin=exporter, sector=sector))


def test_a_union_is_read_as_its_members() -> None:
    path = CASES / "wto_eec.csv"
    if not path.exists():
        pytest.skip("the shared cases are not there")
    found = import_world("tariffs", [path], name="eec")
    assert rate(found, "KAZ", "CHN", "agriculture") == pytest.approx(0.05)
    assert rate(found, "RUS", "CHN", "agriculture") == pytest.approx(0.05)
    assert rate(found, "RUS", "KAZ", "agriculture") == 0.0  # free within


def test_a_member_has_its_own_rates_where_it_gives_them(tmp_path) -> None:
    rows = [("EEC", "", "100190", "5"), ("EEC", "", "870323", "15"), ("KAZ", "", "100190", "2")]
    found = import_world("tariffs", [samples.wto(tmp_path / "a.csv", rows)], name="own")
    assert rate(found, "KAZ", "CHN", "agriculture") == pytest.approx(0.02)
    assert rate(found, "RUS", "CHN", "agriculture") == pytest.approx(0.05)
    assert rate(found, "KAZ", "CHN", "vehicles") == pytest.approx(0.15)


@pytest.mark.parametrize("code", ["ZZZ", "U999", "XEU2"])
def test_a_code_of_no_economy_is_left_out_and_named(tmp_path, code: str) -> None:
    rows = [(code, "", "870323", "5"), ("KAZ", "", "870323", "15"), ("CHN", "", "870323", "12")]
    found = import_world("tariffs", [samples.wto(tmp_path / "a.csv", rows)], name="some")
    assert rate(found, "KAZ", "CHN", "vehicles") == pytest.approx(0.15)
    assert f"1 of 3 rows have a Reporting Economy ISO3A Code that is not known: '{code}'" in notes(found)
    assert "33 per cent of the rows" in notes(found)
    refused(f"2 of 3 rows have a Reporting Economy ISO3A Code that is not known: '{code}'", "tariffs",
            [samples.wto(tmp_path / "b.csv", [rows[0], (code, "", "870324", "5"), rows[1]])])  # fmt: skip


@pytest.mark.parametrize(
    ("value", "share", "kept"), [("10", "1 per", True), ("52", "4.9 per", True), ("53", "", False)]
)
def test_the_limit_is_a_twentieth_of_the_value(tmp_path, value: str, share: str, kept: bool) -> None:
    rows = [("398", "156", "870323", "AHS", "5", "1000"), ("398", "QQQ", "870323", "AHS", "9", value)]
    path = samples.wits(tmp_path / "a.csv", rows)
    if not kept:
        refused("a Partner that is not known: 'QQQ' (5 per cent of the value)", "tariffs", [path])
        return
    found = import_world("tariffs", [path], name="some")
    assert f"'QQQ'; they are left out ({share}" in notes(found).replace("0.99 per", "1 per")
    assert rate(found, "KAZ", "CHN", "vehicles") == pytest.approx(0.05)


@pytest.mark.parametrize("product", ["770101", "999999", "981000"])
def test_products_of_no_sector(tmp_path, product: str) -> None:
    rows = [("398", "156", "870323", "AHS", "5", "1000"), ("398", "156", product, "AHS", "9", "20")]
    found = import_world("tariffs", [samples.wits(tmp_path / "a.csv", rows)], name="some")
    assert f"a product that is not known: '{product}'" in notes(found)
    assert "2 per cent of the value" in notes(found)
    refused(f"'{product}'", "tariffs", [samples.wits(tmp_path / "b.csv", [rows[1]])])


def test_exporters_of_no_economy_in_trade(tmp_path, world) -> None:
    flow = world.accounts.trade_flow
    abroad = float(flow.where(flow["origin"] != flow["destination"], 0.0).sum()) * 1000
    rows = [
        (2022, 156, 842, "847130", round(abroad / 2, 3), "1.5"),
        (2022, 842, 276, "870323", round(abroad / 9, 3), "1"),
    ]
    stranger = (2022, 999, 842, "870323", round(abroad / 100, 3), "1")
    found = import_world("baci", [samples.baci(tmp_path / "a.csv", [*rows, stranger])], name="some")
    assert "exporter i that is not known: '999'" in notes(found)
    much = (*stranger[:4], round(abroad / 10, 3), "1")
    refused("'999'", "baci", [samples.baci(tmp_path / "b.csv", [*rows, much])])


def test_strangers_among_figures(tmp_path) -> None:
    rows = [("Kazakhstan", "KAZ", "SP.POP.TOTL", "", "20330104"), ("Arab World", "ARB", "SP.POP.TOTL", "", "4.8e8"),
            ("Neverland", "NVL", "SP.POP.TOTL", "", "5")]  # fmt: skip
    found = import_world("wdi", [samples.wdi_bulk(tmp_path / "a.csv", rows)], name="some")
    assert found.fact("KAZ", "population").value == 20_330_104
    assert "1 of 6 rows" not in notes(found)
    assert "'NVL'" in notes(found)
    assert "ARB" not in notes(found)  # an aggregate is known as one
    refused("'NVL'", "wdi", [samples.wdi_bulk(tmp_path / "b.csv", [rows[2]])])


def small_industry(factor: float):
    """A change of a table: an industry that is not known, beside the others, of `factor` times one of them."""

    def edit(header, lines) -> None:
        at = header.index("CHN_A01")
        header.insert(at + 1, "CHN_X99")
        for line in lines:
            line.insert(at + 1, factor * line[at])
            line[-1] += line[at + 1]
        row = next(line for line in lines if line[0] == "CHN_A01")
        lines.insert(lines.index(row) + 1, ["CHN_X99", *(factor * cell for cell in row[1:])])

    return edit


def test_an_industry_that_is_not_known(tmp_path, world) -> None:
    plain = import_world("icio", [samples.icio(tmp_path / "2022_SML.csv", world.accounts)], name="plain")
    path = samples.icio(tmp_path / "2022.csv", world.accounts, edit=small_industry(0.1))
    found = import_world("icio", [path], name="some")
    assert "industries that are not known: 'X99'" in notes(found)
    np.testing.assert_allclose(found.accounts.intermediate, plain.accounts.intermediate, rtol=1e-9, atol=1e-6)
    refused("'X99'", "icio", [samples.icio(tmp_path / "2022.csv", world.accounts, edit=small_industry(20.0))])


def test_an_industry_of_wiod_that_is_not_known(tmp_path) -> None:
    def rename(header, lines) -> None:
        lines[5][0] = "Q9"

    found = import_world("wiod", [samples.wiod(tmp_path / "wiod.csv", edit=rename)], name="some")
    assert "industries that are not known: 'Q9'" in notes(found)


def test_an_industry_of_eora_that_is_not_known(tmp_path) -> None:
    path = samples.eora(tmp_path / "Eora26_2015_bp.zip", industry="Space Travel")
    found = import_world("eora26", [path], name="some")
    assert "industries that are not known: 'Space Travel'" in notes(found)
