"""Layouts that publishers use today, in values by hand and in faults."""

from __future__ import annotations

import json
from pathlib import Path

import openpyxl
import pytest

from samarkand.core.faults import Faults
from samarkand.world.importers import import_world
from samarkand.world.store import list_worlds

import file_samples as samples  # isort: skip

CASES = Path(__file__).resolve().parents[3] / "shared" / "cases" / "files"


def case(name: str) -> Path:
    if not (CASES / name).exists():
        pytest.skip(f"{name} of the shared cases is not there")
    return CASES / name


def refused(words: str, *args, **options) -> None:
    with pytest.raises(Faults) as raised:
        import_world(*args, name="broken", **options)
    assert any(words in str(fault) for fault in raised.value.faults), str(raised.value)
    assert all(fault.place and fault.reason and fault.mend for fault in raised.value.faults)
    assert "broken" not in [world.name for world in list_worlds()]


def notes(found) -> str:
    return " ".join(found.manifest["layers"][-1]["notes"])


# -- World Economic Outlook of the portal


def test_the_outlook_of_the_portal() -> None:
    found = import_world("weo", [case("weo_2025_portal.csv")], name="case")
    for economy, billions in (("KAZ", 288.1), ("UZB", 115.0), ("KGZ", 17.5), ("PAK", 372.5), ("DEU", 4685.6)):
        gdp = found.fact(economy, "gdp")
        # The figures of 2025 and 2026 are forecasts of an edition of October 2025.
        assert (gdp.value, gdp.year, gdp.grade) == (pytest.approx(billions * 1e9), 2024, "observed")


PORTAL = [
    ("KAZ", "NGDPD", "Billions", "FY2023/24", "262.4", "288.1", "300.1", "310.2"),
    ("KAZ", "LP", "Millions", "", "19.9", "20.1", "20.4", "20.6"),
    ("PAK", "GGXWDG_NGDP", "Units", "2024", "77.5", "70.25", "71.0", "69.0"),
    ("PAK", "BCA", "Billions", "2024", "-2.3", "-1.7", "0.5", "-1"),
    ("KOS", "LUR", "Units", "0", "10.9", "", "", ""),
    ("G001", "NGDPD", "Billions", "", "1e5", "1e5", "1e5", "1e5"),
    ("GX123", "NGDPD", "Billions", "", "1e5", "1e5", "1e5", "1e5"),
    ("KAZ", "XYZ", "Lakhs", "soon", "1", "2", "3", "4"),
]


@pytest.mark.parametrize("name", ["weo.csv", "WEOOct2025all.xlsx"])
def test_the_outlook_of_the_portal_by_hand(tmp_path, name: str) -> None:
    found = import_world("weo", [samples.weo_portal(tmp_path / name, PORTAL)], name="weo")
    gdp = found.fact("KAZ", "gdp")
    assert (gdp.value, gdp.year, gdp.grade) == (
        pytest.approx(288.1e9),
        2024,
        "estimated",
    )  # a fiscal year's end
    people = found.fact("KAZ", "population")
    assert (people.value, people.grade) == (pytest.approx(20.1e6), "estimated")  # no year of data at all
    debt = found.fact("PAK", "public_debt_share")
    assert (debt.value, debt.year, debt.grade) == (pytest.approx(0.7025), 2024, "observed")
    assert found.fact("PAK", "current_account").value == pytest.approx(-1.7e9)
    rate = found.fact("XKX", "unemployment_rate")
    assert (rate.value, rate.year, rate.grade) == (pytest.approx(0.109), 2023, "estimated")
    left_out = found.manifest["layers"][0]["measures"]["left_out"]
    assert left_out["rows of groups of economies"] == 2


def test_editions_and_faults_of_the_portal(tmp_path) -> None:
    path = samples.weo_portal(tmp_path / "a.csv", PORTAL[:3])
    other = samples.weo_portal(
        tmp_path / "b.csv", PORTAL[:3], dataset="IMF.RES:WEO(8.0.0)", published="2025-04-22"
    )
    both = tmp_path / "c.csv"
    text = other.read_text(encoding="utf-8-sig")
    both.write_text(path.read_text(encoding="utf-8-sig") + text.partition("\n")[2], encoding="utf-8")
    refused("holds several editions (IMF.RES:WEO(8.0.0), IMF.RES:WEO(9.0.0))", "weo", [both])
    found = import_world("weo", [both], name="one", where={"DATASET": "IMF.RES:WEO(9.0.0)"})
    assert found.fact("PAK", "public_debt_share").value == pytest.approx(0.7025)
    lakhs = [("KAZ", "LP", "Lakhs", "2024", "199", "201", "204", "206")]
    refused("scale 'Lakhs' is not known", "weo", [samples.weo_portal(tmp_path / "d.csv", lakhs)])
    soon = [("KAZ", "LP", "Millions", "soon", "19.9", "20.1", "20.4", "20.6")]
    refused("'soon', not a number", "weo", [samples.weo_portal(tmp_path / "e.csv", soon)])


