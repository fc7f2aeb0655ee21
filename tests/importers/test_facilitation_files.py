"""The survey of trade facilitation: what is read of it, and everything that is wrong with a file at once."""

from __future__ import annotations

import pytest

from samarkand.core.faults import Faults
from samarkand.priorities.innovation.digital import NEED
from samarkand.world.importers import import_world
from samarkand.world.store import list_worlds

import file_samples as samples  # isort: skip


def test_a_survey_is_imported(tmp_path):
    found = import_world("escap", [samples.escap(tmp_path / "survey.csv")], name="survey")
    assert found.has(NEED)
    fact = found.fact("KAZ", "facilitation_paperless")
    assert (fact.value, fact.year) == (0.8, 2023)  # the newest of two surveys
    assert found.fact("UZB", "facilitation_all").value == 0.55
    assert found.manifest["layers"][-1]["measures"]["left_out"]["rows of other groups of measures"] == 1


def test_everything_that_is_wrong_with_a_survey_is_told_at_once(tmp_path):
    rows = (
        "KAZ,2023,tfi,75", "UZB,2023,tfi,0.5", "UZB,2023,tfi,0.6", "KGZ,2023.5,tfi,0.5", "TJK,2023,paperless,-0.1",
        "MNG,2023,paperless,much",
    )  # fmt: skip
    with pytest.raises(Faults) as raised:
        import_world("escap", [samples.escap(tmp_path / "broken.csv", rows)], name="broken")
    told = str(raised.value)
    for words in (
        "7500 per cent, more than all",
        "stands there 2 times",
        "not a whole year",
        "below zero",
        "'much'",
    ):
        assert words in told, words
    assert list_worlds() == []


def test_a_table_of_other_heads_is_told(tmp_path):
    path = tmp_path / "other.csv"
    path.write_text("Country,Score\nKazakhstan,0.7\n", encoding="utf-8")
    with pytest.raises(Faults, match="has no column 'Country_ISO'"):
        import_world("escap", [path], name="other")
