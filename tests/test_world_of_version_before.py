"""A user's world written by an earlier version opens with the same figures.

`fixtures/world-0.1` was written by version 0.1.0 in the state of commit 52ce655, by three imports one over the other:
`file_samples.icio` of the embedded accounts (five economies, 2022), `file_samples.wits` as it is (2022), and four
figures as the World Development Indicators give them. The figures below were read from it with the same code. They are
compared exactly: what is read from a file is not computed.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from samarkand.core.faults import Faults
from samarkand.world.store import open_world
from samarkand.world.world import World

FIXTURE = Path(__file__).parent / "fixtures" / "world-0.1"
NAME = "made-before"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A store of the user's that holds a copy of the world."""
    monkeypatch.setenv("SAMARKAND_DATA_DIR", str(tmp_path))
    return Path(shutil.copytree(FIXTURE, tmp_path / "worlds" / NAME))


@pytest.fixture
def opened(folder: Path) -> World:
    assert folder.name == NAME
    return open_world(NAME)


def test_its_accounts_are_as_they_were(opened: World) -> None:
    accounts = opened.accounts
    assert opened.labels == accounts.economies == ("CHN", "DEU", "FRA", "KAZ", "ROW")
    assert len(accounts.sectors) == 24
    kazakh_oil = accounts.intermediate.sel(
        origin="KAZ", sector="oil_gas", destination="CHN", use_sector="petroleum"
    )
    assert float(kazakh_oil) == 2675.144
    chinese_textiles = accounts.final_demand.sel(origin="CHN", destination="KAZ", sector="textiles")
    assert float(chinese_textiles) == 1425.9800000000002
    assert float(accounts.gross_output.sel(economy="KAZ", sector="oil_gas")) == 44054.45400000001
    assert float(accounts.value_added.sel(economy="CHN", sector="electronics")) == 376129.0937177399


def test_its_tariffs_are_as_they_were(opened: World) -> None:
    """Kazakhstan's on China's farm goods: 5 % on imports of 1,000 and 8 % on 3,000 are 7.25 %."""
    assert opened.tariffs is not None
    assert opened.tariffs.year == 2022
    rate = opened.tariff_rate
    assert rate is not None
    found = {
        (importer, exporter, sector): float(rate.sel(destination=importer, origin=exporter, sector=sector))
        for importer, exporter, sector in [
            ("KAZ", "CHN", "agriculture"), ("KAZ", "CHN", "electronics"), ("KAZ", "ROW", "vehicles"),
            ("CHN", "KAZ", "ores"), ("ROW", "CHN", "textiles"),
        ]
    }  # fmt: skip
    assert found == {
        ("KAZ", "CHN", "agriculture"): 0.0725,
        ("KAZ", "CHN", "electronics"): 0.01,
        ("KAZ", "ROW", "vehicles"): 0.15,
        ("CHN", "KAZ", "ores"): 0.02,
        ("ROW", "CHN", "textiles"): 0.12,
    }


@pytest.mark.parametrize(
    ("economy", "variable", "value", "year", "source"),
    [
        ("PAK", "public_debt_share", 0.715, 2023, "World Bank, imported"),
        ("PAK", "growth_rate", -0.0004, 2023, "World Bank, imported"),
        ("PAK", "population", 243_700_667, 2022, "World Bank, imported"),
        ("KAZ", "population", 20_330_104, 2023, "World Bank, imported"),
        (
            "UZB",
            "population",
            37_015_200,
            2025,
            "CIA World Factbook",
        ),  # what was not imported is the embedded figure
    ],
)
def test_its_facts_are_as_they_were(
    opened: World, economy: str, variable: str, value: float, year: int, source: str
) -> None:
    fact = opened.fact(economy, variable)
    assert (fact.value, fact.year, fact.source) == (value, year, source)


def test_what_was_imported_is_told(opened: World) -> None:
    assert [(layer["kind"], layer["year"]) for layer in opened.manifest["layers"]] == [
        ("icio", 2022), ("tariffs", 2022), ("wdi", 2023),
    ]  # fmt: skip
    assert opened.imported == {"accounts", "a tariff table"}


def test_a_file_that_was_changed_is_refused(folder: Path) -> None:
    with (folder / "tariffs.parquet").open("ab") as stream:
        stream.write(b"\0")
    with pytest.raises(Faults, match=r"tariffs\.parquet is damaged"):
        open_world(NAME)
