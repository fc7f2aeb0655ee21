"""Importers of figures by economy: values by hand in every form of the publishers' files, and faults by name."""

from __future__ import annotations

import gzip
import json
import zipfile

import pytest

from samarkand.core.faults import Faults
from samarkand.world.economies.facts import fact_variables
from samarkand.world.economies.surveys import shares_of
from samarkand.world.importers import import_world, kinds
from samarkand.world.importers.series import series_of
from samarkand.world.store import list_worlds

import file_samples as samples  # isort: skip

WDI = [
    ("Kazakhstan", "KAZ", "SP.POP.TOTL", "20034609", "20330104"),
    ("Pakistan", "PAK", "SP.POP.TOTL", "243700667", ""),
    ("China", "CHN", "SP.POP.TOTL", "1412175000", "1410710000"),
    ("World", "WLD", "SP.POP.TOTL", "8e9", "8.1e9"),
    ("Pakistan", "PAK", "GC.DOD.TOTL.GD.ZS", "", "71.5"),
    ("Pakistan", "PAK", "NY.GDP.MKTP.KD.ZG", "4.8", "-0.04"),
    ("Pakistan", "PAK", "EN.POP.DNST", "300", "310"),
]


def refused(words: str, *args, **options) -> None:
    with pytest.raises(Faults) as raised:
        import_world(*args, name="broken", **options)
    assert any(words in str(fault) for fault in raised.value.faults), str(raised.value)
    assert "broken" not in [world.name for world in list_worlds()]


def test_series_lead_to_declared_variables() -> None:
    for kind in kinds().values():
        if kind.module == "indicators":
            assert series_of(kind.kind)
            assert {row.variable for row in series_of(kind.kind).values()} <= set(fact_variables())


def wdi_forms(tmp_path):
    bulk = samples.wdi_bulk(tmp_path / "WDICSV.csv", WDI)
    yield bulk
    api = tmp_path / "API_DS2_en_csv_v2.csv"
    lines = bulk.read_text(encoding="utf-8-sig")
    api.write_text(
        f'"Data Source","World Development Indicators",\n\n"Last Updated Date","2026-07-01",\n\n{lines}',
        encoding="utf-8-sig",
    )
    yield api
    yield samples.databank(
        tmp_path / "databank.csv", [(*row[:3], *(value or ".." for value in row[3:])) for row in WDI]
    )
    listed = [
        (series, code, year, float(value) if value else None)
        for _, code, series, *values in WDI
        for year, value in zip((2022, 2023), values, strict=True)
    ]
    yield samples.world_bank_json(tmp_path / "wdi.json", listed)
    zipped = tmp_path / "WDI_CSV.zip"
    with zipfile.ZipFile(zipped, "w") as archive:
        archive.write(bulk, "WDICSV.csv")
        archive.writestr("WDICountry.csv", "Country Code,Short Name\n")
    yield zipped
    packed = tmp_path / "wdi.csv.gz"
    packed.write_bytes(gzip.compress(bulk.read_bytes()))
    yield packed


def test_wdi_in_every_form(tmp_path, world) -> None:
    for number, path in enumerate(wdi_forms(tmp_path)):
        found = import_world("wdi", [path], name=f"wdi{number}")
        debt = found.fact("PAK", "public_debt_share")
        assert (debt.value, debt.year, debt.stale) == (pytest.approx(0.715), 2023, False), path
        assert debt.source == "World Bank, imported"
        assert world.fact("PAK", "public_debt_share").year == 2016
        population = found.fact("PAK", "population")
        assert (population.value, population.year) == (243_700_667, 2022)  # the newest there is
        assert found.fact("KAZ", "population").value == 20_330_104
        assert found.fact("PAK", "growth_rate").value == pytest.approx(-0.0004)
        assert found.fact("KAZ", "grid_intensity") == world.fact("KAZ", "grid_intensity")
        assert found.hash != world.hash
    old = import_world("wdi", [tmp_path / "WDICSV.csv"], name="old", year=2022)
    assert old.fact("KAZ", "population").value == 20_034_609


