"""The hours of a border from a programme file to the headline: how many modules they enter, how often they return."""

from __future__ import annotations

from itertools import groupby
from pathlib import Path

import pytest

import samarkand as sk
from samarkand.engines import threads
from samarkand.reports.summary import summarise
from samarkand.session import Session
from toy import PROGRAMME, make_toy_world
from way import carry, record

BEFORE, AFTER = "hours_after = { value = 6,", "hours_after = { value = 5,"
MOST_ENTERED, MOST_RETURNS = 21, 6


@pytest.fixture
def on_one_thread(monkeypatch):
    """What is done beside is done where its result is needed: the profiler sees one thread."""
    monkeypatch.setattr(threads.Beside, "__init__", lambda self, task: setattr(self, "_task", task))
    monkeypatch.setattr(threads.Beside, "result", lambda self: self._task())
    monkeypatch.setattr(threads.Beside, "drop", lambda self: True)


def test_a_borders_hours_go_one_way(tmp_path: Path, on_one_thread):
    text, world = PROGRAMME.read_text(encoding="utf-8"), make_toy_world()
    assert text.count(BEFORE) == 1
    recorded = []
    for folder, content in (("one", text), ("other", text.replace(BEFORE, AFTER))):
        (tmp_path / folder).mkdir()
        file = tmp_path / folder / "toy.toml"
        file.write_text(content, encoding="utf-8")

        def ask(file: Path = file) -> None:
            appraisal = sk.appraise(file, world, session=Session())
            assert float(summarise(appraisal).real_income["KAZ"]) != 0.0

        ask()  # what the first question of a process loads is not the way
        recorded.append(record(ask))
    way = [module for module, _ in groupby(carry(*recorded))]
    entered, returns = len(set(way)), len(way) - len(set(way))
    assert way[0] == "programme.files.toml_reading"
    assert {
        "world.freight.model",
        "engines.equilibrium",
        "priorities.trade.assessment",
        "reports.summary",
    } <= set(way)
    assert (entered <= MOST_ENTERED, returns <= MOST_RETURNS) == (True, True), (
        entered,
        returns,
        " > ".join(way),
    )
