"""Import duties: sums by hand, faults by name, and tariff measures that have figures only with them."""

from __future__ import annotations

import gzip
import zipfile

import file_samples as samples
import numpy as np
import pytest

import samarkand as sk
from samarkand.core.faults import Faults
from samarkand.priorities.trade.assessment import NO_TARIFFS
from samarkand.programme.channels.tariffs import TariffChange, changed_tariffs
from samarkand.world.accounts.sectors import load_sectors
from samarkand.world.accounts.tariffs import hs_table, inputs_with_tariffs, sector_of_product
from samarkand.world.importers import import_world
from samarkand.world.store import check_labels, list_worlds, open_world, remove_world

PROGRAMME = """
[programme]
id = "duties"
title = "Duties between Kazakhstan and China"

[[measure]]
id = "free-trade"
title = "Free trade of Kazakhstan with China"
kind = "tariff_change"
economies = ["KAZ", "CHN"]
status = "in_service"
opening = 2025
importers = ["KAZ"]
exporters = ["CHN"]
tariff_before = { value = 0.10, unit = "fraction", source = "a test" }
tariff_after = { value = 0.0, unit = "fraction", source = "a test" }
coverage_share = { value = 0.5, unit = "fraction", source = "a test" }
"""


@pytest.fixture
def programme(tmp_path):
    path = tmp_path / "duties.toml"
    path.write_text(PROGRAMME, encoding="utf-8")
    return path


@pytest.fixture
def with_tariffs(tmp_path):
    return import_world("tariffs", [samples.wits(tmp_path / "wits.csv")], name="duties")


def rate(world, importer: str, exporter: str, sector: str) -> float:
    return float(world.tariff_rate.sel(destination=importer, origin=exporter, sector=sector))


def test_rates_are_those_of_the_file_added_up_by_hand(with_tariffs) -> None:
    # Weighted by imports: (1000 x 5 + 3000 x 8) / 4000 = 7.25 per cent.
    assert rate(with_tariffs, "KAZ", "CHN", "agriculture") == pytest.approx(0.0725)
    # The preference counts, not the rate for all.
    assert rate(with_tariffs, "KAZ", "CHN", "electronics") == pytest.approx(0.01)
    assert rate(with_tariffs, "KAZ", "RUS", "electronics") == 0.0
    # No row for Germany: the mean of the other partners by imports, (2000 x 1 + 500 x 0) / 2500 = 0.8 per cent.
    assert rate(with_tariffs, "KAZ", "DEU", "electronics") == pytest.approx(0.008)
    # The rate for all; the bound rate is left out.
    assert rate(with_tariffs, "KAZ", "JPN", "vehicles") == pytest.approx(0.15)
    # The European Union is one importer, and free inside.
    assert rate(with_tariffs, "DEU", "CHN", "textiles") == pytest.approx(0.12)
    assert rate(with_tariffs, "FRA", "CHN", "textiles") == pytest.approx(0.12)
    assert rate(with_tariffs, "FRA", "DEU", "textiles") == 0.0
    assert rate(with_tariffs, "KAZ", "KAZ", "vehicles") == 0.0
    assert rate(with_tariffs, "KAZ", "CHN", "business") == 0.0
    assert "USA" not in with_tariffs.tariffs.importers
    assert with_tariffs.has("a tariff table")
    layer = with_tariffs.manifest["layers"][0]
    assert (layer["kind"], layer["year"], layer["replaces"]) == ("tariffs", 2022, "tariffs")
    assert layer["measures"]["left_out"]["rows of other duty types (bound rates)"] == 1


def test_the_hash_of_the_world_follows_its_content(with_tariffs, tmp_path, world) -> None:
    again = import_world("tariffs", [tmp_path / "wits.csv"], name="again")
    assert with_tariffs.hash == again.hash != world.hash
    rows = [(*row[:4], "6", row[5]) for row in samples.WITS_ROWS]
    other = import_world("tariffs", [samples.wits(tmp_path / "other.csv", rows)], name="other")
    assert other.hash != again.hash