def test_imports_of_figures_stack(tmp_path) -> None:
    import_world("wdi", [samples.wdi_bulk(tmp_path / "a.csv", WDI)], name="one")
    rows = [
        ("AFG", 2023, "pv", "-2.4", "0.25"),
        ("AFG", 2022, "pv", "-2.5", "0.23"),
        ("AFG", 2023, "va", "-1.8", "0.2"),
    ]
    found = import_world("wgi", [samples.wgi(tmp_path / "wgi.csv", rows)], name="two", base="one")
    assert found.fact("AFG", "political_stability").value == -2.4
    assert found.fact("AFG", "political_stability_error").value == 0.25
    assert found.fact("KAZ", "population").value == 20_330_104
    assert [layer["kind"] for layer in found.manifest["layers"]] == ["wdi", "wgi"]
    entry = found.manifest["files"]["facts.parquet"]
    assert [source["package"] for source in entry["sources"]] == ["a.csv", "wgi.csv"]


def test_ids_takes_all_creditors_together(tmp_path) -> None:
    rows = [("Pakistan", "PAK", "DT.DOD.DECT.CD", "126.9e9", "130.8e9")]
    found = import_world("ids", [samples.databank(tmp_path / "ids.csv", rows, counterpart="WLD")], name="ids")
    assert found.fact("PAK", "external_debt").value == pytest.approx(130.8e9)
    assert found.has("debt statistics")
    refused("holds no figure", "ids", [samples.databank(tmp_path / "chn.csv", rows, counterpart="CHN")])


def test_weo_in_its_encodings(tmp_path) -> None:
    rows = [
        ("KAZ", "NGDPD", "Billions", "225.5", "262,642.0e-3", "400", "2022"),
        ("KAZ", "LP", "Millions", "19.6", "19.9", "22", "2022"),
        ("PAK", "GGXWDG_NGDP", "", "76.2", "77.5", "60.0", "2023"),
        ("UVK", "LUR", "", "n/a", "--", "n/a", ""),
        ("PAK", "XYZ", "", "1", "2", "3", "2023"),
    ]
    for number, (encoding, bom) in enumerate(
        (("utf-16-le", True), ("utf-16-le", False), ("cp1252", False), ("utf-8", False))
    ):
        path = samples.weo(tmp_path / f"WEOOct2026all{number}.xls", rows, encoding=encoding, bom=bom)
        found = import_world("weo", [path], name=f"weo{number}")
        gdp = found.fact("KAZ", "gdp")
        assert (gdp.value, gdp.year, gdp.grade) == (pytest.approx(262.642e9), 2023, "estimated")
        assert found.fact("KAZ", "population").value == pytest.approx(19.9e6)
        debt = found.fact("PAK", "public_debt_share")
        assert (debt.value, debt.grade) == (pytest.approx(0.775), "observed")


def test_pip_from_csv_and_json(tmp_path) -> None:
    rows = [
        ("KAZ", 2021, "national", "consumption", 3.0, 0.012, 14.5, 0.292),
        ("KAZ", 2021, "national", "income", 3.0, 0.02, 16.5, 0.31),
        ("CHN", 2021, "urban", "consumption", 3.0, 0.002, 20.0, 0.35),
        ("CHN", 2021, "national", "consumption", 3.0, 0.004, 17.0, 0.357),
    ]
    as_json = tmp_path / "pip.json"
    as_json.write_text(json.dumps(samples.pip_rows(rows)), encoding="utf-8")
    for number, path in enumerate((samples.pip(tmp_path / "pip.csv", rows), as_json)):
        found = import_world("pip", [path], name=f"pip{number}")
        mean = found.fact("KAZ", "survey_mean_2021")  # 3.00 is a line of that year
        assert not found.fact("KAZ", "survey_mean_2017").known
        assert (mean.value, mean.year, mean.text) == (14.5, 2021, "consumption HBS")
        line = found.fact("CHN", "poverty_rate_line")
        assert line.value == 0.004
        assert line.text.startswith("line of 3.0 PPP$ a day")
        assert found.fact("CHN", "gini").value == pytest.approx(35.7)
        assert found.has("survey means")
    mixed = [*rows, ("PAK", 2018, "national", "consumption", 4.2, 0.3, 5.0, 0.3)]
    refused("several poverty lines", "pip", [samples.pip(tmp_path / "mixed.csv", mixed)])
    wrong = [("KAZ", 2021, "national", "consumption", 3.0, 1.2, 14.5, 0.292)]
    refused("a fraction is expected", "pip", [samples.pip(tmp_path / "percent.csv", wrong)])


