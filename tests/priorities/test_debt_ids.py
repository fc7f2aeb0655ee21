"""The International Debt Statistics, in the layouts of the bulk file and of DataBank; figures are made up."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from debt_files import macro_rows, write, write_terms
from samarkand.core.faults import Faults
from samarkand.priorities.finance.debt_ids import read_ids
from samarkand.priorities.finance.debt_reading import read_macro

HEAD = '"Country Name","Country Code","Counterpart-Area Name","Counterpart-Area Code","Series Name","Series Code"'


def row(code: str, series: str, *cells: str, creditor: str = "WLD", name: str = "Kyrgyz Republic") -> str:
    return ",".join(f'"{one}"' for one in (name, code, "World", creditor, "a series, named", series, *cells))


def bulk(path: Path, *rows: str, years: tuple[str, ...] = ("2023", "2024", "2025", "2026")) -> Path:
    head = ",".join([HEAD, *(f'"{year}"' for year in years)])
    path.write_bytes(
        "\r\n".join([head, row("CIV", "DT.DOD.DPPG.CD", "1", name="Côte"), *rows]).encode("cp1252")
    )
    return path


ROWS = (
    row("KGZ", "DT.DOD.DPPG.CD", "3900000000.5", "4000000000", "", ""),
    row("KGZ", "DT.DOD.DPPG.CD", "1700000000", "1800000000", "", "", creditor="730"),
    row("KGZ", "DT.TDS.DPPG.CD", "280000000", "300000000", "310000000", ".."),
    row("KGZ", "DT.INT.DPPG.CD", "60000000", "61000000", "62000000", ""),
    row("KGZ", "FI.RES.TOTL.CD", "3000000000", "5000000000", "", ""),
    row("KGZ", "DT.NFL.DPPG.CD", "-5", "-5", "", ""),
)  # fmt: skip


def test_all_creditors_together_are_read_in_millions_and_payments_to_come_are_told_from_data(
    tmp_path: Path,
) -> None:
    found = read_ids(bulk(tmp_path / "ids.csv", *ROWS), "KGZ")
    assert found.last == 2024
    assert found.of("debt", 2023) == 3900.0000005
    assert found.of("service", 2025) == 310.0
    assert np.isnan(found.of("service", 2026))
    assert found.years[-2:] == (2024, 2025)


def test_databank_writes_years_twice_and_lines_above_the_header(tmp_path: Path) -> None:
    path = tmp_path / "ids.csv"
    lines = [
        "Extract of DataBank",
        "",
        f"{HEAD},2023 [YR2023],2024 [YR2024]",
        row("KGZ", "DT.DOD.DPPG.CD", "..", "4e9"),
    ]
    path.write_text("\n".join(lines), encoding="utf-8-sig")
    assert read_ids(path, "KGZ").values == {"debt": {2024: 4000.0}}


def test_data_years_that_paths_leave_empty_are_filled_and_projections_are_not(tmp_path: Path) -> None:
    terms = write_terms(tmp_path / "t.csv", capacity="medium")
    whole = read_macro(write(tmp_path / "m.csv", macro_rows()), terms)["KGZ"]
    bare = {name: np.full(len(whole.years), np.nan) for name in ("reserves", "service_external")}
    economy = replace(whole, values={**whole.values, **bare})
    published = read_ids(bulk(tmp_path / "ids.csv", *ROWS), "KGZ")
    filled = published.fill(economy)
    assert filled.of("reserves", 2023, 2024).tolist() == [3000.0, 5000.0]
    assert filled.of("service_external", 2024, 2024).tolist() == [300.0]
    assert np.isnan(filled.of("service_external", 2025, 2026)).all()  # 2025 is the first projection
    assert published.fill(whole).of("gdp", 2015, 2040).tolist() == whole.of("gdp", 2015, 2040).tolist()
    assert published.fill(whole).of("interest_external", 2024, 2025).tolist()[0] == 61.0


def test_a_path_that_pays_less_than_is_contracted_is_named(tmp_path: Path) -> None:
    terms = write_terms(tmp_path / "t.csv", capacity="medium")
    economy = read_macro(write(tmp_path / "m.csv", macro_rows()), terms)["KGZ"]
    planned = float(economy.of("service_external", 2025, 2025)[0])
    for more, years in ((1.0, ()), (1.001, (2025,))):
        service = row("KGZ", "DT.TDS.DPPG.CD", "", "", repr(1e6 * more * planned), "0")
        published = read_ids(bulk(tmp_path / "ids.csv", ROWS[0], service), "KGZ")
        assert published.shortfalls(economy) == years


def test_all_that_is_wrong_is_said_at_once(tmp_path: Path) -> None:
    path = bulk(
        tmp_path / "ids.csv",
        row("KGZ", "DT.DOD.DPPG.CD", "many", "4000000000", "", ""),
        row("KGZ", "DT.DOD.DPPG.CD", "1", "2", "", ""),
        row("KGZ", "DT.TDS.DPPG.CD", "-1", "nan", "", ""),
    )
    with pytest.raises(Faults) as found:
        read_ids(path, "KGZ")
    said = str(found.value)
    assert "line 3, DT.DOD.DPPG.CD, 2023: 'many' is no amount in US dollars" in said
    assert "line 4: DT.DOD.DPPG.CD of KGZ stands in line 3 too" in said
    assert said.count("is no amount in US dollars") == 3
    with pytest.raises(Faults, match=r"has no series of TJK that is read"):
        read_ids(path, "TJK")
    with pytest.raises(Faults, match=r"has no DT\.DOD\.DPPG\.CD of KGZ"):
        read_ids(bulk(tmp_path / "b.csv", ROWS[2]), "KGZ")
    with pytest.raises(Faults, match="has no column of a year"):
        read_ids(bulk(tmp_path / "c.csv", years=()), "KGZ")
    (tmp_path / "d.csv").write_text("economy,year\nKGZ,2024\n", encoding="utf-8")
    with pytest.raises(Faults, match="has no header with Country Code and Series Code"):
        read_ids(tmp_path / "d.csv", "KGZ")
    with pytest.raises(Faults, match="cannot be read"):
        read_ids(tmp_path / "none.csv", "KGZ")


# -- the answer of the API, as https://api.worldbank.org/v2/sources/6/country/KGZ/series/.../data?format=json gives it


def answer(
    *rows: tuple[str, str, str, float | None], total: int | None = None, **about: object
) -> dict[str, object]:
    """Rows of series, creditor, time and value."""
    concepts = ("Country", "Series", "Counterpart-Area", "Time")
    data = [
        {
            "variable": [
                {"concept": name, "id": one, "value": one}
                for name, one in zip(concepts, ("KGZ", series, creditor, time), strict=True)
            ],
            "value": value,
        }
        for series, creditor, time, value in rows
    ]
    said = {
        "page": 1,
        "pages": 1,
        "per_page": 1000,
        "total": total or len(rows),
        "lastupdated": "2025-12-03",
        **about,
    }
    return {**said, "source": {"id": "6", "name": "International Debt Statistics", "data": data}}


ANSWER = (
    ("DT.DOD.DPPG.CD", "WLD", "YR2023", 3900000000.5), ("DT.DOD.DPPG.CD", "WLD", "YR2024", 4e9),
    ("DT.DOD.DPPG.CD", "WLD", "YR2025", None), ("DT.DOD.DPPG.CD", "730", "YR2024", 1.8e9),
    ("DT.TDS.DPPG.CD", "WLD", "YR2023", 2.8e8), ("DT.TDS.DPPG.CD", "WLD", "YR2024", 3e8),
    ("DT.TDS.DPPG.CD", "WLD", "YR2025", 3.1e8), ("DT.INT.DPPG.CD", "WLD", "YR2023", 6e7),
    ("DT.INT.DPPG.CD", "WLD", "YR2024", 6.1e7), ("DT.INT.DPPG.CD", "WLD", "YR2025", 6.2e7),
    ("FI.RES.TOTL.CD", "WLD", "YR2023", 3e9), ("FI.RES.TOTL.CD", "WLD", "YR2024", 5e9),
    ("DT.NFL.DPPG.CD", "WLD", "YR2024", -5.0),
)  # fmt: skip


def said_in(path: Path, content: object) -> Path:
    path.write_text(json.dumps(content), encoding="utf-8")
    return path


def test_the_answer_of_the_api_is_the_same_as_the_file(tmp_path: Path) -> None:
    file = read_ids(bulk(tmp_path / "ids.csv", *ROWS), "KGZ")
    whole = read_ids(said_in(tmp_path / "a.json", answer(*ANSWER)), "KGZ")
    assert (whole.values, whole.last) == (file.values, file.last)
    pages = [answer(*ANSWER[:6], page=1, pages=2, total=13), answer(*ANSWER[6:], page=2, pages=2, total=13)]
    assert read_ids(said_in(tmp_path / "b.json", pages), "KGZ").values == file.values


def test_answers_that_lack_pages_or_are_none_are_faults(tmp_path: Path) -> None:
    page = said_in(tmp_path / "a.json", answer(*ANSWER[:6], page=1, pages=2, total=13))
    with pytest.raises(Faults, match="is page 1 of 2: 2 missing"):
        read_ids(page, "KGZ")
    with pytest.raises(Faults, match="holds 6 of 13 rows"):
        read_ids(said_in(tmp_path / "b.json", answer(*ANSWER[:6], total=13)), "KGZ")
    refusal = [{"message": [{"id": "120", "value": "The provided parameter value is not valid"}]}]
    with pytest.raises(Faults, match="is a refusal of the API: The provided parameter"):
        read_ids(said_in(tmp_path / "c.json", refusal), "KGZ")
    with pytest.raises(Faults, match="has no series of TJK that is read"):
        read_ids(said_in(tmp_path / "d.json", answer(*ANSWER)), "TJK")
    wrong = (*ANSWER, ("DT.DOD.DPPG.CD", "WLD", "YR2024", 1.0), ("DT.INT.DPPG.CD", "WLD", "YR2020", -1.0))
    with pytest.raises(Faults, match=r"2024: stands there twice(.|\n)*'-1.0' is no amount in US dollars"):
        read_ids(said_in(tmp_path / "e.json", answer(*wrong)), "KGZ")
    (tmp_path / "f.json").write_text('{"page": 1, "sour', encoding="utf-8")
    with pytest.raises(Faults, match="is not JSON, or cut short"):
        read_ids(tmp_path / "f.json", "KGZ")