def test_workbooks_that_are_something_else(tmp_path) -> None:
    path = tmp_path / "a.xlsx"
    book = openpyxl.Workbook()
    book.active.append(["COUNTRY.ID", "INDICATOR"])
    book.save(path)
    refused("has no sheet with the columns 'COUNTRY.ID', 'INDICATOR.ID'", "weo", [path])
    whole = samples.weo_portal(tmp_path / "b.xlsx", PORTAL).read_bytes()
    cut = tmp_path / "c.xlsx"
    cut.write_bytes(whole[: len(whole) // 2])
    refused("is not a table of text", "weo", [cut])
    empty = samples.weo_portal(tmp_path / "d.xlsx", [])
    refused("has a header and no rows", "weo", [empty])


# -- duties: TRAINS in bulk, codes of the WTO


def rate(found, importer: str, exporter: str, sector: str) -> float:
    return float(found.tariff_rate.sel(destination=importer, origin=exporter, sector=sector))


def test_trains_in_bulk() -> None:
    found = import_world("tariffs", [case("trains_avemfn.csv")], name="case")
    assert rate(found, "KAZ", "CHN", "agriculture") == pytest.approx(0.05)


MFN = [
    ("398", 2022, "870323", "", "15"),
    ("398", 2022, "870899", "", "5"),
    ("398", 2022, "261690", "", ""),  # no ad valorem rate
    ("918", 2022, "870323", "", "10"),
]
PREFERENCES = [
    ("398", 2022, "870323", "D10", "3"),
    ("398", 2022, "870323", "D20", "6"),
    ("398", 2022, "870899", "D20", "1"),
]
BENEFICIARIES = [("D10", "762"), ("D10", "417"), ("D20", "417"), ("D20", "586")]


def beneficiaries(path: Path, rows=BENEFICIARIES) -> Path:
    if path.suffix == ".xlsx":
        book = openpyxl.Workbook()
        for row in (
            ("RegionCode", "Description", "Partner"),
            *((group, "words", int(code)) for group, code in rows),
        ):
            book.active.append(row)
        book.save(path)
    else:
        lines = [f"{group},words,{code}" for group, code in rows]
        path.write_text("\n".join(["RegionCode,Description,Partner", *lines, ""]), encoding="utf-8")
    return path


@pytest.mark.parametrize("name", ["groups.csv", "groups.xlsx"])
def test_preferences_of_groups(tmp_path, name: str) -> None:
    mfn = samples.trains(tmp_path / "AVEMFN.csv", MFN)
    own = samples.trains(tmp_path / "AVEPref.csv", PREFERENCES, partner=True)
    refused("nothing says who is in them", "tariffs", [mfn, own])
    found = import_world("tariffs", [mfn, own, beneficiaries(tmp_path / name)], name="pref")
    assert rate(found, "KAZ", "JPN", "vehicles") == pytest.approx((15 + 5) / 2 / 100)
    assert rate(found, "KAZ", "TJK", "vehicles") == pytest.approx(
        (3 + 5) / 2 / 100
    )  # no preference on the second
    assert rate(found, "KAZ", "KGZ", "vehicles") == pytest.approx(
        (3 + 1) / 2 / 100
    )  # the lower of two groups
    assert rate(found, "KAZ", "PAK", "vehicles") == pytest.approx((6 + 1) / 2 / 100)
    assert rate(found, "DEU", "JPN", "vehicles") == pytest.approx(0.10)
    assert rate(found, "DEU", "FRA", "vehicles") == 0.0
    assert found.manifest["layers"][0]["measures"]["left_out"]["rows without an ad valorem rate"] == 1


def test_groups_that_are_not_known_and_editions(tmp_path) -> None:
    rows = [*PREFERENCES, ("398", 2022, "870323", "D99", "0")]
    own = samples.trains(tmp_path / "AVEPref.csv", rows, partner=True)
    mfn = samples.trains(tmp_path / "AVEMFN.csv", MFN)
    found = import_world("tariffs", [mfn, own, beneficiaries(tmp_path / "g.csv")], name="some")
    assert "1 of 4 rows have a group of beneficiaries that is not known: 'D99'" in notes(found)
    refused("'D10'", "tariffs", [mfn, own, beneficiaries(tmp_path / "h.csv", [("D77", "417")])])
    text = mfn.read_text(encoding="utf-8")
    both = tmp_path / "both.csv"
    both.write_text(text + text.partition("\n")[2].replace("H5,", "H6,"), encoding="utf-8")
    refused("holds several editions (NomenCode=H5, NomenCode=H6)", "tariffs", [both])
    found = import_world("tariffs", [both], name="one", where={"NomenCode": "H6"})
    assert rate(found, "KAZ", "CHN", "vehicles") == pytest.approx(0.10)
    refused("holds several years (2021, 2022)", "tariffs",
            [samples.trains(tmp_path / "y.csv", [*MFN, ("398", 2021, "870323", "", "5")])])  # fmt: skip


def test_economies_by_the_codes_of_the_wto(tmp_path) -> None:
    rows = [
        ("", "", "870323", "15"),
        ("KAZ", "", "870323", "5"),
        ("CHN", "", "870323", "12"),
        ("", "", "870324", "7"),
    ]
    path = samples.wto(tmp_path / "a.csv", rows)
    lines = path.read_text(encoding="utf-8-sig").splitlines()
    codes = ["", "U918", "C398", "C156", "C586"]
    at = samples.WTO_COLUMNS.index("Reporting Economy Code")
    cells = [line.split(",") for line in lines]
    for row, code in zip(cells[1:], codes[1:], strict=True):
        row[at] = f'"{code}"'
    path.write_text("\n".join(",".join(row) for row in cells) + "\n", encoding="utf-8")
    found = import_world("tariffs", [path], name="own")
    assert rate(found, "DEU", "CHN", "vehicles") == pytest.approx(0.15)
    assert rate(found, "PAK", "CHN", "vehicles") == pytest.approx(0.07)
    without = [[cell for k, cell in enumerate(row) if "ISO3A" not in cells[0][k]] for row in cells]
    path.write_text("\n".join(",".join(row) for row in without) + "\n", encoding="utf-8")
    assert rate(import_world("tariffs", [path], name="bare"), "KAZ", "CHN", "vehicles") == pytest.approx(0.05)


def wto_answer(path: Path, rows, **changes) -> Path:
    """An answer of api.wto.org/timeseries/v1/data, in the keys that its users' code names (none was fetched here)."""
    listed = [
        {
            "IndicatorCategoryCode": "TP", "IndicatorCode": "HS_A_0015", "Indicator": "MFN - Simple average",
            "ReportingEconomyCode": reporter, "ReportingEconomy": "a name", "PartnerEconomyCode": partner,
            "PartnerEconomy": "", "ProductOrSectorClassificationCode": "HS", "ProductOrSectorCode": product,
            "ProductOrSector": "a name", "PeriodCode": "A", "Period": "Annual", "FrequencyCode": "A", "UnitCode": "PCT",
            "Unit": "Percent", "Year": 2022, "ValueFlagCode": None, "TextValue": None, "Value": value, **changes,
        }
        for reporter, partner, product, value in rows
    ]  # fmt: skip
    path.write_text(json.dumps({"Dataset": listed}), encoding="utf-8")
    return path


def test_answers_of_the_wtos_api(tmp_path) -> None:
    rows = [("398", "000", "870323", 15.0), ("398", "156", "870323", 5), ("918", None, "870323", 10.0),
            ("156", "000", "870324", None)]  # fmt: skip
    found = import_world("tariffs", [wto_answer(tmp_path / "a.json", rows)], name="api")
    assert rate(found, "KAZ", "JPN", "vehicles") == pytest.approx(0.15)
    assert rate(found, "KAZ", "CHN", "vehicles") == pytest.approx(0.05)
    assert rate(found, "DEU", "CHN", "vehicles") == pytest.approx(0.10)
    assert found.manifest["layers"][0]["measures"]["left_out"]["rows without an ad valorem rate"] == 1
    refused("the unit is 'Million US dollar', not per cent", "tariffs",
            [wto_answer(tmp_path / "b.json", rows, Unit="Million US dollar")])  # fmt: skip
    (tmp_path / "c.json").write_text('{"Dataset": [{"Year": 2022, "Value": 5}]}')
    refused("rows without ReportingEconomyCode, ProductOrSectorCode", "tariffs", [tmp_path / "c.json"])
    (tmp_path / "d.json").write_text('[{"Year": 2022}]')
    refused("is not an answer of the WTO's API", "tariffs", [tmp_path / "d.json"])


def test_a_workbook_of_old_excel_is_named(tmp_path) -> None:
    """The table of beneficiaries is published so."""
    old = tmp_path / "TRAINSPreferenceBenficiaries.xls"
    old.write_bytes(bytes.fromhex("d0cf11e0a1b11ae1") + bytes(3000))
    own = samples.trains(tmp_path / "AVEPref.csv", PREFERENCES, partner=True)
    refused(
        "is a workbook of old Excel (.xls). Open it in Excel and save it as .xlsx or as CSV",
        "tariffs",
        [own, old],
    )


# -- governance of the newest edition


def test_scores_of_governance_are_not_estimates(tmp_path) -> None:
    refused(
        "but scores of 0 to 100 (GOV_WGI_PV.SC). Fetch series such as GOV_WGI_PV.EST",
        "wgi",
        [case("wgi_2025_score.csv")],
    )
    rows = [
        ("Kazakhstan", "KAZ", "GOV_WGI_PV.SC", "48.2", "49.1"),
        ("Kazakhstan", "KAZ", "GOV_WGI_PV.EST", "-0.1", "-0.2"),
        ("Kazakhstan", "KAZ", "GOV_WGI_PV.STD.ERR", "0.2", "0.21"),
    ]
    found = import_world("wgi", [samples.databank(tmp_path / "a.csv", rows)], name="new")
    assert found.fact("KAZ", "political_stability").value == pytest.approx(-0.2)
    assert found.fact("KAZ", "political_stability_error").value == pytest.approx(0.21)
    as_json = samples.world_bank_json(tmp_path / "a.json", [("GOV_WGI_PV.EST", "KAZ", 2023, -0.15)])
    found = import_world("wgi", [as_json], name="json")
    assert found.fact("KAZ", "political_stability").value == pytest.approx(-0.15)
    scores = samples.world_bank_json(tmp_path / "b.json", [("GOV_WGI_PV.SC", "KAZ", 2023, 48.0)])
    refused("but scores of 0 to 100", "wgi", [scores])


# -- series that other priorities read


def test_assessments_of_policy_and_emissions_by_sector(tmp_path) -> None:
    rows = [
        ("Kyrgyz Republic", "KGZ", f"IQ.CPIA.{part}.XQ", "3.5", value)
        for part, value in (
            ("IRAI", "3.6"),
            ("ECON", "4.0"),
            ("STRC", "3.7"),
            ("SOCI", "3.4"),
            ("PUBS", "3.1"),
        )
    ]
    megatonnes = {"PI": "2.5", "IC": "1.25", "TR": "3.0", "BU": "2.0", "IP": "0.5", "FE": "0.1", "AG": "0.2"}
    megatonnes["WA"] = "0.05"
    for part, value in megatonnes.items():
        rows.append(("Kyrgyz Republic", "KGZ", f"EN.GHG.CO2.{part}.MT.CE.AR5", "1.0", value))
    found = import_world("wdi", [samples.wdi_bulk(tmp_path / "a.csv", rows)], name="some")
    parts = (
        "cpia",
        "cpia_economic_management",
        "cpia_structural_policies",
        "cpia_social_policies",
        "cpia_public_sector",
    )
    assert [found.fact("KGZ", name).value for name in parts] == [3.6, 4.0, 3.7, 3.4, 3.1]
    names = ("power", "industry_combustion", "transport", "buildings", "industry_processes", "fugitive", "agriculture",
             "waste")  # fmt: skip
    emitted = [found.fact("KGZ", f"co2_{name}") for name in names]
    assert sum(fact.value for fact in emitted) == pytest.approx(9.6)
    assert {(fact.year, fact.unit, fact.grade) for fact in emitted} == {(2023, "Mt CO2", "observed")}
