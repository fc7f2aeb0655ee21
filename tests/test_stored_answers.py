"""Answers kept on the disk: the same to the last byte, of the same question and code alone, solved anew if damaged."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import samarkand as sk
from samarkand.core.disk_cache import load_entry, save_entry
from samarkand.priorities import stored
from samarkand.reports import files
from samarkand.reports.files import write_appraisal
from samarkand.session import Session
from samarkand.solving import Setting
from samarkand.world.economies.facts import load_facts
from toy import make_toy_world, toy_programme

WORLD = make_toy_world()
PROGRAMME = toy_programme(WORLD)
YEARS = (2027, 2035)


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("SAMARKAND_CACHE_DIR", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def solved(monkeypatch):
    """Questions that were solved and assessed."""
    asked: list[object] = []
    true = sk.appraise.__globals__["solve_and_assess"]
    monkeypatch.setitem(
        sk.appraise.__globals__, "solve_and_assess", lambda *given: asked.append(given[0]) or true(*given)
    )
    return asked


def ask(programme=PROGRAMME, world=WORLD, *, session=None, **terms):
    return sk.appraise(
        programme, world, stored=True, session=session or Session(), **{"years": YEARS, **terms}
    )


def same_files(one: Path, other: Path) -> bool:
    names = sorted(path.name for path in one.iterdir())
    assert names == sorted(path.name for path in other.iterdir())
    return all((one / name).read_bytes() == (other / name).read_bytes() for name in names)


def test_a_repeat_writes_the_same_files_byte_by_byte_and_solves_nothing(
    solved, folder, tmp_path, monkeypatch
):
    write_appraisal(ask(years=2035), tmp_path / "first")
    monkeypatch.setattr(Setting, "solve", lambda *_, **__: pytest.fail("an equilibrium is solved anew"))
    for entry in folder.glob("files-*"):
        entry.unlink()
    write_appraisal(ask(years=2035), tmp_path / "again")
    monkeypatch.setattr(files, "render_report", lambda *_: pytest.fail("the report is drawn anew"))
    write_appraisal(ask(years=2035), tmp_path / "copied")
    assert len(solved) == 1
    assert same_files(tmp_path / "first", tmp_path / "again")
    assert same_files(tmp_path / "first", tmp_path / "copied")


def test_files_have_the_names_of_their_own_question(solved, tmp_path):
    """A world of another name is the same question, and has another report; so has an answer that was not kept."""
    write_appraisal(ask(years=2035), tmp_path / "toy")
    write_appraisal(ask(world=replace(WORLD, name="renamed"), years=2035), tmp_path / "renamed")
    assert len(solved) == 1
    shown = [(tmp_path / name / "appraisal.json").read_text(encoding="utf-8") for name in ("toy", "renamed")]
    assert ["renamed" in text for text in shown] == [False, True]
    plain = sk.appraise(PROGRAMME, WORLD, years=2035, session=Session())
    assert plain.kept_as == ""
    write_appraisal(plain, tmp_path / "plain")
    assert same_files(tmp_path / "toy", tmp_path / "plain")


@pytest.mark.parametrize("terms", [{"reach": True}, {"closures": "border:CHN-KAZ"}])
def test_a_repeat_with_more_asked_gives_the_same(solved, terms):
    first, again = ask(years=2035, **terms), ask(years=2035, **terms)
    assert len(solved) == 1
    pd.testing.assert_frame_equal(again.results, first.results, check_exact=True)
    assert again.certificates() == first.certificates()


def test_whatever_can_be_asked_of_an_answer_can_be_asked_of_one_that_was_kept(solved):
    plain = sk.appraise(PROGRAMME, WORLD, years=YEARS, session=Session())
    solved.clear()
    ask()
    again = ask()
    assert len(solved) == 1
    pd.testing.assert_frame_equal(again.results, plain.results, check_exact=True)
    pd.testing.assert_frame_equal(again.ledger.to_dataframe(), plain.ledger.to_dataframe(), check_exact=True)
    assert str(again.explain("exports", "KAZ")) == str(plain.explain("exports", "KAZ"))
    assert again.certificates() == plain.certificates()
    for one, other in zip(again.states, plain.states, strict=True):
        np.testing.assert_array_equal(one.with_.trade_flow, other.with_.trade_flow)
        np.testing.assert_array_equal(one.without.wage_hat, other.without.wage_hat)
        assert one.costs.identical(other.costs)
        assert one.assignment.tonnes.equals(other.assignment.tonnes)
        assert one.assignment_without.tonnes.equals(other.assignment_without.tonnes)


CHANGED = {
    "a year": {"years": (2027, 2034)},
    "an item left out": {"without": "duties"},
    "a border": {"border": {"Khorgos": -1.0}},
    "a parameter": {"assumptions": {"rail_speed": 31.0}},
    "a key of an item": {"patches": {"road-gate.hours_after": 1.5}},
    "a figure of all items": {"scale": {"capex": 1.1}},
    "duties": {"tariff": {"KAZ:CHN": 0.5}},
    "something closed": {"closures": "suez"},
    "the deficits": {"deficit_rule": "purged"},
    "the charge": {"charge": "spending"},
    "what a charge buys": {"construction_demand": True},
    "payments of transit": {"transit_payments": True},
    "limits": {"limits": True},
    "some priorities": {"priorities": "infrastructure"},
    "what each item does": {"reach": True},
}


@pytest.mark.parametrize("changed", CHANGED)
def test_another_question_is_solved(solved, changed):
    ask(years=2035)
    ask(**{"years": 2035, **CHANGED[changed]})
    assert len(solved) == 2


def test_another_world_or_programme_is_solved(solved):
    ask(years=2035)
    network = replace(WORLD.network, sea_links=WORLD.network.sea_links.assign(passage=""))
    for world in (
        replace(WORLD, network=network),
        replace(WORLD, accounts=replace(WORLD.accounts, estimated=("KGZ",))),
    ):
        ask(world=world, years=2035)
    ask(PROGRAMME.model_copy(update={"measures": PROGRAMME.measures[1:]}), years=2035)
    assert len(solved) == 4


def test_an_edited_file_is_another_programme(solved, tmp_path):
    file = tmp_path / "mine.toml"
    text = (Path(__file__).parent / "toy.toml").read_text(encoding="utf-8")
    file.write_text(text, encoding="utf-8")
    ask(file, years=2035)
    ask(file, years=2035)
    assert len(solved) == 1
    edited = text.replace("hours_after = { value = 4", "hours_after = { value = 3")
    assert edited != text
    file.write_text(edited, encoding="utf-8")
    ask(file, years=2035)
    assert len(solved) == 2


def test_other_code_reads_nothing(solved, monkeypatch):
    ask(years=2035)
    monkeypatch.setattr(stored, "code_version", lambda: "another")
    ask(years=2035)
    assert len(solved) == 2


def damaged(content: bytes) -> list[bytes]:
    """A bit turned in the middle, and the file cut; `tests/core/test_disk_cache.py` has the other ways."""
    middle = len(content) // 2
    return [content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :], content[:middle]]


def test_a_damaged_answer_is_solved_again(solved, folder):
    right = ask(years=2035)["real_income"]
    (entry,) = folder.glob("answers-*")
    for number, content in enumerate(damaged(entry.read_bytes()), 2):
        entry.write_bytes(content)
        assert ask(years=2035)["real_income"].identical(right)
        assert len(solved) == number


@pytest.mark.parametrize("content", [{}, {"tree": np.frombuffer(b'["object","Levels"]', np.uint8)}])
def test_an_entry_that_is_no_answer_is_solved_again(solved, folder, content):
    first = ask(years=2035)
    key = stored.answer_key(first.scenario.hash, False, ())
    assert load_entry(stored.KIND, key) is not None
    save_entry(stored.KIND, key, content, stored.MOST_KEPT)
    ask(years=2035)
    assert len(solved) == 2


def test_freight_of_items_that_was_laid_later_stands_in_the_next_answer(solved):
    world = replace(WORLD, fact_table=load_facts())  # with the grids of the embedded one
    before = ask(world=world, years=2035)
    laid = ask(world=world, years=2035, item_freight=True)
    after = ask(world=world, years=2035)
    assert len(solved) == 2
    pd.testing.assert_frame_equal(after.results, laid.results, check_exact=True)
    assert not after.results.equals(before.results)


def test_the_order_of_questions_does_not_matter():
    """In one session and in several, what is read and what is solved beside each other."""
    questions = [{}, {"without": "duties"}]
    right = [
        sk.appraise(PROGRAMME, WORLD, years=YEARS, session=Session(), **one).by_year("real_income_value")
        for one in questions
    ]
    shared = Session()
    for number in (0, 1, 0):
        for session in (shared, Session()):
            found = ask(session=session, **questions[number]).by_year("real_income_value")
            assert found.identical(right[number])


def test_nothing_is_kept_where_it_is_not_asked_for(folder):
    sk.appraise(PROGRAMME, WORLD, years=2035, session=Session())
    assert not list(folder.glob("answers-*"))
