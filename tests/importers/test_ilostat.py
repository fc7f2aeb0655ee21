"""Employment by sector from files of ILOSTAT: values by hand, choice of source and year, and faults by name."""

from __future__ import annotations

import gzip

import pytest

from samarkand.core.faults import Faults
from samarkand.world.accounts.sectors import load_sectors
from samarkand.world.economies.employment import employment_of
from samarkand.world.importers import import_world
from samarkand.world.importers.concordance import industries
from samarkand.world.store import list_worlds

import file_samples as samples  # isort: skip

SECTIONS = [name for name in industries("isic4") if len(name) == 1]
DIVISIONS = [name for name in industries("isic4") if len(name) > 1]
SECTORS = [row.code for row in load_sectors()]


def sections(iso3="KAZ", source="BA:1", year=2021, sex="SEX_T", each=100.0, total=True):
    rows = [(iso3, source, sex, f"ECO_ISIC4_{name}", year, each) for name in SECTIONS]
    return [*rows, (iso3, source, sex, "ECO_ISIC4_TOTAL", year, each * len(SECTIONS))] if total else rows


def divisions(iso3="KAZ", source="BA:1", year=2021, each=10.0):
    return [(iso3, source, "SEX_T", f"EC2_ISIC4_{name}", year, each) for name in DIVISIONS]


def refused(words: str, path, **options) -> None:
    with pytest.raises(Faults) as raised:
        import_world("ilostat", [path], name="broken", **options)
    assert any(words in str(fault) for fault in raised.value.faults), str(raised.value)
    assert "broken" not in [world.name for world in list_worlds()]


def test_every_division_of_isic_is_in_one_sector_and_sections_cover_all() -> None:
    """99 divisions less the eleven that ISIC Rev. 4 does not use."""
    unused = {4, 34, 40, 44, 48, 54, 57, 67, 76, 83, 89}
    assert sorted(int(name[1:]) for name in DIVISIONS) == sorted(set(range(1, 100)) - unused)
    assert {sector for name in DIVISIONS for sector in industries("isic4")[name]} == set(SECTORS)
    assert {sector for name in SECTIONS for sector in industries("isic4")[name]} == set(SECTORS)
    for name in DIVISIONS:  # a division stands where its section does
        assert set(industries("isic4")[name]) <= set(industries("isic4")[name[0]])


def test_sections_are_divided_by_gross_output(tmp_path, world) -> None:
    """100 thousand in every section: agriculture and construction one, utilities two, services by hand; C by output."""
    for number, labels in enumerate((False, True)):
        path = samples.ilostat(tmp_path / f"eco{number}.csv", sections(), labels=labels)
        found = import_world("ilostat", [path], name=f"eco{number}")
        for sector, thousands in (
            ("agriculture", 100), ("construction", 100), ("utilities", 200), ("transport", 100),
            ("trade_hospitality", 200), ("business", 500), ("public", 700),
        ):  # fmt: skip
            fact = found.fact("KAZ", f"employment_{sector}")
            assert (fact.value, fact.year, fact.grade) == (thousands * 1000, 2021, "observed"), sector
        output = world.accounts.gross_output.sel(economy="KAZ")
        made = [str(one) for one in industries("isic4")["C"]]
        metals = found.fact("KAZ", "employment_metals")
        share = float(output.sel(sector="metals") / output.sel(sector=made).sum())
        assert metals.value == pytest.approx(100_000 * share)
        assert (metals.grade, metals.text) == ("estimated", "shared by gross output")
        persons = employment_of(found.fact_table, ["KAZ"], SECTORS)
        assert persons.sum() == pytest.approx(100_000 * len(SECTIONS))
        assert found.has("employment by sector", "KAZ")
        assert not found.has("employment by sector", "PAK")


def test_divisions_are_exact_and_come_before_sections(tmp_path) -> None:
    path = tmp_path / "both.csv.gz"
    plain = samples.ilostat(tmp_path / "both.csv", [*sections(), *divisions()])
    path.write_bytes(gzip.compress(plain.read_bytes()))
    found = import_world("ilostat", [path], name="both")
    metals = found.fact("KAZ", "employment_metals")
    assert (metals.value, metals.grade) == (10_000, "observed")
    assert found.fact("KAZ", "employment_food").value == 30_000  # 10, 11, 12


def test_the_newest_year_and_a_labour_force_survey_are_taken(tmp_path) -> None:
    rows = [
        *sections(source="BX:9", year=2022, each=300),
        *sections(source="BA:5", year=2022, each=200),
        *sections(source="BA:5", year=2020, each=150),
        *sections(source="BA:5", year=2022, sex="SEX_M", each=120),
        *sections(source="BA:5", year=2023, each=250)[:4],  # not whole
        ("KAZ", "BA:5", "SEX_T", "ECO_ISIC3_A", 2022, 7),
        ("X01", "BA:5", "SEX_T", "ECO_ISIC4_A", 2022, 7),
    ]
    path = samples.ilostat(tmp_path / "many.csv", rows)
    fact = import_world("ilostat", [path], name="many").fact("KAZ", "employment_agriculture")
    assert (fact.value, fact.year) == (200_000, 2022)
    early = import_world("ilostat", [path], name="early", year=2021).fact("KAZ", "employment_agriculture")
    assert (early.value, early.year) == (150_000, 2020)


def test_an_economy_without_all_activities_is_left_out_and_counted(tmp_path) -> None:
    path = samples.ilostat(tmp_path / "part.csv", [*sections(), *sections("KGZ")[3:]])
    found = import_world("ilostat", [path], name="part")
    assert not found.fact("KGZ", "employment_public").known
    (layer,) = found.manifest["layers"]
    assert any(one.startswith("KGZ") for one in layer["measures"]["left_out"])


def test_faults_are_named_all_at_once(tmp_path) -> None:
    good = sections()
    wrong = [
        ("KGZ", "BA:1", "SEX_T", "ECO_ISIC4_Q9", 2021, 5),
        ("KGZ", "BA:1", "SEX_T", "ECO_ISIC4_A", 2021, "much"),
        ("PAK", "BA:1", "SEX_T", "ECO_ISIC4_A", 2021, -5),
    ]
    path = samples.ilostat(tmp_path / "wrong.csv", [*good, good[0], *wrong])
    with pytest.raises(Faults) as raised:
        import_world("ilostat", [path], name="broken")
    said = str(raised.value)
    for words in ("stands there 2 times", "'Q9' is no section", "'much', not a number", "below zero"):
        assert words in said, said
    refused("not there", tmp_path / "gone.csv")
    refused("both sexes", samples.ilostat(tmp_path / "men.csv", sections(sex="SEX_M")))
    refused("no column", samples.wits(tmp_path / "other.csv"))
    total = ("KAZ", "BA:1", "SEX_T", "ECO_ISIC4_TOTAL", 2021, 900)
    path = samples.ilostat(tmp_path / "total.csv", [*sections(total=False), total])
    refused("more than its total", path)
    refused("times the labour force", samples.ilostat(tmp_path / "unit.csv", sections(each=100_000)))
    refused("before the accounts", samples.ilostat(tmp_path / "old.csv", sections(year=2010)))
    refused("up to 2000", samples.ilostat(tmp_path / "late.csv", sections()), year=2000)