def test_measures_have_figures_with_tariffs_and_none_without(with_tariffs, programme, world) -> None:
    without = sk.appraise(programme, world)
    assert {gap.reason for gap in without.not_assessed if gap.item == "free-trade"} == {NO_TARIFFS}
    appraisal = sk.appraise(programme, with_tariffs)
    assert not [gap for gap in appraisal.not_assessed if gap.item == "free-trade"]
    assert appraisal.counts.with_effect == 1
    revenue = appraisal.array("tariff_revenue", "without")
    # By hand: rates times flows of the accounts at the border; the numeraire leaves the baseline as it is.
    flow = with_tariffs.accounts.trade_flow
    by_hand = float((with_tariffs.tariff_rate * flow).sum(["origin", "sector"]).sel(destination="KAZ"))
    assert float(revenue.sel(economy="KAZ")) == pytest.approx(by_hand, rel=1e-9)
    assert float(appraisal["tariff_revenue"].sel(economy="KAZ")) < 0
    rows = appraisal.results[appraisal.results["indicator"] == "tariff_revenue"]
    unknown = rows[rows["economy"] == "USA"]
    assert unknown["value"].isna().all()
    assert set(unknown["reason"]) == {NO_TARIFFS}
    exports = appraisal.array("trade_flow")
    assert float(exports.sel(economy="CHN", partner="KAZ")) > 0
    assert abs(float(appraisal["real_income"].sel(economy="USA"))) < abs(
        float(appraisal["real_income"].sel(economy="KAZ"))
    )
    told = appraisal.explain("tariff_revenue", "KAZ")
    cited = [leaf.evidence.citation for leaf in told.leaves() if leaf.evidence]
    assert any("imported from the file wits.csv" in line for line in cited)


def test_duties_on_inputs_leave_the_accounts_balanced(with_tariffs) -> None:
    accounts, rates = with_tariffs.accounts, with_tariffs.tariff_rate
    inputs, added = inputs_with_tariffs(accounts, rates)
    output = inputs.sum("sector").rename(destination="economy", use_sector="sector") + added
    np.testing.assert_allclose(
        output.transpose("economy", "sector"), accounts.gross_output, rtol=1e-12, atol=1e-9
    )
    paid = (inputs - accounts.intermediate.sum("origin")).sum()
    duties = (accounts.intermediate * rates.rename(destination="destination")).sum()
    assert float(paid) == pytest.approx(float(duties), rel=1e-9)
    assert float(added.min()) >= 0


def test_a_change_of_duties_by_hand(with_tariffs) -> None:
    change = TariffChange("x", ("KAZ",), ("CHN", "KAZ"), 0.10, 0.02, 0.5)
    new = changed_tariffs(with_tariffs.tariff_rate, [change])
    # 0.0725 x (1 - 0.5 x (1 - 0.02 / 0.10)) = 0.0725 x 0.6
    assert float(new.sel(destination="KAZ", origin="CHN", sector="agriculture")) == pytest.approx(0.0435)
    assert float(new.sel(destination="KAZ", origin="KAZ", sector="vehicles")) == 0.0
    assert float(new.sel(destination="KAZ", origin="RUS", sector="vehicles")) == pytest.approx(0.15)
    plain = changed_tariffs(
        with_tariffs.tariff_rate, [TariffChange("x", ("KAZ",), ("CHN",), None, 0.02, 0.5)]
    )
    assert float(plain.sel(destination="KAZ", origin="CHN", sector="agriculture")) == pytest.approx(0.04625)


def test_every_product_of_the_harmonised_system_has_one_sector() -> None:
    codes = {sector.code for sector in load_sectors()}
    assert set(hs_table().values()) <= codes
    chapters = {f"{number:02d}" for number in range(1, 98)} - {"77"}  # 77 is reserved
    assert chapters <= set(hs_table())
    # Headings whose ISIC class is beyond doubt.
    for code, sector in {
        "270900": "oil_gas", "271019": "petroleum", "270112": "coal", "260300": "ores", "100199": "agriculture",
        "100630": "food", "870323": "vehicles", "847130": "electronics", "390110": "chemicals",
        "392010": "rubber_plastics", "300490": "chemicals", "610910": "textiles", "720851": "metals",
        "730890": "metal_products",
        "8703": "vehicles", "87": "vehicles",
    }.items():  # fmt: skip
        assert sector_of_product(code) == sector, code
    assert sector_of_product("990000") is None


