"""Which table of an archive, which year, which page and which edition: of the data's own, or said, never guessed."""

from __future__ import annotations

import json
import re
import zipfile
from pathlib import Path

import pytest

from samarkand.core.faults import Faults
from samarkand.world.importers import import_world
from samarkand.world.importers.choosing import years_in
from samarkand.world.store import list_worlds

import file_samples as samples  # isort: skip

CASES = Path(__file__).resolve().parents[3] / "shared" / "cases" / "files"


def case(name: str) -> Path:
    if not (CASES / name).exists():
        pytest.skip(f"{name} of the shared cases is not there")
    return CASES / name


def refused(words: str, *args, **options) -> str:
    with pytest.raises(Faults) as raised:
        import_world(*args, name="broken", **options)
    assert any(words in str(fault) for fault in raised.value.faults), str(raised.value)
    assert "broken" not in [world.name for world in list_worlds()]
    return str(raised.value)


def notes(found) -> str:
    return " ".join(found.manifest["layers"][-1]["notes"])


def zipped(path: Path, **members: str) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in members.items():
            archive.writestr(name, text)
    return path


# -- archives and years


@pytest.fixture
def many_years(tmp_path, world) -> Path:
    """Two years in one archive, the older one longer, as icio_many_years.py of the shared cases makes it."""
    old = samples.icio(tmp_path / "a.csv", world.accounts, factor=0.8).read_text(encoding="utf-8")
    new = samples.icio(tmp_path / "b.csv", world.accounts).read_text(encoding="utf-8")
    old = re.sub(r"(?<=[,\n])(-?\d+\.\d+)(?=[,\n])", r"\g<1>00", old)
    return zipped(
        tmp_path / "2016-2020_SML.zip", **{"2018_SML.csv": old, "2020_SML.csv": new, "ReadMe.txt": "words"}
    )


def test_an_archive_of_several_years(many_years, world) -> None:
    refused("holds several years (2018, 2020). Choose one with --year", "icio", [many_years])
    whole = float(world.accounts.gross_output.sel(economy="CHN").sum())
    for year, factor in ((2018, 0.8), (2020, 1.0)):
        found = import_world("icio", [many_years], name=f"of{year}", year=year)
        assert found.accounts.year == year
        assert float(found.accounts.gross_output.sel(economy="CHN").sum()) == pytest.approx(
            factor * whole, rel=1e-6
        )
        assert f"accounts of {year} replace newer ones, of 2022" in notes(found)
    refused("is for 2018, 2020, not for 2019", "icio", [many_years], year=2019)
    named = import_world("icio", [many_years / "2018_SML.csv"], name="named")
    assert named.accounts.year == 2018
    assert named.manifest["layers"][0]["files"][0]["name"] == many_years.name
    refused("is not in the archive. Did you mean 2018_SML.csv", "icio", [many_years / "2017_SML.csv"])


@pytest.mark.parametrize(
    ("name", "years"),
    [
        ("2022_SML.csv", [2022]),
        ("ICIO2023_2019.csv", [2019]),
        ("BACI_HS17_Y2022_V202401b.csv", [2022]),
        ("2018_SML_fetched_2026.csv", [2018]),
        ("accounts 2018 and 2020.csv", [2018, 2020]),
        ("table.csv", []),
    ],
)
def test_years_of_names(name: str, years: list[int]) -> None:
    assert years_in(Path(name)) == years


def test_a_name_with_two_years_or_none(tmp_path, world) -> None:
    refused(
        "holds several years (2018, 2020)",
        "icio",
        [samples.icio(tmp_path / "2018 or 2020.csv", world.accounts)],
    )
    refused("says no year", "icio", [samples.icio(tmp_path / "table.csv", world.accounts)])


