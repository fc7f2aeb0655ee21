"""The Trade Matrix: groups of the SITC by economy, what of it is estimated, and everything that is wrong at once."""

from __future__ import annotations

import pytest

from samarkand.core.faults import Faults
from samarkand.priorities.innovation.sample import sample_of
from samarkand.world.importers import import_world
from samarkand.world.store import list_worlds

import file_samples as samples  # isort: skip


def test_groups_are_taken_once_and_sums_are_left_out(tmp_path, world):
    found = import_world("trade-matrix", [samples.trade_matrix(tmp_path / "matrix.csv")], name="matrix")
    table = found.products.table.set_index(["economy", "product"])
    assert table.loc[("CHN", "S781")].tolist() == [6e6, 0.0, 0.0]  # US$ m; neither the division nor the world
    assert table.loc[("KAZ", "S781")].tolist() == [0.0, 7e3, 0.0]
    assert table.loc[("DEU", "S001")].tolist() == [1e3, 0.0, 0.0]  # sold to areas that nobody names
    assert found.products.estimated_share == {"CHN": 0.0, "DEU": 0.0, "KAZ": pytest.approx(2 / 3)}
    assert found.products.system == "Standard International Trade Classification"
    assert found.accounts.hash == world.accounts.hash
    assert found.has("exports by product", "KAZ")
    left_out = found.manifest["layers"][0]["measures"]["left_out"]
    assert left_out["rows of the world as a whole"] == 1
    assert left_out["rows of sections, divisions and parts of groups"] == 1


def test_who_is_estimated_is_left_out_of_complexity_by_name(tmp_path):
    found = import_world("trade-matrix", [samples.trade_matrix(tmp_path / "matrix.csv")], name="matrix")
    parameters = found.assumptions.parameters
    assert sample_of(found, parameters).left_out["KAZ"] == "67 % of its exports in the file are estimated"
    more = found.assumptions.replace({"complexity_estimated": 0.7}).parameters
    assert "KAZ" not in sample_of(found, more).left_out


def test_all_that_is_wrong_with_a_matrix_is_told_at_once(tmp_path):
    """Two editions, the Harmonised System, rows twice, nobody who sells, a word, a negative."""
    rows = [
        *samples.MATRIX_ROWS, samples.MATRIX_ROWS[0], (156, "X", 398, "111", "0", "true"),
        (156, "X", 276, "112", "much", "true"), (156, "X", 276, "113", "-5", "true"),
    ]  # fmt: skip
    paths = [
        samples.trade_matrix(tmp_path / "a.csv", rows),
        samples.trade_matrix(tmp_path / "b.csv", [(398, "X", 276, "674", "5", "true")], system="S3"),
        samples.trade_matrix(tmp_path / "c.csv", [(398, "X", 276, "674", "5", "true")], system="H6"),
    ]
    with pytest.raises(Faults) as raised:
        import_world("trade-matrix", paths, name="broken")
    told = str(raised.value)
    for words in (
        "codes of S3 and SS", "'H6', not the SITC", "2 rows stand there more than once", "not a number",
        "below zero", "1 products have no exporters: all their rows are 0 (the first is S111)",
    ):  # fmt: skip
        assert words in told, words
    assert list_worlds() == []


@pytest.mark.parametrize(
    ("rows", "year", "words"),
    [
        ([row for row in samples.MATRIX_ROWS if row[1] == "X"], 2022, "no rows of the flow M"),
        ([(*row[:4], "5", "true") for row in samples.MATRIX_ROWS], 2022, "times the accounts'"),
        ([(*row[:3], "0", *row[4:]) for row in samples.MATRIX_ROWS], 2022, "groups of three digits"),
        (samples.MATRIX_ROWS, 2010, "12 years from the accounts"),
    ],
)
def test_a_matrix_that_is_not_whole_is_told(tmp_path, rows, year, words):
    with pytest.raises(Faults) as raised:
        import_world(
            "trade-matrix", [samples.trade_matrix(tmp_path / "m.csv", rows, year=year)], name="broken"
        )
    assert words in str(raised.value)
