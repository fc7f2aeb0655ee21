"""Layouts that publishers use today, in values by hand and in faults."""

from __future__ import annotations

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