def test_an_archive_of_all_years_of_trade(tmp_path, world) -> None:
    flow = world.accounts.trade_flow
    abroad = float(flow.where(flow["origin"] != flow["destination"], 0.0).sum()) * 1000
    texts = {}
    for year in (2021, 2022):
        rows = [(year, 156, 842, "847130", round(abroad, 3), "1.5"), (year, 842, 276, "870323", 7.25, "1")]
        texts[f"BACI_HS17_Y{year}_V202401b.csv"] = samples.baci(tmp_path / "a.csv", rows).read_text(
            encoding="utf-8"
        )
    texts["country_codes_V202401b.csv"] = (
        "country_code,country_name,country_iso2,country_iso3\n4,Afghanistan,AF,AFG\n"
    )
    path = zipped(tmp_path / "BACI_HS17_V202401b.zip", **texts)
    refused("holds several years (2021, 2022)", "baci", [path])
    found = import_world("baci", [path], name="of2021", year=2021)
    assert found.manifest["layers"][0]["year"] == 2021


def test_the_table_of_an_archive_is_known_by_its_columns(tmp_path) -> None:
    rows = [("Kazakhstan", "KAZ", "SP.POP.TOTL", "", "20330104")]
    table = samples.wdi_bulk(tmp_path / "a.csv", rows).read_text(encoding="utf-8")
    others = {
        "WDICountry.csv": "Country Code,Short Name\n" + "AFG,Afghanistan\n" * 999,
        "WDISeries.csv": "Series Code\nx\n",
    }
    path = zipped(tmp_path / "WDI_CSV.zip", **{"WDICSV.csv": table, **others})
    assert import_world("wdi", [path], name="one").fact("KAZ", "population").value == 20_330_104
    refused("holds 2 tables, none of them such as wdi reads", "wdi", [zipped(tmp_path / "b.zip", **others)])
    twice = zipped(tmp_path / "c.zip", **{"WDICSV.csv": table, "older/WDICSV.csv": table})
    refused("stands there 2 times", "wdi", [twice])
    assert (
        import_world("wdi", [twice / "older" / "WDICSV.csv"], name="two").fact("KAZ", "population").year
        == 2023
    )


# -- pages of an API


def page(path: Path, number: int, pages: int, economies: list[str], **about) -> Path:
    rows = [
        {
            "indicator": {"id": "SP.POP.TOTL", "value": "n"},
            "countryiso3code": code,
            "date": "2023",
            "value": 5e6 + k,
        }
        for k, code in enumerate(economies)
    ]
    meta = {
        "page": number,
        "pages": pages,
        "per_page": 2,
        "total": 2 * pages,
        "lastupdated": "2026-10-07",
        **about,
    }
    path.write_text(json.dumps([meta, rows]), encoding="utf-8")
    return path


def test_one_page_is_not_the_whole() -> None:
    refused("is page 1 of 6: 2, 3, 4, 5, 6 missing", "wdi", [case("wdi_page_1_of_6.json")])


def test_all_pages_together_are(tmp_path) -> None:
    groups = [["KGZ", "TJK"], ["TKM", "ARM"], ["GEO", "AZE"]]
    files = [page(tmp_path / f"{k}.json", k, 3, codes) for k, codes in enumerate(groups, 1)]
    found = import_world("wdi", files, name="all")
    assert found.fact("AZE", "population").value == 5e6 + 1
    refused("is page 1, 3 of 3: 2 missing", "wdi", [files[0], files[2]])
    refused("1 missing", "wdi", files[1:])
    merged = tmp_path / "merged.json"
    merged.write_text(
        json.dumps([json.loads(file.read_text(encoding="utf-8")) for file in files]), encoding="utf-8"
    )
    assert import_world("wdi", [merged], name="merged").fact("KGZ", "population").value == 5e6
    refused("holds 2 of 266 rows", "wdi", [page(tmp_path / "short.json", 1, 1, groups[0], total=266)])
    refused("does not say which page it is", "wdi", [page(tmp_path / "odd.json", 1, 1, groups[0], page="x")])


def test_a_refusal_of_the_api_is_told(tmp_path) -> None:
    path = tmp_path / "a.json"
    path.write_text(
        '[{"message": [{"id": "120", "key": "Invalid value", "value": "not valid"}]}]', encoding="utf-8"
    )
    refused("is a refusal of the API: not valid", "wdi", [path])