def test_pip_s_line_tells_the_year_of_its_prices(tmp_path) -> None:
    for line, year in ((1.9, 2011), (6.85, 2017), (8.3, 2021)):
        rows = [("KAZ", 2021, "national", "consumption", line, 0.012, 14.5, 0.292)]
        path = samples.pip(tmp_path / "line.csv", rows)
        found = import_world("pip", [path], name="line", overwrite=True)
        known = [one for one in (2011, 2017, 2021) if found.fact("KAZ", f"survey_mean_{one}").known]
        assert known == [year]
    path = samples.pip(tmp_path / "own.csv", [("KAZ", 2021, "national", "consumption", 5.0, 0.1, 14.5, 0.29)])
    found = import_world("pip", [path], name="own")
    assert not found.has("survey means")
    assert found.fact("KAZ", "gini").value == pytest.approx(29.0)
    (layer,) = found.manifest["layers"]
    assert layer["measures"]["left_out"]["survey means whose poverty line tells no year of PPP"] == 1


TENTHS = (0.02, 0.04, 0.05, 0.06, 0.08, 0.09, 0.11, 0.13, 0.17, 0.25)


def test_pip_s_tenths_are_read_and_checked(tmp_path) -> None:
    row = ("KAZ", 2021, "national", "consumption", 3.0, 0.012, 14.5, 0.292)
    path = samples.pip(tmp_path / "tenths.csv", [row], tenths=TENTHS)
    found = import_world("pip", [path], name="tenths")
    people, shares = shares_of(found.fact_table, "KAZ")
    assert people == pytest.approx([k / 10 for k in range(1, 10)])
    assert shares == pytest.approx([sum(TENTHS[: k + 1]) for k in range(9)])
    short = samples.pip(tmp_path / "short.csv", [row], tenths=(*TENTHS[:-1], 0.2))
    refused("are 0.95 together", "pip", [short])
    fallen = samples.pip(tmp_path / "fallen.csv", [row], tenths=(0.04, 0.02, *TENTHS[2:]))
    refused("do not rise", "pip", [fallen])


def test_wdi_s_survey_mean_has_the_year_of_its_name(tmp_path) -> None:
    def named(year):
        return f"Survey mean consumption or income per capita, total population ({year} PPP $ per day)"

    shares = [
        ("Pakistan", "PAK", f"SI.DST.{code}", "", value)
        for code, value in (
            ("FRST.10", "4.2"), ("FRST.20", "9.4"), ("02ND.20", "13.3"), ("03RD.20", "16.7"),
            ("04TH.20", "21.5"), ("05TH.20", "39.1"), ("10TH.10", "25.0"),
        )
    ]  # fmt: skip
    mean = ("Pakistan", "PAK", "SI.SPR.PCAP", "", "6.4")
    path = samples.wdi_bulk(tmp_path / "wdi.csv", [*shares, mean], names={"SI.SPR.PCAP": named(2017)})
    found = import_world("wdi", [path], name="survey")
    assert found.fact("PAK", "survey_mean_2017").value == 6.4
    assert not found.fact("PAK", "survey_mean_2021").known
    people, cumulative = shares_of(found.fact_table, "PAK")
    assert people == pytest.approx([0.1, 0.2, 0.4, 0.6, 0.8, 0.9])
    assert cumulative == pytest.approx([0.042, 0.094, 0.227, 0.394, 0.609, 0.75])
    listed = [("SI.SPR.PCAP", "PAK", 2023, 6.4), ("SP.POP.TOTL", "PAK", 2023, 2e8)]
    path = samples.world_bank_json(tmp_path / "wdi.json", listed, names={"SI.SPR.PCAP": named(2021)})
    assert import_world("wdi", [path], name="json").fact("PAK", "survey_mean_2021").value == 6.4
    refused("holds no figure", "wdi", [samples.wdi_bulk(tmp_path / "nameless.csv", [mean])])


