"""Shares by tenth from a file of the user's own: as written, and all faults at once."""

from __future__ import annotations

import numpy as np
import pytest

from samarkand.core.faults import Faults
from samarkand.world.economies.tenths import tenths_of
from samarkand.world.importers import import_world
from samarkand.world.store import list_worlds

import file_samples as samples  # isort: skip

FARM = np.linspace(0.9, 0.1, 10).round(3)
TAXES = np.arange(1, 11) / 55.0
GOOD = {
    ("KGZ", "work", "agriculture"): FARM,
    ("KGZ", "work", "construction business"): 1 - FARM,
    ("KGZ", "taxes", ""): TAXES.round(4),
    ("PAK", "spending", "agriculture food"): np.full(10, 0.5),
    ("PAK", "spending", "business"): np.full(10, 0.5),
}


def test_shares_are_kept_as_written(tmp_path) -> None:
    found = import_world("tenths", [samples.tenths(tmp_path / "good.csv", GOOD)], name="good")
    kgz, pak = (tenths_of(found.fact_table, code) for code in ("KGZ", "PAK"))
    np.testing.assert_allclose(kgz.work["agriculture",], FARM, atol=1e-9)
    np.testing.assert_allclose(kgz.work["construction", "business"], 1 - FARM, atol=1e-9)
    assert kgz.spending is None
    np.testing.assert_allclose(kgz.taxes, TAXES, atol=2e-4)  # four decimals, then made the whole
    assert kgz.taxes.sum() == pytest.approx(1.0)
    assert list(pak.spending) == [("agriculture", "food"), ("business",)]
    assert tenths_of(found.fact_table, "KAZ") is None
    assert found.has("shares by tenth", "KGZ")
    assert not found.has("shares by tenth", "KAZ")


def test_faults_are_named_all_at_once(tmp_path) -> None:
    wrong = {
        ("KGZ", "work", "agricultur"): FARM,
        ("KGZ", "work", "business"): 1 - FARM,
        ("KGZ", "wages", "agriculture"): FARM,
        ("KGZ", "spending", "agriculture food"): np.full(10, 0.5),
        ("KGZ", "spending", "food"): np.full(10, 0.5),
        ("PAK", "taxes", ""): np.full(10, 10.0),
        ("KAZ", "work", "agriculture"): [*FARM[:9], "most"],
        ("KAZ", "spending", "business"): np.full(11, 1.0),
        ("UZB", "taxes", ""): np.full(9, 0.1),
        ("TJK", "taxes", ""): [*np.full(9, 0.15), -0.35],
    }
    with pytest.raises(Faults) as raised:
        import_world("tenths", [samples.tenths(tmp_path / "wrong.csv", wrong)], name="broken")
    said = str(raised.value)
    for words in (
        "'agricultur' is no sector", "of is 'wages'", "names a sector in two groups", "are 100 together, not 1",
        "'most', not a number", "tenth is 11", "lacks tenths 10", "below zero",
    ):  # fmt: skip
        assert words in said, said
    assert "broken" not in [world.name for world in list_worlds()]
    twice = samples.tenths(tmp_path / "twice.csv", GOOD)
    twice.write_text(twice.read_text() + "KGZ,taxes,,1,0.5\n", encoding="utf-8")
    for path, words in (
        (twice, "has a tenth of a group twice"), (tmp_path / "gone.csv", "not there"),
        (samples.wits(tmp_path / "other.csv"), "no column"),
        (samples.tenths(tmp_path / "none.csv", {("XYZ", "taxes", ""): np.full(10, 0.1)}), "XYZ"),
    ):  # fmt: skip
        with pytest.raises(Faults) as raised:
            import_world("tenths", [path], name="broken")
        assert words in str(raised.value)