def debt(path: Path, rows, **about) -> Path:
    """An answer of the API for a whole source. rows: economy, series, creditor, year, figure."""
    concepts = ("Country", "Series", "Counterpart-Area", "Time")
    data = [
        {"variable": [{"concept": name, "id": one, "value": one} for name, one in zip(concepts, row, strict=False)],
         "value": row[4]}
        for row in rows
    ]  # fmt: skip
    meta = {
        "page": 1,
        "pages": 1,
        "per_page": 30000,
        "total": len(data),
        "lastupdated": "2026-01-01",
        **about,
    }
    path.write_text(
        json.dumps({**meta, "source": {"id": "6", "name": "Debt", "data": data}}), encoding="utf-8"
    )
    return path


def test_debt_of_the_api(tmp_path) -> None:
    found = import_world("ids", [case("ids_api_source6.json")], name="case")
    fact = found.fact("KGZ", "external_debt")
    assert (fact.value, fact.year, fact.grade) == (9.1e9, 2023, "observed")
    rows = [
        ("PAK", "DT.DOD.DECT.CD", "WLD", "YR2024", 131e9),
        ("PAK", "DT.DOD.DECT.CD", "730", "YR2024", 29e9),
        ("PAK", "DT.TDS.DPPG.CD", "WLD", "YR2025", None),
        ("PAK", "DT.TDS.DPPG.CD", "WLD", "YR2024", 12e9),
        ("PAK", "DT.TDS.DPPG.CD", "WLD", "YR2025", 19e9),
    ]
    own = import_world("ids", [debt(tmp_path / "a.json", rows)], name="own")
    assert own.fact("PAK", "external_debt").value == 131e9
    service = own.fact("PAK", "external_debt_service_public")
    assert (service.value, service.year) == (12e9, 2024)  # what is due in 2025 is scheduled
    refused("is page 2 of 2: 1 missing", "ids", [debt(tmp_path / "b.json", rows, page=2, pages=2)])
    refused("is not an answer", "ids", [debt(tmp_path / "c.json", [])])


# -- forecasts and schedules


def test_scheduled_payments_are_not_observed() -> None:
    found = import_world("ids", [case("ids_scheduled_2026.csv")], name="case")
    fact = found.fact("KGZ", "external_debt_service_public")
    assert (fact.value, fact.year, fact.grade) == (5e8, 2023, "observed")


@pytest.mark.parametrize(("stock", "year"), [("", 2022), ("9.0e9", 2023)])
def test_data_of_debt_end_with_its_stock(tmp_path, stock: str, year: int) -> None:
    rows = [
        ("Kyrgyz Republic", "KGZ", "DT.DOD.DECT.CD", "8.5e9", stock, ""),
        ("Kyrgyz Republic", "KGZ", "DT.TDS.DPPG.CD", "4.0e8", "4.5e8", "5.0e8"),
    ]
    path = samples.databank(tmp_path / "a.csv", rows, years=(2022, 2023, 2024), counterpart="WLD")
    found = import_world("ids", [path], name="own")
    assert found.fact("KGZ", "external_debt_service_public").year == year
    left_out = found.manifest["layers"][0]["measures"]["left_out"]
    assert left_out[f"payments scheduled for years after {year}"] == 2024 - year


def test_projections_of_population_are_not_observed(tmp_path) -> None:
    rows = [("Kazakhstan", "KAZ", "SP.POP.TOTL", "20330104", "22e6", "25e6")]
    path = samples.wdi_bulk(tmp_path / "a.csv", rows, years=(2023, 2090, 2099))
    assert import_world("wdi", [path], name="one").fact("KAZ", "population").year == 2023
    old = page(tmp_path / "a.json", 1, 1, ["KAZ"], total=1, lastupdated="2023-07-01")
    refused("has no figure up to", "wdi", [old])  # 2023 was not over when the file was made


# -- editions, lines and levels