def test_the_same_from_the_wto_from_zip_and_from_gzip(tmp_path, with_tariffs) -> None:
    rows = [("KAZ", "", "870323", "15"), ("KAZ", "CHN", "100190", "5"), ("CHN", "", "610910", "12.5")]
    plain = samples.wto(tmp_path / "wto.csv", rows)
    zipped = tmp_path / "wto.zip"
    with zipfile.ZipFile(zipped, "w") as archive:
        archive.write(plain, "WtoData.csv")
        archive.writestr("WtoData_metadata.csv", "x" * 10_000)
    packed = tmp_path / "wto.csv.gz"
    packed.write_bytes(gzip.compress(plain.read_bytes()))
    worlds = [import_world("tariffs", [path], name=path.suffix[1:]) for path in (plain, zipped, packed)]
    for found in worlds:
        assert rate(found, "KAZ", "JPN", "vehicles") == pytest.approx(0.15)
        assert rate(found, "KAZ", "CHN", "agriculture") == pytest.approx(0.05)
        assert found.tariffs.importers == {"KAZ", "CHN"}


def broken(tmp_path, kind: str):
    """A file with one fault, and a word that its message must have."""
    path = tmp_path / f"{kind}.csv"
    rows = list(samples.WITS_ROWS)
    if kind == "absent":
        return path, "is not there"
    if kind == "folder":
        path.mkdir()
        return path, "is a folder"
    if kind == "empty":
        path.write_bytes(b"")
        return path, "is empty"
    if kind == "header-only":
        return samples.wits(path, []), "no rows"
    if kind == "column":
        columns = [name.replace("DutyType", "Duty Type") for name in samples.WITS_COLUMNS]
        return samples.wits(path, columns=columns), "has no column 'DutyType'"
    if kind == "other-table":
        path.write_text("a;b\n1;2\n", encoding="utf-8")
        return path, "does not have columns"
    if kind == "cut":
        whole = samples.wits(path).read_bytes()
        path.write_bytes(whole[: len(whole) - 60])
        return path, "is cut short"
    if kind == "cut-gzip":
        packed = gzip.compress(samples.wits(path, rows * 200).read_bytes())
        path.write_bytes(packed[: len(packed) // 2])
        return path, "damaged archive, or cut short"
    if kind == "cut-zip":
        with zipfile.ZipFile(tmp_path / "whole.zip", "w") as archive:
            archive.write(samples.wits(path), "a.csv")
        path = tmp_path / "cut.zip"
        path.write_bytes((tmp_path / "whole.zip").read_bytes()[:-30])
        return path, "damaged zip"
    if kind == "not-text":
        path.write_bytes(b"PNG\x00\x01\x02" * 400)
        return path, "is not a table of text"
    if kind == "page":
        path.write_text("<!doctype html><html>Sign in</html>", encoding="utf-8")
        return path, "is not a table of text"
    if kind == "year":
        return samples.wits(path, year="1999"), "is for 1999, 23 years from the accounts of 2022"
    if kind == "no-year":
        return samples.wits(path, year="20x2"), "Tariff Year is '20x2', not a number"
    if kind == "fractions":
        many = [("398", "156", f"87{n:04d}", "AHS", "0.15", "1") for n in range(100, 140)]
        return samples.wits(path, many), "look like fractions"
    if kind == "too-high":
        return samples.wits(path, [*rows, ("398", "156", "870999", "AHS", "150000", "1")]), "above 5,000"
    if kind == "negative":
        return samples.wits(path, [*rows, ("398", "156", "870999", "AHS", "-3", "1")]), "is -3, below zero"
    if kind == "word":
        return samples.wits(
            path, [*rows, ("398", "156", "870999", "AHS", "free", "1")]
        ), "'free', not a number"
    if kind == "repeated":
        return samples.wits(path, [*rows, rows[0]]), "more than one AHS rate"
    if kind == "unknown":
        return samples.wits(
            path, [*rows, ("QQQ", "156", "870999", "AHS", "3", "10000")]
        ), "a Reporter that is not known: 'QQQ'"
    if kind == "unit":
        return samples.wto(path, [("KAZ", "", "870323", "15")], unit="Million US dollar"), "not per cent"
    if kind == "outside":
        return samples.wits(
            path, [("398", "156", "999999", "AHS", "3", "1")]
        ), "a product that is not known: '999999'"
    raise AssertionError(kind)


KINDS = [
    "absent", "folder", "empty", "header-only", "column", "other-table", "cut", "cut-gzip", "cut-zip", "not-text",
    "page", "year", "no-year", "fractions", "too-high", "negative", "word", "repeated", "unknown", "unit", "outside",
]  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_a_broken_file_is_told_and_nothing_kept(tmp_path, store, kind: str) -> None:
    path, words = broken(tmp_path, kind)
    with pytest.raises(Faults) as raised:
        import_world("tariffs", [path], name="broken")
    assert any(words in str(fault) for fault in raised.value.faults), str(raised.value)
    assert all(fault.mend for fault in raised.value.faults)
    assert list_worlds() == []
    assert not store.exists() or not list((store / "worlds").iterdir())


def test_all_faults_come_at_once_and_many_alike_are_counted(tmp_path) -> None:
    rows = [("398", "156", f"87{n:04d}", "AHS", "-1", "1") for n in range(10)] + [
        ("QQQ", "156", "870999", "AHS", "3", "99999"),
        ("398", "643", "870999", "AHS", "3", "x"),
    ]
    with pytest.raises(Faults) as raised:
        import_world("tariffs", [samples.wits(tmp_path / "bad.csv", rows), tmp_path / "gone.csv"], name="bad")
    told = "\n".join(map(str, raised.value.faults))
    assert "negative values in 7 more places" in told
    assert "'QQQ'" in told
    assert "is 'x', not a number" in told
    assert "gone.csv: is not there" in told


def test_years_are_chosen(tmp_path) -> None:
    rows = samples.WITS_ROWS[:3]
    old, new = (
        samples.wits(tmp_path / "a.csv", rows, year="2015"),
        samples.wits(tmp_path / "b.csv", rows, year="2022"),
    )
    with pytest.raises(Faults, match="holds several years"):
        import_world("tariffs", [old, new], name="both")
    assert import_world("tariffs", [old, new], name="both", year=2015).tariffs.year == 2015
    with pytest.raises(Faults, match="is for 2015, not for 2020"):
        import_world("tariffs", [old], name="wrong", year=2020)


def test_an_interrupted_import_leaves_nothing(tmp_path, store) -> None:
    def stop(text: str, **_: object) -> None:
        if "writing" in text:
            raise KeyboardInterrupt

    path = samples.wits(tmp_path / "wits.csv")
    with pytest.raises(KeyboardInterrupt):
        import_world("tariffs", [path], name="stopped", progress=stop)
    assert list((store / "worlds").iterdir()) == []
    kept = import_world("tariffs", [path], name="kept")
    with pytest.raises(KeyboardInterrupt):
        import_world("tariffs", [path], name="kept", overwrite=True, progress=stop)
    assert open_world("kept").hash == kept.hash
    assert [entry.name for entry in (store / "worlds").iterdir()] == ["kept"]


def test_names_of_worlds(tmp_path, store) -> None:
    path = samples.wits(tmp_path / "wits.csv")
    for name in ("embedded", "../up", "Big", "", "a/b", ".hidden"):
        with pytest.raises(Faults):
            import_world("tariffs", [path], name=name)
    import_world("tariffs", [path], name="mine")
    with pytest.raises(Faults, match="there already"):
        import_world("tariffs", [path], name="mine")
    with pytest.raises(Faults, match="Did you mean mine"):
        open_world("mne")
    with pytest.raises(Faults, match="is not a kind"):
        import_world("tarifs", [path], name="other")
    next((store / "worlds" / "mine").rglob("tariffs.parquet")).write_bytes(b"gone")
    with pytest.raises(Faults, match="damaged or not there"):
        open_world("mine")
    remove_world("mine")
    assert list_worlds() == []
    with pytest.raises(Faults, match="is not there"):
        remove_world("mine")


def test_tariffs_of_other_economies_are_not_used(with_tariffs) -> None:
    rates, labels = with_tariffs.tariffs.rates, with_tariffs.labels
    check_labels("mine", rates, labels)
    for other in ((*labels, "UTO"), labels[1:]):
        with pytest.raises(Faults, match="over other economies"):
            check_labels("mine", rates, other)


def test_a_store_that_cannot_be_written_to_is_told(tmp_path, monkeypatch) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("not a folder", encoding="utf-8")
    monkeypatch.setenv("SAMARKAND_DATA_DIR", str(blocked))
    with pytest.raises(Faults, match=r"cannot be written .*SAMARKAND_DATA_DIR"):
        import_world("tariffs", [samples.wits(tmp_path / "wits.csv")], name="mine")
