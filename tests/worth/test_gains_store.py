"""Gains of items in trade, kept on the disk: those that were worked out, of the same question and code alone."""

from __future__ import annotations

import numpy as np
import pytest

import samarkand as sk
from samarkand.core.disk_cache import entry_path
from samarkand.session import Session
from samarkand.worth import appraise_worth, gains_store
from toy import make_toy_world, toy_programme

WORLD, YEAR = make_toy_world(), 2035
PROGRAMME = toy_programme(WORLD)


@pytest.fixture(autouse=True)
def own_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("SAMARKAND_CACHE_DIR", str(tmp_path))
    return tmp_path


@pytest.fixture
def solved(monkeypatch):
    """Names of the items whose gain is worked out."""
    names: list[str] = []
    true = appraise_worth.__globals__["trade_gain"]
    monkeypatch.setitem(
        appraise_worth.__globals__, "trade_gain", lambda *given: names.append(given[-1]) or true(*given)
    )
    return names


def ask(**terms):
    return appraise_worth(PROGRAMME, WORLD, years=YEAR, stored=True, session=Session(), **terms)


def test_what_is_kept_is_what_was_worked_out(solved):
    first = ask()
    worked_out = list(solved)
    assert worked_out
    solved.clear()
    again = ask()
    assert solved == []
    for name, one in first.items.items():
        assert again.items[name].alone == one.alone
        assert again.items[name].users == one.users
        assert again.items[name].streams == one.streams


def test_one_item_is_read_from_all_and_all_need_but_the_others(solved):
    ask(items=["khorgos-hours"])
    assert solved == ["khorgos-hours"]
    solved.clear()
    ask()
    assert "khorgos-hours" not in solved
    solved.clear()
    ask(items=["road-gate"])
    assert solved == []


@pytest.mark.parametrize(
    "terms",
    [{"without": "duties"}, {"assumptions": {"rail_speed": 31.0}}, {"scale": {"road-gate.hours_after": 0.5}}],
)
def test_another_question_is_worked_out_anew(solved, terms):
    ask()
    solved.clear()
    other = ask(**terms)
    assert solved
    plain = appraise_worth(PROGRAMME, WORLD, years=YEAR, session=Session(), **terms)
    for name, one in plain.items.items():
        for economy, value in one.alone.items():
            assert other.items[name].alone[economy] == pytest.approx(value, abs=1e-9)


def test_other_code_reads_nothing(solved, monkeypatch):
    ask()
    solved.clear()
    monkeypatch.setattr(gains_store, "code_version", lambda: "another")
    ask()
    assert solved


def test_a_damaged_entry_is_worked_out_anew(solved, own_folder):
    ask()
    (entry,) = own_folder.glob("gains-*")
    content = bytearray(entry.read_bytes())
    content[len(content) // 2] ^= 255
    entry.write_bytes(content)
    solved.clear()
    assert ask().items.keys() == set(PROGRAMME.ids)
    assert solved


def test_nothing_is_kept_where_it_is_not_asked_for(own_folder):
    appraise_worth(PROGRAMME, WORLD, years=YEAR, session=Session())
    assert not list(own_folder.glob("gains-*"))
    assert entry_path("gains", "0" * 64).parent == own_folder
    assert np.isfinite(sk.appraise(PROGRAMME, WORLD, years=YEAR)["real_income"]).all()