def test_poverty_lines_are_listed_and_chosen(tmp_path) -> None:
    rows = [
        ("KAZ", 2021, "national", "consumption", line, share, 14.5, 0.292)
        for line, share in ((3.0, 0.012), (4.2, 0.03), (8.3, 0.2))
    ]
    path = samples.pip(tmp_path / "pip.csv", rows)
    refused(
        "holds several poverty lines (3, 4.2, 8.3). Choose one with --where poverty_line=3", "pip", [path]
    )
    found = import_world("pip", [path], name="line", where={"poverty_line": "4.20"})
    assert found.fact("KAZ", "poverty_rate_line").value == 0.03
    as_json = tmp_path / "pip.json"
    as_json.write_text(json.dumps(samples.pip_rows(rows)), encoding="utf-8")
    found = import_world("pip", [as_json], name="json", where={"poverty_line": "8.3"})
    assert found.fact("KAZ", "poverty_rate_line").value == 0.2
    refused("has no column 'poverty_lines'", "pip", [path], where={"poverty_lines": "3"})


def test_levels_are_chosen(tmp_path) -> None:
    rows = [("CHN", 2021, "urban", "consumption", 3.0, 0.002, 20.0, 0.35),
            ("CHN", 2021, "rural", "consumption", 3.0, 0.01, 9.0, 0.33)]  # fmt: skip
    path = samples.pip(tmp_path / "pip.csv", rows)
    refused("holds no figure that is used here", "pip", [path])
    found = import_world("pip", [path], name="urban", where={"reporting_level": "urban"})
    assert found.fact("CHN", "survey_mean_2021").value == 20.0


def test_indicators_of_duties_are_listed_and_chosen(tmp_path) -> None:
    path = samples.wto(tmp_path / "a.csv", [("KAZ", "", "870323", "15"), ("KAZ", "", "870323", "9")])
    text = path.read_text(encoding="utf-8-sig")
    before, _, after = text.rpartition("HS_A_0015")
    path.write_text(f"{before}HS_A_0010{after}", encoding="utf-8")
    told = refused("holds several editions", "tariffs", [path])
    assert "--where 'Indicator Code=HS_A_0010'" in told
    found = import_world("tariffs", [path], name="one", where={"Indicator Code": "HS_A_0015"})
    assert float(found.tariff_rate.sel(destination="KAZ", origin="CHN", sector="vehicles")) == pytest.approx(
        0.15
    )
    refused("is no option of icio", "icio", [path], where={"a": "b"})


# -- what is replaced


def test_figures_that_are_replaced_are_told(tmp_path, world) -> None:
    rows = [("Kazakhstan", "KAZ", "SP.POP.TOTL", "20034609", "20330104"),
            ("Pakistan", "PAK", "SP.POP.TOTL", "243700667", "")]  # fmt: skip
    first = import_world("wdi", [samples.wdi_bulk(tmp_path / "a.csv", rows)], name="first")
    before = world.fact("KAZ", "population")
    assert f"({before.year}) of {before.source}" in notes(first)
    older = [("Kazakhstan", "KAZ", "SP.POP.TOTL", "19e6", "19.5e6")]
    found = import_world(
        "wdi", [samples.wdi_bulk(tmp_path / "b.csv", older, years=(2018, 2019))], name="b", base="first"
    )
    assert "1 figures are older than those they replace, such as population of KAZ" in notes(found)
    assert "(2019) over" in notes(found)
    assert "(2023)" in notes(found)
    same = [("Kazakhstan", "KAZ", "SP.POP.TOTL", "", "20.4e6")]
    found = import_world("wdi", [samples.wdi_bulk(tmp_path / "c.csv", same)], name="c", base="first")
    assert "1 figures are observed ones over observed ones, such as population of KAZ" in notes(found)
    rates = import_world("tariffs", [samples.wits(tmp_path / "d.csv")], name="d")
    assert not rates.manifest["layers"][0]["notes"]
    again = samples.wits(tmp_path / "e.csv", samples.WITS_ROWS[:3], year="2020")
    found = import_world("tariffs", [again], name="e", base="d")
    assert "tariffs of 2020 replace newer ones, of 2022" in notes(found)
    assert "importers of the base have no tariffs in the new table: AUT, BEL" in notes(found)