def sample(kind: str, path, change=lambda rows: rows):
    """A good file of a kind, its rows changed."""
    if kind == "wdi":
        return samples.wdi_bulk(path, change([list(row) for row in WDI]))
    if kind == "ids":
        return samples.databank(path, change([["Pakistan", "PAK", "DT.DOD.DECT.CD", "126.9e9", "130.8e9"]]))
    if kind == "wgi":
        return samples.wgi(path, change([["AFG", 2023, "pv", "-2.4", "0.25"]]))
    if kind == "pip":
        return samples.pip(path, change([["KAZ", 2021, "national", "consumption", 3.0, 0.012, 14.5, 0.292]]))
    return samples.weo(path, change([["KAZ", "LP", "Millions", "19.6", "19.9", "22", "2022"]]))


FACT_KINDS = ("wdi", "ids", "wgi", "pip", "weo")


@pytest.mark.parametrize("kind", FACT_KINDS)
def test_broken_files_of_every_kind(tmp_path, kind: str) -> None:
    good = sample(kind, tmp_path / "good.csv")
    whole = good.read_bytes()
    refused("is not there", kind, [tmp_path / "gone.csv"])
    refused("is a folder", kind, [tmp_path])
    (tmp_path / "empty.csv").write_bytes(b"")
    refused("is empty", kind, [tmp_path / "empty.csv"])
    packed = gzip.compress(whole * 50)
    (tmp_path / "cut.csv.gz").write_bytes(packed[: len(packed) // 2])
    refused("cut short", kind, [tmp_path / "cut.csv.gz"])
    with zipfile.ZipFile(tmp_path / "whole.zip", "w") as archive:
        archive.writestr("table.csv", whole)
    (tmp_path / "cut.zip").write_bytes((tmp_path / "whole.zip").read_bytes()[:-40])
    refused("damaged zip", kind, [tmp_path / "cut.zip"])
    (tmp_path / "page.csv").write_text("<html>Sign in</html>", encoding="utf-8")
    refused("is not a table of text", kind, [tmp_path / "page.csv"])
    (tmp_path / "binary.csv").write_bytes(b"PNG\x00\x01\x02\x07" * 300)
    refused("is not a table of text", kind, [tmp_path / "binary.csv"])
    refused("not have columns" if kind == "weo" else "has no", kind, [samples.wits(tmp_path / "other.csv")])


@pytest.mark.parametrize("kind", FACT_KINDS)
def test_words_repeated_rows_and_years(tmp_path, kind: str) -> None:
    def with_word(rows):
        rows[0][4 if kind != "pip" else 6] = "much"
        return rows

    refused("not a number", kind, [sample(kind, tmp_path / "word.csv", with_word)])
    refused("2 times", kind, [sample(kind, tmp_path / "twice.csv", lambda rows: [*rows, list(rows[0])])])
    refused("has no figure up to 1960", kind, [sample(kind, tmp_path / "old.csv")], year=1960)


def test_units_and_signs_and_old_years(tmp_path) -> None:
    def thousands(rows):
        return [
            [*row[:3], *(str(float(value) / 1000) if value else "" for value in row[3:])]
            if row[2] == "SP.POP.TOTL"
            else row
            for row in rows
        ]

    refused("times what is at hand for most economies", "wdi", [sample("wdi", tmp_path / "a.csv", thousands)])

    def negative(rows):
        rows[0][4] = "-5"
        return rows

    refused("below zero", "wdi", [sample("wdi", tmp_path / "b.csv", negative)])
    refused("ends in 2001", "wdi", [samples.wdi_bulk(tmp_path / "c.csv", WDI, years=(2000, 2001))])
    assert import_world("wdi", [tmp_path / "c.csv"], name="meant", year=2001).fact("KAZ", "population").stale
    scale = [["KAZ", "LP", "Lakhs", "196", "199", "220", "2022"]]
    with pytest.raises(Faults, match="scale 'Lakhs' is not known"):
        import_world("weo", [samples.weo(tmp_path / "weo.xls", scale)], name="other")


def test_an_interrupt_leaves_nothing(tmp_path, store) -> None:
    def stop(text: str, **_: object) -> None:
        if "reading" in text:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        import_world("wdi", [samples.wdi_bulk(tmp_path / "a.csv", WDI)], name="stopped", progress=stop)
    assert list((store / "worlds").iterdir()) == []
