"""Measures of governance are recorded and shown, and enter no figure."""

from __future__ import annotations

import numpy as np

import samarkand as sk
from samarkand.core.faults import FaultList
from samarkand.priorities.governance.institutions_page import KINDS, NONE, institutions_of
from samarkand.programme.files.checks import Surroundings, check_tables
from samarkand.programme.files.tables import to_tables
from samarkand.programme.model.kinds import kinds
from samarkand.session import Session
from toy import make_toy_world, toy_programme

YEAR = 2035


def test_they_are_shown_without_a_number_and_change_no_result():
    tables = to_tables(toy_programme())
    tables["measure"] += [
        {"id": kind.replace("_", "-"), "title": kinds()[kind].label, "kind": kind, "economies": ["CHN", "KGZ"],
         "status": "agreed", "opening": 2027}
        for kind in KINDS
    ]  # fmt: skip
    tables["measure"][-1]["coverage_share"] = {"value": 0.5, "unit": "fraction", "source": "x"}
    programme, faults = check_tables(tables, {}, Surroundings(), FaultList())
    assert programme is not None, list(faults)
    world, session = make_toy_world(), Session()
    plain, governed = (
        sk.appraise(one, world, years=(YEAR,), session=session) for one in (toy_programme(), programme)
    )
    assert np.array_equal(plain.array("real_income"), governed.array("real_income"))
    table = institutions_of(governed)
    assert [row[1] for row in table.rows] == [kinds()[kind].label.lower() for kind in KINDS]
    assert table.rows[-1] == (
        "Escrow transparency",
        "escrow transparency",
        "agreed",
        "2027",
        "50%",
        "recorded",
    )
    assert "Recorded without a number" in table.note
    assert institutions_of(plain).note == NONE
    assert all(kinds()[kind].needs.startswith("no sourced coefficient") for kind in KINDS)
