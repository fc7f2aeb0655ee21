"""Priorities by choice: those that are assessed are as ever, and the others say that they were left out."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

import samarkand as sk
from samarkand.core.faults import Faults
from samarkand.priorities import assessing
from samarkand.priorities.registry import NOT_CHOSEN, chosen_priorities, find_indicator, priorities
from samarkand.reports.answers.asking import economy, item
from samarkand.reports.files import write_appraisal
from samarkand.session import Session
from toy import make_toy_world, toy_programme

WORLD = make_toy_world()
PROGRAMME = toy_programme(WORLD)
ASSESSED = [row.name for row in priorities() if row.assessed]


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("SAMARKAND_CACHE_DIR", str(tmp_path / "cache"))


@pytest.fixture
def run(monkeypatch):
    """Names of the priorities whose functions are called."""
    called: set[str] = set()
    true = assessing._run
    monkeypatch.setattr(
        assessing, "_run", lambda priority, *given: called.add(priority.name) or true(priority, *given)
    )
    return called


def ask(**terms):
    return sk.appraise(PROGRAMME, WORLD, years=2035, session=Session(), **terms)


def test_those_that_are_named_are_as_ever_and_the_others_are_not_worked_out(run, tmp_path):
    whole = ask()
    run.clear()
    part = ask(priorities=("infrastructure", "trade"))
    assert run == {"trade", "infrastructure"}
    chosen = whole.results["priority"].isin(["trade", "infrastructure"])
    mine = part.results["priority"].isin(["trade", "infrastructure"])
    pd.testing.assert_frame_equal(
        part.results[mine].reset_index(drop=True),
        whole.results[chosen].reset_index(drop=True),
        check_exact=True,
    )
    left = part.results[~mine]
    assert left["value"].isna().all()
    assert list(left["reason"]) == [NOT_CHOSEN] * (len(ASSESSED) - 2)
    assert part.reason_of("item_construction_emissions") == NOT_CHOSEN
    write_appraisal(part, tmp_path / "out")
    report = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert "Priorities: infrastructure, trade." in report
    card = json.loads((tmp_path / "out" / "appraisal.json").read_text(encoding="utf-8"))["scenario"]
    assert card["priorities"] == ["infrastructure", "trade"]


@pytest.mark.parametrize("name", ASSESSED)
def test_each_alone_brings_what_it_reads_and_trade(run, name):
    reads = next(row.reads for row in priorities() if row.name == name)
    found = ask(priorities=name)
    assert {name, "trade", *reads} <= found.priorities
    assert name in run
    assert run <= found.priorities
    assert np.isfinite(found["real_income"]).all()
    if name == "governance":
        assert str(economy("KAZ", PROGRAMME, WORLD, session=Session(), years=2035, priorities=name))


def test_an_item_has_its_answer_without_most_priorities():
    answer = item("khorgos-hours", PROGRAMME, WORLD, session=Session(), years=2035, priorities="trade")
    assert "khorgos" in str(answer).lower()


def test_names_that_are_none_are_faults_all_at_once():
    with pytest.raises(Faults) as raised:
        ask(priorities=("trade", "tradee", "weather"))
    places = [fault.place for fault in raised.value.faults]
    assert places == ["--priorities tradee", "--priorities weather"]


def test_the_order_of_names_is_no_other_question_and_none_is_all():
    asked = ask(priorities=("trade", "infrastructure")).scenario
    assert asked.hash == asked.but(priorities=("infrastructure", "trade", "trade")).hash
    assert asked.hash != asked.but(priorities=()).hash
    assert chosen_priorities(()) == set(ASSESSED)
    assert find_indicator("real_income")[0].name in chosen_priorities(("infrastructure",))


def test_states_are_solved_once_for_all_choices():
    session = Session()
    one = sk.appraise(PROGRAMME, WORLD, years=2035, session=session, priorities="trade")
    other = sk.appraise(PROGRAMME, WORLD, years=2035, session=session)
    assert one.states[-1].solved is other.states[-1].solved
    assert other["real_income"].equals(one["real_income"])
