"""Readiness for digital trade on the toy world: as the survey has it, by hand; without one the file is named."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

import samarkand as sk
from samarkand.priorities.innovation.digital import NEED
from samarkand.priorities.innovation.digital_page import readiness
from samarkand.session import Session
from samarkand.world.economies.facts import COLUMNS, Facts
from toy import make_toy_world, toy_programme


def surveyed():
    rows = [
        ("KAZ", "facilitation_all", 0.7), ("KAZ", "facilitation_paperless", 0.6), ("CHN", "facilitation_all", 0.9),
    ]  # fmt: skip
    table = pd.DataFrame([(*row, "", 2023, "made up", "observed") for row in rows], columns=list(COLUMNS))
    return replace(make_toy_world(), fact_table=Facts(table, 2025), imported=frozenset({NEED}))


def test_readiness_is_that_of_the_survey_and_the_programme_changes_none():
    found = sk.appraise(toy_programme(), surveyed(), session=Session(), years=(2035,))
    values = found.array("paperless_readiness", "without")
    assert float(values.sel(economy="KAZ", case="paperless trade")) == 0.6
    assert np.isnan(values.sel(economy="CHN", case="paperless trade"))
    assert not np.isfinite(found["paperless_readiness"]).any()
    rows = found.to_dataframe(["paperless_readiness"]).set_index(["economy", "case", "scenario"])["reason"]
    assert "no figure of it" in rows["CHN", "paperless trade", "without"]
    assert "nothing says how many measures" in rows["KAZ", "paperless trade", "with"]
    table = readiness(found)
    assert [row[0] for row in table.rows] == ["CHN", "KAZ"]
    assert table.rows[1][1:6] == ("70 %", "n/a", "n/a", "n/a", "60 %")


def test_without_a_survey_the_file_is_named():
    found = sk.appraise(toy_programme(), make_toy_world(), session=Session(), years=(2035,))
    reason = "needs file: trade facilitation survey: samarkand world import escap"
    assert found.reason_of("paperless_readiness") == reason
    assert readiness(found).note == f"{reason}."
