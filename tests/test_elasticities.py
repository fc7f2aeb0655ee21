"""The table of trade elasticities: complete, sourced, and within the published estimates."""

from __future__ import annotations

import csv
from importlib.resources import files

import numpy as np
import pytest

from oracle_cases import SHARED, figures
from samarkand.world.accounts.elasticities import load_elasticities

ORACLE = SHARED / "cp2015" / "cp2015.npz"


def declared_sectors() -> list[str]:
    text = (files("samarkand.world.accounts") / "sectors.csv").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    return [row["code"] for row in csv.DictReader(lines)]


def test_every_sector_of_the_accounts_has_an_elasticity_with_a_range() -> None:
    table = load_elasticities()
    assert set(table.sectors) == set(declared_sectors())
    value, low, high = (table.values(bound) for bound in ("value", "low", "high"))
    assert (low <= value).all()
    assert (value <= high).all()
    assert (low < high).all()
    assert (low > 1).all()


def test_hand_calculated_medians() -> None:
    # Rubber and plastics: 1.67, 6.75, 1.55, (4.38+3.87)/2 = 4.125, 5.157, (3.38+5.58)/2 = 4.48
    # sorted 1.55 1.67 4.125 4.48 5.157 6.75, median (4.125+4.48)/2 = 4.3025.
    evidence = load_elasticities().evidence("rubber_plastics")
    assert (evidence.value, evidence.low, evidence.high) == pytest.approx((4.3025, 1.55, 6.75))
    # Utilities: four (all trade) and five (services).
    assert load_elasticities().evidence("utilities").value == 4.5


def test_figures_that_are_no_defaults_are_not_in_use() -> None:
    rows = load_elasticities().rows
    unused = {(row.sector, row.value) for row in rows if row.used == "no"}
    assert ("petroleum", 64.85) in unused
    assert all(row.reason for row in rows if row.used == "no")
    assert not any(row.used == "yes" and row.value in (8.22, 64.85) for row in rows)


def test_verified_estimates_say_where_and_when_they_were_read() -> None:
    for row in load_elasticities().rows:
        assert row.evidence().source
        assert (row.flag == "verified") == bool(row.address and row.read_on)


def test_a_median_of_recalled_estimates_is_recalled() -> None:
    table = load_elasticities()
    for sector in table.sectors:
        recalled = any(row.flag == "recalled" for row in table.estimates(sector))
        assert (table.evidence(sector).flag == "recalled") == recalled, sector
    assert table.evidence("textiles").flag == "derived"
    assert table.evidence("transport").flag == "recalled"


def test_caliendo_parro_figures_are_those_of_the_authors_supplement() -> None:
    published = {sector: value for (sector, _), value in figures("elasticities").items()}
    table = {row.sector: row.value for row in load_elasticities().rows if row.study == "CP"}
    single = {
        "agriculture": "Agriculture", "ores": "Mining", "food": "Food", "textiles": "Textile",
        "petroleum": "Petroleum", "chemicals": "Chemicals", "rubber_plastics": "Plastic",
        "minerals": "Minerals", "metals": "Basic metals", "metal_products": "Metal products",
        "machinery": "Machinery n.e.c", "electrical": "Electrical", "other_goods": "Other",
        "construction": "Construction",
    }  # fmt: skip
    for ours, theirs in single.items():
        assert table[ours] == published[theirs], ours
    means = {
        "wood_paper": ("Wood", "Paper"),
        "electronics": ("Office", "Communication", "Medical"),
    }
    for ours, parts in means.items():
        # The table holds means to four decimals.
        assert table[ours] == pytest.approx(np.mean([published[part] for part in parts]), abs=5e-5), ours


@pytest.mark.skipif(not ORACLE.exists(), reason=f"no oracle file {ORACLE}")
def test_the_figures_kept_are_those_of_the_whole_supplement() -> None:
    with np.load(ORACLE, allow_pickle=True) as data:
        whole = dict(zip(data["sectors"].tolist(), data["theta_j"].tolist(), strict=True))
    for (sector, _), value in figures("elasticities").items():
        assert whole[sector] == pytest.approx(value, rel=1e-12), (
            sector
        )  # 3.28 is 3.2800000000000002 in theirs


def test_replacing_an_elasticity() -> None:
    table = load_elasticities().replace(coal=6.0)
    assert float(table.values().sel(sector="coal")) == 6.0
    assert table.evidence("coal").flag == "assumed"
    with pytest.raises(KeyError, match="no trade elasticity"):
        table.replace(cola=6.0)
    with pytest.raises(ValueError, match="above zero"):
        table.replace(coal=-6.0)
